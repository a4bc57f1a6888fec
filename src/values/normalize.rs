//! The one normal form in which desired, live and recorded values are compared.
//!
//! In: JSON from Vapi, or a value read from the file. Out: a [`Value`] without what Vapi alone sets, with secrets in
//! their type and numbers by value. Nothing else in the crate decides what counts as the same.

use unicode_normalization::UnicodeNormalization;

use crate::kinds::{Kind, Spot, is_masked};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Form, Map, Secret, Trail, Value, keys};
use crate::values::live::Live;

/// A name or number as names are compared: a service may store it trimmed, and in another Unicode form (NFC).
pub fn name(text: &str) -> String {
    text.trim().nfc().collect()
}

/// An object of a listing, in normal form.
///
/// # Errors
/// It cannot be held: see [`Live::value`].
pub fn object(kind: &'static Kind, object: &Live) -> Result<Value, Diagnostic> {
    Ok(live(kind, object.value()?.clone()))
}

/// An object as Vapi returned it.
///
/// Secrets that Vapi keeps to itself stand in it as secrets without text, so that nobody takes them for absent.
pub fn live(kind: &'static Kind, object: impl Into<Value>) -> Value {
    let mut value = object.into();
    let flags: Vec<(String, bool)> = value
        .as_map()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| match value {
            Value::Bool(set) => Some((key.clone(), *set)),
            _ => None,
        })
        .collect();
    hide_unshown(kind.root(), &mut value, true, &|flag| flags.iter().find(|(key, _)| key == flag).map(|(_, set)| *set));
    normal_form(kind, value)
}

/// The texts of the secrets that an object of Vapi shows.
pub fn shown_secrets(kind: &'static Kind, object: &Live) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(value) = self::object(kind, object) {
        value.visit(Trail::Root, &mut |_, value| {
            if let Value::Secret(secret) = value {
                found.extend(secret.expose().map(str::to_owned));
            }
        });
    }
    found
}

/// Puts a secret without text where Vapi has one that it does not show. `told` says whether Vapi told that one is set.
fn hide_unshown(spot: Spot, value: &mut Value, at_root: bool, told: &dyn Fn(&str) -> Option<bool>) {
    let Value::Map(map) = value else { return };
    for (key, inner) in map.iter_mut() {
        hide_unshown(spot.key(key), inner, false, told);
    }
    for (key, shown_by) in spot.write_only() {
        if map.get(key).is_some_and(|value| *value != Value::Null) {
            continue;
        }
        let secret = match shown_by.map(told) {
            Some(Some(true)) => Secret::hidden(),
            Some(Some(false)) => continue,
            // A mapping that is there without the secret that belongs to it hides that secret.
            None if !at_root => Secret::hidden(),
            Some(None) | None => Secret::unsure(),
        };
        map.insert(key.to_owned(), Value::Secret(secret));
    }
}

/// Whether such a secret stands anywhere in a value: sending it back would wipe it in Vapi.
pub fn holds_hidden(value: &Value) -> bool {
    value.any(&|value| matches!(value, Value::Secret(secret) if secret.is_hidden()))
}

/// A value without secrets of which nobody knows whether they exist: at top level, leaving them out keeps them as they are.
pub fn without_unsure(value: Value) -> Value {
    value.map(&|value| {
        if let Value::Map(map) = value {
            map.retain(|_, value| !matches!(value, Value::Secret(secret) if secret.is_unsure()));
        }
    })
}

/// The normal form of the config of an object, wherever it comes from.
pub fn normal_form(kind: &'static Kind, mut value: Value) -> Value {
    protect(kind.root(), &mut value);
    value
}

