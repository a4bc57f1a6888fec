//! Which version of the file has a given value?
//!
//! In: [`Question`]s about the fields that differ. Out: for each question the newest record that holds the value, or none.
//! The answers come from git or the audit log, behind the trait [`Record`].

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::model::agreed::Agreement;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};

/// Asks whether a value of a field is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The entry with the field.
    pub address: Address,
    /// Its Vapi id, by which older versions are searched, since the handle may have changed.
    pub id: Option<RemoteId>,
    /// The field.
    pub path: FieldPath,
    /// The value, in normal form.
    pub value: Value,
    /// The value is an element of the list at `path`, at any position.
    pub element: bool,
    /// Only commits after this agreement count, and those that are only on another branch.
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

/// A source of answers.
pub trait Record {
    /// The newest record for each question, in the order of the questions.
    ///
    /// # Errors
    /// The source cannot be read: the repository is damaged, or belongs to another user.
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic>;

    /// For each question, whether the newest version at that time holds the value.
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

    /// Whether the state file is unchanged since the checked out commit. Always `true` outside git.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn is_committed(&mut self) -> Result<bool, Diagnostic> {
        Ok(true)
    }

    /// Whether the checked out commit has the state file. Always `true` outside git.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn is_tracked(&mut self) -> Result<bool, Diagnostic> {
        Ok(true)
    }

    /// Visits the texts of all versions of the state file, the newest first, until `look` breaks. None outside git.
    ///
    /// # Errors
    /// As for [`Record::answer`].
    fn versions(&mut self, _look: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// Warnings about the answers so far.
    fn warnings(&self) -> &[Diagnostic] {
        &[]
    }

    /// Notes about the answers so far, for verbose output.
    fn notes(&self) -> &[Diagnostic] {
        &[]
    }
}

/// The answers to the questions of a draft.
#[derive(Debug, Default)]
pub struct Answers {
    /// The newest record for each question.
    pub recorded: Vec<Option<Recorded>>,
    /// Questions about values that were put into the file after Vapi's value was set.
    pub since: HashSet<usize>,
    /// The state file has uncommitted changes.
    pub uncommitted: bool,
    /// The state file was never committed.
    pub nothing_committed: bool,
}

impl Answers {
    /// The newest record for a question.
    pub fn of(&self, question: usize) -> Option<&Recorded> {
        self.recorded.get(question)?.as_ref()
    }
}

/// A source that knows nothing.
pub struct NoRecord;

impl Record for NoRecord {
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        Ok(vec![None; questions.len()])
    }
}
