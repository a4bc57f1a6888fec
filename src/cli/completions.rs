//! `completions`: a completion script for a shell.

use super::{App, Finish};
use crate::model::diagnostic::Diagnostics;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

pub(super) fn run(_app: &App, args: &Args, command: &mut clap::Command) -> Result<Finish, Diagnostics> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "vapi-sync", &mut script);
    Ok(Finish::done(String::from_utf8_lossy(&script)))
}
