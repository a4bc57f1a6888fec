//! The model that thinks what an agent says, by provider.

use schemars::JsonSchema;
use super::server::Headers;
use super::words::{Closed, Object, Open, words};
use super::model_parts::{ChatMessage, KnowledgeServer, RealtimeConfig, Thinking, ToolRef};
use super::tools::Tool;

/// The model that thinks what the agent says.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum Model {
    /// Models of OpenAI.
    #[schemars(rename = "openai")]
    Openai(OpenAiModel),
    /// Models of Anthropic.
    #[schemars(rename = "anthropic")]
    Anthropic(AnthropicModel),
    /// Models of Google.
    #[schemars(rename = "google")]
    Google(GoogleModel),
    /// A model of your own, behind an address that speaks as OpenAI does.
    #[schemars(rename = "custom-llm")]
    CustomLlm(CustomLlm),
    /// Models at Groq.
    #[schemars(rename = "groq")]
    Groq(GroqModel),
    /// Models of xAI.
    #[schemars(rename = "xai")]
    Xai(XaiModel),
    /// Models of DeepSeek.
    #[schemars(rename = "deep-seek")]
    DeepSeek(DeepSeekModel),
    /// Models at Cerebras.
    #[schemars(rename = "cerebras")]
    Cerebras(CerebrasModel),
    /// Models of Inflection.
    #[schemars(rename = "inflection-ai")]
    InflectionAi(InflectionModel),
    /// Models of MiniMax.
    #[schemars(rename = "minimax")]
    Minimax(MinimaxModel),
    /// Models at OpenRouter.
    #[schemars(rename = "openrouter")]
    Openrouter(NamedModel),
    /// Models at Together AI.
    #[schemars(rename = "together-ai")]
    TogetherAi(NamedModel),
    /// Models of Perplexity.
    #[schemars(rename = "perplexity-ai")]
    PerplexityAi(NamedModel),
    /// Models at Anyscale.
    #[schemars(rename = "anyscale")]
    Anyscale(NamedModel),
    /// Models at DeepInfra.
    #[schemars(rename = "deepinfra")]
    Deepinfra(NamedModel),
    /// Models of Anthropic at AWS Bedrock.
    #[schemars(rename = "anthropic-bedrock")]
    AnthropicBedrock(BedrockModel),
    /// A workflow of Vapi in place of a model.
    #[schemars(rename = "vapi")]
    Vapi(VapiModel),
}

/// What the models of all providers have.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ModelCommon {
    /// What the model is told before the call begins: the prompt is the message with `role: system`.
    messages: Option<Vec<ChatMessage>>,
    /// Tools that belong to this agent alone.
    tools: Option<Vec<Tool>>,
    /// Ids of tools of the organisation that the model may call.
    tool_ids: Option<Vec<String>>,
    /// Tools of the organisation at a fixed version.
    tool_refs: Option<Vec<ToolRef>>,
    /// Where answers are looked up.
    knowledge_base: Option<KnowledgeServer>,
    /// How freely the model answers: 0 says the same each time. Voice calls do well with little.
    #[schemars(range(min = 0, max = 2))]
    temperature: Option<f64>,
    /// Tell the model the caller's mood, as heard in the voice.
    emotion_recognition_enabled: Option<bool>,
    /// How many turns at the beginning a faster, cheaper model of the same provider answers.
    #[schemars(range(min = 0))]
    num_fast_turns: Option<f64>,
    /// Id of a knowledge base; of older days, a tool of type `query` has taken its place.
    #[schemars(extend("deprecated" = true))]
    knowledge_base_id: Option<String>,
    /// The prompt, as it was written in older days; `messages` has taken its place.
    #[schemars(extend("deprecated" = true))]
    system_prompt: Option<String>,
}

/// The length of an answer.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AnswerLength {
    /// The most tokens of one answer. Too few cut tool calls short.
    #[schemars(range(min = 50, max = 10000), extend("default" = 250))]
    max_tokens: Option<f64>,
}

/// Models of OpenAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OpenAiModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<OpenAiModelModel>,
    /// Models that are asked in turn when the first does not answer.
    fallback_models: Option<Vec<Open<OpenAiModelModel>>>,
    /// What to do with parts of a tool's schema that strict models do not take.
    tool_strict_compatibility_mode: Option<Open<OpenAiModelToolStrictCompatibilityMode>>,
    /// How long the provider keeps the prompt for the next call.
    prompt_cache_retention: Option<Open<OpenAiModelPromptCacheRetention>>,
    /// Calls with the same key share a cached prompt.
    #[schemars(length(max = 64))]
    prompt_cache_key: Option<String>,
    /// How long a reasoning model may think; a caller waits that long.
    reasoning_effort: Option<Open<OpenAiModelReasoningEffort>>,
}

/// Models of Anthropic.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AnthropicModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<AnthropicModelModel>,
    /// How much the model may think before it answers.
    thinking: Option<Thinking>,
}

/// Models of Google.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GoogleModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<GoogleModelModel>,
    /// Settings of Google's live models.
    realtime_config: Option<RealtimeConfig>,
}

