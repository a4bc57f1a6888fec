//! Where a call can go.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, TextOr, Value, words};
use super::analysis::Summary;
use super::server::Server;
use super::tool_parts::VariableExtraction;

/// Where a call can be put through to.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum TransferDestination {
    /// A telephone number.
    #[schemars(rename = "number")]
    Number(ToNumber),
    /// A SIP address.
    #[schemars(rename = "sip")]
    Sip(ToSip),
    /// An agent of the same squad.
    #[schemars(rename = "assistant")]
    Assistant(ToAssistant),
}

/// Where calls go when nothing else answers.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum Fallback {
    /// A telephone number.
    #[schemars(rename = "number")]
    Number(ToNumber),
    /// A SIP address.
    #[schemars(rename = "sip")]
    Sip(ToSip),
}

/// A telephone number to put a call through to.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ToNumber {
    /// What the caller hears before.
    message: Option<TextOr<CustomMessage>>,
    /// Whether the number must be one in E.164 form.
    #[schemars(extend("default" = true))]
    number_e164_check_enabled: Option<bool>,
    /// The number.
    #[schemars(length(min = 3, max = 40))]
    number: String,
    /// What is dialled after the call is answered.
    #[schemars(length(min = 1, max = 10))]
    extension: Option<String>,
    /// The number that is shown.
    #[schemars(length(max = 40))]
    caller_id: Option<String>,
    /// How the call is put through.
    transfer_plan: Option<TransferPlan>,
    /// What it is for, in words; models read it.
    description: Option<String>,
}

/// A SIP address to put a call through to.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ToSip {
    /// What the caller hears before.
    message: Option<TextOr<CustomMessage>>,
    /// A SIP address.
    sip_uri: String,
    /// The number that is shown.
    #[schemars(length(max = 40))]
    caller_id: Option<String>,
    /// How the call is put through.
    transfer_plan: Option<TransferPlan>,
    /// SIP headers.
    sip_headers: Option<Object>,
    /// What it is for, in words; models read it.
    description: Option<String>,
}

/// An agent to put a call through to.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ToAssistant {
    /// What the caller hears before.
    message: Option<TextOr<CustomMessage>>,
    /// What the next agent gets of the conversation.
    transfer_mode: Option<Closed<ToAssistantTransferMode>>,
    /// The name of an agent.
    assistant_name: Option<String>,
    /// What it is for, in words; models read it.
    description: Option<String>,
    /// Id of an agent: `${agent:handle}`.
    assistant_id: Option<String>,
}

/// How a call is put through.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TransferPlan {
    /// Whether somebody is told first, and what.
    mode: Open<TransferPlanMode>,
    /// What the operator hears.
    message: Option<TextOr<CustomMessage>>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 600), extend("default" = 60))]
    timeout: Option<f64>,
    /// How the call is put through in SIP.
    #[schemars(extend("default" = "refer"))]
    sip_verb: Option<Closed<TransferPlanSipVerb>>,
    /// How long it rings, in seconds.
    #[schemars(range(min = 1, max = 600), extend("default" = 60))]
    dial_timeout: Option<f64>,
    /// What the caller hears meanwhile.
    hold_audio_url: Option<String>,
    /// What is played when it is done.
    transfer_complete_audio_url: Option<String>,
    /// What the next agent gets of the conversation.
    context_engineering_plan: Option<Value>,
    /// Instructions for Twilio.
    #[schemars(length(max = 4096))]
    twiml: Option<String>,
    /// A summary of the call.
    summary_plan: Option<Summary>,
    /// Put SIP headers into `Refer-To`.
    sip_headers_in_refer_to_enabled: Option<bool>,
    /// What takes over when the provider fails.
    fallback_plan: Option<TransferFallback>,
}

/// What happens when a call cannot be put through.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TransferFallback {
    /// What is said.
    message: TextOr<CustomMessage>,
    /// Hang up afterwards.
    #[schemars(extend("default" = true))]
    end_call_enabled: Option<bool>,
}

/// A message in several languages.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CustomMessage {
    /// The text in several languages.
    contents: Option<Vec<Translation>>,
    /// Always `custom-message`.
    r#type: Closed<CustomMessageType>,
    /// The text. `{{name}}` is filled in during the call.
    #[schemars(length(max = 1000))]
    content: Option<String>,
}

/// A text in one language.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Translation {
    /// Always `text`.
    r#type: Closed<TranslationType>,
    /// The text.
    text: String,
    /// The language, as its provider calls it.
    language: String,
}

/// Where a call can be handed over to.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum HandoffDestination {
    /// Another agent.
    #[schemars(rename = "assistant")]
    Assistant(HandoffToAssistant),
    /// A squad.
    #[schemars(rename = "squad")]
    Squad(HandoffToSquad),
    /// What your server says.
    #[schemars(rename = "dynamic")]
    Dynamic(HandoffDynamic),
}

/// An agent that takes over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HandoffToAssistant {
    /// What the next agent gets of the conversation.
    context_engineering_plan: Option<Value>,
    /// The name of an agent.
    assistant_name: Option<String>,
    /// Id of an agent: `${agent:handle}`.
    assistant_id: Option<String>,
    /// An agent, written out.
    assistant: Option<Object>,
    /// What is taken from the answer into variables.
    variable_extraction_plan: Option<VariableExtraction>,
    /// What is different for this agent.
    assistant_overrides: Option<Object>,
    /// What it is for, in words; models read it.
    description: Option<String>,
}

/// A squad that takes over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HandoffToSquad {
    /// What the next agent gets of the conversation.
    context_engineering_plan: Option<Value>,
    /// Id of a squad.
    squad_id: Option<String>,
    /// A squad, written out.
    squad: Option<Object>,
    /// Which agent of the squad begins.
    entry_assistant_name: Option<String>,
    /// What is taken from the answer into variables.
    variable_extraction_plan: Option<VariableExtraction>,
    /// What is different for the squad.
    squad_overrides: Option<Object>,
    /// What it is for, in words; models read it.
    description: Option<String>,
}

/// A server that says who takes over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HandoffDynamic {
    /// Your server, and how it is called.
    server: Option<Server>,
    /// What it is for, in words; models read it.
    description: Option<String>,
}

words!(ToAssistantTransferMode: "rolling-history", "swap-system-message-in-history", "swap-system-message-in-history-and-remove-transfer-tool-messages", "delete-history");
words!(TransferPlanMode: "blind-transfer", "blind-transfer-add-summary-to-sip-header", "warm-transfer-say-message", "warm-transfer-say-summary", "warm-transfer-twiml", "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message", "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary", "warm-transfer-experimental");
words!(TransferPlanSipVerb: "refer", "bye", "dial");
words!(CustomMessageType: "custom-message");
words!(TranslationType: "text");
