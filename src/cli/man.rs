//! `man`: the manual pages, for those who package the program.

use std::path::PathBuf;

use super::{App, Finish};
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write them to; it is created if it does not exist.
    folder: PathBuf,
}

pub(super) fn run(_app: &App, args: &Args, command: clap::Command) -> Result<Finish, Diagnostics> {
    let written = std::fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(command, &args.folder));
    written.map_err(|error| {
        Diagnostic::error("output", format!("the manual cannot be written to {}: {error}", args.folder.display()))
    })?;
    Ok(Finish::default())
}
