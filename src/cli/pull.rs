//! `pull`: writes into the file what was made or changed in Vapi.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{Commits, ConflictArgs, Lists, Net, Select, Tells, Waits};
use super::connect::block_on;
use super::github::Extra;
use super::work::{Showing, Wanted, Work, audit_log, finish, lock};
use super::{App, Finish, apply, commit};
use crate::cli::session::Loaded;
use crate::document::Document;
use crate::files::{Disk, NotReplaced, clean_up};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending};
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Direction, Policy};
use crate::state::includes::BOM;
use crate::state::load::interpret;
use crate::writeback::journal::AuditJournal;
use crate::writeback::{Captured, capture};

/// Arguments of `pull`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) select: Select,
    #[command(flatten)]
    conflict: ConflictArgs,
    #[command(flatten)]
    commits: Commits,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    pub(super) tells: Tells,
    /// Make a pull request of it, kept up to date and closed when nothing is left.
    #[arg(long, requires = "github", conflicts_with = "commit")]
    pull_request: bool,
    #[command(flatten)]
    net: Net,
    #[command(flatten)]
    waits: Waits,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let selection = args.select.selection()?;
    let policy =
        Policy { on_conflict: args.conflict.rules(), declared_only: args.conflict.declared_only, ..Policy::default() };
    let audit_log = audit_log(app, args.waits.audit_log.as_deref());
    block_on(async {
        let _lock = lock(app, "pull", args.waits.lock_timeout)?;
        let mut work = Work::with(app, &args.net, || filled(app)).await?;
        let committing = commit::prepare(args.commits.commit, &work.loaded)?;
        let wanted = Wanted {
            direction: Direction::ToFile,
            selection: &selection,
            policy: &policy,
            net: &args.net,
            audit_log: &audit_log,
        };
        let (mut report, includes) = carry_out(app, &mut work, "pull", &wanted).await?;
        if let Some(committing) = committing {
            committing.commit("pull", &[&report], &includes)?;
        }
        let mut extra = Extra::default();
        if let (true, Some(workflow)) = (args.pull_request, &app.workflow) {
            let paths: Vec<_> = [work.loaded.disk.real().to_path_buf()].into_iter().chain(includes).collect();
            let title = commit::message("pull", &[&report]);
            let title = title.lines().next().unwrap_or_default();
            let made = workflow.pull_request_of(app, &paths, title, &report, &mut extra).await;
            report.errors.extend(made.err());
            report.warnings.extend_from_slice(&extra.warnings);
        }
        if work.vapi.transport.is_stopped() {
            report.errors.push(apply::interrupted());
        }
        let ending = ending(&report);
        let showing = Showing { all: args.lists.all, ..Showing::default() };
        Ok(finish(app, "pull", report, ending, showing).with(extra))
    })
}

/// How a pull ended.
pub(super) fn ending(report: &Report) -> Ending {
    Ending { writes_failed: report.count("failed") > 0, held_back: report.held_back() > 0, changes_found: false }
}

/// The state file, with the one line that every file has if it is empty.
pub(super) fn filled(app: &App) -> Result<Loaded, Diagnostics> {
    let mut loaded = Loaded::read(&app.global.file)?;
    if loaded.document.root().is_none() {
        let text = loaded.document.text();
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        loaded.document = Document::parse(loaded.document.name(), format!("{text}{gap}version: 1\n"))?;
    }
    Ok(loaded)
}

/// How often a file that somebody saves meanwhile is read anew.
const ATTEMPTS: usize = 5;

/// Plans and writes. Gives the report and the include files that the file names.
pub(super) async fn carry_out(
    app: &App,
    work: &mut Work,
    command: &str,
    wanted: &Wanted<'_>,
) -> Result<(Report, Vec<PathBuf>), Diagnostics> {
    for _ in 0..ATTEMPTS {
        let made = work.plan(app, wanted).await?;
        let captured = {
            let state = interpret(&work.loaded.document)?;
            capture(&made.plan, &state, work.loaded.includes())
        };
        let folders: BTreeSet<&Path> = made.includes.iter().filter_map(|include| include.parent()).collect();
        folders.into_iter().for_each(clean_up);
        let mut report = Report::planned(made.plan);
        report.outcomes = outcomes(&report, &captured);
        for refused in &captured.refused {
            report.warnings.push(Diagnostic {
                severity: crate::model::diagnostic::Severity::Warning,
                ..refused.diagnostic.clone()
            });
        }
        let hide = |text: &str| app.output.redactor().text(text).into_owned();
        let mut journal = AuditJournal::new(wanted.audit_log, command, work.loaded.disk.real(), &hide);
        match write(work, &captured, &report, &mut journal)? {
            Written::Done => {
                report.run = journal.run();
                return Ok((report, made.includes));
            }
            // Somebody saved the file meanwhile: what it says now is planned anew.
            Written::Changed => work.loaded = filled(app)?,
        }
    }
    Err(Diagnostic::error("file-busy", format!("{} keeps changing while it is written", work.loaded.disk.name()))
        .help("run the command again when nobody is editing it")
        .into())
}

enum Written {
    Done,
    Changed,
}

fn write(
    work: &mut Work,
    captured: &Captured,
    report: &Report,
    journal: &mut AuditJournal<'_>,
) -> Result<Written, Diagnostics> {
    let on_disk = work.loaded.disk.read()?;
    let before = work.loaded.document.text().to_string();
    // An empty file was given its first line in memory.
    let is_ours =
        on_disk == before || Document::parse("", on_disk.as_str()).is_ok_and(|document| document.root().is_none());
    if !is_ours {
        return Ok(Written::Changed);
    }
    if captured.text == on_disk && captured.includes.is_empty() {
        return Ok(Written::Done);
    }
    journal.pulled(report, false)?;
    for (path, name, text) in &captured.includes {
        let planned = work.loaded.includes().on_disk(name)?;
        // What it was planned with: an editor may have saved it since.
        let mark = planned.chars().next().filter(|first| *first == BOM);
        match Disk::at(path, name).replace(Some(&planned), &mark.into_iter().chain(text.chars()).collect::<String>()) {
            Ok(()) => {}
            Err(NotReplaced::Changed(_)) => return Ok(Written::Changed),
            Err(NotReplaced::Failed(error)) => return Err(error.into()),
        }
    }
    if captured.text != on_disk {
        match work.loaded.disk.replace(Some(&on_disk), &captured.text) {
            Ok(()) => {}
            Err(NotReplaced::Changed(_)) => return Ok(Written::Changed),
            Err(NotReplaced::Failed(error)) => return Err(error.into()),
        }
        work.loaded.document = Document::parse(work.loaded.document.name(), captured.text.as_str())?;
    }
    work.loaded.forget_includes();
    journal.pulled(report, true)?;
    Ok(Written::Done)
}

/// What becomes of each change once the file is written.
fn outcomes(report: &Report, captured: &Captured) -> Vec<Option<Outcome>> {
    report
        .plan
        .changes
        .iter()
        .enumerate()
        .map(|(at, change)| {
            let refused = captured.refused.iter().find(|refused| refused.change == at);
            match (change.action, refused) {
                (_, Some(refused)) => Some(Outcome::HeldBack(refused.diagnostic.message.clone())),
                (Action::Import | Action::Capture, None) => Some(Outcome::Done { id: change.id.clone() }),
                (Action::None, None) if change.is_held_back() => {
                    Some(Outcome::HeldBack("both the file and Vapi moved".to_owned()))
                }
                _ => None,
            }
        })
        .collect()
}
