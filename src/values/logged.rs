//! Values of the audit log, read back.

use crate::kinds;
use crate::model::{AWAITED, Address, Part, SENSITIVE, Secret, Value};

/// A value of the log, with ids filled in that were unknown when it was written. Secrets stay unknown. `id_of` gives the id
/// of an entry.
pub fn logged(value: Value, id_of: &dyn Fn(&Address) -> Option<String>) -> Value {
    value.map(&|value| match value {
        Value::Text(text) if text.contains(SENSITIVE) => *value = Value::Secret(Secret::missing(Vec::new())),
        Value::Text(text) if text.contains(AWAITED) => *value = awaited(text, id_of),
        _ => {}
    })
}

fn awaited(text: &str, id_of: &dyn Fn(&Address) -> Option<String>) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(AWAITED) {
        let Some((name, behind)) = behind.split_once(')') else { break };
        let Some(address) = address(name) else { break };
        parts.extend((!before.is_empty()).then(|| Part::Text(before.into())));
        parts.push(id_of(&address).map_or(Part::Id(address), |id| Part::Text(id.into())));
        rest = behind;
    }
    parts.extend((!rest.is_empty()).then(|| Part::Text(rest.into())));
    let known: Option<String> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Some(&**text),
            Part::Id(_) | Part::Secret(_) => None,
        })
        .collect();
    known.map(|text| Value::Text(text.into())).unwrap_or(Value::Unknown(parts))
}

/// An address as the log spells it.
pub fn address(text: &str) -> Option<Address> {
    let (section, handle) = text.split_once('.')?;
    Some(kinds::by_section(section)?.address(handle))
}
