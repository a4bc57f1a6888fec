//! What a run would do, as a plain value. Nothing here can reach Vapi or write a file.
//!
//! ```text
//! entries + identities + listings → draft (differences, questions) → answers → to_vapi | to_file → Plan
//! ```

mod digest;
mod draft;
mod fields;
mod impact;
mod import;
pub mod judge;
mod order;
pub mod pair;
pub mod prefer;
pub mod report;
pub mod restore;
mod select;
mod status;
mod to_file;
mod to_vapi;
mod together;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub use digest::{Sent, of as digest_of, sent};
pub use draft::{Draft, Inputs, draft};
pub use fields::raw;
pub use impact::{Ring, rings};
pub use import::import_addresses;
pub use select::Selection;
pub use status::{KindStatus, Status, status};
pub use to_file::to_file;
pub use to_vapi::to_vapi;

use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostics, Place};
use crate::model::recorded::Recorded;
use crate::model::{Address, FieldPath, Map, RemoteId, Value};
use crate::plan::judge::{OnConflict, OnDrift, Verdict};

/// Which way a plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `plan`, `apply`, `restore`.
    ToVapi,
    /// `pull`.
    ToFile,
}

/// What happens to an object or an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Made in Vapi.
    Create,
    /// Changed in Vapi.
    Update,
    /// Made again in Vapi, where it was deleted.
    Recreate,
    /// Found in Vapi by its name or number; its id goes into the file.
    Link,
    /// Written into the file as a new entry.
    Import,
    /// Vapi's values are written into its entry.
    Capture,
    /// Nothing.
    None,
}

impl Action {
    /// The word of the JSON and of the texts.
    pub fn word(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Recreate => "recreate",
            Action::Link => "link",
            Action::Import => "import",
            Action::Capture => "capture",
            Action::None => "none",
        }
    }
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Where it stands in the object.
    pub path: FieldPath,
    /// What is there now, on the side that would change.
    pub before: Option<Value>,
    /// What would be there.
    pub after: Option<Value>,
    /// Its values must not be shown.
    pub sensitive: bool,
    /// What happens.
    pub verdict: Verdict,
    /// The record that gives the replaced value back.
    pub recorded: Option<Recorded>,
    /// Why it is held back, or what one should know.
    pub note: Option<String>,
    /// Where the file's value stands.
    pub place: Option<Place>,
}

/// What is written to Vapi for a change. Exact: an apply makes no choices.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// `POST` of a new object.
    Create {
        /// The whole object; ids of objects not created yet are unknown in it.
        body: Map,
        /// It costs money or allots a number: never sent twice.
        purchase: bool,
    },
    /// `PATCH` of an object as the plan saw it.
    Update {
        /// The top-level fields concerned, each whole.
        body: Map,
        /// The object as the plan saw it, in normal form.
        seen: Value,
        /// What the file declares of these fields.
        desired: Value,
    },
    /// `PATCH` of an object that an earlier step of this plan creates: what could not be given at once.
    Complete {
        /// What the file declares, of the top-level fields concerned.
        desired: Map,
    },
}

/// What happens to one object or entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The entry. For an object that the file does not manage: its kind and id.
    pub address: Address,
    /// Its kind.
    pub kind: &'static Kind,
    /// Vapi's id, if the object exists.
    pub id: Option<RemoteId>,
    /// Its name, number or SIP URI.
    pub name: Option<String>,
    /// What happens.
    pub action: Action,
    /// Why, for a person. Nothing is decided by it.
    pub reason: String,
    /// The fields that change or are held back.
    pub fields: Vec<FieldChange>,
    /// Where the entry stands in the file.
    pub place: Option<Place>,
    /// Why the whole change waits for a person.
    pub held: Option<String>,
    /// Entries that must have an id before this can be written.
    pub needs: BTreeSet<Address>,
    /// What is written to Vapi, if anything.
    pub write: Option<Write>,
    /// Vapi's own time of the last change, as the plan saw it.
    pub updated_at: Option<String>,
    /// The number of its newest version that the plan saw, where Vapi keeps versions.
    pub version: Option<u64>,
    /// For an import: the object, in normal form.
    pub import: Option<Value>,
}

