//! The voice of an agent, by provider: the most used ones.

use super::server::SERVER;
use super::voice_more::{
    HUME_VOICE, INWORLD_VOICE, LMNT_VOICE, MICROSOFT_VOICE, MINIMAX_VOICE, NEUPHONIC_VOICE, SESAME_VOICE,
    SMALLEST_VOICE, TAVUS_VOICE, WELL_SAID_VOICE, XAI_VOICE,
};
use super::voice_parts::{
    CARTESIA_CONTROLS, CARTESIA_GENERATION, ELEVEN_LABS_DICTIONARY, VAPI_DICTIONARY, VOICE_COMMON, VOICE_FALLBACK,
};
use super::words::{CARTESIA_VOICE_MODEL, DEEPGRAM_VOICE_VOICE_ID, ELEVEN_LABS_VOICE_MODEL, PLAY_HT_VOICE_EMOTION};
use crate::kinds::table::Literal::{Flag, Number};
use crate::kinds::table::Rewrite::NumberAsText;
use crate::kinds::table::Shape::Object;
use crate::kinds::table::{any, flag, list, number, object, table, text, union, words};

union! { VOICE: "Voice", "The voice of the agent.", at "providers/voice/overview",
    by text("provider", "The provider of the voice. It says which other fields there are.");
    "11labs" = ELEVEN_LABS_VOICE, "Voices of ElevenLabs.";
    "cartesia" = CARTESIA_VOICE, "Voices of Cartesia.";
    "vapi" = VAPI_VOICE, "Voices of Vapi.";
    "openai" = OPEN_AI_VOICE, "Voices of OpenAI.";
    "azure" = AZURE_VOICE, "Voices of Azure.";
    "deepgram" = DEEPGRAM_VOICE, "Voices of Deepgram.";
    "playht" = PLAY_HT_VOICE, "Voices of PlayHT.";
    "rime-ai" = RIME_VOICE, "Voices of Rime.";
    "custom-voice" = CUSTOM_VOICE, "Speech from your own server.";
    "hume" = HUME_VOICE, "Voices of Hume.";
    "inworld" = INWORLD_VOICE, "Voices of Inworld.";
    "lmnt" = LMNT_VOICE, "Voices of LMNT.";
    "microsoft" = MICROSOFT_VOICE, "Voices of Microsoft.";
    "minimax" = MINIMAX_VOICE, "Voices of MiniMax.";
    "neuphonic" = NEUPHONIC_VOICE, "Voices of Neuphonic.";
    "sesame" = SESAME_VOICE, "Voices of Sesame.";
    "smallest-ai" = SMALLEST_VOICE, "Voices of Smallest AI.";
    "tavus" = TAVUS_VOICE, "Personas of Tavus.";
    "wellsaid" = WELL_SAID_VOICE, "Voices of WellSaid.";
    "xai" = XAI_VOICE, "Voices of xAI.";
}

table! { ELEVEN_LABS_VOICE, at "providers/voice/elevenlabs", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["burt", "marissa", "andrea"]),
    number("stability", "Low values are lively, high ones even.").within(0.0, 1.0),
    number("similarityBoost", "How close to stay to the original voice.").within(0.0, 1.0),
    number("style", "How much the speaker's style is exaggerated.").within(0.0, 1.0),
    flag("useSpeakerBoost", "Sound more like the original speaker, with more latency."),
    number("speed", "Speed of the speech; 1 is normal.").within(0.7, 1.2),
    number("optimizeStreamingLatency", "0 has the best quality, 4 the lowest latency.").within(0.0, 4.0),
    flag("enableSsmlParsing", "Read SSML tags in the text, such as `<break/>`."),
    flag("autoMode", "Let the provider decide when to start speaking."),
    words("model", ELEVEN_LABS_VOICE_MODEL, "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    list("pronunciationDictionaryLocators", &Object(&ELEVEN_LABS_DICTIONARY),
        "Pronunciation dictionaries at ElevenLabs."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
    flag("fillerInjectionEnabled", "Insert filler words. Deprecated.").old(),
    flag("inputPreprocessingEnabled", "Prepare the text for speech. Deprecated: use `chunkPlan`.").old(),
}

