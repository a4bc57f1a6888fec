//! The emulator over HTTP, with a client that knows nothing of it.
#![cfg(feature = "emulator")]
#![allow(clippy::disallowed_methods, reason = "the emulator is tested with every verb that Vapi has")]
#![allow(
    clippy::unwrap_used,
    reason = "clippy.toml allows it in tests and does not see that helpers of tests are some"
)]

mod api;
mod client;
mod document;
mod faults;
