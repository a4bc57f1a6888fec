//! `apply`: makes Vapi as the file says.

use std::collections::HashMap;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use super::args::{Asks, Commits, DriftArgs, Format, Lists, Net, Select, Sends, Tells, Waits};
use super::connect::block_on;
use super::github::Extra;
use super::work::{Showing, Wanted, Work, audit_log, finish, lock, rendered};
use super::{App, Finish, commit};
use crate::apply::{Approved, Consent, Fact, Ports, apply};
use crate::cli::saved::Saved;
use crate::cli::session::Made;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending, Failure};
use crate::model::{Address, RemoteId};
use crate::plan::report::Report;
use crate::plan::{Direction, Plan, Policy, Status};
use crate::recovery::Unfinished;
use crate::writeback::FileRecorder;
use crate::writeback::journal::AuditJournal;

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Asks on a terminal; elsewhere it needs --yes. A saved plan, and --expect, were reviewed: they do not ask."
)]
pub(super) struct Args {
    /// A plan saved by `plan --out`: do exactly that, or refuse.
    #[arg(value_name = "PLAN", conflicts_with_all = ["only", "target", "on_drift", "allow_purchase", "send_secrets"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    asks: Asks,
    /// Apply only a plan with this digest.
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,
    /// Refuse what no merged pull request has shown (exit 3).
    #[arg(long, requires = "github")]
    require_reviewed: bool,
    /// Push the commit through GitHub's API; on a protected branch as a pull request.
    #[arg(long, requires_all = ["commit", "github"])]
    push: bool,
    #[command(flatten)]
    pub(super) select: Select,
    #[command(flatten)]
    drift: DriftArgs,
    #[command(flatten)]
    sends: Sends,
    #[command(flatten)]
    commits: Commits,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    pub(super) tells: Tells,
    #[command(flatten)]
    net: Net,
    #[command(flatten)]
    waits: Waits,
}

/// What an apply is asked for, wherever that stands.
pub(super) struct Job<'j> {
    pub(super) command: &'j str,
    pub(super) wanted: Wanted<'j>,
    pub(super) waits: &'j Waits,
    pub(super) asks: bool,
    pub(super) all: bool,
    pub(super) expect: Option<&'j str>,
    pub(super) saved: Option<&'j Saved>,
    /// Refuse what was not reviewed.
    pub(super) require_reviewed: bool,
}

/// What came of an apply.
pub(super) struct Carried {
    pub(super) report: Report,
    pub(super) made: Made,
    /// What the file holds by now.
    facts: Vec<Fact>,
    /// Whether a pull request has shown all of it, if anybody asked.
    reviewed: Option<Option<bool>>,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let saved = args.plan.as_deref().map(Saved::read).transpose()?;
    let reviewed = saved.is_some() || args.expect.is_some();
    let asks = !args.asks.yes && !reviewed;
    if asks {
        can_ask(app)?;
    }
    let (selection, policy) = match &saved {
        Some(saved) => saved.choices()?,
        None => (
            args.select.selection()?,
            Policy {
                on_drift: args.drift.rules(),
                allow_purchase: args.sends.allow_purchase,
                send_secrets: args.sends.send_secrets,
                ..Policy::default()
            },
        ),
    };
    let audit_log = audit_log(app, args.waits.audit_log.as_deref());
    block_on(async {
        let _lock = lock(app, "apply", args.waits.lock_timeout)?;
        let mut work = Work::begin(app, &args.net).await?;
        let committing = commit::prepare(args.commits.commit && !args.push, &work.loaded)?;
        let wanted = Wanted {
            direction: Direction::ToVapi,
            selection: &selection,
            policy: &policy,
            net: &args.net,
            audit_log: &audit_log,
        };
        let job = Job {
            command: "apply",
            wanted,
            waits: &args.waits,
            asks,
            all: args.lists.all,
            expect: args.expect.as_deref(),
            saved: saved.as_ref(),
            require_reviewed: args.require_reviewed,
        };
        let Carried { report, made, facts, reviewed } = carry_out(app, &mut work, &job).await?;
        let mut extra = Extra::default();
        if let Some(reviewed) = reviewed {
            let word = reviewed.map_or("unknown", |reviewed| if reviewed { "true" } else { "false" });
            extra.outputs.push(("reviewed", word.to_owned()));
        }
        if let (true, Some(workflow)) = (args.push, &app.workflow) {
            workflow.push(&work.loaded, &commit::message("apply", &[&report]), &facts, &mut extra).await;
        }
        if let Some(committing) = committing {
            committing.commit("apply", &[&report], &made.includes)?;
        }
        let ending = ending(&report);
        let showing = Showing { all: args.lists.all, status: made.status.as_ref(), plan_shown: asks };
        let report = Report { warnings: [report.warnings, extra.warnings.clone()].concat(), ..report };
        Ok(finish(app, "apply", report, ending, showing).with(extra))
    })
}

