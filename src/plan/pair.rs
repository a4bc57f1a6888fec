//! Which entry of the file is which object in Vapi.
//!
//! In: the entries, and the complete lists of what Vapi holds. Out: per entry an [`Identity`], or the reason why nobody
//! can tell. Pure; the guards against the likeliest disaster, a wrong key, are here.

use std::collections::{HashMap, HashSet};

use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, RemoteId};
use crate::state::load::{Entry, Ignore, StateFile};
use crate::values::live::{Header, Live};

/// All live objects of each kind, by section.
pub type Listings = HashMap<&'static str, Vec<Live>>;

/// What an entry is in Vapi. Positions are in the listing of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The object that the file's id names.
    Linked(usize),
    /// The one object that has its name or number, or that is what making a deleted one again gave; the id goes into
    /// the file.
    Link(usize),
    /// No object yet.
    Create,
    /// An object that was deleted in Vapi.
    Recreate {
        /// The id that it had.
        stale: RemoteId,
    },
}

/// What the guards let pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Allowances {
    /// `--allow-mass-recreate`.
    pub mass_recreate: bool,
}

/// The identities of all entries that are not ignored, and what is left in Vapi.
#[derive(Debug, Default)]
pub struct Identities {
    /// By address.
    pub of: HashMap<Address, Identity>,
    /// Live objects that no entry claims and `ignore` does not name, by kind: positions in the listing.
    pub unclaimed: Vec<(&'static Kind, usize)>,
    /// The organisation that the key belongs to, where it can be told.
    pub org_id: Option<String>,
}

/// Whether `ignore` names an entry.
pub fn is_ignored_entry(ignore: &Ignore, entry: &Entry<'_>, identity: Option<&str>) -> bool {
    let id = entry.id.as_ref().map(RemoteId::as_str);
    ignore.matches(entry.kind, [entry.address.handle.as_str()].into_iter().chain(id).chain(identity))
}

/// Whether `ignore` names a live object.
pub fn is_ignored_live(ignore: &Ignore, kind: &Kind, header: &Header) -> bool {
    let names = [&header.name, &header.number, &header.sip_uri].into_iter().flatten().map(String::as_str);
    ignore.matches(kind, [header.id.as_str()].into_iter().chain(names))
}

/// The entries whose id is in no listing, after the guards have looked at them: each must be asked for by id before it
/// counts as gone, since a list may lag behind.
///
/// # Errors
/// The key is of another organisation; nobody can tell of which; or so many objects are missing that it must be.
pub fn missing<'e>(
    state: &'e StateFile<'_>,
    listings: &Listings,
    allow: Allowances,
) -> Result<Vec<&'e Entry<'e>>, Diagnostics> {
    guard_org(state, listings)?;
    let live_ids: HashSet<(&str, &str)> = listings
        .iter()
        .flat_map(|(section, lives)| lives.iter().map(move |live| (*section, live.header.id.as_str())))
        .collect();
    let linked: Vec<&Entry> = state.entries.iter().filter(|entry| entry.id.is_some()).collect();
    let is_missing =
        |entry: &&Entry| entry.id.as_ref().is_some_and(|id| !live_ids.contains(&(entry.kind.section, id.as_str())));
    let missing: Vec<&Entry> = linked.iter().copied().filter(is_missing).collect();
    if allow.mass_recreate || missing.is_empty() {
        return Ok(missing);
    }
    let place = missing.first().map(|entry| entry.id_place.clone().unwrap_or_else(|| entry.place.clone()));
    let guard = |code, message: String| {
        let mut error = Diagnostic::error(code, message).help(
            "check VAPI_API_KEY and VAPI_BASE_URL; if the objects really are to be made anew, pass --allow-mass-recreate",
        );
        error.place = place.clone();
        Err(error.into())
    };
    let is_empty = listings.values().flatten().all(|live| live.header.org_id.is_none());
    if is_empty {
        return guard(
            "empty-org",
            format!(
                "the organisation of this key is empty, while the file has {} linked {}: it may be the wrong organisation. \
                 Nothing was done",
                linked.len(),
                plural(linked.len(), "object", "objects"),
            ),
        );
    }
    if linked.len() >= 4 && missing.len() * 2 > linked.len() {
        return guard(
            "mass-missing",
            format!(
                "{} of the {} linked objects are not in Vapi: it may be the wrong organisation. Nothing was done",
                missing.len(),
                linked.len(),
            ),
        );
    }
    Ok(missing)
}

