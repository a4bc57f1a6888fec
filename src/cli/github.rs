//! `--github`: the summary, outputs, annotations and comment of a workflow, however the command ends. If GitHub refuses one,
//! that is a warning.

mod push;
mod review;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::Select;
use super::connect::{self, block_on};
use super::file::{Empty, Loaded};
use super::show::origin;
use super::{App, Finish, validate};
use crate::files::Disk;
use crate::github::comment::Written;
use crate::github::seal::Sealer;
use crate::github::{Event, Place, PullRequest, marker, place};
use crate::history::at_head;
use crate::model::Redactor;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending, Severity};
use crate::plan::Sent;
use crate::plan::report::{Gate, Report};
use crate::render::{self, View, environments};
use crate::state::load::interpret;

/// GitHub allows 65,536 characters in a comment.
const LONGEST: usize = 65_000;

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The workflow of a command with `--github`.
pub(crate) struct Workflow {
    event: Option<Event>,
    /// The error is reported when the API is needed.
    place: Result<Place, Diagnostic>,
    /// Identifies the comment, pull request or issue: the same in each run, different for another file or selection.
    pub(super) about: String,
    /// The state file.
    file: PathBuf,
    plan_file: Option<PathBuf>,
}

/// What `--github` shows beside a report.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// More outputs.
    pub(super) outputs: Vec<(&'static str, String)>,
    /// Warnings that are in no report, for annotations.
    pub(super) warnings: Diagnostics,
    /// What the plan would send, for the seal of the comment.
    pub(super) sent: Vec<Sent>,
    /// Whether to push to the branch, and so the ref of the agreed commit as well.
    pub(super) pushes: bool,
    /// The gate of the environment.
    pub(super) gate: Option<Gate>,
    /// The summary, if there is no report.
    pub(super) summary: Option<String>,
}

/// How a command ended, for a workflow.
pub(super) struct Told<'t> {
    pub(super) command: &'t str,
    pub(super) report: Option<&'t Report>,
    pub(super) errors: &'t [Diagnostic],
    pub(super) ending: Ending,
    pub(super) code: u8,
    pub(super) extra: &'t Extra,
}

impl Workflow {
    /// The workflow of a command on a state file.
    ///
    /// # Errors
    /// `pull_request_target` would use the file of a stranger with our key.
    pub(super) fn new(
        file: &Path,
        environment: Option<&str>,
        select: Option<&Select>,
        plan_file: Option<&Path>,
    ) -> Result<Self, Diagnostic> {
        let event = place::event(&env);
        if event.as_ref().is_some_and(|event| event.name == "pull_request_target") {
            return Err(Diagnostic::error(
                "pull-request-target",
                "this workflow runs on `pull_request_target`, which would use your API key for a stranger's file. \
                Nothing was done",
            )
            .help("in the workflow, write `on: pull_request` in its place"));
        }
        let real = Disk::at(file, "").real().to_path_buf();
        let path = at_head(&real).map_or_else(|| file.display().to_string(), |at| at.path);
        let mut about = path;
        if let Some(environment) = environment {
            about.push_str(&format!(" env={environment}"));
        }
        if let Some(only) = select.and_then(|select| select.only.as_ref()) {
            about.push_str(&format!(" only={only}"));
        }
        for target in select.map(|select| select.target.as_slice()).unwrap_or_default() {
            about.push_str(&format!(" target={target}"));
        }
        Ok(Self { event, place: Place::from_env(&env), about, file: real, plan_file: plan_file.map(Path::to_path_buf) })
    }

    /// The newest commit of the pull request, since a trial merge is checked out.
    pub(super) fn head(&self) -> Option<String> {
        self.pull_request().map(|pull| pull.head)
    }

    fn pull_request(&self) -> Option<PullRequest> {
        self.event.as_ref()?.pull_request()
    }

