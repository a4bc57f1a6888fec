//! Outside git: finds the run that wrote or replaced a value, in the audit log.

use std::path::{Path, PathBuf};

use crate::audit::{self, Stage};
use crate::kinds;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::{Question, Record, Recorded};
use crate::model::{FieldPath, SENSITIVE, Value};
use crate::state::environments::Whose;
use crate::values::compare::{gives_back, value_at};

/// The audit log as a record: every value that a finished write replaced or set.
pub struct AuditRecord {
    path: PathBuf,
    whose: Whose,
    notes: Diagnostics,
}

impl AuditRecord {
    /// The audit log at `path`, read at the first question. It need not exist: then nothing is found.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), whose: Whose::Only, notes: Vec::new() }
    }

    /// The same for what an environment had of the file.
    #[must_use]
    pub fn of(self, whose: Whose) -> Self {
        Self { whose, ..self }
    }

    /// Lines that were skipped.
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }
}

impl Record for AuditRecord {
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        let mut answers = vec![None; questions.len()];
        let asked: Vec<Asked<'_>> = questions.iter().map(Asked::new).collect();
        let Some(mut records) = audit::read(&self.path)? else { return Ok(answers) };
        for record in records.by_ref() {
            let record = record?;
            if record.stage != Stage::Done || !record.is_of(self.whose.environment(), self.whose.org_id()) {
                continue;
            }
            for (answer, asked) in answers.iter_mut().zip(&asked) {
                // Records stand in the order of time.
                if asked.is_about(&record) && record.fields.iter().any(|field| asked.is_held_by(field)) {
                    *answer = Some(Recorded::AuditLog { time: record.time.to_string() });
                }
            }
        }
        self.notes = records.notes().to_vec();
        Ok(answers)
    }
}

/// A question, and how the log may spell its path.
struct Asked<'q> {
    question: &'q Question,
    address: String,
    /// The path and its parents as written, each with the rest of the path below it.
    paths: Vec<(String, FieldPath, FieldPath)>,
}

impl<'q> Asked<'q> {
    fn new(question: &'q Question) -> Self {
        let steps = &question.path.0;
        let split = |at: usize| {
            let (above, below) = steps.split_at(at);
            let above = FieldPath(above.to_vec());
            (above.to_string(), above, FieldPath(below.to_vec()))
        };
        Self { question, address: question.address.to_string(), paths: (0..=steps.len()).map(split).collect() }
    }

    fn is_about(&self, record: &audit::Record) -> bool {
        let id = self.question.id.as_ref().map(|id| id.as_str());
        (id.is_some() && record.vapi_id.as_deref() == id) || record.address == self.address
    }

    fn is_held_by(&self, field: &audit::Field) -> bool {
        if field.sensitive {
            return false;
        }
        let Some((_, above, below)) = self.paths.iter().find(|(path, _, _)| *path == field.path) else { return false };
        [&field.before, &field.after].into_iter().flatten().any(|value| {
            // What stands in the log in place of a secret equals nothing.
            let value = Value::from(value.clone()).map(&|value| {
                if value.as_text().is_some_and(|text| text.contains(SENSITIVE)) {
                    *value = Value::Unknown(Vec::new());
                }
            });
            self.is_given_back(&value, above, below)
        })
    }

    fn is_given_back(&self, value: &Value, above: &FieldPath, below: &FieldPath) -> bool {
        let Question { address, path, value: wanted, element, .. } = self.question;
        let root = kinds::of(address).root();
        let spot = root.at(path);
        match value_at(root.at(above), value, below) {
            Some(Value::List(items)) if *element => items.iter().any(|item| gives_back(spot.item(), item, wanted)),
            Some(recorded) if !*element => gives_back(spot, recorded, wanted),
            _ => false,
        }
    }
}
