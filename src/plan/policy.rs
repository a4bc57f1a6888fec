//! Decisions from the command line.

use super::prefer::Prefer;

/// Decisions from the command line.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// `--prefer`.
    pub prefer: Prefer,
    /// `--allow-purchase`.
    pub allow_purchase: bool,
    /// `--declared-only`: fields that the file does not have are not captured.
    pub declared_only: bool,
    /// `--send-secrets`: all secrets are sent again, also those that Vapi does not show.
    pub send_secrets: bool,
    /// The plan is only counted (`status`), so a value that could not be sent is no error.
    pub only_looks: bool,
}
