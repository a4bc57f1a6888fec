//! When an agent speaks and stops, and what is stored of a call.

use super::server::SERVER;
use super::voice_parts::REGEX_OPTION;
use super::words::TWILIO_DETECTION_VOICEMAIL_DETECTION_TYPES;
use crate::kinds::table::Literal::{Flag, Number};
use crate::kinds::table::Rewrite::Moved;
use crate::kinds::table::Shape::{Object, OneOf};
use crate::kinds::table::{MAPPING, any, flag, list, number, object, open, sized, table, text, texts, union, words};

table! { START_SPEAKING: "StartSpeaking",
    "When the agent starts to speak.", at "customization/voice-pipeline-configuration";
    number("waitSeconds", "How long the agent waits before it speaks, in seconds.").within(0.0, 5.0),
    any("smartEndpointingEnabled", "Let a model detect the end of a turn. Deprecated: use `smartEndpointingPlan`.")
        .rewritten(Moved("smartEndpointingPlan")),
    object("smartEndpointingPlan", &SMART_ENDPOINTING, "How a model detects the end of a turn."),
    list("customEndpointingRules", &OneOf(&ENDPOINTING_RULE), "Patterns that change how long the agent waits."),
    object("transcriptionEndpointingPlan", &TRANSCRIPTION_ENDPOINTING,
        "How long the agent waits, by how the transcript ends."),
}

table! { STOP_SPEAKING: "StopSpeaking",
    "When the agent stops to listen.", at "customization/voice-pipeline-configuration";
    number("numWords", "How many words interrupt the agent; 0 reacts to any speech.").within(0.0, 10.0),
    number("voiceSeconds", "How long the caller must speak to interrupt, in seconds.").within(0.0, 0.5),
    number("backoffSeconds", "How long the agent stays quiet after an interruption, in seconds.").within(0.0, 10.0),
    list("acknowledgementPhrases", &const { sized(0, 240) }, "Phrases that do not interrupt."),
    list("interruptionPhrases", &const { sized(0, 240) }, "Phrases that interrupt at once."),
}

table! { TRANSCRIPTION_ENDPOINTING: "TranscriptionEndpointing",
    "How long the agent waits, by how the transcript ends.", at "customization/voice-pipeline-configuration";
    number("onPunctuationSeconds", "Wait after punctuation, in seconds.").within(0.0, 3.0),
    number("onNoPunctuationSeconds", "Wait after text without punctuation, in seconds.").within(0.0, 3.0),
    number("onNumberSeconds", "Wait after a number, in seconds.").within(0.0, 3.0),
}

table! { SMART_ENDPOINTING: "SmartEndpointing",
    "How a model detects the end of a turn.", at "customization/voice-pipeline-configuration";
    words("provider", &["vapi", "livekit", "custom-endpointing-model"], "The provider of the model.").or_new().must(),
    text("waitFunction", "Wait in milliseconds, as a formula of the probability `x` that the caller goes on."),
    object("server", &SERVER, "Your server that decides, for `custom-endpointing-model`."),
}

union! { ENDPOINTING_RULE: "EndpointingRule",
    "A pattern that changes how long the agent waits.", at "customization/voice-pipeline-configuration",
    by text("type", "Whose words the pattern is matched with.");
    "assistant" = ONE_SIDED, "The agent's last words.";
    "customer" = ONE_SIDED, "The caller's words.";
    "both" = BOTH_SIDED, "Both.";
}

table! { ONE_SIDED, at "customization/voice-pipeline-configuration";
    text("regex", "A regular expression.").must(),
    list("regexOptions", &Object(&REGEX_OPTION), "Options of the regular expression."),
    number("timeoutSeconds", "How long the agent waits after a match, in seconds.").within(0.0, 15.0).must(),
}

table! { BOTH_SIDED, at "customization/voice-pipeline-configuration";
    text("assistantRegex", "A regular expression for the agent's last words.").must(),
    list("assistantRegexOptions", &Object(&REGEX_OPTION), "Options of the regular expression for the agent."),
    text("customerRegex", "A regular expression for the caller's words.").must(),
    list("customerRegexOptions", &Object(&REGEX_OPTION), "Options of the regular expression for the caller."),
    number("timeoutSeconds", "How long the agent waits after a match, in seconds.").within(0.0, 15.0).must(),
}

table! { MONITOR: "Monitor", "Live listening and control.", at "calls/call-features";
    flag("listenEnabled", "Let others listen to the live call."),
    flag("listenAuthenticationEnabled", "Listening needs the API key."),
    flag("controlEnabled", "Let others control the live call."),
    flag("controlAuthenticationEnabled", "Control needs the API key."),
    // From the document: Vapi keeps it elsewhere too, and this field may lag behind.
    texts("monitorIds", "Ids of monitors.").as_set().only_if_declared(),
}

