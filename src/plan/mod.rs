//! What a run would do, as a plain value. Nothing here can reach Vapi or write a file.
//!
//! ```text
//! entries + identities + listings → draft (differences, questions) → answers → to_vapi | to_file → Plan
//! ```

mod accepted;
mod after;
mod asked;
mod change;
mod checks;
mod digest;
mod draft;
mod fields;
pub mod guard;
mod impact;
mod import;
pub mod judge;
mod left;
mod links;
mod names;
mod order;
pub mod pair;
mod pins;
mod policy;
pub mod prefer;
mod renamed;
mod repoint;
pub mod report;
pub mod restore;
mod retire;
pub mod saved;
mod secrets;
mod select;
mod status;
mod to_file;
mod to_vapi;
mod together;
mod words;

pub use accepted::{is_accepted, is_new, is_opinion};
pub use change::{Action, Change, FieldChange, TextMerge, Work, Write};
pub use digest::{Sent, sent};
pub use draft::{Bases, Draft, Inputs, draft};
pub use impact::Ring;
pub use import::import_addresses;
pub use left::{Left, strangers};
pub use names::Names;
pub use pins::Stay;
pub use policy::Policy;
pub use secrets::{texts, veil_imports};
pub use select::Selection;
pub use status::{Item, KindStatus, LastRun, State, Status, status};
pub use to_file::to_file;
pub use to_vapi::to_vapi;

use crate::model::Address;
use crate::model::diagnostic::Diagnostics;

/// Which way a plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `plan`, `apply`, `restore`.
    ToVapi,
    /// `pull`.
    ToFile,
}

/// Live numbers that reach an object that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// The object.
    pub address: Address,
    /// The numbers that reach it.
    pub rings: Vec<Ring>,
    /// Who stays on an old version of it.
    pub stays: Vec<Stay>,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Which way.
    pub direction: Direction,
    /// The organisation, if it is known.
    pub org_id: Option<String>,
    /// Whether the run writes `org_id` into the file, because it has none yet.
    pub records_org: bool,
    /// A hash of what the plan does, without secrets and times: equal plans have equal digests.
    pub digest: String,
    /// The changes, in the order in which they are made. Entries that do not change are listed with the action `none`.
    pub changes: Vec<Change>,
    /// Which live numbers reach the objects that change.
    pub impact: Vec<Impact>,
    /// The names of the objects that values refer to. Not part of the digest.
    pub names: Names,
    /// Objects of the organisation that other state files of the repository have. Not part of the digest.
    pub left: Vec<Left>,
    /// Warnings and notes.
    pub warnings: Diagnostics,
}

impl Plan {
    /// Makes a plan of these changes, without a digest.
    pub fn new(direction: Direction, org_id: Option<String>, changes: Vec<Change>) -> Self {
        let (impact, names, left, warnings) = (Vec::new(), Names::default(), Vec::new(), Vec::new());
        Plan { direction, org_id, records_org: false, digest: String::new(), changes, impact, names, left, warnings }
    }

    /// Adds the digest. `redact` removes from a text what must not be shown.
    #[must_use]
    pub fn sealed(mut self, redact: &dyn Fn(&str) -> String) -> Self {
        self.digest = digest::of(&self, redact);
        self
    }

    /// Which way a change goes. A `restore` has changes in both directions.
    pub fn direction_of(&self, change: &Change) -> Direction {
        match change.work {
            Work::Import(_) | Work::Capture => Direction::ToFile,
            Work::None | Work::Create(_) | Work::Recreate(_) | Work::Update(_) | Work::Link(_) => self.direction,
        }
    }

    /// The changes that have something to show.
    pub fn shown(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.is_quiet())
    }

    /// How many objects get this action. A creation in two steps counts once.
    pub fn count(&self, action: Action) -> usize {
        self.of(action).count()
    }

    /// As [`Plan::count`], without objects that are held back.
    pub fn to_do(&self, action: Action) -> usize {
        self.of(action).filter(|change| change.held.is_none()).count()
    }

    fn of(&self, action: Action) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.action() == action && !change.is_second())
    }

    /// The entries that are in sync.
    pub fn in_step(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_in_step())
    }

    /// How many fields and objects are held back.
    pub fn held_back(&self) -> usize {
        self.changes.iter().map(Change::held_back).sum()
    }

    /// Whether there is anything to do.
    pub fn has_work(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::None)
    }
}
