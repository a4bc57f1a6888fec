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

/// The pause between two writes of the file or the audit log, as a multiple of how long the last one took. After a crash, Vapi
/// is asked for lost outcomes and ids.
const PAUSE: u32 = 16;

/// The same for the file while a change waits for an id to be in it.
const SHORT_PAUSE: u32 = 4;

/// When to write next: after a pause that grows with the duration of the last write.
struct Turns {
    last: Instant,
    took: Duration,
}

impl Turns {
    fn new() -> Self {
        Self { last: Instant::now(), took: Duration::ZERO }
    }

    /// How long until the next one.
    fn left(&self, pause: u32) -> Duration {
        (self.took * pause).saturating_sub(self.last.elapsed())
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
    /// Whether a change waits for one of them.
    is_waited_for: bool,
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
            is_waited_for: false,
            file: Turns::new(),
            over: Vec::new(),
            log: Turns::new(),
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

    /// Whether a change that needs an entry must wait until its id, which is known, is in the file.
    pub(super) fn must_wait_for(&mut self, address: &Address) -> bool {
        let waits = self.ids.contains(address);
        self.is_waited_for |= waits;
        waits
    }

    pub(super) fn is_waited_for(&self) -> bool {
        self.is_waited_for
    }

    pub(super) fn file_is_due(&self) -> bool {
        !self.facts.is_empty() && self.until_file().is_zero()
    }

    fn until_file(&self) -> Duration {
        self.file.left(if self.is_waited_for { SHORT_PAUSE } else { PAUSE })
    }

    pub(super) fn log_is_due(&self) -> bool {
        !self.over.is_empty() && self.log.left(PAUSE).is_zero()
    }

    /// How long until either is due.
    pub(super) fn until_due(&self) -> Duration {
        let file = (!self.facts.is_empty()).then(|| self.until_file());
        let log = (!self.over.is_empty()).then(|| self.log.left(PAUSE));
        file.into_iter().chain(log).min().unwrap_or(Duration::MAX)
    }

    pub(super) fn write_file(&mut self, recorder: &mut dyn Recorder) -> Result<(), Diagnostic> {
        if self.facts.is_empty() {
            return Ok(());
        }
        let facts = std::mem::take(&mut self.facts);
        self.file.timed(|| recorder.record(&facts))?;
        self.ids.clear();
        self.is_waited_for = false;
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
