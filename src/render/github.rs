//! What a GitHub workflow is told beside stdout: `$GITHUB_OUTPUT`. The summary of a step is [`super::markdown`], the
//! annotations are [`super::diagnostics::annotations`].

use std::fmt::Write as _;

use super::{Redactor, escape, words};
use crate::plan::Action;
use crate::report::Report;

/// The lines for `$GITHUB_OUTPUT`: counts of what is to be done (after a run: was done), `held-back`, `failed`,
/// `not-attempted`, `digest`, `summary` and `exit-code`. A run without a report gives its exit code alone.
pub fn outputs(report: Option<&Report>, exit_code: u8, redactor: &Redactor) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| {
        let value = escape::line(&redactor.text(value)).into_owned();
        // The form with a delimiter takes any value; a value of one line cannot hold the delimiter on a line of its own.
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
        put("failed", &report.count("failed").to_string());
        put("not-attempted", &report.count("not_attempted").to_string());
        put("digest", &report.plan.digest);
        put("summary", &words::summary(report));
    }
    put("exit-code", &exit_code.to_string());
    out
}
