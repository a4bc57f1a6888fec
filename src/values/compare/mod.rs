//! Where two values in normal form differ, field by field, and how a body is made of them.
//!
//! In: what the file declares and what Vapi holds. Out: [`Difference`]s, which [`crate::plan::judge`] judges; and, once judged,
//! the live value with the approved ones put in ([`overlay`]). Both walk the same trail, through [`align()`].

mod align;
mod overlay;
mod redraw;
mod rewritten;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use self::align::{Alignment, Pair, align, keep};
pub use self::align::{Walk, element_position, value_at};
pub use self::overlay::overlay;
pub use self::redraw::redraw;
pub use self::rewritten::moves_to;
use crate::kinds::{Rewrite, Spot};
use crate::model::{FieldPath, Form, Map, Secret, Trail, Value};
use crate::values::normalize::same;

/// What a difference is, seen from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// The file declares it, Vapi has nothing there (or `null`).
    Absent,
    /// Both have a value.
    Differs,
    /// The file declares `null`, Vapi has a value.
    Clear,
    /// An element of a set or a keyed list that only the file has.
    Gained,
    /// An element of a set or a keyed list that only Vapi has.
    Lost,
    /// Only Vapi has it, and the file does not speak of it.
    Undeclared,
    /// It differs, but can be given only when the object is made.
    CreateOnly,
}

/// One field in which the file and Vapi differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: FieldPath,
    /// What it is.
    pub what: What,
    /// The file's value.
    pub desired: Option<Value>,
    /// Vapi's value.
    pub live: Option<Value>,
    /// The live values that would be gone if the file's value were taken.
    pub at_stake: AtStake,
    /// Vapi's value is what it documents as its default, so nobody's work.
    pub default: bool,
}

/// What would be gone in Vapi if the file's value were taken.
#[derive(Debug, Clone, PartialEq)]
pub enum AtStake {
    /// Nothing.
    Nothing,
    /// The live value of the field.
    Value,
    /// Elements of the list that stands here.
    Elements(Vec<Value>),
    /// The order of the list that stands here, in which elements move: what the file does not name in them moves along. The
    /// list as it is in Vapi, with no more than the file names in those that stay or move.
    Order(Value),
}

/// Whether two values that Vapi gave say the same: nulls come and go, and what it rewrites is no difference.
pub fn says_the_same(root: Spot, one: &Value, other: &Value) -> bool {
    let mut says = true;
    walk(root, one, other, Trail::Root, &mut |seen| says &= seen.spot.is_only_if_declared());
    says
}

/// Whether two reads of an object that did not change in between agree: each may show fields that the other does not.
pub fn agrees(root: Spot, one: &Value, other: &Value) -> bool {
    let mut agrees = true;
    walk(root, one, other, Trail::Root, &mut |seen| {
        agrees &= matches!(seen.what, What::Absent | What::Undeclared) || seen.spot.is_only_if_declared();
    });
    agrees
}

/// All differences between what the file declares of an object and what Vapi holds, in the order of the file; what only
/// Vapi has comes last in its mapping.
pub fn differences(root: Spot, desired: &Value, live: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(root, desired, live, Trail::Root, &mut |seen| found.push(seen.difference()));
    found
}

/// Whether a live value holds everything that a declared one names.
pub fn covers(spot: Spot, live: &Value, declared: &Value) -> bool {
    surplus(spot, live, declared).is_some()
}

/// How many fields a live value has beside what a declared one names and what is a default. `None`: it does not hold all that
/// the declared one names.
pub fn surplus(spot: Spot, live: &Value, declared: &Value) -> Option<usize> {
    let mut surplus = Some(0);
    walk(spot, declared, live, Trail::Root, &mut |seen| {
        surplus = match (seen.what, seen.desired) {
            (What::Undeclared, _) => surplus.map(|count| count + usize::from(!seen.default)),
            // A secret that Vapi does not show counts as the same.
            (What::Absent, Some(Value::Secret(_))) => surplus,
            _ => None,
        };
    });
    surplus
}

