//! Carries out an approved plan. The one place that can write to Vapi; its writer is private to it.
//!
//! ```text
//! Approved → per change, as soon as what it needs has an id:
//!     look again if the plan is old → intent → POST | PATCH → verify → outcome → id into the file
//! ```
//!
//! Nothing is decided here: what is not as planned is held back, what depends on a failure is not attempted, all else
//! goes on.

mod arrivals;
mod settle;
mod verify;
mod writer;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use self::arrivals::{Arrival, Arrivals};
use self::settle::{Settled, owner_of_number, settle};
use self::verify::verify;
use self::writer::Writer;
use crate::compare::overlay;
use crate::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::identity::Listings;
use crate::kinds::Kind;
use crate::live::Live;
use crate::model::{Address, FieldPath, Map, RemoteId, Value};
use crate::normalize::{self, map_to_wire, same};
use crate::plan::{Action, Change, Plan, Write};
use crate::report::{Outcome, Report};
use crate::resolve::fill;
use crate::vapi::{Certainty, Problem, Reader, RequestError, Transport};

/// How long a plan may be old before an object is read again.
pub const FRESH: Duration = Duration::from_secs(5);

/// How long the answers of others are waited for before ids are written into the file, in times of what the last such
/// write took: a large file is written for many at once, and takes a quarter of the time at most.
const GATHERING: u32 = 3;

/// The longest such wait. What is killed meanwhile is found by its name.
const LONGEST_GATHERING: Duration = Duration::from_millis(250);

/// A plan that a person, or a flag that a person gave, approved.
pub struct Approved(Plan);

/// Who approved a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Somebody at a terminal said yes.
    Asked,
    /// `--yes`.
    Flag,
    /// There is nothing to write to Vapi.
    NothingToWrite,
}

impl Approved {
    /// Approves a plan. Whoever calls this has asked, or has seen the flag.
    pub fn new(plan: Plan, _consent: Consent) -> Self {
        Self(plan)
    }
}

/// Something that a run learnt and the file must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The organisation of the key.
    Org(String),
    /// The id of an entry's object.
    Id {
        /// The entry.
        address: Address,
        /// Vapi's id.
        id: RemoteId,
    },
    /// A field that Vapi decided and the file has otherwise: the number that was allotted in place of a lost one.
    Field {
        /// The entry.
        address: Address,
        /// The field.
        path: FieldPath,
        /// Vapi's value.
        value: Value,
    },
}

/// Writes facts into the file, atomically. When it returns they are on the disk.
pub trait Recorder {
    /// Writes them.
    ///
    /// # Errors
    /// The file could not be written; it is as it was.
    fn record(&mut self, facts: &[Fact]) -> Result<(), Diagnostic>;
}

/// Writes the audit log.
pub trait Journal {
    /// Before a write.
    ///
    /// # Errors
    /// The log cannot be written: then nothing else is.
    fn intent(&mut self, change: &Change) -> Result<(), Diagnostic>;
    /// After a write, or in its place.
    ///
    /// # Errors
    /// The log cannot be written.
    fn outcome(&mut self, change: &Change, outcome: &Outcome, status: Option<u16>) -> Result<(), Diagnostic>;
    /// A value that a second try leaves out, since Vapi no longer takes it.
    ///
    /// # Errors
    /// The log cannot be written.
    fn left_out(&mut self, change: &Change, path: &str, value: &Value) -> Result<(), Diagnostic>;
}

/// What an apply works with.
pub struct Tools<'t> {
    /// The way to Vapi.
    pub transport: Transport,
    /// The file.
    pub recorder: &'t mut dyn Recorder,
    /// The audit log.
    pub journal: &'t mut dyn Journal,
    /// What the plan was made from.
    pub listings: &'t Listings,
    /// When it was read.
    pub read_at: Instant,
    /// The ids of all entries that had one when the plan was made.
    pub ids: HashMap<Address, RemoteId>,
    /// How long a lost answer is looked for.
    pub patience: Duration,
    /// Told of each change that is over.
    pub on_progress: &'t dyn Fn(),
}

