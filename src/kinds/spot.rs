//! Looks up facts about a field by walking the tables along with a value.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Kind;
use super::parts::common::EVERYWHERE;
use super::table::{Access, Field, Fields, ListRule, Literal, Rewrite, Secrecy, Shape};
use crate::model::{FieldPath, Form, Map, Step, Value};

/// A position in the tables of a kind.
///
/// In a union, a field is looked up in the branch of the mapping where that is known ([`Spot::of`]), else in all branches: one
/// that several branches have means the same in each, except for its range, its default and what Vapi makes of it.
#[derive(Clone, Copy, Default)]
pub struct Spot {
    shape: Option<&'static Shape>,
    /// Of a union: the branch, once it is known.
    branch: Option<&'static Shape>,
    /// The row of this value; for a list element, that of the list.
    row: Option<&'static Field>,
    is_element: bool,
    default: Option<Literal>,
    /// What a scalar stands for here; in a union, if all branches agree on it.
    form: Form,
    is_secret: bool,
    /// It is inside free-form content.
    is_below_free: bool,
    /// No table has it or a parent of it.
    is_unknown: bool,
}

impl Spot {
    pub(super) fn root(kind: &'static Kind) -> Self {
        Spot { shape: Some(&kind.config), ..Spot::default() }
    }

    /// The spot of a key of this mapping.
    pub(crate) fn key(&self, key: &str) -> Spot {
        let is_below_free = self.is_free();
        let mut found = self.shape.map_or(Found::default(), |shape| find(shape, key));
        if let Some(exact) = self.branch.map(|branch| find(branch, key)).filter(|exact| exact.row.is_some()) {
            found = exact;
        }
        let everywhere = EVERYWHERE.get(key);
        let row = found.row.or(everywhere.filter(|_| !is_below_free));
        Spot {
            // Server headers are secrets in free-form content too.
            shape: row.or(everywhere).map(|row| &row.shape).or(found.each),
            branch: None,
            row,
            is_element: false,
            default: found.default,
            form: found.form,
            is_secret: is_secret_name(key)
                || row.is_some_and(|row| row.secrecy != Secrecy::Open)
                // Any value of such a mapping may be a credential: `Authorization`, `x-api-key`, a cookie.
                || (found.each.is_some() && self.has(|row| row.secrecy != Secrecy::Open)),
            is_below_free,
            is_unknown: self.is_unknown
                || (row.is_none() && !is_below_free && self.has_fields() && found.each.is_none()),
        }
    }

    fn has_fields(&self) -> bool {
        let mut has = false;
        self.shape.into_iter().for_each(|shape| mappings(shape, &mut |_| has = true));
        has
    }

    /// Whether no table has the field.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_unknown
    }

    /// The spot of a mapping with these fields: its branch, if it says which.
    pub(crate) fn of(&self, map: &Map) -> Spot {
        let Some(Shape::OneOf(union)) = self.shape.map(Shape::resolved) else { return *self };
        let branch = map.get(union.tag.name).and_then(Value::as_text).and_then(|word| union.branch(word));
        Spot { branch, ..*self }
    }

    /// Whether this is a mapping of the union of this title, and the union has no branch of this word.
    pub(crate) fn is_unknown_word(&self, title: &str, word: &str) -> bool {
        matches!(self.shape.map(Shape::resolved), Some(Shape::OneOf(union)) if union.title == title && union.branch(word).is_none())
    }

    /// What Vapi makes of this.
    pub(crate) fn rewrite(&self) -> Option<Rewrite> {
        self.row.filter(|_| !self.is_element)?.rewritten
    }

    /// Whether what only Vapi has here stays out of the file.
    pub(crate) fn is_only_if_declared(&self) -> bool {
        self.has(|row| row.only_if_declared)
    }

    /// Whether this is no difference once the object is there, and an update sends what Vapi has.
    pub(crate) fn is_as_vapi_has_it(&self) -> bool {
        self.has(|row| row.as_vapi_has_it)
    }

    /// Whether this can be set by a second write.
    pub(crate) fn comes_later(&self) -> bool {
        self.has(|row| row.comes_later)
    }

    /// The spot of an element of this list.
    pub(crate) fn item(&self) -> Spot {
        let shape = self.shape.and_then(item);
        let form = shape.map_or(Form::Text, form);
        Spot { shape, branch: None, is_element: true, default: None, form, is_secret: false, ..*self }
    }

    /// The spot at the end of a path.
    pub(crate) fn at(&self, path: &FieldPath) -> Spot {
        path.0.iter().fold(*self, |spot, step| match step {
            Step::Key(key) => spot.key(key),
            Step::Index(_) | Step::Element(_) => spot.item(),
        })
    }

    fn has(&self, wanted: impl Fn(&Field) -> bool) -> bool {
        !self.is_element && self.row.is_some_and(wanted)
    }

    /// Whether this is free-form content, about which nothing is known.
    pub(crate) fn is_free(&self) -> bool {
        self.is_below_free || self.has(|row| row.is_free)
    }

    /// What the text of a variable stands for here.
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// Whether text here must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// Whether only Vapi sets this.
    pub(crate) fn is_server_managed(&self) -> bool {
        self.has(|row| row.access == Access::ServerManaged)
    }

    /// Whether it can be set only at creation.
    pub(crate) fn is_create_only(&self) -> bool {
        self.has(|row| row.access == Access::CreateOnly)
    }

    /// How this list is compared.
    pub(crate) fn list(&self) -> ListRule {
        self.row.filter(|_| !self.is_element).map_or(ListRule::Whole, |row| row.compared)
    }

    /// The section of the objects that this refers to by id.
    pub(crate) fn reference(&self) -> Option<&'static str> {
        self.row?.refers_to
    }

    /// The write-only fields of this mapping, each with the top-level field that says whether it is
    /// set.
    pub(crate) fn write_only(&self) -> Vec<(&'static str, Option<&'static str>)> {
        let mut found = Vec::new();
        self.shape.into_iter().for_each(|shape| {
            mappings(shape, &mut |fields| {
                for row in fields.rows.iter().chain(fields.also.iter().flat_map(|also| also.rows)) {
                    if let Secrecy::WriteOnly(shown_by) = row.secrecy
                        && !found.contains(&(row.name, shown_by))
                    {
                        found.push((row.name, shown_by));
                    }
                }
            });
        });
        found
    }

    /// Whether a value is the documented default of this field.
    pub(crate) fn is_default(&self, value: &Value) -> bool {
        self.default.is_some_and(|default: Literal| default.is(value))
    }

    /// Whether a list has the elements of this field's default.
    pub(crate) fn is_default_list(&self, items: &[Value]) -> bool {
        self.default.is_some_and(|default| default.is_list(items))
    }
}

