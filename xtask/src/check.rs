//! `cargo xtask check`: format, which file imports which, lints on both targets, and which crate may depend on what.

use crate::house::{Doing, House, Result, failed, output, perform, read, works};
use crate::storeys;
use crate::toolchain::{self, BROWSER};
use std::collections::{BTreeMap, BTreeSet};

/// The server's own: none of them may reach the browser.
const SERVER_ONLY: [&str; 7] = ["sqlx", "sqlx-core", "lettre", "reqwest", "jsonwebtoken", "axum", "tokio"];

/// Only `server` may name these itself (others may bring them along for it).
const SERVERS_CHOICE: [&str; 4] = ["sqlx", "lettre", "reqwest", "jsonwebtoken"];

/// One family of TLS and one of each big crate: these are not in the house, in whatever version.
const BANNED: [&str; 4] = ["openssl", "openssl-sys", "native-tls", "rsa"];

/// Two of these in one binary would be two pools, two protocols or two cryptographies.
const SINGLE: [&str; 7] = ["axum", "leptos", "sqlx-core", "tower-http", "rustls", "hyper", "libsqlite3-sys"];

pub fn check(house: &House) -> Result {
    toolchain::lints(house)?;
    toolchain::browser_target(house)?;
    house.cargo(["fmt", "--all", "--check"])?;
    storeys::check(house)?;
    house.cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    for entry in ["hydrate,dashboard", "hydrate,checkout"] {
        let features = ["--no-default-features", "--features", entry, "--target", BROWSER];
        let command = [&["clippy", "--package", "app"][..], &features, &["--", "-D", "warnings"]].concat();
        house.cargo(command)?;
    }
    dependencies(house)?;
    if works(&mut house.cargo_command(["deny", "--version"])) {
        perform(&mut house.cargo_command(["deny", "--offline", "check", "bans", "licenses", "sources"]))?;
    } else {
        println!("cargo-deny is not installed: licences and sources were not checked, the dependency rules above were");
    }
    println!("check: all good");
    Ok(())
}

fn dependencies(house: &House) -> Result {
    let mut broken = Vec::new();

    for entry in ["hydrate,dashboard", "hydrate,checkout"] {
        let tree = ["tree", "--package", "app", "--no-default-features", "--features", entry, "--target", BROWSER];
        let names = names(&output(&mut house.cargo_command([&tree[..], &PLAIN].concat()))?);
        let strays = SERVER_ONLY.iter().filter(|name| names.contains_key(**name));
        broken.extend(strays.map(|name| format!("{name} is in the browser's code ({entry})")));
    }

    let all = names(&output(&mut house.cargo_command([&["tree", "--workspace"][..], &PLAIN].concat()))?);
    broken.extend(BANNED.iter().filter(|name| all.contains_key(**name)).map(|name| format!("{name} is banned")));
    for name in SINGLE {
        let versions: Vec<_> = all.get(name).into_iter().flatten().map(String::as_str).collect();
        if versions.len() > 1 {
            broken.push(format!("{name} is there more than once: {}", versions.join(", ")));
        }
    }

    for member in ["app", "xtask"] {
        let manifest = house.root.join(member).join("Cargo.toml");
        let text = String::from_utf8(read(&manifest)?).doing(format!("reading {}", manifest.display()))?;
        let named = SERVERS_CHOICE.iter().filter(|name| names_itself(&text, name));
        broken.extend(named.map(|name| format!("{member}/Cargo.toml names {name}, which is the server's alone")));
    }

    match broken.as_slice() {
        [] => Ok(()),
        broken => failed(format!("dependency rules broken:\n  {}", broken.join("\n  "))),
    }
}

const PLAIN: [&str; 6] = ["--edges", "normal", "--prefix", "none", "--format", "{p}"];

/// The packages of a `cargo tree`, each with its versions.
fn names(tree: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            names.entry(name.to_owned()).or_default().insert(version.to_owned());
        }
    }
    names
}

fn names_itself(manifest: &str, name: &str) -> bool {
    manifest.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '=', '.'])))
}

#[cfg(test)]
mod tests {
    use super::{names, names_itself};

    #[test]
    fn a_tree_is_read_as_names_with_all_their_versions() {
        let names = names("app v0.1.0 (/x)\nserde v1.0.1\nserde v1.0.1 (*)\nhyper v0.14.0\nhyper v1.7.0\n");
        assert_eq!(names.keys().map(String::as_str).collect::<Vec<_>>(), ["app", "hyper", "serde"]);
        assert_eq!(names["hyper"].len(), 2);
        assert_eq!(names["serde"].len(), 1);
    }

    #[test]
    fn a_manifest_names_a_crate_only_by_its_whole_name() {
        assert!(names_itself("[dependencies]\nsqlx = \"0.9\"", "sqlx"));
        assert!(names_itself("sqlx.workspace = true", "sqlx"));
        assert!(!names_itself("sqlx-core = \"0.9\"\n# sqlx = 1", "sqlx"));
    }
}
