//! From a schema to its shapes.

use std::collections::{BTreeMap, HashMap};
use std::mem::discriminant;

use serde_json::{Map, Value};

use super::shape::{ANY, Field, Fields, Rest, Shape, ShapeId, Shapes, Table, Tagged, Text, Words};
use crate::kinds::schema::{self, flat};

/// How deep schemas may stand inside each other, and how many there may be: Vapi's document needs a tenth of either.
const DEPTH: usize = 200;
const MOST: usize = 1_000_000;

/// The shapes of the schema of a state file (see [`schema::model`]).
pub(super) fn compile(root: &Value) -> Shapes {
    let mut compiler = Compiler::default();
    let any = compiler.add(Shape::Any);
    let configs = crate::kinds::KINDS.map(|kind| {
        let id = schema::config_of(root, kind).map_or(any, |config| compiler.compile(root, config));
        (kind.section.to_owned(), id)
    });
    let Compiler { all, endless, .. } = compiler;
    Shapes { table: Table::Compiled(all), configs: configs.into(), endless }
}

#[derive(Default)]
struct Compiler {
    all: Vec<Shape>,
    by_reference: HashMap<String, ShapeId>,
    depth: usize,
    endless: bool,
}

impl Compiler {
    fn add(&mut self, shape: Shape) -> ShapeId {
        self.all.push(shape);
        self.all.len() - 1
    }

    fn compile(&mut self, root: &Value, schema: &Value) -> ShapeId {
        let Some(pointer) = flat::only_reference(schema) else {
            let shape = self.inline(root, schema);
            return self.add(shape);
        };
        if let Some(&known) = self.by_reference.get(pointer) {
            return known;
        }
        // Its place first: what is inside may refer to it.
        let id = self.add(Shape::Any);
        self.by_reference.insert(pointer.to_owned(), id);
        let shape = self.inline(root, schema);
        self.all[id] = shape;
        id
    }

    /// The shape of a schema that is written where it is used.
    fn inline(&mut self, root: &Value, schema: &Value) -> Shape {
        if self.depth >= DEPTH || self.all.len() >= MOST {
            self.endless = true;
            return Shape::Any;
        }
        self.depth += 1;
        let shape = self.shape(root, &flat::flat(root, schema));
        self.depth -= 1;
        shape
    }

    fn shape(&mut self, root: &Value, schema: &Map<String, Value>) -> Shape {
        if let Some(alternatives) = flat::alternatives(schema) {
            return self.either(root, &alternatives);
        }
        let words = schema.get("enum").and_then(Value::as_array).or(None);
        let text_words = words.is_some_and(|words| !words.is_empty() && words.iter().any(Value::is_string));
        match kind_of(schema) {
            Some("boolean") => Shape::Bool,
            Some(number @ ("number" | "integer")) => Shape::Number {
                least: schema.get("minimum").and_then(Value::as_f64),
                most: schema.get("maximum").and_then(Value::as_f64),
                whole: number == "integer",
                only: words.into_iter().flatten().filter_map(Value::as_f64).collect(),
            },
            Some("array") => {
                let item = schema.get("items").map(|items| self.compile(root, items));
                Shape::List(item.unwrap_or_else(|| self.add(Shape::Any)))
            }
            Some("string") => Shape::Text(text(schema)),
            // Vapi's document says of some words that they are objects.
            _ if text_words || schema.contains_key("const") => Shape::Text(text(schema)),
            Some("object") => Shape::Map(self.fields(root, schema)),
            _ if schema.contains_key("properties") => Shape::Map(self.fields(root, schema)),
            _ => Shape::Any,
        }
    }

