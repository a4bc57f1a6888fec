//! A single write, from the last look to the verified answer.

use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::verify::verify;
use super::writer::Writer;
use crate::model::diagnostic::{Diagnostic, Failure};
use crate::model::{Map, RemoteId, Value};
use crate::plan::Change;
use crate::plan::report::Outcome;
use crate::recovery::{Creations, Found, Lost, says_it_exists};
use crate::values::live::Live;
use crate::values::normalize::{self, map_to_wire, same};
use crate::vapi::{Certainty, Problem, Reader, RequestError};

/// How a single write ended.
pub(super) struct Done {
    pub(super) at: usize,
    pub(super) result: Result<Written, Outcome>,
    pub(super) status: Option<u16>,
    pub(super) warnings: Vec<String>,
    /// It wants a second try instead.
    pub(super) again: Option<Again>,
}

/// A second try, without a value that Vapi itself no longer takes.
pub(super) struct Again {
    pub(super) at: usize,
    pub(super) path: String,
    pub(super) value: Value,
    pub(super) ready: Ready,
}

pub(super) struct Written {
    pub(super) id: RemoteId,
    pub(super) org_id: Option<String>,
    pub(super) answer: Value,
    pub(super) version: Option<u64>,
    /// It was an update, and Vapi gives no versions to tell from whether it replaced somebody's edit: how long before its
    /// answer the object had been read.
    pub(super) unguarded: Option<Duration>,
    pub(super) error: Option<Diagnostic>,
}

/// A write that is ready to go: all ids filled in.
pub(super) enum Ready {
    Create { body: Map, purchase: bool },
    Update(Box<Update>),
}

pub(super) struct Update {
    pub(super) id: RemoteId,
    pub(super) body: Map,
    pub(super) seen: Value,
    pub(super) desired: Value,
    /// When it was read.
    pub(super) seen_at: Instant,
    /// The number of its version then, where Vapi keeps versions.
    pub(super) version: Option<u64>,
    /// How old that may be.
    pub(super) fresh: Duration,
    /// Something was left out of it, since Vapi refused that.
    pub(super) second: bool,
}

/// A single write.
pub(super) struct Step<'c> {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) creations: Rc<Creations>,
    pub(super) change: &'c Change,
    /// Whether no other step makes an object of this name.
    pub(super) alone: bool,
}

