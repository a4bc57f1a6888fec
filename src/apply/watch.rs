//! Watches all objects of a kind with one small list, instead of reading each again before its write.
//!
//! The list holds what changed since the newest `updatedAt` that a list showed. Nothing promises that Vapi answers it well: it
//! may ignore the question, its lists may lag, its clock may jump. So it counts only while our own writes prove it:
//!
//! - Before the first write of a kind was answered, and whenever a proof fails, each object is read by itself.
//! - The answer to a write must not be older than what a list showed before it was sent: else the clock went back.
//! - A list must show every write that was answered before it was asked for, and nothing older than what was asked for.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::plan::pair::Listings;
use crate::plan::{Plan, Write};
use crate::values::live::{Header, Live};
use crate::vapi::{Reader, Since};

/// How far apart the clocks of Vapi's servers may be.
const CLOCKS: SignedDuration = SignedDuration::from_secs(1);

/// The watch of one run.
pub(super) struct Watch {
    reader: Reader,
    kinds: HashMap<&'static str, OfKind>,
}

struct OfKind {
    /// Held by the one that asks for the list.
    asking: Mutex<()>,
    seen: RefCell<Seen>,
}

/// What is known of a kind.
struct Seen {
    trust: Trust,
    /// When the plan's list was asked for.
    planned: Instant,
    /// What others changed before this moment is in the plan's list or in `shown`.
    covered: Instant,
    /// The newest change that a list showed.
    newest: Option<Timestamp>,
    /// The ids of the objects that are still to be written.
    waiting: HashSet<String>,
    /// Those of them that a list showed since the plan.
    shown: HashMap<String, Live>,
    /// Our writes that the next list must show: when each was answered, its object, and its time in Vapi.
    own: Vec<(Instant, String, Timestamp)>,
}

/// Whether the lists can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Not before a write is answered.
    NotYet,
    Yes,
    /// A proof failed.
    Lost,
}

/// The newest change that was known when a write was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent(Option<Timestamp>);

impl Watch {
    /// A watch of the objects that a plan updates; `listings` were asked for at `read_at`.
    pub(super) fn new(reader: Reader, plan: &Plan, listings: &Listings, read_at: Instant) -> Self {
        let of_kind = |kind: &'static Kind| {
            let waits = plan.changes.iter().filter(|change| {
                change.kind.section == kind.section && matches!(change.write(), Some(Write::Update { .. }))
            });
            let lives = listings.get(kind.section).into_iter().flatten();
            let seen = Seen {
                trust: Trust::NotYet,
                planned: read_at,
                covered: read_at,
                newest: lives.filter_map(|live| changed_at(&live.header)).max(),
                waiting: waits.filter_map(|change| Some(change.id.as_ref()?.as_str().to_owned())).collect(),
                shown: HashMap::new(),
                own: Vec::new(),
            };
            (kind.section, OfKind { asking: Mutex::new(()), seen: RefCell::new(seen) })
        };
        Self { reader, kinds: KINDS.into_iter().map(of_kind).collect() }
    }

    /// Since when all changes of a kind are known, after asking for the list if that was long ago. A time longer ago than
    /// `fresh`: the list cannot be relied on.
    pub(super) async fn covered(&self, kind: &'static Kind, fresh: Duration) -> Option<Instant> {
        let of_kind = self.kinds.get(kind.section)?;
        let covered = || of_kind.seen.borrow().covered;
        if covered().elapsed() < fresh / 2 {
            return Some(covered());
        }
        // One asks ahead of time, and the others go on meanwhile.
        let asking = match of_kind.asking.try_lock() {
            Ok(asking) => asking,
            Err(_) if covered().elapsed() < fresh => return Some(covered()),
            Err(_) => of_kind.asking.lock().await,
        };
        let question = of_kind.seen.borrow().question().filter(|_| covered().elapsed() >= fresh / 2);
        if let Some(since) = question {
            let asked = Instant::now();
            let listed = self.reader.list_since(kind.endpoint, Since::Updated(&format!("{since:.3}"))).await;
            of_kind.seen.borrow_mut().listed(asked, since, listed.map(|listing| listing.objects));
        }
        drop(asking);
        Some(covered())
    }

    /// The object, if a list showed it since the plan.
    pub(super) fn shown(&self, kind: &'static Kind, id: &str) -> Option<Live> {
        self.kinds.get(kind.section)?.seen.borrow().shown.get(id).cloned()
    }

    /// To be called before a write is sent.
    pub(super) fn sending(&self, kind: &'static Kind) -> Sent {
        Sent(self.kinds.get(kind.section).and_then(|of_kind| of_kind.seen.borrow().newest))
    }

    /// Takes the answer to an update.
    pub(super) fn wrote(&self, kind: &'static Kind, header: &Header, sent: Sent) {
        if let Some(of_kind) = self.kinds.get(kind.section) {
            of_kind.seen.borrow_mut().wrote(header, sent, Instant::now());
        }
    }
}

impl Seen {
    /// From when on changes are to be listed, if the list can be relied on.
    fn question(&self) -> Option<Timestamp> {
        if self.trust != Trust::Yes { None } else { self.newest?.checked_sub(CLOCKS).ok() }
    }

