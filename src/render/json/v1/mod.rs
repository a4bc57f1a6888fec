//! Version 1 of the JSON that machines read. It is a promise: a field may be added, none may change or go.
//!
//! These types know the inside; the inside does not know them.

mod status;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

pub use status::{Agreed, Item, KindStatus, LastRun, State, Status};

/// The version of the format: the first number changes when something of it changes or goes.
pub const FORMAT_VERSION: &str = "1.0";

/// What `plan`, `apply`, `restore` and `pull` print with `--format json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "vapi-sync plan")]
pub struct Plan {
    /// `1.0`.
    pub format_version: String,
    /// The command that was run: `plan`, `apply`, `restore`, `pull`.
    pub command: String,
    /// Which side is written.
    pub direction: Direction,
    /// The environment of the file; only in a file with environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether the environment may be written to; only in a file with environments, null where it waits for no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Option<Gate>>,
    /// The organisation in Vapi, where it can be told.
    pub org_id: Option<String>,
    /// A hash of what the plan does, for `apply --expect`. Null if there is no plan.
    pub digest: Option<String>,
    /// Counts.
    pub summary: Summary,
    /// What happens to each object, in the order in which it happens. Unchanged ones only with `--all`.
    pub changes: Vec<Change>,
    /// Which live numbers ring the agents that change.
    pub impact: Vec<Impact>,
    /// What of the organisation other state files of the repository have: it is not imported. Not there if nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// What is worth knowing.
    pub warnings: Vec<Message>,
    /// What went wrong, beside single changes.
    pub errors: Vec<Message>,
}

/// Objects that another state file of the repository has.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Left {
    /// Its path from the root of the repository.
    pub file: String,
    /// How many, per section.
    pub counts: IndexMap<String, usize>,
}

/// What a command prints that looked at several environments.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "vapi-sync over environments")]
pub struct Environments<D> {
    /// `1.0`.
    pub format_version: String,
    /// The command that was run: `validate`, `plan`, `status`.
    pub command: String,
    /// What it prints for each environment.
    pub environments: Vec<D>,
    /// What went wrong beside them.
    pub errors: Vec<Message>,
}

/// What a command prints for one of several environments.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Document {
    /// Of `plan`.
    Plan(Plan),
    /// Of `status`.
    Status(Status),
    /// Of `validate`.
    Envelope(Envelope),
}

/// Whether an environment may be written to, that comes after another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gate {
    /// The environment that must agree with the file first.
    pub after: String,
    /// Whether it does.
    pub open: bool,
    /// Why, or what is missing.
    pub reason: String,
}

/// Which side is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Vapi.
    ToVapi,
    /// The state file.
    ToFile,
}

/// Counts. The actions are those of the direction; each counts the changes that have it, held back or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Objects that are made in Vapi.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create: Option<usize>,
    /// Objects that are changed in Vapi.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<usize>,
    /// Objects that were deleted in Vapi and are made again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recreate: Option<usize>,
    /// Objects that were found in Vapi; their ids go into the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<usize>,
    /// Objects that become new entries of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<usize>,
    /// Entries that take values from Vapi.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<usize>,
    /// Entries to which nothing happens: those that agree with Vapi, and those that only wait.
    pub none: usize,
    /// Fields and objects that wait for a person.
    pub held_back: usize,
    /// Entries that agree with Vapi.
    pub unchanged: usize,
    /// After a run: changes that were done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<usize>,
    /// After a run: changes that were tried and failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<usize>,
    /// After a run: changes that were not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_attempted: Option<usize>,
}

/// What happens to one object or entry.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// The entry: `agents.receptionist`.
    pub address: String,
    /// `agent` or `phone_number`.
    pub kind: String,
    /// Vapi's id, if the object exists.
    pub id: Option<String>,
    /// Its name, number or SIP URI.
    pub name: Option<String>,
    /// What happens.
    pub action: Action,
    /// Why, for a person; may be empty.
    pub reason: String,
    /// How much of it waits for a person: fields, and the object itself.
    pub held_back: usize,
    /// The fields that change or are held back.
    pub fields: Vec<Field>,
    /// Text files that it makes beside the state file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("default" = []))]
    pub files: Vec<String>,
    /// What became of it, after a run; null where nothing was to be done, and in a plan.
    pub outcome: Option<Outcome>,
    /// Why it is held back or was not attempted.
    pub note: Option<String>,
    /// Why it failed.
    pub error: Option<Message>,
}

