//! Makes the editor schema from the tables: JSON Schema draft 7, which yaml-language-server supports best.
//!
//! The tables say what Vapi accepts. In the file, `null` clears a field, `${…}` may replace a value of any type, and
//! Vapi may already have what a config leaves out. A union is a field with an enum, and for each word the
//! rest (`if`/`then`): editors can complete it, and errors name the right branch.

mod environments;

use serde_json::{Map, Value, json};

use super::table::{DOCS, Field, Fields, Range, Shape, Text, Union};
use super::{KINDS, Kind};

/// A handle, as [`crate::state::load`] accepts it: of ASCII, letters, digits, `_` and `-`; of the rest, no white space.
/// Without `\p{L}`, which some validators do not support.
const HANDLE: &str =
    r"^[^\u0000-\u002c\u002e\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u2000-\u206f\u3000\ufeff]+$";

/// The editor schema of the state file.
pub fn schema() -> Value {
    published(&|kind| &kind.config)
}

/// The schema of a state file whose configs have these shapes.
pub fn published(config: &dyn Fn(&'static Kind) -> &'static Shape) -> Value {
    let mut publisher = Publisher { definitions: Map::new(), reference: reference() };
    let nullable = |schema: Value| with(schema, "type", json!(["object", "string", "null"]));
    let section = |kind: &Kind| {
        let about = format!(
            "{} by handle. You choose the handle; renaming the object in Vapi does not change it.",
            capital(kind.nouns)
        );
        let entries = json!({"$ref": format!("#/definitions/{}Entry", title(kind))});
        nullable(json!({"description": about, "additionalProperties": entries, "propertyNames": {"pattern": HANDLE}}))
    };
    let ignored_list = |kind: &Kind| {
        let about = format!("{} that vapi-sync ignores.", capital(kind.nouns));
        json!({"type": ["array", "string", "null"], "items": {"type": "string"}, "description": about})
    };
    let mut properties = json!({
        "version": {
            "type": ["integer", "null"], "minimum": 1, "maximum": 1, "default": 1,
            "description": "Version of the file format.",
        },
        "org_id": {
            "type": ["string", "null"],
            "description":
                "The Vapi organisation of the file. The first pull or apply writes it; a key of another organisation is refused.",
        },
        "manage": {
            "type": ["array", "null"], "items": {"enum": KINDS.map(|kind| kind.section)},
            "description": "The kinds that this file manages. Without it, all that have a section, and what pull finds.",
        },
        "ignore": {"$ref": "#/definitions/Ignore", "description": "Objects that pull and apply skip."},
        "environments": environments::environments(),
        "vars": environments::variables("Values for `${var:NAME}`. No secrets: those are `${env:NAME}`."),
    });
    let mut ignored = Map::new();
    for kind in KINDS {
        properties[kind.section] = section(kind);
        ignored.insert(kind.section.to_owned(), ignored_list(kind));
        let entry = entry(kind, publisher.shape(config(kind)));
        publisher.definitions.insert(format!("{}Entry", title(kind)), entry);
    }
    let ignore = json!({
        "title": "Ignore", "description": "Objects that pull and apply skip, by id, handle, name, number or glob.",
        "type": ["object", "null"], "properties": ignored, "additionalProperties": false,
    });
    publisher.definitions.insert("Ignore".to_owned(), ignore);
    publisher.definitions.insert("Environment".to_owned(), environments::environment());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "vapi-sync state file",
        "description": "The objects of one Vapi organisation, synchronised by vapi-sync.",
        "type": "object",
        "required": ["version"],
        "properties": properties,
        "patternProperties": {"^x-": true},
        "additionalProperties": false,
        "definitions": publisher.definitions,
    })
}

