//! What Vapi's objects are, as data: one file per kind with a table of its fields, read by everything that must know a
//! fact about a field.
//!
//! ```text
//!            agents, phone_numbers ── parts      the tables, in the words of `table`
//!                     │
//!       ┌─────────────┼──────────────┐
//!      spot        publish         check         facts by place · schema for editors · `validate`
//! ```
//!
//! To add a kind, write its file and add one line to [`KINDS`].

mod agents;
mod parts;
mod patterns;
mod phone_numbers;
mod publish;
mod spot;
pub mod table;

pub(crate) use patterns::pattern;
pub use publish::{published, schema};
pub use spot::Spot;
pub(crate) use spot::is_masked;
pub use table::{Fields, ListRule, Shape};

use crate::model::{Address, Value};

/// A kind of object that the state file holds.
pub struct Kind {
    /// Its section in the file and the first half of its addresses: `agents`.
    pub section: &'static str,
    /// Its name on the command line: `--only agents`.
    pub option: &'static str,
    /// Its word in a reference: `${agent:…}`. Also the `kind` of the JSON.
    pub word: &'static str,
    /// What people call one: `agent`, `phone number`.
    pub noun: &'static str,
    /// What people call several.
    pub nouns: &'static str,
    /// The key beside `config` that holds Vapi's id.
    pub id_key: &'static str,
    /// Vapi's endpoint.
    pub endpoint: &'static str,
    /// The fields by which an entry without an id is linked to a live object; the first that has a value counts.
    pub identity: &'static [&'static str],
    /// The top-level fields that say where calls go: they are never emptied.
    pub assignment: &'static [&'static str],
    /// The table of its fields.
    pub config: Shape,
    /// Whether making an object with this config costs money or allots a number that cannot be had twice.
    pub purchase: fn(&Value) -> bool,
}

/// All kinds, in the order in which they are applied: what is referred to stands before what refers to it.
pub static KINDS: [&Kind; 2] = [&agents::KIND, &phone_numbers::KIND];

impl Kind {
    /// An address of this kind.
    pub fn address(&self, handle: &str) -> Address {
        Address::new(self.section, handle)
    }

    /// The root of its table, from which one walks along with a value.
    pub fn root(&'static self) -> Spot {
        Spot::root(self)
    }

    /// The value by which an object of this kind can be told from the others: its name, its number, its SIP URI.
    pub fn identity_of<'v>(&self, value: &'v Value) -> Option<(&'static str, &'v str)> {
        self.identity.iter().find_map(|field| {
            let text = value.text_at(field).filter(|text| !text.is_empty())?;
            Some((*field, text))
        })
    }

    /// The name to show of an object: its name, else its number or SIP URI.
    pub fn name_of<'v>(&self, value: &'v Value) -> Option<&'v str> {
        value.text_at("name").or_else(|| self.identity_of(value).map(|(_, text)| text))
    }
}

/// A kind is its section: there is one of each.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.section == other.section
    }
}

impl Eq for Kind {}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.section)
    }
}

/// The kind of a section of the file.
pub fn by_section(section: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.section == section)
}

/// The kind of a word in a reference.
pub fn by_word(word: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.word == word)
}

/// The kind of an address. Every address is made from a kind, so there is one; the first kind stands in otherwise.
pub fn of(address: &Address) -> &'static Kind {
    by_section(address.section).unwrap_or(KINDS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_found_by_each_of_its_names() {
        for kind in KINDS {
            assert!(std::ptr::eq(by_section(kind.section).expect("section"), kind));
            assert!(std::ptr::eq(by_word(kind.word).expect("word"), kind));
            assert!(std::ptr::eq(of(&kind.address("x")), kind));
        }
    }
}
