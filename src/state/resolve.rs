//! Resolves the references, includes and variables of the file, once for each text of the file.
//!
//! In: a document. Out: [`Desired`], with all problems and their places: unknown handles, missing variables and files,
//! paths that leave the folder. References stay addresses until [`Ids::put_in`] replaces them by ids.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use memchr::memmem;

use crate::document::{Document, Node, View};
use crate::kinds::{self, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Address, Map, Part, Secret, Value, normal_number};
use crate::state::across;
use crate::state::environments::{Variables, Whose, variable_of};
use crate::state::ids::{self, Ids};
use crate::state::includes::IncludeSource;
use crate::state::load::{Entry, StateFile, did_you_mean, interpret, kind_of};
use crate::state::template::{self, Token};
use crate::values::normalize;

/// The desired state of all entries.
pub struct Desired<'d> {
    /// The entries, with their places.
    pub file: StateFile<'d>,
    /// Problems and secrets, without those of ignored entries.
    pub noticed: Noticed,
    configs: HashMap<Address, Value>,
}

impl<'d> Desired<'d> {
    /// Reads the entries of an environment and resolves their configs. `env` gives the value of an environment variable.
    ///
    /// # Errors
    /// The structure of the file is wrong. What cannot be resolved is in `noticed`.
    pub fn of(
        document: &'d Document,
        whose: &Whose,
        includes: &dyn IncludeSource,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Diagnostics> {
        let file = interpret(document, whose)?;
        let addresses = file.entries.iter().map(|entry| entry.address.clone()).collect();
        let resolver = Resolver { addresses: &addresses, env, includes, file: Some(&file), variables: &file.variables };
        let mut noticed = Noticed { warnings: file.warnings.clone(), ..Noticed::default() };
        let mut configs = HashMap::new();
        for entry in &file.entries {
            let mut of_entry = Noticed::default();
            let config = resolver.config(entry, &mut of_entry);
            if file.ignore.matches_entry(entry, identity_of(entry, &config).as_ref().map(|(_, text)| text.as_str())) {
                of_entry = Noticed { secrets: of_entry.secrets, ..Noticed::default() };
            }
            configs.insert(entry.address.clone(), config);
            noticed.merge(of_entry);
        }
        noticed.errors.extend(across::numbers(&file, &resolver));
        noticed.errors.extend(across::foreign_ids(&file));
        noticed.warnings.extend(across::shared_ids(&file));
        noticed.errors.extend(written_out(document, &resolver));
        Ok(Desired { file, noticed, configs })
    }

    /// The desired value of an entry, in normal form, with these ids.
    pub fn value(&self, entry: &Entry<'_>, ids: &Ids) -> Value {
        let config = self.configs.get(&entry.address).cloned();
        ids.put_in(entry.kind, config.unwrap_or_else(|| Value::Map(Map::default())))
    }

    /// The field that identifies an entry, and its text as Vapi may store it.
    pub fn identity(&self, entry: &Entry<'_>) -> Option<(&'static str, String)> {
        identity_of(entry, self.configs.get(&entry.address)?)
    }

    /// The configs of all entries of the environment, with references as addresses.
    pub fn said(&self) -> &HashMap<Address, Value> {
        &self.configs
    }

    /// Whether the file ignores an entry of its own.
    pub fn is_ignored(&self, entry: &Entry<'_>) -> bool {
        self.file.ignore.matches_entry(entry, self.identity(entry).as_ref().map(|(_, text)| text.as_str()))
    }
}

/// The field that identifies an entry with this config, and its text as Vapi may store it.
pub(super) fn identity_of(entry: &Entry<'_>, config: &Value) -> Option<(&'static str, String)> {
    let text = |path: &str| {
        let text = match path.split('.').try_fold(config, |value, step| value.as_map()?.get(step))? {
            Value::Text(text) => text,
            Value::Secret(secret) => secret.expose()?,
            _ => return None,
        };
        Some(normalize::name(text))
    };
    (entry.kind.names)(&text).into_iter().next()
}

/// Resolves configs.
#[derive(Clone, Copy)]
pub struct Resolver<'r> {
    /// The entries that can be referred to.
    pub addresses: &'r BTreeSet<Address>,
    /// The value of an environment variable.
    pub env: &'r dyn Fn(&str) -> Option<String>,
    /// The text files beside the state file.
    pub includes: &'r dyn IncludeSource,
    /// The values of `${var:…}`.
    pub variables: &'r Variables<'r>,
    /// The file, for messages about other environments.
    pub file: Option<&'r StateFile<'r>>,
}

