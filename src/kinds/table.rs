//! The types of the field tables: a [`Field`] is a row, [`Fields`] the rows of a mapping, a
//! [`Union`] several mappings distinguished by a tag.
//!
//! All of it is constant data.

use std::sync::OnceLock;

use super::patterns::Pattern;
pub use super::rows::*;
use crate::model::{Map, Value};

/// The shape of a value.
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
    /// A mapping of any keys to this.
    Map(&'static Shape),
    /// A mapping with its own table.
    Object(&'static Fields),
    /// One of several mappings, distinguished by a tag.
    OneOf(&'static Union),
    /// Whichever fits the type of the value.
    Either(&'static [Shape]),
    /// A named schema of an OpenAPI document, possibly recursive.
    Named(&'static Named),
}

/// A shape that is found by its name.
#[derive(Debug)]
pub struct Named {
    /// Its name in the schema.
    pub name: &'static str,
    /// The shape, once compiled.
    pub shape: OnceLock<Shape>,
}

/// Rules for a number.
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

/// Rules for text; lengths in characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Text {
    /// The minimum length.
    pub least: usize,
    /// The maximum length.
    pub most: Option<usize>,
    /// The pattern it must match.
    pub pattern: Option<&'static Pattern>,
    /// The known words; if empty, any text.
    pub words: &'static [&'static str],
    /// Unknown words may be new at Vapi.
    pub is_open: bool,
}

/// The fields of a mapping.
#[derive(Debug)]
pub struct Fields {
    /// Its name in the schema, in capitals and without spaces: `ChunkPlan`. Empty for the branch of a union.
    pub title: &'static str,
    /// Its description.
    pub about: &'static str,
    /// Its page in Vapi's documentation, below [`DOCS`]; may be empty.
    pub page: &'static str,
    /// Its own fields.
    pub rows: &'static [Field],
    /// Fields shared with other mappings.
    pub also: &'static [&'static Fields],
    /// The shape of other keys; `None` if there are none.
    pub rest: Option<&'static Field>,
}

/// Mappings distinguished by a tag.
#[derive(Debug)]
pub struct Union {
    /// Its name in the schema.
    pub title: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The page of Vapi's documentation, as in [`Fields`].
    pub page: &'static str,
    /// The row of the tag.
    pub tag: Field,
    /// The mappings.
    pub branches: &'static [Branch],
}

/// One mapping of a union.
#[derive(Debug)]
pub struct Branch {
    /// The tag's value.
    pub word: &'static str,
    /// Its description.
    pub about: &'static str,
    /// Its shape: an [`Shape::Object`] in our tables.
    pub shape: Shape,
}

/// The root of Vapi's documentation.
pub const DOCS: &str = "https://docs.vapi.ai/";

/// A row: all facts about a field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its page in Vapi's documentation, if not that of its mapping.
    pub page: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Vapi refuses a new object without it.
    pub is_required: bool,
    /// Deprecated; Vapi still accepts it.
    pub is_deprecated: bool,
    /// The documented default: a live value equal to it was not set by anyone.
    pub default: Option<Literal>,
    /// Example values for editors.
    pub examples: &'static [&'static str],
    /// Who can write it.
    pub access: Access,
    /// Whether it must not be shown.
    pub secrecy: Secrecy,
    /// How its elements are compared.
    pub compared: ListRule,
    /// The section of the objects that it refers to by id.
    pub refers_to: Option<&'static str>,
    /// Its contents are free-form: names mean nothing there.
    pub is_free: bool,
    /// What Vapi makes of it, so that it counts as equal.
    pub rewritten: Option<Rewrite>,
    /// What only Vapi has here is not taken into the file.
    pub only_if_declared: bool,
    /// A creation sends it; after that it is no difference, and an update sends what Vapi has.
    pub as_vapi_has_it: bool,
    /// It can be left out when an object is created, and set by a second write.
    pub comes_later: bool,
}

/// What Vapi makes of a value that it was sent. The two forms count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// White space at the ends of lines and of the text goes.
    Trimmed,
    /// A number comes back as a text.
    NumberAsText,
    /// The text is cut after so many characters.
    Cut(usize),
    /// Old words become new ones: each old one with the new one.
    Words(&'static [(&'static str, &'static str)]),
    /// It is cleared.
    Cleared,
    /// A JSON Schema: one value, in which the order of `required` means nothing, and of several types the first counts.
    Schema,
    /// The newer field at this path beside it takes its place: `server.url`.
    Moved(&'static str),
    /// Elements of a list of ids go that the list of this name beside it pins: `toolIds` and `toolRefs`.
    Unpinned(&'static str),
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
    /// You, at creation; an update does not send it.
    CreateOnly,
    /// Only Vapi: never sent, compared or written to the file.
    ServerManaged,
}

/// Whether a value must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// It may be shown.
    Open,
    /// Its text must never be shown or stored.
    Secret,
    /// A secret that `GET` does not return. The named top-level field, if Vapi sends it, says whether one is set;
    /// without such a field it counts as set.
    WriteOnly(Option<&'static str>),
}

/// How two lists are compared.
#[derive(Debug, Clone, Copy)]
pub enum ListRule {
    /// By position when the lengths are equal, else as a whole.
    Whole,
    /// As sets: order and repetition do not matter.
    Set,
    /// By a key of each element; as `Whole` if keys are missing or not unique.
    Keyed(fn(&Map) -> Option<String>),
    /// The same where the order counts: as `Whole` if an element has another place.
    Ordered(fn(&Map) -> Option<String>),
}

impl Fields {
    /// A mapping without fields.
    pub const EMPTY: Fields = Fields { title: "", about: "", page: "", rows: &[], also: &[], rest: None };

    /// All fields except those that only Vapi writes.
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
    /// The shape of a branch.
    pub fn branch(&self, word: &str) -> Option<&'static Shape> {
        self.branches.iter().find(|branch| branch.word == word).map(|branch| &branch.shape)
    }

    /// All words.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.branches.iter().map(|branch| branch.word)
    }
}

impl Shape {
    /// This shape, with a named one resolved.
    pub fn resolved(&'static self) -> &'static Shape {
        match self {
            Shape::Named(named) => named.shape.get().map_or(&Shape::Any, Shape::resolved),
            known => known,
        }
    }
}

impl Literal {
    /// Whether a value equals this.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Literal::Flag(default), Value::Bool(value)) => default == value,
            (Literal::Number(default), Value::Number(value)) => value.as_f64() == Some(*default),
            (Literal::Word(default), Value::Text(value)) => **default == **value,
            (default, Value::List(items)) => default.is_list(items),
            _ => false,
        }
    }

    /// Whether a list has these elements, in any order.
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
