//! Hooks: actions on events of a call.

use super::common::NESTED;
use super::destination::TRANSFER_DESTINATION;
use super::model::CHAT_MESSAGE;
use super::server::SERVER;
use super::tool::TOOL;
use super::tool_parts::FUNCTION;
use super::words::HOOK_EVENT;
use crate::kinds::table::Literal::Flag;
use crate::kinds::table::Shape::{Either, List, Object, OneOf};
use crate::kinds::table::{MAPPING, TEXT, field, flag, list, number, object, one_of, sized, table, text, union, words};

table! { HOOK: "Hook", "Actions that run on an event of a call.", at "assistants/assistant-hooks", with NESTED;
    words("on", HOOK_EVENT, "The event that runs the hook.").or_new().must(),
    list("do", &OneOf(&HOOK_ACTION), "The actions to run.").must(),
    object("options", &TIMEOUT_OPTIONS, "For `customer.speech.timeout`: after how long, and how often."),
    text("name", "A name for the hook.").longest(1000),
    list("filters", &Object(&HOOK_FILTER), "Conditions under which the hook runs."),
}

table! { HOOK_FILTER: "HookFilter", "A condition under which a hook runs.", at "assistants/assistant-hooks";
    words("type", &["oneOf"], "Always `oneOf`.").must(),
    text("key", "The value to test: `call.endedReason`.").longest(1000).must().see("calls/call-ended-reason"),
    list("oneOf", &const { sized(0, 1000) }, "The values of which one must match.").must(),
}

table! { TIMEOUT_OPTIONS: "TimeoutOptions",
    "How long a caller may be silent.", at "assistants/assistant-hooks";
    words("triggerResetMode", &["onUserSpeech", "never"], "When the count starts again."),
    number("timeoutSeconds", "Silence that runs the hook, in seconds.").within(1.0, 1000.0).must(),
    number("triggerMaxCount", "How often the hook runs at most.").within(1.0, 10.0),
}

union! { HOOK_ACTION: "HookAction", "An action of a hook.", at "assistants/assistant-hooks",
    by text("type", "What the hook does.");
    "say" = SAY, "Says something.";
    "tool" = CALL_TOOL, "Calls a tool.";
    "message.add" = ADD_MESSAGE, "Adds a message to the conversation.";
    "transfer" = HOOK_TRANSFER, "Transfers the call.";
    "function" = HOOK_FUNCTION, "Calls a function.";
}

table! { SAY, at "assistants/assistant-hooks";
    field("exact", Either(&[TEXT, List(&TEXT)]), "The exact words; of several, one is chosen at random."),
    field("prompt", Either(&[TEXT, List(&MAPPING)]), "Instructions from which the model makes up what to say."),
}

table! { CALL_TOOL, at "assistants/assistant-hooks";
    one_of("tool", &TOOL, "A tool, in full."),
    text("toolId", "A tool of the organisation: `${tool:handle}`.").refers_to("tools"),
}

table! { ADD_MESSAGE, at "assistants/assistant-hooks";
    object("message", &CHAT_MESSAGE, "The message.").must(),
    flag("triggerResponseEnabled", "Let the model answer at once.").by_default(Flag(true)),
}

table! { HOOK_TRANSFER, at "assistants/assistant-hooks";
    one_of("destination", &TRANSFER_DESTINATION, "Where the call goes."),
}

table! { HOOK_FUNCTION, at "assistants/assistant-hooks";
    object("function", &FUNCTION, "Name, purpose and parameters of the function."),
    object("server", &SERVER, "The server that runs it."),
    flag("async", "Continue without waiting for the response."),
}
