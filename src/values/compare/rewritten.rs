//! What Vapi is known to make of values that it was sent: the two forms count as equal.

use crate::kinds::{Rewrite, Spot};
use crate::model::{Map, Value};
use crate::values::normalize::same;

/// Whether Vapi's value counts as the file's. `None`: Vapi has nothing.
pub(super) fn is_alike(spot: Spot, desired: &Value, live: Option<&Value>) -> bool {
    let Some(rewrite) = spot.rewrite() else { return false };
    let texts = || desired.as_text().zip(live.and_then(Value::as_text));
    match rewrite {
        Rewrite::Trimmed => texts().is_some_and(|(desired, live)| lines(desired).eq(lines(live))),
        Rewrite::NumberAsText => live.is_some_and(|live| written(desired) == written(live)),
        Rewrite::Cut(length) => {
            let begins = |desired: &str, live: &str| {
                live.chars().count() == length && desired.starts_with(live) && desired.len() > live.len()
            };
            texts().is_some_and(|(desired, live)| begins(desired, live))
        }
        Rewrite::Words(words) => {
            let new = |word: &str| {
                words.iter().find(|(old, _)| *old == word).map_or(word.to_owned(), |(_, new)| (*new).to_owned())
            };
            texts().is_some_and(|(desired, live)| new(desired) == new(live))
        }
        Rewrite::Cleared => matches!(live, None | Some(Value::Null | Value::Bool(false))),
        Rewrite::Schema => live.is_some_and(|live| same(&schema(desired), &schema(live))),
        Rewrite::Moved(_) | Rewrite::Unpinned(_) => false,
    }
}

/// The lines of a text without what nobody sees at their ends and the text's: Vapi, editors and hooks strip it.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let is_unseen = |c: char| c.is_whitespace() && c != '\r';
    text.trim_end().split('\n').map(move |line| line.trim_end_matches(is_unseen))
}

/// A number or text as text.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// A JSON Schema as it is compared.
fn schema(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let fields = map.iter().filter(|(_, value)| **value != Value::Null);
            let normal = |(key, value): (&String, &Value)| {
                let value = match (key.as_str(), value) {
                    ("required", Value::List(items)) => required(items).unwrap_or_else(|| schema(value)),
                    // From Vapi's own tool: of several types only the first counts.
                    ("type", Value::List(items)) => items.first().map_or(Value::Null, schema),
                    (_, value) => schema(value),
                };
                (key.clone(), value)
            };
            Value::Map(fields.map(normal).collect())
        }
        Value::List(items) => Value::List(items.iter().map(schema).collect()),
        other => other.clone(),
    }
}

/// The names of what is required, in an order of their own.
fn required(items: &[Value]) -> Option<Value> {
    let mut names: Vec<&str> = items.iter().map(Value::as_text).collect::<Option<_>>()?;
    names.sort_unstable();
    names.dedup();
    Some(Value::List(names.into_iter().map(|name| Value::Text(name.into())).collect()))
}

/// Whether what stands beside a field of the file says why Vapi has it otherwise.
pub(super) fn is_beside(key: &str, file: &Map, live: &Map) -> bool {
    let there = |key: &str| live.get(key).filter(|value| **value != Value::Null);
    match key {
        // Observed: dropped for gpt-5 models.
        "temperature" => {
            there(key).is_none()
                && file.get("model").and_then(Value::as_text).is_some_and(|model| model.starts_with("gpt-5"))
        }
        // Observed: ignored in these.
        "async" => there(key).is_none() && file.get("type").and_then(Value::as_text) == Some("apiRequest"),
        // Observed: off without notice, if the schema does not fit.
        "strict" => {
            !matches!(there(key), Some(Value::Bool(true)))
                && file.get("parameters").is_some_and(|schema| !is_strict(schema))
        }
        // Observed: a `vapi` voice may come back under the provider that speaks it.
        "provider" => {
            let voice = |map: &Map| map.get("voiceId").and_then(Value::as_text).map(str::to_owned);
            file.get(key).and_then(Value::as_text) == Some("vapi")
                && voice(file).is_some()
                && voice(file) == voice(live)
        }
        _ => false,
    }
}

/// Whether a schema fits strict mode: nothing but its properties, all of them required, at any depth.
fn is_strict(schema: &Value) -> bool {
    let Some(map) = schema.as_map() else { return true };
    let Some(properties) = map.get("properties").and_then(Value::as_map) else { return true };
    let required = map.get("required").and_then(Value::as_list).unwrap_or_default();
    map.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.keys().all(|name| required.iter().any(|required| required.as_text() == Some(name)))
        && properties.values().all(is_strict)
}

