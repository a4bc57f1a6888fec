//! Git answers the `recorded` question: real repositories, the public interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]

mod agreed;
mod branches;
#[cfg(unix)]
mod packed;
mod places;
mod records;
mod repo;
mod values;
