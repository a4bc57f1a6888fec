//! Old secrets: the places and texts of secrets in recorded versions of the file.
//!
//! In: the versions of the file. Out: [`Once::veil`], which marks the same texts of Vapi as secrets. A secret stays one
//! when the file no longer names its variable.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::environments::Whose;
use super::includes::IncludeSource;
use super::load::interpret;
use super::resolve::{Noticed, Resolver};
use super::spelled::{SHORTEST, may_hold};
use super::template;
use crate::document::Document;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, RemoteId, Secret, Step, Trail, Value};

/// The number of bytes of old versions to search for variables.
const MOST_LOOKED_AT: usize = 64 << 20;

/// The number of bytes to parse, of versions that name variables in other lines than newer versions.
const MOST_PARSED: usize = 8 << 20;

/// The length from which the text around a secret identifies it at any place.
const TELLING: usize = 8;

/// Shorter pieces occur in any text.
const PIECE: usize = 4;

/// The secrets of recorded versions.
#[derive(Default)]
pub struct Once {
    /// The variables in them.
    pub variables: BTreeSet<String>,
    /// Whose part of the versions to read.
    whose: Whose,
    /// The known values of these variables.
    pub values: HashSet<String>,
    places: Vec<Place>,
    /// For lists with a secret as an element, the other texts that are in all such versions.
    beside: Vec<(Address, FieldPath, HashSet<String>)>,
    seen: HashSet<u64>,
    looked_at: usize,
    parsed: usize,
}

/// The place of an old secret.
struct Place {
    address: Address,
    id: Option<RemoteId>,
    path: FieldPath,
    secret: Secret,
}

/// Does not read includes: only the variables of an old version count.
struct Nothing;

impl IncludeSource for Nothing {
    fn text(&self, _: &str) -> Result<Arc<str>, Diagnostic> {
        Ok("".into())
    }
}

impl Once {
    /// Without versions yet. They are read for this organisation.
    pub fn of(whose: Whose) -> Self {
        Self { whose, ..Self::default() }
    }

    /// Adds a version of the file, the newest first. Breaks when enough was read.
    pub fn look(&mut self, text: &[u8]) -> ControlFlow<()> {
        let text = String::from_utf8_lossy(text);
        self.looked_at += text.len();
        self.variables.extend(template::variables(&text).map(str::to_owned));
        let mut hasher = DefaultHasher::new();
        // An escape may be a dollar or a brace.
        let may_name = |line: &&str| ["${", "\\x", "\\u", "\\U"].iter().any(|start| line.contains(start));
        text.lines().filter(may_name).for_each(|line| line.hash(&mut hasher));
        if self.seen.insert(hasher.finish()) && self.parsed + text.len() <= MOST_PARSED {
            self.parsed += text.len();
            self.note(&text);
        }
        if self.looked_at < MOST_LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn note(&mut self, text: &str) {
        let Ok(document) = Document::parse("", text) else { return };
        let Ok(file) = interpret(&document, &self.whose) else { return };
        let addresses = file.entries.iter().map(|entry| entry.address.clone()).collect();
        let variables = &file.variables;
        let resolver = Resolver { addresses: &addresses, env: &|_| None, includes: &Nothing, variables, file: None };
        for entry in &file.entries {
            let config = resolver.config(entry, &mut Noticed::default());
            let mut elements = Vec::new();
            config.visit(Trail::Root, &mut |trail, value| {
                if let Value::Secret(secret) = value {
                    let (address, id, path) = (entry.address.clone(), entry.id.clone(), trail.path());
                    let is_element =
                        !secret.is_within_text() && path.0.iter().any(|step| !matches!(step, Step::Key(_)));
                    elements.extend(is_element.then(|| path.clone()));
                    self.variables.extend(secret.variables().iter().cloned());
                    self.places.push(Place { address, id, path, secret: secret.clone() });
                }
            });
            elements.into_iter().for_each(|path| self.note_beside(&entry.address, path, &config));
        }
    }

    /// Only a text that was beside a secret in every version is known not to be secret: a newer version may contain a guess.
    fn note_beside(&mut self, address: &Address, path: FieldPath, config: &Value) {
        let texts: HashSet<String> =
            texts_alike(config, &FieldPath::root(), &path).into_iter().map(|(_, text)| text).collect();
        match self.beside.iter_mut().find(|(of, known, _)| of == address && is_alike(known, &path)) {
            Some((_, _, known)) => known.retain(|text| texts.contains(text)),
            None => self.beside.push((address.clone(), path, texts)),
        }
    }

    /// The places of secrets that may have moved in their lists, so that any new element may be the secret: another text is
    /// in their place, and the list has no known value of them.
    fn moved<'o>(
        &'o self,
        own: &[&'o Place],
        path: &FieldPath,
        value: &Value,
    ) -> Vec<&'o (Address, FieldPath, HashSet<String>)> {
        let is_whole = |known: &FieldPath| known.0.iter().take(path.0.len()).all(|step| matches!(step, Step::Key(_)));
        let is_moved = |(address, known, texts): &&(Address, FieldPath, HashSet<String>)| {
            if !is_whole(known) {
                return false;
            }
            let places = own.iter().filter(|place| place.address == *address && is_alike(&place.path, known));
            let now = texts_alike(value, path, known);
            let is_known = |text: &String| texts.contains(text) || self.values.contains(text);
            let is_elsewhere =
                |place: &&&Place| !now.iter().any(|(at, text)| is_at(at, &place.path) && !is_known(text));
            places.clone().any(|place| is_elsewhere(&place)) && !now.iter().any(|(_, text)| self.values.contains(text))
        };
        self.beside.iter().filter(is_moved).collect()
    }

