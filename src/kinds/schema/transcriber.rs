//! What writes down what the caller says, by provider.

use schemars::JsonSchema;
use super::words::{Open, Value, words};
use super::transcriber_parts::{GladiaVocabulary, TranscriberCommon};
use super::transcriber_others::{SpeechmaticsTranscriber, SonioxTranscriber, CartesiaTranscriber, TalkscriberTranscriber, XaiTranscriber, VapiTranscriber, CustomTranscriber};

/// What writes down what the caller says.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum Transcriber {
    /// Transcribers of Deepgram.
    #[schemars(rename = "deepgram")]
    Deepgram(DeepgramTranscriber),
    /// Transcribers of AssemblyAI.
    #[schemars(rename = "assembly-ai")]
    AssemblyAi(AssemblyTranscriber),
    /// Transcribers of Azure.
    #[schemars(rename = "azure")]
    Azure(AzureTranscriber),
    /// Transcribers of ElevenLabs.
    #[schemars(rename = "11labs")]
    ElevenLabs(ElevenLabsTranscriber),
    /// Transcribers of Gladia.
    #[schemars(rename = "gladia")]
    Gladia(GladiaTranscriber),
    /// Transcribers of OpenAI.
    #[schemars(rename = "openai")]
    Openai(OpenAiTranscriber),
    /// Transcribers of Google.
    #[schemars(rename = "google")]
    Google(GoogleTranscriber),
    /// Transcribers of Speechmatics.
    #[schemars(rename = "speechmatics")]
    Speechmatics(SpeechmaticsTranscriber),
    /// Transcribers of Soniox.
    #[schemars(rename = "soniox")]
    Soniox(SonioxTranscriber),
    /// Transcribers of Cartesia.
    #[schemars(rename = "cartesia")]
    Cartesia(CartesiaTranscriber),
    /// Transcribers of Talkscriber.
    #[schemars(rename = "talkscriber")]
    Talkscriber(TalkscriberTranscriber),
    /// Transcribers of xAI.
    #[schemars(rename = "xai")]
    Xai(XaiTranscriber),
    /// Transcribers of Vapi.
    #[schemars(rename = "vapi")]
    Vapi(VapiTranscriber),
    /// A transcriber of your own.
    #[schemars(rename = "custom-transcriber")]
    CustomTranscriber(CustomTranscriber),
}

/// Transcribers of Deepgram.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct DeepgramTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<DeepgramTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Write dates, numbers and addresses as people do.
    smart_format: Option<bool>,
    /// Keep the audio out of the provider's training.
    #[schemars(extend("default" = false))]
    mip_opt_out: Option<bool>,
    /// Write numbers as digits.
    numerals: Option<bool>,
    /// Leave out what is profane.
    profanity_filter: Option<bool>,
    /// What is blacked out.
    redaction: Option<Vec<Open<DeepgramTranscriberRedaction>>>,
    /// What is less sure than this is dropped.
    #[schemars(range(min = 0, max = 1))]
    confidence_threshold: Option<f64>,
    /// How sure it must be that a turn is over.
    #[schemars(range(min = 0.5, max = 0.9))]
    eot_threshold: Option<f64>,
    /// Silence that ends a turn in any case, in milliseconds.
    #[schemars(range(min = 500, max = 10000))]
    eot_timeout_ms: Option<f64>,
    /// Languages to expect.
    languages: Option<Vec<String>>,
    /// Words to listen for, each perhaps with a boost: `snuffles:2`.
    keywords: Option<Vec<String>>,
    /// Terms to listen for.
    keyterm: Option<Vec<String>>,
    /// Silence that ends an utterance, in milliseconds (Gladia: in seconds).
    #[schemars(range(min = 10, max = 500))]
    endpointing: Option<f64>,
}

/// Transcribers of AssemblyAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AssemblyTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// What is less sure than this is dropped.
    #[schemars(range(min = 0, max = 1))]
    confidence_threshold: Option<f64>,
    /// Punctuation and capitals for finished turns.
    format_turns: Option<bool>,
    /// How sure it must be that the caller is done.
    #[schemars(range(min = 0, max = 1))]
    end_of_turn_confidence_threshold: Option<f64>,
    /// Silence that ends a turn when it is sure, in milliseconds.
    #[schemars(range(min = 0))]
    min_end_of_turn_silence_when_confident: Option<f64>,
    /// How long it may reconsider a word, in milliseconds.
    #[schemars(range(min = 0))]
    word_finalization_max_wait_time: Option<f64>,
    /// Silence that ends a turn in any case, in milliseconds.
    #[schemars(range(min = 0))]
    max_turn_silence: Option<f64>,
    /// Listen for voice as well when deciding that a turn is over.
    vad_assisted_endpointing_enabled: Option<bool>,
    /// How it works.
    mode: Option<Open<AssemblyTranscriberMode>>,
    /// What it should know of the conversation.
    #[schemars(length(max = 1750))]
    prompt: Option<String>,
    /// What the agent said last, for context.
    #[schemars(length(max = 1750))]
    agent_context: Option<String>,
    /// Languages to expect.
    language_codes: Option<Vec<String>>,
    /// Model for speech.
    speech_model: Option<Open<AssemblyTranscriberSpeechModel>>,
    /// Another address of the service.
    realtime_url: Option<String>,
    /// Words to listen for.
    #[schemars(inner(length(max = 2500)))]
    word_boost: Option<Vec<String>>,
    /// Terms to listen for.
    #[schemars(inner(length(max = 50)))]
    keyterms_prompt: Option<Vec<String>>,
    /// Silence that ends an utterance, in milliseconds.
    end_utterance_silence_threshold: Option<f64>,
    /// Leave out what is not final.
    disable_partial_transcripts: Option<bool>,
}

