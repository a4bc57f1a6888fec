//! Values from Vapi as a person would write them into the file.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::document::{Content, Node, View};
use crate::kinds::{self, ListRule, Spot};
use crate::model::{Address, FieldPath, Secret, Step, Value, keys, variable};
use crate::state::template::{self, escape};
use crate::values::normalize::same;

/// The entries that ids belong to.
pub type Owners = HashMap<String, Address>;

/// Shorter secrets are not looked for in other texts: they would be found in words.
const SHORTEST_INSIDE: usize = 6;

/// Secrets, each with the name of its variable, by how they begin.
type Sought = HashMap<[u8; SHORTEST_INSIDE], Vec<(String, String)>>;

/// The variables of a file: one for each secret, and each for one secret.
#[derive(Default)]
pub struct Variables {
    /// The secret of each name; `None` where its text is not known.
    by_name: RefCell<HashMap<String, Option<String>>>,
    /// Those that are looked for in texts: a text is gone through once, however many they are.
    sought: RefCell<Sought>,
}

impl Variables {
    /// The variables that the text of a file or an older version names, with their values as far as they are set.
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

    /// Looks for a secret in texts from now on.
    fn seek(&self, name: &str, secret: &str) {
        if let (Some(start), true) = (secret.as_bytes().first_chunk(), secret.chars().count() >= SHORTEST_INSIDE) {
            let found = (secret.to_owned(), name.to_owned());
            self.sought.borrow_mut().entry(*start).or_default().push(found);
        }
    }

    /// Where secrets of variables stand in a text, each with its variable.
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

    /// A name for a secret: that of the same secret, else the one wished for, told from other secrets' by a number.
    fn name(&self, wished: String, secret: &Secret) -> String {
        let mut by_name = self.by_name.borrow_mut();
        let text = secret.expose();
        let known = by_name.iter().find(|(_, known)| text.is_some() && known.as_deref() == text);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let numbered = (2..).map(|number| format!("{wished}_{number}"));
        let mut names = std::iter::once(wished.clone()).chain(numbered);
        let name = names.find(|name| !by_name.contains_key(name)).unwrap_or(wished);
        // A header of several words may be a sentence that stands elsewhere by right.
        text.filter(|text| !text.contains(char::is_whitespace)).into_iter().for_each(|text| self.seek(&name, text));
        by_name.insert(name.clone(), text.map(str::to_owned));
        name
    }
}

/// How values of one entry are written.
pub struct Writing<'w> {
    /// Whose values.
    pub address: &'w Address,
    /// The entries that ids belong to, for references.
    pub owners: &'w Owners,
    /// What secrets are called.
    pub variables: &'w Variables,
}

impl Writing<'_> {
    /// A value as the content of a document. `None`: there is nothing to write (a secret of which nobody knows whether it
    /// exists, a `null` that says nothing).
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
            Value::Map(map) => Content::Map(
                map.iter()
                    .filter(|(_, value)| **value != Value::Null || spot.is_free())
                    .filter_map(|(key, value)| Some((key.clone(), self.content(spot.key(key), &path.key(key), value)?)))
                    .collect(),
            ),
        })
    }

    /// A text as the file spells it: no secret that is known, and nothing that is shaped like a key, is written out.
    fn text(&self, spot: Spot, path: &FieldPath, text: &str) -> String {
        if let Some(address) = spot.reference().and_then(|_| self.owners.get(text)) {
            return reference(address);
        }
        let mut places = self.variables.places(text);
        for place in keys::find(text).map(|(place, _)| place).chain(keys::in_addresses(text)) {
            let secret = Secret::new(&text[place.clone()], Vec::new());
            places.push((place, self.variables.name(variable_for(self.address, path), &secret)));
        }
        // Of two that overlap the one that begins first; of those the longer one.
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

    /// A value that changed from `before`, which the file spells as `node`: what did not change keeps its spelling.
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
            // A set stands in the file in an order of its own.
            (View::List, Value::List(old), Value::List(new))
                if old.len() == node.items().len() && !matches!(spot.list(), ListRule::Set) =>
            {
                let mut left: Vec<usize> = (0..old.len()).collect();
                let items = new.iter().enumerate().map(|(at, item)| {
                    let path = path.join(Step::Index(at));
                    // An element may have moved; one that changed stands where it stood.
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

    fn secret(&self, path: &FieldPath, secret: &Secret) -> Content {
        let name = |secret: &Secret| self.variables.name(variable_for(self.address, path), secret);
        let text = match secret.is_within_text() {
            false => format!("${{env:{}}}", name(secret)),
            true => {
                let pieces = secret.pieces().into_iter().map(|text| name(&Secret::new(text, Vec::new())));
                let mut around = secret.around().map(escape);
                let first = around.next().unwrap_or_default().into_owned();
                pieces.zip(around).fold(first, |text, (name, after)| format!("{text}${{env:{name}}}{after}"))
            }
        };
        Content::Commented(
            Box::new(Content::Text(text)),
            "Vapi has this secret; set the variable before vapi-sync must send it".to_owned(),
        )
    }
}

/// A part of the file as it is spelled there.
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

/// The variable for a secret: `AGENT_RECEPTIONIST_SERVER_SECRET`.
fn variable_for(address: &Address, path: &FieldPath) -> String {
    let steps = path.0.iter().map(|step| match step {
        Step::Key(key) | Step::Element(key) => Cow::from(key),
        Step::Index(at) => Cow::from(at.to_string()),
    });
    let owner = [Cow::from(kinds::of(address).word), Cow::from(&address.handle)];
    variable(owner.into_iter().chain(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_read_like_the_path() {
        let address = Address::new("agents", "front_desk");
        let path = FieldPath::root().key("model").key("tools").join(Step::Index(0)).key("server").key("X-Api-Key");
        assert_eq!(variable_for(&address, &path), "AGENT_FRONT_DESK_MODEL_TOOLS_0_SERVER_X_API_KEY");
        let number = Address::new("phone_numbers", "1_415");
        assert_eq!(
            variable_for(&number, &FieldPath::root().key("twilioAuthToken")),
            "PHONE_NUMBER_1_415_TWILIO_AUTH_TOKEN"
        );
        let named = |handle| variable_for(&Address::new("agents", handle), &FieldPath::root().key("apiKey"));
        assert_eq!(
            (named("müller").as_str(), named("möller").as_str()),
            ("AGENT_MULLER_API_KEY", "AGENT_MOLLER_API_KEY")
        );
    }

    #[test]
    fn one_secret_has_one_variable_and_one_variable_one_secret() {
        let variables = Variables::default();
        let name = |wished: &str, text: &str| variables.name(wished.to_owned(), &Secret::new(text, Vec::new()));
        assert_eq!(name("A_X_API_KEY", "one"), "A_X_API_KEY");
        assert_eq!(name("A_X_API_KEY", "two"), "A_X_API_KEY_2");
        assert_eq!(name("B_X_API_KEY", "one"), "A_X_API_KEY");
        assert_eq!(name("B_X_API_KEY", "three"), "B_X_API_KEY");
        let hidden = |wished: &str| variables.name(wished.to_owned(), &Secret::hidden());
        assert_eq!((hidden("C").as_str(), hidden("C").as_str()), ("C", "C_2"));
    }
}