    /// A live value at a path of an object, with old secrets marked as secrets. `None`: it has none.
    pub fn veil(&self, address: &Address, id: Option<&str>, path: &FieldPath, value: &Value) -> Option<Value> {
        let (own, mut veiled) = (self.own(address, id), value.clone());
        let mut any = self.veil_in(&own, path, &mut veiled);
        for (_, known, texts) in self.moved(&own, path, value) {
            any |= veil_others(&mut veiled, path, known, texts);
        }
        any.then_some(veiled)
    }

    /// Whether a live text equals a recorded one except for the secrets in it.
    pub fn stood(&self, address: &Address, id: Option<&str>, path: &FieldPath, text: &str) -> bool {
        self.own(address, id).iter().filter(|place| is_alike(&place.path, path)).any(|place| {
            match place.secret.is_within_text() {
                true => place.secret.fits(text),
                false => self.values.contains(text),
            }
        })
    }

    /// Whether a secret that stood in a text of a field once may stand in what Vapi holds there, as the file spells that.
    pub fn may_stand_in(&self, address: &Address, id: Option<&str>, path: &FieldPath, spelled: &str) -> bool {
        let own = self.own(address, id);
        let mut here = own.iter().filter(|place| is_alike(&place.path, path));
        let is_known = |value: &&String| value.chars().count() >= SHORTEST && spelled.contains(value.as_str());
        self.values.iter().any(|value| is_known(&value)) || here.any(|place| may_hold(spelled, &place.secret))
    }

    fn own(&self, address: &Address, id: Option<&str>) -> Vec<&Place> {
        let is_of =
            |place: &&Place| place.address == *address || id.is_some() && place.id.as_ref().map(RemoteId::as_str) == id;
        self.places.iter().filter(is_of).collect()
    }

    fn veil_in(&self, own: &[&Place], path: &FieldPath, value: &mut Value) -> bool {
        match value {
            Value::Text(text) => match self.secret(own, path, text) {
                Some(secret) => {
                    *value = Value::Secret(secret);
                    true
                }
                None => false,
            },
            // A text that is a secret as a whole is recognised by its value, too.
            Value::Secret(known) if !known.is_within_text() && known.variables().is_empty() => {
                let Some(found) = known.expose().and_then(|text| self.secret(own, path, text)) else { return false };
                *value = Value::Secret(found);
                true
            }
            Value::List(items) => {
                let veil = |(at, item)| self.veil_in(own, &path.join(Step::Index(at)), item);
                items.iter_mut().enumerate().map(veil).fold(false, |any, one| any | one)
            }
            Value::Map(map) => map
                .iter_mut()
                .map(|(key, item)| self.veil_in(own, &path.key(key), item))
                .fold(false, |any, one| any | one),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Unknown(_) => false,
        }
    }

    fn secret(&self, own: &[&Place], path: &FieldPath, text: &str) -> Option<Secret> {
        let found = |place: &Place| place.secret.found_in(text);
        let here = || own.iter().filter(|place| is_alike(&place.path, path));
        let within = here().filter(|place| place.secret.is_within_text()).find_map(|place| found(place));
        let telling = |place: &&Place| place.secret.around().map(|piece| piece.trim().len()).sum::<usize>() >= TELLING;
        let elsewhere = || self.places.iter().filter(telling).find_map(found);
        let whole = || {
            let is_whole = |place: &&&Place| {
                !place.secret.is_within_text() && (is_at(&place.path, path) || self.values.contains(text))
            };
            here().find(is_whole).map(|_| Secret::new(text, Vec::new()))
        };
        let shares = |place: &&&Place| {
            place.secret.around().any(|piece| piece.trim().len() >= PIECE && text.contains(piece.trim()))
        };
        let edited = || here().find(shares).map(|_| Secret::new(text, Vec::new()));
        within.or_else(elsewhere).or_else(whole).or_else(edited)
    }
}

/// The texts in the value at `path` whose paths are like this one.
fn texts_alike(value: &Value, path: &FieldPath, like: &FieldPath) -> Vec<(FieldPath, String)> {
    let mut found = Vec::new();
    value.visit(Trail::Root, &mut |trail, value| {
        let at = FieldPath(path.0.iter().chain(&trail.path().0).cloned().collect());
        if let (Value::Text(text), true) = (value, is_alike(&at, like)) {
            found.push((at, text.to_string()));
        }
    });
    found
}

/// Marks each text at a path like this one as a secret, except these.
fn veil_others(value: &mut Value, path: &FieldPath, like: &FieldPath, but: &HashSet<String>) -> bool {
    match value {
        Value::Text(text) if is_alike(path, like) && !but.contains(&**text) => {
            *value = Value::Secret(Secret::new(&**text, Vec::new()));
            true
        }
        Value::List(items) => {
            let veil = |(at, item)| veil_others(item, &path.join(Step::Index(at)), like, but);
            items.iter_mut().enumerate().map(veil).fold(false, |any, one| any | one)
        }
        Value::Map(map) => map
            .iter_mut()
            .map(|(key, item)| veil_others(item, &path.key(key), like, but))
            .fold(false, |any, one| any | one),
        _ => false,
    }
}

/// Whether two paths are equal except for the positions of elements.
fn is_alike(one: &FieldPath, other: &FieldPath) -> bool {
    one.0.len() == other.0.len()
        && one.0.iter().zip(&other.0).all(|steps| match steps {
            (Step::Key(one), Step::Key(other)) => one == other,
            (one, other) => !matches!(one, Step::Key(_)) && !matches!(other, Step::Key(_)),
        })
}

/// Whether two such paths have the same positions where both have one.
fn is_at(one: &FieldPath, other: &FieldPath) -> bool {
    one.0.iter().zip(&other.0).all(|steps| match steps {
        (Step::Index(one), Step::Index(other)) => one == other,
        _ => true,
    })
}