impl Change {
    /// Whether anything in it waits for a person.
    pub fn is_held_back(&self) -> bool {
        self.held.is_some() || self.fields.iter().any(|field| field.verdict.is_held_back())
    }

    /// How many fields and objects of it wait for a person.
    pub fn held_back(&self) -> usize {
        usize::from(self.held.is_some()) + self.fields.iter().filter(|field| field.verdict.is_held_back()).count()
    }

    /// Whether there is anything to show of it.
    pub fn is_quiet(&self) -> bool {
        self.action == Action::None && self.fields.is_empty() && self.held.is_none()
    }

    /// Whether the file and Vapi agree on it, so that there is nothing to say of it either.
    pub fn is_in_step(&self) -> bool {
        self.is_quiet() && self.reason.is_empty()
    }

    /// Whether the file is ahead of Vapi in it.
    pub fn has_pending(&self) -> bool {
        self.fields.iter().any(|field| field.verdict == Verdict::Pending)
    }

    /// Its fields; for an import every field of the object.
    pub fn shown_fields(&self) -> Cow<'_, [FieldChange]> {
        let Some(Value::Map(object)) = &self.import else { return Cow::Borrowed(&self.fields) };
        let field = |(key, value): (&String, &Value)| FieldChange {
            path: FieldPath::root().key(key),
            before: None,
            after: Some(value.clone()),
            sensitive: matches!(value, Value::Secret(_)),
            verdict: Verdict::Capture,
            recorded: None,
            note: None,
            place: None,
        };
        Cow::Owned(object.iter().map(field).collect())
    }
}

/// Live numbers that ring an agent that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// The agent.
    pub address: Address,
    /// The numbers that ring it.
    pub rings: Vec<Ring>,
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
    /// What is worth knowing.
    pub warnings: Diagnostics,
}

impl Plan {
    /// The changes that there is something to show of.
    pub fn shown(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.is_quiet())
    }

    /// How many changes have this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// How many changes have this action and wait for nobody.
    pub fn to_do(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action && change.held.is_none()).count()
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
        self.changes.iter().any(|change| change.action != Action::None)
    }
}

/// What a person decided beforehand.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// `--on-drift`, the last that names an address counts.
    pub on_drift: Rules<OnDrift>,
    /// `--on-conflict`, likewise.
    pub on_conflict: Rules<OnConflict>,
    /// `--allow-purchase`.
    pub allow_purchase: bool,
    /// `--declared-only`: what the file does not speak of is not captured.
    pub declared_only: bool,
    /// `--send-secrets`: secrets that Vapi does not show are sent.
    pub send_secrets: bool,
    /// Nothing comes of the plan but its numbers: what could not be sent is no error.
    pub only_looks: bool,
}

/// A choice for all addresses, and others for some.
#[derive(Debug, Clone, Default)]
pub struct Rules<T> {
    /// For all that no rule names.
    pub default: T,
    /// For addresses that match the glob; later ones win.
    pub rules: Vec<(globset::GlobMatcher, T)>,
}

impl<T: clap::ValueEnum + Copy + Default> Rules<T> {
    /// Rules from texts: `overwrite` for all addresses, `overwrite=agents.receptionist` (a glob) for some.
    ///
    /// # Errors
    /// A word that is no choice, or an address that is no glob, in words.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        let mut rules = Self::default();
        for text in texts {
            let (word, address) = match text.split_once('=') {
                Some((word, address)) => (word, Some(address)),
                None => (text.as_str(), None),
            };
            let choice = T::from_str(word, true).map_err(|_| {
                let known = T::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
                format!("one of: {}", known.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", "))
            })?;
            match address {
                Some(address) => {
                    let glob = globset::Glob::new(address).map_err(|error| error.to_string())?;
                    rules.rules.push((glob.compile_matcher(), choice));
                }
                None => rules.default = choice,
            }
        }
        Ok(rules)
    }
}

impl<T: Copy> Rules<T> {
    /// The choice for an address.
    pub fn of(&self, address: &Address) -> T {
        let name = address.to_string();
        let rule = self.rules.iter().rev().find(|(glob, _)| glob.is_match(&name));
        rule.map_or(self.default, |(_, choice)| *choice)
    }
}
