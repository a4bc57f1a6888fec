//! How a row of a table is written: `number("temperature", "How much answers vary.").within(0.0, 2.0)`.

use super::patterns::Pattern;
use super::table::{Access, Field, Fields, ListRule, Literal, Range, Secrecy, Shape, Text, Union};
use crate::model::Map;

/// Any text.
pub const TEXT: Shape = Shape::Text(ANY_TEXT);
pub(crate) const ANY_TEXT: Text = Text { least: 0, most: None, pattern: None, words: &[], is_open: false };
pub(crate) const ANY_NUMBER: Range = Range { least: None, most: None, is_whole: false, only: &[] };
/// A mapping of anything.
pub const MAPPING: Shape = Shape::Map(&Shape::Any);

/// A text of a length within bounds.
pub const fn sized(least: usize, most: usize) -> Shape {
    Shape::Text(Text { least, most: Some(most), ..ANY_TEXT })
}

/// One of these words, or one that nobody has heard of yet.
pub const fn open(words: &'static [&'static str]) -> Shape {
    Shape::Text(Text { words, is_open: true, ..ANY_TEXT })
}

/// A row.
pub const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        about,
        page: "",
        shape,
        is_required: false,
        is_deprecated: false,
        default: None,
        examples: &[],
        access: Access::Open,
        secrecy: Secrecy::Open,
        compared: ListRule::Whole,
        refers_to: None,
        is_free: false,
    }
}

/// A row for anything.
pub const fn any(name: &'static str, about: &'static str) -> Field {
    field(name, Shape::Any, about)
}

/// A row for `true` or `false`.
pub const fn flag(name: &'static str, about: &'static str) -> Field {
    field(name, Shape::Bool, about)
}

/// A row for a number.
pub const fn number(name: &'static str, about: &'static str) -> Field {
    field(name, Shape::Number(ANY_NUMBER), about)
}

/// A row for a text.
pub const fn text(name: &'static str, about: &'static str) -> Field {
    field(name, TEXT, about)
}

/// A row for a list of texts.
pub const fn texts(name: &'static str, about: &'static str) -> Field {
    list(name, &TEXT, about)
}

/// A row for one of these words; [`Field::or_new`] if Vapi adds to them now and then.
pub const fn words(name: &'static str, words: &'static [&'static str], about: &'static str) -> Field {
    field(name, Shape::Text(Text { words, ..ANY_TEXT }), about)
}

/// A row for a list.
pub const fn list(name: &'static str, item: &'static Shape, about: &'static str) -> Field {
    field(name, Shape::List(item), about)
}

/// A row for a mapping with fields of its own.
pub const fn object(name: &'static str, fields: &'static Fields, about: &'static str) -> Field {
    field(name, Shape::Object(fields), about)
}

/// A row for one of several mappings.
pub const fn one_of(name: &'static str, union: &'static Union, about: &'static str) -> Field {
    field(name, Shape::OneOf(union), about)
}

/// A row for a mapping of anything.
pub const fn mapping(name: &'static str, about: &'static str) -> Field {
    field(name, MAPPING, about)
}

/// A row that Vapi alone writes.
pub const fn managed(name: &'static str) -> Field {
    Field { access: Access::ServerManaged, ..any(name, "Written by Vapi alone.") }
}

impl Field {
    /// Vapi refuses a new object without it.
    pub const fn must(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Something else has taken its place.
    pub const fn old(mut self) -> Self {
        self.is_deprecated = true;
        self
    }

    /// A number, no smaller than this.
    pub const fn from(mut self, least: f64) -> Self {
        self.shape = Shape::Number(Range { least: Some(least), ..ANY_NUMBER });
        self
    }

    /// A number within bounds that belong to it.
    pub const fn within(mut self, least: f64, most: f64) -> Self {
        self.shape = Shape::Number(Range { least: Some(least), most: Some(most), ..ANY_NUMBER });
        self
    }

    /// A number without fractions.
    pub const fn whole(mut self) -> Self {
        if let Shape::Number(range) = self.shape {
            self.shape = Shape::Number(Range { is_whole: true, ..range });
        }
        self
    }

    /// A text of at least this length.
    pub const fn at_least(mut self, least: usize) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { least, ..text });
        }
        self
    }

    /// A text of at most this length.
    pub const fn longest(mut self, most: usize) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { most: Some(most), ..text });
        }
        self
    }

    /// A text that looks like this.
    pub const fn like(mut self, pattern: &'static Pattern) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { pattern: Some(pattern), ..text });
        }
        self
    }

    /// The words, or one that nobody has heard of yet.
    pub const fn or_new(mut self) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { is_open: true, ..text });
        }
        self
    }

    /// What Vapi documents as its value when nobody sets it.
    pub const fn by_default(mut self, default: Literal) -> Self {
        self.default = Some(default);
        self
    }

    /// Values that an editor may offer.
    pub const fn such_as(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }

    /// The page of Vapi's documentation that explains it.
    pub const fn see(mut self, page: &'static str) -> Self {
        self.page = page;
        self
    }

    /// A secret, or a mapping of secrets.
    pub const fn secret(mut self) -> Self {
        self.secrecy = Secrecy::Secret;
        self
    }

    /// A secret that Vapi does not show again; see [`Secrecy::WriteOnly`].
    pub const fn hidden(mut self, shown_by: Option<&'static str>) -> Self {
        self.secrecy = Secrecy::WriteOnly(shown_by);
        self
    }

    /// It can be given only when the object is made.
    pub const fn create_only(mut self) -> Self {
        self.access = Access::CreateOnly;
        self
    }

    /// The order of its elements means nothing.
    pub const fn as_set(mut self) -> Self {
        self.compared = ListRule::Set;
        self
    }

    /// Its elements are told apart by a key.
    pub const fn keyed(mut self, key: fn(&Map) -> Option<String>) -> Self {
        self.compared = ListRule::Keyed(key);
        self
    }

    /// It holds the id of an object of a section, or a list of such ids.
    pub const fn refers_to(mut self, section: &'static str) -> Self {
        self.refers_to = Some(section);
        self
    }

    /// Below it the user's own words begin.
    pub const fn free(mut self) -> Self {
        self.is_free = true;
        self
    }
}
