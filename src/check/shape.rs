//! The compact form of a schema, made for walking along with a value.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::committed::Committed;
use crate::kinds::Kind;
use crate::kinds::schema::{self, Pattern};

/// The shape that takes anything: it is the first of all.
pub(super) const ANY: ShapeId = 0;

/// The index of a shape in its [`Shapes`].
pub(super) type ShapeId = usize;

/// What a value may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub(super) enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A number, within bounds that belong to it; one of these, if any are named.
    Number { least: Option<f64>, most: Option<f64>, whole: bool, only: Vec<f64> },
    /// A text.
    Text(Text),
    /// A list of this.
    List(ShapeId),
    /// A mapping.
    Map(Fields),
    /// A mapping whose fields depend on a word in it.
    Tagged(Tagged),
    /// What fits the type of the value.
    Either(Vec<ShapeId>),
}

/// A text and what it may be; lengths in characters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Text {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) least: usize,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) most: Option<usize>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) words: Option<Words>,
    #[serde(skip_serializing_if = "is_default", serialize_with = "name_pattern", deserialize_with = "named_pattern")]
    pub(super) pattern: Option<&'static Pattern>,
}

/// The words that a text may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Words {
    pub(super) known: Vec<Box<str>>,
    /// There may be others that nobody has heard of yet.
    pub(super) open: bool,
}

/// The fields of a mapping.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Fields {
    pub(super) named: BTreeMap<Box<str>, Field>,
    /// In the order of the schema.
    pub(super) required: Vec<Box<str>>,
    pub(super) rest: Rest,
}

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Field {
    pub(super) shape: ShapeId,
    /// Something else has taken its place.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) deprecated: bool,
}

/// What else may stand in a mapping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) enum Rest {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// Any key, each with this.
    Each(ShapeId),
}

/// Mappings that are told apart by a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tagged {
    pub(super) tag: &'static str,
    /// In the order of the schema.
    pub(super) branches: Vec<(Box<str>, ShapeId)>,
}

impl Tagged {
    /// The shape for a word.
    pub(super) fn branch(&self, word: &str) -> Option<ShapeId> {
        self.branches.iter().find(|(known, _)| **known == *word).map(|(_, shape)| *shape)
    }
}

/// A schema, compiled.
#[derive(Debug)]
pub(super) struct Shapes {
    pub(super) table: Table,
    /// The shapes of configs, by the section of their kind.
    pub(super) configs: HashMap<String, ShapeId>,
    pub(super) endless: bool,
}

/// Where shapes are.
#[derive(Debug)]
pub(super) enum Table {
    /// Compiled in this run.
    Compiled(Vec<Shape>),
    /// Compiled when the program was made; read one by one as they are needed.
    Committed(Committed),
}

/// A shape in its place, to be walked.
#[derive(Clone, Copy)]
pub(super) struct At<'s> {
    pub(super) shapes: &'s Shapes,
    pub(super) id: ShapeId,
}

impl<'s> At<'s> {
    /// The shape.
    pub(super) fn shape(&self) -> &'s Shape {
        let shape = match &self.shapes.table {
            Table::Compiled(all) => all.get(self.id),
            Table::Committed(committed) => committed.get(self.id),
        };
        shape.unwrap_or(&Shape::Any)
    }

    /// Another shape of the same schema.
    pub(super) fn to(&self, id: ShapeId) -> At<'s> {
        At { id, ..*self }
    }
}

impl Shapes {
    /// The shape of the configs of a kind.
    pub(super) fn config(&self, kind: &Kind) -> At<'_> {
        At { shapes: self, id: self.configs.get(kind.section).copied().unwrap_or_default() }
    }

    /// Whether the schema goes round in circles, or is far too large to be meant: it was not compiled whole.
    pub(super) fn is_endless(&self) -> bool {
        self.endless
    }

    /// The shape that takes anything.
    pub(super) fn any(&self) -> At<'_> {
        At { shapes: self, id: ANY }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn name_pattern<S: Serializer>(pattern: &Option<&'static Pattern>, serializer: S) -> Result<S::Ok, S::Error> {
    pattern.map(Pattern::regex).serialize(serializer)
}

fn named_pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static Pattern>, D::Error> {
    let regex = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    Ok(regex.as_deref().and_then(schema::pattern))
}
