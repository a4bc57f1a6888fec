//! What Vapi changes by itself in what it is sent.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::config::{Moved, Rewrites};
use super::store::{Collection, Object};

/// What Vapi says after a failed tool, in the place of a message of a type that it does not know.
const STOCK: &str = "Sorry, something went wrong.";

/// Fields whose order Vapi does not keep.
const UNORDERED: &[&str] = &["toolIds", "structuredOutputIds", "serverMessages", "clientMessages"];
/// Texts whose trailing white space Vapi may trim.
const TRIMMED: &[&str] = &["content", "firstMessage", "endCallMessage", "voicemailMessage"];
/// Free objects, which are stored as they are.
const FREE: &[&str] = &["metadata", "variableValues", "schema", "parameters", "properties", "headers", "body"];

/// The body of a write as Vapi validates it.
pub(super) fn understood(collection: Collection, mut body: Object, rewrites: &Rewrites) -> Object {
    if matches!(collection, Collection::Assistant | Collection::Squad) {
        // Read-only, and ignored.
        body.shift_remove("modelDeprecations");
    }
    walk(&mut body, &mut |object| {
        drop_pinned(object);
        if !rewrites.refuse_old_modes {
            rename_mode(object);
        }
        know_messages(object);
    });
    body
}

/// What is stored of a body: `sent` if processing does not show, `understood` otherwise.
pub(super) fn stored(sent: Object, understood: Object, rewrites: &Rewrites) -> Object {
    let mut body = if rewrites.processed { understood } else { sent };
    body.shift_remove("modelDeprecations");
    walk(&mut body, &mut |object| {
        drop_pinned(object);
        provide(object);
        if rewrites.processed {
            process_tool(object);
        }
        if rewrites.order {
            reorder(object);
        }
        if rewrites.trim {
            trim(object);
        }
    });
    body.values_mut().for_each(shorten_numbers);
    body
}

/// Processes a tool as it is after a write.
pub(super) fn whole(collection: Collection, object: &mut Object, rewrites: &Rewrites) {
    if rewrites.processed && collection == Collection::Tool {
        process_tool(object);
    }
    if rewrites.processed && collection == Collection::StructuredOutput {
        object.get_mut("schema").into_iter().for_each(first_type);
    }
    if rewrites.moved != Moved::No {
        move_old(object, rewrites.moved);
        object
            .get_mut("startSpeakingPlan")
            .and_then(Value::as_object_mut)
            .into_iter()
            .for_each(|plan| move_old(plan, rewrites.moved));
    }
    walk(object, &mut |object| {
        if rewrites.adds {
            add(object);
        }
        if rewrites.voices && object.get("provider") == Some(&json!("vapi")) && object.contains_key("voiceId") {
            object.insert("provider".into(), "11labs".into());
        }
    });
}

/// Old fields, each with its newer place.
const OLD: &[(&str, &[&str])] = &[
    ("serverUrl", &["server", "url"]),
    ("serverUrlSecret", &["server", "secret"]),
    ("recordingEnabled", &["artifactPlan", "recordingEnabled"]),
    ("hipaaEnabled", &["compliancePlan", "hipaaEnabled"]),
    ("responseDelaySeconds", &["startSpeakingPlan", "waitSeconds"]),
    ("numWordsToInterruptAssistant", &["stopSpeakingPlan", "numWords"]),
    ("backgroundDenoisingEnabled", &["backgroundSpeechDenoisingPlan", "smartDenoisingPlan", "enabled"]),
    ("smartEndpointingEnabled", &["smartEndpointingPlan", "provider"]),
];

/// Puts old fields at their newer places.
fn move_old(object: &mut Object, moved: Moved) {
    for (old, place) in OLD {
        let Some(value) = object.get(*old).filter(|value| !value.is_null()).cloned() else { continue };
        if moved == Moved::Newer {
            object.shift_remove(*old);
        }
        let value = if *old == "smartEndpointingEnabled" { json!("livekit") } else { value };
        let mut plan = &mut *object;
        let (last, parents) = place.split_last().unwrap_or((old, &[]));
        for step in parents {
            let inner = plan.entry(*step).or_insert_with(|| json!({}));
            let Value::Object(inner) = inner else { return };
            plan = inner;
        }
        plan.insert((*last).into(), value);
    }
}

/// Adds ids to elements, and nulls for what is absent.
fn add(object: &mut Object) {
    for (list, absent) in
        [("tools", "messages"), ("hooks", "filters"), ("credentials", "name"), ("messages", "conditions")]
    {
        for (at, element) in object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
            let Value::Object(element) = element else { continue };
            element.entry(absent).or_insert(Value::Null);
            if list != "messages" {
                element.entry("id").or_insert_with(|| format!("{list}-{at}").into());
            }
        }
    }
}

