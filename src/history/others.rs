//! The other state files of the repository, and the other environments of this one.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use git2::Repository;
use memchr::memmem;

use super::git::GitRecord;
use crate::audit::{self, Owner};
use crate::document::{Document, Node, View};
use crate::kinds::KINDS;
use crate::model::RemoteId;
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Record;
use crate::state::template::{self, Token};

/// Larger files are no state files that somebody keeps beside others.
const MOST: u64 = 4 << 20;

/// Another state file of the repository that includes a file, by its path from the root. `include` is a real path.
pub fn included_by(state_file: &Path, include: &Path) -> Option<String> {
    let own = state_file.canonicalize().ok()?;
    let repository = Repository::discover(own.parent()?).ok()?;
    let root = repository.workdir()?.canonicalize().ok()?;
    let index = repository.index().ok()?;
    let paths = index.iter().filter_map(|entry| String::from_utf8(entry.path).ok());
    let is_yaml = |path: &String| path.ends_with(".yaml") || path.ends_with(".yml");
    let mut others = paths.filter(is_yaml).map(|path| (root.join(&path), path)).filter(|(file, _)| *file != own);
    others
        .find(|(file, _)| includes(file).is_some_and(|found| found.iter().any(|path| path == include)))
        .map(|(_, path)| path)
}

/// An id that another environment had, by the log or a version of the file, with its name.
///
/// # Errors
/// `audit-not-readable`, and those of [`GitRecord::open`].
pub fn foreign(
    state_file: &Path,
    log: &Path,
    owner: &Owner<'_>,
    ids: &[RemoteId],
) -> Result<Option<(RemoteId, String)>, Diagnostic> {
    for record in audit::read(log)?.into_iter().flatten() {
        let record = record?;
        let id = ids.iter().find(|id| record.vapi_id.as_deref() == Some(id.as_str()));
        if let (Some(id), Some(environment)) = (id, &record.environment)
            && !record.is_of(owner.environment, owner.org_id)
        {
            return Ok(Some((id.clone(), environment.clone())));
        }
    }
    let mut found = None;
    let Some(mut git) = GitRecord::open(state_file, HashMap::new())? else { return Ok(None) };
    git.versions(&mut |text| {
        found = ids.iter().find_map(|id| Some((id.clone(), environment_with(text, id, owner)?)));
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}

/// The other environment of a version that has an id.
fn environment_with(text: &[u8], id: &RemoteId, owner: &Owner<'_>) -> Option<String> {
    memmem::find(text, id.as_str().as_bytes())?;
    let document = Document::parse("", str::from_utf8(text).ok()?).ok()?;
    let root = document.root()?;
    let sections = KINDS.into_iter().filter_map(|kind| Some((kind, root.get(kind.section)?)));
    let ids = sections.flat_map(|(kind, section)| section.entries().filter_map(|entry| entry.value.get(kind.id_key)));
    let with_id =
        |ids: Node<'_>| ids.entries().find(|of| of.value.as_text() == Some(id.as_str())).map(|of| of.key.to_owned());
    let name = ids.collect::<Vec<_>>().into_iter().find_map(with_id)?;
    let org_id = root.get("environments")?.get(&name)?.get("org_id").and_then(|org_id| org_id.as_text());
    let is_ours = match (org_id, owner.org_id) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => owner.environment == Some(name.as_str()),
    };
    (!is_ours).then_some(name)
}

/// The real paths of what a state file includes. `None`: it is none.
fn includes(file: &Path) -> Option<Vec<PathBuf>> {
    if std::fs::metadata(file).ok()?.len() > MOST {
        return None;
    }
    let text = std::fs::read_to_string(file).ok().filter(|text| text.contains("${file:"))?;
    let document = Document::parse("", text).ok()?;
    let root = document.root()?;
    let folder = file.parent()?;
    let mut found = Vec::new();
    root.get("version")?;
    for section in KINDS.into_iter().filter_map(|kind| root.get(kind.section)) {
        collect(section, &mut |path| found.extend(folder.join(path).canonicalize().ok()));
    }
    Some(found)
}

fn collect(node: Node<'_>, found: &mut dyn FnMut(&str)) {
    match node.view() {
        View::Text(text) => template::parse(text).iter().for_each(|token| {
            if let Token::File(path) = token {
                found(path);
            }
        }),
        View::List => node.items().for_each(|item| collect(item, found)),
        View::Map => node.entries().for_each(|entry| collect(entry.value, found)),
        View::Null | View::Bool(_) | View::Number(_) => {}
    }
}
