//! `cargo xtask run | test | build | check | size | dist`: everything that is done with the product, from Rust, Node and apt alone.
#![expect(clippy::print_stdout, reason = "a command line tool talks on its output")]

mod browser;
mod check;
mod dist;
mod house;
mod imports;
mod run;
mod site;
mod size;
mod storeys;
mod test;
mod toolchain;

use clap::{Parser, Subcommand};
use house::{House, Result};
use site::Grade;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and tests Handbill")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, fill a business with demo data and serve it on SQLite
    Run,
    /// Rust tests on both engines, then the browser tests on the real binary
    Test(test::Options),
    /// Build the browser code and the stylesheet, small and compressed, and a release server beside them
    Build,
    /// Format, imports that run down, lints on both targets, dependency rules
    Check,
    /// What a customer's first visit to the checkout downloads, against its budget
    Size,
    /// One file with everything in it: target/dist/handbill
    Dist,
}

fn main() -> ExitCode {
    match perform(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Result {
    let house = House::find()?;
    match command {
        Command::Run => run::run(&house),
        Command::Test(options) => test::test(&house, &options),
        Command::Build => {
            let site = site::build(&house, Grade::Release)?;
            house.cargo(["build", "--release", "--package", "server"])?;
            println!("front end: {}", site.display());
            println!("server:    {}", house.target.join("release/handbill").display());
            Ok(())
        }
        Command::Check => check::check(&house),
        Command::Size => size::size(&house),
        Command::Dist => dist::dist(&house),
    }
}
