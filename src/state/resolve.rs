//! What the file says of an object, with references and includes filled in.
//!
//! In: the `config` node of an entry. Out: its desired [`Value`] in normal form, and every problem on the way with its
//! place: unknown handles, missing variables and files, paths that leave the folder.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::document::{Node, View};
use crate::kinds::{self, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, Map, Part, RemoteId, Secret, Value, normal_number};
pub use crate::state::includes::{IncludeSource, Includes};
use crate::state::load::{Entry, did_you_mean};
use crate::state::template::{self, Token};
use crate::values::normalize;

/// What is known about the id of an entry while values are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// It exists.
    Known(RemoteId),
    /// It will exist once the entry has been created; `stale` is the id that the file has of an object that is gone.
    Pending {
        /// The id that the file still has.
        stale: Option<RemoteId>,
    },
}

/// The ids of all entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    by_address: HashMap<Address, Id>,
    stale: HashMap<String, Address>,
}

impl Ids {
    /// The ids as the file has them.
    pub fn in_file<'e, 'd: 'e>(entries: impl IntoIterator<Item = &'e Entry<'d>>) -> Self {
        entries
            .into_iter()
            .map(|entry| {
                let id = match &entry.id {
                    Some(id) => Id::Known(id.clone()),
                    None => Id::Pending { stale: None },
                };
                (entry.address.clone(), id)
            })
            .collect()
    }

    /// The id of an entry. `None`: there is no such entry.
    pub fn get(&self, address: &Address) -> Option<&Id> {
        self.by_address.get(address)
    }

    /// The entry that had this id until its object was deleted.
    pub fn was(&self, id: &str) -> Option<&Address> {
        self.stale.get(id)
    }

    /// The same with ids that entries had until their objects were made again.
    #[must_use]
    pub fn replaced(mut self, old: impl IntoIterator<Item = (RemoteId, Address)>) -> Self {
        self.stale.extend(old.into_iter().map(|(id, address)| (id.0, address)));
        self
    }

    /// All addresses.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.by_address.keys()
    }
}

impl FromIterator<(Address, Id)> for Ids {
    fn from_iter<T: IntoIterator<Item = (Address, Id)>>(iter: T) -> Self {
        let mut ids = Ids::default();
        for (address, id) in iter {
            if let Id::Pending { stale: Some(stale) } = &id {
                ids.stale.insert(stale.0.clone(), address.clone());
            }
            ids.by_address.insert(address, id);
        }
        ids
    }
}

/// What values are resolved with.
pub struct Resolver<'r> {
    /// The ids of the entries that can be referred to.
    pub ids: &'r Ids,
    /// The value of an environment variable.
    pub env: &'r dyn Fn(&str) -> Option<String>,
    /// The text files beside the state file.
    pub includes: &'r dyn IncludeSource,
}

/// A resolved config, with what was noticed on the way.
#[derive(Default)]
pub struct Resolved {
    /// What is wrong, each with its place.
    pub errors: Diagnostics,
    /// What is worth knowing.
    pub warnings: Diagnostics,
    /// Environment variables that are named and not set.
    pub missing_variables: BTreeSet<String>,
    /// Entries that are referred to.
    pub references: BTreeSet<Address>,
    /// Includes that are named.
    pub includes: BTreeSet<String>,
    /// Texts that must never be shown.
    pub secrets: Vec<String>,
    /// Ids of entries that stand in the file as plain text and are about to be replaced: by whose id, in what place.
    pub literal_references: BTreeMap<String, Address>,
}

impl Resolved {
    /// Adds what was noticed elsewhere.
    pub fn merge(&mut self, other: Resolved) {
        let Resolved { errors, warnings, missing_variables, references, includes, secrets, literal_references } = other;
        self.errors.extend(errors);
        self.warnings.extend(warnings);
        self.missing_variables.extend(missing_variables);
        self.references.extend(references);
        self.includes.extend(includes);
        self.secrets.extend(secrets);
        self.literal_references.extend(literal_references);
    }
}

