//! `status`: whether the file and Vapi agree.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::args::{Format, Net, Tells, duration};
use super::connect::{self, block_on};
use super::file::{Empty, Loaded};
use super::github::Extra;
use super::run::{Run, Wish, audit_log};
use super::{App, Command, Finish, gate, over, serve};
use crate::audit;
use crate::history::GitRecord;
use crate::model::agreed::LastAgreed;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending};
use crate::plan::report::Gate;
use crate::plan::{Direction, LastRun, Plan, Policy, Selection, State, Status};
use crate::render::environments;
use crate::render::html::{Page, Side, page, side_by_side};
use crate::render::status::{About, text, verdict};
use crate::render::{self, View};
use crate::state::load::interpret;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Writes nothing, not even .vapi-sync/. Ends with exit code 0 even if the file and Vapi differ; with \
        --exit-code, with 2."
)]
pub(super) struct Args {
    /// End with exit code 2 if the file and Vapi differ.
    #[arg(long)]
    exit_code: bool,
    /// Also list what is in sync.
    #[arg(long)]
    all: bool,
    /// Show the status as a web page on this machine, and keep checking [default address: 127.0.0.1:8737].
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8737")]
    serve: Option<String>,
    /// With --serve: how long to wait between two checks.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1m", requires = "serve")]
    every: Duration,
    /// With --serve: let other machines read the page, too.
    #[arg(long, requires = "serve")]
    serve_to_network: bool,
    /// With --serve-to-network: the host name of the page in browsers.
    #[arg(long, value_name = "NAME", requires = "serve")]
    host: Vec<String>,
    /// The audit log [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) tells: Tells,
    /// Keep an issue open on GitHub for as long as something in Vapi differs from the file.
    #[arg(long, requires = "github")]
    issue: bool,
    #[command(flatten)]
    net: Net,
}

/// The result of a check.
struct Found {
    plan: Plan,
    status: Status,
    dashboard: Option<&'static str>,
    agreed: Option<LastAgreed>,
    at: Timestamp,
    /// The gate of the environment.
    gate: Option<Gate>,
    /// The environment before it, and the number of commits that it is behind.
    behind: Option<(String, usize)>,
}

impl Found {
    /// Sentences about the environment beside its status.
    fn lines(&self, app: &App) -> Vec<String> {
        let gate = self.gate.as_ref().map(environments::gate);
        let behind = self.behind.as_ref().filter(|(_, commits)| *commits > 0);
        let name = app.environment().unwrap_or_default();
        gate.into_iter().chain(behind.map(|(of, commits)| environments::behind(name, of, *commits))).collect()
    }
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let log = audit_log(app, args.audit_log.as_deref());
    if args.serve.is_some() || app.global.format() == Format::Html {
        return pages(app, args, vec![Looked::at(app, app.environment())?]);
    }
    let last_run = last_run(app, &log);
    let found = block_on(check(app, args, &log))?;
    let (redactor, flags) = (app.output.redactor(), app.flags());
    let about = about(app, &found, last_run.as_ref());
    let result = match app.global.format() {
        Format::Json => {
            let document = render::json::status(&found.status, &about, &found.plan.warnings, &[]);
            let document = render::json::of_environment(document, app.environment(), found.gate.as_ref());
            render::json::to_text(&document, redactor)
        }
        _ => {
            app.output.diagnostics(&found.plan.warnings);
            let (palette, verbose) = (app.output.palette(), app.global.verbose > 0);
            let view = View {
                palette,
                verbose,
                all: args.all,
                width: app.output.width(),
                flags: &flags,
                ..View::plain(redactor)
            };
            let lines = found.lines(app);
            environments::titled(app.environment(), &lines, text(&found.status, &about, &view), &view)
        }
    };
    let extra = block_on(tell_github(app, args, &found))?;
    let ending = Ending { changes_found: args.exit_code && !found.status.in_sync(), ..Ending::default() };
    Ok(Finish { ending, tells_errors: true, ..Finish::done(result) }.with(extra))
}

