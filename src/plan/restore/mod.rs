//! The plan of `restore`, which undoes a run.
//!
//! In: the records of the run, the live objects, and the file. Out: a [`Plan`] that restores the values that the run replaced in
//! Vapi, and resets the same fields of the file where they still have the run's value. Values that changed since are drift in
//! Vapi and stay in the file. Objects that the run created stay, and so do secrets, because no log has them.

mod done;
mod file;

use serde::{Deserialize, Serialize};

use self::done::{Done, Fields, Renamed, done_by, newest, renamed};
use crate::audit::{Field, Record};
use crate::kinds::{Kind, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::Recorded;
use crate::model::{Address, FieldPath, Map, SENSITIVE, Step, Value};
use crate::plan::judge::{Rule, Since, restored};
use crate::plan::pair::Listings;
use crate::plan::prefer::Prefer;
use crate::plan::{Change, Direction, FieldChange, Names, Plan, Work, Write};
use crate::state::ids::{Id, Ids};
use crate::state::resolve::Desired;
use crate::values::compare::{element_position, value_at};
use crate::values::live::Live;
use crate::values::logged::logged;
use crate::values::normalize::{self, same};

/// What to undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayBack {
    /// The run.
    pub run: String,
    /// Only this entry.
    pub address: Option<String>,
    /// `--vapi-only`: the file is left alone.
    pub vapi_only: bool,
}

/// Plans the undoing of a run.
///
/// # Errors
/// The run is not in the log, or it did nothing to the wanted address.
pub fn restore(
    way: &WayBack,
    records: &[Record],
    listings: &Listings,
    desired: &Desired<'_>,
    prefer: &Prefer,
) -> Result<Plan, Diagnostics> {
    let WayBack { run, address, vapi_only } = way;
    let done = done_by(run, records);
    if done.is_empty() {
        return Err(Diagnostic::error("unknown-run", format!("the audit log has no run {run}"))
            .help("`vapi-sync log` lists the runs with their ids")
            .into());
    }
    let is_wanted = |done: &Done| address.as_ref().is_none_or(|wanted| done.address.to_string() == *wanted);
    let selected: Vec<Done> = done.into_values().filter(is_wanted).collect();
    if selected.is_empty() {
        let wanted = address.as_deref().unwrap_or_default();
        return Err(Diagnostic::error("unknown-address", format!("run {run} changed nothing of {wanted}")).into());
    }
    let ids = Ids::in_file(&desired.file.entries);
    let lookup = Lookup { ids, renamed: renamed(records), listings };
    let mut warnings = Vec::new();
    let mut changes = Vec::new();
    let mut org_id = None;
    for done in selected {
        warnings.extend(what_stays(&done));
        if done.made {
            continue;
        }
        let lives = listings.get(done.kind.section).into_iter().flatten();
        let live = lives.into_iter().find(|live| live.header.id == done.id.0);
        match live {
            Some(live) if !done.to_vapi.is_empty() => changes.push(way_back(&done, live, &lookup, prefer)?),
            Some(_) => {}
            None => {
                let message =
                    format!("{} ({}) is no longer in Vapi, so nothing of it is restored", done.address, done.id);
                warnings.push(Diagnostic::warning("gone", message));
            }
        }
        if let Some(live) = live {
            org_id = live.header.org_id.clone().or(org_id);
        }
        if !vapi_only {
            let header = live.map(|live| &live.header);
            changes.extend(file::way_back(&done, desired, header, &lookup, &mut warnings));
        }
    }
    let names = Names::of(listings, &changes);
    Ok(Plan { names, warnings, ..Plan::new(Direction::ToVapi, org_id, changes) })
}

/// The warning about what cannot be undone.
fn what_stays(done: &Done) -> Option<Diagnostic> {
    let Done { address, made, to_vapi, to_file, .. } = done;
    if *made {
        let message = format!("this run created {address}; it stays, because vapi-sync never deletes");
        return Some(Diagnostic::warning("not-removed", message));
    }
    let secrets = to_vapi.iter().chain(to_file).filter(|(_, field)| field.sensitive);
    let paths: Vec<String> = secrets.map(|(path, _)| path.to_string()).collect();
    let message =
        format!("{} of {address} has a secret; the log keeps no secrets, so it stays as it is", paths.join(", "));
    (!paths.is_empty())
        .then(|| Diagnostic::warning("secret-stays", message).help("set it yourself, in the file or in the dashboard"))
}

/// Looks up ids.
struct Lookup<'l> {
    ids: Ids,
    renamed: Renamed,
    listings: &'l Listings,
}

impl Lookup<'_> {
    /// The normal form of a value of the log. Its path says which of its fields are secrets and numbers. References to objects
    /// that were recreated since get the new id.
    fn read(&self, kind: &'static Kind, path: &FieldPath, json: &serde_json::Value) -> Value {
        let id_of = |address: &Address| match self.ids.get(address) {
            Some(Id::Known(id)) => Some(id.0.clone()),
            Some(Id::Pending { .. }) | None => None,
        };
        let value = logged(Value::from(json.clone()), &id_of).map(&|value| {
            if let Value::Text(text) = value
                && let id = newest(&self.renamed, text)
                && *id != **text
            {
                *value = Value::Text(id.into());
            }
        });
        typed(kind, path, value)
    }

    /// An id in a value whose object is no longer in Vapi.
    fn dead_id(&self, spot: Spot, value: &Value) -> Option<String> {
        let refers = |spot: Spot, value: &Value| {
            let id = value.as_text().filter(|id| !id.is_empty())?;
            // A kind that is not listed says nothing about absence.
            let lives = self.listings.get(spot.reference()?)?;
            lives.iter().all(|live| live.header.id != id).then(|| id.to_owned())
        };
        match value {
            Value::List(items) => items.iter().find_map(|item| self.dead_id(spot.item(), item)),
            Value::Map(map) => map.iter().find_map(|(key, value)| self.dead_id(spot.key(key), value)),
            value => refers(spot, value),
        }
    }
}

