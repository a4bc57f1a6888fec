//! Which entry refers to which, according to the file.

use std::collections::{BTreeSet, HashMap};

use super::Inputs;
use crate::model::{Address, Part, Trail, Value};
use crate::state::ids::Id;

/// For each entry, the entries that it refers to, by handle or by id.
pub(super) type Links = HashMap<Address, BTreeSet<Address>>;

/// The links in the file.
pub(super) fn declared(inputs: &Inputs<'_, '_>) -> Links {
    let entries = &inputs.desired.file.entries;
    let owners: HashMap<&str, &Address> = entries
        .iter()
        .filter_map(|entry| match inputs.ids.get(&entry.address)? {
            Id::Known(id) | Id::Pending { stale: Some(id) } => Some((id.as_str(), &entry.address)),
            Id::Pending { stale: None } => None,
        })
        .collect();
    let of = |config: &Value| {
        let mut found = BTreeSet::new();
        config.visit(Trail::Root, &mut |_, value| match value {
            Value::Unknown(parts) => found.extend(parts.iter().filter_map(|part| match part {
                Part::Id(address) => Some(address.clone()),
                Part::Text(_) | Part::Secret(_) => None,
            })),
            Value::Text(text) => found.extend(owners.get(&**text).map(|address| (*address).clone())),
            _ => {}
        });
        found
    };
    inputs.desired.said().iter().map(|(address, config)| (address.clone(), of(config))).collect()
}

/// All entries that can be reached from these, including these.
pub(super) fn reach(links: &Links, start: BTreeSet<Address>) -> BTreeSet<Address> {
    let mut next: Vec<Address> = start.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(address) = next.pop() {
        if reached.insert(address.clone()) {
            next.extend(links.get(&address).into_iter().flatten().cloned());
        }
    }
    reached
}
