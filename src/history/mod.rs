//! Git and the audit log answer the `recorded` question. Read-only.
//!
//! In: [`Question`](crate::recorded::Question)s. Out: per question the newest commit, or run, that holds the value.

mod git;
mod needle;
mod outline;
mod owners;
mod renames;
mod search;
mod slice;
mod snapshot;
mod subject;
mod trouble;
mod walk;

pub use git::GitRecord;
