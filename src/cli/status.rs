//! `status`: whether the file and Vapi agree.

use std::path::PathBuf;

use super::args::{Format, Net, Tells};
use super::connect::block_on;
use super::file::Empty;
use super::github::Extra;
use super::run::{Run, Wish};
use super::{App, Finish};
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::plan::{Direction, Policy, Selection};
use crate::render::{self, View};

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Writes nothing, not even .vapi-sync/. Exit code 0 also when they do not agree; with --exit-code 2."
)]
pub(super) struct Args {
    /// Exit with 2 if they do not agree.
    #[arg(long)]
    exit_code: bool,
    /// The audit log [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) tells: Tells,
    /// Keep one issue on GitHub open while something is changed in Vapi.
    #[arg(long, requires = "github")]
    issue: bool,
    #[command(flatten)]
    net: Net,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let policy = Policy { allow_purchase: true, only_looks: true, ..Policy::default() };
    let wish = Wish { selection: Selection::default(), policy };
    block_on(async {
        let mut run = Run::reading(app, "status", &args.net, args.audit_log.as_deref(), Empty::Refused).await?;
        let loaded = run.load()?;
        let file = loaded.checked()?;
        let made = run.plan(&file, Direction::ToVapi, &wish).await?;
        let Some(status) = &made.status else { return Ok(Finish::default()) };
        let checked_at = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string();
        let redactor = app.output.redactor();
        let flags = app.flags();
        let org_id = made.plan.org_id.as_deref();
        if app.global.format() != Format::Json {
            app.output.diagnostics(&made.plan.warnings);
        }
        let view = View {
            palette: app.output.palette(),
            verbose: app.global.verbose > 0,
            all: true,
            status: None,
            redactor,
            flags: &flags,
        };
        let result = match app.global.format() {
            Format::Json => {
                let document = render::json::status(status, &checked_at, &made.plan.warnings, &[]);
                render::json::to_text(&document, redactor)
            }
            Format::Html => {
                let file = loaded.disk.name();
                render::html::status(
                    status,
                    render::html::About { file, org_id, checked_at: &checked_at, flags: &flags },
                    redactor,
                )
            }
            _ => render::terminal::status(status, &checked_at, &view),
        };
        let mut extra = Extra::default();
        if let Some(workflow) = &app.workflow {
            let view = View { flags: &flags, ..View::plain(redactor) };
            let changed = render::github::issue(&made.plan, status, &view);
            let line = if status.in_sync { "In sync." } else { "Not in sync." };
            extra.summary = Some(render::github::status(line, changed.as_deref(), &view));
            extra.outputs.push(("drift", status.kinds.iter().any(|kind| kind.drift > 0).to_string()));
            if args.issue {
                workflow.issue(changed.as_deref(), &mut extra).await;
                app.output.diagnostics(&extra.warnings);
            }
        }
        std::mem::forget(file);
        run.leave(loaded);
        let ending = Ending { changes_found: args.exit_code && !status.in_sync, ..Ending::default() };
        Ok(Finish { ending, tells_errors: true, ..Finish::done(result) }.with(extra))
    })
}
