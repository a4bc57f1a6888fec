//! What is made of a call once it is over, and what the law wants of it.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, words};
use super::voice::Voice;

/// What is made of a call once it is over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Analysis {
    /// Calls with fewer messages are not analysed.
    #[schemars(range(min = 0))]
    min_messages_threshold: Option<f64>,
    /// A summary of the call.
    summary_plan: Option<Summary>,
    /// Data taken from the call.
    structured_data_plan: Option<StructuredData>,
    /// Several sets of data taken from the call.
    structured_data_multi_plan: Option<Vec<NamedStructuredData>>,
    /// Whether the call was a success.
    success_evaluation_plan: Option<SuccessEvaluation>,
    /// Ids of outcomes.
    outcome_ids: Option<Vec<String>>,
}

/// A summary of the call.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Summary {
    /// What the model is told before the call begins: the prompt is the message with `role: system`.
    messages: Option<Vec<Object>>,
    /// Whether it is on.
    enabled: Option<bool>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 60))]
    timeout_seconds: Option<f64>,
}

/// Data taken from the call.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StructuredData {
    /// What the model is told before the call begins: the prompt is the message with `role: system`.
    messages: Option<Vec<Object>>,
    /// Whether it is on.
    enabled: Option<bool>,
    /// A JSON Schema of the data.
    schema: Option<Object>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 60))]
    timeout_seconds: Option<f64>,
}

/// One of several sets of data.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct NamedStructuredData {
    /// The name.
    key: String,
    /// How it is taken.
    plan: StructuredData,
}

/// Whether the call was a success.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SuccessEvaluation {
    /// How success is measured.
    rubric: Option<Closed<SuccessEvaluationRubric>>,
    /// What the model is told before the call begins: the prompt is the message with `role: system`.
    messages: Option<Vec<Object>>,
    /// Whether it is on.
    enabled: Option<bool>,
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 60))]
    timeout_seconds: Option<f64>,
}

/// What the law wants.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Compliance {
    /// Keep nothing of the call: no logs, no recordings, no transcripts.
    hipaa_enabled: Option<bool>,
    /// Keep card data out of what is stored.
    pci_enabled: Option<bool>,
    /// What callers say is cleaned of attacks.
    security_filter_plan: Option<SecurityFilter>,
    /// How the caller agrees to being recorded.
    recording_consent_plan: Option<Consent>,
}

/// What callers say, cleaned of attacks.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SecurityFilter {
    /// Whether it is on.
    #[schemars(extend("default" = false))]
    enabled: Option<bool>,
    /// Which attacks.
    filters: Option<Vec<Object>>,
    /// What becomes of them.
    #[schemars(extend("default" = "sanitize"))]
    mode: Option<Open<SecurityFilterMode>>,
    /// What stands in place of what was filtered.
    #[schemars(extend("default" = "[FILTERED]"))]
    replacement_text: Option<String>,
}

/// How the caller agrees to being recorded.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum Consent {
    /// By staying on the line.
    #[schemars(rename = "stay-on-line")]
    StayOnLine(StayOnLine),
    /// By saying so.
    #[schemars(rename = "verbal")]
    Verbal(Verbal),
}

/// Who stays on the line agrees.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StayOnLine {
    /// What is said.
    #[schemars(length(max = 1000))]
    message: String,
    /// The voice.
    voice: Option<Voice>,
    /// Who speaks first.
    #[schemars(extend("default" = "assistant-speaks-first"))]
    first_message_mode: Option<Closed<StayOnLineFirstMessageMode>>,
    /// How long it waits, in seconds.
    #[schemars(range(min = 1, max = 6), extend("default" = 3))]
    wait_seconds: Option<f64>,
}

/// Who says yes agrees.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Verbal {
    /// What is said.
    #[schemars(length(max = 1000))]
    message: String,
    /// The voice.
    voice: Option<Voice>,
    /// Who speaks first.
    #[schemars(extend("default" = "assistant-speaks-first"))]
    first_message_mode: Option<Closed<VerbalFirstMessageMode>>,
    /// The tool that is called when the caller declines.
    decline_tool: Option<Object>,
    /// Id of the tool that is called when the caller declines.
    decline_tool_id: Option<String>,
}

words!(SuccessEvaluationRubric: "NumericScale", "DescriptiveScale", "Checklist", "Matrix", "PercentageScale", "LikertScale", "AutomaticRubric", "PassFail");
words!(SecurityFilterMode: "sanitize", "reject", "replace");
words!(StayOnLineFirstMessageMode: "assistant-speaks-first", "assistant-waits-for-user");
words!(VerbalFirstMessageMode: "assistant-speaks-first", "assistant-waits-for-user");
