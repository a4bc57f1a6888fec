//! What the file says: its entries with their references, includes and variables looked up, once per text of the file.
//!
//! In: a document. Out: [`Desired`], with every problem on the way and its place: unknown handles, missing variables and files,
//! paths that leave the folder. References stay addresses; [`Ids::put_in`] puts the ids in, as soon as they are known.

use std::collections::{BTreeSet, HashMap};

use crate::document::{self, Document, Node, View};
use crate::kinds::{self, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Address, Map, Part, Secret, Value, normal_number};
use crate::state::ids::{self, Ids};
use crate::state::includes::IncludeSource;
use crate::state::load::{Entry, StateFile, did_you_mean, interpret};
use crate::state::template::{self, Token};
use crate::values::normalize;

/// What the state file says of all its entries.
pub struct Desired<'d> {
    /// Its entries, with their places.
    pub file: StateFile<'d>,
    /// What was noticed, but for entries that the file ignores.
    pub noticed: Noticed,
    configs: HashMap<Address, Value>,
}

impl<'d> Desired<'d> {
    /// Reads the entries of a document and looks up what they name. `env` gives the value of an environment variable.
    ///
    /// # Errors
    /// The file is not of the right shape. What cannot be looked up is in `noticed`.
    pub fn of(
        document: &'d Document,
        includes: &dyn IncludeSource,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Diagnostics> {
        let file = interpret(document)?;
        let addresses = file.entries.iter().map(|entry| entry.address.clone()).collect();
        let resolver = Resolver { addresses: &addresses, env, includes };
        let mut desired = Desired { file, noticed: Noticed::default(), configs: HashMap::new() };
        let mut noticed = Noticed::default();
        for entry in &desired.file.entries {
            let mut of_entry = Noticed::default();
            desired.configs.insert(entry.address.clone(), resolver.config(entry, &mut of_entry));
            if desired.is_ignored(entry) {
                of_entry = Noticed { secrets: of_entry.secrets, ..Noticed::default() };
            }
            noticed.merge(of_entry);
        }
        noticed.errors.extend(written_out(document, env));
        Ok(Desired { noticed, ..desired })
    }

    /// What the file says of an entry, in normal form, with these ids put in.
    pub fn value(&self, entry: &Entry<'_>, ids: &Ids) -> Value {
        let config = self.configs.get(&entry.address).cloned();
        ids.put_in(entry.kind, config.unwrap_or_else(|| Value::Map(Map::default())))
    }

    /// The field by which an entry is told from others, and its text as Vapi may store it.
    pub fn identity(&self, entry: &Entry<'_>) -> Option<(&'static str, String)> {
        let config = self.configs.get(&entry.address)?.as_map()?;
        entry.kind.identity.iter().find_map(|field| {
            let text = match config.get(*field)? {
                Value::Text(text) => text,
                Value::Secret(secret) => secret.expose()?,
                _ => return None,
            };
            let text = normalize::name(text);
            (!text.is_empty()).then_some((*field, text))
        })
    }

    /// Whether the file ignores an entry of its own.
    pub fn is_ignored(&self, entry: &Entry<'_>) -> bool {
        self.file.ignore.matches_entry(entry, self.identity(entry).as_ref().map(|(_, text)| text.as_str()))
    }
}

/// What configs are looked up with.
pub struct Resolver<'r> {
    /// The entries that can be referred to.
    pub addresses: &'r BTreeSet<Address>,
    /// The value of an environment variable.
    pub env: &'r dyn Fn(&str) -> Option<String>,
    /// The text files beside the state file.
    pub includes: &'r dyn IncludeSource,
}

/// What was noticed while configs were looked up.
#[derive(Default)]
pub struct Noticed {
    /// What is wrong, each with its place.
    pub errors: Diagnostics,
    /// What is worth knowing.
    pub warnings: Diagnostics,
    /// Includes that are named.
    pub includes: BTreeSet<String>,
    /// Texts that must never be shown.
    pub secrets: Vec<String>,
}

impl Noticed {
    fn merge(&mut self, Noticed { errors, warnings, includes, secrets }: Noticed) {
        self.errors.extend(errors);
        self.warnings.extend(warnings);
        self.includes.extend(includes);
        self.secrets.extend(secrets);
    }
}

