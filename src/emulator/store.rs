//! The objects of the emulated Vapi. Knows nothing of HTTP or validation.

use std::collections::HashSet;

use indexmap::IndexMap;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::{Map, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// `/assistant`
    Assistant,
    /// `/phone-number`
    PhoneNumber,
    /// `/tool`
    Tool,
    /// `/squad`
    Squad,
    /// `/structured-output`
    StructuredOutput,
}

impl Collection {
    /// All of them.
    pub const ALL: [Collection; 5] =
        [Self::Assistant, Self::PhoneNumber, Self::Tool, Self::Squad, Self::StructuredOutput];

    /// The word in the path: `phone-number`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Assistant => "assistant",
            Self::PhoneNumber => "phone-number",
            Self::Tool => "tool",
            Self::Squad => "squad",
            Self::StructuredOutput => "structured-output",
        }
    }

    /// The collection with this word in its path.
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.path() == path)
    }

    /// What errors call one of its objects.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Assistant => "Assistant",
            Self::PhoneNumber => "Phone Number",
            Self::Tool => "Tool",
            Self::Squad => "Squad",
            Self::StructuredOutput => "Structured Output",
        }
    }

    /// Whether its objects have versions, in an organisation with versioning.
    pub(super) fn has_versions(self) -> bool {
        matches!(self, Self::Assistant | Self::Tool | Self::Squad)
    }
}

/// The field with the label of the newest version, in an organisation with versioning.
pub(super) const LATEST_VERSION: &str = "latestVersion";

/// A stored object. `object` includes `id`, `orgId`, `createdAt`, `updatedAt` (full precision) and secrets.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub object: Object,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// When it starts to show in lists.
    pub listed_from: Timestamp,
}

impl Record {
    /// A record of an object, with its own `createdAt` or `now`.
    pub fn from_object(mut object: Object, now: Timestamp) -> Self {
        let time = |object: &Object, field: &str| object.get(field)?.as_str()?.parse::<Timestamp>().ok();
        let created = time(&object, "createdAt").unwrap_or(now);
        let updated = time(&object, "updatedAt").unwrap_or(created);
        object.insert("createdAt".into(), created.to_string().into());
        object.insert("updatedAt".into(), updated.to_string().into());
        Self { object, created, updated, listed_from: Timestamp::MIN }
    }

    /// A text field of the object.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.object.get(key)?.as_str()
    }

    /// Whether `org` sees it: its own object, or one that Vapi offers to all organisations (`orgId` null).
    pub fn is_seen_by(&self, org: &str) -> bool {
        self.is_of_platform() || self.text("orgId") == Some(org)
    }

    /// Whether it is Vapi's own, which nobody else can change.
    pub fn is_of_platform(&self) -> bool {
        self.object.get("orgId").is_some_and(Value::is_null)
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated = now;
        self.object.insert("updatedAt".into(), now.to_string().into());
        let version = self.text(LATEST_VERSION).and_then(|label| label.strip_prefix('v')?.parse::<u64>().ok());
        if let Some(version) = version {
            self.object.insert(LATEST_VERSION.into(), format!("v{}", version + 1).into());
        }
    }
}

/// All objects of all organisations, by kind and id, in order of arrival.
#[derive(Debug)]
pub(super) struct Store {
    tables: [IndexMap<String, Record>; Collection::ALL.len()],
    rng: StdRng,
    /// How many ids were drawn, so that a store read from a file continues after them.
    issued: u64,
}

impl Store {
    /// An empty store that has already drawn `issued` ids from `seed`.
    pub fn new(seed: u64, issued: u64) -> Self {
        let mut store = Self { tables: Default::default(), rng: StdRng::seed_from_u64(seed), issued: 0 };
        for _ in 0..issued {
            store.draw_id();
        }
        store
    }

    /// How many ids were drawn.
    pub fn issued(&self) -> u64 {
        self.issued
    }

    /// The objects of a kind, of all organisations, oldest arrival first.
    pub fn all(&self, collection: Collection) -> impl DoubleEndedIterator<Item = &Record> {
        self.table(collection).values()
    }

    /// The objects of a kind that one organisation sees, oldest arrival first.
    pub fn of_org<'a>(&'a self, collection: Collection, org: &'a str) -> impl DoubleEndedIterator<Item = &'a Record> {
        self.all(collection).filter(move |record| record.is_seen_by(org))
    }

