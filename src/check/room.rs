//! Checks that `maxTokens` leaves room for tool calls.

use crate::document::{Node, View};
use crate::model::diagnostic::Diagnostic;

/// A tool call with a few arguments takes about this many tokens. A longer one is cut off in the middle of its
/// arguments, and the call is lost.
const TOOL_CALL: u64 = 100;

/// The warning about a limit too low for the tools of the model.
pub(super) fn check(config: Node<'_>) -> Option<Diagnostic> {
    let model = config.get("model")?;
    let most = model.get("maxTokens")?;
    let View::Number(number) = most.view() else { return None };
    let has = |key: &str| model.get(key).is_some_and(|list| list.items().len() > 0);
    let few = number.as_u64().is_some_and(|tokens| tokens < TOOL_CALL);
    (few && ["tools", "toolIds", "toolRefs"].into_iter().any(has)).then(|| {
        Diagnostic::warning("few-tokens", format!("model.maxTokens is {number}: too low for tool calls"))
            .at(most.place())
            .help(format!("a tool call is cut off at the limit: set at least {TOOL_CALL}; the default is 250"))
    })
}
