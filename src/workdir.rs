//! `.vapi-sync/`, the folder beside the state file for what git does not keep: the audit log, the lock, the emulator's data.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;

/// The folder's name.
pub const NAME: &str = ".vapi-sync";

/// The folder of one state file. Naming paths in it makes nothing.
#[derive(Debug, Clone)]
pub struct Workdir {
    folder: PathBuf,
}

/// How often, and after what time, the holder of a lock is looked for.
const LOOKS: u32 = 25;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Who holds a lock.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    command: String,
    since: String,
}

/// The right to write a state file, until it is dropped. The system takes it from a process that dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The next holder must not be taken for this one.
        let _ = self.file.set_len(0);
    }
}

impl Workdir {
    /// The folder that belongs to a state file with this real path.
    pub fn beside(state_file: &Path) -> Self {
        Self { folder: state_file.parent().unwrap_or(Path::new(".")).join(NAME) }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the folder, with a `.gitignore` that keeps all of it out of git.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn ensure(&self) -> Result<(), Diagnostic> {
        let failed = |error: std::io::Error| {
            Diagnostic::error("workdir", format!("{} cannot be made: {error}", self.folder.display()))
                .help("a run that writes keeps its lock and its audit log there; the folder must be writable")
        };
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let ignore = self.folder.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(ignore, "*\n").map_err(failed)?;
        }
        Ok(())
    }

    /// Takes the lock of a state file, waiting up to `patience` for who holds it.
    ///
    /// # Errors
    /// Somebody else holds it: who, is named.
    pub fn lock(&self, state_file: &Path, command: &str, patience: Duration) -> Result<Lock, Diagnostic> {
        self.ensure()?;
        let name = state_file.file_name().unwrap_or_default().to_string_lossy();
        let path = self.folder.join(format!("{name}.lock"));
        let failed = |error: std::io::Error| {
            Diagnostic::error("lock", format!("the lock {} cannot be taken: {error}", path.display()))
        };
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if started.elapsed() >= patience => return Err(held(&mut file, &name)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        let holder =
            Holder { pid: std::process::id(), command: command.to_owned(), since: jiff::Timestamp::now().to_string() };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        // Who holds it is a help for others; that they are kept out does not depend on it.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        Ok(Lock { file })
    }
}

fn held(file: &mut File, name: &str) -> Diagnostic {
    // Who took the lock a moment ago is still writing its name.
    let mut looks = (0..LOOKS).map(|look| {
        if look > 0 {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        let mut text = String::new();
        let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
        serde_json::from_str::<Holder>(&text).ok()
    });
    let who = match looks.find_map(|holder| holder) {
        Some(Holder { pid, command, since }) => format!("`vapi-sync {command}` (process {pid}, since {since})"),
        None => "another run".to_owned(),
    };
    Diagnostic::error("locked", format!("{who} is working on {name}. Nothing was done"))
        .help("wait for it to finish, or let this run wait with --lock-timeout 60s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it_and_a_dropped_lock_is_free() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vapi-state.yaml");
        let workdir = Workdir::beside(&file);
        let lock = workdir.lock(&file, "apply", Duration::ZERO).expect("the lock");
        let error = workdir.lock(&file, "pull", Duration::ZERO).expect_err("held");
        assert!(error.message.contains("`vapi-sync apply`"), "{}", error.message);
        assert!(error.message.contains(&std::process::id().to_string()));
        drop(lock);
        workdir.lock(&file, "pull", Duration::ZERO).expect("free again");
        assert_eq!(std::fs::read_to_string(workdir.path(".gitignore")).expect("read"), "*\n");
    }
}