/// Of several types of a schema only the first counts.
fn first_type(schema: &mut Value) {
    match schema {
        Value::Object(schema) => {
            if let Some(first) = schema.get("type").and_then(|kinds| kinds.as_array()?.first().cloned()) {
                schema.insert("type".into(), first);
            }
            schema.values_mut().for_each(first_type);
        }
        Value::Array(items) => items.iter_mut().for_each(first_type),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Visits every object, the outermost first; leaves out free ones.
fn walk(object: &mut Object, visit: &mut dyn FnMut(&mut Object)) {
    visit(object);
    for (name, value) in object.iter_mut() {
        if !FREE.contains(&name.as_str()) {
            walk_value(value, visit);
        }
    }
}

fn walk_value(value: &mut Value, visit: &mut dyn FnMut(&mut Object)) {
    match value {
        Value::Object(object) => walk(object, visit),
        Value::Array(items) => items.iter_mut().for_each(|item| walk_value(item, visit)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A tool that is pinned in `toolRefs` is dropped from `toolIds`.
fn drop_pinned(object: &mut Object) {
    let Some(Value::Array(pins)) = object.get("toolRefs") else { return };
    let pinned: HashSet<String> =
        pins.iter().filter_map(|pin| pin.get("toolId")?.as_str().map(str::to_owned)).collect();
    if let Some(Value::Array(ids)) = object.get_mut("toolIds") {
        ids.retain(|id| id.as_str().is_none_or(|id| !pinned.contains(id)));
    }
}

fn rename_mode(object: &mut Object) {
    let Some(mode) = object.get_mut("transferPlan").and_then(|plan| plan.get_mut("mode")) else { return };
    let new = match mode.as_str() {
        Some("warm-transfer-with-summary") => "warm-transfer-say-summary",
        Some("warm-transfer-with-message") => "warm-transfer-say-message",
        Some("warm-transfer-with-twiml") => "warm-transfer-twiml",
        _ => return,
    };
    *mode = new.into();
}

/// A message of an unknown type becomes `request-failed` with a stock text.
fn know_messages(tool: &mut Object) {
    const KNOWN: &[&str] = &["request-start", "request-complete", "request-failed", "request-response-delayed"];
    for message in tool.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten() {
        let kind = message.get("type").and_then(Value::as_str);
        if kind.is_some_and(|kind| !KNOWN.contains(&kind)) {
            *message = json!({"type": "request-failed", "content": STOCK});
        }
    }
}

/// What some providers make of their fields.
fn provide(object: &mut Object) {
    /// The longest `transcriptionHint`; the rest is cut off.
    const LONGEST_HINT: usize = 600;
    let provider = object.get("provider").and_then(Value::as_str);
    match provider {
        Some("vapi") => {
            if let Some(version) = object.get_mut("version").filter(|version| version.is_number()) {
                *version = version.to_string().into();
            }
        }
        // Observed: models of this family take none.
        Some("openai")
            if object.get("model").and_then(Value::as_str).is_some_and(|model| model.starts_with("gpt-5")) =>
        {
            object.shift_remove("temperature");
        }
        Some("gladia") => {
            if let Some(Value::String(hint)) = object.get_mut("transcriptionHint") {
                *hint = hint.chars().take(LONGEST_HINT).collect();
            }
        }
        _ => {}
    }
}

/// Vapi runs on JavaScript, which writes 1.0 as 1.
fn shorten_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15);
            if let Some(whole) = whole {
                *value = (whole as i64).into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten_numbers),
        Value::Object(map) => map.values_mut().for_each(shorten_numbers),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn reorder(object: &mut Object) {
    for field in UNORDERED {
        if let Some(Value::Array(items)) = object.get_mut(*field) {
            items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        }
    }
}

fn trim(object: &mut Object) {
    for field in TRIMMED {
        if let Some(Value::String(text)) = object.get_mut(*field) {
            text.truncate(text.trim_end().len());
        }
    }
}

fn process_tool(tool: &mut Object) {
    let kind = tool.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = tool.get("body").cloned();
    if kind == "apiRequest" {
        tool.shift_remove("async");
    }
    let Some(Value::Object(function)) = tool.get_mut("function") else { return };
    match kind.as_str() {
        "apiRequest" | "code" | "transferCall" | "endCall" | "handoff" => {
            function.shift_remove("strict");
        }
        "function" if function.get("strict") == Some(&Value::Bool(true)) && !fits_strict(function) => {
            function.insert("strict".into(), false.into());
        }
        _ => {}
    }
    if let ("apiRequest", Some(body)) = (kind.as_str(), body) {
        function.insert("parameters".into(), body);
    }
}

/// Strict mode takes only schemas without further properties, all of them required.
fn fits_strict(function: &Object) -> bool {
    let Some(Value::Object(parameters)) = function.get("parameters") else { return false };
    let required = parameters.get("required").and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|required| required.contains(&name.as_str().into()));
    let properties = parameters.get("properties").and_then(Value::as_object);
    parameters.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_none_or(|properties| properties.keys().all(is_required))
}
