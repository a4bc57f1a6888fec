//! Pins: references to a fixed version of an agent or a tool.

use std::collections::{HashMap, HashSet};

use super::after::after;
use super::fields::place_of;
use super::{Action, Change, Inputs};
use crate::kinds::KINDS;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, FieldPath, Map, Part, Trail, Value};
use crate::plan::pair::Identity;
use crate::state::ids::Id;
use crate::state::load::Entry;

/// A live object that keeps using an old version of another, because of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Who: `squad Intake`.
    pub who: String,
    /// The version: `v3`.
    pub version: String,
}

/// A reference to one version of an object.
pub(super) struct Pin<'v> {
    /// The path of the version.
    pub(super) path: FieldPath,
    /// The id or reference.
    pub(super) target: &'v Value,
    /// The label: `v3`.
    pub(super) version: &'v str,
}

/// The fields that name a target, each with the field that pins its version.
const PINS: [(&str, &str); 2] = [("assistantId", "assistantVersion"), ("toolId", "version")];

/// All pins in a value.
pub(super) fn pins(value: &Value) -> Vec<Pin<'_>> {
    let mut found = Vec::new();
    value.visit(Trail::Root, &mut |trail, value| {
        let Some(map) = value.as_map() else { return };
        for (target, pin) in PINS {
            if let (Some(target), Some(version)) = (map.get(target), value.text_at(pin)) {
                found.push(Pin { path: trail.key(pin).path(), target, version });
            }
        }
    });
    found
}

/// The complaint about a pin in a body that asks for a version that does not exist.
pub(super) fn lacking(inputs: &Inputs<'_, '_>, body: &Map) -> Option<String> {
    let body = Value::Map(body.clone());
    pins(&body).into_iter().find_map(|pin| {
        let address = address_of(inputs, pin.target)?;
        let newest = newest(inputs, &address)?;
        (label(pin.version)? > newest).then(|| {
            format!(
                "{} asks for {} of {address}, whose newest version is v{newest}: calls would fail. Correct the \
                version, or write it as a variable",
                pin.path, pin.version
            )
        })
    })
}

/// The newest version of the object of an entry.
fn newest(inputs: &Inputs<'_, '_>, address: &Address) -> Option<u64> {
    match inputs.identities.of.get(address)? {
        Identity::Linked(at) | Identity::Link(at) => inputs.live(address.section, *at)?.header.version(),
        // A new object starts at v1.
        Identity::Create | Identity::Recreate { .. } => Some(1),
    }
}

/// The number of a label such as `v3`.
fn label(version: &str) -> Option<u64> {
    version.strip_prefix('v')?.parse().ok()
}

/// Whether a text may hold a pin.
fn may_pin(text: &str) -> bool {
    text.contains("assistantVersion") || text.contains("toolRefs")
}

/// Findings about pins in the file that are behind the newest version: notes if Vapi already has the pin, else warnings.
pub(super) fn behind(inputs: &Inputs<'_, '_>) -> Diagnostics {
    let file = &inputs.desired.file;
    if !may_pin(file.document.text()) {
        return Vec::new();
    }
    let known = |entry: &'_ Entry<'_>| match inputs.ids.get(&entry.address) {
        Some(Id::Known(id)) => Some((id.as_str().to_owned(), entry.address.clone())),
        _ => None,
    };
    let by_id: HashMap<String, Address> = file.entries.iter().filter_map(known).collect();
    let mut found = Vec::new();
    for entry in file.entries.iter().filter(|entry| inputs.identities.of.contains_key(&entry.address)) {
        let live = match inputs.identities.of.get(&entry.address) {
            Some(Identity::Linked(at) | Identity::Link(at)) => {
                inputs.live(entry.kind.section, *at).and_then(|live| live.value().ok())
            }
            _ => None,
        };
        let held: Vec<Pin<'_>> = live.into_iter().flat_map(pins).collect();
        let value = inputs.desired.value(entry, inputs.ids);
        for pin in pins(&value) {
            let Some(address) = pin.target.as_text().and_then(|id| by_id.get(id)) else { continue };
            let (Some(newest), Some(pinned)) = (newest(inputs, address), label(pin.version)) else { continue };
            if pinned >= newest {
                continue;
            }
            let is_held = held.iter().any(|held| held.version == pin.version && held.target == pin.target);
            let finding = if is_held { Diagnostic::note } else { Diagnostic::warning };
            let message = format!("{} pins v{pinned} of {address}, whose newest version is v{newest}", pin.path);
            let finding = finding("pin-behind", message).help("raise it, or delete it to follow the newest version");
            found.push(Diagnostic { place: place_of(&inputs.desired.file, entry, &value, &pin.path), ..finding });
        }
    }
    found
}

/// Who stays on an old version of an object that is updated, with the id of that object.
pub(super) fn stays(inputs: &Inputs<'_, '_>, changes: &[Change]) -> Vec<(String, Stay)> {
    let updated = changes.iter().filter(|change| change.action() == Action::Update && !change.is_second());
    let updated: HashSet<&str> = updated.filter_map(|change| Some(change.id.as_ref()?.as_str())).collect();
    let mut found = Vec::new();
    if updated.is_empty() {
        return found;
    }
    for (kind, live, value) in after(inputs, changes, |value| !pins(value).is_empty()) {
        for pin in pins(&value) {
            let meant = || match inputs.ids.get(&address_of(inputs, pin.target)?) {
                Some(Id::Known(id)) => Some(id.as_str()),
                _ => None,
            };
            let Some(id) = pin.target.as_text().or_else(meant).filter(|id| updated.contains(id)) else { continue };
            let who = format!("{} {}", kind.noun, live.header.called().unwrap_or(&live.header.id));
            found.push((id.to_owned(), Stay { who, version: pin.version.to_owned() }));
        }
    }
    found
}

/// The entry that a reference or an id stands for.
fn address_of(inputs: &Inputs<'_, '_>, target: &Value) -> Option<Address> {
    match target {
        Value::Unknown(parts) => match parts.as_slice() {
            [Part::Id(address)] => Some(address.clone()),
            _ => None,
        },
        Value::Text(id) => KINDS.into_iter().find_map(|kind| {
            let entries = inputs.desired.file.entries.iter().filter(|entry| entry.kind == kind);
            let has =
                |address: &&Address| matches!(inputs.ids.get(address), Some(Id::Known(known)) if known.as_str() == &**id);
            entries.map(|entry| &entry.address).find(has).cloned()
        }),
        _ => None,
    }
}
