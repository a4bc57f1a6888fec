//! Checks an edited text: two unrelated parsers must read the old values with the edits applied.

use serde_json::Value;

use super::super::Document;
use super::super::content::{Edited, PathStep};
use super::change::{Action, Changes};
use super::expect;
use super::same::same;

/// The old text as both parsers read it.
pub(super) struct Readers {
    first: Value,
    /// An error if the second parser cannot read even the old text.
    second: Result<Value, String>,
}

impl Readers {
    pub(super) fn of(doc: &Document) -> Self {
        Self { first: doc.root().map_or(Value::Null, |root| root.to_json()), second: second_reader(&doc.text) }
    }

    /// Whether both parsers read the new text as the old one with these changes.
    pub(super) fn check(&self, changes: &Changes, edited: &Edited) -> Result<(), String> {
        let changes = || changes.iter().map(|(path, change)| (path.as_slice(), &change.action));
        let unread = |what: &str, error: &str| {
            format!("a second YAML parser, which checks each edit, cannot read {what}: {error}")
        };
        let old = self.second.as_ref().map_err(|error| unread("the file", error))?;
        let new = second_reader(&edited.text).map_err(|error| unread("the result", &error))?;
        let mut expected = expected(old, changes());
        expect::merge(&mut expected);
        if !same(&expected, &new) {
            return Err("a second YAML parser, which checks each edit, reads the result differently".to_owned());
        }
        drop(new);
        let doc = Document::parse("", edited.text.as_str()).map_err(|errors| {
            let reason = errors.first().map_or("", |error| error.message.as_str());
            format!("the result cannot be parsed: {reason}")
        })?;
        let new = doc.root().map_or(Value::Null, |root| root.to_json());
        match same(&self::expected(&self.first, changes()), &new) {
            true => Ok(()),
            false => Err("the result does not have the requested values".to_owned()),
        }
    }
}

fn expected<'a>(old: &Value, changes: impl Iterator<Item = (&'a [PathStep], &'a Action)> + Clone) -> Value {
    let mut expected = old.clone();
    expect::apply(&mut expected, changes);
    expected
}

/// The text as libyaml reads it, merge keys resolved.
fn second_reader(text: &str) -> Result<Value, String> {
    // It counts a byte-order mark as a column and then takes the first line for indented.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    expect::merge(&mut value);
    Ok(value)
}
