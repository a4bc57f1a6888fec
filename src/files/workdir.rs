//! `.vapi-sync/`, the folder beside the state file for what git does not keep: the audit log, the lock, the emulator's data.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::open_own;
use crate::model::diagnostic::Diagnostic;

/// The folder's name.
pub const NAME: &str = ".vapi-sync";

/// The folder of one state file. Asking for a path in it creates nothing.
#[derive(Debug, Clone)]
pub struct Workdir {
    folder: PathBuf,
}

/// How often to retry a lock that was just released, and the delay before each try.
const TRIES: u32 = 25;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How long to wait at the gate of a lock. Nothing slow happens inside.
const LONGEST_IN_GATE: Duration = Duration::from_secs(2);

/// The maximum length of the name of a lock holder.
const MAX_HOLDER: u64 = 4096;

/// Who holds a lock.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    command: String,
    since: String,
}

/// The lock of a state file. It is released when it is dropped or when the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removes our name, so that the next holder is not taken for this run.
        let _ = self.file.set_len(0);
    }
}

impl Workdir {
    /// The folder of the state file with this real path.
    pub fn beside(state_file: &Path) -> Self {
        Self { folder: state_file.parent().unwrap_or(Path::new(".")).join(NAME) }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Creates the folder, with a `.gitignore` that keeps it out of git.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn ensure(&self) -> Result<(), Diagnostic> {
        let failed = |error: std::io::Error| {
            Diagnostic::error("workdir", format!("the folder {} cannot be made: {error}", self.folder.display())).help(
                "vapi-sync keeps its lock and its audit log there: make the folder beside the state file writable",
            )
        };
        make_folder(&self.folder).map_err(failed)
    }

    /// Takes the lock of a state file. Waits up to `patience` for another holder.
    ///
    /// # Errors
    /// Somebody else holds it; the message names the run.
    pub fn lock(&self, state_file: &Path, command: &str, patience: Duration) -> Result<Lock, Diagnostic> {
        let name = state_file.file_name().unwrap_or_default().to_string_lossy();
        self.lock_named(&name, command, patience)
    }

    /// Takes the lock of one environment of a state file, so that runs for other environments can go on. Each write of the
    /// file takes the lock of the file, too.
    ///
    /// # Errors
    /// As [`Workdir::lock`].
    pub fn lock_environment(
        &self,
        state_file: &Path,
        environment: &str,
        command: &str,
        patience: Duration,
    ) -> Result<Lock, Diagnostic> {
        let name = state_file.file_name().unwrap_or_default().to_string_lossy();
        self.lock_named(&format!("{name}.{environment}"), command, patience)
    }

    fn lock_named(&self, name: &str, command: &str, patience: Duration) -> Result<Lock, Diagnostic> {
        self.ensure()?;
        let path = self.folder.join(format!("{name}.lock"));
        let failed = |error: std::io::Error| {
            Diagnostic::error(
                "lock",
                format!("the lock file {} cannot be opened: {error}. Nothing was done", path.display()),
            )
        };
        let open = |path: &Path| open_own(File::options().read(true).write(true).create(true).truncate(false), path);
        let mut file = open(&path).map_err(failed)?;
        // A run that takes the lock writes its name there before it opens this gate. So a name that is read inside the gate
        // is that of the holder, and not of a killed run.
        let gate = open(&self.folder.join(format!("{name}.lock.gate"))).map_err(failed)?;
        let started = Instant::now();
        let mut unnamed = 0;
        loop {
            // A suspended run may keep the gate, so the wait must end.
            match gate.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if started.elapsed() >= patience.max(LONGEST_IN_GATE) => {
                    return Err(held(None, name));
                }
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(BETWEEN_TRIES);
                    continue;
                }
            }
            let holder = match file.try_lock() {
                Ok(()) => {
                    write_holder(&mut file, command);
                    let _ = gate.unlock();
                    return Ok(Lock { file });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) => read_holder(&mut file),
            };
            gate.unlock().map_err(failed)?;
            // A run removes its name before it releases the lock.
            unnamed = if holder.is_none() { unnamed + 1 } else { 0 };
            if started.elapsed() >= patience && !(1..TRIES).contains(&unnamed) {
                return Err(held(holder, name));
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
    }
}

/// Creates a folder of this name, with a `.gitignore` that keeps it out of git.
///
/// # Errors
/// It cannot be created, or it is a symbolic link.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_symlink() {
        return Err(std::io::Error::other("it is a symbolic link"));
    }
    std::fs::create_dir_all(folder)?;
    match File::options().write(true).create_new(true).open(folder.join(".gitignore")) {
        Ok(mut ignore) => ignore.write_all(b"*\n"),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn write_holder(file: &mut File, command: &str) {
    let holder =
        Holder { pid: std::process::id(), command: command.to_owned(), since: jiff::Timestamp::now().to_string() };
    let text = serde_json::to_string(&holder).unwrap_or_default();
    // The name only helps others; the lock works without it.
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.take(MAX_HOLDER).read_to_string(&mut text)).ok()?;
    serde_json::from_str(&text).ok()
}

