//! Fields that are not known where they stand: misspelt, another provider's, or at another place.

use super::shape::{At, Fields, Shape, Tagged};
use super::trail::Trail;
use crate::document::Node;
use crate::model::diagnostic::Diagnostic;
use crate::state::load::did_you_mean;

/// What is known around a field that is not.
pub(super) struct Near<'n, 'd> {
    /// The fields of its mapping.
    pub(super) fields: &'n Fields,
    /// The union that its mapping is one of.
    pub(super) union: Option<&'n Tagged>,
    /// Its mapping's shape.
    pub(super) at: At<'n>,
    /// Its mapping.
    pub(super) map: Node<'d>,
    /// The shape of the whole config.
    pub(super) root: At<'n>,
}

/// The warning about a field that is not known.
pub(super) fn unknown_field(key: &str, near: &Near<'_, '_>, trail: &Trail<'_>) -> Diagnostic {
    let path = trail.key(key).path();
    let misplaced = |message: String| Diagnostic::warning("misplaced-field", message);
    if let Some(place) = below(key, near) {
        let place = place.iter().fold(trail.path(), |path, key| path.key(key));
        return misplaced(format!("{path} is not known here")).help(format!("its place is `{place}`"));
    }
    if let Shape::Map(top) = near.root.shape()
        && trail.last_key().is_some()
        && top.named.get(key).is_some_and(|field| !field.deprecated)
        && !SAYS_NOTHING.contains(&key)
    {
        return misplaced(format!("{path} is not known here"))
            .help(format!("its place is `{key}`, at the top of `config`"));
    }
    let owners = owners(key, near);
    if !owners.is_empty() {
        let tag = near.union.map_or("provider", |union| union.tag);
        let own = near.map.get(tag).and_then(|node| node.as_text()).unwrap_or_default();
        return misplaced(format!("`{key}` is not a field of {tag} {own}: {path} is sent, and Vapi refuses it"))
            .help(format!("it belongs to {tag} {}", owners.join(", ")));
    }
    let unknown =
        Diagnostic::warning("unknown-field", format!("{path} is not known: Vapi refuses fields that it does not know"));
    let known: Vec<&str> = match near.fields.named.is_empty() {
        false => near.fields.named.keys().map(|name| &**name).collect(),
        true => branches(near).flat_map(|(_, fields)| fields.named.keys().map(|name| &**name)).collect(),
    };
    // Sorted, so that of two equally near words always the same is proposed.
    let mut known = known;
    known.sort_unstable();
    match did_you_mean(key, known.iter().copied()).or_else(|| same_letters(key, &known)) {
        Some(meant) => unknown.help(format!("did you mean `{meant}`?")),
        None => unknown.help("take it out, or leave it if it is new at Vapi: it is sent as it stands"),
    }
}

/// The field that is written with other capitals or separators: `first_message`, `FirstMessage`.
fn same_letters<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    known.iter().copied().find(|word| plain(word) == plain(key))
}

fn branches<'n>(near: &'n Near<'_, '_>) -> impl Iterator<Item = (&'n str, &'n Fields)> {
    near.union.into_iter().flat_map(|union| &union.branches).filter_map(|(word, id)| match near.at.to(*id).shape() {
        Shape::Map(fields) => Some((&**word, fields)),
        _ => None,
    })
}

/// The words of the union under which a field is known.
fn owners<'n>(key: &str, near: &'n Near<'_, '_>) -> Vec<&'n str> {
    branches(near).filter(|(_, fields)| fields.named.contains_key(key)).map(|(word, _)| word).collect()
}

/// Names that stand in many objects: where one of them belongs cannot be told.
const SAYS_NOTHING: [&str; 8] = ["enabled", "type", "name", "id", "provider", "description", "language", "version"];

/// A field that holds a mapping, and the fields of that.
type Inner<'n> = (&'n str, &'n Fields);

/// The only place below the mapping where a field of this name is known, two levels deep at most. What the mapping has
/// already is looked at first.
fn below<'n>(key: &str, near: &'n Near<'_, '_>) -> Option<Vec<&'n str>> {
    if SAYS_NOTHING.contains(&key) {
        return None;
    }
    let mut there = inner(near.at, near.fields, |name| near.map.get(name));
    there.retain(|(name, _)| near.map.get(name).is_some());
    let first = inner(near.at, near.fields, |_| None);
    let at_once = |inner: &[Inner<'n>]| -> Vec<Vec<&'n str>> {
        inner.iter().filter_map(|(name, fields)| Some(vec![*name, named(fields, key)?])).collect()
    };
    let deeper = || {
        let second = first.iter().flat_map(|(outer, fields)| {
            inner(near.at, fields, |_| None).into_iter().map(move |(name, fields)| (*outer, name, fields))
        });
        second.filter_map(|(outer, name, fields)| Some(vec![outer, name, named(fields, key)?])).collect()
    };
    let mut found = at_once(&there);
    if found.is_empty() {
        found = at_once(&first);
    }
    if found.is_empty() {
        found = deeper();
    }
    found.sort();
    found.dedup();
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The name of a field that nothing has replaced.
fn named<'n>(fields: &'n Fields, key: &str) -> Option<&'n str> {
    let (name, field) = fields.named.get_key_value(key)?;
    (!field.deprecated).then_some(name)
}

/// The fields that hold mappings. Of those that are told apart by a word, the branch of the value that `value` has for
/// the field; all branches, if it has none.
fn inner<'n, 'd>(at: At<'n>, fields: &'n Fields, value: impl Fn(&str) -> Option<Node<'d>>) -> Vec<Inner<'n>> {
    let mut found = Vec::new();
    for (name, field) in fields.named.iter().filter(|(_, field)| !field.deprecated) {
        match at.to(field.shape).shape() {
            Shape::Map(fields) => found.push((&**name, fields)),
            Shape::Tagged(tagged) => {
                let word = value(name).and_then(|node| node.get(tagged.tag)?.as_text());
                let chosen = tagged.branches.iter().filter(|(known, _)| word.is_none_or(|word| *word == **known));
                found.extend(chosen.filter_map(|(_, id)| match at.to(*id).shape() {
                    Shape::Map(fields) => Some((&**name, fields)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}
