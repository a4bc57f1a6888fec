//! Whether the file and Vapi agree, object by object.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::pair::{is_ignored_live, is_made_by_people};
use super::{Action, Change, FieldChange, Inputs, Left, Plan};
use crate::kinds::{KINDS, Kind};
use crate::model::{Address, RemoteId};
use crate::plan::judge::Verdict;
use crate::values::live::Live;

/// The state of an entry and its object. Each entry, and each object without an entry, has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Both agree.
    InSync,
    /// `apply` has something to send.
    Pending,
    /// Something was changed in Vapi; `apply` may have something to send as well.
    Drift,
    /// The entry has no object yet.
    OnlyInFile,
    /// The object has no entry.
    OnlyInVapi,
    /// The object of the entry was deleted in Vapi.
    MissingInVapi,
}

impl State {
    /// All states that need action, the most urgent first.
    pub const OPEN: [State; 5] =
        [State::Drift, State::MissingInVapi, State::OnlyInVapi, State::OnlyInFile, State::Pending];
}

/// An entry of the file, or an object in Vapi without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The entry. For an object that is only in Vapi: the entry that `pull` would make of it.
    pub address: Address,
    /// Its name, number or SIP URI.
    pub name: Option<String>,
    /// Vapi's id, if the object exists.
    pub id: Option<RemoteId>,
    /// Its state.
    pub state: State,
    /// Why, in words; empty if both agree.
    pub reason: String,
    /// When the object was last changed in Vapi, or created if it is only in Vapi (RFC 3339). Set only where Vapi differs.
    pub since: Option<String>,
    /// The fields in which they differ.
    pub fields: Vec<FieldChange>,
}

/// The last run in the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Its id, for `vapi-sync log`.
    pub run: String,
    /// `apply`, `pull`, `sync`, `restore`.
    pub command: String,
    /// When it last wrote.
    pub time: Timestamp,
    /// Who started it.
    pub actor: String,
    /// The commit that was checked out.
    pub commit: Option<String>,
}

/// The objects and entries of one kind, without ignored ones.
#[derive(Debug, Clone, PartialEq)]
pub struct KindStatus {
    /// The kind.
    pub kind: &'static Kind,
    /// The entries in the order of the file, then the objects that are only in Vapi.
    pub items: Vec<Item>,
    /// How many objects and entries `ignore` names.
    pub ignored: usize,
    /// How many objects in Vapi do not count: the file does not manage them, or Vapi creates them itself.
    pub outside: usize,
}

impl KindStatus {
    /// How many are in this state.
    pub fn count(&self, state: State) -> usize {
        self.items.iter().filter(|item| item.state == state).count()
    }

    /// How many entries the file has.
    pub fn in_file(&self) -> usize {
        self.items.len() - self.count(State::OnlyInVapi)
    }

    /// How many objects Vapi has.
    pub fn in_vapi(&self) -> usize {
        self.outside + self.items.len() - self.count(State::OnlyInFile) - self.count(State::MissingInVapi)
    }
}

/// All kinds, in the order of [`KINDS`].
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What other state files of the repository have: nobody's work here.
    pub left: Vec<Left>,
    /// Per kind.
    pub kinds: Vec<KindStatus>,
}

impl Status {
    /// Whether everything is in sync.
    pub fn in_sync(&self) -> bool {
        self.kinds.iter().flat_map(|kind| &kind.items).all(|item| item.state == State::InSync)
    }

    /// How many objects and entries of all kinds are in this state.
    pub fn count(&self, state: State) -> usize {
        self.kinds.iter().map(|kind| kind.count(state)).sum()
    }

    /// How many objects and entries of all kinds `ignore` names.
    pub fn ignored(&self) -> usize {
        self.kinds.iter().map(|kind| kind.ignored).sum()
    }
}

/// The status, from a plan of `apply` for all entries.
pub fn status(inputs: &Inputs<'_, '_>, plan: &Plan) -> Status {
    let left = plan.left.clone();
    Status { left, kinds: KINDS.into_iter().map(|kind| of_kind(inputs, plan, kind)).collect() }
}

