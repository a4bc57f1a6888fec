//! Shared parts: servers, messages, destinations, hooks.

use super::shape::Shape::{
    Any, Bool, ClosedBy, Dialled, List, ListOr, Number, Open, Tagged, Text, TextOr, Uuid, Words,
};
use super::shape::{FUNCTION_NAME, Field, Shape, at_least, at_most, closed, fields, variants};
use super::{assistant, squad};

/// `server`. `secret` is not in the document's DTO; assistants have it (observed).
pub(super) const SERVER: Shape = closed![
    url: Text, secret: Text, timeoutSeconds: Number(1.0, 300.0), credentialId: Uuid, staticIpAddressesEnabled: Bool,
    encryptedPaths: List(&Text), headers: Open,
    backoffPlan: BACKOFF,
];

/// `backoffPlan`
pub(super) const BACKOFF: Shape = closed![
    type! Any, maxRetries! Number(0.0, 10.0), baseDelaySeconds! Number(0.0, 10.0), excludedStatusCodes: List(&Any),
];

/// `function` of a tool.
pub(super) const FUNCTION: Shape = closed![
    name! FUNCTION_NAME, strict: Bool, description: Text,
    parameters: closed![
        type! Words("object"), properties! Open, required: List(&Text), additionalProperties: Any,
    ],
];

/// A message for a model.
pub(super) const CHAT_MESSAGE: Shape = closed![role! Words("assistant function user system tool"), content: Text];

/// What a tool says while it runs.
pub(super) const TOOL_MESSAGE: Shape = Tagged(
    "type",
    variants![
        "request-start": [SPOKEN {blocking: Bool}],
        "request-complete" "request-failed": [SPOKEN LAST_SPOKEN],
        "request-response-delayed": [SPOKEN {timingMilliseconds: Number(100.0, 120_000.0)}],
    ],
);
const SPOKEN: &[Field] = fields![content: at_most(1000), contents: List(&Open), conditions: List(&Open)];
const LAST_SPOKEN: &[Field] = fields![role: Words("assistant system"), endCallAfterSpokenEnabled: Bool];

/// Where a call can be transferred to. `assistantId` is not in the document's DTO for an assistant (observed).
pub(super) const TRANSFER_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "number": [TRANSFER TO_NUMBER],
        "sip": [TRANSFER TO_SIP],
        "assistant": [{
            assistantName! Text, assistantId: Uuid, message: TextOr(&Open), description: Text,
            transferMode: Words(TRANSFER_MODES),
        }],
    ],
);

/// Where a member of a squad sends a call: as a transfer names its assistant, or as a handoff.
pub(super) const MEMBER_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "assistant": [HANDOFF {
            assistantName: Text, assistantId: Uuid, assistant: ClosedBy(|| assistant::FIELDS),
            assistantOverrides: ClosedBy(|| assistant::OVERRIDES), message: TextOr(&Open),
            transferMode: Words(TRANSFER_MODES),
        }],
    ],
);

/// Where a phone number transfers a call to.
pub(super) const FALLBACK_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "number": [TRANSFER TO_NUMBER],
        "sip": [TRANSFER TO_SIP],
    ],
);

const TRANSFER: &[Field] = fields![
    message: TextOr(&Open), description: Text, callerId: at_most(40), transferPlan: TRANSFER_PLAN,
];
const TO_NUMBER: &[Field] = fields![number! Dialled, numberE164CheckEnabled: Bool, extension: Shape::Length(1, 10)];
const TO_SIP: &[Field] = fields![sipUri! Text, sipHeaders: Open];
const TRANSFER_MODES: &str = "\
    rolling-history swap-system-message-in-history swap-system-message-in-history-and-remove-transfer-tool-messages \
    delete-history";

const TRANSFER_PLAN: Shape = closed![
    mode! Words(
        "blind-transfer blind-transfer-add-summary-to-sip-header warm-transfer-say-message warm-transfer-say-summary \
         warm-transfer-twiml warm-transfer-wait-for-operator-to-speak-first-and-then-say-message \
         warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary warm-transfer-experimental",
    ),
    message: TextOr(&Open), timeout: Number(1.0, 600.0), sipVerb: Words("refer bye dial"),
    dialTimeout: Number(1.0, 600.0), holdAudioUrl: Text, transferCompleteAudioUrl: Text,
    contextEngineeringPlan: CONTEXT, twiml: at_most(4096), summaryPlan: Open, sipHeadersInReferToEnabled: Bool,
    fallbackPlan: closed![message! TextOr(&Open), endCallEnabled: Bool],
];

