//! `--commit`: commits exactly the state file and its includes, whatever else is in the index or the working tree.
//!
//! It runs `git commit`, so that hooks run, commits are signed if git is set up for it, and the index is locked before the
//! branch moves.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use git2::{Oid, Repository};

use crate::model::diagnostic::Diagnostic;

/// A repository that can take a commit. It is checked before anything is written.
pub struct Committing {
    repository: Repository,
    root: PathBuf,
}

fn failed(why: &str) -> Diagnostic {
    Diagnostic::error("not-committed", format!("git could not make the commit: {}", why.trim()))
        .help("the files are written, so commit them by hand")
}

fn unread(error: git2::Error) -> Diagnostic {
    failed(error.message())
}

impl Committing {
    /// Checks the repository of these files.
    ///
    /// # Errors
    /// There is no repository, or no `git` program; git has no identity; a merge or another git command is in progress; or
    /// one of the files has staged changes, which the commit would include.
    pub fn prepare(files: &[PathBuf]) -> Result<Self, Diagnostic> {
        let none = || {
            Diagnostic::error("not-in-git", "--commit: the state file is not in a git repository. Nothing was done")
                .help("run `git init` first, or leave --commit out")
        };
        let folder = files.first().and_then(|file| file.parent()).ok_or_else(none)?;
        let repository = Repository::discover(folder).map_err(|_| none())?;
        let root = repository.workdir().and_then(|root| root.canonicalize().ok()).ok_or_else(none)?;
        let committing = Self { repository, root };
        committing.check_state()?;
        committing.check_git()?;
        for file in files {
            let path = committing.path(file)?;
            if committing.is_staged(&path).map_err(unread)? {
                return Err(Diagnostic::error(
                    "staged-changes",
                    format!(
                        "--commit: {} has changes that are staged (`git add`) but not committed; they would go into \
                        the same commit. Nothing was done",
                        path.display()
                    ),
                )
                .help("commit them first, or unstage them with `git restore --staged FILE`"));
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
                format!("--commit: a git {what} is not finished. Nothing was done"),
            )
            .help(format!("finish it first, or cancel it with `git {what} --abort`")));
        }
        self.repository.signature().map(drop).map_err(|error| {
            Diagnostic::error(
                "no-git-identity",
                format!(
                    "--commit: git does not know your name and e-mail address ({}). Nothing was done",
                    error.message()
                ),
            )
            .help("run `git config user.name NAME` and `git config user.email ADDRESS`")
        })
    }

    fn check_git(&self) -> Result<(), Diagnostic> {
        if let Err(error) = self.git(&["--version"]).output() {
            let message = format!("--commit: git cannot be run ({error}). Nothing was done");
            return Err(Diagnostic::error("no-git", message).help("install git, or commit by hand"));
        }
        if self.repository.path().join("index.lock").exists() {
            let message = "--commit: another git command is running here. Nothing was done";
            return Err(Diagnostic::error("git-busy", message)
                .help("wait for it to end; if none is running, delete .git/index.lock"));
        }
        Ok(())
    }

    /// Whether `HEAD` is detached, so that the commit is on no branch.
    pub fn is_detached(&self) -> bool {
        self.repository.head_detached().unwrap_or(false)
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--literal-pathspecs").args(arguments).current_dir(&self.root).stdin(Stdio::null());
        command
    }

    fn path(&self, file: &Path) -> Result<PathBuf, Diagnostic> {
        let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
        real.strip_prefix(&self.root).map(Path::to_path_buf).map_err(|_| {
            Diagnostic::error(
                "not-in-git",
                format!(
                    "--commit: {} is not in the git repository {}. Nothing was done",
                    file.display(),
                    self.root.display()
                ),
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

    /// Commits the files as they are on disk. `None`: they have not changed since the last commit.
    ///
    /// # Errors
    /// Git could not make the commit. The files on disk are not affected.
    pub fn commit(&self, files: &[PathBuf], message: &str) -> Result<Option<String>, Diagnostic> {
        let mut changed = Vec::new();
        let mut new = Vec::new();
        for file in files {
            let path = self.path(file)?;
            let blob = self.repository.blob_path(file).map_err(unread)?;
            match self.head_blob(&path).map_err(unread)? {
                Some(known) if known == blob => continue,
                Some(_) => {}
                None => new.push(path.clone()),
            }
            changed.push(path);
        }
        if changed.is_empty() {
            return Ok(None);
        }
        if !new.is_empty() {
            self.run(&["add", "--intent-to-add"], &new, "")?;
        }
        let made = self.run(&["commit", "--quiet", "--only", "--file=-"], &changed, message);
        if made.is_err() && !new.is_empty() {
            let _ = self.run(&["rm", "--cached", "--force", "--quiet"], &new, "");
        }
        made?;
        let head = self.repository.head().and_then(|head| head.peel_to_commit()).map_err(unread)?;
        Ok(Some(head.id().to_string()))
    }

    /// Runs git on some paths, with a text on its standard input.
    fn run(&self, arguments: &[&str], paths: &[PathBuf], input: &str) -> Result<(), Diagnostic> {
        let mut command = self.git(arguments);
        command.arg("--").args(paths).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = || {
            let mut child = command.spawn()?;
            // The text fits into the buffer of a pipe, and git reports an error if it does not read it.
            if let Some(mut stdin) = child.stdin.take() {
                let _ = stdin.write_all(input.as_bytes());
            }
            child.wait_with_output()
        };
        let output = run().map_err(|error| failed(&error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        // A hook may print the reason on either.
        let said = [output.stderr, output.stdout].concat();
        Err(failed(&String::from_utf8_lossy(&said)))
    }
}