fn of_kind(inputs: &Inputs<'_, '_>, plan: &Plan, kind: &'static Kind) -> KindStatus {
    if !inputs.desired.file.managed.counts(kind) {
        let outside = inputs.listings.get(kind.section).map_or(0, Vec::len);
        return KindStatus { kind, items: Vec::new(), ignored: 0, outside };
    }
    // Count the second step of a creation with the first, and leave out changes of objects without an entry.
    let mut seen = HashSet::new();
    let of_entries = plan
        .changes
        .iter()
        .filter(|change| change.kind == kind && inputs.identities.of.contains_key(&change.address))
        .filter(|change| seen.insert(&change.address));
    let mut items: Vec<Item> = of_entries.map(entry).collect();
    let entries = inputs.desired.file.entries.iter().enumerate();
    let places: HashMap<&Address, usize> = entries.map(|(at, entry)| (&entry.address, at)).collect();
    items.sort_by_key(|item| places.get(&item.address));
    let imports = super::import::named(&inputs.desired.file, inputs.identities, inputs.listings);
    items.extend(
        imports.into_iter().filter(|(of, ..)| *of == kind).map(|(_, live, address)| only_in_vapi(live, address)),
    );
    let lives = inputs.listings.get(kind.section).into_iter().flatten();
    let entries: HashSet<&str> =
        inputs.desired.file.entries.iter().filter_map(|entry| Some(entry.id.as_ref()?.as_str())).collect();
    let is_outside =
        |live: &&Live| !is_made_by_people(kind, &live.header) && !entries.contains(live.header.id.as_str());
    KindStatus { kind, items, ignored: ignored(inputs, kind), outside: lives.filter(is_outside).count() }
}

fn entry(change: &Change) -> Item {
    let drifts = |field: &&FieldChange| field.verdict == Verdict::Drift;
    let state = match change.action() {
        Action::Create => State::OnlyInFile,
        Action::Recreate => State::MissingInVapi,
        _ if change.fields.iter().any(|field| drifts(&field)) => State::Drift,
        Action::Update | Action::Link | Action::Import | Action::Capture => State::Pending,
        Action::None if change.held.is_some() => State::Pending,
        Action::None => State::InSync,
    };
    let fields: Vec<FieldChange> = match state {
        State::Drift | State::Pending => change.fields.clone(),
        State::InSync | State::OnlyInFile | State::OnlyInVapi | State::MissingInVapi => Vec::new(),
    };
    let reason = match state {
        State::InSync => String::new(),
        State::Pending if fields.is_empty() => change.held.clone().unwrap_or_else(|| change.reason.clone()),
        State::Pending => format!("to apply: {}", paths(fields.iter())),
        State::Drift => format!("changed in Vapi: {}", paths(fields.iter().filter(drifts))),
        State::OnlyInFile => "not in Vapi yet: `apply` makes it".to_owned(),
        State::MissingInVapi => "deleted in Vapi: `apply` makes it again".to_owned(),
        State::OnlyInVapi => "not in the file: `pull` takes it in".to_owned(),
    };
    Item {
        address: change.address.clone(),
        name: change.name.clone(),
        id: if matches!(state, State::OnlyInFile | State::MissingInVapi) { None } else { change.id.clone() },
        state,
        reason,
        since: if state == State::Drift { change.updated_at.clone() } else { None },
        fields,
    }
}

/// The paths of fields in one line, the first few of them.
fn paths<'f>(fields: impl Iterator<Item = &'f FieldChange>) -> String {
    const SHOWN: usize = 3;
    let paths: Vec<String> = fields.map(|field| field.path.to_string()).collect();
    match paths.len().checked_sub(SHOWN + 1) {
        Some(more) => format!("{} and {} more", paths[..SHOWN].join(", "), more + 1),
        None => paths.join(", "),
    }
}

fn only_in_vapi(live: &Live, address: Address) -> Item {
    let header = &live.header;
    Item {
        address,
        name: header.called().map(str::to_owned),
        id: Some(RemoteId(header.id.clone())),
        state: State::OnlyInVapi,
        reason: "not in the file: `pull` takes it in".to_owned(),
        since: header.created_at.clone(),
        fields: Vec::new(),
    }
}

/// How many entries and objects `ignore` names; an entry and its object count once.
fn ignored(inputs: &Inputs<'_, '_>, kind: &'static Kind) -> usize {
    let entries = inputs.desired.file.entries.iter().filter(|entry| entry.kind == kind);
    let (managed, ignored): (Vec<_>, Vec<_>) =
        entries.partition(|entry| inputs.identities.of.contains_key(&entry.address));
    let of_entries: HashSet<&str> =
        managed.iter().chain(&ignored).filter_map(|entry| Some(entry.id.as_ref()?.as_str())).collect();
    let lives = inputs.listings.get(kind.section).into_iter().flatten();
    let others = lives.filter(|live| {
        !of_entries.contains(live.header.id.as_str())
            && is_ignored_live(&inputs.desired.file.ignore, kind, &live.header)
    });
    ignored.len() + others.count()
}
