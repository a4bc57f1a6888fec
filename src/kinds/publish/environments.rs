//! The part of the editor schema about environments and variables.

use serde_json::{Value, json};

/// A name of an environment, as `state::environments` accepts it.
const NAME: &str = "^[a-z0-9_-]+$";

/// `vars`, of the file or of an environment.
pub(super) fn variables(about: &str) -> Value {
    json!({
        "description": about, "type": ["object", "null"], "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
        "additionalProperties": true,
    })
}

/// `environments` at the top of the file.
pub(super) fn environments() -> Value {
    json!({
        "description": "One organisation per environment: staging, production. --env names one.",
        "type": "object", "minProperties": 1, "propertyNames": {"pattern": NAME},
        "additionalProperties": {"$ref": "#/definitions/Environment"},
    })
}

/// One environment.
pub(super) fn environment() -> Value {
    json!({
        "title": "Environment",
        "description": "An organisation of Vapi, and where it differs from the others. Its key is VAPI_API_KEY_<NAME>.",
        "type": ["object", "null"], "additionalProperties": false,
        "properties": {
            "org_id": {
                "type": ["string", "null"],
                "description": "The organisation. The first pull or apply writes it; a key of another one is refused.",
            },
            "after": {
                "type": ["string", "null"],
                "description": "The environment that must agree with the file before apply writes to this one.",
            },
            "base_url": {
                "type": ["string", "null"],
                "description": "Where Vapi is, if not at https://api.vapi.ai: https://api.eu.vapi.ai.",
            },
            "vars": variables("Values of variables in this environment."),
            "ignore": {"$ref": "#/definitions/Ignore", "description": "What this environment ignores beside the rest."},
        },
    })
}

/// `environments` of an entry.
pub(super) fn limits() -> Value {
    json!({
        "type": "array", "minItems": 1, "items": {"type": "string", "pattern": NAME},
        "description": "The environments that have this entry. Without it: all.",
    })
}

/// The id of an entry: one, or one per environment.
pub(super) fn id(about: &str) -> Value {
    json!({
        "type": ["string", "object", "null"], "propertyNames": {"pattern": NAME},
        "additionalProperties": {"type": ["string", "null"]}, "description": about,
    })
}
