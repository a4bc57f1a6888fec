//! The order of the steps: an object comes after those that it refers to. Circles are opened, and closed in a second step.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::draft::needs;
use super::{Change, FieldChange, Inputs, Work, Write, links};
use crate::kinds::Spot;
use crate::model::{Address, FieldPath, Map, Step, Value};
use crate::plan::judge::Rule;
use crate::plan::select::Selection;
use crate::state::ids::{Id, Ids};

/// Sorts the changes into an order in which they can be written. In a circle of new objects, one is created without the list that
/// closes the circle; a second step sets the list after the others exist. Phone numbers come last.
pub(super) fn in_order(changes: Vec<Change>, inputs: &Inputs<'_, '_>) -> Vec<Change> {
    let mut waiting = VecDeque::from(hold_unmet(changes, inputs.ids, inputs.selection));
    let mut ordered: Vec<Change> = Vec::with_capacity(waiting.len());
    let mut done: HashSet<Address> = HashSet::new();
    while !waiting.is_empty() {
        // Usually the first one is ready, and a deque removes it without moving the others.
        let is_ready = |change: &Change| change.held.is_some() || change.needs.iter().all(|need| done.contains(need));
        let at = match waiting.iter().position(is_ready) {
            Some(at) => at,
            None => match smallest_opening(&waiting, &done) {
                Some((at, lists)) => {
                    let closing = open(&mut waiting[at], &lists, &done);
                    waiting.extend(closing);
                    at
                }
                None => {
                    waiting.iter_mut().for_each(|change| hold_closed(change, &done));
                    continue;
                }
            },
        };
        let Some(change) = waiting.remove(at) else { break };
        if change.creates() {
            done.insert(change.address.clone());
        }
        ordered.push(change);
    }
    numbers_last(ordered, inputs)
}

/// Puts phone numbers after the second steps of everything that they reach, so that no call meets an unfinished object.
fn numbers_last(ordered: Vec<Change>, inputs: &Inputs<'_, '_>) -> Vec<Change> {
    let second: BTreeSet<Address> =
        ordered.iter().filter(|change| change.is_second()).map(|change| change.address.clone()).collect();
    if second.is_empty() {
        return ordered;
    }
    let links = links::declared(inputs);
    let (mut numbers, mut others): (Vec<Change>, Vec<Change>) =
        ordered.into_iter().partition(|change| change.held.is_none() && !change.kind.assignment.is_empty());
    for number in &mut numbers {
        let sets_target = number.write().is_some_and(|write| {
            let body = match write {
                Write::Create { body, .. } | Write::Update { body, .. } => body,
                Write::Complete { desired } => desired,
            };
            number.kind.assignment.iter().any(|field| body.contains_key(*field))
        });
        if sets_target {
            let mut start = number.needs.clone();
            start.extend(links.get(&number.address).into_iter().flatten().cloned());
            number.after = links::reach(&links, start).intersection(&second).cloned().collect();
        }
    }
    others.append(&mut numbers);
    others
}

/// Lists of a body that a second write can set, with the number of their elements.
type Lists = Vec<(FieldPath, usize)>;

/// The change in a circle that can be created first with the fewest elements left out, and the lists with these elements.
fn smallest_opening(waiting: &VecDeque<Change>, done: &HashSet<Address>) -> Option<(usize, Lists)> {
    let by_address: HashMap<&Address, &Change> =
        waiting.iter().filter(|change| change.creates()).map(|change| (&change.address, change)).collect();
    let candidates = waiting.iter().enumerate().filter(|(_, change)| change.creates());
    let openings = candidates.filter_map(|(at, change)| {
        let lists = lists_to_open(change, done)?;
        is_in_circle(change, &by_address).then_some((at, lists))
    });
    openings.min_by_key(|(_, lists)| lists.iter().map(|(_, size)| size).sum::<usize>())
}

/// Whether a change needs itself through others.
fn is_in_circle(change: &Change, waiting: &HashMap<&Address, &Change>) -> bool {
    let mut seen: HashSet<&Address> = HashSet::new();
    let mut next: Vec<&Address> = change.needs.iter().collect();
    while let Some(need) = next.pop() {
        if *need == change.address {
            return true;
        }
        if seen.insert(need)
            && let Some(needed) = waiting.get(need)
        {
            next.extend(&needed.needs);
        }
    }
    false
}

