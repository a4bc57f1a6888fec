//! An object of each kind, as tests make many of them.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

/// A kind of object, and how tests make one.
pub struct Sample {
    pub section: &'static str,
    pub collection: Collection,
    /// The key beside `config` that holds the id.
    pub id_key: &'static str,
    /// The top-level field that holds the text.
    pub field: &'static str,
    /// What its names begin with.
    noun: &'static str,
    fields: fn(&str) -> Value,
}

/// All kinds, in the order of `apply`.
pub static SAMPLES: [Sample; 5] = [
    Sample {
        section: "structured_outputs",
        collection: Collection::StructuredOutput,
        id_key: "vapi_structured_output_id",
        field: "description",
        noun: "Output ",
        fields: |text| json!({"schema": {"type": "string"}, "description": text}),
    },
    Sample {
        section: "tools",
        collection: Collection::Tool,
        id_key: "vapi_tool_id",
        field: "messages",
        noun: "tool_",
        fields: |text| json!({"type": "function", "messages": [{"type": "request-start", "content": text}]}),
    },
    Sample {
        section: "agents",
        collection: Collection::Assistant,
        id_key: "vapi_assistant_id",
        field: "firstMessage",
        noun: "Agent ",
        fields: |text| json!({"firstMessage": text}),
    },
    Sample {
        section: "squads",
        collection: Collection::Squad,
        id_key: "vapi_squad_id",
        field: "membersOverrides",
        noun: "Squad ",
        fields: |text| json!({"members": [{"assistant": {"name": "Member"}}], "membersOverrides": {"firstMessage": text}}),
    },
    Sample {
        section: "phone_numbers",
        collection: Collection::PhoneNumber,
        id_key: "vapi_phone_number_id",
        field: "fallbackDestination",
        noun: "Line ",
        fields: |text| {
            let destination = json!({"type": "number", "number": "+14155550142", "message": text});
            json!({"provider": "twilio", "twilioAccountSid": format!("AC{:032}", 0), "fallbackDestination": destination})
        },
    },
];

impl Sample {
    /// The name of the object with this handle.
    pub fn name(&self, handle: &str) -> String {
        format!("{}{handle}", self.noun)
    }

    /// The config of the object with this handle, a letter and a number, with this text in [`Sample::field`].
    pub fn config(&self, handle: &str, text: &str) -> Value {
        let mut config = (self.fields)(text);
        match self.collection {
            Collection::Tool => config["function"] = json!({"name": self.name(handle)}),
            _ => config["name"] = self.name(handle).into(),
        }
        if self.collection == Collection::PhoneNumber {
            let (letter, at) = handle.split_at(1);
            let letter = letter.bytes().next().expect("a letter");
            config["number"] = format!("+14{letter:03}55{:05}", at.parse::<u16>().expect("a number")).into();
        }
        config
    }

    /// What somebody saves who sets the text and nothing else.
    pub fn patch(&self, text: &str) -> Value {
        json!({ self.field: (self.fields)(text)[self.field] })
    }

    /// Its entry in a file.
    pub fn entry(&self, handle: &str, config: &Value) -> String {
        format!("  {handle}:\n    config: {config}\n")
    }

    /// Its endpoint.
    pub fn path(&self) -> String {
        format!("/{}", self.collection.path())
    }
}
