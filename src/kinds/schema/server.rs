//! Servers that Vapi calls.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use super::words::{Closed, Value, words};


/// A server of yours, and how Vapi calls it.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Server {
    /// How long, in seconds.
    #[schemars(range(min = 1, max = 300))]
    timeout_seconds: Option<f64>,
    /// Id of a credential of the organisation.
    credential_id: Option<String>,
    /// Call from fixed addresses.
    static_ip_addresses_enabled: Option<bool>,
    /// Which parts of the request are encrypted.
    encrypted_paths: Option<Vec<String>>,
    /// The address, https.
    url: Option<String>,
    /// HTTP headers. Credentials belong into `${env:…}`.
    headers: Option<Headers>,
    /// When it is tried again.
    backoff_plan: Option<Backoff>,
    /// The word that your server expects in `x-vapi-secret`. Vapi does not show it again.
    secret: Option<String>,
}

/// HTTP headers by name.
pub(super) type Headers = BTreeMap<String, String>;

/// When a call that failed is made again.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Backoff {
    /// How many tries.
    #[schemars(range(min = 0, max = 10))]
    max_retries: f64,
    /// How long between tries, in seconds.
    #[schemars(range(min = 0, max = 10))]
    base_delay_seconds: f64,
    /// Answers that are not tried again.
    excluded_status_codes: Option<Vec<Value>>,
    /// Whether the time between tries stays or doubles.
    r#type: Closed<BackoffType>,
}

words!(BackoffType: "fixed", "exponential");
