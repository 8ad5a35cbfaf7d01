//! The front end: two browser entries of `app`, the stylesheets and `public/`, laid out as the server serves them.
//!
//! Everything below `pkg/` carries a hash of its bytes in its name; `manifest.json` says which names are current.

use crate::browser;
use crate::house::{Doing, House, Result, failed, files_below, output, perform, read, remove_folder, works, write};
use crate::toolchain::{self, BROWSER};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// Raise it when the steps below change, so that stamps of older builds count no more.
const RECIPE: &str = "2";

/// How it is compiled: see `Cargo.toml`.
const PROFILE: &str = "browser";

/// What rustc writes for the browser and every browser reads. With `--all-features` wasm-opt also writes encodings that
/// browsers still refuse (seen: "Invalid import kind 127, enable with --wasm-compact-imports").
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How much work goes into the result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// For `run` and `test`: the same code, not squeezed.
    Quick,
    /// What customers download: `wasm-opt`, brotli and gzip copies.
    Release,
}

/// One build of `app` for the browser.
struct Entry {
    /// The cargo feature and the folder below `pkg/`.
    name: &'static str,
    /// The function that wakes the page; also how we tell that this is the right build.
    export: &'static str,
}

const ENTRIES: [Entry; 2] =
    [Entry { name: "dashboard", export: "hydrate" }, Entry { name: "checkout", export: "hydrate_checkout" }];

/// Builds what is stale and leaves the whole front end in `target/site`.
pub fn build(house: &House, grade: Grade) -> Result<PathBuf> {
    toolchain::browser_target(house)?;
    if !house.target.join(BROWSER).join(PROFILE).exists() {
        println!("Building the browser code: about 5 minutes the first time.");
    }
    let squeezer = match grade {
        Grade::Release => wasm_opt(house)?,
        Grade::Quick => None,
    };
    let site = house.target.join("site");
    let next = house.target.join("site.next");
    remove_folder(&next)?;

    let mut manifest = serde_json::Map::new();
    for entry in &ENTRIES {
        let folder = package(house, entry, squeezer.as_deref())?;
        let mut names = serde_json::Map::new();
        for file in files_below(&folder)? {
            let bytes = read(&folder.join(&file))?;
            let name = match file.extension().and_then(|extension| extension.to_str()) {
                // Their imports name them, and the script that imports them is hashed.
                _ if file.starts_with("snippets") => file.to_string_lossy().into_owned(),
                Some(kind @ ("js" | "wasm")) => {
                    let name = format!("{}.{}.{kind}", entry.name, hash(&[&bytes]));
                    let key = if kind == "js" { "script" } else { "wasm" };
                    names.insert(key.into(), json!(format!("/pkg/{}/{name}", entry.name)));
                    name
                }
                _ => continue,
            };
            place(house, &next.join("pkg").join(entry.name).join(name), &bytes, grade)?;
        }
        manifest.insert(entry.name.into(), names.into());
    }

    let style = stylesheet(&house.root.join("style/main.css"))?;
    let name = format!("main.{}.css", hash(&[style.as_bytes()]));
    place(house, &next.join("pkg").join(&name), style.as_bytes(), grade)?;
    manifest.insert("style".into(), json!(format!("/pkg/{name}")));
    // Small, and written into the page itself: the checkout is readable after one response.
    manifest.insert("checkout_style".into(), json!(stylesheet(&house.root.join("style/checkout.css"))?));

    let public = house.root.join("public");
    for file in files_below(&public)? {
        place(house, &next.join(&file), &read(&public.join(&file))?, grade)?;
    }
    let manifest = serde_json::to_vec_pretty(&manifest).doing("writing the manifest")?;
    write(&next.join("manifest.json"), manifest)?;

    remove_folder(&site)?;
    fs::rename(&next, &site).doing("moving the new front end into its place")?;
    Ok(site)
}

