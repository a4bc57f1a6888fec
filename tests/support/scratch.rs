//! Where tests put their folders.

use std::path::Path;
use std::process::Command;

/// A fresh folder: in memory if that has room, for a disk takes longer to sync than most tests to run. `TMPDIR` says another
/// place.
pub fn folder() -> tempfile::TempDir {
    const MEMORY: &str = "/dev/shm";
    const ROOM: u64 = 2 << 20;
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let told = Command::new("df").args(["-Pk", MEMORY]).output().ok();
        let told = told.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
        let free = told.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
        if std::env::var_os("TMPDIR").is_none() && free.is_some_and(|kilobytes| kilobytes > ROOM) {
            let _ = tempfile::env::override_temp_dir(Path::new(MEMORY));
        }
    });
    tempfile::tempdir().expect("a folder")
}

/// Copies a folder recursively.
pub fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
