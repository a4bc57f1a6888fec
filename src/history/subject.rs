//! An entry in question, and whether a version of the file holds the value in question.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::document::{Node, View};
use crate::kinds::{self, KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Question;
use crate::model::{Address, RemoteId, Value};
use crate::state::environments::{Seen, Whose};
use crate::state::ids::{Id, Ids};
use crate::state::includes::IncludeSource;
use crate::state::load::Entry;
use crate::state::resolve::{Noticed, Resolver};
use crate::state::template::{self, Token};
use crate::values::base::variables;
use crate::values::compare::{gives_back, value_at};

/// The placeholder of an include that a version does not have. YAML cannot hold it unescaped.
const NO_TEXT: &str = "\0vapi-sync: not in this version\0";

/// An entry in question.
pub(super) struct Subject {
    /// Its kind.
    pub(super) kind: &'static Kind,
    /// Its current address.
    pub(super) address: Address,
    /// Its id, if it has one.
    pub(super) id: Option<RemoteId>,
    /// Its questions, by position in the list.
    pub(super) questions: Vec<usize>,
}

impl Subject {
    /// The entries in question.
    pub(super) fn of(questions: &[Question]) -> Vec<Subject> {
        let mut places: HashMap<(&Address, Option<&RemoteId>), usize> = HashMap::new();
        let mut subjects: Vec<Subject> = Vec::new();
        for (index, question) in questions.iter().enumerate() {
            let place = *places.entry((&question.address, question.id.as_ref())).or_insert_with(|| {
                subjects.push(Subject {
                    kind: kinds::of(&question.address),
                    address: question.address.clone(),
                    id: question.id.clone(),
                    questions: Vec::new(),
                });
                subjects.len() - 1
            });
            subjects[place].questions.push(index);
        }
        subjects
    }

    /// The entry in a version: by id, else by handle.
    pub(super) fn find<'d>(&self, version: &Entries<'d>) -> Option<Found<'d>> {
        let section = self.kind.section;
        let by_id = self.id.as_ref().and_then(|id| version.by_id.get(&(section, id.as_str())));
        let entry = by_id.or_else(|| version.by_handle.get(&(section, &self.address.handle)))?;
        let config = entry.get("config").filter(|config| matches!(config.view(), View::Map))?;
        let place = config.place();
        let mut entry = Entry::new(self.kind, self.address.clone(), place);
        entry.config = Some(config);
        Some(Found { entry, names: Names::in_node(config) })
    }
}

/// The entries that a version of the file has for somebody, by section and id, and by section and handle.
pub(super) struct Entries<'d> {
    seen: Seen<'d>,
    by_id: HashMap<(&'static str, &'d str), Node<'d>>,
    by_handle: HashMap<(&'static str, &'d str), Node<'d>>,
}

impl<'d> Entries<'d> {
    /// The entries below the root of a version. `None`: it has nothing for whom it is read.
    pub(super) fn of(root: Node<'d>, whose: &Whose) -> Option<Self> {
        let mut entries = Self { seen: Seen::of(root, whose)?, by_id: HashMap::new(), by_handle: HashMap::new() };
        for (kind, section) in KINDS.into_iter().filter_map(|kind| Some((kind, root.get(kind.section)?))) {
            for entry in section.entries().filter(|entry| entries.seen.has(entry.value)).collect::<Vec<_>>() {
                if let Some(id) = entries.seen.id(entry.value, kind) {
                    // With a duplicate id, the first counts.
                    entries.by_id.entry((kind.section, id)).or_insert(entry.value);
                }
                entries.by_handle.insert((kind.section, entry.key), entry.value);
            }
        }
        Some(entries)
    }

    /// The id that an entry has.
    fn id(&self, address: &Address) -> Option<RemoteId> {
        let entry = self.by_handle.get(&(address.section, &address.handle))?;
        Some(RemoteId(self.seen.id(*entry, kinds::of(address))?.to_owned()))
    }
}

/// An entry as a version of the file has it.
pub(super) struct Found<'d> {
    entry: Entry<'d>,
    /// What its texts refer to.
    pub(super) names: Names,
}

/// What the texts of an entry refer to.
#[derive(Default)]
pub(super) struct Names {
    /// Entries.
    pub(super) references: BTreeSet<Address>,
    /// Files.
    pub(super) includes: BTreeSet<String>,
}

impl Names {
    fn in_node(node: Node<'_>) -> Self {
        let mut names = Self::default();
        names.collect(node);
        names
    }

    fn collect(&mut self, node: Node<'_>) {
        match node.view() {
            View::Text(text) => self.collect_text(text),
            View::List => node.items().for_each(|item| self.collect(item)),
            View::Map => node.entries().for_each(|entry| self.collect(entry.value)),
            View::Null | View::Bool(_) | View::Number(_) => {}
        }
    }

