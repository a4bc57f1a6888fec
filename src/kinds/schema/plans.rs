//! How an agent listens, stops and speaks, and what is kept of a call.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, Value, words};
use super::server::Server;
use super::voice_parts::RegexOption;

/// When the agent begins to speak.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StartSpeaking {
    /// How long it waits, in seconds.
    #[schemars(range(min = 0, max = 5))]
    wait_seconds: Option<f64>,
    /// Let a model decide when the caller is done; `smartEndpointingPlan` has taken its place.
    smart_endpointing_enabled: Option<Value>,
    /// How a model decides when the caller is done.
    smart_endpointing_plan: Option<SmartEndpointing>,
    /// Patterns that make it wait longer or shorter.
    custom_endpointing_rules: Option<Vec<EndpointingRule>>,
    /// How long it waits after what the caller said.
    transcription_endpointing_plan: Option<TranscriptionEndpointing>,
}

/// When the agent lets itself be interrupted.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct StopSpeaking {
    /// How many words the caller must say to interrupt; 0 is at the first sound.
    #[schemars(range(min = 0, max = 10))]
    num_words: Option<f64>,
    /// How long the caller must speak to interrupt, in seconds.
    #[schemars(range(min = 0, max = 0.5))]
    voice_seconds: Option<f64>,
    /// How long the agent stays quiet after an interruption, in seconds.
    #[schemars(range(min = 0, max = 10))]
    backoff_seconds: Option<f64>,
    /// What does not interrupt.
    #[schemars(inner(length(max = 240)))]
    acknowledgement_phrases: Option<Vec<String>>,
    /// What interrupts at once.
    #[schemars(inner(length(max = 240)))]
    interruption_phrases: Option<Vec<String>>,
}

/// How long the agent waits after what the caller said.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TranscriptionEndpointing {
    /// After a full stop, in seconds.
    #[schemars(range(min = 0, max = 3))]
    on_punctuation_seconds: Option<f64>,
    /// After no full stop, in seconds.
    #[schemars(range(min = 0, max = 3))]
    on_no_punctuation_seconds: Option<f64>,
    /// After a number, in seconds.
    #[schemars(range(min = 0, max = 3))]
    on_number_seconds: Option<f64>,
}

/// How a model decides when the caller is done.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SmartEndpointing {
    /// Whose model.
    provider: Open<EndpointingProvider>,
    /// How long it waits, as a function of how sure the model is.
    wait_function: Option<String>,
    /// Your server, and how it is called.
    server: Option<Server>,
}

/// A pattern that makes the agent wait longer or shorter.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum EndpointingRule {
    /// What the agent said.
    #[schemars(rename = "assistant")]
    Assistant(OneSided),
    /// What the caller said.
    #[schemars(rename = "customer")]
    Customer(OneSided),
    /// What both said.
    #[schemars(rename = "both")]
    Both(BothSided),
}

/// A pattern for one side.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OneSided {
    /// A regular expression.
    regex: String,
    /// Options of the regular expression.
    regex_options: Option<Vec<RegexOption>>,
    /// How long, in seconds.
    #[schemars(range(min = 0, max = 15))]
    timeout_seconds: f64,
}

/// A pattern for each side.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct BothSided {
    /// A regular expression for what the agent said.
    assistant_regex: String,
    /// Options of that.
    assistant_regex_options: Option<Vec<RegexOption>>,
    /// A regular expression for what the caller said.
    customer_regex: String,
    /// Options of that.
    customer_regex_options: Option<Vec<RegexOption>>,
    /// How long, in seconds.
    #[schemars(range(min = 0, max = 15))]
    timeout_seconds: f64,
}

/// How others listen in and steer.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Monitor {
    /// Others may listen to the call live.
    listen_enabled: Option<bool>,
    /// Listening needs a key.
    listen_authentication_enabled: Option<bool>,
    /// Others may steer the call live.
    control_enabled: Option<bool>,
    /// Steering needs a key.
    control_authentication_enabled: Option<bool>,
    /// Ids of monitors.
    monitor_ids: Option<Vec<String>>,
}

/// What is kept of a call.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Artifacts {
    /// Record the call.
    recording_enabled: Option<bool>,
    /// The format of recordings.
    recording_format: Option<Closed<ArtifactsRecordingFormat>>,
    /// Store recordings in your own bucket.
    recording_use_custom_storage_enabled: Option<bool>,
    /// Record video too.
    video_recording_enabled: Option<bool>,
    /// Keep all messages, over handoffs too.
    full_message_history_enabled: Option<bool>,
    /// Keep the packets of SIP calls.
    pcap_enabled: Option<bool>,
    /// Folder for the packets.
    pcap_s3_path_prefix: Option<String>,
    /// Store the packets in your own bucket.
    pcap_use_custom_storage_enabled: Option<bool>,
    /// Keep logs of the call.
    logging_enabled: Option<bool>,
    /// Store logs in your own bucket.
    logging_use_custom_storage_enabled: Option<bool>,
    /// How the transcript is written.
    transcript_plan: Option<TranscriptPlan>,
    /// Folder for recordings.
    recording_path: Option<String>,
    /// Ids of structured outputs that are made after the call.
    structured_output_ids: Option<Vec<String>>,
    /// Structured outputs, written out.
    structured_outputs: Option<Vec<Object>>,
    /// Ids of scorecards.
    scorecard_ids: Option<Vec<String>>,
    /// Scorecards, written out.
    scorecards: Option<Vec<Object>>,
    /// Folder for logs.
    logging_path: Option<String>,
}

