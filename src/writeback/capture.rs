//! Turns a plan of `pull` into edits of the document and of its include files.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::content::{Owners, Writing};
use super::includes::{Wish, include_users, included};
use super::prompts::{NewFile, Prompts};
use super::shared::{VariableWish, shared_imports};
use super::site::{At, Site};
use super::variables::Variables;
use super::{id_edit, key, org_edit, word_of};
use crate::document::{Content, Document, Edit, Node, PathStep};
use crate::kinds::Spot;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, FieldPath, RemoteId, Step, Value};
use crate::plan::judge::Verdict;
use crate::plan::{Change, FieldChange, Plan, Work};
use crate::state::ids::{Id, Ids};
use crate::state::includes::Includes;
use crate::state::load::StateFile;
use crate::state::resolve::Desired;
use crate::values::merge::{Merged, merge};
use crate::values::normalize::same;

/// What a pull would write.
#[derive(Debug)]
pub struct Captured {
    /// The new text of the state file.
    pub text: String,
    /// The new texts of include files, by real path and by the name in the file.
    pub includes: Vec<(PathBuf, String, String)>,
    /// Text files that the state file is going to include. They must exist before the state file names them.
    pub new_files: Vec<NewFile>,
    /// Edits that the document refused.
    pub refused: Vec<Refused>,
    /// Notes about prompts that got no file.
    pub notes: Diagnostics,
}

/// A field that could not be written.
#[derive(Debug)]
pub struct Refused {
    /// The change, by position in the plan.
    pub change: usize,
    /// Why.
    pub diagnostic: Diagnostic,
}

/// The text of the state file and its includes, with everything that a plan captures and imports.
///
/// `recorded` are variables in older versions of the file: their values are written as variables again. An edit that the
/// document cannot take is left out and listed in `refused`. `included_by` names another state file that uses an include.
/// Long prompts that are new in the file get files of their own, unless they are to stay `inline`.
pub fn capture(
    plan: &Plan,
    desired: &Desired<'_>,
    includes: &Includes,
    recorded: &BTreeSet<String>,
    env: &dyn Fn(&str) -> Option<String>,
    included_by: &dyn Fn(&Path) -> Option<String>,
    inline: bool,
) -> Captured {
    let state = &desired.file;
    let owners = owners(plan, state);
    let variables = Variables::of(state.document.text(), recorded, env).shared_by(values_of(plan));
    let (edits, refused) = (Vec::new(), Vec::new());
    let users = include_users(state, includes);
    let prompts = Prompts::new(includes, users.keys().cloned().collect(), included_by);
    let known = |(id, address): (&String, &Address)| (address.clone(), Id::Known(RemoteId(id.clone())));
    let mut writer = Writer {
        state,
        desired,
        ids: owners.iter().map(known).collect(),
        includes,
        owners: &owners,
        variables: &variables,
        prompts: (!inline).then_some(&prompts),
        shared: shared_imports(plan, state),
        edits,
        to_includes: HashMap::new(),
        to_variables: Vec::new(),
        refused,
    };
    if let (true, Some(org_id)) = (plan.records_org, &plan.org_id) {
        writer.edits.push((usize::MAX, org_edit(org_id, state)));
    }
    for (at, change) in plan.changes.iter().enumerate() {
        match &change.work {
            Work::Import(object) => writer.import(at, change, object),
            Work::Capture => writer.capture(at, change),
            Work::None | Work::Create(_) | Work::Update(_) | Work::Recreate(_) | Work::Link(_) => {}
        }
    }
    writer.write_variables();
    let written = writer.write_includes(&users, included_by);
    let (text, mut refused) = apply_edits(state.document, writer.edits);
    refused.extend(writer.refused);
    let (new_files, notes) = prompts.finish(&text);
    Captured { text, includes: written, new_files, refused, notes }
}

/// The values that a plan writes into the file, each with its entry.
fn values_of(plan: &Plan) -> impl Iterator<Item = (&Address, &Value)> {
    plan.changes.iter().flat_map(|change| {
        let imported = match &change.work {
            Work::Import(object) => Some(object),
            Work::None | Work::Capture | Work::Create(_) | Work::Update(_) | Work::Recreate(_) | Work::Link(_) => None,
        };
        let captured = change.fields.iter().filter(|field| field.verdict.changes_file());
        let values = imported.into_iter().chain(captured.filter_map(|field| field.after.as_ref()));
        values.map(|value| (&change.address, value))
    })
}

