//! Parts of a transcriber.

use schemars::JsonSchema;
use super::words::{TextOr};
use super::transcriber::Transcriber;

/// What the transcribers of all providers have.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TranscriberCommon {
    /// What takes over when the provider fails.
    fallback_plan: Option<TranscriberFallback>,
}

/// Transcribers that take over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TranscriberFallback {
    /// Transcribers that take over, the first that works.
    transcribers: Option<Vec<Transcriber>>,
}

/// Words that Gladia listens for.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GladiaVocabulary {
    /// Words, or words with pronunciations.
    vocabulary: Vec<TextOr<GladiaWord>>,
    /// How much they are preferred.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.5))]
    default_intensity: Option<f64>,
}

/// A word that Gladia listens for.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GladiaWord {
    /// The word.
    value: String,
    /// How it sounds.
    pronunciations: Option<Vec<String>>,
    /// How much it is preferred.
    #[schemars(range(min = 0, max = 1))]
    intensity: Option<f64>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

/// A word that Speechmatics listens for.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SpeechmaticsWord {
    /// The word.
    #[schemars(length(min = 1))]
    content: String,
    /// How it is misheard.
    sounds_like: Option<Vec<String>>,
}

/// What Soniox should know of the conversation.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SonioxContext {
    /// What about: domain, topic …
    #[schemars(length(min = 1))]
    key: String,
    /// What of it.
    #[schemars(length(min = 1))]
    value: String,
}
