//! What a run learnt and has not written yet: facts for the state file, outcomes for the audit log.
//!
//! Each write of a large file takes long, and each of the log waits for the disk: one per request would take longer than all
//! requests. So both are written in turns that leave most of the time to the requests, and at the latest when nothing else
//! is under way.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::{Fact, Journal, Recorder};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};
use crate::plan::report::Outcome;
use crate::plan::{Change, Plan};

/// How much longer than a write of the file takes until the next one, while requests are under way.
const BETWEEN_RECORDINGS: u32 = 4;

/// The same for the audit log. An outcome that a crash takes along is asked of Vapi; an id is looked for.
const BETWEEN_LOGGINGS: u32 = 16;

/// When something was last written, and how long that took.
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
    /// Whose ids are among the facts: nothing that needs one is begun before it is in the file.
    ids: HashSet<Address>,
    file: Turns,
    /// Changes that are over, with the status of the answer.
    over: Vec<(usize, Option<u16>)>,
    log: Turns,
}

impl Unwritten {
    /// Nothing yet; `org_is_known`: the file has its organisation.
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

    /// The organisation, if the file does not have it.
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

    /// A change is over.
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

    /// Writes what was learnt into the file.
    pub(super) fn write_file(&mut self, recorder: &mut dyn Recorder) -> Result<(), Diagnostic> {
        if self.facts.is_empty() {
            return Ok(());
        }
        let facts = std::mem::take(&mut self.facts);
        self.file.timed(|| recorder.record(&facts))?;
        self.ids.clear();
        Ok(())
    }

    /// Writes what came of things since the last time, with one wait for the disk.
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
