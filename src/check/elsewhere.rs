//! Fields that are not known where they stand: misspelt, another provider's, or at another place.

use super::shape::{At, Fields, Shape, Tagged};
use super::trail::Trail;
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::load::did_you_mean;

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
}

/// The warning about a field that is not known.
pub(super) fn unknown_field(key: &str, near: &Near<'_, '_>, trail: &Trail<'_>) -> Diagnostic {
    let path = trail.key(key).path();
    let misplaced = |message: String| Diagnostic::warning("misplaced-field", message);
    if let Some(place) = below(key, near) {
        let place = place.iter().fold(trail.path(), |path, key| path.key(key));
        return misplaced(format!("{path} is not known here")).help(format!("its place is `{place}`"));
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

/// The only place below the mapping where a field of this name is known, two levels deep at most.
fn below<'n>(key: &str, near: &'n Near<'_, '_>) -> Option<Vec<&'n str>> {
    // Names that stand in many objects say nothing about where one of them belongs.
    if matches!(key, "enabled" | "type" | "name" | "id" | "provider" | "description" | "language" | "version") {
        return None;
    }
    let inside = |fields: &'n Fields, map: Option<Node<'_>>| {
        let mut places: Vec<(&'n str, &'n Fields, Option<String>)> = Vec::new();
        for (name, field) in fields.named.iter().filter(|(_, field)| !field.deprecated) {
            match near.at.to(field.shape).shape() {
                Shape::Map(fields) => places.push((name, fields, None)),
                Shape::Tagged(tagged) => {
                    let word = map.and_then(|map| map.get(name)?.get(tagged.tag)?.as_text().map(str::to_owned));
                    let chosen = |known: &str| word.as_deref().is_none_or(|word| word == known);
                    for (known, id) in tagged.branches.iter().filter(|(known, _)| chosen(known)) {
                        if let Shape::Map(fields) = near.at.to(*id).shape() {
                            places.push((name, fields, Some(known.to_string())));
                        }
                    }
                }
                _ => {}
            }
        }
        places
    };
    let first = inside(near.fields, Some(near.map));
    let mut found: Vec<Vec<&'n str>> = Vec::new();
    for (name, fields, _) in &first {
        if fields.named.get(key).is_some_and(|field| !field.deprecated) {
            found.push(vec![name, fields.named.get_key_value(key)?.0]);
        }
    }
    if found.is_empty() {
        for (outer, fields, _) in &first {
            for (name, fields, _) in inside(fields, None) {
                if let Some((key, field)) = fields.named.get_key_value(key)
                    && !field.deprecated
                {
                    found.push(vec![outer, name, key]);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}
