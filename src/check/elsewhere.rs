//! Unknown fields: misspelt, of another provider, or in the wrong place.

use super::misspelt::misspelt;
use crate::document::Node;
use crate::kinds::table::{Fields, Shape, Union};
use crate::model::Trail;
use crate::model::diagnostic::Diagnostic;
use crate::state::load::{did_you_mean, is_slip};

/// The surroundings of an unknown field.
pub(super) struct Near<'d> {
    /// The fields of its mapping.
    pub(super) fields: &'static Fields,
    /// The union that its mapping belongs to.
    pub(super) union: Option<&'static Union>,
    /// Its mapping.
    pub(super) map: Node<'d>,
    /// The shape of the whole config.
    pub(super) root: &'static Shape,
}

/// The warning about an unknown field.
pub(super) fn unknown_field(key: &str, near: &Near<'_>, trail: &Trail<'_>) -> Diagnostic {
    let path = trail.key(key).path();
    let misplaced = |message: String| Diagnostic::warning("misplaced-field", message);
    if let Some(place) = below(key, near) {
        let place = place.iter().fold(trail.path(), |path, key| path.key(key));
        return misplaced(format!("{path} does not belong here")).help(format!("move it to `{place}`"));
    }
    if let Shape::Object(top) = near.root.resolved()
        && trail.last_key().is_some()
        && named(top, key).is_some()
        && !SAYS_NOTHING.contains(&key)
    {
        return misplaced(format!("{path} does not belong here"))
            .help(format!("move it to `{key}`, at the top of `config`"));
    }
    let owners = owners(key, near);
    if !owners.is_empty() {
        let tag = near.union.map_or("provider", |union| union.tag.name);
        let own = near.map.get(tag).and_then(|node| node.as_text()).unwrap_or_default();
        return misplaced(format!("{tag} {own} has no field `{key}`: Vapi will refuse {path}"))
            .help(format!("it is a field of {tag} {}", owners.join(", ")));
    }
    let mut known: Vec<&str> = near.fields.all().map(|field| field.name).collect();
    if known.is_empty() {
        known.extend(branches(near).flat_map(|(_, fields)| fields.all()).map(|field| field.name));
    }
    known.extend(near.union.map(|union| union.tag.name));
    // Sorted, so that a tie always gives the same suggestion.
    known.sort_unstable();
    let message = format!("{path} is not a known field");
    // Beside the field that it resembles, it may well be a new one.
    if let Some(meant) = misspelt(key, &known).filter(|meant| near.map.get(meant).is_none()) {
        return Diagnostic::error("misspelt-field", message).help(format!("did you mean `{meant}`?"));
    }
    let unknown = Diagnostic::warning("unknown-field", message);
    let slip = did_you_mean(key, known.iter().copied()).filter(|meant| is_slip(key, meant));
    match slip.or_else(|| misspelt(key, &known)) {
        Some(meant) => unknown.help(format!("did you mean `{meant}`?")),
        None => unknown.help("unless Vapi just added it, delete it: Vapi refuses fields that it does not know"),
    }
}

fn branches(near: &Near<'_>) -> impl Iterator<Item = (&'static str, &'static Fields)> {
    near.union.into_iter().flat_map(|union| union.branches).filter_map(|branch| match branch.shape.resolved() {
        Shape::Object(fields) => Some((branch.word, *fields)),
        _ => None,
    })
}

/// The words of the union whose branches have a field.
fn owners(key: &str, near: &Near<'_>) -> Vec<&'static str> {
    branches(near).filter(|(_, fields)| fields.get(key).is_some()).map(|(word, _)| word).collect()
}

/// Names too common to tell where they belong.
const SAYS_NOTHING: [&str; 8] = ["enabled", "type", "name", "id", "provider", "description", "language", "version"];

/// A field that holds a mapping, and the fields of that mapping.
type Inner = (&'static str, &'static Fields);

/// The only place below the mapping, at most two levels deep, with a field of this name. Mappings that the file
/// already has come first.
fn below(key: &str, near: &Near<'_>) -> Option<Vec<&'static str>> {
    if SAYS_NOTHING.contains(&key) {
        return None;
    }
    let mut there = inner(near.fields, |name| near.map.get(name));
    there.retain(|(name, _)| near.map.get(name).is_some());
    let first = inner(near.fields, |_| None);
    let at_once = |inner: &[Inner]| -> Vec<Vec<&'static str>> {
        inner.iter().filter_map(|(name, fields)| Some(vec![*name, named(fields, key)?])).collect()
    };
    let deeper = || {
        let second = first.iter().flat_map(|(outer, fields)| {
            inner(fields, |_| None).into_iter().map(move |(name, fields)| (*outer, name, fields))
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

/// The name of a field, unless it is deprecated.
fn named(fields: &Fields, key: &str) -> Option<&'static str> {
    fields.get(key).filter(|field| !field.is_deprecated).map(|field| field.name)
}

/// The fields that hold mappings. Of a union, the branch that the value in `value` selects, else all
/// branches.
fn inner<'d>(fields: &Fields, value: impl Fn(&str) -> Option<Node<'d>>) -> Vec<Inner> {
    let mut found = Vec::new();
    for field in fields.all().filter(|field| !field.is_deprecated) {
        match field.shape.resolved() {
            Shape::Object(fields) => found.push((field.name, *fields)),
            Shape::OneOf(union) => {
                let word = value(field.name).and_then(|node| node.get(union.tag.name)?.as_text());
                let chosen = union.branches.iter().filter(|branch| word.is_none_or(|word| word == branch.word));
                found.extend(chosen.filter_map(|branch| match branch.shape.resolved() {
                    Shape::Object(fields) => Some((field.name, *fields)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}
