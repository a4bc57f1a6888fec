//! The words every other module speaks: addresses, ids, field paths, values, secrets.
//!
//! Nothing here knows of YAML, HTTP or Vapi's field names.

pub mod agreed;
pub mod diagnostic;
pub mod recorded;

use std::fmt;

use indexmap::IndexMap;
use serde_json::Number;

/// What stands in output in place of a secret.
pub const SENSITIVE: &str = "(sensitive)";

/// How what is shown of an id that is not known yet begins.
pub const AWAITED: &str = "(known after apply: ";

/// The name of an entry of the state file: `agents.receptionist`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The section of the file: `agents`, `phone_numbers`.
    pub section: &'static str,
    /// The entry's key in that section. Stable: renaming an object in Vapi does not change it.
    pub handle: String,
}

impl Address {
    /// An address from a section and a handle.
    pub fn new(section: &'static str, handle: impl Into<String>) -> Self {
        Self { section, handle: handle.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.section, self.handle)
    }
}

/// The id that Vapi gave an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(pub String);

impl RemoteId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be printed: it has no `Display`, and its `Debug` says `(sensitive)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    state: SecretState,
    variables: Vec<String>,
    /// The text that stands around secrets in a longer one, piece by piece; empty if it is a secret as a whole.
    around: Vec<String>,
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
        Self { state: SecretState::Known(text.into()), variables, around: Vec::new() }
    }

    /// A secret that needs variables which are not set.
    pub fn missing(variables: Vec<String>) -> Self {
        Self { state: SecretState::VariableNotSet, variables, around: Vec::new() }
    }

    /// A secret that Vapi holds and does not show.
    pub fn hidden() -> Self {
        Self { state: SecretState::Hidden, variables: Vec::new(), around: Vec::new() }
    }

    /// A secret that Vapi would not show, of which it does not say either whether it holds one.
    pub fn unsure() -> Self {
        Self { state: SecretState::Unsure, variables: Vec::new(), around: Vec::new() }
    }

    /// The text itself, for a request body or header and for comparing. `None` if it is not known here.
    pub fn expose(&self) -> Option<&str> {
        match &self.state {
            SecretState::Known(text) => Some(text),
            SecretState::VariableNotSet | SecretState::Hidden | SecretState::Unsure => None,
        }
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
        let [first, inner @ .., last] = self.around.as_slice() else { return true };
        let Some(mut rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
            return false;
        };
        // The first place that fits leaves the most for those that follow.
        inner.iter().all(|piece| match rest.find(piece.as_str()) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    }

    /// Whether Vapi holds it and does not show it.
    pub fn is_hidden(&self) -> bool {
        self.state == SecretState::Hidden
    }

    /// Whether nobody can tell if Vapi holds one.
    pub fn is_unsure(&self) -> bool {
        self.state == SecretState::Unsure
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

/// One part of a text whose references cannot be filled in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands.
    Text(String),
    /// The Vapi id of an entry that has none yet.
    Id(Address),
    /// A secret inside a longer text.
    Secret(Secret),
}

/// A mapping that keeps the order of its keys; two are equal whatever the order. A plan looks up every key of every object, so
/// the hash is a fast one; it is seeded at random, so that no file can be made to collide.
pub type Map = IndexMap<String, Value, foldhash::fast::RandomState>;

/// The one normal form in which desired, live and recorded values are compared: plain equality is the comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON `null`. Distinct from absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number by value: an integral number is always an integer here, so that `1` equals `1.0`.
    Number(Number),
    /// A text.
    Text(String),
    /// A text that must not be shown.
    Secret(Secret),
    /// A text that is known only after an earlier step of an apply: it holds the id of an object not created yet.
    Unknown(Vec<Part>),
    /// A list.
    List(Vec<Value>),
    /// A mapping.
    Map(Map),
}

/// JSON field by field, with nothing left out and no secret known.
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::Number(normal_number(&number)),
            Json::String(text) => Value::Text(text),
            Json::Array(items) => Value::List(items.into_iter().map(Value::from).collect()),
            Json::Object(map) => Value::Map(map.into_iter().map(|(key, value)| (key, Value::from(value))).collect()),
        }
    }
}

impl Value {
    /// The text, if this is one that may be shown.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The mapping, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if this is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// A text for an entry of a map that is there and not null.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.as_map()?.get(key)?.as_text()
    }

    /// Whether a secret stands anywhere in it.
    pub fn holds_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::Unknown(parts) => parts.iter().any(|part| matches!(part, Part::Secret(_))),
            Value::List(items) => items.iter().any(Value::holds_secret),
            Value::Map(map) => map.values().any(Value::holds_secret),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
        }
    }

    /// What stands for the value as long as it is the id of an object that is not there yet, and nothing more.
    pub fn awaited(&self) -> Option<String> {
        match self {
            Value::Unknown(parts) => match parts.as_slice() {
                [Part::Id(address)] => Some(awaited(address)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value as JSON for people and machines to read: secrets as `(sensitive)`, ids that are not known yet as
    /// `(known after apply: agents.x)`.
    pub fn to_shown(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(value.clone()),
            Value::Text(text) => Json::String(text.clone()),
            Value::Secret(_) => Json::String(SENSITIVE.to_owned()),
            Value::Unknown(parts) => Json::String(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.clone(),
                        Part::Id(address) => awaited(address),
                        Part::Secret(_) => SENSITIVE.to_owned(),
                    })
                    .collect(),
            ),
            Value::List(items) => Json::Array(items.iter().map(Value::to_shown).collect()),
            Value::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), value.to_shown())).collect()),
        }
    }
}

fn awaited(address: &Address) -> String {
    format!("{AWAITED}{address})")
}

/// A JSON number in normal form: integral values as integers, `-0` as `0`.
pub fn normal_number(number: &Number) -> Number {
    // Beyond 2^53 a float no longer names one integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => Number::from(float as i64),
        _ => number.clone(),
    }
}

/// One step of a [`FieldPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The key of a mapping.
    Key(String),
    /// The position in a list, from 0.
    Index(usize),
    /// The key of an element in a list whose elements have keys: `function:lookup_patient`.
    Element(String),
}

