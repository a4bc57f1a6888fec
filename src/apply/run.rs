//! Runs a plan: starts each change when its dependencies are done, and records what came of it.
//!
//! One loop takes events: intents are in the log, a write to Vapi ended, the file or the log was written. The disk is written to
//! by other threads, so that requests never wait for it, but for their intents.

mod ready;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};

use super::desk::Desk;
use super::step::{Again, Done, Ready, Step, Written};
use super::twins::twins;
use super::unguarded::not_guarded;
use super::unwritten::Unwritten;
use super::watch::Watch;
use super::{Journal, Ports, Recorder};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::model::{Address, FieldPath, RemoteId, Value};
use crate::plan::report::Outcome;
use crate::plan::{Action, Change, Plan, Write};
use crate::recovery::Creations;
use crate::vapi::Reader;

/// How old what is known of a kind may be where reading everything again would cost more than one round trip.
const WATCHED: Duration = Duration::from_secs(2);

/// How old the answer to a creation may be at the second write of its object.
const OLD: Duration = Duration::from_secs(5);

/// An object as a step left it.
#[derive(Clone)]
struct Answered {
    at: Instant,
    value: Value,
    version: Option<u64>,
}

/// What a run waits for.
enum Event {
    /// The log says what is about to be written, or cannot: then nothing is.
    Intended(Result<(), Diagnostic>, Vec<(usize, Ready)>),
    Ended(Box<Done>),
    FileWritten(Result<(), Diagnostic>),
    LogWritten(Result<(), Diagnostic>),
}

type Events<'p> = FuturesUnordered<LocalBoxFuture<'p, Event>>;

/// What came of a plan: see [`Report`](crate::plan::report::Report).
pub(super) struct Over {
    pub(super) outcomes: Vec<Option<Outcome>>,
    pub(super) errors: Diagnostics,
    pub(super) warnings: Diagnostics,
    pub(super) notes: Diagnostics,
}

pub(super) struct Run<'t, 'p, R, J> {
    plan: &'p Plan,
    ports: Ports<'t>,
    file: Desk<'p, R>,
    log: Desk<'p, J>,
    /// The changes that were not started yet.
    waiting: Vec<usize>,
    /// Whether intents are on their way into the log: one sync for all that starts meanwhile.
    is_starting: bool,
    /// Intended writes that wait for ids to be in the file.
    intended: Vec<(usize, Ready)>,
    /// How many writes to Vapi are intended or under way.
    requests: usize,
    reader: Reader,
    creations: Rc<Creations>,
    watch: Rc<Watch>,
    ids: HashMap<Address, RemoteId>,
    /// The creates that share a name, and those without one that another holds: an object found by it may belong to another entry.
    twins: HashSet<usize>,
    outcomes: Vec<Option<Outcome>>,
    /// Objects as this run left them, for `Write::Complete`.
    answers: HashMap<Address, Answered>,
    /// How old the plan's read may be at a write.
    fresh: Duration,
    /// Entries that failed, with the reason shown to those that depend on them.
    failed: HashMap<Address, String>,
    errors: Diagnostics,
    warnings: Diagnostics,
    unwritten: Unwritten,
    /// Updates that may have replaced an edit unnoticed, and the age of the read.
    unguarded: Vec<(usize, Duration)>,
}

impl<'t, 'p, R, J> Run<'t, 'p, R, J> {
    pub(super) fn new(plan: &'p Plan, ports: Ports<'t>, file: Desk<'p, R>, log: Desk<'p, J>) -> Self {
        let reader = Reader::new(ports.transport.clone());
        let updates = plan.changes.iter().filter(|change| matches!(change.write(), Some(Write::Update { .. }))).count();
        let few = updates <= ports.transport.parallelism();
        let parallelism = ports.transport.parallelism();
        let creations = Creations::new(reader.clone(), ports.listings, ports.read_at, parallelism, ports.patience);
        plan.changes.iter().filter(|change| change.creates()).for_each(|change| creations.expect(change.kind));
        Run {
            plan,
            file,
            log,
            waiting: (0..plan.changes.len()).filter(|at| plan.changes[*at].write().is_some()).collect(),
            is_starting: false,
            intended: Vec::new(),
            requests: 0,
            creations: Rc::new(creations),
            watch: Rc::new(Watch::new(reader.clone(), plan, ports.listings, ports.read_at)),
            reader,
            ids: ports.ids.clone(),
            twins: twins(plan),
            outcomes: vec![None; plan.changes.len()],
            answers: HashMap::new(),
            fresh: ports.fresh.unwrap_or(if few { Duration::ZERO } else { WATCHED }),
            failed: HashMap::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
            unwritten: Unwritten::new(!plan.records_org),
            unguarded: Vec::new(),
            ports,
        }
    }
}

