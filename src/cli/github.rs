//! `--github`: what a workflow is told, whatever becomes of the command: summary, outputs, annotations, the comment on a pull
//! request. What GitHub does not take is a warning.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::Select;
use super::connect::{self, block_on};
use super::{App, Finish, validate};
use crate::apply::Fact;
use crate::cli::file::Loaded;
use crate::cli::session::Made;
use crate::files::Disk;
use crate::github::comment::Written;
use crate::github::proposal::{Proposal, Proposed};
use crate::github::refs::{File, Pushed};
use crate::github::review::Reviewed;
use crate::github::seal::Sealer;
use crate::github::{Event, Place, Problem, PullRequest, marker, place};
use crate::history::{GitRecord, at_head, commits_since};
use crate::model::Redactor;
use crate::model::agreed::ref_name;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending, Failure, Severity};
use crate::plan::report::Report;
use crate::plan::{Plan, Sent, sent};
use crate::render::{self, View};
use crate::writeback::recorded;

/// GitHub takes 65,536 characters in a comment.
const LONGEST: usize = 65_000;

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a command with `--github` knows of its workflow.
pub(crate) struct Workflow {
    event: Option<Event>,
    /// Why there is no way to the API is said by who needs one.
    place: Result<Place, Diagnostic>,
    /// What a comment, a pull request, an issue is about: the same in each run, another for another file or selection.
    about: String,
    /// The state file.
    file: PathBuf,
    plan_file: Option<PathBuf>,
}

/// What `--github` tells beside a report.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// More outputs.
    pub(super) outputs: Vec<(&'static str, String)>,
    /// Warnings that stand in no report, for annotations.
    pub(super) warnings: Diagnostics,
    /// What a plan would send, for the seal of the comment.
    pub(super) sent: Vec<Sent>,
    /// Whether the branch is written to, so that the ref of the agreed commit is as well.
    pub(super) pushes: bool,
    /// The summary, where there is no report.
    pub(super) summary: Option<String>,
}

