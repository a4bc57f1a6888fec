//! Pins: references to one version of an agent or a tool.

use super::Inputs;
use crate::kinds::KINDS;
use crate::model::{Address, FieldPath, Map, Part, Trail, Value};
use crate::plan::pair::Identity;
use crate::state::ids::Id;

/// A reference to one version of an object.
pub(super) struct Pin<'v> {
    /// Where the version stands.
    pub(super) path: FieldPath,
    /// The id or reference.
    pub(super) target: &'v Value,
    /// The label: `v3`.
    pub(super) version: &'v str,
}

/// The fields that name a target, each with the one that pins it.
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

/// Why what is about to be sent pins a version that its target does not have. `None`: it does not.
pub(super) fn lacking(inputs: &Inputs<'_, '_>, body: &Map) -> Option<String> {
    let body = Value::Map(body.clone());
    pins(&body).into_iter().find_map(|pin| {
        let address = address_of(inputs, pin.target)?;
        let newest = match inputs.identities.of.get(&address) {
            Some(Identity::Linked(at) | Identity::Link(at)) => inputs.live(address.section, *at)?.header.version()?,
            // A new object begins with its first version.
            Some(Identity::Create | Identity::Recreate { .. }) => 1,
            None => return None,
        };
        let wanted: u64 = pin.version.strip_prefix('v')?.parse().ok()?;
        (wanted > newest).then(|| {
            format!(
                "{} asks for {} of {address}, whose newest version is v{newest}: calls would fail. Correct the \
                version, or write it as a variable",
                pin.path, pin.version
            )
        })
    })
}

/// The entry that a reference or an id means.
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
