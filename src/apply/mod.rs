//! Carries out an approved plan. The one place that can write to Vapi; its writer is private to it.
//!
//! ```text
//! Approved → per change, as soon as what it needs has an id:
//!     intent → look again where that is due → POST | PATCH → verify → outcome → id into the file
//! ```
//!
//! Nothing is decided here: what is not as planned is held back, what depends on a failure is not attempted, all else
//! goes on.

mod run;
mod step;
mod unwritten;
mod verify;
mod writer;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Value};
use crate::plan::pair::Listings;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Change, Plan};
use crate::vapi::Transport;

/// A plan that a person, or a flag that a person gave, approved.
pub struct Approved(Plan);

/// Who approved a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Somebody at a terminal said yes.
    Asked,
    /// `--yes`.
    Flag,
    /// There is nothing to write to Vapi.
    NothingToWrite,
}

impl Approved {
    /// Approves a plan. Whoever calls this has asked, or has seen the flag.
    pub fn new(plan: Plan, _consent: Consent) -> Self {
        Self(plan)
    }
}

/// Something that a run learnt and the file must hold.
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
    /// A field that Vapi decided and the file has otherwise: the number that was allotted in place of a lost one.
    Field {
        /// The entry.
        address: Address,
        /// The field.
        path: FieldPath,
        /// Vapi's value.
        value: Value,
    },
}

/// Writes facts into the file, atomically. When it returns they are on the disk.
pub trait Recorder {
    /// Writes them.
    ///
    /// # Errors
    /// The file could not be written; it is as it was.
    fn record(&mut self, facts: &[Fact]) -> Result<(), Diagnostic>;
}

/// Writes the audit log.
pub trait Journal {
    /// Before writes.
    ///
    /// # Errors
    /// The log cannot be written: then nothing else is.
    fn intents(&mut self, changes: &[&Change]) -> Result<(), Diagnostic>;
    /// After writes, or in their place: what came of them, and the status of the answer.
    ///
    /// # Errors
    /// The log cannot be written.
    fn outcomes(&mut self, outcomes: &[(&Change, &Outcome, Option<u16>)]) -> Result<(), Diagnostic>;
    /// A value that a second try leaves out, since Vapi no longer takes it.
    ///
    /// # Errors
    /// The log cannot be written.
    fn left_out(&mut self, change: &Change, path: &str, value: &Value) -> Result<(), Diagnostic>;
}

/// What an apply reads and writes through.
pub struct Ports<'t> {
    /// The way to Vapi.
    pub transport: Transport,
    /// The file.
    pub recorder: &'t mut dyn Recorder,
    /// The audit log.
    pub journal: &'t mut dyn Journal,
    /// What the plan was made from.
    pub listings: &'t Listings,
    /// When it was read.
    pub read_at: Instant,
    /// The ids of all entries that had one when the plan was made.
    pub ids: HashMap<Address, RemoteId>,
    /// How old what was read may be before an object is read again ahead of its write. `None`: nothing is young enough
    /// while there are no more updates than can go side by side, since reading them again costs one round trip in all;
    /// else 5 s.
    pub fresh: Option<Duration>,
    /// How long a lost answer is looked for.
    pub patience: Duration,
    /// Told of each change that is over.
    pub on_progress: &'t dyn Fn(),
}

/// Carries out a plan.
pub async fn apply(Approved(plan): Approved, ports: Ports<'_>) -> Report {
    run::Run::new(&plan, ports).run(plan).await
}
