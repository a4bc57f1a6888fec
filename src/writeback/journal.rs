//! Records a run in the audit log, before and after each write.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::apply::Journal;
use crate::audit::{Field, Owner, Record, RunId, Spelled, Stage, Writer, actor, file_name};
use crate::model::diagnostic::Diagnostic;
use crate::model::{SENSITIVE, Value};
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, FieldChange, TextMerge, Work};
use crate::state::spelled::all_spelled;

/// Writes the records of one run. The log is opened for the first record, so that a run without writes leaves no trace.
pub struct AuditJournal<'h> {
    path: PathBuf,
    run: RunId,
    command: String,
    state_file: PathBuf,
    environment: Option<String>,
    org_id: Option<String>,
    /// Whether the run goes through the closed gate of its environment.
    skips_gate: bool,
    /// Removes secrets from a text, since Vapi may quote one in an error.
    hide: &'h (dyn Fn(&str) -> String + Sync),
    open: Option<Open>,
}

struct Open {
    writer: Writer,
    actor: String,
    commit: Option<String>,
}

impl<'h> AuditJournal<'h> {
    /// A journal for a run of a command on a state file and an organisation. `hide` removes secrets from a text.
    pub fn new(
        path: &Path,
        run: RunId,
        command: &str,
        state_file: &Path,
        owner: &Owner<'_>,
        hide: &'h (dyn Fn(&str) -> String + Sync),
    ) -> Self {
        Self {
            path: path.to_path_buf(),
            run,
            command: command.to_owned(),
            state_file: state_file.to_path_buf(),
            environment: owner.environment.map(str::to_owned),
            org_id: owner.org_id.map(str::to_owned),
            skips_gate: false,
            hide,
            open: None,
        }
    }

    /// Notes in each record that the run goes through the closed gate of its environment.
    #[must_use]
    pub fn skipping_the_gate(self) -> Self {
        Self { skips_gate: true, ..self }
    }

    /// The id of the run, if it has records.
    pub fn run(&self) -> Option<String> {
        self.open.as_ref().map(|_| self.run.to_string())
    }

    fn open(&mut self) -> Result<&mut Open, Diagnostic> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let (commit, user) = crate::history::checked_out(&self.state_file);
                Open { writer: Writer::open(&self.path)?, actor: actor(user, &|name| std::env::var(name).ok()), commit }
            }
        };
        Ok(self.open.insert(open))
    }

    /// The record of a change, with the time and the run.
    fn record(
        &mut self,
        change: &Change,
        fields: Vec<Field>,
        stage: Stage,
        status: Option<u16>,
    ) -> Result<Record, Diagnostic> {
        let command = self.command.clone();
        let (environment, org_id, gate_skipped) = (self.environment.clone(), self.org_id.clone(), self.skips_gate);
        let file = file_name(&self.path, &self.state_file);
        let hide = self.hide;
        let hidden = |value: Option<Json>| value.map(|value| hidden(value, hide));
        let fields = fields.into_iter().map(|field| Field {
            before: hidden(field.before),
            after: hidden(field.after),
            merged: hidden(field.merged),
            spelled: field
                .spelled
                .map(|Spelled { before, after }| Spelled { before: hidden(before), after: self::hidden(after, hide) }),
            ..field
        });
        let fields = fields.collect();
        let run = self.run.to_string();
        let open = self.open()?;
        Ok(Record {
            time: Timestamp::now(),
            run,
            command,
            actor: open.actor.clone(),
            commit: open.commit.clone(),
            file: Some(file),
            environment,
            org_id,
            gate_skipped,
            address: change.address.to_string(),
            vapi_id: change.id.as_ref().map(|id| id.0.clone()),
            action: change.action().word().to_owned(),
            fields,
            files: change.files.clone(),
            stage,
            status,
            error: None,
        })
    }

    fn append(&mut self, records: &[Record]) -> Result<(), Diagnostic> {
        self.open()?.writer.append_all(records)
    }

    /// Records what a pull is about to write (`done` false), or has written.
    ///
    /// # Errors
    /// The log cannot be written; do not write the file either.
    pub fn pulled(&mut self, report: &Report, done: bool) -> Result<(), Diagnostic> {
        let mut records = Vec::new();
        for (change, outcome) in report.changes() {
            let Some(Outcome::Done { .. }) = outcome else { continue };
            let fields = match &change.work {
                Work::Import(Value::Map(map)) => map.iter().map(|(key, value)| imported(key, value)).collect(),
                _ => logged(change, Verdict::changes_file),
            };
            let ending = if done { Stage::Done } else { Stage::Intent };
            records.push(self.record(change, fields, ending, None)?);
        }
        if records.is_empty() { Ok(()) } else { self.append(&records) }
    }
}

