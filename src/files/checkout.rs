//! Decides which files of a checkout may be read. Anybody who can open a pull request controls its contents.
//!
//! An include must be a file that git would commit, so that no reference can lead to a key file beside it.
//! A file in `.vapi-sync/` must not be in git, so that nobody can plant a log or a cache.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use git2::Repository;

use super::platform::no_waiting;
use super::workdir;
use crate::model::diagnostic::Diagnostic;

/// The folder of a state file, and what git knows about the files in it.
#[derive(Default)]
pub struct Checkout {
    folder: PathBuf,
    /// The repositories of folders, so far.
    repositories: RefCell<HashMap<PathBuf, Option<Rc<Repository>>>>,
}

impl Checkout {
    /// The checkout of a state file in `folder`.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), repositories: RefCell::default() }
    }

    /// The folder that no include may leave.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The real path of an include.
    ///
    /// # Errors
    /// The path leaves the folder (also through a symbolic link), there is no such file, git ignores it, or it is a file of
    /// git itself.
    pub fn include(&self, path: &str) -> Result<PathBuf, Diagnostic> {
        let outside = || {
            Diagnostic::error("include-outside", format!("{path} is outside the folder of the state file"))
                .help("move it into that folder: `${file:…}` reads no file outside of it")
        };
        if leaves(Path::new(path)) {
            return Err(outside());
        }
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                Diagnostic::error("include-not-found", format!("the file {path} does not exist"))
                    .help("fix the path in `${file:…}`; it starts at the folder of the state file")
            }
            _ => Diagnostic::error("include-not-readable", format!("the file {path} cannot be read: {error}")),
        };
        let real = self.folder.join(path).canonicalize().map_err(missing)?;
        let folder = self.folder.canonicalize().map_err(missing)?;
        let inside = real.strip_prefix(&folder).map_err(|_| outside())?;
        match self.private(&folder, inside) {
            None => Ok(real),
            Some(why) => Err(Diagnostic::error("include-private", format!("{path} cannot be included: {why}"))
                .help("include a file that is committed to git; for a secret, write `${env:NAME}`")),
        }
    }

    /// The real path of a new include, and whether a file is there already.
    ///
    /// # Errors
    /// Why it is not possible: its parent is not a folder or is outside of ours, or git ignores it.
    pub fn vacancy(&self, path: &str) -> Result<(PathBuf, bool), String> {
        let failed = |error: std::io::Error| error.to_string();
        let folder = self.folder.canonicalize().map_err(failed)?;
        let full = folder.join(path);
        let (Some(parent), Some(name)) = (full.parent(), full.file_name()) else { return Err("it is no file".into()) };
        let parent = match parent.symlink_metadata() {
            Ok(_) if !parent.is_dir() => return Err("it is no folder".into()),
            Ok(_) => parent.canonicalize().map_err(failed)?,
            Err(_) => parent.to_path_buf(),
        };
        let real = parent.join(name);
        let inside = real.strip_prefix(&folder).map_err(|_| "it leads out of the folder of the state file")?;
        match self.private(&folder, inside) {
            Some(why) => Err(why),
            None => Ok((real.clone(), real.symlink_metadata().is_ok())),
        }
    }

    /// Why a file in `folder` must not be shown or sent: it is a file of git or of vapi-sync, or git ignores it.
    fn private(&self, folder: &Path, inside: &Path) -> Option<String> {
        let has = |name: &str| inside.components().any(|part| part.as_os_str().eq_ignore_ascii_case(name));
        if has(".git") {
            return Some("it belongs to git".to_owned());
        }
        if has(workdir::NAME) {
            return Some(format!("{}/ belongs to vapi-sync", workdir::NAME));
        }
        let full = folder.join(inside);
        let hidden = || "its name, or that of its folder, starts with a dot, and it is not committed to git".to_owned();
        let is_hidden = inside.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
        let near = full.ancestors().skip(1).find(|near| near.is_dir());
        let Some(repository) = self.repository(near.unwrap_or(folder)) else {
            return is_hidden.then(hidden);
        };
        let holds = |git: &Path| git.canonicalize().is_ok_and(|git| full.starts_with(git));
        if holds(repository.path()) || holds(repository.commondir()) {
            return Some("it belongs to git".to_owned());
        }
        let root = root(&repository)?;
        let path = full.strip_prefix(&root).ok()?;
        // If git ignores the state file as well, the prompts may be ignored too.
        let all_ignored = folder.strip_prefix(&root).is_ok_and(|folder| ignores(&repository, folder));
        let is_ignored = !all_ignored && ignores(&repository, path);
        match (is_ignored, is_hidden) {
            (false, false) => None,
            _ if is_in_index(&repository, path) => None,
            (true, _) => Some("git ignores it".to_owned()),
            (false, true) => Some(hidden()),
        }
    }

    fn repository(&self, folder: &Path) -> Option<Rc<Repository>> {
        let mut known = self.repositories.borrow_mut();
        known.entry(folder.to_path_buf()).or_insert_with(|| Repository::discover(folder).ok().map(Rc::new)).clone()
    }
}

