//! Describes Vapi's objects as data: one file per kind with a table of its fields, the only source of facts about a
//! field.
//!
//! ```text
//!         one file per kind ── parts             the tables, in the words of `table`
//!                     │
//!       ┌─────────────┼──────────────┐
//!      spot        publish         check         facts by path · editor schema · `validate`
//! ```
//!
//! To add a kind, write its file and add its name to [`KINDS`].

mod parts;
mod patterns;
mod publish;
mod rows;
mod spot;
pub mod table;

pub(crate) use patterns::pattern;
pub use publish::{published, schema};
pub use spot::Spot;
pub(crate) use spot::is_masked;
pub use table::{Fields, ListRule, Rewrite, Shape};

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
    /// The names that link an entry without an id to a live object, given the text of each field; the first counts.
    pub names: fn(TextOf<'_>) -> Vec<Named>,
    /// The fields whose text no two objects share, in any organisation: the number, the SIP URI.
    pub unique: &'static [&'static str],
    /// The top-level fields that route calls: they are never emptied.
    pub assignment: &'static [&'static str],
    /// The lists that are never emptied.
    pub never_empty: &'static [&'static str],
    /// The field that makes another object of an object: an entry with another value of it is held back.
    pub fixed: Option<&'static str>,
    /// The table of its fields.
    pub config: Shape,
    /// Whether every organisation has it, and every state file speaks of it, with a section or without.
    pub is_everywhere: bool,
    /// Whether a call goes on to what its objects refer to.
    pub leads_on: bool,
    /// Whether creating an object with this config costs money or allots a number.
    pub purchase: fn(&Value) -> bool,
    /// Whether Vapi lets an object with this config be created.
    pub can_be_made: fn(&Value) -> bool,
    /// The top-level fields that every update must hold.
    pub companions: &'static [&'static str],
    /// What the address of an update needs, given what Vapi holds and what is sent: a name and a value.
    pub query: Option<Query>,
}

/// A name and value for the address of an update.
pub type Query = fn(&Value, &Value) -> (&'static str, &'static str);

/// Gives the text of a field by its path: `name`, `function.name`.
pub type TextOf<'t> = &'t dyn Fn(&str) -> Option<String>;

/// A field by which objects are told apart, and its text.
pub type Named = (&'static str, String);

/// Declares the file of each kind, and collects them.
macro_rules! kinds {
    ($(#[$about:meta])* $name:ident: $($kind:ident),+ $(,)?) => {
        $(mod $kind;)+
        $(#[$about])*
        pub static $name: [&Kind; [$(stringify!($kind)),+].len()] = [$(&$kind::KIND),+];
    };
}

kinds! {
    /// All kinds in the order of `apply`: a kind comes after those it refers to.
    KINDS:
    structured_outputs,
    tools,
    agents,
    squads,
    phone_numbers,
}

/// What most kinds have in common.
const PLAIN: Kind = Kind {
    section: "",
    option: "",
    word: "",
    noun: "",
    nouns: "",
    id_key: "",
    endpoint: "",
    dashboard: "",
    names: |text| named(text, &["name"]),
    unique: &[],
    assignment: &[],
    never_empty: &[],
    fixed: None,
    config: Shape::Any,
    is_everywhere: false,
    leads_on: true,
    purchase: |_| false,
    can_be_made: |_| true,
    companions: &[],
    query: None,
};

/// The fields of these that have a text, in their order.
fn named(text: TextOf<'_>, fields: &[&'static str]) -> Vec<Named> {
    fields.iter().filter_map(|field| Some((*field, text(field).filter(|text| !text.is_empty())?))).collect()
}

impl Kind {
    /// What else the command line takes for its name: the file's words, Vapi's own.
    pub fn aliases(&self) -> [&'static str; 3] {
        [self.section, self.word, self.dashboard]
    }

    /// An address of this kind.
    pub fn address(&self, handle: &str) -> Address {
        Address::new(self.section, handle)
    }

    /// The root of its table, to walk along with a value.
    pub fn root(&'static self) -> Spot {
        Spot::root(self)
    }

    /// The field and text that identify an object of this kind: its name, number or SIP URI.
    pub fn identity_of(&self, value: &Value) -> Option<Named> {
        (self.names)(&|path| text_in(value, path)).into_iter().next()
    }

    /// The display name of an object: its name, else its number or SIP URI.
    pub fn name_of(&self, value: &Value) -> Option<String> {
        value.text_at("name").map(str::to_owned).or_else(|| text_in(value, self.identity_of(value)?.0))
    }
}

/// The text at a path such as `function.name`.
fn text_in(value: &Value, path: &str) -> Option<String> {
    let mut steps = path.split('.');
    let found = steps.try_fold(value, |value, step| value.as_map()?.get(step))?;
    found.as_text().map(str::to_owned)
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

/// The kind that the command line names.
pub fn by_option(option: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.option == option || kind.aliases().contains(&option))
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
