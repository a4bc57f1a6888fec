//! What a commit of `apply`, `pull` and `sync` says.

use crate::plan::Action;
use crate::plan::report::{Outcome, Report};

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
