//! Runs a plan: starts each change when its dependencies are done, and records what came of it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};

use super::Ports;
use super::step::{Again, Done, Ready, Step, Update, Written};
use super::unguarded::not_guarded;
use super::unwritten::Unwritten;
use super::watch::Watch;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::model::{Address, FieldPath, Map, RemoteId, Value};
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, Plan, Write};
use crate::recovery::Creations;
use crate::state::ids::fill;
use crate::values::compare::{covers, overlay};
use crate::values::normalize::name;
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

type UnderWay<'p> = FuturesUnordered<LocalBoxFuture<'p, Done>>;

pub(super) struct Run<'t> {
    ports: Ports<'t>,
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

impl<'t> Run<'t> {
    pub(super) fn new(plan: &Plan, ports: Ports<'t>) -> Self {
        let reader = Reader::new(ports.transport.clone());
        let updates = plan.changes.iter().filter(|change| matches!(change.write(), Some(Write::Update { .. }))).count();
        let few = updates <= ports.transport.parallelism();
        let parallelism = ports.transport.parallelism();
        let creations = Creations::new(reader.clone(), ports.listings, ports.read_at, parallelism, ports.patience);
        plan.changes.iter().filter(|change| change.creates()).for_each(|change| creations.expect(change.kind));
        Run {
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

impl Run<'_> {
    pub(super) async fn run(mut self, plan: Plan) -> Report {
        self.settle_links(&plan);
        let mut waiting: Vec<usize> =
            (0..plan.changes.len()).filter(|at| plan.changes[*at].write().is_some()).collect();
        let mut under_way = FuturesUnordered::new();
        loop {
            let mut moved = self.start(&plan, &mut waiting, &under_way);
            // What waits for an id in the file starts as soon as it is there.
            if self.unwritten.is_waited_for() && (under_way.is_empty() || self.unwritten.file_is_due()) {
                self.write_file();
                moved |= self.start(&plan, &mut waiting, &under_way);
            }
            // What was started is on its way while the log and the file are written.
            let first = under_way.next().now_or_never().flatten();
            if self.unwritten.log_is_due() {
                self.write_log(&plan);
            }
            if self.unwritten.file_is_due() {
                self.write_file();
            }
            if under_way.is_empty() && first.is_none() {
                if moved && !waiting.is_empty() {
                    continue;
                }
                break;
            }
            let (again, over) = self.next(first, &mut under_way).await;
            self.record(&plan, over);
            self.retry(&plan, again, &under_way);
        }
        drop(under_way);
        self.end(plan, waiting)
    }

    /// Starts what no longer waits for anything, and ends what will not be written. Whether there was any.
    fn start<'p>(&mut self, plan: &'p Plan, waiting: &mut Vec<usize>, under_way: &UnderWay<'p>) -> bool {
        let before = waiting.len();
        let mut go = Vec::new();
        waiting.retain(|at| match self.ready(plan, *at) {
            Some(Ok(ready)) => {
                go.push((*at, ready));
                false
            }
            Some(Err(outcome)) => {
                self.finish(&plan.changes[*at], *at, outcome, None);
                false
            }
            None => true,
        });
        let intents: Vec<&Change> = go.iter().map(|(at, _)| &plan.changes[*at]).collect();
        let refused = if intents.is_empty() { None } else { self.ports.journal.intents(&intents).err() };
        for (at, ready) in go {
            match &refused {
                None => under_way.push(self.step(plan, at, ready)),
                Some(error) => {
                    self.finish(&plan.changes[at], at, Outcome::NotAttempted(error.message.clone()), None);
                }
            }
        }
        self.errors.extend(refused);
        waiting.len() < before
    }

    /// The steps that ended, once one has or something is due to be written: those to be tried again, and those that are over.
    async fn next(&self, first: Option<Done>, under_way: &mut UnderWay<'_>) -> (Vec<Done>, Vec<Done>) {
        let mut ended: Vec<Done> = first.into_iter().collect();
        if ended.is_empty() {
            // A slow response must not delay the disk.
            ended.extend(tokio::time::timeout(self.unwritten.until_due(), under_way.next()).await.ok().flatten());
        }
        while let Some(Some(done)) = under_way.next().now_or_never() {
            ended.push(done);
        }
        ended.into_iter().partition(|done| done.again.is_some())
    }

    /// Tries again without what Vapi no longer accepts, once that is in the log.
    fn retry<'p>(&mut self, plan: &'p Plan, again: Vec<Done>, under_way: &UnderWay<'p>) {
        for Again { at, left_out, ready } in again.into_iter().filter_map(|done| done.again) {
            let change = &plan.changes[at];
            let log = |(path, value): &(String, Value)| self.ports.journal.left_out(change, path, value);
            if let Err(error) = left_out.iter().try_for_each(log) {
                self.finish(change, at, Outcome::NotAttempted(error.message.clone()), None);
                self.errors.push(error);
                continue;
            }
            for (path, _) in &left_out {
                let message = format!("{}: Vapi no longer accepts {path}, so it was not sent", change.address);
                self.warnings.push(Diagnostic::warning("left-out", message).help(
                    "take the line out of the file; its value in Vapi is kept in the audit log (`vapi-sync log`)",
                ));
            }
            under_way.push(self.step(plan, at, ready));
        }
    }

