//! Reads, replaces, locks and commits files. Knows nothing of their contents.

pub mod agreed;
mod checkout;
pub mod commit;
mod disk;
pub mod platform;
mod text;
pub mod workdir;

pub use checkout::{Checkout, check_state_file, is_tracked, open_own, open_regular};
pub use disk::{Disk, NotReplaced, clean_up};
pub use text::{MAX_BYTES, NotRead, read_text};
