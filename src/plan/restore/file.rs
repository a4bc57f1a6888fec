//! `restore` in the file: resets the fields that still have the value that a run wrote.

use super::done::Done;
use super::{Lookup, holds_secret, is_same, plain};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{FieldPath, Step, Value};
use crate::plan::fields::place_of;
use crate::plan::judge::{Since, set_back};
use crate::plan::{Change, FieldChange, Work};
use crate::state::load::Entry;
use crate::state::resolve::Desired;
use crate::values::compare::{covers, value_at};
use crate::values::live::Header;

/// The fields to reset in the entry of an object. Those that are left get a warning.
pub(super) fn way_back(
    done: &Done,
    desired: &Desired<'_>,
    header: Option<&Header>,
    lookup: &Lookup<'_>,
    warnings: &mut Diagnostics,
) -> Option<Change> {
    // The handle may have changed.
    let entries = || desired.file.entries.iter().filter(|entry| entry.kind == done.kind);
    let entry = entries().find(|entry| entry.id.as_ref() == Some(&done.id));
    let entry = entry.or_else(|| entries().find(|entry| entry.address == done.address))?;
    let value = desired.value(entry, &lookup.ids);
    // A capture knows the file's old value. A write to Vapi only knows Vapi's, so it counts where there was no capture.
    let of_file: Vec<&FieldPath> = done.to_file.iter().map(|(path, _)| path).collect();
    let is_known = |path: &FieldPath| of_file.iter().any(|of| of.0.starts_with(&path.0) || path.0.starts_with(&of.0));
    let sent = plain(&done.to_vapi).filter(|(path, _)| !is_known(path));
    let mut fields = Vec::new();
    for (path, field) in plain(&done.to_file).chain(sent) {
        let [before, after] =
            [&field.before, &field.after].map(|json| Some(lookup.read(done.kind, path, json.as_ref()?)));
        let now = value_at(done.kind.root(), &value, path);
        let says = |side: Option<&Value>| says(done, path, now, side);
        if says(before.as_ref()) || now.is_none() && !is_element_gone(path, after.as_ref()) {
            continue;
        }
        let dead = before.as_ref().and_then(|before| lookup.dead_id(done.kind.root().at(path), before));
        let since = match (says(after.as_ref()), holds_secret(field), dead) {
            (false, ..) => Since::Moved,
            (true, true, _) => Since::SecretLost,
            (true, false, Some(_)) => Since::TargetGone,
            (true, false, None) => Since::AsLeft,
        };
        let verdict = set_back(since);
        if verdict.changes_file() {
            // `null` is a value in the file, but not in Vapi.
            let before = before.filter(|before| *before != Value::Null || of_file.contains(&path));
            fields.push(FieldChange::new(path.clone(), now.cloned(), before, verdict));
        } else {
            warnings
                .push(Diagnostic { place: place_of(&desired.file, entry, &value, path), ..left(entry, path, since) });
        }
    }
    if fields.is_empty() {
        return None;
    }
    let mut change = Change::of_entry(entry, &value);
    if let Some(header) = header {
        change = change.seen(header);
    }
    let reason = "the fields that still have the value of that run get their old value".to_owned();
    Some(Change { fields, reason, work: Work::Capture, ..change })
}

/// Whether the file has the value of one side of a write: all fields of that side are in it.
fn says(done: &Done, path: &FieldPath, now: Option<&Value>, side: Option<&Value>) -> bool {
    match (now, side) {
        (Some(now), Some(side)) => covers(done.kind.root().at(path), side, now),
        (now, side) => is_same(now, side),
    }
}

/// Whether a run took an element out of a list.
fn is_element_gone(path: &FieldPath, after: Option<&Value>) -> bool {
    is_same(after, None) && matches!(path.0.last(), Some(Step::Index(_) | Step::Element(_)))
}

fn left(entry: &Entry<'_>, path: &FieldPath, since: Since) -> Diagnostic {
    let why = match since {
        Since::SecretLost => "it was a secret, and the log keeps no secrets",
        Since::TargetGone => "its old value refers to something that is no longer in Vapi",
        Since::Moved | Since::AsLeft => "somebody changed it in the file since that run",
    };
    let message = format!("{path} of {} is left as it is in the file: {why}", entry.address);
    Diagnostic::warning("left-in-file", message)
}
