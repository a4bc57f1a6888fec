//! The audit log: what every run meant to write, and what came of it. JSON lines in `.vapi-sync/audit.jsonl`.
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
pub use run::{RunId, actor};
pub use write::Writer;

/// One line of the audit log. A field that a later version adds is skipped over by this one.
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
    /// The state file that it is about, as [`file_name`] gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
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
    /// What came of it.
    pub outcome: Outcome,
    /// The HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why it failed or was held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a log calls a state file: several may share one log. A path from the folder that the log's own folder stands in,
/// so that it is the same in every checkout; else the whole path.
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
    /// The value that was there. `None`: none was; JSON `null` is a value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub before: Option<Value>,
    /// The value that is there then. `None`: none is.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub after: Option<Value>,
    /// What Vapi held, where `after` is a text of the file into which that was merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Value>,
    /// The values are secret, and not the true ones.
    #[serde(default)]
    pub sensitive: bool,
}

/// What came of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is about to be made.
    Intent,
    /// It was made, and the answer held what was asked.
    Done,
    /// It was refused, or nobody knows.
    Failed,
    /// It waits for a person.
    HeldBack,
    /// Something that it needs failed.
    NotAttempted,
    /// What a later version of this program calls otherwise.
    #[serde(other)]
    Unknown,
}

/// Tells `null` from nothing.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