fn held(holder: Option<Holder>, name: &str) -> Diagnostic {
    let who = match holder {
        Some(Holder { pid, command, since }) => format!("`vapi-sync {command}` (process {pid}, since {since})"),
        None => "another run".to_owned(),
    };
    Diagnostic::error("locked", format!("{who} is working on {name}. Nothing was done"))
        .help("wait until it has finished; with --lock-timeout 60s, this run waits up to a minute for it")
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

    /// The name of a killed run stays in the lock until the next holder has written its own.
    #[test]
    fn the_name_of_a_killed_run_is_never_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vapi-state.yaml");
        let workdir = Workdir::beside(&file);
        workdir.ensure().expect("a folder");
        let name = |command: &str| format!(r#"{{"pid": 1, "command": "{command}", "since": "then"}}"#);
        let open = |name: &str| File::options().write(true).create(true).truncate(false).open(workdir.path(name));
        let mut lock = open("vapi-state.yaml.lock").expect("the lock");
        lock.write_all(name("of-the-dead").as_bytes()).expect("written");
        // A run that has the lock and has not written its name yet.
        let gate = open("vapi-state.yaml.lock.gate").expect("the gate");
        gate.lock().expect("entered");
        lock.lock().expect("held");
        let error = std::thread::scope(|scope| {
            let (tells, hears) = std::sync::mpsc::channel();
            let other = scope.spawn({
                let (workdir, file) = (&workdir, &file);
                move || {
                    tells.send(()).expect("heard");
                    workdir.lock(file, "pull", Duration::ZERO).expect_err("held")
                }
            });
            hears.recv().expect("it begins");
            lock.set_len(0).and_then(|()| lock.rewind()).expect("emptied");
            lock.write_all(name("of-the-living").as_bytes()).expect("written");
            gate.unlock().expect("left");
            other.join().expect("ended")
        });
        assert!(error.message.contains("`vapi-sync of-the-living`"), "{}", error.message);
    }

    #[test]
    fn a_gate_that_a_stopped_run_keeps_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vapi-state.yaml");
        let workdir = Workdir::beside(&file);
        workdir.ensure().expect("a folder");
        let gate = File::create(workdir.path("vapi-state.yaml.lock.gate")).expect("the gate");
        gate.lock().expect("entered");
        let error = workdir.lock(&file, "pull", Duration::ZERO).expect_err("held");
        assert!(error.message.starts_with("another run is working on vapi-state.yaml"), "{}", error.message);
    }

    #[test]
    fn who_cannot_be_named_is_not_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vapi-state.yaml");
        let workdir = Workdir::beside(&file);
        workdir.ensure().expect("a folder");
        let lock = File::create(workdir.path("vapi-state.yaml.lock")).expect("the lock");
        lock.lock().expect("held");
        let error = workdir.lock(&file, "pull", Duration::ZERO).expect_err("held");
        assert!(error.message.starts_with("another run is working on vapi-state.yaml"), "{}", error.message);
    }
}
