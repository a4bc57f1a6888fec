//! `plan`: what `apply` would do.

use std::path::PathBuf;

use super::args::{DriftArgs, Lists, Net, Select, Sends, Tells};
use super::connect::block_on;
use super::github::Extra;
use super::work::{Showing, Wanted, Work, audit_log, finish};
use super::{App, Finish};
use crate::cli::saved::Saved;
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::model::escape::shell_word;
use crate::plan::report::Report;
use crate::plan::{Direction, Policy, sent};

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Writes nothing, not even .vapi-sync/. Exit code 0 also when there are changes or drift; with\n\
                        --detailed-exitcode 2."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) select: Select,
    #[command(flatten)]
    pub(super) drift: DriftArgs,
    #[command(flatten)]
    pub(super) net: Net,
    /// Save the plan, for `apply FILE`.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Exit with 2 if there is anything to do.
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    sends: Sends,
    #[command(flatten)]
    lists: Lists,
    /// The audit log, where there is no git [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) tells: Tells,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let selection = args.select.selection()?;
    let policy = Policy {
        on_drift: args.drift.rules(),
        allow_purchase: args.sends.allow_purchase,
        send_secrets: args.sends.send_secrets,
        ..Policy::default()
    };
    let audit_log = audit_log(app, args.audit_log.as_deref());
    block_on(async {
        let mut work = Work::begin(app, &args.net).await?;
        let wanted = Wanted {
            direction: Direction::ToVapi,
            selection: &selection,
            policy: &policy,
            net: &args.net,
            audit_log: &audit_log,
        };
        let made = work.plan(app, &wanted).await?;
        if let Some(path) = &args.out {
            let choices = crate::cli::saved::Choices {
                only: args.select.only.clone(),
                target: args.select.target.clone(),
                on_drift: args.drift.texts(),
                allow_purchase: args.sends.allow_purchase,
                send_secrets: args.sends.send_secrets,
            };
            Saved::of(&made.plan, &work.loaded, &made.includes, choices)?.write(path)?;
        }
        let changes_found = made.plan.has_work() || made.plan.held_back() > 0;
        let status = made.status.clone();
        let sent = app.workflow.as_ref().map(|_| sent(&made.plan, &made.ids)).unwrap_or_default();
        let report = Report::planned(made.plan);
        let ending = Ending { changes_found: args.detailed_exitcode && changes_found, ..Ending::default() };
        if let Some(path) = &args.out {
            let path = path.display().to_string();
            let (digest, word, flags) = (&report.plan.digest, shell_word(&path), app.flags());
            app.output.note(&format!(
                "Saved to {path} (digest {digest}). To apply just this: vapi-sync apply {word}{flags}\n"
            ));
        }
        let showing = Showing { all: args.lists.all, status: status.as_ref(), ..Showing::default() };
        work.leave();
        Ok(finish(app, "plan", report, ending, showing).with(Extra { sent, ..Extra::default() }))
    })
}
