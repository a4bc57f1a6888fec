//! The real binary against the emulator, over HTTP.

mod docs;
mod scenarios;
mod spec;
mod world;