/// Gives secrets their type, and takes out what only Vapi writes.
fn protect(spot: Spot, value: &mut Value) {
    match value {
        Value::Text(_) if spot.is_secret() => make_secret(value),
        Value::List(items) => items.iter_mut().for_each(|item| protect(spot.item(), item)),
        Value::Map(map) => {
            protect_by_shape(map);
            let spot = spot.of(map);
            map.retain(|key, value| {
                let inner = spot.key(key);
                protect(inner, value);
                !inner.is_server_managed()
            });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Secret(_) | Value::Unknown(_) => {}
    }
}

/// Gives secrets their type that are not told by the name of their field: values beside their names, headers in a JSON
/// schema, addresses that let in whoever knows them.
fn protect_by_shape(map: &mut Map) {
    let is_type = |word: &str| map.get("type").and_then(Value::as_text) == Some(word);
    let is_mcp = is_type("mcp");
    // Vapi makes the parameters of the body.
    if is_type("apiRequest")
        && map.get("body").is_some_and(|body| *body != Value::Null)
        && let Some(Value::Map(function)) = map.get_mut("function")
    {
        function.shift_remove("parameters");
    }
    for (key, value) in map.iter_mut() {
        match (key.as_str(), value) {
            ("slackWebhookUrl", url) => make_secret(url),
            ("environmentVariables", Value::List(items)) => {
                items.iter_mut().filter_map(|item| field(item, "value")).for_each(make_secret);
            }
            ("parameters", Value::List(items)) => {
                let is_key = |item: &Value| {
                    let text = |key: &str| item.as_map().and_then(|item| item.get(key)?.as_text());
                    let names = ["key", "name"].into_iter().filter_map(text);
                    names.into_iter().any(keys::is_key_like)
                        || text("value").is_some_and(|text| keys::find(text).next().is_some())
                };
                items
                    .iter_mut()
                    .filter(|item| is_key(item))
                    .filter_map(|item| field(item, "value"))
                    .for_each(make_secret);
            }
            ("headers", headers) => {
                if let Some(Value::Map(properties)) = field(headers, "properties") {
                    properties.iter_mut().filter_map(|(_, header)| field(header, "value")).for_each(make_secret);
                }
            }
            ("server", server) if is_mcp => field(server, "url").into_iter().for_each(make_secret),
            _ => {}
        }
    }
}

fn field<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Value> {
    match value {
        Value::Map(map) => map.get_mut(key),
        _ => None,
    }
}

fn make_secret(value: &mut Value) {
    if let Value::Text(text) = value
        && !text.is_empty()
    {
        let secret = if is_masked(text) { Secret::hidden() } else { Secret::new(&**text, Vec::new()) };
        *value = Value::Secret(secret);
    }
}

/// Whether two values that stand in the same place are the same.
///
/// A secret is compared by its text with whatever stands on the other side; one whose text nobody knows (Vapi hides it, or
/// its variable is not set) counts as the same as any text, as far as what stands around it is the same. A desired `null` agrees with a live `null` alone here: absence is
/// seen by who walks.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Secret(left), Value::Secret(right)) => match (left.expose(), right.expose()) {
            (Some(left), Some(right)) => left == right,
            (Some(text), None) => right.fits(text),
            (None, Some(text)) => left.fits(text),
            (None, None) => true,
        },
        (Value::Secret(secret), Value::Text(text)) | (Value::Text(text), Value::Secret(secret)) => {
            secret.expose().map_or_else(|| secret.fits(text), |secret| secret == &**text)
        }
        (Value::Secret(secret), other @ (Value::Number(_) | Value::Bool(_)))
        | (other @ (Value::Number(_) | Value::Bool(_)), Value::Secret(secret))
            if secret.form() != Form::Text =>
        {
            secret.to_json().is_none_or(|json| Value::from(json) == *other)
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        (left, right) => left == right,
    }
}

/// A value as the JSON that is sent to Vapi. `None` if something in it is not known: a variable that is not set, an id
/// that does not exist yet.
pub fn to_wire(value: &Value) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => Json::Number(number.clone()),
        Value::Text(text) => Json::String(text.to_string()),
        Value::Secret(secret) => secret.to_json()?,
        Value::Unknown(_) => return None,
        Value::List(items) => Json::Array(items.iter().map(to_wire).collect::<Option<_>>()?),
        Value::Map(map) => Json::Object(map_to_wire(map)?),
    })
}

