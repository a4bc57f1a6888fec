//! Recognises an object that we may have created: by its name or number, and all that was sent.

use crate::kinds::{Kind, Named};
use crate::model::{Map, Value};
use crate::plan::pair::names_of;
use crate::values::compare::surplus;
use crate::values::live::Live;
use crate::values::normalize;

/// An object that Vapi may have already.
pub(super) struct Sought {
    pub(super) kind: &'static Kind,
    content: Value,
}

impl Sought {
    pub(super) fn new(kind: &'static Kind, content: Map) -> Self {
        Self { kind, content: as_stored(kind, Value::Map(content)) }
    }

    /// Its identifying field and text. `None`: it has no name.
    pub(super) fn identity(&self) -> Option<Named> {
        self.kind.identity_of(&self.content)
    }

    /// Whether a live object has its name or number.
    pub(super) fn is_named_as(&self, live: &Live) -> bool {
        self.identity().is_some_and(|named| names_of(self.kind, &live.header).contains(&named))
    }

    /// Whether a live object holds all that was sent.
    pub(super) fn is_held_by(&self, live: &Live) -> bool {
        self.surplus_of(live).is_some()
    }

    /// How much a live object has beside all that was sent. `None`: it does not hold all of it.
    pub(super) fn surplus_of(&self, live: &Live) -> Option<usize> {
        let live = as_stored(self.kind, normalize::object(self.kind, live).ok()?);
        surplus(self.kind.root(), &live, &self.content)
    }
}

/// Vapi may trim names.
fn as_stored(kind: &Kind, mut object: Value) -> Value {
    for field in kind.unique.iter().chain(&["name"]) {
        if let Value::Map(fields) = &mut object
            && let Some(Value::Text(text)) = fields.get_mut(*field)
        {
            *text = normalize::name(text).into();
        }
    }
    object
}
