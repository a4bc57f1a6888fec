//! Parts of a voice.

use schemars::JsonSchema;
use super::words::{Closed, Open, Value, words};
use super::voice::Voice;

/// What the voices of all providers have.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VoiceCommon {
    /// Keep spoken phrases, so that the next time they are there at once.
    #[schemars(extend("default" = true))]
    caching_enabled: Option<bool>,
    /// How the model's text is cut into pieces to be spoken.
    chunk_plan: Option<ChunkPlan>,
}

/// Voices that take over.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VoiceFallback {
    /// Voices that take over, the first that works.
    voices: Vec<Voice>,
}

/// How the model's text is cut into pieces to be spoken.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ChunkPlan {
    /// Whether it is on.
    enabled: Option<bool>,
    /// The fewest characters of a piece.
    #[schemars(range(min = 1, max = 80))]
    min_characters: Option<f64>,
    /// Where a piece may end.
    punctuation_boundaries: Option<Vec<String>>,
    /// How text is made ready to be spoken.
    format_plan: Option<FormatPlan>,
}

/// How text is made ready to be spoken.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct FormatPlan {
    /// Whether it is on.
    enabled: Option<bool>,
    /// Numbers above it are spoken digit by digit, others as a number.
    #[schemars(range(min = 0))]
    number_to_digits_cutoff: Option<f64>,
    /// What is said in place of what.
    replacements: Option<Vec<Replacement>>,
    /// Which formatters run; all, if none is named.
    formatters_enabled: Option<Vec<Open<FormatPlanFormattersEnabled>>>,
}

/// What is said in place of something.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum Replacement {
    /// This text.
    #[schemars(rename = "exact")]
    Exact(ExactReplacement),
    /// What a regular expression finds.
    #[schemars(rename = "regex")]
    Regex(RegexReplacement),
}

/// A text and what is said in its place.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ExactReplacement {
    /// Replace each one, not only the first.
    #[schemars(extend("default" = false))]
    replace_all_enabled: Option<bool>,
    /// The text.
    key: String,
    /// What is said.
    #[schemars(length(max = 1000))]
    value: String,
}

/// A pattern and what is said in its place.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct RegexReplacement {
    /// A regular expression.
    regex: String,
    /// Options.
    options: Option<Vec<RegexOption>>,
    /// What is said.
    #[schemars(length(max = 1000))]
    value: String,
}

/// An option of a regular expression.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct RegexOption {
    /// Which.
    r#type: Closed<RegexOptionType>,
    /// Whether it is on.
    enabled: bool,
}

/// Speed and volume of Sonic 3 and later.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CartesiaGeneration {
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.6, max = 1.5), extend("default" = 1))]
    speed: Option<f64>,
    /// How loud; 1 is normal.
    #[schemars(range(min = 0.5, max = 2), extend("default" = 1))]
    volume: Option<f64>,
    /// What may change any day.
    experimental: Option<CartesiaExperimental>,
}

/// What may change any day.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CartesiaExperimental {
    /// 1 adapts the accent to the language.
    #[schemars(range(min = 0, max = 1), extend("default" = 0))]
    accent_localization: Option<i64>,
}

/// Speed and emotion of older Sonic models.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CartesiaControls {
    /// How fast it speaks; 1 is normal.
    speed: Option<Value>,
    /// With what feeling.
    emotion: Option<Value>,
}

/// A pronunciation dictionary at ElevenLabs.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ElevenLabsDictionary {
    /// Id of the dictionary.
    pronunciation_dictionary_id: String,
    /// Version of the dictionary.
    version_id: Option<String>,
}

/// A pronunciation dictionary.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VapiDictionary {
    /// Id of a pronunciation dictionary.
    pronunciation_dict_id: String,
    /// Version of the dictionary.
    version_id: Option<String>,
    /// Whose dictionary it is.
    provider: Option<String>,
}

/// A conversation at Tavus.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TavusConversation {
    /// The longest call, in seconds.
    max_call_duration: Option<f64>,
    /// How long it goes on when nobody is left, in seconds.
    participant_left_timeout: Option<f64>,
    /// How long it waits for somebody, in seconds.
    participant_absent_timeout: Option<f64>,
    /// Record the conversation.
    enable_recording: Option<bool>,
    /// Write down the conversation.
    enable_transcription: Option<bool>,
    /// Put a green background behind the persona.
    apply_greenscreen: Option<bool>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Bucket for recordings.
    recording_s3_bucket_name: Option<String>,
    /// Region of the bucket.
    recording_s3_bucket_region: Option<String>,
    /// Role that may write into the bucket.
    aws_assume_role_arn: Option<String>,
}

words!(FormatPlanFormattersEnabled: "markdown", "asterisk", "quote", "dash", "newline", "colon", "acronym", "dollarAmount", "email", "date", "time", "distance", "unit", "percentage", "phoneNumber", "number", "stripAsterisk");
words!(RegexOptionType: "ignore-case", "whole-word", "multi-line");
