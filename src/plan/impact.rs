//! Which live phone numbers reach an object: through agents, squads and tools.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Action, Change, Impact, Inputs, pins};
use crate::kinds::{KINDS, Kind};
use crate::model::{RemoteId, Trail};
use crate::values::live::Live;

/// A live number that reaches an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Its Vapi id.
    pub id: RemoteId,
    /// Its number or SIP URI.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How it reaches the object: by its own field, `assistantId`, or through others, `squad Intake → agent Front`.
    pub via: String,
}

/// For each object that changes, the numbers that reach it and who stays on an old version of it.
pub(super) fn of(inputs: &Inputs<'_, '_>, changes: &[Change]) -> Vec<Impact> {
    let changed = changes.iter().filter(|change| change.kind.assignment.is_empty() && change.action() != Action::None);
    let changed: Vec<&Change> = changed.filter(|change| change.id.is_some() && !change.is_second()).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let mut rings = rings(inputs);
    let stays = pins::stays(inputs, changes);
    let found = changed.into_iter().filter_map(|change| {
        let id = change.id.as_ref()?.as_str();
        let rings = rings.remove(id).unwrap_or_default();
        let stays: Vec<_> = stays.iter().filter(|(of, _)| of == id).map(|(_, stay)| stay.clone()).collect();
        let is_felt = !rings.is_empty() || !stays.is_empty();
        is_felt.then(|| Impact { address: change.address.clone(), rings, stays })
    });
    found.collect()
}

/// For each live object, the live numbers that reach it.
fn rings(inputs: &Inputs<'_, '_>) -> HashMap<String, Vec<Ring>> {
    let mut known: HashMap<&str, (&'static Kind, &Live)> = HashMap::new();
    for kind in KINDS.into_iter().filter(|kind| kind.assignment.is_empty()) {
        let lives = inputs.listings.get(kind.section).into_iter().flatten();
        known.extend(lives.map(|live| (live.header.id.as_str(), (kind, live))));
    }
    // Others still refer to an object that was deleted.
    let gone: HashSet<&str> =
        inputs.desired.file.entries.iter().filter_map(|entry| Some(entry.id.as_ref()?.as_str())).collect();
    let links = |live: &Live, kind: &Kind| -> Vec<String> {
        // This kind only links back to its users.
        if !kind.leads_on {
            return Vec::new();
        }
        let is_link = |text: &&str| *text != live.header.id && (known.contains_key(text) || gone.contains(text));
        let mut links = Vec::new();
        let Ok(object) = live.value() else { return links };
        object.visit(Trail::Root, &mut |_, value| links.extend(value.as_text().filter(is_link).map(str::to_owned)));
        links
    };
    let mut of: HashMap<String, Vec<String>> = HashMap::new();
    let mut rings: HashMap<String, Vec<Ring>> = HashMap::new();
    for kind in KINDS.into_iter().filter(|kind| !kind.assignment.is_empty()) {
        for number in inputs.listings.get(kind.section).into_iter().flatten() {
            let Ok(object) = number.value() else { continue };
            let text = |field: &str| object.text_at(field);
            let Some((field, target)) = kind.assignment.iter().find_map(|field| Some((*field, text(field)?))) else {
                continue;
            };
            let mut reached: HashSet<String> = HashSet::from([target.to_owned()]);
            let mut next = VecDeque::from([(target.to_owned(), field.to_owned(), String::new())]);
            while let Some((id, via, through)) = next.pop_front() {
                let header = &number.header;
                rings.entry(id.clone()).or_default().push(Ring {
                    id: RemoteId(header.id.clone()),
                    number: header.number.clone().or_else(|| header.sip_uri.clone()),
                    name: header.name.clone(),
                    via,
                });
                let Some((kind, live)) = known.get(id.as_str()) else { continue };
                let name = live.header.called().unwrap_or(&id);
                let through = match through.as_str() {
                    "" => format!("{} {name}", kind.noun),
                    before => format!("{before} → {} {name}", kind.noun),
                };
                for link in of.entry(id.clone()).or_insert_with(|| links(live, kind)).iter() {
                    if reached.insert(link.clone()) {
                        next.push_back((link.clone(), through.clone(), through.clone()));
                    }
                }
            }
        }
    }
    // Vapi lists objects that were created at the same moment in any order.
    rings.values_mut().for_each(|rings| rings.sort_by(|a, b| (&a.number, &a.id.0).cmp(&(&b.number, &b.id.0))));
    rings
}
