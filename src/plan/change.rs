//! What happens to one object or entry.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::kinds::Kind;
use crate::model::agreed::Agreement;
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::recorded::Recorded;
use crate::model::{Address, FieldPath, Map, RemoteId, Value};
use crate::plan::judge::{Rule, Verdict};
use crate::state::load::Entry;
use crate::state::template;
use crate::values::live::Header;

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
    /// Who knows what it was when the file and Vapi last agreed on it.
    pub base: Option<Agreement>,
    /// What came of merging a text that both sides changed since.
    pub merge: Option<TextMerge>,
    /// The record that gives the replaced value back.
    pub recorded: Option<Recorded>,
    /// Why it is held back, or what one should know.
    pub note: Option<String>,
    /// Where the file's value stands.
    pub place: Option<Place>,
}

impl FieldChange {
    /// A field that goes from one value to another; secrets are not shown.
    pub fn new(path: FieldPath, before: Option<Value>, after: Option<Value>, verdict: Verdict) -> Self {
        let is_secret = |value: &Option<Value>| matches!(value, Some(Value::Secret(_)));
        let sensitive = is_secret(&before) || is_secret(&after);
        let (base, merge, recorded, note, place) = (None, None, None, None, None);
        Self { path, before, after, sensitive, verdict, base, merge, recorded, note, place }
    }
}

/// What came of merging a text that both sides changed.
#[derive(Debug, Clone, PartialEq)]
pub enum TextMerge {
    /// Vapi's text, whose changes are in the field's new value.
    Clean(Value),
    /// Both changed the same lines: the text with all three versions of them, between conflict markers.
    Overlap(String),
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

/// What happens to an object or an entry, with what is particular to that.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Nothing.
    None,
    /// It is made in Vapi.
    Create(Write),
    /// It is made again in Vapi, where it was deleted.
    Recreate(Write),
    /// It is changed in Vapi.
    Update(Write),
    /// Its id goes into the file; what differs is written to Vapi.
    Link(Option<Write>),
    /// The object, in normal form, becomes a new entry of the file.
    Import(Value),
    /// Vapi's values are written into its entry.
    Capture,
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
    pub work: Work,
    /// Why, for a person. Nothing is decided by it.
    pub reason: String,
    /// The fields that change or are held back.
    pub fields: Vec<FieldChange>,
    /// Where the entry stands in the file.
    pub place: Option<Place>,
    /// Why the whole change waits for a person.
    pub held: Option<String>,
    /// Whether a difference stays, since a person prefers Vapi's value.
    pub left: bool,
    /// Why it is not sent: Vapi would refuse a value that is new in it.
    pub refused: Option<Diagnostic>,
    /// Entries that must have an id before this can be written.
    pub needs: BTreeSet<Address>,
    /// Entries whose second step must be over before this can be written.
    pub after: BTreeSet<Address>,
    /// Vapi's own time of the last change, as the plan saw it.
    pub updated_at: Option<String>,
    /// The number of its newest version that the plan saw, where Vapi keeps versions.
    pub version: Option<u64>,
    /// Text files that it makes beside the state file, which includes them.
    pub files: Vec<String>,
}

impl Change {
    /// Nothing happens to this.
    pub fn new(kind: &'static Kind, address: Address) -> Self {
        Self {
            address,
            kind,
            id: None,
            name: None,
            work: Work::None,
            reason: String::new(),
            fields: Vec::new(),
            place: None,
            held: None,
            left: false,
            refused: None,
            needs: BTreeSet::new(),
            after: BTreeSet::new(),
            updated_at: None,
            version: None,
            files: Vec::new(),
        }
    }

    /// Nothing happens to an entry of the file; `value` is what names it.
    pub(crate) fn of_entry(entry: &Entry<'_>, value: &Value) -> Self {
        let is_secret = |path: &str| {
            let node = entry.config.and_then(|config| path.split('.').try_fold(config, |node, key| node.get(key)));
            let text = node.and_then(|node| node.as_text());
            text.is_some_and(|text| template::variables(text).next().is_some())
        };
        let called = ["name", entry.kind.identity_of(value).map_or("name", |(path, _)| path)];
        let name = entry.kind.name_of(value).filter(|_| !called.into_iter().any(is_secret));
        Self {
            id: entry.id.clone(),
            name,
            place: Some(entry.place.clone()),
            ..Self::new(entry.kind, entry.address.clone())
        }
    }

