//! One pass through each config, beside its shape and the field table of its kind.

use std::collections::BTreeSet;

use super::committed::OURS;
use super::reading::{Reading, Written};
use super::shape::{ANY, At, Fields, Rest, Shape, Shapes, Tagged};
use super::trail::Trail;
use super::{Options, elsewhere, room, scalar};
use crate::document::{self, Document, Node, View};
use crate::kinds::Spot;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::state::load::{Entry, did_you_mean};
use crate::state::resolve::IncludeSource;
use crate::state::template::{self, Token};

/// What is found in the configs of these entries.
pub(super) fn entries(
    document: &Document,
    entries: &[&Entry<'_>],
    includes: &dyn IncludeSource,
    env: &dyn Fn(&str) -> Option<String>,
    options: &Options,
) -> Diagnostics {
    let mut walk = Walk::new(&OURS, options);
    walk.reading = Some(Reading::new(document, includes, env));
    entries.iter().for_each(|entry| walk.entry(entry));
    walk.found
}

/// What is found when the configs of these entries are held against other shapes: fields and values only.
pub(super) fn shapes(entries: &[&Entry<'_>], shapes: &Shapes, options: &Options) -> Shaped {
    let mut walk = Walk::new(shapes, options);
    walk.unnamed = Some(BTreeSet::new());
    entries.iter().for_each(|entry| walk.entry(entry));
    Shaped { found: walk.found, unnamed: walk.unnamed.unwrap_or_default() }
}

/// What shapes have to say of configs.
pub(super) struct Shaped {
    pub(super) found: Diagnostics,
    /// Where fields stand that are taken without being known by name.
    pub(super) unnamed: BTreeSet<Place>,
}

struct Walk<'w> {
    shapes: &'w Shapes,
    /// The shape of the config that is being walked.
    root: At<'w>,
    options: &'w Options,
    /// How texts are read; not at all, where only shapes count.
    reading: Option<Reading<'w>>,
    /// The object exists: what the file does not say of it, it may have already.
    exists: bool,
    /// Where fields stand that no shape names, if somebody wants to know.
    unnamed: Option<BTreeSet<Place>>,
    found: Diagnostics,
}

/// A value, with what is known about its place.
#[derive(Clone, Copy)]
struct Here<'h, 'd> {
    node: Node<'d>,
    /// Its key, if it has one.
    key: Option<document::Entry<'d>>,
    /// The mapping that it stands in.
    map: Option<Node<'d>>,
    shape: At<'h>,
    spot: Spot,
    trail: Trail<'h>,
}

impl Here<'_, '_> {
    /// Where to point at for what is not there.
    fn head(&self) -> Place {
        self.key.map_or_else(|| self.node.place(), |key| key.key_place())
    }
}

impl<'w> Walk<'w> {
    fn new(shapes: &'w Shapes, options: &'w Options) -> Self {
        Walk { shapes, root: shapes.any(), options, reading: None, exists: false, unnamed: None, found: Vec::new() }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let Some(config) = entry.config else { return };
        if self.reading.is_some() {
            self.found.extend(room::check(config));
        }
        self.exists = entry.id.is_some();
        let shape = self.shapes.config(entry.kind);
        self.root = shape;
        let here = Here { node: config, key: None, map: None, shape, spot: entry.kind.root(), trail: Trail::root() };
        let before = self.found.len();
        self.value(here);
        // The root of a config has no key of its own: what it lacks is said at the entry's handle.
        for finding in &mut self.found[before..] {
            if finding.code == "missing-field" && finding.place == Some(config.place()) {
                finding.place = Some(entry.place.clone());
            }
        }
    }

    fn value(&mut self, here: Here<'_, '_>) {
        if let View::Text(text) = here.node.view() {
            if let Some(reading) = &mut self.reading {
                let Here { node, map, spot, trail, .. } = here;
                self.found.extend(reading.read(&Written { text, node, map, spot, trail }));
            }
            // What a reference stands for is known later; whose type it has to have is known to Vapi.
            if text.contains("${") && template::parse(text).iter().any(|token| !matches!(token, Token::Text(_))) {
                return;
            }
        }
        self.shaped(here);
    }

    /// A value beside its shape.
    fn shaped(&mut self, here: Here<'_, '_>) {
        let shape = here.shape.shape();
        match (shape, here.node.view()) {
            (Shape::Any, View::List) => self.items(here, here.shape),
            (Shape::Any, View::Map) => self.rest(here, here.shape),
            (Shape::Any, _) => {}
            // `null` clears a field.
            (_, View::Null) if here.key.is_some() => {}
            (Shape::List(item), View::List) => self.items(here, here.shape.to(*item)),
            (Shape::Map(fields), View::Map) => self.map(fields, here),
            (Shape::Tagged(tagged), View::Map) => self.tagged(tagged, here),
            (Shape::Either(shapes), view) => {
                let fitting = shapes.iter().map(|id| here.shape.to(*id)).find(|at| scalar::fits(at.shape(), &view));
                match fitting {
                    Some(shape) => self.shaped(Here { shape, ..here }),
                    None => self.push(scalar::wrong_type(here.shape, here.node, &here.trail), here.node.place()),
                }
            }
            (shape, view) => {
                if !scalar::fits(shape, &view) {
                    self.push(scalar::wrong_type(here.shape, here.node, &here.trail), here.node.place());
                } else if let Some(finding) = scalar::check(shape, &view, &here.trail) {
                    self.push(finding, here.node.place());
                }
            }
        }
    }

    fn items(&mut self, here: Here<'_, '_>, shape: At<'_>) {
        for (position, node) in here.node.items().enumerate() {
            let trail = here.trail.item(position);
            self.value(Here { node, key: None, map: None, shape, spot: here.spot.item(), trail });
        }
    }

    fn rest(&mut self, here: Here<'_, '_>, shape: At<'_>) {
        for entry in here.node.entries() {
            self.not_named(entry);
            self.field(here, entry, shape);
        }
    }

    fn field(&mut self, here: Here<'_, '_>, entry: document::Entry<'_>, shape: At<'_>) {
        let trail = here.trail.key(entry.key);
        let spot = here.spot.key(entry.key);
        self.value(Here { node: entry.value, key: Some(entry), map: Some(here.node), shape, spot, trail });
    }

    fn not_named(&mut self, entry: document::Entry<'_>) {
        if let Some(unnamed) = &mut self.unnamed {
            unnamed.insert(entry.key_place());
        }
    }

    fn map(&mut self, fields: &Fields, here: Here<'_, '_>) {
        self.fields_of(fields, here, None);
        for name in &fields.required {
            if here.node.get(name).is_none() {
                self.missing(name, here);
            }
        }
    }

    /// Each field of a mapping; `union` is the union that the mapping is one of.
    fn fields_of(&mut self, fields: &Fields, here: Here<'_, '_>, union: Option<&Tagged>) {
        for entry in here.node.entries() {
            let known = fields.named.get(entry.key).map(|field| field.shape);
            let shape = match (known, fields.rest) {
                (Some(known), _) => known,
                (None, Rest::Each(each)) => {
                    self.not_named(entry);
                    each
                }
                (None, Rest::Unknown) => {
                    if !here.spot.key(entry.key).is_server_managed() {
                        let near = elsewhere::Near { fields, union, at: here.shape, map: here.node, root: self.root };
                        let finding = elsewhere::unknown_field(entry.key, &near, &here.trail);
                        self.unknown(finding, entry.key_place());
                    }
                    // It is sent as it is, and may hold a secret all the same.
                    ANY
                }
            };
            self.field(here, entry, here.shape.to(shape));
        }
    }

    fn tagged(&mut self, tagged: &Tagged, here: Here<'_, '_>) {
        let Some(tag) = here.node.get(tagged.tag) else {
            self.missing(tagged.tag, here);
            return self.any_branch(tagged, here);
        };
        let word = match tag.view() {
            View::Text(word) if !word.contains("${") => word,
            View::Text(_) => return self.any_branch(tagged, here),
            _ => {
                let trail = here.trail.key(tagged.tag);
                self.push(scalar::not_a_word(tag, &trail), tag.place());
                return self.any_branch(tagged, here);
            }
        };
        match tagged.branch(word).map(|id| (id, here.shape.to(id).shape())) {
            Some((_, Shape::Map(fields))) => {
                self.fields_of(fields, here, Some(tagged));
                for name in fields.required.iter().filter(|name| here.node.get(name).is_none()) {
                    self.missing(name, here);
                }
            }
            Some((id, _)) => self.rest(here, here.shape.to(id)),
            None => {
                let known = || tagged.branches.iter().map(|(word, _)| &**word);
                let path = here.trail.key(tagged.tag).path();
                let finding = Diagnostic::warning("unknown-value", format!("{path} {word:?} is not known"));
                let alias = || scalar::alias(word).filter(|alias| known().any(|word| word == *alias));
                let help = match did_you_mean(word, known()).or_else(alias) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
                };
                self.push(finding.help(help), tag.place());
                self.rest(here, here.shape.to(ANY));
            }
        }
    }

    /// A mapping of which nobody can tell which branch it is: only what no branch knows is wrong.
    fn any_branch(&mut self, tagged: &Tagged, here: Here<'_, '_>) {
        let branches = || tagged.branches.iter().map(|(_, id)| here.shape.to(*id));
        for entry in here.node.entries() {
            let mut known = branches().filter_map(|branch| match branch.shape() {
                Shape::Map(fields) => fields.named.get(entry.key).map(|field| field.shape),
                _ => Some(ANY),
            });
            let first = known.next();
            if first.is_none() && !here.spot.key(entry.key).is_server_managed() {
                let fields = Fields::default();
                let near = elsewhere::Near {
                    fields: &fields,
                    union: Some(tagged),
                    at: here.shape,
                    map: here.node,
                    root: self.root,
                };
                self.unknown(elsewhere::unknown_field(entry.key, &near, &here.trail), entry.key_place());
            }
            // Where the branches differ, nothing can be held against the value.
            let shape = first.filter(|first| known.all(|other| other == *first)).unwrap_or(ANY);
            self.field(here, entry, here.shape.to(shape));
        }
    }

    fn missing(&mut self, name: &str, here: Here<'_, '_>) {
        // What Vapi holds already fills the gap, but nothing says which element of a list it would be.
        let finding = match (self.exists, here.trail.in_list()) {
            (false, _) => Diagnostic::error,
            (true, true) => Diagnostic::warning,
            (true, false) => return,
        };
        let path = here.trail.key(name).path();
        let finding = finding("missing-field", format!("{path} is missing: Vapi refuses a new object without it"));
        let finding = finding.help("add it; if the object is in Vapi already, put its id beside `config`");
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
