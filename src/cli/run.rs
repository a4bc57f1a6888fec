//! A run of a command that talks to Vapi: lock, connection, plans, writes.
//!
//! Requests start first, because Vapi is slower than reading the file. Errors in the file are still reported first, without
//! waiting for answers, even if Vapi cannot be reached.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::RemoteHandle;
use jiff::Timestamp;

use super::App;
use super::args::{Net, Running};
use super::connect::{self, Vapi};
use super::file::{Checked, Empty, Loaded};
use super::session::{Fetched, Made, NotFetched, Request, fetch, make_plan, shown_secrets};
use crate::apply::{Approved, Consent, Fact, Ports, apply};
use crate::audit::{self, Owner, RunId};
use crate::files::commit::Committing;
use crate::files::workdir::{Lock, Workdir};
use crate::files::{Disk, clean_up, is_tracked};
use crate::history::{self, Others};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Failure, Severity};
use crate::model::{Address, RemoteId};
use crate::plan::guard::Allowances;
use crate::plan::report::Report;
use crate::plan::{Action, Change, Direction, Plan, Policy, Selection, is_new, is_opinion};
use crate::recovery::Attempts;
use crate::render::Shown;
use crate::state::ids::{Id, Ids};
use crate::writeback::FileRecorder;
use crate::writeback::journal::AuditJournal;

/// The options of a run.
pub(super) struct Wish {
    /// What may be written.
    pub(super) selection: Selection,
    /// Decisions from the command line.
    pub(super) policy: Policy,
}

/// A run of a command.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    pub(super) command: &'static str,
    pub(super) audit_log: PathBuf,
    /// The id of the run in the audit log.
    pub(super) id: RunId,
    pub(super) vapi: Vapi,
    pub(super) fetched: Fetched,
    /// How to read an empty file.
    pub(super) empty: Empty,
    allow: Allowances,
    /// The reading of Vapi in the background, until the first plan needs it.
    fetching: Option<RemoteHandle<Result<Fetched, NotFetched>>>,
    /// The progress that is shown until then.
    reading: Option<Shown>,
    /// The state file and its includes.
    pub(super) files: Vec<PathBuf>,
    pub(super) committing: Option<Committing>,
    /// Whether the run goes through a closed gate, for the audit log.
    pub(super) skips_gate: bool,
    _lock: Option<Lock>,
}

/// The path of the audit log: from the command line, else beside the state file. Warns if git tracks it, so call it once
/// per run.
pub(super) fn audit_log(app: &App, given: Option<&Path>) -> PathBuf {
    let beside = || Workdir::beside(Disk::at(&app.global.file, "").real()).path("audit.jsonl");
    let log = given.map_or_else(beside, Path::to_path_buf);
    if is_tracked(&log) {
        let message = format!("{} is in git, where others can change it, so it is not read", log.display());
        app.output.diagnostics(&[Diagnostic::warning("audit-log-tracked", message)
            .help("`git rm -r --cached .vapi-sync` takes it out of git and leaves the file here")]);
    }
    log
}

impl<'a> Run<'a> {
    /// Begins a run that writes: takes the lock of the state file, and removes what a killed run left.
    pub(super) async fn writing(
        app: &'a App,
        command: &'static str,
        args: &Running,
        empty: Empty,
    ) -> Result<Self, Diagnostics> {
        let lock = lock(app, command, args.waits.lock_timeout)?;
        let log = audit_log(app, args.waits.audit_log.as_deref());
        let run = Self::reading(app, command, &args.net, log, empty).await?;
        Ok(Self { _lock: Some(lock), ..run })
    }

    /// Begins a run that only reads.
    pub(super) async fn reading(
        app: &'a App,
        command: &'static str,
        net: &Net,
        audit_log: PathBuf,
        empty: Empty,
    ) -> Result<Self, Diagnostics> {
        let vapi = match connect::open(app, net).await {
            Ok(vapi) => vapi,
            Err(error) => {
                Loaded::read(&app.global.file, app.whose(), empty)?.checked()?;
                return Err(error.into());
            }
        };
        let reading = Some(Shown(app.output.start(0, "reading Vapi")));
        let reader = vapi.reader();
        // Dropping the handle ends the task.
        let (task, fetching) = async move { fetch(&reader).await }.remote_handle();
        tokio::spawn(task);
        Ok(Self {
            app,
            command,
            audit_log,
            id: RunId::new(Timestamp::now()),
            vapi,
            fetched: Fetched { listings: HashMap::new(), unread: HashMap::new(), at: Instant::now(), is_whole: false },
            empty,
            allow: Allowances { mass_recreate: net.allow_mass_recreate },
            fetching: Some(fetching),
            reading,
            files: Vec::new(),
            committing: None,
            skips_gate: false,
            _lock: None,
        })
    }