impl<'p, R: Recorder + Send, J: Journal + Send> Run<'_, 'p, R, J> {
    pub(super) async fn run(mut self) -> Over {
        self.settle_links().await;
        let mut events = Events::new();
        loop {
            let moved = self.start(&events);
            self.write_what_is_due(&events);
            if events.is_empty() {
                if moved && !self.waiting.is_empty() {
                    continue;
                }
                break;
            }
            let mut event = tokio::time::timeout(self.until_due(), events.next()).await.ok().flatten();
            while let Some(next) = event {
                self.take(next, &events);
                event = events.next().now_or_never().flatten();
            }
        }
        drop(events);
        self.end().await
    }

    /// Starts what no longer waits for anything, and ends what will not be written. Whether there was any.
    fn start(&mut self, events: &Events<'p>) -> bool {
        if self.is_starting {
            return false;
        }
        let mut go = Vec::new();
        let before = self.waiting.len();
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|at| match self.ready(*at) {
            Some(Ok(ready)) => {
                go.push((*at, ready));
                false
            }
            Some(Err(outcome)) => {
                self.finish(*at, outcome, None);
                false
            }
            None => true,
        });
        let moved = waiting.len() < before;
        self.waiting = waiting;
        if !go.is_empty() {
            let intents: Vec<&Change> = go.iter().map(|(at, _)| &self.plan.changes[*at]).collect();
            let logged = self.log.write(move |journal| journal.intents(&intents));
            self.intend(logged, go, events);
        }
        moved
    }

    /// Lets writes wait for the log.
    fn intend(
        &mut self,
        logged: LocalBoxFuture<'static, Result<(), Diagnostic>>,
        go: Vec<(usize, Ready)>,
        events: &Events<'p>,
    ) {
        self.is_starting = true;
        self.requests += go.len();
        events.push(async move { Event::Intended(logged.await, go) }.boxed_local());
    }

    fn take(&mut self, event: Event, events: &Events<'p>) {
        match event {
            Event::Intended(logged, go) => {
                self.is_starting = false;
                self.intended.extend(go);
                self.send_or_end(logged, events);
            }
            Event::Ended(mut done) => {
                self.requests -= 1;
                match done.again.take() {
                    Some(again) => self.retry(again, events),
                    None => self.record(*done),
                }
            }
            Event::FileWritten(written) => {
                self.unwritten.end_file();
                self.send_or_end(written, events);
            }
            Event::LogWritten(written) => {
                self.unwritten.end_log();
                self.errors.extend(written.err());
            }
        }
    }

    /// Sends what is in the log and needs no id that is not in the file yet; or nothing more if something was not `written`.
    fn send_or_end(&mut self, written: Result<(), Diagnostic>, events: &Events<'p>) {
        self.errors.extend(written.err());
        for (at, ready) in std::mem::take(&mut self.intended) {
            let needs = &self.plan.changes[at].needs;
            if let Some(error) = self.errors.first() {
                self.requests -= 1;
                let why = error.message.clone();
                self.finish(at, Outcome::NotAttempted(why), None);
            } else if needs.iter().any(|need| self.unwritten.must_wait_for(need)) {
                self.intended.push((at, ready));
            } else {
                events.push(self.step(at, ready));
            }
        }
    }

    /// Tries again without what Vapi no longer accepts, once that is in the log.
    fn retry(&mut self, Again { at, left_out, ready }: Again, events: &Events<'p>) {
        let change = &self.plan.changes[at];
        for (path, _) in &left_out {
            let message = format!("{}: Vapi no longer accepts {path}, so it was not sent", change.address);
            self.warnings.push(
                Diagnostic::warning("left-out", message).help(
                    "take the line out of the file; its value in Vapi is kept in the audit log (`vapi-sync log`)",
                ),
            );
        }
        let logged = self
            .log
            .write(move |journal| left_out.iter().try_for_each(|(path, value)| journal.left_out(change, path, value)));
        self.intend(logged, vec![(at, ready)], events);
    }

    /// How long until something is to be written to the disk.
    fn until_due(&self) -> Duration {
        let due = [self.unwritten.until_file(), self.unwritten.until_log()];
        due.into_iter().flatten().min().unwrap_or(Duration::MAX)
    }

    fn write_what_is_due(&mut self, events: &Events<'p>) {
        // Nothing stays unwritten once no request is under way.
        let is_due = |left: Option<Duration>| left.is_some_and(|left| left.is_zero() || self.requests == 0);
        let (file, log) = (is_due(self.unwritten.until_file()), is_due(self.unwritten.until_log()));
        if file {
            let written = self.write_file();
            events.push(written.map(Event::FileWritten).boxed_local());
        }
        if log {
            let written = self.write_log();
            events.push(written.map(Event::LogWritten).boxed_local());
        }
    }

    fn write_file(&mut self) -> LocalBoxFuture<'static, Result<(), Diagnostic>> {
        let facts = self.unwritten.begin_file();
        self.file.write(move |recorder| recorder.record(&facts))
    }

    fn write_log(&mut self) -> LocalBoxFuture<'static, Result<(), Diagnostic>> {
        let over = self.unwritten.begin_log();
        let over: Vec<(&'p Change, Outcome, Option<u16>)> = over
            .into_iter()
            .filter_map(|(at, status)| Some((&self.plan.changes[at], self.outcomes[at].clone()?, status)))
            .collect();
        self.log.write(move |journal| {
            let over: Vec<_> = over.iter().map(|(change, outcome, status)| (*change, outcome, *status)).collect();
            journal.outcomes(&over)
        })
    }

    /// Ends what waits by now for something that was not created.
    async fn end(mut self) -> Over {
        for at in std::mem::take(&mut self.waiting) {
            self.finish(at, Outcome::NotAttempted("something it depends on was not created".to_owned()), None);
        }
        if self.unwritten.until_log().is_some() {
            let written = self.write_log().await;
            self.errors.extend(written.err());
        }
        let plan = self.plan;
        for (change, outcome) in plan.changes.iter().zip(&mut self.outcomes).filter(|(_, outcome)| outcome.is_none()) {
            *outcome = change.why_held().map(Outcome::HeldBack);
        }
        let notes = not_guarded(plan, &self.unguarded).into_iter().collect();
        Over { outcomes: self.outcomes, errors: self.errors, warnings: self.warnings, notes }
    }

    /// Puts ids that the plan found by name into the file, before any write.
    async fn settle_links(&mut self) {
        let plan = self.plan;
        if let Some(org) = &plan.org_id {
            self.unwritten.org(org);
        }
        for change in plan.changes.iter().filter(|change| change.action() == Action::Link && change.held.is_none()) {
            if let Some(id) = &change.id {
                self.unwritten.id(&change.address, id);
                self.ids.insert(change.address.clone(), id.clone());
            }
        }
        let mut failure = None;
        if self.unwritten.until_file().is_some() {
            failure = self.write_file().await.err();
            self.unwritten.end_file();
        }
        for (at, change) in plan.changes.iter().enumerate().filter(|(_, change)| change.action() == Action::Link) {
            if change.held.is_none() && change.write().is_none() {
                let outcome = match &failure {
                    None => Outcome::Done { id: change.id.clone() },
                    Some(error) => Outcome::Failed(error.clone()),
                };
                self.finish(at, outcome, None);
            }
        }
        self.errors.extend(failure);
    }

    fn step(&self, at: usize, ready: Ready) -> LocalBoxFuture<'p, Event> {
        let step = Step {
            reader: self.reader.clone(),
            writer: super::writer::Writer::new(self.ports.transport.clone()),
            creations: Rc::clone(&self.creations),
            watch: Rc::clone(&self.watch),
            change: &self.plan.changes[at],
            alone: !self.twins.contains(&at),
        };
        step.take(at, ready).map(|done| Event::Ended(Box::new(done))).boxed_local()
    }

    fn record(&mut self, Done { at, result, status, warnings, .. }: Done) {
        let change = &self.plan.changes[at];
        for warning in warnings {
            self.warnings.push(Diagnostic::warning("filled-in", format!("{}: {warning}", change.address)));
        }
        let written = match result {
            Ok(written) => written,
            Err(outcome) => return self.finish(at, outcome, status),
        };
        if let Some(org) = &written.org_id {
            self.unwritten.org(org);
        }
        if let Some(Write::Create { purchase, .. }) = change.write() {
            self.unwritten.id(&change.address, &written.id);
            if let Some(number) = written.answer.text_at("number").filter(|_| *purchase) {
                let path = FieldPath::root().key("number");
                self.unwritten.field(&change.address, path, Value::Text(number.into()));
            }
        }
        self.ids.insert(change.address.clone(), written.id.clone());
        self.unguarded.extend(written.unguarded.map(|age| (at, age)));
        let Written { answer: value, version, .. } = written;
        self.answers.insert(change.address.clone(), Answered { at: Instant::now(), value, version });
        let outcome = match written.error {
            Some(error) => Outcome::Failed(error),
            None => Outcome::Done { id: Some(written.id) },
        };
        self.finish(at, outcome, status);
    }

    fn finish(&mut self, at: usize, outcome: Outcome, status: Option<u16>) {
        let change = &self.plan.changes[at];
        if change.write().is_some() {
            self.unwritten.over(at, status);
        }
        let interrupted = matches!(&outcome, Outcome::Failed(error) if error.failure == Failure::Interrupted);
        let outcome = if interrupted { Outcome::NotAttempted("the run was interrupted".to_owned()) } else { outcome };
        let made = self.answers.contains_key(&change.address);
        if !matches!(outcome, Outcome::Done { .. }) && !made {
            let why = match &outcome {
                Outcome::Failed(_) => "which failed",
                Outcome::HeldBack(_) => "which is held back",
                Outcome::Done { .. } | Outcome::NotAttempted(_) => "which was not attempted",
            };
            self.failed.insert(change.address.clone(), why.to_owned());
        }
        self.outcomes[at] = Some(outcome);
        (self.ports.on_progress)();
    }
}
