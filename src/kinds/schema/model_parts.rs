//! Parts of a model.

use schemars::JsonSchema;
use super::words::{Closed, Object, words};
use super::server::Server;

/// How much a model may think.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Thinking {
    /// Of what kind it is.
    r#type: Closed<ThinkingType>,
    /// The most tokens spent on thinking; must be less than `maxTokens`.
    #[schemars(range(min = 1024, max = 100000))]
    budget_tokens: f64,
}

/// A message of the conversation that the model begins with.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ChatMessage {
    /// The text. `{{name}}` is filled in during the call.
    content: Option<String>,
    /// Who says it.
    role: Closed<ChatMessageRole>,
}

/// A tool of the organisation at a fixed version.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ToolRef {
    /// Id of a tool of the organisation.
    tool_id: String,
    /// Which version.
    version: String,
}

/// Settings of Google's live models.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct RealtimeConfig {
    /// Only the likeliest tokens that add up to this share are considered.
    top_p: Option<f64>,
    /// Only so many of the likeliest tokens are considered.
    top_k: Option<f64>,
    /// Above 0: prefers words that were not said yet.
    presence_penalty: Option<f64>,
    /// Above 0: avoids words that were said often.
    frequency_penalty: Option<f64>,
    /// How the live model speaks.
    speech_config: Option<Object>,
}

/// A server that answers questions of the model.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct KnowledgeServer {
    /// Your server, and how it is called.
    server: Server,
    /// Who looks it up: your server.
    provider: Closed<KnowledgeProvider>,
}

words!(ThinkingType: "enabled");
words!(ChatMessageRole: "assistant", "function", "user", "system", "tool");
words!(KnowledgeProvider: "custom-knowledge-base");