/// Problems, includes and secrets that were found while resolving.
#[derive(Default)]
pub struct Noticed {
    /// Errors, with places.
    pub errors: Diagnostics,
    /// Warnings.
    pub warnings: Diagnostics,
    /// The names of includes.
    pub includes: BTreeSet<String>,
    /// The texts of secrets.
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

/// The API keys that vapi-sync itself uses.
fn api_keys<'r>(resolver: &'r Resolver<'_>) -> impl Iterator<Item = String> + use<'r> {
    let environments = resolver.file.into_iter().flat_map(|file| &file.environments.all);
    let named = environments.map(|environment| variable_of("VAPI_API_KEY", environment.name));
    let names = ["VAPI_API_KEY", "VAPI_TOKEN"].map(str::to_owned).into_iter().chain(named);
    let keys = names.filter_map(|name| (resolver.env)(&name));
    keys.map(|key| key.trim().to_owned()).filter(|key| key.len() >= SHORTEST_KEY)
}

/// Shorter keys are ignored, because words may contain them.
const SHORTEST_KEY: usize = 8;

/// Finds the API key in the file itself.
fn written_out(document: &Document, resolver: &Resolver<'_>) -> Option<Diagnostic> {
    let text = document.text();
    let at = api_keys(resolver).find_map(|key| memmem::find(text.as_bytes(), key.as_bytes()))?;
    let (line, column) = (text[..at].matches('\n').count() + 1, text[..at].rsplit('\n').next()?.chars().count() + 1);
    let place = Place { file: document.name().into(), line, column, width: 1 };
    let error = Diagnostic::error("api-key-in-file", "the Vapi API key is in this file").at(place);
    Some(error.help("delete it here; if it was ever committed, revoke it in the dashboard"))
}

impl Resolver<'_> {
    /// Resolves the config of an entry. What cannot be resolved is in `noticed.errors`.
    pub fn config(&self, entry: &Entry<'_>, noticed: &mut Noticed) -> Value {
        let Some(config) = entry.config else { return Value::Map(Map::default()) };
        for field in config.entries().filter(|field| entry.kind.root().key(field.key).is_server_managed()) {
            noticed.warnings.push(
                Diagnostic::warning("server-managed", format!("Vapi sets `{}` itself, so it is not sent", field.key))
                    .at(field.value.place())
                    .help("delete the line"),
            );
        }
        self.value(config, entry.kind.root(), noticed)
    }

    /// Resolves a value.
    pub(super) fn value(&self, node: Node<'_>, spot: Spot, noticed: &mut Noticed) -> Value {
        match node.view() {
            View::Null => Value::Null,
            View::Bool(value) => Value::Bool(value),
            View::Number(number) => Value::Number(normal_number(&number)),
            View::Text(text) => match template::whole_variable(text).and_then(|name| self.variables.get(name)) {
                Some(variable) => self.value(variable.node, spot, noticed),
                None => match self.text(text, node, noticed) {
                    Value::Secret(secret) if !secret.is_within_text() => Value::Secret(secret.of_form(spot.form())),
                    value => value,
                },
            },
            View::List => {
                let items = node.items().filter(|item| !self.variables.leave_out(*item));
                Value::List(items.map(|item| self.value(item, spot.item(), noticed)).collect())
            }
            View::Map => {
                let mut map = Map::default();
                for entry in node.entries().filter(|entry| !self.variables.leave_out(entry.value)) {
                    if entry.key.contains("${var:") {
                        let error = Diagnostic::error("bad-reference", "the name of a field cannot contain a variable");
                        noticed.errors.push(error.at(entry.key_place()));
                    }
                    map.insert(entry.key.to_owned(), self.value(entry.value, spot.key(entry.key), noticed));
                }
                Value::Map(map)
            }
        }
    }

    fn text(&self, text: &str, node: Node<'_>, noticed: &mut Noticed) -> Value {
        if !text.contains("${") {
            return Value::Text(node.shared_text().unwrap_or_else(|| text.into()));
        }
        if let Some((written, right)) = template::near_reference(text) {
            noticed.errors.push(
                Diagnostic::error(
                    "unknown-reference-word",
                    format!("`{written}` looks like a reference, but is not one"),
                )
                .at(node.place())
                .help(format!("did you mean `{right}`? If it is meant as text, write `$${{` in place of `${{`")),
            );
        }
        if template::has_variable_inside_reference(text) {
            let error = Diagnostic::error("bad-reference", "a reference or an include cannot contain a variable");
            noticed.errors.push(error.at(node.place()).help("put the whole reference into the variable"));
        }
        let mut parts = Vec::new();
        for token in template::parse(text) {
            match token {
                Token::Var(name) => parts.extend(self.variable(name, node, noticed)),
                token => parts.push(self.part(token, node, noticed)),
            }
        }
        ids::join(parts)
    }

