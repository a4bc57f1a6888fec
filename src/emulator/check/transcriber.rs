//! `transcriber`: 14 providers. Models and languages are not checked.

use super::common::SERVER;
use super::shape::Shape::{Any, Bool, List, Number, Open, Tagged, Text};
use super::shape::{Field, NUMBER, Shape, at_least, at_most, fields, variants};

pub(super) const TRANSCRIBER: Shape = Tagged(
    "provider",
    variants![
        "assembly-ai": [FALLBACK LANGUAGE ASSEMBLY],
        "azure": [FALLBACK LANGUAGE AZURE],
        "custom-transcriber": [FALLBACK {server! SERVER}],
        "deepgram": [FALLBACK MODEL LANGUAGE DEEPGRAM],
        "11labs": [FALLBACK MODEL LANGUAGE ELEVEN_LABS],
        "gladia": [FALLBACK MODEL LANGUAGE GLADIA],
        "google": [FALLBACK MODEL LANGUAGE],
        "speechmatics": [FALLBACK MODEL LANGUAGE SPEECHMATICS],
        "talkscriber": [FALLBACK MODEL LANGUAGE],
        "openai": [FALLBACK LANGUAGE {model! Text}],
        "cartesia": [FALLBACK MODEL LANGUAGE],
        "soniox": [FALLBACK MODEL LANGUAGE SONIOX],
        "xai": [FALLBACK MODEL LANGUAGE],
        "vapi": [LANGUAGE {version: Any, languages: List(&Text), keywords: List(&Any), turnTaking: Any}],
    ],
);

const FALLBACK: &[Field] = fields![fallbackPlan: Open];
const MODEL: &[Field] = fields![model: Text];
const LANGUAGE: &[Field] = fields![language: Text];

const ASSEMBLY: &[Field] = fields![
    confidenceThreshold: Number(0.0, 1.0), formatTurns: Bool, endOfTurnConfidenceThreshold: Number(0.0, 1.0),
    minEndOfTurnSilenceWhenConfident: at_least(0.0), wordFinalizationMaxWaitTime: at_least(0.0),
    maxTurnSilence: at_least(0.0), vadAssistedEndpointingEnabled: Bool, mode: Text, prompt: at_most(1750),
    agentContext: at_most(1750), languageCodes: List(&Text), speechModel: Text, realtimeUrl: Text,
    wordBoost: List(&at_most(2500)), keytermsPrompt: List(&at_most(50)), endUtteranceSilenceThreshold: NUMBER,
    disablePartialTranscripts: Bool,
];

const AZURE: &[Field] = fields![
    segmentationStrategy: Text, segmentationSilenceTimeoutMs: Number(100.0, 5000.0),
    segmentationMaximumTimeMs: Number(20_000.0, 70_000.0),
];

const DEEPGRAM: &[Field] = fields![
    smartFormat: Bool, mipOptOut: Bool, numerals: Bool, profanityFilter: Bool, redaction: Any,
    confidenceThreshold: Number(0.0, 1.0), eotThreshold: Number(0.5, 0.9), eotTimeoutMs: Number(500.0, 10_000.0),
    languages: List(&Text), keywords: List(&Text), keyterm: List(&Text), endpointing: Number(10.0, 500.0),
];

const ELEVEN_LABS: &[Field] = fields![
    silenceThresholdSeconds: Number(0.3, 3.0), confidenceThreshold: Number(0.1, 0.9),
    minSpeechDurationMs: Number(50.0, 2000.0), minSilenceDurationMs: Number(50.0, 2000.0),
];

const GLADIA: &[Field] = fields![
    languageBehaviour: Text, languages: Any, transcriptionHint: at_most(600), prosody: Bool, audioEnhancer: Bool,
    confidenceThreshold: Number(0.0, 1.0), endpointing: Number(0.01, 10.0), speechThreshold: Number(0.0, 1.0),
    customVocabularyEnabled: Bool, customVocabularyConfig: Open, region: Text, receivePartialTranscripts: Bool,
];

/// The document wrongly marks `customVocabulary` as required; here it is optional.
const SPEECHMATICS: &[Field] = fields![
    operatingPoint: Text, region: Text, enableDiarization: Bool, maxDelay: Number(500.0, 10_000.0),
    customVocabulary: List(&Open), numeralStyle: Text, endOfTurnSensitivity: Number(0.0, 1.0),
    removeDisfluencies: Bool, minimumSpeechDuration: Number(0.0, 5.0),
];

const SONIOX: &[Field] = fields![
    languages: List(&Text), languageHintsStrict: Bool, maxEndpointDelayMs: Number(500.0, 3000.0),
    customVocabulary: List(&Text), contextGeneral: List(&Open),
];
