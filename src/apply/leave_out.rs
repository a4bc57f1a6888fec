//! Takes out of a write what Vapi returns but refuses.

use crate::model::{Map, Value};
use crate::values::normalize::same;
use crate::vapi::RequestError;

/// Removes the fields that Vapi refuses from a body, and gives their paths and values. `None`: the file asks for one of them,
/// and not as Vapi has it.
pub(super) fn leave_out(
    error: &RequestError,
    body: &mut Map,
    desired: &Value,
    seen: &Value,
) -> Option<Vec<(String, Value)>> {
    if error.status != Some(400) {
        return None;
    }
    let refused = error.words.iter().filter_map(|word| {
        let rest = word.strip_suffix(" should not exist")?;
        let at = rest.rfind("property ")?;
        // NestJS writes `property x should not exist`, and for nested fields `model.property x should not exist`.
        Some(format!("{}{}", &rest[..at], &rest[at + "property ".len()..]))
    });
    let mut left_out = Vec::new();
    for path in refused {
        if left_out.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let steps: Vec<&str> = path.split('.').collect();
        let at = |value| steps.iter().try_fold(value, |value, step| inside(value, step));
        if at(desired).is_some_and(|asked| at(seen).is_none_or(|seen| !same(asked, seen))) {
            return None;
        }
        let value = take_out(body, &steps)?;
        left_out.push((path, value));
    }
    (!left_out.is_empty()).then_some(left_out)
}

fn take_out(body: &mut Map, steps: &[&str]) -> Option<Value> {
    let (last, parents) = steps.split_last()?;
    let Some((first, parents)) = parents.split_first() else { return body.shift_remove(*last) };
    let mut value = body.get_mut(*first)?;
    for step in parents {
        value = match value {
            Value::Map(map) => map.get_mut(*step)?,
            Value::List(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match value {
        Value::Map(map) => map.shift_remove(*last),
        _ => None,
    }
}

/// A step into a value, as NestJS writes paths: `messages.0.content`.
fn inside<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(step),
        Value::List(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}
