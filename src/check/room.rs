//! Whether a model has room for what it is asked to do.

use crate::document::{Node, View};
use crate::model::diagnostic::Diagnostic;

/// A call of a tool with a few arguments takes about so many tokens; what does not fit is cut off in the middle of the
/// arguments, and the call is lost.
const TOOL_CALL: u64 = 100;

/// The warning about an answer that is too short for the tools of its model.
pub(super) fn check(config: Node<'_>) -> Option<Diagnostic> {
    let model = config.get("model")?;
    let most = model.get("maxTokens")?;
    let View::Number(number) = most.view() else { return None };
    let has = |key: &str| model.get(key).is_some_and(|list| list.items().len() > 0);
    let few = number.as_u64().is_some_and(|tokens| tokens < TOOL_CALL);
    (few && (has("tools") || has("toolIds"))).then(|| {
        Diagnostic::warning("few-tokens", format!("model.maxTokens is {number}: too few for a call of a tool"))
            .at(most.place())
            .help(format!(
                "a tool call is cut off at the limit; {TOOL_CALL} is the least that makes sense, 250 the default"
            ))
    })
}
