//! Which live phone numbers ring an agent.

use super::{Action, Change, Impact, Inputs};
use crate::kinds::KINDS;
use crate::model::RemoteId;

/// A live number that rings an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Its Vapi id.
    pub id: RemoteId,
    /// Its number or SIP URI.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// How it reaches the agent: `assistantId`, or the name of the squad.
    pub via: String,
}

/// The numbers that ring the agents which change.
pub(super) fn of(inputs: &Inputs<'_, '_>, changes: &[Change]) -> Vec<Impact> {
    let changed = changes.iter().filter(|change| change.kind.assignment.is_empty() && change.action() != Action::None);
    changed
        .filter_map(|change| {
            let rings = rings(inputs, change.id.as_ref()?);
            (!rings.is_empty()).then(|| Impact { address: change.address.clone(), rings })
        })
        .collect()
}

/// The live numbers that ring the agent with this id, directly or through a squad.
pub fn rings(inputs: &Inputs<'_, '_>, agent: &RemoteId) -> Vec<Ring> {
    let squads: Vec<(String, String)> = inputs
        .listings
        .get("squads")
        .into_iter()
        .flatten()
        .filter(|squad| squad.raw().contains(agent.as_str()))
        .map(|squad| (squad.header.id.clone(), squad.header.name.clone().unwrap_or_else(|| squad.header.id.clone())))
        .collect();
    let mut found = Vec::new();
    for kind in KINDS.into_iter().filter(|kind| !kind.assignment.is_empty()) {
        for live in inputs.listings.get(kind.section).into_iter().flatten() {
            // Looking for the id in the text saves reading numbers that cannot ring it.
            let reaches = |id: &str| live.raw().contains(id);
            if !reaches(agent.as_str()) && !squads.iter().any(|(id, _)| reaches(id)) {
                continue;
            }
            let Ok(json) = live.json() else { continue };
            let text = |field: &str| json.get(field).and_then(serde_json::Value::as_str);
            let direct = (text("assistantId") == Some(agent.as_str())).then(|| "assistantId".to_owned());
            let squad = || {
                let (_, name) = squads.iter().find(|(id, _)| text("squadId") == Some(id.as_str()))?;
                Some(format!("squad {name}"))
            };
            if let Some(via) = direct.or_else(squad) {
                let header = &live.header;
                found.push(Ring {
                    id: RemoteId(header.id.clone()),
                    number: header.number.clone().or_else(|| header.sip_uri.clone()),
                    name: header.name.clone(),
                    via,
                });
            }
        }
    }
    found
}
