//! Adds to the audit log; what is in it is never touched.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Record;
use crate::files::open_own;
use crate::files::platform::{make_private, private};
use crate::files::workdir::{NAME, make_folder};
use crate::model::diagnostic::Diagnostic;

/// Adds records to an audit log. A record is on the disk when [`Writer::append`] returns.
pub struct Writer {
    file: File,
    path: PathBuf,
    /// The last line in the file is torn: it has no line end.
    torn: bool,
}

impl Writer {
    /// Opens the log, and makes it and its folder if need be: the log readable for its owner alone, the folder with a
    /// `.gitignore` that keeps all of it out of git.
    ///
    /// # Errors
    /// `audit-not-writable`.
    pub fn open(path: &Path) -> Result<Writer, Diagnostic> {
        Self::try_open(path).map_err(|error| not_writable(path, &error))
    }

    /// Adds a record.
    ///
    /// # Errors
    /// `audit-not-writable`: then nothing must be done that would not be in it.
    pub fn append(&mut self, record: &Record) -> Result<(), Diagnostic> {
        self.append_all(std::slice::from_ref(record))
    }

    /// Adds records, with one wait for the disk.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub fn append_all(&mut self, records: &[Record]) -> Result<(), Diagnostic> {
        self.try_append(records).map_err(|error| not_writable(&self.path, &error))
    }

    fn try_open(path: &Path) -> std::io::Result<Writer> {
        // A log that somebody put elsewhere is in a folder that is not ours.
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
        // Whatever happens now, the next record starts on a line of its own.
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
    Diagnostic::error("audit-not-writable", format!("{} cannot be written: {error}", path.display()))
        .help("nothing is written to Vapi that the audit log does not hold")
}
