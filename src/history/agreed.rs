//! Reads the agreed commit: the ref of a state file and an organisation, and what the file said then.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Commit, ErrorCode, ObjectType, Oid, Reference, Repository};
use jiff::Timestamp;

use super::git::GitRecord;
use super::snapshot::Snapshot;
use super::walk::Walk;
use super::worktree;
use crate::document::Document;
use crate::kinds::KINDS;
use crate::model::agreed::{Agreed, LastAgreed, path_of, ref_name, refs_of};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, RemoteId, Value};
use crate::state::ids::Ids;
use crate::state::includes::{IncludeSource, text_of};
use crate::state::load::interpret;
use crate::state::resolve::{Noticed, Resolver};

/// What the file said in a commit, per entry.
#[derive(Debug, Default)]
pub struct CommittedFile {
    entries: Vec<(Address, Option<RemoteId>, Vec<Value>)>,
}

impl CommittedFile {
    /// What an entry said, found by handle, else by id: with its references as they were, and as they are now.
    pub fn entry(&self, address: &Address, id: Option<&RemoteId>) -> &[Value] {
        let by_id = |of: &&(Address, Option<RemoteId>, Vec<Value>)| id.is_some() && of.1.as_ref() == id;
        let entry = self.entries.iter().find(|(of, ..)| of == address).or_else(|| self.entries.iter().find(by_id));
        entry.map_or(&[], |(_, _, values)| values)
    }
}

