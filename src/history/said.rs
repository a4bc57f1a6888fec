//! What an environment has of the file, in a commit and now: its entries with variables and includes put in, no ids, no layout.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use git2::{Oid, Sort};

use super::agreed::{CommitIncludes, ToNote};
use super::git::GitRecord;
use super::snapshot::Snapshot;
use crate::document::Document;
use crate::model::agreed::Agreed;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, Value};
use crate::state::environments::Whose;
use crate::state::includes::{IncludeSource, Includes};
use crate::state::resolve::Desired;

/// What an environment has of a file.
pub type Said = HashMap<Address, Value>;

/// What an environment has of a text of the file. `None`: it cannot be read.
pub fn said(text: &str, whose: &Whose, includes: &dyn IncludeSource) -> Option<Said> {
    let document = Document::parse("", text).ok()?;
    let desired = Desired::of(&document, whose, includes, &|_| None).ok()?;
    desired.noticed.errors.is_empty().then(|| desired.said().clone())
}

/// The entries in which two differ.
pub fn differing(one: &Said, other: &Said) -> BTreeSet<Address> {
    let all: BTreeSet<&Address> = one.keys().chain(other.keys()).collect();
    all.into_iter().filter(|address| one.get(*address) != other.get(*address)).cloned().collect()
}

impl GitRecord {
    /// What the environment has of the file in a commit, at a path. `None`: it cannot be read.
    pub fn said_at(&self, commit: &str, path: &Path) -> Option<Said> {
        self.said_in(&self.snapshot(Oid::from_str(commit).ok()?).ok()?, path)
    }

    fn said_in<'r>(&'r self, snapshot: &Snapshot<'r>, path: &Path) -> Option<Said> {
        let blob = snapshot.file(path).ok().flatten()?;
        let text = String::from_utf8(snapshot.blob(blob).ok()?).ok()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        said(&text, self.whose(), &CommitIncludes { repository: self.repository(), snapshot, folder })
    }

    /// [`GitRecord::to_note`] for an environment: the commit that is checked out, if the environment has in it what it has now.
    ///
    /// # Errors
    /// `git-damaged`.
    pub(super) fn to_note_for_environment(
        &self,
        text: &str,
        noted: Option<&Agreed>,
        wrote: bool,
    ) -> Result<Option<ToNote>, Diagnostic> {
        let Some(head) = self.head()? else { return Ok(None) };
        let root = self.repository().workdir().and_then(|root| root.canonicalize().ok()).unwrap_or_default();
        let folder = root.join(self.path()).parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let now = said(text, self.whose(), &Includes::new(folder));
        if now.is_none() || self.said_in(&self.snapshot(head)?, self.path()) != now {
            return Ok(None);
        }
        let is_known =
            |noted: &Agreed| !wrote && noted.path == self.path() && self.said_at(&noted.commit, self.path()) == now;
        if noted.is_some_and(is_known) {
            return Ok(None);
        }
        let former = noted.map(|noted| noted.path.clone()).filter(|path| path != self.path());
        let repository = self.repository().path().to_path_buf();
        Ok(Some(ToNote { repository, commit: head.to_string(), path: self.path().to_path_buf(), former }))
    }

    /// How many commits that `to` has and `from` has not change what the environment has of the file. `None`: a commit is not in
    /// this clone.
    pub fn changes_between(&self, from: &str, to: &str) -> Option<usize> {
        let mut walk = self.repository().revwalk().ok()?;
        walk.set_sorting(Sort::TOPOLOGICAL).ok()?;
        walk.push(Oid::from_str(to).ok()?).ok()?;
        walk.hide(Oid::from_str(from).ok()?).ok()?;
        let mut count = 0;
        for id in walk {
            let commit = self.repository().find_commit(id.ok()?).ok()?;
            let said = self.said_at(&commit.id().to_string(), self.path());
            count +=
                usize::from(commit.parent_ids().all(|parent| self.said_at(&parent.to_string(), self.path()) != said));
        }
        Some(count)
    }
}
