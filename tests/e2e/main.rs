//! The real binary against the emulator, over HTTP.

mod bytes;
mod docs;
mod many;
mod scenarios;
mod spec;
mod world;
mod wrong;
