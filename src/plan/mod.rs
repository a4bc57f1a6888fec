//! What a run would do, as a plain value. Nothing here can reach Vapi or write a file.
//!
//! ```text
//! entries + identities + listings → draft (differences, questions) → answers → to_vapi | to_file → Plan
//! ```

mod accepted;
mod after;
mod asked;
mod change;
mod digest;
mod draft;
mod fields;
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
pub use fields::raw;
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
    /// The organisation, where it can be told.
    pub org_id: Option<String>,
    /// Whether the file has no `org_id` yet, so that a run records it.
    pub records_org: bool,
    /// A hash of all that the plan would do, without secrets and times: the same plan has the same digest.
    pub digest: String,
    /// What happens, in the order in which it happens. Entries to which nothing happens are in it with action `none`.
    pub changes: Vec<Change>,
    /// Which live numbers ring the agents that change.
    pub impact: Vec<Impact>,
    /// What the objects are called that values refer to. No part of the digest.
    pub names: Names,
    /// What other state files of the repository have of the organisation. No part of the digest.
    pub left: Vec<Left>,
    /// What is worth knowing.
    pub warnings: Diagnostics,
}

impl Plan {
    /// A plan of these changes, without a digest.
    pub fn new(direction: Direction, org_id: Option<String>, changes: Vec<Change>) -> Self {
        let (impact, names, left, warnings) = (Vec::new(), Names::default(), Vec::new(), Vec::new());
        Plan { direction, org_id, records_org: false, digest: String::new(), changes, impact, names, left, warnings }
    }

    /// It with its digest. `redact` takes out of a text what must not be shown.
    #[must_use]
    pub fn sealed(mut self, redact: &dyn Fn(&str) -> String) -> Self {
        self.digest = digest::of(&self, redact);
        self
    }

    /// Which way a change goes: the way back of a run goes both.
    pub fn direction_of(&self, change: &Change) -> Direction {
        match change.work {
            Work::Import(_) | Work::Capture => Direction::ToFile,
            Work::None | Work::Create(_) | Work::Recreate(_) | Work::Update(_) | Work::Link(_) => self.direction,
        }
    }

    /// The changes that there is something to show of.
    pub fn shown(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.is_quiet())
    }

    /// How many objects this action is planned for. The second step of a creation is part of it.
    pub fn count(&self, action: Action) -> usize {
        self.of(action).count()
    }

    /// The same without what waits for a person.
    pub fn to_do(&self, action: Action) -> usize {
        self.of(action).filter(|change| change.held.is_none()).count()
    }

    fn of(&self, action: Action) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.action() == action && !change.is_second())
    }

    /// The entries on which the file and Vapi agree.
    pub fn in_step(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_in_step())
    }

    /// How many fields and objects wait for a person.
    pub fn held_back(&self) -> usize {
        self.changes.iter().map(Change::held_back).sum()
    }

    /// Whether there is anything to do.
    pub fn has_work(&self) -> bool {
        self.changes.iter().any(|change| change.action() != Action::None)
    }
}
