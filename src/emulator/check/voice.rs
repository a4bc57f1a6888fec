//! `voice`: 20 providers. Voices and models are not checked: they change every few weeks.

use super::common::SERVER;
use super::shape::Shape::{Any, Bool, List, Number, Open, Tagged, Text};
use super::shape::{Field, NUMBER, Shape, at_least, at_most, closed, fields, variants};

pub(super) const VOICE: Shape = Tagged(
    "provider",
    variants![
        "azure": [COMMON VOICE_ID FALLBACK {speed: Number(0.5, 2.0)}],
        "cartesia": [COMMON VOICE_ID FALLBACK MODEL LANGUAGE CARTESIA],
        "custom-voice": [COMMON FALLBACK {server! SERVER, voiceId: Text}],
        "deepgram": [COMMON VOICE_ID FALLBACK MODEL {mipOptOut: Bool}],
        "11labs": [COMMON VOICE_ID FALLBACK MODEL LANGUAGE ELEVEN_LABS],
        "hume": [COMMON VOICE_ID FALLBACK MODEL {isCustomHumeVoice: Bool, description: Text}],
        "lmnt": [COMMON VOICE_ID FALLBACK LANGUAGE {speed: Number(0.25, 2.0)}],
        "neuphonic": [COMMON VOICE_ID FALLBACK MODEL {language! Any, speed: Number(0.25, 2.0)}],
        "openai": [COMMON VOICE_ID FALLBACK MODEL {instructions: at_most(10_000), speed: Number(0.25, 4.0)}],
        "playht": [COMMON VOICE_ID FALLBACK MODEL LANGUAGE PLAYHT],
        "wellsaid": [COMMON VOICE_ID FALLBACK MODEL {enableSsml: Bool, libraryIds: List(&Text)}],
        "rime-ai": [COMMON VOICE_ID FALLBACK MODEL LANGUAGE RIME],
        "smallest-ai": [COMMON VOICE_ID FALLBACK MODEL {speed: NUMBER}],
        "tavus": [COMMON VOICE_ID FALLBACK TAVUS],
        "vapi": [COMMON VOICE_ID LANGUAGE {version: Any, speed: Number(0.25, 2.0), pronunciationDictionary: Any}],
        "sesame": [COMMON VOICE_ID FALLBACK {model! Text}],
        "inworld": [COMMON SHORT_VOICE_ID FALLBACK MODEL {
            languageCode: Text, temperature: Number(0.1, 2.0), speakingRate: Number(0.5, 1.5),
        }],
        "minimax": [COMMON VOICE_ID FALLBACK MODEL MINIMAX],
        "xai": [COMMON SHORT_VOICE_ID FALLBACK LANGUAGE {speed: Number(0.7, 1.5)}],
        "microsoft": [COMMON VOICE_ID FALLBACK {
            style: Text, styleDegree: Number(0.01, 2.0), role: Text, speed: Number(0.5, 2.0),
        }],
    ],
);

const COMMON: &[Field] = fields![
    cachingEnabled: Bool,
    chunkPlan: closed![
        enabled: Bool, minCharacters: Number(1.0, 80.0), punctuationBoundaries: List(&Text), formatPlan: Open,
    ],
];
const VOICE_ID: &[Field] = fields![voiceId! Text];
const SHORT_VOICE_ID: &[Field] = fields![voiceId! at_most(120)];
const FALLBACK: &[Field] = fields![fallbackPlan: Open];
const MODEL: &[Field] = fields![model: Text];
const LANGUAGE: &[Field] = fields![language: Text];

const CARTESIA: &[Field] = fields![experimentalControls: Open, generationConfig: Open, pronunciationDictId: Text];

/// `fillerInjectionEnabled` and `inputPreprocessingEnabled` are from older documents.
const ELEVEN_LABS: &[Field] = fields![
    stability: Number(0.0, 1.0), similarityBoost: Number(0.0, 1.0), style: Number(0.0, 1.0), useSpeakerBoost: Bool,
    speed: Number(0.7, 1.2), optimizeStreamingLatency: Number(0.0, 4.0), enableSsmlParsing: Bool, autoMode: Bool,
    pronunciationDictionaryLocators: List(&Open), fillerInjectionEnabled: Bool, inputPreprocessingEnabled: Bool,
];

const PLAYHT: &[Field] = fields![
    speed: Number(0.1, 5.0), temperature: Number(0.1, 2.0), emotion: Text, voiceGuidance: Number(1.0, 6.0),
    styleGuidance: Number(1.0, 30.0), textGuidance: Number(1.0, 2.0),
];

const RIME: &[Field] = fields![
    speed: at_least(0.1), pauseBetweenBrackets: Bool, phonemizeBetweenBrackets: Bool, reduceLatency: Bool,
    inlineSpeedAlpha: Text,
];

const TAVUS: &[Field] = fields![
    personaId: Text, callbackUrl: Text, conversationName: Text, conversationalContext: Text, customGreeting: Text,
    properties: Open,
];

const MINIMAX: &[Field] = fields![
    emotion: Text, subtitleType: Text, pitch: Number(-12.0, 12.0), speed: Number(0.5, 2.0), volume: Number(0.5, 2.0),
    region: Text, languageBoost: Text, textNormalizationEnabled: Bool,
];
