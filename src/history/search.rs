//! Looks for values in versions of the state file; reads and parses as little as possible.
//!
//! ```text
//! version ── blob and includes seen before? ──yes──→ nothing new
//!    └─ no → slice of each entry (by indentation) ── seen before? ──yes──→ nothing new
//!                 └─ no → parse the slice → holds it? ──no──→ on to the next
//!                                               └─ yes → parse the whole file → holds it? → answer
//! ```
//! "Seen before" is safe to skip: open questions only become fewer, and a version already searched answers none of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use git2::{Oid, Repository};
use memchr::memmem;

use super::needle;
use super::outline::outline;
use super::pack::Packs;
use super::slice::{Slice, Slices};
use super::snapshot::{Snapshot, read};
use super::subject::{Entries, Found, Subject, Texts, holds};
use super::walk::Version;
use super::worktree::Shown;
use crate::document::Document;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::Question;
use crate::model::{Address, RemoteId};
use crate::state::environments::Whose;
use crate::state::includes::text_of;

/// How many versions keep their slices, for commits that only change an include.
const KEPT: usize = 4;

/// The cache of includes, in bytes.
const KEPT_INCLUDES: usize = 4 << 20;

/// A search for the answers to questions.
pub(super) struct Search<'s> {
    repository: &'s Repository,
    questions: &'s [Question],
    subjects: Vec<Subject>,
    current: &'s HashMap<Address, RemoteId>,
    whose: &'s Whose,
    notes: &'s mut Diagnostics,
    packs: Packs,
    hasher: RandomState,
    /// The includes of the entries in question, by blob of the state file.
    included: HashMap<Oid, Rc<[String]>>,
    last_included: Rc<[String]>,
    /// Blobs of the state file with the blobs of their includes.
    versions: HashSet<u64>,
    /// The includes of a slice, by its hash.
    slices: HashMap<u64, Rc<[String]>>,
    /// Slices with the blobs of their includes.
    looked: HashSet<u64>,
    kept: VecDeque<(Oid, Rc<[Part]>)>,
    texts: HashMap<(Oid, Shown), Option<Arc<str>>>,
    /// What git does to an include on checkout, by its path.
    shown: HashMap<PathBuf, Shown>,
    texts_size: usize,
    unparsed: HashSet<Oid>,
}

/// What must be parsed for one entry.
enum Part {
    /// Nothing: there is no such entry.
    Absent,
    /// These lines, with their hash.
    Slice(Slice, u64),
    /// The whole file.
    Whole,
}

impl<'s> Search<'s> {
    /// `current` are the current ids of all entries; `whose` values are looked for; `notes` gets what was skipped.
    pub(super) fn new(
        repository: &'s Repository,
        questions: &'s [Question],
        current: &'s HashMap<Address, RemoteId>,
        whose: &'s Whose,
        notes: &'s mut Diagnostics,
    ) -> Self {
        Self {
            repository,
            questions,
            subjects: Subject::of(questions),
            current,
            whose,
            notes,
            packs: Packs::open(&repository.commondir().join("objects/pack")),
            hasher: RandomState::new(),
            included: HashMap::new(),
            last_included: Rc::default(),
            versions: HashSet::new(),
            slices: HashMap::new(),
            looked: HashSet::new(),
            kept: VecDeque::new(),
            texts: HashMap::new(),
            shown: HashMap::new(),
            texts_size: 0,
            unparsed: HashSet::new(),
        }
    }

