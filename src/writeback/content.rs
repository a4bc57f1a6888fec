//! Values from Vapi as a person would write them into the file.

use std::collections::HashMap;

use crate::document::Content;
use crate::kinds::{self, Spot};
use crate::model::{Address, FieldPath, Step, Value};
use crate::state::template::escape;

/// The entries that ids belong to.
pub type Owners = HashMap<String, Address>;

/// How values of one entry are written.
pub struct Writing<'w> {
    /// Whose values.
    pub address: &'w Address,
    /// The entries that ids belong to, for references.
    pub owners: &'w Owners,
}

impl Writing<'_> {
    /// A value as the content of a document. `None`: there is nothing to write (a secret of which nobody knows whether it
    /// exists, a `null` that says nothing).
    pub fn content(&self, spot: Spot, path: &FieldPath, value: &Value) -> Option<Content> {
        Some(match value {
            Value::Null => Content::Null,
            Value::Bool(value) => Content::Bool(*value),
            Value::Number(number) => Content::Number(number.clone()),
            Value::Text(text) => Content::Text(self.text(spot, text)),
            Value::Secret(secret) if secret.is_unsure() => return None,
            Value::Secret(_) => self.secret(path),
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

    fn text(&self, spot: Spot, text: &str) -> String {
        match spot.reference().and_then(|_| self.owners.get(text)) {
            Some(address) => reference(address),
            None => escape(text).into_owned(),
        }
    }

    fn secret(&self, path: &FieldPath) -> Content {
        let name = variable(self.address, path);
        Content::Commented(
            Box::new(Content::Text(format!("${{env:{name}}}"))),
            "a secret that Vapi holds; set this variable before it has to be sent".to_owned(),
        )
    }
}

/// `${agent:receptionist}`.
pub fn reference(address: &Address) -> String {
    format!("${{{}:{}}}", kinds::of(address).word, address.handle)
}

/// The variable for a secret: `RECEPTIONIST_SERVER_SECRET`.
fn variable(address: &Address, path: &FieldPath) -> String {
    let mut name = String::new();
    let mut word = |text: &str| {
        if !name.is_empty() {
            name.push('_');
        }
        let mut lower = false;
        for c in text.chars() {
            if !c.is_ascii() {
                // By its code point: `Müller` and `Möller` are two people with two secrets.
                name.push_str(&format!("U{:X}", u32::from(c)));
            } else if !c.is_ascii_alphanumeric() {
                if !name.ends_with('_') {
                    name.push('_');
                }
            } else {
                if lower && c.is_ascii_uppercase() {
                    name.push('_');
                }
                name.push(c.to_ascii_uppercase());
            }
            lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        }
    };
    word(&address.handle);
    for step in &path.0 {
        match step {
            Step::Key(key) | Step::Element(key) => word(key),
            Step::Index(at) => word(&at.to_string()),
        }
    }
    // A variable cannot begin with a digit.
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("VAPI_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_read_like_the_path() {
        let address = Address::new("agents", "front_desk");
        let path = FieldPath::root().key("model").key("tools").join(Step::Index(0)).key("server").key("X-Api-Key");
        assert_eq!(variable(&address, &path), "FRONT_DESK_MODEL_TOOLS_0_SERVER_X_API_KEY");
        let number = Address::new("phone_numbers", "1_415");
        assert_eq!(variable(&number, &FieldPath::root().key("twilioAuthToken")), "VAPI_1_415_TWILIO_AUTH_TOKEN");
        let named = |handle| variable(&Address::new("agents", handle), &FieldPath::root().key("apiKey"));
        assert_eq!((named("müller").as_str(), named("möller").as_str()), ("MUFCLLER_API_KEY", "MUF6LLER_API_KEY"));
    }
}