    /// An object by its id.
    pub fn get(&self, collection: Collection, id: &str) -> Option<&Record> {
        self.table(collection).get(id)
    }

    /// Stores a new object of `org` under a new id; lists show it from `listed_from` on.
    pub fn create(
        &mut self,
        collection: Collection,
        org: &str,
        mut object: Object,
        now: Timestamp,
        listed_from: Timestamp,
    ) -> String {
        let id = self.fresh_id(collection);
        object.insert("id".into(), id.clone().into());
        object.insert("orgId".into(), org.into());
        object.insert("createdAt".into(), now.to_string().into());
        object.insert("updatedAt".into(), now.to_string().into());
        let record = Record { listed_from, ..Record::from_object(object, now) };
        self.table_mut(collection).insert(id.clone(), record);
        id
    }

    /// Inserts an object, with a new id if it has none. Replaces an object with the same id.
    pub fn put(&mut self, collection: Collection, mut object: Object, now: Timestamp) -> String {
        let id = match object.get("id").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => self.fresh_id(collection),
        };
        object.insert("id".into(), id.clone().into());
        self.table_mut(collection).insert(id.clone(), Record::from_object(object, now));
        id
    }

    /// Changes an object and its `updatedAt`. `false` if there is no such object.
    pub fn change(
        &mut self,
        collection: Collection,
        id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Object),
    ) -> bool {
        let Some(record) = self.table_mut(collection).get_mut(id) else { return false };
        let org = record.object.get("orgId").cloned();
        change(&mut record.object);
        // The id and creation time never change.
        record.object.insert("id".into(), id.into());
        record.object.insert("createdAt".into(), record.created.to_string().into());
        if let Some(org) = org {
            record.object.entry("orgId").or_insert(org);
        }
        record.touch(now);
        true
    }

    /// Removes an object.
    pub fn remove(&mut self, collection: Collection, id: &str) -> Option<Record> {
        self.table_mut(collection).shift_remove(id)
    }

    /// A free US number in `area` (three digits). `None` if there is none left.
    pub fn free_number(&self, area: &str) -> Option<String> {
        let taken: HashSet<&str> =
            self.all(Collection::PhoneNumber).filter_map(|record| record.text("number")).collect();
        (0..10_000).map(|line| format!("+1{area}555{line:04}")).find(|number| !taken.contains(number.as_str()))
    }

    fn table(&self, collection: Collection) -> &IndexMap<String, Record> {
        &self.tables[collection as usize]
    }

    fn table_mut(&mut self, collection: Collection) -> &mut IndexMap<String, Record> {
        &mut self.tables[collection as usize]
    }

    fn fresh_id(&mut self, collection: Collection) -> String {
        loop {
            let id = self.draw_id();
            if self.get(collection, &id).is_none() {
                return id;
            }
        }
    }

    fn draw_id(&mut self) -> String {
        self.issued += 1;
        uuid(&mut self.rng)
    }
}

/// A version 4 UUID.
pub(super) fn uuid(rng: &mut impl Rng) -> String {
    let bits: u128 = rng.random();
    let versioned = bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let hex = format!("{versioned:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Whether `text` is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_4_uuids_and_go_on_after_a_restart() {
        let mut store = Store::new(7, 0);
        let ids: Vec<String> = (0..3).map(|_| store.fresh_id(Collection::Tool)).collect();
        assert!(ids.iter().all(|id| is_uuid(id) && id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19])));
        assert_eq!(Store::new(7, 2).fresh_id(Collection::Tool), ids[2]);
        assert_ne!(Store::new(8, 0).fresh_id(Collection::Tool), ids[0]);
    }

    #[test]
    fn an_allotted_number_is_free() {
        let mut store = Store::new(0, 0);
        let first = store.free_number("415");
        assert_eq!(first.as_deref(), Some("+14155550000"));
        let object = Object::from_iter([("number".to_owned(), Value::from(first))]);
        store.put(Collection::PhoneNumber, object, Timestamp::UNIX_EPOCH);
        assert_eq!(store.free_number("415").as_deref(), Some("+14155550001"));
    }
}
