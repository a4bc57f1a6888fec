//! Checks that refuse a change: a value that is surely wrong, a secret that is not known, a number or a list that would be
//! left with nothing.

use super::FieldChange;
use super::accepted::{is_about, nodes_of};
use super::asked::Asked;
use super::fields::place_of;
use super::secrets::missing_secrets;
use super::to_vapi::Planner;
use crate::model::diagnostic::Diagnostic;
use crate::model::{FieldPath, Map, Trail, Value};
use crate::state::load::Entry;

impl Planner<'_, '_, '_> {
    /// The errors of our checks about values of an entry.
    pub(super) fn doubts(&self, entry: &Entry<'_>) -> impl Iterator<Item = &Diagnostic> {
        let doubts = if self.policy.only_looks { &[] } else { self.inputs.doubts };
        doubts.iter().filter(|doubt| entry.holds(doubt))
    }

    /// Why an update is refused: it has a new value that is surely wrong. A value that is live or was agreed on is not new.
    pub(super) fn refused(
        &self,
        entry: &Entry<'_>,
        desired: &Value,
        asked: &[Asked],
        fields: &[FieldChange],
    ) -> Option<Diagnostic> {
        let is_sent =
            |path: &FieldPath| fields.iter().any(|field| field.path == *path && !field.verdict.is_held_back());
        let new = asked.iter().filter(|asked| is_sent(&asked.difference.path) && !asked.is_accepted(entry.kind));
        let new: Vec<&FieldPath> = new.map(|asked| &asked.difference.path).collect();
        let nodes = nodes_of(self.file(), entry, desired, &new);
        self.doubts(entry).find(|doubt| is_about(self.file(), entry, &nodes, doubt)).cloned()
    }

    /// Refuses secrets that must be sent and are not known.
    pub(super) fn check_known(&mut self, entry: &Entry<'_>, desired: &Value, body: &Map) {
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
            self.errors
                .push(error.at(place_of(self.file(), entry, desired, &path).unwrap_or_else(|| entry.place.clone())));
        }
    }

    /// Refuses a file that would leave a number without anyone to answer it, whether the field is held back or not.
    pub(super) fn check_assignment(&mut self, entry: &Entry<'_>, desired: &Value, live: &Value) {
        let declared = |field: &str| desired.as_map().and_then(|map| map.get(field));
        let rings = |value: Option<&Value>| match value {
            Some(Value::Text(text)) => !text.is_empty(),
            // The value of a reference or variable is not known here, but it is not empty.
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
                .at(place_of(self.file(), entry, desired, &path).unwrap_or_else(|| entry.place.clone()))
                .help(format!(
                    "write who answers it ({}), or delete the line: then Vapi keeps what it has",
                    assignment.join(", ")
                )),
            );
        }
    }

    /// Refuses a file that would empty a list that must not be empty.
    pub(super) fn check_not_empty(&mut self, entry: &Entry<'_>, desired: &Value) {
        for field in entry.kind.never_empty {
            let declared = desired.as_map().and_then(|map| map.get(*field));
            if matches!(declared, Some(Value::Null)) || declared.and_then(Value::as_list).is_some_and(<[_]>::is_empty) {
                let path = FieldPath::root().key(field);
                let message = format!("{} would have no {field} any more. Nothing was sent", entry.address);
                self.errors.push(
                    Diagnostic::error("emptied-list", message)
                        .at(place_of(self.file(), entry, desired, &path).unwrap_or_else(|| entry.place.clone()))
                        .help("write at least one, or delete the line: then Vapi keeps what it has"),
                );
            }
        }
    }
}