/// Two mappings as they are compared, where Vapi puts what one field of the file says into another field. `None`: as they are.
/// `spots` are those of the fields of the file, which stay in their order.
pub(super) fn settled(spots: &[Spot], file: &Map, live: &Map) -> Option<(Map, Map)> {
    let rules: Vec<(&String, Rewrite)> = file
        .keys()
        .zip(spots)
        .filter_map(|(key, spot)| Some((key, spot.rewrite()?)))
        .filter(|(_, rule)| matches!(rule, Rewrite::Moved(_) | Rewrite::Unpinned(_)))
        .collect();
    if rules.is_empty() {
        return None;
    }
    let (mut file, mut live) = (file.clone(), live.clone());
    for (key, rule) in rules.into_iter().map(|(key, rule)| (key.clone(), rule)) {
        match rule {
            Rewrite::Moved(twin) => move_back(&key, twin, &file, &mut live),
            Rewrite::Unpinned(pins) => leave_out_pinned(&key, pins, &mut file, &mut live),
            _ => {}
        }
    }
    Some((file, live))
}

/// The head of the path at which Vapi puts what a field says, if it does.
pub fn moves_to(spot: Spot) -> Option<&'static str> {
    match spot.rewrite()? {
        Rewrite::Moved(twin) => twin.split('.').next(),
        _ => None,
    }
}

/// Puts what Vapi has at the newer place of a field back to the older one, which the file declares. Where the newer one is no
/// value of its own but a plan, nothing can be compared, and it counts as what the file says.
fn move_back(old: &str, twin: &str, file: &Map, live: &mut Map) {
    let steps: Vec<&str> = twin.split('.').collect();
    let is_declared = at(file, &steps).is_some();
    let found = if is_declared { at(live, &steps).cloned() } else { take(live, &steps) };
    let Some(found) = found.filter(|found| *found != Value::Null) else { return };
    if live.get(old).is_none_or(|value| *value == Value::Null)
        && let Some(said) = file.get(old)
    {
        let is_plan = matches!(found, Value::Map(_) | Value::List(_));
        live.insert(old.to_owned(), if is_plan || is_declared { said.clone() } else { found });
    }
}

fn at<'v>(map: &'v Map, steps: &[&str]) -> Option<&'v Value> {
    let (first, rest) = steps.split_first()?;
    rest.iter().try_fold(map.get(*first)?, |value, step| value.as_map()?.get(*step))
}

/// Takes a value out, and the mappings that hold nothing else.
fn take(map: &mut Map, steps: &[&str]) -> Option<Value> {
    let (first, rest) = steps.split_first()?;
    if rest.is_empty() {
        return map.shift_remove(*first);
    }
    let Some(Value::Map(inner)) = map.get_mut(*first) else { return None };
    let found = take(inner, rest);
    if found.is_some() && inner.is_empty() {
        map.shift_remove(*first);
    }
    found
}

/// Leaves out the ids that one side pins in the list beside, and of which the other side's list knows nothing.
fn leave_out_pinned(ids: &str, pins: &str, file: &mut Map, live: &mut Map) {
    let loose = |own: &Map, other: &Map| {
        let list = |of: &Map, key: &str| of.get(key).and_then(Value::as_list).unwrap_or_default().to_vec();
        let (pinned, others) = (list(own, pins), list(other, ids));
        let is_pinned =
            |id: &Value| pinned.iter().any(|pin| pin.as_map().and_then(|pin| pin.get("toolId")) == Some(id));
        let items = own.get(ids).and_then(Value::as_list)?;
        let kept: Vec<Value> = items.iter().filter(|id| others.contains(id) || !is_pinned(id)).cloned().collect();
        (kept.len() < items.len()).then_some(kept)
    };
    let (of_file, of_live) = (loose(file, live), loose(live, file));
    for (map, other, kept) in [(file, live.contains_key(ids), of_file), (live, true, of_live)] {
        if let Some(kept) = kept {
            // Vapi may keep an empty list, or none.
            map.insert(ids.to_owned(), if kept.is_empty() && !other { Value::Null } else { Value::List(kept) });
        }
    }
}

/// Whether a whole mapping of Vapi's counts as the file's: a message of a type that it does not know becomes a stock one.
pub(super) fn is_whole_alike(spot: Spot, file: &Map, live: &Map) -> bool {
    let word = |map: &Map| map.get("type").and_then(Value::as_text).map(str::to_owned);
    word(file).is_some_and(|word| spot.is_unknown_word("ToolMessage", &word))
        && word(live).as_deref() == Some("request-failed")
}