/// How the transcript is written.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TranscriptPlan {
    /// Whether it is on.
    enabled: Option<bool>,
    /// The name of an agent.
    assistant_name: Option<String>,
    /// What the caller is called.
    user_name: Option<String>,
}

/// How noise is taken out of what the caller says.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Denoising {
    /// Denoising by a model.
    smart_denoising_plan: Option<SmartDenoising>,
    /// Denoising by frequencies.
    fourier_denoising_plan: Option<FourierDenoising>,
}

/// Denoising by a model.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SmartDenoising {
    /// Whether it is on.
    #[schemars(extend("default" = true))]
    enabled: Option<bool>,
}

/// Denoising by frequencies.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct FourierDenoising {
    /// Whether it is on.
    #[schemars(extend("default" = false))]
    enabled: Option<bool>,
    /// Recognise television and music.
    #[schemars(extend("default" = true))]
    media_detection_enabled: Option<bool>,
    /// What is quieter is noise, in decibels.
    #[schemars(range(min = -80, max = 0), extend("default" = -35))]
    static_threshold: Option<f64>,
    /// How far above the background speech has to be, in decibels.
    #[schemars(range(min = -30, max = -5), extend("default" = -15))]
    baseline_offset_db: Option<f64>,
    /// How much is looked at to know the background, in milliseconds.
    #[schemars(range(min = 1000, max = 30000), extend("default" = 3000))]
    window_size_ms: Option<f64>,
    /// Which share of that counts as the background.
    #[schemars(range(min = 1, max = 99), extend("default" = 85))]
    baseline_percentile: Option<f64>,
}

/// Keys that the caller presses.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Keypad {
    /// Whether it is on.
    enabled: Option<bool>,
    /// How long, in seconds.
    #[schemars(range(min = 0, max = 10))]
    timeout_seconds: Option<f64>,
    /// Keys that end the input.
    delimiters: Option<Value>,
}

/// How a voicemail is recognised.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum VoicemailDetection {
    /// By a model of Google.
    #[schemars(rename = "google")]
    Google(ModelDetection),
    /// By a model of OpenAI.
    #[schemars(rename = "openai")]
    Openai(ModelDetection),
    /// By a model of Vapi.
    #[schemars(rename = "vapi")]
    Vapi(ModelDetection),
    /// By Twilio.
    #[schemars(rename = "twilio")]
    Twilio(TwilioDetection),
}

/// A model that recognises voicemails.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ModelDetection {
    /// How long to wait for the beep.
    #[schemars(range(min = 0, max = 30), extend("default" = 30))]
    beep_max_await_seconds: Option<f64>,
    /// When it is tried again.
    backoff_plan: Option<VoicemailBackoff>,
    /// Whether it listens or reads.
    r#type: Option<Closed<ModelDetectionType>>,
}

/// Twilio's recognition of machines.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TwilioDetection {
    /// Twilio's answers that count as a voicemail.
    voicemail_detection_types: Option<Vec<Open<TwilioDetectionVoicemailDetectionTypes>>>,
    /// Whether it is on.
    enabled: Option<bool>,
    /// How long Twilio listens, in seconds.
    #[schemars(range(min = 3, max = 59))]
    machine_detection_timeout: Option<f64>,
    /// Speech that is longer is a machine's, in milliseconds.
    #[schemars(range(min = 1000, max = 6000))]
    machine_detection_speech_threshold: Option<f64>,
    /// Silence that ends speech, in milliseconds.
    #[schemars(range(min = 500, max = 5000))]
    machine_detection_speech_end_threshold: Option<f64>,
    /// Silence at the beginning that counts as a machine's, in milliseconds.
    #[schemars(range(min = 2000, max = 10000))]
    machine_detection_silence_timeout: Option<f64>,
}

/// When it is tried again.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VoicemailBackoff {
    /// When the first try is made.
    #[schemars(range(min = 0), extend("default" = 5))]
    start_at_seconds: Option<f64>,
    /// How long between tries.
    #[schemars(range(min = 2.5), extend("default" = 5))]
    frequency_seconds: Option<f64>,
    /// How many tries.
    #[schemars(range(min = 1, max = 10), extend("default" = 6))]
    max_retries: Option<f64>,
}

words!(EndpointingProvider: "vapi", "livekit", "custom-endpointing-model");
words!(ArtifactsRecordingFormat: "wav;l16", "mp3");
words!(ModelDetectionType: "audio", "transcript");
words!(TwilioDetectionVoicemailDetectionTypes: "machine_start", "human", "fax", "unknown", "machine_end_beep", "machine_end_silence", "machine_end_other");