/// What entries say, as it was resolved when the file was checked: a plan needs the same once more, unless an id has
/// changed until then.
#[derive(Default)]
pub struct Ahead {
    ids: Ids,
    values: HashMap<Address, (Value, Resolved)>,
}

impl Ahead {
    /// Nothing yet, under these ids.
    pub fn under(ids: Ids) -> Self {
        Self { ids, values: HashMap::new() }
    }

    /// Keeps what an entry says.
    pub fn keep(&mut self, address: &Address, value: Value, noticed: Resolved) {
        self.values.insert(address.clone(), (value, noticed));
    }

    /// The same, as far as it holds under other ids.
    #[must_use]
    pub fn under_others(self, ids: &Ids) -> Self {
        if self.ids == *ids { self } else { Self::default() }
    }

    /// What an entry says, with what was noticed; it is not kept any longer. `None`: it must be resolved.
    pub fn take(&mut self, address: &Address) -> Option<(Value, Resolved)> {
        self.values.remove(address)
    }
}

impl Resolver<'_> {
    /// The desired value of an entry, in normal form. What could not be resolved is in `noticed.errors`.
    pub fn desired(&self, entry: &Entry<'_>, noticed: &mut Resolved) -> Value {
        let value = match entry.config {
            Some(config) => self.value(config, entry.kind.root(), noticed),
            None => Value::Map(Map::default()),
        };
        if let Value::Map(map) = &value {
            for key in map.keys().filter(|key| entry.kind.root().key(key).is_server_managed()) {
                noticed.warnings.push(self.server_managed(entry, key));
            }
        }
        normalize::normal_form(entry.kind, value)
    }

    fn server_managed(&self, entry: &Entry<'_>, key: &str) -> Diagnostic {
        let node = entry.config.and_then(|config| config.get(key));
        let mut warning = Diagnostic::warning("server-managed", format!("Vapi sets `{key}` itself; it is not sent"))
            .help("take the line out of the file");
        if let Some(node) = node {
            warning = warning.at(node.place());
        }
        warning
    }

    /// The field by which an entry is told from others, and its text as names are compared, before anything else of it is
    /// resolved.
    pub fn identity<'k>(&self, entry: &Entry<'_>, noticed: &mut Resolved) -> Option<(&'k str, String)> {
        entry.kind.identity.iter().find_map(|field| {
            let node = entry.config?.get(field)?;
            let text = match self.value(node, entry.kind.root().key(field), noticed) {
                Value::Text(text) => text,
                Value::Secret(secret) => secret.expose()?.to_owned(),
                _ => return None,
            };
            let text = normalize::name(&text);
            (!text.is_empty()).then_some((*field, text))
        })
    }

    fn value(&self, node: Node<'_>, spot: Spot, noticed: &mut Resolved) -> Value {
        match node.view() {
            View::Null => Value::Null,
            View::Bool(value) => Value::Bool(value),
            View::Number(number) => Value::Number(normal_number(&number)),
            View::Text(text) => self.text(text, node, spot, noticed),
            View::List => Value::List(node.items().map(|item| self.value(item, spot.item(), noticed)).collect()),
            View::Map => Value::Map(
                node.entries()
                    .map(|entry| (entry.key.to_owned(), self.value(entry.value, spot.key(entry.key), noticed)))
                    .collect(),
            ),
        }
    }

    fn text(&self, text: &str, node: Node<'_>, spot: Spot, noticed: &mut Resolved) -> Value {
        if let Some(address) = self.stale_literal(text, spot) {
            noticed.references.insert(address.clone());
            noticed.literal_references.insert(text.to_owned(), address.clone());
            return Value::Unknown(vec![Part::Id(address)]);
        }
        if !text.contains("${") {
            return Value::Text(text.to_owned());
        }
        if let Some((written, right)) = template::near_reference(text) {
            noticed.errors.push(
                Diagnostic::error("unknown-reference-word", format!("`{written}` is no reference"))
                    .at(node.place())
                    .help(format!("did you mean `{right}`? `$${{` says that it is meant as text")),
            );
        }
        let parts = template::parse(text).into_iter().map(|token| self.part(token, node, noticed)).collect();
        join(parts)
    }

    /// The entry whose object is gone, if a field that refers to objects holds the id that it had.
    fn stale_literal(&self, text: &str, spot: Spot) -> Option<Address> {
        let section = spot.reference()?;
        self.ids.was(text).filter(|address| address.section == section).cloned()
    }

    fn part(&self, token: Token<'_>, node: Node<'_>, noticed: &mut Resolved) -> Part {
        let fail = |diagnostic: Diagnostic, noticed: &mut Resolved| {
            noticed.errors.push(diagnostic.at(node.place()));
            Part::Text(String::new())
        };
        match token {
            Token::Text(text) => Part::Text(text.into_owned()),
            Token::Reference { section, handle } => {
                let Some(kind) = kinds::by_section(section) else { return Part::Text(String::new()) };
                let address = kind.address(handle);
                match self.ids.get(&address) {
                    Some(id) => {
                        noticed.references.insert(address.clone());
                        match id {
                            Id::Known(id) => Part::Text(id.0.clone()),
                            Id::Pending { .. } => Part::Id(address),
                        }
                    }
                    None => fail(self.unknown_reference(kind, handle), noticed),
                }
            }
            Token::Env("") => fail(Diagnostic::error("bad-reference", "`${env:}` names no variable"), noticed),
            Token::Env(name) => match (self.env)(name).filter(|value| !value.is_empty()) {
                Some(value) => {
                    noticed.secrets.push(value.clone());
                    Part::Secret(Secret::new(value, vec![name.to_owned()]))
                }
                None => {
                    noticed.missing_variables.insert(name.to_owned());
                    Part::Secret(Secret::missing(vec![name.to_owned()]))
                }
            },
            Token::File(path) => {
                noticed.includes.insert(path.to_owned());
                match self.includes.text(path) {
                    Ok(text) => Part::Text(text.to_string()),
                    Err(error) => fail(error, noticed),
                }
            }
        }
    }

    fn unknown_reference(&self, kind: &kinds::Kind, handle: &str) -> Diagnostic {
        let error =
            Diagnostic::error("unknown-reference", format!("there is no {} `{handle}` in this file", kind.noun));
        let known = self.ids.addresses().filter(|address| address.section == kind.section);
        match did_you_mean(handle, known.map(|address| address.handle.as_str())) {
            Some(meant) => error.help(format!("did you mean `${{{}:{meant}}}`?", kind.word)),
            None => error.help(format!("add it under `{}:`, or name one that is there", kind.section)),
        }
    }
}

