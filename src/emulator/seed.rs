//! The command `vapi-sync emulator seed`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::cli::DEFAULT_DATA;
use super::config::Config;
use super::generate::Size;
use super::state::State;
use super::store::Collection;

/// The arguments of `seed`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many assistants; there are twice as many tools, and a third as many squads and structured outputs.
    #[arg(long, value_name = "N", default_value_t = 12)]
    assistants: usize,
    /// Seed of the random choices.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The data file. It must not hold objects yet.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

/// Fills the data file and counts what is in it.
///
/// # Errors
/// If the file holds objects, or cannot be read or written.
pub(super) fn run(args: &Args, out: &mut impl Write) -> io::Result<u8> {
    let config = Config { data: Some(args.data.clone()), seed: args.seed, ..Config::default() };
    let mut state = State::open(&config)?;
    if Collection::ALL.iter().any(|collection| !state.objects(*collection).is_empty()) {
        let full = format!("{} already has objects in it: name a new file", args.data.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, full));
    }
    let third = args.assistants.div_ceil(3);
    let size = Size {
        tools: args.assistants * 2,
        assistants: args.assistants,
        squads: third,
        outputs: third,
        numbers: args.assistants.div_ceil(2),
    };
    state.seed(&config, size)?;
    for collection in Collection::ALL {
        writeln!(out, "{:4} /{}", state.objects(collection).len(), collection.path())?;
    }
    Ok(0)
}