/// Carries out a plan.
pub async fn apply(Approved(plan): Approved, tools: Tools<'_>) -> Report {
    let known = tools
        .listings
        .iter()
        .map(|(section, lives)| (*section, lives.iter().map(|live| live.header.id.clone()).collect()));
    let known = Known(Rc::new(RefCell::new(known.collect())));
    let reader = Reader::new(tools.transport.clone());
    let run = Run {
        arrivals: Rc::new(Arrivals::new(reader.clone(), tools.listings, tools.transport.parallelism())),
        reader,
        ids: tools.ids.clone(),
        outcomes: vec![None; plan.changes.len()],
        answers: HashMap::new(),
        known,
        recording: Duration::ZERO,
        failed: HashMap::new(),
        errors: Vec::new(),
        warnings: Vec::new(),
        org_recorded: !plan.records_org,
        tools,
    };
    run.run(plan).await
}

struct Run<'t> {
    tools: Tools<'t>,
    reader: Reader,
    arrivals: Rc<Arrivals>,
    ids: HashMap<Address, RemoteId>,
    outcomes: Vec<Option<Outcome>>,
    /// Objects as the steps of this run left them, and when, for a second step.
    answers: HashMap<Address, (Instant, Value)>,
    known: Known,
    /// What the last write of the file took.
    recording: Duration,
    /// Entries whose step did not succeed, with the reason for those that need them.
    failed: HashMap<Address, String>,
    errors: Diagnostics,
    warnings: Diagnostics,
    org_recorded: bool,
}