/// The lists to leave out of a creation so that it can be sent now. `None`: something outside a list is missing.
fn lists_to_open(change: &Change, done: &HashSet<Address>) -> Option<Lists> {
    let Some(Write::Create { body, .. }) = change.write() else { return None };
    let (mut lists, mut is_stuck) = (Vec::new(), false);
    for (key, value) in body {
        let root = change.kind.root().of(body);
        look(root.key(key), value, &FieldPath::root().key(key), done, &mut lists, &mut is_stuck);
    }
    (!is_stuck).then_some(lists)
}

fn look(spot: Spot, value: &Value, path: &FieldPath, done: &HashSet<Address>, lists: &mut Lists, is_stuck: &mut bool) {
    let mut open = BTreeSet::new();
    needs(value, &mut open);
    if open.iter().all(|need| done.contains(need)) {
        return;
    }
    match value {
        Value::List(items) if spot.comes_later() => lists.push((path.clone(), items.len())),
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                look(spot.item(), item, &path.join(Step::Index(at)), done, lists, is_stuck);
            }
        }
        Value::Map(map) => {
            let spot = spot.of(map);
            for (key, value) in map {
                look(spot.key(key), value, &path.key(key), done, lists, is_stuck);
            }
        }
        _ => *is_stuck = true,
    }
}

/// Takes these lists out of a creation. Gives the second step, which sets them.
fn open(change: &mut Change, lists: &Lists, done: &HashSet<Address>) -> Option<Change> {
    let (Work::Create(Write::Create { body, .. }) | Work::Recreate(Write::Create { body, .. })) = &mut change.work
    else {
        return None;
    };
    let missing: Vec<String> =
        change.needs.iter().filter(|need| !done.contains(need)).map(ToString::to_string).collect();
    let mut desired = Map::default();
    let mut fields = Vec::new();
    for (path, _) in lists {
        let Some(top) = path.top() else { continue };
        if let Some(whole) = body.get(top) {
            desired.entry(top.to_owned()).or_insert_with(|| whole.clone());
        }
        let taken = take(body, &path.0);
        fields.push(FieldChange {
            place: change.place.clone(),
            ..FieldChange::new(path.clone(), None, taken, Rule::Made.verdict())
        });
    }
    // The fields of the first step are recorded, so they must be what it sends.
    change.fields.retain_mut(|field| {
        let sent = field.path.top().and_then(|top| body.get(top));
        field.after = sent.cloned();
        sent.is_some()
    });
    change.needs.retain(|need| done.contains(need));
    let mut wanted = BTreeSet::from([change.address.clone()]);
    needs(&Value::Map(desired.clone()), &mut wanted);
    Some(Change {
        reason: format!("in a second step, because it refers to {}", missing.join(", ")),
        fields,
        needs: wanted,
        work: Work::Update(Write::Complete { desired }),
        ..change.clone()
    })
}

/// Removes the value at a path from a mapping.
fn take(map: &mut Map, path: &[Step]) -> Option<Value> {
    let (Step::Key(key), rest) = path.split_first()? else { return None };
    if rest.is_empty() {
        return map.shift_remove(key);
    }
    let mut value = map.get_mut(key)?;
    let mut rest = rest;
    while let Some((Step::Index(at), further)) = rest.split_first() {
        let Value::List(items) = value else { return None };
        value = items.get_mut(*at)?;
        rest = further;
    }
    match value {
        Value::Map(map) => take(map, rest),
        _ => None,
    }
}

/// Holds back a change in a circle that cannot be opened. A refused change is never written, so it needs nothing.
fn hold_closed(change: &mut Change, done: &HashSet<Address>) {
    if change.refused.is_some() {
        change.needs.clear();
    }
    let open: Vec<String> = change.needs.iter().filter(|need| !done.contains(need)).map(ToString::to_string).collect();
    if change.held.is_none() && !open.is_empty() {
        change.held = Some(format!(
            "it refers to {}, which refers back to it, so neither can be created first: take one of the two \
            references out, apply, and put it back (only `destinations` and `assistantIds` may form a circle)",
            open.join(", ")
        ));
    }
}

/// Holds back changes that need an object that this run does not create.
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
                    format!(
                        "it refers to {need}, which is not in Vapi yet and not part of this run: name it in \
                        --target, too"
                    )
                }
                _ => format!("it refers to {need}, which is held back"),
            };
            changes[at].held = Some(why);
        }
    }
}