/// What a shape says about a key.
#[derive(Clone, Copy, Default)]
struct Found {
    row: Option<&'static Field>,
    /// The shape of unlisted keys.
    each: Option<&'static Shape>,
    /// The default, if all branches with the field agree on it.
    default: Option<Literal>,
    /// The form, in the same way.
    form: Form,
}

type Known = HashMap<&'static str, Found, foldhash::fast::RandomState>;

thread_local! {
    /// What unions, by their address, say about fields that were asked for. The branches of a model have hundreds of fields
    /// together, and a plan asks for each field of each object several times.
    static KNOWN: RefCell<HashMap<usize, Known, foldhash::fast::RandomState>> = RefCell::default();
}

fn find(shape: &'static Shape, key: &str) -> Found {
    if !matches!(shape.resolved(), Shape::OneOf(_) | Shape::Either(_)) {
        return search(shape, key);
    }
    KNOWN.with_borrow_mut(|known| {
        let known = known.entry(std::ptr::from_ref(shape).addr()).or_default();
        known.get(key).copied().unwrap_or_else(|| {
            let found = search(shape, key);
            known.extend(found.row.filter(|row| row.name == key).map(|row| (row.name, found)));
            found
        })
    })
}

fn search(shape: &'static Shape, key: &str) -> Found {
    let mut found = Found::default();
    if let Shape::Map(each) = shape {
        found.each = Some(each);
    }
    mappings(shape, &mut |fields| {
        let Some(row) = fields.get(key).or(fields.rest) else { return };
        match found.row {
            None => (found.row, found.default, found.form) = (Some(row), row.default, form(&row.shape)),
            Some(_) => {
                found.default = found.default.filter(|_| found.default == row.default);
                found.form = if found.form == form(&row.shape) { found.form } else { Form::Text };
            }
        }
    });
    if let Shape::OneOf(union) = shape
        && union.tag.name == key
    {
        found.row = Some(&union.tag);
    }
    found
}

fn form(shape: &'static Shape) -> Form {
    match shape.resolved() {
        Shape::Bool => Form::Bool,
        Shape::Number(_) => Form::Number,
        Shape::Either(shapes) => {
            // Any text is one; of the others the first counts.
            let mut forms = shapes.iter().filter(|shape| {
                matches!(shape.resolved(), Shape::Bool | Shape::Number(_) | Shape::Text(_) | Shape::Any)
            });
            let first = forms.next().map_or(Form::Text, form);
            if forms.all(|shape| form(shape) == first) { first } else { Form::Text }
        }
        _ => Form::Text,
    }
}

fn item(shape: &'static Shape) -> Option<&'static Shape> {
    match shape {
        Shape::List(item) => Some(item),
        Shape::Either(shapes) => shapes.iter().find_map(item),
        _ => None,
    }
}

/// Calls `see` with each mapping that a shape allows.
fn mappings(shape: &'static Shape, see: &mut dyn FnMut(&'static Fields)) {
    match shape.resolved() {
        Shape::Object(fields) => see(fields),
        Shape::OneOf(union) => union.branches.iter().for_each(|branch| mappings(&branch.shape, see)),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| mappings(shape, see)),
        _ => {}
    }
}

/// Whether a field of this name holds a secret anywhere. From the document: `apiKey`, `authToken`,
/// `twilioApiSecret`, `password`, `privateKey`, `secretAccessKey` … but no counts (`maxTokens`) and no ids.
fn is_secret_name(key: &str) -> bool {
    const ENDS: [&str; 9] = [
        "secret",
        "token",
        "password",
        "apikey",
        "api_key",
        "privatekey",
        "secretkey",
        "secretaccesskey",
        "hmacaccesskey",
    ];
    let key = key.as_bytes();
    let ends_with = |end: &str| {
        key.len().checked_sub(end.len()).is_some_and(|start| key[start..].eq_ignore_ascii_case(end.as_bytes()))
    };
    ENDS.into_iter().any(ends_with) || key.eq_ignore_ascii_case(b"authorization")
}

/// Whether this is a masked secret.
pub(crate) fn is_masked(text: &str) -> bool {
    let masked = |c: char| matches!(c, '*' | '•' | '…' | 'x' | 'X');
    text.contains("***")
        || text.contains("•••")
        || (text.chars().count() >= 4 && text.chars().all(masked))
        || matches!(text.trim_matches(['[', ']', '<', '>', '(', ')']), "REDACTED" | "redacted" | "hidden" | "HIDDEN")
}
