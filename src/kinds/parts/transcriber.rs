//! The transcriber of an agent, by provider: the most used ones.

use super::transcriber_more::{
    CARTESIA_TRANSCRIBER, CUSTOM_TRANSCRIBER, GLADIA_VOCABULARY, SONIOX_TRANSCRIBER, SPEECHMATICS_TRANSCRIBER,
    TALKSCRIBER_TRANSCRIBER, TRANSCRIBER_COMMON, VAPI_TRANSCRIBER, XAI_TRANSCRIBER,
};
use super::words::{
    ASSEMBLY_TRANSCRIBER_SPEECH_MODEL, DEEPGRAM_TRANSCRIBER_MODEL, GLADIA_TRANSCRIBER_LANGUAGE_BEHAVIOUR,
};
use crate::kinds::table::Literal::Flag;
use crate::kinds::table::Rewrite::Cut;
use crate::kinds::table::{any, flag, list, number, object, open, sized, table, text, texts, union, words};

union! { TRANSCRIBER: "Transcriber", "What turns the caller's speech into text.", at "providers/transcriber/overview",
    by text("provider", "The provider of the transcriber. It says which other fields there are.");
    "deepgram" = DEEPGRAM_TRANSCRIBER, "Transcribers of Deepgram.";
    "assembly-ai" = ASSEMBLY_TRANSCRIBER, "Transcribers of AssemblyAI.";
    "azure" = AZURE_TRANSCRIBER, "Transcribers of Azure.";
    "11labs" = ELEVEN_LABS_TRANSCRIBER, "Transcribers of ElevenLabs.";
    "gladia" = GLADIA_TRANSCRIBER, "Transcribers of Gladia.";
    "openai" = OPEN_AI_TRANSCRIBER, "Transcribers of OpenAI.";
    "google" = GOOGLE_TRANSCRIBER, "Transcribers of Google.";
    "speechmatics" = SPEECHMATICS_TRANSCRIBER, "Transcribers of Speechmatics.";
    "soniox" = SONIOX_TRANSCRIBER, "Transcribers of Soniox.";
    "cartesia" = CARTESIA_TRANSCRIBER, "Transcribers of Cartesia.";
    "talkscriber" = TALKSCRIBER_TRANSCRIBER, "Transcribers of Talkscriber.";
    "xai" = XAI_TRANSCRIBER, "Transcribers of xAI.";
    "vapi" = VAPI_TRANSCRIBER, "Transcribers of Vapi.";
    "custom-transcriber" = CUSTOM_TRANSCRIBER, "A transcriber of your own.";
}

table! { DEEPGRAM_TRANSCRIBER, at "providers/transcriber/deepgram", with TRANSCRIBER_COMMON;
    words("model", DEEPGRAM_TRANSCRIBER_MODEL, "The model, by its provider's name for it.").or_new(),
    text("language", "The language, by its provider's code for it."),
    flag("smartFormat", "Format dates, numbers and addresses for reading."),
    flag("mipOptOut", "Opt out of the provider's model improvement program.").by_default(Flag(false)),
    flag("numerals", "Write numbers as digits."),
    flag("profanityFilter", "Filter profanity."),
    list("redaction", &const { open(&["pci", "pii", "phi", "numbers"]) }, "Which information is redacted."),
    number("confidenceThreshold", "Transcripts with a lower confidence are dropped.").within(0.0, 1.0),
    number("eotThreshold", "Confidence that ends a turn.").within(0.5, 0.9),
    number("eotTimeoutMs", "Silence that always ends a turn, in milliseconds.").within(500.0, 10000.0),
    texts("languages", "The languages to expect."),
    texts("keywords", "Words to recognise, each with an optional boost: `snuffles:2`.")
        .see("customization/custom-keywords"),
    texts("keyterm", "Terms to recognise.").see("customization/custom-keywords"),
    number("endpointing", "Silence that ends an utterance, in milliseconds.").within(10.0, 500.0),
}

