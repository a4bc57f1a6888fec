//! What a run has not written yet: facts for the state file, outcomes for the audit log.
//!
//! A write per request would take longer than all requests: large files are slow, and the log syncs to disk. So both are
//! batched, are written beside the requests, and nothing stays unwritten once no request is under way.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::Fact;
use crate::model::{Address, FieldPath, RemoteId, Value};

/// The pause between two writes of the file or the audit log, as a multiple of how long the last one took: they take time from
/// the requests where the machine has few cores. After a crash, Vapi is asked for lost outcomes and ids.
const PAUSE: u32 = 4;

/// When to write next: after a pause that grows with the duration of the last write.
struct Turns {
    /// When the last write began or, once it is over, ended.
    last: Instant,
    took: Duration,
    is_under_way: bool,
}

impl Turns {
    fn new() -> Self {
        Self { last: Instant::now(), took: Duration::ZERO, is_under_way: false }
    }

    /// How long until the next one. `None`: the last one has not ended.
    fn left(&self, is_waited_for: bool) -> Option<Duration> {
        let pause = if is_waited_for { 0 } else { PAUSE };
        (!self.is_under_way).then(|| (self.took * pause).saturating_sub(self.last.elapsed()))
    }

    fn begin(&mut self) {
        self.is_under_way = true;
        self.last = Instant::now();
    }

    fn end(&mut self) {
        self.is_under_way = false;
        self.took = self.last.elapsed();
        self.last = Instant::now();
    }
}

pub(super) struct Unwritten {
    org_is_known: bool,
    facts: Vec<Fact>,
    /// The entries whose ids are among the facts: dependants wait until these are in the file.
    ids: HashSet<Address>,
    /// Those whose ids are being written.
    ids_under_way: HashSet<Address>,
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
            ids_under_way: HashSet::new(),
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
    pub(super) fn must_wait_for(&self, address: &Address) -> bool {
        self.ids.contains(address) || self.ids_under_way.contains(address)
    }

    /// A change waits until the id of an entry is in the file.
    pub(super) fn hurry(&mut self, address: &Address) {
        self.is_waited_for |= self.ids.contains(address);
    }

    /// How long until the file is to be written. `None`: there is nothing to write yet.
    pub(super) fn until_file(&self) -> Option<Duration> {
        if self.facts.is_empty() { None } else { self.file.left(self.is_waited_for) }
    }

    /// The same of the log.
    pub(super) fn until_log(&self) -> Option<Duration> {
        if self.over.is_empty() { None } else { self.log.left(false) }
    }

    /// What is to be written into the file. Say when that is over.
    pub(super) fn begin_file(&mut self) -> Vec<Fact> {
        self.file.begin();
        self.is_waited_for = false;
        self.ids_under_way = std::mem::take(&mut self.ids);
        std::mem::take(&mut self.facts)
    }

    /// The file was written, or could not be.
    pub(super) fn end_file(&mut self) {
        self.file.end();
        self.ids_under_way.clear();
    }

    /// The changes whose outcomes are to be written into the log. Say when that is over.
    pub(super) fn begin_log(&mut self) -> Vec<(usize, Option<u16>)> {
        self.log.begin();
        std::mem::take(&mut self.over)
    }

    /// The log was written, or could not be.
    pub(super) fn end_log(&mut self) {
        self.log.end();
    }
}
