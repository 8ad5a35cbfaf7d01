//! What the browser tests need and a fresh machine has not: npm packages, a Chromium, fonts for the world's names.

use crate::house::{Doing, House, Result, failed, perform, read, works, write};
use std::env;
use std::path::Path;

/// `npm ci`, unless it was done for this very lock file.
pub fn packages(house: &House) -> Result {
    let lock = read(&house.end2end().join("package-lock.json"))?;
    let stamp = house.end2end().join("node_modules/.installed-from");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if !works(house.program("npm").arg("--version")) {
        return failed("npm is missing: install Node 20 or newer (https://nodejs.org, or apt-get install nodejs npm)");
    }
    perform(house.program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(house.end2end()))?;
    write(&stamp, lock)
}

/// A Chromium that Playwright can drive: the one that is named, the system's, or one that is installed now.
pub fn chromium(house: &House) -> Result {
    if let Some(named) = env::var_os("CHROMIUM_PATH") {
        return if Path::new(&named).exists() {
            Ok(())
        } else {
            failed(format!("CHROMIUM_PATH names {}, which does not exist", Path::new(&named).display()))
        };
    }
    if Path::new("/usr/bin/chromium").exists() || playwrights_own(house) {
        return Ok(());
    }
    let mut install = house.program("npx");
    install.args(["playwright", "install", "chromium"]).current_dir(house.end2end());
    if perform(&mut install).is_ok() && playwrights_own(house) {
        return Ok(());
    }
    println!("Playwright could not install a browser that starts here: trying Debian's package");
    apt(house, &["chromium"]).doing("no Chromium: install one and set CHROMIUM_PATH")
}

/// Without these a Chinese name or an emoji is a row of boxes: worth a try, not worth a failure.
pub fn fonts(house: &House) {
    let shows = |language: &str| {
        crate::house::output(house.program("fc-list").arg(language)).is_ok_and(|fonts| fonts.contains("Noto"))
    };
    if (!shows(":lang=zh-cn") || !shows(":lang=und-zsye"))
        && let Err(error) = apt(house, &["fontconfig", "fonts-noto-cjk", "fonts-noto-color-emoji"])
    {
        println!("fonts for other scripts were not installed, names may show as boxes: {error}");
    }
}

/// Whether Playwright's own Chromium is there and has the libraries that it needs.
fn playwrights_own(house: &House) -> bool {
    let start = "require('@playwright/test').chromium.launch({args:['--no-sandbox']}).then(b=>b.close()).catch(()=>process.exit(1))";
    works(house.program("node").args(["-e", start]).current_dir(house.end2end()))
}

fn apt(house: &House, packages: &[&str]) -> Result {
    if !works(house.program("apt-get").arg("--version")) {
        return failed("there is no apt-get here");
    }
    let install = [&["apt-get", "install", "--yes", "--no-install-recommends"], packages].concat();
    // Only root installs packages without being asked.
    if !works(house.program("sh").args(["-c", "test \"$(id -u)\" = 0"])) {
        return failed(format!("run this once: sudo {}", install.join(" ")));
    }
    let apt = |words: &[&str]| perform(house.program("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update"]).and_then(|()| apt(&install[1..]))
}
