//! `voice`: 20 providers. Names of voices and models are not checked: new ones come every few weeks.

use super::common::SERVER;
use super::shape::Shape::{Any, Bool, Closed, List, Number, Open, Tagged, Text};
use super::shape::{Field, NUMBER, Shape, at_least, at_most, may, must, when};

pub(super) const VOICE: Shape = Tagged(
    "provider",
    &[
        when("azure", &[COMMON, VOICE_ID, FALLBACK, &[may("speed", Number(0.5, 2.0))]]),
        when("cartesia", &[COMMON, VOICE_ID, FALLBACK, MODEL, LANGUAGE, CARTESIA]),
        when("custom-voice", &[COMMON, FALLBACK, &[must("server", SERVER), may("voiceId", Text)]]),
        when("deepgram", &[COMMON, VOICE_ID, FALLBACK, MODEL, &[may("mipOptOut", Bool)]]),
        when("11labs", &[COMMON, VOICE_ID, FALLBACK, MODEL, LANGUAGE, ELEVEN_LABS]),
        when("hume", &[COMMON, VOICE_ID, FALLBACK, MODEL, &[may("isCustomHumeVoice", Bool), may("description", Text)]]),
        when("lmnt", &[COMMON, VOICE_ID, FALLBACK, LANGUAGE, &[may("speed", Number(0.25, 2.0))]]),
        when(
            "neuphonic",
            &[COMMON, VOICE_ID, FALLBACK, MODEL, &[must("language", Any), may("speed", Number(0.25, 2.0))]],
        ),
        when(
            "openai",
            &[
                COMMON,
                VOICE_ID,
                FALLBACK,
                MODEL,
                &[may("instructions", at_most(10_000)), may("speed", Number(0.25, 4.0))],
            ],
        ),
        when("playht", &[COMMON, VOICE_ID, FALLBACK, MODEL, LANGUAGE, PLAYHT]),
        when(
            "wellsaid",
            &[COMMON, VOICE_ID, FALLBACK, MODEL, &[may("enableSsml", Bool), may("libraryIds", List(&Text))]],
        ),
        when("rime-ai", &[COMMON, VOICE_ID, FALLBACK, MODEL, LANGUAGE, RIME]),
        when("smallest-ai", &[COMMON, VOICE_ID, FALLBACK, MODEL, &[may("speed", NUMBER)]]),
        when("tavus", &[COMMON, VOICE_ID, FALLBACK, TAVUS]),
        when(
            "vapi",
            &[
                COMMON,
                VOICE_ID,
                LANGUAGE,
                &[may("version", Any), may("speed", Number(0.25, 2.0)), may("pronunciationDictionary", Any)],
            ],
        ),
        when("sesame", &[COMMON, VOICE_ID, FALLBACK, &[must("model", Text)]]),
        when(
            "inworld",
            &[
                COMMON,
                SHORT_VOICE_ID,
                FALLBACK,
                MODEL,
                &[
                    may("languageCode", Text),
                    may("temperature", Number(0.1, 2.0)),
                    may("speakingRate", Number(0.5, 1.5)),
                ],
            ],
        ),
        when("minimax", &[COMMON, VOICE_ID, FALLBACK, MODEL, MINIMAX]),
        when("xai", &[COMMON, SHORT_VOICE_ID, FALLBACK, LANGUAGE, &[may("speed", Number(0.7, 1.5))]]),
        when(
            "microsoft",
            &[
                COMMON,
                VOICE_ID,
                FALLBACK,
                &[
                    may("style", Text),
                    may("styleDegree", Number(0.01, 2.0)),
                    may("role", Text),
                    may("speed", Number(0.5, 2.0)),
                ],
            ],
        ),
    ],
);

const COMMON: &[Field] = &[
    may("cachingEnabled", Bool),
    may(
        "chunkPlan",
        Closed(&[&[
            may("enabled", Bool),
            may("minCharacters", Number(1.0, 80.0)),
            may("punctuationBoundaries", List(&Text)),
            may("formatPlan", Open),
        ]]),
    ),
];
const VOICE_ID: &[Field] = &[must("voiceId", Text)];
const SHORT_VOICE_ID: &[Field] = &[must("voiceId", at_most(120))];
const FALLBACK: &[Field] = &[may("fallbackPlan", Open)];
const MODEL: &[Field] = &[may("model", Text)];
const LANGUAGE: &[Field] = &[may("language", Text)];

const CARTESIA: &[Field] =
    &[may("experimentalControls", Open), may("generationConfig", Open), may("pronunciationDictId", Text)];

/// `fillerInjectionEnabled` and `inputPreprocessingEnabled` are of older documents.
const ELEVEN_LABS: &[Field] = &[
    may("stability", Number(0.0, 1.0)),
    may("similarityBoost", Number(0.0, 1.0)),
    may("style", Number(0.0, 1.0)),
    may("useSpeakerBoost", Bool),
    may("speed", Number(0.7, 1.2)),
    may("optimizeStreamingLatency", Number(0.0, 4.0)),
    may("enableSsmlParsing", Bool),
    may("autoMode", Bool),
    may("pronunciationDictionaryLocators", List(&Open)),
    may("fillerInjectionEnabled", Bool),
    may("inputPreprocessingEnabled", Bool),
];

const PLAYHT: &[Field] = &[
    may("speed", Number(0.1, 5.0)),
    may("temperature", Number(0.1, 2.0)),
    may("emotion", Text),
    may("voiceGuidance", Number(1.0, 6.0)),
    may("styleGuidance", Number(1.0, 30.0)),
    may("textGuidance", Number(1.0, 2.0)),
];

const RIME: &[Field] = &[
    may("speed", at_least(0.1)),
    may("pauseBetweenBrackets", Bool),
    may("phonemizeBetweenBrackets", Bool),
    may("reduceLatency", Bool),
    may("inlineSpeedAlpha", Text),
];

const TAVUS: &[Field] = &[
    may("personaId", Text),
    may("callbackUrl", Text),
    may("conversationName", Text),
    may("conversationalContext", Text),
    may("customGreeting", Text),
    may("properties", Open),
];

const MINIMAX: &[Field] = &[
    may("emotion", Text),
    may("subtitleType", Text),
    may("pitch", Number(-12.0, 12.0)),
    may("speed", Number(0.5, 2.0)),
    may("volume", Number(0.5, 2.0)),
    may("region", Text),
    may("languageBoost", Text),
    may("textNormalizationEnabled", Bool),
];
