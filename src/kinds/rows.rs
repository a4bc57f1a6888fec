//! The builder of table rows: `number("temperature", "How much answers vary.").within(0.0, 2.0)`.

use super::patterns::Pattern;
use super::table::{Access, Field, Fields, ListRule, Literal, Range, Rewrite, Secrecy, Shape, Text, Union};
use crate::model::Map;

/// Any text.
pub const TEXT: Shape = Shape::Text(ANY_TEXT);
pub(crate) const ANY_TEXT: Text = Text { least: 0, most: None, pattern: None, words: &[], is_open: false };
pub(crate) const ANY_NUMBER: Range = Range { least: None, most: None, is_whole: false, only: &[] };
/// A mapping with any contents.
pub const MAPPING: Shape = Shape::Map(&Shape::Any);

/// Text of a length within these bounds.
pub const fn sized(least: usize, most: usize) -> Shape {
    Shape::Text(Text { least, most: Some(most), ..ANY_TEXT })
}

/// One of these words, or an unknown new one.
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
        rewritten: None,
        only_if_declared: false,
        as_vapi_has_it: false,
        comes_later: false,
    }
}

/// A row for any value.
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

/// A row for one of these words; add [`Field::or_new`] if Vapi may add more.
pub const fn words(name: &'static str, words: &'static [&'static str], about: &'static str) -> Field {
    field(name, Shape::Text(Text { words, ..ANY_TEXT }), about)
}

/// A row for a list.
pub const fn list(name: &'static str, item: &'static Shape, about: &'static str) -> Field {
    field(name, Shape::List(item), about)
}

/// A row for a mapping with its own table.
pub const fn object(name: &'static str, fields: &'static Fields, about: &'static str) -> Field {
    field(name, Shape::Object(fields), about)
}

/// A row for a union.
pub const fn one_of(name: &'static str, union: &'static Union, about: &'static str) -> Field {
    field(name, Shape::OneOf(union), about)
}

/// A row for a mapping with any contents.
pub const fn mapping(name: &'static str, about: &'static str) -> Field {
    field(name, MAPPING, about)
}

/// A row that only Vapi writes.
pub const fn managed(name: &'static str) -> Field {
    Field { access: Access::ServerManaged, ..any(name, "Written by Vapi alone.") }
}

impl Field {
    /// Vapi refuses a new object without it.
    pub const fn must(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Deprecated.
    pub const fn old(mut self) -> Self {
        self.is_deprecated = true;
        self
    }

    /// A number of at least this.
    pub const fn from(mut self, least: f64) -> Self {
        self.shape = Shape::Number(Range { least: Some(least), ..ANY_NUMBER });
        self
    }

    /// A number within these bounds, inclusive.
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

    /// Text of at least this length.
    pub const fn at_least(mut self, least: usize) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { least, ..text });
        }
        self
    }

    /// Text of at most this length.
    pub const fn longest(mut self, most: usize) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { most: Some(most), ..text });
        }
        self
    }

    /// Text that matches this pattern.
    pub const fn like(mut self, pattern: &'static Pattern) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { pattern: Some(pattern), ..text });
        }
        self
    }

    /// The words, or an unknown new one.
    pub const fn or_new(mut self) -> Self {
        if let Shape::Text(text) = self.shape {
            self.shape = Shape::Text(Text { is_open: true, ..text });
        }
        self
    }

    /// The default that Vapi documents.
    pub const fn by_default(mut self, default: Literal) -> Self {
        self.default = Some(default);
        self
    }

    /// Example values for editors.
    pub const fn such_as(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }

    /// Its page in Vapi's documentation.
    pub const fn see(mut self, page: &'static str) -> Self {
        self.page = page;
        self
    }

    /// A secret, or a mapping of secrets.
    pub const fn secret(mut self) -> Self {
        self.secrecy = Secrecy::Secret;
        self
    }

    /// A write-only secret; see [`Secrecy::WriteOnly`].
    pub const fn hidden(mut self, shown_by: Option<&'static str>) -> Self {
        self.secrecy = Secrecy::WriteOnly(shown_by);
        self
    }

    /// It can be set only at creation.
    pub const fn create_only(mut self) -> Self {
        self.access = Access::CreateOnly;
        self
    }

    /// The order of its elements does not matter.
    pub const fn as_set(mut self) -> Self {
        self.compared = ListRule::Set;
        self
    }

    /// Its elements are identified by a key.
    pub const fn keyed(mut self, key: fn(&Map) -> Option<String>) -> Self {
        self.compared = ListRule::Keyed(key);
        self
    }

    /// Its elements are identified by a key, and their order counts.
    pub const fn ordered(mut self, key: fn(&Map) -> Option<String>) -> Self {
        self.compared = ListRule::Ordered(key);
        self
    }

    /// It holds the id of an object of a section, or a list of such ids.
    pub const fn refers_to(mut self, section: &'static str) -> Self {
        self.refers_to = Some(section);
        self
    }

    /// What Vapi makes of it.
    pub const fn rewritten(mut self, rewrite: Rewrite) -> Self {
        self.rewritten = Some(rewrite);
        self
    }

    /// A creation sends it; after that it is no difference, and an update sends what Vapi has.
    pub const fn as_vapi_has_it(mut self) -> Self {
        self.as_vapi_has_it = true;
        self
    }

    /// What only Vapi has here is not taken into the file.
    pub const fn only_if_declared(mut self) -> Self {
        self.only_if_declared = true;
        self
    }

    /// It can be set by a second write.
    pub const fn later(mut self) -> Self {
        self.comes_later = true;
        self
    }

    /// Its contents are free-form.
    pub const fn free(mut self) -> Self {
        self.is_free = true;
        self
    }
}