impl GitRecord {
    /// The agreed commit, if there is one.
    ///
    /// # Errors
    /// `agreed-not-read`: a warning. Another program wrote the ref, or the commit is not in this clone. It is ignored.
    pub fn agreed(&self, org_id: &str) -> Result<Option<Agreed>, Diagnostic> {
        let failed = |error: git2::Error| not_read(error.message());
        match self.repository().find_reference(&ref_name(org_id, self.path())) {
            Ok(reference) => self.read_agreed(org_id, &reference).map(Some),
            Err(error) if error.code() == ErrorCode::NotFound => {
                let former = self.former_ref(org_id).map_err(failed)?;
                former.map(|reference| self.read_agreed(org_id, &reference)).transpose()
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn read_agreed(&self, org_id: &str, reference: &Reference<'_>) -> Result<Agreed, Diagnostic> {
        let repository = self.repository();
        let other = || not_read("vapi-sync did not write this tag");
        let tag = reference.target().and_then(|id| repository.find_tag(id).ok()).ok_or_else(other)?;
        if tag.target_type() != Some(ObjectType::Commit) {
            return Err(other());
        }
        // The tag names the organisation that it is for: among several, one under another's ref is a mistake.
        let is_for = |name: &str| refs_of(name).trim_end_matches('*').trim_start_matches("refs/").to_owned();
        let named = tag.name().ok().map(str::to_owned).unwrap_or_default();
        if self.whose().environment().is_some() && !named.starts_with(&is_for(org_id)) {
            return Err(not_read(&format!("the tag belongs to another organisation, {named}")));
        }
        let seconds = tag.tagger().ok_or_else(other)?.when().seconds();
        let time = Timestamp::from_second(seconds).map_err(|_| other())?;
        let commit = repository.find_commit(tag.target_id()).map_err(|_| self.not_here(tag.target_id()))?;
        let named = reference.name().ok().and_then(path_of).unwrap_or_default();
        let snapshot = Snapshot::new(repository, commit.tree_id());
        let has_file = |path: &&Path| matches!(snapshot.file(path), Ok(Some(_)));
        let path = [named.as_path(), self.path()].into_iter().find(has_file);
        let path =
            path.ok_or_else(|| not_read(&format!("commit {:.10} has no file {}", commit.id(), self.path().display())))?;
        let message = tag.message().ok().flatten().unwrap_or_default();
        // Anybody with push access can put anything there.
        let run = message.trim().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        Ok(Agreed { commit: commit.id().to_string(), time, run, path: path.to_path_buf() })
    }

    fn not_here(&self, commit: Oid) -> Diagnostic {
        let error = not_read(&format!("the commit {commit:.10} is not in this clone"));
        if self.is_shallow() {
            return error.help("run `git fetch --unshallow`; in actions/checkout, set `fetch-depth: 0`");
        }
        error
    }

    /// The ref of the file's former name, whose file is gone.
    fn former_ref(&self, org_id: &str) -> Result<Option<Reference<'_>>, git2::Error> {
        let repository = self.repository();
        let root = repository.workdir().unwrap_or(Path::new(""));
        let mut gone: Vec<(PathBuf, Reference<'_>)> = Vec::new();
        for reference in repository.references_glob(&refs_of(org_id))? {
            let reference = reference?;
            let path = reference.name().ok().and_then(path_of);
            gone.extend(path.filter(|path| !root.join(path).exists()).map(|path| (path, reference)));
        }
        if gone.is_empty() {
            return Ok(None);
        }
        let names = self.former_names().unwrap_or_default();
        Ok(gone.into_iter().find(|(path, _)| names.contains(path)).map(|(_, reference)| reference))
    }

    /// The file's former names. If its rename is not committed, any deleted file may be it.
    pub(super) fn former_names(&self) -> Result<Vec<PathBuf>, Diagnostic> {
        let Some(head) = self.head()? else { return Ok(Vec::new()) };
        let repository = self.repository();
        let damaged = |error: git2::Error| not_read(error.message());
        let commit = repository.find_commit(head).map_err(damaged)?;
        if Snapshot::new(repository, commit.tree_id()).file(self.path())?.is_none() {
            return Ok(self.likely_former_name(&commit).into_iter().collect());
        }
        let mut walk = Walk::new(repository, self.path());
        walk.start(head, 0)?;
        while walk.next()?.is_some() {}
        Ok(walk.names().to_vec())
    }

    /// The deleted file of a commit that is most similar to the new one.
    fn likely_former_name(&self, head: &Commit<'_>) -> Option<PathBuf> {
        let repository = self.repository();
        let mut options = git2::DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(true);
        let mut diff = repository.diff_tree_to_workdir(Some(&head.tree().ok()?), Some(&mut options)).ok()?;
        diff.find_similar(Some(git2::DiffFindOptions::new().renames(true).for_untracked(true))).ok()?;
        let renamed = diff
            .deltas()
            .find(|delta| delta.status() == git2::Delta::Renamed && delta.new_file().path() == Some(self.path()))?;
        renamed.old_file().path().map(Path::to_path_buf)
    }

    /// What the file said in a commit, at a path from the root of the repository. `ids` are those that entries have now. An
    /// entry that cannot be read has said nothing.
    ///
    /// # Errors
    /// `commit-not-read`: a warning. The file of that commit cannot be read.
    pub fn file_at(&self, commit: &str, path: &Path, ids: &Ids) -> Result<CommittedFile, Diagnostic> {
        let name = path.display().to_string();
        let unread = |why: &str| {
            let message = format!("{name} as of commit {commit:.10} cannot be read, and is ignored{why}");
            Diagnostic::warning("commit-not-read", message)
        };
        let snapshot = self.snapshot(Oid::from_str(commit).map_err(|error| unread(error.message()))?)?;
        let blob = snapshot.file(path)?.ok_or_else(|| unread(": the commit does not have it"))?;
        let text = String::from_utf8(snapshot.blob(blob)?).map_err(|_| unread(": it is not UTF-8 text"))?;
        let first = |errors: Vec<Diagnostic>| {
            unread(&errors.first().map_or_else(String::new, |error| format!(": {}", error.message)))
        };
        let document = Document::parse(&name, text).map_err(first)?;
        let state = interpret(&document, self.whose()).map_err(first)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let includes = CommitIncludes { repository: self.repository(), snapshot: &snapshot, folder };
        let addresses = state.entries.iter().map(|entry| entry.address.clone()).collect();
        let variables = &state.variables;
        let resolver =
            Resolver { addresses: &addresses, env: &|_| None, includes: &includes, variables, file: Some(&state) };
        let then = Ids::in_file(&state.entries);
        let mut file = CommittedFile::default();
        for entry in &state.entries {
            let mut noticed = Noticed::default();
            let config = resolver.config(entry, &mut noticed);
            let mut values = Vec::new();
            if noticed.errors.is_empty() {
                values.extend([&then, ids].map(|ids| ids.put_in(entry.kind, config.clone())));
                values.dedup();
            }
            file.entries.push((entry.address.clone(), entry.id.clone(), values));
        }
        Ok(file)
    }

    /// What to note when the file and Vapi agree: the commit that is checked out, if it has the state file and its includes,
    /// apart from ids that a run wrote. `None` also if it is noted already, unless the run `wrote` something. `text` is the
    /// file's, `includes` are real paths.
    ///
    /// # Errors
    /// `git-damaged`.
    pub fn to_note(
        &self,
        org_id: &str,
        text: &str,
        includes: &[PathBuf],
        wrote: bool,
    ) -> Result<Option<ToNote>, Diagnostic> {
        if self.whose().environment().is_some() {
            return self.to_note_for_environment(text, self.agreed(org_id).ok().flatten().as_ref(), wrote);
        }
        let Some(head) = self.head()? else { return Ok(None) };
        let now = self.snapshot(head)?;
        let Some(committed) = now.file(self.path())? else { return Ok(None) };
        let root = self.repository().workdir().and_then(|root| root.canonicalize().ok()).unwrap_or_default();
        let paths: Option<Vec<&Path>> = includes.iter().map(|include| include.strip_prefix(&root).ok()).collect();
        let Some(paths) = paths else { return Ok(None) };
        let is_same = str::from_utf8(&now.blob(committed)?).is_ok_and(|committed| same_but_ids(committed, text));
        for path in &paths {
            let Some(blob) = now.file(path)? else { return Ok(None) };
            let committed = worktree::shown(self.repository(), path, &now.blob(blob)?);
            if std::fs::read(root.join(path)).ok() != Some(committed) {
                return Ok(None);
            }
        }
        let noted = self.agreed(org_id).ok().flatten();
        let is_known = match &noted {
            Some(noted) if !wrote && noted.path == self.path() => {
                let then = self.snapshot(Oid::from_str(&noted.commit).unwrap_or(head))?;
                let same = |path: &Path| Ok::<_, Diagnostic>(then.file(path)? == now.file(path)?);
                same(self.path())?
                    && paths.iter().map(|path| same(path)).collect::<Result<Vec<_>, _>>()?.iter().all(|same| *same)
            }
            _ => false,
        };
        let former = noted.map(|noted| noted.path).filter(|path| path != self.path());
        let (commit, path) = (head.to_string(), self.path().to_path_buf());
        Ok((is_same && !is_known).then(|| ToNote {
            repository: self.repository().path().to_path_buf(),
            commit,
            path,
            former,
        }))
    }

    /// The agreed commit, with how many commits of `HEAD` changed the state file since. `None`: none is known.
    pub fn last_agreed(&self, org_id: &str) -> Option<LastAgreed> {
        let agreed = self.agreed(org_id).ok().flatten()?;
        if self.whose().environment().is_some() {
            let head = self.head().ok().flatten()?.to_string();
            return Some(LastAgreed {
                waiting: self.changes_between(&agreed.commit, &head).unwrap_or_default(),
                agreed,
            });
        }
        let file = self.repository().workdir()?.join(self.path());
        let commits = super::clone::commits_since(&file, &agreed.commit).unwrap_or_default();
        let blob = |commit: Oid| self.snapshot(commit).and_then(|snapshot| snapshot.file(self.path())).ok().flatten();
        let changes_file = |id: &&String| {
            let commit = Oid::from_str(id).and_then(|id| self.repository().find_commit(id));
            commit.is_ok_and(|commit| commit.parent_ids().all(|parent| blob(parent) != blob(commit.id())))
        };
        Some(LastAgreed { waiting: commits.iter().filter(changes_file).count(), agreed })
    }

    pub(super) fn snapshot(&self, commit: Oid) -> Result<Snapshot<'_>, Diagnostic> {
        let repository = self.repository();
        let found = repository.find_commit(commit);
        let commit = found.map_err(|error| super::trouble::object(repository, &error, "commit", commit))?;
        Ok(Snapshot::new(repository, commit.tree_id()))
    }
}

/// An agreement to note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToNote {
    /// The folder of the repository.
    pub repository: PathBuf,
    /// The commit.
    pub commit: String,
    /// The state file's path from the root of the repository.
    pub path: PathBuf,
    /// The former name of the file that the ref still has.
    pub former: Option<PathBuf>,
}

/// Whether two texts of a state file say the same, apart from what a run writes into it.
fn same_but_ids(left: &str, right: &str) -> bool {
    let bare = |text: &str| {
        let mut file = Document::parse("", text).ok()?.root()?.to_json();
        file.as_object_mut()?.remove("org_id");
        for kind in KINDS {
            let entries = file.get_mut(kind.section).and_then(|section| section.as_object_mut());
            for entry in entries.into_iter().flat_map(|entries| entries.values_mut()) {
                entry.as_object_mut()?.remove(kind.id_key);
            }
        }
        Some(file)
    };
    left == right || bare(left).is_some_and(|left| Some(left) == bare(right))
}

/// The includes of a commit, as the working tree would have them.
pub(super) struct CommitIncludes<'c, 'r> {
    pub(super) repository: &'r Repository,
    pub(super) snapshot: &'c Snapshot<'r>,
    pub(super) folder: &'c Path,
}

impl IncludeSource for CommitIncludes<'_, '_> {
    fn text(&self, path: &str) -> Result<Arc<str>, Diagnostic> {
        let missing = || not_read(&format!("that commit has no {path}"));
        let blob = self.snapshot.include(self.folder, path)?.ok_or_else(missing)?;
        let bytes = worktree::shown(self.repository, &self.folder.join(path), &self.snapshot.blob(blob)?);
        str::from_utf8(&bytes).map(|raw| text_of(raw).into()).map_err(|_| missing())
    }
}

fn not_read(why: &str) -> Diagnostic {
    Diagnostic::warning(
        "agreed-not-read",
        format!("the commit at which the file and Vapi last agreed cannot be read, and is ignored: {why}"),
    )
}
