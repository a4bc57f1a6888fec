//! The order of the steps: what is referred to before what refers to it, circles opened and closed again.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::{Change, FieldChange, Selection, Work, Write, draft::needs};
use crate::model::{Address, FieldPath, Map, Part, Value};
use crate::plan::judge::Rule;
use crate::state::ids::{Id, Ids};

/// The changes in the order in which they can be written. A circle of new objects is opened: one is made without the
/// reference that closes it, which is set in a step of its own after the others.
pub(super) fn in_order(changes: Vec<Change>, ids: &Ids, selection: &Selection) -> Vec<Change> {
    // Mostly the first is ready: taking it out must not move all others.
    let mut waiting = VecDeque::from(hold_unmet(changes, ids, selection));
    let mut ordered: Vec<Change> = Vec::with_capacity(waiting.len());
    let mut done: HashSet<Address> = HashSet::new();
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .position(|change| change.held.is_some() || change.needs.iter().all(|need| done.contains(need)));
        let at = ready.unwrap_or(0);
        let Some(mut change) = waiting.remove(at) else { break };
        if ready.is_none()
            && let Some(closing) = open_circle(&mut change, &done)
        {
            waiting.push_back(closing);
        }
        if change.creates() {
            done.insert(change.address.clone());
        }
        ordered.push(change);
    }
    ordered
}

/// Holds back what needs an object that this run does not make.
fn hold_unmet(mut changes: Vec<Change>, ids: &Ids, selection: &Selection) -> Vec<Change> {
    loop {
        let made: HashSet<&Address> = changes
            .iter()
            .filter(|change| change.held.is_none() && change.creates())
            .map(|change| &change.address)
            .collect();
        let unmet: Vec<(usize, Address)> = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.held.is_none())
            .filter_map(|(at, change)| Some((at, change.needs.iter().find(|need| !made.contains(need))?.clone())))
            .collect();
        if unmet.is_empty() {
            return changes;
        }
        for (at, need) in unmet {
            let why = match ids.get(&need) {
                Some(Id::Pending { .. }) if !selection.selects(&need) => {
                    format!("it refers to {need}, which is not in Vapi and not selected: select it too")
                }
                _ => format!("it refers to {need}, which is held back"),
            };
            changes[at].held = Some(why);
        }
    }
}

/// Takes out of a creation what refers to objects that are not made yet. Gives the step that puts it in.
fn open_circle(change: &mut Change, done: &HashSet<Address>) -> Option<Change> {
    let (Work::Create(Write::Create { body, .. }) | Work::Recreate(Write::Create { body, .. })) = &mut change.work
    else {
        return None;
    };
    let open: BTreeSet<Address> = change.needs.iter().filter(|need| !done.contains(need)).cloned().collect();
    let mut desired = Map::default();
    let mut taken = Vec::new();
    body.retain(|top, value| {
        let path = FieldPath::root().key(top);
        let whole = value.clone();
        let before = taken.len();
        let keep = strip(value, &open, &path, &mut taken);
        if taken.len() > before {
            desired.insert(top.clone(), whole);
        }
        keep
    });
    change.needs.retain(|need| done.contains(need));
    let names: Vec<String> = open.iter().map(ToString::to_string).collect();
    let mut wanted = open;
    wanted.insert(change.address.clone());
    needs(&Value::Map(desired.clone()), &mut wanted);
    Some(Change {
        reason: format!("second step: refers to {}", names.join(", ")),
        fields: taken
            .into_iter()
            .map(|(path, value)| FieldChange {
                place: change.place.clone(),
                ..FieldChange::new(path, None, Some(value), Rule::Made.verdict())
            })
            .collect(),
        needs: wanted,
        work: Work::Update(Write::Complete { desired }),
        ..change.clone()
    })
}

/// Takes the outermost list element, else the field, that holds one of the references out of a value. False: the value
/// itself is such a field.
fn strip(value: &mut Value, open: &BTreeSet<Address>, path: &FieldPath, taken: &mut Vec<(FieldPath, Value)>) -> bool {
    match value {
        Value::Unknown(parts) if parts.iter().any(|part| matches!(part, Part::Id(id) if open.contains(id))) => {
            taken.push((path.clone(), value.clone()));
            false
        }
        Value::Map(map) => {
            map.retain(|key, value| strip(value, open, &path.key(key), taken));
            true
        }
        Value::List(items) => {
            let mut at = 0;
            items.retain(|item| {
                let path = path.join(crate::model::Step::Index(at));
                at += 1;
                let mut found = BTreeSet::new();
                needs(item, &mut found);
                let stays = found.is_disjoint(open);
                if !stays {
                    taken.push((path, item.clone()));
                }
                stays
            });
            true
        }
        _ => true,
    }
}
