//! The words in which the tables of fields are written: a [`Field`] is a row, [`Fields`] the rows of a mapping, a
//! [`Union`] several mappings that a word tells apart.
//!
//! All of it is constant data: nothing is made when the program starts.

use std::sync::OnceLock;

use super::patterns::Pattern;
pub use super::rows::*;
use crate::model::{Map, Value};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number(Range),
    /// A text.
    Text(Text),
    /// A list of this.
    List(&'static Shape),
    /// A mapping of any keys, each with this.
    Map(&'static Shape),
    /// A mapping with fields of its own.
    Object(&'static Fields),
    /// One of several mappings, told apart by a word in it.
    OneOf(&'static Union),
    /// Whichever fits the type of the value.
    Either(&'static [Shape]),
    /// What has this name in an OpenAPI document, whose schemas may refer to each other in circles.
    Named(&'static Named),
}

/// A shape that is found by its name.
#[derive(Debug)]
pub struct Named {
    /// Its name in the schema.
    pub name: &'static str,
    /// The shape, once it is read.
    pub shape: OnceLock<Shape>,
}

/// What a number may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest one.
    pub least: Option<f64>,
    /// The largest one.
    pub most: Option<f64>,
    /// No fractions.
    pub is_whole: bool,
    /// One of these, if there are any.
    pub only: &'static [f64],
}

/// What a text may be; lengths in characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text {
    /// The least length.
    pub least: usize,
    /// The greatest length.
    pub most: Option<usize>,
    /// What it must look like.
    pub pattern: Option<&'static Pattern>,
    /// The words that are known; any text, if there are none.
    pub words: &'static [&'static str],
    /// There may be words that nobody has heard of yet.
    pub is_open: bool,
}

/// The fields of a mapping.
#[derive(Debug)]
pub struct Fields {
    /// Its name in the schema, in capitals and without spaces: `ChunkPlan`. Empty for the branch of a union.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The page of Vapi's documentation that explains it, below [`DOCS`]; may be empty.
    pub page: &'static str,
    /// Its own fields.
    pub rows: &'static [Field],
    /// Further fields, which other mappings have as well.
    pub also: &'static [&'static Fields],
    /// What any other key holds; `None` where no other key is known.
    pub rest: Option<&'static Field>,
}

/// Mappings that a word tells apart.
#[derive(Debug)]
pub struct Union {
    /// Its name in the schema.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The page of Vapi's documentation, as in [`Fields`].
    pub page: &'static str,
    /// The row of the word.
    pub tag: Field,
    /// The mappings.
    pub branches: &'static [Branch],
}

/// One mapping of a union.
#[derive(Debug)]
pub struct Branch {
    /// Its word.
    pub word: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its shape: an [`Shape::Object`] in our tables.
    pub shape: Shape,
}

/// Where Vapi's documentation begins.
pub const DOCS: &str = "https://docs.vapi.ai/";

/// A row: what is true of a field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The page of Vapi's documentation, where it has one that its mapping has not.
    pub page: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// Vapi refuses a new object without it.
    pub is_required: bool,
    /// Something else has taken its place; Vapi still takes it.
    pub is_deprecated: bool,
    /// What Vapi documents as the value of a field that nobody sets: such a live value is nobody's work.
    pub default: Option<Literal>,
    /// Values that an editor may offer.
    pub examples: &'static [&'static str],
    /// Who can write it.
    pub access: Access,
    /// Whether it must not be shown.
    pub secrecy: Secrecy,
    /// How its elements are compared.
    pub compared: ListRule,
    /// The section whose objects' ids it holds.
    pub refers_to: Option<&'static str>,
    /// Below it the user's own words begin: nothing there is known by its name.
    pub is_free: bool,
}

/// A value in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Word(&'static str),
    /// A list of texts.
    Words(&'static [&'static str]),
}

/// Who can write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// You, at any time.
    Open,
    /// You, when the object is made; an update does not send it.
    CreateOnly,
    /// Vapi alone: never sent, never compared, never written into the file.
    ServerManaged,
}

/// Whether a value must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// It may be shown.
    Open,
    /// Its texts must never be shown or written down.
    Secret,
    /// A secret that `GET` does not give back. The top-level field named, where Vapi sends it, says whether one is set;
    /// without such a field nobody can tell, and it counts as set.
    WriteOnly(Option<&'static str>),
}

