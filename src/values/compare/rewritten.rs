//! What Vapi is known to make of values that it was sent: the two forms count as equal.

use crate::kinds::{Rewrite, Spot};
use crate::model::{Map, Value};
use crate::values::normalize::same;

/// Whether Vapi's value counts as the file's. `None`: Vapi has nothing.
pub(super) fn is_alike(spot: Spot, desired: &Value, live: Option<&Value>) -> bool {
    let Some(rewrite) = spot.rewrite() else { return false };
    let texts = || desired.as_text().zip(live.and_then(Value::as_text));
    match rewrite {
        Rewrite::Trimmed => texts().is_some_and(|(desired, live)| desired.trim_end() == live.trim_end()),
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
        Rewrite::Moved(_) => false,
    }
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
pub(super) fn is_beside(spot: Spot, key: &str, file: &Map, live: &Map) -> bool {
    let there = |key: &str| live.get(key).filter(|value| **value != Value::Null);
    match key {
        // Observed: dropped for gpt-5 models.
        "temperature" => {
            there(key).is_none()
                && file.get("model").and_then(Value::as_text).is_some_and(|model| model.starts_with("gpt-5"))
        }
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
        _ => match spot.rewrite() {
            Some(Rewrite::Moved(twin)) => there(key).is_none() && there(twin).is_some(),
            _ => false,
        },
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

/// Whether a field that only Vapi has takes the place of an older one that the file declares.
pub(super) fn takes_the_place(parent: Spot, key: &str, file: &Map) -> bool {
    file.keys().any(|old| matches!(parent.key(old).rewrite(), Some(Rewrite::Moved(twin)) if twin == key))
}

/// Whether a whole mapping of Vapi's counts as the file's: a message of a type that it does not know becomes a stock one.
pub(super) fn is_whole_alike(spot: Spot, file: &Map, live: &Map) -> bool {
    let word = |map: &Map| map.get("type").and_then(Value::as_text).map(str::to_owned);
    word(file).is_some_and(|word| spot.is_unknown_word("ToolMessage", &word))
        && word(live).as_deref() == Some("request-failed")
}
