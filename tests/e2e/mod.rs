//! The real binary against the emulator, over HTTP.

mod action;
mod bytes;
mod choices;
mod docs;
mod github;
mod main_job;
mod many;
mod secrets;
mod spec;
mod status;
mod team;
mod wrong;