    /// Who has no key, if there is none: a sentence begins with it.
    pub(super) fn without_key(&self, app: &App) -> Option<&'static str> {
        let has_key = connect::key(app).is_some();
        let stranger = self.pull_request().and_then(|pull| pull.stranger);
        (!has_key).then(|| stranger.unwrap_or("This workflow"))
    }

    /// Tells the workflow how a command ended.
    pub(super) fn tell(&self, app: &App, told: &Told<'_>) {
        let redactor = app.output.redactor();
        let flags = app.flags();
        let origin = origin(app);
        let view = View { command: told.command, flags: &flags, origin: Some(&origin), ..View::plain(redactor) };
        let (text, annotations) = match (told.report, &told.extra.summary) {
            (Some(report), _) => (render::markdown::report(report, &view), render::github::annotations(report, &view)),
            (None, summary) => {
                let list = [told.errors, &told.extra.warnings].concat();
                let failed = || render::markdown::failure(told.command, told.errors, &view);
                let text = summary.clone().filter(|_| told.errors.is_empty()).unwrap_or_else(failed);
                (text, render::diagnostics::annotations(&list, redactor))
            }
        };
        let text = environments::titled_markdown(app.environment(), told.extra.gate.as_ref(), text, &view);
        app.output.commands(&annotations);
        let mut outputs = told.extra.outputs.clone();
        if let Some(path) = self.plan_file.as_ref().filter(|path| path.exists()) {
            outputs.push(("plan-file", path.display().to_string()));
        }
        let reason = failure_reason(told.errors, told.ending);
        let outputs = render::github::outputs(told.report, told.code, reason, &outputs, redactor);
        for (variable, text) in [("GITHUB_STEP_SUMMARY", &text), ("GITHUB_OUTPUT", &outputs)] {
            if let Err(error) = append(variable, text) {
                app.output
                    .diagnostics(&[Diagnostic::warning("github", format!("${variable} cannot be written: {error}"))]);
            }
        }
        // If the organisation was empty until this run, the file has its id by now.
        let planned = || told.report.and_then(|report| report.plan.org_id.clone());
        if told.extra.pushes
            && let Some(org_id) = planned().or_else(|| org_in_file(app))
            && let Err(warning) = self.push_agreed(&org_id)
        {
            app.output.diagnostics(&[warning]);
        }
        if told.command == "plan"
            && told.extra.summary.is_none()
            && let Some(pull) = self.pull_request()
            && let Err(warning) = self.comment(app, &pull, &text, &told.extra.sent)
        {
            app.output.diagnostics(&[warning]);
        }
    }

    fn place(&self) -> Result<&Place, Diagnostic> {
        self.place.as_ref().map_err(Clone::clone)
    }

    fn marker(&self, of: &str) -> String {
        marker(&format!("{of} {}", self.about))
    }

    fn comment(&self, app: &App, pull: &PullRequest, text: &str, sent: &[Sent]) -> Result<(), Diagnostic> {
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let marker = self.marker("plan");
        let sealer = connect::key(app).map(Sealer::new).filter(|_| !sent.is_empty());
        let seal = sealer.map(|sealer| {
            let digests: BTreeSet<String> = sent.iter().map(|sent| sealer.digest(&sent.text)).collect();
            sealer.line(pull.number, &pull.head, &digests) + "\n"
        });
        let about = format!("<sub>{} at {:.10}{}</sub>", self.about, pull.head, run_link());
        let head = format!("{marker}\n{}", seal.unwrap_or_default());
        let text = text.strip_prefix(render::markdown::MARKER).unwrap_or(text).trim();
        let mut body = format!("{head}{text}\n");
        if body.chars().count() > LONGEST {
            let first: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
            body = format!("{head}{first}\nMore is in the summary of the run.\n\n{about}\n");
        }
        // The runtime of the command has ended.
        let written = block_on(async { Ok(place.comment(pull, &marker, &body).await) });
        match written.map_err(|mut errors| errors.swap_remove(0))? {
            Ok(Written::Done) => {}
            Ok(Written::Outdated) => {
                app.output.note("The pull request has newer commits: this run does not comment on it.\n")
            }
            Err(problem) => return Err(problem.warning("the comment on the pull request could not be written")),
        }
        Ok(())
    }
}

/// The organisation in the file for a run.
fn org_in_file(app: &App) -> Option<String> {
    let loaded = Loaded::read(&app.global.file, app.whose(), Empty::Refused).ok()?;
    interpret(&loaded.document, &loaded.whose).ok()?.org_id
}

/// `plan` without a key: only validates the file.
pub(super) fn validated(app: &App, who: &str) -> Result<Finish, Diagnostics> {
    let mut finish = validate::run(app, &validate::Args::default())?;
    let notice =
        format!("{who} gets no API key, so the file was only checked for mistakes, and not compared with Vapi");
    finish.extra.warnings.push(Diagnostic::note("no-key", notice.clone()));
    finish.extra.summary = Some(format!("### vapi-sync plan\n\n{notice}.\n"));
    Ok(finish)
}

/// Why a command failed, in one word. Empty if it did not.
fn failure_reason(errors: &[Diagnostic], ending: Ending) -> &'static str {
    match errors.iter().find(|error| error.severity == Severity::Error) {
        Some(error) => error.code,
        None if ending.writes_failed => "failed-writes",
        None if ending.held_back => "held-back",
        None => "",
    }
}

/// The page of the run of the workflow.
pub(super) fn run_url() -> Option<String> {
    place::run_url(&env)
}

fn run_link() -> String {
    run_url().map(|url| format!(", <a href=\"{url}\">this run</a>")).unwrap_or_default()
}

fn append(variable: &str, text: &str) -> std::io::Result<()> {
    let Some(path) = std::env::var_os(variable) else { return Ok(()) };
    std::fs::File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// Reports an error to the workflow before the command has started. Gives the annotation.
pub(super) fn refused(error: &Diagnostic, code: u8, redactor: &Redactor) -> String {
    let outputs = render::github::outputs(None, code, error.code, &[], redactor);
    // If this fails, there is still the exit code.
    let _ = append("GITHUB_OUTPUT", &outputs);
    render::diagnostics::annotations(std::slice::from_ref(error), redactor)
}
