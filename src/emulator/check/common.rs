//! Shared parts: servers, messages, destinations, hooks.

use super::shape::Shape::{
    Any, Bool, Dialled, FunctionName, List, ListOr, Number, Open, Tagged, Text, TextOr, Uuid, Words,
};
use super::shape::{Field, Shape, at_least, at_most, closed, fields, variants};

/// `server`. `secret` is not in the document's DTO; assistants have it (observed).
pub(super) const SERVER: Shape = closed![
    url: Text, secret: Text, timeoutSeconds: Number(1.0, 300.0), credentialId: Uuid, staticIpAddressesEnabled: Bool,
    encryptedPaths: List(&Text), headers: Open,
    backoffPlan: closed![
        type! Any, maxRetries! Number(0.0, 10.0), baseDelaySeconds! Number(0.0, 10.0),
        excludedStatusCodes: List(&Any),
    ],
];

/// `function` of a tool.
pub(super) const FUNCTION: Shape = closed![
    name! FunctionName, strict: Bool, description: Text,
    parameters: closed![type! Words("object"), properties! Open, required: List(&Text)],
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

/// Where a phone number transfers a call to.
pub(super) const FALLBACK_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "number": [TRANSFER TO_NUMBER],
        "sip": [TRANSFER TO_SIP],
    ],
);

const TRANSFER: &[Field] = fields![
    message: TextOr(&Open), description: Text, callerId: at_most(40), transferPlan: Open,
];
const TO_NUMBER: &[Field] = fields![number! Dialled, numberE164CheckEnabled: Bool, extension: Shape::Length(1, 10)];
const TO_SIP: &[Field] = fields![sipUri! Text, sipHeaders: Open];
const TRANSFER_MODES: &str = "\
    rolling-history swap-system-message-in-history swap-system-message-in-history-and-remove-transfer-tool-messages \
    delete-history";

/// Where a handoff goes.
pub(super) const HANDOFF_DESTINATION: Shape = Tagged(
    "type",
    variants![
        "assistant": [HANDOFF {assistantId: Uuid, assistantName: Text, assistant: Open, assistantOverrides: Open}],
        "squad": [HANDOFF {squadId: Uuid, squad: Open, entryAssistantName: Text, squadOverrides: Open}],
        "dynamic": [{server: SERVER, description: Text}],
    ],
);
const HANDOFF: &[Field] = fields![contextEngineeringPlan: Open, variableExtractionPlan: Open, description: Text];

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
