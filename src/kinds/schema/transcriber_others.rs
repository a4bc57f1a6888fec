//! What writes down what the caller says, by provider: those that are used less.

use schemars::JsonSchema;
use super::words::{Open, Value, words};
use super::server::Server;
use super::transcriber_parts::{SonioxContext, SpeechmaticsWord, TranscriberCommon};

/// Transcribers of Speechmatics.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SpeechmaticsTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<SpeechmaticsTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Precise or quick.
    #[schemars(extend("default" = "enhanced"))]
    operating_point: Option<Open<SpeechmaticsTranscriberOperatingPoint>>,
    /// Where the provider works on it.
    #[schemars(extend("default" = "eu"))]
    region: Option<Open<SpeechmaticsTranscriberRegion>>,
    /// Tell speakers apart.
    #[schemars(extend("default" = false))]
    enable_diarization: Option<bool>,
    /// How long it may reconsider, in milliseconds.
    #[schemars(range(min = 500, max = 10000), extend("default" = 3000))]
    max_delay: Option<f64>,
    /// Words to listen for.
    custom_vocabulary: Option<Vec<SpeechmaticsWord>>,
    /// Numbers as digits or as words.
    #[schemars(extend("default" = "written"))]
    numeral_style: Option<Open<SpeechmaticsTranscriberNumeralStyle>>,
    /// How soon a turn is over.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.5))]
    end_of_turn_sensitivity: Option<f64>,
    /// Leave out hems and haws.
    #[schemars(extend("default" = false))]
    remove_disfluencies: Option<bool>,
    /// What is shorter is no speech, in seconds.
    #[schemars(range(min = 0, max = 5), extend("default" = 0))]
    minimum_speech_duration: Option<f64>,
}

/// Transcribers of Soniox.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SonioxTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<SonioxTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Languages to expect.
    languages: Option<Vec<String>>,
    /// Expect these languages and no others.
    language_hints_strict: Option<bool>,
    /// The longest wait for the end of an utterance, in milliseconds.
    #[schemars(range(min = 500, max = 3000))]
    max_endpoint_delay_ms: Option<f64>,
    /// Words to listen for.
    custom_vocabulary: Option<Vec<String>>,
    /// What it should know of the conversation.
    context_general: Option<Vec<SonioxContext>>,
}

/// Transcribers of Cartesia.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CartesiaTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<CartesiaTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

/// Transcribers of Talkscriber.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TalkscriberTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<TalkscriberTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

/// Transcribers of xAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct XaiTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<XaiTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

/// Transcribers of Vapi.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VapiTranscriber {
    /// Which version.
    version: Option<Value>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Languages to expect.
    languages: Option<Vec<String>>,
    /// Words to listen for, each perhaps with a boost: `snuffles:2`.
    keywords: Option<Value>,
    /// Who decides that a turn is over.
    turn_taking: Option<Open<VapiTranscriberTurnTaking>>,
}

/// A transcriber of your own.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CustomTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// Your server, and how it is called.
    server: Server,
}

words!(SpeechmaticsTranscriberModel: "default");
words!(SpeechmaticsTranscriberOperatingPoint: "standard", "enhanced");
words!(SpeechmaticsTranscriberRegion: "eu", "us");
words!(SpeechmaticsTranscriberNumeralStyle: "written", "spoken");
words!(SonioxTranscriberModel: "stt-rt-v4", "stt-rt-v5");
words!(CartesiaTranscriberModel: "ink-whisper", "ink-2");
words!(TalkscriberTranscriberModel: "whisper");
words!(XaiTranscriberModel: "default");
words!(VapiTranscriberTurnTaking: "intelligent", "manual");
