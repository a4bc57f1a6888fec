//! What a run has not written yet: facts for the state file, outcomes for the audit log.
//!
//! A write per request would take longer than all requests: large files are slow, and the log syncs to disk. So both are
//! batched: at most a fraction of the time goes to them, and nothing stays unwritten once no request is under way.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::{Fact, Journal, Recorder};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};
use crate::plan::report::Outcome;
use crate::plan::{Change, Plan};

/// The pause between two writes of the file, as a multiple of how long the last one took.
const BETWEEN_RECORDINGS: u32 = 4;

/// The same for the audit log. After a crash, Vapi is asked for lost outcomes and ids.
const BETWEEN_LOGGINGS: u32 = 16;

/// When to write next: after a pause that grows with the duration of the last write.
struct Turns {
    pause: u32,
    last: Instant,
    took: Duration,
}

impl Turns {
    fn new(pause: u32) -> Self {
        Self { pause, last: Instant::now(), took: Duration::ZERO }
    }

    /// How long until the next one.
    fn left(&self) -> Duration {
        (self.took * self.pause).saturating_sub(self.last.elapsed())
    }

    fn timed<T>(&mut self, write: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = write();
        self.last = Instant::now();
        self.took = started.elapsed();
        result
    }
}

pub(super) struct Unwritten {
    org_is_known: bool,
    facts: Vec<Fact>,
    /// The entries whose ids are among the facts: dependants wait until these are in the file.
    ids: HashSet<Address>,
    file: Turns,
    /// Finished changes, with the status of the response.
    over: Vec<(usize, Option<u16>)>,
    log: Turns,
}

impl Unwritten {
    /// `org_is_known`: the file has its organisation.
    pub(super) fn new(org_is_known: bool) -> Self {
        Self {
            org_is_known,
            facts: Vec::new(),
            ids: HashSet::new(),
            file: Turns::new(BETWEEN_RECORDINGS),
            over: Vec::new(),
            log: Turns::new(BETWEEN_LOGGINGS),
        }
    }

    /// Adds the organisation, if the file does not have it.
    pub(super) fn org(&mut self, org: &str) {
        if !std::mem::replace(&mut self.org_is_known, true) {
            self.facts.push(Fact::Org(org.to_owned()));
        }
    }

    pub(super) fn id(&mut self, address: &Address, id: &RemoteId) {
        self.facts.push(Fact::Id { address: address.clone(), id: id.clone() });
        self.ids.insert(address.clone());
    }

    pub(super) fn field(&mut self, address: &Address, path: FieldPath, value: Value) {
        self.facts.push(Fact::Field { address: address.clone(), path, value });
    }

    pub(super) fn over(&mut self, at: usize, status: Option<u16>) {
        self.over.push((at, status));
    }

    /// Whether the id of an entry is known and not in the file yet.
    pub(super) fn holds_id_of(&self, address: &Address) -> bool {
        self.ids.contains(address)
    }

    pub(super) fn file_is_due(&self) -> bool {
        !self.facts.is_empty() && self.file.left().is_zero()
    }

    pub(super) fn log_is_due(&self) -> bool {
        !self.over.is_empty() && self.log.left().is_zero()
    }

    /// How long until either is due.
    pub(super) fn until_due(&self) -> Duration {
        let file = (!self.facts.is_empty()).then(|| self.file.left());
        let log = (!self.over.is_empty()).then(|| self.log.left());
        file.into_iter().chain(log).min().unwrap_or(Duration::MAX)
    }

    pub(super) fn write_file(&mut self, recorder: &mut dyn Recorder) -> Result<(), Diagnostic> {
        if self.facts.is_empty() {
            return Ok(());
        }
        let facts = std::mem::take(&mut self.facts);
        self.file.timed(|| recorder.record(&facts))?;
        self.ids.clear();
        Ok(())
    }

    /// Logs the outcomes since the last time, with one sync.
    pub(super) fn write_log(
        &mut self,
        journal: &mut dyn Journal,
        plan: &Plan,
        outcomes: &[Option<Outcome>],
    ) -> Result<(), Diagnostic> {
        let over: Vec<(&Change, &Outcome, Option<u16>)> = std::mem::take(&mut self.over)
            .into_iter()
            .filter_map(|(at, status)| Some((&plan.changes[at], outcomes[at].as_ref()?, status)))
            .collect();
        if over.is_empty() { Ok(()) } else { self.log.timed(|| journal.outcomes(&over)) }
    }
}
