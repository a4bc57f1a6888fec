//! The fields of an assistant.

use super::common::{ASSISTANT_HOOK, SERVER, VOICEMAIL_DETECTION};
use super::model::MODEL;
use super::shape::Shape::{Any, Bool, Closed, Length, List, Number, Open, Tagged, Text, TextOr, Uuid, Words};
use super::shape::{Field, Shape, at_least, at_most, may, must, when};
use super::transcriber::TRANSCRIBER;
use super::voice::VOICE;

/// All of them.
pub(super) const FIELDS: &[&[Field]] = &[DOCUMENTED, OBSERVED];

/// Those of the document's Create and Update DTO.
const DOCUMENTED: &[Field] = &[
    may("name", at_most(40)),
    may("model", MODEL),
    may("voice", VOICE),
    may("transcriber", TRANSCRIBER),
    may("firstMessage", Text),
    may("firstMessageInterruptionsEnabled", Bool),
    may(
        "firstMessageMode",
        Words(&[
            "assistant-speaks-first",
            "assistant-speaks-first-with-model-generated-message",
            "assistant-waits-for-user",
        ]),
    ),
    may("voicemailDetection", VOICEMAIL_DETECTION),
    may("voicemailMessage", at_most(1000)),
    may("endCallMessage", at_most(1000)),
    may("endCallPhrases", List(&Length(2, 140))),
    may("clientMessages", List(&Words(CLIENT_MESSAGES))),
    may("serverMessages", List(&Words(SERVER_MESSAGES))),
    may("maxDurationSeconds", Number(10.0, 43_200.0)),
    may("backgroundSound", Text),
    may("modelOutputInMessagesEnabled", Bool),
    may("transportConfigurations", List(&TRANSPORT)),
    may("observabilityPlan", OBSERVABILITY),
    may("credentials", List(&Open)),
    may("credentialIds", List(&Uuid)),
    may("hooks", List(&ASSISTANT_HOOK)),
    may("compliancePlan", COMPLIANCE),
    may("metadata", Open),
    may("backgroundSpeechDenoisingPlan", DENOISING),
    may("analysisPlan", ANALYSIS),
    may("artifactPlan", ARTIFACTS),
    may("startSpeakingPlan", START_SPEAKING),
    may("stopSpeakingPlan", STOP_SPEAKING),
    may("monitorPlan", MONITOR),
    may("server", SERVER),
    may("keypadInputPlan", KEYPAD),
];

/// Those that assistants made in the dashboard or long ago carry, and that go through a PATCH (observed).
const OBSERVED: &[Field] = &[
    may("silenceTimeoutSeconds", at_least(10.0)),
    may("backgroundDenoisingEnabled", Bool),
    may("recordingEnabled", Bool),
    may("endCallFunctionEnabled", Bool),
    may("dialKeypadFunctionEnabled", Bool),
    may("hipaaEnabled", Bool),
    may("serverUrl", Text),
    may("serverUrlSecret", Text),
    may("messagePlan", Open),
    may("responseDelaySeconds", at_least(0.0)),
    may("llmRequestDelaySeconds", at_least(0.0)),
    may("numWordsToInterruptAssistant", at_least(0.0)),
    may("backchannelingEnabled", Bool),
];

const CLIENT_MESSAGES: &[&str] = &[
    "conversation-update",
    "assistant.speechStarted",
    "function-call",
    "function-call-result",
    "hang",
    "language-changed",
    "metadata",
    "model-output",
    "speech-update",
    "status-update",
    "transcript",
    "tool-calls",
    "tool-calls-result",
    "tool.completed",
    "transfer-update",
    "user-interrupted",
    "voice-input",
    "workflow.node.started",
    "assistant.started",
];

const SERVER_MESSAGES: &[&str] = &[
    "assistant.started",
    "assistant.speechStarted",
    "conversation-update",
    "end-of-call-report",
    "function-call",
    "hang",
    "language-changed",
    "language-change-detected",
    "model-output",
    "phone-call-control",
    "speech-update",
    "status-update",
    "transcript",
    "transcript[transcriptType=\"final\"]",
    "tool-calls",
    "transfer-destination-request",
    "handoff-destination-request",
    "transfer-update",
    "user-interrupted",
    "voice-input",
    "chat.created",
    "chat.deleted",
    "session.created",
    "session.updated",
    "session.deleted",
    "call.deleted",
    "call.delete.failed",
    "call.artifact.upload",
];

const TRANSPORT: Shape = Tagged(
    "provider",
    &[when(
        "twilio",
        &[&[
            may("timeout", Number(1.0, 600.0)),
            may("record", Bool),
            may("recordingChannels", Words(&["mono", "dual"])),
        ]],
    )],
);

