//! What a fresh toolchain lacks: the browser's target, and the tools of `check`. rustup installs nothing by itself on many
//! machines (`RUSTUP_AUTO_INSTALL=0`), so this asks it to.

use crate::house::{House, Result, failed, output, perform, works};
use std::path::Path;

/// What the browser code is compiled for.
pub const BROWSER: &str = "wasm32-unknown-unknown";

/// The standard library for the browser, from rustup where it is missing.
pub fn browser_target(house: &House) -> Result {
    if has_browser_target(house) {
        return Ok(());
    }
    println!("The toolchain has no {BROWSER} yet, which the browser code is compiled for.");
    add(house, &["target", "add", BROWSER], || has_browser_target(house))
}

/// `cargo fmt` and `cargo clippy`, from rustup where they are missing.
pub fn lints(house: &House) -> Result {
    let missing = || {
        let tools = [("fmt", "rustfmt"), ("clippy", "clippy")];
        let missing = tools.into_iter().filter(|(tool, _)| !works(&mut house.cargo_command([*tool, "--version"])));
        missing.map(|(_, component)| component).collect::<Vec<_>>()
    };
    let components = missing();
    if components.is_empty() {
        return Ok(());
    }
    println!("The toolchain has no {} yet.", components.join(" and no "));
    add(house, &[&["component", "add"][..], &components].concat(), || missing().is_empty())
}

/// The compiler says where the target's libraries belong, whether they are there or not.
fn has_browser_target(house: &House) -> bool {
    let mut ask = house.program(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let folder = output(ask.args(["--print", "target-libdir", "--target", BROWSER]));
    folder.is_ok_and(|folder| holds_core(Path::new(folder.trim())))
}

fn holds_core(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| file.file_name()).any(|name| name.to_string_lossy().starts_with("libcore-"))
}

fn add(house: &House, words: &[&str], is_there: impl Fn() -> bool) -> Result {
    if works(house.program("rustup").arg("--version"))
        && perform(house.program("rustup").args(words)).is_ok()
        && is_there()
    {
        return Ok(());
    }
    failed(format!("run this once, then start again: rustup {}", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::holds_core;
    use std::fs;

    #[test]
    fn a_target_without_its_core_library_is_missing() {
        let folder = std::env::temp_dir().join(format!("handbill-xtask-{}", std::process::id()));
        assert!(!holds_core(&folder), "no folder");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("libstd-1.rlib"), "").unwrap();
        assert!(!holds_core(&folder), "half a target");
        fs::write(folder.join("libcore-2.rlib"), "").unwrap();
        assert!(holds_core(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }
}
