//! The two sides of a link between an assistant and a structured output: the assistant names the output in
//! `artifactPlan.structuredOutputIds`, the output the assistant in `assistantIds`. Vapi may keep them alike.

use serde_json::{Value, json};

use super::store::{Collection, Object, Store};

/// Makes the other sides of an object's links like its own.
pub(super) fn mirror(store: &mut Store, collection: Collection, id: &str) {
    let (other, own): (_, fn(&Object) -> Vec<String>) = match collection {
        Collection::Assistant => (Collection::StructuredOutput, outputs),
        Collection::StructuredOutput => (Collection::Assistant, assistants),
        Collection::PhoneNumber | Collection::Tool | Collection::Squad => return,
    };
    let Some(record) = store.get(collection, id) else { return };
    let linked = own(&record.object);
    let theirs: Vec<(String, Object)> =
        store.all(other).filter_map(|record| Some((record.text("id")?.to_owned(), record.object.clone()))).collect();
    for (their_id, mut object) in theirs {
        let should = linked.contains(&their_id);
        let ids = match collection {
            Collection::Assistant => assistants(&object),
            _ => outputs(&object),
        };
        if should == ids.iter().any(|own| own == id) {
            continue;
        }
        let mut ids: Vec<String> = ids.into_iter().filter(|own| own != id).collect();
        ids.extend(should.then(|| id.to_owned()));
        if collection == Collection::Assistant {
            object.insert("assistantIds".into(), ids.into());
        } else if let Value::Object(plan) = object.entry("artifactPlan").or_insert_with(|| json!({})) {
            plan.insert("structuredOutputIds".into(), ids.into());
        }
        // A link is no edit: the time stays.
        let updated = store.get(other, &their_id).map(|record| record.updated).unwrap_or_default();
        store.change(other, &their_id, updated, |stored| *stored = object);
    }
}

/// The structured outputs that an assistant names.
fn outputs(assistant: &Object) -> Vec<String> {
    ids(assistant.get("artifactPlan").and_then(|plan| plan.get("structuredOutputIds")))
}

/// The assistants that a structured output names.
fn assistants(output: &Object) -> Vec<String> {
    ids(output.get("assistantIds"))
}

fn ids(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(|id| Some(id.as_str()?.to_owned())).collect()
}