/// Compiles one entry and makes it loadable, or finds that done; returns the folder with `{name}.js` and `{name}_bg.wasm`.
fn package(house: &House, entry: &Entry, squeezer: Option<&Path>) -> Result<PathBuf> {
    let compiled = compile(house, entry)?;
    let squeezed = if squeezer.is_some() { "squeezed" } else { "plain" };
    let stamp = hash(&[RECIPE.as_bytes(), squeezed.as_bytes(), &compiled]);
    let folder = house.target.join("site.parts").join(format!("{}-{squeezed}", entry.name));
    let stamp_file = folder.join("stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        return Ok(folder);
    }

    remove_folder(&folder)?;
    println!("browser entry {}: {} KB compiled", entry.name, compiled.len() / 1024);
    Bindgen::new()
        .input_bytes(entry.name, compiled)
        .web(true)
        .doing("wasm-bindgen")?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .doing(format!("wasm-bindgen for {}", entry.name))?;
    let script = read(&folder.join(format!("{}.js", entry.name)))?;
    if !String::from_utf8_lossy(&script).contains(&format!("export function {}(", entry.export)) {
        return failed(format!(
            "the browser entry {} does not export `{}`: is it the right build?",
            entry.name, entry.export
        ));
    }
    if let Some(wasm_opt) = squeezer {
        let wasm = folder.join(format!("{}_bg.wasm", entry.name));
        output(house.program("node").arg(wasm_opt).arg("-Oz").args(FEATURES).arg(&wasm).arg("-o").arg(&wasm))?;
    }
    write(&stamp_file, stamp)?;
    Ok(folder)
}

fn compile(house: &House, entry: &Entry) -> Result<Vec<u8>> {
    let features = format!("hydrate,{}", entry.name);
    let arguments = ["--no-default-features", "--features", &features, "--target", BROWSER, "--profile", PROFILE];
    let mut command = house.cargo_command(["build", "--package", "app", "--lib"]);
    // Cargo leaves the hash out of a cdylib's name, so the two entries would overwrite each other and the one that is
    // called fresh would hold the other's code. This variable, made for rustc's own build, puts the hash back.
    command.env("__CARGO_DEFAULT_LIB_METADATA", "handbill");
    perform(command.args(arguments))?;
    read(&house.target.join(BROWSER).join(PROFILE).join("app.wasm"))
}

/// `wasm-opt` from the npm package `binaryen`: a quarter off what is downloaded.
fn wasm_opt(house: &House) -> Result<Option<PathBuf>> {
    let path = house.end2end().join("node_modules/binaryen/bin/wasm-opt");
    if works(house.program("npm").arg("--version")) {
        browser::packages(house)?;
    }
    if path.exists() && works(house.program("node").arg(&path).arg("--version")) {
        return Ok(Some(path));
    }
    println!("********************************************************************************");
    println!("* wasm-opt is missing (npm package binaryen, needs Node): this build works,    *");
    println!("* but what customers download is about a quarter larger. Do not release it.    *");
    println!("********************************************************************************");
    Ok(None)
}

/// A stylesheet with everything it imports, minified.
fn stylesheet(path: &Path) -> Result<String> {
    let what = format!("bundling {}", path.display());
    let files = FileProvider::new();
    let mut bundle = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundle.bundle(path).doing(&what)?;
    sheet.minify(MinifyOptions::default()).doing(&what)?;
    Ok(sheet.to_css(PrinterOptions { minify: true, ..PrinterOptions::default() }).doing(&what)?.code)
}

/// Writes a file and, for a release, its compressed copies where they are smaller.
fn place(house: &House, path: &Path, bytes: &[u8], grade: Grade) -> Result {
    write(path, bytes)?;
    if grade == Grade::Quick || bytes.len() < 256 {
        return Ok(());
    }
    for (kind, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
        let kept = house.target.join("site.parts/compressed").join(format!("{}.{kind}", hash(&[bytes])));
        if !kept.exists() {
            write(&kept, compress(bytes)?)?;
        }
        let copy = read(&kept)?;
        if copy.len() < bytes.len() {
            let mut name = path.as_os_str().to_owned();
            name.push(format!(".{kind}"));
            write(Path::new(&name), copy)?;
        }
    }
    Ok(())
}

/// Brotli as it is stored and as a customer gets it.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters).doing("compressing")?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).doing("compressing")?;
    packed.finish().doing("compressing")
}

/// Sixteen hexadecimal digits: enough to tell one build's file from another's.
fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    format!("{:016x}", digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
}
