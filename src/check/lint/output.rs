//! Lints of a structured output.

use super::{Lint, Looked, Seen, schema};
use crate::document::View;
use crate::model::diagnostic::Diagnostic;

pub(super) const LINTS: &[Lint] = &[several_types];

fn several_types(looked: &Looked<'_>) -> Option<Diagnostic> {
    let several = |schema: Seen<'_>| schema.get("type").is_some_and(|word| word.node.view() == View::List);
    let schema = schema::first(looked.seen.get("schema")?, several)?;
    let message = format!("{} has several types in one place: Vapi takes the first", looked.path("schema"));
    Some(Diagnostic::warning("several-types", message).at(schema.place_of("type")).help("write the first one alone"))
}
