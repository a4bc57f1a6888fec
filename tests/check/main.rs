//! What `check` says of files: of good ones nothing, of wrong ones the right thing at the right place.
#![cfg(feature = "emulator")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy.toml allows it in tests and does not see that helpers of tests are some"
)]

mod allow;
mod codes;
mod differential;
mod document;
mod file;
mod gallery;
mod good;
mod schema;
