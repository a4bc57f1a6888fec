//! Finds recorded values in git and the audit log. Read-only.
//!
//! In: [`Question`]s about values. Out: per question the newest commit or run that holds the value.
//!
//! ```text
//! records ─→ git: walk (commits, newest first; renames) ─→ search (what is new in a version?)
//!        │        search ─→ pack, delta, snapshot (bytes) ─→ outline, slice (lines of one entry) ─→ subject (holds it?)
//!        └─→ audit: the log, outside git only
//! ```

mod agreed;
mod audit;
mod base;
mod clone;
mod delta;
mod git;
mod needle;
mod others;
mod outline;
mod pack;
mod renames;
mod said;
mod search;
mod since;
mod slice;
mod snapshot;
mod subject;
mod trouble;
mod walk;
mod worktree;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;

pub use agreed::{CommittedFile, ToNote};
pub use audit::AuditRecord;
pub use base::{agreements, bases};
pub use clone::{AtHead, at_head, commits_since, head};
pub use git::GitRecord;
pub use others::{Others, foreign};
pub use said::{Said, differing, said};

use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::{Question, Record, Recorded};
use crate::model::{Address, RemoteId};
use crate::state::environments::Whose;

/// Where recorded values are looked up.
pub enum Records {
    /// Git. Then values that only the audit log has do not count.
    Git(GitRecord),
    /// The audit log, outside a repository.
    Audit(AuditRecord),
}

/// Opens the history of a state file: git inside a repository, else the audit log at `audit_log`, which need not exist.
/// `ids` are the current ids of the entries; `whose` values count.
///
/// # Errors
/// Those of [`GitRecord::open`]: an unreadable repository does not count as none.
pub fn records(
    state_file: &Path,
    audit_log: &Path,
    ids: HashMap<Address, RemoteId>,
    whose: Whose,
) -> Result<Records, Diagnostic> {
    Ok(match GitRecord::open(state_file, ids)? {
        Some(git) => Records::Git(git.of(whose)),
        None => Records::Audit(AuditRecord::new(audit_log).of(whose)),
    })
}

/// The commit that is checked out and git's user, if known: for the audit log.
pub fn checked_out(state_file: &Path) -> (Option<String>, Option<String>) {
    match GitRecord::open(state_file, HashMap::new()) {
        Ok(Some(git)) => (git.head_commit().ok().flatten(), git.user()),
        _ => (None, None),
    }
}

impl Record for Records {
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        match self {
            Records::Git(git) => git.answer(questions),
            Records::Audit(audit) => audit.answer(questions),
        }
    }

    fn held_at(&mut self, questions: &[(Question, Timestamp)]) -> Result<Vec<bool>, Diagnostic> {
        match self {
            Records::Git(git) => git.held_at(questions),
            Records::Audit(audit) => audit.held_at(questions),
        }
    }

    fn is_committed(&mut self) -> Result<bool, Diagnostic> {
        match self {
            Records::Git(git) => git.is_committed(),
            Records::Audit(audit) => audit.is_committed(),
        }
    }

    fn is_tracked(&mut self) -> Result<bool, Diagnostic> {
        match self {
            Records::Git(git) => git.is_tracked(),
            Records::Audit(audit) => audit.is_tracked(),
        }
    }

    fn versions(&mut self, look: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Diagnostic> {
        match self {
            Records::Git(git) => git.versions(look),
            Records::Audit(audit) => audit.versions(look),
        }
    }

    fn warnings(&self) -> &[Diagnostic] {
        match self {
            Records::Git(git) => git.warnings(),
            Records::Audit(audit) => audit.warnings(),
        }
    }

    fn notes(&self) -> &[Diagnostic] {
        match self {
            Records::Git(git) => git.notes(),
            Records::Audit(audit) => audit.notes(),
        }
    }
}

#[cfg(test)]
mod tests;
