//! The real binary against the emulator, over HTTP.

mod scenarios;
mod world;