impl Journal for AuditJournal<'_> {
    fn intents(&mut self, changes: &[&Change]) -> Result<(), Diagnostic> {
        let mut records = Vec::with_capacity(changes.len());
        for change in changes {
            let fields = logged(change, |verdict| !verdict.is_held_back());
            records.push(self.record(change, fields, Stage::Intent, None)?);
        }
        self.append(&records)
    }

    fn outcomes(&mut self, outcomes: &[(&Change, &Outcome, Option<u16>)]) -> Result<(), Diagnostic> {
        // A run that wrote nothing leaves no log.
        let did = |(_, outcome, _): &(&Change, &Outcome, Option<u16>)| matches!(outcome, Outcome::Done { .. });
        if self.open.is_none() && !outcomes.iter().any(did) {
            return Ok(());
        }
        let mut records = Vec::with_capacity(outcomes.len());
        for (change, outcome, status) in outcomes {
            let (stage, id, error) = match outcome {
                Outcome::Done { id } => (Stage::Done, id.as_ref().map(|id| id.0.clone()), None),
                Outcome::Failed(error) => (Stage::Failed, None, Some((self.hide)(&error.message))),
                Outcome::HeldBack(why) => (Stage::HeldBack, None, Some((self.hide)(why))),
                Outcome::NotAttempted(why) => (Stage::NotAttempted, None, Some(why.clone())),
            };
            let fields = logged(change, |verdict| !verdict.is_held_back());
            let record = self.record(change, fields, stage, *status)?;
            records.push(Record { vapi_id: id.or(record.vapi_id.clone()), error, ..record });
        }
        self.append(&records)
    }

    fn left_out(&mut self, change: &Change, path: &str, value: &Value) -> Result<(), Diagnostic> {
        let field = Field {
            path: path.to_owned(),
            before: Some(value.to_shown()),
            after: None,
            merged: None,
            sensitive: matches!(value, Value::Secret(_)),
            spelled: None,
        };
        let why = "Vapi itself no longer takes this field; it was left out of a second try".to_owned();
        let record = self.record(change, vec![field], Stage::Intent, None)?;
        self.append(&[Record { error: Some(why), ..record }])
    }
}

/// The fields of a change, as the log has them.
fn logged(change: &Change, wanted: impl Fn(Verdict) -> bool) -> Vec<Field> {
    let recreated = matches!(change.action(), Action::Create | Action::Recreate);
    change
        .fields
        .iter()
        .filter(|field| wanted(field.verdict))
        .map(|field| Field {
            path: field.path.to_string(),
            before: if recreated { None } else { shown(field, field.before.as_ref()) },
            after: shown(field, field.after.as_ref()),
            merged: merged(field).map(Value::to_shown),
            sensitive: field.sensitive,
            spelled: spelled(field),
        })
        .collect()
}

/// What Vapi held, if it was merged into a text of the file.
fn merged(field: &FieldChange) -> Option<&Value> {
    match &field.merge {
        Some(TextMerge::Clean(vapi)) => Some(vapi),
        Some(TextMerge::Overlap(_)) | None => None,
    }
}

/// A field that has secrets within texts now, as the file spells it. `None`: there are none, or there are others.
fn spelled(field: &FieldChange) -> Option<Spelled> {
    let is_within = |value: &Value| matches!(value, Value::Secret(secret) if secret.is_within_text());
    let form = |value: &Value| all_spelled(value).map(|value| value.to_shown());
    let after = merged(field).or(field.after.as_ref()).filter(|value| value.any(&is_within))?;
    // What `--send-secrets` sends again may have parts that are held back.
    if field.sensitive && !matches!(after, Value::Secret(_)) {
        return None;
    }
    Some(Spelled { before: field.before.as_ref().and_then(form), after: form(after)? })
}

/// A value without secrets in its texts: Vapi or the file may have one in an unexpected place.
fn hidden(value: Json, hide: &dyn Fn(&str) -> String) -> Json {
    match value {
        Json::String(text) => hide(&text).into(),
        Json::Array(items) => items.into_iter().map(|item| hidden(item, hide)).collect(),
        Json::Object(map) => map.into_iter().map(|(key, value)| (hide(&key), hidden(value, hide))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => value,
    }
}

fn shown(field: &FieldChange, value: Option<&Value>) -> Option<serde_json::Value> {
    value.map(|value| if field.sensitive { SENSITIVE.into() } else { value.to_shown() })
}

fn imported(key: &str, value: &Value) -> Field {
    Field {
        path: crate::model::FieldPath::root().key(key).to_string(),
        before: None,
        after: Some(value.to_shown()),
        merged: None,
        sensitive: matches!(value, Value::Secret(_)),
        spelled: None,
    }
}
