//! The clone of a workflow: what is checked out, and the commits since a base.

use std::path::Path;

use git2::{Oid, Repository, Sort};

/// The commits of `HEAD` that `base` does not contain, the newest first. `None`: unknown, since this clone
/// lacks one of them.
pub fn commits_since(state_file: &Path, base: &str) -> Option<Vec<String>> {
    let repository = Repository::discover(state_file.parent()?).ok()?;
    let mut walk = repository.revwalk().ok()?;
    walk.set_sorting(Sort::TOPOLOGICAL).ok()?;
    walk.push_head().ok()?;
    walk.hide(Oid::from_str(base).ok()?).ok()?;
    walk.map(|commit| Some(commit.ok()?.to_string())).collect()
}

/// A file in the commit that is checked out.
#[derive(Debug)]
pub struct AtHead {
    /// The commit.
    pub commit: String,
    /// The path of the file from the root of the repository.
    pub path: String,
    /// Its bytes. `None`: it is not in the commit.
    pub text: Option<Vec<u8>>,
    /// Whether it is executable.
    pub executable: bool,
}

/// The commit that is checked out around a file. `None`: no repository, or no commit yet.
pub fn head(file: &Path) -> Option<String> {
    let repository = Repository::discover(file.canonicalize().ok()?.parent()?).ok()?;
    Some(repository.head().ok()?.peel_to_commit().ok()?.id().to_string())
}

/// A file in the commit that is checked out. `None`: no repository, or no commit yet.
pub fn at_head(file: &Path) -> Option<AtHead> {
    let file = file.canonicalize().ok()?;
    let repository = Repository::discover(file.parent()?).ok()?;
    let commit = repository.head().ok()?.peel_to_commit().ok()?;
    let root = repository.workdir()?.canonicalize().ok()?;
    let path = file.strip_prefix(root).ok()?;
    let entry = commit.tree().ok()?.get_path(path).ok();
    let blob = entry.as_ref().and_then(|entry| repository.find_blob(entry.id()).ok());
    let words: Vec<_> = path.components().map(|word| word.as_os_str().to_string_lossy()).collect();
    Some(AtHead {
        commit: commit.id().to_string(),
        path: words.join("/"),
        text: blob.map(|blob| blob.content().to_vec()),
        executable: entry.is_some_and(|entry| entry.filemode() == 0o100_755),
    })
}