    /// Writes what is still to be written, and reports. What waits by now waits for something that was not created.
    fn end(mut self, plan: Plan, waiting: Vec<usize>) -> Report {
        self.write_file();
        for at in waiting {
            let reason = "something it depends on was not created".to_owned();
            self.finish(&plan.changes[at], at, Outcome::NotAttempted(reason), None);
        }
        self.write_log(&plan);
        for (change, outcome) in plan.changes.iter().zip(&mut self.outcomes).filter(|(_, outcome)| outcome.is_none()) {
            *outcome = change.why_held().map(Outcome::HeldBack);
        }
        let notes = not_guarded(&plan, &self.unguarded).into_iter().collect();
        Report { plan, outcomes: self.outcomes, errors: self.errors, warnings: self.warnings, notes, run: None }
    }

    /// Puts ids that the plan found by name into the file, before any write.
    fn settle_links(&mut self, plan: &Plan) {
        if let Some(org) = &plan.org_id {
            self.unwritten.org(org);
        }
        for change in plan.changes.iter().filter(|change| change.action() == Action::Link && change.held.is_none()) {
            if let Some(id) = &change.id {
                self.unwritten.id(&change.address, id);
                self.ids.insert(change.address.clone(), id.clone());
            }
        }
        let failure = self.unwritten.write_file(self.ports.recorder).err();
        for (at, change) in plan.changes.iter().enumerate().filter(|(_, change)| change.action() == Action::Link) {
            if change.held.is_none() && change.write().is_none() {
                let outcome = match &failure {
                    None => Outcome::Done { id: change.id.clone() },
                    Some(error) => Outcome::Failed(error.clone()),
                };
                self.finish(change, at, outcome, None);
            }
        }
        self.errors.extend(failure);
    }

