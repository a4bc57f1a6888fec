//! Variables that several fields share: a captured value is written into one only if all its users agree, and a use of a
//! variable is never replaced by a value.

use std::collections::{BTreeMap, HashSet};

use super::capture::{Refused, Writer};
use super::key;
use crate::document::{Content, Edit, Node, PathStep};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, Trail, Value};
use crate::plan::{Plan, Work};
use crate::state::environments::names_in;
use crate::state::load::StateFile;
use crate::state::template::{self, Token};

/// An edit of a variable, to be made if all its users agree.
pub(super) struct VariableWish<'d> {
    change: usize,
    /// The variable.
    name: &'d str,
    /// Where it is used.
    used: Node<'d>,
    edit: Edit,
}

/// The place of a value that a field takes from a variable.
pub(super) struct Through<'d> {
    /// The variable.
    pub(super) name: &'d str,
    /// Where it is used.
    pub(super) used: Node<'d>,
    /// The path to its value.
    pub(super) path: Vec<PathStep>,
    /// Its value.
    pub(super) node: Node<'d>,
}

impl<'d> Writer<'_, 'd> {
    /// The variable, if a value consists of nothing else.
    pub(super) fn through(&self, node: Option<Node<'d>>) -> Option<Through<'d>> {
        let used = node?;
        let name = used.as_text().and_then(template::whole_variable)?;
        let variable = self.state.variables.get(name)?;
        let mut path: Vec<PathStep> = Vec::new();
        if let Some(environment) = variable.environment {
            path.extend([key("environments"), key(environment)]);
        }
        path.extend([key("vars"), key(name)]);
        Some(Through { name, used, path, node: variable.node })
    }

    /// Sorts the edits from `first` on. Those through a variable wait until all its users are known; the others are refused
    /// if they would replace a use of a variable.
    pub(super) fn sort_out(&mut self, first: usize, through: Option<(&'d str, Node<'d>)>) {
        for (change, edit) in self.edits.split_off(first) {
            if let Some((name, used)) = through {
                self.to_variables.push(VariableWish { change, name, used, edit });
                continue;
            }
            match lost_variable(self.state, &edit) {
                None => self.edits.push((change, edit)),
                Some((name, node)) => self.refuse(change, held(name, node)),
            }
        }
    }

    pub(super) fn refuse(&mut self, change: usize, diagnostic: Diagnostic) {
        self.refused.push(Refused { change, diagnostic });
    }

    /// Changes a variable if all its users want the same change; otherwise refuses.
    pub(super) fn write_variables(&mut self) {
        let mut used = Vec::new();
        self.state.entries.iter().filter_map(|entry| entry.config).for_each(|config| names_in(config, &mut used));
        let mut by_name: BTreeMap<&str, Vec<VariableWish<'d>>> = BTreeMap::new();
        for wish in std::mem::take(&mut self.to_variables) {
            by_name.entry(wish.name).or_default().push(wish);
        }
        for (name, wishes) in by_name {
            let uses = used.iter().filter(|used| **used == name).count();
            let places: HashSet<_> = wishes.iter().map(|wish| wish.used.range()).collect();
            let alike = wishes.iter().all(|wish| wishes.iter().all(|other| is_compatible(&wish.edit, &other.edit)));
            // Every use must want every edit.
            let all_agree = alike && wishes.iter().filter(|wish| wish.edit == wishes[0].edit).count() >= uses;
            let one_user = uses == 1 && places.len() == 1;
            let refers = wishes.iter().any(|wish| refers(&wish.edit));
            // A variable cannot say that a field is gone in Vapi.
            let refers = refers || wishes.iter().any(|wish| matches!(wish.edit, Edit::RemoveKey { .. }));
            if (one_user || (all_agree && places.len() == uses)) && !refers {
                let mut edits: Vec<Edit> = Vec::new();
                for wish in wishes {
                    if !edits.contains(&wish.edit) {
                        edits.push(wish.edit.clone());
                        self.edits.push((wish.change, wish.edit));
                    }
                }
            } else {
                wishes.into_iter().for_each(|wish| self.refuse(wish.change, held(name, wish.used)));
            }
        }
    }
}

/// Whether two edits of one variable are equal, or change different parts of it.
fn is_compatible(one: &Edit, other: &Edit) -> bool {
    one == other || path_of(one) != path_of(other)
}

