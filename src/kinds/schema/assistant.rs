//! An agent, which Vapi calls an assistant.

use schemars::JsonSchema;
use super::words::{Closed, Object, Open, TextOr, words};
use super::analysis::{Analysis, Compliance};
use super::hooks::Hook;
use super::model::Model;
use super::plans::{Artifacts, Denoising, Keypad, Monitor, StartSpeaking, StopSpeaking, VoicemailDetection};
use super::server::Server;
use super::transcriber::Transcriber;
use super::voice::Voice;

/// An agent: how it thinks, listens and speaks. These are the fields of a Vapi assistant, as its API has them.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Assistant {
    #[schemars(flatten)]
    old_fields: OldFields,
    /// What writes down what the caller says.
    transcriber: Option<Transcriber>,
    /// The model that thinks what the agent says, and the prompt.
    model: Option<Model>,
    /// The voice.
    voice: Option<Voice>,
    /// What the agent says first; empty: what the model says.
    #[schemars(example = &"Thanks for calling Northwind Dental. How can I help?")]
    first_message: Option<String>,
    /// Whether the caller may interrupt the first message.
    first_message_interruptions_enabled: Option<bool>,
    /// Who speaks first: the agent (as written, or as the model thinks), or the caller.
    first_message_mode: Option<Closed<AssistantFirstMessageMode>>,
    /// How a voicemail is recognised; `off`, or who does it.
    voicemail_detection: Option<TextOr<VoicemailDetection>>,
    /// What your web or phone app is told during the call.
    client_messages: Option<Vec<Open<AssistantClientMessages>>>,
    /// What your server is told during the call.
    server_messages: Option<Vec<Open<AssistantServerMessages>>>,
    /// The longest call, in seconds.
    #[schemars(range(min = 10, max = 43200), example = 600)]
    max_duration_seconds: Option<f64>,
    /// `off`, `office`, or the address of a sound.
    background_sound: Option<String>,
    /// Keep the model's words instead of what was really spoken.
    model_output_in_messages_enabled: Option<bool>,
    /// Settings of the telephone line.
    transport_configurations: Option<Vec<Transport>>,
    /// Traces at Langfuse.
    observability_plan: Option<Observability>,
    /// Credentials for this agent alone; better kept in the organisation.
    credentials: Option<Vec<Object>>,
    /// What is done when something happens.
    hooks: Option<Vec<Hook>>,
    /// The name, 40 characters at most. Vapi shows it; callers do not hear it.
    #[schemars(length(max = 40), example = &"Receptionist")]
    name: Option<String>,
    /// What is said to a voicemail.
    #[schemars(length(max = 1000))]
    voicemail_message: Option<String>,
    /// What is said before hanging up.
    #[schemars(length(max = 1000))]
    end_call_message: Option<String>,
    /// When the agent says one of these, the call ends.
    #[schemars(inner(length(min = 2, max = 140)))]
    end_call_phrases: Option<Vec<String>>,
    /// What the law wants.
    compliance_plan: Option<Compliance>,
    /// Whatever you like to keep with it; callers do not hear of it.
    metadata: Option<Object>,
    /// How noise is taken out of what the caller says.
    background_speech_denoising_plan: Option<Denoising>,
    /// What is made of a call once it is over.
    analysis_plan: Option<Analysis>,
    /// What is kept of a call.
    artifact_plan: Option<Artifacts>,
    /// When the agent begins to speak.
    start_speaking_plan: Option<StartSpeaking>,
    /// When the agent lets itself be interrupted.
    stop_speaking_plan: Option<StopSpeaking>,
    /// How others listen in and steer.
    monitor_plan: Option<Monitor>,
    /// Ids of credentials that the agent uses.
    credential_ids: Option<Vec<String>>,
    /// Your server, told of what happens in the call.
    server: Option<Server>,
    /// Keys that the caller presses.
    keypad_input_plan: Option<Keypad>,
}

/// Settings of the telephone line.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum Transport {
    /// Lines of Twilio.
    #[schemars(rename = "twilio")]
    Twilio(TwilioTransport),
}

