//! Which element of one list is which of another.

use std::collections::{HashMap, HashSet};

use super::covers;
use crate::kinds::{ListRule, Spot};
use crate::model::{FieldPath, Map, Step, Value};

/// A declared element and its partner; one of them may be missing.
pub(super) struct Pair<'v> {
    pub(super) step: Step,
    pub(super) desired: Option<&'v Value>,
    pub(super) live: Option<&'v Value>,
}

/// How two lists lie beside each other.
pub(super) enum Alignment<'v> {
    /// Element by element: the declared ones in their order, then the live ones that have no partner.
    Pairs(Vec<Pair<'v>>),
    /// Nothing tells which element is which.
    Whole,
}

pub(super) fn align<'v>(spot: Spot, desired: &'v [Value], live: &'v [Value]) -> Alignment<'v> {
    let keys = match spot.list() {
        ListRule::Whole => None,
        ListRule::Set => set_keys(desired).zip(set_keys(live)),
        ListRule::Keyed(key) => unique_keys(key, desired).zip(unique_keys(key, live)),
        ListRule::Ordered(key) => {
            let keys = unique_keys(key, desired).zip(unique_keys(key, live));
            match keys {
                Some((file, vapi)) if !is_in_order(&file, &vapi) => return Alignment::Whole,
                keys => keys,
            }
        }
    };
    let Some((desired_keys, live_keys)) = keys else {
        if desired.len() != live.len() || is_moved(spot.item(), desired, live) {
            return Alignment::Whole;
        }
        let pairs = desired.iter().zip(live).enumerate();
        return Alignment::Pairs(
            pairs
                .map(|(at, (desired, live))| Pair { step: Step::Index(at), desired: Some(desired), live: Some(live) })
                .collect(),
        );
    };
    let live_at: HashMap<&str, &Value> = live_keys.iter().map(String::as_str).zip(live).collect();
    let declared: HashSet<&str> = desired_keys.iter().map(String::as_str).collect();
    let mut seen = HashSet::new();
    let mut pairs: Vec<Pair> = Vec::with_capacity(desired.len());
    for (key, value) in desired_keys.iter().zip(desired).chain(live_keys.iter().zip(live)) {
        if seen.insert(key.as_str()) {
            let is_declared = declared.contains(key.as_str());
            pairs.push(Pair {
                step: Step::Element(key.clone()),
                desired: is_declared.then_some(value),
                live: live_at.get(key.as_str()).copied(),
            });
        }
    }
    Alignment::Pairs(pairs)
}

/// Whether one of two lists begins with the other.
fn is_in_order(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// Whether an element stands at another position now: paired by position, two things would be taken for one.
fn is_moved(item: Spot, desired: &[Value], live: &[Value]) -> bool {
    // What has no fields is no thing that could move: at another position it is another value.
    if !desired.iter().chain(live).all(|value| value.as_map().is_some()) {
        return false;
    }
    let covered = |(desired, live): (&Value, &Value)| covers(item, live, desired);
    let stays: Vec<bool> = desired.iter().zip(live).map(covered).collect();
    let open = || stays.iter().enumerate().filter(|(_, stays)| !**stays).map(|(at, _)| at);
    open().any(|to| open().any(|from| from != to && covered((&desired[to], &live[from]))))
}

/// For each declared element of a list, the live element that it keeps, wherever that stands: the one at its own position if
/// it can be.
pub(super) fn keep(item: Spot, desired: &[Value], live: &[Value]) -> Vec<Option<usize>> {
    let holds = |at: usize, desired: &Value| live.get(at).is_some_and(|live| covers(item, live, desired));
    let mut kept: Vec<Option<usize>> =
        desired.iter().enumerate().map(|(at, desired)| holds(at, desired).then_some(at)).collect();
    let mut taken: HashSet<usize> = kept.iter().flatten().copied().collect();
    for (kept, desired) in kept.iter_mut().zip(desired).filter(|(kept, _)| kept.is_none()) {
        *kept = (0..live.len()).find(|at| !taken.contains(at) && holds(*at, desired));
        taken.extend(*kept);
    }
    kept
}

/// The elements of a set by their text. `None` if one is not a text that may be shown.
fn set_keys(items: &[Value]) -> Option<Vec<String>> {
    items
        .iter()
        .map(|item| match item {
            Value::Text(text) => Some(text.to_string()),
            // An id that is not known yet is in no live set.
            Value::Unknown(_) => item.to_shown().as_str().map(str::to_owned),
            _ => None,
        })
        .collect()
}

fn unique_keys(key: fn(&Map) -> Option<String>, items: &[Value]) -> Option<Vec<String>> {
    let keys: Vec<String> = items.iter().map(|item| key(item.as_map()?)).collect::<Option<_>>()?;
    let unique: HashSet<&String> = keys.iter().collect();
    (unique.len() == keys.len()).then_some(keys)
}

/// The position of the element that a step names, in any version of the list that stands at `spot`.
pub fn element_position(spot: Spot, items: &[Value], step: &Step) -> Option<usize> {
    match step {
        Step::Index(at) => (*at < items.len()).then_some(*at),
        Step::Element(wanted) => {
            let keys = match spot.list() {
                ListRule::Whole => return None,
                ListRule::Set => set_keys(items)?,
                ListRule::Keyed(key) | ListRule::Ordered(key) => unique_keys(key, items)?,
            };
            keys.iter().position(|key| key == wanted)
        }
        Step::Key(_) => None,
    }
}

/// A way into a value, step by step.
pub struct Walk<'v> {
    /// Where it has come to.
    pub spot: Spot,
    /// What stands there, if anything does.
    pub value: Option<&'v Value>,
}

impl Walk<'_> {
    /// Goes a step. Gives the position in the list that the step leads into.
    pub fn step(&mut self, step: &Step) -> Option<usize> {
        let (inner, at) = match (step, self.value) {
            (Step::Key(key), Some(Value::Map(map))) => (map.get(key), None),
            (Step::Index(_) | Step::Element(_), Some(Value::List(items))) => {
                let at = element_position(self.spot, items, step);
                (at.and_then(|at| items.get(at)), at)
            }
            (Step::Key(_) | Step::Index(_) | Step::Element(_), _) => (None, None),
        };
        self.value = inner;
        self.spot = match step {
            Step::Key(key) => self.spot.key(key),
            Step::Index(_) | Step::Element(_) => self.spot.item(),
        };
        at
    }
}

/// The value at a path inside another.
pub fn value_at<'v>(root: Spot, value: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    let mut walk = Walk { spot: root, value: Some(value) };
    for step in &path.0 {
        walk.step(step);
    }
    walk.value
}
