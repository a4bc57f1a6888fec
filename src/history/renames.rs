//! Finds the state file's name before a rename.

use std::path::{Path, PathBuf};

use git2::{Commit, Delta, Diff, DiffFindOptions, DiffOptions, Oid, Repository};

use super::trouble;
use crate::model::diagnostic::Diagnostic;

/// How many deleted files of a commit are compared with the new one.
const MAX_VANISHED: usize = 500;

/// The path in `parent` of the file that `child` has at `path`, if it was renamed in between: a deleted file with the same
/// content, else a similar one.
pub(super) fn former_name(
    repository: &Repository,
    parent: &Commit<'_>,
    child: &Commit<'_>,
    path: &Path,
    blob: Oid,
) -> Result<Option<PathBuf>, Diagnostic> {
    let failed = |error: git2::Error| trouble::not_read(repository, &error, &format!("the change {}", child.id()));
    let vanished: Vec<(PathBuf, Oid)> = {
        let diff = diff(repository, parent, child, &mut DiffOptions::new()).map_err(failed)?;
        let deleted = diff.deltas().filter(|delta| delta.status() == Delta::Deleted);
        deleted.filter_map(|delta| Some((delta.old_file().path()?.to_path_buf(), delta.old_file().id()))).collect()
    };
    if let Some((same, _)) = vanished.iter().find(|(_, id)| *id == blob) {
        return Ok(Some(same.clone()));
    }
    if vanished.is_empty() || vanished.len() > MAX_VANISHED {
        return Ok(None);
    }
    let mut options = DiffOptions::new();
    options.disable_pathspec_match(true).pathspec(path);
    for (path, _) in &vanished {
        options.pathspec(path);
    }
    let mut diff = diff(repository, parent, child, &mut options).map_err(failed)?;
    diff.find_similar(Some(DiffFindOptions::new().renames(true).rename_limit(MAX_VANISHED))).map_err(failed)?;
    Ok(diff
        .deltas()
        .find(|delta| delta.status() == Delta::Renamed && delta.new_file().path() == Some(path))
        .and_then(|delta| delta.old_file().path().map(Path::to_path_buf)))
}

fn diff<'r>(
    repository: &'r Repository,
    parent: &Commit<'_>,
    child: &Commit<'_>,
    options: &mut DiffOptions,
) -> Result<Diff<'r>, git2::Error> {
    repository.diff_tree_to_tree(Some(&parent.tree()?), Some(&child.tree()?), Some(options))
}
