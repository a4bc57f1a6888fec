//! The environments of a state file, one organisation each, and their variables.
//!
//! A file is read for one of them: [`Whose`] says which. A file without `environments` is for its one organisation.

mod read;

use std::collections::HashMap;

use super::load::{Ignore, Reader};
use super::template::{self, Token};
use crate::document::{self, Node, View};
use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Place};

/// Whose part of a state file to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    /// The only organisation of a file without environments.
    #[default]
    Only,
    /// The environment with this name.
    Environment(String),
    /// An organisation, in any version of the file: environments may have been added or renamed since.
    Organisation {
        /// Its id. `None`: it is not known yet.
        org_id: Option<String>,
        /// The current name of its environment.
        environment: Option<String>,
    },
}

impl Whose {
    /// The environment with this name, or the only organisation.
    pub fn of(environment: Option<&str>) -> Self {
        environment.map_or(Self::Only, |name| Self::Environment(name.to_owned()))
    }

    /// The same, for reading any version of the file.
    #[must_use]
    pub fn ever(&self, org_id: Option<&str>) -> Self {
        Self::Organisation { org_id: org_id.map(str::to_owned), environment: self.environment().map(str::to_owned) }
    }

    /// The name of the environment.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Self::Only => None,
            Self::Environment(name) => Some(name),
            Self::Organisation { environment, .. } => environment.as_deref(),
        }
    }

    /// The organisation, if it is known.
    pub fn org_id(&self) -> Option<&str> {
        match self {
            Self::Only | Self::Environment(_) => None,
            Self::Organisation { org_id, .. } => org_id.as_deref(),
        }
    }
}

/// An environment: an organisation, and how it differs from the others.
pub struct Environment<'d> {
    /// Its name.
    pub name: &'d str,
    /// The place of its name.
    pub place: Place,
    /// Its organisation, once a run has recorded it.
    pub org_id: Option<String>,
    /// The place of `org_id`.
    pub org_id_place: Option<Place>,
    /// The environment that must agree with the file before this one is written to.
    pub after: Option<&'d str>,
    /// The URL of Vapi for it.
    pub base_url: Option<&'d str>,
    vars: Option<Node<'d>>,
    ignore: Option<Node<'d>>,
}

/// The environment variable that holds the key, or the URL, of an environment: `VAPI_API_KEY`, `eu-west` →
/// `VAPI_API_KEY_EU_WEST`.
pub fn variable_of(word: &str, environment: &str) -> String {
    format!("{word}_{}", environment.to_ascii_uppercase().replace('-', "_"))
}

/// The variables of an environment, by name.
#[derive(Default)]
pub struct Variables<'d>(HashMap<&'d str, Variable<'d>>);

/// A variable of `vars`.
#[derive(Clone, Copy)]
pub struct Variable<'d> {
    /// Its value.
    pub node: Node<'d>,
    /// The environment that it belongs to. `None`: the file itself.
    pub environment: Option<&'d str>,
}

impl<'d> Variables<'d> {
    /// A variable.
    pub fn get(&self, name: &str) -> Option<Variable<'d>> {
        self.0.get(name).copied()
    }

    /// Whether a value is a variable that is `null`, so that it is left out.
    pub fn leave_out(&self, node: Node<'_>) -> bool {
        let name = node.as_text().and_then(template::whole_variable);
        name.and_then(|name| self.get(name)).is_some_and(|variable| variable.node.view() == View::Null)
    }

    /// The node of the variable, if a value consists of nothing else; else the value itself.
    pub fn stands_for(&self, node: Node<'d>) -> Node<'d> {
        let name = node.as_text().filter(|text| text.contains("${")).and_then(template::whole_variable);
        name.and_then(|name| self.get(name)).map_or(node, |variable| variable.node)
    }

    /// The names, in order.
    pub fn names(&self) -> Vec<&'d str> {
        let mut names: Vec<&str> = self.0.keys().copied().collect();
        names.sort_unstable();
        names
    }

    fn add(&mut self, vars: Option<Node<'d>>, environment: Option<&'d str>) {
        let entries = vars.into_iter().flat_map(|vars| vars.entries());
        self.0.extend(entries.map(|entry| (entry.key, Variable { node: entry.value, environment })));
    }
}

/// All environments of a file, and its own variables.
#[derive(Default)]
pub struct Environments<'d> {
    /// In the order of the file; empty for a file of one organisation.
    pub all: Vec<Environment<'d>>,
    vars: Option<Node<'d>>,
    ignore: Option<Node<'d>>,
}

