//! Files on this machine: read whole, replaced whole, locked, committed. Knows nothing of what is in them.

pub mod agreed;
pub mod commit;
mod disk;
mod text;
pub mod workdir;

pub use disk::{Disk, NotReplaced};
pub use text::{MAX_BYTES, read_text};
