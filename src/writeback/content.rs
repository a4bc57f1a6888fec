//! Spells values from Vapi as people write them in the file.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::prompts::{Prompts, is_prompt};
use crate::document::{Content, Node, View};
use crate::kinds::{self, ListRule, Spot};
use crate::model::{Address, FieldPath, Map, Secret, Step, Trail, Value, keys, variable};
use crate::state::template::{self, escape};
use crate::values::normalize::same;

/// The entries of ids.
pub type Owners = HashMap<String, Address>;

/// Shorter secrets are not searched for in other texts, because words may contain them.
const SHORTEST_INSIDE: usize = 6;

/// Secrets by their first bytes, each with the name of its variable.
type Sought = HashMap<[u8; SHORTEST_INSIDE], Vec<(String, String)>>;

/// The variables of a file: one for each secret.
#[derive(Default)]
pub struct Variables {
    /// The secret of each name; `None` if its text is not known.
    by_name: RefCell<HashMap<String, Option<String>>>,
    /// The secrets to search for in texts. One pass over a text finds all of them.
    sought: RefCell<Sought>,
    /// Secrets that are in several entries.
    shared: HashSet<String>,
    /// Whether the comment on secrets was written. Once is enough.
    explained: Cell<bool>,
}

impl Variables {
    /// The variables in the text of a file and in older versions, with their values if they are set.
    pub fn of(text: &str, recorded: &BTreeSet<String>, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let variables = Self::default();
        for name in template::variables(text).chain(recorded.iter().map(String::as_str)) {
            if !variables.by_name.borrow().contains_key(name) {
                let secret = env(name);
                secret.iter().for_each(|secret| variables.seek(name, secret));
                variables.by_name.borrow_mut().insert(name.to_owned(), secret);
            }
        }
        variables
    }

    /// Takes note of the values to be written, because a secret of several entries is not named after one of them.
    pub fn shared_by<'v>(mut self, values: impl Iterator<Item = (&'v Address, &'v Value)>) -> Self {
        let mut owners: HashMap<String, &Address> = HashMap::new();
        for (address, value) in values {
            value.visit(Trail::Root, &mut |_, value| {
                let Value::Secret(secret) = value else { return };
                let pieces = secret.pieces().into_iter().map(str::to_owned);
                for text in secret.expose().map(str::to_owned).into_iter().chain(pieces) {
                    if *owners.entry(text.clone()).or_insert(address) != address {
                        self.shared.insert(text);
                    }
                }
            });
        }
        self
    }

    /// Adds a secret to search for in texts.
    fn seek(&self, name: &str, secret: &str) {
        if let (Some(start), true) = (secret.as_bytes().first_chunk(), secret.chars().count() >= SHORTEST_INSIDE) {
            let found = (secret.to_owned(), name.to_owned());
            self.sought.borrow_mut().entry(*start).or_default().push(found);
        }
    }

    /// The places of secrets in a text, each with its variable.
    fn places(&self, text: &str) -> Vec<(Range<usize>, String)> {
        let sought = self.sought.borrow();
        let windows = text.as_bytes().windows(SHORTEST_INSIDE).enumerate();
        let starts = windows.filter_map(|(at, window)| Some((at, sought.get(window)?)));
        starts
            .flat_map(|(at, secrets)| {
                let here =
                    secrets.iter().filter(move |(secret, _)| text.as_bytes()[at..].starts_with(secret.as_bytes()));
                here.map(move |(secret, name)| (at..at + secret.len(), name.clone()))
            })
            .collect()
    }

    /// The variable for a secret: the one that already has this secret, else a new one, named after its path and numbered if
    /// that name is taken.
    fn name(&self, address: &Address, path: &FieldPath, secret: &Secret) -> String {
        let mut by_name = self.by_name.borrow_mut();
        let text = secret.expose();
        let owner = text.is_none_or(|text| !self.shared.contains(text)).then_some(address);
        let wished = variable_for(owner, path);
        let known = by_name.iter().find(|(_, known)| text.is_some() && known.as_deref() == text);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let numbered = (2..).map(|number| format!("{wished}_{number}"));
        let mut names = std::iter::once(wished.clone()).chain(numbered);
        let name = names.find(|name| !by_name.contains_key(name)).unwrap_or(wished);
        // A secret of several words may be a sentence that other texts contain for good reason.
        text.filter(|text| !text.contains(char::is_whitespace)).into_iter().for_each(|text| self.seek(&name, text));
        by_name.insert(name.clone(), text.map(str::to_owned));
        name
    }
}

