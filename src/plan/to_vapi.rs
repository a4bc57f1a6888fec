//! The plan of `plan`, `apply` and `restore`: what is written to Vapi, and what waits for a person.

use std::collections::HashSet;

use super::asked::Asked;
use super::draft::{Draft, Drafted, Inputs, needs};
use super::fields::{all_set, node_at, place_of};
use super::secrets::{hidden_path, known_secrets, missing_secrets};
use super::{
    Change, Direction, FieldChange, Names, Plan, Policy, Work, Write, impact, order, pins, renamed, repoint, retire,
    together, words,
};
use crate::document::{Node, View};
use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::recorded::Answers;
use crate::model::{FieldPath, Map, Trail, Value};
use crate::plan::judge::{Rule, to_vapi as verdict_of};
use crate::plan::pair::Identity;
use crate::state::load::Entry;
use crate::values::compare::{What, overlay};
use crate::values::live::Header;
use crate::values::normalize::{holds_hidden, without_unsure};

/// Judges a draft and lays out what an apply would do, step by step.
///
/// # Errors
/// Something that is about to be sent is not known (a variable that is not set), or would take a number's assignment away.
pub fn to_vapi(
    inputs: &Inputs<'_, '_>,
    draft: Draft<'_>,
    answers: &Answers,
    policy: &Policy,
) -> Result<Plan, Diagnostics> {
    let mut planner = Planner { inputs, answers, policy, warnings: draft.warnings, errors: Vec::new() };
    let mut changes: Vec<Change> = Vec::new();
    for drafted in &draft.drafted {
        changes.push(planner.change(drafted));
    }
    changes.extend(repoint::elsewhere(inputs, &mut planner.warnings));
    let mut changes = order::in_order(changes, inputs);
    changes.extend(draft.in_step);
    if !planner.errors.is_empty() {
        return Err(planner.errors);
    }
    let impact = impact::of(inputs, &changes);
    let names = Names::of(inputs.listings, &changes);
    planner.warnings.extend(renamed::warnings(inputs, &changes));
    planner.warnings.extend(pins::behind(inputs));
    planner.warnings.extend(retire::warnings(inputs));
    let plan = Plan::new(Direction::ToVapi, inputs.identities.org_id.clone(), changes);
    let (left, records_org) = (inputs.identities.left.clone(), inputs.desired.file.org_id.is_none());
    Ok(Plan { records_org, impact, names, left, warnings: planner.warnings, ..plan })
}

struct Planner<'p, 'i, 'd> {
    inputs: &'p Inputs<'i, 'd>,
    answers: &'p Answers,
    policy: &'p Policy,
    warnings: Diagnostics,
    errors: Diagnostics,
}

/// The value that a field has after its change. Elements of a list keep what the file does not name in them.
fn sent(kind: &'static Kind, asked: &Asked) -> Option<Value> {
    let difference = &asked.difference;
    match (difference.what, &difference.desired, asked.live()) {
        (What::Clear, ..) => Some(Value::Null),
        (What::Differs, Some(desired @ Value::List(_)), Some(live @ Value::List(_))) => {
            let path = &difference.path;
            Some(overlay(kind.root().at(path), desired, live, path, &HashSet::new()))
        }
        (_, desired, _) => desired.clone(),
    }
}

