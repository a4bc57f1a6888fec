//! Which entry of the file is which object in Vapi.
//!
//! In: the entries, and the complete lists of what Vapi holds. Out: per entry an [`Identity`], or the reason why nobody
//! can tell. Pure; the guards against the likeliest disaster, a wrong key, are here.

use std::collections::{HashMap, HashSet};

use super::left::{Left, in_another_file};
use crate::kinds::{KINDS, Kind, Named};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, RemoteId, Value};
use crate::state::ids::{Id, Ids, OtherFiles};
use crate::state::load::{Entry, Ignore, StateFile};
use crate::state::resolve::Desired;
use crate::values::live::{Header, Live};
use crate::values::normalize::name;

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
    /// What of them another state file of the repository has.
    pub left: Vec<Left>,
    /// The organisation that the key belongs to, where it can be told.
    pub org_id: Option<String>,
}

impl Identities {
    /// The ids of all entries, once links are counted in and lost objects are not.
    pub fn ids(&self, state: &StateFile<'_>, listings: &Listings) -> Ids {
        let live_id = |entry: &Entry<'_>, at: usize| {
            Some(Id::Known(RemoteId(listings.get(entry.kind.section)?.get(at)?.header.id.clone())))
        };
        let ids = state.entries.iter().map(|entry| {
            let id = match self.of.get(&entry.address) {
                Some(Identity::Linked(at) | Identity::Link(at)) => live_id(entry, *at),
                Some(Identity::Recreate { stale }) => Some(Id::Pending { stale: Some(stale.clone()) }),
                Some(Identity::Create) => None,
                // What is ignored is taken as the file has it.
                None => entry.id.clone().map(Id::Known),
            };
            (entry.address.clone(), id.unwrap_or(Id::Pending { stale: None }))
        });
        let is_link = |entry: &&Entry<'_>| matches!(self.of.get(&entry.address), Some(Identity::Link(_)));
        let replaced = state.entries.iter().filter(is_link);
        let replaced = replaced.filter_map(|entry| Some((entry.id.clone()?, entry.address.clone())));
        ids.collect::<Ids>().replaced(replaced)
    }
}

/// Whether `ignore` names a live object.
pub fn is_ignored_live(ignore: &Ignore, kind: &Kind, header: &Header) -> bool {
    let names = ["name", "function.name", "number", "sipUri"].into_iter().filter_map(|path| header.text(path));
    ignore.matches(kind, [header.id.as_str()].into_iter().chain(names))
}

/// Whether an object is one that people make: of others Vapi makes as many as it needs.
pub fn is_made_by_people(kind: &Kind, header: &Header) -> bool {
    let word = header.word.clone().map(|word| ("type".to_owned(), Value::Text(word.into())));
    (kind.can_be_made)(&Value::Map(word.into_iter().collect()))
}

/// The entries whose id is in no listing. Each must be asked for by id before it counts as gone, since a list may lag behind;
/// then [`guard_missing`] has a say.
///
/// # Errors
/// The key is of another organisation.
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

/// So many missing objects that it must be the wrong organisation: more than half of at least four, of all kinds together or
/// of one. Gives how many of how many are gone, in words.
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

/// Stops where the objects that are gone say that it is the wrong organisation. `gone` are those that Vapi was asked for by id.
///
/// # Errors
/// So many are gone; or the organisation is empty, so that nobody can tell which it is.
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

/// One or many.
pub fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
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

/// Per entry without an object, positions of live objects that may be its own by other signs than its name: an earlier run
/// may have made them without recording their ids.
pub type Candidates = HashMap<Address, Vec<usize>>;

/// The organisation that the key belongs to, where it can be told.
pub fn org_of(state: &StateFile<'_>, listings: &Listings) -> Option<String> {
    state.org_id.clone().or_else(|| listings.values().flatten().find_map(|live| live.header.org_id.clone()))
}