/// A mapping as the JSON that is sent to Vapi. See [`to_wire`].
pub fn map_to_wire(map: &Map) -> Option<serde_json::Map<String, serde_json::Value>> {
    map.iter().map(|(key, value)| Some((key.clone(), to_wire(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::by_section;

    fn agent(json: serde_json::Value) -> Value {
        live(by_section("agents").expect("a kind"), json)
    }

    #[test]
    fn what_vapi_alone_sets_is_gone() {
        let value =
            agent(json!({"id": "1", "orgId": "2", "createdAt": "", "updatedAt": "", "name": "A", "isDeleted": false}));
        assert_eq!(value, Value::from(json!({"name": "A"})));
    }

    #[test]
    fn secrets_have_their_type_wherever_they_stand() {
        let value = agent(json!({
            "server": {"url": "https://x", "headers": {"X-Anything": "h1"}},
            "model": {"maxTokens": 5, "tools": [{"type": "function", "server": {"secret": "s1"}, "apiKey": "s2"}]},
            "credentials": [{"provider": "openai", "apiKey": "s3", "note": "s4"}],
        }));
        let shown = value.to_shown();
        assert_eq!(shown["model"]["maxTokens"], 5);
        assert_eq!(shown["credentials"][0]["provider"], "openai");
        for secret in ["h1", "s1", "s2", "s3", "s4"] {
            assert!(!shown.to_string().contains(secret), "{secret} in {shown}");
        }
    }

    #[test]
    fn secrets_of_other_shapes_have_their_type() {
        let value = agent(json!({"model": {"tools": [
            {"type": "apiRequest", "headers": {"type": "object", "properties": {"X-Any": {"type": "string", "value": "h1"}}}},
            {"type": "code", "environmentVariables": [{"name": "PLAIN", "value": "h2"}]},
            {"type": "mcp", "server": {"url": "https://mcp.example/h3"}},
            {"type": "function", "parameters": [{"key": "apiKey", "value": "h4"}, {"key": "city", "value": "seen1"}]},
            {"type": "function", "server": {"url": "https://seen2.example"}},
        ]}, "analysisPlan": {"slackWebhookUrl": "https://hooks.example/h5"}}));
        let shown = value.to_shown().to_string();
        assert!((1..=5).all(|number| !shown.contains(&format!("h{number}"))), "{shown}");
        assert!(shown.contains("seen1") && shown.contains("seen2") && shown.contains("X-Any"), "{shown}");
    }

    #[test]
    fn a_secret_that_vapi_keeps_to_itself_is_not_absent() {
        let server = |flag: Option<bool>| {
            let mut object = json!({"server": {"url": "https://x"}});
            if let Some(flag) = flag {
                object["isServerUrlSecretSet"] = json!(flag);
            }
            agent(object)
        };
        assert!(holds_hidden(&server(Some(true))));
        assert!(!holds_hidden(&server(Some(false))));
        assert!(holds_hidden(&agent(json!({"server": {"headers": {"Authorization": "********"}}}))));
    }

    #[test]
    fn numbers_compare_by_value_and_null_is_not_absent() {
        assert_eq!(Value::from(json!({"a": 1.0})), Value::from(json!({"a": 1})));
        assert_ne!(Value::from(json!({"a": null})), Value::from(json!({})));
        assert_ne!(Value::from(json!("1")), Value::from(json!(1)));
    }

    #[test]
    fn an_unknown_secret_is_like_any() {
        let secret = |text: &str| Value::Secret(Secret::new(text, vec![]));
        let missing = Value::Secret(Secret::missing(vec!["X".into()]));
        assert!(same(&secret("a"), &Value::Text("a".into())));
        assert!(!same(&secret("a"), &secret("b")));
        assert!(same(&missing, &secret("b")));
        assert_eq!(to_wire(&missing), None);
    }
}
