//! Works on a data file without a server.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::api::Call;
use super::config::Config;
use super::generate::Size;
use super::state::State;
use super::store::Collection;

/// Runs one request as the organisation of the default key. `target` is a path with or without a query, and with or
/// without the slash ahead. Gives the status and the body of the answer.
///
/// # Errors
/// If the data file cannot be read.
pub fn request(data: PathBuf, method: &str, target: &str, body: &str) -> io::Result<(u16, Value)> {
    let config = Config { data: Some(data), ..Config::default() };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let call = Call {
        method: &method.to_uppercase(),
        path: &format!("/{}", path.trim_start_matches('/')),
        query,
        org: config.keys.first().map(|(_, org)| org.as_str()),
        body: body.as_bytes(),
    };
    let answer = State::open(&config)?.answer(&config, &call);
    Ok((answer.status, answer.body))
}

/// Fills a data file with a random organisation, and counts its objects by kind.
///
/// # Errors
/// If the file holds objects already, or cannot be read or written.
pub fn seed(data: &Path, seed: u64, size: Size) -> io::Result<Vec<(Collection, usize)>> {
    let config = Config { data: Some(data.to_owned()), seed, ..Config::default() };
    let mut state = State::open(&config)?;
    if Collection::ALL.iter().any(|collection| !state.objects(*collection).is_empty()) {
        let full = format!("{} already has objects in it: name a new file", data.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, full));
    }
    state.seed(&config, size)?;
    Ok(Collection::ALL.into_iter().map(|collection| (collection, state.objects(collection).len())).collect())
}
