//! `--commit`: the commit of `apply`, `pull` and `sync`.

use super::file::Checked;
use super::run::Run;
use crate::files::commit::Committing;
use crate::model::diagnostic::Diagnostic;
use crate::plan::Action;
use crate::plan::report::{Outcome, Report};

impl Run<'_> {
    /// Collects the files to commit. With `wanted`, checks that a commit is possible before anything is written.
    pub(super) fn prepare_commit(&mut self, wanted: bool, file: &Checked<'_>) -> Result<(), Diagnostic> {
        self.files.extend(file.files());
        if wanted && self.committing.is_none() {
            self.committing = Some(Committing::prepare(&self.files)?);
        }
        Ok(())
    }

    /// Makes the commit. A failure is an error in the last report, which still says what was written.
    pub(super) fn commit(&self, reports: &mut [&mut Report]) {
        let Some(committing) = &self.committing else { return };
        let told: Vec<&Report> = reports.iter().map(|report| &**report).collect();
        let made = committing.commit(&self.files, &message(self.command, &told));
        let Some(last) = reports.last_mut() else { return };
        match made {
            Err(error) => last.errors.push(error),
            Ok(Some(commit)) if committing.is_detached() => last.warnings.push(
                Diagnostic::warning(
                    "detached-head",
                    format!("the commit {commit:.10} was made, but it is on no branch"),
                )
                .help("run `git switch -c NAME` to put it on a new branch"),
            ),
            Ok(_) => {}
        }
    }
}

/// `vapi-sync pull: 2 imported, 1 captured`, then a line per entry.
pub(super) fn message(command: &str, reports: &[&Report]) -> String {
    let done = || {
        reports.iter().flat_map(|report| report.changes()).filter(|(change, outcome)| {
            change.action() != Action::None && !change.is_second() && matches!(outcome, Some(Outcome::Done { .. }))
        })
    };
    let words = [
        (Action::Create, "created"),
        (Action::Update, "updated"),
        (Action::Recreate, "recreated"),
        (Action::Link, "linked"),
        (Action::Import, "imported"),
        (Action::Capture, "captured"),
    ];
    let counts: Vec<String> = words
        .iter()
        .filter_map(|(action, word)| {
            let count = done().filter(|(change, _)| change.action() == *action).count();
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    let recorded = reports.iter().any(|report| report.plan.records_org && report.was_tried());
    let summary = match counts.is_empty() {
        false => counts.join(", "),
        true if recorded => "organisation recorded".to_owned(),
        true => "nothing but what was in the file".to_owned(),
    };
    let lines: String = done().map(|(change, _)| format!("{} {}\n", change.action().word(), change.address)).collect();
    format!("vapi-sync {command}: {summary}\n\n{lines}")
}
