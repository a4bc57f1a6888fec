//! The files of one commit, by path.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use git2::{FileMode, Oid, Repository, Tree};

use super::trouble;
use crate::model::diagnostic::Diagnostic;

/// The longest chain of symbolic links, as in Linux.
const MAX_LINKS: usize = 40;

/// The largest file that is read, in bytes, as in the working tree.
const MAX_BLOB: usize = 64 << 20;

/// The files of one commit.
pub(super) struct Snapshot<'r> {
    repository: &'r Repository,
    root: Oid,
    trees: RefCell<HashMap<Oid, Rc<Tree<'r>>>>,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A file's content.
    File(Oid),
    /// A symbolic link; its content is the target.
    Link(Oid),
    /// A folder, or another repository.
    Other,
}

impl<'r> Snapshot<'r> {
    /// The files below a tree.
    pub(super) fn new(repository: &'r Repository, root: Oid) -> Self {
        Self { repository, root, trees: RefCell::default() }
    }

    /// What stands at a path from the root of the repository.
    pub(super) fn item(&self, path: &Path) -> Result<Option<Item>, Diagnostic> {
        let mut tree = self.root;
        let mut components = path.components().peekable();
        while let Some(component) = components.next() {
            let entry = self.tree(tree)?.get_name_bytes(component.as_os_str().as_encoded_bytes()).map(|entry| {
                let item = match entry.filemode() {
                    mode if mode == i32::from(FileMode::Link) => Item::Link(entry.id()),
                    mode if mode == i32::from(FileMode::Tree) || mode == i32::from(FileMode::Commit) => Item::Other,
                    _ => Item::File(entry.id()),
                };
                (item, entry.id(), entry.filemode() == i32::from(FileMode::Tree))
            });
            match (entry, components.peek()) {
                (None, _) => return Ok(None),
                (Some((item, _, _)), None) => return Ok(Some(item)),
                // A symbolic link to a folder: callers resolve links.
                (Some((Item::Link(link), _, _)), Some(_)) => return Ok(Some(Item::Link(link))),
                (Some((_, id, true)), Some(_)) => tree = id,
                (Some(_), Some(_)) => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The folder that a path stands in, as git names its content.
    pub(super) fn folder_of(&self, path: &Path) -> Result<Option<Oid>, Diagnostic> {
        let mut tree = self.root;
        for component in path.parent().into_iter().flat_map(Path::components) {
            let next =
                self.tree(tree)?.get_name_bytes(component.as_os_str().as_encoded_bytes()).map(|entry| entry.id());
            let Some(next) = next else { return Ok(None) };
            tree = next;
        }
        Ok(Some(tree))
    }

    /// The file at a path, if there is one; not a folder or link.
    pub(super) fn file(&self, path: &Path) -> Result<Option<Oid>, Diagnostic> {
        Ok(match self.item(path)? {
            Some(Item::File(id)) => Some(id),
            Some(Item::Link(_) | Item::Other) | None => None,
        })
    }

    /// The file of an include of a state file in `folder`. Follows symbolic links; `None` if path or link leaves the folder.
    pub(super) fn include(&self, folder: &Path, path: &str) -> Result<Option<Oid>, Diagnostic> {
        let Some(mut inside) = normal(Path::new(""), Path::new(path)) else { return Ok(None) };
        for _ in 0..MAX_LINKS {
            let Some((prefix, link)) = self.first_link(folder, &inside)? else {
                return self.file(&folder.join(&inside));
            };
            let target = self.blob(link)?;
            let Ok(target) = str::from_utf8(&target) else { return Ok(None) };
            let Ok(rest) = inside.strip_prefix(&prefix) else { return Ok(None) };
            let parent = prefix.parent().unwrap_or(Path::new(""));
            let Some(next) = normal(parent, &Path::new(target).join(rest)) else { return Ok(None) };
            inside = next;
        }
        Ok(None)
    }

    /// The first symbolic link on a path in a folder: the path up to it, and the link.
    fn first_link(&self, folder: &Path, inside: &Path) -> Result<Option<(PathBuf, Oid)>, Diagnostic> {
        // Fast path: most paths have no link.
        if !matches!(self.item(&folder.join(inside))?, Some(Item::Link(_))) {
            return Ok(None);
        }
        let mut prefix = PathBuf::new();
        for component in inside.components() {
            prefix.push(component);
            if let Some(Item::Link(link)) = self.item(&folder.join(&prefix))? {
                return Ok(Some((prefix, link)));
            }
        }
        Ok(None)
    }

    /// The content of a file.
    pub(super) fn blob(&self, id: Oid) -> Result<Vec<u8>, Diagnostic> {
        read(self.repository, id, |data| data.to_vec())
    }

    fn tree(&self, id: Oid) -> Result<Rc<Tree<'r>>, Diagnostic> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(tree.clone());
        }
        let tree = self.repository.find_tree(id);
        let tree = Rc::new(tree.map_err(|error| trouble::object(self.repository, &error, "folder", id))?);
        self.trees.borrow_mut().insert(id, tree.clone());
        Ok(tree)
    }
}

/// Gives the content of a blob to a function.
pub(super) fn read<T>(repository: &Repository, id: Oid, look: impl FnOnce(&[u8]) -> T) -> Result<T, Diagnostic> {
    let odb = repository.odb().map_err(|error| trouble::not_read(repository, &error, "the object database"))?;
    // Too large to be read today, so it holds nothing: a compressed gigabyte of blanks takes a megabyte.
    if odb.read_header(id).is_ok_and(|(size, _)| size > MAX_BLOB) {
        return Ok(look(&[]));
    }
    let object = odb.read(id).map_err(|error| trouble::object(repository, &error, "file", id))?;
    Ok(look(object.data()))
}

/// A path without `.` and `..`. `None`: it leaves its start folder, even if it comes back.
fn normal(from: &Path, path: &Path) -> Option<PathBuf> {
    let mut normal = from.to_path_buf();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(normal)
}