    /// A write that can start; the reason why it will not; or `None` while it must wait.
    fn ready(&mut self, plan: &Plan, at: usize) -> Option<Result<Ready, Outcome>> {
        let change = &plan.changes[at];
        if let Some(why) = &change.held {
            return Some(Err(Outcome::HeldBack(why.clone())));
        }
        if let Some(refused) = &change.refused {
            return Some(Err(Outcome::Failed(refused.clone())));
        }
        if self.ports.transport.is_stopped() {
            return Some(Err(Outcome::NotAttempted("the run was interrupted".to_owned())));
        }
        if !self.errors.is_empty() {
            return Some(Err(Outcome::NotAttempted("an earlier write of this run could not be recorded".to_owned())));
        }
        if let Some((need, why)) = change.needs.iter().find_map(|need| Some((need, self.failed.get(need)?))) {
            return Some(Err(Outcome::NotAttempted(format!("it needs {need}, {why}"))));
        }
        for (at, second) in plan.changes.iter().enumerate().filter(|_| !change.after.is_empty()) {
            if second.is_second() && change.after.contains(&second.address) {
                match &self.outcomes[at] {
                    Some(Outcome::Done { .. }) => {}
                    Some(_) => {
                        let why = format!("it rings {}, which does not have all its fields yet", second.address);
                        return Some(Err(Outcome::NotAttempted(why)));
                    }
                    None => return None,
                }
            }
        }
        let id_of = |address: &Address| self.ids.get(address).cloned();
        if change.needs.iter().any(|need| id_of(need).is_none() || self.unwritten.must_wait_for(need)) {
            return None;
        }
        let fill_map = |body: &Map| {
            let mut body = body.clone();
            body.values_mut().for_each(|value| fill(value, &id_of));
            body
        };
        Some(Ok(match change.write()? {
            Write::Create { body, purchase } => Ready::Create { body: fill_map(body), purchase: *purchase },
            Write::Update { body, seen, desired } => Ready::Update(Box::new(Update {
                id: change.id.clone()?,
                body: fill_map(body),
                seen: seen.clone(),
                desired: desired.clone(),
                seen_at: self.ports.read_at,
                version: change.version,
                fresh: self.fresh,
                watched: true,
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
                    .filter(|(key, _)| {
                        change.kind.companions.contains(&key.as_str())
                            || desired.as_map().is_some_and(|map| map.contains_key(*key))
                    })
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                let id = self.ids.get(&change.address)?.clone();
                let fresh = self.ports.fresh.unwrap_or(OLD);
                let (watched, second) = (false, false);
                Ready::Update(Box::new(Update { id, body, seen, desired, seen_at, version, fresh, watched, second }))
            }
        }))
    }

    fn step<'p>(&self, plan: &'p Plan, at: usize, ready: Ready) -> LocalBoxFuture<'p, Done> {
        let step = Step {
            reader: self.reader.clone(),
            writer: super::writer::Writer::new(self.ports.transport.clone()),
            creations: Rc::clone(&self.creations),
            watch: Rc::clone(&self.watch),
            change: &plan.changes[at],
            alone: !self.twins.contains(&at),
        };
        step.take(at, ready).boxed_local()
    }

    fn record(&mut self, plan: &Plan, over: Vec<Done>) {
        for done in &over {
            let change = &plan.changes[done.at];
            let Ok(written) = &done.result else { continue };
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
        }
        for done in over {
            let change = &plan.changes[done.at];
            for warning in done.warnings {
                self.warnings.push(Diagnostic::warning("filled-in", format!("{}: {warning}", change.address)));
            }
            let outcome = match done.result {
                Ok(written) => {
                    self.ids.insert(change.address.clone(), written.id.clone());
                    self.unguarded.extend(written.unguarded.map(|age| (done.at, age)));
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

    fn write_file(&mut self) {
        self.errors.extend(self.unwritten.write_file(self.ports.recorder).err());
    }

    fn write_log(&mut self, plan: &Plan) {
        self.errors.extend(self.unwritten.write_log(self.ports.journal, plan, &self.outcomes).err());
    }

    fn finish(&mut self, change: &Change, at: usize, outcome: Outcome, status: Option<u16>) {
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

/// The creates that share a name: an object found by it may belong to another entry.
fn twins(plan: &Plan) -> HashSet<usize> {
    let mut named: HashMap<(&str, &str, String), Vec<usize>> = HashMap::new();
    let mut nameless: Vec<(usize, &Change, Value)> = Vec::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let Some(Write::Create { body, .. }) = change.write() else { continue };
        let body = Value::Map(body.clone());
        match change.kind.identity_of(&body) {
            Some((field, text)) => named.entry((change.kind.section, field, name(&text))).or_default().push(at),
            None => nameless.push((at, change, body)),
        }
    }
    let holds = |one: &(usize, &Change, Value), other: &(usize, &Change, Value)| {
        one.0 != other.0 && one.1.kind == other.1.kind && covers(one.1.kind.root(), &other.2, &one.2)
    };
    let alike = nameless.iter().filter(|one| nameless.iter().any(|other| holds(one, other))).map(|(at, _, _)| *at);
    named.into_values().filter(|steps| steps.len() > 1).flatten().chain(alike).collect()
}
