//! What a person decided beforehand.

use super::prefer::Prefer;

/// What a person decided beforehand.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// `--prefer`.
    pub prefer: Prefer,
    /// `--allow-purchase`.
    pub allow_purchase: bool,
    /// `--declared-only`: what the file does not speak of is not captured.
    pub declared_only: bool,
    /// `--send-secrets`: secrets that Vapi does not show are sent.
    pub send_secrets: bool,
    /// Nothing comes of the plan but its numbers: what could not be sent is no error.
    pub only_looks: bool,
}
