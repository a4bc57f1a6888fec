//! `restore`: restores the values that a run replaced, in Vapi and in the file.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::apply::{can_ask, consent, other_plan};
use super::args::{Asks, Net, PreferArgs, Running, Tells};
use super::connect::block_on;
use super::file::{Checked, Empty};
use super::plan::{save, tell_saved};
use super::pull::{Written, outcomes, write};
use super::run::{Run, audit_log};
use super::show::{Showing, ending, finish};
use super::{App, Finish};
use crate::audit::{self, Owner, Record, Stage, short_run};
use crate::history::Others;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending, Severity};
use crate::plan::Plan;
use crate::plan::prefer::Prefer;
use crate::plan::report::{Outcome, Report};
use crate::plan::restore::{WayBack, restore};
use crate::plan::saved::{Choices, Saved};
use crate::writeback::capture;

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Shows what it would change in Vapi and in the file, and asks first. What the run replaced in Vapi \
        gets its old value there. The same fields of the file get it too, if they still have the value of that run; \
        review them before you commit. Objects that the run created stay, and so do secrets."
)]
pub(super) struct Args {
    /// The run, by its id in `vapi-sync log`; or `latest`, the last run that replaced a value in Vapi or in the file.
    run: String,
    /// Only this entry: agents.receptionist.
    address: Option<String>,
    /// Change Vapi only, and leave the file as it is.
    #[arg(long)]
    vapi_only: bool,
    #[command(flatten)]
    asks: Asks,
    /// Restore only if the plan has this digest.
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,
    /// Only save the plan; `apply FILE` carries it out.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["yes", "expect"])]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    prefer: PreferArgs,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    pub(super) tells: Tells,
}

/// A restore, and how it was approved.
struct Job<'j> {
    /// Its run may be `latest`.
    way: WayBack,
    prefer: Prefer,
    asks: bool,
    expect: Option<&'j str>,
    saved: Option<&'j Saved>,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let Args { run, address, vapi_only, .. } = args;
    let way = WayBack { run: run.clone(), address: address.clone(), vapi_only: *vapi_only };
    let asks = !args.asks.yes && args.expect.is_none();
    let job = Job { way, prefer: args.prefer.rules(), asks, expect: args.expect.as_deref(), saved: None };
    match &args.out {
        Some(out) => only_plan(app, &args.running, job, out),
        None => carry_out(app, &args.running, job),
    }
}

/// Carries out a plan that `--out` saved.
pub(super) fn saved(app: &App, running: &Running, way: &WayBack, saved: &Saved) -> Result<Finish, Diagnostics> {
    let (_, policy) = saved.choices()?;
    let job = Job { way: way.clone(), prefer: policy.prefer, asks: false, expect: None, saved: Some(saved) };
    carry_out(app, running, job)
}

fn only_plan(app: &App, running: &Running, mut job: Job<'_>, out: &Path) -> Result<Finish, Diagnostics> {
    let net: &Net = &running.net;
    block_on(async {
        let log = audit_log(app, running.waits.audit_log.as_deref());
        let mut run = Run::reading(app, "restore", net, log, Empty::Refused).await?;
        let loaded = run.load()?;
        let file = loaded.checked()?;
        let plan = planned(&mut run, &file, &mut job).await?;
        let environment = app.environment().map(str::to_owned);
        let choices = Choices { environment, prefer: job.prefer.texts(), restore: Some(job.way), ..Choices::default() };
        save(&Saved::of(&plan, &file.texts()?, choices), out)?;
        tell_saved(app, &plan, out);
        Ok(finish(app, "restore", Report::planned(plan), Ending::default(), Showing::default()))
    })
}

fn carry_out(app: &App, running: &Running, mut job: Job<'_>) -> Result<Finish, Diagnostics> {
    if job.asks {
        can_ask(app)?;
    }
    block_on(async {
        let mut run = Run::writing(app, "restore", running, Empty::Refused).await?;
        let loaded = run.load()?;
        let file = loaded.checked()?;
        let plan = planned(&mut run, &file, &mut job).await?;
        if let Some(saved) = job.saved {
            saved.check(&plan, &file.texts()?)?;
        }
        if let Some(expected) = job.expect.filter(|expected| *expected != plan.digest) {
            return Err(other_plan(&plan.digest, expected));
        }
        let consent = consent(&run, &plan, job.asks, Showing::default())?;
        // The file first: if the run ends here, the next apply or the same restore does the rest.
        let in_file = set_back(&run, &file, &plan)?;
        let mut report = if in_file.errors.is_empty() {
            let (report, _) = run.write(&loaded, plan, consent, HashMap::new(), running).await;
            report
        } else {
            let not_attempted = || Some(Outcome::NotAttempted("the state file could not be written".to_owned()));
            let outcomes = plan.changes.iter().map(|change| change.write().and_then(|_| not_attempted()));
            Report { outcomes: outcomes.collect(), ..Report::planned(plan) }
        };
        for (at, outcome) in in_file.outcomes.into_iter().enumerate().filter(|(_, outcome)| outcome.is_some()) {
            report.outcomes[at] = outcome;
        }
        report.errors.splice(0..0, in_file.errors);
        report.warnings.splice(0..0, in_file.warnings);
        report.run = report.run.or(in_file.run);
        let ending = ending(&report);
        Ok(finish(app, "restore", report, ending, Showing { plan_shown: job.asks, ..Showing::default() }))
    })
}

