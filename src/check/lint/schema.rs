//! Walks a JSON Schema as a state file writes it.

use super::Seen;
use crate::document::View;

/// Keywords whose values are names, each with a schema.
const NAMED: [&str; 4] = ["properties", "patternProperties", "definitions", "$defs"];
/// Keywords whose values are no schemas.
const VALUES: [&str; 5] = ["const", "enum", "default", "examples", "required"];

/// Calls `see` with each schema in a schema, itself first.
pub(super) fn each<'d>(schema: Seen<'d>, see: &mut dyn FnMut(Seen<'d>)) {
    see(schema);
    for (keyword, value) in schema.entries() {
        match value.node.view() {
            View::Map if NAMED.contains(&keyword) => value.entries().for_each(|(_, schema)| each(schema, see)),
            View::Map if !VALUES.contains(&keyword) => each(value, see),
            View::List if !VALUES.contains(&keyword) => schema.items_at(keyword).for_each(|item| each(item, see)),
            _ => {}
        }
    }
}

/// The first schema in a schema of which this holds.
pub(super) fn first<'d>(schema: Seen<'d>, holds: impl Fn(Seen<'d>) -> bool) -> Option<Seen<'d>> {
    let mut found = None;
    each(schema, &mut |schema| {
        if found.is_none() && holds(schema) {
            found = Some(schema);
        }
    });
    found
}
