//! Finds agents that no phone number leads to.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::document::{Node, View};
use crate::kinds::{self, Spot};
use crate::model::Address;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::load::Entry;
use crate::state::template::{self, Token};

/// Notes about agents that no number in the file leads to, directly or through other agents.
///
/// None if that is unknown: the file has no numbers, or its numbers lead to squads or workflows,
/// whose members only Vapi knows.
pub(super) fn check(entries: &[&Entry<'_>]) -> Diagnostics {
    let is_number = |entry: &&&Entry<'_>| !entry.kind.assignment.is_empty();
    let elsewhere = |entry: &Entry<'_>| {
        let named = |field: &str| entry.config.and_then(|config| config.get(field)?.as_text()).is_some();
        named("squadId") || named("workflowId")
    };
    if !entries.iter().any(|entry| is_number(&entry)) || entries.iter().filter(is_number).any(|entry| elsewhere(entry))
    {
        return Vec::new();
    }
    let by_id: HashMap<&str, &Address> =
        entries.iter().filter_map(|entry| Some((entry.id.as_ref()?.as_str(), &entry.address))).collect();
    let name = |entry: &Entry<'_>| Some((entry.config?.get("name")?.as_text()?.to_owned(), entry.address.clone()));
    let known = Known {
        by_id,
        by_name: entries.iter().filter(|entry| !is_number(entry)).filter_map(|entry| name(entry)).collect(),
    };
    let targets = |entry: &Entry<'_>| {
        let mut found = BTreeSet::new();
        if let Some(config) = entry.config {
            collect(config, entry.kind.root(), &known, &mut found);
        }
        found
    };
    let mut reached: HashSet<Address> = HashSet::new();
    let mut next: Vec<Address> = entries.iter().filter(is_number).flat_map(|entry| targets(entry)).collect();
    let by_address: HashMap<&Address, &&Entry<'_>> = entries.iter().map(|entry| (&entry.address, entry)).collect();
    while let Some(address) = next.pop() {
        if let Some(entry) = by_address.get(&address)
            && reached.insert(address)
        {
            next.extend(targets(entry));
        }
    }
    (entries.iter().filter(|entry| !is_number(entry) && !reached.contains(&entry.address)))
        .map(|entry| {
            Diagnostic::note(
                "unrung-agent",
                format!("no phone number in this file leads to {}, so nobody can call it", entry.address),
            )
            .at(entry.place.clone())
            .help(format!(
                "to have a number answered by it, write `assistantId: ${{agent:{}}}` in the number",
                entry.address.handle
            ))
        })
        .collect()
}

/// The other ways to refer to an entry than by handle.
struct Known<'k> {
    by_id: HashMap<&'k str, &'k Address>,
    by_name: HashMap<String, Address>,
}

/// The entries that a value refers to: by reference, by id, by `assistantName`.
fn collect(node: Node<'_>, spot: Spot, known: &Known<'_>, found: &mut BTreeSet<Address>) {
    match node.view() {
        View::Text(text) => {
            if text.contains("${") {
                found.extend(template::parse(text).iter().filter_map(|token| match token {
                    Token::Reference { section, handle } => Some(kinds::by_section(section)?.address(handle)),
                    _ => None,
                }));
            } else if spot.reference().is_some() {
                found.extend(known.by_id.get(text).map(|address| (*address).clone()));
            }
        }
        View::List => node.items().for_each(|item| collect(item, spot.item(), known, found)),
        View::Map => node.entries().for_each(|entry| {
            if entry.key == "assistantName" {
                found.extend(entry.value.as_text().and_then(|name| known.by_name.get(name)).cloned());
            }
            collect(entry.value, spot.key(entry.key), known, found);
        }),
        View::Null | View::Bool(_) | View::Number(_) => {}
    }
}
