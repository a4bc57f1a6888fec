//! Which live objects an earlier run may have created for entries without one.
//!
//! `plan::pair` finds most by name. This file finds the rest: objects recreated for a deleted id, and those that had no name,
//! or another one, when they were created.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::attempts::{Attempt, Attempts};
use super::sought::Sought;
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::{AWAITED, Address, Map, RemoteId, SENSITIVE, Value};
use crate::plan::pair::{Candidates, Listings, names_of};
use crate::state::ids::Ids;
use crate::state::load::Entry;
use crate::state::resolve::Desired;
use crate::values::compare::says_the_same;
use crate::values::live::Live;
use crate::values::normalize;

/// How far the local clock may be ahead of Vapi's.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Per entry without an object, the positions of the live objects that an earlier run may have created for it.
///
/// # Errors
/// The log cannot be read. It is read only if an entry has no object.
pub fn made_before(
    desired: &Desired<'_>,
    listings: &Listings,
    attempts: impl FnOnce() -> Result<Attempts, Diagnostic>,
) -> Result<Candidates, Diagnostic> {
    let lives = |entry: &Entry<'_>| listings.get(entry.kind.section).map_or(&[][..], Vec::as_slice);
    let there: HashSet<&str> = listings.values().flatten().map(|live| live.header.id.as_str()).collect();
    let is_there = |entry: &&Entry<'_>| entry.id.as_ref().is_some_and(|id| there.contains(id.as_str()));
    let open: Vec<&Entry<'_>> = desired.file.entries.iter().filter(|entry| !is_there(entry)).collect();
    let attempts = if open.is_empty() { Attempts::default() } else { attempts()? };
    let ids = Ids::in_file(&desired.file.entries);
    let (named, nameless): (Vec<&Entry<'_>>, Vec<_>) =
        open.into_iter().partition(|entry| desired.identity(entry).is_some());
    let candidates = named.into_iter().map(|entry| {
        let attempt = attempts.get(&entry.address);
        let found = candidates(entry, attempt, &|| desired.value(entry, &ids), lives(entry));
        (entry.address.clone(), found)
    });
    let mut found: Candidates = candidates.collect();
    let of_file = desired.file.entries.iter().filter_map(|entry| entry.id.as_ref());
    let owned: HashSet<&str> = of_file.map(RemoteId::as_str).collect();
    for kind in KINDS {
        let attempted = nameless.iter().filter(|entry| entry.kind == kind);
        let attempted = attempted.filter_map(|entry| Some((*entry, attempts.get(&entry.address)?)));
        let lives = listings.get(kind.section).map_or(&[][..], Vec::as_slice);
        let fits = attempted
            .flat_map(|(entry, attempt)| fits(entry, attempt, &known_of(kind, desired.value(entry, &ids)), lives));
        let fits = fits.filter(|(_, _, at)| !owned.contains(lives[*at].header.id.as_str()));
        found.extend(matched(fits.collect(), kind, lives));
    }
    found.retain(|_, found| !found.is_empty());
    Ok(found)
}

/// How well an object without a name fits an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// By the id in the log.
    Answered,
    /// It holds all that the file says, and so many fields more.
    AsInFile(usize),
    /// It holds all that was sent, and so many fields more.
    AsSent(usize),
}

/// The objects that an entry without a name may have, by their positions.
fn fits<'e>(
    entry: &'e Entry<'_>,
    attempt: &Attempt,
    in_file: &Sought,
    lives: &[Live],
) -> Vec<(Fit, &'e Address, usize)> {
    let sent = if attempt.id.is_none() { what_was_sent(entry, attempt) } else { None };
    let fit = |live: &Live| {
        if let Some(id) = &attempt.id {
            return (id.as_str() == live.header.id && in_file.is_held_by(live)).then_some(Fit::Answered);
        }
        let (not_before, sent) = sent.as_ref()?;
        let surplus = sent.surplus_of(live).filter(|_| is_since(live, *not_before))?;
        Some(in_file.surplus_of(live).map_or(Fit::AsSent(surplus), Fit::AsInFile))
    };
    lives.iter().enumerate().filter_map(|(at, live)| Some((fit(live)?, &entry.address, at))).collect()
}

