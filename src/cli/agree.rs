//! Records at the end of a run that the file and Vapi agree, for later runs.

use std::collections::HashMap;

use jiff::Timestamp;

use super::run::{Run, Wish};
use crate::files::agreed::note;
use crate::history::GitRecord;
use crate::model::agreed::Agreed;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::report::Report;

impl Run<'_> {
    /// Records after the last write that the file and Vapi agree, if they do. A failure is a warning.
    pub(super) fn agree(&self, wish: &Wish, reports: &mut [&mut Report]) {
        let agrees = wish.selection.is_all() && reports.iter().all(|report| report.waits_for_nothing());
        let Some(last) = reports.last().filter(|last| agrees && last.agrees()) else { return };
        let org_id = last.plan.org_id.clone();
        let wrote = reports.iter().any(|report| report.was_written());
        let run = reports.iter().rev().find_map(|report| report.run.clone());
        let noted = self.note_agreement(org_id, wrote, run);
        if let (Err(warning), Some(last)) = (noted, reports.last_mut()) {
            last.warnings.push(Diagnostic { severity: Severity::Warning, ..warning });
        }
    }

    /// `org_id` is that of the plan. If the organisation was empty until this run, the file has the id by now.
    fn note_agreement(&self, org_id: Option<String>, wrote: bool, run: Option<String>) -> Result<(), Diagnostic> {
        let failed = |errors: Diagnostics| errors.into_iter().next();
        // If somebody broke the file meanwhile, the next run reports it.
        let Ok(loaded) = self.load() else { return Ok(()) };
        let Some(git) = GitRecord::open(loaded.disk.real(), HashMap::new())? else { return Ok(()) };
        let (includes, in_file) = match loaded.checked().map_err(failed) {
            Ok(file) => (file.includes(), file.desired.file.org_id.clone()),
            Err(_) => return Ok(()),
        };
        let Some(org_id) = org_id.or(in_file) else { return Ok(()) };
        let org_id = org_id.as_str();
        let git = git.of(loaded.whose.ever(Some(org_id)));
        let Some(to_note) = git.to_note(org_id, &loaded.text, &includes, wrote)? else { return Ok(()) };
        let now = Timestamp::now();
        let run = run.unwrap_or_else(|| self.id.to_string());
        let agreed = Agreed { commit: to_note.commit, time: now, run, path: to_note.path };
        note(&to_note.repository, org_id, &agreed, to_note.former.as_deref())
    }
}
