//! The `recorded` question: which version of the file gives a live value back?
//!
//! In: [`Question`]s about the fields that differ. Out: per question the newest record that holds the value, or none. Who
//! answers (git, the audit log) is not known here.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::model::agreed::Agreement;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};

/// Has anybody recorded this value of this field?
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The entry that has the field.
    pub address: Address,
    /// Its Vapi id: in older versions the entry is found by it, whatever its handle was then.
    pub id: Option<RemoteId>,
    /// The field.
    pub path: FieldPath,
    /// The value, in normal form.
    pub value: Value,
    /// The value is an element of the list that stands at `path`, wherever in it.
    pub element: bool,
    /// Only commits after this one count, or those that only another branch has.
    pub after: Option<Agreement>,
}

/// A record that holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// A commit of the state file's repository.
    Commit {
        /// Its full id.
        id: String,
        /// Its committer time, RFC 3339 in UTC.
        time: String,
        /// `None`: `HEAD` contains it. Otherwise a branch that does.
        only_on: Option<String>,
    },
    /// A run in the audit log.
    AuditLog {
        /// When, RFC 3339 in UTC.
        time: String,
    },
}

impl Recorded {
    /// When it was recorded, RFC 3339 in UTC.
    pub fn time(&self) -> &str {
        match self {
            Recorded::Commit { time, .. } | Recorded::AuditLog { time } => time,
        }
    }
}

/// Somebody who can answer.
pub trait Record {
    /// The newest record per question, in the order of the questions.
    ///
    /// # Errors
    /// The record cannot be read, so that nothing can be said: a damaged repository, one of another user.
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic>;

    /// Per question, whether the version that was the newest at that time holds the value.
    ///
    /// # Errors
    /// As [`Record::answer`].
    fn held_at(&mut self, questions: &[(Question, Timestamp)]) -> Result<Vec<bool>, Diagnostic> {
        let plain: Vec<Question> = questions.iter().map(|(question, _)| question.clone()).collect();
        let answers = self.answer(&plain)?;
        let recorded_by = |recorded: &Recorded, time: &Timestamp| {
            recorded.time().parse::<Timestamp>().is_ok_and(|recorded| recorded <= *time)
        };
        Ok(answers
            .iter()
            .zip(questions)
            .map(|(answer, (_, time))| answer.as_ref().is_some_and(|recorded| recorded_by(recorded, time)))
            .collect())
    }

    /// Whether the state file is, as it stands, what the checked out commit has. Outside git there is no telling: `true`.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn is_committed(&mut self) -> Result<bool, Diagnostic> {
        Ok(true)
    }

    /// Whether the checked out commit has the state file at all. Outside git there is no telling: `true`.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn is_tracked(&mut self) -> Result<bool, Diagnostic> {
        Ok(true)
    }

    /// Shows the texts of all versions of the state file, the newest first, until `look` breaks off. Outside git there are none.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn versions(&mut self, _look: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// What is worth knowing about the answers so far.
    fn warnings(&self) -> &[Diagnostic] {
        &[]
    }

    /// What only those want to know who ask for more.
    fn notes(&self) -> &[Diagnostic] {
        &[]
    }
}

/// The answers to the questions of a draft.
#[derive(Debug, Default)]
pub struct Answers {
    /// Per question, the newest record.
    pub recorded: Vec<Option<Recorded>>,
    /// Questions about values of the file that were not in it yet when Vapi's value was set.
    pub since: HashSet<usize>,
    /// The state file is not as it was committed.
    pub uncommitted: bool,
    /// The state file was never committed.
    pub nothing_committed: bool,
}

impl Answers {
    /// The newest record that answers a question.
    pub fn of(&self, question: usize) -> Option<&Recorded> {
        self.recorded.get(question)?.as_ref()
    }
}

/// Nobody recorded anything.
pub struct NoRecord;

impl Record for NoRecord {
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        Ok(vec![None; questions.len()])
    }
}
