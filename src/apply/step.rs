//! A single write, from the last read to the verified response.

use std::ops::RangeInclusive;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::leave_out::leave_out;
use super::verify::verify;
use super::watch::Watch;
use super::writer::Writer;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Map, RemoteId, Value};
use crate::plan::Change;
use crate::plan::report::Outcome;
use crate::recovery::{Creations, Found, Lost, says_it_exists};
use crate::values::live::Live;
use crate::values::normalize::{self, map_to_wire};
use crate::vapi::{Certainty, Problem, Reader, RequestError};

/// How a single write ended.
pub(super) struct Done {
    pub(super) at: usize,
    pub(super) result: Result<Written, Outcome>,
    pub(super) status: Option<u16>,
    pub(super) warnings: Vec<String>,
    /// Retry this instead.
    pub(super) again: Option<Again>,
}

/// A retry without values that Vapi no longer accepts, each with its path.
pub(super) struct Again {
    pub(super) at: usize,
    pub(super) left_out: Vec<(String, Value)>,
    pub(super) ready: Ready,
}

pub(super) struct Written {
    pub(super) id: RemoteId,
    pub(super) org_id: Option<String>,
    pub(super) answer: Value,
    pub(super) version: Option<u64>,
    /// The age of the read at an update of an object without versions: it may have replaced an edit.
    pub(super) unguarded: Option<Duration>,
    pub(super) error: Option<Diagnostic>,
}

/// A write with all ids filled in.
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
    /// Its version then, if Vapi keeps versions.
    pub(super) version: Option<u64>,
    /// When it was changed last, as that read showed it.
    pub(super) updated: Option<String>,
    /// How old the read may be.
    pub(super) fresh: Duration,
    /// The plan's read, which a watch of the whole kind keeps fresh.
    pub(super) watched: bool,
    /// This is the retry without a field that Vapi refused.
    pub(super) second: bool,
}

/// A write and what it needs.
pub(super) struct Step<'c> {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) creations: Rc<Creations>,
    pub(super) watch: Rc<Watch>,
    pub(super) change: &'c Change,
    /// No other step creates an object of this name.
    pub(super) alone: bool,
}

