//! What an edit asks for, and what comes of it.

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
    /// A text, in the style that fits it.
    Text(String),
    /// A list.
    List(Vec<Content>),
    /// A mapping; its keys are written in this order.
    Map(Vec<(String, Content)>),
    /// A value with a comment (given without `#`) at the end of its line; for a block text or a collection, at the end
    /// of its first line. A comment that is there already stays instead; inside `[]` and `{}` there is no room for one.
    Commented(Box<Content>, String),
    /// A number or a short text whose key, if it is new in its mapping, is put on a line of its own before this other key.
    /// Where that cannot be, it comes last, like any other.
    Before(Box<Content>, String),
}

impl Content {
    /// The value alone, without comments.
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
            Content::Commented(value, _) | Content::Before(value, _) => value.to_json(),
        }
    }

    /// The content without the comment at its own line, and that comment.
    pub(super) fn split_comment(&self) -> (&Content, Option<&str>) {
        match self {
            Content::Commented(value, comment) => (value.split_comment().0, Some(comment)),
            Content::Before(value, _) => value.split_comment(),
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

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// To the value of this key.
    Key(String),
    /// To the item at this place, from 0.
    Index(usize),
}

/// A change of a document. Several edits of one call all speak of the document as it was before.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Gives the value at `path` this content. A key that is not there is put at the end of its mapping, and so are
    /// mappings on the way to it. Where the value is the same already, no byte changes.
    Set {
        /// Where.
        path: Vec<PathStep>,
        /// What.
        value: Content,
    },
    /// Puts an item into the list at `list`, before the item that is at `index` now; at its length, behind the last.
    InsertItem {
        /// The path of the list.
        list: Vec<PathStep>,
        /// Where in the list, from 0.
        index: usize,
        /// The item.
        value: Content,
    },
    /// Takes the item at `index` out of the list at `list`. There is no way to remove a key of a mapping, on purpose.
    RemoveItem {
        /// The path of the list.
        list: Vec<PathStep>,
        /// Which item, from 0.
        index: usize,
    },
}

/// The outcome of a list of edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// What was replaced: bytes of the old text and the bytes of the new text that stand there now, in order. All other
    /// bytes are the same in both.
    pub replaced: Vec<(Range<usize>, Range<usize>)>,
}

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which edit, by its place in the list.
    pub edit: usize,
    /// The reason, code `edit-refused`, with the line.
    pub diagnostic: Diagnostic,
}
