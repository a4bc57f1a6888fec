//! The differences between operating systems.
//!
//! Linux is where the program is tested by hand; macOS and Windows are tested in CI. What follows from their documentation:
//! - **Windows** has no modes and no owners to keep: a new file takes the rights of its folder. A rename replaces a file that
//!   others have open only if they share it for deletion, and never a read-only one: the error says so, the file stays as it was.
//!   Locks bind everybody, so that a waiting run cannot read who holds one: it says "another run". Folders cannot be synced.
//! - **macOS**: `sync_all` is `F_FULLFSYNC`; locks are those of BSD, between open files, as on Linux.

use std::fs::{File, Metadata, OpenOptions};
use std::io;

/// Makes a new file private to its owner.
pub fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes an existing file private to its owner.
///
/// # Errors
/// Those of the file system: the file is somebody else's.
#[cfg(unix)]
pub fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(0o600);
    file.set_permissions(permissions)
}

/// Makes an existing file private to its owner.
///
/// # Errors
/// None: it has the rights of its folder.
#[cfg(not(unix))]
pub fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a pipe at once instead of waiting for a writer.
pub(super) fn no_waiting(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NONBLOCK);
    #[cfg(not(unix))]
    let _ = options;
}

/// Gives a file the mode and owner of the one that it replaces.
pub(super) fn keep_owner_and_mode(file: &File, before: &Metadata) {
    let _ = file.set_permissions(before.permissions());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if file.metadata().is_ok_and(|now| (now.uid(), now.gid()) != (before.uid(), before.gid())) {
            // Only a privileged user can change the owner. Others already own the file.
            let _ = std::os::unix::fs::fchown(file, Some(before.uid()), Some(before.gid()));
        }
    }
}

/// Gives a new state file the usual mode: temporary files are private to their owner.
pub(super) fn default_mode(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = file;
}
