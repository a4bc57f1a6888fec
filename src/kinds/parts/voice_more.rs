//! The voice of an agent, by provider: the others.

use super::voice_parts::{TAVUS_CONVERSATION, VOICE_COMMON, VOICE_FALLBACK};
use super::words::{INWORLD_VOICE_VOICE_ID, MICROSOFT_VOICE_STYLE};
use crate::kinds::table::Literal::{Flag, Number, Word};
use crate::kinds::table::{any, flag, number, object, table, text, texts, words};

table! { HUME_VOICE, at "providers/voice/hume", with VOICE_COMMON;
    words("model", &["octave", "octave2"], "The model, by its provider's name for it.").or_new(),
    text("voiceId", "The voice, by its provider's id for it.").must(),
    flag("isCustomHumeVoice", "The voice is one that you made."),
    text("description", "What it is for, in plain words. The model reads it."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { INWORLD_VOICE, at "providers/voice/inworld", with VOICE_COMMON;
    words("voiceId", INWORLD_VOICE_VOICE_ID, "The voice, by its provider's id for it.").or_new().must(),
    words("model", &["inworld-tts-1"], "The model, by its provider's name for it.")
        .or_new().by_default(Word("inworld-tts-1")),
    text("languageCode", "The language, by its provider's code for it.").by_default(Word("en")),
    number("temperature", "How much answers vary; 0 varies least. Low values suit voice calls.")
        .within(0.1, 2.0).by_default(Number(1.1)),
    number("speakingRate", "Speed of the speech; 1 is normal.").within(0.5, 1.5).by_default(Number(1.0)),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { LMNT_VOICE, at "providers/voice/imnt", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["amy", "ansel", "autumn"]),
    number("speed", "Speed of the speech; 1 is normal.").within(0.25, 2.0),
    text("language", "The language, by its provider's code for it."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { MICROSOFT_VOICE, at "providers/voice/microsoft", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("style", MICROSOFT_VOICE_STYLE, "The speaking style.").or_new(),
    number("styleDegree", "How strong the style is.").within(0.01, 2.0).by_default(Number(1.0)),
    text("role", "The role that the voice plays."),
    number("speed", "Speed of the speech; 1 is normal.").within(0.5, 2.0),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { MINIMAX_VOICE, at "providers/voice/minimax", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("model", &["speech-02-hd", "speech-02-turbo", "speech-2.5-turbo-preview"],
        "The model, by its provider's name for it.").or_new().by_default(Word("speech-02-turbo")),
    text("emotion", "The emotion of the speech."),
    words("subtitleType", &["word", "sentence"], "Whether subtitles come by word or by sentence.")
        .or_new().by_default(Word("sentence")),
    number("pitch", "Pitch, in semitones.").within(-12.0, 12.0).by_default(Number(0.0)),
    number("speed", "Speed of the speech; 1 is normal.").within(0.5, 2.0).by_default(Number(1.0)),
    number("volume", "Volume of the speech; 1 is normal.").within(0.5, 2.0).by_default(Number(1.0)),
    words("region", &["worldwide", "china"], "The provider's region that does the work.")
        .or_new().by_default(Word("worldwide")),
    text("languageBoost", "A language that recognition is tuned for."),
    flag("textNormalizationEnabled", "Read numbers and dates as people say them.").by_default(Flag(true)),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { NEUPHONIC_VOICE, at "providers/voice/neuphonic", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("model", &["neu_hq", "neu_fast"], "The model, by its provider's name for it.").or_new(),
    any("language", "The language, by its provider's code for it.").must(),
    number("speed", "Speed of the speech; 1 is normal.").within(0.25, 2.0),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { SESAME_VOICE, at "providers/voice/sesame", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("model", &["csm-1b"], "The model, by its provider's name for it.").or_new().must(),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { SMALLEST_VOICE, at "providers/voice/smallest-ai", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["emily", "jasmine", "arman"]),
    words("model", &["lightning"], "The model, by its provider's name for it.").or_new(),
    number("speed", "Speed of the speech; 1 is normal."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { TAVUS_VOICE, at "providers/video/tavus", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must().such_as(&["r52da2535a"]),
    text("personaId", "Id of the persona at Tavus."),
    text("callbackUrl", "Address that Tavus sends events to."),
    text("conversationName", "Name of the conversation."),
    text("conversationalContext", "Context of the conversation for the persona."),
    text("customGreeting", "What the persona says first."),
    object("properties", &TAVUS_CONVERSATION, "Settings of the conversation."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { WELL_SAID_VOICE, at "providers/voice/wellsaid", with VOICE_COMMON;
    text("voiceId", "The voice, by its provider's id for it.").must(),
    words("model", &["caruso", "legacy"], "The model, by its provider's name for it.").or_new(),
    flag("enableSsml", "Read SSML tags in the text."),
    texts("libraryIds", "Ids of pronunciation libraries."),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}

table! { XAI_VOICE, at "providers/voice/xai", with VOICE_COMMON;
    words("voiceId", &["eve", "ara", "rex", "sal", "leo"], "The voice, by its provider's id for it.").or_new().must(),
    text("language", "The language, by its provider's code for it.").by_default(Word("en")),
    number("speed", "Speed of the speech; 1 is normal.").within(0.7, 1.5).by_default(Number(1.1)),
    object("fallbackPlan", &VOICE_FALLBACK, "What takes over when this provider fails."),
}
