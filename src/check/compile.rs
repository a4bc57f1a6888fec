//! Compiles the schemas of an OpenAPI document to shapes like those of our tables, so that one walk checks both.
//!
//! Shapes are leaked: a document is read once and lives until the end of the run, as our tables do.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::flat;
use crate::kinds::pattern;
use crate::kinds::table::{ANY_TEXT, Branch, Field, Fields, Literal, Named, Range, Shape, Text, Union};
use crate::kinds::table::{field, text};

/// Limits on the depth and number of schemas: Vapi's document needs a tenth of either.
const DEPTH: usize = 200;
const MOST: usize = 1_000_000;

/// Compiles schemas, each named one once.
#[derive(Default)]
pub(super) struct Compiler {
    named: HashMap<String, &'static Named>,
    depth: usize,
    made: usize,
    /// The schemas are circular or far too many; not all were compiled.
    pub(super) is_endless: bool,
}

/// Leaks a value.
pub(super) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn keep_text(text: &str) -> &'static str {
    text.to_owned().leak()
}

impl Compiler {
    /// The shape of a schema; its references point into `root`.
    pub(super) fn shape(&mut self, root: &Value, schema: &Value) -> Shape {
        let Some(pointer) = flat::only_reference(schema) else { return self.inline(root, schema) };
        if let Some(known) = self.named.get(pointer) {
            return Shape::Named(known);
        }
        // Reserve its name first: it may refer to itself.
        let name = pointer.rsplit('/').next().unwrap_or(pointer);
        let named = keep(Named { name: keep_text(name), shape: OnceLock::new() });
        self.named.insert(pointer.to_owned(), named);
        let shape = self.inline(root, schema);
        named.shape.get_or_init(|| shape);
        Shape::Named(named)
    }

    /// The shape of an inline schema.
    fn inline(&mut self, root: &Value, schema: &Value) -> Shape {
        self.made += 1;
        if self.depth >= DEPTH || self.made >= MOST {
            self.is_endless = true;
            return Shape::Any;
        }
        self.depth += 1;
        let shape = self.of_keywords(root, &flat::flat(root, schema));
        self.depth -= 1;
        shape
    }

    fn of_keywords(&mut self, root: &Value, schema: &Map<String, Value>) -> Shape {
        if let Some(alternatives) = flat::alternatives(schema) {
            return self.either(root, &alternatives);
        }
        let words = schema.get("enum").and_then(Value::as_array);
        let text_words = words.is_some_and(|words| words.iter().any(Value::is_string));
        match kind_of(schema) {
            Some("boolean") => Shape::Bool,
            Some(number @ ("number" | "integer")) => {
                let only: Vec<f64> = words.into_iter().flatten().filter_map(Value::as_f64).collect();
                let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
                let (least, most) = (bound("minimum"), bound("maximum"));
                Shape::Number(Range { least, most, is_whole: number == "integer", only: only.leak() })
            }
            Some("array") => {
                let item = schema.get("items").map_or(Shape::Any, |items| self.shape(root, items));
                Shape::List(keep(item))
            }
            Some("string") => Shape::Text(text_of(schema)),
            // Vapi's document gives some enums the type `object`.
            _ if text_words || schema.contains_key("const") => Shape::Text(text_of(schema)),
            Some("object") => self.mapping(root, schema),
            _ if schema.contains_key("properties") => self.mapping(root, schema),
            _ => Shape::Any,
        }
    }

    fn mapping(&mut self, root: &Value, schema: &Map<String, Value>) -> Shape {
        let properties =
            schema.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty());
        let rest = match (schema.get("additionalProperties"), properties) {
            (Some(Value::Bool(false)), _) | (None, Some(_)) => None,
            (Some(each), _) => Some(self.shape(root, each)),
            (None, None) => Some(Shape::Any),
        };
        match (properties, rest) {
            (None, Some(each)) => Shape::Map(keep(each)),
            (properties, rest) => {
                let required: Vec<&str> = schema
                    .get("required")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                let rows = properties.into_iter().flatten().map(|(name, property)| Field {
                    is_required: required.contains(&name.as_str()),
                    is_deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
                    default: property.get("default").and_then(literal),
                    ..field(keep_text(name), self.shape(root, property), about(property))
                });
                let rows: Vec<Field> = rows.collect();
                let rest = rest.map(|each| keep(field("", each, "")));
                Shape::Object(keep(Fields { rows: rows.leak(), rest, ..Fields::EMPTY }))
            }
        }
    }

    fn either(&mut self, root: &Value, alternatives: &[&Value]) -> Shape {
        if let Some(flat::Union { tag, branches }) = flat::union(root, alternatives) {
            let compiled = branches.into_iter().zip(alternatives).map(|((word, schema), branch)| Branch {
                word: word.leak(),
                about: schema.get("description").and_then(Value::as_str).map_or("", keep_text),
                shape: self.shape(root, branch),
            });
            let branches: Vec<Branch> = compiled.collect();
            let tag = text(tag, "It says which other fields there are.");
            return Shape::OneOf(keep(Union { title: "", about: "", page: "", tag, branches: branches.leak() }));
        }
        let mut shapes: Vec<Shape> = Vec::new();
        for alternative in alternatives {
            let shape = self.inline(root, alternative);
            if !shapes.iter_mut().any(|known| join(known, &shape)) {
                shapes.push(shape);
            }
        }
        match shapes.as_slice() {
            [] => Shape::Any,
            [only] => *only,
            _ => Shape::Either(shapes.leak()),
        }
    }
}