/// Ids that are no news, by section: what was there before, and what entries have taken since.
#[derive(Clone)]
struct Known(Rc<RefCell<HashMap<&'static str, HashSet<String>>>>);

impl Known {
    fn contains(&self, kind: &Kind, id: &str) -> bool {
        self.0.borrow().get(kind.section).is_some_and(|ids| ids.contains(id))
    }

    fn take(&self, kind: &Kind, id: &str) {
        self.0.borrow_mut().entry(kind.section).or_default().insert(id.to_owned());
    }
}

/// How a single write ended.
struct Done {
    at: usize,
    result: Result<Written, Outcome>,
    status: Option<u16>,
    warnings: Vec<String>,
    /// A value that was left out of a second try, and where.
    left_out: Option<(String, Value)>,
}

struct Written {
    id: RemoteId,
    org_id: Option<String>,
    answer: Value,
    error: Option<Diagnostic>,
}

/// A write that is ready to go: all ids filled in.
enum Ready {
    Create { body: Map, purchase: bool },
    Update { id: RemoteId, body: Map, seen: Value, desired: Value, seen_at: Instant },
}

impl Run<'_> {
    async fn run(mut self, plan: Plan) -> Report {
        self.settle_links(&plan);
        let mut waiting: Vec<usize> = (0..plan.changes.len()).filter(|at| plan.changes[*at].write.is_some()).collect();
        let twins = twins(&plan);
        let mut under_way = FuturesUnordered::new();
        loop {
            let mut still = Vec::new();
            let mut moved = false;
            for at in waiting {
                match self.ready(&plan, at) {
                    Some(Ok(ready)) => {
                        let change = &plan.changes[at];
                        if let Err(error) = self.tools.journal.intent(change) {
                            self.finish(change, at, Outcome::NotAttempted(error.message.clone()), None);
                            self.errors.push(error);
                        } else {
                            let step = Step {
                                reader: self.reader.clone(),
                                writer: Writer::new(self.tools.transport.clone()),
                                arrivals: Rc::clone(&self.arrivals),
                                change,
                                known: self.known.clone(),
                                patience: self.tools.patience,
                                alone: !twins.contains(&at),
                            };
                            under_way.push(step.take(at, ready));
                        }
                        moved = true;
                    }
                    Some(Err(outcome)) => {
                        self.finish(&plan.changes[at], at, outcome, None);
                        moved = true;
                    }
                    None => still.push(at),
                }
            }
            waiting = still;
            if under_way.is_empty() {
                if moved && !waiting.is_empty() {
                    continue;
                }
                break;
            }
            let over = gather(&mut under_way, GATHERING * self.recording).await;
            self.record(&plan, over);
        }
        drop(under_way);
        for at in waiting {
            let reason = "what it needs was not made".to_owned();
            self.finish(&plan.changes[at], at, Outcome::NotAttempted(reason), None);
        }
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
        if change.needs.iter().any(|need| id_of(need).is_none()) {
            return None;
        }
        let fill_map =
            |body: &Map| -> Map { body.iter().map(|(key, value)| (key.clone(), fill(value, &id_of))).collect() };
        Some(Ok(match change.write.as_ref()? {
            Write::Create { body, purchase } => Ready::Create { body: fill_map(body), purchase: *purchase },
            Write::Update { body, seen, desired } => Ready::Update {
                id: change.id.clone()?,
                body: fill_map(body),
                seen: seen.clone(),
                desired: desired.clone(),
                seen_at: self.tools.read_at,
            },
            Write::Complete { desired } => {
                let (seen_at, seen) = self.answers.get(&change.address)?.clone();
                let desired = Value::Map(fill_map(desired));
                let merged = overlay(change.kind.root(), &desired, &seen, &FieldPath::root(), &HashSet::new());
                let body: Map = merged
                    .as_map()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| desired.as_map().is_some_and(|map| map.contains_key(*key)))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                Ready::Update { id: self.ids.get(&change.address)?.clone(), body, seen, desired, seen_at }
            }
        }))
    }

    fn record(&mut self, plan: &Plan, over: Vec<Done>) {
        let mut facts = Vec::new();
        for done in &over {
            let change = &plan.changes[done.at];
            let Ok(written) = &done.result else { continue };
            if let (false, Some(org)) = (self.org_recorded, &written.org_id) {
                facts.push(Fact::Org(org.clone()));
                self.org_recorded = true;
            }
            if let Some(Write::Create { purchase, .. }) = &change.write {
                facts.push(Fact::Id { address: change.address.clone(), id: written.id.clone() });
                if let Some(number) = written.answer.text_at("number").filter(|_| *purchase) {
                    let path = FieldPath::root().key("number");
                    let value = Value::Text(number.to_owned());
                    facts.push(Fact::Field { address: change.address.clone(), path, value });
                }
            }
        }
        let mut failure = None;
        self.recording = Duration::ZERO;
        if !facts.is_empty() {
            let began = Instant::now();
            failure = self.tools.recorder.record(&facts).err();
            self.recording = began.elapsed();
        }
        for done in over {
            let change = &plan.changes[done.at];
            if let Some((path, value)) = &done.left_out {
                self.errors.extend(self.tools.journal.left_out(change, path, value).err());
            }
            for warning in done.warnings {
                self.warnings.push(Diagnostic::warning("filled-in", format!("{}: {warning}", change.address)));
            }
            let outcome = match done.result {
                Ok(written) => {
                    self.ids.insert(change.address.clone(), written.id.clone());
                    self.answers.insert(change.address.clone(), (Instant::now(), written.answer));
                    match written.error {
                        Some(error) => Outcome::Failed(error),
                        None => Outcome::Done { id: Some(written.id) },
                    }
                }
                Err(outcome) => outcome,
            };
            self.finish(change, done.at, outcome, done.status);
        }
        self.errors.extend(failure);
    }

    fn finish(&mut self, change: &Change, at: usize, outcome: Outcome, status: Option<u16>) {
        if change.write.is_some() {
            self.errors.extend(self.tools.journal.outcome(change, &outcome, status).err());
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
}

fn held_fields(change: &Change) -> Option<String> {
    let held: Vec<String> =
        change.fields.iter().filter(|field| field.verdict.is_held_back()).map(|field| field.path.to_string()).collect();
    (!held.is_empty()).then(|| held.join(", "))
}

/// All that is over: what comes first, and what follows within this time.
async fn gather(under_way: &mut FuturesUnordered<impl Future<Output = Done>>, wait: Duration) -> Vec<Done> {
    let mut over = Vec::new();
    over.extend(under_way.next().await);
    let until = tokio::time::Instant::now() + wait.min(LONGEST_GATHERING);
    while let Ok(Some(done)) = tokio::time::timeout_at(until, under_way.next()).await {
        over.push(done);
    }
    over
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

/// One write, from the last look to the verified answer.
struct Step<'c> {
    reader: Reader,
    writer: Writer,
    arrivals: Rc<Arrivals>,
    change: &'c Change,
    known: Known,
    patience: Duration,
    /// Whether no other step makes an object of this name.
    alone: bool,
}

impl Step<'_> {
    async fn take(self, at: usize, ready: Ready) -> Done {
        let result = Err(Outcome::NotAttempted(String::new()));
        let mut done = Done { at, result, status: None, warnings: vec![], left_out: None };
        done.result = match ready {
            Ready::Create { body, purchase } => self.create(body, purchase, &mut done).await,
            Ready::Update { id, body, seen, desired, seen_at } => {
                self.update(id, body, seen, desired, seen_at, &mut done).await
            }
        };
        done
    }

    async fn create(&self, body: Map, purchase: bool, done: &mut Done) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        let Some(wire) = map_to_wire(&body) else { return Err(self.unsendable()) };
        let wire = serde_json::Value::Object(wire);
        let mut resent = false;
        loop {
            let mut turn = self.arrivals.turn(kind).await;
            match self.arrived(&body).await? {
                Arrival::None => {}
                Arrival::Same(live) => {
                    done.warnings.push(format!("somebody made it meanwhile; linked to {}", live.header.id));
                    return self.written(&body, None, &live, done);
                }
                Arrival::Other(ids) => {
                    return Err(Outcome::HeldBack(format!(
                        "somebody made another of its name in Vapi since the plan was made ({ids}): plan again"
                    )));
                }
                Arrival::Rival(id) => {
                    return Err(Outcome::HeldBack(format!(
                        "somebody else is making the same objects at this moment ({id} is not of this run): run again"
                    )));
                }
            }
            let sent = self.writer.create(kind, &wire).await;
            let error = match sent {
                Ok(answer) => {
                    done.status = Some(answer.status);
                    match read_object(answer.value) {
                        Some(live) => {
                            self.arrivals.made(&mut turn, kind, &body, &live.header.id).await;
                            return self.written(&body, None, &live, done);
                        }
                        None => "Vapi answered with something that is no object".to_owned(),
                    }
                }
                Err(error) => {
                    done.status = error.status;
                    match error.certainty {
                        Certainty::Refused => {
                            if matches!(error.status, Some(400 | 409))
                                && let Some(live) =
                                    owner_of_number(&self.reader, kind, &body, &|id| self.known.contains(kind, id))
                                        .await
                            {
                                done.warnings.push(format!("it was there already; linked to {}", live.header.id));
                                return self.written(&Map::new(), None, &live, done);
                            }
                            return Err(self.failed(error));
                        }
                        Certainty::NotSent => return Err(self.failed(error)),
                        Certainty::Unclear => Diagnostic::from(error).message,
                    }
                }
            };
            drop(turn);
            let unclear = |why: &str| {
                Outcome::HeldBack(format!(
                    "nobody can tell whether it was made: {error}; {why}. The next run looks for it by its name"
                ))
            };
            if !self.alone {
                return Err(unclear("another entry of its name is made in this run"));
            }
            match settle(&self.reader, kind, &body, &|id| self.known.contains(kind, id), self.patience).await {
                Settled::Made(live) => {
                    done.warnings.push(format!("its answer was lost; it was found in Vapi as {}", live.header.id));
                    return self.written(&body, None, &live, done);
                }
                Settled::NotThere if purchase => return Err(unclear("a purchase is never sent twice")),
                Settled::NotThere if resent => return Err(unclear("it was sent twice and is in no list")),
                Settled::NotThere => resent = true,
                Settled::Unclear(why) => return Err(unclear(&why)),
            }
        }
    }

    async fn arrived(&self, body: &Map) -> Result<Arrival, Outcome> {
        let kind = self.change.kind;
        if !self.alone {
            return Ok(Arrival::None);
        }
        let known = |id: &str| self.known.contains(kind, id);
        let looked = self.arrivals.look(kind, body, &known).await;
        looked.map_err(|error| match error.failure {
            Failure::Interrupted => Outcome::NotAttempted("the run was interrupted".to_owned()),
            _ => Outcome::Failed(error),
        })
    }

    async fn update(
        &self,
        id: RemoteId,
        mut body: Map,
        mut seen: Value,
        desired: Value,
        seen_at: Instant,
        done: &mut Done,
    ) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        // Of thousands of writes the last are sent long after the plan was read: its age counts when its turn comes.
        let _turn = self.arrivals.any_turn().await;
        if seen_at.elapsed() >= FRESH {
            match self.reader.get(kind.endpoint, id.as_str()).await {
                Err(error) => return Err(Outcome::Failed(error)),
                Ok(None) => return Err(Outcome::HeldBack("it was deleted in Vapi since the plan was made".to_owned())),
                Ok(Some(live)) => match normalize::object(kind, &live) {
                    Err(error) => return Err(Outcome::Failed(error)),
                    Ok(now) if same(&now, &seen) => seen = now,
                    Ok(_) => {
                        return Err(Outcome::HeldBack(
                            "somebody changed it in Vapi since the plan was made: plan again".to_owned(),
                        ));
                    }
                },
            }
        }
        loop {
            let Some(wire) = map_to_wire(&body) else { return Err(self.unsendable()) };
            match self.writer.update(kind, &id, &serde_json::Value::Object(wire)).await {
                Ok(answer) => {
                    done.status = Some(answer.status);
                    let Some(live) = read_object(answer.value) else {
                        return Err(Outcome::Failed(Diagnostic::error(
                            "vapi-unreadable",
                            format!(
                                "Vapi answered the write of {} with something that is no object",
                                self.change.address
                            ),
                        )));
                    };
                    return self.written(&body, Some(&seen), &live, done);
                }
                Err(error) => {
                    done.status = error.status;
                    // A field that Vapi shows and refuses, and the file does not name, is left out of one more try.
                    if done.left_out.is_none()
                        && let Some((path, value)) = leave_out(&error, &mut body, &desired)
                    {
                        done.warnings.push(format!("Vapi itself no longer takes {path}; it was left out"));
                        done.left_out = Some((path, value));
                        continue;
                    }
                    return Err(self.failed(error));
                }
            }
        }
    }

    fn written(&self, asked: &Map, seen: Option<&Value>, live: &Live, done: &mut Done) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        let answer = normalize::object(kind, live).map_err(Outcome::Failed)?;
        self.known.take(kind, &live.header.id);
        let mut findings = verify(kind, asked, seen, &answer);
        done.warnings.append(&mut findings.warnings);
        Ok(Written {
            id: RemoteId(live.header.id.clone()),
            org_id: live.header.org_id.clone(),
            error: findings.error(&self.change.address),
            answer,
        })
    }

    fn failed(&self, error: RequestError) -> Outcome {
        let interrupted = matches!(error.problem, Problem::Interrupted);
        let mut diagnostic = Diagnostic::from(error);
        diagnostic.message = format!("{}: {}", self.change.address, diagnostic.message);
        diagnostic.place.clone_from(&self.change.place);
        if interrupted {
            return Outcome::NotAttempted("the run was interrupted".to_owned());
        }
        Outcome::Failed(diagnostic)
    }

    fn unsendable(&self) -> Outcome {
        Outcome::Failed(Diagnostic::error(
            "not-known",
            format!("{}: something that is to be sent is not known", self.change.address),
        ))
    }
}