/// The entries of ids, including those that this pull adds.
fn owners(plan: &Plan, state: &StateFile<'_>) -> Owners {
    let in_file = state.entries.iter().filter_map(|entry| Some((entry.id.as_ref()?, &entry.address)));
    let planned = plan.changes.iter().filter_map(|change| Some((change.id.as_ref()?, &change.address)));
    in_file.chain(planned).map(|(RemoteId(id), address)| (id.clone(), address.clone())).collect()
}

/// Applies all edits that the document takes.
fn apply_edits(document: &Document, mut edits: Vec<(usize, Edit)>) -> (String, Vec<Refused>) {
    let mut refused = Vec::new();
    loop {
        let plain: Vec<Edit> = edits.iter().map(|(_, edit)| edit.clone()).collect();
        match document.edit(&plain) {
            Ok(edited) => return (edited.text, refused),
            Err(refusals) => {
                let mut gone: Vec<usize> = refusals.iter().map(|refusal| refusal.edit).collect();
                for refusal in refusals {
                    let Some((change, _)) = edits.get(refusal.edit) else { continue };
                    refused.push(Refused { change: *change, diagnostic: refusal.diagnostic });
                }
                gone.sort_unstable();
                gone.dedup();
                if gone.is_empty() {
                    return (document.text().to_string(), refused);
                }
                for at in gone.into_iter().rev().filter(|at| *at < plain.len()) {
                    edits.remove(at);
                }
            }
        }
    }
}

pub(super) struct Writer<'w, 'd> {
    pub(super) state: &'w StateFile<'d>,
    desired: &'w Desired<'d>,
    ids: Ids,
    pub(super) includes: &'w Includes,
    owners: &'w Owners,
    variables: &'w Variables,
    /// The files for long prompts. `None`: they stay in the state file.
    prompts: Option<&'w Prompts<'w>>,
    /// Imports that belong to all environments.
    shared: HashSet<Address>,
    pub(super) edits: Vec<(usize, Edit)>,
    pub(super) to_includes: HashMap<String, Vec<Wish>>,
    pub(super) to_variables: Vec<VariableWish<'d>>,
    pub(super) refused: Vec<Refused>,
}

