//! Names to show in place of ids and addresses.

use std::collections::HashMap;

use super::Change;
use super::pair::Listings;
use crate::model::AWAITED;

/// The names of objects, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// The names of all live objects, and of those that a plan creates.
    pub fn of(listings: &Listings, changes: &[Change]) -> Self {
        let live = listings.values().flatten().filter_map(|live| {
            let header = &live.header;
            let name = header.name.clone().filter(|name| !name.is_empty());
            Some((header.id.clone(), name.or_else(|| header.number.clone()).or_else(|| header.sip_uri.clone())?))
        });
        let planned = changes.iter().filter(|change| change.creates()).map(|change| {
            let address = change.address.to_string();
            let name = change.name.clone().unwrap_or_else(|| address.clone());
            (format!("{AWAITED}{address})"), format!("{name} (new)"))
        });
        Self(live.chain(planned).collect())
    }

    /// These ids and names.
    pub fn known(names: impl Iterator<Item = (String, String)>) -> Self {
        Self(names.collect())
    }

    /// The name of the object with this id, or of one that does not exist yet.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}
