//! The body of an update: the live value with the declared ones put in.

use std::collections::HashSet;

use super::align::{Alignment, Pair, align, keep};
use super::rewritten::is_alike;
use crate::kinds::{Rewrite, Spot};
use crate::model::{FieldPath, Step, Value};
use crate::values::normalize::same;

/// The live value with the declared ones put in, but for the fields in `held`, which stay as they are in Vapi.
///
/// What the file does not name, at any depth, stays as it is in Vapi: a `PATCH` replaces a top-level field whole, so its
/// body must hold all of it.
pub fn overlay(spot: Spot, desired: &Value, live: &Value, path: &FieldPath, held: &HashSet<FieldPath>) -> Value {
    if held.contains(path) {
        return live.clone();
    }
    match (desired, live) {
        // One value: what only Vapi has in it goes.
        _ if spot.rewrite() == Some(Rewrite::Schema) => match is_alike(spot, desired, Some(live)) {
            true => live.clone(),
            false => desired.clone(),
        },
        (Value::Map(desired), Value::Map(live)) => {
            let mut result = live.clone();
            for (key, desired) in desired {
                let path = path.key(key);
                let value = match live.get(key) {
                    Some(live) if spot.key(key).is_as_vapi_has_it() => live.clone(),
                    Some(live) => overlay(spot.key(key), desired, live, &path, held),
                    None if held.contains(&path) || *desired == Value::Null => continue,
                    None => desired.clone(),
                };
                result.insert(key.clone(), value);
            }
            Value::Map(result)
        }
        (Value::List(desired), Value::List(live)) => Value::List(overlay_list(spot, desired, live, path, held)),
        _ if spot.is_create_only() => live.clone(),
        // A secret of which only Vapi knows the text is sent back as Vapi gave it.
        (Value::Secret(secret), _) if secret.expose().is_none() && same(desired, live) => match live {
            Value::Secret(live) if live.expose().is_none() => desired.clone(),
            _ => live.clone(),
        },
        _ => desired.clone(),
    }
}

fn overlay_list(
    spot: Spot,
    desired: &[Value],
    live: &[Value],
    path: &FieldPath,
    held: &HashSet<FieldPath>,
) -> Vec<Value> {
    let item = spot.item();
    match align(spot, desired, live) {
        Alignment::Pairs(pairs) => pairs
            .into_iter()
            .filter_map(|Pair { step, desired, live }| {
                let path = path.join(step);
                match (desired, live) {
                    (Some(desired), Some(live)) => Some(overlay(item, desired, live, &path, held)),
                    (Some(desired), None) => (!held.contains(&path)).then(|| desired.clone()),
                    (None, Some(live)) => held.contains(&path).then(|| live.clone()),
                    (None, None) => None,
                }
            })
            .collect(),
        Alignment::Whole => {
            let kept = keep(item, desired, live);
            let path = path.join(Step::Index(usize::MAX));
            desired
                .iter()
                .zip(kept)
                .map(|(desired, at)| match at {
                    Some(at) => overlay(item, desired, &live[at], &path, held),
                    None => desired.clone(),
                })
                .collect()
        }
    }
}
