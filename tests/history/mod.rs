//! Recorded values in real git repositories, by the public interface.

mod agreed;
mod branches;
mod others;
#[cfg(unix)]
mod packed;
mod places;
mod records;
mod repo;
mod values;
mod worktree;