/// The status of all environments.
pub(super) fn over(app: &App, command: &Command, args: &Args, names: &[String]) -> Result<Finish, Diagnostics> {
    if args.serve.is_none() && app.global.format() != Format::Html {
        return over::run(app, command, names);
    }
    let names = over::with_keys(app, names)?;
    let looked = names.into_iter().map(|name| Looked::at(app, Some(name))).collect::<Result<Vec<_>, _>>()?;
    pages(app, args, looked)
}

/// An environment, or the only organisation, on a page.
struct Looked {
    app: App,
    /// The result of the last check that succeeded.
    found: Option<Found>,
    /// Why the last check failed.
    errors: Diagnostics,
    last_run: Option<LastRun>,
}

impl Looked {
    fn at(app: &App, name: Option<&str>) -> Result<Self, Diagnostics> {
        let app = match name {
            Some(name) => App { over_all: app.environment().is_none(), ..over::of(app, None, name)? },
            None => App { global: app.global.clone(), output: app.output.clone(), workflow: None, over_all: false },
        };
        Ok(Self { app, found: None, errors: Vec::new(), last_run: None })
    }

    async fn look(&mut self, args: &Args, log: &Path) {
        match check(&self.app, args, log).await {
            Ok(found) => (self.found, self.errors) = (Some(found), Vec::new()),
            Err(errors) => self.errors = errors,
        }
        self.last_run = last_run(&self.app, log);
    }

    fn page<'a>(&'a self, refresh: Option<u64>, flags: &'a str) -> Page<'a> {
        let about = match &self.found {
            Some(found) => about(&self.app, found, self.last_run.as_ref()),
            None => About { last_run: self.last_run.as_ref(), ..nothing_known(&self.app) },
        };
        let (status, names) = self.found.as_ref().map(|found| (&found.status, &found.plan.names)).unzip();
        Page { status, about, errors: &self.errors, refresh, names, flags }
    }
}

/// The page of one or all of them.
fn page_of(app: &App, all: &[Looked], refresh: Option<u64>) -> String {
    let redactor = app.output.redactor();
    let flags: Vec<String> = all.iter().map(|looked| looked.app.flags()).collect();
    if let [only] = all {
        return page(&only.page(refresh, &flags[0]), redactor);
    }
    let names: Vec<String> = all.iter().filter_map(|looked| looked.app.environment().map(str::to_owned)).collect();
    let differences = over::compared(app, &names).unwrap_or_default();
    let lines = differences.iter().filter_map(environments::Compared::line).collect();
    let side = |(looked, flags): (&Looked, &String)| -> (String, Vec<String>, usize) {
        let lines = looked.found.as_ref().map(|found| found.lines(&looked.app)).unwrap_or_default();
        (looked.app.environment().unwrap_or_default().to_owned(), lines, flags.len())
    };
    let heads: Vec<(String, Vec<String>, usize)> = all.iter().zip(&flags).map(side).collect();
    let sides = all.iter().zip(&flags).zip(&heads).map(|((looked, flags), (name, lines, _))| Side {
        name,
        lines,
        page: looked.page(refresh, flags),
    });
    side_by_side(&sides.collect::<Vec<_>>(), lines, redactor)
}

