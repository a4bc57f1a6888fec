//! `--commit`: a commit of exactly the state file and its included files, whatever else is in the index or the tree.

use std::path::{Path, PathBuf};

use git2::{Oid, Repository, build::TreeUpdateBuilder};

use crate::model::diagnostic::Diagnostic;

/// A repository in which a commit can be made, looked at before anything is written.
pub struct Committing {
    repository: Repository,
    root: PathBuf,
}

fn failed(error: &git2::Error) -> Diagnostic {
    Diagnostic::error("not-committed", format!("git could not make the commit: {}", error.message()))
        .help("the files are written; commit them by hand")
}

impl Committing {
    /// Looks at the repository of these files.
    ///
    /// # Errors
    /// There is no repository; git does not know who commits; a merge or the like is under way, which a commit would end or
    /// confuse; or one of the files has staged changes, which a commit would take along.
    pub fn prepare(files: &[PathBuf]) -> Result<Self, Diagnostic> {
        let none = || {
            Diagnostic::error("not-in-git", "--commit: the state file is in no working tree of git. Nothing was done")
                .help("run `git init` first, or leave --commit out")
        };
        let folder = files.first().and_then(|file| file.parent()).ok_or_else(none)?;
        let repository = Repository::discover(folder).map_err(|_| none())?;
        let root = repository.workdir().and_then(|root| root.canonicalize().ok()).ok_or_else(none)?;
        let committing = Self { repository, root };
        committing.check_state()?;
        for file in files {
            let path = committing.path(file)?;
            if committing.is_staged(&path).map_err(|error| failed(&error))? {
                return Err(Diagnostic::error(
                    "staged-changes",
                    format!(
                        "--commit: {} has staged changes, which the commit would take along. Nothing was done",
                        path.display()
                    ),
                )
                .help("commit or unstage them first"));
            }
        }
        Ok(committing)
    }

    fn check_state(&self) -> Result<(), Diagnostic> {
        use git2::RepositoryState as State;
        let under_way = match self.repository.state() {
            State::Clean | State::Bisect => None,
            State::Merge => Some("merge"),
            State::Revert | State::RevertSequence => Some("revert"),
            State::CherryPick | State::CherryPickSequence => Some("cherry-pick"),
            State::Rebase | State::RebaseInteractive | State::RebaseMerge => Some("rebase"),
            State::ApplyMailbox | State::ApplyMailboxOrRebase => Some("am"),
        };
        if let Some(what) = under_way {
            return Err(Diagnostic::error(
                "git-busy",
                format!("--commit: a git {what} is under way. Nothing was done"),
            )
            .help(format!("finish it first, or give it up with `git {what} --abort`")));
        }
        self.repository.signature().map(drop).map_err(|error| {
            Diagnostic::error(
                "no-git-identity",
                format!("--commit: git does not know who commits ({}). Nothing was done", error.message()),
            )
            .help("git config user.name NAME; git config user.email MAIL")
        })
    }

    fn path(&self, file: &Path) -> Result<PathBuf, Diagnostic> {
        let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        real.strip_prefix(&self.root).map(Path::to_path_buf).map_err(|_| {
            Diagnostic::error(
                "not-in-git",
                format!("--commit: {} is not in the repository {}", file.display(), self.root.display()),
            )
        })
    }

    fn head_blob(&self, path: &Path) -> Result<Option<Oid>, git2::Error> {
        let Ok(head) = self.repository.head() else { return Ok(None) };
        match head.peel_to_tree()?.get_path(path) {
            Ok(entry) => Ok(Some(entry.id())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_staged(&self, path: &Path) -> Result<bool, git2::Error> {
        let index = self.repository.index()?;
        let staged = index.get_path(path, 0).map(|entry| entry.id);
        Ok(staged != self.head_blob(path)?)
    }

    /// Commits the files as they are on the disk. `None`: they are as the last commit has them.
    ///
    /// # Errors
    /// Git could not make the commit. The files are written all the same.
    pub fn commit(&self, files: &[PathBuf], message: &str) -> Result<Option<String>, Diagnostic> {
        let mut changed = Vec::new();
        for file in files {
            let path = self.path(file)?;
            let blob = self.repository.blob_path(file).map_err(|error| failed(&error))?;
            if self.head_blob(&path).map_err(|error| failed(&error))? != Some(blob) {
                changed.push((path, blob));
            }
        }
        changed.sort();
        changed.dedup();
        if changed.is_empty() {
            return Ok(None);
        }
        self.write(&changed, message).map(Some).map_err(|error| failed(&error))
    }

    fn write(&self, changed: &[(PathBuf, Oid)], message: &str) -> Result<String, git2::Error> {
        let repository = &self.repository;
        let parent = match repository.head() {
            Ok(head) => Some(head.peel_to_commit()?),
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => None,
            Err(error) => return Err(error),
        };
        let empty = || repository.treebuilder(None).and_then(|builder| repository.find_tree(builder.write()?));
        let base = match &parent {
            Some(commit) => commit.tree()?,
            None => empty()?,
        };
        let mut update = TreeUpdateBuilder::new();
        for (path, blob) in changed {
            let mode = match base.get_path(path).map(|entry| entry.filemode()) {
                Ok(0o100_755) => git2::FileMode::BlobExecutable,
                _ => git2::FileMode::Blob,
            };
            update.upsert(path, *blob, mode);
        }
        let tree = repository.find_tree(update.create_updated(repository, &base)?)?;
        let signature = repository.signature()?;
        let parents: Vec<&git2::Commit> = parent.iter().collect();
        let id = repository.commit(Some("HEAD"), &signature, &signature, message, &tree, &parents)?;
        let mut index = repository.index()?;
        for (path, _) in changed {
            index.add_path(path)?;
        }
        index.write()?;
        Ok(id.to_string())
    }
}
