//! The run of a plan: what is begun when, what is learnt from it, where that is written.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::arrivals::Arrivals;
use super::step::{Again, Done, Known, Ready, Step, Update, Written};
use super::{Fact, Tools};
use crate::compare::overlay;
use crate::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::model::{Address, FieldPath, Map, RemoteId, Value};
use crate::plan::{Action, Change, Plan, Write};
use crate::report::{Outcome, Report};
use crate::resolve::fill;
use crate::vapi::Reader;

/// How old what was read may be when it is written over, where reading all again would cost more than a round trip.
const OLD: Duration = Duration::from_secs(5);

/// How much longer than a write of the file takes until the next one, while requests are under way.
const BETWEEN_RECORDINGS: u32 = 4;

/// The same for the audit log. An outcome that a crash takes along is asked of Vapi; an id is looked for.
const BETWEEN_LOGGINGS: u32 = 16;

/// An object as a step left it.
#[derive(Clone)]
struct Answered {
    at: Instant,
    value: Value,
    version: Option<u64>,
}

pub(super) struct Run<'t> {
    tools: Tools<'t>,
    reader: Reader,
    arrivals: Rc<Arrivals>,
    ids: HashMap<Address, RemoteId>,
    outcomes: Vec<Option<Outcome>>,
    /// Objects as the steps of this run left them, for a second step.
    answers: HashMap<Address, Answered>,
    known: Known,
    /// How old what the plan saw may be when it is written over.
    fresh: Duration,
    /// Entries whose step did not succeed, with the reason for those that need them.
    failed: HashMap<Address, String>,
    errors: Diagnostics,
    warnings: Diagnostics,
    org_recorded: bool,
    /// What the file does not hold yet, and whose ids these are: nothing that needs one is begun before.
    unrecorded: Vec<Fact>,
    unrecorded_ids: HashSet<Address>,
    /// When the file was last written, and how long that took.
    recorded_at: Instant,
    recording_took: Duration,
    /// Changes whose outcome is not in the audit log yet, with the status of the answer.
    to_log: Vec<(usize, Option<u16>)>,
    /// When it was last written, and how long that took.
    logged_at: Instant,
    logging_took: Duration,
}

impl<'t> Run<'t> {
    /// A run that is about to begin.
    pub(super) fn new(plan: &Plan, tools: Tools<'t>) -> Self {
        let known = tools
            .listings
            .iter()
            .map(|(section, lives)| (*section, lives.iter().map(|live| live.header.id.clone()).collect()));
        let known = Known::new(known.collect());
        let reader = Reader::new(tools.transport.clone());
        let updates = plan.changes.iter().filter(|change| matches!(change.write, Some(Write::Update { .. }))).count();
        let few = updates <= tools.transport.parallelism();
        Run {
            arrivals: Rc::new(Arrivals::new(reader.clone(), tools.listings, tools.transport.parallelism())),
            reader,
            ids: tools.ids.clone(),
            outcomes: vec![None; plan.changes.len()],
            answers: HashMap::new(),
            known,
            fresh: tools.fresh.unwrap_or(if few { Duration::ZERO } else { OLD }),
            failed: HashMap::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            org_recorded: !plan.records_org,
            unrecorded: Vec::new(),
            unrecorded_ids: HashSet::new(),
            recorded_at: Instant::now(),
            recording_took: Duration::ZERO,
            to_log: Vec::new(),
            logged_at: Instant::now(),
            logging_took: Duration::ZERO,
            tools,
        }
    }
}

