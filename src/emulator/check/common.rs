//! What occurs in several objects: servers, messages, destinations, hooks.

use super::shape::Shape::{
    Any, Bool, Closed, Dialled, FunctionName, List, ListOr, Number, Open, Tagged, Text, TextOr, Uuid, Words,
};
use super::shape::{Field, Shape, at_least, at_most, may, must, when};

/// `server`. `secret` is not in the document's DTO; assistants have it (observed).
pub(super) const SERVER: Shape = Closed(&[&[
    may("url", Text),
    may("secret", Text),
    may("timeoutSeconds", Number(1.0, 300.0)),
    may("credentialId", Uuid),
    may("staticIpAddressesEnabled", Bool),
    may("encryptedPaths", List(&Text)),
    may("headers", Open),
    may(
        "backoffPlan",
        Closed(&[&[
            must("type", Any),
            must("maxRetries", Number(0.0, 10.0)),
            must("baseDelaySeconds", Number(0.0, 10.0)),
            may("excludedStatusCodes", List(&Any)),
        ]]),
    ),
]]);

/// `function` of a tool.
pub(super) const FUNCTION: Shape = Closed(&[&[
    must("name", FunctionName),
    may("strict", Bool),
    may("description", Text),
    may(
        "parameters",
        Closed(&[&[must("type", Words(&["object"])), must("properties", Open), may("required", List(&Text))]]),
    ),
]]);

/// A message for a model.
pub(super) const CHAT_MESSAGE: Shape =
    Closed(&[&[must("role", Words(&["assistant", "function", "user", "system", "tool"])), may("content", Text)]]);

/// What a tool says while it works.
pub(super) const TOOL_MESSAGE: Shape = Tagged(
    "type",
    &[
        when("request-start", &[SPOKEN, &[may("blocking", Bool)]]),
        when("request-complete", &[SPOKEN, LAST_SPOKEN]),
        when("request-failed", &[SPOKEN, LAST_SPOKEN]),
        when("request-response-delayed", &[SPOKEN, &[may("timingMilliseconds", Number(100.0, 120_000.0))]]),
    ],
);
const SPOKEN: &[Field] = &[may("content", at_most(1000)), may("contents", List(&Open)), may("conditions", List(&Open))];
const LAST_SPOKEN: &[Field] = &[may("role", Words(&["assistant", "system"])), may("endCallAfterSpokenEnabled", Bool)];

/// Where a call can be put through to. `assistantId` is not in the document's DTO for an assistant; it is met.
pub(super) const TRANSFER_DESTINATION: Shape = Tagged(
    "type",
    &[
        when("number", &[TRANSFER, TO_NUMBER]),
        when("sip", &[TRANSFER, TO_SIP]),
        when(
            "assistant",
            &[&[
                must("assistantName", Text),
                may("assistantId", Uuid),
                may("message", TextOr(&Open)),
                may("description", Text),
                may("transferMode", Words(TRANSFER_MODES)),
            ]],
        ),
    ],
);

/// Where a phone number puts a call through to.
pub(super) const FALLBACK_DESTINATION: Shape =
    Tagged("type", &[when("number", &[TRANSFER, TO_NUMBER]), when("sip", &[TRANSFER, TO_SIP])]);

const TRANSFER: &[Field] =
    &[may("message", TextOr(&Open)), may("description", Text), may("callerId", at_most(40)), may("transferPlan", Open)];
const TO_NUMBER: &[Field] =
    &[must("number", Dialled), may("numberE164CheckEnabled", Bool), may("extension", Shape::Length(1, 10))];
const TO_SIP: &[Field] = &[must("sipUri", Text), may("sipHeaders", Open)];
const TRANSFER_MODES: &[&str] = &[
    "rolling-history",
    "swap-system-message-in-history",
    "swap-system-message-in-history-and-remove-transfer-tool-messages",
    "delete-history",
];

/// Where a handoff goes.
pub(super) const HANDOFF_DESTINATION: Shape = Tagged(
    "type",
    &[
        when(
            "assistant",
            &[
                HANDOFF,
                &[
                    may("assistantId", Uuid),
                    may("assistantName", Text),
                    may("assistant", Open),
                    may("assistantOverrides", Open),
                ],
            ],
        ),
        when(
            "squad",
            &[
                HANDOFF,
                &[
                    may("squadId", Uuid),
                    may("squad", Open),
                    may("entryAssistantName", Text),
                    may("squadOverrides", Open),
                ],
            ],
        ),
        when("dynamic", &[&[may("server", SERVER), may("description", Text)]]),
    ],
);
const HANDOFF: &[Field] =
    &[may("contextEngineeringPlan", Open), may("variableExtractionPlan", Open), may("description", Text)];

/// An assistant's hook. `on` is an open word: it can carry options (`customer.speech.timeout[timeout=10]`).
pub(super) const ASSISTANT_HOOK: Shape = Closed(&[&[
    must("on", at_most(1000)),
    must("do", List(&HOOK_ACTION)),
    may("name", at_most(1000)),
    may("filters", List(&Open)),
    may(
        "options",
        Closed(&[&[
            must("timeoutSeconds", Number(1.0, 1000.0)),
            may("triggerMaxCount", Number(1.0, 10.0)),
            may("triggerResetMode", Words(&["onUserSpeech", "never"])),
        ]]),
    ),
]]);

/// `function` and `transfer` are in older documents.
const HOOK_ACTION: Shape = Tagged(
    "type",
    &[
        when("say", &[&[may("exact", TextOr(&List(&Text))), may("prompt", TextOr(&List(&Open)))]]),
        when("tool", &[&[may("toolId", Uuid), may("tool", Open)]]),
        when("message.add", &[&[must("message", CHAT_MESSAGE), may("triggerResponseEnabled", Bool)]]),
        when("transfer", &[&[may("destination", TRANSFER_DESTINATION)]]),
        when("function", &[&[may("function", FUNCTION), may("server", SERVER), may("async", Bool)]]),
    ],
);

/// A phone number's hook. `do` is a list when it rings, one action when it ends.
pub(super) const PHONE_HOOK: Shape = Closed(&[&[
    must("on", Words(&["call.ringing", "call.ending"])),
    may("do", ListOr(&Open)),
    may("filters", List(&Open)),
]]);

/// `voicemailDetection`
pub(super) const VOICEMAIL_DETECTION: Shape = TextOr(&Tagged(
    "provider",
    &[
        when("google", &[DETECTION]),
        when("openai", &[DETECTION]),
        when("vapi", &[DETECTION]),
        when(
            "twilio",
            &[&[
                may("enabled", Bool),
                may("voicemailDetectionTypes", List(&Text)),
                may("machineDetectionTimeout", Number(3.0, 59.0)),
                may("machineDetectionSpeechThreshold", Number(1000.0, 6000.0)),
                may("machineDetectionSpeechEndThreshold", Number(500.0, 5000.0)),
                may("machineDetectionSilenceTimeout", Number(2000.0, 10_000.0)),
            ]],
        ),
    ],
));
const DETECTION: &[Field] = &[
    may("beepMaxAwaitSeconds", Number(0.0, 30.0)),
    may("type", Words(&["audio", "transcript"])),
    may(
        "backoffPlan",
        Closed(&[&[
            may("startAtSeconds", at_least(0.0)),
            may("frequencySeconds", at_least(2.5)),
            may("maxRetries", Number(1.0, 10.0)),
        ]]),
    ),
];
