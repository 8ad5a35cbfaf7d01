//! `cargo xtask test`: Rust tests on both engines, then Playwright on the real binary.

use crate::browser;
use crate::house::{House, Result, perform};
use crate::site::{self, Grade};
use clap::{Args, ValueEnum};

#[derive(Args)]
pub struct Options {
    /// One half of the tests
    #[arg(long)]
    only: Option<Half>,
    /// Words for Playwright (with `--only browser`) or for `cargo test` (with `--only rust`)
    #[arg(last = true, requires = "only")]
    words: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Half {
    Rust,
    Browser,
}

pub fn test(house: &House, options: &Options) -> Result {
    if options.only != Some(Half::Browser) {
        let mut command = house.cargo_command(["test", "--package", "app", "--package", "server"]);
        perform(command.args(&options.words))?;
        // By itself: together with the others its own dependencies would be compiled once more.
        if options.words.is_empty() {
            house.cargo(["test", "--package", "xtask"])?;
        }
    }
    if options.only != Some(Half::Rust) {
        let site = site::build(house, Grade::Quick)?;
        house.build_server()?;
        browser::packages(house)?;
        browser::chromium(house)?;
        browser::fonts(house);
        let mut playwright = house.program("npx");
        playwright.args(["playwright", "test"]).args(&options.words).current_dir(house.end2end());
        perform(playwright.env("HANDBILL_BIN", house.server()).env("LEPTOS_SITE_ROOT", site))?;
    }
    Ok(())
}
