//! Reads the audit log line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

use super::Record;
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// Longer lines are not records: a prompt is of some KiB.
const MAX_LINE: usize = 64 << 20;

/// The records of an audit log, the oldest first. `None`: there is none.
///
/// # Errors
/// `audit-not-readable`.
pub fn read(path: &Path) -> Result<Option<Reader>, Diagnostic> {
    match File::open(path) {
        Ok(file) => {
            let name = path.display().to_string();
            Ok(Some(Reader::new(name, BufReader::new(file))))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(not_readable(&path.display().to_string(), &error)),
    }
}

/// The records of an audit log that are not older than `since`, the oldest first. None if there is no log. It is read from its
/// end: a log grows for years.
///
/// # Errors
/// `audit-not-readable`.
pub fn recent(path: &Path, since: Timestamp) -> Result<Vec<Record>, Diagnostic> {
    let failed = |error: std::io::Error| not_readable(&path.display().to_string(), &error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let mut tail = FIRST_TAIL;
    loop {
        let start = length.saturating_sub(tail);
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        let mut lines = BufReader::new(&file);
        if start > 0 {
            lines.skip_until(b'\n').map_err(failed)?;
        }
        let records: Vec<Record> = Reader::new(path.display().to_string(), lines).collect::<Result<_, _>>()?;
        if start == 0 || records.first().is_some_and(|first| first.time < since) {
            return Ok(records.into_iter().filter(|record| record.time >= since).collect());
        }
        tail = tail.saturating_mul(8);
    }
}

/// How much of the end of a log is read at first.
const FIRST_TAIL: u64 = 1 << 20;

/// The records of an audit log, one at a time. A line that is no record is skipped, with a note: a killed run may have left
/// half a line.
pub struct Reader<L = BufReader<File>> {
    lines: L,
    name: String,
    line: usize,
    notes: Diagnostics,
}

impl<L: BufRead> Reader<L> {
    /// Reads records out of `lines`, which messages call `name`.
    pub fn new(name: String, lines: L) -> Self {
        Self { lines, name, line: 0, notes: Vec::new() }
    }

    /// The lines that were skipped so far: `audit-line-skipped`.
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    fn skip(&mut self, why: &str) {
        let message = format!("line {} of {} is skipped: {why}", self.line, self.name);
        self.notes.push(Diagnostic::note("audit-line-skipped", message));
    }
}

impl<L: BufRead> Iterator for Reader<L> {
    type Item = Result<Record, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        loop {
            line.clear();
            match self.lines.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(error) => return Some(Err(not_readable(&self.name, &error))),
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            if line.len() > MAX_LINE {
                self.skip("it is too long");
                continue;
            }
            match serde_json::from_slice(&line) {
                Ok(record) => return Some(Ok(record)),
                Err(error) => self.skip(&error.to_string()),
            }
        }
    }
}

fn not_readable(name: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("audit-not-readable", format!("{name} cannot be read: {error}"))
}
