//! Reads `environments`, `vars`, and the keys of entries that name environments.

use std::collections::{BTreeMap, HashMap};

use super::{Environment, Environments, variable_of};
use crate::document::{self, Node, View};
use crate::model::RemoteId;
use crate::model::diagnostic::{Diagnostic, Place};
use crate::state::load::{Reader, did_you_mean};
use crate::state::template::{self, Token, is_name};

/// The keys of an environment.
const WORDS: [&str; 5] = ["org_id", "after", "base_url", "vars", "ignore"];

impl Reader {
    /// Reads `environments`, `vars` and `ignore`.
    pub(in crate::state) fn environments<'d>(&mut self, root: Node<'d>) -> Environments<'d> {
        let mut read = Environments { ignore: root.get("ignore"), vars: root.get("vars"), all: Vec::new() };
        self.vars(read.vars, "vars");
        let Some(node) = root.get("environments") else { return read };
        if !matches!(node.view(), View::Map) || node.entries().next().is_none() {
            self.wrong_type(node, "environments", "at least one name with its settings (`staging: {org_id: …}`)");
            return read;
        }
        for entry in node.entries() {
            read.all.extend(self.environment(entry));
        }
        self.names_are_unique(&read.all);
        self.organisations_are_unique(&read.all);
        self.gates_end(&read.all, node);
        read
    }

    fn environment<'d>(&mut self, entry: document::Entry<'d>) -> Option<Environment<'d>> {
        let name = entry.key;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c)) {
            self.errors.push(
                Diagnostic::error("bad-environment", format!("{name:?} cannot be the name of an environment"))
                    .at(entry.key_place())
                    .help("use only the letters a to z, digits, `_` and `-`"),
            );
            return None;
        }
        let mut read = Environment {
            name,
            place: entry.key_place(),
            org_id: None,
            org_id_place: None,
            after: None,
            base_url: None,
            vars: None,
            ignore: None,
        };
        match entry.value.view() {
            View::Map => {}
            View::Null => return Some(read),
            _ => {
                self.wrong_type(entry.value, &format!("environment {name}"), "a group of fields (`name: value`)");
                return None;
            }
        }
        for word in entry.value.entries() {
            match word.key {
                "org_id" => (read.org_id, read.org_id_place) = self.org_id(word.value),
                "after" => match word.value.view() {
                    View::Text(after) => read.after = Some(after),
                    View::Null => {}
                    _ => self.wrong_type(word.value, "after", "the name of an environment"),
                },
                "base_url" => read.base_url = self.base_url(word.value),
                "vars" => {
                    self.vars(Some(word.value), &format!("vars of {name}"));
                    read.vars = Some(word.value);
                }
                "ignore" => read.ignore = Some(word.value),
                _ => self.unknown_word(&word, "an environment", WORDS.into_iter()),
            }
        }
        Some(read)
    }

    /// Reads an `org_id`, with its place.
    pub(in crate::state) fn org_id(&mut self, node: Node<'_>) -> (Option<String>, Option<Place>) {
        match node.view() {
            View::Text(text) if !text.trim().is_empty() => return (Some(text.to_owned()), Some(node.place())),
            View::Null => {}
            _ => self.wrong_type(node, "org_id", "the id of a Vapi organisation, as text"),
        }
        (None, None)
    }

    fn base_url<'d>(&mut self, node: Node<'d>) -> Option<&'d str> {
        let text = match node.view() {
            View::Text(text) => text,
            View::Null => return None,
            _ => {
                self.wrong_type(node, "base_url", "an address");
                return None;
            }
        };
        // The API key is sent there, so a change of the file must not be able to choose any server.
        let host = url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let is_loopback = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(is_loopback);
        if is_loopback || host == "vapi.ai" || host.ends_with(".vapi.ai") {
            return Some(text);
        }
        self.errors.push(
            Diagnostic::error("foreign-base-url", "base_url is neither an address of Vapi nor of this machine")
                .at(node.place())
                .help("set VAPI_BASE_URL or VAPI_BASE_URL_<NAME> to it: the file must not decide who gets the API key"),
        );
        None
    }

    /// Adds an error for each value that `vars` cannot have.
    fn vars(&mut self, vars: Option<Node<'_>>, whose: &str) {
        let Some(vars) = vars else { return };
        match vars.view() {
            View::Map => {}
            View::Null => return,
            _ => return self.wrong_type(vars, whose, "names with their values (`name: value`)"),
        }
        for entry in vars.entries() {
            if !is_name(entry.key) {
                self.errors.push(
                    Diagnostic::error("bad-variable", format!("{:?} cannot be the name of a variable", entry.key))
                        .at(entry.key_place())
                        .help("use only letters (a to z, A to Z), digits, `_` and `-`"),
                );
            }
            self.variable(entry.key, entry.value);
        }
    }

    fn variable(&mut self, name: &str, node: Node<'_>) {
        let errors = &mut self.errors;
        each_text(node, &mut |text, node| {
            let wrong = template::parse(text).into_iter().find_map(|token| match token {
                Token::Var(_) => Some("another variable"),
                Token::Reference { .. } => Some("a reference"),
                Token::File(_) => Some("an include"),
                Token::Text(_) | Token::Env(_) => None,
            });
            if let Some(wrong) = wrong {
                errors.push(
                    Diagnostic::error("bad-variable", format!("the variable `{name}` holds {wrong}"))
                        .at(node.place())
                        .help("write a plain value, or `${env:NAME}`"),
                );
            }
        });
    }

    fn names_are_unique(&mut self, all: &[Environment<'_>]) {
        let mut seen: HashMap<String, &Environment<'_>> = HashMap::new();
        for environment in all {
            let variable = variable_of("VAPI_API_KEY", environment.name);
            let Some(first) = seen.insert(variable.clone(), environment) else { continue };
            let message =
                format!("the API keys of `{}` and `{}` would both be in {variable}", first.name, environment.name);
            let error = Diagnostic::error("bad-environment", message).at(environment.place.clone());
            self.errors.push(error.help("rename one of them"));
        }
    }

    fn organisations_are_unique(&mut self, all: &[Environment<'_>]) {
        let mut seen: BTreeMap<&str, &Environment<'_>> = BTreeMap::new();
        for environment in all {
            let Some(org_id) = &environment.org_id else { continue };
            let Some(first) = seen.insert(org_id, environment) else { continue };
            let message = format!("`{}` and `{}` have the same org_id", first.name, environment.name);
            let mut error = Diagnostic::error("duplicate-org", message);
            error.place = environment.org_id_place.clone();
            self.errors.push(error.help("each environment needs an organisation of its own: correct one of the two"));
        }
    }

    /// Checks that each `after` names another environment and that there are no circles.
    fn gates_end(&mut self, all: &[Environment<'_>], node: Node<'_>) {
        let place = |of: &Environment<'_>| node.get(of.name).and_then(|of| of.get("after")).map(|after| after.place());
        let after = |name: &str| all.iter().find(|of| of.name == name).and_then(|of| of.after);
        for environment in all {
            let Some(first) = environment.after else { continue };
            let mut error = None;
            if !all.iter().any(|of| of.name == first) {
                error = Some(Diagnostic::error("unknown-environment", format!("there is no environment `{first}`")));
            }
            let chain = std::iter::successors(Some(first), |name| after(name)).take(all.len());
            if chain.into_iter().any(|name| name == environment.name) {
                let message = format!("`after` goes in a circle: `{}` would wait for itself", environment.name);
                error = Some(Diagnostic::error("bad-after", message));
            }
            self.errors.extend(error.map(|error| Diagnostic { place: place(environment), ..error }));
        }
    }

    /// The ids of an entry, by environment. Without environments there is one id without a name.
    pub(in crate::state) fn ids<'d>(
        &mut self,
        id_key: &str,
        node: Node<'d>,
        environments: &Environments<'d>,
    ) -> Vec<(Option<&'d str>, RemoteId, Place)> {
        let read = |reader: &mut Self, of: Option<&'d str>, node: Node<'d>| match node.view() {
            View::Text(text) if RemoteId::read(text).is_some() => RemoteId::read(text).map(|id| (of, id, node.place())),
            View::Null => None,
            _ => {
                reader.wrong_type(node, id_key, "the id that Vapi gave the object, as text");
                None
            }
        };
        match (node.view(), environments.all.is_empty()) {
            (View::Null, _) => Vec::new(),
            (View::Map, true) => {
                self.errors.push(
                    Diagnostic::error(
                        "no-environments",
                        format!("{id_key} has an id per environment, but the file has no environments"),
                    )
                    .at(node.place())
                    .help("write one id; or list the environments at the top of the file, under `environments:`"),
                );
                Vec::new()
            }
            (_, true) => read(self, None, node).into_iter().collect(),
            (View::Map, false) => {
                let mut ids = Vec::new();
                for entry in node.entries() {
                    match environments.get(entry.key) {
                        Some(_) => ids.extend(read(self, Some(entry.key), entry.value)),
                        None => self.unknown_environment(entry.key, entry.key_place(), environments),
                    }
                }
                ids
            }
            (_, false) => {
                let message = format!("{id_key} has one id, but the file has several environments");
                let example = environments.all.first().map_or("NAME", |of| of.name);
                self.errors.push(
                    Diagnostic::error("plain-id", message)
                        .at(node.place())
                        .help(format!("say which environment it belongs to: `{id_key}: {{{example}: …}}`")),
                );
                Vec::new()
            }
        }
    }

    /// The environments to which an entry is limited.
    pub(in crate::state) fn limited<'d>(&mut self, node: Node<'d>, environments: &Environments<'d>) -> Vec<&'d str> {
        if environments.all.is_empty() {
            self.errors.push(
                Diagnostic::error("no-environments", "this entry is limited to environments, but the file has none")
                    .at(node.place())
                    .help("delete the line, or list the environments at the top of the file"),
            );
            return Vec::new();
        }
        let mut names = Vec::new();
        for item in node.items() {
            match item.view() {
                View::Text(name) if environments.get(name).is_some() => names.push(name),
                View::Text(name) => self.unknown_environment(name, item.place(), environments),
                _ => self.wrong_type(item, "an environment", "a name"),
            }
        }
        if node.items().len() == 0 {
            let wanted = "a list of at least one environment (without the line, the entry is in all)";
            self.wrong_type(node, "environments", wanted);
        }
        names
    }

    fn unknown_environment(&mut self, name: &str, place: Place, environments: &Environments<'_>) {
        let error = Diagnostic::error("unknown-environment", format!("there is no environment `{name}`")).at(place);
        let meant = did_you_mean(name, environments.all.iter().map(|of| of.name));
        self.errors.push(match meant {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(format!("the environments are: {}", environments.names())),
        });
    }
}

fn is_loopback(ip: std::net::IpAddr) -> bool {
    ip.is_loopback()
}

/// Visits each text of a value, with its node.
fn each_text<'n>(node: Node<'n>, look: &mut dyn FnMut(&'n str, Node<'n>)) {
    match node.view() {
        View::Text(text) => look(text, node),
        View::List => node.items().for_each(|item| each_text(item, look)),
        View::Map => node.entries().for_each(|entry| each_text(entry.value, look)),
        View::Null | View::Bool(_) | View::Number(_) => {}
    }
}