table! { ARTIFACTS: "Artifacts", "What is stored of a call.", at "assistants/call-recording";
    flag("recordingEnabled", "Record the call."),
    words("recordingFormat", &["wav;l16", "mp3"], "The format of recordings."),
    flag("recordingUseCustomStorageEnabled", "Store recordings in your own bucket."),
    flag("videoRecordingEnabled", "Record video too."),
    flag("fullMessageHistoryEnabled", "Keep all messages, across handoffs too."),
    flag("pcapEnabled", "Capture the packets of SIP calls."),
    text("pcapS3PathPrefix", "Folder for packet captures."),
    flag("pcapUseCustomStorageEnabled", "Store packet captures in your own bucket."),
    flag("loggingEnabled", "Store logs of the call."),
    flag("loggingUseCustomStorageEnabled", "Store logs in your own bucket."),
    object("transcriptPlan", &TRANSCRIPT_PLAN, "How the transcript is written."),
    text("recordingPath", "Folder for recordings."),
    texts("structuredOutputIds", "The structured outputs to produce after the call: `${structured_output:handle}`.")
        .as_set().refers_to("structured_outputs").see("assistants/structured-outputs"),
    list("structuredOutputs", &MAPPING, "Structured outputs, in full."),
    texts("scorecardIds", "Ids of scorecards.").see("observability/scorecard-quickstart"),
    list("scorecards", &MAPPING, "Scorecards, in full."),
    text("loggingPath", "Folder for logs."),
}

table! { TRANSCRIPT_PLAN: "TranscriptPlan", "How the transcript is written.", at "assistants/call-recording";
    flag("enabled", "Whether it is on."),
    text("assistantName", "Name of the agent in the transcript."),
    text("userName", "Name of the caller in the transcript."),
}

table! { DENOISING: "Denoising", "How background noise and speech are filtered out.";
    object("smartDenoisingPlan", &SMART_DENOISING, "Denoising by a model."),
    object("fourierDenoisingPlan", &FOURIER_DENOISING, "Denoising by frequencies (Fourier)."),
}

table! { SMART_DENOISING: "SmartDenoising", "Denoising by a model.";
    flag("enabled", "Whether it is on.").by_default(Flag(true)),
}

table! { FOURIER_DENOISING: "FourierDenoising", "Denoising by frequencies.";
    flag("enabled", "Whether it is on.").by_default(Flag(false)),
    flag("mediaDetectionEnabled", "Detect television and music.").by_default(Flag(true)),
    number("staticThreshold", "Fallback threshold for noise, in decibels.")
        .within(-80.0, 0.0).by_default(Number(-35.0)),
    number("baselineOffsetDb", "Offset of the threshold from the background, in decibels.")
        .within(-30.0, -5.0).by_default(Number(-15.0)),
    number("windowSizeMs", "Window for measuring the background, in milliseconds.")
        .within(1000.0, 30000.0).by_default(Number(3000.0)),
    number("baselinePercentile", "Percentile of the window that counts as the background.")
        .within(1.0, 99.0).by_default(Number(85.0)),
}

table! { KEYPAD: "Keypad", "How keys that the caller presses are handled.";
    flag("enabled", "Whether it is on."),
    number("timeoutSeconds", "How long to wait for the next key, in seconds.").within(0.0, 10.0),
    any("delimiters", "Keys that end the input."),
}

union! { VOICEMAIL_DETECTION: "VoicemailDetection", "How a voicemail is detected.", at "calls/voicemail-detection",
    by text("provider", "Who detects voicemails.");
    "google" = MODEL_DETECTION, "A model of Google listens.";
    "openai" = MODEL_DETECTION, "A model of OpenAI listens.";
    "vapi" = MODEL_DETECTION, "A model of Vapi listens.";
    "twilio" = TWILIO_DETECTION, "Twilio listens.";
}

table! { MODEL_DETECTION, at "calls/voicemail-detection";
    number("beepMaxAwaitSeconds", "How long to wait for the beep, in seconds.")
        .within(0.0, 30.0).by_default(Number(30.0)),
    object("backoffPlan", &VOICEMAIL_BACKOFF, "When a failed request is retried."),
    words("type", &["audio", "transcript"], "Whether it analyses the audio or the transcript."),
}

table! { TWILIO_DETECTION, at "calls/voicemail-detection";
    list("voicemailDetectionTypes", &const { open(TWILIO_DETECTION_VOICEMAIL_DETECTION_TYPES) },
        "Twilio's results that count as a voicemail."),
    flag("enabled", "Whether it is on."),
    number("machineDetectionTimeout", "How long Twilio listens, in seconds.").within(3.0, 59.0),
    number("machineDetectionSpeechThreshold", "Longer speech counts as a machine, in milliseconds.")
        .within(1000.0, 6000.0),
    number("machineDetectionSpeechEndThreshold", "Silence that ends speech, in milliseconds.").within(500.0, 5000.0),
    number("machineDetectionSilenceTimeout", "Silence at the start that ends detection, in milliseconds.")
        .within(2000.0, 10000.0),
}

table! { VOICEMAIL_BACKOFF: "VoicemailBackoff", "When voicemail detection runs.", at "calls/voicemail-detection";
    number("startAtSeconds", "When the first check runs, in seconds.").from(0.0).by_default(Number(5.0)),
    number("frequencySeconds", "Delay between checks, in seconds.").from(2.5).by_default(Number(5.0)),
    number("maxRetries", "How many checks to run.").within(1.0, 10.0).by_default(Number(6.0)),
}