/// Which entry is which object.
///
/// `listings` are complete, with what [`missing`] turned up put in. `of_others` are no entry's that does not have the id.
///
/// # Errors
/// Several objects that an entry could be, or one of another state file; two entries that nobody could tell apart.
pub fn identify(
    desired: &Desired<'_>,
    listings: &Listings,
    candidates: &Candidates,
    of_others: &OtherFiles,
) -> Result<Identities, Diagnostics> {
    let state = &desired.file;
    let mut result = Identities { org_id: org_of(state, listings), ..Identities::default() };
    let mut left: Vec<(&String, &'static Kind)> = Vec::new();
    let mut errors = Vec::new();
    for kind in KINDS {
        let lives = listings.get(kind.section).map_or(&[][..], Vec::as_slice);
        let entries = state.entries.iter().filter(|entry| std::ptr::eq(entry.kind, kind));
        let pairing = Pairing {
            kind,
            desired,
            entries: entries.map(|entry| (entry, desired.identity(entry))).collect(),
            lives,
            candidates,
            of_others,
            claimed: HashSet::new(),
            of: &mut result.of,
            errors: &mut errors,
        };
        for at in pairing.pair() {
            match of_others.get(&lives[at].header.id) {
                None => result.unclaimed.push((kind, at)),
                Some(file) => left.push((file, kind)),
            }
        }
    }
    result.left = Left::counted(left);
    if errors.is_empty() { Ok(result) } else { Err(errors) }
}

/// An entry, and what it is found by.
type Sought<'p, 'd> = (&'p Entry<'d>, Option<Named>);

/// The entries and the objects of one kind, while they are brought together.
struct Pairing<'p, 'd> {
    kind: &'static Kind,
    desired: &'p Desired<'d>,
    entries: Vec<Sought<'p, 'd>>,
    lives: &'p [Live],
    candidates: &'p Candidates,
    of_others: &'p OtherFiles,
    /// Objects that an entry has: they are no other's.
    claimed: HashSet<usize>,
    of: &'p mut HashMap<Address, Identity>,
    errors: &'p mut Diagnostics,
}

impl Pairing<'_, '_> {
    /// Gives what no entry claims.
    fn pair(mut self) -> Vec<usize> {
        let entries = std::mem::take(&mut self.entries);
        let open = self.by_id(&entries);
        let (named, others): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(entry, named)| entry.id.is_none() && named.is_some());
        self.by_other_signs(&others);
        let idless = entries.iter().filter(|(entry, _)| entry.id.is_none());
        let wanted = idless.filter_map(|(_, named)| named.as_ref()).collect();
        self.by_name(&named, &wanted);
        let is_left = |at: &usize| {
            self.is_nobodys(*at)
                && is_made_by_people(self.kind, &self.lives[*at].header)
                && !is_ignored_live(&self.desired.file.ignore, self.kind, &self.lives[*at].header)
        };
        (0..self.lives.len()).filter(is_left).collect()
    }

    /// Gives the entries without an object, but those that are ignored.
    fn by_id<'s, 'p, 'd>(&mut self, entries: &'s [Sought<'p, 'd>]) -> Vec<&'s Sought<'p, 'd>> {
        let ids = self.lives.iter().enumerate().map(|(at, live)| (live.header.id.as_str(), at));
        let by_id: HashMap<&str, usize> = ids.collect();
        let mut open = Vec::new();
        for sought @ (entry, _) in entries {
            let found = entry.id.as_ref().and_then(|id| by_id.get(id.as_str()).copied());
            self.claimed.extend(found);
            let is_ignored = self.desired.is_ignored(entry)
                || found
                    .is_some_and(|at| is_ignored_live(&self.desired.file.ignore, self.kind, &self.lives[at].header));
            match found {
                _ if is_ignored => {}
                Some(at) => self.set(entry, Identity::Linked(at)),
                None => open.push(sought),
            }
        }
        open
    }

    /// Entries without a name, and those whose object was deleted and may have been made again.
    fn by_other_signs(&mut self, entries: &[&Sought<'_, '_>]) {
        for (entry, named) in entries {
            match self.candidates_of(entry)[..] {
                [] => {
                    let stale = entry.id.clone().map(|stale| Identity::Recreate { stale });
                    self.set(entry, stale.unwrap_or(Identity::Create));
                }
                [one] => self.link(entry, one),
                ref several => self.ambiguous(entry, named.as_ref(), several),
            }
        }
    }

    /// Entries without an id. `wanted`: the names of all of them.
    fn by_name(&mut self, entries: &[&Sought<'_, '_>], wanted: &HashSet<&Named>) {
        let mut by_name: HashMap<Named, Vec<usize>> = HashMap::new();
        for at in (0..self.lives.len()).filter(|at| self.is_free(*at)) {
            for named in self.names_of(at) {
                by_name.entry(named).or_default().push(at);
            }
        }
        let mut first_of: HashMap<&Named, &Entry<'_>> = HashMap::new();
        for (entry, named) in entries {
            let Some(named) = named else { continue };
            if let Some(first) = first_of.insert(named, entry) {
                self.errors.push(twins(entry, first, named));
                continue;
            }
            match by_name.get(named).map_or(&[][..], Vec::as_slice) {
                [] if self.is_of_others(entry, named) => {}
                [] => {
                    // It may have had another name when it was made, that no other entry has by now.
                    let is_wanted = |at: &usize| self.names_of(*at).iter().any(|named| wanted.contains(named));
                    match self.candidates_of(entry).into_iter().find(|at| !is_wanted(at)) {
                        Some(at) => self.link(entry, at),
                        None => self.set(entry, Identity::Create),
                    }
                }
                [one] => self.link(entry, *one),
                several => self.ambiguous(entry, Some(named), several),
            }
        }
    }

    /// Whether the object of that name is another state file's: two files are not to have one by chance, nor is there to be a
    /// second one.
    fn is_of_others(&mut self, entry: &Entry<'_>, named: &Named) -> bool {
        let id = |at: usize| &self.lives[at].header.id;
        let mut theirs = (0..self.lives.len()).filter_map(|at| Some((at, self.of_others.get(id(at))?)));
        let Some((at, file)) = theirs.find(|(at, _)| self.is_nobodys(*at) && self.names_of(*at).contains(named)) else {
            return false;
        };
        self.errors.push(in_another_file(entry, (named.0, &spelled(entry, named)), id(at), file));
        true
    }

    fn set(&mut self, entry: &Entry<'_>, identity: Identity) {
        self.of.insert(entry.address.clone(), identity);
    }

    fn link(&mut self, entry: &Entry<'_>, at: usize) {
        self.claimed.insert(at);
        self.set(entry, Identity::Link(at));
    }

    /// Whether no entry of this file has an object.
    fn is_nobodys(&self, at: usize) -> bool {
        !self.claimed.contains(&at) && self.lives[at].header.org_id.is_some()
    }

    /// Whether no entry of any file has it.
    fn is_free(&self, at: usize) -> bool {
        self.is_nobodys(at) && !self.of_others.contains_key(&self.lives[at].header.id)
    }

    fn candidates_of(&self, entry: &Entry<'_>) -> Vec<usize> {
        let candidates = self.candidates.get(&entry.address).into_iter().flatten();
        candidates.copied().filter(|at| self.is_free(*at)).collect()
    }

    /// All that an object can be found by.
    fn names_of(&self, at: usize) -> Vec<Named> {
        names_of(self.kind, &self.lives[at].header)
    }

    fn ambiguous(&mut self, entry: &Entry<'_>, named: Option<&Named>, candidates: &[usize]) {
        let like = match named {
            Some(named) => format!("with {} {}", named.0, spelled(entry, named)),
            None => "without a name".to_owned(),
        };
        let listed = candidates.iter().map(|at| &self.lives[*at].header).map(|header| {
            format!("{} (made {})", header.id, header.created_at.as_deref().unwrap_or("at an unknown time"))
        });
        let listed: Vec<String> = listed.collect();
        let message = format!(
            "{} could be any of {} {} in Vapi {like}: {}",
            entry.address,
            listed.len(),
            entry.kind.nouns,
            listed.join(", ")
        );
        let help =
            format!("write the id of the right one into the entry as `{}`; the dashboard shows ids", entry.kind.id_key);
        self.errors.push(Diagnostic::error("ambiguous-link", message).at(entry.place.clone()).help(help));
    }
}

