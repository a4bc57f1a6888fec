//! Validation: tables of fields, written by hand from Vapi's document and from observation.

mod assistant;
mod common;
mod model;
mod phone_number;
mod rules;
mod shape;
mod squad;
mod structured_output;
mod tool;
mod transcriber;
mod voice;

use serde_json::Value;

pub(super) use self::shape::range_problem;
use self::shape::{check_object, unknown, variant};
use super::store::{Collection, Object};

/// The kind of write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'a> {
    /// A POST.
    Create,
    /// A PATCH of this stored object.
    Update(&'a Object),
}

/// Validates the body of a write; `refuse` are paths of further fields to refuse.
///
/// # Errors
/// All validation messages.
pub(super) fn check(
    collection: Collection,
    change: Change,
    body: &Object,
    refuse: &[String],
) -> Result<(), Vec<String>> {
    let mut messages = Vec::new();
    let whole = matches!(change, Change::Create);
    match collection {
        Collection::Assistant => check_object(assistant::FIELDS, body, "", &[], whole, &mut messages),
        // A change of a squad needs the members, too.
        Collection::Squad => check_object(squad::FIELDS, body, "", &[], true, &mut messages),
        Collection::StructuredOutput => {
            let fields = if whole { structured_output::CREATE } else { structured_output::UPDATE };
            check_object(fields, body, "", &[], whole, &mut messages);
            rules::schema(body, &mut messages);
        }
        Collection::Tool => check_tool(change, body, &mut messages),
        Collection::PhoneNumber => check_phone_number(change, body, &mut messages),
    }
    rules::functions(body, &mut messages);
    rules::overrides(body, &mut messages);
    if collection == Collection::Squad {
        rules::members(body, &mut messages);
    }
    let refused = refuse.iter().filter(|path| holds(body, path));
    messages.extend(refused.map(|path| format!("property {path} should not exist")));
    if messages.is_empty() { Ok(()) } else { Err(messages) }
}

/// A tool's type selects its fields; an update must not contain it (observed, contrary to the document).
fn check_tool(change: Change, body: &Object, messages: &mut Vec<String>) {
    match change {
        Change::Create => match variant(tool::TYPES, body.get("type")) {
            Some(fields) => check_object(fields, body, "", &["type"], true, messages),
            None => messages.push(unknown(tool::TYPES, "type")),
        },
        Change::Update(stored) => {
            let own = stored.get("type");
            match variant(tool::TYPES, own).or_else(|| variant(tool::UNCREATABLE, own)) {
                Some(fields) => check_object(fields, body, "", &[], false, messages),
                // The tool was seeded with an unknown type.
                None if body.contains_key("type") => messages.push("property type should not exist".to_owned()),
                None => {}
            }
        }
    }
}

/// A number's provider selects its fields and cannot change.
fn check_phone_number(change: Change, body: &Object, messages: &mut Vec<String>) {
    let provider = body.get("provider");
    match change {
        Change::Create => match variant(phone_number::CREATE, provider) {
            Some(fields) => check_object(fields, body, "", &["provider"], true, messages),
            None => messages.push(unknown(phone_number::CREATE, "provider")),
        },
        Change::Update(stored) => {
            if provider.is_some() && provider != stored.get("provider") {
                messages.push("provider cannot be changed".to_owned());
            }
            // The number was seeded with an unknown provider.
            let fields = variant(phone_number::UPDATE, stored.get("provider")).unwrap_or(&[phone_number::COMMON]);
            check_object(fields, body, "", &["provider"], false, messages);
        }
    }
}

/// Validates an object as it would be after the write.
///
/// # Errors
/// All validation messages.
pub(super) fn check_whole(collection: Collection, object: &Object) -> Result<(), Vec<String>> {
    let mut messages = Vec::new();
    if collection == Collection::Tool && object.get("type").is_some_and(|own| own == "code") {
        rules::code(object, &mut messages);
    }
    if messages.is_empty() { Ok(()) } else { Err(messages) }
}

/// Whether `body` has a value at `path`: keys joined by dots, tried in every list element.
fn holds(body: &Object, path: &str) -> bool {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    match (body.get(key), rest) {
        (value, None) => value.is_some(),
        (Some(Value::Object(inner)), Some(rest)) => holds(inner, rest),
        (Some(Value::Array(items)), Some(rest)) => {
            items.iter().filter_map(Value::as_object).any(|inner| holds(inner, rest))
        }
        _ => false,
    }
}