    /// Reads the state file.
    pub(super) fn load(&self) -> Result<Loaded, Diagnostics> {
        Loaded::read(&self.app.global.file, self.app.whose(), self.empty)
    }

    /// Waits until Vapi is read.
    pub(super) async fn fetch(&mut self) -> Result<(), Diagnostic> {
        if let Some(fetching) = self.fetching.take() {
            let fetched = fetching.await;
            self.reading = None;
            self.fetched = fetched.map_err(|NotFetched { error, secrets }| {
                self.hide(&secrets);
                error
            })?;
        }
        Ok(())
    }

    /// Makes a plan.
    pub(super) async fn plan(
        &mut self,
        file: &Checked<'_>,
        direction: Direction,
        wish: &Wish,
    ) -> Result<Made, Diagnostics> {
        self.fetch().await?;
        self.hide(&file.desired.noticed.secrets);
        let state_file = file.loaded.disk.real();
        let environment = self.app.environment();
        let org_id = file.desired.file.org_id.as_deref();
        let owner = Owner { file: audit::file_name(&self.audit_log, state_file), environment, org_id };
        let request = Request {
            direction,
            selection: &wish.selection,
            policy: &wish.policy,
            allow: self.allow,
            attempts: &|| Attempts::read(&self.audit_log, &owner),
            agreements: &|org_id, entries, ids| {
                history::agreements(state_file, &self.audit_log, environment, org_id, entries, ids)
            },
            foreign: &|ids| history::foreign(state_file, &self.audit_log, &owner, ids),
            of_others: &|org_id, ids| Others::beside(state_file).having(org_id, ids),
            elsewhere: &|entries, ids| {
                let state = &file.desired.file;
                let others = state.environments.all.iter().filter(|of| Some(of.name) != environment);
                // Their ids differ from ours, so search entries by handle. Unreadable ones are no reason to stop.
                let entries: Vec<_> = entries.iter().map(|(address, _)| (address.clone(), None)).collect();
                let read = others.filter(|of| of.org_id.is_some()).map(|of| {
                    let org_id = of.org_id.as_deref();
                    history::agreements(state_file, &self.audit_log, Some(of.name), org_id, &entries, ids)
                });
                read.filter_map(Result::ok).map(|(bases, _)| bases).collect()
            },
        };
        let open_record = |ids, whose| -> Result<Box<dyn crate::model::recorded::Record>, Diagnostic> {
            Ok(Box::new(history::records(state_file, &self.audit_log, ids, whose)?))
        };
        let reader = self.vapi.reader();
        let made = make_plan(&file.desired, &file.doubts, &mut self.fetched, &reader, &open_record, &request).await;
        let mut made = made.map_err(|errors| {
            self.hide(&shown_secrets(&self.fetched.listings));
            file.loaded.annotated(errors)
        })?;
        let writes_id = |change: &&Change| matches!(change.action(), Action::Recreate | Action::Link);
        file.loaded.try_out(made.plan.changes.iter().filter(writes_id).map(|change| &change.address))?;
        let recorded: Vec<String> = made.variables.iter().filter_map(|name| std::env::var(name).ok()).collect();
        self.hide(&recorded);
        self.hide(&made.secrets);
        made.plan = made.plan.sealed(&self.redact());
        let news = file.loaded.annotated(std::mem::take(&mut made.plan.warnings));
        let entries = &file.desired.file.entries;
        let ids: Ids = made.ids.iter().map(|(address, id)| (address.clone(), Id::Known(id.clone()))).collect();
        let is_told = |warning: &&Diagnostic| {
            let mut of = entries.iter().filter(|entry| entry.holds(warning)).peekable();
            !is_opinion(warning)
                || of.peek().is_none()
                || of.any(|entry| is_new(&made.plan, &file.desired, &ids, entry, warning))
        };
        let (told, live): (Vec<_>, Vec<_>) = file.warnings.iter().partition(is_told);
        let (notes, news): (Vec<_>, Vec<_>) = news.into_iter().partition(|news| news.severity == Severity::Note);
        made.plan.warnings = told.into_iter().cloned().chain(news).collect();
        made.notes.extend(notes.into_iter().chain(live.into_iter().map(accepted)));
        let blocks =
            |doubt: &&Diagnostic| made.plan.changes.iter().all(|change| change.refused.as_ref() != Some(*doubt));
        made.notes.extend(file.doubts.iter().filter(blocks).map(accepted));
        if self.app.global.verbose > 0 {
            self.app.output.diagnostics(&made.notes);
        }
        Ok(made)
    }

