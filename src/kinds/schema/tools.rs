//! What an agent can do beside talking.

use schemars::JsonSchema;
use super::words::{Closed, Object, words};
use super::destinations::{HandoffDestination, TransferDestination};
use super::server::{Backoff, Server};
use super::tool_parts::{Function, KnowledgeBase, McpMessages, McpMetadata, Rejection, StaticParameter, ToolMessage, VariableExtraction};
use super::tools_others::{CodeTool, SipRequestTool, BashTool, ComputerTool, TextEditorTool};

/// Something that the agent can do beside talking.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum Tool {
    /// A function that your server carries out.
    #[schemars(rename = "function")]
    Function(FunctionTool),
    /// Puts the call through.
    #[schemars(rename = "transferCall")]
    TransferCall(TransferTool),
    /// Hands the call over to another agent.
    #[schemars(rename = "handoff")]
    Handoff(HandoffTool),
    /// Hangs up.
    #[schemars(rename = "endCall")]
    EndCall(PlainTool),
    /// Sends a text message.
    #[schemars(rename = "sms")]
    Sms(PlainTool),
    /// Puts an event into a Google calendar.
    #[schemars(rename = "google.calendar.event.create")]
    GoogleCalendarEventCreate(PlainTool),
    /// Looks for free time in a Google calendar.
    #[schemars(rename = "google.calendar.availability.check")]
    GoogleCalendarAvailabilityCheck(PlainTool),
    /// Adds a row to a Google sheet.
    #[schemars(rename = "google.sheets.row.append")]
    GoogleSheetsRowAppend(PlainTool),
    /// Sends a message in Slack.
    #[schemars(rename = "slack.message.send")]
    SlackMessageSend(PlainTool),
    /// Looks for free time in GoHighLevel.
    #[schemars(rename = "gohighlevel.calendar.availability.check")]
    GohighlevelCalendarAvailabilityCheck(PlainTool),
    /// Puts an event into GoHighLevel.
    #[schemars(rename = "gohighlevel.calendar.event.create")]
    GohighlevelCalendarEventCreate(PlainTool),
    /// Adds a contact to GoHighLevel.
    #[schemars(rename = "gohighlevel.contact.create")]
    GohighlevelContactCreate(PlainTool),
    /// Looks up a contact in GoHighLevel.
    #[schemars(rename = "gohighlevel.contact.get")]
    GohighlevelContactGet(PlainTool),
    /// Calls an address, without a server of yours in between.
    #[schemars(rename = "apiRequest")]
    ApiRequest(ApiRequestTool),
    /// Looks something up in files.
    #[schemars(rename = "query")]
    Query(QueryTool),
    /// Presses keys.
    #[schemars(rename = "dtmf")]
    Dtmf(DtmfTool),
    /// Leaves a message on a voicemail.
    #[schemars(rename = "voicemail")]
    Voicemail(VoicemailTool),
    /// Tools of an MCP server.
    #[schemars(rename = "mcp")]
    Mcp(McpTool),
    /// Runs a program of yours at Vapi.
    #[schemars(rename = "code")]
    Code(CodeTool),
    /// Sends a SIP request.
    #[schemars(rename = "sipRequest")]
    SipRequest(SipRequestTool),
    /// A shell on your server.
    #[schemars(rename = "bash")]
    Bash(BashTool),
    /// A screen of your server.
    #[schemars(rename = "computer")]
    Computer(ComputerTool),
    /// An editor on your server.
    #[schemars(rename = "textEditor")]
    TextEditor(TextEditorTool),
}

/// What all tools have.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ToolCommon {
    /// What is said while it works.
    messages: Option<Vec<ToolMessage>>,
    /// When the call of the tool is refused.
    rejection_plan: Option<Rejection>,
}

/// A function that your server carries out.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct FunctionTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Go on without waiting for the answer.
    r#async: Option<bool>,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// What is taken from the answer into variables.
    variable_extraction_plan: Option<VariableExtraction>,
    /// What is sent along.
    parameters: Option<Vec<StaticParameter>>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Puts the call through.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TransferTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Where the call can go.
    destinations: Option<Vec<TransferDestination>>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Hands the call over to another agent.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HandoffTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// What the model is told when no destination was chosen.
    default_result: Option<String>,
    /// Where the call can go.
    destinations: Option<Vec<HandoffDestination>>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// A tool without settings of its own.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct PlainTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Calls an address, without a server of yours in between.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ApiRequestTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// The name.
    #[schemars(regex(pattern = r"^[a-zA-Z0-9_-]{1,40}$"))]
    name: Option<String>,
    /// The HTTP method.
    method: Closed<ApiRequestToolMethod>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 300))]
    timeout_seconds: Option<f64>,
    /// Id of a credential of the organisation.
    credential_id: Option<String>,
    /// Which parts of the request are encrypted.
    encrypted_paths: Option<Vec<String>>,
    /// What is sent along.
    parameters: Option<Vec<StaticParameter>>,
    /// What it is for, in words; models read it.
    description: Option<String>,
    /// The address, https.
    url: String,
    /// A JSON Schema of the body.
    body: Option<Object>,
    /// HTTP headers. Credentials belong into `${env:…}`.
    headers: Option<Object>,
    /// When it is tried again.
    backoff_plan: Option<Backoff>,
    /// What is taken from the answer into variables.
    variable_extraction_plan: Option<VariableExtraction>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Looks something up in files.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct QueryTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Where answers are looked up.
    knowledge_bases: Option<Vec<KnowledgeBase>>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Presses keys.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct DtmfTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Send tones as SIP INFO.
    #[schemars(extend("default" = false))]
    sip_info_dtmf_enabled: Option<bool>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Leaves a message on a voicemail.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VoicemailTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Wait for the beep.
    #[schemars(extend("default" = false))]
    beep_detection_enabled: Option<bool>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Tools of an MCP server.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct McpTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// What is said while single tools of the server work.
    tool_messages: Option<Vec<McpMessages>>,
    /// Whatever you like to keep with it; callers do not hear of it.
    metadata: Option<McpMetadata>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

words!(ApiRequestToolMethod: "POST", "GET", "PUT", "PATCH", "DELETE");
