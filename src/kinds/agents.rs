//! Agents, which Vapi calls assistants.
//!
//! Source: Vapi's OpenAPI document (`CreateAssistantDTO`, `UpdateAssistantDTO`, `Assistant`), unless a row says
//! otherwise.

use super::parts::analysis::{ANALYSIS, COMPLIANCE};
use super::parts::common::{MANAGED, NESTED, hook_key};
use super::parts::hook::HOOK;
use super::parts::model::MODEL;
use super::parts::plans::{ARTIFACTS, DENOISING, KEYPAD, MONITOR, START_SPEAKING, STOP_SPEAKING, VOICEMAIL_DETECTION};
use super::parts::server::MAIN_SERVER;
use super::parts::transcriber::TRANSCRIBER;
use super::parts::voice::VOICE;
use super::parts::words::{ASSISTANT_CLIENT_MESSAGES, ASSISTANT_FIRST_MESSAGE_MODE, ASSISTANT_SERVER_MESSAGES};
use super::{Kind, PLAIN};
use crate::kinds::table::Literal::{Flag, Number, Word, Words};
use crate::kinds::table::Rewrite::{Moved, Trimmed};
use crate::kinds::table::Shape::{Either, Object, OneOf};
use crate::kinds::table::{
    TEXT, any, field, flag, list, managed, mapping, number, object, one_of, open, sized, table, text, texts, union,
    words,
};

pub(super) static KIND: Kind = Kind {
    section: "agents",
    option: "agents",
    word: "agent",
    noun: "agent",
    nouns: "agents",
    id_key: "vapi_assistant_id",
    endpoint: "/assistant",
    dashboard: "assistants",
    is_everywhere: true,
    config: Object(&ASSISTANT),
    ..PLAIN
};

table! { ASSISTANT: "Assistant",
    "An agent: its model, transcriber, voice and behaviour. These are the fields of a Vapi assistant.",
    at "assistants", with METADATA OLD_FIELDS MANAGED;
    // Observed, but in no Create or Update DTO.
    managed("isServerUrlSecretSet"),
    managed("analyticsMetadata"),
    managed("isDeleted"),
    managed("workflowIds"),
    managed("latestVersion"),
    managed("modelDeprecations"),
    one_of("transcriber", &TRANSCRIBER, "What turns the caller's speech into text."),
    one_of("model", &MODEL, "The language model, with its prompt and tools."),
    one_of("voice", &VOICE, "The voice of the agent."),
    text("firstMessage", "What the agent says first. Without it, the agent waits for the caller.")
        .such_as(&["Thanks for calling Northwind Dental. How can I help?"]).see("assistants/quickstart")
        .rewritten(Trimmed),
    flag("firstMessageInterruptionsEnabled", "Let the caller interrupt the first message.").by_default(Flag(false)),
    words("firstMessageMode", ASSISTANT_FIRST_MESSAGE_MODE,
        "Who speaks first: the agent, with `firstMessage` or words of the model, or the caller.")
        .by_default(Word("assistant-speaks-first")),
    field("voicemailDetection", Either(&[TEXT, OneOf(&VOICEMAIL_DETECTION)]),
        "How a voicemail is detected: `off`, or a plan by provider.").by_default(Word("off")),
    list("clientMessages", &const { open(ASSISTANT_CLIENT_MESSAGES) },
        "The messages that your web or mobile app gets during a call.").as_set().by_default(Words(CLIENT_MESSAGES)),
    list("serverMessages", &const { open(ASSISTANT_SERVER_MESSAGES) },
        "The messages that your server gets during a call.")
        .as_set().by_default(Words(SERVER_MESSAGES)).see("server-url/events"),
    number("maxDurationSeconds", "The longest call, in seconds.").within(10.0, 43200.0).by_default(Number(600.0)),
    text("backgroundSound", "Background sound: `off`, `office`, or the address of an audio file."),
    flag("modelOutputInMessagesEnabled",
        "Keep the model's text in the conversation history in place of the transcript of what was spoken.")
        .by_default(Flag(false)),
    list("transportConfigurations", &OneOf(&TRANSPORT), "Settings of the telephony provider."),
    one_of("observabilityPlan", &OBSERVABILITY, "Where traces of calls are sent."),
    list("credentials", &Object(&CREDENTIAL),
        "Credentials for this agent alone. Prefer credentials of the organisation."),
    list("hooks", &Object(&HOOK), "Actions that run on events of a call.").keyed(hook_key),
    text("name", "The name, up to 40 characters. Callers do not hear it.").longest(40).such_as(&["Receptionist"]),
    text("voicemailMessage", "What the agent says to a voicemail. Without it, the agent hangs up.")
        .longest(1000).rewritten(Trimmed),
    text("endCallMessage", "What the agent says before it hangs up.").longest(1000).rewritten(Trimmed),
    list("endCallPhrases", &const { sized(2, 140) }, "When the agent says one of these phrases, the call ends."),
    object("compliancePlan", &COMPLIANCE, "Compliance: HIPAA, PCI, security filters and consent to recording."),
    object("backgroundSpeechDenoisingPlan", &DENOISING, "How background noise and speech are filtered out."),
    object("analysisPlan", &ANALYSIS, "What Vapi makes of a call after its end: summary, data, success."),
    object("artifactPlan", &ARTIFACTS, "What is stored of a call: recording, transcript, logs."),
    object("startSpeakingPlan", &START_SPEAKING, "When the agent starts to speak."),
    object("stopSpeakingPlan", &STOP_SPEAKING, "When the agent stops to listen to the caller."),
    object("monitorPlan", &MONITOR, "Live listening and control of a call."),
    texts("credentialIds", "Ids of the credentials that calls of this agent use.")
        .as_set().see("customization/provider-keys"),
    object("server", &MAIN_SERVER, "Your server, which gets the messages of a call.").see("server-url"),
    object("keypadInputPlan", &KEYPAD, "How keys that the caller presses are handled."),
}