/// Whether a value that history holds gives back a live one: everything in it, but for what Vapi documents as default.
pub fn gives_back(spot: Spot, recorded: &Value, live: &Value) -> bool {
    let mut all = true;
    walk(spot, recorded, live, Trail::Root, &mut |seen| {
        all &= match seen.what {
            What::Undeclared => seen.default || matches!(seen.live, Some(Value::Secret(_))),
            What::Absent => true,
            What::Differs | What::Clear | What::Gained | What::Lost | What::CreateOnly => false,
        };
    });
    all
}

/// A difference where it stands: nothing of it is copied before somebody wants to keep it.
struct Seen<'v> {
    trail: Trail<'v>,
    spot: Spot,
    what: What,
    desired: Option<&'v Value>,
    live: Option<&'v Value>,
    default: bool,
}

impl Seen<'_> {
    fn difference(&self) -> Difference {
        let (live, at_stake) = match (self.what, self.desired, self.live) {
            (What::Differs, Some(Value::List(desired)), Some(Value::List(items)))
                if self.spot.rewrite() != Some(Rewrite::Schema) =>
            {
                (self.live.cloned(), at_stake(self.spot.item(), desired, items))
            }
            (What::Differs | What::Clear | What::CreateOnly, Some(desired), Some(live)) => {
                (Some(shown_like(desired, live)), AtStake::Value)
            }
            (What::Lost, _, live) => (live.cloned(), AtStake::Value),
            (_, _, live) => (live.cloned(), AtStake::Nothing),
        };
        let (path, desired) = (self.trail.path(), self.desired.cloned());
        Difference { path, what: self.what, desired, live, at_stake, default: self.default }
    }
}

/// A live text that stands where the file has a secret is a secret too.
fn shown_like(desired: &Value, live: &Value) -> Value {
    match (desired, live) {
        (Value::Secret(_), Value::Text(text)) => Value::Secret(Secret::new(&**text, Vec::new())),
        (Value::Secret(secret), Value::Number(_) | Value::Bool(_)) if secret.form() != Form::Text => {
            let text = live.to_shown().to_string();
            Value::Secret(Secret::new(text, Vec::new()).of_form(secret.form()))
        }
        _ => live.clone(),
    }
}

fn walk(spot: Spot, desired: &Value, live: &Value, trail: Trail<'_>, see: &mut dyn FnMut(Seen<'_>)) {
    match (desired, live) {
        _ if rewritten::is_alike(spot, desired, Some(live)) => {}
        _ if spot.rewrite() == Some(Rewrite::Schema) && *desired != Value::Null => {
            see(Seen { trail, spot, what: What::Differs, desired: Some(desired), live: Some(live), default: false });
        }
        (Value::Map(desired), Value::Map(live)) => walk_maps(spot, desired, live, trail, see),
        (Value::List(desired_items), Value::List(live_items)) => match align(spot, desired_items, live_items) {
            Alignment::Pairs(pairs) => walk_pairs(spot, pairs, live_items, trail, see),
            Alignment::Whole => {
                let default = spot.is_default_list(live_items);
                see(Seen { trail, spot, what: What::Differs, desired: Some(desired), live: Some(live), default });
            }
        },
        _ if same(desired, live) => {}
        _ => {
            let what = match desired {
                _ if spot.is_create_only() => What::CreateOnly,
                Value::Null => What::Clear,
                _ => What::Differs,
            };
            see(Seen { trail, spot, what, desired: Some(desired), live: Some(live), default: spot.is_default(live) });
        }
    }
}

fn walk_maps(parent: Spot, file: &Map, live: &Map, trail: Trail<'_>, see: &mut dyn FnMut(Seen<'_>)) {
    if rewritten::is_whole_alike(parent, file, live) {
        return;
    }
    let parent = parent.of(if file.contains_key("type") || file.contains_key("provider") { file } else { live });
    let spots: Vec<Spot> = file.keys().map(|key| parent.key(key)).collect();
    let settled = rewritten::settled(&spots, file, live);
    let (file, live) = settled.as_ref().map_or((file, live), |(file, live)| (file, live));
    for ((key, desired), spot) in file.iter().zip(spots) {
        let trail = Trail::Key(&trail, key);
        if rewritten::is_beside(key, file, live) || is_as_vapi_has_it(spot, desired) && is_no_more(spot, live.get(key))
        {
            continue;
        }
        match live.get(key) {
            None | Some(Value::Null) => {
                // What can be given only at the start and is not shown is a wish that was granted or not.
                let is_granted = spot.is_create_only() || rewritten::is_alike(spot, desired, None);
                if *desired != Value::Null && !is_granted {
                    see(Seen { trail, spot, what: What::Absent, desired: Some(desired), live: None, default: false });
                }
            }
            Some(live) => walk(spot, desired, live, trail, see),
        }
    }
    for (key, live) in live {
        let unspoken = matches!(live, Value::Null) || matches!(live, Value::Secret(secret) if secret.is_unsure());
        let spot = parent.key(key);
        if !unspoken && !file.contains_key(key) && !is_left_alone(spot, live) {
            let (trail, default) = (Trail::Key(&trail, key), is_default_deep(spot, live));
            see(Seen { trail, spot, what: What::Undeclared, desired: None, live: Some(live), default });
        }
    }
}