    fn fields(&mut self, root: &Value, schema: &Map<String, Value>) -> Fields {
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut named = BTreeMap::new();
        for (name, property) in properties.into_iter().flatten() {
            let deprecated = property.get("deprecated") == Some(&Value::Bool(true));
            named.insert(name.as_str().into(), Field { shape: self.compile(root, property), deprecated });
        }
        let rest = match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => Rest::Unknown,
            Some(each) => Rest::Each(self.compile(root, each)),
            None if properties.is_some_and(|properties| !properties.is_empty()) => Rest::Unknown,
            None => Rest::Each(self.add(Shape::Any)),
        };
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        Fields { named, required: required.filter_map(|name| name.as_str().map(Box::from)).collect(), rest }
    }

    fn either(&mut self, root: &Value, alternatives: &[&Value]) -> Shape {
        if let Some(flat::Union { tag, branches }) = flat::union(root, alternatives) {
            let words = branches.into_iter().map(|(word, _)| word.into_boxed_str());
            let compiled = words.zip(alternatives).map(|(word, branch)| (word, self.compile(root, branch)));
            return Shape::Tagged(Tagged { tag, branches: compiled.collect() });
        }
        let mut shapes: Vec<Shape> = Vec::new();
        for alternative in alternatives {
            let shape = self.inline(root, alternative);
            match shapes.iter_mut().find_map(|known| self.join(known, &shape)) {
                Some(()) => {}
                None => shapes.push(shape),
            }
        }
        match shapes.pop() {
            Some(only) if shapes.is_empty() => only,
            Some(last) => {
                shapes.push(last);
                Shape::Either(shapes.into_iter().map(|shape| self.add(shape)).collect())
            }
            None => Shape::Any,
        }
    }

    /// Makes one shape of two of the same type that nothing tells apart: what either takes.
    fn join(&mut self, known: &mut Shape, other: &Shape) -> Option<()> {
        match (known, other) {
            (Shape::Text(known), Shape::Text(other)) => {
                known.least = known.least.min(other.least);
                known.most = known.most.zip(other.most).map(|(one, two)| one.max(two));
                known.pattern = None;
                match (&mut known.words, &other.words) {
                    (Some(words), Some(more)) => {
                        words.known.extend(more.known.iter().cloned());
                        words.open |= more.open;
                    }
                    (Some(words), None) => words.open = true,
                    (None, Some(more)) => known.words = Some(Words { known: more.known.clone(), open: true }),
                    (None, None) => {}
                }
            }
            (Shape::Map(known), Shape::Map(other)) => {
                for (name, field) in &other.named {
                    let shared = known.named.entry(name.clone()).or_insert(*field);
                    shared.shape = self.joined(shared.shape, field.shape);
                }
                known.required.retain(|name| other.required.contains(name));
                if other.rest != Rest::Unknown {
                    known.rest = other.rest;
                }
            }
            (known @ Shape::Any, _) => *known = Shape::Any,
            (Shape::Bool, Shape::Bool) => {}
            _ => return None,
        }
        Some(())
    }

    /// What either of two fields of one name takes.
    fn joined(&mut self, one: ShapeId, two: ShapeId) -> ShapeId {
        let (Some(known), Some(other)) = (self.all.get(one).cloned(), self.all.get(two).cloned()) else { return ANY };
        if one == two || known == other {
            return one;
        }
        let is_simple = |shape: &Shape| matches!(shape, Shape::Bool | Shape::Number { .. } | Shape::Text(_));
        match (known, other) {
            (Shape::Text(mut one), Shape::Text(mut two)) => {
                // Where one of them may be any text, no word is unknown.
                if one.words.is_none() || two.words.is_none() {
                    (one.words, two.words) = (None, None);
                }
                let mut shape = Shape::Text(one);
                self.join(&mut shape, &Shape::Text(two)).map_or(ANY, |()| self.add(shape))
            }
            (known, other)
                if is_simple(&known) && is_simple(&other) && discriminant(&known) != discriminant(&other) =>
            {
                self.add(Shape::Either(vec![one, two]))
            }
            // Nothing can be held against a value.
            _ => ANY,
        }
    }
}

/// The type that a schema names, `null` aside.
fn kind_of(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn text(schema: &Map<String, Value>) -> Text {
    let length = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
    let words = match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
        (Some(words), _) => words.iter().filter_map(Value::as_str).map(Box::from).collect(),
        (None, Some(word)) => word.as_str().map(Box::from).into_iter().collect(),
        (None, None) => Vec::new(),
    };
    Text {
        least: length("minLength").unwrap_or(0),
        most: length("maxLength"),
        words: (!words.is_empty()).then_some(Words { known: words, open: false }),
        pattern: schema.get("pattern").and_then(Value::as_str).and_then(schema::pattern),
    }
}
