//! The emulator over HTTP, with a client that knows nothing of it.
#![cfg(feature = "emulator")]
#![allow(clippy::disallowed_methods, reason = "the emulator is tested with every verb that Vapi has")]

mod api;
mod client;
