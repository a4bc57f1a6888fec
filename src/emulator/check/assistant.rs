//! The fields of an assistant.

use super::common::{ASSISTANT_HOOK, SERVER, VOICEMAIL_DETECTION};
use super::model::{MODEL, MODEL_PART};
use super::shape::Shape::{Any, Bool, Closed, Length, List, Number, Open, Tagged, Text, TextOr, Uuid, Words};
use super::shape::{Field, Shape, at_least, at_most, closed, fields, variants};
use super::tool::TOOL;
use super::transcriber::TRANSCRIBER;
use super::voice::VOICE;

/// All fields.
pub(super) const FIELDS: &[&[Field]] = &[fields![model: MODEL], DOCUMENTED, OBSERVED];

/// All fields of overrides: those of an assistant, but also a part of a model.
pub(super) const OVERRIDES: &[&[Field]] = &[
    fields![model: MODEL_PART, variableValues: Open],
    &[Field { name: "tools:append", shape: List(&TOOL), required: false }],
    DOCUMENTED,
    OBSERVED,
];

/// Fields in the document's Create and Update DTOs.
const DOCUMENTED: &[Field] = fields![
    name: at_most(40), voice: VOICE, transcriber: TRANSCRIBER, firstMessage: Text,
    firstMessageInterruptionsEnabled: Bool,
    firstMessageMode: Words(
        "assistant-speaks-first assistant-speaks-first-with-model-generated-message assistant-waits-for-user",
    ),
    voicemailDetection: VOICEMAIL_DETECTION, voicemailMessage: at_most(1000), endCallMessage: at_most(1000),
    endCallPhrases: List(&Length(2, 140)), clientMessages: List(&Words(CLIENT_MESSAGES)),
    serverMessages: List(&Words(SERVER_MESSAGES)), maxDurationSeconds: Number(10.0, 43_200.0), backgroundSound: Text,
    modelOutputInMessagesEnabled: Bool, transportConfigurations: List(&TRANSPORT), observabilityPlan: OBSERVABILITY,
    credentials: List(&Open), credentialIds: List(&Uuid), hooks: List(&ASSISTANT_HOOK), compliancePlan: COMPLIANCE,
    metadata: Open, backgroundSpeechDenoisingPlan: DENOISING, analysisPlan: ANALYSIS, artifactPlan: ARTIFACTS,
    startSpeakingPlan: START_SPEAKING, stopSpeakingPlan: STOP_SPEAKING, monitorPlan: MONITOR, server: SERVER,
    keypadInputPlan: KEYPAD,
];

/// Fields that old or dashboard-made assistants have and PATCH accepts (observed).
const OBSERVED: &[Field] = fields![
    silenceTimeoutSeconds: at_least(10.0), backgroundDenoisingEnabled: Bool, recordingEnabled: Bool,
    endCallFunctionEnabled: Bool, dialKeypadFunctionEnabled: Bool, hipaaEnabled: Bool, serverUrl: Text,
    serverUrlSecret: Text, messagePlan: Open, responseDelaySeconds: at_least(0.0),
    llmRequestDelaySeconds: at_least(0.0), numWordsToInterruptAssistant: at_least(0.0), backchannelingEnabled: Bool,
];

const CLIENT_MESSAGES: &str = "\
    conversation-update assistant.speechStarted function-call function-call-result hang language-changed metadata \
    model-output speech-update status-update transcript tool-calls tool-calls-result tool.completed transfer-update \
    user-interrupted voice-input workflow.node.started assistant.started";

const SERVER_MESSAGES: &str = "\
    assistant.started assistant.speechStarted conversation-update end-of-call-report function-call hang \
    language-changed language-change-detected model-output phone-call-control speech-update status-update \
    transcript transcript[transcriptType=\"final\"] tool-calls transfer-destination-request \
    handoff-destination-request transfer-update user-interrupted voice-input chat.created chat.deleted \
    session.created session.updated session.deleted call.deleted call.delete.failed call.artifact.upload";

const TRANSPORT: Shape = Tagged(
    "provider",
    variants![
        "twilio": [{timeout: Number(1.0, 600.0), record: Bool, recordingChannels: Words("mono dual")}],
    ],
);

const OBSERVABILITY: Shape = Tagged(
    "provider",
    variants![
        "langfuse": [{
            tags! List(&Text), promptName: Text, promptVersion: at_least(1.0), traceName: Text, metadata: Open,
        }],
    ],
);

const COMPLIANCE: Shape = closed![
    hipaaEnabled: Bool, pciEnabled: Bool, securityFilterPlan: Open, recordingConsentPlan: Open,
];

const DENOISING: Shape = closed![
    smartDenoisingPlan: closed![enabled: Bool],
    fourierDenoisingPlan: closed![
        enabled: Bool, mediaDetectionEnabled: Bool, staticThreshold: Number(-80.0, 0.0),
        baselineOffsetDb: Number(-30.0, -5.0), windowSizeMs: Number(1000.0, 30_000.0),
        baselinePercentile: Number(1.0, 99.0),
    ],
];

const ANALYSIS: Shape = closed![
    minMessagesThreshold: at_least(0.0), summaryPlan: Closed(&[ASKED]),
    structuredDataPlan: Closed(&[ASKED, fields![schema: Open]]), structuredDataMultiPlan: List(&Open),
    successEvaluationPlan: Closed(&[ASKED, fields![rubric: Words(RUBRICS)]]), outcomeIds: List(&Text),
];
const ASKED: &[Field] = fields![messages: List(&Open), enabled: Bool, timeoutSeconds: Number(1.0, 60.0)];
const RUBRICS: &str = "\
    NumericScale DescriptiveScale Checklist Matrix PercentageScale LikertScale AutomaticRubric PassFail";

const ARTIFACTS: Shape = closed![
    recordingEnabled: Bool, recordingFormat: Words("wav;l16 mp3"), recordingUseCustomStorageEnabled: Bool,
    videoRecordingEnabled: Bool, fullMessageHistoryEnabled: Bool, pcapEnabled: Bool, pcapS3PathPrefix: Text,
    pcapUseCustomStorageEnabled: Bool, loggingEnabled: Bool, loggingUseCustomStorageEnabled: Bool, loggingPath: Text,
    transcriptPlan: closed![enabled: Bool, assistantName: Text, userName: Text], recordingPath: Text,
    structuredOutputIds: List(&Uuid), structuredOutputs: List(&Open), scorecardIds: List(&Uuid),
    scorecards: List(&Open),
];

const START_SPEAKING: Shape = closed![
    waitSeconds: Number(0.0, 5.0), smartEndpointingEnabled: Any, smartEndpointingPlan: Open,
    customEndpointingRules: List(&Open),
    transcriptionEndpointingPlan: closed![
        onPunctuationSeconds: Number(0.0, 3.0), onNoPunctuationSeconds: Number(0.0, 3.0),
        onNumberSeconds: Number(0.0, 3.0),
    ],
];

const STOP_SPEAKING: Shape = closed![
    numWords: Number(0.0, 10.0), voiceSeconds: Number(0.0, 0.5), backoffSeconds: Number(0.0, 10.0),
    acknowledgementPhrases: List(&at_most(240)), interruptionPhrases: List(&at_most(240)),
];

const MONITOR: Shape = closed![
    listenEnabled: Bool, listenAuthenticationEnabled: Bool, controlEnabled: Bool, controlAuthenticationEnabled: Bool,
    monitorIds: List(&Text),
];

const KEYPAD: Shape = closed![enabled: Bool, timeoutSeconds: Number(0.0, 10.0), delimiters: TextOr(&List(&Text))];
