//! `sync`: pull, then apply.

use super::apply::{Carried, Job, can_ask, carry_out as apply};
use super::args::{Asks, Commits, ConflictArgs, DriftArgs, Format, Lists, Net, Select, Sends, Waits};
use super::connect::block_on;
use super::pull::{carry_out as pull, filled};
use super::work::{Showing, Wanted, Work, audit_log, last_words, lock, rendered};
use super::{App, Finish, commit};
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::plan::{Direction, Policy};
use crate::render;

/// Arguments of `sync`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks before it writes to Vapi, on a terminal; elsewhere it needs --yes.")]
pub(super) struct Args {
    #[command(flatten)]
    asks: Asks,
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    drift: DriftArgs,
    #[command(flatten)]
    conflict: ConflictArgs,
    #[command(flatten)]
    sends: Sends,
    #[command(flatten)]
    commits: Commits,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    net: Net,
    #[command(flatten)]
    waits: Waits,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    if !args.asks.yes {
        can_ask(app)?;
    }
    let selection = args.select.selection()?;
    let policy = Policy {
        on_drift: args.drift.rules(),
        on_conflict: args.conflict.rules(),
        allow_purchase: args.sends.allow_purchase,
        declared_only: args.conflict.declared_only,
        send_secrets: args.sends.send_secrets,
        only_looks: false,
    };
    let audit_log = audit_log(app, args.waits.audit_log.as_deref());
    block_on(async {
        let _lock = lock(app, "sync", args.waits.lock_timeout)?;
        let mut work = Work::with(app, &args.net, || filled(app)).await?;
        let committing = commit::prepare(args.commits.commit, &work.loaded)?;
        let wanted = |direction| Wanted {
            direction,
            selection: &selection,
            policy: &policy,
            net: &args.net,
            audit_log: &audit_log,
        };
        let (pulled, includes) = pull(app, &mut work, "sync", &wanted(Direction::ToFile)).await?;
        if app.global.format() != Format::Json {
            app.output.diagnostics(&pulled.warnings);
            app.output.result(&rendered(
                app,
                "pull",
                &pulled,
                Showing { all: args.lists.all, ..Showing::default() },
            ))?;
        }
        let job = Job {
            command: "sync",
            wanted: wanted(Direction::ToVapi),
            waits: &args.waits,
            asks: !args.asks.yes,
            all: args.lists.all,
            expect: None,
            saved: None,
            require_reviewed: false,
        };
        let Carried { report: applied, made, .. } = apply(app, &mut work, &job).await?;
        if let Some(committing) = committing {
            let includes: Vec<_> = includes.iter().chain(&made.includes).cloned().collect();
            committing.commit("sync", &[&pulled, &applied], &includes)?;
        }
        let of_apply = super::apply::ending(&applied);
        let of_pull = super::pull::ending(&pulled);
        let ending = Ending {
            writes_failed: of_apply.writes_failed || of_pull.writes_failed,
            held_back: of_apply.held_back || of_pull.held_back,
            changes_found: false,
        };
        let result = match app.global.format() {
            Format::Json => {
                let halves = [("pull", &pulled), ("apply", &applied)];
                let [pull, apply] =
                    halves.map(|(command, report)| Some(render::json::report(command, report, args.lists.all)));
                render::json::to_text(&render::json::sync(pull, apply, &[], &[]), app.output.redactor())
            }
            _ => {
                app.output.diagnostics(&applied.plan.warnings);
                app.output.diagnostics(&applied.warnings);
                let showing = Showing { all: args.lists.all, plan_shown: !args.asks.yes, status: made.status.as_ref() };
                rendered(app, "apply", &applied, showing)
            }
        };
        last_words(app, &applied);
        let errors = pulled.errors.into_iter().chain(applied.errors).collect();
        Ok(Finish { errors, tells_errors: true, ending, ..Finish::done(result) })
    })
}
