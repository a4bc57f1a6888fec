//! What the commands that talk to Vapi have in common: from the command line to a plan.

use std::path::Path;
use std::time::Duration;

use futures::FutureExt;

use super::args::{Format, Net};
use super::connect::{self, Vapi};
use super::{App, Finish};
use crate::check::Checked;
use crate::cli::session::{Fetched, Loaded, Made, Request, fetch, make_plan};
use crate::files::is_tracked;
use crate::files::workdir::{Lock, Workdir};
use crate::history;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending, Severity};
use crate::plan::pair::Allowances;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Direction, Policy, Selection, Status};
use crate::recovery::Attempts;
use crate::render::{self, View};
use crate::state::resolve::Ahead;

/// A file, a way to Vapi, and what Vapi holds.
pub(super) struct Work {
    pub(super) loaded: Loaded,
    /// What is worth knowing about the file.
    warnings: Diagnostics,
    /// What it says, until the first plan is made of it.
    ahead: Ahead,
    pub(super) vapi: Vapi,
    pub(super) fetched: Fetched,
}

/// What a plan is asked for on the command line.
pub(super) struct Wanted<'w> {
    pub(super) direction: Direction,
    pub(super) selection: &'w Selection,
    pub(super) policy: &'w Policy,
    pub(super) net: &'w Net,
    pub(super) audit_log: &'w Path,
}

/// Takes the lock of the state file and clears away what a killed run left.
pub(super) fn lock(app: &App, command: &str, patience: Duration) -> Result<Lock, Diagnostic> {
    let disk = crate::files::Disk::at(&app.global.file, &app.global.file.display().to_string());
    if !disk.real().exists() {
        // Without a file there is nothing to lock, and reading it says so better.
        return Loaded::read(&app.global.file)
            .map_or_else(|mut errors| Err(errors.swap_remove(0)), |_| unreachable_lock());
    }
    let lock = Workdir::beside(disk.real()).lock(disk.real(), command, patience)?;
    crate::files::clean_up(disk.folder());
    disk.try_out()?;
    Ok(lock)
}

fn unreachable_lock() -> Result<Lock, Diagnostic> {
    Err(Diagnostic::error("file-busy", "the state file appeared while it was looked for").help("run the command again"))
}

/// The audit log: where the command line says, else beside the state file.
pub(super) fn audit_log(app: &App, given: Option<&Path>) -> std::path::PathBuf {
    let beside = || Workdir::beside(crate::files::Disk::at(&app.global.file, "").real()).path("audit.jsonl");
    let log = given.map_or_else(beside, Path::to_path_buf);
    if is_tracked(&log) {
        let message =
            format!("{} is tracked by git, so that others may have written it: it is not read", log.display());
        app.output.diagnostics(&[Diagnostic::warning("audit-log-tracked", message)
            .help("`git rm -r --cached .vapi-sync` takes it out of git; the file stays")]);
    }
    log
}

impl Work {
    /// Reads the file and all of Vapi.
    pub(super) async fn begin(app: &App, net: &Net) -> Result<Self, Diagnostics> {
        Self::with(app, net, || Loaded::read(&app.global.file)).await
    }

    /// The same with a file that is read in another way.
    ///
    /// Vapi is asked first, since its answer takes longer than reading the file. What is wrong with the file is said first
    /// all the same, also where there is no way to Vapi, and nobody waits for the answer then.
    pub(super) async fn with(
        app: &App,
        net: &Net,
        load: impl FnOnce() -> Result<Loaded, Diagnostics>,
    ) -> Result<Self, Diagnostics> {
        let begun = connect::open(app, net).await.map(|vapi| {
            connect::stop_on_signal(&vapi.transport);
            let reader = vapi.reader();
            // Dropping the handle ends the task.
            let (task, fetching) = async move { fetch(&reader).await }.remote_handle();
            tokio::spawn(task);
            (vapi, fetching)
        });
        let loaded = load()?;
        let (warnings, ahead) = check(&loaded)?;
        let (vapi, fetching) = begun?;
        let fetched = fetching.await?;
        Ok(Self { loaded, warnings, ahead, vapi, fetched })
    }

