//! Values as they are compared, wherever they come from.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Number;

use super::{Address, SENSITIVE, Secret, Trail, shared};

/// How what is shown of an id that is not known yet begins.
pub const AWAITED: &str = "(known after apply: ";

/// One part of a text whose references cannot be filled in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it stands.
    Text(Arc<str>),
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
    Text(Arc<str>),
    /// A text that must not be shown.
    Secret(Secret),
    /// A text that is known only after an earlier step of an apply: it holds the id of an object not created yet.
    Unknown(Vec<Part>),
    /// A list.
    List(Vec<Value>),
    /// A mapping.
    Map(Map),
}

/// The same as from JSON, without a copy in between. A key that comes twice is an error.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number.into()))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
                let number = Number::from_f64(number).ok_or_else(|| E::custom("a number out of range"))?;
                Ok(Value::Number(normal_number(&number)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(shared(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Value::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
                let mut map = Map::default();
                while let Some((key, value)) = entries.next_entry::<String, Value>()? {
                    if map.insert(key, value).is_some() {
                        return Err(A::Error::custom("a key comes twice"));
                    }
                }
                Ok(Value::Map(map))
            }
        }

        deserializer.deserialize_any(ValueVisitor)
    }
}

/// JSON field by field, with nothing left out and no secret known.
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::Number(normal_number(&number)),
            Json::String(text) => Value::Text(text.into()),
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

    /// Whether it, or a value anywhere in it, is as asked.
    pub fn any(&self, is: &impl Fn(&Value) -> bool) -> bool {
        is(self)
            || match self {
                Value::List(items) => items.iter().any(|item| item.any(is)),
                Value::Map(map) => map.values().any(|value| value.any(is)),
                _ => false,
            }
    }

    /// Sees it and every value in it, from the outside in, each with the way that leads there from where `trail` is.
    pub fn visit<'v>(&'v self, trail: Trail<'_>, see: &mut impl FnMut(Trail<'_>, &'v Value)) {
        see(trail, self);
        match self {
            Value::List(items) => items.iter().enumerate().for_each(|(at, item)| item.visit(trail.item(at), see)),
            Value::Map(map) => map.iter().for_each(|(key, value)| value.visit(trail.key(key), see)),
            _ => {}
        }
    }

    /// It with every value in it changed, from the outside in.
    #[must_use]
    pub fn map(mut self, change: &impl Fn(&mut Value)) -> Self {
        self.change(change);
        self
    }

    fn change(&mut self, change: &impl Fn(&mut Value)) {
        change(self);
        match self {
            Value::List(items) => items.iter_mut().for_each(|item| item.change(change)),
            Value::Map(map) => map.values_mut().for_each(|value| value.change(change)),
            _ => {}
        }
    }

    /// Whether there is nothing in it: an empty text, list or mapping, or a mapping of such.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.values().all(Value::is_empty),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Unknown(_) => false,
        }
    }

    /// Whether a secret stands anywhere in it.
    pub fn holds_secret(&self) -> bool {
        self.any(&|value| match value {
            Value::Secret(_) => true,
            Value::Unknown(parts) => parts.iter().any(|part| matches!(part, Part::Secret(_))),
            _ => false,
        })
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

    /// The value as it may be shown and written down: `(sensitive)` in place of secrets.
    pub fn to_shown(&self) -> serde_json::Value {
        self.shown(&|_| SENSITIVE.to_owned())
    }

    /// The value as a reviewer sees it: a secret as the file spells it (`Bearer ${env:KEY}`), where it does.
    pub fn to_reviewed(&self) -> serde_json::Value {
        self.shown(&Secret::reviewed)
    }

    fn shown(&self, secret: &dyn Fn(&Secret) -> String) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(value.clone()),
            Value::Text(text) => Json::String(text.to_string()),
            Value::Secret(value) => Json::String(secret(value)),
            Value::Unknown(parts) => Json::String(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.to_string(),
                        Part::Id(address) => awaited(address),
                        Part::Secret(value) => secret(value),
                    })
                    .collect(),
            ),
            Value::List(items) => Json::Array(items.iter().map(|item| item.shown(secret)).collect()),
            Value::Map(map) => {
                Json::Object(map.iter().map(|(key, value)| (key.clone(), value.shown(secret))).collect())
            }
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

/// Whether a float holds all digits of a number without a sign.
pub fn keeps_digits(unsigned: &str) -> bool {
    // Any two numbers of so many digits are two floats.
    const DIGITS: usize = 15;
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = if mantissa.contains('.') { digits.trim_matches('0') } else { digits.trim_start_matches('0') };
    let shown =
        |number: f64| format!("{number:e}").chars().take_while(|c| *c != 'e').filter(|c| *c != '.').collect::<String>();
    digits.len() <= DIGITS || unsigned.parse().is_ok_and(|number| shown(number) == digits.trim_end_matches('0'))
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
    fn numbers_compare_by_value() {
        let float = Number::from_f64(1.0).map(|n| normal_number(&n));
        assert_eq!(float, Some(Number::from(1)));
        let half = Number::from_f64(0.5).map(|n| normal_number(&n));
        assert_eq!(half, Number::from_f64(0.5));
    }
}
