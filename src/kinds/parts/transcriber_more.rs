//! The transcriber of an agent, by provider: the others, and the parts.

use super::server::SERVER;
use super::transcriber::TRANSCRIBER;
use crate::kinds::table::Literal::{Flag, Number, Word};
use crate::kinds::table::Shape::{Either, Object, OneOf};
use crate::kinds::table::{TEXT, any, flag, list, number, object, table, text, texts, words};

table! { SPEECHMATICS_TRANSCRIBER, at "providers/transcriber/speechmatics", with TRANSCRIBER_COMMON;
    words("model", &["default"], "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    words("operatingPoint", &["standard", "enhanced"], "Accuracy against latency.")
        .or_new().by_default(Word("enhanced")),
    words("region", &["eu", "us"], "The provider's region that does the work.").or_new().by_default(Word("eu")),
    flag("enableDiarization", "Tell speakers apart.").by_default(Flag(false)),
    number("maxDelay", "Longest delay of a final transcript, in milliseconds.")
        .within(500.0, 10000.0).by_default(Number(3000.0)),
    list("customVocabulary", &Object(&SPEECHMATICS_WORD), "Words that the transcriber should recognise."),
    words("numeralStyle", &["written", "spoken"], "Numbers as digits or as words.")
        .or_new().by_default(Word("written")),
    number("endOfTurnSensitivity", "How soon a pause ends a turn.").within(0.0, 1.0).by_default(Number(0.5)),
    flag("removeDisfluencies", "Leave out filler words such as “um”.").by_default(Flag(false)),
    number("minimumSpeechDuration", "Shortest sound that counts as speech, in seconds.")
        .within(0.0, 5.0).by_default(Number(0.0)),
}

table! { SONIOX_TRANSCRIBER, at "providers/transcriber/soniox", with TRANSCRIBER_COMMON;
    words("model", &["stt-rt-v4", "stt-rt-v5"], "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    texts("languages", "The languages to expect."),
    flag("languageHintsStrict", "Recognise these languages and no others."),
    number("maxEndpointDelayMs", "Longest delay before an utterance ends, in milliseconds.").within(500.0, 3000.0),
    texts("customVocabulary", "Words that the transcriber should recognise."),
    list("contextGeneral", &Object(&SONIOX_CONTEXT), "Context that helps the transcriber."),
}

table! { CARTESIA_TRANSCRIBER, at "providers/transcriber/cartesia", with TRANSCRIBER_COMMON;
    words("model", &["ink-whisper", "ink-2"], "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
}

table! { TALKSCRIBER_TRANSCRIBER, at "providers/transcriber/talkscriber", with TRANSCRIBER_COMMON;
    words("model", &["whisper"], "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
}

table! { XAI_TRANSCRIBER, at "providers/transcriber/xai", with TRANSCRIBER_COMMON;
    words("model", &["default"], "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
}

table! { VAPI_TRANSCRIBER, at "providers/transcriber/overview";
    any("version", "Version of the transcriber."),
    text("language", "The language, by its provider's code for it."),
    texts("languages", "The languages to expect."),
    any("keywords", "Words to recognise, each with an optional boost: `snuffles:2`."),
    words("turnTaking", &["intelligent", "manual"], "How the end of a turn is detected.").or_new(),
}

table! { CUSTOM_TRANSCRIBER, at "customization/custom-transcriber", with TRANSCRIBER_COMMON;
    object("server", &SERVER, "Your server that transcribes.").must(),
}

table! { TRANSCRIBER_COMMON, at "providers/transcriber/overview";
    object("fallbackPlan", &TRANSCRIBER_FALLBACK, "What takes over when this provider fails."),
}

table! { TRANSCRIBER_FALLBACK: "TranscriberFallback",
    "Transcribers that take over when the first fails.", at "customization/transcriber-fallback-plan";
    list("transcribers", &OneOf(&TRANSCRIBER), "The transcribers to try, in order."),
}

table! { GLADIA_VOCABULARY: "GladiaVocabulary", "Words that Gladia should recognise.",
    at "providers/transcriber/gladia";
    list("vocabulary", &Either(&[TEXT, Object(&GLADIA_WORD)]), "Words, or words with their pronunciations.").must(),
    number("defaultIntensity", "How strongly the words are preferred.").within(0.0, 1.0).by_default(Number(0.5)),
}

table! { GLADIA_WORD: "GladiaWord", "A word that Gladia should recognise.", at "providers/transcriber/gladia";
    text("value", "The word.").must(),
    texts("pronunciations", "Ways to pronounce the word."),
    number("intensity", "How strongly the word is preferred.").within(0.0, 1.0),
    text("language", "The language, by its provider's code for it."),
}

table! { SPEECHMATICS_WORD: "SpeechmaticsWord",
    "A word that Speechmatics should recognise.", at "providers/transcriber/speechmatics";
    text("content", "The word.").at_least(1).must(),
    texts("soundsLike", "Ways in which the word is misheard."),
}

table! { SONIOX_CONTEXT: "SonioxContext",
    "Context that helps Soniox.", at "providers/transcriber/soniox";
    text("key", "The aspect: `domain`, `topic` and so on.").at_least(1).must(),
    text("value", "What holds for that aspect.").at_least(1).must(),
}