/// Transcribers of Azure.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AzureTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// How speech is cut into segments.
    segmentation_strategy: Option<Open<AzureTranscriberSegmentationStrategy>>,
    /// Silence that ends a segment, in milliseconds.
    #[schemars(range(min = 100, max = 5000))]
    segmentation_silence_timeout_ms: Option<f64>,
    /// The longest segment, in milliseconds.
    #[schemars(range(min = 20000, max = 70000))]
    segmentation_maximum_time_ms: Option<f64>,
}

/// Transcribers of ElevenLabs.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ElevenLabsTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<ElevenLabsTranscriberModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Silence that ends an utterance, in seconds.
    #[schemars(range(min = 0.3, max = 3))]
    silence_threshold_seconds: Option<f64>,
    /// What is less sure than this is dropped.
    #[schemars(range(min = 0.1, max = 0.9))]
    confidence_threshold: Option<f64>,
    /// What is shorter is no speech, in milliseconds.
    #[schemars(range(min = 50, max = 2000))]
    min_speech_duration_ms: Option<f64>,
    /// What is shorter is no silence, in milliseconds.
    #[schemars(range(min = 50, max = 2000))]
    min_silence_duration_ms: Option<f64>,
}

/// Transcribers of Gladia.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GladiaTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<Open<GladiaTranscriberModel>>,
    /// Whether the language is told or found out.
    language_behaviour: Option<Open<GladiaTranscriberLanguageBehaviour>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Languages to expect.
    languages: Option<Value>,
    /// What it should know of the conversation.
    #[schemars(length(max = 600))]
    transcription_hint: Option<String>,
    /// Note laughter and the like.
    prosody: Option<bool>,
    /// Clean the sound up first.
    audio_enhancer: Option<bool>,
    /// What is less sure than this is dropped.
    #[schemars(range(min = 0, max = 1))]
    confidence_threshold: Option<f64>,
    /// Silence that ends an utterance, in milliseconds (Gladia: in seconds).
    #[schemars(range(min = 0.01, max = 10))]
    endpointing: Option<f64>,
    /// How clear speech must be.
    #[schemars(range(min = 0, max = 1))]
    speech_threshold: Option<f64>,
    /// Use the vocabulary below.
    custom_vocabulary_enabled: Option<bool>,
    /// Words to listen for.
    custom_vocabulary_config: Option<GladiaVocabulary>,
    /// Where the provider works on it.
    region: Option<Open<GladiaTranscriberRegion>>,
    /// Send what is not final too.
    receive_partial_transcripts: Option<bool>,
}

/// Transcribers of OpenAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OpenAiTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Open<OpenAiTranscriberModel>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

/// Transcribers of Google.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct GoogleTranscriber {
    #[schemars(flatten)]
    transcriber_common: TranscriberCommon,
    /// The model, as its provider calls it.
    model: Option<String>,
    /// The language, as its provider calls it.
    language: Option<String>,
}

words!(DeepgramTranscriberModel: "nova-3", "nova-3-general", "nova-3-medical", "nova-2", "nova-2-general", "nova-2-meeting", "nova-2-phonecall", "nova-2-finance", "nova-2-conversationalai", "nova-2-voicemail", "nova-2-video", "nova-2-medical", "nova-2-drivethru", "nova-2-automotive", "nova", "nova-general", "nova-phonecall", "nova-medical", "enhanced", "enhanced-general", "enhanced-meeting", "enhanced-phonecall", "enhanced-finance", "base", "base-general", "base-meeting", "base-phonecall", "base-finance", "base-conversationalai", "base-voicemail", "base-video", "whisper", "flux-general-en", "flux-general-multi");
words!(DeepgramTranscriberRedaction: "pci", "pii", "phi", "numbers");
words!(AssemblyTranscriberMode: "max_accuracy", "min_latency", "balanced");
words!(AssemblyTranscriberSpeechModel: "universal-streaming-english", "universal-streaming-multilingual", "universal-3-5-pro");
words!(AzureTranscriberSegmentationStrategy: "Default", "Time", "Semantic");
words!(ElevenLabsTranscriberModel: "scribe_v1", "scribe_v2", "scribe_v2_realtime");
words!(GladiaTranscriberModel: "fast", "accurate", "solaria-1");
words!(GladiaTranscriberLanguageBehaviour: "manual", "automatic single language", "automatic multiple languages");
words!(GladiaTranscriberRegion: "us-west", "eu-west");
words!(OpenAiTranscriberModel: "gpt-4o-transcribe", "gpt-4o-mini-transcribe");
