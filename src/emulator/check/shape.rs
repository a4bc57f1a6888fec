//! The language of the tables: shapes of values, and the validator's messages.

use serde_json::Value;

use crate::emulator::store::{Object, is_uuid};

/// The shape of a value. An optional field may be `null`, as with class-validator's `@IsOptional`.
pub(super) enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// Text of any length.
    Text,
    /// Text of a length within these bounds.
    Length(usize, usize),
    /// One of these words, separated by spaces.
    Words(&'static str),
    /// A UUID.
    Uuid,
    /// Text with this property, and the message for any other.
    Matches(fn(&str) -> bool, &'static str),
    /// An E.164 number, or any 3 to 40 characters if the object has `numberE164CheckEnabled: false`.
    Dialled,
    /// A number between these two.
    Number(f64, f64),
    /// Any object.
    Open,
    /// A list of this.
    List(&'static Shape),
    /// An object with these fields and no others.
    Closed(&'static [&'static [Field]]),
    /// The same, for objects that hold each other.
    ClosedBy(fn() -> &'static [&'static [Field]]),
    /// An object whose fields depend on a tag.
    Tagged(&'static str, &'static [Variant]),
    /// The same, or any object without the tag.
    TaggedOrOpen(&'static str, &'static [Variant]),
    /// Text or this.
    TextOr(&'static Shape),
    /// A list of this, or this.
    ListOr(&'static Shape),
}

/// A field of an object.
pub(super) struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

/// A group of fields: `fields![name: Text, url! Text]`, where `url` is required.
macro_rules! fields {
    (@required :) => { false };
    (@required !) => { true };
    ($($name:ident $mark:tt $shape:expr),* $(,)?) => {
        &[$($crate::emulator::check::shape::Field {
            name: stringify!($name),
            shape: $shape,
            required: $crate::emulator::check::shape::fields!(@required $mark),
        }),*]
    };
}

/// An object with these fields and no others.
macro_rules! closed {
    ($($field:tt)*) => { $crate::emulator::check::shape::Shape::Closed(&[fields![$($field)*]]) };
}

/// Variants, each with its tags and its groups of fields: `variants!["sms" "bash": [COMMON {server: SERVER}]]`.
macro_rules! variants {
    (@group { $($field:tt)* }) => { fields![$($field)*] };
    (@group $group:ident) => { $group };
    ($($($tag:literal)+ : [$($group:tt)*]),* $(,)?) => {
        &[$($crate::emulator::check::shape::Variant {
            tags: &[$($tag),+],
            fields: &[$($crate::emulator::check::shape::variants!(@group $group)),*],
        }),*]
    };
}

pub(super) use {closed, fields, variants};

/// The fields of an object whose tag has one of these values. The tag itself is not among them.
pub(super) struct Variant {
    pub tags: &'static [&'static str],
    pub fields: &'static [&'static [Field]],
}

/// At most this many characters.
pub(super) const fn at_most(characters: usize) -> Shape {
    Shape::Length(0, characters)
}

/// At least this.
pub(super) const fn at_least(number: f64) -> Shape {
    Shape::Number(number, f64::INFINITY)
}

/// Any number.
pub(super) const NUMBER: Shape = Shape::Number(f64::NEG_INFINITY, f64::INFINITY);