/// How two lists are compared.
#[derive(Debug, Clone, Copy)]
pub enum ListRule {
    /// By position when the lengths are equal, else as a whole.
    Whole,
    /// As sets: order and repetition mean nothing.
    Set,
    /// By a key of each element. Keys that are missing or not unique: as `Whole`.
    Keyed(fn(&Map) -> Option<String>),
}

impl Fields {
    /// A mapping without fields.
    pub const EMPTY: Fields = Fields { title: "", about: "", page: "", rows: &[], also: &[], rest: None };

    /// All fields but those that Vapi alone writes.
    pub fn all(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let own = [self.rows].into_iter().chain(self.also.iter().map(|fields| fields.rows)).flatten();
        own.filter(|field| field.access != Access::ServerManaged)
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&'static Field> {
        let mut tables = [self.rows].into_iter().chain(self.also.iter().map(|fields| fields.rows));
        tables.find_map(|rows| rows.iter().find(|field| field.name == name))
    }
}

impl Union {
    /// The shape that a word names.
    pub fn branch(&self, word: &str) -> Option<&'static Shape> {
        self.branches.iter().find(|branch| branch.word == word).map(|branch| &branch.shape)
    }

    /// All words.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.branches.iter().map(|branch| branch.word)
    }
}

impl Shape {
    /// The shape that this one stands for.
    pub fn resolved(&'static self) -> &'static Shape {
        match self {
            Shape::Named(named) => named.shape.get().map_or(&Shape::Any, Shape::resolved),
            known => known,
        }
    }
}

impl Literal {
    /// Whether a value is this one.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Literal::Flag(default), Value::Bool(value)) => default == value,
            (Literal::Number(default), Value::Number(value)) => value.as_f64() == Some(*default),
            (Literal::Word(default), Value::Text(value)) => default == value,
            (default, Value::List(items)) => default.is_list(items),
            _ => false,
        }
    }

    /// Whether a list has these elements, in whatever order.
    pub fn is_list(&self, items: &[Value]) -> bool {
        matches!(self, Literal::Words(default) if default.len() == items.len()
            && items.iter().all(|item| item.as_text().is_some_and(|text| default.contains(&text))))
    }

    /// The value as JSON.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Literal::Flag(flag) => (*flag).into(),
            #[expect(clippy::cast_possible_truncation, reason = "a number without fraction, and a small one")]
            Literal::Number(number) if number.fract() == 0.0 => (*number as i64).into(),
            Literal::Number(number) => (*number).into(),
            Literal::Word(word) => (*word).into(),
            Literal::Words(words) => words.iter().copied().collect(),
        }
    }
}

/// Names the rows of a mapping: `table! { NAME: "Title", "what it is for", at "page", with OTHERS, rest ROW; rows }`.
macro_rules! table {
    ($name:ident $(: $title:literal, $about:literal)? $(, at $page:literal)? $(, with $($also:ident)+)?
     $(, rest $rest:expr)?; $($row:expr),* $(,)?) => {
        pub(in crate::kinds) static $name: $crate::kinds::Fields = $crate::kinds::Fields {
            $(title: $title, about: $about,)?
            $(page: $page,)?
            $(also: &[$(&$also),+],)?
            $(rest: Some(&const { $rest }),)?
            rows: &[$($row),*],
            ..$crate::kinds::Fields::EMPTY
        };
    };
}
pub(super) use table;

/// Names a union: `union! { NAME: "Title", "what it is for", at "page", by ROW; "word" = TABLE, "what it is"; … }`.
macro_rules! union {
    ($name:ident: $title:literal, $about:literal $(, at $page:literal)?, by $tag:expr;
     $($word:literal = $table:ident, $what:literal);+ $(;)?) => {
        pub(in crate::kinds) static $name: $crate::kinds::table::Union = $crate::kinds::table::Union {
            title: $title,
            about: $about,
            page: concat!($($page)?),
            tag: $tag,
            branches: &[$($crate::kinds::table::Branch {
                word: $word,
                about: $what,
                shape: $crate::kinds::table::Shape::Object(&$table),
            }),+],
        };
    };
}
pub(super) use union;
