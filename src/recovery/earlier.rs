//! Whether an object is what an earlier run made for an entry and could not record any more.
//!
//! In: an entry without an object, a live object that no entry claims. Out: yes or no. An entry with a name is found by it; here
//! is what is left: objects that were made again for an id that is gone, and those of which only the audit log can say that
//! something like them was begun, since they have no name, or had another one then.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::audit::Begun;
use crate::model::{AWAITED, SENSITIVE, Value};
use crate::plan::pair::{MadeBefore, identity_field};
use crate::state::load::Entry;
use crate::state::resolve::{Resolved, Resolver};
use crate::values::compare::covers;
use crate::values::live::Live;
use crate::values::normalize;

/// How far the clock of this machine may be ahead of Vapi's.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// What is known of earlier runs.
pub struct Earlier<'r> {
    /// Gives what the file says.
    pub resolver: &'r Resolver<'r>,
    /// What the audit log says was begun, by address.
    pub begun: HashMap<String, Begun>,
}

impl MadeBefore for Earlier<'_> {
    fn knows(&self, entry: &Entry<'_>) -> bool {
        entry.id.is_some() || self.begun.contains_key(&entry.address.to_string())
    }

    fn made(&self, entry: &Entry<'_>, live: &Live) -> bool {
        self.was_begun(entry, live) || entry.id.is_some() && self.made_again(entry, live)
    }
}

impl Earlier<'_> {
    fn was_begun(&self, entry: &Entry<'_>, live: &Live) -> bool {
        let Some(begun) = self.begun.get(&entry.address.to_string()) else { return false };
        match &begun.id {
            // The entry may be about something else by now: then the object is not its own any more.
            Some(id) => live.header.id == *id && self.holds_all(entry, live),
            None => is_what_was_sent(entry, live, begun),
        }
    }

    /// It has the number of the entry, or its name and all that the file says of it as far as that is known already.
    fn made_again(&self, entry: &Entry<'_>, live: &Live) -> bool {
        let names_it = |field: &str| {
            let text = entry.config.and_then(|config| config.get(field)).and_then(|node| node.as_text());
            text.is_some_and(|text| !text.is_empty() && identity_field(&live.header, field) == Some(text))
        };
        if entry.kind.identity.iter().any(|field| *field != "name" && names_it(field)) {
            return true;
        }
        names_it("name") && self.holds_all(entry, live)
    }

    /// Whether it holds all that the file says, as far as that is known: the ids of entries that are made again themselves
    /// are not, and a bought number is another one.
    fn holds_all(&self, entry: &Entry<'_>, live: &Live) -> bool {
        let mut desired = self.resolver.desired(entry, &mut Resolved::default());
        let purchase = (entry.kind.purchase)(&desired);
        if let Value::Map(fields) = &mut desired {
            fields.retain(|field, value| !(holds_unknown(value) || purchase && field == "number"));
        }
        normalize::object(entry.kind, live).is_ok_and(|live| covers(entry.kind.root(), &live, &desired))
    }
}

/// Whether an object is not older than what the log says was begun, and holds what was sent then: the file may say something
/// else by now.
fn is_what_was_sent(entry: &Entry<'_>, live: &Live, begun: &Begun) -> bool {
    let made_at = live.header.created_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    if made_at.is_none_or(|made_at| made_at.duration_since(begun.at) < -CLOCKS) {
        return false;
    }
    let fields = begun.fields.iter().filter_map(|field| Some((field.path.clone(), known(field.after.clone()?)?)));
    let sent: serde_json::Map<String, Json> = fields.collect();
    if sent.is_empty() {
        return false;
    }
    let sent = normalize::normal_form(entry.kind, Value::from(Json::Object(sent)));
    normalize::object(entry.kind, live).is_ok_and(|live| covers(entry.kind.root(), &live, &sent))
}

/// What the log knows of a value: no secrets, and no ids that were not there yet. `None`: nothing.
fn known(value: Json) -> Option<Json> {
    match value {
        Json::String(text) if text == SENSITIVE || text.contains(AWAITED) => None,
        Json::Array(items) => items.into_iter().map(known).collect::<Option<Vec<_>>>().map(Json::Array),
        Json::Object(map) => {
            Some(Json::Object(map.into_iter().filter_map(|(key, value)| Some((key, known(value)?))).collect()))
        }
        other => Some(other),
    }
}

fn holds_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::List(items) => items.iter().any(holds_unknown),
        Value::Map(map) => map.values().any(holds_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Secret(_) => false,
    }
}