/// Prints or serves the status as a page.
fn pages(app: &App, args: &Args, mut all: Vec<Looked>) -> Result<Finish, Diagnostics> {
    let log = audit_log(app, args.audit_log.as_deref());
    if let Some(address) = &args.serve {
        return block_on(serve_page(app, args, &log, address, all));
    }
    block_on(async {
        for looked in &mut all {
            looked.look(args, &log).await;
        }
        Ok(())
    })?;
    let result = Some(page_of(app, &all, None));
    let in_sync = |looked: &Looked| looked.found.as_ref().is_some_and(|found| found.status.in_sync());
    let ending = Ending { changes_found: args.exit_code && !all.iter().all(in_sync), ..Ending::default() };
    for found in all.iter().filter_map(|looked| looked.found.as_ref()) {
        app.output.diagnostics(&found.plan.warnings);
    }
    let mut extra = Extra::default();
    if let ([Looked { found: Some(found), .. }], true) = (all.as_slice(), app.workflow.is_some()) {
        extra = block_on(tell_github(app, args, found))?;
    }
    let errors: Diagnostics = all.into_iter().flat_map(|looked| looked.errors).collect();
    Ok(Finish { result, errors, ending, ..Finish::default() }.with(extra))
}

/// The output of a check for a workflow.
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

/// Compares the file and Vapi.
async fn check(app: &App, args: &Args, log: &Path) -> Result<Found, Diagnostics> {
    let policy = Policy { allow_purchase: true, only_looks: true, ..Policy::default() };
    let wish = Wish { selection: Selection::default(), policy };
    let mut run = Run::reading(app, "status", &args.net, log.to_path_buf(), Empty::Refused).await?;
    let loaded = run.load()?;
    let file = loaded.checked()?;
    let made = run.plan(&file, Direction::ToVapi, &wish).await?;
    let status = made.status.unwrap_or(Status { left: Vec::new(), kinds: Vec::new() });
    let git = GitRecord::open(loaded.disk.real(), HashMap::new()).ok().flatten();
    let org_id = made.plan.org_id.as_deref();
    let git = git.map(|git| git.of(loaded.whose.ever(org_id)));
    let agreed = git.as_ref().zip(org_id).and_then(|(git, org_id)| git.last_agreed(org_id));
    let behind = git.zip(agreed.as_ref()).and_then(|(git, own)| {
        let state = &file.desired.file;
        let before = state.environments.get(state.environment()?.after?)?;
        let theirs = git.agreed(before.org_id.as_deref()?).ok().flatten()?;
        Some((before.name.to_owned(), git.changes_between(&own.agreed.commit, &theirs.commit)?))
    });
    let (dashboard, gate) = (run.vapi.dashboard(), gate::by_refs(app));
    let found = Found { status, plan: made.plan, dashboard, agreed, at: now(), gate, behind };
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

/// The last run in the audit log. An unreadable log is not an error for `status`.
fn last_run(app: &App, log: &Path) -> Option<LastRun> {
    let loaded = Loaded::read(&app.global.file, app.whose(), Empty::Filled).ok();
    let org_id = loaded.as_ref().and_then(|loaded| interpret(&loaded.document, &loaded.whose).ok()?.org_id);
    let file = audit::file_name(log, crate::files::Disk::at(&app.global.file, "").real());
    let owner = audit::Owner { file, environment: app.environment(), org_id: org_id.as_deref() };
    let record = audit::last(log, &owner).ok()??;
    let audit::Record { run, command, time, actor, commit, .. } = record;
    Some(LastRun { run, command, time, actor, commit })
}

/// Serves the page until Ctrl-C. The check and the server do not wait for each other.
async fn serve_page(
    app: &App,
    args: &Args,
    log: &Path,
    address: &str,
    mut all: Vec<Looked>,
) -> Result<Finish, Diagnostics> {
    let listener = serve::listen(address, args.serve_to_network).await?;
    let local = listener.local_addr().map_err(|error| Diagnostic::error("serve", error.to_string()))?;
    let refresh = Some(args.every.as_secs().max(1));
    let board = serve::Board::new(page_of(app, &all, refresh));
    app.output.result(&format!("http://{local}/\n"))?;
    app.output.note("Press Ctrl-C to stop.\n");
    let server = tokio::spawn(serve::serve(listener, board.clone(), args.host.clone()));
    let checking = async {
        loop {
            for looked in &mut all {
                looked.look(args, log).await;
            }
            board.show(page_of(app, &all, refresh));
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