table! { METADATA;
    mapping("metadata", "Data of your own. Callers never hear it.").free(),
}

union! { TRANSPORT: "Transport", "Settings of the telephone line.",
    by text("provider", "The provider of the line.");
    "twilio" = TWILIO_TRANSPORT, "Calls over Twilio.";
}

table! { TWILIO_TRANSPORT;
    number("timeout", "How long to let it ring, in seconds.").within(1.0, 600.0),
    flag("record", "Record the call at Twilio."),
    words("recordingChannels", &["mono", "dual"], "One channel, or one per side."),
}

union! { OBSERVABILITY: "Observability", "Where traces of calls are sent.", at "providers/observability/langfuse",
    by text("provider", "Where traces are sent.");
    "langfuse" = LANGFUSE, "Langfuse.";
}

table! { LANGFUSE, at "providers/observability/langfuse";
    text("promptName", "Name of the prompt at Langfuse."),
    number("promptVersion", "Version of the prompt at Langfuse.").from(1.0),
    text("traceName", "Name of the trace."),
    texts("tags", "Tags of the trace.").must(),
    mapping("metadata", "Data of your own. Callers never hear it."),
}

table! { OLD_FIELDS;
    number("silenceTimeoutSeconds", "Silence that ends the call, in seconds.").from(10.0).old(),
    flag("backgroundDenoisingEnabled", "Filter background noise. Deprecated: use `backgroundSpeechDenoisingPlan`.")
        .old().rewritten(Moved("backgroundSpeechDenoisingPlan")),
    flag("recordingEnabled", "Record the call. Deprecated: use `artifactPlan.recordingEnabled`.")
        .old().rewritten(Moved("artifactPlan.recordingEnabled")),
    flag("endCallFunctionEnabled", "Let the model end the call. Deprecated: use a tool of type `endCall`.").old(),
    flag("dialKeypadFunctionEnabled", "Let the model press keys. Deprecated: use a tool of type `dtmf`.").old(),
    flag("hipaaEnabled", "Store nothing of the call. Deprecated: use `compliancePlan.hipaaEnabled`.")
        .old().rewritten(Moved("compliancePlan.hipaaEnabled")),
    text("serverUrl", "Address of your server. Deprecated: use `server.url`.").old().rewritten(Moved("server.url")),
    text("serverUrlSecret", "Secret of your server. Deprecated: use `server.secret`.").old().secret()
        .rewritten(Moved("server.secret")),
    mapping("messagePlan", "What the agent says when the caller is silent. Deprecated: use `hooks`.").old(),
    number("responseDelaySeconds", "Delay before the agent answers, in seconds. Deprecated: use `startSpeakingPlan`.")
        .from(0.0).old().rewritten(Moved("startSpeakingPlan.waitSeconds")),
    number("llmRequestDelaySeconds",
        "Delay before the model is asked, in seconds. Deprecated: use `startSpeakingPlan`.").from(0.0).old(),
    number("numWordsToInterruptAssistant", "How many words interrupt the agent. Deprecated: use `stopSpeakingPlan`.")
        .from(0.0).old().rewritten(Moved("stopSpeakingPlan.numWords")),
    flag("backchannelingEnabled", "Say “uh-huh” while the caller speaks. Deprecated.").old(),
}

table! { CREDENTIAL: "Credential",
    "A credential for this agent alone.", with NESTED, rest any("", "Part of the credential.").secret();
    text("provider", "The provider that the credential is for."),
    text("name", "The name."),
}

/// Vapi's default, from the description of `clientMessages` in the document.
#[rustfmt::skip]
const CLIENT_MESSAGES: &[&str] = &[
    "conversation-update", "function-call", "hang", "model-output", "speech-update", "status-update", "transfer-update",
    "transcript", "tool-calls", "user-interrupted", "voice-input", "workflow.node.started", "assistant.started",
];

/// The same for `serverMessages`.
#[rustfmt::skip]
const SERVER_MESSAGES: &[&str] = &[
    "conversation-update", "end-of-call-report", "function-call", "hang", "speech-update", "status-update",
    "tool-calls", "transfer-destination-request", "handoff-destination-request", "user-interrupted", "assistant.started",
];
