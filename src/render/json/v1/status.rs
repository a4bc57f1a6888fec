//! What `status` prints.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Field, Gate, Left, Message};

/// What `status` prints with `--format json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "vapi-sync status")]
pub struct Status {
    /// `1.0`.
    pub format_version: String,
    /// `status`.
    pub command: String,
    /// The environment of the file; only in a file with environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether the environment may be written to; only in a file with environments, null where it waits for no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Option<Gate>>,
    /// Whether nothing is to be done on either side. Null if it could not be found out.
    pub in_sync: Option<bool>,
    /// When Vapi was looked at, RFC 3339 in UTC. Null if it could not be.
    pub checked_at: Option<String>,
    /// The last run that the audit log knows of.
    pub last_run: Option<LastRun>,
    /// The last commit at which the file and Vapi agreed. Null if none is known.
    pub agreed: Option<Agreed>,
    /// The objects and entries per section of the file, counted and one by one.
    pub kinds: IndexMap<String, KindStatus>,
    /// What other state files of the repository have: it is in none of the counts. Not there if nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// What is worth knowing.
    pub warnings: Vec<Message>,
    /// What went wrong.
    pub errors: Vec<Message>,
}

/// The last commit at which the file and Vapi agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Agreed {
    /// Its full id.
    pub commit: String,
    /// When they were found to agree, RFC 3339 in UTC.
    pub time: String,
    /// How many commits changed the file since: they wait to be applied.
    pub commits_waiting: usize,
}

/// A run that wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LastRun {
    /// Its id, for `vapi-sync log`.
    pub run: String,
    /// `apply`, `pull`, `sync` or `restore`.
    pub command: String,
    /// When it last wrote, RFC 3339 in UTC.
    pub time: String,
    /// Who started it.
    pub actor: String,
    /// The commit that was checked out.
    pub commit: Option<String>,
}

/// The objects and entries of one kind. Each has one state, so that the counts add up.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct KindStatus {
    /// Entries of the file that are not ignored.
    pub in_file: usize,
    /// Objects in Vapi that are not ignored, and in no other state file.
    pub in_vapi: usize,
    /// Entries that agree with their object.
    pub in_sync: usize,
    /// Entries with something to apply.
    pub pending: usize,
    /// Entries with something that somebody set outside git.
    pub drift: usize,
    /// Entries that have no object yet.
    pub only_in_file: usize,
    /// Objects that no entry claims.
    pub only_in_vapi: usize,
    /// Entries whose object was deleted in Vapi.
    pub missing_in_vapi: usize,
    /// Objects and entries that `ignore` names.
    pub ignored: usize,
    /// Each of them, but those that are ignored.
    pub items: Vec<Item>,
}

/// An entry of the file, or an object of Vapi that has none.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Item {
    /// The entry; for an object that is only in Vapi, the entry that `pull` would make of it.
    pub address: String,
    /// Its name, number or SIP URI.
    pub name: Option<String>,
    /// Vapi's id. Null where the object does not exist.
    pub id: Option<String>,
    /// How it stands.
    pub state: State,
    /// Why it is not in sync, for a person.
    pub reason: Option<String>,
    /// When Vapi last changed it (made it, if it is only in Vapi), RFC 3339. Null where that is not why it is not in sync.
    pub since: Option<String>,
    /// The fields in which they differ.
    pub fields: Vec<Field>,
}

/// How an object in Vapi stands to its entry in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They agree.
    InSync,
    /// `apply` has something to send.
    Pending,
    /// Something was changed in Vapi, whatever else `apply` has to send.
    Drift,
    /// The entry has no object yet.
    OnlyInFile,
    /// No entry has the object.
    OnlyInVapi,
    /// The object of the entry was deleted in Vapi.
    MissingInVapi,
}