/// Plans the restore, and replaces `latest` in the job by the id of the run.
async fn planned(run: &mut Run<'_>, file: &Checked<'_>, job: &mut Job<'_>) -> Result<Plan, Diagnostics> {
    let records = audit::read(&run.audit_log)?.ok_or_else(|| {
        Diagnostic::error(
            "no-audit-log",
            format!(
                "there is no audit log at {}, so there is nothing to restore from. Nothing was done",
                run.audit_log.display()
            ),
        )
        .help("in CI the log is an artifact of each run: download it and name it with --audit-log FILE")
    })?;
    let mut records = records.collect::<Result<Vec<_>, _>>()?;
    let owner = run.owner(file.loaded, file.desired.file.org_id.as_deref());
    records.retain(|record| record.is_of(owner.environment, owner.org_id));
    run.hide(&file.desired.noticed.secrets);
    if job.way.run == "latest" {
        job.way.run = latest(&records, &owner)?;
    } else {
        job.way.run = named(&records, &job.way.run);
    }
    run.fetch().await?;
    let mut plan = restore(&job.way, &records, &run.fetched.listings, &file.desired, &job.prefer)?;
    plan.warnings = file.loaded.annotated(plan.warnings);
    Ok(plan.sealed(&run.redact()))
}

/// Resets the file. The report only has the outcomes of that.
fn set_back(run: &Run<'_>, file: &Checked<'_>, plan: &Plan) -> Result<Report, Diagnostics> {
    let env = |name: &str| std::env::var(name).ok();
    let others = Others::beside(file.loaded.disk.real());
    let included_by = |include: &Path| others.including(include);
    let none = BTreeSet::new();
    let captured = capture(plan, &file.desired, &file.loaded.includes, &none, &env, &included_by, true);
    let mut report = Report::planned(plan.clone());
    report.outcomes = outcomes(&report, &captured);
    let in_file = report.plan.changes.iter().zip(&mut report.outcomes);
    in_file.filter(|(change, _)| !change.is_capture()).for_each(|(_, outcome)| *outcome = None);
    let refused = captured.refused.iter().map(|refused| refused.diagnostic.clone());
    report.warnings = refused.map(|refused| Diagnostic { severity: Severity::Warning, ..refused }).collect();
    let hide = run.redact();
    let mut journal = run.journal(file.loaded, plan.org_id.as_deref(), &hide);
    match write(file, &captured, &report, &mut journal)? {
        Written::Done => {}
        Written::Changed => {
            let name = run.app.global.file.display();
            return Err(Diagnostic::error(
                "file-busy",
                format!("somebody changed {name} in the meantime. Nothing was done"),
            )
            .help("run the command again")
            .into());
        }
        Written::InPart(error) => report.fail(&error),
        Written::NotLogged(error) => report.errors.push(error),
    }
    report.run = journal.run();
    Ok(report)
}

/// The full id of a run, from the last part that `log` shows.
fn named(records: &[Record], wanted: &str) -> String {
    let runs: BTreeSet<&String> = records.iter().map(|record| &record.run).collect();
    let mut short = runs.iter().filter(|run| short_run(run) == wanted);
    match (short.next(), short.next()) {
        (Some(run), None) => (*run).clone(),
        _ => wanted.to_owned(),
    }
}

/// The last run that replaced a value, in Vapi or in the state file.
fn latest(records: &[Record], owner: &Owner<'_>) -> Result<String, Diagnostic> {
    let replaced = |record: &&Record| {
        record.stage == Stage::Done && matches!(&*record.action, "update" | "capture") && owner.has(record)
    };
    let last = records.iter().rev().find(replaced).map(|record| record.run.clone());
    last.ok_or_else(|| {
        Diagnostic::error(
            "unknown-run",
            "the audit log has no run that replaced a value, so there is nothing to restore",
        )
    })
}