    /// Adds secrets to remove from all output.
    pub(super) fn hide(&self, secrets: &[String]) {
        secrets.iter().for_each(|secret| self.app.output.redactor().add(secret));
    }

    /// Removes secrets from a text.
    pub(super) fn redact(&self) -> impl Fn(&str) -> String + use<'a> {
        let app = self.app;
        |text| app.output.redactor().text(text).into_owned()
    }

    /// Leaks the file and the live objects at the end of the process, because freeing them piece by piece takes time that
    /// somebody waits for.
    pub(super) fn leave(self, file: Loaded) {
        std::mem::forget((file, self.fetched));
    }

    /// Whose records of the audit log count.
    pub(super) fn owner<'o>(&'o self, file: &Loaded, org_id: Option<&'o str>) -> Owner<'o> {
        let file = audit::file_name(&self.audit_log, file.disk.real());
        Owner { file, environment: self.app.environment(), org_id }
    }

    /// Opens the audit log for an organisation.
    pub(super) fn journal<'h>(
        &self,
        file: &Loaded,
        org_id: Option<&str>,
        hide: &'h (dyn Fn(&str) -> String + Sync),
    ) -> AuditJournal<'h> {
        let owner = Owner { org_id, ..self.owner(file, org_id) };
        let journal = AuditJournal::new(&self.audit_log, self.id.clone(), self.command, file.disk.real(), &owner, hide);
        if self.skips_gate { journal.skipping_the_gate() } else { journal }
    }

    /// Carries out an approved plan. Gives the report, and what was written into the file.
    pub(super) async fn write(
        &self,
        file: &Loaded,
        plan: Plan,
        consent: Consent,
        ids: HashMap<Address, RemoteId>,
        args: &Running,
    ) -> (Report, Vec<Fact>) {
        let total = plan.changes.iter().filter(|change| change.write().is_some() && change.held.is_none()).count();
        if total > 0 {
            // Vapi may quote them in errors.
            self.hide(&shown_secrets(&self.fetched.listings));
        }
        let progress = self.app.output.start(total as u64, "writing to Vapi");
        let mut recorder = FileRecorder::new(file.disk.clone(), file.whose.clone(), file.document.text().to_string());
        let hide = self.redact();
        let mut journal = self.journal(file, plan.org_id.as_deref(), &hide);
        let ports = Ports {
            transport: self.vapi.transport.clone(),
            listings: &self.fetched.listings,
            read_at: self.fetched.at,
            ids,
            fresh: args.waits.fresh,
            patience: args.waits.settle_timeout,
            on_progress: &|| progress.inc(),
        };
        let mut report = apply(Approved::new(plan, consent), ports, &mut recorder, &mut journal).await;
        progress.finish();
        report.run = journal.run();
        if self.app.global.verbose == 0 {
            report.notes.clear();
        }
        self.note_interruption(&mut report);
        (report, recorder.into_facts())
    }

    /// Adds an error to the report if the user stopped the run.
    pub(super) fn note_interruption(&self, report: &mut Report) {
        if self.vapi.transport.is_stopped() {
            report.errors.push(Diagnostic {
                failure: Failure::Interrupted,
                ..Diagnostic::error(
                    "interrupted",
                    "the run was interrupted. Writes that had begun were finished; the rest was not sent",
                )
                .help("run the same command again: it does the rest")
            });
        }
    }
}

/// A finding as a note, for a value that Vapi accepted.
pub(super) fn accepted(doubt: &Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Note, ..doubt.clone() }
}

fn lock(app: &App, command: &str, patience: Duration) -> Result<Lock, Diagnostics> {
    let disk = Disk::at(&app.global.file, &app.global.file.display().to_string());
    if !disk.real().exists() {
        // Without a file there is nothing to lock, and reading it gives a better error.
        Loaded::read(&app.global.file, app.whose(), Empty::Filled)?;
    }
    let (workdir, real) = (Workdir::beside(disk.real()), disk.real());
    let lock = match app.environment() {
        Some(environment) => workdir.lock_environment(real, environment, command, patience)?,
        None => workdir.lock(real, command, patience)?,
    };
    clean_up(disk.folder());
    disk.try_out()?;
    Ok(lock)
}