/// Spells the values of one entry.
#[derive(Clone, Copy)]
pub struct Writing<'w> {
    /// The entry.
    pub address: &'w Address,
    /// The entries of ids, for references.
    pub owners: &'w Owners,
    /// The variables for secrets.
    pub variables: &'w Variables,
    /// The files for long prompts that are new. `None`: they stay in the state file.
    pub(super) prompts: Option<&'w Prompts<'w>>,
    /// The part of the entry that is written now: the name of an assistant inside it.
    pub(super) part: Option<&'w str>,
}

impl<'w> Writing<'w> {
    /// For the values of an entry.
    pub fn new(address: &'w Address, owners: &'w Owners, variables: &'w Variables) -> Self {
        Self { address, owners, variables, prompts: None, part: None }
    }

    /// A value as the content of a document. `None`: there is nothing to write, such as a secret that may not exist.
    pub fn content(&self, spot: Spot, path: &FieldPath, value: &Value) -> Option<Content> {
        Some(match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(*value),
            Value::Number(number) => Content::Number(number.clone()),
            Value::Text(text) => Content::Text(self.text(spot, path, text)),
            Value::Secret(secret) if secret.is_unsure() => return None,
            Value::Secret(secret) => self.secret(path, secret),
            Value::Unknown(_) => return None,
            Value::List(items) => Content::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| {
                        // An element that cannot be written would shift those after it.
                        self.content(spot.item(), &path.join(Step::Index(at)), item).unwrap_or(Content::Null)
                    })
                    .collect(),
            ),
            Value::Map(map) => {
                let within = Writing { part: self.part_of(path, map).or(self.part), ..*self };
                let entries = map.iter().filter(|(_, value)| **value != Value::Null || spot.is_free());
                let entries = entries.filter_map(|(key, value)| {
                    let content = within.content(spot.key(key), &path.key(key), value)?;
                    let prompt = within.prompts.filter(|_| key == "content" && is_prompt(path, map));
                    Some((key.clone(), prompt.and_then(|to| within.in_file(to, value, &content)).unwrap_or(content)))
                });
                Content::Map(entries.collect())
            }
        })
    }

    /// The name of the assistant that a mapping is, or overrides.
    fn part_of<'m>(&'m self, path: &FieldPath, map: &'m Map) -> Option<&'m str> {
        let text = |key: &str| map.get(key).and_then(Value::as_text);
        match path.0.last() {
            Some(Step::Key(key)) if key == "assistant" => text("name"),
            _ => text("assistantId").and_then(|id| Some(self.owners.get(id)?.handle.as_str())),
        }
    }

    /// The include in place of a prompt. `None`: the prompt has variables, which includes cannot hold.
    fn in_file(&self, prompts: &Prompts<'_>, value: &Value, content: &Content) -> Option<Content> {
        let text = value.as_text().filter(|text| *content == Content::Text(escape(text).into_owned()))?;
        prompts.place(self.address, self.part, text).map(Content::Text)
    }

    /// A text as the file spells it. Known secrets, and anything that looks like a key, become variables.
    fn text(&self, spot: Spot, path: &FieldPath, text: &str) -> String {
        if let Some(address) = spot.reference().and_then(|_| self.owners.get(text)) {
            return reference(address);
        }
        let mut places = self.variables.places(text);
        for place in keys::find(text).map(|(place, _)| place).chain(keys::in_addresses(text)) {
            let secret = Secret::new(&text[place.clone()], Vec::new());
            places.push((place, self.variables.name(self.address, path, &secret)));
        }
        // Of overlapping places the first counts, of places with one start the longer.
        places.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
        let mut spelled = String::new();
        let mut from = 0;
        for (place, name) in places {
            if place.start >= from {
                spelled.push_str(&escape(&text[from..place.start]));
                spelled.push_str(&format!("${{env:{name}}}"));
                from = place.end;
            }
        }
        spelled + &escape(&text[from..])
    }

    /// A value that changed from `before`. The file spells `before` as `node`; parts that did not change keep that spelling.
    pub fn respelled(
        &self,
        spot: Spot,
        path: &FieldPath,
        node: Node<'_>,
        before: &Value,
        after: &Value,
    ) -> Option<Content> {
        match (node.view(), before, after) {
            _ if same(before, after) => Some(verbatim(node)),
            // The file may have a set in another order.
            (View::List, Value::List(old), Value::List(new))
                if old.len() == node.items().len() && !matches!(spot.list(), ListRule::Set) =>
            {
                let mut left: Vec<usize> = (0..old.len()).collect();
                let items = new.iter().enumerate().map(|(at, item)| {
                    let path = path.join(Step::Index(at));
                    // An equal element may have moved; a changed one is expected at its old position.
                    let kept = left.iter().position(|old_at| same(&old[*old_at], item));
                    let kept = kept.or_else(|| left.iter().position(|old_at| *old_at == at && old.len() == new.len()));
                    let spelled = kept.map(|kept| left.remove(kept)).and_then(|old_at| {
                        self.respelled(spot.item(), &path, node.items().nth(old_at)?, &old[old_at], item)
                    });
                    spelled.or_else(|| self.content(spot.item(), &path, item)).unwrap_or(Content::Null)
                });
                Some(Content::List(items.collect()))
            }
            (View::Map, Value::Map(old), Value::Map(new)) => {
                let entries = new.iter().filter(|(_, value)| **value != Value::Null || spot.is_free());
                let entries = entries.filter_map(|(key, value)| {
                    let path = path.key(key);
                    let spelled = match (node.get(key), old.get(key)) {
                        (Some(node), Some(old)) => self.respelled(spot.key(key), &path, node, old, value),
                        _ => self.content(spot.key(key), &path, value),
                    };
                    Some((key.clone(), spelled?))
                });
                Some(Content::Map(entries.collect()))
            }
            _ => self.content(spot, path, after),
        }
    }

    /// A text as the file spells it, with the variables of its secrets where those are the file's.
    pub fn spelled(&self, spot: Spot, path: &FieldPath, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) => Some(self.text(spot, path, text)),
            Value::Secret(secret) => {
                let mut names = secret.variables().iter();
                let around = secret.around().map(|text| self.text(spot, path, text));
                let pieces =
                    around.map(|text| text + &names.next().map(|name| format!("${{env:{name}}}")).unwrap_or_default());
                Some(pieces.collect())
            }
            _ => None,
        }
    }

    fn secret(&self, path: &FieldPath, secret: &Secret) -> Content {
        let name = |secret: &Secret| self.variables.name(self.address, path, secret);
        let text = match secret.is_within_text() {
            false => format!("${{env:{}}}", name(secret)),
            true => {
                let pieces = secret.pieces().into_iter().map(|text| name(&Secret::new(text, Vec::new())));
                let mut around = secret.around().map(escape);
                let first = around.next().unwrap_or_default().into_owned();
                pieces.zip(around).fold(first, |text, (name, after)| format!("{text}${{env:{name}}}{after}"))
            }
        };
        let text = Content::Text(text);
        match self.variables.explained.replace(true) {
            true => text,
            false => Content::Commented(Box::new(text), "a secret: its value comes from your environment".to_owned()),
        }
    }
}