/// A line of Twilio.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TwilioTransport {
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 600))]
    timeout: Option<f64>,
    /// Record the call at Twilio.
    record: Option<bool>,
    /// One channel, or one for each side.
    recording_channels: Option<Closed<TwilioTransportRecordingChannels>>,
}

/// Traces of calls.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum Observability {
    /// At Langfuse.
    #[schemars(rename = "langfuse")]
    Langfuse(Langfuse),
}

/// Traces at Langfuse.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Langfuse {
    /// Name of the prompt at Langfuse.
    prompt_name: Option<String>,
    /// Version of the prompt at Langfuse.
    #[schemars(range(min = 1))]
    prompt_version: Option<f64>,
    /// Name of the trace.
    trace_name: Option<String>,
    /// Tags of the trace.
    tags: Vec<String>,
    /// Whatever you like to keep with it; callers do not hear of it.
    metadata: Option<Object>,
}

/// Fields that agents from the dashboard or of older days have, and that Vapi still takes.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OldFields {
    /// How long nobody may speak before the call ends, in seconds.
    #[schemars(range(min = 10), extend("deprecated" = true))]
    silence_timeout_seconds: Option<f64>,
    /// Take noise out of what the caller says.
    #[schemars(extend("deprecated" = true))]
    background_denoising_enabled: Option<bool>,
    /// Record the call.
    #[schemars(extend("deprecated" = true))]
    recording_enabled: Option<bool>,
    /// The model may hang up; a tool of type `endCall` has taken its place.
    #[schemars(extend("deprecated" = true))]
    end_call_function_enabled: Option<bool>,
    /// The model may press keys; a tool of type `dtmf` has taken its place.
    #[schemars(extend("deprecated" = true))]
    dial_keypad_function_enabled: Option<bool>,
    /// Keep nothing of the call; `compliancePlan.hipaaEnabled` has taken its place.
    #[schemars(extend("deprecated" = true))]
    hipaa_enabled: Option<bool>,
    /// Address of your server; `server.url` has taken its place.
    #[schemars(extend("deprecated" = true))]
    server_url: Option<String>,
    /// Secret of your server; `server.secret` has taken its place.
    #[schemars(extend("deprecated" = true))]
    server_url_secret: Option<String>,
    /// What is said when nobody speaks.
    #[schemars(extend("deprecated" = true))]
    message_plan: Option<Object>,
    /// How long it waits before it answers; `startSpeakingPlan` has taken its place.
    #[schemars(range(min = 0), extend("deprecated" = true))]
    response_delay_seconds: Option<f64>,
    /// How long it waits before the model is asked; `startSpeakingPlan` has taken its place.
    #[schemars(range(min = 0), extend("deprecated" = true))]
    llm_request_delay_seconds: Option<f64>,
    /// How many words interrupt; `stopSpeakingPlan` has taken its place.
    #[schemars(range(min = 0), extend("deprecated" = true))]
    num_words_to_interrupt_assistant: Option<f64>,
    /// Say “uh-huh” while the caller speaks.
    #[schemars(extend("deprecated" = true))]
    backchanneling_enabled: Option<bool>,
}

words!(AssistantFirstMessageMode: "assistant-speaks-first", "assistant-speaks-first-with-model-generated-message", "assistant-waits-for-user");
words!(AssistantClientMessages: "conversation-update", "assistant.speechStarted", "function-call", "function-call-result", "hang", "language-changed", "metadata", "model-output", "speech-update", "status-update", "transcript", "tool-calls", "tool-calls-result", "tool.completed", "transfer-update", "user-interrupted", "voice-input", "workflow.node.started", "assistant.started");
words!(AssistantServerMessages: "assistant.started", "assistant.speechStarted", "conversation-update", "end-of-call-report", "function-call", "hang", "language-changed", "language-change-detected", "model-output", "phone-call-control", "speech-update", "status-update", "transcript", "transcript[transcriptType=\"final\"]", "tool-calls", "transfer-destination-request", "handoff-destination-request", "transfer-update", "user-interrupted", "voice-input", "chat.created", "chat.deleted", "session.created", "session.updated", "session.deleted", "call.deleted", "call.delete.failed", "call.artifact.upload");
words!(TwilioTransportRecordingChannels: "mono", "dual");
