//! Appends to the audit log; never changes what is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Record;
use crate::files::open_own;
use crate::files::platform::{make_private, private};
use crate::files::workdir::{NAME, make_folder};
use crate::model::diagnostic::Diagnostic;

/// Appends records to an audit log. They are on disk when [`Writer::append`] returns.
pub struct Writer {
    file: File,
    path: PathBuf,
    /// The last line is incomplete: it has no line end.
    torn: bool,
}

impl Writer {
    /// Opens the log, and creates it and its folder if needed: the log readable by its owner alone, the folder with a
    /// `.gitignore` for all of it.
    ///
    /// # Errors
    /// `audit-not-writable`.
    pub fn open(path: &Path) -> Result<Writer, Diagnostic> {
        Self::try_open(path).map_err(|error| not_writable(path, &error))
    }

    /// Appends a record.
    ///
    /// # Errors
    /// `audit-not-writable`: then do nothing that it would not hold.
    pub fn append(&mut self, record: &Record) -> Result<(), Diagnostic> {
        self.append_all(std::slice::from_ref(record))
    }

    /// Appends records, with one sync.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub fn append_all(&mut self, records: &[Record]) -> Result<(), Diagnostic> {
        self.try_append(records).map_err(|error| not_writable(&self.path, &error))
    }

    fn try_open(path: &Path) -> std::io::Result<Writer> {
        // With `--audit-log` the folder may not be ours.
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) if folder.file_name().is_some_and(|name| name == NAME) => make_folder(folder)?,
            Some(folder) => fs::create_dir_all(folder)?,
            None => {}
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        private(&mut options);
        let mut file = open_own(&mut options, path)?;
        make_private(&file)?;
        let torn = is_torn(&mut file)?;
        Ok(Writer { file, path: path.to_path_buf(), torn })
    }

    fn try_append(&mut self, records: &[Record]) -> std::io::Result<()> {
        let mut lines = if self.torn { vec![b'\n'] } else { Vec::new() };
        for record in records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        // If this fails, the next record starts on a new line.
        self.torn = true;
        self.file.write_all(&lines)?;
        self.file.sync_data()?;
        self.torn = false;
        Ok(())
    }
}

fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn not_writable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("audit-not-writable", format!("the audit log {} cannot be written: {error}", path.display()))
        .help(
            "vapi-sync writes to Vapi only what it can log: make the file writable, or name another one with \
            --audit-log",
        )
}
