//! Files on the disk: read whole, replaced whole, never half written.
//!
//! A file is replaced by writing, syncing and renaming a temporary file beside it. Symbolic links, mode and owner are kept.
//! A change that somebody else made in the meantime is noticed and not overwritten.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::platform::{default_mode, keep_owner_and_mode};
use super::{NotRead, read_text};
use crate::model::diagnostic::Diagnostic;

/// A file that can be replaced.
#[derive(Debug, Clone)]
pub struct Disk {
    real: PathBuf,
    name: String,
}

/// Why a file was not replaced.
#[derive(Debug)]
pub enum NotReplaced {
    /// It does not have the expected text, but this one.
    Changed(String),
    /// It could not be read or written.
    Failed(Diagnostic),
}

/// The prefix of our temporary files. The next run removes those of a killed one.
const PREFIX: &str = ".vapi-sync-tmp-";

impl Disk {
    /// The file at a path, with symbolic links followed. It need not exist.
    pub fn at(path: &Path, name: &str) -> Self {
        // A missing file has no real path, but its folder may.
        let real = path.canonicalize().unwrap_or_else(|_| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            path.file_name().map_or_else(|| path.to_owned(), |file| folder.join(file))
        });
        Self { real, name: name.to_owned() }
    }

    /// Its real path.
    pub fn real(&self) -> &Path {
        &self.real
    }

    /// Its name, as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its real folder.
    pub fn folder(&self) -> &Path {
        self.real.parent().unwrap_or(Path::new("."))
    }

    /// Its text.
    ///
    /// # Errors
    /// See [`read_text`].
    pub fn read(&self) -> Result<String, NotRead> {
        read_text(&self.real, &self.name)
    }

    /// Replaces its text if that is still `expected` (`None`: if there is still no file). The new text is on disk when this
    /// returns.
    ///
    /// # Errors
    /// The file is unchanged then: see [`NotReplaced`].
    pub fn replace(&self, expected: Option<&str>, text: &str) -> Result<(), NotReplaced> {
        let failed = |what: &str, error: std::io::Error| NotReplaced::Failed(self.failed(what, &error));
        let before = std::fs::metadata(&self.real).ok();
        let mut temporary = self.temporary().map_err(NotReplaced::Failed)?;
        temporary.write_all(text.as_bytes()).map_err(|error| failed("write", error))?;
        if let Some(before) = &before {
            keep_owner_and_mode(temporary.as_file(), before);
        } else {
            default_mode(temporary.as_file());
        }
        temporary.as_file().sync_all().map_err(|error| failed("write", error))?;
        // Check as late as possible.
        match (expected, self.read()) {
            (Some(expected), Ok(now)) if now == expected => {}
            (None, Err(NotRead::Missing(_))) => {}
            (_, Ok(now)) => return Err(NotReplaced::Changed(now)),
            (_, Err(error)) => return Err(NotReplaced::Failed(error.into())),
        }
        temporary.persist(&self.real).map_err(|error| failed("replace a file", error.error))?;
        // Makes the rename survive a power loss. Not every file system can sync a folder.
        if let Ok(folder) = File::open(self.folder()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// Tries to write a file of the same length beside it, so that a read-only folder or a full disk is noticed before
    /// anything is sent.
    ///
    /// # Errors
    /// It could not.
    pub fn try_out(&self) -> Result<(), Diagnostic> {
        let length = std::fs::metadata(&self.real).map_or(0, |file| file.len());
        let mut temporary = self.temporary()?;
        std::io::copy(&mut std::io::repeat(b' ').take(length), &mut temporary)
            .and_then(|_| temporary.as_file().sync_data())
            .map_err(|error| self.failed("write", &error))
    }

    /// Creates a temporary file beside it and locks it, so that [`clean_up`] can see that its owner still runs.
    fn temporary(&self) -> Result<NamedTempFile, Diagnostic> {
        let make = || {
            let made = tempfile::Builder::new().prefix(PREFIX).tempfile_in(self.folder())?;
            // Not every file system has locks.
            let _ = made.as_file().try_lock();
            Ok::<_, std::io::Error>(made)
        };
        let failed = |error| self.failed("make a file", &error);
        let made = make().map_err(failed)?;
        // Before it was locked, another run may have removed it as a leftover.
        if made.path().exists() { Ok(made) } else { make().map_err(failed) }
    }

    /// An error about the file.
    pub fn failed(&self, what: &str, error: &std::io::Error) -> Diagnostic {
        let why = match error.kind() {
            std::io::ErrorKind::StorageFull => "the disk is full (free some space)".to_owned(),
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                format!("no permission to {what} in {}", self.folder().display())
            }
            _ => error.to_string(),
        };
        Diagnostic::error("file-not-written", format!("{} cannot be written: {why}", self.name))
            .help("the file was left as it is")
    }
}

/// Removes the temporary files that killed runs left in a folder, but not those of running ones.
pub fn clean_up(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let is_free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if is_free {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "theirs").expect("written");
        let disk = Disk::at(&path, "a.yaml");
        assert!(matches!(disk.replace(Some("mine"), "new"), Err(NotReplaced::Changed(now)) if now == "theirs"));
        assert!(matches!(disk.replace(None, "new"), Err(NotReplaced::Changed(_))));
        disk.replace(Some("theirs"), "new").expect("replaced");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn what_killed_runs_left_goes_and_what_others_write_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::at(&folder.path().join("a.yaml"), "a.yaml");
        let dead = folder.path().join(format!("{PREFIX}dead"));
        std::fs::write(&dead, "half").expect("written");
        let mut alive = disk.temporary().expect("made");
        alive.write_all(b"whole").expect("written");
        clean_up(folder.path());
        assert!(!dead.exists() && alive.path().exists());
        alive.persist(disk.real()).expect("renamed");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_modes_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let real = folder.path().join("real.yaml");
        let link = folder.path().join("link.yaml");
        std::fs::write(&real, "old").expect("written");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink("real.yaml", &link).expect("linked");
        Disk::at(&link, "link.yaml").replace(Some("old"), "new").expect("replaced");
        assert!(link.symlink_metadata().expect("there").is_symlink());
        assert_eq!(std::fs::read_to_string(&real).expect("read"), "new");
        assert_eq!(real.metadata().expect("there").permissions().mode() & 0o777, 0o640);
    }
}