impl<'d> Writer<'_, 'd> {
    fn import(&mut self, at: usize, change: &Change, value: &Value) {
        let Some(id) = &change.id else { return };
        let config = self
            .writing_new(change)
            .content(change.kind.root(), &FieldPath::root(), value)
            .unwrap_or(Content::Map(Vec::new()));
        let mut id = Content::Text(id.0.clone());
        let mut limits = None;
        if let Some(environment) = self.state.environment() {
            let name = environment.name.to_owned();
            id = Content::Map(vec![(name.clone(), id)]);
            let list = || Content::Before(Box::new(Content::List(vec![Content::Text(name)])), "config".to_owned());
            let limited = || ("environments".to_owned(), list());
            limits = (!self.shared.contains(&change.address)).then(limited);
        }
        let words = limits.into_iter().chain([(change.kind.id_key.to_owned(), id), ("config".to_owned(), config)]);
        let entry = Content::Map(words.collect());
        let path = vec![key(change.address.section), key(&change.address.handle)];
        self.edits.push((at, Edit::Set { path, value: Content::Spaced(Box::new(entry)) }));
    }

    fn capture(&mut self, at: usize, change: &Change) {
        let entry = self.state.entries.iter().find(|entry| entry.address == change.address);
        let Some(entry) = entry else { return };
        if let Some(id) = change.id.as_ref().filter(|id| entry.id.as_ref() != Some(id)) {
            self.edits.push((at, id_edit(self.state, &change.address, id)));
        }
        let written = |field: &&FieldChange| field.verdict.changes_file();
        let said = self.desired.value(entry, &self.ids);
        for field in change.fields.iter().filter(written) {
            let config = word_of(&change.address, "config");
            match self.site(change.kind.root(), (entry.config, &said), config, &field.path) {
                Ok(Some(site)) => {
                    let (first, from) = (self.edits.len(), site.from);
                    self.field(at, change, site, field);
                    self.sort_out(first, from);
                }
                Ok(None) => {}
                Err(refusal) => self.refuse(at, refusal),
            }
        }
    }

    /// Makes the edits for a field at its place in the document.
    fn field(&mut self, at: usize, change: &Change, site: Site<'d>, change_of: &FieldChange) {
        let FieldChange { path: field, before, after, verdict, .. } = change_of;
        let Site { path, spot, at: found, .. } = site;
        let Some(after) = after else {
            if let At::Value(_) = found {
                self.take_out(at, path);
            }
            return;
        };
        let node = match found {
            At::Value(node) => Some(node),
            At::Nothing => None,
            At::EndOfList(length) => return self.new_element(at, change, path, spot, field, length, after),
        };
        if let (Some(node), Some(Value::List(before)), Value::List(items)) = (node, before, after)
            && before.len() == node.items().len()
            && let Some((last, kept)) = items.split_last()
            && kept.len() == before.len()
            && kept.iter().zip(before).all(|(kept, before)| same(before, kept))
        {
            // A list that grew by one element keeps every byte of the others.
            let field = field.join(Step::Index(kept.len()));
            return self.new_element(at, change, path, spot.item(), &field, kept.len(), last);
        }
        let writing = self.writing(change);
        let content = match (node, before) {
            (Some(node), Some(before)) => writing.respelled(spot, field, node, before, after),
            (Some(_), None) => writing.content(spot, field, after),
            (None, _) => self.writing_new(change).content(spot, field, after),
        };
        let Some(content) = content else { return };
        match (node, after) {
            (Some(node), Value::Text(text)) => match included(node) {
                Some(include) => self.to_includes.entry(include.to_owned()).or_default().push(Wish {
                    change: at,
                    path,
                    text: text.to_string(),
                    inline: content,
                }),
                None if *verdict == Verdict::Merge => self.merged(at, change, change_of, spot, path, node),
                None => self.edits.push((at, Edit::Set { path, value: content })),
            },
            // A text with secrets in it that are the file's own.
            (Some(node), Value::Secret(secret)) if secret.is_within_text() && secret.is_of_file() => {
                self.merged(at, change, change_of, spot, path, node);
            }
            _ => self.edits.push((at, Edit::Set { path, value: content })),
        }
    }

    /// Removes a field from the file. Never an entry, because every path leads into a `config`.
    fn take_out(&mut self, at: usize, mut path: Vec<PathStep>) {
        let edit = match path.pop() {
            Some(PathStep::Index(index)) => Edit::RemoveItem { list: path, index },
            Some(key) => Edit::RemoveKey { path: path.into_iter().chain([key]).collect() },
            None => return,
        };
        self.edits.push((at, edit));
    }

    /// Writes a merged text. References, secrets and escapes of the file stay in the lines that Vapi did not change.
    fn merged(
        &mut self,
        at: usize,
        change: &Change,
        field: &FieldChange,
        spot: Spot,
        path: Vec<PathStep>,
        node: Node<'_>,
    ) {
        let writing = self.writing(change);
        let text = |value: &Option<Value>| writing.spelled(spot, &field.path, value.as_ref()?);
        let (before, after) = (text(&field.before), text(&field.after));
        let spelled = node.as_text().unwrap_or_default();
        match merge(&before.unwrap_or_default(), spelled, &after.unwrap_or_default()) {
            Some(Merged::Clean(text)) => self.edits.push((at, Edit::Set { path, value: Content::Text(text) })),
            Some(Merged::Overlap(_)) | None => {
                let message = format!(
                    "{} changed in Vapi in a line that contains a reference (`${{…}}`): change that line by hand",
                    field.path
                );
                self.refuse(at, Diagnostic::error("reference-changed", message).at(node.place()));
            }
        }
    }

    fn writing<'c>(&'c self, change: &'c Change) -> Writing<'c> {
        Writing::new(&change.address, self.owners, self.variables)
    }

    /// For values that are new in the file.
    fn writing_new<'c>(&'c self, change: &'c Change) -> Writing<'c> {
        Writing { prompts: self.prompts, ..self.writing(change) }
    }

    #[expect(clippy::too_many_arguments, reason = "one call site; a struct for it would be read only here")]
    fn new_element(
        &mut self,
        at: usize,
        change: &Change,
        list: Vec<PathStep>,
        spot: Spot,
        field: &FieldPath,
        index: usize,
        after: &Value,
    ) {
        if let Some(value) = self.writing_new(change).content(spot, field, after) {
            self.edits.push((at, Edit::InsertItem { list, index, value }));
        }
    }
}
