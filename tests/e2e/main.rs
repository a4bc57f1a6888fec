//! The real binary against the emulator, over HTTP.

mod bytes;
mod choices;
mod docs;
mod many;
mod scenarios;
mod secrets;
mod spec;
mod world;
mod wrong;
