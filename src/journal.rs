//! What a run writes into the audit log.

use std::path::Path;

use crate::apply::Journal;
use crate::diagnostic::Diagnostic;
use crate::model::Value;
use crate::plan::Change;
use crate::report::{Outcome, Report};

/// Writes the audit log of one run.
pub struct AuditJournal {}

impl AuditJournal {
    /// A journal that begins when something is written.
    pub fn new(_path: &Path, _command: &str, _state_file: &Path) -> Self {
        Self {}
    }

    /// The id of the run, if anything was written.
    pub fn run(&self) -> Option<String> {
        None
    }

    /// Records what a pull writes.
    ///
    /// # Errors
    /// The log cannot be written: then the file is not either.
    pub fn pulled(&mut self, _report: &Report) -> Result<(), Diagnostic> {
        Ok(())
    }
}

impl Journal for AuditJournal {
    fn intent(&mut self, _change: &Change) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn outcome(&mut self, _change: &Change, _outcome: &Outcome, _status: Option<u16>) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn left_out(&mut self, _change: &Change, _path: &str, _value: &Value) -> Result<(), Diagnostic> {
        Ok(())
    }
}
