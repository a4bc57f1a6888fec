//! References to an object that is recreated: they get the new id.

use std::collections::{BTreeSet, HashMap};

use super::draft::{Inputs, needs};
use super::{Change, FieldChange, Work, Write};
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, Map, Value};
use crate::plan::judge::Rule;
use crate::plan::pair::Identity;
use crate::state::ids::{Id, Moved};
use crate::values::live::Header;
use crate::values::normalize::{self, holds_hidden, without_unsure};

/// Updates for objects that refer to a recreated one and are not part of the run: entries that are not selected, and numbers
/// outside the file. Other objects only get a warning.
pub(super) fn elsewhere(inputs: &Inputs<'_, '_>, warnings: &mut Diagnostics) -> Vec<Change> {
    let Inputs { ids, identities, listings, selection, .. } = inputs;
    let mut changes = Vec::new();
    let entries: HashMap<(&str, usize), &Address> = (identities.of.iter())
        .filter_map(|(address, identity)| match identity {
            Identity::Linked(at) | Identity::Link(at) => Some(((address.section, *at), address)),
            Identity::Create | Identity::Recreate { .. } => None,
        })
        .collect();
    for kind in KINDS {
        for (at, live) in listings.get(kind.section).into_iter().flatten().enumerate() {
            let entry = entries.get(&(kind.section, at));
            if entry.is_some_and(|address| selection.selects(address))
                || !live.value().is_ok_and(|value| ids.name_deleted(value))
            {
                continue;
            }
            // What cannot be read in full cannot be written back in full.
            let Ok(seen) = normalize::object(kind, live) else { continue };
            let may = |address: &Address| selection.selects(address) || matches!(ids.get(address), Some(Id::Known(_)));
            let Some((value, moved)) = ids.moved(kind, &seen, &may) else { continue };
            let is_outside = identities.unclaimed.contains(&(kind, at)) && !kind.assignment.is_empty();
            match entry {
                Some(address) => changes.push(repoint(kind, (*address).clone(), &live.header, &seen, &value, &moved)),
                None if is_outside => {
                    let address = kind.address(&live.header.id);
                    changes.push(repoint(kind, address, &live.header, &seen, &value, &moved));
                }
                None => warnings.push(points_at(kind, &live.header, &moved)),
            }
        }
    }
    changes
}

/// The warning about an object that is not in the file.
fn points_at(kind: &Kind, header: &Header, moved: &[Moved]) -> Diagnostic {
    let targets: BTreeSet<String> = moved.iter().map(|moved| moved.address.to_string()).collect();
    let targets: Vec<String> = targets.into_iter().collect();
    let name = header.called().map_or_else(String::new, |name| format!(" {name:?}"));
    let message = format!(
        "the {}{name} ({}) still refers to the old {}, which gets a new id; this file does not manage it, so it is \
        not changed",
        kind.noun,
        header.id,
        targets.join(", ")
    );
    Diagnostic::warning("points-at-deleted", message)
        .help("after the apply, choose the new object for it in the dashboard")
}

/// Updates an object that refers to a recreated one.
fn repoint(
    kind: &'static Kind,
    address: Address,
    header: &Header,
    seen: &Value,
    value: &Value,
    moved: &[Moved],
) -> Change {
    let targets: BTreeSet<String> = moved.iter().map(|moved| moved.address.to_string()).collect();
    let targets: Vec<String> = targets.into_iter().collect();
    let field = |moved: &Moved| {
        let (before, after) = (Some(moved.before.clone()), Some(moved.after.clone()));
        FieldChange::new(moved.path.clone(), before, after, Rule::Repointed.verdict())
    };
    let verb = if kind.assignment.is_empty() { "refers to" } else { "is answered by" };
    let which = if address.handle == header.id { "not in the file" } else { "not part of this run" };
    let mut change = Change {
        name: kind.name_of(seen),
        reason: format!("{which}; it {verb} {}, which is created again", targets.join(", ")),
        fields: moved.iter().map(field).collect(),
        ..Change::new(kind, address).seen(header)
    };
    let tops = moved.iter().filter_map(|moved| moved.path.top()).chain(kind.companions.iter().copied());
    let tops: BTreeSet<&str> = tops.collect();
    let top = |top: &str| Some((top.to_owned(), without_unsure(value.as_map()?.get(top)?.clone())));
    let body: Map = tops.into_iter().filter_map(top).collect();
    if body.values().any(holds_hidden) {
        change.held = Some(
            "it has a secret that Vapi does not show, and this change would wipe it: make the change in the dashboard"
                .to_owned(),
        );
    }
    needs(&Value::Map(body.clone()), &mut change.needs);
    change.work = Work::Update(Write::Update { body, seen: seen.clone(), desired: Value::Map(Map::default()) });
    change
}
