//! `model`: 17 providers. Names of models are not checked: new ones come every few weeks.

use super::common::CHAT_MESSAGE;
use super::shape::Shape::{Any, Bool, List, Number, Open, Tagged, Text, Uuid, Words};
use super::shape::{Field, Shape, at_least, at_most, may, must, when};
use super::tool::TOOL;

pub(super) const MODEL: Shape = Tagged(
    "provider",
    &[
        when("anthropic", &[COMMON, SPEAKING, NAMED, THINKING]),
        when("anthropic-bedrock", &[COMMON, SPEAKING, NAMED, THINKING]),
        when("anyscale", &[COMMON, SPEAKING, NAMED]),
        when("cerebras", &[COMMON, SPEAKING, NAMED]),
        when("custom-llm", &[COMMON, SPEAKING, NAMED, CUSTOM]),
        when("deepinfra", &[COMMON, SPEAKING, NAMED]),
        when("deep-seek", &[COMMON, SPEAKING, NAMED]),
        when("google", &[COMMON, SPEAKING, NAMED, &[may("realtimeConfig", Open)]]),
        when("groq", &[COMMON, SPEAKING, NAMED]),
        when("inflection-ai", &[COMMON, SPEAKING, NAMED]),
        when("minimax", &[COMMON, SPEAKING, NAMED]),
        when("openai", &[COMMON, SPEAKING, NAMED, OPENAI]),
        when("openrouter", &[COMMON, SPEAKING, NAMED]),
        when("perplexity-ai", &[COMMON, SPEAKING, NAMED]),
        when("together-ai", &[COMMON, SPEAKING, NAMED]),
        when("xai", &[COMMON, SPEAKING, NAMED]),
        when(
            "vapi",
            &[COMMON, &[may("model", Text), may("version", Any), may("workflowId", Uuid), may("workflow", Open)]],
        ),
    ],
);

/// `knowledgeBaseId` and `systemPrompt` are of older documents.
const COMMON: &[Field] = &[
    may("messages", List(&CHAT_MESSAGE)),
    may("tools", List(&TOOL)),
    may("toolIds", List(&Uuid)),
    may("toolRefs", List(&Open)),
    may("knowledgeBase", Open),
    may("knowledgeBaseId", Uuid),
    may("systemPrompt", Text),
    may("temperature", Number(0.0, 2.0)),
    may("emotionRecognitionEnabled", Bool),
    may("numFastTurns", at_least(0.0)),
];

const SPEAKING: &[Field] = &[may("maxTokens", Number(50.0, 10_000.0))];
const NAMED: &[Field] = &[must("model", Text)];
const THINKING: &[Field] = &[may("thinking", Open)];

const OPENAI: &[Field] = &[
    may("fallbackModels", List(&Text)),
    may(
        "toolStrictCompatibilityMode",
        Words(&["strip-parameters-with-unsupported-validation", "strip-unsupported-validation"]),
    ),
    may("promptCacheRetention", Text),
    may("promptCacheKey", at_most(64)),
    may("reasoningEffort", Words(&["minimal", "none", "low", "medium", "high", "xhigh"])),
];

const CUSTOM: &[Field] = &[
    must("url", Text),
    may("headers", Open),
    may("metadataSendMode", Words(&["off", "variable", "destructured"])),
    may("wordLevelConfidenceEnabled", Bool),
    may("timeoutSeconds", Number(0.0, 300.0)),
];