    /// The open questions that a version answers. A closed question never opens again.
    pub(super) fn look(&mut self, version: &Version<'_>, open: &[bool]) -> Result<Vec<usize>, Diagnostic> {
        let snapshot = Snapshot::new(self.repository, version.commit.tree_id());
        let place = Place { snapshot: &snapshot, folder: version.path.parent().unwrap_or(Path::new("")) };
        if let Some(included) = self.included.get(&version.blob).cloned() {
            let key = self.key(version.blob, &place.blobs(&included)?);
            if self.versions.contains(&key) {
                return Ok(Vec::new());
            }
        }
        let parts = self.parts(version.blob)?;
        let mut included: Vec<String> = Vec::new();
        let mut whole = Vec::new();
        let mut answered = Vec::new();
        for (subject, part) in parts.iter().enumerate() {
            let asked = self.asked(subject, open);
            match part {
                _ if asked.is_empty() => {}
                Part::Absent => {}
                Part::Whole => whole.push((subject, asked)),
                Part::Slice(slice, hash) => match self.look_at_slice(slice, *hash, subject, &asked, &place)? {
                    Look::Unclear => whole.push((subject, asked)),
                    Look::Clear { included: names, held } => {
                        included.extend(names.iter().cloned());
                        if !held.is_empty() {
                            // A slice may parse where the file does not.
                            whole.push((subject, held));
                        }
                    }
                },
            }
        }
        if !whole.is_empty() {
            answered = self.look_at_whole(version, &whole, &place, &mut included)?;
        }
        included.sort_unstable();
        included.dedup();
        // Most versions have the same includes: they share one list.
        if *self.last_included != *included {
            self.last_included = included.into();
        }
        let included = self.last_included.clone();
        let key = self.key(version.blob, &place.blobs(&included)?);
        self.versions.insert(key);
        self.included.insert(version.blob, included);
        Ok(answered)
    }

    fn asked(&self, subject: usize, open: &[bool]) -> Vec<usize> {
        self.subjects[subject].questions.iter().copied().filter(|&question| open[question]).collect()
    }

    fn key(&self, what: impl Hash, blobs: &[Option<Oid>]) -> u64 {
        self.hasher.hash_one((what, blobs))
    }

    /// What must be parsed of a version, per subject.
    fn parts(&mut self, blob: Oid) -> Result<Rc<[Part]>, Diagnostic> {
        if let Some((_, parts)) = self.kept.iter().find(|(kept, _)| *kept == blob) {
            return Ok(parts.clone());
        }
        let (subjects, hasher, whose) = (&self.subjects, &self.hasher, self.whose);
        let look = |text: &[u8]| -> Rc<[Part]> {
            // What an environment has of an entry does not stand in its lines alone.
            let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
            let is_plain = whose.environment().is_none() && !has("environments:") && !has("${var:");
            let outline = if is_plain { outline(text) } else { None };
            let slices = outline.as_ref().map(Slices::of);
            let part = |subject: &Subject| match slices.as_ref().map(|slices| slices.slice(subject)) {
                None => Part::Whole,
                Some(None) => Part::Absent,
                Some(Some(slice)) => {
                    let hash = hasher.hash_one((&subject.address, &subject.id, &slice.text));
                    Part::Slice(slice, hash)
                }
            };
            subjects.iter().map(part).collect()
        };
        let parts = match self.packs.blob(blob) {
            Some(text) => look(&text),
            None => read(self.repository, blob, look)?,
        };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((blob, parts.clone()));
        Ok(parts)
    }

    fn look_at_slice(
        &mut self,
        slice: &Slice,
        hash: u64,
        subject: usize,
        asked: &[usize],
        place: &Place<'_, '_>,
    ) -> Result<Look, Diagnostic> {
        if let Some(included) = self.slices.get(&hash) {
            if self.looked.contains(&self.key(hash, &place.blobs(included)?)) {
                return Ok(Look::Clear { included: included.clone(), held: Vec::new() });
            }
        } else if !asked.iter().any(|&question| needle::can_hold(&slice.text, &self.questions[question])) {
            return Ok(Look::Clear { included: Rc::default(), held: Vec::new() });
        }
        let Ok(text) = str::from_utf8(&slice.text) else { return Ok(Look::Unclear) };
        let Ok(document) = Document::parse("slice", text) else { return Ok(Look::Unclear) };
        let entries = document.root().and_then(|root| Entries::of(root, &Whose::Only));
        let found = entries.as_ref().and_then(|entries| Some((entries, self.subjects[subject].find(entries)?)));
        let Some((entries, found)) = found else {
            return Ok(Look::Clear { included: Rc::default(), held: Vec::new() });
        };
        // A reference whose spelling only the parser sees.
        if !found.names.references.is_subset(&slice.references) {
            return Ok(Look::Unclear);
        }
        let texts = self.texts(&found, place)?;
        let held = holds(&found, entries, &texts, self.current, self.questions, asked);
        let included: Rc<[String]> = found.names.includes.into_iter().collect();
        // If the whole file does not parse, search the same lines again in an older version.
        if held.is_empty() {
            let key = self.key(hash, &place.blobs(&included)?);
            self.looked.insert(key);
            self.slices.insert(hash, included.clone());
        }
        Ok(Look::Clear { included, held })
    }

