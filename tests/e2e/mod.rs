//! The real binary against the emulator, over HTTP.

mod action;
mod bytes;
mod choices;
mod docs;
pub mod environments;
mod github;
mod main_job;
mod many;
mod people;
mod pins;
mod pulled;
mod secrets;
mod spec;
mod status;
mod team;
mod week;
mod wrong;