    /// A variable inside a text.
    fn variable(&self, name: &str, node: Node<'_>, noticed: &mut Noticed) -> Vec<Part> {
        let Some(variable) = self.variables.get(name) else {
            noticed.errors.push(self.unknown_variable(name).at(node.place()));
            return Vec::new();
        };
        match (variable.node.view(), variable.node.scalar_text()) {
            (View::Text(text), _) => {
                template::parse(text).into_iter().map(|token| self.part(token, variable.node, noticed)).collect()
            }
            (View::Bool(_) | View::Number(_), Some(text)) => vec![Part::Text(text.into())],
            _ => {
                let message =
                    format!("the variable `{name}` is {}, so it cannot be part of a text", kind_of(variable.node));
                noticed.errors.push(Diagnostic::error("bad-variable", message).at(node.place()));
                Vec::new()
            }
        }
    }

    fn unknown_variable(&self, name: &str) -> Diagnostic {
        let whose = match self.file.and_then(StateFile::environment) {
            Some(environment) => format!("`vars` of {} or of the file", environment.name),
            None => "`vars`".to_owned(),
        };
        let error = Diagnostic::error("unknown-variable", format!("there is no variable `{name}` in {whose}"));
        match did_you_mean(name, self.variables.names().into_iter()) {
            Some(meant) => error.help(format!("did you mean `${{var:{meant}}}`?")),
            None => error.help("add it there; if `${var:…}` is meant as text, write `$${` in place of `${`"),
        }
    }

    fn part(&self, token: Token<'_>, node: Node<'_>, noticed: &mut Noticed) -> Part {
        let fail = |diagnostic: Diagnostic, noticed: &mut Noticed| {
            noticed.errors.push(diagnostic.at(node.place()));
            Part::Text(Arc::default())
        };
        match token {
            Token::Text(text) => Part::Text(text.into()),
            // One inside another variable is reported where the file is read.
            Token::Var(_) => Part::Text(Arc::default()),
            Token::Reference { section, handle } => {
                let Some(kind) = kinds::by_section(section) else { return Part::Text(Arc::default()) };
                let address = kind.address(handle);
                match self.addresses.contains(&address) {
                    true => Part::Id(address),
                    false => fail(self.unknown_reference(kind, handle), noticed),
                }
            }
            Token::Env("") => fail(Diagnostic::error("bad-reference", "`${env:}` names no variable"), noticed),
            Token::Env(name) => match (self.env)(name).filter(|value| !value.is_empty()) {
                Some(value) if api_keys(self).any(|key| value.contains(&key)) => {
                    let message = format!("${{env:{name}}} is the Vapi API key, which must not be sent in a field");
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
                    Ok(text) => Part::Text(text),
                    Err(error) => fail(error, noticed),
                }
            }
        }
    }

    fn unknown_reference(&self, kind: &kinds::Kind, handle: &str) -> Diagnostic {
        let is_elsewhere = |entry: &&Entry<'_>| entry.kind == kind && entry.address.handle == handle;
        if let Some((file, entry)) = self.file.and_then(|file| Some((file, file.elsewhere.iter().find(is_elsewhere)?)))
        {
            let name = file.environment().map_or("this environment", |environment| environment.name);
            let message = format!("this refers to {}, which is not in {name}", entry.address);
            let only = entry.environments.join(", ");
            return Diagnostic::error("absent-reference", message).help(format!(
                "that entry is limited to {only} (line {}): add {name} there, or limit this entry, too",
                entry.place.line
            ));
        }
        let error =
            Diagnostic::error("unknown-reference", format!("there is no {} `{handle}` in this file", kind.noun));
        let known = self.addresses.iter().filter(|address| address.section == kind.section);
        match did_you_mean(handle, known.map(|address| address.handle.as_str())) {
            Some(meant) => error.help(format!("did you mean `${{{}:{meant}}}`?", kind.word)),
            None => {
                error.help(format!("add it under `{}:`, or write the handle of an entry that is there", kind.section))
            }
        }
    }
}
