//! `plan`: what `apply` would do.

use std::path::{Path, PathBuf};

use super::args::{Choices, Lists, Net, Tells};
use super::connect::block_on;
use super::file::Empty;
use super::gate::gate;
use super::github::Extra;
use super::run::{Run, Wish, audit_log};
use super::show::{Showing, finish};
use super::{App, Finish};
use crate::files::{Disk, NotRead, NotReplaced, read_text};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending};
use crate::model::escape::shell_word;
use crate::plan::report::Report;
use crate::plan::saved::Saved;
use crate::plan::{Direction, Plan, sent};

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Writes nothing, not even .vapi-sync/. Ends with exit code 0 even if there is something to do; with \
        --detailed-exitcode, with 2."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) choices: Choices,
    #[command(flatten)]
    net: Net,
    /// Save the plan, for `apply FILE`.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// End with exit code 2 if there is anything to do.
    #[arg(long)]
    detailed_exitcode: bool,
    #[command(flatten)]
    lists: Lists,
    /// The audit log, used if there is no git [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) tells: Tells,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let wish = Wish { selection: args.choices.select.selection()?, policy: args.choices.policy() };
    block_on(async {
        let log = audit_log(app, args.audit_log.as_deref());
        let mut run = Run::reading(app, "plan", &args.net, log, Empty::Refused).await?;
        let loaded = run.load()?;
        let file = loaded.checked()?;
        let made = run.plan(&file, Direction::ToVapi, &wish).await?;
        if let Some(path) = &args.out {
            let saved = Saved::of(&made.plan, &file.texts()?, args.choices.to_saved(app.environment()));
            save(&saved, path)?;
            tell_saved(app, &made.plan, path);
        }
        let changes_found = made.plan.has_work() || made.plan.held_back() > 0;
        let ending = Ending { changes_found: args.detailed_exitcode && changes_found, ..Ending::default() };
        let sent = app.workflow.as_ref().map(|_| sent(&made.plan, &made.ids)).unwrap_or_default();
        let gate = if made.plan.has_work() { gate(app, &args.net, &loaded).await? } else { None };
        let report = Report::planned(made.plan).with_refusals();
        std::mem::forget(file);
        run.leave(loaded);
        let status = made.status.as_ref();
        let showing = Showing { all: args.lists.all, status, gate: gate.as_ref(), ..Showing::default() };
        Ok(finish(app, "plan", report, ending, showing).with(Extra { sent, gate, ..Extra::default() }))
    })
}

/// The message that says where the plan is saved and how to apply it.
pub(super) fn tell_saved(app: &App, plan: &Plan, path: &Path) {
    let path = path.display().to_string();
    let (digest, word, flags) = (&plan.digest, shell_word(&path), app.flags());
    app.output
        .note(&format!("Saved to {path} (digest {digest}). To apply exactly this: vapi-sync apply {word}{flags}\n"));
}

/// Writes a plan to a file that is new or has a saved plan.
pub(super) fn save(saved: &Saved, path: &Path) -> Result<(), Diagnostic> {
    let name = path.display().to_string();
    let failed = |why: String| {
        Diagnostic::error("plan-not-saved", format!("the plan cannot be saved to {name}: {why}"))
            .help("name a new file with --out, or one that holds a saved plan")
    };
    if path.is_symlink() {
        return Err(failed("it is a symbolic link".to_owned()));
    }
    let there = match read_text(path, &name) {
        Ok(text) if text.is_empty() || Saved::parse(&name, &text).is_ok() => Some(text),
        Ok(_) => return Err(failed("the file exists, and is not a saved plan".to_owned())),
        Err(NotRead::Missing(_)) => None,
        Err(NotRead::Failed(error)) => return Err(failed(error.message)),
    };
    match Disk::at(path, &name).replace(there.as_deref(), &saved.to_text()) {
        Ok(()) => Ok(()),
        Err(NotReplaced::Changed(_)) => Err(failed("somebody else has just changed it".to_owned())),
        Err(NotReplaced::Failed(error)) => Err(failed(error.message)),
    }
}
