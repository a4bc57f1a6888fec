//! The real binary against the emulator, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

mod bytes;
mod choices;
mod docs;
mod many;
mod scenarios;
mod secrets;
mod spec;
mod world;
mod wrong;