impl Step<'_> {
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
                    done.warnings.push(format!(
                        "somebody else created it in the meantime; the entry is linked to {}",
                        live.header.id
                    ));
                    return self.written(&body, None, &live, done).await;
                }
                Found::Other(ids) => {
                    return Err(Outcome::HeldBack(format!(
                        "somebody created an object of the same name in Vapi since the plan was made ({ids}): run \
                        `vapi-sync plan` again"
                    )));
                }
                Found::Rival(id) => {
                    return Err(Outcome::HeldBack(format!(
                        "another run is creating the same objects right now ({id} is not from this run): wait until \
                        it has ended, then run again"
                    )));
                }
            }
            let error = match self.writer.create(kind, &wire).await {
                Ok(answer) => {
                    done.status = Some(answer.status);
                    match read_object(answer.value) {
                        Some(live) if self.creations.knows(kind, &live.header.id) => {
                            format!("Vapi answered with {}, which is a different object", live.header.id)
                        }
                        Some(live) => {
                            self.creations.created(&mut turn, kind, &body, &live.header.id).await;
                            return self.written(&body, None, &live, done).await;
                        }
                        None => "there is no object in the response".to_owned(),
                    }
                }
                Err(error) => {
                    done.status = error.status;
                    match error.certainty {
                        Certainty::Refused => {
                            if says_it_exists(error.status, &error.words)
                                && let Some(live) = self.creations.holder_of_number(kind, &body).await
                            {
                                return self.linked(&body, &live, done).await;
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
                    "unknown whether Vapi created it: {error}; {why}. The next run looks for it by name"
                ))
            };
            if !self.alone {
                return Err(unclear("this run creates another object like it"));
            }
            match self.creations.lost_answer(kind, &body).await {
                Lost::Created(live) => {
                    done.warnings.push(format!("the response was lost; found in Vapi as {}", live.header.id));
                    return self.written(&body, None, &live, done).await;
                }
                Lost::NotThere if purchase => return Err(unclear("a purchase is never sent twice")),
                Lost::NotThere if resent => return Err(unclear("it was sent twice, and Vapi does not list it")),
                Lost::NotThere => resent = true,
                Lost::Unclear(why) => return Err(unclear(&why)),
            }
        }
    }

    async fn look_before(&self, body: &Map) -> Result<Found, Outcome> {
        if !self.alone {
            return Ok(Found::Nothing);
        }
        self.creations.look(self.change.kind, body).await.map_err(Outcome::Failed)
    }

    async fn update(&self, mut update: Update, done: &mut Done) -> Result<Written, Outcome> {
        // The last of thousands of writes is sent long after the read: check its age only now.
        let _turn = self.creations.any_turn().await;
        let (seen_at, version) = self.look_again(&mut update).await?;
        let Update { id, body, seen, desired, updated, fresh, watched, second, .. } = update;
        let Some(wire) = map_to_wire(&body) else { return Err(self.unsendable()) };
        let sent = self.watch.sending(self.change.kind);
        match self.writer.update(self.change.kind, &id, &seen, &serde_json::Value::Object(wire)).await {
            Ok(answer) => {
                done.status = Some(answer.status);
                let live = read_object(answer.value).filter(|live| live.header.id == id.as_str());
                let Some(live) = live else {
                    return Err(Outcome::Failed(Diagnostic::error(
                        "vapi-unreadable",
                        format!("Vapi's response to the write of {} is about a different object", self.change.address),
                    )));
                };
                self.watch.wrote(self.change.kind, &live.header, sent);
                let mut written = self.written(&body, Some(&seen), &live, done).await?;
                let has_versions = version.is_some() && written.version.is_some();
                written.unguarded = (!has_versions).then(|| seen_at.elapsed());
                let others = others(version, written.version, answer.attempts);
                written.error = written.error.or_else(|| Some(self.written_over(others?, &body)));
                Ok(written)
            }
            Err(error) => {
                done.status = error.status;
                // Vapi may return fields that it refuses: retry without them, unless the file asks for another value.
                let mut rest = body;
                let left_out = if second { None } else { leave_out(&error, &mut rest, &desired, &seen) };
                if let Some(left_out) = left_out {
                    let second = true;
                    let body = rest;
                    let update = Update { id, body, seen, desired, seen_at, version, updated, fresh, watched, second };
                    done.again = Some(Again { at: done.at, left_out, ready: Ready::Update(Box::new(update)) });
                } else if error.problem == Problem::NoSuchObject {
                    // The watch does not show deletions.
                    self.look(&id, &seen, updated.as_deref()).await?;
                }
                Err(self.failed(error))
            }
        }
    }

    async fn written(
        &self,
        asked: &Map,
        seen: Option<&Value>,
        live: &Live,
        done: &mut Done,
    ) -> Result<Written, Outcome> {
        let kind = self.change.kind;
        let answer = normalize::object(kind, live).map_err(Outcome::Failed)?;
        self.creations.know(kind, &live.header.id);
        let mut findings = verify(kind, asked, seen, &answer);
        if !findings.errors.is_empty()
            && let Some(whole) = self.with_listed(live).await
            && let whole = verify(kind, asked, seen, &whole)
            && whole.errors.is_empty()
        {
            findings = whole;
        }
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

    /// The error when somebody else's versions came between the read and this write.
    fn written_over(&self, versions: RangeInclusive<u64>, body: &Map) -> Diagnostic {
        let (first, last) = versions.into_inner();
        let theirs = if first == last { format!("v{first}") } else { format!("v{first} to v{last}") };
        let fields: Vec<&str> = body.keys().map(String::as_str).collect();
        Diagnostic::error(
            "written-over",
            format!(
                "{}: somebody saved {theirs} in Vapi just before this write. What {theirs} changed in {} was replaced",
                self.change.address,
                fields.join(", ")
            ),
        )
        .help(format!(
            "Vapi keeps versions: look at {theirs} in the dashboard, and copy what should stay into the file"
        ))
    }

    /// Links the entry to an object that already existed. Differences are left to the next run: this plan did not judge them.
    async fn linked(&self, asked: &Map, live: &Live, done: &mut Done) -> Result<Written, Outcome> {
        let written = self.written(&Map::default(), None, live, done).await?;
        let differing = verify(self.change.kind, asked, None, &written.answer).errors;
        if differing.is_empty() {
            done.warnings.push(format!("it already existed; the entry is linked to {}", live.header.id));
            return Ok(written);
        }
        let message = format!(
            "{} already existed; it is linked to {}, which differs from the file: {}. Nothing in it was changed",
            self.change.address,
            live.header.id,
            differing.join("; ")
        );
        let error = Diagnostic { place: self.change.place.clone(), ..Diagnostic::error("already-there", message) };
        let error = error.help("the next `plan` shows what `apply` would change, and what waits for you");
        Ok(Written { error: Some(error), ..written })
    }

    fn failed(&self, error: RequestError) -> Outcome {
        let mut diagnostic = Diagnostic::from(error);
        diagnostic.message = format!("{}: {}", self.change.address, diagnostic.message);
        diagnostic.place.clone_from(&self.change.place);
        Outcome::Failed(diagnostic)
    }

    fn unsendable(&self) -> Outcome {
        Outcome::Failed(Diagnostic::error(
            "not-known",
            format!("{}: a value that refers to a new object is not known yet. It was not sent", self.change.address),
        ))
    }
}

/// The versions between the read one and those of our own attempts. Vapi has no conditional writes, but its version numbers
/// show an edit in between.
fn others(read: Option<u64>, written: Option<u64>, attempts: u32) -> Option<RangeInclusive<u64>> {
    let (first, last) = (read? + 1, written?.checked_sub(u64::from(attempts))?);
    (first <= last).then_some(first..=last)
}

fn read_object(json: serde_json::Value) -> Option<Live> {
    serde_json::from_value(json).ok()
}
