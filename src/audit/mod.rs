//! The audit log: the intent and outcome of every write. JSON lines in `.vapi-sync/audit.jsonl`.
//!
//! In: [`Record`]s, one before and one after each write ([`Writer`]). Out: the same, for `vapi-sync log`, for `restore` and,
//! outside git, for what is recorded ([`read()`]). No secret is ever in it: [`SENSITIVE`](crate::model::SENSITIVE) stands
//! in its place.

mod read;
mod run;
mod write;

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use read::{Reader, last, read, recent};
pub use run::{RunId, actor, short_run};
pub use write::Writer;

/// One line of the audit log. Fields added by later versions are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it was written.
    pub time: Timestamp,
    /// The run that wrote it.
    pub run: String,
    /// `apply`, `pull`, `sync`, `restore`.
    pub command: String,
    /// Who started the run.
    #[serde(default)]
    pub actor: String,
    /// The commit that was checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Its state file, as [`file_name`] gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The environment of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The organisation, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_id: Option<String>,
    /// Whether the run went through the closed gate of its environment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate_skipped: bool,
    /// The entry: `agents.receptionist`.
    pub address: String,
    /// Its id in Vapi, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vapi_id: Option<String>,
    /// `create`, `update`, `recreate`, `link`, `import`, `capture`.
    pub action: String,
    /// What changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Text files that it makes beside the state file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// How far it is.
    #[serde(rename = "outcome")]
    pub stage: Stage,
    /// The HTTP status of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed or was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Whose records of a log count.
#[derive(Debug, Clone)]
pub struct Owner<'o> {
    /// The state file, as [`file_name`] gives it.
    pub file: String,
    /// Its environment.
    pub environment: Option<&'o str>,
    /// Its organisation, if it is known.
    pub org_id: Option<&'o str>,
}

impl Owner<'_> {
    /// Whether a record is about this file and this organisation.
    pub fn has(&self, record: &Record) -> bool {
        record.file.as_deref().is_none_or(|of| of == self.file) && record.is_of(self.environment, self.org_id)
    }
}

impl Record {
    /// Whether it is about an organisation. An environment may have been renamed: the organisation decides, where both are
    /// known.
    pub fn is_of(&self, environment: Option<&str>, org_id: Option<&str>) -> bool {
        match (self.org_id.as_deref(), org_id) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => self.environment.as_deref() == environment,
        }
    }
}

/// The name of a state file in a log, which several may share: its path relative to the parent of the log's folder, so that
/// it is the same in every checkout; else the whole path.
pub fn file_name(log: &Path, state_file: &Path) -> String {
    let folder = log.parent().and_then(Path::parent);
    let name = folder.and_then(|folder| state_file.strip_prefix(folder).ok()).unwrap_or(state_file);
    name.display().to_string()
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Where, as a [`FieldPath`](crate::model::FieldPath) is written: `model.temperature`.
    pub path: String,
    /// The value before. `None`: there was none; JSON `null` is a value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub before: Option<Value>,
    /// The value after. `None`: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub after: Option<Value>,
    /// What Vapi held, if it was merged into a text of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Value>,
    /// The values are secret, and replaced here.
    #[serde(default)]
    pub sensitive: bool,
    /// The values as the file spells them, where texts in them have secrets: variables stand in the place of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled: Option<Spelled>,
}

/// What a field was, as the file spells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spelled {
    /// Before, if the file had that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// After, on both sides.
    pub after: Value,
}

/// How far a change is: `intent` before its request, then how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// About to be sent.
    Intent,
    /// Done, and the response holds what was sent.
    Done,
    /// Rejected, or unknown.
    Failed,
    /// It waits for a person.
    HeldBack,
    /// A dependency failed.
    NotAttempted,
    /// A word of a later version.
    #[serde(other)]
    Unknown,
}

/// Distinguishes `null` from a missing field.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
