//! Parts of a voice.

use super::voice::VOICE;
use super::words::FORMAT_PLAN_FORMATTERS_ENABLED;
use crate::kinds::table::Literal::{Flag, Number};
use crate::kinds::table::Shape::{Object, OneOf};
use crate::kinds::table::{any, flag, list, number, object, open, table, text, texts, union, words};

table! { VOICE_COMMON, at "providers/voice/overview";
    flag("cachingEnabled", "Cache spoken phrases, so that they start at once the next time.").by_default(Flag(true)),
    object("chunkPlan", &CHUNK_PLAN, "How the model's text is split into chunks for the voice."),
}

table! { VOICE_FALLBACK: "VoiceFallback", "Voices that take over when the first fails.", at "voice-fallback-plan";
    list("voices", &OneOf(&VOICE), "The voices to try, in order.").must(),
}

table! { CHUNK_PLAN: "ChunkPlan",
    "How the model's text is split into chunks for the voice.", at "assistants/voice-formatting-plan";
    flag("enabled", "Whether it is on."),
    number("minCharacters", "Fewest characters of a chunk.").within(1.0, 80.0),
    texts("punctuationBoundaries", "Characters at which a chunk may end."),
    object("formatPlan", &FORMAT_PLAN, "How text is rewritten to be spoken."),
}

table! { FORMAT_PLAN: "FormatPlan", "How text is rewritten to be spoken.", at "assistants/voice-formatting-plan";
    flag("enabled", "Whether it is on."),
    number("numberToDigitsCutoff", "Numbers above this are read digit by digit, others as a number.").from(0.0),
    list("replacements", &OneOf(&REPLACEMENT), "Replacements in the text before it is spoken."),
    list("formattersEnabled", &const { open(FORMAT_PLAN_FORMATTERS_ENABLED) },
        "The formatters to run; without it, all of them."),
}

union! { REPLACEMENT: "Replacement", "A replacement in the text before it is spoken.",
    at "assistants/voice-formatting-plan",
    by text("type", "Whether an exact text or a pattern is replaced.");
    "exact" = EXACT_REPLACEMENT, "An exact text.";
    "regex" = REGEX_REPLACEMENT, "What a regular expression matches.";
}

table! { EXACT_REPLACEMENT, at "assistants/voice-formatting-plan";
    flag("replaceAllEnabled", "Replace all occurrences, not only the first.").by_default(Flag(false)),
    text("key", "The text to replace.").must(),
    text("value", "The text that is spoken in its place.").longest(1000).must(),
}

table! { REGEX_REPLACEMENT, at "assistants/voice-formatting-plan";
    text("regex", "A regular expression.").must(),
    list("options", &Object(&REGEX_OPTION), "Options of the regular expression."),
    text("value", "The text that is spoken in its place.").longest(1000).must(),
}

table! { REGEX_OPTION: "RegexOption",
    "An option of a regular expression.", at "customization/voice-pipeline-configuration";
    words("type", &["ignore-case", "whole-word", "multi-line"], "The option.").must(),
    flag("enabled", "Whether it is on.").must(),
}

table! { CARTESIA_GENERATION: "CartesiaGeneration",
    "Speed and volume of Sonic 3 and later.", at "providers/voice/cartesia";
    number("speed", "Speed of the speech; 1 is normal.").within(0.6, 1.5).by_default(Number(1.0)),
    number("volume", "Volume of the speech; 1 is normal.").within(0.5, 2.0).by_default(Number(1.0)),
    object("experimental", &CARTESIA_EXPERIMENTAL, "Experimental settings."),
}

table! { CARTESIA_EXPERIMENTAL: "CartesiaExperimental", "Experimental settings.", at "providers/voice/cartesia";
    number("accentLocalization", "1 adapts the accent to the language.")
        .within(0.0, 1.0).whole().by_default(Number(0.0)),
}

table! { CARTESIA_CONTROLS: "CartesiaControls",
    "Speed and emotion of older Sonic models.", at "providers/voice/cartesia";
    any("speed", "Speed of the speech; 1 is normal."),
    any("emotion", "The emotion of the speech."),
}

table! { ELEVEN_LABS_DICTIONARY: "ElevenLabsDictionary",
    "A pronunciation dictionary at ElevenLabs.", at "assistants/pronunciation-dictionaries";
    text("pronunciationDictionaryId", "Id of the pronunciation dictionary.").must(),
    text("versionId", "Version of the dictionary."),
}

table! { VAPI_DICTIONARY: "VapiDictionary", "A pronunciation dictionary.", at "assistants/pronunciation-dictionaries";
    text("pronunciationDictId", "Id of the pronunciation dictionary.").must(),
    text("versionId", "Version of the dictionary."),
    text("provider", "The provider of the dictionary."),
}

table! { TAVUS_CONVERSATION: "TavusConversation", "A conversation at Tavus.", at "providers/video/tavus";
    number("maxCallDuration", "The longest call, in seconds."),
    number("participantLeftTimeout", "How long the conversation goes on after everybody left, in seconds."),
    number("participantAbsentTimeout", "How long to wait for somebody to join, in seconds."),
    flag("enableRecording", "Record the conversation."),
    flag("enableTranscription", "Transcribe the conversation."),
    flag("applyGreenscreen", "Put a green background behind the persona."),
    text("language", "The language, by its provider's code for it."),
    text("recordingS3BucketName", "Bucket for recordings."),
    text("recordingS3BucketRegion", "Region of the bucket."),
    text("awsAssumeRoleArn", "ARN of the role that may write to the bucket."),
}
