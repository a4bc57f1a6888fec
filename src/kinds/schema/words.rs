//! Building blocks of the field types: lists of words, and what may be one thing or another.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Any JSON value.
pub(super) type Value = serde_json::Value;

/// A mapping with whatever in it.
pub(super) type Object = serde_json::Map<String, serde_json::Value>;

/// A list of words.
pub(super) trait Words {
    /// The words, in the order in which an editor offers them.
    const WORDS: &'static [&'static str];
}

/// One of these words and no other.
pub(super) struct Closed<W>(PhantomData<W>);

/// One of these words, or one that nobody has heard of yet.
pub(super) struct Open<W>(PhantomData<W>);

impl<W: Words> JsonSchema for Closed<W> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Closed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": W::WORDS})
    }
}

impl<W: Words> JsonSchema for Open<W> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Open".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "string", "enum": W::WORDS}, {"type": "string"}]})
    }
}

/// A text, or else this.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum TextOr<T> {
    Text(String),
    Other(T),
}

/// One of these, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// Names a list of words.
macro_rules! words {
    ($name:ident: $($word:literal),+ $(,)?) => {
        pub(super) enum $name {}

        impl crate::kinds::schema::words::Words for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];
        }
    };
}
pub(super) use words;
