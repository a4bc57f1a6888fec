//! Agents that are renamed while something still uses their old name.

use super::after::after;
use super::{Change, Inputs, Write};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Trail, Value};

/// The fields that hold the name of an agent.
const NAMES: [&str; 2] = ["assistantName", "entryAssistantName"];

/// An agent that gets another name.
struct Renamed<'c> {
    change: &'c Change,
    old: &'c str,
    new: &'c str,
}

/// Warnings about agents that are renamed while something still uses their old name. Otherwise a failed call would tell.
pub(super) fn warnings(inputs: &Inputs<'_, '_>, changes: &[Change]) -> Diagnostics {
    let agents = inputs.listings.get("agents");
    let lives = || agents.into_iter().flatten();
    let renamed = changes.iter().filter(|change| change.kind.section == "agents").filter_map(|change| {
        let Some(Write::Update { body, .. }) = change.write() else { return None };
        let new = body.get("name")?.as_text()?;
        let live = lives().find(|live| change.id.as_ref().is_some_and(|id| id.as_str() == live.header.id))?;
        let old = live.header.name.as_deref().filter(|old| !old.is_empty() && *old != new)?;
        // Another agent of that name takes the calls.
        let others = lives().filter(|other| other.header.name.as_deref() == Some(old)).count();
        (others == 1).then_some(Renamed { change, old, new })
    });
    let renamed: Vec<Renamed<'_>> = renamed.collect();
    if renamed.is_empty() {
        return Vec::new();
    }
    let tool = |of: &Renamed<'_>| format!("handoff_to_{}", of.old.replace(' ', "_"));
    let may_hold = |value: &Value| renamed.iter().any(|of| naming(value, of.old, &tool(of)).is_some());
    let mut found = Vec::new();
    for (kind, live, value) in after(inputs, changes, may_hold) {
        for of in &renamed {
            let Some(path) = naming(&value, of.old, &tool(of)) else { continue };
            let who = format!("{} {}", kind.noun, live.header.called().unwrap_or(&live.header.id));
            let Renamed { change, old, new } = of;
            let message = format!("{} is renamed to {new:?}, and {who} still names {old:?} in {path}", change.address);
            let help = "change that name in the same run, or refer to the agent by `assistantId`";
            let place = change.fields.iter().find(|field| field.path.top() == Some("name"));
            let place = place.and_then(|field| field.place.clone());
            found.push(Diagnostic { place, ..Diagnostic::warning("renamed-in-use", message).help(help) });
        }
    }
    found
}

/// Where a value names an agent: in a destination, or in a prompt that names its handoff tool.
fn naming(value: &Value, name: &str, tool: &str) -> Option<String> {
    let mut found = None;
    value.visit(Trail::Root, &mut |trail, value| {
        let (Some(text), Some(key)) = (value.as_text(), trail.last_key()) else { return };
        let names = NAMES.contains(&key) && text == name;
        let tells = || key == "content" && text.to_lowercase().contains(&tool.to_lowercase());
        if found.is_none() && (names || tells()) {
            found = Some(trail.path().to_string());
        }
    });
    found
}
