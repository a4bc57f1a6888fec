//! Carries out an approved plan. Nothing else can write to Vapi: the writer is private.
//!
//! ```text
//! Approved → per change, as soon as its dependencies have ids:
//!     intent → look again if due → POST | PATCH → verify → outcome → id into the file
//! ```
//!
//! It decides nothing: a change that no longer fits the plan is held back, one that depends on a failure is not
//! attempted, and the rest continues.

mod desk;
mod leave_out;
mod look;
mod run;
mod step;
mod twins;
mod unguarded;
mod unwritten;
mod verify;
mod watch;
mod writer;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use self::desk::Desk;
use self::run::{Over, Run};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};
use crate::plan::pair::Listings;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Change, Plan};
use crate::vapi::Transport;

/// A plan approved by a person or a flag.
pub struct Approved(Plan);

/// Who approved a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// You said yes at the terminal.
    Asked,
    /// `--yes`.
    Flag,
    /// There is nothing to write to Vapi.
    NothingToWrite,
}

impl Approved {
    /// Approves a plan. The caller has asked, or has seen the flag.
    pub fn new(plan: Plan, _consent: Consent) -> Self {
        Self(plan)
    }
}

/// Something a run learnt that belongs in the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The organisation of the key.
    Org(String),
    /// The id of an entry's object.
    Id {
        /// The entry.
        address: Address,
        /// Vapi's id.
        id: RemoteId,
    },
    /// A field whose value Vapi chose: the number it assigned in place of a lost one.
    Field {
        /// The entry.
        address: Address,
        /// The field.
        path: FieldPath,
        /// Vapi's value.
        value: Value,
    },
}

/// Writes facts into the file, atomically. They are on disk when it returns.
pub trait Recorder {
    /// Writes them.
    ///
    /// # Errors
    /// The file could not be written; it is unchanged.
    fn record(&mut self, facts: &[Fact]) -> Result<(), Diagnostic>;
}

/// Writes the audit log.
pub trait Journal {
    /// Before writes.
    ///
    /// # Errors
    /// The log cannot be written: then write nothing else.
    fn intents(&mut self, changes: &[&Change]) -> Result<(), Diagnostic>;
    /// After writes (or skipped writes): their outcomes, and the status of each response.
    ///
    /// # Errors
    /// The log cannot be written.
    fn outcomes(&mut self, outcomes: &[(&Change, &Outcome, Option<u16>)]) -> Result<(), Diagnostic>;
    /// A value that the retry leaves out because Vapi no longer accepts it.
    ///
    /// # Errors
    /// The log cannot be written.
    fn left_out(&mut self, change: &Change, path: &str, value: &Value) -> Result<(), Diagnostic>;
}

/// What an apply reads and writes through.
pub struct Ports<'t> {
    /// The transport to Vapi.
    pub transport: Transport,
    /// What the plan was made from.
    pub listings: &'t Listings,
    /// When it was read.
    pub read_at: Instant,
    /// The ids known when the plan was made.
    pub ids: HashMap<Address, RemoteId>,
    /// How old a read may be before Vapi is asked again ahead of a write. `None`: each object is read again while all updates
    /// can run in parallel, since that costs one round trip in all; else what changed is listed after 2 s.
    pub fresh: Option<Duration>,
    /// How long to look for the object of a lost response.
    pub patience: Duration,
    /// Called after each change.
    pub on_progress: &'t dyn Fn(),
}

/// Carries out a plan: what it learns goes into the file by `recorder`, what it does into the audit log by `journal`, each on a
/// thread of its own. Needs a runtime of several threads.
pub async fn apply(
    Approved(plan): Approved,
    ports: Ports<'_>,
    recorder: &mut (impl Recorder + Send),
    journal: &mut (impl Journal + Send),
) -> Report {
    let over = tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let (file, log) = (Desk::open(scope, recorder), Desk::open(scope, journal));
            Handle::current().block_on(Run::new(&plan, ports, file, log).run())
        })
    });
    let Over { outcomes, errors, warnings, notes } = over;
    Report { plan, outcomes, errors, warnings, notes, run: None }
}