/// Validates a value and collects messages. `path` is the value's: `model.temperature`.
pub(super) fn check(shape: &Shape, value: &Value, path: &str, messages: &mut Vec<String>) {
    let problem = match (shape, value) {
        (Shape::Any, _)
        | (Shape::Bool, Value::Bool(_))
        | (Shape::Text | Shape::TextOr(_), Value::String(_))
        | (Shape::Open, Value::Object(_))
        | (Shape::ListOr(_), Value::Array(_)) => None,
        (Shape::TextOr(other) | Shape::ListOr(other), _) => return check(other, value, path, messages),
        (Shape::Bool, _) => Some("must be a boolean value".to_owned()),
        (Shape::Text, _) => Some("must be a string".to_owned()),
        (Shape::Length(least, most), Value::String(text)) => length_problem(text, *least, *most),
        (Shape::Length(..), _) => Some("must be a string".to_owned()),
        (Shape::Words(words), Value::String(text)) if words.split(' ').any(|word| word == text) => None,
        (Shape::Words(words), _) => Some(one_of(words.split(' '))),
        (Shape::Uuid, Value::String(text)) if is_uuid(text) => None,
        (Shape::Uuid, _) => Some("must be a UUID".to_owned()),
        (Shape::Matches(is_right, _), Value::String(text)) if is_right(text) => None,
        (Shape::Matches(_, problem), _) => Some((*problem).to_owned()),
        (Shape::Dialled, Value::String(number)) if is_e164(number) => None,
        (Shape::Dialled, _) => Some("must be a valid phone number in the E.164 format".to_owned()),
        (Shape::Number(least, most), Value::Number(number)) => range_problem(number.as_f64(), *least, *most),
        (Shape::Number(..), _) => Some("must be a number conforming to the specified constraints".to_owned()),
        (Shape::List(item), Value::Array(items)) => {
            for (position, value) in items.iter().enumerate() {
                check(item, value, &format!("{path}.{position}"), messages);
            }
            None
        }
        (Shape::List(_), _) => Some("must be an array".to_owned()),
        (Shape::Closed(groups), Value::Object(object)) => {
            check_object(groups, object, path, &[], true, messages);
            None
        }
        (Shape::ClosedBy(groups), Value::Object(object)) => {
            check_object(groups(), object, path, &[], true, messages);
            None
        }
        (Shape::TaggedOrOpen(tag, _), Value::Object(object)) if !object.contains_key(*tag) => None,
        (Shape::Tagged(tag, variants) | Shape::TaggedOrOpen(tag, variants), Value::Object(object)) => {
            check_tagged(tag, variants, object, path, messages);
            None
        }
        (Shape::Open | Shape::Closed(_) | Shape::ClosedBy(_) | Shape::Tagged(..) | Shape::TaggedOrOpen(..), _) => {
            Some("must be an object".to_owned())
        }
    };
    messages.extend(problem.map(|problem| format!("{path} {problem}")));
}

/// Validates an object: only fields of `groups` and `besides`; all required ones, if `whole`.
pub(super) fn check_object(
    groups: &[&[Field]],
    object: &Object,
    path: &str,
    besides: &[&str],
    whole: bool,
    messages: &mut Vec<String>,
) {
    let known = || groups.iter().copied().flatten();
    for name in object.keys() {
        if !besides.contains(&name.as_str()) && !known().any(|field| field.name == name) {
            let parent = if path.is_empty() { String::new() } else { format!("{path}.") };
            messages.push(format!("{parent}property {name} should not exist"));
        }
    }
    let any_number = object.get("numberE164CheckEnabled") == Some(&Value::Bool(false));
    for field in known() {
        let shape =
            if any_number && matches!(field.shape, Shape::Dialled) { &Shape::Length(3, 40) } else { &field.shape };
        match object.get(field.name) {
            None | Some(Value::Null) if !field.required => {}
            None if !whole => {}
            value => check(shape, value.unwrap_or(&Value::Null), &join(path, field.name), messages),
        }
    }
}

fn check_tagged(tag: &str, variants: &[Variant], object: &Object, path: &str, messages: &mut Vec<String>) {
    match variant(variants, object.get(tag)) {
        Some(fields) => check_object(fields, object, path, &[tag], true, messages),
        None => messages.push(unknown(variants, &join(path, tag))),
    }
}

/// The fields for a tag. `None` if the tag is unknown.
pub(super) fn variant(variants: &[Variant], tag: Option<&Value>) -> Option<&'static [&'static [Field]]> {
    let tag = tag?.as_str()?;
    variants.iter().find(|variant| variant.tags.contains(&tag)).map(|variant| variant.fields)
}

