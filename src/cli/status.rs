//! `status`: whether the file and Vapi agree.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::args::{Format, Net, Tells, duration};
use super::connect::{self, block_on};
use super::file::Empty;
use super::github::Extra;
use super::run::{Run, Wish, audit_log};
use super::{App, Finish, serve};
use crate::audit;
use crate::history::GitRecord;
use crate::model::agreed::LastAgreed;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending};
use crate::plan::{Direction, LastRun, Plan, Policy, Selection, State, Status};
use crate::render::html::{Page, page};
use crate::render::status::{About, text, verdict};
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
    /// Also list what is in sync.
    #[arg(long)]
    all: bool,
    /// Serve the status as a page, and check again and again.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8737")]
    serve: Option<String>,
    /// How long to wait between two checks.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1m", requires = "serve")]
    every: Duration,
    /// Let other machines read the page, too.
    #[arg(long, requires = "serve")]
    serve_to_network: bool,
    /// A name under which browsers reach the page.
    #[arg(long, value_name = "NAME", requires = "serve")]
    host: Vec<String>,
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

/// What a check found.
struct Found {
    plan: Plan,
    status: Status,
    dashboard: Option<&'static str>,
    agreed: Option<LastAgreed>,
    at: Timestamp,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let log = audit_log(app, args.audit_log.as_deref());
    if let Some(address) = &args.serve {
        return block_on(serve_page(app, args, &log, address));
    }
    let last_run = last_run(app, &log);
    let found = block_on(check(app, args, &log));
    let (redactor, flags) = (app.output.redactor(), app.flags());
    let found = match found {
        Ok(found) => found,
        Err(errors) if app.global.format() == Format::Html => {
            let about = About { last_run: last_run.as_ref(), ..nothing_known(app) };
            let failed = Page { status: None, about, errors: &errors, refresh: None, names: None, flags: &flags };
            return Ok(Finish { result: Some(page(&failed, redactor)), errors, ..Finish::default() });
        }
        Err(errors) => return Err(errors),
    };
    if app.global.format() != Format::Json {
        app.output.diagnostics(&found.plan.warnings);
    }
    let about = about(app, &found, last_run.as_ref());
    let result = match app.global.format() {
        Format::Json => {
            let document = render::json::status(&found.status, &about, &found.plan.warnings, &[]);
            render::json::to_text(&document, redactor)
        }
        Format::Html => {
            let (status, names) = (Some(&found.status), Some(&found.plan.names));
            page(&Page { status, about, errors: &[], refresh: None, names, flags: &flags }, redactor)
        }
        _ => {
            let (palette, verbose) = (app.output.palette(), app.global.verbose > 0);
            let view = View {
                palette,
                verbose,
                all: args.all,
                width: app.output.width(),
                flags: &flags,
                ..View::plain(redactor)
            };
            text(&found.status, &about, &view)
        }
    };
    let extra = block_on(tell_github(app, args, &found))?;
    let ending = Ending { changes_found: args.exit_code && !found.status.in_sync(), ..Ending::default() };
    Ok(Finish { ending, tells_errors: true, ..Finish::done(result) }.with(extra))
}

/// What a workflow is told of a check.
async fn tell_github(app: &App, args: &Args, found: &Found) -> Result<Extra, Diagnostics> {
    let mut extra = Extra::default();
    let Some(workflow) = &app.workflow else { return Ok(extra) };
    let flags = app.flags();
    let view = View { flags: &flags, ..View::plain(app.output.redactor()) };
    let changed = render::github::issue(&found.status, &view);
    extra.summary = Some(render::github::status(&verdict(&found.status), changed.as_deref(), &view));
    extra.outputs.push(("drift", (found.status.count(State::Drift) > 0).to_string()));
    if args.issue {
        workflow.issue(changed.as_deref(), &mut extra).await;
        app.output.diagnostics(&extra.warnings);
    }
    Ok(extra)
}

