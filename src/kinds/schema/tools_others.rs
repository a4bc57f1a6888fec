//! What an agent can do beside talking: programs, machines, SIP.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, TextOr, words};
use super::tools::ToolCommon;
use super::server::Server;
use super::tool_parts::{CodeVariable, Function, VariableExtraction};

/// Runs a program of yours at Vapi.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CodeTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Go on without waiting for the answer.
    r#async: Option<bool>,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// The program, in TypeScript.
    #[schemars(length(max = 50000))]
    code: String,
    /// Variables of the program.
    environment_variables: Option<Vec<CodeVariable>>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 30))]
    timeout_seconds: Option<f64>,
    /// Id of a credential of the organisation.
    credential_id: Option<String>,
    /// What is taken from the answer into variables.
    variable_extraction_plan: Option<VariableExtraction>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// Sends a SIP request.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SipRequestTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// The SIP method.
    verb: Closed<SipRequestToolVerb>,
    /// HTTP headers. Credentials belong into `${env:…}`.
    headers: Option<Object>,
    /// A JSON Schema of the body.
    body: Option<TextOr<Object>>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// A shell on your server.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct BashTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Which tool of that kind.
    sub_type: Open<BashToolSubType>,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// The name.
    #[schemars(extend("default" = "bash"))]
    name: Closed<BashToolName>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// A screen of your server.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ComputerTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Which tool of that kind.
    sub_type: Open<ComputerToolSubType>,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// The name.
    #[schemars(extend("default" = "computer"))]
    name: Closed<ComputerToolName>,
    /// Width of the screen.
    display_width_px: f64,
    /// Height of the screen.
    display_height_px: f64,
    /// Which screen.
    display_number: Option<f64>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

/// An editor on your server.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TextEditorTool {
    #[schemars(flatten)]
    tool_common: ToolCommon,
    /// Which tool of that kind.
    sub_type: Open<TextEditorToolSubType>,
    /// Your server, and how it is called.
    server: Option<Server>,
    /// The name.
    #[schemars(extend("default" = "str_replace_editor"))]
    name: Closed<TextEditorToolName>,
    /// What the model is told of the tool.
    function: Option<Function>,
}

words!(SipRequestToolVerb: "INFO", "MESSAGE", "NOTIFY");
words!(BashToolSubType: "bash_20241022");
words!(BashToolName: "bash");
words!(ComputerToolSubType: "computer_20241022");
words!(ComputerToolName: "computer");
words!(TextEditorToolSubType: "text_editor_20241022");
words!(TextEditorToolName: "str_replace_editor");