/// A model of your own, behind an address that speaks as OpenAI does.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CustomLlm {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// How `metadata` and variables are put into the request to your model.
    metadata_send_mode: Option<Closed<CustomLlmMetadataSendMode>>,
    /// HTTP headers. Credentials belong into `${env:…}`.
    headers: Option<Headers>,
    /// The address, https.
    url: String,
    /// Send how sure the transcriber is of each word.
    word_level_confidence_enabled: Option<bool>,
    /// How long, in seconds.
    #[schemars(range(min = 0, max = 300))]
    timeout_seconds: Option<f64>,
    /// The model, as its provider calls it.
    model: String,
}

/// Models at Groq.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GroqModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<GroqModelModel>,
}

/// Models of xAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct XaiModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<XaiModelModel>,
}

/// Models of DeepSeek.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct DeepSeekModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<DeepSeekModelModel>,
}

/// Models at Cerebras.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CerebrasModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<CerebrasModelModel>,
}

/// Models of Inflection.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct InflectionModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<InflectionModelModel>,
}

/// Models of MiniMax.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct MinimaxModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<MinimaxModelModel>,
}

/// Models that are named freely.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct NamedModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: String,
}

/// Models of Anthropic at AWS Bedrock.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct BedrockModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    #[schemars(flatten)]
    answer_length: AnswerLength,
    /// The model, as its provider calls it.
    model: Open<AnthropicBedrockModelModel>,
    /// How much the model may think before it answers.
    thinking: Option<Thinking>,
}

/// A workflow of Vapi in place of a model.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VapiModel {
    #[schemars(flatten)]
    model_common: ModelCommon,
    /// The model, as its provider calls it.
    model: Option<String>,
    /// Which version.
    version: Option<Open<VapiModelVersion>>,
    /// Id of a workflow.
    workflow_id: Option<String>,
    /// A workflow, written out.
    workflow: Option<Object>,
}

words!(OpenAiModelModel: "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.5", "chat-latest", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.2", "gpt-5.2-chat-latest", "gpt-5.1", "gpt-5.1-chat-latest", "gpt-5", "gpt-5-chat-latest", "gpt-5-mini", "gpt-5-nano", "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "chatgpt-4o-latest", "o3", "o3-mini", "o4-mini", "o1-mini", "o1-mini-2024-09-12", "gpt-4o-realtime-preview-2024-10-01", "gpt-4o-realtime-preview-2024-12-17", "gpt-4o-mini-realtime-preview-2024-12-17", "gpt-realtime-2025-08-28", "gpt-realtime-mini-2025-12-15", "gpt-realtime-2", "gpt-4o-mini-2024-07-18", "gpt-4o-mini", "gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-4-turbo-preview", "gpt-4-0125-preview", "gpt-4-1106-preview", "gpt-4", "gpt-4-0613", "gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-1106", "gpt-3.5-turbo-16k", "gpt-3.5-turbo-0613");
words!(OpenAiModelToolStrictCompatibilityMode: "strip-parameters-with-unsupported-validation", "strip-unsupported-validation");
words!(OpenAiModelPromptCacheRetention: "in_memory", "24h");
words!(OpenAiModelReasoningEffort: "minimal", "none", "low", "medium", "high", "xhigh");
words!(AnthropicModelModel: "claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307", "claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022", "claude-3-7-sonnet-20250219", "claude-opus-4-20250514", "claude-opus-4-5-20251101", "claude-opus-4-6", "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929", "claude-sonnet-4-6", "claude-sonnet-5", "claude-haiku-4-5-20251001");
words!(AnthropicBedrockModelModel: "claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307", "claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022", "claude-3-7-sonnet-20250219", "claude-opus-4-20250514", "claude-opus-4-5-20251101", "claude-opus-4-6", "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929", "claude-sonnet-4-6", "claude-haiku-4-5-20251001", "global.anthropic.claude-haiku-4-5-20251001-v1:0");
words!(GoogleModelModel: "gemini-3.5-flash", "gemini-3.1-flash-lite", "gemini-3-flash-preview", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.0-flash-thinking-exp", "gemini-2.0-pro-exp-02-05", "gemini-2.0-flash", "gemini-2.0-flash-lite", "gemini-2.0-flash-exp", "gemini-2.0-flash-realtime-exp", "gemini-1.5-flash", "gemini-1.5-flash-002", "gemini-1.5-pro", "gemini-1.5-pro-002", "gemini-1.0-pro");
words!(CustomLlmMetadataSendMode: "off", "variable", "destructured");
words!(GroqModelModel: "openai/gpt-oss-20b", "openai/gpt-oss-120b", "deepseek-r1-distill-llama-70b", "llama-3.3-70b-versatile", "llama-3.1-405b-reasoning", "llama-3.1-8b-instant", "llama3-8b-8192", "llama3-70b-8192", "gemma2-9b-it", "moonshotai/kimi-k2-instruct-0905", "meta-llama/llama-4-scout-17b-16e-instruct", "mistral-saba-24b", "compound-beta", "compound-beta-mini");
words!(XaiModelModel: "grok-beta", "grok-2", "grok-3", "grok-4-fast-reasoning", "grok-4-fast-non-reasoning", "grok-4.20-0309-reasoning", "grok-4.20-0309-non-reasoning", "grok-4.3");
words!(DeepSeekModelModel: "deepseek-chat", "deepseek-reasoner");
words!(CerebrasModelModel: "llama3.1-8b", "llama-3.3-70b");
words!(InflectionModelModel: "inflection_3_pi");
words!(MinimaxModelModel: "MiniMax-M2.7");
words!(VapiModelVersion: "latest", "1");
