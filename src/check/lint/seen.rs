//! A value of a config as the lints look at it.

use crate::document::{Node, View};
use crate::model::diagnostic::Place;
use crate::state::environments::Variables;
use crate::state::includes::IncludeSource;
use crate::state::template::{self, Token};

/// A value; a `${var:…}` stands for what it says, and `null` counts as absent.
#[derive(Clone, Copy)]
pub(super) struct Seen<'d> {
    pub(super) node: Node<'d>,
    variables: &'d Variables<'d>,
}

impl<'d> Seen<'d> {
    pub(super) fn new(node: Node<'d>, variables: &'d Variables<'d>) -> Self {
        Seen { node: variables.stands_for(node), variables }
    }

    /// The value of a key.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.node.get(key).map(|node| Seen::new(node, self.variables)).filter(|seen| seen.node.view() != View::Null)
    }

    /// The value at a path: `function.parameters`.
    pub(super) fn at(self, path: &str) -> Option<Self> {
        path.split('.').try_fold(self, |seen, key| seen.get(key))
    }

    /// Whether there is nothing at a path. `false` where a reference leaves it open.
    pub(super) fn lacks(self, path: &str) -> bool {
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        match (self.get(key), rest) {
            _ if self.is_open() => false,
            (None, _) => true,
            (Some(found), Some(rest)) => found.lacks(rest),
            (Some(_), None) => false,
        }
    }

    /// Whether it holds a reference, so that its value is not known here.
    pub(super) fn is_open(self) -> bool {
        matches!(self.node.view(), View::Text(text) if template::parse(text).iter().any(|token| !matches!(token, Token::Text(_))))
    }

    /// Its text, unless a reference leaves it open.
    pub(super) fn text(self) -> Option<&'d str> {
        self.node.as_text().filter(|_| !self.is_open())
    }

    /// The text at a path, as [`Self::text`].
    pub(super) fn text_at(self, path: &str) -> Option<&'d str> {
        self.at(path)?.text()
    }

    /// The whole text, with that of its includes. `None`: it is no text, or another reference leaves it open.
    pub(super) fn whole_text(self, includes: &dyn IncludeSource) -> Option<String> {
        let mut whole = String::new();
        for token in template::parse(self.node.as_text()?) {
            match token {
                Token::Text(text) => whole.push_str(&text),
                Token::File(path) => whole.push_str(&includes.text(path).ok()?),
                Token::Reference { .. } | Token::Env(_) | Token::Var(_) => return None,
            }
        }
        Some(whole)
    }

    /// Whether the value at a path is `true`.
    pub(super) fn is_true(self, path: &str) -> bool {
        self.at(path).is_some_and(|seen| seen.node.view() == View::Bool(true))
    }

    /// Whether the value at a path is `false`.
    pub(super) fn is_false(self, path: &str) -> bool {
        self.at(path).is_some_and(|seen| seen.node.view() == View::Bool(false))
    }

    /// The number at a path.
    pub(super) fn number_at(self, path: &str) -> Option<f64> {
        match self.at(path)?.node.view() {
            View::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// Its items; none if it is no list.
    pub(super) fn items(self) -> impl Iterator<Item = Seen<'d>> + use<'d> {
        self.node.items().map(move |node| Seen::new(node, self.variables))
    }

    /// The items of the list at a path; none if there is no list.
    pub(super) fn items_at(self, path: &str) -> impl Iterator<Item = Seen<'d>> + use<'d> {
        self.at(path).into_iter().flat_map(Seen::items)
    }

    /// Its entries; none if it is no mapping.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'d str, Seen<'d>)> + use<'d> {
        self.node.entries().map(move |entry| (entry.key, Seen::new(entry.value, self.variables)))
    }

    /// Where the last key of a path stands, or this value where it has no such key.
    pub(super) fn place_of(self, path: &str) -> Place {
        let (above, key) = path.rsplit_once('.').map_or((Some(self), path), |(above, key)| (self.at(above), key));
        let entry = above.and_then(|above| above.node.entries().find(|entry| entry.key == key));
        entry.map_or_else(|| self.node.place(), |entry| entry.key_place())
    }
}