/// The keys that vapi-sync itself runs with.
fn api_keys(env: &dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = String> {
    let keys = ["VAPI_API_KEY", "VAPI_TOKEN"].into_iter().filter_map(env);
    keys.map(|key| key.trim().to_owned()).filter(|key| key.len() >= SHORTEST_KEY)
}

/// Shorter keys are none: they would be found in words.
const SHORTEST_KEY: usize = 8;

/// The API key where it stands in the file itself.
fn written_out(document: &Document, env: &dyn Fn(&str) -> Option<String>) -> Option<Diagnostic> {
    let text = document.text();
    let at = api_keys(env).find_map(|key| text.find(&key))?;
    let (line, column) = (text[..at].matches('\n').count() + 1, text[..at].rsplit('\n').next()?.chars().count() + 1);
    let place = Place { file: document.name().into(), line, column, width: 1 };
    let error = Diagnostic::error("api-key-in-file", "the key of the Vapi API stands in the file").at(place);
    Some(error.help("take it out, and revoke it in the dashboard if it was ever committed"))
}

impl Resolver<'_> {
    /// What the config of an entry says. What could not be resolved is in `noticed.errors`.
    pub fn config(&self, entry: &Entry<'_>, noticed: &mut Noticed) -> Value {
        let Some(config) = entry.config else { return Value::Map(Map::default()) };
        for field in config.entries().filter(|field| entry.kind.root().key(field.key).is_server_managed()) {
            noticed.warnings.push(
                Diagnostic::warning("server-managed", format!("Vapi sets `{}` itself; it is not sent", field.key))
                    .at(field.value.place())
                    .help("take the line out of the file"),
            );
        }
        self.value(config, entry.kind.root(), noticed)
    }

    fn value(&self, node: Node<'_>, spot: Spot, noticed: &mut Noticed) -> Value {
        match node.view() {
            View::Null => Value::Null,
            View::Bool(value) => Value::Bool(value),
            View::Number(number) => Value::Number(normal_number(&number)),
            View::Text(text) => match self.text(text, node, noticed) {
                Value::Secret(secret) if !secret.is_within_text() => Value::Secret(secret.of_form(spot.form())),
                value => value,
            },
            View::List => Value::List(node.items().map(|item| self.value(item, spot.item(), noticed)).collect()),
            View::Map => {
                let field = |entry: document::Entry<'_>| {
                    (entry.key.to_owned(), self.value(entry.value, spot.key(entry.key), noticed))
                };
                Value::Map(node.entries().map(field).collect())
            }
        }
    }

    fn text(&self, text: &str, node: Node<'_>, noticed: &mut Noticed) -> Value {
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
        ids::join(parts)
    }

    fn part(&self, token: Token<'_>, node: Node<'_>, noticed: &mut Noticed) -> Part {
        let fail = |diagnostic: Diagnostic, noticed: &mut Noticed| {
            noticed.errors.push(diagnostic.at(node.place()));
            Part::Text(String::new())
        };
        match token {
            Token::Text(text) => Part::Text(text.into_owned()),
            Token::Reference { section, handle } => {
                let Some(kind) = kinds::by_section(section) else { return Part::Text(String::new()) };
                let address = kind.address(handle);
                match self.addresses.contains(&address) {
                    true => Part::Id(address),
                    false => fail(self.unknown_reference(kind, handle), noticed),
                }
            }
            Token::Env("") => fail(Diagnostic::error("bad-reference", "`${env:}` names no variable"), noticed),
            Token::Env(name) => match (self.env)(name).filter(|value| !value.is_empty()) {
                Some(value) if api_keys(self.env).any(|key| value.contains(&key)) => {
                    let message = format!("${{env:{name}}} is the key of the Vapi API, which belongs into no field");
                    fail(Diagnostic::error("api-key-in-file", message), noticed)
                }
                Some(value) => {
                    noticed.secrets.push(value.clone());
                    Part::Secret(Secret::new(value, vec![name.to_owned()]))
                }
                None => Part::Secret(Secret::missing(vec![name.to_owned()])),
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
        let known = self.addresses.iter().filter(|address| address.section == kind.section);
        match did_you_mean(handle, known.map(|address| address.handle.as_str())) {
            Some(meant) => error.help(format!("did you mean `${{{}:{meant}}}`?", kind.word)),
            None => error.help(format!("add it under `{}:`, or name one that is there", kind.section)),
        }
    }
}
