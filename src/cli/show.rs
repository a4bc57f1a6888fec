//! Shows the report of a command.

use std::path::Path;

use super::args::Format;
use super::github::{Workflow, run_url};
use super::{App, Finish};
use crate::audit::short_run;
use crate::files::Disk;
use crate::history::head;
use crate::model::diagnostic::Ending;
use crate::model::escape::shell_word;
use crate::plan::report::{Gate, Outcome, Report};
use crate::plan::{Action, Change, Status, Write};
use crate::render::markdown::Origin;
use crate::render::{self, View};

/// How to show the result of a run.
#[derive(Clone, Copy, Default)]
pub(super) struct Showing<'s> {
    pub(super) all: bool,
    pub(super) status: Option<&'s Status>,
    /// The plan was shown before, so show only the outcomes.
    pub(super) plan_shown: bool,
    /// The gate of the environment.
    pub(super) gate: Option<&'s Gate>,
    /// A heading, if a command shows more than one report.
    pub(super) heading: &'s str,
    /// The following apply shows the pending fields.
    pub(super) apply_follows: bool,
    /// Whether the command commits afterwards.
    pub(super) commits: bool,
}

/// A report in the requested format.
pub(super) fn rendered(app: &App, command: &str, report: &Report, showing: Showing<'_>) -> String {
    let origin = origin(app);
    let view = View {
        palette: app.output.palette(),
        verbose: app.global.verbose > 0,
        whole: app.global.verbose > 0,
        all: showing.all,
        pending: !showing.apply_follows,
        status: showing.status,
        width: app.output.width(),
        command,
        flags: &app.flags(),
        origin: Some(&origin),
        ..View::plain(app.output.redactor())
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
        _ => {
            let show = if showing.plan_shown { render::terminal::outcomes } else { render::terminal::report };
            let heading = if showing.heading.is_empty() { String::new() } else { format!("{}\n\n", showing.heading) };
            let steps = next_steps(app, command, report, showing.commits);
            let steps: String = steps.iter().map(|step| format!("{}\n", view.wrapped(step))).collect();
            let text = format!("{heading}{}{steps}", show(report, &view));
            if showing.plan_shown {
                return text;
            }
            let gate: Vec<String> = showing.gate.map(render::environments::gate).into_iter().collect();
            render::environments::titled(app.environment(), &gate, text, &view)
        }
    }
}

/// What a report for a pull request is about.
pub(super) fn origin(app: &App) -> Origin {
    let workflow = app.workflow.as_ref();
    let file = workflow.map_or_else(|| app.global.file.display().to_string(), |of| of.about.clone());
    let at = || head(Disk::at(&app.global.file, "").real());
    let commit = workflow.and_then(Workflow::head).or_else(at);
    Origin { file, environment: app.environment().map(str::to_owned), commit, run: workflow.and_then(|_| run_url()) }
}

/// What to do after a run: commit what it wrote, or restore what it replaced.
fn next_steps(app: &App, command: &str, report: &Report, commits: bool) -> Vec<String> {
    let is_done = |outcome: Option<&Outcome>| matches!(outcome, Some(Outcome::Done { .. }));
    let done = |is: fn(&Change) -> bool| report.changes().any(|(change, outcome)| is(change) && is_done(outcome));
    let flags = app.flags();
    let mut steps = Vec::new();
    if let (Some(run), true) = (&report.run, done(|change| matches!(change.write(), Some(Write::Update { .. })))) {
        steps.push(format!("To undo this: `vapi-sync restore {}{flags}`", short_run(run)));
    }
    let wrote_file = done(|change| matches!(change.action(), Action::Import | Action::Capture));
    let wrote_ids = done(|change| matches!(change.action(), Action::Create | Action::Recreate | Action::Link));
    if (wrote_file || wrote_ids) && !commits {
        let what = match (command, wrote_file) {
            ("restore", _) => "Restore",
            (_, true) => "Pull from Vapi",
            (_, false) => "Record new ids",
        };
        steps.push(format!("Next: `{}`", to_commit(&app.global.file, what)));
    }
    if wrote_file && report.plan.records_org {
        steps.push(format!(
            "Then edit the file, and run `vapi-sync plan{flags}`: it shows what your edit would change in Vapi."
        ));
    }
    if command == "restore" && !wrote_file && done(|change| change.write().is_some()) {
        steps.push(format!("Next: `vapi-sync plan{flags}` shows where the file differs from Vapi now."));
    }
    steps
}

/// The command that commits the state file and its prompts.
fn to_commit(file: &Path, message: &str) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    let real = Disk::at(file, "").real().to_path_buf();
    let init = if real.ancestors().any(|folder| folder.join(".git").exists()) { "" } else { "git init && " };
    let prompts = folder.join("prompts");
    let files = [file, &prompts].into_iter().filter(|path| *path == file || path.is_dir());
    let files: Vec<String> = files.map(|path| shell_word(&path.to_string_lossy())).collect();
    format!("{init}git add {} && git commit -m \"{message}\"", files.join(" "))
}

/// Prints the warnings to stderr, and the result.
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

/// Possible problems after a run.
pub(super) fn last_words(app: &App, report: &Report) {
    for note in &report.notes {
        app.output.note(&format!("{}\n", note.message));
    }
}
