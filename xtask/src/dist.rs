//! `cargo xtask dist`: one file that runs from any folder.

use crate::house::{Doing, House, Result, perform};
use crate::site::{self, Grade};
use std::fs;

pub fn dist(house: &House) -> Result {
    let site = site::build(house, Grade::Release)?;
    let mut build = house.cargo_command(["build", "--release", "--package", "server", "--features", "embed"]);
    perform(build.env("HANDBILL_SITE", &site))?;
    let folder = house.target.join("dist");
    fs::create_dir_all(&folder).doing("making target/dist")?;
    let file = folder.join("handbill");
    // A copy beside and a rename: a server that runs from there goes on undisturbed.
    let next = folder.join("handbill.next");
    fs::copy(house.target.join("release/handbill"), &next).doing("copying the server")?;
    fs::rename(&next, &file).doing("moving the server into its place")?;
    let size = fs::metadata(&file).doing("looking at the result")?.len();
    println!("{} ({} MB)", file.display(), size / 1_000_000);
    Ok(())
}
