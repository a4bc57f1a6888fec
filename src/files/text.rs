//! Text files that a user named, read whole.

use std::io::Read;
use std::path::Path;

use super::open_regular;
use crate::model::diagnostic::{Diagnostic, Place};

/// The largest text file that is read, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a text file that a user named.
///
/// # Errors
/// It is not there, not readable, a folder, larger than [`MAX_BYTES`], or not UTF-8 (with the place of the first wrong byte).
pub fn read_text(path: &Path, name: &str) -> Result<String, Diagnostic> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Diagnostic::error("file-not-found", format!("{name} is not there")),
        std::io::ErrorKind::IsADirectory => {
            Diagnostic::error("file-not-readable", format!("{name} is a folder, not a file"))
        }
        _ => Diagnostic::error("file-not-readable", format!("{name} cannot be read: {error}")),
    };
    let mut file = open_regular(std::fs::File::options().read(true), path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let too_large = || {
        Diagnostic::error("file-too-large", format!("{name} is larger than {} MiB", MAX_BYTES / 1024 / 1024))
            .help("move long prompts into files of their own with ${file:…}, or split the organisation")
    };
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // What is read may be longer than what was announced: a file that grows.
    (&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Diagnostic::error("not-utf8", format!("{name} is not UTF-8 text"))
            .at(Place { file: name.into(), line, column, width: 1 })
            .help("save the file as UTF-8")
    })
}