const OBSERVABILITY: Shape = Tagged(
    "provider",
    &[when(
        "langfuse",
        &[&[
            must("tags", List(&Text)),
            may("promptName", Text),
            may("promptVersion", at_least(1.0)),
            may("traceName", Text),
            may("metadata", Open),
        ]],
    )],
);

const COMPLIANCE: Shape = Closed(&[&[
    may("hipaaEnabled", Bool),
    may("pciEnabled", Bool),
    may("securityFilterPlan", Open),
    may("recordingConsentPlan", Open),
]]);

const DENOISING: Shape = Closed(&[&[
    may("smartDenoisingPlan", Closed(&[&[may("enabled", Bool)]])),
    may(
        "fourierDenoisingPlan",
        Closed(&[&[
            may("enabled", Bool),
            may("mediaDetectionEnabled", Bool),
            may("staticThreshold", Number(-80.0, 0.0)),
            may("baselineOffsetDb", Number(-30.0, -5.0)),
            may("windowSizeMs", Number(1000.0, 30_000.0)),
            may("baselinePercentile", Number(1.0, 99.0)),
        ]]),
    ),
]]);

const ANALYSIS: Shape = Closed(&[&[
    may("minMessagesThreshold", at_least(0.0)),
    may("summaryPlan", Closed(&[ASKED])),
    may("structuredDataPlan", Closed(&[ASKED, &[may("schema", Open)]])),
    may("structuredDataMultiPlan", List(&Open)),
    may("successEvaluationPlan", Closed(&[ASKED, &[may("rubric", Words(RUBRICS))]])),
    may("outcomeIds", List(&Text)),
]]);
const ASKED: &[Field] = &[may("messages", List(&Open)), may("enabled", Bool), may("timeoutSeconds", Number(1.0, 60.0))];
const RUBRICS: &[&str] = &[
    "NumericScale",
    "DescriptiveScale",
    "Checklist",
    "Matrix",
    "PercentageScale",
    "LikertScale",
    "AutomaticRubric",
    "PassFail",
];

const ARTIFACTS: Shape = Closed(&[&[
    may("recordingEnabled", Bool),
    may("recordingFormat", Words(&["wav;l16", "mp3"])),
    may("recordingUseCustomStorageEnabled", Bool),
    may("videoRecordingEnabled", Bool),
    may("fullMessageHistoryEnabled", Bool),
    may("pcapEnabled", Bool),
    may("pcapS3PathPrefix", Text),
    may("pcapUseCustomStorageEnabled", Bool),
    may("loggingEnabled", Bool),
    may("loggingUseCustomStorageEnabled", Bool),
    may("loggingPath", Text),
    may("transcriptPlan", Closed(&[&[may("enabled", Bool), may("assistantName", Text), may("userName", Text)]])),
    may("recordingPath", Text),
    may("structuredOutputIds", List(&Uuid)),
    may("structuredOutputs", List(&Open)),
    may("scorecardIds", List(&Uuid)),
    may("scorecards", List(&Open)),
]]);

const START_SPEAKING: Shape = Closed(&[&[
    may("waitSeconds", Number(0.0, 5.0)),
    may("smartEndpointingEnabled", Any),
    may("smartEndpointingPlan", Open),
    may("customEndpointingRules", List(&Open)),
    may(
        "transcriptionEndpointingPlan",
        Closed(&[&[
            may("onPunctuationSeconds", Number(0.0, 3.0)),
            may("onNoPunctuationSeconds", Number(0.0, 3.0)),
            may("onNumberSeconds", Number(0.0, 3.0)),
        ]]),
    ),
]]);

const STOP_SPEAKING: Shape = Closed(&[&[
    may("numWords", Number(0.0, 10.0)),
    may("voiceSeconds", Number(0.0, 0.5)),
    may("backoffSeconds", Number(0.0, 10.0)),
    may("acknowledgementPhrases", List(&at_most(240))),
    may("interruptionPhrases", List(&at_most(240))),
]]);

const MONITOR: Shape = Closed(&[&[
    may("listenEnabled", Bool),
    may("listenAuthenticationEnabled", Bool),
    may("controlEnabled", Bool),
    may("controlAuthenticationEnabled", Bool),
    may("monitorIds", List(&Text)),
]]);

const KEYPAD: Shape = Closed(&[&[
    may("enabled", Bool),
    may("timeoutSeconds", Number(0.0, 10.0)),
    may("delimiters", TextOr(&List(&Text))),
]]);
