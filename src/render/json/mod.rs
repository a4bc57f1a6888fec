//! Reports, statuses and failures as JSON for machines: one document per run, whatever happens.
//!
//! Print a document with [`Output::json`](super::output::Output::json); [`to_text`] is for other places.

mod convert;
pub mod v1;

use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value as Json;

use super::status::About;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Redactor, escape};
use crate::plan::report::{Gate, Report};
use crate::plan::{Direction, Status};

/// A report of `plan`, `apply`, `restore` or `pull`. `all`: with the entries on which both sides agree.
pub fn report(command: &str, report: &Report, all: bool) -> v1::Plan {
    let plan = &report.plan;
    v1::Plan {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: command.to_owned(),
        direction: convert::direction(plan.direction),
        environment: None,
        gate: None,
        org_id: plan.org_id.clone(),
        digest: Some(plan.digest.clone()),
        summary: convert::summary(report),
        changes: convert::changes(report, all),
        impact: convert::impact(plan),
        left: convert::left(&plan.left),
        warnings: convert::messages(
            &[plan.warnings.as_slice(), report.warnings.as_slice(), report.notes.as_slice()].concat(),
        ),
        errors: convert::messages(&report.errors),
    }
}

/// Both halves of a `sync`; `None` for what was not reached.
pub fn sync(
    pull: Option<v1::Plan>,
    apply: Option<v1::Plan>,
    warnings: &[Diagnostic],
    errors: &[Diagnostic],
) -> v1::Sync {
    v1::Sync {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: "sync".to_owned(),
        pull,
        apply,
        warnings: convert::messages(warnings),
        errors: convert::messages(errors),
    }
}

/// A status.
pub fn status(status: &Status, about: &About<'_>, warnings: &[Diagnostic], errors: &[Diagnostic]) -> v1::Status {
    v1::Status {
        in_sync: Some(status.in_sync()),
        checked_at: Some(about.checked_at.to_string()),
        last_run: about.last_run.map(convert::last_run),
        agreed: about.agreed.map(convert::last_agreed),
        left: convert::left(&status.left),
        kinds: status.kinds.iter().map(|kind| (kind.kind.section.to_owned(), convert::kind_status(kind))).collect(),
        ..no_status(warnings, errors)
    }
}

fn no_status(warnings: &[Diagnostic], errors: &[Diagnostic]) -> v1::Status {
    v1::Status {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: "status".to_owned(),
        environment: None,
        gate: None,
        in_sync: None,
        checked_at: None,
        last_run: None,
        agreed: None,
        kinds: Default::default(),
        left: Vec::new(),
        warnings: convert::messages(warnings),
        errors: convert::messages(errors),
    }
}

/// The envelope of a command without a plan (`validate`, `init`, `log`), with what else it has to say.
pub fn envelope(
    command: &str,
    more: serde_json::Map<String, Json>,
    warnings: &[Diagnostic],
    errors: &[Diagnostic],
) -> v1::Envelope {
    v1::Envelope {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: command.to_owned(),
        more,
        warnings: convert::messages(warnings),
        errors: convert::messages(errors),
    }
}

/// What a command prints when it failed before it had a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Failure {
    /// Of `plan`, `apply`, `restore`, `pull`.
    Plan(v1::Plan),
    /// Of `sync`.
    Sync(Box<v1::Sync>),
    /// Of `status`.
    Status(v1::Status),
    /// Of any other command, and of a command line that names none.
    Envelope(v1::Envelope),
}

/// The document of a run that failed before it had a result: the shape that the command would have printed, empty.
pub fn failure(command: &str, warnings: &[Diagnostic], errors: &[Diagnostic]) -> Failure {
    let direction = match command {
        "pull" => Direction::ToFile,
        "plan" | "apply" | "restore" => Direction::ToVapi,
        "sync" => return Failure::Sync(Box::new(sync(None, None, warnings, errors))),
        "status" => return Failure::Status(no_status(warnings, errors)),
        _ => return Failure::Envelope(envelope(command, serde_json::Map::new(), warnings, errors)),
    };
    Failure::Plan(v1::Plan {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: command.to_owned(),
        direction: convert::direction(direction),
        environment: None,
        gate: None,
        org_id: None,
        digest: None,
        summary: convert::of_actions(direction, |_| 0),
        changes: Vec::new(),
        impact: Vec::new(),
        left: Vec::new(),
        warnings: convert::messages(warnings),
        errors: convert::messages(errors),
    })
}

/// A document about an environment of the file.
pub fn of_environment<D: Environmental>(document: D, environment: Option<&str>, gate: Option<&Gate>) -> D {
    let Some(environment) = environment else { return document };
    let gate =
        gate.map(|Gate { after, open, reason }| v1::Gate { after: after.clone(), open: *open, reason: reason.clone() });
    document.of(environment.to_owned(), gate)
}

/// A document that can be about one environment.
pub trait Environmental {
    /// It about an environment.
    #[must_use]
    fn of(self, environment: String, gate: Option<v1::Gate>) -> Self;
}

impl Environmental for v1::Plan {
    fn of(self, environment: String, gate: Option<v1::Gate>) -> Self {
        Self { environment: Some(environment), gate: Some(gate), ..self }
    }
}

impl Environmental for v1::Status {
    fn of(self, environment: String, gate: Option<v1::Gate>) -> Self {
        Self { environment: Some(environment), gate: Some(gate), ..self }
    }
}

impl Environmental for Failure {
    fn of(self, environment: String, gate: Option<v1::Gate>) -> Self {
        match self {
            Failure::Plan(plan) => Failure::Plan(plan.of(environment, gate)),
            Failure::Status(status) => Failure::Status(status.of(environment, gate)),
            Failure::Sync(_) | Failure::Envelope(_) => self,
        }
    }
}

/// What a command prints that looked at several environments.
pub fn over(command: &str, documents: Vec<Json>, errors: &[Diagnostic]) -> v1::Environments<Json> {
    v1::Environments {
        format_version: v1::FORMAT_VERSION.to_owned(),
        command: command.to_owned(),
        environments: documents,
        errors: convert::messages(errors),
    }
}

/// Messages as JSON objects, for places without an envelope of their own.
pub fn messages(diagnostics: &[Diagnostic]) -> Vec<v1::Message> {
    convert::messages(diagnostics)
}

/// The JSON Schemas of the documents, each with the name of its file in `schema/`.
pub fn schemas() -> [(&'static str, schemars::Schema); 3] {
    let generator = || SchemaSettings::draft2020_12().for_serialize().into_generator();
    [
        ("plan.schema.json", generator().into_root_schema_for::<v1::Plan>()),
        ("status.schema.json", generator().into_root_schema_for::<v1::Status>()),
        ("environments.schema.json", generator().into_root_schema_for::<v1::Environments<v1::Document>>()),
    ]
}

/// A document as text: indented, without secrets, with a line end.
pub fn to_text(document: &impl Serialize, redactor: &Redactor) -> String {
    // Documents are structs, texts and numbers: nothing that JSON cannot hold.
    let value = redactor.json(serde_json::to_value(document).unwrap_or_default());
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    format!("{}\n", escape::json(&text))
}

#[cfg(test)]
mod tests;
