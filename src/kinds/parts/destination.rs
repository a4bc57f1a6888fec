//! Destinations of transfers and handoffs.

use super::analysis::SUMMARY;
use super::overrides::OVERRIDES;
use super::server::SERVER;
use super::tool_parts::VARIABLE_EXTRACTION;
use super::words::{TO_ASSISTANT_TRANSFER_MODE, TRANSFER_PLAN_MODE};
use crate::kinds::agents::ASSISTANT;
use crate::kinds::squads::SQUAD;
use crate::kinds::table::Literal::{Flag, Number, Word};
use crate::kinds::table::Rewrite::{Trimmed, Words};
use crate::kinds::table::Shape::{Either, Object};
use crate::kinds::table::{TEXT, any, field, flag, list, mapping, number, object, table, text, union, words};

union! { TRANSFER_DESTINATION: "TransferDestination", "Where a call can be transferred to.", at "tools/transfer-call",
    by text("type", "What the call is transferred to.");
    "number" = TO_NUMBER, "A telephone number.";
    "sip" = TO_SIP, "A SIP address.";
    "assistant" = TO_ASSISTANT, "An agent of the same squad.";
}

union! { FALLBACK: "Fallback", "Where calls go when nothing else answers.", at "call-forwarding",
    by text("type", "What the call is transferred to.");
    "number" = TO_NUMBER, "A telephone number.";
    "sip" = TO_SIP, "A SIP address.";
}

table! { TO_NUMBER, at "call-forwarding";
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What the caller hears before the transfer."),
    flag("numberE164CheckEnabled", "Check that the number is in E.164 format.").by_default(Flag(true)),
    text("number", "The telephone number.").at_least(3).longest(40).must(),
    text("extension", "The extension to dial after the call is answered.").at_least(1).longest(10),
    text("callerId", "The caller ID that is shown.").longest(40),
    object("transferPlan", &TRANSFER_PLAN, "How the transfer is made."),
    text("description", "What it is for, in plain words. The model reads it."),
}

table! { TO_SIP, at "call-forwarding";
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What the caller hears before the transfer."),
    text("sipUri", "A SIP address.").must(),
    text("callerId", "The caller ID that is shown.").longest(40),
    object("transferPlan", &TRANSFER_PLAN, "How the transfer is made."),
    mapping("sipHeaders", "SIP headers."),
    text("description", "What it is for, in plain words. The model reads it."),
}

table! { TO_ASSISTANT, at "call-forwarding";
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What the caller hears before the transfer."),
    words("transferMode", TO_ASSISTANT_TRANSFER_MODE, "How much of the conversation the next agent gets."),
    text("assistantName", "The name of an agent."),
    text("description", "What it is for, in plain words. The model reads it."),
    text("assistantId", "Id of an agent: `${agent:handle}`.").refers_to("agents"),
}

table! { TRANSFER_PLAN: "TransferPlan", "How a call is transferred.", at "call-forwarding";
    words("mode", TRANSFER_PLAN_MODE, "Blind transfer, or a warm one that informs the operator first.")
        .or_new().must().rewritten(Words(OLD_MODES)),
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What the operator hears."),
    number("timeout", "How long the operator has to answer, in seconds.").within(1.0, 600.0).by_default(Number(60.0)),
    words("sipVerb", &["refer", "bye", "dial"], "The SIP method of the transfer.").by_default(Word("refer")),
    number("dialTimeout", "How long to let it ring, in seconds.").within(1.0, 600.0).by_default(Number(60.0)),
    text("holdAudioUrl", "Address of the audio that the caller hears on hold."),
    text("transferCompleteAudioUrl", "Address of the audio that is played once the transfer is complete."),
    any("contextEngineeringPlan", "How much of the conversation the next agent gets."),
    text("twiml", "TwiML instructions that run at Twilio.").longest(4096),
    object("summaryPlan", &SUMMARY, "How the call is summarised."),
    flag("sipHeadersInReferToEnabled", "Put the SIP headers into `Refer-To`."),
    object("fallbackPlan", &TRANSFER_FALLBACK, "What takes over when this provider fails."),
}