table! { ASSEMBLY_TRANSCRIBER, at "providers/transcriber/assembly-ai", with TRANSCRIBER_COMMON;
    text("language", "The language, by its provider's code for it."),
    number("confidenceThreshold", "Transcripts with a lower confidence are dropped.").within(0.0, 1.0),
    flag("formatTurns", "Add punctuation and capitals to finished turns."),
    number("endOfTurnConfidenceThreshold", "Confidence that ends a turn.").within(0.0, 1.0),
    number("minEndOfTurnSilenceWhenConfident", "Silence that ends a turn at high confidence, in milliseconds.")
        .from(0.0),
    number("wordFinalizationMaxWaitTime", "How long a word may still change, in milliseconds.").from(0.0),
    number("maxTurnSilence", "Silence that always ends a turn, in milliseconds.").from(0.0),
    flag("vadAssistedEndpointingEnabled", "Use voice activity as well to detect the end of a turn."),
    words("mode", &["max_accuracy", "min_latency", "balanced"], "Whether accuracy or latency comes first.").or_new(),
    text("prompt", "Context that helps the transcriber.").longest(1750),
    text("agentContext", "The agent's last words, as context.").longest(1750),
    texts("languageCodes", "The languages to expect."),
    words("speechModel", ASSEMBLY_TRANSCRIBER_SPEECH_MODEL, "The speech model.").or_new(),
    text("realtimeUrl", "Another address of the service."),
    list("wordBoost", &const { sized(0, 2500) }, "Words that the transcriber should recognise."),
    list("keytermsPrompt", &const { sized(0, 50) }, "Terms to recognise."),
    number("endUtteranceSilenceThreshold", "Silence that ends an utterance, in milliseconds."),
    flag("disablePartialTranscripts", "Send final transcripts only."),
}

table! { AZURE_TRANSCRIBER, at "providers/transcriber/azure", with TRANSCRIBER_COMMON;
    text("language", "The language, by its provider's code for it."),
    words("segmentationStrategy", &["Default", "Time", "Semantic"], "How speech is split into segments.").or_new(),
    number("segmentationSilenceTimeoutMs", "Silence that ends a segment, in milliseconds.").within(100.0, 5000.0),
    number("segmentationMaximumTimeMs", "The longest segment, in milliseconds.").within(20000.0, 70000.0),
}

table! { ELEVEN_LABS_TRANSCRIBER, at "providers/transcriber/elevenlabs", with TRANSCRIBER_COMMON;
    words("model", &["scribe_v1", "scribe_v2", "scribe_v2_realtime"], "The model, by its provider's name for it.")
        .or_new(),
    text("language", "The language, by its provider's code for it."),
    number("silenceThresholdSeconds", "Silence that ends an utterance, in seconds.").within(0.3, 3.0),
    number("confidenceThreshold", "Transcripts with a lower confidence are dropped.").within(0.1, 0.9),
    number("minSpeechDurationMs", "Shortest sound that counts as speech, in milliseconds.").within(50.0, 2000.0),
    number("minSilenceDurationMs", "Shortest pause that counts as silence, in milliseconds.").within(50.0, 2000.0),
}

table! { GLADIA_TRANSCRIBER, at "providers/transcriber/gladia", with TRANSCRIBER_COMMON;
    words("model", &["fast", "accurate", "solaria-1"], "The model, by its provider's name for it.").or_new(),
    words("languageBehaviour", GLADIA_TRANSCRIBER_LANGUAGE_BEHAVIOUR, "Whether the language is fixed or detected.")
        .or_new(),
    text("language", "The language, by its provider's code for it."),
    any("languages", "The languages to expect."),
    text("transcriptionHint", "Context that helps the transcriber.").longest(600).rewritten(Cut(600)),
    flag("prosody", "Mark laughter, music and the like in the transcript."),
    flag("audioEnhancer", "Enhance the audio before transcription."),
    number("confidenceThreshold", "Transcripts with a lower confidence are dropped.").within(0.0, 1.0),
    number("endpointing", "Silence that ends an utterance, in seconds.").within(0.01, 10.0),
    number("speechThreshold", "Sensitivity to speech: higher values ignore more noise.").within(0.0, 1.0),
    flag("customVocabularyEnabled", "Use `customVocabularyConfig`."),
    object("customVocabularyConfig", &GLADIA_VOCABULARY, "Words that the transcriber should recognise."),
    words("region", &["us-west", "eu-west"], "The provider's region that does the work.").or_new(),
    flag("receivePartialTranscripts", "Send partial transcripts as well."),
}

table! { OPEN_AI_TRANSCRIBER, at "providers/transcriber/openai", with TRANSCRIBER_COMMON;
    words("model", &["gpt-4o-transcribe", "gpt-4o-mini-transcribe"], "The model, by its provider's name for it.")
        .or_new().must(),
    text("language", "The language, by its provider's code for it."),
}

table! { GOOGLE_TRANSCRIBER, at "providers/transcriber/google", with TRANSCRIBER_COMMON;
    text("model", "The model, by its provider's name for it."),
    text("language", "The language, by its provider's code for it."),
}
