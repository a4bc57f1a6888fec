//! Nothing is lost without a word: edits in between, saved plans, the way back, commits.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it should be")]

mod commit;
mod edits;
mod lists;
mod restore;
mod saved;
#[path = "../e2e/world.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests; each of them uses its part")]
mod world;
