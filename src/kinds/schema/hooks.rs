//! What is done when something happens in a call.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, TextOr, words};
use super::destinations::TransferDestination;
use super::model_parts::ChatMessage;
use super::server::Server;
use super::tool_parts::Function;
use super::tools::Tool;

/// Something that is done when something happens in a call.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Hook {
    /// The event that it waits for.
    on: Open<HookEvent>,
    /// What is done then.
    r#do: Vec<HookAction>,
    /// For `customer.speech.timeout`: after how long, how often.
    options: Option<TimeoutOptions>,
    /// The name.
    #[schemars(length(max = 1000))]
    name: Option<String>,
    /// When it applies.
    filters: Option<Vec<HookFilter>>,
}

/// When a hook applies.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HookFilter {
    /// Always `oneOf`.
    r#type: Closed<HookFilterType>,
    /// What is looked at: `call.endedReason`.
    #[schemars(length(max = 1000))]
    key: String,
    /// Any of these.
    #[schemars(inner(length(max = 1000)))]
    one_of: Vec<String>,
}

/// When the silence of a caller is too long.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TimeoutOptions {
    /// When the count begins anew.
    trigger_reset_mode: Option<Closed<TimeoutOptionsTriggerResetMode>>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 1000))]
    timeout_seconds: f64,
    /// How often at most.
    #[schemars(range(min = 1, max = 10))]
    trigger_max_count: Option<f64>,
}

/// Something that a hook does.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum HookAction {
    /// Says something.
    #[schemars(rename = "say")]
    Say(Say),
    /// Calls a tool.
    #[schemars(rename = "tool")]
    Tool(CallTool),
    /// Tells the model something.
    #[schemars(rename = "message.add")]
    MessageAdd(AddMessage),
    /// Puts the call through.
    #[schemars(rename = "transfer")]
    Transfer(HookTransfer),
    /// Calls a function.
    #[schemars(rename = "function")]
    Function(HookFunction),
}

/// Something to say.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Say {
    /// What is said, word by word; of several, one at random.
    exact: Option<TextOr<Vec<String>>>,
    /// What to say, in words to the model.
    prompt: Option<TextOr<Vec<Object>>>,
}

/// A tool to call.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CallTool {
    /// A tool, written out.
    tool: Option<Tool>,
    /// Id of a tool of the organisation.
    tool_id: Option<String>,
}

/// A message for the model.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AddMessage {
    /// The message.
    message: ChatMessage,
    /// Let the model answer to it at once.
    #[schemars(extend("default" = true))]
    trigger_response_enabled: Option<bool>,
}

/// Where to put the call through; of older days for agents.
#[derive(JsonSchema)]
pub(super) struct HookTransfer {
    /// Where to.
    destination: Option<TransferDestination>,
}

/// A function to call; of older days.
#[derive(JsonSchema)]
pub(super) struct HookFunction {
    /// What the model is told of it.
    function: Option<Function>,
    /// The server that carries it out.
    server: Option<Server>,
    /// Go on without waiting for the answer.
    r#async: Option<bool>,
}

words!(HookEvent: "call.ending", "assistant.speech.interrupted", "customer.speech.interrupted", "customer.speech.timeout", "model.response.timeout", "session.created");
words!(HookFilterType: "oneOf");
words!(TimeoutOptionsTriggerResetMode: "onUserSpeech", "never");
