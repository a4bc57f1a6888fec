//! Guards against the likeliest disaster: the API key of another organisation.

use std::collections::HashSet;

use super::pair::Listings;
use super::words::plural;
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::load::{Entry, StateFile};

/// What the user allows in spite of the guards.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowances {
    /// `--allow-mass-recreate`.
    pub mass_recreate: bool,
}

/// The entries whose id is in no listing. A list may lag, so ask for each by id before it counts as gone; then call
/// [`guard_missing`].
///
/// # Errors
/// The API key belongs to another organisation.
pub fn missing<'e>(state: &'e StateFile<'_>, listings: &Listings) -> Result<Vec<&'e Entry<'e>>, Diagnostics> {
    guard_org(state, listings)?;
    let live_ids: HashSet<(&str, &str)> = listings
        .iter()
        .flat_map(|(section, lives)| lives.iter().map(move |live| (*section, live.header.id.as_str())))
        .collect();
    let is_missing =
        |entry: &&Entry| entry.id.as_ref().is_some_and(|id| !live_ids.contains(&(entry.kind.section, id.as_str())));
    Ok(state.entries.iter().filter(is_missing).collect())
}

/// Whether so many objects are missing that it must be the wrong organisation: more than half of at least four, of all kinds
/// together or of one. Gives how many of how many, in words.
pub fn mass_missing(state: &StateFile<'_>, gone: &[&Entry<'_>]) -> Option<String> {
    let mass = |kind: Option<&'static Kind>| {
        let of_kind = |entry: &&Entry<'_>| kind.is_none_or(|kind| entry.kind == kind);
        let linked = state.entries.iter().filter(|entry| entry.id.is_some()).filter(of_kind).count();
        let gone = gone.iter().copied().filter(of_kind).count();
        let nouns = kind.map_or("objects", |kind| kind.nouns);
        (linked >= 4 && gone * 2 > linked).then(|| format!("{gone} of the {linked} {nouns} whose ids are in the file"))
    };
    mass(None).or_else(|| KINDS.into_iter().find_map(|kind| mass(Some(kind))))
}

/// Stops the run if the missing objects suggest the wrong organisation. `gone` are entries whose object Vapi did not find by id.
///
/// # Errors
/// Too many are gone, or the organisation is empty, so that it cannot be told from another.
pub fn guard_missing(
    state: &StateFile<'_>,
    listings: &Listings,
    gone: &[&Entry<'_>],
    allow: Allowances,
) -> Result<(), Diagnostics> {
    let Some(first) = gone.first().filter(|_| !allow.mass_recreate) else { return Ok(()) };
    let linked = state.entries.iter().filter(|entry| entry.id.is_some()).count();
    let guard = |code, message: String| {
        let error = Diagnostic::error(code, message).help(
            "check that the API key belongs to the right organisation; if the objects really were deleted, and you \
            want them created again, add --allow-mass-recreate",
        );
        Err(error.at(first.id_place.clone().unwrap_or_else(|| first.place.clone())).into())
    };
    if listings.values().flatten().all(|live| live.header.org_id.is_none()) {
        let objects = plural(linked, "object", "objects");
        return guard(
            "empty-org",
            format!(
                "there is nothing in the organisation of this API key, but the file has the ids of {linked} \
                {objects}: it may be the wrong organisation. Nothing was done"
            ),
        );
    }
    if let Some(mass) = mass_missing(state, gone) {
        let message = format!("{mass} are not in Vapi: it may be the wrong organisation. Nothing was done");
        return guard("mass-missing", message);
    }
    Ok(())
}

fn guard_org(state: &StateFile<'_>, listings: &Listings) -> Result<(), Diagnostics> {
    let own = state.environment().map(|environment| environment.name);
    let of_others = |org: &str| {
        let others = state.environments.all.iter().filter(|other| Some(other.name) != own);
        others.into_iter().find(|other| other.org_id.as_deref() == Some(org))
    };
    let is_wrong = |org: &&str| state.org_id.as_deref().map_or(of_others(org).is_some(), |own| own != *org);
    let mut orgs = listings.values().flatten().filter_map(|live| live.header.org_id.as_deref());
    let Some(found) = orgs.find(is_wrong) else { return Ok(()) };
    let (message, help) = match (own, of_others(found), &state.org_id) {
        (Some(own), Some(other), _) => (
            format!("the API key for {own} belongs to the organisation of {}", other.name),
            "set the key of the right organisation, and check --env",
        ),
        (Some(own), None, Some(org_id)) => (
            format!("{own} is organisation {org_id}, but the API key belongs to {found}"),
            "use a key of that organisation, and check --env",
        ),
        (_, _, org_id) => (
            format!(
                "the file belongs to organisation {}, but the API key to {found}",
                org_id.as_deref().unwrap_or_default()
            ),
            "set a key of the file's organisation; for another organisation, use another state file (-f)",
        ),
    };
    let mut error = Diagnostic::error("wrong-org", format!("{message}. Nothing was done")).help(help);
    error.place = state.org_id_place.clone();
    Err(error.into())
}
