//! The way back to the values before a run, as a plan like any other.
//!
//! In: the records of a run, and what Vapi holds. Out: a [`Plan`] that gives back what the run replaced. What somebody
//! changed since is drift; what the run made stays; secrets are in no log, so they stay as they are.

use std::collections::BTreeMap;

use crate::audit::{Field, Outcome, Record};
use crate::kinds::{KINDS, Kind, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::Recorded;
use crate::model::{Address, FieldPath, Map, RemoteId, SENSITIVE, Step, Value};
use crate::plan::judge::{Rule, Since, restored};
use crate::plan::pair::Listings;
use crate::plan::prefer::Prefer;
use crate::plan::{Change, Direction, FieldChange, Plan, Work, Write};
use crate::values::compare::{element_position, value_at};
use crate::values::live::Live;
use crate::values::normalize::{self, same};

/// What a run did to one object: per field, the value before its first write and after its last.
struct Done {
    kind: &'static Kind,
    address: Address,
    id: RemoteId,
    created: bool,
    fields: Vec<(FieldPath, Field)>,
    time: String,
}

/// Plans the way back.
///
/// # Errors
/// The log does not know the run, or it did nothing to this address.
pub fn restore(
    run: &str,
    address: Option<&str>,
    records: impl Iterator<Item = Record>,
    listings: &Listings,
    prefer: &Prefer,
) -> Result<Plan, Diagnostics> {
    let done = done_by(run, records);
    if done.is_empty() {
        return Err(Diagnostic::error("unknown-run", format!("the audit log knows of nothing that run {run} did"))
            .help("`vapi-sync log` lists the runs")
            .into());
    }
    let selected: Vec<Done> =
        done.into_values().filter(|done| address.is_none_or(|wanted| done.address.to_string() == wanted)).collect();
    if selected.is_empty() {
        let wanted = address.unwrap_or_default();
        return Err(Diagnostic::error("unknown-address", format!("run {run} did nothing to {wanted}")).into());
    }
    let mut warnings = Vec::new();
    let mut changes = Vec::new();
    let mut org_id = None;
    for done in selected {
        if done.created {
            warnings.push(Diagnostic::warning(
                "not-removed",
                format!("{} was made by this run; it stays, for vapi-sync never deletes", done.address),
            ));
            continue;
        }
        let lives = listings.get(done.kind.section).into_iter().flatten();
        let Some(live) = lives.into_iter().find(|live| live.header.id == done.id.0) else {
            warnings
                .push(Diagnostic::warning("gone", format!("{} ({}) is not in Vapi any more", done.address, done.id)));
            continue;
        };
        org_id = live.header.org_id.clone().or(org_id);
        changes.push(way_back(&done, live, prefer)?);
    }
    Ok(Plan { warnings, ..Plan::new(Direction::ToVapi, org_id, changes) })
}

/// What a run did, by address. An intent without an outcome may have been carried out, so it counts as well.
fn done_by(run: &str, records: impl Iterator<Item = Record>) -> BTreeMap<String, Done> {
    let mut done: BTreeMap<String, Done> = BTreeMap::new();
    for record in records.filter(|record| record.run == run) {
        let to_vapi = matches!(record.action.as_str(), "create" | "recreate" | "update" | "link");
        if !to_vapi || matches!(record.outcome, Outcome::NotAttempted | Outcome::HeldBack) {
            continue;
        }
        let Some((section, handle)) = record.address.split_once('.') else { continue };
        let Some(kind) = KINDS.into_iter().find(|kind| kind.section == section) else { continue };
        let entry = done.entry(record.address.clone()).or_insert_with(|| Done {
            kind,
            address: kind.address(handle),
            id: RemoteId(String::new()),
            created: false,
            fields: Vec::new(),
            time: record.time.to_string(),
        });
        if let Some(id) = &record.vapi_id {
            entry.id = RemoteId(id.clone());
        }
        entry.created |= matches!(record.action.as_str(), "create" | "recreate");
        for field in record.fields {
            let Ok(path) = field.path.parse::<FieldPath>() else { continue };
            match entry.fields.iter_mut().find(|(known, _)| *known == path) {
                Some((_, known)) => known.after = field.after,
                None => entry.fields.push((path, field)),
            }
        }
    }
    done
}

fn way_back(done: &Done, live: &Live, prefer: &Prefer) -> Result<Change, Diagnostic> {
    let kind = done.kind;
    let seen = normalize::object(kind, live)?;
    let mut back = seen.clone();
    let mut fields = Vec::new();
    for (path, field) in done.fields.iter().filter(|(_, field)| !field.sensitive) {
        let before = field.before.clone().map(|json| typed(kind, path, json));
        let after = field.after.clone().map(|json| typed(kind, path, json));
        let now = value_at(kind.root(), &seen, path).cloned();
        if is_same(now.as_ref(), before.as_ref()) {
            continue;
        }
        let as_left = is_same(now.as_ref(), after.as_ref());
        let lost_secret = field.before.as_ref().is_some_and(holds_sensitive);
        let since = match (lost_secret, as_left) {
            (true, _) => Since::SecretLost,
            (false, true) => Since::AsLeft,
            (false, false) => Since::Moved,
        };
        let note = match since {
            Since::SecretLost => Some("it held a secret, which is in no log: set it by hand"),
            Since::Moved => Some("somebody changed it since that run; `--prefer file` gives the old value back"),
            Since::AsLeft => None,
        };
        let verdict = restored(since, before.is_some(), prefer.of(&done.address, path));
        if !verdict.is_held_back() {
            put(kind.root(), &mut back, &path.0, before.clone());
        }
        fields.push(FieldChange {
            recorded: as_left.then(|| Recorded::AuditLog { time: done.time.clone() }),
            note: note.map(str::to_owned),
            ..FieldChange::new(path.clone(), now, before.or(Some(Value::Null)), verdict)
        });
    }
    keep_ringing(kind, &seen, &mut back, &mut fields);
    let mut body = body(&seen, &back, &fields);
    hold_hidden(&mut body, &mut fields);
    // Nothing of it is declared by a file: what Vapi no longer takes may be left out.
    let desired = Value::Map(Map::default());
    let write = (!body.is_empty()).then(|| Write::Update { desired, body, seen: seen.clone() });
    let mut change = Change {
        id: Some(done.id.clone()),
        name: kind.name_of(&seen),
        fields,
        ..Change::new(kind, done.address.clone()).seen(&live.header)
    };
    if let Some(write) = write {
        change.reason = "back to what it was before that run".to_owned();
        change.work = Work::Update(write);
    }
    Ok(change)
}

/// Holds back what would leave a number with nothing to ring, as it was before that run.
fn keep_ringing(kind: &'static Kind, seen: &Value, restored: &mut Value, fields: &mut [FieldChange]) {
    let rings =
        |value: &Value| kind.assignment.iter().any(|field| value.text_at(field).is_some_and(|id| !id.is_empty()));
    if !rings(seen) || rings(restored) {
        return;
    }
    let is_assignment = |field: &&mut FieldChange| field.path.top().is_some_and(|top| kind.assignment.contains(&top));
    for field in fields.iter_mut().filter(is_assignment) {
        put(kind.root(), restored, &field.path.0, field.before.clone());
        field.verdict = Rule::WouldSilence.verdict();
        field.note =
            Some("the number would ring nothing any more: name what it is to ring in the file, and apply".to_owned());
    }
}

/// Holds back what cannot be sent without wiping a secret that Vapi does not show.
fn hold_hidden(body: &mut Map, fields: &mut [FieldChange]) {
    body.retain(|top, value| {
        let sent = !normalize::holds_hidden(value);
        for field in fields.iter_mut().filter(|field| !sent && field.path.top() == Some(top)) {
            field.verdict = Rule::WouldWipe.verdict();
            field.note = Some(format!(
                "Vapi holds a secret in {top} that it does not show, and sending {top} back would wipe it: set it by hand"
            ));
        }
        sent
    });
}

/// The top-level fields that are to be sent; one that was not there before is cleared.
fn body(seen: &Value, restored: &Value, fields: &[FieldChange]) -> Map {
    let (Value::Map(seen), Value::Map(restored)) = (seen, restored) else { return Map::default() };
    let tops = fields.iter().filter(|field| !field.verdict.is_held_back()).filter_map(|field| field.path.top());
    tops.filter(|top| seen.get(*top) != restored.get(*top))
        .map(|top| (top.to_owned(), restored.get(top).cloned().map_or(Value::Null, normalize::without_unsure)))
        .collect()
}

/// A value of the log in normal form: it stands at a path, so its secrets and numbers are found from there.
fn typed(kind: &'static Kind, path: &FieldPath, json: serde_json::Value) -> Value {
    // The normal form of an object with nothing in it but this value, at its place.
    let mut value = Value::from(json);
    for step in path.0.iter().rev() {
        value = match step {
            Step::Key(key) => Value::Map(Map::from_iter([(key.clone(), value)])),
            Step::Index(_) | Step::Element(_) => Value::List(vec![value]),
        };
    }
    let mut value = normalize::normal_form(kind, value);
    for step in &path.0 {
        value = match (step, value) {
            (Step::Key(key), Value::Map(mut map)) => map.shift_remove(key).unwrap_or(Value::Null),
            (_, Value::List(mut items)) if !items.is_empty() => items.swap_remove(0),
            (_, value) => value,
        };
    }
    value
}

fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    let there = |value: Option<&'_ Value>| value.is_some_and(|value| *value != Value::Null);
    match (left, right) {
        (Some(left), Some(right)) => same(left, right),
        (left, right) => !there(left) && !there(right),
    }
}

fn holds_sensitive(json: &serde_json::Value) -> bool {
    Value::from(json.clone()).any(&|value| value.as_text().is_some_and(|text| text.contains(SENSITIVE)))
}

/// Puts a value at a path, or takes out what is there.
fn put(spot: Spot, value: &mut Value, path: &[Step], new: Option<Value>) {
    let [step, rest @ ..] = path else { return };
    match (step, value) {
        (Step::Key(key), Value::Map(map)) => match (rest.is_empty(), new) {
            (true, Some(new)) => {
                map.insert(key.clone(), new);
            }
            (true, None) => {
                map.shift_remove(key);
            }
            (false, new) => {
                let inner = map.entry(key.clone()).or_insert_with(|| Value::Map(Map::default()));
                put(spot.key(key), inner, rest, new);
            }
        },
        (step, Value::List(items)) => {
            let at = element_position(spot, items, step);
            match (at, rest.is_empty(), new) {
                (Some(at), true, Some(new)) => items[at] = new,
                (Some(at), true, None) => {
                    items.remove(at);
                }
                (Some(at), false, new) => put(spot.item(), &mut items[at], rest, new),
                (None, true, Some(new)) => items.push(new),
                (None, ..) => {}
            }
        }
        _ => {}
    }
}
