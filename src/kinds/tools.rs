//! Tools of the organisation, which agents share.
//!
//! Source: Vapi's OpenAPI document (`Create…ToolDTO`, `Update…ToolDTO`), unless a row says otherwise.

use super::parts::tool::TOOL;
use super::table::Shape::OneOf;
use super::{Kind, Named, PLAIN, TextOf};

pub(super) static KIND: Kind = Kind {
    section: "tools",
    option: "tools",
    word: "tool",
    noun: "tool",
    nouns: "tools",
    id_key: "vapi_tool_id",
    endpoint: "/tool",
    dashboard: "tools",
    names,
    // Observed: the service refuses `type` in an update.
    fixed: Some("type"),
    config: OneOf(&TOOL),
    // Seen in answers, but no request body has them.
    can_be_made: |config| !matches!(config.text_at("type"), Some("knowledgeBase" | "ghl" | "make" | "output")),
    ..PLAIN
};

/// Its type and the name by which the model calls it. The names of bash, computer and textEditor are always the same: they
/// tell nobody which tool is meant.
fn names(text: TextOf<'_>) -> Vec<Named> {
    let Some(kind) = text("type") else { return Vec::new() };
    let field = match kind.as_str() {
        "apiRequest" => "name",
        _ => "function.name",
    };
    let name = text(field).filter(|name| !name.is_empty());
    name.map(|name| (field, format!("{kind}:{name}"))).into_iter().collect()
}
