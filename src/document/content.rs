//! Edits and their results.

use std::ops::Range;

use serde_json::{Map, Number, Value};

use crate::model::diagnostic::Diagnostic;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text, in a style that can hold it.
    Text(String),
    /// A list.
    List(Vec<Content>),
    /// A mapping; its keys are written in this order.
    Map(Vec<(String, Content)>),
    /// A value with a comment (without `#`) at the end of its line; for a block scalar or a collection, at the end
    /// of its first line. An existing comment is kept instead; inside `[]` and `{}` the comment is dropped.
    Commented(Box<Content>, String),
    /// A number or short text, or a mapping of such, whose key, if new in its mapping, goes on its own line before this other
    /// key. If that is impossible, it goes last. A list is written on one line.
    Before(Box<Content>, String),
    /// A value that a blank line sets apart from the one before it, where its new siblings are or it has none.
    Spaced(Box<Content>),
}

impl Content {
    /// The value without comments.
    pub fn to_json(&self) -> Value {
        match self {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(items) => items.iter().map(Content::to_json).collect(),
            Content::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), value.to_json())).collect::<Map<_, _>>())
            }
            Content::Commented(value, _) | Content::Before(value, _) | Content::Spaced(value) => value.to_json(),
        }
    }

    /// Whether a blank line goes before it: it asks for that, or its own entries do.
    pub(super) fn is_spaced(&self) -> bool {
        match self {
            Content::Spaced(_) => true,
            Content::Map(entries) => matches!(entries.first(), Some((_, Content::Spaced(_)))),
            _ => false,
        }
    }

    /// Splits off the comment on the content's own line.
    pub(super) fn split_comment(&self) -> (&Content, Option<&str>) {
        match self {
            Content::Commented(value, comment) => (value.split_comment().0, Some(comment)),
            Content::Before(value, _) | Content::Spaced(value) => value.split_comment(),
            _ => (self, None),
        }
    }
}

impl From<Value> for Content {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(value),
            Value::Number(number) => Content::Number(number),
            Value::String(text) => Content::Text(text),
            Value::Array(items) => Content::List(items.into_iter().map(Content::from).collect()),
            Value::Object(entries) => {
                Content::Map(entries.into_iter().map(|(key, value)| (key, Content::from(value))).collect())
            }
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Content::Text(text.to_owned())
    }
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// The value of this key.
    Key(String),
    /// The item at this index.
    Index(usize),
}

/// A change of a document. All edits of one call refer to the document as it was before.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Sets the value at `path`. A missing key is added at the end of its mapping, and so are missing
    /// mappings on the way to it. If the value is already the same, no byte changes.
    Set {
        /// Where.
        path: Vec<PathStep>,
        /// What.
        value: Content,
    },
    /// Inserts an item into the list at `list`, before the item now at `index`; at its length, after the last.
    InsertItem {
        /// The path of the list.
        list: Vec<PathStep>,
        /// The index.
        index: usize,
        /// The item.
        value: Content,
    },
    /// Removes the item at `index` from the list at `list`.
    RemoveItem {
        /// The path of the list.
        list: Vec<PathStep>,
        /// The index.
        index: usize,
    },
    /// Removes the key at the end of `path` with its value; comments above it stay. Only `restore` does this, inside a
    /// `config`: nothing removes an entry.
    RemoveKey {
        /// Where the value stands.
        path: Vec<PathStep>,
    },
}

/// The result of a list of edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// What was replaced, in order: byte ranges of the old text and of the new text. All other
    /// bytes are the same in both.
    pub replaced: Vec<(Range<usize>, Range<usize>)>,
}

/// Why an edit was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The index of the edit.
    pub edit: usize,
    /// The reason, code `edit-refused`, with the line.
    pub diagnostic: Diagnostic,
}
