//! The ids of entries, and their insertion into references.

use std::collections::HashMap;

use crate::kinds::{Kind, Spot};
use crate::model::{Address, FieldPath, Map, Part, RemoteId, Secret, Step, Value};
use crate::state::load::Entry;
use crate::values::normalize;

/// The ids that entries of other state files of the repository have, each with the path of that file from the root.
pub type OtherFiles = HashMap<String, String>;

/// What is known about the id of an entry while values are resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// It exists.
    Known(RemoteId),
    /// It is known once the object is created. `stale` is the id of a deleted object.
    Pending {
        /// The id that the file still has.
        stale: Option<RemoteId>,
    },
}

/// A reference in Vapi to an object that was deleted and is recreated.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Its path.
    pub path: FieldPath,
    /// The old id.
    pub before: Value,
    /// The new one; `null` for a version that is removed.
    pub after: Value,
    /// The entry of the object.
    pub address: Address,
}

/// The ids of all entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    by_address: HashMap<Address, Id>,
    stale: HashMap<String, Address>,
}

impl Ids {
    /// The ids in the file.
    pub fn in_file<'e, 'd: 'e>(entries: impl IntoIterator<Item = &'e Entry<'d>>) -> Self {
        entries
            .into_iter()
            .map(|entry| {
                let id = match &entry.id {
                    Some(id) => Id::Known(id.clone()),
                    None => Id::Pending { stale: None },
                };
                (entry.address.clone(), id)
            })
            .collect()
    }

    /// The id of an entry. `None`: there is no such entry.
    pub fn get(&self, address: &Address) -> Option<&Id> {
        self.by_address.get(address)
    }

    /// The entries that have an id.
    pub fn known(&self) -> impl Iterator<Item = (&Address, &RemoteId)> {
        self.by_address.iter().filter_map(|(address, id)| match id {
            Id::Known(id) => Some((address, id)),
            Id::Pending { .. } => None,
        })
    }

    /// Whether a value contains the id of a deleted object.
    pub fn name_deleted(&self, value: &Value) -> bool {
        !self.stale.is_empty() && value.any(&|value| value.as_text().is_some_and(|text| self.was(text).is_some()))
    }

    /// The entry whose deleted object had this id.
    pub fn was(&self, id: &str) -> Option<&Address> {
        self.stale.get(id)
    }

    /// Adds the ids that objects had before they were recreated.
    #[must_use]
    pub fn replaced(mut self, old: impl IntoIterator<Item = (RemoteId, Address)>) -> Self {
        self.stale.extend(old.into_iter().map(|(id, address)| (id.0, address)));
        self
    }

    /// A config in normal form, with ids in its references if they are known. An id that an entry no longer has becomes a
    /// reference to that entry.
    pub fn put_in(&self, kind: &'static Kind, mut config: Value) -> Value {
        if !self.stale.is_empty() {
            self.revive(kind.root(), &mut config);
        }
        fill(&mut config, &|address| match self.get(address) {
            Some(Id::Known(id)) => Some(id.clone()),
            Some(Id::Pending { .. }) | None => None,
        });
        normalize::normal_form(kind, config)
    }

    /// A live value with references in place of ids that entries no longer have, and a list of these. `None`: there are
    /// none. A version beside such an id is removed, because the new object has other versions.
    pub fn moved(
        &self,
        kind: &'static Kind,
        live: &Value,
        may: &dyn Fn(&Address) -> bool,
    ) -> Option<(Value, Vec<Moved>)> {
        if self.stale.is_empty() {
            return None;
        }
        let mut moved = Vec::new();
        let mut value = live.clone();
        self.move_in(kind.root(), &mut value, &FieldPath::root(), may, &mut moved);
        (!moved.is_empty()).then_some((value, moved))
    }

    fn move_in(
        &self,
        spot: Spot,
        value: &mut Value,
        path: &FieldPath,
        may: &dyn Fn(&Address) -> bool,
        moved: &mut Vec<Moved>,
    ) {
        match value {
            Value::Text(text) => {
                let address =
                    self.was(text).filter(|address| spot.reference() == Some(address.section) && may(address));
                if let Some(address) = address {
                    let before = Value::Text(std::mem::take(text));
                    *value = match self.get(address) {
                        Some(Id::Known(id)) => Value::Text(id.as_str().into()),
                        _ => Value::Unknown(vec![Part::Id(address.clone())]),
                    };
                    moved.push(Moved { path: path.clone(), before, after: value.clone(), address: address.clone() });
                }
            }
            Value::List(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.move_in(spot.item(), item, &path.join(Step::Index(at)), may, moved);
                }
            }
            Value::Map(map) => {
                let spot = spot.of(map);
                let before = moved.len();
                for (key, value) in map.iter_mut() {
                    self.move_in(spot.key(key), value, &path.key(key), may, moved);
                }
                let inner = moved[before..].to_vec();
                self.unpin_tools(map, path, &inner, moved);
                let own = moved[before..].iter().find(|moved| moved.path.0.len() == path.0.len() + 1).cloned();
                if let (Some(own), Some(pin)) = (own, map.shift_remove("assistantVersion")) {
                    let path = path.key("assistantVersion");
                    moved.push(Moved { path, before: pin, after: Value::Null, address: own.address });
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Unknown(_) => {}
        }
    }

    /// Moves recreated tools from `toolRefs` to `toolIds`, without their pinned version.
    fn unpin_tools(&self, map: &mut Map, path: &FieldPath, inner: &[Moved], moved: &mut Vec<Moved>) {
        let Some(Value::List(refs)) = map.get_mut("toolRefs") else { return };
        let path = path.key("toolRefs");
        let is_moved = |at: usize| inner.iter().find(|moved| moved.path == path.join(Step::Index(at)).key("toolId"));
        let mut freed = Vec::new();
        let mut at = 0;
        refs.retain(|pin| {
            let found = is_moved(at);
            if let Some(of) = found {
                let (path, mut before) = (path.join(Step::Index(at)), pin.clone());
                if let Value::Map(before) = &mut before {
                    before.insert("toolId".to_owned(), of.before.clone());
                }
                moved.push(Moved { path, before, after: Value::Null, address: of.address.clone() });
                freed.push(of.after.clone());
            }
            at += 1;
            found.is_none()
        });
        if !freed.is_empty() {
            moved.retain(|moved| {
                !(moved.path.0.starts_with(&path.0)
                    && moved.path.top().is_some()
                    && moved.path.0.len() == path.0.len() + 2)
            });
            match map.get_mut("toolIds") {
                Some(Value::List(ids)) => ids.extend(freed),
                _ => drop(map.insert("toolIds".to_owned(), Value::List(freed))),
            }
        }
    }

    fn revive(&self, spot: Spot, value: &mut Value) {
        match value {
            Value::Text(text) => {
                let section = spot.reference();
                if let Some(address) = self.was(text).filter(|address| section == Some(address.section)) {
                    *value = Value::Unknown(vec![Part::Id(address.clone())]);
                }
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.revive(spot.item(), item)),
            Value::Map(map) => map.iter_mut().for_each(|(key, value)| self.revive(spot.key(key), value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Unknown(_) => {}
        }
    }
}

impl FromIterator<(Address, Id)> for Ids {
    fn from_iter<T: IntoIterator<Item = (Address, Id)>>(iter: T) -> Self {
        let mut ids = Ids::default();
        for (address, id) in iter {
            if let Id::Pending { stale: Some(stale) } = &id {
                ids.stale.insert(stale.0.clone(), address.clone());
            }
            ids.by_address.insert(address, id);
        }
        ids
    }
}

/// Joins the parts of a text: the value is secret, or not known yet, if any part is.
pub(super) fn join(parts: Vec<Part>) -> Value {
    if parts.iter().any(|part| matches!(part, Part::Id(_))) {
        return Value::Unknown(parts);
    }
    if let [Part::Text(text)] = parts.as_slice() {
        return Value::Text(text.clone());
    }
    let mut variables = Vec::new();
    let mut secret = false;
    let mut known = true;
    let mut text = String::new();
    let mut around = vec![String::new()];
    for part in parts {
        match part {
            Part::Text(part) => {
                text.push_str(&part);
                around.last_mut().into_iter().for_each(|piece| piece.push_str(&part));
            }
            Part::Secret(part) => {
                secret = true;
                around.push(String::new());
                variables.extend_from_slice(part.variables());
                match part.expose() {
                    Some(part) => text.push_str(part),
                    None => known = false,
                }
            }
            Part::Id(_) => {}
        }
    }
    match (secret, known) {
        (false, _) => Value::Text(text.into()),
        (true, true) => Value::Secret(Secret::new(text, variables).within(around)),
        (true, false) => Value::Secret(Secret::missing(variables).within(around)),
    }
}

/// Puts ids into references if they are known.
pub fn fill(value: &mut Value, id_of: &dyn Fn(&Address) -> Option<RemoteId>) {
    match value {
        Value::Unknown(parts) => {
            let known = |part| match part {
                Part::Id(address) => id_of(&address).map_or(Part::Id(address), |id| Part::Text(id.0.into())),
                part => part,
            };
            *value = join(std::mem::take(parts).into_iter().map(known).collect());
        }
        Value::List(items) => items.iter_mut().for_each(|item| fill(item, id_of)),
        Value::Map(map) => map.values_mut().for_each(|value| fill(value, id_of)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Secret(_) => {}
    }
}
