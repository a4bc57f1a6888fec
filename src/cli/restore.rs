//! `restore`: gives back what a run replaced in Vapi.

use std::collections::HashMap;

use super::apply::{can_ask, consent};
use super::args::{Asks, PreferArgs, Running};
use super::connect::block_on;
use super::file::Empty;
use super::run::Run;
use super::show::{Showing, ending, finish};
use super::{App, Finish};
use crate::audit::{self, Outcome, Record};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::restore::restore;

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Shows its plan and asks, as apply does. It leaves the file alone, and removes nothing that the run \
                        made; secrets stay as they are. The next plan shows what differs from the file then."
)]
pub(super) struct Args {
    /// The run, as `vapi-sync log` names it, or `latest`: the last that wrote to Vapi.
    run: String,
    /// Only this entry: agents.receptionist.
    address: Option<String>,
    #[command(flatten)]
    asks: Asks,
    #[command(flatten)]
    prefer: PreferArgs,
    #[command(flatten)]
    running: Running,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let asks = !args.asks.yes;
    if asks {
        can_ask(app)?;
    }
    block_on(async {
        let mut run = Run::writing(app, "restore", &args.running, Empty::Refused).await?;
        let records = audit::read(&run.audit_log)?.ok_or_else(|| {
            Diagnostic::error("no-audit-log", format!("there is no audit log at {}", run.audit_log.display()))
                .help("--audit-log names another one; in CI it is an artifact of the run")
        })?;
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let loaded = run.load()?;
        run.hide(&loaded.checked()?.desired.noticed.secrets);
        run.fetch().await?;
        let (listings, rules) = (&run.fetched.listings, args.prefer.rules());
        let file = audit::file_name(&run.audit_log, loaded.disk.real());
        let wanted = if args.run == "latest" { latest(&records, &file)? } else { args.run.clone() };
        let plan = restore(&wanted, args.address.as_deref(), records.into_iter(), listings, &rules)?;
        let consent = consent(&run, &plan, asks, Showing::default())?;
        let (report, _) = run.write(&loaded, plan, consent, HashMap::new(), &args.running).await;
        let ending = ending(&report);
        Ok(finish(app, "restore", report, ending, Showing { plan_shown: asks, ..Showing::default() }))
    })
}

/// The last run of a state file that wrote to Vapi.
fn latest(records: &[Record], file: &str) -> Result<String, Diagnostic> {
    let wrote = |record: &&Record| {
        record.outcome == Outcome::Done
            && record.action == "update"
            && record.file.as_deref().is_none_or(|of| of == file)
    };
    let last = records.iter().rev().find(wrote).map(|record| record.run.clone());
    last.ok_or_else(|| Diagnostic::error("unknown-run", "the audit log knows of no run that changed anything in Vapi"))
}
