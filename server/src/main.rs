//! The binary `handbill`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
