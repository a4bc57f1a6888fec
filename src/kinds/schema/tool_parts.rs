//! Parts of a tool.

use schemars::JsonSchema;
use super::words::{Closed, Object, Value, words};


/// What the model is told of a tool.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Function {
    /// What the model calls it by: letters, digits, `_` and `-`, 64 at most.
    #[schemars(regex(pattern = r"^[a-zA-Z0-9_-]{1,64}$"))]
    name: String,
    /// Hold the model to the schema exactly.
    #[schemars(extend("default" = false))]
    strict: Option<bool>,
    /// What it is for, in words; models read it.
    description: Option<String>,
    /// A JSON Schema of what the model passes.
    parameters: Option<Parameters>,
}

/// A JSON Schema of what the model passes.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Parameters {
    /// Always `object`.
    r#type: Closed<ParametersType>,
    /// The parameters by name, each with its type and a description.
    properties: Object,
    /// Names of the parameters that must be there.
    required: Option<Vec<String>>,
}

/// A value that is always sent along.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StaticParameter {
    /// The name.
    key: String,
    /// The value.
    value: Value,
}

/// What is taken from an answer into variables.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VariableExtraction {
    /// A JSON Schema of the data.
    schema: Option<Object>,
    /// Variables made of others.
    aliases: Option<Vec<VariableAlias>>,
}

/// A variable made of others.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VariableAlias {
    /// Its name.
    #[schemars(regex(pattern = r"^[a-zA-Z][a-zA-Z0-9_]*$"))]
    key: String,
    /// What it holds, in Liquid.
    #[schemars(length(max = 10000))]
    value: String,
}

/// When a call of the tool is refused.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Rejection {
    /// When it applies.
    conditions: Option<Vec<RejectionCondition>>,
}

/// A condition.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum RejectionCondition {
    /// What was said.
    #[schemars(rename = "regex")]
    Regex(RegexCondition),
    /// Anything that Liquid can say.
    #[schemars(rename = "liquid")]
    Liquid(LiquidCondition),
    /// Several conditions.
    #[schemars(rename = "group")]
    Group(GroupCondition),
}

/// A pattern that a message has.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct RegexCondition {
    /// A regular expression.
    regex: String,
    /// Which messages are looked at.
    target: Option<MessageTarget>,
    /// The opposite.
    negate: Option<bool>,
}

/// A Liquid expression that is true.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct LiquidCondition {
    /// A Liquid expression that says `true` or `false`.
    liquid: String,
}

/// Conditions that hold together.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GroupCondition {
    /// How they are compared.
    operator: Closed<GroupConditionOperator>,
    /// When it applies.
    conditions: Vec<RejectionCondition>,
}

/// Which messages are looked at.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct MessageTarget {
    /// Who says it.
    role: Option<Closed<TargetRole>>,
    /// Which message; -1 is the last.
    position: Option<f64>,
}

/// What is said while a tool of the server works.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct McpMessages {
    /// The name.
    name: String,
    /// What is said.
    messages: Option<Vec<ToolMessage>>,
}

/// How an MCP server is talked to.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct McpMetadata {
    /// How the server is talked to.
    protocol: Option<Closed<McpMetadataProtocol>>,
}

/// Files to look things up in.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct KnowledgeBase {
    /// The name.
    name: String,
    /// Who looks things up.
    provider: String,
    /// The model, as its provider calls it.
    model: Option<String>,
    /// What it is for, in words; models read it.
    description: String,
    /// Ids of files.
    file_ids: Vec<String>,
}

/// A variable of a program.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CodeVariable {
    /// The name.
    #[schemars(regex(pattern = r"^[A-Z][A-Z0-9_]*$"), length(max = 64))]
    name: String,
    /// The value.
    #[schemars(length(max = 10000))]
    value: String,
}

/// What is said while a tool works.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum ToolMessage {
    /// When it begins.
    #[schemars(rename = "request-start")]
    Start(StartMessage),
    /// When it is done.
    #[schemars(rename = "request-complete")]
    Complete(LastMessage),
    /// When it failed.
    #[schemars(rename = "request-failed")]
    Failed(LastMessage),
    /// When it takes long.
    #[schemars(rename = "request-response-delayed")]
    Delayed(DelayedMessage),
}

/// What is said when a tool begins.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StartMessage {
    /// The text in several languages.
    contents: Option<Vec<Value>>,
    /// Wait until it is said before the tool is called.
    #[schemars(extend("default" = false))]
    blocking: Option<bool>,
    /// The text. `{{name}}` is filled in during the call.
    #[schemars(length(max = 1000))]
    content: Option<String>,
    /// When it applies.
    conditions: Option<Vec<Condition>>,
}

/// What is said when a tool is done or failed.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct LastMessage {
    /// The text in several languages.
    contents: Option<Vec<Value>>,
    /// Who says it.
    role: Option<Closed<LastMessageRole>>,
    /// Hang up once it is said.
    end_call_after_spoken_enabled: Option<bool>,
    /// The text. `{{name}}` is filled in during the call.
    #[schemars(length(max = 1000))]
    content: Option<String>,
    /// When it applies.
    conditions: Option<Vec<Condition>>,
}

/// What is said when a tool takes long.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct DelayedMessage {
    /// The text in several languages.
    contents: Option<Vec<Value>>,
    /// How long to wait before it is said.
    #[schemars(range(min = 100, max = 120000))]
    timing_milliseconds: Option<f64>,
    /// The text. `{{name}}` is filled in during the call.
    #[schemars(length(max = 1000))]
    content: Option<String>,
    /// When it applies.
    conditions: Option<Vec<Condition>>,
}

/// A condition on a parameter.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Condition {
    /// How they are compared.
    operator: Closed<ConditionOperator>,
    /// Which parameter.
    #[schemars(length(max = 1000))]
    param: String,
    /// The value.
    #[schemars(length(max = 1000))]
    value: String,
}

words!(ParametersType: "object");
words!(GroupConditionOperator: "AND", "OR");
words!(TargetRole: "user", "assistant");
words!(McpMetadataProtocol: "sse", "shttp");
words!(LastMessageRole: "assistant", "system");
words!(ConditionOperator: "eq", "neq", "gt", "gte", "lt", "lte");