/// How a command ended, as far as a workflow is told.
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
    /// `pull_request_target` runs a stranger's file with our key.
    pub(super) fn new(file: &Path, select: Option<&Select>, plan_file: Option<&Path>) -> Result<Self, Diagnostic> {
        let event = place::event(&env);
        if event.as_ref().is_some_and(|event| event.name == "pull_request_target") {
            return Err(Diagnostic::error(
                "pull-request-target",
                "a workflow on `pull_request_target` gives a stranger's file your API key. Nothing was done",
            )
            .help("use `pull_request`"));
        }
        let real = Disk::at(file, "").real().to_path_buf();
        let path = at_head(&real).map_or_else(|| file.display().to_string(), |at| at.path);
        let mut about = path;
        if let Some(only) = select.and_then(|select| select.only.as_ref()) {
            about.push_str(&format!(" only={only}"));
        }
        for target in select.map(|select| select.target.as_slice()).unwrap_or_default() {
            about.push_str(&format!(" target={target}"));
        }
        Ok(Self { event, place: Place::from_env(&env), about, file: real, plan_file: plan_file.map(Path::to_path_buf) })
    }

    fn pull_request(&self) -> Option<PullRequest> {
        self.event.as_ref()?.pull_request()
    }

    /// Who gets no key, if there is none.
    pub(super) fn without_key(&self, app: &App) -> Option<&'static str> {
        let has_key = connect::key(app).is_some();
        let stranger = self.pull_request().and_then(|pull| pull.stranger);
        (!has_key).then(|| stranger.unwrap_or("this repository without the secret"))
    }

    /// Tells the workflow how a command ended.
    pub(super) fn tell(&self, app: &App, told: &Told<'_>) {
        let redactor = app.output.redactor();
        let flags = app.flags();
        let view = View { flags: &flags, ..View::plain(redactor) };
        let (text, annotations) = match (told.report, &told.extra.summary) {
            (Some(report), _) => (render::markdown::report(report, &view), render::github::annotations(report, &view)),
            (None, summary) => {
                let list = [told.errors, &told.extra.warnings].concat();
                let failed = || render::markdown::failure(told.command, told.errors, &view);
                let text = summary.clone().filter(|_| told.errors.is_empty()).unwrap_or_else(failed);
                (text, render::diagnostics::annotations(&list, redactor))
            }
        };
        app.output.message(&annotations);
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
        if let (true, Some(org_id)) = (told.extra.pushes, told.report.and_then(|report| report.plan.org_id.as_deref()))
            && let Err(warning) = self.push_agreed(org_id)
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
        let mut body = format!("{head}{text}\n\n{about}\n");
        if body.chars().count() > LONGEST {
            let first: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
            body = format!("{head}{first}\nMore is in the summary of the run.\n\n{about}\n");
        }
        // The runtime of the command is gone by now.
        let written = block_on(async { Ok(place.comment(pull, &marker, &body).await) });
        match written.map_err(|mut errors| errors.swap_remove(0))? {
            Ok(Written::Done) => {}
            Ok(Written::Outdated) => app.output.note("The pull request has moved on: no comment.\n"),
            Err(problem) => return Err(problem.warning("no comment on the pull request")),
        }
        Ok(())
    }

    /// Whether merged pull requests have shown all that a plan would send, or a person approved just this plan. `None`: nobody
    /// can tell.
    ///
    /// # Errors
    /// It is `required`, and they have not, or nobody can tell.
    pub(super) async fn reviewed(
        &self,
        app: &App,
        made: &Made,
        loaded: &Loaded,
        required: bool,
    ) -> Result<Option<bool>, Diagnostic> {
        let sent = sent(&made.plan, &made.ids);
        if sent.is_empty() {
            return Ok(Some(true));
        }
        if self.event.as_ref().and_then(Event::approved) == Some(&made.plan.digest) {
            return Ok(Some(true));
        }
        if self.place.is_err() && !required {
            return Ok(None);
        }
        let (reviewed, sealer) = match self.shown(app, made.plan.org_id.as_deref(), loaded).await {
            Ok(shown) => shown,
            Err(warning) if required => {
                return Err(Diagnostic { severity: Severity::Error, code: "review-unknown", ..warning });
            }
            Err(warning) => {
                app.output.diagnostics(&[warning]);
                return Ok(None);
            }
        };
        let missing: Vec<String> = sent
            .iter()
            .filter(|sent| !reviewed.digests.contains(&sealer.digest(&sent.text)))
            .map(|sent| sent.address.to_string())
            .collect();
        if missing.is_empty() || !required {
            return Ok(Some(missing.is_empty()));
        }
        self.ask_for_approval(app, &made.plan, &reviewed).await;
        let digest = &made.plan.digest;
        Err(Diagnostic {
            failure: Failure::Waits,
            ..Diagnostic::error(
                "not-reviewed",
                format!(
                    "no merged pull request has shown what would be sent to {}. Nothing was done",
                    missing.join(", ")
                ),
            )
            .help(format!("look at the plan; to approve it, run the workflow by hand with {digest} as `expect`"))
        })
    }

    async fn shown(&self, app: &App, org_id: Option<&str>, loaded: &Loaded) -> Result<(Reviewed, Sealer), Diagnostic> {
        let unknown =
            |why: &str| Diagnostic::warning("github", format!("whether this was reviewed is not known: {why}"));
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let key = connect::key(app).ok_or_else(|| unknown("there is no key"))?;
        let base = self.base(org_id, loaded).ok_or_else(|| unknown("it is not known since when"))?;
        let commits = commits_since(loaded.disk.real(), &base);
        let commits = commits.ok_or_else(|| unknown("the history is not here").help("set `fetch-depth: 0`"))?;
        let sealer = Sealer::new(key);
        let reviewed = place.reviewed(&commits, &self.marker("plan"), &sealer).await;
        Ok((reviewed.map_err(|problem| problem.warning("whether this was reviewed is not known"))?, sealer))
    }

    /// The commit at which the file and Vapi last agreed; without one, that of the branch before the push.
    fn base(&self, org_id: Option<&str>, loaded: &Loaded) -> Option<String> {
        let git = GitRecord::open(loaded.disk.real(), HashMap::new()).ok().flatten();
        let agreed = git.zip(org_id).and_then(|(git, org_id)| git.agreed(org_id).ok().flatten());
        let before = || self.event.as_ref().and_then(Event::before).map(str::to_owned);
        agreed.map(|agreed| agreed.commit).or_else(before)
    }

    /// Writes a plan that was refused where people see it: on the last of the pull requests.
    async fn ask_for_approval(&self, app: &App, plan: &Plan, reviewed: &Reviewed) {
        let (Some(number), Ok(place)) = (reviewed.pulls.last(), self.place()) else { return };
        let flags = app.flags();
        let view = View { flags: &flags, ..View::plain(app.output.redactor()) };
        let text = render::markdown::report(&Report::planned(plan.clone()), &view);
        let text = text.strip_prefix(render::markdown::MARKER).unwrap_or(&text).trim();
        let marker = self.marker("apply");
        let body = format!(
            "{marker}\nNot applied: it is not what was reviewed. What would be done now:\n\n{text}\n{}",
            run_link()
        );
        if let Err(problem) = place.comment_on(*number, &marker, &body).await {
            app.output.diagnostics(&[problem.warning("no comment on the pull request")]);
        }
    }

    /// Commits the ids that a run learnt onto the branch, or proposes them where it is protected.
    pub(super) async fn push(&self, loaded: &Loaded, message: &str, facts: &[Fact], extra: &mut Extra) {
        if facts.is_empty() {
            return;
        }
        if let Err(warning) = self.pushed(loaded, message, facts, extra).await {
            extra.warnings.push(warning.help("the next run finds the objects by their names, and records them"));
        }
    }

    async fn pushed(
        &self,
        loaded: &Loaded,
        message: &str,
        facts: &[Fact],
        extra: &mut Extra,
    ) -> Result<(), Diagnostic> {
        let failed = |problem: &Problem| problem.warning("the ids were not pushed");
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let nowhere = || Diagnostic::warning("github", "the ids were not pushed: the state file is in no repository");
        let file = at_head(loaded.disk.real()).ok_or_else(nowhere)?;
        let edit = |text: &str| {
            recorded(loaded.disk.name(), text, facts).map_err(|diagnostic| Problem::new(diagnostic.message))
        };
        let pushed =
            place.push(&file.path, file.executable, message, edit).await.map_err(|problem| failed(&problem))?;
        let (tip, file) = match pushed {
            Pushed::Nothing => return Ok(()),
            Pushed::Commit(commit) => {
                extra.outputs.push(("commit", commit));
                return Ok(());
            }
            Pushed::Protected(tip, file) => (tip, file),
        };
        let marker = self.marker("ids");
        let title = message.lines().next().unwrap_or_default();
        let body = format!("{marker}\nThe branch is protected: these are the ids that Vapi gave.\n{}", run_link());
        let proposal = Proposal {
            branch: &self.branch("vapi-sync/ids"),
            base: &tip,
            files: std::slice::from_ref(&file),
            title,
            body: &body,
            marker: &marker,
        };
        self.proposed(place, &proposal, extra).await.map_err(|problem| failed(&problem))
    }

    /// Moves the ref of the agreed commit on GitHub to where it is here, if it is anywhere.
    fn push_agreed(&self, org_id: &str) -> Result<(), Diagnostic> {
        let git = GitRecord::open(&self.file, HashMap::new()).ok().flatten();
        let agreed = git.and_then(|git| git.agreed(org_id).ok().flatten());
        let (Some(agreed), Some(file)) = (agreed, at_head(&self.file)) else { return Ok(()) };
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let name = ref_name(org_id, Path::new(&file.path));
        let noted =
            block_on(async { Ok(place.note(&name, &agreed).await) }).map_err(|mut errors| errors.swap_remove(0))?;
        noted.map_err(|problem| problem.warning("the agreed commit was not pushed"))
    }

    /// Proposes what a pull wrote as a pull request.
    ///
    /// # Errors
    /// GitHub did not take it: what was pulled is nowhere but on this runner.
    pub(super) async fn pull_request_of(
        &self,
        app: &App,
        paths: &[PathBuf],
        title: &str,
        report: &Report,
        extra: &mut Extra,
    ) -> Result<(), Diagnostic> {
        let place = self.place()?;
        let failed = |why: String| Diagnostic::error("github", format!("no pull request was made: {why}"));
        let mut files = Vec::new();
        let mut head = None;
        for path in paths {
            let at = at_head(path).ok_or_else(|| failed(format!("{} is in no commit", path.display())))?;
            let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
            head = Some(at.commit);
            if at.text.as_deref() != Some(text.as_bytes()) {
                files.push(File { path: at.path, text, executable: at.executable });
            }
        }
        let flags = app.flags();
        let view = View { flags: &flags, ..View::plain(app.output.redactor()) };
        let text = render::markdown::report(report, &view);
        let text = text.strip_prefix(render::markdown::MARKER).unwrap_or(&text).trim();
        let marker = self.marker("pull");
        let body = format!("{marker}\n{text}\n\n{}", run_link());
        let base = head.ok_or_else(|| failed("there is no commit".to_owned()))?;
        let branch = self.branch("vapi-sync/pull");
        let proposal = Proposal { branch: &branch, base: &base, files: &files, title, body: &body, marker: &marker };
        self.proposed(place, &proposal, extra).await.map_err(|problem| {
            let error = Diagnostic { severity: Severity::Error, ..problem.warning("no pull request was made") };
            match problem.message.contains("not permitted to create") {
                true => error.help(
                    "Settings → Actions → General: allow GitHub Actions to create pull requests; or pass a `token`",
                ),
                false => error,
            }
        })
    }

    /// Brings the issue about what was changed in Vapi in line with its text. With none it is closed.
    pub(super) async fn issue(&self, text: Option<&str>, extra: &mut Extra) {
        let written = async {
            let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
            let title = format!("Vapi is not as {} says", self.about);
            let written = place.issue(&self.marker("status"), &title, text).await;
            written.map_err(|problem| problem.warning("the issue was not written"))
        };
        match written.await {
            Ok(address) => extra.outputs.extend(address.map(|address| ("issue", address))),
            Err(warning) => extra.warnings.push(warning),
        }
    }

    async fn proposed(&self, place: &Place, proposal: &Proposal<'_>, extra: &mut Extra) -> Result<(), Problem> {
        match place.propose(proposal).await? {
            Proposed::Open(address) => extra.outputs.push(("pull-request", address)),
            Proposed::Nothing => {}
            Proposed::Declined => extra.warnings.push(Diagnostic::note(
                "pull-request-closed",
                "a person closed the pull request with just this content: it stays closed",
            )),
            Proposed::Foreign => extra.warnings.push(
                Diagnostic::warning(
                    "foreign-commits",
                    format!("somebody else committed to {}: it stays as it is", proposal.branch),
                )
                .help("merge or close its pull request, and delete the branch"),
            ),
        }
        Ok(())
    }

    /// A branch of ours: one for each of several state files.
    fn branch(&self, name: &str) -> String {
        if self.about == super::DEFAULT_FILE {
            return name.to_owned();
        }
        let safe = |c: char| if c.is_ascii_alphanumeric() || "._/-".contains(c) { c } else { '-' };
        // Beside the branch of the usual file, not below it: git has no branch `a` beside `a/b`.
        format!("{name}-of/{}", self.about.chars().map(safe).collect::<String>())
    }
}