    fn look_at_whole(
        &mut self,
        version: &Version<'_>,
        subjects: &[(usize, Vec<usize>)],
        place: &Place<'_, '_>,
        included: &mut Vec<String>,
    ) -> Result<Vec<usize>, Diagnostic> {
        let asked = || subjects.iter().flat_map(|(_, asked)| asked);
        let questions = self.questions;
        let name = version.path.display().to_string();
        let document = read(self.repository, version.blob, |data| {
            let can_hold = asked().any(|&question| needle::can_hold(data, &questions[question]));
            can_hold.then(|| match str::from_utf8(data) {
                Ok(text) => Document::parse(&name, text).map_err(|errors| errors.into_iter().next()),
                Err(_) => Err(Some(Diagnostic::error("not-utf8", format!("{name} is not UTF-8 text")))),
            })
        })?;
        let document = match document {
            None => return Ok(Vec::new()),
            Some(Ok(document)) => document,
            Some(Err(why)) => {
                if self.unparsed.insert(version.blob) {
                    self.notes.push(skipped(version, why));
                }
                return Ok(Vec::new());
            }
        };
        let mut answered = Vec::new();
        let entries = document.root().and_then(|root| Entries::of(root, self.whose));
        let Some(entries) = entries else { return Ok(answered) };
        for (subject, asked) in subjects {
            let Some(found) = self.subjects[*subject].find(&entries) else { continue };
            let texts = self.texts(&found, place)?;
            answered.extend(holds(&found, &entries, &texts, self.current, self.questions, asked));
            included.extend(found.names.includes);
        }
        Ok(answered)
    }

    /// The includes of an entry in a version.
    fn texts(&mut self, found: &Found<'_>, place: &Place<'_, '_>) -> Result<Texts, Diagnostic> {
        let mut texts = HashMap::new();
        for name in &found.names.includes {
            let text = match place.snapshot.include(place.folder, name)? {
                Some(blob) => self.text(blob, place.folder.join(name))?,
                None => None,
            };
            texts.insert(name.clone(), text);
        }
        Ok(Texts(texts))
    }

    fn text(&mut self, blob: Oid, path: PathBuf) -> Result<Option<Arc<str>>, Diagnostic> {
        let shown = match self.shown.entry(path) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let shown = Shown::at(self.repository, new.key());
                *new.insert(shown)
            }
        };
        if let Some(text) = self.texts.get(&(blob, shown)) {
            return Ok(text.clone());
        }
        let text: Option<Arc<str>> =
            read(self.repository, blob, |data| str::from_utf8(&shown.of(data)).ok().map(|text| text_of(text).into()))?;
        let size = text.as_ref().map_or(0, |text| text.len());
        if self.texts_size + size > KEPT_INCLUDES {
            self.texts.clear();
            self.texts_size = 0;
        }
        self.texts_size += size;
        self.texts.insert((blob, shown), text.clone());
        Ok(text)
    }
}

/// What a slice shows.
enum Look {
    /// Not enough: the whole file must be parsed.
    Unclear,
    /// Its includes, and the questions that it answers.
    Clear { included: Rc<[String]>, held: Vec<usize> },
}

/// Where the includes of a version are.
struct Place<'p, 'r> {
    snapshot: &'p Snapshot<'r>,
    folder: &'p Path,
}

impl Place<'_, '_> {
    fn blobs(&self, included: &[String]) -> Result<Vec<Option<Oid>>, Diagnostic> {
        included.iter().map(|name| self.snapshot.include(self.folder, name)).collect()
    }
}

fn skipped(version: &Version<'_>, why: Option<Diagnostic>) -> Diagnostic {
    let commit = version.commit.id();
    let mut message = format!("{} as of commit {commit:.10} is not valid YAML, and is skipped", version.path.display());
    if let Some(why) = why {
        message.push_str(&format!(": {}", why.message));
        if let Some(place) = why.place {
            message.push_str(&format!(" (line {})", place.line));
        }
    }
    Diagnostic::note("version-skipped", message)
}
