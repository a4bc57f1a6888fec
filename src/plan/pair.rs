//! Pairs the entries of the file with the objects in Vapi.
//!
//! In: the entries, and the complete lists of what Vapi holds. Out: an [`Identity`] per entry, or why it cannot be told.

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

/// The object of an entry. Positions are in the listing of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The object with the id in the file.
    Linked(usize),
    /// The one object with its name or number, or the one that an earlier run recreated. The id goes into the file.
    Link(usize),
    /// None yet.
    Create,
    /// None any more: it was deleted in Vapi.
    Recreate {
        /// Its old id.
        stale: RemoteId,
    },
}

/// The identities of all entries that are not ignored, and the objects without an entry.
#[derive(Debug, Default)]
pub struct Identities {
    /// By address.
    pub of: HashMap<Address, Identity>,
    /// Live objects without an entry that `ignore` does not name: their kind and their position in its listing.
    pub unclaimed: Vec<(&'static Kind, usize)>,
    /// Those of them that another state file of the repository has.
    pub left: Vec<Left>,
    /// The organisation of the API key, if it is known.
    pub org_id: Option<String>,
}

impl Identities {
    /// The ids of all entries: those of linked objects included, those of deleted objects not.
    pub fn ids(&self, state: &StateFile<'_>, listings: &Listings) -> Ids {
        let live_id = |entry: &Entry<'_>, at: usize| {
            Some(Id::Known(RemoteId(listings.get(entry.kind.section)?.get(at)?.header.id.clone())))
        };
        let ids = state.entries.iter().map(|entry| {
            let id = match self.of.get(&entry.address) {
                Some(Identity::Linked(at) | Identity::Link(at)) => live_id(entry, *at),
                Some(Identity::Recreate { stale }) => Some(Id::Pending { stale: Some(stale.clone()) }),
                Some(Identity::Create) => None,
                // An ignored entry keeps the id in the file.
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

/// Whether people create objects like this one. Others Vapi creates by itself.
pub fn is_made_by_people(kind: &Kind, header: &Header) -> bool {
    let word = header.word.clone().map(|word| ("type".to_owned(), Value::Text(word.into())));
    (kind.can_be_made)(&Value::Map(word.into_iter().collect()))
}

/// For entries without an object, the positions of live objects that may be theirs whatever their name: an earlier run may have
/// created them without recording their ids.
pub type Candidates = HashMap<Address, Vec<usize>>;

/// The organisation of the API key, if it is known.
pub fn org_of(state: &StateFile<'_>, listings: &Listings) -> Option<String> {
    state.org_id.clone().or_else(|| listings.values().flatten().find_map(|live| live.header.org_id.clone()))
}

/// Pairs entries and objects.
///
/// `listings` are complete: the objects that [`missing`](super::guard::missing) found are in them. Objects in `of_others` belong to
/// other state files: only an entry with their id gets them.
///
/// # Errors
/// An entry could be any of several objects, or only one of another state file; or two entries cannot be told apart.
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

/// An entry, and the field and text to find its object by.
type Sought<'p, 'd> = (&'p Entry<'d>, Option<Named>);

/// The entries and objects of one kind, while they are paired.
struct Pairing<'p, 'd> {
    kind: &'static Kind,
    desired: &'p Desired<'d>,
    entries: Vec<Sought<'p, 'd>>,
    lives: &'p [Live],
    candidates: &'p Candidates,
    of_others: &'p OtherFiles,
    /// Objects that already have an entry.
    claimed: HashSet<usize>,
    of: &'p mut HashMap<Address, Identity>,
    errors: &'p mut Diagnostics,
}

impl Pairing<'_, '_> {
    /// Pairs, and gives the positions of the objects without an entry.
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

    /// Pairs by id, and gives the entries that are left, without ignored ones.
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

    /// Pairs entries without a name, and entries whose object was deleted and may have been recreated.
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

    /// Pairs entries without an id. `wanted` are the names of all of these.
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
                    // It may have been created under another name, which no other entry has.
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

    /// Whether the object of that name belongs to another state file. Linking it would put one object into two files by accident,
    /// and creating one would make a second.
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

    /// Whether no entry of this file has the object.
    fn is_nobodys(&self, at: usize) -> bool {
        !self.claimed.contains(&at) && self.lives[at].header.org_id.is_some()
    }

    /// Whether no entry of any state file has the object.
    fn is_free(&self, at: usize) -> bool {
        self.is_nobodys(at) && !self.of_others.contains_key(&self.lives[at].header.id)
    }

    fn candidates_of(&self, entry: &Entry<'_>) -> Vec<usize> {
        let candidates = self.candidates.get(&entry.address).into_iter().flatten();
        candidates.copied().filter(|at| self.is_free(*at)).collect()
    }

    /// All fields and texts that an object can be found by.
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

/// All fields and texts that an object can be found by, in the form in which names are compared ([`name`]).
pub fn names_of(kind: &Kind, header: &Header) -> Vec<Named> {
    (kind.names)(&|path| header.text(path).map(name))
}

/// A name as the file spells it, in quotes: the value of a variable is not shown.
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
