//! An answer before it is bytes, and Vapi's errors, which have the form that NestJS gives them.

use serde_json::{Value, json};

/// A status and a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// What was asked for.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// What was made.
    pub fn created(body: Value) -> Self {
        Self { status: 201, body }
    }

    /// A refusal with one message.
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::refusal(status, Value::String(message.into()))
    }

    /// The validator's refusal: all it found.
    pub fn invalid(messages: Vec<String>) -> Self {
        Self::refusal(400, Value::from(messages))
    }

    /// The answer to a missing or wrong key.
    pub fn unauthorized() -> Self {
        let hint = "Hot tip, you may be using the private key instead of the public key, or vice versa.";
        Self::error(401, format!("Invalid Key. {hint}"))
    }

    /// The answer to more requests than the quota allows.
    pub fn too_many() -> Self {
        Self::error(429, "ThrottlerException: Too Many Requests")
    }

    fn refusal(status: u16, message: Value) -> Self {
        Self { status, body: json!({"message": message, "error": reason(status), "statusCode": status}) }
    }
}

/// The words that belong to a status.
pub(super) fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}
