//! The field table: what is true of a field, found by walking along with a value.

use std::collections::BTreeMap;

use super::Kind;
use crate::model::{FieldPath, Map, Step, Value};

/// How two lists are compared.
#[derive(Clone, Copy)]
pub enum ListRule {
    /// By position when the lengths are equal, else as a whole.
    Whole,
    /// As sets: order and repetition mean nothing.
    Set,
    /// By a key of each element. Keys that are missing or not unique: as `Whole`.
    Keyed(fn(&Map) -> Option<String>),
}

/// Something that is true of a field.
#[derive(Clone, Copy)]
pub enum Fact {
    /// Vapi sets it; it is never sent, never compared, never written into the file.
    ServerManaged,
    /// Its value must never be shown or written down.
    Secret,
    /// A secret that `GET` does not give back. The top-level field named, where Vapi sends it, says whether one is set;
    /// without such a field nobody can tell, and it counts as set.
    WriteOnly(Option<&'static str>),
    /// How its elements are compared.
    List(ListRule),
    /// It holds the id of an object of that section.
    Reference(&'static str),
    /// It can be given only when the object is made.
    CreateOnly,
    /// What Vapi does when nobody sets it, as JSON: such a live value is nobody's work.
    Default(&'static str),
    /// Below it the user's own words begin: nothing there is known by its name.
    Free,
}

/// A row of the table. In `path`, `[]` is any element, `*` any key, a leading `**.` any depth.
pub struct Field {
    /// Where: `model.tools[].server.secret`.
    pub path: &'static str,
    /// What is true of it.
    pub facts: &'static [Fact],
}

#[derive(Default)]
struct Node {
    facts: Vec<Fact>,
    default: Option<serde_json::Value>,
    keys: BTreeMap<&'static str, Node>,
    any_key: Option<Box<Node>>,
    item: Option<Box<Node>>,
}

impl Node {
    fn insert(&mut self, path: &'static str, facts: &'static [Fact]) {
        let mut node = self;
        for segment in path.split('.') {
            let key = segment.trim_end_matches("[]");
            node = match key {
                "*" => node.any_key.get_or_insert_default(),
                key => node.keys.entry(key).or_default(),
            };
            for _ in 0..(segment.len() - key.len()) / 2 {
                node = node.item.get_or_insert_default();
            }
        }
        for fact in facts {
            if let Fact::Default(json) = fact {
                node.default = serde_json::from_str(json).ok();
            }
        }
        node.facts.extend_from_slice(facts);
    }
}

/// The rows of a kind as a tree, made when first asked for.
#[derive(Default)]
pub struct Table {
    by_path: Node,
    /// Rows that begin with `**.`: one key, perhaps followed by `[]`.
    by_name: Node,
}

fn table(kind: &'static Kind) -> &'static Table {
    kind.table.get_or_init(|| Table::of(kind))
}

impl Table {
    fn of(kind: &'static Kind) -> Self {
        let mut table = Table { by_path: Node::default(), by_name: Node::default() };
        for field in kind.fields {
            match field.path.strip_prefix("**.") {
                Some(name) => table.by_name.insert(name, field.facts),
                None => table.by_path.insert(field.path, field.facts),
            }
        }
        table
    }
}

/// A place in the field table of a kind, reached by walking along with a value.
#[derive(Clone, Copy)]
pub struct Spot {
    kind: &'static Kind,
    by_path: Option<&'static Node>,
    by_name: Option<&'static Node>,
    secret_name: bool,
    in_headers: bool,
    under_server: bool,
    free: bool,
}

impl Spot {
    pub(super) fn root(kind: &'static Kind) -> Self {
        Spot {
            kind,
            by_path: Some(&table(kind).by_path),
            by_name: None,
            secret_name: false,
            in_headers: false,
            under_server: false,
            free: false,
        }
    }

    /// The spot of an entry of the mapping that stands here.
    pub(crate) fn key(&self, key: &str) -> Spot {
        let free = self.is_free();
        Spot {
            kind: self.kind,
            by_path: self.by_path.and_then(|node| node.keys.get(key).or(node.any_key.as_deref())),
            by_name: if free { None } else { table(self.kind).by_name.keys.get(key) },
            secret_name: is_secret_name(key),
            in_headers: self.under_server && key == "headers",
            under_server: key == "server",
            free,
        }
        .within_headers(self)
    }

    fn within_headers(mut self, parent: &Spot) -> Spot {
        // Any header may hold a credential: `Authorization`, `x-api-key`, a cookie.
        self.secret_name |= parent.in_headers;
        self
    }

    /// The spot of an element of the list that stands here.
    pub(crate) fn item(&self) -> Spot {
        let inside = |node: Option<&'static Node>| node.and_then(|node| node.item.as_deref());
        Spot {
            by_path: inside(self.by_path),
            by_name: inside(self.by_name),
            secret_name: false,
            in_headers: false,
            under_server: false,
            ..*self
        }
    }

    /// The spot at the end of a path.
    pub(crate) fn at(&self, path: &FieldPath) -> Spot {
        path.0.iter().fold(*self, |spot, step| match step {
            Step::Key(key) => spot.key(key),
            Step::Index(_) | Step::Element(_) => spot.item(),
        })
    }

    fn has(&self, wanted: impl Fn(&Fact) -> bool) -> bool {
        self.find(|fact| wanted(fact).then_some(())).is_some()
    }

    fn find<T>(&self, wanted: impl Fn(&Fact) -> Option<T>) -> Option<T> {
        let facts = |node: Option<&'static Node>| node.map_or(&[][..], |node| &node.facts);
        facts(self.by_path).iter().chain(facts(self.by_name)).find_map(wanted)
    }

    /// Whether the user's own words stand here, which nothing is known about.
    pub(crate) fn is_free(&self) -> bool {
        self.free || self.has(|fact| matches!(fact, Fact::Free))
    }

    /// Whether a text that stands here must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret_name || self.has(|fact| matches!(fact, Fact::Secret | Fact::WriteOnly(_)))
    }

    /// Whether Vapi alone sets what stands here.
    pub(crate) fn is_server_managed(&self) -> bool {
        self.has(|fact| matches!(fact, Fact::ServerManaged))
    }

    /// Whether it can be given only when the object is made.
    pub(crate) fn is_create_only(&self) -> bool {
        self.has(|fact| matches!(fact, Fact::CreateOnly))
    }

    /// How the list that stands here is compared.
    pub(crate) fn list(&self) -> ListRule {
        self.find(|fact| match fact {
            Fact::List(rule) => Some(*rule),
            _ => None,
        })
        .unwrap_or(ListRule::Whole)
    }

    /// The section whose objects' ids stand here.
    pub(crate) fn reference(&self) -> Option<&'static str> {
        self.find(|fact| match fact {
            Fact::Reference(section) => Some(*section),
            _ => None,
        })
    }

    /// What Vapi documents as this field's default.
    pub(crate) fn default(&self) -> Option<&'static serde_json::Value> {
        self.by_path.and_then(|node| node.default.as_ref()).or_else(|| self.by_name.and_then(|n| n.default.as_ref()))
    }

    /// The write-only fields of the mapping that stands here, each with the top-level field that says whether it is set.
    pub(crate) fn write_only(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
        self.by_path.into_iter().flat_map(|node| node.keys.iter()).filter_map(|(key, node)| {
            node.facts.iter().find_map(|fact| match fact {
                Fact::WriteOnly(shown_by) => Some((*key, *shown_by)),
                _ => None,
            })
        })
    }

    /// Whether the elements of two values that stand here are equal as documented defaults go.
    pub(crate) fn is_default(&self, value: &Value) -> bool {
        self.default().is_some_and(|default| Value::from(default.clone()) == *value)
    }
}

/// Whether a field of this name holds a secret, wherever it stands. From the document: `apiKey`, `authToken`,
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

/// Whether a service shows this in place of a secret that it keeps to itself.
pub(crate) fn is_masked(text: &str) -> bool {
    let masked = |c: char| matches!(c, '*' | '•' | '…' | 'x' | 'X');
    text.contains("***")
        || text.contains("•••")
        || (text.chars().count() >= 4 && text.chars().all(masked))
        || matches!(text.trim_matches(['[', ']', '<', '>', '(', ')']), "REDACTED" | "redacted" | "hidden" | "HIDDEN")
}
