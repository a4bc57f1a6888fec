//! Checks across the environments of a file.

use std::collections::BTreeSet;

use super::environments::Variables;
use super::load::{Entry, StateFile};
use super::resolve::{Noticed, Resolver};
use crate::document::{Node, View};
use crate::kinds::{self, Spot};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{RemoteId, Value};

/// Errors about phone numbers in two environments: a number belongs to one organisation.
pub(super) fn numbers(file: &StateFile<'_>, resolver: &Resolver<'_>) -> Diagnostics {
    let mut found = Vec::new();
    let all = &file.environments.all;
    let (Some(own), true) = (file.environment(), all.len() > 1) else { return found };
    let others: Vec<(&str, Variables<'_>)> = all
        .iter()
        .filter(|environment| environment.name != own.name)
        .map(|environment| (environment.name, file.environments.variables(Some(environment))))
        .collect();
    let numbers = || file.entries.iter().chain(&file.elsewhere).filter(|entry| !entry.kind.assignment.is_empty());
    for entry in file.entries.iter().filter(|entry| !entry.kind.assignment.is_empty()) {
        for field in ["number", "sipUri"] {
            let Some((node, text)) = said(entry, field, resolver) else { continue };
            let taken = others.iter().find_map(|(name, variables)| {
                let theirs = Resolver { variables, ..*resolver };
                let has_it = |other: &&Entry<'_>| {
                    other.is_in(name) && said(other, field, &theirs).is_some_and(|(_, theirs)| theirs == text)
                };
                numbers().find(has_it).map(|other| (*name, other))
            });
            let Some((name, other)) = taken else { continue };
            let message = format!("{} and {name} would both have the {field} {text}: {}", own.name, other.address);
            found.push(Diagnostic::error("number-twice", message).at(node.place()).help(format!(
                "a phone number can be in one organisation only: limit the entry with `environments: [{}]`, or write \
                the number as `${{var:NAME}}`",
                own.name
            )));
        }
    }
    found
}

/// The text and place of a field that identifies a number. Two numbers may have the same extension of a trunk.
fn said<'d>(entry: &Entry<'d>, field: &str, resolver: &Resolver<'_>) -> Option<(Node<'d>, String)> {
    let node = entry.config?.get(field)?;
    match resolver.value(node, entry.kind.root().key(field), &mut Noticed::default()) {
        Value::Text(text) if field == "sipUri" || text.starts_with('+') => Some((node, text.to_string())),
        _ => None,
    }
}

/// Errors about ids in configs that belong to another environment.
pub(super) fn foreign_ids(file: &StateFile<'_>) -> Diagnostics {
    let mut found = Vec::new();
    if file.foreign.is_empty() {
        return found;
    }
    let own: BTreeSet<&str> = file.entries.iter().filter_map(|entry| Some(entry.id.as_ref()?.as_str())).collect();
    for entry in &file.entries {
        let values = entry.config.into_iter().chain(entry.variables.iter().copied());
        values.for_each(|value| {
            each_plain(value, entry.kind.root(), &mut |text, node, _| {
                let id = RemoteId::read(text).filter(|id| !own.contains(id.as_str()));
                let Some(foreign) = id.and_then(|id| file.foreign.get(&id)) else { return };
                let message = format!("this is the id of {} in {}", foreign.address, foreign.environment);
                found.push(Diagnostic::error("foreign-id", message).at(node.place()).help(format!(
                    "write `${{{}:{}}}`: it stands for the right id in each environment",
                    kinds::of(&foreign.address).word,
                    foreign.address.handle
                )));
            });
        });
    }
    found
}

/// Warnings about ids in values that several environments share: an id exists in one organisation only.
pub(super) fn shared_ids(file: &StateFile<'_>) -> Diagnostics {
    let mut found = Vec::new();
    if file.environments.all.len() < 2 {
        return found;
    }
    for entry in file.entries.iter().filter(|entry| entry.environments.len() != 1) {
        let Some(config) = entry.config else { continue };
        each_plain(config, entry.kind.root(), &mut |text, node, spot| {
            if is_uuid(text) && !spot.is_free() {
                found.push(
                    Diagnostic::warning(
                        "shared-id",
                        format!("{text} is an id of one organisation, but several environments use this entry"),
                    )
                    .at(node.place())
                    .help("write `${var:NAME}`, and give NAME a value under `vars` of each environment"),
                );
            }
        });
    }
    found
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Visits the texts of a value that have no references or variables.
fn each_plain<'n>(node: Node<'n>, spot: Spot, look: &mut dyn FnMut(&'n str, Node<'n>, Spot)) {
    match node.view() {
        View::Text(text) if !text.contains("${") => look(text, node, spot),
        View::List => node.items().for_each(|item| each_plain(item, spot.item(), look)),
        View::Map => node.entries().for_each(|entry| each_plain(entry.value, spot.key(entry.key), look)),
        View::Null | View::Bool(_) | View::Number(_) | View::Text(_) => {}
    }
}