fn way_back(done: &Done, live: &Live, lookup: &Lookup<'_>, prefer: &Prefer) -> Result<Change, Diagnostic> {
    let kind = done.kind;
    let seen = normalize::object(kind, live)?;
    let mut back = seen.clone();
    let mut fields = Vec::new();
    for (path, field) in plain(&done.to_vapi) {
        let [before, after] = [&field.before, &field.after].map(|json| Some(lookup.read(kind, path, json.as_ref()?)));
        let now = value_at(kind.root(), &seen, path).cloned();
        if is_same(now.as_ref(), before.as_ref()) {
            continue;
        }
        let as_left = is_same(now.as_ref(), after.as_ref());
        let dead = before.as_ref().and_then(|before| lookup.dead_id(kind.root().at(path), before));
        let since = match (holds_secret(field), dead.is_some(), as_left) {
            (true, ..) => Since::SecretLost,
            (false, true, _) => Since::TargetGone,
            (false, false, true) => Since::AsLeft,
            (false, false, false) => Since::Moved,
        };
        let note = match since {
            Since::SecretLost => Some("it was a secret, and the log keeps no secrets: set it yourself".to_owned()),
            Since::Moved => {
                Some("somebody changed it since that run; to restore it all the same, add `--prefer file`".to_owned())
            }
            Since::TargetGone => dead.map(|id| format!("its old value refers to {id}, which is no longer in Vapi")),
            Since::AsLeft => None,
        };
        let verdict = restored(since, before.is_some(), prefer.of(&done.address, path));
        if !verdict.is_held_back() {
            put(kind.root(), &mut back, &path.0, before.clone());
        }
        fields.push(FieldChange {
            recorded: as_left.then(|| Recorded::AuditLog { time: done.time.clone() }),
            note,
            ..FieldChange::new(path.clone(), now, before.or(Some(Value::Null)), verdict)
        });
    }
    keep_ringing(kind, &seen, &mut back, &mut fields);
    let mut body = body(&seen, &back, &fields);
    hold_hidden(&mut body, &mut fields);
    if !body.is_empty() {
        for companion in kind.companions {
            let value = seen.as_map().and_then(|seen| seen.get(*companion));
            body.extend(
                value
                    .filter(|_| !body.contains_key(*companion))
                    .map(|value| ((*companion).to_owned(), value.clone()))
                    .into_iter()
                    .collect::<Vec<_>>(),
            );
        }
    }
    // The file declares none of this, so fields that Vapi no longer takes may be left out.
    let desired = Value::Map(Map::default());
    let write = (!body.is_empty()).then(|| Write::Update { desired, body, seen: seen.clone() });
    let mut change = Change {
        id: Some(done.id.clone()),
        name: kind.name_of(&seen),
        fields,
        ..Change::new(kind, done.address.clone()).seen(&live.header)
    };
    if let Some(write) = write {
        change.reason = "back to its values before that run".to_owned();
        change.work = Work::Update(write);
    }
    Ok(change)
}

/// The fields that are not secret.
fn plain(fields: &Fields) -> impl Iterator<Item = &(FieldPath, Field)> {
    fields.iter().filter(|(_, field)| !field.sensitive)
}

/// Whether the replaced value contained a secret.
fn holds_secret(field: &Field) -> bool {
    field.before.as_ref().is_some_and(|before| {
        Value::from(before.clone()).any(&|value| value.as_text().is_some_and(|text| text.contains(SENSITIVE)))
    })
}

/// Holds back fields if the values before that run would leave a number without anyone to answer it.
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
            Some("nobody would answer the number any more: write in the file who answers it, and apply".to_owned());
    }
}

/// Holds back fields that cannot be sent without wiping a secret that Vapi does not show.
fn hold_hidden(body: &mut Map, fields: &mut [FieldChange]) {
    body.retain(|top, value| {
        let sent = !normalize::holds_hidden(value);
        for field in fields.iter_mut().filter(|field| !sent && field.path.top() == Some(top)) {
            field.verdict = Rule::WouldWipe.verdict();
            field.note = Some(format!(
                "{top} has a secret that Vapi does not show, and this change would wipe it: make the change in the \
                dashboard"
            ));
        }
        sent
    });
}

/// The top-level fields to send. A field that did not exist before the run is cleared.
fn body(seen: &Value, restored: &Value, fields: &[FieldChange]) -> Map {
    let (Value::Map(seen), Value::Map(restored)) = (seen, restored) else { return Map::default() };
    let tops = fields.iter().filter(|field| !field.verdict.is_held_back()).filter_map(|field| field.path.top());
    tops.filter(|top| seen.get(*top) != restored.get(*top))
        .map(|top| (top.to_owned(), restored.get(top).cloned().map_or(Value::Null, normalize::without_unsure)))
        .collect()
}

/// The normal form of the value at a path.
fn typed(kind: &'static Kind, path: &FieldPath, mut value: Value) -> Value {
    // Normal forms are made of whole objects, so make one with nothing but this value.
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

/// Sets or removes the value at a path.
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
