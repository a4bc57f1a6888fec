//! `model`: 17 providers. Model names are not checked: they change every few weeks.

use super::common::CHAT_MESSAGE;
use super::shape::Shape::{Any, Bool, List, Number, Open, Tagged, TaggedOrOpen, Text, Uuid, Words};
use super::shape::{Field, Shape, Variant, at_least, at_most, closed, fields, variants};
use super::tool::TOOL;

pub(super) const MODEL: Shape = Tagged("provider", PROVIDERS);
/// That of overrides, where Vapi may also take a part without a provider.
pub(super) const MODEL_PART: Shape = TaggedOrOpen("provider", PROVIDERS);

const PROVIDERS: &[Variant] = variants![
        "anthropic" "anthropic-bedrock": [COMMON SPEAKING NAMED THINKING],
        "anyscale" "cerebras": [COMMON SPEAKING NAMED],
        "custom-llm": [COMMON SPEAKING NAMED CUSTOM],
        "deepinfra" "deep-seek": [COMMON SPEAKING NAMED],
        "google": [COMMON SPEAKING NAMED {realtimeConfig: Open}],
        "groq" "inflection-ai" "minimax": [COMMON SPEAKING NAMED],
        "openai": [COMMON SPEAKING NAMED OPENAI],
        "openrouter" "perplexity-ai" "together-ai" "xai": [COMMON SPEAKING NAMED],
        "vapi": [COMMON {model: Text, version: Any, workflowId: Uuid, workflow: Open}],
];

/// `knowledgeBaseId` and `systemPrompt` are from older documents.
const COMMON: &[Field] = fields![
    messages: List(&CHAT_MESSAGE), tools: List(&TOOL), toolIds: List(&Uuid), toolRefs: List(&closed![toolId! Uuid, version! Text]),
    knowledgeBase: Open, knowledgeBaseId: Uuid, systemPrompt: Text, temperature: Number(0.0, 2.0),
    emotionRecognitionEnabled: Bool, numFastTurns: at_least(0.0),
];

const SPEAKING: &[Field] = fields![maxTokens: Number(50.0, 10_000.0)];
const NAMED: &[Field] = fields![model! Text];
const THINKING: &[Field] = fields![thinking: Open];

const OPENAI: &[Field] = fields![
    fallbackModels: List(&Text),
    toolStrictCompatibilityMode: Words("strip-parameters-with-unsupported-validation strip-unsupported-validation"),
    promptCacheRetention: Text, promptCacheKey: at_most(64),
    reasoningEffort: Words("minimal none low medium high xhigh"),
];

const CUSTOM: &[Field] = fields![
    url! Text, headers: Open, metadataSendMode: Words("off variable destructured"), wordLevelConfidenceEnabled: Bool,
    timeoutSeconds: Number(0.0, 300.0),
];
