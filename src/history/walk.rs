//! All commits of a branch, newest first, each with the state file's path in it.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::path::{Path, PathBuf};

use git2::{Commit, Odb, Oid, Repository};

use super::renames::former_name;
use super::snapshot::Snapshot;
use super::trouble;
use crate::model::diagnostic::Diagnostic;

/// After so many commits git's object database is reopened. libgit2 caches every page of a pack and the bases of deltas, up
/// to limits far too high.
const COMMITS_PER_OPENING: usize = 256;

/// A commit that has the state file.
pub(super) struct Version<'r> {
    /// The commit.
    pub(super) commit: Commit<'r>,
    /// The state file's path in it, from the root of the repository.
    pub(super) path: PathBuf,
    /// The state file's content.
    pub(super) blob: Oid,
    /// The start of the walk, as given to [`Walk::start`].
    pub(super) from: usize,
}

/// A walk. More starts can be added at its end; no commit comes twice under one name.
///
/// Follows the state file through renames, per branch: another file that takes an old name later is ignored.
pub(super) struct Walk<'r> {
    repository: &'r Repository,
    frontier: BinaryHeap<Stop<'r>>,
    /// The current commit; its parents are not on the frontier yet.
    last: Option<Stop<'r>>,
    seen: HashSet<(Oid, usize)>,
    /// All known names, the current one first.
    names: Vec<PathBuf>,
    /// Commits without the file under any name known then, and the start of their walk.
    missed: Vec<(Oid, usize)>,
    added: u64,
    /// How many commits were read since the object database was opened.
    read: Cell<usize>,
}

struct Stop<'r> {
    time: i64,
    added: Reverse<u64>,
    commit: Commit<'r>,
    name: usize,
    blob: Option<Oid>,
    from: usize,
}

impl PartialEq for Stop<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Stop<'_> {}

impl PartialOrd for Stop<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Stop<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.added).cmp(&(other.time, other.added))
    }
}

impl<'r> Walk<'r> {
    /// A walk without a start. `path` is the state file's path from the root of the repository.
    pub(super) fn new(repository: &'r Repository, path: &Path) -> Self {
        Self {
            repository,
            frontier: BinaryHeap::new(),
            last: None,
            seen: HashSet::new(),
            names: vec![path.to_path_buf()],
            missed: Vec::new(),
            added: 0,
            read: Cell::new(0),
        }
    }

    /// Adds a start.
    pub(super) fn start(&mut self, commit: Oid, from: usize) -> Result<(), Diagnostic> {
        let commit = self.commit(commit)?;
        match self.blob(&commit, 0)? {
            Some(blob) => self.push(commit, 0, Some(blob), from),
            None => self.add_missing(commit, 0, from)?,
        }
        Ok(())
    }

    /// The next commit that has the state file.
    pub(super) fn next(&mut self) -> Result<Option<Version<'r>>, Diagnostic> {
        loop {
            // Parents are read lazily: damage in commits that are not needed does no harm.
            if let Some(stop) = self.last.take() {
                self.add_parents(&stop)?;
            }
            let Some(stop) = self.frontier.pop() else { return Ok(None) };
            let stop = self.last.insert(stop);
            if let Some(blob) = stop.blob {
                let path = self.names[stop.name].clone();
                return Ok(Some(Version { commit: stop.commit.clone(), path, blob, from: stop.from }));
            }
        }
    }

    /// All names of the file found so far.
    pub(super) fn names(&self) -> &[PathBuf] {
        &self.names
    }

    /// The commits visited so far.
    pub(super) fn commits(&self) -> HashSet<Oid> {
        self.seen.iter().map(|(commit, _)| *commit).collect()
    }

    fn commit(&self, id: Oid) -> Result<Commit<'r>, Diagnostic> {
        self.read.set(self.read.get() + 1);
        if self.read.get() > COMMITS_PER_OPENING {
            self.read.set(0);
            self.open_objects_anew()
                .map_err(|error| trouble::not_read(self.repository, &error, "the object database"))?;
        }
        self.repository.find_commit(id).map_err(|error| trouble::object(self.repository, &error, "commit", id))
    }

    /// No pack may be in use while it is reopened, or libgit2 would keep the old one with its cache.
    fn open_objects_anew(&self) -> Result<(), git2::Error> {
        self.repository.set_odb(&Odb::new()?)?;
        let opened = Repository::open(self.repository.path())?;
        self.repository.set_odb(&opened.odb()?)
    }

    fn add_parents(&mut self, child: &Stop<'r>) -> Result<(), Diagnostic> {
        child.commit.parent_ids().try_for_each(|parent| self.add_parent(child, self.commit(parent)?))
    }

    /// Continues at a parent: under the child's name, else under the name before a rename.
    fn add_parent(&mut self, child: &Stop<'r>, parent: Commit<'r>) -> Result<(), Diagnostic> {
        let Stop { name, from, .. } = *child;
        if let Some(blob) = self.blob(&parent, name)? {
            self.push(parent, name, Some(blob), from);
            return Ok(());
        }
        let former = match child.blob {
            Some(blob) => former_name(self.repository, &parent, &child.commit, &self.names[name], blob)?,
            None => None,
        };
        let Some(former) = former else { return self.add_missing(parent, name, from) };
        let known = self.names.iter().position(|known| *known == former);
        let former = known.unwrap_or_else(|| {
            self.names.push(former);
            self.names.len() - 1
        });
        let blob = self.blob(&parent, former)?;
        self.push(parent, former, blob, from);
        if known.is_none() {
            self.look_again(former)?;
        }
        Ok(())
    }

    /// Continues at a commit without the file under the expected name: it may have been renamed on another branch.
    fn add_missing(&mut self, commit: Commit<'r>, name: usize, from: usize) -> Result<(), Diagnostic> {
        for other in 0..self.names.len() {
            if let Some(blob) = self.blob(&commit, other)? {
                self.push(commit, other, Some(blob), from);
                return Ok(());
            }
        }
        self.missed.push((commit.id(), from));
        self.push(commit, name, None, from);
        Ok(())
    }

    /// Looks for a newly found name where none was known.
    fn look_again(&mut self, name: usize) -> Result<(), Diagnostic> {
        for place in 0..self.missed.len() {
            let (commit, from) = self.missed[place];
            let commit = self.commit(commit)?;
            if let Some(blob) = self.blob(&commit, name)? {
                self.push(commit, name, Some(blob), from);
            }
        }
        Ok(())
    }

    fn blob(&self, commit: &Commit<'r>, name: usize) -> Result<Option<Oid>, Diagnostic> {
        Snapshot::new(self.repository, commit.tree_id()).file(&self.names[name])
    }

    fn push(&mut self, commit: Commit<'r>, name: usize, blob: Option<Oid>, from: usize) {
        if self.seen.insert((commit.id(), name)) {
            self.added += 1;
            let time = commit.time().seconds();
            self.frontier.push(Stop { time, added: Reverse(self.added), commit, name, blob, from });
        }
    }
}