/// All that an object can be found by, as names are compared ([`name`]).
pub fn names_of(kind: &Kind, header: &Header) -> Vec<Named> {
    (kind.names)(&|path| header.text(path).map(name))
}

/// A name as the file has it, in quotes: where it comes from a variable, its value is nobody's business.
fn spelled(entry: &Entry<'_>, (field, text): &Named) -> String {
    let in_file = field.split('.').try_fold(entry.config, |node, step| Some(node?.get(step)));
    format!("{:?}", in_file.flatten().and_then(|node| node.as_text()).unwrap_or(text))
}

fn twins(entry: &Entry<'_>, first: &Entry<'_>, named: &Named) -> Diagnostic {
    let field = named.0;
    let differ = if spelled(entry, named) == spelled(first, named) {
        ""
    } else {
        " (they differ only in spaces, or in how a letter is stored)"
    };
    let message = format!(
        "{} (line {}) and {} (line {}) both have the {field} {}{differ} and no id, so vapi-sync could mix them up",
        first.address,
        first.place.line,
        entry.address,
        entry.place.line,
        spelled(entry, named)
    );
    Diagnostic::error("twins", message)
        .at(entry.place.clone())
        .help(format!("give one of them another {field}, or write its id as `{}`", entry.kind.id_key))
}
