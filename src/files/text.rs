//! Reads text files that the user named.

use std::io::Read;
use std::path::Path;

use super::open_regular;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};

/// The maximum size of a text file, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Why a text file could not be read.
#[derive(Debug)]
pub enum NotRead {
    /// It does not exist.
    Missing(Diagnostic),
    /// Anything else.
    Failed(Diagnostic),
}

impl NotRead {
    /// The message, with more help if the file does not exist.
    pub fn or_missing(self, help: impl Into<String>) -> Diagnostic {
        match self {
            NotRead::Missing(error) => error.help(help),
            NotRead::Failed(error) => error,
        }
    }
}

impl From<Diagnostic> for NotRead {
    fn from(error: Diagnostic) -> Self {
        NotRead::Failed(error)
    }
}

impl From<NotRead> for Diagnostic {
    fn from(error: NotRead) -> Self {
        match error {
            NotRead::Missing(error) | NotRead::Failed(error) => error,
        }
    }
}

impl From<NotRead> for Diagnostics {
    fn from(error: NotRead) -> Self {
        vec![error.into()]
    }
}

/// Reads a text file that a user named.
///
/// # Errors
/// It does not exist, is not readable, is a folder, is larger than [`MAX_BYTES`], or is not UTF-8 (with the place of the
/// first wrong byte).
pub fn read_text(path: &Path, name: &str) -> Result<String, NotRead> {
    let is_folder =
        || Diagnostic::error("file-not-readable", format!("{name} is a folder, not a file")).help("name a file in it");
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            NotRead::Missing(Diagnostic::error("file-not-found", format!("there is no file {name}")))
        }
        std::io::ErrorKind::IsADirectory => is_folder().into(),
        _ => Diagnostic::error("file-not-readable", format!("{name} cannot be read: {error}")).into(),
    };
    let mut file = open_regular(std::fs::File::options().read(true), path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let too_large = || {
        Diagnostic::error("file-too-large", format!("{name} is larger than {} MiB", MAX_BYTES / 1024 / 1024))
            .help("move long prompts into files of their own: `${file:prompts/NAME.md}`")
    };
    if metadata.len() > MAX_BYTES {
        return Err(too_large().into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The file may have grown since its size was read.
    (&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large().into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Diagnostic::error("not-utf8", format!("{name} is not UTF-8 text"))
            .at(Place { file: name.into(), line, column, width: 1 })
            .help("open it in your editor, and save it with the encoding UTF-8")
            .into()
    })
}
