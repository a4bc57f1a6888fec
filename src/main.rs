//! `vapi-sync`: parse, run, print, exit code. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(vapi_sync::cli::run(std::env::args_os()))
}