table! { CARTESIA_VOICE, at "providers/voice/cartesia", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("model", CARTESIA_VOICE_MODEL, "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    object("experimentalControls", &CARTESIA_CONTROLS,
        "Speed and emotion of older Sonic models. Deprecated: use `generationConfig`.").old(),
    object("generationConfig", &CARTESIA_GENERATION, "Speed and volume of Sonic 3 and later."),
    text("pronunciationDictId", "Id of the pronunciation dictionary.").see("assistants/pronunciation-dictionaries"),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { VAPI_VOICE, at "providers/voice/vapi-voices", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    any("version", "Version of the voice.").rewritten(NumberAsText),
    number("speed", "Speed of the speech; 1 is normal.").within(0.25, 2.0).by_default(Number(1.0)),
    text("language", "The language, by its provider's code for it."),
    list("pronunciationDictionary", &Object(&VAPI_DICTIONARY), "Pronunciation dictionaries."),
}

table! { OPEN_AI_VOICE, at "providers/voice/openai", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["alloy", "echo", "fable"]),
    words("model", &["tts-1", "tts-1-hd", "gpt-4o-mini-tts"], "The model, by its provider's name for it.").or_new(),
    text("instructions", "How to speak, in plain words, for models that follow instructions.").longest(10000),
    number("speed", "Speed of the speech; 1 is normal.").within(0.25, 4.0),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { AZURE_VOICE, at "providers/voice/azure", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["andrew", "brian", "emma"]),
    number("speed", "Speed of the speech; 1 is normal.").within(0.5, 2.0),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { DEEPGRAM_VOICE, at "providers/voice/deepgram", with VOICE_COMMON;
    words("voiceId", DEEPGRAM_VOICE_VOICE_ID, "The voice, by its provider's id for it.").or_new().must(),
    words("model", &["aura", "aura-2"], "The model, by its provider's name for it.").or_new(),
    flag("mipOptOut", "Opt out of the provider's model improvement program.").by_default(Flag(false)),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { PLAY_HT_VOICE, at "providers/voice/playht", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["jennifer", "melissa", "will"]),
    number("speed", "Speed of the speech; 1 is normal.").within(0.1, 5.0),
    number("temperature", "How much answers vary; 0 varies least. Low values suit voice calls.").within(0.1, 2.0),
    words("emotion", PLAY_HT_VOICE_EMOTION, "The emotion of the speech.").or_new(),
    number("voiceGuidance", "Higher values stay closer to the voice.").within(1.0, 6.0),
    number("styleGuidance", "Higher values show more of the emotion.").within(1.0, 30.0),
    number("textGuidance", "Higher values stay closer to the text.").within(1.0, 2.0),
    words("model", &["PlayHT2.0", "PlayHT2.0-turbo", "Play3.0-mini", "PlayDialog"],
        "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { RIME_VOICE, at "providers/voice/rimeai", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["cove", "moon", "wildflower"]),
    words("model", &["arcana", "mistv2", "mist"], "The model, by its provider's name for it.").or_new(),
    number("speed", "Speed of the speech; 1 is normal.").from(0.1),
    flag("pauseBetweenBrackets", "Pause where the text has milliseconds in angle brackets: `<200>`."),
    flag("phonemizeBetweenBrackets", "Read text in braces as phonemes."),
    flag("reduceLatency", "Lower the latency at some cost of quality."),
    text("inlineSpeedAlpha", "Speeds of the words in brackets, separated by commas."),
    text("language", "The language, by its provider's code for it."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { CUSTOM_VOICE, at "customization/custom-voices/custom-tts", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it."),
    object("server", &SERVER, "Your server that makes the speech.").must(),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}