// Observed.
const OLD_MODES: &[(&str, &str)] = &[
    ("warm-transfer-with-summary", "warm-transfer-say-summary"),
    ("warm-transfer-with-message", "warm-transfer-say-message"),
    ("warm-transfer-with-twiml", "warm-transfer-twiml"),
];

table! { TRANSFER_FALLBACK: "TransferFallback", "What happens when a transfer fails.", at "call-forwarding";
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What is said when the transfer fails.").must(),
    flag("endCallEnabled", "End the call after the message.").by_default(Flag(true)),
}

table! { CUSTOM_MESSAGE: "CustomMessage", "A message in several languages.", at "call-forwarding";
    list("contents", &Object(&TRANSLATION), "The text in several languages."),
    words("type", &["custom-message"], "Always `custom-message`.").must(),
    text("content", "The text. A variable such as `{{name}}` is filled in during the call.")
        .longest(1000).rewritten(Trimmed),
}

table! { TRANSLATION: "Translation", "A text in one language.", at "customization/multilingual";
    words("type", &["text"], "Always `text`.").must(),
    text("text", "The text.").must(),
    text("language", "The language, by its provider's code for it.").must(),
}

union! { MEMBER_DESTINATION: "MemberDestination", "A member that takes over the call.", at "squads",
    by text("type", "What takes over the call.");
    "assistant" = TO_MEMBER, "Another member.";
}

table! { TO_MEMBER, at "squads";
    field("message", Either(&[TEXT, Object(&CUSTOM_MESSAGE)]), "What the caller hears before the transfer."),
    words("transferMode", TO_ASSISTANT_TRANSFER_MODE, "How much of the conversation the next agent gets."),
    any("contextEngineeringPlan", "How much of the conversation the next agent gets."),
    text("assistantName", "The name of an agent of the squad."),
    text("assistantId", "Id of an agent: `${agent:handle}`.").refers_to("agents"),
    object("assistant", &ASSISTANT, "An agent, in full."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    object("assistantOverrides", &OVERRIDES, "Fields that differ from the agent's own."),
    text("description", "What it is for, in plain words. The model reads it."),
}

union! { HANDOFF_DESTINATION: "HandoffDestination", "What can take over a call.", at "squads/handoff",
    by text("type", "What takes over the call.");
    "assistant" = HANDOFF_TO_ASSISTANT, "Another agent.";
    "squad" = HANDOFF_TO_SQUAD, "A squad.";
    "dynamic" = HANDOFF_DYNAMIC, "Your server decides.";
}

table! { HANDOFF_TO_ASSISTANT, at "squads/handoff";
    any("contextEngineeringPlan", "How much of the conversation the next agent gets."),
    text("assistantName", "The name of an agent."),
    text("assistantId", "Id of an agent: `${agent:handle}`.").refers_to("agents"),
    object("assistant", &ASSISTANT, "An agent, in full."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    object("assistantOverrides", &OVERRIDES, "Fields that differ from the agent's own."),
    text("description", "What it is for, in plain words. The model reads it."),
}

table! { HANDOFF_TO_SQUAD, at "squads/handoff";
    any("contextEngineeringPlan", "How much of the conversation the next agent gets."),
    text("squadId", "A squad: `${squad:handle}`.").refers_to("squads"),
    object("squad", &SQUAD, "A squad, in full."),
    text("entryAssistantName", "Name of the squad's agent that takes the call."),
    object("variableExtractionPlan", &VARIABLE_EXTRACTION, "Which values of the response become variables."),
    object("squadOverrides", &OVERRIDES, "Fields that differ from the squad's own."),
    text("description", "What it is for, in plain words. The model reads it."),
}

table! { HANDOFF_DYNAMIC, at "squads/handoff";
    object("server", &SERVER, "Your server, and how Vapi calls it."),
    text("description", "What it is for, in plain words. The model reads it."),
}