    /// The same about an object as Vapi shows it.
    #[must_use]
    pub(crate) fn seen(mut self, header: &Header) -> Self {
        self.id = Some(RemoteId(header.id.clone()));
        self.updated_at = header.updated_at.clone();
        self.version = header.version();
        self
    }

    /// What happens, in a word.
    pub fn action(&self) -> Action {
        match self.work {
            Work::None => Action::None,
            Work::Create(_) => Action::Create,
            Work::Recreate(_) => Action::Recreate,
            Work::Update(_) => Action::Update,
            Work::Link(_) => Action::Link,
            Work::Import(_) => Action::Import,
            Work::Capture => Action::Capture,
        }
    }

    /// What is written to Vapi, if anything.
    pub fn write(&self) -> Option<&Write> {
        match &self.work {
            Work::Create(write) | Work::Recreate(write) | Work::Update(write) => Some(write),
            Work::Link(write) => write.as_ref(),
            Work::None | Work::Import(_) | Work::Capture => None,
        }
    }

    /// Whether an object is made in Vapi.
    pub fn creates(&self) -> bool {
        matches!(self.write(), Some(Write::Create { .. }))
    }

    /// Whether values are written into its entry.
    pub fn is_capture(&self) -> bool {
        matches!(self.work, Work::Capture)
    }

    /// Whether it is the second step of an object that is made.
    pub fn is_second(&self) -> bool {
        matches!(self.write(), Some(Write::Complete { .. }))
    }

    /// Whether anything in it waits for a person.
    pub fn is_held_back(&self) -> bool {
        self.held.is_some() || self.fields.iter().any(|field| field.verdict.is_held_back())
    }

    /// Why it waits for a person, in a sentence.
    pub fn why_held(&self) -> Option<String> {
        let fields = self.fields.iter().filter(|field| field.verdict.is_held_back());
        let fields: Vec<String> = fields.map(|field| field.path.to_string()).collect();
        self.held.clone().or_else(|| match &fields[..] {
            [] => None,
            [field] => Some(format!("you must decide on {field}")),
            fields => Some(format!("you must decide on {}", fields.join(", "))),
        })
    }

    /// How many fields and objects of it wait for a person.
    pub fn held_back(&self) -> usize {
        usize::from(self.held.is_some()) + self.fields.iter().filter(|field| field.verdict.is_held_back()).count()
    }

    /// Whether there is anything to show of it.
    pub fn is_quiet(&self) -> bool {
        self.action() == Action::None && self.fields.is_empty() && self.held.is_none()
    }

    /// Whether the file and Vapi agree on it, so that there is nothing to say of it either.
    pub fn is_in_step(&self) -> bool {
        self.is_quiet() && self.reason.is_empty()
    }

    /// Whether the file is ahead of Vapi in it.
    pub fn has_pending(&self) -> bool {
        self.fields.iter().any(|field| field.verdict == Verdict::Pending)
    }

    /// Whether the file is ahead in all that there is to show of it.
    pub fn only_pending(&self) -> bool {
        let is_pending = |field: &FieldChange| field.verdict == Verdict::Pending;
        self.action() == Action::None && self.held.is_none() && self.has_pending() && self.fields.iter().all(is_pending)
    }

    /// Its fields; for an import every field of the object.
    pub fn shown_fields(&self) -> Cow<'_, [FieldChange]> {
        let Work::Import(Value::Map(object)) = &self.work else { return Cow::Borrowed(&self.fields) };
        let field = |(key, value): (&String, &Value)| {
            FieldChange::new(FieldPath::root().key(key), None, Some(value.clone()), Rule::Imported.verdict())
        };
        Cow::Owned(object.iter().map(field).collect())
    }
}