/// Looks at both sides.
async fn check(app: &App, args: &Args, log: &Path) -> Result<Found, Diagnostics> {
    let policy = Policy { allow_purchase: true, only_looks: true, ..Policy::default() };
    let wish = Wish { selection: Selection::default(), policy };
    let mut run = Run::reading(app, "status", &args.net, log.to_path_buf(), Empty::Refused).await?;
    let loaded = run.load()?;
    let file = loaded.checked()?;
    let made = run.plan(&file, Direction::ToVapi, &wish).await?;
    let status = made.status.unwrap_or(Status { kinds: Vec::new() });
    let git = GitRecord::open(loaded.disk.real(), HashMap::new()).ok().flatten();
    let agreed = git.zip(made.plan.org_id.as_deref()).and_then(|(git, org_id)| git.last_agreed(org_id));
    let found = Found { status, plan: made.plan, dashboard: run.vapi.dashboard(), agreed, at: now() };
    if args.serve.is_none() {
        std::mem::forget(file);
        run.leave(loaded);
    }
    Ok(found)
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now)
}

fn about<'a>(app: &'a App, found: &'a Found, last_run: Option<&'a LastRun>) -> About<'a> {
    let (org_id, dashboard) = (found.plan.org_id.as_deref(), found.dashboard);
    let agreed = found.agreed.as_ref();
    About { org_id, checked_at: found.at, last_run, agreed, dashboard, ..nothing_known(app) }
}

fn nothing_known(app: &App) -> About<'_> {
    let file = app.global.file.to_str().unwrap_or("the state file");
    About { file, org_id: None, checked_at: now(), last_run: None, agreed: None, dashboard: None }
}

/// What the audit log tells of the last run. A log that cannot be read tells nothing, and `status` is none the worse.
fn last_run(app: &App, log: &Path) -> Option<LastRun> {
    let file = audit::file_name(log, crate::files::Disk::at(&app.global.file, "").real());
    let record = audit::last(log, &file).ok()??;
    let audit::Record { run, command, time, actor, commit, .. } = record;
    Some(LastRun { run, command, time, actor, commit })
}

/// Serves the page until Ctrl-C. The check and the server do not wait for each other.
async fn serve_page(app: &App, args: &Args, log: &Path, address: &str) -> Result<Finish, Diagnostics> {
    let listener = serve::listen(address, args.serve_to_network).await?;
    let local = listener.local_addr().map_err(|error| Diagnostic::error("serve", error.to_string()))?;
    let flags = app.flags();
    let refresh = Some(args.every.as_secs().max(1));
    let first = Page { status: None, about: nothing_known(app), errors: &[], refresh, names: None, flags: &flags };
    let board = serve::Board::new(page(&first, app.output.redactor()));
    app.output.result(&format!("http://{local}/\n"))?;
    app.output.note("Serving the status; Ctrl-C ends it.\n");
    let server = tokio::spawn(serve::serve(listener, board.clone(), args.host.clone()));
    let checking = async {
        let mut last_good: Option<Found> = None;
        loop {
            let errors = match check(app, args, log).await {
                Ok(found) => {
                    last_good = Some(found);
                    Vec::new()
                }
                Err(errors) => errors,
            };
            let last_run = last_run(app, log);
            let about = match &last_good {
                Some(found) => about(app, found, last_run.as_ref()),
                None => About { last_run: last_run.as_ref(), ..nothing_known(app) },
            };
            let status = last_good.as_ref().map(|found| &found.status);
            let names = last_good.as_ref().map(|found| &found.plan.names);
            let shown = Page { status, about, errors: &errors, refresh, names, flags: &flags };
            board.show(page(&shown, app.output.redactor()));
            tokio::time::sleep(args.every).await;
        }
    };
    tokio::select! {
        () = checking => {}
        _ = connect::signal() => {}
    }
    server.abort();
    Ok(Finish::default())
}