/// The message for an unknown tag.
pub(super) fn unknown(variants: &[Variant], tag: &str) -> String {
    format!("{tag} {}", one_of(variants.iter().flat_map(|variant| variant.tags).copied()))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn one_of(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.collect();
    format!("must be one of the following values: {}", words.join(", "))
}

fn length_problem(text: &str, least: usize, most: usize) -> Option<String> {
    // Vapi's validator is JavaScript, which counts UTF-16 units.
    let length = text.encode_utf16().count();
    if length > most {
        Some(format!("must be shorter than or equal to {most} characters"))
    } else if length < least {
        Some(format!("must be longer than or equal to {least} characters"))
    } else {
        None
    }
}

/// Validates a number against these bounds; `None` stands for a value that is not a number.
pub(in crate::emulator) fn range_problem(number: Option<f64>, least: f64, most: f64) -> Option<String> {
    match number {
        Some(number) if number > most => Some(format!("must not be greater than {most}")),
        Some(number) if number < least => Some(format!("must not be less than {least}")),
        Some(_) => None,
        None => Some("must be a number conforming to the specified constraints".to_owned()),
    }
}

/// A plus sign and up to 15 digits, the first not 0.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (3..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The name of a function.
pub(super) const FUNCTION_NAME: Shape =
    Shape::Matches(|text| is_name(text, 64), "must match /^[a-zA-Z0-9_-]{1,64}$/ regular expression");

/// Up to `most` letters, digits, underscores and hyphens.
pub(super) fn is_name(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Shape::{Bool, Dialled, Length, List, Number, Open, Tagged, Text, TextOr, Uuid, Words};
    use super::*;

    /// A shape, a value it accepts, one it refuses, and the message.
    const TABLE: &[(Shape, &str, &str, &str)] = &[
        (Bool, "true", r#""true""#, "x must be a boolean value"),
        (Text, r#""""#, "1", "x must be a string"),
        (Length(2, 3), r#""ab""#, r#""abcd""#, "x must be shorter than or equal to 3 characters"),
        (Length(2, 3), r#""a😀""#, r#""a""#, "x must be longer than or equal to 2 characters"),
        (Words("a b"), r#""b""#, r#""c""#, "x must be one of the following values: a, b"),
        (Number(0.0, 0.5), "0.5", "0.51", "x must not be greater than 0.5"),
        (Number(10.0, 20.0), "10", "9", "x must not be less than 10"),
        (FUNCTION_NAME, r#""a_b-1""#, r#""a b""#, "x must match /^[a-zA-Z0-9_-]{1,64}$/ regular expression"),
        (Uuid, r#""00000000-0000-4000-8000-000000000000""#, r#""a""#, "x must be a UUID"),
        (Dialled, r#""+14155550100""#, r#""4155550100""#, "x must be a valid phone number in the E.164 format"),
        (List(&Text), r#"[""]"#, r#"["", 1]"#, "x.1 must be a string"),
        (TextOr(&List(&Text)), r#""a""#, "{}", "x must be an array"),
        (Open, r#"{"a": 1}"#, "[]", "x must be an object"),
        (closed![a! Text], r#"{"a": ""}"#, "{}", "x.a must be a string"),
        (closed![a! Text], r#"{"a": ""}"#, r#"{"a": null}"#, "x.a must be a string"),
        (closed![a: Text], r#"{"a": null}"#, r#"{"b": 1}"#, "x.property b should not exist"),
        (Tagged("t", variants!["p": []]), r#"{"t": "p"}"#, "{}", "x.t must be one of the following values: p"),
        (
            closed![a! Dialled, numberE164CheckEnabled: Bool],
            r#"{"a": "100", "numberE164CheckEnabled": false}"#,
            r#"{"a": "100", "numberE164CheckEnabled": true}"#,
            "x.a must be a valid phone number in the E.164 format",
        ),
    ];

    #[test]
    fn each_shape_takes_what_it_should_and_nothing_else() -> serde_json::Result<()> {
        for (shape, good, bad, message) in TABLE {
            let complaints = |text| -> serde_json::Result<Vec<String>> {
                let mut messages = Vec::new();
                check(shape, &serde_json::from_str(text)?, "x", &mut messages);
                Ok(messages)
            };
            assert_eq!(complaints(good)?, [""; 0], "{good}");
            assert_eq!(complaints(bad)?, [*message]);
        }
        Ok(())
    }
}