impl<'d> Environments<'d> {
    /// The environment with this name.
    pub fn get(&self, name: &str) -> Option<&Environment<'d>> {
        self.all.iter().find(|environment| environment.name == name)
    }

    /// The variables of an environment, or of the only organisation.
    pub fn variables(&self, environment: Option<&Environment<'d>>) -> Variables<'d> {
        let mut variables = Variables::default();
        variables.add(self.vars, None);
        variables.add(environment.and_then(|of| of.vars), environment.map(|of| of.name));
        variables
    }

    /// Whether the file has variables.
    pub fn has_variables(&self) -> bool {
        self.vars.is_some() || self.all.iter().any(|environment| environment.vars.is_some())
    }

    /// All variables of all environments, with their keys.
    fn definitions(&self) -> impl Iterator<Item = document::Entry<'d>> {
        self.vars.into_iter().chain(self.all.iter().filter_map(|of| of.vars)).flat_map(|vars| vars.entries())
    }

    /// Warnings about variables that these configs do not use.
    pub(super) fn unused<'n>(&self, configs: impl Iterator<Item = Node<'n>>) -> Vec<Diagnostic> {
        let mut used = Vec::new();
        configs.for_each(|config| names_in(config, &mut used));
        let unused = self.definitions().filter(|entry| !used.contains(&entry.key));
        let warning = |entry: document::Entry<'_>| {
            Diagnostic::warning("unused-variable", format!("nothing in this file uses the variable `{}`", entry.key))
                .at(entry.key_place())
                .help(format!("delete it, or use it as `${{var:{}}}`", entry.key))
        };
        unused.map(warning).collect()
    }

    /// Chooses the environment to read the file for. `org_id` is the organisation at the top of the file.
    pub(super) fn choose(&self, whose: &Whose, org_id: Option<&str>) -> Result<Choice, Diagnostic> {
        match whose {
            Whose::Only if self.all.is_empty() => Ok(Choice::All),
            Whose::Only => {
                Err(Diagnostic::error("environment-needed", "this file has several environments, and none was named")
                    .help(format!("add --env NAME, or set VAPI_SYNC_ENV; the environments are: {}", self.names())))
            }
            Whose::Environment(name) if self.all.is_empty() => Err(Diagnostic::error(
                "no-environments",
                format!("environment `{name}` was named, but this file has no environments"),
            )
            .help("leave out --env and VAPI_SYNC_ENV; to give the file environments, run `vapi-sync init --env NAME`")),
            Whose::Environment(name) => match self.all.iter().position(|of| of.name == name) {
                Some(at) => Ok(Choice::One(at)),
                None => Err(Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"))
                    .help(format!("the environments are: {}", self.names()))),
            },
            Whose::Organisation { org_id: ours, environment } => {
                let is_ours =
                    |recorded: Option<&str>| recorded.is_none() || ours.is_none() || recorded == ours.as_deref();
                if self.all.is_empty() {
                    return Ok(if is_ours(org_id) { Choice::All } else { Choice::Nobody });
                }
                let by_org = |of: &Environment<'_>| of.org_id.is_some() && of.org_id == *ours;
                let by_name =
                    |of: &Environment<'_>| Some(of.name) == environment.as_deref() && is_ours(of.org_id.as_deref());
                let at = self.all.iter().position(by_org).or_else(|| self.all.iter().position(by_name));
                Ok(at.map_or(Choice::Nobody, Choice::One))
            }
        }
    }

    /// The key that limits an entry, if the file has environments.
    pub(super) fn word(&self) -> Option<&'static str> {
        (!self.all.is_empty()).then_some("environments")
    }

    /// Their names, for messages.
    pub fn names(&self) -> String {
        self.all.iter().map(|of| of.name).collect::<Vec<_>>().join(", ")
    }

    /// What an environment ignores: the patterns of the file and its own.
    pub(super) fn ignore(&self, at: Option<usize>, reader: &mut Reader) -> Ignore {
        let own = at.and_then(|at| self.all.get(at)?.ignore);
        reader.ignore(self.ignore.into_iter().chain(own))
    }
}

/// The environment that a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The file has none.
    All,
    /// This one, by position.
    One(usize),
    /// None of them.
    Nobody,
}

/// A version of a file as one environment sees it, read without error messages.
pub struct Seen<'d> {
    environment: Option<&'d str>,
    /// Its variables.
    pub variables: Variables<'d>,
}

impl<'d> Seen<'d> {
    /// Reads the version with this root. `None`: it has nothing for this environment.
    pub fn of(root: Node<'d>, whose: &Whose) -> Option<Self> {
        let environments = Reader::default().environments(root);
        let org_id = root.get("org_id").and_then(|org_id| org_id.as_text());
        if environments.all.is_empty() && org_id.is_none() && whose.environment().is_some() {
            // The version does not name its organisation, and several could be meant.
            return None;
        }
        let at = match environments.choose(whose, org_id).ok()? {
            Choice::All => None,
            Choice::One(at) => Some(at),
            Choice::Nobody => return None,
        };
        let environment = at.and_then(|at| environments.all.get(at));
        Some(Self { environment: environment.map(|of| of.name), variables: environments.variables(environment) })
    }

    /// Whether it contains an entry.
    pub fn has(&self, entry: Node<'d>) -> bool {
        let named = |list: Node<'d>| list.items().any(|item| item.as_text() == self.environment);
        self.environment.is_none() || entry.get("environments").is_none_or(named)
    }

    /// The id of an entry.
    pub fn id(&self, entry: Node<'d>, kind: &Kind) -> Option<&'d str> {
        let id = entry.get(kind.id_key)?;
        self.environment.map_or(Some(id), |name| id.get(name))?.as_text()
    }
}

/// The variables in the texts of a value.
pub fn names_in<'n>(node: Node<'n>, found: &mut Vec<&'n str>) {
    match node.view() {
        View::Text(text) if text.contains("${") => {
            found.extend(template::parse(text).into_iter().filter_map(|token| match token {
                Token::Var(name) => Some(name),
                Token::Text(_) | Token::Reference { .. } | Token::Env(_) | Token::File(_) => None,
            }));
        }
        View::List => node.items().for_each(|item| names_in(item, found)),
        View::Map => node.entries().for_each(|entry| names_in(entry.value, found)),
        View::Null | View::Bool(_) | View::Number(_) | View::Text(_) => {}
    }
}
