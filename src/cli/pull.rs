//! `pull`: writes into the file what was created or changed in Vapi.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::args::{PreferArgs, Select, Takes, Tells, Writing};
use super::commit::message;
use super::connect::block_on;
use super::file::{Checked, Empty, Loaded};
use super::github::Extra;
use super::run::{Run, Wish};
use super::session::Made;
use super::show::{Showing, ending, finish};
use super::{App, Finish};
use crate::files::{Disk, NotReplaced, clean_up};
use crate::history::Others;
use crate::model::Address;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, Direction, Policy};
use crate::state::includes::file_of;
use crate::writeback::journal::AuditJournal;
use crate::writeback::{Captured, NewFile, capture, lock_to_write};

/// Arguments of `pull`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) select: Select,
    #[command(flatten)]
    prefer: PreferArgs,
    #[command(flatten)]
    takes: Takes,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    pub(super) tells: Tells,
    /// Open a pull request with the result, keep it up to date, and close it when nothing is left.
    #[arg(long, requires = "github", conflicts_with = "commit")]
    pull_request: bool,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let declared_only = args.takes.declared_only;
    let policy = Policy { prefer: args.prefer.rules(), declared_only, ..Policy::default() };
    let wish = Wish { selection: args.select.selection()?, policy };
    block_on(async {
        let mut run = Run::writing(app, "pull", &args.writing.running, Empty::Filled).await?;
        let mut report = pull(&mut run, &wish, &args.writing, &args.takes).await?;
        run.commit(&mut [&mut report]);
        run.agree(&wish, &mut [&mut report]);
        let mut extra = Extra::default();
        if let (true, Some(workflow)) = (args.pull_request, &app.workflow) {
            extra.pushes = true;
            let title = message("pull", &[&report]);
            let title = title.lines().next().unwrap_or_default();
            let made = workflow.pull_request_of(app, &run.files, title, &report, &mut extra).await;
            report.errors.extend(made.err());
            report.warnings.extend_from_slice(&extra.warnings);
        }
        let ending = ending(&report);
        let commits = args.writing.commit || args.pull_request;
        let showing = Showing { all: args.writing.lists.all, commits, ..Showing::default() };
        Ok(finish(app, "pull", report, ending, showing).with(extra))
    })
}

/// How often to read a file again that somebody else saves in the meantime.
const ATTEMPTS: usize = 5;

/// Plans and writes.
pub(super) async fn pull(
    run: &mut Run<'_>,
    wish: &Wish,
    writing: &Writing,
    takes: &Takes,
) -> Result<Report, Diagnostics> {
    for _ in 0..ATTEMPTS {
        let loaded = run.load()?;
        let file = loaded.checked()?;
        run.prepare_commit(writing.commit, &file)?;
        let Made { plan, variables, .. } = run.plan(&file, Direction::ToFile, wish).await?;
        let env = |name: &str| std::env::var(name).ok();
        let others = Others::beside(loaded.disk.real());
        let included_by = |include: &Path| others.including(include);
        let (desired, includes) = (&file.desired, &loaded.includes);
        let captured = capture(&plan, desired, includes, &variables, &env, &included_by, takes.inline);
        let includes = file.includes();
        let folders: BTreeSet<&Path> = includes.iter().filter_map(|include| include.parent()).collect();
        folders.into_iter().for_each(clean_up);
        let mut report = Report::planned(plan);
        let mut files: HashMap<&Address, Vec<String>> = HashMap::new();
        for file in &captured.new_files {
            files.entry(&file.owner).or_default().push(file.name.clone());
        }
        for change in &mut report.plan.changes {
            change.files = files.remove(&change.address).unwrap_or_default();
        }
        report.outcomes = outcomes(&report, &captured);
        let refused = captured.refused.iter().map(|refused| refused.diagnostic.clone());
        report.warnings.extend(refused.map(|refused| Diagnostic { severity: Severity::Warning, ..refused }));
        report.warnings.extend_from_slice(&captured.notes);
        let hide = run.redact();
        let mut journal = run.journal(&loaded, report.plan.org_id.as_deref(), &hide);
        match write(&file, &captured, &report, &mut journal)? {
            Written::Done => {}
            // Somebody saved the file meanwhile, so plan again.
            Written::Changed => {
                // An editor may empty a file before it writes it, so do not fill an empty file now.
                if *loaded.text == **loaded.document.text() {
                    run.empty = Empty::Refused;
                }
                continue;
            }
            Written::InPart(error) => report.fail(&error),
            Written::NotLogged(error) => report.errors.push(error),
        }
        run.files.extend(captured.new_files.iter().map(|file| file.path.clone()).filter(|path| path.exists()));
        report.run = journal.run();
        run.note_interruption(&mut report);
        return Ok(report);
    }
    Err(Diagnostic::error(
        "file-busy",
        format!(
            "{} kept changing while vapi-sync tried to write it. The file was left as it is",
            run.app.global.file.display()
        ),
    )
    .help("run the command again when nobody is editing it")
    .into())
}

