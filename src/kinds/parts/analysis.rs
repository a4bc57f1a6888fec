//! Analysis of finished calls, and compliance.

use super::voice::VOICE;
use super::words::SUCCESS_EVALUATION_RUBRIC;
use crate::kinds::table::Literal::{Flag, Number, Word};
use crate::kinds::table::Rewrite::Schema;
use crate::kinds::table::Shape::Object;
use crate::kinds::table::{MAPPING, flag, list, mapping, number, object, one_of, table, text, texts, union, words};

table! { ANALYSIS: "Analysis", "What Vapi makes of a call after its end.", at "assistants/call-analysis";
    number("minMessagesThreshold", "Calls with fewer messages are not analysed.").from(0.0),
    object("summaryPlan", &SUMMARY, "How the call is summarised."),
    object("structuredDataPlan", &STRUCTURED_DATA, "Data to extract from the call."),
    list("structuredDataMultiPlan", &Object(&NAMED_STRUCTURED_DATA), "Several sets of data to extract from the call."),
    object("successEvaluationPlan", &SUCCESS_EVALUATION, "How the success of the call is judged."),
    texts("outcomeIds", "Ids of outcomes."),
}

table! { SUMMARY: "Summary", "How the call is summarised.", at "assistants/call-analysis";
    list("messages", &MAPPING, "The messages that the model gets; the system message is the prompt."),
    flag("enabled", "Whether it is on."),
    number("timeoutSeconds", "How long Vapi waits for the model, in seconds.").within(1.0, 60.0),
}

table! { STRUCTURED_DATA: "StructuredData", "Data to extract from the call.", at "assistants/call-analysis";
    list("messages", &MAPPING, "The messages that the model gets; the system message is the prompt."),
    flag("enabled", "Whether it is on."),
    mapping("schema", "JSON Schema of the data.").free().rewritten(Schema),
    number("timeoutSeconds", "How long Vapi waits for the model, in seconds.").within(1.0, 60.0),
}

table! { NAMED_STRUCTURED_DATA: "NamedStructuredData", "One of several sets of data.", at "assistants/call-analysis";
    text("key", "Name of the set.").must(),
    object("plan", &STRUCTURED_DATA, "How the data is extracted.").must(),
}

table! { SUCCESS_EVALUATION: "SuccessEvaluation", "How the success of the call is judged.",
    at "assistants/call-analysis";
    words("rubric", SUCCESS_EVALUATION_RUBRIC, "The scale of the judgement."),
    list("messages", &MAPPING, "The messages that the model gets; the system message is the prompt."),
    flag("enabled", "Whether it is on."),
    number("timeoutSeconds", "How long Vapi waits for the model, in seconds.").within(1.0, 60.0),
}

table! { COMPLIANCE: "Compliance", "Compliance settings.", at "security-and-privacy/hipaa";
    flag("hipaaEnabled", "Store nothing of the call: no logs, recordings or transcripts."),
    flag("pciEnabled", "Keep card data out of what is stored.").see("security-and-privacy/pci"),
    object("securityFilterPlan", &SECURITY_FILTER, "How attacks in the caller's words are filtered."),
    one_of("recordingConsentPlan", &CONSENT, "How the caller consents to the recording."),
}

table! { SECURITY_FILTER: "SecurityFilter", "How attacks in the caller's words are filtered.";
    flag("enabled", "Whether it is on.").by_default(Flag(false)),
    list("filters", &MAPPING, "The kinds of attacks."),
    words("mode", &["sanitize", "reject", "replace"], "What happens to a match.").or_new().by_default(Word("sanitize")),
    text("replacementText", "The text that replaces a match.").by_default(Word("[FILTERED]")),
}

union! { CONSENT: "Consent",
    "How the caller consents to the recording.", at "security-and-privacy/recording-consent-plan",
    by text("type", "How the caller consents.");
    "stay-on-line" = STAY_ON_LINE, "The caller consents by staying on the line.";
    "verbal" = VERBAL, "The caller consents in words.";
}

table! { STAY_ON_LINE, at "security-and-privacy/recording-consent-plan";
    text("message", "What is said to ask for consent.").longest(1000).must(),
    one_of("voice", &VOICE, "The voice that reads the message."),
    words("firstMessageMode", &["assistant-speaks-first", "assistant-waits-for-user"], "Who speaks first.")
        .by_default(Word("assistant-speaks-first")),
    number("waitSeconds", "How long to wait for the caller to hang up, in seconds.")
        .within(1.0, 6.0).by_default(Number(3.0)),
}

table! { VERBAL, at "security-and-privacy/recording-consent-plan";
    text("message", "What is said to ask for consent.").longest(1000).must(),
    one_of("voice", &VOICE, "The voice that reads the message."),
    words("firstMessageMode", &["assistant-speaks-first", "assistant-waits-for-user"], "Who speaks first.")
        .by_default(Word("assistant-speaks-first")),
    mapping("declineTool", "The tool to call when the caller declines."),
    text("declineToolId", "The tool to call when the caller declines: `${tool:handle}`.").refers_to("tools"),
}