    fn collect_text(&mut self, text: &str) {
        for token in template::parse(text) {
            match token {
                Token::Reference { section, handle } => {
                    self.references.insert(Address::new(section, handle));
                }
                Token::File(path) => {
                    self.includes.insert(path.to_owned());
                }
                Token::Text(_) | Token::Env(_) | Token::Var(_) => {}
            }
        }
    }
}

/// The texts of the includes of one version; `None` for one that the version does not have.
pub(super) struct Texts(pub(super) HashMap<String, Option<Arc<str>>>);

impl IncludeSource for Texts {
    fn text(&self, path: &str) -> Result<Arc<str>, Diagnostic> {
        Ok(self.0.get(path).cloned().flatten().unwrap_or_else(|| NO_TEXT.into()))
    }
}

/// Which of the questions `asked` (positions in `questions`) an entry of a version answers.
///
/// `version` are the entries of the version, with its ids; `current` are the current ids. A reference matches either: the
/// id may have been committed later than the reference.
pub(super) fn holds(
    found: &Found<'_>,
    version: &Entries<'_>,
    texts: &Texts,
    current: &HashMap<Address, RemoteId>,
    questions: &[Question],
    asked: &[usize],
) -> Vec<usize> {
    let then = |address: &Address| version.id(address);
    let now = |address: &Address| current.get(address).cloned();
    let ids = |first: &dyn Fn(&Address) -> Option<RemoteId>, second: &dyn Fn(&Address) -> Option<RemoteId>| {
        let known = |address: &Address| match first(address).or_else(|| second(address)) {
            Some(id) => Id::Known(id),
            None => Id::Pending { stale: None },
        };
        found.names.references.iter().map(|address| (address.clone(), known(address))).collect::<Ids>()
    };
    let mut noticed = Noticed::default();
    let variables = &version.seen.variables;
    let resolver =
        Resolver { addresses: &found.names.references, env: &|_| None, includes: texts, variables, file: None };
    let config = resolver.config(&found.entry, &mut noticed);
    if !noticed.errors.is_empty() {
        return Vec::new();
    }
    let kind = found.entry.kind;
    let mut held = answered(kind, ids(&then, &now).put_in(kind, config.clone()), questions, asked);
    if found
        .names
        .references
        .iter()
        .any(|address| then(address).is_some() && now(address).is_some_and(|now| then(address) != Some(now)))
    {
        held.extend(answered(kind, ids(&now, &then).put_in(kind, config), questions, asked));
        held.sort_unstable();
        held.dedup();
    }
    held
}

fn answered(kind: &'static Kind, config: Value, questions: &[Question], asked: &[usize]) -> Vec<usize> {
    let around = |question: &Question| match &question.value {
        Value::Secret(live) => live.expose().is_some_and(|live| stands_around(kind, &config, question, live)),
        _ => false,
    };
    let mut held: Vec<usize> = asked.iter().copied().filter(|&index| around(&questions[index])).collect();
    held.extend(asked.iter().copied().filter(|&index| holds_variables(kind, &config, &questions[index])));
    let config = told(config);
    held.extend(asked.iter().copied().filter(|&index| answers(kind, &config, &questions[index])));
    held
}

/// Whether a value of the file with secrets in it is recorded: by their variables, since nothing else is known of them.
fn holds_variables(kind: &'static Kind, config: &Value, question: &Question) -> bool {
    let named = variables(&question.value);
    let recorded = value_at(kind.root(), config, &question.path).filter(|_| !named.is_empty());
    let spot = kind.root().at(&question.path);
    recorded.is_some_and(|recorded| variables(recorded) == named && gives_back(spot, recorded, &question.value))
}

/// Whether a recorded text equals Vapi's around its secrets.
fn stands_around(kind: &'static Kind, config: &Value, question: &Question, live: &str) -> bool {
    match value_at(kind.root(), config, &question.path) {
        Some(Value::Secret(recorded)) => recorded.is_within_text() && recorded.fits(live),
        _ => false,
    }
}

/// A value in which what this version does not tell (secrets from the environment, missing includes) equals nothing.
pub(super) fn told(value: Value) -> Value {
    value.map(&|value| {
        let is_told = match value {
            Value::Secret(secret) => secret.expose().is_some_and(|text| !text.contains(NO_TEXT)),
            Value::Text(text) => !text.contains(NO_TEXT),
            _ => true,
        };
        if !is_told {
            *value = Value::Unknown(Vec::new());
        }
    })
}

/// Whether a recorded config holds the value in question.
pub(super) fn answers(kind: &'static Kind, config: &Value, question: &Question) -> bool {
    let root = kind.root();
    let spot = root.at(&question.path);
    match value_at(root, config, &question.path) {
        Some(Value::List(items)) if question.element => {
            items.iter().any(|item| gives_back(spot.item(), item, &question.value))
        }
        Some(recorded) if !question.element => gives_back(spot, recorded, &question.value),
        _ => false,
    }
}
