//! Reads the audit log line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

use super::{Owner, Record};
use crate::files::{is_tracked, open_own};
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// Longer lines are not records: a prompt has some KiB.
const MAX_LINE: u64 = 16 << 20;

/// How much of the end of a log is read at most: logs grow for years.
const MAX_READ: u64 = 128 << 20;

/// The records of an audit log, the oldest first; of a very long log the last part. `None`: there is no log, or git tracks
/// it, so that others may have written it.
///
/// # Errors
/// `audit-not-readable`.
pub fn read(path: &Path) -> Result<Option<Reader>, Diagnostic> {
    let failed = |error: std::io::Error| not_readable(&path.display().to_string(), &error);
    let Some(mut file) = open(path)? else { return Ok(None) };
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let start = length.saturating_sub(MAX_READ);
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let mut reader = Reader::new(path.display().to_string(), BufReader::new(file));
    if start > 0 {
        skip_line(&mut reader.lines).map_err(failed)?;
        let message = format!(
            "only the last {} MiB of {} are read: older runs are not shown, and cannot be restored",
            MAX_READ >> 20,
            reader.name
        );
        reader.notes.push(
            Diagnostic::warning("audit-log-long", message)
                .help("rename the file to begin a new log; --audit-log reads the old one"),
        );
    }
    Ok(Some(reader))
}

fn open(path: &Path) -> Result<Option<File>, Diagnostic> {
    match open_own(File::options().read(true), path) {
        Ok(_) if is_tracked(path) => Ok(None),
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(not_readable(&path.display().to_string(), &error)),
    }
}

fn skip_line(lines: &mut impl BufRead) -> std::io::Result<usize> {
    lines.skip_until(b'\n')
}

/// The records since `since`, the oldest first; none if there is no log. Reads from the end: logs grow for years.
///
/// # Errors
/// `audit-not-readable`.
pub fn recent(path: &Path, since: Timestamp) -> Result<Vec<Record>, Diagnostic> {
    let failed = |error: std::io::Error| not_readable(&path.display().to_string(), &error);
    let Some(mut file) = open(path)? else { return Ok(Vec::new()) };
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let mut tail = FIRST_TAIL;
    loop {
        let start = length.saturating_sub(tail.min(MAX_READ));
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        let mut lines = BufReader::new(&file);
        if start > 0 {
            skip_line(&mut lines).map_err(failed)?;
        }
        let records: Vec<Record> = Reader::new(path.display().to_string(), lines).collect::<Result<_, _>>()?;
        if start == 0 || tail >= MAX_READ || records.first().is_some_and(|first| first.time < since) {
            return Ok(records.into_iter().filter(|record| record.time >= since).collect());
        }
        tail = tail.saturating_mul(8);
    }
}

/// The last record of a write of somebody's.
///
/// # Errors
/// `audit-not-readable`.
pub fn last(path: &Path, owner: &Owner<'_>) -> Result<Option<Record>, Diagnostic> {
    let is_one = |record: &Record| record.stage == super::Stage::Done && owner.has(record);
    // Reading the whole log is slow; the last month is usually enough.
    let month = Timestamp::now().checked_sub(jiff::SignedDuration::from_hours(31 * 24)).unwrap_or(Timestamp::MIN);
    let newest = recent(path, month)?.into_iter().rfind(is_one);
    if newest.is_some() {
        return Ok(newest);
    }
    Ok(recent(path, Timestamp::MIN)?.into_iter().rfind(is_one))
}

/// How much of the end of a log is read at first.
const FIRST_TAIL: u64 = 1 << 20;

/// The records of an audit log, one at a time. Skips invalid lines with a note: a killed run may leave half a line.
pub struct Reader<L = BufReader<File>> {
    lines: L,
    name: String,
    line: usize,
    notes: Diagnostics,
}

impl<L: BufRead> Reader<L> {
    /// Reads records from `lines`, which messages call `name`.
    pub fn new(name: String, lines: L) -> Self {
        Self { lines, name, line: 0, notes: Vec::new() }
    }

    /// The lines that were skipped so far: `audit-line-skipped`.
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    fn skip(&mut self, why: &str) {
        let message = format!("line {} of the audit log {} cannot be read and is skipped: {why}", self.line, self.name);
        self.notes.push(Diagnostic::note("audit-line-skipped", message));
    }
}

impl<L: BufRead> Iterator for Reader<L> {
    type Item = Result<Record, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut self.lines).take(MAX_LINE + 1).read_until(b'\n', &mut line);
            let is_too_long = line.len() as u64 > MAX_LINE;
            match read.and_then(|read| if is_too_long { skip_line(&mut self.lines) } else { Ok(read) }) {
                Ok(0) if !is_too_long => return None,
                Ok(_) => self.line += 1,
                Err(error) => return Some(Err(not_readable(&self.name, &error))),
            }
            if is_too_long {
                self.skip("it is too long");
                continue;
            }
            if line.trim_ascii().is_empty() {
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
    Diagnostic::error("audit-not-readable", format!("the audit log {name} cannot be read: {error}"))
}