/// Checks the path of a state file before the file is read.
///
/// # Errors
/// It is a symbolic link that leaves the working tree, or that leads to a file that git ignores or to one of git itself.
pub fn check_state_file(path: &Path) -> Result<(), Diagnostic> {
    // The reader reports a missing file.
    let Ok(real) = path.canonicalize() else {
        return match path.is_symlink() {
            true => Err(linked(path, "there is no such file")),
            false => Ok(()),
        };
    };
    // The root and the current folder are trusted; the rest of the path comes with the checkout.
    let start = match path.is_absolute() {
        true => path.parent().unwrap_or(path),
        false => Path::new("."),
    };
    let Ok(start) = start.canonicalize() else { return Ok(()) };
    let named = if path.is_absolute() { path.file_name().map(Path::new).unwrap_or(path) } else { path };
    if real == normal(&start.join(named)) {
        return Ok(());
    }
    let root = Repository::discover(&start).ok().and_then(|repository| root(&repository)).unwrap_or(start);
    match real.strip_prefix(&root) {
        Err(_) => Err(linked(path, &format!("it leads out of the folder {}", root.display()))),
        Ok(inside) => Checkout::default().private(&root, inside).map_or(Ok(()), |why| Err(linked(path, &why))),
    }
}

fn linked(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::error(
        "file-linked",
        format!("{} is a symbolic link that vapi-sync does not follow: {why}", path.display()),
    )
    .help("name the file itself with -f")
}

/// Whether git tracks a file of ours, or its folder as another repository, so that it came with the checkout.
pub fn is_tracked(path: &Path) -> bool {
    let of_ours = || {
        let folder = path.parent().filter(|folder| folder.file_name().is_some_and(|name| name == workdir::NAME))?;
        let beside = folder.parent()?.canonicalize().ok()?;
        let repository = Repository::discover(&beside).ok()?;
        let folder = beside.strip_prefix(root(&repository)?).ok()?.join(workdir::NAME);
        Some(is_in_index(&repository, &folder) || is_in_index(&repository, &folder.join(path.file_name()?)))
    };
    of_ours().unwrap_or(false)
}

/// Opens a file of ours. Neither it nor its folder may be a symbolic link, and it must be a regular file.
///
/// # Errors
/// Those of the file system.
pub fn open_own(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    let folder = path.parent().filter(|_| is_ours(path));
    if let Some(link) = folder.into_iter().chain([path]).find(|path| is_ours(path) && path.is_symlink()) {
        return Err(std::io::Error::other(format!("{} is a symbolic link", link.display())));
    }
    open_regular(options, path)
}

/// Opens a regular file. Refuses pipes and devices, without waiting for them.
///
/// # Errors
/// Those of the file system.
pub fn open_regular(options: &mut OpenOptions, path: &Path) -> std::io::Result<File> {
    no_waiting(options);
    let file = options.open(path)?;
    let kind = file.metadata()?.file_type();
    match kind.is_file() {
        true => Ok(file),
        false if kind.is_dir() => Err(std::io::ErrorKind::IsADirectory.into()),
        false => Err(std::io::Error::other("it is not a regular file")),
    }
}

/// Whether a path is `.vapi-sync/` or a file directly in it.
fn is_ours(path: &Path) -> bool {
    let is_named = |path: &Path| path.file_name().is_some_and(|name| name == workdir::NAME);
    is_named(path) || path.parent().is_some_and(is_named)
}

fn ignores(repository: &Repository, path: &Path) -> bool {
    !path.as_os_str().is_empty() && repository.is_path_ignored(path).unwrap_or(true)
}

fn is_in_index(repository: &Repository, path: &Path) -> bool {
    let holds = |index: git2::Index| [0, 2, 3].into_iter().any(|stage| index.get_path(path, stage).is_some());
    repository.index().map_or(true, holds)
}

fn root(repository: &Repository) -> Option<PathBuf> {
    repository.workdir()?.canonicalize().ok()
}

/// Whether a path leaves its starting folder, even if it comes back.
fn leaves(path: &Path) -> bool {
    let mut depth = 0_i32;
    path.components().any(|component| {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return true,
        }
        depth < 0
    })
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}
