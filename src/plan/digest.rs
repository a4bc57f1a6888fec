//! The digest of a plan, which ties an apply to the plan that was reviewed.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{Change, Plan, Work, Write};
use crate::model::{Address, Part, RemoteId, Value};

/// A hash of what the plan does, with secrets as the file spells them and without times and reasons. `redact` removes what must
/// not be shown: from a digest and the rest of its input, a short secret could be found by trying.
pub fn of(plan: &Plan, redact: &dyn Fn(&str) -> String) -> String {
    let mut hash = Sha256::new();
    let mut line = |text: &str| {
        let text = redact(text);
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    line(&format!("{:?}", plan.direction));
    line(plan.org_id.as_deref().unwrap_or_default());
    for change in plan.shown() {
        let Change { address, id, fields, held, work, .. } = change;
        line(&address.to_string());
        line(id.as_ref().map_or("", |id| id.as_str()));
        line(change.action().word());
        line(held.as_deref().unwrap_or_default());
        for field in fields {
            line(&field.path.to_string());
            line(&format!("{:?}", field.verdict));
            let (before, after) = field.reviewed();
            [before, after].iter().for_each(|value| line(&value.as_ref().map_or_else(String::new, Json::to_string)));
        }
        match change.write() {
            Some(Write::Create { body, .. }) => line(&shown(Some(&Value::Map(body.clone())))),
            Some(Write::Update { body, .. }) => line(&shown(Some(&Value::Map(body.clone())))),
            Some(Write::Complete { desired }) => line(&shown(Some(&Value::Map(desired.clone())))),
            None => line(""),
        }
        line(&match work {
            Work::Import(object) => shown(Some(object)),
            _ => String::new(),
        });
    }
    let digest = hash.finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| value.to_reviewed().to_string())
}

/// What is sent for an entry, as a text that is the same at review and at apply: without ids, times, old values and fields that
/// are held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The entry.
    pub address: Address,
    /// What is sent.
    pub text: String,
}

/// What a plan sends, entry by entry. `ids` are the ids of the entries: they make a reference read the same before and after its
/// target is created.
pub fn sent(plan: &Plan, ids: &HashMap<Address, RemoteId>) -> Vec<Sent> {
    let owners: HashMap<&str, &Address> = ids.iter().map(|(address, id)| (id.as_str(), address)).collect();
    let named = |value: &Value| by_handle(value.to_reviewed(), &owners);
    let what = |change: &Change, write: &Write| match write {
        Write::Create { body, .. } => json!(["create", named(&Value::Map(body.clone()))]),
        Write::Complete { desired } => json!(["complete", named(&Value::Map(desired.clone()))]),
        Write::Update { .. } => {
            let fields = change.fields.iter().filter(|field| !field.verdict.is_held_back());
            let fields = fields.map(|field| json!([field.path.to_string(), field.after.as_ref().map(named)]));
            json!(["update", fields.collect::<Vec<_>>()])
        }
    };
    let changes = plan.changes.iter().filter(|change| change.held.is_none());
    let written = changes.filter_map(|change| Some((change, change.write()?)));
    written
        .map(|(change, write)| Sent {
            address: change.address.clone(),
            text: json!([change.address.to_string(), what(change, write)]).to_string(),
        })
        .collect()
}

fn by_handle(value: Json, owners: &HashMap<&str, &Address>) -> Json {
    match value {
        Json::String(text) => match owners.get(text.as_str()) {
            Some(address) => Value::Unknown(vec![Part::Id((*address).clone())]).to_shown(),
            None => Json::String(text),
        },
        Json::Array(items) => items.into_iter().map(|item| by_handle(item, owners)).collect(),
        Json::Object(map) => map.into_iter().map(|(key, value)| (key, by_handle(value, owners))).collect(),
        other => other,
    }
}
