//! Changes of one object or entry.

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
    /// Created in Vapi.
    Create,
    /// Changed in Vapi.
    Update,
    /// Created again in Vapi, after it was deleted there.
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
    /// The word in JSON and in texts.
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
    /// Its path in the object.
    pub path: FieldPath,
    /// The current value, on the side that would change.
    pub before: Option<Value>,
    /// The new value.
    pub after: Option<Value>,
    /// Its values must not be shown.
    pub sensitive: bool,
    /// What happens.
    pub verdict: Verdict,
    /// The source of the agreed value.
    pub base: Option<Agreement>,
    /// The merge of a text that both sides changed.
    pub merge: Option<TextMerge>,
    /// The record of the replaced value.
    pub recorded: Option<Recorded>,
    /// Why it is held back, or another note.
    pub note: Option<String>,
    /// The place of the file's value.
    pub place: Option<Place>,
}

impl FieldChange {
    /// A field that changes from one value to another.
    pub fn new(path: FieldPath, before: Option<Value>, after: Option<Value>, verdict: Verdict) -> Self {
        let is_secret = |value: &Option<Value>| matches!(value, Some(Value::Secret(_)));
        let sensitive = is_secret(&before) || is_secret(&after);
        let (base, merge, recorded, note, place) = (None, None, None, None, None);
        Self { path, before, after, sensitive, verdict, base, merge, recorded, note, place }
    }
}

/// The merge of a text that both sides changed.
#[derive(Debug, Clone, PartialEq)]
pub enum TextMerge {
    /// Vapi's text. Its changes are in the new value of the field.
    Clean(Value),
    /// Both sides changed the same lines: the text with all three versions between conflict markers.
    Overlap(String),
}

/// The write to Vapi for a change. It is exact, because an apply makes no choices.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// `POST` of a new object.
    Create {
        /// The whole object. Ids of objects that do not exist yet are unknown values.
        body: Map,
        /// It costs money or assigns a number, so it is never sent twice.
        purchase: bool,
    },
    /// `PATCH` of an object as the plan saw it.
    Update {
        /// The top-level fields concerned, each whole.
        body: Map,
        /// The object as the plan saw it, in normal form.
        seen: Value,
        /// The values of the file for these fields.
        desired: Value,
    },
    /// `PATCH` of an object that an earlier step of this plan creates, with the fields that had to wait.
    Complete {
        /// The values of the file for the top-level fields concerned.
        desired: Map,
    },
}

/// What happens to an object or an entry, with the data for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Nothing.
    None,
    /// It is created in Vapi.
    Create(Write),
    /// It is created again in Vapi, after it was deleted there.
    Recreate(Write),
    /// It is changed in Vapi.
    Update(Write),
    /// Its id goes into the file, and fields that differ are written to Vapi.
    Link(Option<Write>),
    /// The object, in normal form, becomes a new entry of the file.
    Import(Value),
    /// Vapi's values are written into its entry.
    Capture,
}

/// What happens to one object or entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The entry. For an object without an entry: its kind and id.
    pub address: Address,
    /// Its kind.
    pub kind: &'static Kind,
    /// Vapi's id, if the object exists.
    pub id: Option<RemoteId>,
    /// Its name, number or SIP URI.
    pub name: Option<String>,
    /// What happens.
    pub work: Work,
    /// Why, for people. Nothing is decided by it.
    pub reason: String,
    /// The fields that change or are held back.
    pub fields: Vec<FieldChange>,
    /// The place of the entry in the file.
    pub place: Option<Place>,
    /// Why the whole change is held back.
    pub held: Option<String>,
    /// Whether a difference stays, because `--prefer` chooses Vapi's value.
    pub left: bool,
    /// Why it is not sent: it has a new value that Vapi would refuse.
    pub refused: Option<Diagnostic>,
    /// Entries that must have an id before this can be written.
    pub needs: BTreeSet<Address>,
    /// Entries whose second step must end before this can be written.
    pub after: BTreeSet<Address>,
    /// When Vapi last changed the object, as the plan saw it.
    pub updated_at: Option<String>,
    /// The number of its newest version, as the plan saw it, if it has versions.
    pub version: Option<u64>,
    /// Text files that it creates beside the state file and includes in it.
    pub files: Vec<String>,
}

impl Change {
    /// A change without any work.
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

    /// A change of an entry without any work. `value` has the name.
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

    /// Adds what Vapi shows of the object.
    #[must_use]
    pub(crate) fn seen(mut self, header: &Header) -> Self {
        self.id = Some(RemoteId(header.id.clone()));
        self.updated_at = header.updated_at.clone();
        self.version = header.version();
        self
    }

    /// The action.
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

    /// The write to Vapi, if any.
    pub fn write(&self) -> Option<&Write> {
        match &self.work {
            Work::Create(write) | Work::Recreate(write) | Work::Update(write) => Some(write),
            Work::Link(write) => write.as_ref(),
            Work::None | Work::Import(_) | Work::Capture => None,
        }
    }

    /// Whether it creates an object in Vapi.
    pub fn creates(&self) -> bool {
        matches!(self.write(), Some(Write::Create { .. }))
    }

    /// Whether it writes values into its entry.
    pub fn is_capture(&self) -> bool {
        matches!(self.work, Work::Capture)
    }

    /// Whether it is the second step of a creation.
    pub fn is_second(&self) -> bool {
        matches!(self.write(), Some(Write::Complete { .. }))
    }

    /// Whether it or one of its fields is held back.
    pub fn is_held_back(&self) -> bool {
        self.held.is_some() || self.fields.iter().any(|field| field.verdict.is_held_back())
    }

    /// Why it is held back, in a sentence.
    pub fn why_held(&self) -> Option<String> {
        let fields = self.fields.iter().filter(|field| field.verdict.is_held_back());
        let fields: Vec<String> = fields.map(|field| field.path.to_string()).collect();
        self.held.clone().or_else(|| match &fields[..] {
            [] => None,
            [field] => Some(format!("you must decide on {field}")),
            fields => Some(format!("you must decide on {}", fields.join(", "))),
        })
    }

    /// How many of its fields are held back, plus one if the whole change is.
    pub fn held_back(&self) -> usize {
        usize::from(self.held.is_some()) + self.fields.iter().filter(|field| field.verdict.is_held_back()).count()
    }

    /// Whether there is nothing to show.
    pub fn is_quiet(&self) -> bool {
        self.action() == Action::None && self.fields.is_empty() && self.held.is_none()
    }

    /// Whether the file and Vapi agree, so that there is nothing to say either.
    pub fn is_in_step(&self) -> bool {
        self.is_quiet() && self.reason.is_empty()
    }

    /// Whether it has pending fields.
    pub fn has_pending(&self) -> bool {
        self.fields.iter().any(|field| field.verdict == Verdict::Pending)
    }

    /// Whether all that there is to show are pending fields.
    pub fn only_pending(&self) -> bool {
        let is_pending = |field: &FieldChange| field.verdict == Verdict::Pending;
        self.action() == Action::None && self.held.is_none() && self.has_pending() && self.fields.iter().all(is_pending)
    }

    /// Its fields; for an import all fields of the object.
    pub fn shown_fields(&self) -> Cow<'_, [FieldChange]> {
        let Work::Import(Value::Map(object)) = &self.work else { return Cow::Borrowed(&self.fields) };
        let field = |(key, value): (&String, &Value)| {
            FieldChange::new(FieldPath::root().key(key), None, Some(value.clone()), Rule::Imported.verdict())
        };
        Cow::Owned(object.iter().map(field).collect())
    }
}
