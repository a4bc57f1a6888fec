//! Output for GitHub workflows beside stdout: `$GITHUB_OUTPUT`, and annotations on the lines of the file. The summary of a
//! step is in [`super::markdown`].

use std::fmt::Write as _;

use super::{View, diagnostics, markdown, words};
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::{Redactor, escape};
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Item, State, Status};

/// The lines for `$GITHUB_OUTPUT`: counts of planned changes (after a run: of those done), `held-back`, `drift`, `failed`,
/// `not-attempted`, `digest`, `summary`, `exit-code`, `failure-reason` and `others`. Without a report there are no
/// counts.
pub fn outputs(
    report: Option<&Report>,
    exit_code: u8,
    failure_reason: &str,
    others: &[(&str, String)],
    redactor: &Redactor,
) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| {
        let value = escape::line(&redactor.text(value)).into_owned();
        // The form with a delimiter takes any value, since a value of one line cannot contain the delimiter as a line.
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{name}<<vapi-sync-end\n{value}\nvapi-sync-end");
    };
    if let Some(report) = report {
        let count = |action| if report.was_tried() { report.done(action) } else { report.plan.to_do(action) };
        let actions = [
            ("creates", Action::Create),
            ("updates", Action::Update),
            ("recreates", Action::Recreate),
            ("links", Action::Link),
            ("imports", Action::Import),
            ("captures", Action::Capture),
        ];
        put("changes", &actions.iter().map(|(_, action)| count(*action)).sum::<usize>().to_string());
        for (name, action) in actions {
            put(name, &count(action).to_string());
        }
        put("held-back", &report.held_back().to_string());
        put("drift", &(report.waiting().drift > 0).to_string());
        put("failed", &report.failed().to_string());
        put("not-attempted", &report.not_attempted().to_string());
        put("digest", &report.plan.digest);
        put("summary", &words::summary(report));
    }
    put("exit-code", &exit_code.to_string());
    put("failure-reason", failure_reason);
    for (name, value) in others {
        put(name, value);
    }
    out
}

/// Annotations for the errors and warnings of a report, for failed changes and for changes that are held back, each on its
/// line of the file. For stderr.
pub fn annotations(report: &Report, view: &View<'_>) -> String {
    let mut list = [report.errors.as_slice(), report.plan.warnings.as_slice(), report.warnings.as_slice()].concat();
    for (change, outcome) in report.changes() {
        let at = |diagnostic: Diagnostic, place: &Option<Place>| match place {
            Some(place) if diagnostic.place.is_none() => diagnostic.at(place.clone()),
            _ => diagnostic,
        };
        match (outcome, &change.held) {
            (Some(Outcome::Failed(error)), _) => list.push(at(error.clone(), &change.place)),
            (Some(Outcome::HeldBack(why)), _) | (None, Some(why)) => {
                let message = format!("{} is held back: {why}", change.address);
                list.push(at(Diagnostic::warning("held-back", message), &change.place));
            }
            (Some(Outcome::Done { .. } | Outcome::NotAttempted(_)), _) | (None, None) => {}
        }
        for field in change.fields.iter().filter(|field| field.verdict.is_held_back()) {
            let code = if field.verdict == Verdict::Drift { "drift" } else { "conflict" };
            let note = field.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            let message = format!("{} of {} is held back{note}", field.path, change.address);
            let ways = words::ways_out(change, report.plan.direction_of(change), view.flags);
            let ways = ways.into_iter().map(|(what, command)| format!("{what}: {command}")).collect::<Vec<_>>();
            list.push(at(Diagnostic::warning(code, message).help(ways.join("\n")), &field.place));
        }
    }
    diagnostics::annotations(&list, view.redactor)
}

/// The maximum number of lines of an issue.
const MOST_ITEMS: usize = 200;

/// The text of the issue about changes in Vapi, which is the same as long as the changes are. `None`: there are none.
/// Changes that only wait to be applied do not count.
pub fn issue(status: &Status, view: &View<'_>) -> Option<String> {
    let code = |text: &str| format!("<code>{}</code>", markdown::html(text, view));
    let of_item = |item: &Item| {
        let said = match item.state {
            State::Drift => {
                let fields = item.fields.iter().filter(|field| field.verdict == Verdict::Drift);
                let fields: Vec<String> = fields.map(|field| code(&field.path.to_string())).collect();
                format!("{} changed in Vapi", fields.join(", "))
            }
            State::MissingInVapi => "deleted in Vapi".to_owned(),
            State::OnlyInVapi => "only in Vapi".to_owned(),
            State::InSync | State::Pending | State::OnlyInFile => return None,
        };
        let name = item.name.as_deref().map(|name| format!(" {}", code(name))).unwrap_or_default();
        let since = item.since.as_deref().map(|time| format!(" (since {})", code(time))).unwrap_or_default();
        Some(format!("{}{name}: {said}{since}", code(&item.address.to_string())))
    };
    let mut items: Vec<String> = status.kinds.iter().flat_map(|kind| &kind.items).filter_map(of_item).collect();
    let more = items.len().saturating_sub(MOST_ITEMS);
    items.truncate(MOST_ITEMS);
    if more > 0 {
        items.push(format!("… and {more} more"));
    }
    let list: String = items.iter().map(|item| format!("<li>{item}</li>\n")).collect();
    let flags = markdown::html(view.flags, view);
    (!items.is_empty()).then(|| {
        format!(
            "<ul>\n{list}</ul>\n\n<p><code>vapi-sync pull{flags}</code> takes it into the file; \
             <code>vapi-sync plan{flags}</code> shows what an apply would do.</p>\n"
        )
    })
}

/// The summary of a check: one line, and the changes in Vapi.
pub fn status(line: &str, changed: Option<&str>, view: &View<'_>) -> String {
    format!("### vapi-sync status\n\n<p>{}</p>\n\n{}", markdown::html(line, view), changed.unwrap_or_default())
}
