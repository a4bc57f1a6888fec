//! The digest of a plan: what was reviewed is what is applied.

use sha2::{Digest, Sha256};

use super::{Change, Plan, Write};
use crate::model::Value;

/// A hash of all that the plan would do: without secrets, whose texts stand in no plan, and without times and reasons.
pub fn of(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    let mut line = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    line(&format!("{:?}", plan.direction));
    line(plan.org_id.as_deref().unwrap_or_default());
    for change in plan.shown() {
        let Change { address, id, action, fields, held, write, import, .. } = change;
        line(&address.to_string());
        line(id.as_ref().map_or("", |id| id.as_str()));
        line(action.word());
        line(held.as_deref().unwrap_or_default());
        for field in fields {
            line(&field.path.to_string());
            line(&format!("{:?}", field.verdict));
            line(&shown(field.before.as_ref()));
            line(&shown(field.after.as_ref()));
        }
        match write {
            Some(Write::Create { body, .. }) => line(&shown(Some(&Value::Map(body.clone())))),
            Some(Write::Update { body, .. }) => line(&shown(Some(&Value::Map(body.clone())))),
            Some(Write::Complete { desired }) => line(&shown(Some(&Value::Map(desired.clone())))),
            None => line(""),
        }
        line(&shown(import.as_ref()));
    }
    let digest = hash.finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| value.to_shown().to_string())
}