/// Widens a shape to accept what another of the same type accepts. `false` if the types differ.
fn join(known: &mut Shape, other: &Shape) -> bool {
    match (*known, *other) {
        (Shape::Text(one), Shape::Text(two)) => {
            let is_any = one.words.is_empty() || two.words.is_empty();
            *known = Shape::Text(Text {
                least: one.least.min(two.least),
                most: one.most.zip(two.most).map(|(one, two)| one.max(two)),
                pattern: None,
                words: [one.words, two.words].concat().leak(),
                is_open: one.is_open || two.is_open || is_any,
            });
        }
        (Shape::Object(one), Shape::Object(two)) => {
            let mut rows = one.rows.to_vec();
            for row in &mut rows {
                let twin = two.get(row.name);
                row.is_required &= twin.is_some_and(|twin| twin.is_required);
                row.shape = twin.map_or(row.shape, |twin| joined(row.shape, twin.shape));
            }
            let more = two.rows.iter().filter(|row| one.get(row.name).is_none());
            rows.extend(more.map(|row| Field { is_required: false, ..*row }));
            *known = Shape::Object(keep(Fields { rows: rows.leak(), rest: two.rest.or(one.rest), ..Fields::EMPTY }));
        }
        (Shape::Any, _) | (Shape::Bool, Shape::Bool) => {}
        _ => return false,
    }
    true
}

/// Merges two fields of the same name.
fn joined(one: Shape, two: Shape) -> Shape {
    match (one, two) {
        (Shape::Named(one), Shape::Named(two)) if std::ptr::eq(one, two) => Shape::Named(one),
        (Shape::Bool, Shape::Bool) => Shape::Bool,
        (Shape::Number(one), Shape::Number(two)) if one == two => Shape::Number(one),
        (Shape::Text(one), Shape::Text(two)) if one == two => Shape::Text(one),
        (Shape::Text(first), Shape::Text(second)) => {
            let mut shape = one;
            join(&mut shape, &two);
            match shape {
                // If one of them may be any text, no word is unknown.
                Shape::Text(text) if first.words.is_empty() || second.words.is_empty() => {
                    Shape::Text(Text { words: &[], is_open: false, ..text })
                }
                shape => shape,
            }
        }
        (Shape::Bool | Shape::Number(_) | Shape::Text(_), Shape::Bool | Shape::Number(_) | Shape::Text(_))
            if std::mem::discriminant(&one) != std::mem::discriminant(&two) =>
        {
            Shape::Either(vec![one, two].leak())
        }
        // Accept any value.
        _ => Shape::Any,
    }
}

/// The type of a schema, ignoring `null`.
fn kind_of(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn text_of(schema: &Map<String, Value>) -> Text {
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let words: Vec<&'static str> = match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
        (Some(words), _) => words.iter().filter_map(Value::as_str).map(keep_text).collect(),
        (None, word) => word.and_then(Value::as_str).map(keep_text).into_iter().collect(),
    };
    Text {
        least: length("minLength").unwrap_or(0),
        most: length("maxLength"),
        words: words.leak(),
        pattern: schema.get("pattern").and_then(Value::as_str).and_then(pattern),
        ..ANY_TEXT
    }
}

fn about(schema: &Value) -> &'static str {
    schema.get("description").and_then(Value::as_str).map_or("", keep_text)
}

fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::Bool(flag) => Some(Literal::Flag(*flag)),
        Value::Number(number) => number.as_f64().map(Literal::Number),
        Value::String(word) => Some(Literal::Word(keep_text(word))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