/// How far a pull was written.
pub(super) enum Written {
    /// Completely.
    Done,
    /// Not at all: the file has changed since it was read.
    Changed,
    /// Only the includes; the state file failed.
    InPart(Diagnostic),
    /// Completely, but the audit log could not record it.
    NotLogged(Diagnostic),
}

/// Writes what was captured. On an error nothing was written.
pub(super) fn write(
    file: &Checked<'_>,
    captured: &Captured,
    report: &Report,
    journal: &mut AuditJournal<'_>,
) -> Result<Written, Diagnostic> {
    let Loaded { disk, text, whose, .. } = file.loaded;
    let _lock = lock_to_write(disk, whose)?;
    if *disk.read()? != **text {
        return Ok(Written::Changed);
    }
    if *captured.text == **text && captured.includes.is_empty() {
        return Ok(Written::Done);
    }
    journal.pulled(report, false)?;
    let mut files = Vec::new();
    for (path, name, text) in &captured.includes {
        let planned = file.loaded.includes.on_disk(name)?;
        // The text that was planned with, since an editor may have saved another one.
        let text = file_of(text, Some(&planned));
        files.push((Disk::at(path, name), planned, text));
    }
    for file in captured.new_files.iter().filter(|file| !file.is_there) {
        match make(file) {
            Ok(()) => {}
            Err(NotReplaced::Changed(_)) => return Ok(Written::Changed),
            Err(NotReplaced::Failed(error)) => return Err(error),
        }
    }
    if *captured.text != **text {
        files.push((disk.clone(), text.as_ref().into(), captured.text.clone()));
    }
    let mut written: Vec<String> = Vec::new();
    for (disk, expected, text) in files {
        match disk.replace(Some(&expected), &text) {
            Ok(()) => written.push(disk.name().to_owned()),
            Err(NotReplaced::Changed(_)) => return Ok(Written::Changed),
            Err(NotReplaced::Failed(error)) if written.is_empty() => return Err(error),
            Err(NotReplaced::Failed(error)) => {
                return Ok(Written::InPart(error.help(format!(
                    "these files were written before that: {}; run again for the rest",
                    written.join(", ")
                ))));
            }
        }
    }
    Ok(journal.pulled(report, true).map_or_else(Written::NotLogged, |()| Written::Done))
}

/// Creates a new text file and its folder.
fn make(file: &NewFile) -> Result<(), NotReplaced> {
    let disk = Disk::at(&file.path, &file.name);
    std::fs::create_dir_all(disk.folder())
        .map_err(|error| NotReplaced::Failed(disk.failed("make a folder", &error)))?;
    disk.replace(None, &file.text)
}

/// The outcomes of all changes once the file is written.
pub(super) fn outcomes(report: &Report, captured: &Captured) -> Vec<Option<Outcome>> {
    let outcome = |(at, change): (usize, &Change)| {
        let refused = captured.refused.iter().find(|refused| refused.change == at);
        match (change.action(), refused) {
            (_, Some(refused)) => Some(Outcome::HeldBack(refused.diagnostic.message.clone())),
            (Action::Import | Action::Capture, None) => Some(Outcome::Done { id: change.id.clone() }),
            (_, None) => change.why_held().map(Outcome::HeldBack),
        }
    };
    report.plan.changes.iter().enumerate().map(outcome).collect()
}