fn read_object(json: serde_json::Value) -> Option<Live> {
    serde_json::from_value(json).ok()
}

/// Takes the field that Vapi refuses to know out of a body, if the file does not name it. Gives its path and value.
fn leave_out(error: &RequestError, body: &mut Map, desired: &Value) -> Option<(String, Value)> {
    if error.status != Some(400) {
        return None;
    }
    let path = error.words.iter().find_map(|word| {
        let rest = word.strip_suffix(" should not exist")?;
        let at = rest.rfind("property ")?;
        // NestJS writes `property x should not exist` and, for what lies deeper, `model.property x should not exist`.
        Some(format!("{}{}", &rest[..at], &rest[at + "property ".len()..]))
    })?;
    let steps: Vec<&str> = path.split('.').collect();
    let inside = |value, step: &&str| inside(value, step);
    if steps.iter().try_fold(desired, inside).is_some() {
        return None;
    }
    let (last, parents) = steps.split_last()?;
    let (first, parents) = match parents {
        [first, parents @ ..] => (first, parents),
        [] => return Some((path.clone(), body.shift_remove(*last)?)),
    };
    let mut value = body.get_mut(*first)?;
    for step in parents {
        value = match value {
            Value::Map(map) => map.get_mut(*step)?,
            Value::List(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match value {
        Value::Map(map) => Some((path.clone(), map.shift_remove(*last)?)),
        _ => None,
    }
}

/// A step into a value, as NestJS writes paths: `messages.0.content`.
fn inside<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(step),
        Value::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}
