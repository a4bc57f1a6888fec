//! Spells values from Vapi as people write them in the file.

use std::collections::HashMap;

use super::prompts::{Prompts, is_prompt};
use super::variables::Variables;
use crate::document::{Content, Node, View};
use crate::kinds::{self, ListRule, Spot};
use crate::model::{Address, FieldPath, Map, Secret, Step, Value, keys};
use crate::state::template::escape;
use crate::values::normalize::same;

/// The entries of ids.
pub type Owners = HashMap<String, Address>;

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