const CONTEXT: Shape = Tagged(
    "type",
    variants![
        "lastNMessages": [{maxMessages! at_least(0.0)}],
        "none" "all" "userAndAssistantMessages" "previousAssistantMessages": [],
    ],
);

/// Where a handoff goes.
pub(super) const HANDOFF_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "assistant": [HANDOFF {
            assistantId: Uuid, assistantName: Text, assistant: ClosedBy(|| assistant::FIELDS),
            assistantOverrides: ClosedBy(|| assistant::OVERRIDES),
        }],
        "squad": [HANDOFF {
            squadId: Uuid, squad: ClosedBy(|| squad::FIELDS), entryAssistantName: Text,
            squadOverrides: ClosedBy(|| assistant::OVERRIDES),
        }],
        "dynamic": [{server: SERVER, description: Text}],
    ],
);
const HANDOFF: &[Field] =
    fields![contextEngineeringPlan: CONTEXT, variableExtractionPlan: EXTRACTION, description: Text];

/// `variableExtractionPlan`
pub(super) const EXTRACTION: Shape = closed![
    schema: Open, aliases: List(&closed![key! ALIAS, value! at_most(10_000)]),
];
const ALIAS: Shape = Shape::Matches(
    |text| text.len() <= 40 && is_word(text, |first| first.is_ascii_alphabetic(), |c| c.is_ascii_alphanumeric()),
    "must match /^[a-zA-Z][a-zA-Z0-9_]*$/ regular expression",
);

/// Whether a text begins with such a letter and goes on with such letters and underscores.
pub(super) fn is_word(text: &str, first: fn(char) -> bool, others: fn(char) -> bool) -> bool {
    text.starts_with(first) && text.chars().all(|c| others(c) || c == '_')
}

/// An assistant's hook. `on` is any text: it can have options (`customer.speech.timeout[timeout=10]`).
pub(super) const ASSISTANT_HOOK: Shape = closed![
    on! at_most(1000), do! List(&HOOK_ACTION), name: at_most(1000), filters: List(&Open),
    options: closed![
        timeoutSeconds! Number(1.0, 1000.0), triggerMaxCount: Number(1.0, 10.0),
        triggerResetMode: Words("onUserSpeech never"),
    ],
];

/// `function` and `transfer` are in older documents.
const HOOK_ACTION: Shape = Tagged(
    "type",
    variants![
        "say": [{exact: TextOr(&List(&Text)), prompt: TextOr(&List(&Open))}],
        "tool": [{toolId: Uuid, tool: Open}],
        "message.add": [{message! CHAT_MESSAGE, triggerResponseEnabled: Bool}],
        "transfer": [{destination: TRANSFER_DESTINATION}],
        "function": [{function: FUNCTION, server: SERVER, async: Bool}],
    ],
);

/// A phone number's hook. `do` is a list for `call.ringing`, one action for `call.ending`.
pub(super) const PHONE_HOOK: Shape = closed![
    on! Words("call.ringing call.ending"), do: ListOr(&Open), filters: List(&Open),
];

/// `voicemailDetection`
pub(super) const VOICEMAIL_DETECTION: Shape = TextOr(&Tagged(
    "provider",
    variants![
        "google" "openai" "vapi": [DETECTION],
        "twilio": [{
            enabled: Bool, voicemailDetectionTypes: List(&Text), machineDetectionTimeout: Number(3.0, 59.0),
            machineDetectionSpeechThreshold: Number(1000.0, 6000.0),
            machineDetectionSpeechEndThreshold: Number(500.0, 5000.0),
            machineDetectionSilenceTimeout: Number(2000.0, 10_000.0),
        }],
    ],
));
const DETECTION: &[Field] = fields![
    beepMaxAwaitSeconds: Number(0.0, 30.0), type: Words("audio transcript"),
    backoffPlan: closed![
        startAtSeconds: at_least(0.0), frequencySeconds: at_least(2.5), maxRetries: Number(1.0, 10.0),
    ],
];
