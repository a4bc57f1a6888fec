//! A text that no output may show.

use std::fmt;

use serde_json::{Number, Value as Json};

use super::ascii;

/// What stands in output in place of a secret.
pub const SENSITIVE: &str = "(sensitive)";

/// A text that cannot be printed: it has no `Display`, and its `Debug` says `(sensitive)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    state: SecretState,
    variables: Vec<String>,
    /// The text that stands around secrets in a longer one, piece by piece; empty if it is a secret as a whole.
    around: Vec<String>,
    form: Form,
}

/// What the text of a secret stands for in the JSON of Vapi.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A text.
    #[default]
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
}

impl Form {
    /// A text as JSON of this form. `None`: it says no such value.
    pub fn read(self, text: &str) -> Option<Json> {
        match self {
            Form::Text => Some(text.into()),
            Form::Bool => text.trim().parse().ok().map(Json::Bool),
            Form::Number => text.trim().parse().ok().map(|number: Number| super::value::normal_number(&number).into()),
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
enum SecretState {
    Known(String),
    VariableNotSet,
    Hidden,
    Unsure,
}

impl Secret {
    /// A secret whose text is known, with the environment variables it was made from (may be none).
    pub fn new(text: impl Into<String>, variables: Vec<String>) -> Self {
        Self { state: SecretState::Known(text.into()), variables, ..Self::hidden() }
    }

    /// A secret that needs variables which are not set.
    pub fn missing(variables: Vec<String>) -> Self {
        Self { state: SecretState::VariableNotSet, variables, ..Self::hidden() }
    }

    /// A secret that Vapi holds and does not show.
    pub fn hidden() -> Self {
        Self { state: SecretState::Hidden, variables: Vec::new(), around: Vec::new(), form: Form::Text }
    }

    /// A secret that Vapi would not show, of which it does not say either whether it holds one.
    pub fn unsure() -> Self {
        Self { state: SecretState::Unsure, ..Self::hidden() }
    }

    /// The text itself, for a request body or header and for comparing. `None` if it is not known here.
    pub fn expose(&self) -> Option<&str> {
        match &self.state {
            SecretState::Known(text) => Some(text),
            SecretState::VariableNotSet | SecretState::Hidden | SecretState::Unsure => None,
        }
    }

    /// The same in the place of a number or a boolean, if that is what its text says.
    #[must_use]
    pub fn of_form(mut self, form: Form) -> Self {
        if self.expose().is_none_or(|text| form.read(text).is_some()) {
            self.form = form;
        }
        self
    }

    /// What its text stands for.
    pub fn form(&self) -> Form {
        self.form
    }

    /// What Vapi is sent. `None` if its text is not known here.
    pub fn to_json(&self) -> Option<Json> {
        self.form.read(self.expose()?)
    }

    /// The same inside a longer text: what stands before the first secret, between two, and after the last one.
    #[must_use]
    pub fn within(mut self, around: Vec<String>) -> Self {
        if around.iter().any(|piece| !piece.is_empty()) {
            self.around = around;
        }
        self
    }

    /// Whether it is a longer text with secrets in it.
    pub fn is_within_text(&self) -> bool {
        !self.around.is_empty()
    }

    /// Whether a text is this one but for the secrets in it. One that is a secret as a whole may be any text.
    pub fn fits(&self, text: &str) -> bool {
        self.around.is_empty() || self.pieces_of(text).is_some()
    }

    /// What stands around the secrets, piece by piece. Nothing: it is a secret as a whole.
    pub fn around(&self) -> impl Iterator<Item = &str> {
        self.around.iter().map(String::as_str)
    }

    /// A text that is this one but for the secrets in it, as such a secret. `None`: it is another one, or all of this is secret.
    pub fn found_in(&self, text: &str) -> Option<Secret> {
        let pieces = self.pieces_of(text)?;
        let is_there = pieces.iter().any(|piece| !piece.is_empty());
        is_there.then(|| Secret::new(text, self.variables.clone()).within(self.around.clone()))
    }

    /// The texts of its secrets, one by one, as far as they are known.
    pub fn pieces(&self) -> Vec<&str> {
        let text = self.expose().unwrap_or_default();
        self.pieces_of(text).unwrap_or_else(|| vec![text])
    }

    fn pieces_of<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let [first, inner @ .., last] = self.around.as_slice() else { return None };
        let mut rest = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()))?;
        // The first place that fits leaves the most for those that follow.
        let mut pieces = Vec::new();
        for piece in inner {
            let at = rest.find(piece.as_str())?;
            pieces.push(&rest[..at]);
            rest = &rest[at + piece.len()..];
        }
        pieces.push(rest);
        Some(pieces)
    }

    /// What a reviewer sees of it: as the file spells it, where it comes from variables.
    pub fn reviewed(&self) -> String {
        let names = self.variables.iter().map(|name| format!("${{env:{name}}}"));
        match self.around.as_slice() {
            _ if self.variables.is_empty() => SENSITIVE.to_owned(),
            [] => names.collect(),
            [first, others @ ..] => {
                let after = others.iter().map(String::as_str).chain(std::iter::repeat(""));
                names.zip(after).fold(first.clone(), |text, (name, after)| format!("{text}{name}{after}"))
            }
        }
    }

    /// Whether Vapi holds it and does not show it.
    pub fn is_hidden(&self) -> bool {
        self.state == SecretState::Hidden
    }

    /// Whether nobody can tell if Vapi holds one.
    pub fn is_unsure(&self) -> bool {
        self.state == SecretState::Unsure
    }

    /// Whether it is one of the file, whose value is not known or plays no part.
    pub fn is_of_file(&self) -> bool {
        self.state == SecretState::VariableNotSet && !self.variables.is_empty()
    }

    /// The environment variables that the file names for it.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SENSITIVE)
    }
}

/// The name of the environment variable for a secret that these words lead to: `RECEPTIONIST_SERVER_SECRET`.
pub fn variable<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    let mut name = String::new();
    for word in words {
        if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        let mut lower = false;
        for c in ascii(word.as_ref()).trim().chars() {
            if !c.is_ascii_alphanumeric() {
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
    }
    name.truncate(name.trim_end_matches('_').len());
    // A variable cannot begin with a digit.
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("VAPI_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::variable;

    #[test]
    fn a_variable_is_named_after_the_field() {
        for (key, expected) in [
            ("twilioAuthToken", "TWILIO_AUTH_TOKEN"),
            ("x-api-key", "X_API_KEY"),
            ("Authorization", "AUTHORIZATION"),
            ("secret", "SECRET"),
            ("clave de línea", "CLAVE_DE_LINEA"),
            ("東京", "DONG_JING"),
            ("🦀", ""),
        ] {
            assert_eq!(variable([key]), expected);
        }
    }
}
