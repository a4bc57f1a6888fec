//! How responses show a stored object: times in milliseconds, without write-only secrets.

use serde_json::Value;

use super::clock;
use super::config::{Config, Credentials};
use super::persist::is_digest;
use super::store::{Collection, Object, Record};

/// Replaces a masked credential.
const MASK: &str = "********";

/// The object as Vapi returns it.
pub(super) fn of(record: &Record, collection: Collection, config: &Config) -> Value {
    let mut object = record.object.clone();
    object.insert("createdAt".into(), clock::shown(record.created).into());
    object.insert("updatedAt".into(), clock::shown(record.updated).into());
    hide_server_secret(&mut object, collection);
    hide_credentials(&mut object, config.credentials);
    warn_of_models(&mut object, collection, &config.retiring);
    let mut object = Value::Object(object);
    mask_digests(&mut object);
    object
}

/// Of a secret that was read from a file only a digest is known.
fn mask_digests(value: &mut Value) {
    match value {
        Value::String(text) if is_digest(text) => MASK.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(mask_digests),
        Value::Object(map) => map.values_mut().for_each(mask_digests),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `modelDeprecations`: what Vapi tells about models that retire.
fn warn_of_models(object: &mut Object, collection: Collection, retiring: &[Value]) {
    if retiring.is_empty() || !matches!(collection, Collection::Assistant | Collection::Squad) {
        return;
    }
    let notices: Vec<Value> = retiring
        .iter()
        .filter(|notice| notice.get("model").is_some_and(|model| names_model(&Value::Object(object.clone()), model)))
        .map(|notice| {
            let mut notice = notice.clone();
            notice["slot"] = "model".into();
            notice
        })
        .collect();
    object.insert("modelDeprecations".into(), notices.into());
}

fn names_model(value: &Value, model: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(name, inner)| {
            name == "model" && (inner == model || inner.get("model") == Some(model)) || names_model(inner, model)
        }),
        Value::Array(items) => items.iter().any(|item| names_model(item, model)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// `server.secret` is write-only; only whether it is set is shown. That of a tool, inside
/// `model.tools[]` too, can be read (observed).
fn hide_server_secret(object: &mut Object, collection: Collection) {
    if !matches!(collection, Collection::Assistant | Collection::PhoneNumber) {
        return;
    }
    let secret =
        object.get_mut("server").and_then(Value::as_object_mut).and_then(|server| server.shift_remove("secret"));
    let is_set = secret.is_some_and(|secret| !secret.is_null());
    if is_set || collection == Collection::Assistant {
        object.insert("isServerUrlSecretSet".into(), is_set.into());
    }
}

fn hide_credentials(object: &mut Object, credentials: Credentials) {
    if credentials == Credentials::Shown {
        return;
    }
    for field in ["twilioAuthToken", "twilioApiSecret"] {
        hide(object, field, credentials);
    }
    if let Some(Value::Object(authentication)) = object.get_mut("authentication") {
        hide(authentication, "password", credentials);
    }
    if let Some(Value::Object(headers)) = object.get_mut("server").and_then(|server| server.get_mut("headers")) {
        let names: Vec<String> = headers.keys().cloned().collect();
        for name in names {
            hide(headers, &name, credentials);
        }
    }
}

fn hide(object: &mut Object, field: &str, credentials: Credentials) {
    match credentials {
        Credentials::Shown => {}
        Credentials::Dropped => {
            object.shift_remove(field);
        }
        Credentials::Masked => {
            if let Some(value) = object.get_mut(field) {
                *value = MASK.into();
            }
        }
    }
}