/// What happens to an object or entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Made in Vapi.
    Create,
    /// Changed in Vapi.
    Update,
    /// Made again in Vapi, where it was deleted.
    Recreate,
    /// Found in Vapi; its id goes into the file.
    Link,
    /// Written into the file as a new entry.
    Import,
    /// Vapi's values are written into its entry.
    Capture,
    /// Nothing.
    None,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done as planned.
    Done,
    /// Tried and failed.
    Failed,
    /// It waits for a person.
    HeldBack,
    /// Not tried, because something else failed or the run was stopped.
    NotAttempted,
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Field {
    /// Where it stands in the object: `model.tools[function:lookup].server.url`.
    pub path: String,
    /// The value on the side that would change; null if there is none. A secret is `(sensitive)`, or what the file
    /// says of it: `Bearer ${env:KEY}`.
    pub before: Json,
    /// The value that it would have; null if it would have none. Secrets as before.
    pub after: Json,
    /// Whether its values are secret.
    pub sensitive: bool,
    /// What happens.
    pub verdict: Verdict,
    /// Who knows what it was when the file and Vapi last agreed on it; null if nobody does.
    pub base: Option<Base>,
    /// The record that gives the replaced value back.
    pub recorded_in: Option<RecordedIn>,
    /// Why it is held back, or what one should know.
    pub note: Option<String>,
}

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// To Vapi: it has nothing there yet.
    Set,
    /// To Vapi: another value.
    Change,
    /// To Vapi: no value any more.
    Clear,
    /// To Vapi: an element leaves a list.
    Remove,
    /// Held back: somebody set it outside git.
    Drift,
    /// To the file: Vapi's value is written into it.
    Capture,
    /// To the file: the changes of both sides to a text are written into it.
    Merge,
    /// The file is ahead; nothing is written into it.
    Pending,
    /// Held back: both moved.
    Conflict,
}

/// Who knows what a field was when the file and Vapi last agreed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Base {
    /// The commit at which all of the file and Vapi agreed.
    Commit {
        /// Its full id.
        commit: String,
        /// When they were found to agree, RFC 3339 in UTC.
        time: String,
    },
    /// A run that wrote the field.
    Run {
        /// The run, as `vapi-sync log` names it.
        run: String,
        /// When, RFC 3339 in UTC.
        time: String,
    },
}

/// The record that gives a value back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum RecordedIn {
    /// A commit of the state file's repository.
    Commit {
        /// Its full id.
        commit: String,
        /// Its committer time, RFC 3339 in UTC.
        time: String,
    },
    /// The audit log.
    AuditLog(AuditLog),
}

/// The audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditLog {
    /// A run in the audit log.
    AuditLog,
}

/// Live numbers that ring an agent that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Impact {
    /// The agent.
    pub address: String,
    /// The numbers.
    pub rings: Vec<Ring>,
    /// Who stays on an old version of it, because of a pin.
    pub stays: Vec<Stay>,
}

/// Somebody who does not get a change, because of a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stay {
    /// Who: `squad Intake`.
    pub who: String,
    /// The version: `v3`.
    pub version: String,
}

/// A live number that rings an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ring {
    /// Its Vapi id.
    pub id: String,
    /// Its number or SIP URI.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How it reaches the agent: `assistantId`, or the name of the squad.
    pub via: String,
}

/// An error, a warning or a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// A stable word: `unknown-reference`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// The file that it is about.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1, in characters.
    pub column: Option<usize>,
}

/// What `sync` prints with `--format json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Sync {
    /// `1.0`.
    pub format_version: String,
    /// `sync`.
    pub command: String,
    /// The pull, unless the run ended before it.
    pub pull: Option<Plan>,
    /// The apply, unless the run ended before it.
    pub apply: Option<Plan>,
    /// What is worth knowing, beside both.
    pub warnings: Vec<Message>,
    /// What went wrong, beside both.
    pub errors: Vec<Message>,
}

/// What `validate`, `init` and other commands without a plan print with `--format json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Envelope {
    /// `1.0`.
    pub format_version: String,
    /// The command that was run.
    pub command: String,
    /// What else the command has to say.
    #[serde(flatten)]
    pub more: serde_json::Map<String, Json>,
    /// What is worth knowing.
    pub warnings: Vec<Message>,
    /// What went wrong.
    pub errors: Vec<Message>,
}
