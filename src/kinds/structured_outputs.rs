//! Structured outputs: data that a model extracts from finished calls.
//!
//! Source: Vapi's OpenAPI document (`CreateStructuredOutputDTO`, `UpdateStructuredOutputDTO`, `StructuredOutput`), unless
//! a row says otherwise.

use super::parts::common::{MANAGED, condition_key};
use super::parts::extraction::EXTRACTION_MODEL;
use super::table::Literal::Word;
use super::table::Rewrite::Schema;
use super::table::Shape::{Object, OneOf};
use super::table::{TEXT, flag, list, mapping, number, object, one_of, table, text, texts, union, words};
use super::{Kind, PLAIN};
use crate::model::Value;

pub(super) static KIND: Kind = Kind {
    section: "structured_outputs",
    option: "structured-outputs",
    word: "structured_output",
    noun: "structured output",
    nouns: "structured outputs",
    id_key: "vapi_structured_output_id",
    endpoint: "/structured-output",
    dashboard: "structured-outputs",
    // `true` lets an update change the type of the schema.
    query: Some(|seen, body| {
        let type_of = |of: &Value| of.as_map().and_then(|of| first_type(of.get("schema")?));
        let after = type_of(body);
        ("schemaOverride", if after.is_some() && after != type_of(seen) { "true" } else { "false" })
    }),
    leads_on: false,
    config: Object(&STRUCTURED_OUTPUT),
    ..PLAIN
};

/// The type at the top of a schema; of several the first.
fn first_type(schema: &Value) -> Option<String> {
    match schema.as_map()?.get("type")? {
        Value::List(items) => items.first()?.as_text().map(str::to_owned),
        value => value.as_text().map(str::to_owned),
    }
}

table! { STRUCTURED_OUTPUT: "StructuredOutput",
    "Data that a model extracts from finished calls. These are the fields of a Vapi structured output.",
    at "assistants/structured-outputs", with MANAGED;
    text("name", "The name, up to 40 characters.").at_least(1).longest(40).must().such_as(&["Appointment"]),
    words("type", &["ai", "regex"], "Whether a model or a regular expression extracts the data. Cannot be changed later.")
        .by_default(Word("ai")).create_only(),
    text("regex", "The regular expression that extracts the data.").at_least(1).longest(1000),
    one_of("model", &EXTRACTION_MODEL, "The model that extracts the data."),
    // Observed, but not in the document.
    words("target", &["messages", "messages-with-audio"], "Whether the model reads the messages, or hears the audio too.")
        .or_new(),
    object("compliancePlan", &STORAGE, "Whether it is stored in spite of HIPAA."),
    list("conditions", &OneOf(&OUTPUT_CONDITION), "Conditions, all of which must hold, or nothing is extracted.")
        .keyed(condition_key),
    mapping("schema", "JSON Schema of the data.").must().free().rewritten(Schema),
    text("description", "What it is for, in plain words. The model reads it."),
    list("assistantIds", &TEXT, "The agents: prefer `artifactPlan.structuredOutputIds` of the agent.")
        .as_set().refers_to("agents").later().only_if_declared(),
    texts("workflowIds", "Ids of workflows.").as_set(),
}

table! { STORAGE: "Storage", "Whether data is stored in spite of HIPAA.", at "security-and-privacy/hipaa";
    flag("forceStoreOnHipaaEnabled", "Store it although HIPAA is enabled. It must hold no health data."),
}

union! { OUTPUT_CONDITION: "OutputCondition", "A condition.", at "assistants/structured-outputs",
    by text("type", "What is tested.");
    "minMessages" = MIN_MESSAGES, "The call has so many messages.";
    "minCallDuration" = MIN_DURATION, "The call lasted so long.";
    "endedReason" = ENDED_REASON, "The call ended for certain reasons.";
}

table! { MIN_MESSAGES, at "assistants/structured-outputs";
    number("count", "The number of messages.").from(0.0).must(),
}

table! { MIN_DURATION, at "assistants/structured-outputs";
    number("seconds", "The duration in seconds.").from(0.0).must(),
}

table! { ENDED_REASON, at "calls/call-ended-reason";
    words("operator", &["oneOf", "notOneOf"], "Whether it must be one of these, or none.").must(),
    texts("values", "The reasons.").must(),
}