/// `plan` where there is no key: the file is validated, and that is all.
pub(super) fn validated(app: &App, who: &str) -> Result<Finish, Diagnostics> {
    let mut finish = validate::run(app, &validate::Args::default())?;
    let notice = format!("{who} gets no API key: the file was validated, and not compared with Vapi");
    finish.extra.warnings.push(Diagnostic::note("no-key", notice.clone()));
    finish.extra.summary = Some(format!("### vapi-sync plan\n\n{notice}.\n"));
    Ok(finish)
}

/// Why a command failed, as one word. Empty: it did not.
fn failure_reason(errors: &[Diagnostic], ending: Ending) -> &'static str {
    match errors.iter().find(|error| error.severity == Severity::Error) {
        Some(error) => error.code,
        None if ending.writes_failed => "failed-writes",
        None if ending.held_back => "held-back",
        None => "",
    }
}

fn run_link() -> String {
    place::run_url(&env).map(|url| format!(", <a href=\"{url}\">this run</a>")).unwrap_or_default()
}

fn append(variable: &str, text: &str) -> std::io::Result<()> {
    let Some(path) = std::env::var_os(variable) else { return Ok(()) };
    std::fs::File::options().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// Tells the workflow of an error before anything was begun. Gives the annotation.
pub(super) fn refused(error: &Diagnostic, code: u8, redactor: &Redactor) -> String {
    let outputs = render::github::outputs(None, code, error.code, &[], redactor);
    // Who cannot be told here is told by the exit code.
    let _ = append("GITHUB_OUTPUT", &outputs);
    render::diagnostics::annotations(std::slice::from_ref(error), redactor)
}
