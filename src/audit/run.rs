//! The id of a run, and who started it.

use std::fmt;

use jiff::Timestamp;

/// The id of a run: its start in UTC and random digits, so that ids are unique and sort by time.
/// `20260101T120000123Z-5f3a9c0e`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    /// A new id for a run that starts at this time.
    pub fn new(start: Timestamp) -> Self {
        let milliseconds = start.subsec_millisecond().unsigned_abs();
        let seconds = start.strftime("%Y%m%dT%H%M%S");
        Self(format!("{seconds}{milliseconds:03}Z-{:08x}", rand::random::<u32>()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The last part of the id of a run: enough to name it.
pub fn short_run(run: &str) -> &str {
    run.rsplit('-').next().filter(|last| last.len() == 8).unwrap_or(run)
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who starts a run: git's user (`Name <mail>`), else the actor of the GitHub workflow, else the user of the machine.
/// `variable` gives environment variables.
pub fn actor(git_user: Option<String>, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty());
    git_user
        .or_else(|| named("GITHUB_ACTOR"))
        .or_else(|| named("USER"))
        .or_else(|| named("USERNAME"))
        .unwrap_or_else(|| "unknown".to_owned())
}
