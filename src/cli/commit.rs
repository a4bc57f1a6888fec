//! `--commit` of `apply`, `pull` and `sync`.

use std::path::PathBuf;

use crate::cli::session::Loaded;
use crate::files::commit::Committing;
use crate::model::diagnostic::Diagnostic;
use crate::plan::Action;
use crate::plan::report::{Outcome, Report};
use crate::state::load::interpret;
use crate::state::resolve::{Ids, Resolved, Resolver};

/// A commit that will be made.
pub(super) struct Prepared {
    committing: Committing,
    state_file: PathBuf,
}

/// Looks, before anything is sent, whether the commit can be made.
pub(super) fn prepare(wanted: bool, loaded: &Loaded) -> Result<Option<Prepared>, Diagnostic> {
    if !wanted {
        return Ok(None);
    }
    let state_file = loaded.disk.real().to_path_buf();
    let mut files = vec![state_file.clone()];
    files.extend(includes(loaded));
    Ok(Some(Prepared { committing: Committing::prepare(&files)?, state_file }))
}

fn includes(loaded: &Loaded) -> Vec<PathBuf> {
    let Ok(state) = interpret(&loaded.document) else { return Vec::new() };
    let ids = Ids::in_file(&state.entries);
    let includes = loaded.includes();
    let resolver = Resolver { ids: &ids, env: &|_| None, includes };
    let mut noticed = Resolved::default();
    for entry in &state.entries {
        resolver.desired(entry, &mut noticed);
    }
    noticed.includes.iter().filter_map(|path| includes.locate(path).ok()).collect()
}

impl Prepared {
    /// Makes the commit, if anything changed. Gives its id.
    pub(super) fn commit(
        &self,
        command: &str,
        reports: &[&Report],
        includes: &[PathBuf],
    ) -> Result<Option<String>, Diagnostic> {
        let mut files = vec![self.state_file.clone()];
        files.extend_from_slice(includes);
        self.committing.commit(&files, &message(command, reports))
    }
}

/// `vapi-sync pull: 2 imported, 1 captured`, then a line per entry.
pub(super) fn message(command: &str, reports: &[&Report]) -> String {
    let done = || {
        reports
            .iter()
            .flat_map(|report| report.changes())
            .filter(|(change, outcome)| change.action != Action::None && matches!(outcome, Some(Outcome::Done { .. })))
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
            let count = done().filter(|(change, _)| change.action == *action).count();
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    let recorded = reports.iter().any(|report| report.plan.records_org && report.was_tried());
    let summary = match counts.is_empty() {
        false => counts.join(", "),
        true if recorded => "organisation recorded".to_owned(),
        true => "nothing but what was in the file".to_owned(),
    };
    let lines: String = done().map(|(change, _)| format!("{} {}\n", change.action.word(), change.address)).collect();
    format!("vapi-sync {command}: {summary}\n\n{lines}")
}