impl Planner<'_, '_, '_> {
    fn change(&mut self, drafted: &Drafted<'_>) -> Change {
        match &drafted.live {
            None => self.made(drafted),
            Some((header, live)) => self.changed(drafted, header, live),
        }
    }

    fn made(&mut self, drafted: &Drafted<'_>) -> Change {
        let Drafted { entry, identity, desired, .. } = drafted;
        let mut body = desired.as_map().cloned().unwrap_or_default();
        body.retain(|_, value| *value != Value::Null);
        let purchase = (entry.kind.purchase)(desired);
        if purchase {
            // From the Create shape of `vapi` numbers: it has no `number`, Vapi allots one.
            body.shift_remove("number");
        }
        self.check_known(entry, &body);
        let mut fields = all_set(entry, &body);
        let mut change = Change::of_entry(entry, desired);
        let (stale, mut reason) = match identity {
            Identity::Recreate { stale } => (Some(stale.clone()), format!("deleted in Vapi (it was {stale})")),
            _ => (None, "not in Vapi yet".to_owned()),
        };
        if purchase && let Some(number) = desired.text_at("number") {
            reason.push_str(&format!("; Vapi does not give {number} back: another number will be bought"));
        } else if purchase {
            reason.push_str("; Vapi will assign a number, which may cost money");
        }
        let held = purchase.then(|| self.held_purchase(entry, &body, desired, stale.is_some())).flatten();
        if held.is_some() {
            fields.clear();
        }
        change.reason = reason;
        change.held = held;
        change.fields = fields;
        needs(&Value::Map(body.clone()), &mut change.needs);
        if change.held.is_none() {
            change.held = pins::lacking(self.inputs, &body);
        }
        let write = Write::Create { body, purchase };
        change.refused = self.doubts(entry).next().cloned();
        self.check_not_empty(entry, desired);
        if !(entry.kind.can_be_made)(desired) {
            change.held = Some("Vapi itself makes objects of this type, so vapi-sync cannot create one".to_owned());
        }
        change.work = if stale.is_some() { Work::Recreate(write) } else { Work::Create(write) };
        change.id = stale;
        change
    }

    /// Why a purchase waits for a person. One whose answer is lost must be found again, or the next run buys another.
    fn held_purchase(&self, entry: &Entry<'_>, body: &Map, desired: &Value, again: bool) -> Option<String> {
        if entry.kind.identity_of(&Value::Map(body.clone())).is_none() {
            return Some(
                "give it a `name`: Vapi will assign a number, and if its answer is lost, vapi-sync must find the \
                number by name, not buy another"
                    .to_owned(),
            );
        }
        if let (Some(number), false) = (desired.text_at("number"), again) {
            return Some(format!(
                "{number} is not in Vapi, and Vapi lets nobody choose a number: delete the line `number` of the \
                entry to get another one"
            ));
        }
        let waits = !self.policy.allow_purchase;
        waits.then(|| {
            "Vapi would assign a phone number, which may cost money: add --allow-purchase to allow it".to_owned()
        })
    }

    fn changed(&mut self, drafted: &Drafted<'_>, header: &Header, live: &Value) -> Change {
        let Drafted { entry, identity, desired, asked, dropped, is_another, .. } = drafted;
        let linked = matches!(identity, Identity::Link(_));
        let mut change = Change::of_entry(entry, live).seen(header);
        change.reason = match &change.name {
            Some(name) if linked => format!("found in Vapi as {name:?} ({})", header.id),
            None if linked => format!("found in Vapi ({})", header.id),
            _ => String::new(),
        };
        change.held.clone_from(is_another);
        let mut left = HashSet::new();
        for asked in asked {
            match self.field(entry, header, asked) {
                Some(field) => change.fields.push(field),
                None => drop(left.insert(asked.difference.path.clone())),
            }
        }
        if left.iter().any(|path| self.policy.prefer.of(&entry.address, path).is_some()) {
            change.left = true;
            change.reason = "Vapi's value is left as it is (--prefer vapi)".to_owned();
        }
        self.repoint_declared(drafted, &mut change);
        let decided = |field: &FieldChange| self.policy.prefer.of(&entry.address, &field.path).is_some();
        left.extend(dropped.iter().cloned());
        together::decide(&mut change.fields, decided);
        if self.policy.send_secrets {
            change.fields.extend(self.rotation(entry, desired, &change.fields));
        }
        self.hold_hidden_parents(entry, desired, live, &mut change.fields, &left);
        self.check_assignment(entry, desired, live);
        self.check_not_empty(entry, desired);
        change.refused = self.refused(entry, asked, &change.fields);
        let body = self.body(entry, desired, live, &change.fields, &left);
        if !body.is_empty() {
            self.check_known(entry, &body);
            needs(&Value::Map(body.clone()), &mut change.needs);
            if change.held.is_none() {
                change.held = pins::lacking(self.inputs, &body);
            }
            let declared = desired.as_map().into_iter().flatten().filter(|(key, _)| body.contains_key(*key));
            let desired = Value::Map(declared.map(|(key, value)| (key.clone(), value.clone())).collect());
            let seen = drafted.as_it_is.as_ref().unwrap_or(live).clone();
            let write = Write::Update { body, seen, desired };
            change.work = if linked { Work::Link(Some(write)) } else { Work::Update(write) };
        } else if linked {
            change.work = Work::Link(None);
        }
        change
    }

    /// What points at an object that is made again is pointed at the new one, declared or not.
    fn repoint_declared(&mut self, drafted: &Drafted<'_>, change: &mut Change) {
        for moved in &drafted.moved {
            let is_covered = change.fields.iter().any(|field| {
                !field.verdict.is_held_back()
                    && (field.path.0.starts_with(&moved.path.0) || moved.path.0.starts_with(&field.path.0))
            });
            if is_covered {
                continue;
            }
            let note = match moved.after {
                Value::Null => format!(
                    "this is a version of {}, which is created again and starts with new versions",
                    moved.address
                ),
                _ => format!("{} is created again, with a new id", moved.address),
            };
            let after = Some(moved.after.clone());
            change.fields.push(FieldChange {
                note: Some(note),
                place: place_of(&drafted.entry, &moved.path).or_else(|| Some(drafted.entry.place.clone())),
                ..FieldChange::new(moved.path.clone(), Some(moved.before.clone()), after, Rule::Repointed.verdict())
            });
        }
    }

    fn field(&self, entry: &Entry<'_>, header: &Header, asked: &Asked) -> Option<FieldChange> {
        let difference = &asked.difference;
        let (basis, recorded) = asked.basis(self.answers, self.inputs.ids);
        let verdict = verdict_of(difference.what, basis, self.policy.prefer.of(&entry.address, &difference.path))?;
        Some(FieldChange {
            place: place_of(entry, &difference.path).or_else(|| Some(entry.place.clone())),
            base: asked.base.as_ref().map(|base| base.agreement.clone()),
            recorded: recorded.cloned(),
            note: words::of_apply(verdict, asked, recorded, entry.kind, header, self.answers),
            ..FieldChange::new(difference.path.clone(), asked.live().cloned(), sent(entry.kind, asked), verdict)
        })
    }

    /// What our checks have against values of an entry.
    fn doubts(&self, entry: &Entry<'_>) -> impl Iterator<Item = &Diagnostic> {
        let doubts = if self.policy.only_looks { &[] } else { self.inputs.doubts };
        doubts.iter().filter(|doubt| entry.holds(doubt))
    }

    /// Why an update is not sent: a value in it is new, and surely wrong. What is live or was agreed on is no such value.
    fn refused(&self, entry: &Entry<'_>, asked: &[Asked], fields: &[FieldChange]) -> Option<Diagnostic> {
        let is_sent =
            |path: &FieldPath| fields.iter().any(|field| field.path == *path && !field.verdict.is_held_back());
        let new = asked.iter().filter(|asked| is_sent(&asked.difference.path) && !asked.is_accepted(entry.kind));
        let nodes: Vec<_> =
            new.filter_map(|asked| Some(node_at(entry.config?, entry.kind.root(), &asked.difference.path))).collect();
        // An element of a list that goes, or that is a reference, is a change of the list.
        let is_at = |(node, is_itself): &(Node<'_>, bool), at: &Place| {
            if *is_itself { node.covers(at) } else { matches!(node.view(), View::List) && node.place() == *at }
        };
        let is_new =
            |doubt: &&Diagnostic| entry.place_of(doubt).is_some_and(|at| nodes.iter().any(|node| is_at(node, at)));
        self.doubts(entry).find(is_new).cloned()
    }

    /// `--send-secrets`: all secrets of an entry, also those that Vapi does not show.
    fn rotation(&self, entry: &Entry<'_>, desired: &Value, known: &[FieldChange]) -> Vec<FieldChange> {
        let mut found = Vec::new();
        known_secrets(desired, &FieldPath::root(), &mut found);
        found
            .into_iter()
            .filter(|(path, _)| known.iter().all(|field| field.path != *path))
            .map(|(path, value)| FieldChange {
                place: place_of(entry, &path),
                sensitive: true,
                note: Some("sent again (--send-secrets)".to_owned()),
                ..FieldChange::new(path, None, Some(value), Rule::SentAgain.verdict())
            })
            .collect()
    }

    /// Holds back what cannot be sent without wiping a secret that Vapi does not show.
    fn hold_hidden_parents(
        &self,
        entry: &Entry<'_>,
        desired: &Value,
        live: &Value,
        fields: &mut [FieldChange],
        left: &HashSet<FieldPath>,
    ) {
        let body = self.body(entry, desired, live, fields, left);
        for (key, value) in body.iter().filter(|(_, value)| holds_hidden(value)) {
            let place = hidden_path(value, Trail::Root.key(key));
            for field in fields.iter_mut().filter(|field| field.path.top() == Some(key)) {
                field.verdict = Rule::WouldWipe.verdict();
                field.note = Some(format!(
                    "Vapi has a secret at {place} that it does not show, and this change would wipe it: write that \
                    field into the file, too, as ${{env:NAME}}"
                ));
            }
        }
    }

    /// The body of the `PATCH`: every top-level field with an approved change, whole, with what is held back or `left` as it
    /// is in Vapi.
    fn body(
        &self,
        entry: &Entry<'_>,
        desired: &Value,
        live: &Value,
        fields: &[FieldChange],
        left: &HashSet<FieldPath>,
    ) -> Map {
        let held = fields.iter().filter(|field| field.verdict.is_held_back()).map(|field| field.path.clone());
        let held: HashSet<FieldPath> = held.chain(left.iter().cloned()).collect();
        let approved = |field: &&FieldChange| !field.verdict.is_held_back();
        let mut tops: Vec<&str> = fields.iter().filter(approved).filter_map(|field| field.path.top()).collect();
        tops.dedup();
        if !tops.is_empty() {
            tops.extend(
                entry.kind.companions.iter().filter(|companion| !tops.contains(companion)).copied().collect::<Vec<_>>(),
            );
        }
        let (Value::Map(desired), Value::Map(live_map)) = (desired, live) else { return Map::default() };
        let mut body = Map::default();
        for top in tops {
            let path = FieldPath::root().key(top);
            let Some(value) = desired.get(top).or_else(|| live_map.get(top)) else { continue };
            let merged = match live_map.get(top) {
                Some(live) => overlay(entry.kind.root().key(top), value, live, &path, &held),
                None => value.clone(),
            };
            body.insert(top.to_owned(), without_unsure(merged));
        }
        body
    }

    /// Complains about secrets that are about to be sent and not known.
    fn check_known(&mut self, entry: &Entry<'_>, body: &Map) {
        if self.policy.only_looks {
            return;
        }
        let mut found = Vec::new();
        body.iter().for_each(|(key, value)| missing_secrets(value, Trail::Root.key(key), &mut found));
        for (path, secret) in found {
            let names = secret.variables().join(", ");
            let error = Diagnostic::error(
                "missing-variable",
                format!("{} of {} must be sent, but {names} is not set. Nothing was sent", path, entry.address),
            )
            .help(format!("set the environment variable {names} where vapi-sync runs (in CI: as a secret)"));
            self.errors.push(error.at(place_of(entry, &path).unwrap_or_else(|| entry.place.clone())));
        }
    }

    /// No value in the file takes away what a number rings, held back or not.
    fn check_assignment(&mut self, entry: &Entry<'_>, desired: &Value, live: &Value) {
        let declared = |field: &str| desired.as_map().and_then(|map| map.get(field));
        let rings = |value: Option<&Value>| match value {
            Some(Value::Text(text)) => !text.is_empty(),
            // A variable that is set is not empty; what it is, Vapi may know better.
            Some(Value::Unknown(_) | Value::Secret(_)) => true,
            _ => false,
        };
        let before = |field: &&&str| rings(live.as_map().and_then(|map| map.get(**field)));
        let after = |field: &&&str| declared(field).map_or_else(|| before(field), |value| rings(Some(value)));
        let assignment = entry.kind.assignment;
        if assignment.iter().any(|field| before(&field)) && !assignment.iter().any(|field| after(&field)) {
            let taken: Vec<&str> = assignment.iter().copied().filter(|field| declared(field).is_some()).collect();
            let path = FieldPath::root().key(taken.first().copied().unwrap_or_default());
            self.errors.push(
                Diagnostic::error(
                    "unassigns-number",
                    format!(
                        "nobody would answer {} any more: {} is empty. Nothing was sent",
                        entry.address,
                        taken.join(", ")
                    ),
                )
                .at(place_of(entry, &path).unwrap_or_else(|| entry.place.clone()))
                .help(format!(
                    "write who answers it ({}), or delete the line: then Vapi keeps what it has",
                    assignment.join(", ")
                )),
            );
        }
    }

    /// No value in the file empties a list that must hold something.
    fn check_not_empty(&mut self, entry: &Entry<'_>, desired: &Value) {
        for field in entry.kind.never_empty {
            let declared = desired.as_map().and_then(|map| map.get(*field));
            if matches!(declared, Some(Value::Null)) || declared.and_then(Value::as_list).is_some_and(<[_]>::is_empty) {
                let path = FieldPath::root().key(field);
                let message = format!("{} would have no {field} any more. Nothing was sent", entry.address);
                self.errors.push(
                    Diagnostic::error("emptied-list", message)
                        .at(place_of(entry, &path).unwrap_or_else(|| entry.place.clone()))
                        .help("write at least one, or delete the line: then Vapi keeps what it has"),
                );
            }
        }
    }
}
