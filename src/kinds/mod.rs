//! Describes Vapi's objects as data: one file per kind with a table of its fields, the only source of facts about a
//! field.
//!
//! ```text
//!            agents, phone_numbers ── parts      the tables, in the words of `table`
//!                     │
//!       ┌─────────────┼──────────────┐
//!      spot        publish         check         facts by path · editor schema · `validate`
//! ```
//!
//! To add a kind, write its file and add one line to [`KINDS`].

mod agents;
mod parts;
mod patterns;
mod phone_numbers;
mod publish;
mod rows;
mod spot;
pub mod table;

pub(crate) use patterns::pattern;
pub use publish::{published, schema};
pub use spot::Spot;
pub(crate) use spot::is_masked;
pub use table::{Fields, ListRule, Shape};

use crate::model::{Address, Value};

/// A kind of object in the state file.
pub struct Kind {
    /// Its section in the file and the first half of its addresses: `agents`.
    pub section: &'static str,
    /// Its name on the command line: `--only agents`.
    pub option: &'static str,
    /// Its word in a reference: `${agent:…}`. Also the `kind` of the JSON.
    pub word: &'static str,
    /// What messages call one: `agent`, `phone number`.
    pub noun: &'static str,
    /// The plural.
    pub nouns: &'static str,
    /// The key beside `config` that holds Vapi's id.
    pub id_key: &'static str,
    /// Vapi's endpoint.
    pub endpoint: &'static str,
    /// The path in the dashboard: `assistants`.
    pub dashboard: &'static str,
    /// The fields that link an entry without an id to a live object; the first with a value counts.
    pub identity: &'static [&'static str],
    /// The top-level fields that route calls: they are never emptied.
    pub assignment: &'static [&'static str],
    /// The table of its fields.
    pub config: Shape,
    /// Whether creating an object with this config costs money or allots a number.
    pub purchase: fn(&Value) -> bool,
}

/// All kinds in the order of `apply`: a kind comes after those it refers to.
pub static KINDS: [&Kind; 2] = [&agents::KIND, &phone_numbers::KIND];

impl Kind {
    /// An address of this kind.
    pub fn address(&self, handle: &str) -> Address {
        Address::new(self.section, handle)
    }

    /// The root of its table, to walk along with a value.
    pub fn root(&'static self) -> Spot {
        Spot::root(self)
    }

    /// The field and value that identify an object of this kind: its name, number or SIP URI.
    pub fn identity_of<'v>(&self, value: &'v Value) -> Option<(&'static str, &'v str)> {
        self.identity.iter().find_map(|field| {
            let text = value.text_at(field).filter(|text| !text.is_empty())?;
            Some((*field, text))
        })
    }

    /// The display name of an object: its name, else its number or SIP URI.
    pub fn name_of<'v>(&self, value: &'v Value) -> Option<&'v str> {
        value.text_at("name").or_else(|| self.identity_of(value).map(|(_, text)| text))
    }
}

/// Kinds are compared by section.
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

/// The kind of an address. Addresses are made from kinds, so the fallback is never used.
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

    /// Collects all tables reachable from a shape, each once.
    fn tables(shape: &'static Shape, seen: &mut Vec<&'static Fields>) {
        match shape {
            Shape::Object(fields) if !seen.iter().any(|known| std::ptr::eq(*known, *fields)) => {
                seen.push(fields);
                fields.all().for_each(|field| tables(&field.shape, seen));
            }
            Shape::OneOf(union) => union.branches.iter().for_each(|branch| tables(&branch.shape, seen)),
            Shape::List(shape) | Shape::Map(shape) => tables(shape, seen),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| tables(shape, seen)),
            _ => {}
        }
    }

    #[test]
    fn rows_are_whole_and_agree_with_what_holds_everywhere() {
        let mut all = Vec::new();
        KINDS.into_iter().for_each(|kind| tables(&kind.config, &mut all));
        assert!(all.len() > 100, "{}", all.len());
        for field in all.iter().flat_map(|fields| fields.all()) {
            let known = |text: &str| text.contains(' ') && text.ends_with('.');
            assert!(known(field.about), "{}: {:?}", field.name, field.about);
            if let Some(everywhere) = parts::common::EVERYWHERE.get(field.name) {
                assert_eq!(field.refers_to, everywhere.refers_to, "{}", field.name);
                let is_set = |rule: ListRule| matches!(rule, ListRule::Set);
                assert_eq!(is_set(field.compared), is_set(everywhere.compared), "{}", field.name);
            }
        }
        for fields in all {
            let mut names: Vec<&str> = fields.all().map(|field| field.name).collect();
            names.sort_unstable();
            let doubled: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(doubled.is_empty(), "{}: {doubled:?}", fields.title);
        }
    }

    #[test]
    fn what_vapi_alone_writes_is_known() {
        let common = ["id", "orgId", "createdAt", "updatedAt", "isServerUrlSecretSet"];
        let agents = ["analyticsMetadata", "isDeleted", "workflowIds", "latestVersion", "modelDeprecations"];
        let numbers = [
            "status",
            "providerResourceId",
            "stripeSubscriptionId",
            "stripeSubscriptionStatus",
            "stripeSubscriptionCurrentPeriodStart",
        ];
        for (kind, own) in [(&agents::KIND, agents), (&phone_numbers::KIND, numbers)] {
            for field in common.iter().chain(&own) {
                assert!(kind.root().key(field).is_server_managed(), "{}: {field}", kind.section);
            }
            assert!(!kind.root().key("name").is_server_managed());
        }
    }

    #[test]
    fn secrets_are_found_by_their_row_their_mapping_and_their_name() {
        let path = |path: &str| {
            path.split('.').fold(agents::KIND.root(), |spot, key| match key {
                "[]" => spot.item(),
                key => spot.key(key),
            })
        };
        for secret in [
            "server.secret",
            "server.headers.x-any",
            "model.tools.[].server.headers.Cookie",
            "model.tools.[].destinations.[].assistantOverrides.server.headers.x",
            "credentials.[].whatever",
            "metadata.apiToken",
            "metadata.server.headers.x",
            "serverUrlSecret",
        ] {
            assert!(path(secret).is_secret(), "{secret}");
        }
        for open in ["name", "credentials.[].name", "server.url", "model.maxTokens", "metadata.headers.x"] {
            assert!(!path(open).is_secret(), "{open}");
        }
        assert!(path("metadata.assistantId").reference().is_none(), "free words are no references");
        assert_eq!(path("squadOverrides.x.assistantId").reference(), Some("agents"));
    }
}