impl Run<'_> {
    /// Carries out the plan that it was made for.
    pub(super) async fn run(mut self, plan: Plan) -> Report {
        self.settle_links(&plan);
        let mut waiting: Vec<usize> = (0..plan.changes.len()).filter(|at| plan.changes[*at].write.is_some()).collect();
        let twins = twins(&plan);
        let mut under_way = FuturesUnordered::new();
        loop {
            if under_way.is_empty() || self.recording_is_due() {
                self.write_file();
            }
            let mut still = Vec::new();
            let mut go = Vec::new();
            let mut moved = false;
            for at in waiting {
                match self.ready(&plan, at) {
                    Some(Ok(ready)) => go.push((at, ready)),
                    Some(Err(outcome)) => {
                        self.finish(&plan.changes[at], at, outcome, None);
                        moved = true;
                    }
                    None => still.push(at),
                }
            }
            waiting = still;
            moved |= !go.is_empty();
            let intents: Vec<&Change> = go.iter().map(|(at, _)| &plan.changes[*at]).collect();
            let refused = if intents.is_empty() { None } else { self.tools.journal.intents(&intents).err() };
            for (at, ready) in go {
                let change = &plan.changes[at];
                if let Some(error) = &refused {
                    self.finish(change, at, Outcome::NotAttempted(error.message.clone()), None);
                    continue;
                }
                under_way.push(self.step(change, !twins.contains(&at)).take(at, ready));
            }
            self.errors.extend(refused);
            if self.logging_is_due() {
                self.write_log(&plan);
            }
            if under_way.is_empty() {
                if moved && !waiting.is_empty() {
                    continue;
                }
                break;
            }
            let mut over = Vec::new();
            // Nothing waits for the disk longer than is due because an answer does not come.
            over.extend(tokio::time::timeout(self.until_due(), under_way.next()).await.ok().flatten());
            while let Some(Some(done)) = futures::FutureExt::now_or_never(under_way.next()) {
                over.push(done);
            }
            let (again, over) = apart(over);
            self.record(&plan, over);
            for Again { at, path, value, ready } in again {
                let change = &plan.changes[at];
                if let Err(error) = self.tools.journal.left_out(change, &path, &value) {
                    self.finish(change, at, Outcome::NotAttempted(error.message.clone()), None);
                    self.errors.push(error);
                    continue;
                }
                let message = format!("{}: Vapi itself no longer takes {path}; it is left out", change.address);
                self.warnings.push(Diagnostic::warning("left-out", message).help("its value is in the audit log"));
                under_way.push(self.step(change, !twins.contains(&at)).take(at, ready));
            }
        }
        drop(under_way);
        self.write_file();
        for at in waiting {
            let reason = "what it needs was not made".to_owned();
            self.finish(&plan.changes[at], at, Outcome::NotAttempted(reason), None);
        }
        self.write_log(&plan);
        for (at, change) in plan.changes.iter().enumerate() {
            if self.outcomes[at].is_none()
                && let Some(why) = change.held.clone().or_else(|| held_fields(change))
            {
                self.outcomes[at] = Some(Outcome::HeldBack(why));
            }
        }
        Report { plan, outcomes: self.outcomes, errors: self.errors, warnings: self.warnings, run: None }
    }

    /// Ids that the plan found by name are put into the file before anything is written.
    fn settle_links(&mut self, plan: &Plan) {
        let mut facts = Vec::new();
        if let (false, Some(org)) = (self.org_recorded, &plan.org_id) {
            facts.push(Fact::Org(org.clone()));
            self.org_recorded = true;
        }
        for change in plan.changes.iter().filter(|change| change.action == Action::Link && change.held.is_none()) {
            if let Some(id) = &change.id {
                facts.push(Fact::Id { address: change.address.clone(), id: id.clone() });
                self.ids.insert(change.address.clone(), id.clone());
            }
        }
        if facts.is_empty() {
            return;
        }
        let failure = self.tools.recorder.record(&facts).err();
        for (at, change) in plan.changes.iter().enumerate().filter(|(_, change)| change.action == Action::Link) {
            if change.held.is_none() && change.write.is_none() {
                let outcome = match &failure {
                    None => Outcome::Done { id: change.id.clone() },
                    Some(error) => Outcome::Failed(error.clone()),
                };
                self.finish(change, at, outcome, None);
            }
        }
        self.errors.extend(failure);
    }

    /// A write whose needs are met; why it will not be tried; or `None` while it must wait.
    fn ready(&mut self, plan: &Plan, at: usize) -> Option<Result<Ready, Outcome>> {
        let change = &plan.changes[at];
        if let Some(why) = &change.held {
            return Some(Err(Outcome::HeldBack(why.clone())));
        }
        if self.tools.transport.is_stopped() {
            return Some(Err(Outcome::NotAttempted("the run was interrupted".to_owned())));
        }
        if !self.errors.is_empty() {
            return Some(Err(Outcome::NotAttempted("the run could not record what it did".to_owned())));
        }
        if let Some((need, why)) = change.needs.iter().find_map(|need| Some((need, self.failed.get(need)?))) {
            return Some(Err(Outcome::NotAttempted(format!("it needs {need}, {why}"))));
        }
        let id_of = |address: &Address| self.ids.get(address).cloned();
        if change.needs.iter().any(|need| id_of(need).is_none() || self.unrecorded_ids.contains(need)) {
            return None;
        }
        let fill_map =
            |body: &Map| -> Map { body.iter().map(|(key, value)| (key.clone(), fill(value, &id_of))).collect() };
        Some(Ok(match change.write.as_ref()? {
            Write::Create { body, purchase } => Ready::Create { body: fill_map(body), purchase: *purchase },
            Write::Update { body, seen, desired } => Ready::Update(Box::new(Update {
                id: change.id.clone()?,
                body: fill_map(body),
                seen: seen.clone(),
                desired: desired.clone(),
                seen_at: self.tools.read_at,
                version: change.version,
                fresh: self.fresh,
                second: false,
            })),
            Write::Complete { desired } => {
                let Answered { at: seen_at, value: seen, version } = self.answers.get(&change.address)?.clone();
                let desired = Value::Map(fill_map(desired));
                let merged = overlay(change.kind.root(), &desired, &seen, &FieldPath::root(), &HashSet::new());
                let body: Map = merged
                    .as_map()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| desired.as_map().is_some_and(|map| map.contains_key(*key)))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                let id = self.ids.get(&change.address)?.clone();
                let fresh = self.tools.fresh.unwrap_or(OLD);
                Ready::Update(Box::new(Update { id, body, seen, desired, seen_at, version, fresh, second: false }))
            }
        }))
    }

    /// A write of a change; `alone`: no other of this plan makes an object of that name.
    fn step<'p>(&self, change: &'p Change, alone: bool) -> Step<'p> {
        Step {
            reader: self.reader.clone(),
            writer: super::writer::Writer::new(self.tools.transport.clone()),
            arrivals: Rc::clone(&self.arrivals),
            change,
            known: self.known.clone(),
            patience: self.tools.patience,
            alone,
        }
    }

    fn record(&mut self, plan: &Plan, over: Vec<Done>) {
        for done in &over {
            let change = &plan.changes[done.at];
            let Ok(written) = &done.result else { continue };
            if let (false, Some(org)) = (self.org_recorded, &written.org_id) {
                self.unrecorded.push(Fact::Org(org.clone()));
                self.org_recorded = true;
            }
            if let Some(Write::Create { purchase, .. }) = &change.write {
                self.unrecorded.push(Fact::Id { address: change.address.clone(), id: written.id.clone() });
                self.unrecorded_ids.insert(change.address.clone());
                if let Some(number) = written.answer.text_at("number").filter(|_| *purchase) {
                    let path = FieldPath::root().key("number");
                    let value = Value::Text(number.to_owned());
                    self.unrecorded.push(Fact::Field { address: change.address.clone(), path, value });
                }
            }
        }
        for done in over {
            let change = &plan.changes[done.at];
            for warning in done.warnings {
                self.warnings.push(Diagnostic::warning("filled-in", format!("{}: {warning}", change.address)));
            }
            let outcome = match done.result {
                Ok(written) => {
                    self.ids.insert(change.address.clone(), written.id.clone());
                    let Written { answer: value, version, .. } = written;
                    self.answers.insert(change.address.clone(), Answered { at: Instant::now(), value, version });
                    match written.error {
                        Some(error) => Outcome::Failed(error),
                        None => Outcome::Done { id: Some(written.id) },
                    }
                }
                Err(outcome) => outcome,
            };
            self.finish(change, done.at, outcome, done.status);
        }
    }

    /// Whether it is time to write what was learnt into the file. A write of a large file takes long, so that one per id
    /// would take longer than all requests: most of the time is left to them.
    fn recording_is_due(&self) -> bool {
        !self.unrecorded.is_empty() && self.recorded_at.elapsed() >= self.recording_took * BETWEEN_RECORDINGS
    }

    /// The same for the audit log, each write of which waits for the disk.
    fn logging_is_due(&self) -> bool {
        !self.to_log.is_empty() && self.logged_at.elapsed() >= self.logging_took * BETWEEN_LOGGINGS
    }

    /// How long until either is due.
    fn until_due(&self) -> Duration {
        let left = |at: Instant, pause: Duration| pause.saturating_sub(at.elapsed());
        let file =
            (!self.unrecorded.is_empty()).then(|| left(self.recorded_at, self.recording_took * BETWEEN_RECORDINGS));
        let log = (!self.to_log.is_empty()).then(|| left(self.logged_at, self.logging_took * BETWEEN_LOGGINGS));
        file.into_iter().chain(log).min().unwrap_or(Duration::MAX)
    }

    /// Writes what was learnt into the file.
    fn write_file(&mut self) {
        if self.unrecorded.is_empty() {
            return;
        }
        let started = Instant::now();
        let facts = std::mem::take(&mut self.unrecorded);
        match self.tools.recorder.record(&facts) {
            Ok(()) => self.unrecorded_ids.clear(),
            Err(error) => self.errors.push(error),
        }
        self.recorded_at = Instant::now();
        self.recording_took = started.elapsed();
    }

    fn finish(&mut self, change: &Change, at: usize, outcome: Outcome, status: Option<u16>) {
        if change.write.is_some() {
            self.to_log.push((at, status));
        }
        let made = self.answers.contains_key(&change.address);
        if !matches!(outcome, Outcome::Done { .. }) && !made {
            let why = match &outcome {
                Outcome::Failed(_) => "which failed",
                Outcome::HeldBack(_) => "which is held back",
                Outcome::Done { .. } | Outcome::NotAttempted(_) => "which was not attempted",
            };
            self.failed.insert(change.address.clone(), why.to_owned());
        }
        if matches!(&outcome, Outcome::Failed(error) if error.failure == Failure::Interrupted) {
            self.outcomes[at] = Some(Outcome::NotAttempted("the run was interrupted".to_owned()));
        } else {
            self.outcomes[at] = Some(outcome);
        }
        (self.tools.on_progress)();
    }

    /// Writes what came of things since the last time, with one wait for the disk.
    fn write_log(&mut self, plan: &Plan) {
        let over = std::mem::take(&mut self.to_log);
        let outcomes: Vec<(&Change, &Outcome, Option<u16>)> = over
            .iter()
            .filter_map(|(at, status)| Some((&plan.changes[*at], self.outcomes[*at].as_ref()?, *status)))
            .collect();
        if outcomes.is_empty() {
            return;
        }
        let started = Instant::now();
        self.errors.extend(self.tools.journal.outcomes(&outcomes).err());
        self.logged_at = Instant::now();
        self.logging_took = started.elapsed();
    }
}

fn held_fields(change: &Change) -> Option<String> {
    let held: Vec<String> =
        change.fields.iter().filter(|field| field.verdict.is_held_back()).map(|field| field.path.to_string()).collect();
    (!held.is_empty()).then(|| held.join(", "))
}

/// The steps that make objects of one name: what is found by it may be another's.
fn twins(plan: &Plan) -> HashSet<usize> {
    let mut named: HashMap<(&str, &str, &str), Vec<usize>> = HashMap::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let Some(Write::Create { body, .. }) = &change.write else { continue };
        let text = |field: &&'static str| Some((*field, body.get(*field)?.as_text()?));
        if let Some((field, text)) = change.kind.identity.iter().find_map(text) {
            named.entry((change.kind.section, field, text)).or_default().push(at);
        }
    }
    named.into_values().filter(|steps| steps.len() > 1).flatten().collect()
}

/// Those that are over, and those that want a second try.
fn apart(ended: Vec<Done>) -> (Vec<Again>, Vec<Done>) {
    let mut again = Vec::new();
    let mut over = Vec::new();
    for mut done in ended {
        match done.again.take() {
            Some(second) => again.push(second),
            None => over.push(done),
        }
    }
    (again, over)
}