/// Where a field stands inside an object: `model.tools[function:lookup].server.url`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of the object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path and one more step.
    pub fn join(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// This path and a key.
    pub fn key(&self, key: &str) -> Self {
        self.join(Step::Key(key.to_owned()))
    }

    /// The top-level field that this path lies in. `None` for the root.
    pub fn top(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }
}

impl std::str::FromStr for FieldPath {
    type Err = ();

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, behind) = bracketed(inside).ok_or(())?;
                steps.push(step);
                rest = behind;
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return Err(());
                }
                steps.push(Step::Key(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        Ok(Self(steps))
    }
}

/// The step in brackets that a text begins with, the opening one taken off already, and what stands behind it.
fn bracketed(text: &str) -> Option<(Step, &str)> {
    let (is_element, json) = match text.strip_prefix('=') {
        Some(json) => (true, json),
        None => (false, text),
    };
    if json.starts_with('"') {
        let mut reader = serde_json::Deserializer::from_str(json).into_iter::<String>();
        let key = reader.next()?.ok()?;
        let behind = json[reader.byte_offset()..].strip_prefix(']')?;
        return Some((if is_element { Step::Element(key) } else { Step::Key(key) }, behind));
    }
    let (inside, behind) = text.split_once(']')?;
    let step = inside.parse().map_or_else(|_| Step::Element(inside.to_owned()), Step::Index);
    Some((step, behind))
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain_key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Element(key) if is_plain_element(key) => write!(f, "[{key}]")?,
                Step::Element(key) => write!(f, "[={}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

fn is_plain_element(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_be_printed() {
        let value = Value::List(vec![Value::Secret(Secret::new("hunter2", vec![]))]);
        assert!(!format!("{value:?}").contains("hunter2"));
        assert!(!value.to_shown().to_string().contains("hunter2"));
    }

    #[test]
    fn paths_read_like_code_and_cannot_be_mistaken() {
        let path =
            FieldPath::root().key("model").key("tools").join(Step::Element("function:look_up".into())).key("a.b");
        assert_eq!(path.to_string(), r#"model.tools[function:look_up]["a.b"]"#);
        let odd = FieldPath::root().key("hooks").join(Step::Element("0]".into()));
        assert_eq!(odd.to_string(), r#"hooks[="0]"]"#);
        let index = FieldPath::root().key("messages").join(Step::Index(2)).key("content");
        for path in [path, odd, index, FieldPath::root()] {
            assert_eq!(path.to_string().parse(), Ok(path));
        }
        assert_eq!("a..b".parse::<FieldPath>(), Err(()));
    }

    #[test]
    fn numbers_compare_by_value() {
        let float = Number::from_f64(1.0).map(|n| normal_number(&n));
        assert_eq!(float, Some(Number::from(1)));
        let half = Number::from_f64(0.5).map(|n| normal_number(&n));
        assert_eq!(half, Number::from_f64(0.5));
    }
}
