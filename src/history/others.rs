//! The other state files of the repository, and the other environments of this one.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use git2::{IndexEntryExtendedFlag, Repository, StatusOptions, StatusShow};
use memchr::memmem;

use super::git::GitRecord;
use crate::audit::{self, Owner};
use crate::document::{Document, Node, View};
use crate::kinds::KINDS;
use crate::model::RemoteId;
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Record;
use crate::state::ids::OtherFiles;
use crate::state::template::{self, Token};

/// Larger files are no state files that somebody keeps beside others.
const MOST: u64 = 4 << 20;

/// The other state files of the repository, as they are in the working tree: committed or not, but not what git ignores. A file
/// that was deleted there, or renamed, claims nothing by what HEAD still has.
pub struct Others {
    own: PathBuf,
    files: OnceCell<Vec<Other>>,
}

/// A YAML file of the repository.
struct Other {
    /// From the root.
    path: String,
    real: PathBuf,
    /// What stands in it, where a sparse checkout leaves it out.
    blob: Option<String>,
}

impl Others {
    /// Those beside a state file. Looked for when they are asked for.
    pub fn beside(state_file: &Path) -> Self {
        Self { own: state_file.to_owned(), files: OnceCell::new() }
    }

    /// One that includes a file, by its path from the root. `include` is a real path.
    pub fn including(&self, include: &Path) -> Option<String> {
        let includes = |other: &Other| other.includes().is_some_and(|found| found.iter().any(|path| path == include));
        self.files().iter().find(|other| includes(other)).map(|other| other.path.clone())
    }

    /// Which of these ids stand in one as the id of an entry, in this organisation or in one that it does not name; with
    /// its path from the root.
    pub fn having(&self, org_id: Option<&str>, ids: &HashSet<&str>) -> OtherFiles {
        let mut of_others = OtherFiles::new();
        for other in self.files() {
            other.each_id(org_id, &mut |id| {
                if let Some(id) = ids.get(id) {
                    of_others.entry((*id).to_owned()).or_insert_with(|| other.path.clone());
                }
            });
        }
        of_others
    }

    fn files(&self) -> &[Other] {
        self.files.get_or_init(|| find(&self.own).unwrap_or_default())
    }
}

/// The YAML files of the repository of a file, without itself.
fn find(own: &Path) -> Option<Vec<Other>> {
    let own = own.canonicalize().ok()?;
    let repository = Repository::discover(own.parent()?).ok()?;
    let root = repository.workdir()?.canonicalize().ok()?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    let is_yaml = |path: &String| path.ends_with(".yaml") || path.ends_with(".yml");
    let tracked = repository.index().ok()?;
    let tracked = tracked.iter().filter_map(|entry| {
        let path = text(&entry.path).filter(is_yaml)?;
        let is_skipped = entry.flags_extended & IndexEntryExtendedFlag::SKIP_WORKTREE.bits() != 0;
        let blob = is_skipped.then(|| repository.find_blob(entry.id).ok().and_then(|blob| text(blob.content())));
        Some((path, blob.flatten()))
    });
    let mut wanted = StatusOptions::new();
    wanted.show(StatusShow::Workdir).include_untracked(true).recurse_untracked_dirs(true).exclude_submodules(true);
    wanted.pathspec("*.yaml").pathspec("*.yml");
    let untracked = repository.statuses(Some(&mut wanted)).ok();
    let untracked = untracked.iter().flat_map(|statuses| statuses.iter()).filter(|of| of.status().is_wt_new());
    let untracked = untracked.filter_map(|of| Some((text(of.path_bytes()).filter(is_yaml)?, None)));
    let of_path = |(path, blob): (String, _)| Other { real: root.join(&path), path, blob };
    let others = tracked.chain(untracked).map(of_path);
    // A link may lead to a device, or to what is no part of the repository.
    let is_other = |real: PathBuf| real != own && real.starts_with(&root) && real.is_file();
    Some(others.filter(|other| other.real.canonicalize().map_or(other.blob.is_some(), is_other)).collect())
}

impl Other {
    /// What it holds, if these words are in it.
    fn read(&self, words: &[&str]) -> Option<Document> {
        let text = match std::fs::metadata(&self.real) {
            Ok(about) if about.len() > MOST => None,
            Ok(_) => std::fs::read_to_string(&self.real).ok(),
            Err(_) => self.blob.clone(),
        };
        let text = text.filter(|text| words.iter().all(|word| text.contains(word)))?;
        Document::parse("", text)
            .ok()
            .filter(|document| document.root().is_some_and(|root| root.get("version").is_some()))
    }

    /// The real paths of what it includes. `None`: it is no state file that does.
    fn includes(&self) -> Option<Vec<PathBuf>> {
        let document = self.read(&["${file:"])?;
        let root = document.root()?;
        let folder = self.real.parent()?;
        let mut found = Vec::new();
        for section in KINDS.into_iter().filter_map(|kind| root.get(kind.section)) {
            collect(section, &mut |path| found.extend(folder.join(path).canonicalize().ok()));
        }
        Some(found)
    }

    /// The ids that its entries have in an organisation.
    fn each_id(&self, org_id: Option<&str>, found: &mut dyn FnMut(&str)) {
        let Some(document) = self.read(&["vapi_", "_id"]) else { return };
        let Some(root) = document.root() else { return };
        let is_ours = |of: Option<Node<'_>>| {
            let theirs = of.and_then(|of| of.get("org_id")).and_then(|org_id| org_id.as_text());
            theirs.zip(org_id).is_none_or(|(theirs, ours)| theirs == ours)
        };
        let environments = root.get("environments");
        let sections = KINDS.into_iter().filter_map(|kind| Some((kind, root.get(kind.section)?)));
        for ids in sections.flat_map(|(kind, section)| section.entries().filter_map(|of| of.value.get(kind.id_key))) {
            if is_ours(Some(root)) {
                ids.as_text().into_iter().for_each(&mut *found);
            }
            let of_environment = |name: &str| environments.and_then(|all| all.get(name));
            let ours = ids.entries().filter(|of| is_ours(of_environment(of.key)));
            ours.filter_map(|of| of.value.as_text()).for_each(&mut *found);
        }
    }
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