impl Step<'_> {
    /// From the last look to the verified answer.
    pub(super) async fn take(self, at: usize, ready: Ready) -> Done {
        let mut done =
            Done { at, result: Err(Outcome::NotAttempted(String::new())), status: None, warnings: vec![], again: None };
        done.result = match ready {
            Ready::Create { body, purchase } => self.create(body, purchase, &mut done).await,
            Ready::Update(update) => self.update(*update, &mut done).await,
        };
        done
    }

    async fn create(&self, body: Map, purchase: bool, done: &mut Done) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        let Some(wire) = map_to_wire(&body) else { return Err(self.unsendable()) };
        let wire = serde_json::Value::Object(wire);
        let mut resent = false;
        loop {
            let mut turn = self.creations.turn(kind).await;
            match self.look_before(&body).await? {
                Found::Nothing => {}
                Found::Same(live) => {
                    done.warnings.push(format!("somebody made it meanwhile; linked to {}", live.header.id));
                    return self.written(&body, None, &live, done);
                }
                Found::Other(ids) => {
                    return Err(Outcome::HeldBack(format!(
                        "somebody made another of its name in Vapi since the plan was made ({ids}): plan again"
                    )));
                }
                Found::Rival(id) => {
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
                        Some(live) if self.creations.knows(kind, &live.header.id) => {
                            format!("Vapi answered with {}, which is another object", live.header.id)
                        }
                        Some(live) => {
                            self.creations.created(&mut turn, kind, &body, &live.header.id).await;
                            return self.written(&body, None, &live, done);
                        }
                        None => "Vapi answered with something that is no object".to_owned(),
                    }
                }
                Err(error) => {
                    done.status = error.status;
                    match error.certainty {
                        Certainty::Refused => {
                            if says_it_exists(error.status, &error.words)
                                && let Some(live) = self.creations.holder_of_number(kind, &body).await
                            {
                                return self.linked(&body, &live, done);
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
            match self.creations.lost_answer(kind, &body).await {
                Lost::Created(live) => {
                    done.warnings.push(format!("its answer was lost; it was found in Vapi as {}", live.header.id));
                    return self.written(&body, None, &live, done);
                }
                Lost::NotThere if purchase => return Err(unclear("a purchase is never sent twice")),
                Lost::NotThere if resent => return Err(unclear("it was sent twice and is in no list")),
                Lost::NotThere => resent = true,
                Lost::Unclear(why) => return Err(unclear(&why)),
            }
        }
    }

    async fn look_before(&self, body: &Map) -> Result<Found, Outcome> {
        if !self.alone {
            return Ok(Found::Nothing);
        }
        self.creations.look(self.change.kind, body).await.map_err(|error| match error.failure {
            Failure::Interrupted => Outcome::NotAttempted("the run was interrupted".to_owned()),
            _ => Outcome::Failed(error),
        })
    }

    /// Whether an object is as the plan saw it. Gives the number of its version.
    async fn look(&self, id: &RemoteId, seen: &Value) -> Result<Option<u64>, Outcome> {
        let kind = self.change.kind;
        let live = self.reader.get(kind.endpoint, id.as_str()).await.map_err(Outcome::Failed)?;
        let gone = || Outcome::HeldBack("it was deleted in Vapi since the plan was made".to_owned());
        let live = live.ok_or_else(gone)?;
        let now = normalize::object(kind, &live).map_err(Outcome::Failed)?;
        if same(&now, seen) {
            return Ok(live.header.version());
        }
        Err(Outcome::HeldBack("somebody changed it in Vapi since the plan was made: plan again".to_owned()))
    }

    async fn update(&self, update: Update, done: &mut Done) -> Result<Written, Outcome> {
        let Update { id, body, seen, desired, mut seen_at, mut version, fresh, second } = update;
        // Of thousands of writes the last are sent long after the plan was read: its age counts when its turn comes.
        let _turn = self.creations.any_turn().await;
        if seen_at.elapsed() >= fresh {
            seen_at = Instant::now();
            version = self.look(&id, &seen).await?;
        }
        let Some(wire) = map_to_wire(&body) else { return Err(self.unsendable()) };
        match self.writer.update(self.change.kind, &id, &serde_json::Value::Object(wire)).await {
            Ok(answer) => {
                done.status = Some(answer.status);
                let live = read_object(answer.value).filter(|live| live.header.id == id.as_str());
                let Some(live) = live else {
                    return Err(Outcome::Failed(Diagnostic::error(
                        "vapi-unreadable",
                        format!("Vapi answered the write of {} with something that is not it", self.change.address),
                    )));
                };
                let mut written = self.written(&body, Some(&seen), &live, done)?;
                let has_versions = version.is_some() && written.version.is_some();
                written.unguarded = (!has_versions).then(|| seen_at.elapsed());
                let others = others(version, written.version, answer.attempts);
                written.error = written.error.or_else(|| Some(self.written_over(others?, &body)));
                Ok(written)
            }
            Err(error) => {
                done.status = error.status;
                // A field that Vapi shows and refuses, and the file does not name, is left out of one more try.
                let mut rest = body;
                if !second && let Some((path, value)) = leave_out(&error, &mut rest, &desired) {
                    let update = Update { id, body: rest, seen, desired, seen_at, fresh, version, second: true };
                    done.again = Some(Again { at: done.at, path, value, ready: Ready::Update(Box::new(update)) });
                }
                Err(self.failed(error))
            }
        }
    }

    fn written(&self, asked: &Map, seen: Option<&Value>, live: &Live, done: &mut Done) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        let answer = normalize::object(kind, live).map_err(Outcome::Failed)?;
        self.creations.know(kind, &live.header.id);
        let mut findings = verify(kind, asked, seen, &answer);
        done.warnings.append(&mut findings.warnings);
        Ok(Written {
            id: RemoteId(live.header.id.clone()),
            org_id: live.header.org_id.clone(),
            version: live.header.version(),
            unguarded: None,
            error: findings.error(&self.change.address),
            answer,
        })
    }

    /// What is said where versions came in between that may be lost to this write.
    fn written_over(&self, versions: RangeInclusive<u64>, body: &Map) -> Diagnostic {
        let (first, last) = versions.into_inner();
        let theirs = if first == last { format!("v{first}") } else { format!("v{first} to v{last}") };
        let fields: Vec<&str> = body.keys().map(String::as_str).collect();
        Diagnostic::error(
            "written-over",
            format!(
                "{}: somebody made {theirs} of it in Vapi after it was read and before this write. What {theirs} changed of {} \
                 was replaced",
                self.change.address,
                fields.join(", ")
            ),
        )
        .help(format!("Vapi keeps versions: look at {theirs} in the dashboard, and take over into the file what should stay"))
    }

    /// Takes an object that was there already for the entry's own. What it has otherwise than the file is for the next run,
    /// which judges it as any difference: nothing was planned that would replace it.
    fn linked(&self, asked: &Map, live: &Live, done: &mut Done) -> Result<Written, Outcome> {
        let written = self.written(&Map::default(), None, live, done)?;
        let differing = verify(self.change.kind, asked, None, &written.answer).errors;
        if differing.is_empty() {
            done.warnings.push(format!("it was there already; linked to {}", live.header.id));
            return Ok(written);
        }
        let message = format!(
            "{} was there already; it is linked to {}, which is not as the file says: {}. Nothing of it was changed",
            self.change.address,
            live.header.id,
            differing.join("; ")
        );
        let error = Diagnostic { place: self.change.place.clone(), ..Diagnostic::error("already-there", message) };
        let error = error.help("the next `plan` shows what `apply` would change, and what waits for you");
        Ok(Written { error: Some(error), ..written })
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

/// The versions that are neither what was read nor made by a write that was sent so often. Vapi says nothing of what an object was
/// just before a write, and writes under no condition: where it keeps versions, their numbers tell all the same.
fn others(read: Option<u64>, written: Option<u64>, attempts: u32) -> Option<RangeInclusive<u64>> {
    let (first, last) = (read? + 1, written?.checked_sub(u64::from(attempts))?);
    (first <= last).then_some(first..=last)
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
