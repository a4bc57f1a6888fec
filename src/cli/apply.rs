//! `apply`: changes Vapi to match the file.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use super::args::{Asks, Choices, Format, Gated, Tells, Writing};
use super::commit::message;
use super::connect::block_on;
use super::file::{Empty, Loaded};
use super::gate::{gate, pass};
use super::github::Extra;
use super::run::{Run, Wish};
use super::session::Made;
use super::show::{Showing, ending, finish, rendered};
use super::{App, Finish};
use crate::apply::{Consent, Fact};
use crate::files::read_text;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, FieldPath};
use crate::plan::judge::Verdict;
use crate::plan::report::{Gate, Report};
use crate::plan::saved::Saved;
use crate::plan::{Change, Direction, FieldChange, Plan, Status, Work};
use crate::recovery::Unfinished;

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks before it writes; where it cannot ask (in CI), it needs --yes. A saved plan or --expect \
        counts as your yes.")]
pub(super) struct Args {
    /// A plan that was saved with `plan --out`: do exactly that, or nothing.
    #[arg(value_name = "PLAN", conflicts_with_all = ["only", "target", "prefer", "allow_purchase", "send_secrets"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    asks: Asks,
    #[command(flatten)]
    gated: Gated,
    /// Apply only if the plan has this digest (`plan` prints it).
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,
    /// Do nothing unless a merged pull request showed exactly these changes (exit code 3).
    #[arg(long, requires = "github")]
    require_reviewed: bool,
    /// Push the new ids to GitHub; if the branch is protected, as a pull request.
    #[arg(long, requires_all = ["commit", "github"])]
    push: bool,
    #[command(flatten)]
    pub(super) choices: Choices,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    pub(super) tells: Tells,
}

/// The options of an apply, from the command line or a saved plan.
pub(super) struct Job<'j> {
    pub(super) wish: &'j Wish,
    pub(super) writing: &'j Writing,
    pub(super) asks: bool,
    /// The digest of the plan that was reviewed.
    pub(super) expect: Option<&'j str>,
    /// The saved plan that was reviewed.
    pub(super) saved: Option<&'j Saved>,
    /// Whether to commit afterwards.
    pub(super) commits: bool,
    /// Refuse changes that were not reviewed.
    pub(super) require_reviewed: bool,
    /// Go through a closed gate.
    pub(super) skip_gate: bool,
    /// Fields that were already shown as held back, by entry.
    pub(super) told: &'j [(Address, FieldPath)],
}

/// The result of an apply.
pub(super) struct Applied {
    pub(super) report: Report,
    pub(super) status: Option<Status>,
    /// The file as it was at the start.
    loaded: Loaded,
    /// What was written into the file.
    facts: Vec<Fact>,
    /// Whether a pull request showed all of it, if that was asked.
    reviewed: Option<Option<bool>>,
    /// The gate of the environment.
    pub(super) gate: Option<Gate>,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let saved = args.plan.as_ref().map(|path| read_plan(path)).transpose()?;
    saved.as_ref().map_or(Ok(()), |saved| saved.is_for(app.environment()))?;
    if let Some((saved, way)) = saved.as_ref().and_then(|saved| Some((saved, saved.way_back()?))) {
        if args.writing.commit {
            return Err(Diagnostic::usage(
                "--commit does not go with a plan of `restore`: review what it changes in the file, then commit that \
                yourself",
            )
            .into());
        }
        return super::restore::saved(app, &args.writing.running, way, saved);
    }
    let asks = !args.asks.yes && saved.is_none() && args.expect.is_none();
    if asks {
        can_ask(app)?;
    }
    let (selection, policy) = match &saved {
        Some(saved) => saved.choices()?,
        None => (args.choices.select.selection()?, args.choices.policy()),
    };
    let wish = Wish { selection, policy };
    let expect = args.expect.as_deref();
    block_on(async {
        let mut run = Run::writing(app, "apply", &args.writing.running, Empty::Refused).await?;
        let (commits, require_reviewed) = (args.writing.commit && !args.push, args.require_reviewed);
        let saved = saved.as_ref();
        let job = Job {
            wish: &wish,
            writing: &args.writing,
            asks,
            expect,
            saved,
            commits,
            require_reviewed,
            skip_gate: args.gated.skip_gate,
            told: &[],
        };
        let Applied { mut report, status, loaded, facts, reviewed, gate } = apply(&mut run, &job).await?;
        let mut extra = Extra::default();
        if let Some(reviewed) = reviewed {
            let word = reviewed.map_or("unknown", |reviewed| if reviewed { "true" } else { "false" });
            extra.outputs.push(("reviewed", word.to_owned()));
        }
        if let (true, Some(workflow)) = (args.push, &app.workflow) {
            extra.pushes = true;
            workflow.push(&loaded, &message("apply", &[&report]), &facts, &mut extra).await;
        }
        run.commit(&mut [&mut report]);
        run.agree(&wish, &mut [&mut report]);
        report.warnings.extend_from_slice(&extra.warnings);
        let ending = ending(&report);
        let (all, commits, gate) = (args.writing.lists.all, args.writing.commit, gate.as_ref());
        let showing = Showing { all, status: status.as_ref(), plan_shown: asks, gate, commits, ..Showing::default() };
        Ok(finish(app, "apply", report, ending, showing).with(extra))
    })
}