/// An entry: a config with its id. Here `null` clears nothing, and all keys are ours.
fn entry(kind: &Kind, config: Value) -> Value {
    let id = format!(
        "The id of the {} in Vapi. apply and pull write it; write it yourself to link an existing object.",
        kind.noun
    );
    let about = format!(
        "Vapi's own fields of the {}. A field that you leave out stays as it is in Vapi; `null` clears it.",
        kind.noun
    );
    let config = with(config, "description", about.into());
    json!({
        "title": format!("{} entry", capital(kind.noun)),
        "description": format!("One {}: its id in Vapi and its fields.", kind.noun),
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": {kind.id_key: environments::id(&id), "config": config, "environments": environments::limits()},
    })
}

/// `phone number` → `PhoneNumber`.
fn title(kind: &Kind) -> String {
    kind.noun.split(' ').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// A reference, which can replace a value of any type.
fn reference() -> String {
    let words: Vec<&str> = KINDS.into_iter().map(|kind| kind.word).chain(["env", "file", "var"]).collect();
    format!(r"\$\{{({}):[^{{}}\r\n]*\}}", words.join("|"))
}

fn with(mut schema: Value, key: &str, value: Value) -> Value {
    if let Value::Object(keywords) = &mut schema {
        keywords.insert(key.to_owned(), value);
    }
    schema
}

struct Publisher {
    definitions: Map<String, Value>,
    reference: String,
}

impl Publisher {
    /// The schema of a row, with its description. `page` documents its mapping.
    fn field(&mut self, field: &Field, page: &str) -> Value {
        let mut schema = match self.shape(&field.shape) {
            Value::Object(schema) => schema,
            _ => Map::new(),
        };
        let page = if field.page.is_empty() { page } else { field.page };
        schema.insert("description".to_owned(), described(field.about, page).into());
        if let Some(default) = field.default {
            schema.insert("default".to_owned(), default.json());
        }
        if !field.examples.is_empty() {
            schema.insert("examples".to_owned(), field.examples.into());
        }
        if field.is_deprecated {
            schema.insert("deprecated".to_owned(), true.into());
        }
        schema.into()
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Any => true.into(),
            Shape::Bool => self.typed("boolean", "true or false", json!({})),
            Shape::Number(range) => self.number(range),
            Shape::Text(text) => self.text(text),
            Shape::List(item) => {
                let item = self.shape(item);
                self.typed("array", "a list", json!({"items": without_null(item)}))
            }
            Shape::Map(each) => {
                let each = self.shape(each);
                self.typed("object", "a mapping", json!({"additionalProperties": each}))
            }
            Shape::Object(fields) => {
                self.defined(fields.title, fields.about, fields.page, |publisher| publisher.mapping(fields, None))
            }
            Shape::OneOf(union) => {
                self.defined(union.title, union.about, union.page, |publisher| publisher.union(union))
            }
            Shape::Either(shapes) => {
                let branches: Vec<Value> = shapes.iter().map(|shape| self.shape(shape)).collect();
                json!({"anyOf": branches})
            }
            Shape::Named(named) => self.defined(named.name, "", "", |publisher| {
                named.shape.get().map_or(true.into(), |shape| publisher.shape(shape))
            }),
        }
    }

    fn typed(&self, kind: &str, wanted: &str, mut schema: Value) -> Value {
        schema["type"] = json!([kind, "string", "null"]);
        schema["pattern"] = self.reference.as_str().into();
        schema["patternErrorMessage"] = format!("must be {wanted}, or a ${{…}}").into();
        schema
    }

    fn number(&self, range: &Range) -> Value {
        if !range.only.is_empty() {
            let words: Vec<Value> =
                range.only.iter().map(|number| super::table::Literal::Number(*number).json()).collect();
            return json!({"anyOf": [{"enum": words}, {"type": ["string", "null"], "pattern": self.reference}]});
        }
        let mut schema = match range.is_whole {
            true => self.typed("integer", "a whole number", json!({})),
            false => self.typed("number", "a number", json!({})),
        };
        for (key, bound) in [("minimum", range.least), ("maximum", range.most)] {
            if let Some(bound) = bound {
                schema[key] = super::table::Literal::Number(bound).json();
            }
        }
        schema
    }

    fn text(&self, text: &Text) -> Value {
        if !text.words.is_empty() {
            let other = match text.is_open {
                true => json!({"type": ["string", "null"]}),
                false => json!({"type": ["string", "null"], "pattern": self.reference}),
            };
            return json!({"anyOf": [{"enum": text.words}, other]});
        }
        let mut narrow = Map::new();
        if text.least > 0 {
            narrow.insert("minLength".to_owned(), text.least.into());
        }
        if let Some(most) = text.most {
            narrow.insert("maxLength".to_owned(), most.into());
        }
        if let Some(pattern) = text.pattern {
            narrow.insert("pattern".to_owned(), pattern.plain.into());
        }
        match narrow.is_empty() {
            true => json!({"type": ["string", "null"]}),
            // Lengths and patterns apply to the value, not to a reference or call variable.
            false => json!({
                "type": ["string", "null"],
                "if": {"not": {"type": "string", "pattern": format!(r"{}|\{{\{{", self.reference)}},
                "then": narrow,
            }),
        }
    }

    /// A reference to the definition of this name, which is made on first use.
    fn defined(&mut self, name: &str, about: &str, page: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if name.is_empty() {
            return make(self);
        }
        if !self.definitions.contains_key(name) {
            // Reserve its name first: it may refer to itself.
            self.definitions.insert(name.to_owned(), Value::Null);
            let made = with(make(self), "title", spaced(name).into());
            let made = match about.is_empty() {
                true => made,
                false => with(made, "description", described(about, page).into()),
            };
            self.definitions.insert(name.to_owned(), made);
        }
        json!({"$ref": format!("#/definitions/{name}")})
    }

    /// A mapping with its fields; `tag` is the tag of its union, if any.
    fn mapping(&mut self, fields: &Fields, tag: Option<(&str, Value)>) -> Value {
        let mut properties: Map<String, Value> =
            fields.all().map(|field| (field.name.to_owned(), self.field(field, fields.page))).collect();
        properties.extend(tag.map(|(name, schema)| (name.to_owned(), schema)));
        self.typed(
            "object",
            "a mapping",
            json!({"properties": properties, "additionalProperties": fields.rest.is_some()}),
        )
    }

    /// A union. An unknown word may be new at Vapi, so anything is accepted then.
    fn union(&mut self, union: &'static Union) -> Value {
        let tag = union.tag.name;
        let mut branches = Vec::new();
        for branch in union.branches {
            let word = json!({"const": branch.word, "description": branch.about});
            let when = json!({"required": [tag], "properties": {tag: word}});
            let then = match &branch.shape {
                Shape::Object(fields) => {
                    let about = json!({"description": described(branch.about, fields.page)});
                    self.mapping(fields, Some((tag, about)))
                }
                named => self.shape(named),
            };
            branches.push(json!({"if": when, "then": then}));
        }
        let words: Vec<&str> = union.words().collect();
        let docs: Vec<&str> = union.branches.iter().map(|branch| branch.about).collect();
        let tag_schema = json!({
            "description": described(union.tag.about, union.page),
            "anyOf": [{"enum": words, "enumDescriptions": docs}, {"type": "string"}],
        });
        self.typed("object", "a mapping", json!({"properties": {tag: tag_schema}, "allOf": branches}))
    }
}

/// A description with its link to Vapi's documentation.
fn described(about: &str, page: &str) -> String {
    match page.is_empty() {
        true => about.to_owned(),
        false => format!("{about}\n\n{DOCS}{page}"),
    }
}

/// An item of a list, where `null` clears nothing.
fn without_null(mut item: Value) -> Value {
    if let Some(kinds) = item.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
    }
    if let Some(branches) = item.get_mut("anyOf").and_then(Value::as_array_mut) {
        branches.iter_mut().for_each(|branch| *branch = without_null(branch.take()));
    }
    item
}

/// `ChunkPlan` → `Chunk plan`.
fn spaced(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    let mut title = String::new();
    for c in name.chars() {
        if c.is_uppercase() && title.chars().last().is_some_and(char::is_lowercase) {
            title.push(' ');
            title.extend(c.to_lowercase());
        } else {
            title.push(c);
        }
    }
    title
}