    fn wrote(&mut self, header: &Header, Sent(sent): Sent, now: Instant) {
        self.waiting.remove(&header.id);
        self.shown.remove(&header.id);
        let went_on = |at: &Timestamp| sent.is_some_and(|sent| at.duration_since(sent) >= -CLOCKS);
        match changed_at(header).filter(went_on) {
            None => self.lose(),
            Some(at) => {
                self.own.push((now, header.id.clone(), at));
                if self.trust == Trust::NotYet {
                    self.trust = Trust::Yes;
                }
            }
        }
    }

    /// Takes the list of what changed `since` then, as `asked` for.
    fn listed(&mut self, asked: Instant, since: Timestamp, objects: Result<Vec<Live>, Diagnostic>) {
        let Ok(objects) = objects else { return self.lose() };
        let times: HashMap<&str, Option<Timestamp>> =
            objects.iter().map(|live| (live.header.id.as_str(), changed_at(&live.header))).collect();
        self.own.retain(|(.., at)| *at >= since);
        let mut due = self.own.iter().filter(|(answered, ..)| *answered < asked).peekable();
        if due.peek().is_none() {
            // Nothing proves this list. The next answer to a write may prove another.
            self.trust = Trust::NotYet;
            return;
        }
        let shows = |(_, id, at): &(Instant, String, Timestamp)| {
            times.get(id.as_str()).is_some_and(|shown| shown.is_some_and(|shown| shown >= *at))
        };
        let is_what_was_asked = times.values().all(|shown| shown.is_some_and(|shown| shown >= since));
        if !due.all(shows) || !is_what_was_asked {
            return self.lose();
        }
        self.newest = self.newest.max(times.into_values().flatten().max());
        self.covered = asked;
        let waiting = objects.into_iter().filter(|live| self.waiting.contains(&live.header.id));
        self.shown.extend(waiting.map(|live| (live.header.id.clone(), live)));
    }

    /// From now on each object is read by itself; earlier lists may have missed something, too.
    fn lose(&mut self) {
        self.trust = Trust::Lost;
        self.covered = self.planned;
    }
}

fn changed_at(header: &Header) -> Option<Timestamp> {
    header.updated_at.as_deref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ASKED: &str = "2026-01-01T11:59:59Z";

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn live(id: &str, updated: &str) -> Live {
        serde_json::from_value(json!({"id": id, "updatedAt": updated})).unwrap()
    }

    /// What is known after our write of `a` was answered with this time.
    fn after(answer: &str) -> Seen {
        let now = Instant::now();
        let mut seen = Seen {
            trust: Trust::NotYet,
            planned: now,
            covered: now,
            newest: Some(time("2026-01-01T12:00:00Z")),
            waiting: ["b".to_owned()].into(),
            shown: HashMap::new(),
            own: Vec::new(),
        };
        let sent = Sent(seen.newest);
        seen.wrote(&live("a", answer).header, sent, now);
        seen
    }

    #[test]
    fn an_answer_from_before_what_was_known_ends_the_watch() {
        for (answer, trust) in [
            ("2026-01-01T12:00:00.001Z", Trust::Yes),
            ("2026-01-01T12:00:00Z", Trust::Yes),
            ("2026-01-01T11:59:59.500Z", Trust::Yes),
            ("2026-01-01T11:59:58.500Z", Trust::Lost),
            ("yesterday", Trust::Lost),
        ] {
            assert_eq!(after(answer).trust, trust, "{answer}");
        }
    }

    #[test]
    fn a_list_counts_if_it_shows_our_writes_and_nothing_older_than_asked_for() {
        let (ours, theirs) = (live("a", "2026-01-01T12:00:01Z"), live("b", "2026-01-01T12:00:02Z"));
        let old = live("c", "2026-01-01T11:00:00Z");
        for (what, objects, trust) in [
            ("ours", vec![ours.clone()], Trust::Yes),
            ("ours and theirs", vec![theirs.clone(), ours.clone()], Trust::Yes),
            ("ours is not there", vec![theirs.clone()], Trust::Lost),
            ("ours as it was before", vec![live("a", "2026-01-01T12:00:00Z")], Trust::Lost),
            ("everything", vec![ours.clone(), old], Trust::Lost),
            ("one without a time", vec![ours, live("d", "")], Trust::Lost),
            ("nothing", vec![], Trust::Lost),
        ] {
            let mut seen = after("2026-01-01T12:00:01Z");
            let asked = Instant::now() + Duration::from_secs(1);
            let is_shown = trust == Trust::Yes && objects.len() > 1;
            seen.listed(asked, time(ASKED), Ok(objects));
            assert_eq!((seen.trust, seen.covered == asked), (trust, trust == Trust::Yes), "{what}");
            assert_eq!(seen.shown.contains_key("b"), is_shown, "{what}");
        }
        // It was asked for before our write was answered: nothing proves it.
        let mut seen = after("2026-01-01T12:00:01Z");
        let asked = seen.planned;
        seen.listed(asked, time(ASKED), Ok(vec![theirs]));
        assert_eq!((seen.trust, seen.shown.len()), (Trust::NotYet, 0));
    }
}