/// One value of the parts of a text: plain, secret if any part is, not known yet if any part is.
fn join(parts: Vec<Part>) -> Value {
    if parts.iter().any(|part| matches!(part, Part::Id(_))) {
        return Value::Unknown(parts);
    }
    let mut variables = Vec::new();
    let mut secret = false;
    let mut known = true;
    let mut text = String::new();
    let mut around = vec![String::new()];
    for part in parts {
        match part {
            Part::Text(part) => {
                text.push_str(&part);
                around.last_mut().into_iter().for_each(|piece| piece.push_str(&part));
            }
            Part::Secret(part) => {
                secret = true;
                around.push(String::new());
                variables.extend_from_slice(part.variables());
                match part.expose() {
                    Some(part) => text.push_str(part),
                    None => known = false,
                }
            }
            Part::Id(_) => {}
        }
    }
    match (secret, known) {
        (false, _) => Value::Text(text),
        (true, true) => Value::Secret(Secret::new(text, variables).within(around)),
        (true, false) => Value::Secret(Secret::missing(variables).within(around)),
    }
}

/// A value whose unknown ids are filled in, as far as they are known now.
pub fn fill(value: &Value, id_of: &dyn Fn(&Address) -> Option<RemoteId>) -> Value {
    match value {
        Value::Unknown(parts) => join(
            parts
                .iter()
                .map(|part| match part {
                    Part::Id(address) => id_of(address).map_or_else(|| part.clone(), |id| Part::Text(id.0)),
                    Part::Text(_) | Part::Secret(_) => part.clone(),
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(|item| fill(item, id_of)).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), fill(value, id_of))).collect()),
        other => other.clone(),
    }
}
