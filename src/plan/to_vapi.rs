//! The plan of `plan` and `apply`: what is written to Vapi, and what is held back.

use std::collections::HashSet;

use super::asked::Asked;
use super::draft::{Draft, Drafted, Inputs, needs};
use super::fields::{all_set, place_of};
use super::secrets::{hidden_path, known_secrets};
use super::{
    Change, Direction, FieldChange, Names, Plan, Policy, Work, Write, impact, order, pins, renamed, repoint, retire,
    together, words,
};
use crate::kinds::Kind;
use crate::model::diagnostic::Diagnostics;
use crate::model::recorded::Answers;
use crate::model::{FieldPath, Map, Trail, Value};
use crate::plan::judge::{Rule, to_vapi as verdict_of};
use crate::plan::pair::Identity;
use crate::state::load::{Entry, StateFile};
use crate::values::compare::{What, overlay};
use crate::values::live::Header;
use crate::values::normalize::{holds_hidden, without_unsure};

/// Makes the plan of an apply from a draft and the answers to its questions.
///
/// # Errors
/// A secret to be sent is not known, because its variable is not set; or the change would leave a number or a list with nothing.
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

/// Plans the changes of all entries.
pub(super) struct Planner<'p, 'i, 'd> {
    pub(super) inputs: &'p Inputs<'i, 'd>,
    answers: &'p Answers,
    pub(super) policy: &'p Policy,
    warnings: Diagnostics,
    pub(super) errors: Diagnostics,
}

/// The value of a field after its change. Elements of a list keep the fields that the file does not have.
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

impl<'d> Planner<'_, '_, 'd> {
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
            // In a creation Vapi takes no `number`: it assigns one.
            body.shift_remove("number");
        }
        self.check_known(entry, desired, &body);
        let mut fields = all_set(self.file(), entry, desired, &body);
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

    /// Why a purchase is held back. If its answer is lost, the next run must find the number, or it buys another.
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
            match self.field(entry, desired, header, asked) {
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
        change.refused = self.refused(entry, desired, asked, &change.fields);
        let body = self.body(entry, desired, live, &change.fields, &left);
        if !body.is_empty() {
            self.check_known(entry, desired, &body);
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

    /// References to a recreated object get the new id, whether the file has the field or not.
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
                place: place_of(self.file(), &drafted.entry, &drafted.desired, &moved.path)
                    .or_else(|| Some(drafted.entry.place.clone())),
                ..FieldChange::new(moved.path.clone(), Some(moved.before.clone()), after, Rule::Repointed.verdict())
            });
        }
    }

    fn field(&self, entry: &Entry<'_>, desired: &Value, header: &Header, asked: &Asked) -> Option<FieldChange> {
        let difference = &asked.difference;
        let (basis, recorded) = asked.basis(self.answers, self.inputs.ids);
        let verdict = verdict_of(difference.what, basis, self.policy.prefer.of(&entry.address, &difference.path))?;
        Some(FieldChange {
            place: place_of(self.file(), entry, desired, &difference.path).or_else(|| Some(entry.place.clone())),
            base: asked.base.as_ref().map(|base| base.agreement.clone()),
            recorded: recorded.cloned(),
            note: words::of_apply(verdict, asked, recorded, entry.kind, header, self.answers),
            ..FieldChange::new(difference.path.clone(), asked.live().cloned(), sent(entry.kind, asked), verdict)
        })
    }

    pub(super) fn file(&self) -> &StateFile<'d> {
        &self.inputs.desired.file
    }

    /// `--send-secrets`: all secrets of an entry.
    fn rotation(&self, entry: &Entry<'_>, desired: &Value, known: &[FieldChange]) -> Vec<FieldChange> {
        let mut found = Vec::new();
        known_secrets(desired, &FieldPath::root(), &mut found);
        found
            .into_iter()
            .filter(|(path, _)| known.iter().all(|field| field.path != *path))
            .map(|(path, value)| FieldChange {
                place: place_of(self.file(), entry, desired, &path),
                sensitive: true,
                note: Some("sent again (--send-secrets)".to_owned()),
                ..FieldChange::new(path, None, Some(value), Rule::SentAgain.verdict())
            })
            .collect()
    }

    /// Holds back fields that cannot be sent without wiping a secret that Vapi does not show.
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

    /// The body of the `PATCH`: each top-level field with an approved change, whole. Inside it, fields that are held back or
    /// `left` keep Vapi's value.
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
}
