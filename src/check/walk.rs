//! Walks each config along its shape and the field table of its kind.

use std::collections::BTreeSet;

use super::reading::{Reading, Written};
use super::{Options, elsewhere, lint, room, scalar, texts};
use crate::document::{self, Document, Node, View};
use crate::kinds::table::{Fields, Shape, Union};
use crate::kinds::{Kind, Spot};
use crate::model::Trail;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::state::environments::Variables;
use crate::state::includes::IncludeSource;
use crate::state::load::{Entry, did_you_mean};
use crate::state::template::{self, Token};

/// Checks the configs of these entries.
pub(super) fn entries(
    document: &Document,
    entries: &[&Entry<'_>],
    variables: &Variables<'_>,
    includes: &dyn IncludeSource,
    env: &dyn Fn(&str) -> Option<String>,
    options: &Options,
) -> Diagnostics {
    let team = lint::Team::new(entries, variables, includes);
    let mut walk = Walk::new(&|kind| &kind.config, options);
    walk.reading = Some(Reading::new(document, includes, env));
    walk.variables = Some(variables);
    walk.team = Some(&team);
    entries.iter().for_each(|entry| walk.entry(entry));
    walk.found
}

/// Checks the configs of these entries against other shapes: fields and values only.
pub(super) fn shapes(entries: &[&Entry<'_>], config: ShapeOf<'_>, options: &Options) -> Shaped {
    let mut walk = Walk::new(config, options);
    walk.unnamed = Some(BTreeSet::new());
    entries.iter().for_each(|entry| walk.entry(entry));
    Shaped { found: walk.found, unnamed: walk.unnamed.unwrap_or_default() }
}

/// The shape of the configs of a kind.
pub(super) type ShapeOf<'s> = &'s dyn Fn(&'static Kind) -> &'static Shape;

/// The findings of a walk.
pub(super) struct Shaped {
    pub(super) found: Diagnostics,
    /// Places of fields that are accepted without being known by name.
    pub(super) unnamed: BTreeSet<Place>,
}

struct Walk<'w> {
    config: ShapeOf<'w>,
    /// The shape of the config that is being walked.
    root: &'static Shape,
    options: &'w Options,
    /// Checks texts; `None` if only shapes are checked.
    reading: Option<Reading<'w>>,
    /// What `${var:…}` stands for.
    variables: Option<&'w Variables<'w>>,
    /// All entries, if lints are wanted.
    team: Option<&'w lint::Team<'w>>,
    /// The object exists, so it may already have fields that the file leaves out.
    exists: bool,
    /// Places of fields that no shape names, if wanted.
    unnamed: Option<BTreeSet<Place>>,
    found: Diagnostics,
}

/// A value and its surroundings.
#[derive(Clone, Copy)]
struct Here<'h, 'd> {
    node: Node<'d>,
    /// Its key, if it has one.
    key: Option<document::Entry<'d>>,
    /// The mapping that holds it.
    map: Option<Node<'d>>,
    shape: &'static Shape,
    spot: Spot,
    trail: Trail<'h>,
}

impl Here<'_, '_> {
    /// Where to report a missing field.
    fn head(&self) -> Place {
        self.key.map_or_else(|| self.node.place(), |key| key.key_place())
    }
}

impl<'w> Walk<'w> {
    fn new(config: ShapeOf<'w>, options: &'w Options) -> Self {
        let (root, reading, variables, team) = (&Shape::Any, None, None, None);
        Walk { config, root, options, reading, variables, team, exists: false, unnamed: None, found: Vec::new() }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let Some(config) = entry.config else { return };
        if self.reading.is_some() {
            self.found.extend(room::check(config));
        }
        self.exists = entry.id.is_some();
        let shape = (self.config)(entry.kind);
        self.root = shape;
        let here = Here { node: config, key: None, map: None, shape, spot: entry.kind.root(), trail: Trail::Root };
        let before = self.found.len();
        self.value(here);
        // The root of a config has no key: report at the entry's handle.
        for finding in &mut self.found[before..] {
            if finding.code == "missing-field" && finding.place == Some(config.place()) {
                finding.place = Some(entry.place.clone());
            }
        }
    }

    fn value(&mut self, here: Here<'_, '_>) {
        // A variable alone is its value: what is wrong with that is said where it stands.
        let here = match self.variables {
            Some(variables) => Here { node: variables.stands_for(here.node), ..here },
            None => here,
        };
        if self.reading.is_some() && here.key.is_some() {
            let finding = scalar::unsaid(here.node, &here.trail);
            self.found.extend(finding.map(|finding| finding.at(here.node.place())));
            let key = here.key.and_then(|entry| Some((texts::hidden(entry.key)?, entry)));
            self.found.extend(key.map(|(flaw, of)| texts::finding(&flaw, of.key, &here.trail).at(of.key_place())));
        }
        if let View::Text(text) = here.node.view() {
            if let Some(reading) = &mut self.reading {
                let Here { node, map, spot, trail, .. } = here;
                self.found.extend(reading.read(&Written { text, node, map, spot, trail }));
            }
            let tokens = if text.contains("${") { template::parse(text) } else { Vec::new() };
            if tokens.iter().any(|token| !matches!(token, Token::Text(_))) {
                if let Some(reading) = &self.reading {
                    let finding = reading.typed(&tokens, here.shape, here.node, &here.trail);
                    self.found.extend(finding);
                }
                // Nothing else is known of the value of a reference.
                return;
            }
        }
        if let (Some(team), View::Map) = (self.team, here.node.view()) {
            self.found.extend(lint::mapping(here.shape, here.node, &here.trail, self.exists, team));
        }
        self.shaped(here);
    }

    /// Checks a value against its shape.
    fn shaped(&mut self, here: Here<'_, '_>) {
        let shape = here.shape.resolved();
        match (shape, here.node.view()) {
            (Shape::Any, View::List) => self.items(here, &Shape::Any),
            (Shape::Any, View::Map) => self.rest(here, &Shape::Any),
            (Shape::Any, _) => {}
            // `null` clears a field.
            (_, View::Null) if here.key.is_some() => {}
            (Shape::List(item), View::List) => self.items(here, item),
            (Shape::Map(each), View::Map) => self.rest(here, each),
            (Shape::Object(fields), View::Map) => self.object(fields, here, None),
            (Shape::OneOf(union), View::Map) => self.one_of(union, here),
            (Shape::Either(shapes), view) => match shapes.iter().find(|shape| scalar::fits(shape, &view)) {
                Some(shape) => self.shaped(Here { shape, ..here }),
                None => self.push(scalar::wrong_type(here.shape, here.node, &here.trail), here.node.place()),
            },
            (shape, view) => {
                if !scalar::fits(shape, &view) {
                    self.push(scalar::wrong_type(here.shape, here.node, &here.trail), here.node.place());
                } else if let Some(finding) = scalar::check(shape, &view, &here.trail) {
                    self.push(finding, here.node.place());
                }
            }
        }
    }

    fn items(&mut self, here: Here<'_, '_>, shape: &'static Shape) {
        for (position, node) in here.node.items().enumerate() {
            let trail = here.trail.item(position);
            self.value(Here { node, key: None, map: None, shape, spot: here.spot.item(), trail });
        }
    }

    fn rest(&mut self, here: Here<'_, '_>, shape: &'static Shape) {
        for entry in here.node.entries() {
            self.not_named(entry);
            self.field(here, entry, shape);
        }
    }

    fn field(&mut self, here: Here<'_, '_>, entry: document::Entry<'_>, shape: &'static Shape) {
        let trail = here.trail.key(entry.key);
        let spot = here.spot.key(entry.key);
        self.value(Here { node: entry.value, key: Some(entry), map: Some(here.node), shape, spot, trail });
    }

    fn not_named(&mut self, entry: document::Entry<'_>) {
        if let Some(unnamed) = &mut self.unnamed {
            unnamed.insert(entry.key_place());
        }
    }

    /// Checks a mapping; `union` is the union it belongs to.
    fn object(&mut self, fields: &'static Fields, here: Here<'_, '_>, union: Option<&'static Union>) {
        for entry in here.node.entries() {
            let tag = union.map(|union| &union.tag).filter(|tag| tag.name == entry.key);
            let shape = match (tag.or_else(|| fields.get(entry.key)), fields.rest) {
                (Some(known), _) => &known.shape,
                (None, Some(rest)) => {
                    self.not_named(entry);
                    &rest.shape
                }
                (None, None) => {
                    if !here.spot.key(entry.key).is_server_managed() {
                        let near = elsewhere::Near { fields, union, map: here.node, root: self.root };
                        let (title, tag) = union.map_or((fields.title, ""), |union| (union.title, union.tag.name));
                        let word = here.node.get(tag).and_then(|node| node.as_text());
                        let finding = lint::misplaced(title, word, entry.key, &here.trail)
                            .unwrap_or_else(|| elsewhere::unknown_field(entry.key, &near, &here.trail));
                        self.unknown(finding, entry.key_place());
                    }
                    // It is sent as is, and may hold a secret.
                    &Shape::Any
                }
            };
            self.field(here, entry, shape);
        }
        for field in fields.all().filter(|field| field.is_required && here.node.get(field.name).is_none()) {
            self.missing(field.name, here);
        }
    }

    fn one_of(&mut self, union: &'static Union, here: Here<'_, '_>) {
        let tag = union.tag.name;
        let Some(node) = here.node.get(tag) else {
            self.missing(tag, here);
            return self.any_branch(union, here);
        };
        let word = match node.view() {
            View::Text(word) if !word.contains("${") => word,
            View::Text(_) => return self.any_branch(union, here),
            _ => {
                self.push(scalar::not_a_word(node, &here.trail.key(tag)), node.place());
                return self.any_branch(union, here);
            }
        };
        match union.branch(word).map(Shape::resolved) {
            Some(Shape::Object(fields)) => self.object(fields, here, Some(union)),
            Some(_) => self.rest(here, &Shape::Any),
            None => {
                let path = here.trail.key(tag).path();
                let finding = Diagnostic::warning("unknown-value", format!("{path} {word:?} is unknown"));
                let alias = || scalar::alias(word).filter(|alias| union.words().any(|word| word == *alias));
                let help = match did_you_mean(word, union.words()).or_else(alias) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("known: {}", union.words().collect::<Vec<_>>().join(", ")),
                };
                self.push(finding.help(help), node.place());
                self.rest(here, &Shape::Any);
            }
        }
    }

    /// A mapping whose branch is unknown: only fields that no branch has are wrong.
    fn any_branch(&mut self, union: &'static Union, here: Here<'_, '_>) {
        for entry in here.node.entries() {
            let mut known = union.branches.iter().filter_map(|branch| match branch.shape.resolved() {
                Shape::Object(fields) => fields.get(entry.key).map(|field| &field.shape),
                _ => Some(&Shape::Any),
            });
            let first = known.next();
            if first.is_none() && union.tag.name != entry.key && !here.spot.key(entry.key).is_server_managed() {
                let near =
                    elsewhere::Near { fields: &Fields::EMPTY, union: Some(union), map: here.node, root: self.root };
                self.unknown(elsewhere::unknown_field(entry.key, &near, &here.trail), entry.key_place());
            }
            // If the branches differ, accept any value.
            let shape = first.filter(|first| known.all(|other| is_same(first, other))).unwrap_or(&Shape::Any);
            self.field(here, entry, shape);
        }
    }

    fn missing(&mut self, name: &str, here: Here<'_, '_>) {
        // The live object may have the field; inside a list it is unclear which element would.
        let finding = match (self.exists, here.trail.in_list()) {
            (false, _) => Diagnostic::error,
            (true, true) => Diagnostic::warning,
            (true, false) => return,
        };
        let path = here.trail.key(name).path();
        let finding = finding("missing-field", format!("{path} is missing: Vapi refuses a new object without it"));
        let finding = finding.help("add it; if the object is already in Vapi, put its id next to `config`");
        self.push(finding, here.head());
    }

    fn unknown(&mut self, mut finding: Diagnostic, place: Place) {
        if self.options.strict {
            finding.severity = Severity::Error;
        }
        self.push(finding, place);
    }

    fn push(&mut self, finding: Diagnostic, place: Place) {
        self.found.push(finding.at(place));
    }
}

/// Whether two shapes are the same table.
fn is_same(one: &'static Shape, other: &'static Shape) -> bool {
    match (one.resolved(), other.resolved()) {
        (Shape::Object(one), Shape::Object(other)) => std::ptr::eq(*one, *other),
        (Shape::OneOf(one), Shape::OneOf(other)) => std::ptr::eq(*one, *other),
        (one, other) => std::ptr::eq(one, other),
    }
}