/// Plans, asks, writes.
pub(super) async fn carry_out(app: &App, work: &mut Work, job: &Job<'_>) -> Result<Carried, Diagnostics> {
    let mut made = work.plan(app, &job.wanted).await?;
    let (log, patience) = (job.wanted.audit_log, job.waits.settle_timeout);
    let mut unfinished = Unfinished::read(&made.plan, log, work.loaded.disk.real(), patience)?;
    let (reader, tell) = (work.vapi.reader(), |text: &str| app.output.note(text));
    while unfinished.look(&made.plan, &reader, &mut work.fetched.listings, &tell).await? {
        made = work.plan(app, &job.wanted).await?;
    }
    if let Some(saved) = job.saved {
        saved.check(&made.plan, &work.loaded, &made.includes)?;
    }
    if let Some(expected) = job.expect.filter(|expected| *expected != made.plan.digest) {
        return Err(Diagnostic::error(
            "other-plan",
            format!("the plan is not the one that was reviewed: its digest is {}, expected was {expected}. Nothing was done", made.plan.digest),
        )
        .help("plan again, review that, and pass its digest")
        .into());
    }
    let reviewed = match &app.workflow {
        Some(workflow) => Some(workflow.reviewed(app, &made, &work.loaded, job.require_reviewed).await?),
        None => None,
    };
    let plan = std::mem::replace(&mut made.plan, empty(&job.wanted));
    let asking = Asking { asks: job.asks, all: job.all, status: made.status.as_ref() };
    let (report, facts) =
        write(app, work, job.command, plan, job.wanted.audit_log, job.waits, &made.ids, asking).await?;
    Ok(Carried { report, made, facts, reviewed })
}

/// How a plan is shown to who is asked about it.
#[derive(Clone, Copy, Default)]
struct Asking<'a> {
    asks: bool,
    all: bool,
    status: Option<&'a Status>,
}

/// Asks about a plan that changes nothing but fields, and writes.
pub(super) async fn write_plan(
    app: &App,
    work: &Work,
    command: &str,
    plan: Plan,
    audit_log: &Path,
    waits: &Waits,
    asks: bool,
) -> Result<Report, Diagnostics> {
    let asking = Asking { asks, ..Asking::default() };
    Ok(write(app, work, command, plan, audit_log, waits, &HashMap::new(), asking).await?.0)
}

/// Asks, and writes.
#[expect(clippy::too_many_arguments, reason = "two callers; each argument is another thing")]
async fn write(
    app: &App,
    work: &Work,
    command: &str,
    plan: Plan,
    audit_log: &Path,
    waits: &Waits,
    ids: &HashMap<Address, RemoteId>,
    asking: Asking<'_>,
) -> Result<(Report, Vec<Fact>), Diagnostics> {
    let consent = match (writes(&plan), asking.asks) {
        (false, _) => Consent::NothingToWrite,
        (true, false) => Consent::Flag,
        (true, true) => {
            let showing = Showing { all: asking.all, status: asking.status, ..Showing::default() };
            app.output.result(&rendered(app, command, &Report::planned(plan.clone()), showing))?;
            ask(app)?
        }
    };
    let total = plan.changes.iter().filter(|change| change.write.is_some() && change.held.is_none()).count();
    let progress = app.output.start(total as u64, "writing");
    let mut recorder = FileRecorder::new(work.loaded.disk.clone(), work.loaded.document.text().to_string());
    let hide = |text: &str| app.output.redactor().text(text).into_owned();
    let mut journal = AuditJournal::new(audit_log, command, work.loaded.disk.real(), &hide);
    let ports = Ports {
        transport: work.vapi.transport.clone(),
        recorder: &mut recorder,
        journal: &mut journal,
        listings: &work.fetched.listings,
        read_at: work.fetched.at,
        ids: ids.clone(),
        fresh: waits.fresh,
        patience: waits.settle_timeout,
        on_progress: &|| progress.inc(),
    };
    let mut report = apply(Approved::new(plan, consent), ports).await;
    progress.finish();
    report.run = journal.run();
    if work.vapi.transport.is_stopped() {
        report.errors.push(interrupted());
    }
    Ok((report, recorder.into_facts()))
}

/// The error of a run that the user stopped.
pub(super) fn interrupted() -> Diagnostic {
    Diagnostic {
        failure: Failure::Interrupted,
        ..Diagnostic::error("interrupted", "the run was interrupted; what was in hand was finished")
            .help("the next run does the rest")
    }
}

fn empty(wanted: &Wanted<'_>) -> Plan {
    Plan {
        direction: wanted.direction,
        org_id: None,
        records_org: false,
        digest: String::new(),
        changes: Vec::new(),
        impact: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Whether a plan would send anything or link anything.
fn writes(plan: &Plan) -> bool {
    plan.changes
        .iter()
        .any(|change| change.held.is_none() && (change.write.is_some() || change.action == crate::plan::Action::Link))
}

/// How a run that wrote ended.
pub(super) fn ending(report: &Report) -> Ending {
    Ending {
        writes_failed: report.count("failed") + report.count("not_attempted") > 0,
        held_back: report.held_back() > 0,
        changes_found: false,
    }
}

/// Complains, before anything is sent, where nobody can be asked.
pub(super) fn can_ask(app: &App) -> Result<(), Diagnostic> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if terminal && app.global.format() == Format::Text {
        return Ok(());
    }
    Err(Diagnostic::error("needs-yes", "nobody can be asked here whether to go on. Nothing was sent")
        .help("pass --yes, or review a plan and pass its digest with --expect"))
}

fn ask(app: &App) -> Result<Consent, Diagnostics> {
    app.output.message("Apply this? Only `yes` is taken for a yes: ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match read {
        Ok(_) if matches!(answer.trim(), "yes" | "y") => Ok(Consent::Asked),
        _ => Err(Diagnostic::error("not-approved", "the plan was not approved. Nothing was done").into()),
    }
}
