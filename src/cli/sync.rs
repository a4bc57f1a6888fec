//! `sync`: pull, then apply.

use super::apply::{Applied, Job, apply, can_ask};
use super::args::{Asks, Choices, Format, Gated, Takes, Writing};
use super::connect::block_on;
use super::file::Empty;
use super::pull::pull;
use super::run::{Run, Wish};
use super::show::{Showing, ending, last_words, rendered};
use super::{App, Finish};
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::model::{Address, FieldPath};
use crate::plan::report::Report;
use crate::plan::{Change, Policy, Status};
use crate::render;

/// Arguments of `sync`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Asks before it writes to Vapi; where it cannot ask (in CI), it needs --yes.")]
pub(super) struct Args {
    #[command(flatten)]
    asks: Asks,
    #[command(flatten)]
    gated: Gated,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    takes: Takes,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let asks = !args.asks.yes;
    if asks {
        can_ask(app)?;
    }
    let policy = Policy { declared_only: args.takes.declared_only, ..args.choices.policy() };
    let wish = Wish { selection: args.choices.select.selection()?, policy };
    block_on(async {
        let mut run = Run::writing(app, "sync", &args.writing.running, Empty::Filled).await?;
        let mut pulled = pull(&mut run, &wish, &args.writing, &args.takes).await?;
        let (all, commits) = (args.writing.lists.all, args.writing.commit);
        let showing = Showing { all, commits, ..Showing::default() };
        let mut errors = show_pulled(app, &pulled, showing);
        let mut applied = None;
        if pulled.errors.is_empty() {
            let told = disputes(&pulled);
            let (commits, require_reviewed) = (args.writing.commit, false);
            let writing = &args.writing;
            let skip_gate = args.gated.skip_gate;
            let (expect, saved) = (None, None);
            let job =
                Job { wish: &wish, writing, asks, expect, saved, commits, require_reviewed, skip_gate, told: &told };
            match apply(&mut run, &job).await {
                Ok(Applied { report, status, .. }) => applied = Some((report, status)),
                Err(failed) => errors.extend(failed),
            }
        }
        let reports = std::iter::once(&mut pulled).chain(applied.as_mut().map(|(report, _)| report));
        let mut reports = reports.collect::<Vec<_>>();
        run.commit(&mut reports);
        run.agree(&wish, &mut reports);
        Ok(finish(app, pulled, applied, errors, Showing { plan_shown: asks, ..showing }))
    })
}

/// The fields that a pull held back. The following apply holds them back, too, and need not show them again.
fn disputes(pulled: &Report) -> Vec<(Address, FieldPath)> {
    let held = |change: &Change| {
        let fields = change.fields.iter().filter(|field| field.verdict.is_held_back());
        fields.map(|field| (change.address.clone(), field.path.clone())).collect::<Vec<_>>()
    };
    pulled.plan.changes.iter().flat_map(held).collect()
}

/// Shows what the pull did before the apply asks for approval. Warnings wait for the apply, which reads the file again and
/// knows the new line numbers.
fn show_pulled(app: &App, pulled: &Report, showing: Showing<'_>) -> Diagnostics {
    if app.global.format() == Format::Json {
        return Vec::new();
    }
    let showing = Showing { heading: "From Vapi into the file", apply_follows: true, ..showing };
    app.output.result(&(rendered(app, "pull", pulled, showing) + "\n")).err().into_iter().collect()
}

/// Ends a sync. `applied` is `None` if the apply was not reached; `errors` say why.
fn finish(
    app: &App,
    mut pulled: Report,
    applied: Option<(Report, Option<Status>)>,
    errors: Diagnostics,
    showing: Showing<'_>,
) -> Finish {
    if let Some((applied, _)) = &applied {
        let again = &applied.plan.warnings;
        pulled
            .plan
            .warnings
            .retain(|one| !again.iter().any(|two| (one.code, &one.message) == (two.code, &two.message)));
    }
    let ends = |report: &Report| ending(report);
    let mut ending = ends(&pulled);
    if let Some((applied, _)) = &applied {
        let Ending { writes_failed, held_back, changes_found: _ } = ends(applied);
        ending.writes_failed |= writes_failed;
        ending.held_back |= held_back;
    }
    let reports = || std::iter::once(&pulled).chain(applied.as_ref().map(|(report, _)| report));
    let result = match app.global.format() {
        Format::Json => {
            let half = |command, report| {
                render::json::of_environment(
                    render::json::report(command, report, showing.all),
                    app.environment(),
                    None,
                )
            };
            let apply = applied.as_ref().map(|(report, _)| half("apply", report));
            let both = render::json::sync(Some(half("pull", &pulled)), apply, &[], &errors);
            render::json::to_text(&both, app.output.redactor())
        }
        _ => {
            reports().for_each(|report| {
                app.output.diagnostics(&report.plan.warnings);
                app.output.diagnostics(&report.warnings);
            });
            let rendered = |(report, status): &(Report, Option<Status>)| {
                let heading = "From the file to Vapi";
                rendered(app, "apply", report, Showing { status: status.as_ref(), heading, ..showing })
            };
            applied.as_ref().map(rendered).unwrap_or_default()
        }
    };
    if let Some((applied, _)) = &applied {
        last_words(app, applied);
    }
    let errors = reports().flat_map(|report| report.errors.clone()).chain(errors).collect();
    Finish { errors, tells_errors: true, ending, ..Finish::done(result) }
}
