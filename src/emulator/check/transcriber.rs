//! `transcriber`: 14 providers. Names of models and languages are not checked.

use super::common::SERVER;
use super::shape::Shape::{Any, Bool, List, Number, Open, Tagged, Text};
use super::shape::{Field, NUMBER, Shape, at_least, at_most, may, must, when};

pub(super) const TRANSCRIBER: Shape = Tagged(
    "provider",
    &[
        when("assembly-ai", &[FALLBACK, LANGUAGE, ASSEMBLY]),
        when("azure", &[FALLBACK, LANGUAGE, AZURE]),
        when("custom-transcriber", &[FALLBACK, &[must("server", SERVER)]]),
        when("deepgram", &[FALLBACK, MODEL, LANGUAGE, DEEPGRAM]),
        when("11labs", &[FALLBACK, MODEL, LANGUAGE, ELEVEN_LABS]),
        when("gladia", &[FALLBACK, MODEL, LANGUAGE, GLADIA]),
        when("google", &[FALLBACK, MODEL, LANGUAGE]),
        when("speechmatics", &[FALLBACK, MODEL, LANGUAGE, SPEECHMATICS]),
        when("talkscriber", &[FALLBACK, MODEL, LANGUAGE]),
        when("openai", &[FALLBACK, LANGUAGE, &[must("model", Text)]]),
        when("cartesia", &[FALLBACK, MODEL, LANGUAGE]),
        when("soniox", &[FALLBACK, MODEL, LANGUAGE, SONIOX]),
        when("xai", &[FALLBACK, MODEL, LANGUAGE]),
        when(
            "vapi",
            &[
                LANGUAGE,
                &[
                    may("version", Any),
                    may("languages", List(&Text)),
                    may("keywords", List(&Any)),
                    may("turnTaking", Any),
                ],
            ],
        ),
    ],
);

const FALLBACK: &[Field] = &[may("fallbackPlan", Open)];
const MODEL: &[Field] = &[may("model", Text)];
const LANGUAGE: &[Field] = &[may("language", Text)];

const ASSEMBLY: &[Field] = &[
    may("confidenceThreshold", Number(0.0, 1.0)),
    may("formatTurns", Bool),
    may("endOfTurnConfidenceThreshold", Number(0.0, 1.0)),
    may("minEndOfTurnSilenceWhenConfident", at_least(0.0)),
    may("wordFinalizationMaxWaitTime", at_least(0.0)),
    may("maxTurnSilence", at_least(0.0)),
    may("vadAssistedEndpointingEnabled", Bool),
    may("mode", Text),
    may("prompt", at_most(1750)),
    may("agentContext", at_most(1750)),
    may("languageCodes", List(&Text)),
    may("speechModel", Text),
    may("realtimeUrl", Text),
    may("wordBoost", List(&at_most(2500))),
    may("keytermsPrompt", List(&at_most(50))),
    may("endUtteranceSilenceThreshold", NUMBER),
    may("disablePartialTranscripts", Bool),
];

const AZURE: &[Field] = &[
    may("segmentationStrategy", Text),
    may("segmentationSilenceTimeoutMs", Number(100.0, 5000.0)),
    may("segmentationMaximumTimeMs", Number(20_000.0, 70_000.0)),
];

const DEEPGRAM: &[Field] = &[
    may("smartFormat", Bool),
    may("mipOptOut", Bool),
    may("numerals", Bool),
    may("profanityFilter", Bool),
    may("redaction", Any),
    may("confidenceThreshold", Number(0.0, 1.0)),
    may("eotThreshold", Number(0.5, 0.9)),
    may("eotTimeoutMs", Number(500.0, 10_000.0)),
    may("languages", List(&Text)),
    may("keywords", List(&Text)),
    may("keyterm", List(&Text)),
    may("endpointing", Number(10.0, 500.0)),
];

const ELEVEN_LABS: &[Field] = &[
    may("silenceThresholdSeconds", Number(0.3, 3.0)),
    may("confidenceThreshold", Number(0.1, 0.9)),
    may("minSpeechDurationMs", Number(50.0, 2000.0)),
    may("minSilenceDurationMs", Number(50.0, 2000.0)),
];

const GLADIA: &[Field] = &[
    may("languageBehaviour", Text),
    may("languages", Any),
    may("transcriptionHint", at_most(600)),
    may("prosody", Bool),
    may("audioEnhancer", Bool),
    may("confidenceThreshold", Number(0.0, 1.0)),
    may("endpointing", Number(0.01, 10.0)),
    may("speechThreshold", Number(0.0, 1.0)),
    may("customVocabularyEnabled", Bool),
    may("customVocabularyConfig", Open),
    may("region", Text),
    may("receivePartialTranscripts", Bool),
];

/// The document calls `customVocabulary` required; it says so of an optional list, so it is not held here.
const SPEECHMATICS: &[Field] = &[
    may("operatingPoint", Text),
    may("region", Text),
    may("enableDiarization", Bool),
    may("maxDelay", Number(500.0, 10_000.0)),
    may("customVocabulary", List(&Open)),
    may("numeralStyle", Text),
    may("endOfTurnSensitivity", Number(0.0, 1.0)),
    may("removeDisfluencies", Bool),
    may("minimumSpeechDuration", Number(0.0, 5.0)),
];

const SONIOX: &[Field] = &[
    may("languages", List(&Text)),
    may("languageHintsStrict", Bool),
    may("maxEndpointDelayMs", Number(500.0, 3000.0)),
    may("customVocabulary", List(&Text)),
    may("contextGeneral", List(&Open)),
];
