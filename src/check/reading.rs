//! Checks any text of a config: secrets, numbers, references, flaws.

use std::collections::HashSet;

use super::{numbers, place, scalar, secrets, texts};
use crate::document::{Document, Node};
use crate::kinds::Spot;
use crate::kinds::table::Shape;
use crate::model::Trail;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::includes::{IncludeSource, shown_include};
use crate::state::template::{self, Token};

/// A text of a config, with its place.
pub(super) struct Written<'t, 'd> {
    pub(super) text: &'t str,
    pub(super) node: Node<'d>,
    /// The mapping that holds it.
    pub(super) map: Option<Node<'d>>,
    pub(super) spot: Spot,
    pub(super) trail: Trail<'t>,
}

/// Checks the texts of a file.
pub(super) struct Reading<'r> {
    document: &'r Document,
    includes: &'r dyn IncludeSource,
    env: &'r dyn Fn(&str) -> Option<String>,
    /// Unset variables: each is reported once.
    missing: HashSet<String>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(
        document: &'r Document,
        includes: &'r dyn IncludeSource,
        env: &'r dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { document, includes, env, missing: HashSet::new() }
    }

    /// Checks a text.
    pub(super) fn read(&mut self, written: &Written<'_, '_>) -> Diagnostics {
        let Written { text, node, map, spot, trail } = written;
        if let Some(finding) = secrets::check(text, *spot, trail) {
            return finding.at(node.place()).into();
        }
        let mut found = Diagnostics::new();
        if trail.last_key() == Some("number") && !spot.is_free() {
            let finding = map.and_then(|map| numbers::dialled(text, map, trail));
            found.extend(finding.map(|finding| finding.at(node.place())));
        }
        if text.contains("${") {
            let tokens = template::parse(text);
            found.extend(tokens.iter().flat_map(|token| self.token(token, written)));
        }
        for flaw in flaws(text, written) {
            let place = place::in_text(self.document, *node, text, &flaw.range);
            found.push(texts::finding(&flaw, text, trail).at(place));
        }
        found
    }

    /// The finding about references where no text belongs.
    pub(super) fn typed(
        &self,
        tokens: &[Token<'_>],
        shape: &'static Shape,
        node: Node<'_>,
        trail: &Trail<'_>,
    ) -> Option<Diagnostic> {
        scalar::reference(tokens, shape, trail, self.env).map(|finding| finding.at(node.place()))
    }

    fn token(&mut self, token: &Token<'_>, written: &Written<'_, '_>) -> Diagnostics {
        let Written { node, spot, trail, .. } = written;
        match token {
            Token::Env(name) => {
                let is_set = (self.env)(name).is_some_and(|value| !value.is_empty());
                if is_set || name.is_empty() || !self.missing.insert((*name).to_owned()) {
                    return Diagnostics::new();
                }
                Diagnostic::warning("missing-variable", format!("{name} is not set here"))
                    .at(node.place())
                    .help("this matters only when a field that uses it must be sent: set it where `apply` runs")
                    .into()
            }
            Token::Reference { section, .. } if spot.reference().is_some_and(|wanted| wanted != *section) => {
                Diagnostic::error(
                    "wrong-reference",
                    format!("{} takes a reference to another kind of object", trail.path()),
                )
                .at(node.place())
                .help("`assistantId` takes ${agent:…}, `phoneNumberId` takes ${phone_number:…}")
                .into()
            }
            Token::File(path) => {
                // A failed include is reported when references are resolved.
                let Ok(text) = self.includes.text(path) else { return Diagnostics::new() };
                let file = shown_include(self.document.name(), path);
                let flaws = flaws(&text, written).map(|flaw| {
                    let (place, line) = place::in_file(&file, &text, &flaw.range);
                    texts::finding(&flaw, &text, trail).at(place).snippet(line)
                });
                flaws.collect()
            }
            Token::Text(_) | Token::Reference { .. } | Token::Var(_) => Diagnostics::new(),
        }
    }
}

/// Flaws in prose; in code and free-form fields, braces mean something else.
fn flaws(text: &str, written: &Written<'_, '_>) -> impl Iterator<Item = texts::Flaw> + use<> {
    let prose = !written.spot.is_free() && written.trail.last_key() != Some("code");
    let braces = prose.then(|| texts::open_braces(text)).flatten();
    let repeated = prose.then(|| texts::repeated_paragraph(text)).flatten();
    braces.into_iter().chain(repeated).chain(texts::hidden(text))
}