/// One or many.
pub fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

fn guard_org(state: &StateFile<'_>, listings: &Listings) -> Result<(), Diagnostics> {
    let Some(org_id) = &state.org_id else { return Ok(()) };
    let orgs = listings.values().flatten().filter_map(|live| live.header.org_id.as_deref());
    let Some(other) = orgs.into_iter().find(|org| org != org_id) else { return Ok(()) };
    let mut error = Diagnostic::error(
        "wrong-org",
        format!("the file belongs to organisation {org_id}, the key to {other}. Nothing was done"),
    )
    .help("use a key of the file's organisation; another organisation needs a state file of its own");
    error.place = state.org_id_place.clone();
    Err(error.into())
}

/// Who knows what earlier runs made.
pub trait MadeBefore {
    /// Whether there may be an object that an earlier run made for an entry.
    fn knows(&self, entry: &Entry<'_>) -> bool;
    /// Whether this is one.
    fn made(&self, entry: &Entry<'_>, live: &Live) -> bool;
}

/// Nobody knows of anything.
impl MadeBefore for () {
    fn knows(&self, _: &Entry<'_>) -> bool {
        false
    }

    fn made(&self, _: &Entry<'_>, _: &Live) -> bool {
        false
    }
}

/// Which entry is which object.
///
/// `identity` gives the field and text by which an entry without an id is found; `earlier` knows of objects that this cannot
/// find: a run that was killed may have made one without recording it.
/// `listings` are complete, with what [`missing`] turned up put in.
///
/// # Errors
/// Several objects that an entry could be; two entries that nobody could tell apart.
pub fn identify<'d>(
    state: &StateFile<'d>,
    listings: &Listings,
    identity: &dyn Fn(&Entry<'d>) -> Option<(&'static str, String)>,
    earlier: &dyn MadeBefore,
) -> Result<Identities, Diagnostics> {
    let mut result = Identities { org_id: state.org_id.clone(), ..Identities::default() };
    let mut errors = Vec::new();
    if result.org_id.is_none() {
        result.org_id = listings.values().flatten().find_map(|live| live.header.org_id.clone());
    }
    for kind in KINDS {
        let lives = listings.get(kind.section).map_or(&[][..], Vec::as_slice);
        let by_id: HashMap<&str, usize> =
            lives.iter().enumerate().map(|(at, live)| (live.header.id.as_str(), at)).collect();
        let entries = || state.entries.iter().filter(|entry| std::ptr::eq(entry.kind, kind));
        let mut claimed: HashSet<usize> = HashSet::new();
        for entry in entries() {
            let Some(id) = &entry.id else { continue };
            let found = by_id.get(id.as_str());
            claimed.extend(found);
            let named = identity(entry);
            let ignored_live = found.is_some_and(|at| is_ignored_live(&state.ignore, kind, &lives[*at].header));
            if ignored_live || is_ignored_entry(&state.ignore, entry, named.as_ref().map(|(_, text)| text.as_str())) {
                continue;
            }
            let identity = match found {
                Some(at) => Identity::Linked(*at),
                None => Identity::Recreate { stale: id.clone() },
            };
            result.of.insert(entry.address.clone(), identity);
        }
        let free = |at: &usize| !claimed.contains(at) && lives[*at].header.org_id.is_some();
        let by_identity = index_by_identity(kind, lives, (0..lives.len()).filter(free));
        let mut taken: HashMap<(&str, String), &Entry> = HashMap::new();
        let mut linked = Vec::new();
        let is_nameless = |entry: &Entry<'d>| {
            entry.id.is_none() && identity(entry).is_none() && !is_ignored_entry(&state.ignore, entry, None)
        };
        for entry in entries() {
            let is_gone = matches!(result.of.get(&entry.address), Some(Identity::Recreate { .. }));
            if !(is_gone || is_nameless(entry)) {
                continue;
            }
            let lives_of = if earlier.knows(entry) { 0..lives.len() } else { 0..0 };
            let twins = lives_of.filter(free).filter(|at| !linked.contains(at));
            let twins: Vec<usize> = twins.filter(|at| earlier.made(entry, &lives[*at])).collect();
            match twins[..] {
                [] if is_gone => {}
                [] => {
                    result.of.insert(entry.address.clone(), Identity::Create);
                }
                [one] => {
                    linked.push(one);
                    result.of.insert(entry.address.clone(), Identity::Link(one));
                }
                _ => {
                    let like = match identity(entry) {
                        Some((field, text)) => format!("with {field} {text:?}"),
                        None => "without a name".to_owned(),
                    };
                    errors.push(ambiguous(entry, &like, twins.iter().map(|at| &lives[*at].header)));
                }
            }
        }
        let wanted: HashSet<(&str, String)> =
            entries().filter(|entry| entry.id.is_none()).filter_map(identity).collect();
        let is_wanted = |at: &usize| {
            let text = |field: &&'static str| Some((*field, identity_field(&lives[*at].header, field)?.to_owned()));
            kind.identity.iter().filter_map(text).any(|named| wanted.contains(&named))
        };
        for entry in entries().filter(|entry| entry.id.is_none()) {
            let named = identity(entry);
            if is_ignored_entry(&state.ignore, entry, named.as_ref().map(|(_, text)| text.as_str())) {
                continue;
            }
            let Some((field, text)) = named else { continue };
            if let Some(first) = taken.insert((field, text.clone()), entry) {
                errors.push(twins(entry, first, field, &text));
                continue;
            }
            match by_identity.get(&(field, text.as_str())).map_or(&[][..], Vec::as_slice) {
                [] => {
                    // It may have had another name when it was made, that no other entry has by now.
                    let lives_of = if earlier.knows(entry) { 0..lives.len() } else { 0..0 };
                    let free = lives_of.filter(free).filter(|at| !linked.contains(at));
                    let mut others = free.filter(|at| !is_wanted(at));
                    let identity = match others.find(|at| earlier.made(entry, &lives[*at])) {
                        Some(at) => {
                            linked.push(at);
                            Identity::Link(at)
                        }
                        None => Identity::Create,
                    };
                    result.of.insert(entry.address.clone(), identity)
                }
                [one] => {
                    linked.push(*one);
                    result.of.insert(entry.address.clone(), Identity::Link(*one))
                }
                several => {
                    let like = format!("with {field} {text:?}");
                    errors.push(ambiguous(entry, &like, several.iter().map(|at| &lives[*at].header)));
                    continue;
                }
            };
        }
        claimed.extend(linked);
        let unclaimed = (0..lives.len()).filter(|at| !claimed.contains(at));
        result.unclaimed.extend(
            unclaimed
                .filter(|at| lives[*at].header.org_id.is_some())
                .filter(|at| !is_ignored_live(&state.ignore, kind, &lives[*at].header))
                .map(|at| (kind, at)),
        );
    }
    if errors.is_empty() { Ok(result) } else { Err(errors) }
}

