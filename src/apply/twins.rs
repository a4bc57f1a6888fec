//! Creations that an object found by name cannot tell apart.

use std::collections::{HashMap, HashSet};

use crate::model::Value;
use crate::plan::{Change, Plan, Write};
use crate::values::compare::covers;
use crate::values::normalize::name;

/// The creates that share a name: an object found by it may belong to another entry.
pub(super) fn twins(plan: &Plan) -> HashSet<usize> {
    let mut named: HashMap<(&str, &str, String), Vec<usize>> = HashMap::new();
    let mut nameless: Vec<(usize, &Change, Value)> = Vec::new();
    for (at, change) in plan.changes.iter().enumerate() {
        let Some(Write::Create { body, .. }) = change.write() else { continue };
        let body = Value::Map(body.clone());
        match change.kind.identity_of(&body) {
            Some((field, text)) => named.entry((change.kind.section, field, name(&text))).or_default().push(at),
            None => nameless.push((at, change, body)),
        }
    }
    let holds = |one: &(usize, &Change, Value), other: &(usize, &Change, Value)| {
        one.0 != other.0 && one.1.kind == other.1.kind && covers(one.1.kind.root(), &other.2, &one.2)
    };
    let alike = nameless.iter().filter(|one| nameless.iter().any(|other| holds(one, other))).map(|(at, _, _)| *at);
    named.into_values().filter(|steps| steps.len() > 1).flatten().chain(alike).collect()
}