/// Whether a value is as Vapi has it, or a mapping of nothing else.
fn is_as_vapi_has_it(spot: Spot, value: &Value) -> bool {
    let all = |map: &Map| !map.is_empty() && map.iter().all(|(key, value)| is_as_vapi_has_it(spot.key(key), value));
    spot.is_as_vapi_has_it() || value.as_map().is_some_and(all)
}

/// Whether Vapi has nothing else there.
fn is_no_more(spot: Spot, live: Option<&Value>) -> bool {
    matches!(live, None | Some(Value::Null)) || live.is_some_and(|live| is_as_vapi_has_it(spot, live))
}

/// Whether a value counts only where the file declares it, or is a mapping of nothing else.
fn is_left_alone(spot: Spot, value: &Value) -> bool {
    let all = |map: &Map| !map.is_empty() && map.iter().all(|(key, value)| is_left_alone(spot.key(key), value));
    spot.is_only_if_declared() || value.as_map().is_some_and(all)
}

/// Whether a value is a documented default, or a mapping of nothing else.
fn is_default_deep(spot: Spot, value: &Value) -> bool {
    spot.is_default(value)
        || value
            .as_map()
            .is_some_and(|map| !map.is_empty() && map.iter().all(|(key, value)| is_default_deep(spot.key(key), value)))
}

fn walk_pairs(list: Spot, pairs: Vec<Pair<'_>>, live: &[Value], trail: Trail<'_>, see: &mut dyn FnMut(Seen<'_>)) {
    let spot = list.item();
    let default = list.is_default_list(live);
    for Pair { step, desired, live } in &pairs {
        let trail = Trail::Step(&trail, step);
        let what = match (desired, live) {
            (Some(desired), Some(live)) => {
                walk(spot, desired, live, trail, see);
                continue;
            }
            (Some(_), None) => What::Gained,
            (None, Some(_)) => What::Lost,
            (None, None) => continue,
        };
        see(Seen { trail, spot, what, desired: *desired, live: *live, default });
    }
}

/// What would be gone of a list that is compared as a whole.
fn at_stake(item: Spot, desired: &[Value], live: &[Value]) -> AtStake {
    let stays: HashSet<usize> = keep_in_order(item, desired, live).into_iter().flatten().collect();
    if stays.len() == live.len() {
        return AtStake::Nothing;
    }
    if desired.len() != live.len() {
        let lost = live.iter().enumerate().filter(|(at, _)| !stays.contains(at)).map(|(_, value)| value.clone());
        return AtStake::Elements(lost.collect());
    }
    let kept = keep(item, desired, live).into_iter().zip(desired);
    let declared: HashMap<usize, &Value> = kept.filter_map(|(at, desired)| Some((at?, desired))).collect();
    let list = live.iter().enumerate().map(|(at, live)| declared.get(&at).copied().unwrap_or(live).clone());
    AtStake::Order(Value::List(list.collect()))
}

/// For each declared element of a list, the live element that it keeps in its order: the next one that holds all that it names.
fn keep_in_order(item: Spot, desired: &[Value], live: &[Value]) -> Vec<Option<usize>> {
    let mut next = 0;
    desired
        .iter()
        .map(|desired| {
            let at = (next..live.len()).find(|at| covers(item, &live[*at], desired))?;
            next = at + 1;
            Some(at)
        })
        .collect()
}