fn index_by_identity<'l>(
    kind: &'static Kind,
    lives: &'l [Live],
    free: impl Iterator<Item = usize>,
) -> HashMap<(&'static str, &'l str), Vec<usize>> {
    let mut index: HashMap<(&'static str, &str), Vec<usize>> = HashMap::new();
    for at in free {
        for field in kind.identity {
            if let Some(text) = identity_field(&lives[at].header, field) {
                index.entry((*field, text)).or_default().push(at);
            }
        }
    }
    index
}

/// The field of a header by which objects are told apart.
pub fn identity_field<'h>(header: &'h Header, field: &str) -> Option<&'h str> {
    match field {
        "name" => header.name.as_deref(),
        "number" => header.number.as_deref(),
        "sipUri" => header.sip_uri.as_deref(),
        _ => None,
    }
}

fn twins(entry: &Entry<'_>, first: &Entry<'_>, field: &str, text: &str) -> Diagnostic {
    Diagnostic::error(
        "twins",
        format!(
            "{} (line {}) and {} (line {}) both have {field} {text:?} and no id: nobody could tell them apart",
            first.address, first.place.line, entry.address, entry.place.line
        ),
    )
    .at(entry.place.clone())
    .help(format!("give one of them another {field}, or its `{}`", entry.kind.id_key))
}

fn ambiguous<'h>(entry: &Entry<'_>, like: &str, candidates: impl Iterator<Item = &'h Header>) -> Diagnostic {
    let listed: Vec<String> = candidates
        .map(|header| format!("{} (made {})", header.id, header.created_at.as_deref().unwrap_or("at an unknown time")))
        .collect();
    Diagnostic::error(
        "ambiguous-link",
        format!(
            "{} could be any of {} {} in Vapi {like}: {}",
            entry.address,
            listed.len(),
            entry.kind.nouns,
            listed.join(", ")
        ),
    )
    .at(entry.place.clone())
    .help(format!("put the right one's id into `{}`", entry.kind.id_key))
}
