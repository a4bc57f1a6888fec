//! The check of a new text: two unrelated readers must see the old values with the edits made.

use serde_json::Value;

use super::super::Document;
use super::super::content::{Edited, PathStep};
use super::change::{Action, Changes};
use super::expect;
use super::same::same;

/// What both readers see in the old text.
pub(super) struct Readers {
    first: Value,
    /// An error if the second reader cannot read the file even as it is.
    second: Result<Value, String>,
}

impl Readers {
    pub(super) fn of(doc: &Document) -> Self {
        Self { first: doc.root().map_or(Value::Null, |root| root.to_json()), second: second_reader(&doc.text) }
    }

    /// Do both readers see in the new text what they saw in the old one, with these changes?
    pub(super) fn check(&self, changes: &Changes, edited: &Edited) -> Result<(), String> {
        let changes = || changes.iter().map(|(path, change)| (path.as_slice(), &change.action));
        let unread = |what: &str, error: &str| format!("another YAML reader cannot read {what}: {error}");
        let old = self.second.as_ref().map_err(|error| unread("the file", error))?;
        let new = second_reader(&edited.text).map_err(|error| unread("the result", &error))?;
        let mut expected = expected(old, changes());
        expect::merge(&mut expected);
        if !same(&expected, &new) {
            return Err("another YAML reader would read the result differently".to_owned());
        }
        drop(new);
        let doc = Document::parse("", edited.text.as_str()).map_err(|errors| {
            let reason = errors.first().map_or("", |error| error.message.as_str());
            format!("the result could not be read: {reason}")
        })?;
        let new = doc.root().map_or(Value::Null, |root| root.to_json());
        match same(&self::expected(&self.first, changes()), &new) {
            true => Ok(()),
            false => Err("the result would read differently from what was asked".to_owned()),
        }
    }
}

fn expected<'a>(old: &Value, changes: impl Iterator<Item = (&'a [PathStep], &'a Action)> + Clone) -> Value {
    let mut expected = old.clone();
    expect::apply(&mut expected, changes);
    expected
}

/// What libyaml sees, merge keys resolved.
fn second_reader(text: &str) -> Result<Value, String> {
    // Given a text, it counts a byte-order mark as a column and then finds the first line indented.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    expect::merge(&mut value);
    Ok(value)
}