/// Plans, asks, writes.
pub(super) async fn apply(run: &mut Run<'_>, job: &Job<'_>) -> Result<Applied, Diagnostics> {
    let loaded = run.load()?;
    let file = loaded.checked()?;
    run.prepare_commit(job.commits, &file)?;
    let mut made = run.plan(&file, Direction::ToVapi, job.wish).await?;
    let patience = job.writing.running.waits.settle_timeout;
    let owner = run.owner(&loaded, file.desired.file.org_id.as_deref());
    let mut unfinished = Unfinished::read(&made.plan, &run.audit_log, &owner, patience)?;
    let (app, reader) = (run.app, run.vapi.reader());
    let tell = |text: &str| app.output.note(text);
    while unfinished.look(&made.plan, &reader, &mut run.fetched.listings, &tell).await? {
        made = run.plan(&file, Direction::ToVapi, job.wish).await?;
    }
    if let Some(saved) = job.saved {
        saved.check(&made.plan, &file.texts()?)?;
    }
    if let Some(expected) = job.expect.filter(|expected| *expected != made.plan.digest) {
        return Err(other_plan(&made.plan.digest, expected));
    }
    let reviewed = match &run.app.workflow {
        Some(workflow) => Some(workflow.reviewed(run.app, &made, &loaded, job.require_reviewed).await?),
        None => None,
    };
    let Made { mut plan, status, ids, .. } = made;
    let gate = if would_write(&plan) { gate(run.app, &job.writing.running.net, &loaded).await? } else { None };
    let skipped = gate.as_ref().map(|gate| pass(run.app, gate, job.skip_gate)).transpose()?.flatten();
    run.skips_gate = skipped.is_some();
    plan.warnings.extend(skipped);
    leave_out(&mut plan, job.told);
    let (all, status_shown) = (job.writing.lists.all, status.as_ref());
    let showing = Showing { all, status: status_shown, gate: gate.as_ref(), ..Showing::default() };
    let consent = consent(run, &plan, job.asks, showing)?;
    let (report, facts) = run.write(&loaded, plan, consent, ids, &job.writing.running).await;
    drop(file);
    Ok(Applied { report, status, loaded, facts, reviewed, gate })
}

/// Removes fields from a plan that were already shown. They are held back, so the writes stay the same.
fn leave_out(plan: &mut Plan, told: &[(Address, FieldPath)]) {
    for Change { address, fields, reason, .. } in &mut plan.changes {
        let is_told = |field: &FieldChange| told.iter().any(|(of, path)| of == address && *path == field.path);
        let all = fields.len();
        fields.retain(|field| field.verdict != Verdict::Drift || !is_told(field));
        if fields.len() < all && reason.is_empty() {
            "waits for your decision: see the first half, above".clone_into(reason);
        }
    }
}

fn read_plan(path: &std::path::Path) -> Result<Saved, Diagnostic> {
    let name = path.display().to_string();
    let text = read_text(path, &name)
        .map_err(|error| error.or_missing(format!("`vapi-sync plan --out {name}` saves a plan to this file")))?;
    Saved::parse(&name, &text)
}

pub(super) fn other_plan(digest: &str, expected: &str) -> Diagnostics {
    let message =
        format!("the plan is not the one that was reviewed: its digest is {digest}, not {expected}. Nothing was done");
    Diagnostic::error("other-plan", message)
        .help("run `vapi-sync plan` again, review it, and pass its digest with --expect")
        .into()
}

/// Whether a plan would write anything to Vapi, or an id into the file.
fn would_write(plan: &Plan) -> bool {
    let works = |change: &&Change| change.write().is_some() || matches!(change.work, Work::Link(_));
    plan.changes.iter().filter(works).any(|change| change.held.is_none())
}

/// Asks whether to carry out a plan, unless it writes nothing or a flag has answered.
pub(super) fn consent(run: &Run<'_>, plan: &Plan, asks: bool, showing: Showing<'_>) -> Result<Consent, Diagnostics> {
    let captures = |change: &Change| matches!(change.work, Work::Capture) && change.held.is_none();
    if !would_write(plan) && !plan.changes.iter().any(captures) {
        return Ok(Consent::NothingToWrite);
    }
    if !asks {
        return Ok(Consent::Flag);
    }
    let output = &run.app.output;
    output.result(&rendered(run.app, run.command, &Report::planned(plan.clone()), showing))?;
    output.message("Apply this? Type y or yes to go on: ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match read {
        Ok(_) if is_yes(&answer) => Ok(Consent::Asked),
        _ => Err(Diagnostic::error("not-approved", "the answer was not yes. Nothing was done").into()),
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Fails, before anything is sent, if there is nobody to ask.
pub(super) fn can_ask(app: &App) -> Result<(), Diagnostic> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if terminal && app.global.format() == Format::Text {
        return Ok(());
    }
    Err(Diagnostic::error(
        "needs-yes",
        "this run is not interactive, so it cannot ask whether to go on. Nothing was sent",
    )
    .help("add --yes to go on without asking; or review a plan and pass its digest with --expect"))
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn what_the_question_names_is_taken_for_a_yes_and_nothing_else() {
        assert!(["y", "yes", " Yes\n", "Y\r\n"].into_iter().all(is_yes));
        assert!(!["", "\n", "n", "no", "yes please", "ye", "yy"].into_iter().any(is_yes));
    }
}