fn path_of(edit: &Edit) -> Option<&[PathStep]> {
    match edit {
        Edit::Set { path, .. } => Some(path),
        _ => None,
    }
}

fn held(name: &str, used: Node<'_>) -> Diagnostic {
    let message =
        format!("the file has this value as the variable `{name}`, which cannot be changed to exactly Vapi's value");
    Diagnostic::error("variable-held", message)
        .at(used.place())
        .help("change the variable, or the line that uses it, by hand")
}

/// A variable whose use an edit would replace, and the place of that use.
fn lost_variable<'d>(state: &StateFile<'d>, edit: &Edit) -> Option<(&'d str, Node<'d>)> {
    if !state.environments.has_variables() {
        return None;
    }
    let (path, value) = match edit {
        Edit::Set { path, value } => (path.clone(), value),
        Edit::RemoveKey { path } => (path.clone(), &Content::Null),
        Edit::RemoveItem { list, index } => {
            (list.iter().cloned().chain([PathStep::Index(*index)]).collect(), &Content::Null)
        }
        Edit::InsertItem { .. } => return None,
    };
    let node = path.iter().try_fold(state.document.root()?, |node, step| match step {
        PathStep::Key(key) => node.get(key),
        PathStep::Index(at) => node.items().nth(*at),
    })?;
    let mut before = Vec::new();
    names_in(node, &mut before);
    let mut after = names_of(value);
    let lost = before.into_iter().find(|name| match after.iter().position(|kept| kept == name) {
        Some(at) => {
            after.swap_remove(at);
            false
        }
        None => true,
    });
    lost.map(|name| (name, node))
}

fn names_of(content: &Content) -> Vec<String> {
    let mut names = Vec::new();
    each_text(content, &mut |text| {
        names.extend(template::parse(text).into_iter().filter_map(|token| match token {
            Token::Var(name) => Some(name.to_owned()),
            Token::Text(_) | Token::Reference { .. } | Token::Env(_) | Token::File(_) => None,
        }));
    });
    names
}

/// Whether an edit writes a reference, which a variable cannot hold.
fn refers(edit: &Edit) -> bool {
    let (Edit::Set { value, .. } | Edit::InsertItem { value, .. }) = edit else { return false };
    let mut found = false;
    each_text(value, &mut |text| {
        found |= template::parse(text).iter().any(|token| matches!(token, Token::Reference { .. } | Token::File(_)));
    });
    found
}

fn each_text(content: &Content, look: &mut dyn FnMut(&str)) {
    match content {
        Content::Text(text) => look(text),
        Content::List(items) => items.iter().for_each(|item| each_text(item, look)),
        Content::Map(entries) => entries.iter().for_each(|(_, value)| each_text(value, look)),
        Content::Commented(value, _) | Content::Before(value, _) | Content::Spaced(value) => each_text(value, look),
        Content::Null | Content::Bool(_) | Content::Number(_) => {}
    }
}

/// The imports that entries of several environments refer to, so that they must exist in all of these.
pub(super) fn shared_imports(plan: &Plan, state: &StateFile<'_>) -> HashSet<Address> {
    let Some(environment) = state.environment() else { return HashSet::new() };
    let imports = || plan.changes.iter().filter(|change| matches!(change.work, Work::Import(_)));
    let imported = |text: &str| imports().find(|change| change.id.as_ref().is_some_and(|id| id.as_str() == text));
    let mut shared: HashSet<Address> = HashSet::new();
    let mut open: Vec<&Value> = Vec::new();
    for change in plan.changes.iter().filter(|change| !matches!(change.work, Work::Import(_))) {
        let entry = state.entries.iter().find(|entry| entry.address == change.address);
        if entry.is_some_and(|entry| entry.environments != [environment.name]) {
            let captured = change.fields.iter().filter(|field| field.verdict.changes_file());
            open.extend(captured.filter_map(|field| field.after.as_ref()));
        }
    }
    while let Some(value) = open.pop() {
        let mut found = Vec::new();
        value.visit(Trail::Root, &mut |_, value| found.extend(value.as_text().and_then(imported)));
        for change in found {
            if shared.insert(change.address.clone())
                && let Work::Import(object) = &change.work
            {
                open.push(object);
            }
        }
    }
    shared
}

/// Whether this environment leaves out an item of a list, so that positions in it differ from those in Vapi.
pub(super) fn leaves_out(state: &StateFile<'_>, list: Node<'_>) -> bool {
    list.items().any(|item| state.variables.leave_out(item))
}
