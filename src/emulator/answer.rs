//! Responses before serialisation, and errors in Vapi's (NestJS's) format.

use serde_json::{Value, json};

/// A status and a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// 200 with this body.
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// 201 with this body.
    pub fn created(body: Value) -> Self {
        Self { status: 201, body }
    }

    /// An error with one message.
    pub fn error(status: u16, message: impl Into<String>) -> Self {
        Self::refusal(status, Value::String(message.into()))
    }

    /// A validation error with all messages.
    pub fn invalid(messages: Vec<String>) -> Self {
        Self::refusal(400, Value::from(messages))
    }

    /// The error for a missing or wrong key.
    pub fn unauthorized() -> Self {
        let hint = "Hot tip, you may be using the private key instead of the public key, or vice versa.";
        Self::error(401, format!("Invalid Key. {hint}"))
    }

    /// The error for exceeding the rate limit.
    pub fn too_many() -> Self {
        Self::error(429, "ThrottlerException: Too Many Requests")
    }

    fn refusal(status: u16, message: Value) -> Self {
        Self { status, body: json!({"message": message, "error": reason(status), "statusCode": status}) }
    }
}

/// The reason phrase of a status.
pub(super) fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}
