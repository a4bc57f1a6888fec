//! `restore`: gives back what a run replaced in Vapi.

use super::apply::{can_ask, ending, write_plan};
use super::args::{Asks, DriftArgs, Net, Waits};
use super::connect::block_on;
use super::work::{Showing, Work, audit_log, finish, lock};
use super::{App, Finish};
use crate::audit;
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Shows its plan and asks, as apply does. It leaves the file alone, and removes nothing that the run \
                        made; secrets stay as they are. The next plan shows what differs from the file then."
)]
pub(super) struct Args {
    /// The run, as `vapi-sync log` names it.
    run: String,
    /// Only this entry: agents.receptionist.
    address: Option<String>,
    #[command(flatten)]
    asks: Asks,
    #[command(flatten)]
    drift: DriftArgs,
    #[command(flatten)]
    net: Net,
    #[command(flatten)]
    waits: Waits,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    if !args.asks.yes {
        can_ask(app)?;
    }
    let audit_log = audit_log(app, args.waits.audit_log.as_deref());
    block_on(async {
        let _lock = lock(app, "restore", args.waits.lock_timeout)?;
        let records = audit::read(&audit_log)?.ok_or_else(|| {
            Diagnostic::error("no-audit-log", format!("there is no audit log at {}", audit_log.display()))
                .help("--audit-log names another one; in CI it is an artifact of the run")
        })?;
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let work = Work::begin(app, &args.net).await?;
        let plan = crate::plan::restore::restore(
            &args.run,
            args.address.as_deref(),
            records.into_iter(),
            &work.fetched.listings,
            &args.drift.rules(),
        )?;
        let report = write_plan(app, &work, "restore", plan, &audit_log, &args.waits, !args.asks.yes).await?;
        let ending = ending(&report);
        Ok(finish(app, "restore", report, ending, Showing { plan_shown: !args.asks.yes, ..Showing::default() }))
    })
}