/// Gives each entry its object, the best fit first. Equal objects are interchangeable, as long as there are no more of them than
/// entries that fit them; of others that fit equally well all are left to the user.
fn matched(mut fits: Vec<(Fit, &Address, usize)>, kind: &'static Kind, lives: &[Live]) -> Candidates {
    fits.sort_by_key(|(fit, _, _)| *fit);
    let mut found = Candidates::new();
    let mut taken = HashSet::new();
    let value = |at: usize| normalize::object(kind, &lives[at]).ok();
    for (fit, address, at) in &fits {
        if found.contains_key(*address) || taken.contains(at) {
            continue;
        }
        let same = fits.iter().filter(|(other, of, at)| other == fit && of == address && !taken.contains(at));
        let as_good: Vec<usize> = same.map(|(_, _, at)| *at).collect();
        let alike = as_good.iter().all(|other| match (value(*at), value(*other)) {
            (Some(one), Some(other)) => says_the_same(kind.root(), &one, &other),
            _ => false,
        });
        let open = fits.iter().filter(|(_, of, other)| other == at && !found.contains_key(*of)).count();
        let is_clear = alike && as_good.len() <= open;
        taken.extend(is_clear.then_some(*at));
        found.insert((*address).clone(), if is_clear { vec![*at] } else { as_good });
    }
    found
}

fn candidates(
    entry: &Entry<'_>,
    attempt: Option<&Attempt>,
    file_says: &dyn Fn() -> Value,
    lives: &[Live],
) -> Vec<usize> {
    let by_id = attempt.and_then(|attempt| attempt.id.as_ref()).map(RemoteId::as_str);
    let sent = attempt.filter(|attempt| attempt.id.is_none()).and_then(|attempt| what_was_sent(entry, attempt));
    let asks_what_file_says = entry.id.is_some() || by_id.is_some();
    let desired = asks_what_file_says.then(|| known_of(entry.kind, file_says()));
    let may_be = |live: &Live| {
        // If the entry means something else by now, the object is no longer its own.
        let is_answered = || by_id == Some(&live.header.id) && desired.as_ref().is_some_and(|it| it.is_held_by(live));
        let is_sent =
            || sent.as_ref().is_some_and(|(not_before, sent)| is_since(live, *not_before) && sent.is_held_by(live));
        let is_made_again = || entry.id.is_some() && desired.as_ref().is_some_and(|it| is_made_again(entry, it, live));
        is_answered() || is_sent() || is_made_again()
    };
    (0..lives.len()).filter(|at| may_be(&lives[*at])).collect()
}

/// It has the number of the entry, or its name and all its config.
fn is_made_again(entry: &Entry<'_>, desired: &Sought, live: &Live) -> bool {
    let at = |path: &str| path.split('.').try_fold(entry.config?, |node, step| node.get(step))?.as_text();
    let of_file = (entry.kind.names)(&|path| at(path).map(normalize::name));
    let of_live = names_of(entry.kind, &live.header);
    let shared: Vec<_> = of_file.iter().filter(|named| of_live.contains(named)).collect();
    let is_unique = shared.iter().any(|(field, _)| entry.kind.unique.contains(field));
    is_unique || !shared.is_empty() && desired.is_held_by(live)
}

/// What the file says, without what is unknown: ids of entries that are recreated too, and the number of a purchase.
fn known_of(kind: &'static Kind, desired: Value) -> Sought {
    let purchase = (kind.purchase)(&desired);
    let Value::Map(mut fields) = desired else { return Sought::new(kind, Map::default()) };
    fields.retain(|field, value| {
        !(value.any(&|value| matches!(value, Value::Unknown(_))) || purchase && field == "number")
    });
    Sought::new(kind, fields)
}

/// What was sent, by the log, and the earliest creation time of its object: the file may differ by now.
fn what_was_sent(entry: &Entry<'_>, attempt: &Attempt) -> Option<(Timestamp, Sought)> {
    let fields = attempt.fields.iter().filter_map(|field| Some((field.path.clone(), known(field.after.clone()?)?)));
    let sent: serde_json::Map<String, Json> = fields.collect();
    let not_before = attempt.at.checked_sub(CLOCKS).ok()?;
    match normalize::normal_form(entry.kind, Value::from(Json::Object(sent))) {
        Value::Map(sent) if !sent.is_empty() => Some((not_before, Sought::new(entry.kind, sent))),
        _ => None,
    }
}

fn is_since(live: &Live, not_before: Timestamp) -> bool {
    let made_at = live.header.created_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    made_at.is_some_and(|made_at| made_at >= not_before)
}

/// What the log knows of a value: no secrets, no ids that did not exist yet. `None`: nothing.
fn known(value: Json) -> Option<Json> {
    match value {
        Json::String(text) if text.contains(SENSITIVE) || text.contains(AWAITED) => None,
        Json::Array(items) => items.into_iter().map(known).collect::<Option<Vec<_>>>().map(Json::Array),
        Json::Object(map) => {
            Some(Json::Object(map.into_iter().filter_map(|(key, value)| Some((key, known(value)?))).collect()))
        }
        other => Some(other),
    }
}
