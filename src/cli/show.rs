//! The end of a command whose result is a report: what is shown of it, and where.

use super::args::Format;
use super::{App, Finish};
use crate::model::diagnostic::Ending;
use crate::plan::report::{Gate, Outcome, Report};
use crate::plan::{Status, Write};
use crate::render::{self, View};

/// How the result of a run is shown.
#[derive(Clone, Copy, Default)]
pub(super) struct Showing<'s> {
    pub(super) all: bool,
    pub(super) status: Option<&'s Status>,
    /// The plan was shown before: only what became of it is news.
    pub(super) plan_shown: bool,
    /// What the environment waits for.
    pub(super) gate: Option<&'s Gate>,
}

/// A report in the format that was asked for.
pub(super) fn rendered(app: &App, command: &str, report: &Report, showing: Showing<'_>) -> String {
    let view = View {
        palette: app.output.palette(),
        verbose: app.global.verbose > 0,
        all: showing.all,
        status: showing.status,
        redactor: app.output.redactor(),
        command,
        flags: &app.flags(),
    };
    match app.global.format() {
        Format::Json => {
            let document = render::json::report(command, report, showing.all);
            let document = render::json::of_environment(document, app.environment(), showing.gate);
            render::json::to_text(&document, app.output.redactor())
        }
        Format::Markdown => {
            let text = render::markdown::report(report, &view);
            render::environments::titled_markdown(app.environment(), showing.gate, text, &view)
        }
        _ if showing.plan_shown => render::terminal::outcomes(report, &view),
        _ => {
            let text = render::terminal::report(report, &view);
            let gate: Vec<String> = showing.gate.map(render::environments::gate).into_iter().collect();
            render::environments::titled(app.environment(), &gate, text, &view)
        }
    }
}

/// Its warnings to stderr, and the result.
pub(super) fn finish(app: &App, command: &str, report: Report, ending: Ending, showing: Showing<'_>) -> Finish {
    if app.global.format() != Format::Json {
        app.output.diagnostics(&report.plan.warnings);
        app.output.diagnostics(&report.warnings);
    }
    let result = rendered(app, command, &report, showing);
    last_words(app, &report);
    let errors = report.errors.clone();
    Finish { errors, tells_errors: true, ending, report: Some(Box::new(report)), ..Finish::done(result) }
}

/// How a run that wrote ended.
pub(super) fn ending(report: &Report) -> Ending {
    Ending {
        writes_failed: report.failed() + report.not_attempted() > 0,
        held_back: report.held_back() > 0,
        changes_found: false,
    }
}

/// Where a run is logged, and what it cannot rule out.
pub(super) fn last_words(app: &App, report: &Report) {
    let replaced = report.changes().any(|(change, outcome)| {
        matches!((change.write(), outcome), (Some(Write::Update { .. }), Some(Outcome::Done { .. })))
    });
    if let (Some(run), true) = (&report.run, replaced) {
        app.output.note(&format!(
            "Logged as run {run}. To give back what it replaced: vapi-sync restore {run}{}\n",
            app.flags()
        ));
    }
    for note in &report.notes {
        app.output.note(&format!("{}\n", note.message));
    }
}
