//! What a run leaves on GitHub: ids on the branch, the ref of the agreed commit, a pull request of what was pulled, an issue.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Extra, Workflow, run_link};
use crate::apply::Fact;
use crate::cli::App;
use crate::cli::args::DEFAULT_FILE;
use crate::cli::connect::block_on;
use crate::cli::file::Loaded;
use crate::cli::show::origin;
use crate::github::proposal::{Proposal, Proposed};
use crate::github::refs::{File, Pushed};
use crate::github::{Place, Problem};
use crate::history::{GitRecord, at_head};
use crate::model::agreed::ref_name;
use crate::model::diagnostic::{Diagnostic, Severity};
use crate::plan::report::Report;
use crate::render::{self, View};
use crate::writeback::recorded;

impl Workflow {
    /// Commits the ids that a run learnt onto the branch, or proposes them where it is protected.
    pub(crate) async fn push(&self, loaded: &Loaded, message: &str, facts: &[Fact], extra: &mut Extra) {
        if facts.is_empty() {
            return;
        }
        if let Err(warning) = self.pushed(loaded, message, facts, extra).await {
            extra.warnings.push(warning.help("the next run finds the new objects by their names, and tries again"));
        }
    }

    async fn pushed(
        &self,
        loaded: &Loaded,
        message: &str,
        facts: &[Fact],
        extra: &mut Extra,
    ) -> Result<(), Diagnostic> {
        let failed = |problem: &Problem| problem.warning("the ids of the new objects were not pushed to the branch");
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let nowhere = || {
            Diagnostic::warning(
                "github",
                "the ids of the new objects were not pushed to the branch: the state file is not in a git repository",
            )
        };
        let file = at_head(loaded.disk.real()).ok_or_else(nowhere)?;
        let edit = |text: &str| {
            recorded(loaded.disk.name(), text, &loaded.whose, facts)
                .map_err(|diagnostic| Problem::new(diagnostic.message))
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
        let body = format!(
            "{marker}\nApply created objects in Vapi. These are their ids; the branch is protected, so please merge \
            them.\n{}",
            run_link()
        );
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
    pub(super) fn push_agreed(&self, org_id: &str) -> Result<(), Diagnostic> {
        let git = GitRecord::open(&self.file, HashMap::new()).ok().flatten();
        let agreed = git.and_then(|git| git.agreed(org_id).ok().flatten());
        let (Some(agreed), Some(file)) = (agreed, at_head(&self.file)) else { return Ok(()) };
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let name = ref_name(org_id, Path::new(&file.path));
        let noted =
            block_on(async { Ok(place.note(&name, &agreed).await) }).map_err(|mut errors| errors.swap_remove(0))?;
        noted.map_err(|problem| problem.warning("the note on GitHub that the file and Vapi agree could not be written"))
    }

    /// Proposes what a pull wrote as a pull request.
    ///
    /// # Errors
    /// GitHub did not take it: what was pulled is nowhere but on this runner.
    pub(crate) async fn pull_request_of(
        &self,
        app: &App,
        paths: &[PathBuf],
        title: &str,
        report: &Report,
        extra: &mut Extra,
    ) -> Result<(), Diagnostic> {
        let place = self.place()?;
        let failed = |why: String| Diagnostic::error("github", format!("the pull request was not made: {why}"));
        let mut files = Vec::new();
        let mut head = None;
        for path in paths {
            let at = at_head(path).ok_or_else(|| failed(format!("{} is not committed", path.display())))?;
            let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
            head = Some(at.commit);
            if at.text.as_deref() != Some(text.as_bytes()) {
                files.push(File { path: at.path, text, executable: at.executable });
            }
        }
        let flags = app.flags();
        let origin = origin(app);
        let view = View { flags: &flags, origin: Some(&origin), ..View::plain(app.output.redactor()) };
        let text = render::markdown::report(report, &view);
        let text = text.strip_prefix(render::markdown::MARKER).unwrap_or(&text).trim();
        let marker = self.marker("pull");
        let body = format!("{marker}\n{text}\n\n{}", run_link());
        let base = head.ok_or_else(|| failed("the pull wrote no file".to_owned()))?;
        let branch = self.branch("vapi-sync/pull");
        let proposal = Proposal { branch: &branch, base: &base, files: &files, title, body: &body, marker: &marker };
        self.proposed(place, &proposal, extra).await.map_err(|problem| {
            let error = Diagnostic { severity: Severity::Error, ..problem.warning("the pull request was not made") };
            match problem.message.contains("not permitted to create") {
                true => error.help(
                    "in the repository on GitHub, under Settings → Actions → General, allow GitHub Actions to create \
                    pull requests; or pass a `token`",
                ),
                false => error,
            }
        })
    }

    /// Brings the issue about what was changed in Vapi in line with its text. With none it is closed.
    pub(crate) async fn issue(&self, text: Option<&str>, extra: &mut Extra) {
        let written = async {
            let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
            let title = format!("Vapi differs from {}", self.about);
            let written = place.issue(&self.marker("status"), &title, text).await;
            written.map_err(|problem| problem.warning("the issue about what differs could not be written"))
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
                "a person closed a pull request with exactly these changes, so no new one was made",
            )),
            Proposed::Foreign => extra.warnings.push(
                Diagnostic::warning(
                    "foreign-commits",
                    format!("somebody else committed to the branch {}, so it was left as it is", proposal.branch),
                )
                .help("merge or close its pull request, and delete the branch: the next run makes a new one"),
            ),
        }
        Ok(())
    }

    /// A branch of ours: one for each of several state files.
    fn branch(&self, name: &str) -> String {
        if self.about == DEFAULT_FILE {
            return name.to_owned();
        }
        let safe = |c: char| if c.is_ascii_alphanumeric() || "._/-".contains(c) { c } else { '-' };
        // Beside the branch of the usual file, not below it: git has no branch `a` beside `a/b`.
        format!("{name}-of/{}", self.about.chars().map(safe).collect::<String>())
    }
}