/// A part of the file, as the file spells it.
fn verbatim(node: Node<'_>) -> Content {
    match node.view() {
        View::Null => Content::Null,
        View::Bool(value) => Content::Bool(value),
        View::Number(number) => Content::Number(number.clone()),
        View::Text(text) => Content::Text(text.to_owned()),
        View::List => Content::List(node.items().map(verbatim).collect()),
        View::Map => Content::Map(node.entries().map(|entry| (entry.key.to_owned(), verbatim(entry.value))).collect()),
    }
}

/// `${agent:receptionist}`.
pub fn reference(address: &Address) -> String {
    format!("${{{}:{}}}", kinds::of(address).word, address.handle)
}

/// The name of the variable for a secret: `AGENT_RECEPTIONIST_SERVER_SECRET`, or `SERVER_SECRET` for one of several entries.
fn variable_for(owner: Option<&Address>, path: &FieldPath) -> String {
    let is_place = |step: &Step| !matches!(step, Step::Key(_));
    let in_list = path.0.iter().rposition(is_place).filter(|at| owner.is_none() && at + 1 < path.0.len());
    let steps = path.0.iter().skip(in_list.map_or(0, |at| at + 1)).map(|step| match step {
        Step::Key(key) | Step::Element(key) => Cow::from(key),
        Step::Index(at) => Cow::from(at.to_string()),
    });
    let owner = owner.map(|address| [Cow::from(kinds::of(address).word), Cow::from(&address.handle)]);
    variable(owner.into_iter().flatten().chain(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &[&str]) -> FieldPath {
        keys.iter().fold(FieldPath::root(), |path, key| match key.parse() {
            Ok(at) => path.join(Step::Index(at)),
            Err(_) => path.key(key),
        })
    }

    #[test]
    fn variables_read_like_the_path() {
        for (address, keys, own, shared) in [
            (
                Address::new("agents", "front_desk"),
                path(&["model", "tools", "0", "server", "headers", "X-Api-Key"]),
                "AGENT_FRONT_DESK_MODEL_TOOLS_0_SERVER_HEADERS_X_API_KEY",
                "SERVER_HEADERS_X_API_KEY",
            ),
            (
                Address::new("phone_numbers", "1_415"),
                path(&["twilioAuthToken"]),
                "PHONE_NUMBER_1_415_TWILIO_AUTH_TOKEN",
                "TWILIO_AUTH_TOKEN",
            ),
            (Address::new("agents", "müller"), path(&["keys", "0"]), "AGENT_MULLER_KEYS_0", "KEYS_0"),
        ] {
            assert_eq!(variable_for(Some(&address), &keys), own);
            assert_eq!(variable_for(None, &keys), shared);
        }
    }

    #[test]
    fn one_secret_has_one_variable_and_one_variable_one_secret() {
        let secret = |text: &str| Value::Secret(Secret::new(text, Vec::new()));
        let (a, b) = (Address::new("agents", "a"), Address::new("agents", "b"));
        let values = [(&a, secret("one")), (&a, secret("both")), (&b, secret("both")), (&a, secret("one"))];
        let variables = Variables::default().shared_by(values.iter().map(|(address, value)| (*address, value)));
        let key = path(&["server", "secret"]);
        let name = |address: &Address, text: &str| variables.name(address, &key, &Secret::new(text, Vec::new()));
        assert_eq!(name(&a, "one"), "AGENT_A_SERVER_SECRET");
        assert_eq!(name(&a, "two"), "AGENT_A_SERVER_SECRET_2");
        assert_eq!(name(&b, "one"), "AGENT_A_SERVER_SECRET");
        assert_eq!(name(&b, "three"), "AGENT_B_SERVER_SECRET");
        assert_eq!((name(&a, "both").as_str(), name(&b, "both").as_str()), ("SERVER_SECRET", "SERVER_SECRET"));
        let hidden = || variables.name(&a, &path(&["c"]), &Secret::hidden());
        assert_eq!((hidden().as_str(), hidden().as_str()), ("AGENT_A_C", "AGENT_A_C_2"));
    }
}