    /// Ends the work of a command that is about to end the process: to give all of the file and of Vapi back piece by piece
    /// would be time that somebody waits for.
    pub(super) fn leave(self) {
        std::mem::forget((self.loaded, self.fetched));
    }

    /// Makes a plan.
    pub(super) async fn plan(&mut self, app: &App, wanted: &Wanted<'_>) -> Result<Made, Diagnostics> {
        let state_file = self.loaded.disk.real().to_path_buf();
        let request = Request {
            direction: wanted.direction,
            selection: wanted.selection,
            policy: wanted.policy,
            allow: Allowances { mass_recreate: wanted.net.allow_mass_recreate },
            env: &|name| std::env::var(name).ok(),
            attempts: &|| Attempts::read(wanted.audit_log, &state_file),
        };
        let open_record = |ids| -> Result<Box<dyn crate::model::recorded::Record>, Diagnostic> {
            Ok(Box::new(history::records(&state_file, wanted.audit_log, ids)?))
        };
        let reader = self.vapi.reader();
        let ahead = std::mem::take(&mut self.ahead);
        let mut made = make_plan(&self.loaded, &mut self.fetched, &reader, &open_record, &request, ahead).await?;
        // The file was looked at before the plan was made: what both saw is said once.
        let news = std::mem::take(&mut made.plan.warnings)
            .into_iter()
            .filter(|news| self.warnings.iter().all(|known| (known.code, &known.place) != (news.code, &news.place)));
        made.plan.warnings = self.warnings.iter().cloned().chain(news.collect::<Vec<_>>()).collect();
        for secret in &made.noticed.secrets {
            app.output.redactor().add(secret);
        }
        if app.global.verbose > 0 {
            app.output.diagnostics(&made.notes);
        }
        Ok(made)
    }
}

/// What is wrong with the file, offline: nothing is sent, nothing is planned while there are errors. Gives the warnings, and
/// what the file says.
fn check(loaded: &Loaded) -> Result<(Diagnostics, Ahead), Diagnostics> {
    let Checked { findings: found, ahead } = checked(loaded, &crate::check::Options::default());
    let (errors, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.severity == Severity::Error);
    let warnings = others.into_iter().filter(|found| found.severity == Severity::Warning).collect();
    if errors.is_empty() { Ok((warnings, ahead)) } else { Err(errors) }
}

/// Everything that can be said of a file without Vapi, in the order of the file.
pub(super) fn findings(loaded: &Loaded, options: &crate::check::Options) -> Diagnostics {
    checked(loaded, options).findings
}

fn checked(loaded: &Loaded, options: &crate::check::Options) -> Checked {
    let mut checked = match crate::state::load::interpret(&loaded.document) {
        Ok(state) => crate::check::check(&state, loaded.includes(), &|name| std::env::var(name).ok(), options),
        Err(findings) => Checked { findings, ahead: Ahead::default() },
    };
    loaded.annotate(&mut checked.findings);
    checked
}

/// How the result of a run is shown.
#[derive(Clone, Copy, Default)]
pub(super) struct Showing<'s> {
    pub(super) all: bool,
    pub(super) status: Option<&'s Status>,
    /// The plan was shown before: only what became of it is news.
    pub(super) plan_shown: bool,
}

/// A report in the format that was asked for.
pub(super) fn rendered(app: &App, command: &str, report: &Report, showing: Showing<'_>) -> String {
    let view = View {
        palette: app.output.palette(),
        verbose: app.global.verbose > 0,
        all: showing.all,
        status: showing.status,
        redactor: app.output.redactor(),
        flags: &app.flags(),
    };
    match app.global.format() {
        Format::Json => {
            render::json::to_text(&render::json::report(command, report, showing.all), app.output.redactor())
        }
        Format::Markdown => render::markdown::report(report, &view),
        _ if showing.plan_shown => render::terminal::outcomes(report, &view),
        _ => render::terminal::report(report, &view),
    }
}

/// The end of a command whose result is a report: its warnings to stderr, the result.
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

/// Where a run is logged, and what it cannot rule out.
pub(super) fn last_words(app: &App, report: &Report) {
    let replaced = report.changes().any(|(change, outcome)| {
        matches!((&change.write, outcome), (Some(crate::plan::Write::Update { .. }), Some(Outcome::Done { .. })))
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
