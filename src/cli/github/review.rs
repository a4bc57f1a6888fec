//! Whether what an apply would send was reviewed: shown by a merged pull request, or approved by a person.

use std::collections::HashMap;

use super::{Workflow, run_link};
use crate::cli::file::Loaded;
use crate::cli::session::Made;
use crate::cli::show::origin;
use crate::cli::{App, connect};
use crate::github::Event;
use crate::github::review::Reviewed;
use crate::github::seal::Sealer;
use crate::history::{GitRecord, commits_since};
use crate::model::diagnostic::{Diagnostic, Failure, Severity};
use crate::plan::report::Report;
use crate::plan::{Plan, sent};
use crate::render::{self, View};

impl Workflow {
    /// Whether merged pull requests have shown all that a plan would send, or a person approved just this plan. `None`: nobody
    /// can tell.
    ///
    /// # Errors
    /// It is `required`, and they have not, or nobody can tell.
    pub(crate) async fn reviewed(
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
                format!("no merged pull request showed what would be sent to {}. Nothing was done", missing.join(", ")),
            )
            .help(format!(
                "look at the plan (a comment on the last pull request); to approve it, run the workflow by hand with \
                `expect` set to {digest}"
            ))
        })
    }

    async fn shown(&self, app: &App, org_id: Option<&str>, loaded: &Loaded) -> Result<(Reviewed, Sealer), Diagnostic> {
        let unknown = |why: &str| {
            Diagnostic::warning("github", format!("vapi-sync cannot tell whether this was reviewed: {why}"))
        };
        let place = self.place().map_err(|error| Diagnostic { severity: Severity::Warning, ..error })?;
        let key = connect::key(app).ok_or_else(|| unknown("no API key is set"))?;
        let base = self.base(org_id, loaded).ok_or_else(|| unknown("there is no earlier commit to compare with"))?;
        let commits = commits_since(loaded.disk.real(), &base);
        let commits = commits.ok_or_else(|| {
            unknown("the commits since then are not in this clone").help("in actions/checkout set `fetch-depth: 0`")
        })?;
        let sealer = Sealer::new(key);
        let reviewed = place.reviewed(&commits, &self.marker("plan"), &sealer).await;
        Ok((reviewed.map_err(|problem| problem.warning("vapi-sync cannot tell whether this was reviewed"))?, sealer))
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
        let origin = origin(app);
        let view = View { flags: &flags, origin: Some(&origin), ..View::plain(app.output.redactor()) };
        let text = render::markdown::report(&Report::planned(plan.clone()), &view);
        let text = text.strip_prefix(render::markdown::MARKER).unwrap_or(&text).trim();
        let marker = self.marker("apply");
        let body = format!(
            "{marker}\nNot applied: this is not what the pull request showed. What apply would do now:\n\n{text}\n{}",
            run_link()
        );
        if let Err(problem) = place.comment_on(*number, &marker, &body).await {
            app.output.diagnostics(&[problem.warning("the comment on the pull request could not be written")]);
        }
    }
}
