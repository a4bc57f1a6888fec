//! A value that Vapi holds, or that was agreed on, is accepted even if our checks object to it.

use crate::document::{Node, View};
use crate::kinds::Spot;
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::{FieldPath, Step, Value};
use crate::plan::fields::node_at;
use crate::plan::{Change, Plan};
use crate::state::environments::names_in;
use crate::state::ids::Ids;
use crate::state::load::{Entry, StateFile};
use crate::state::resolve::Desired;
use crate::values::base::{Base, Known};
use crate::values::compare::value_at;

/// Whether a finding is about a value that the file and Vapi agreed on. `desired` is the value of the entry.
pub fn is_accepted(entry: &Entry<'_>, desired: &Value, base: &Base, finding: &Diagnostic) -> bool {
    let root = entry.kind.root();
    let path = entry.config.zip(entry.place_of(finding)).and_then(|(config, place)| path_to(config, root, place));
    path.is_some_and(|path| {
        let Some(value) = value_at(root, desired, &path) else { return false };
        let is_known = |known: Known| known.is_just(root.at(&path), value);
        base.of(root, &path, Some(value)).is_some_and(is_known)
            || elsewhere(root, base, &path).iter().any(|path| base.of(root, path, None).is_some_and(is_known))
    })
}

/// A path for each position in each list that it crosses, as the lists were at the last agreement: elements move when a list
/// grows.
fn elsewhere(root: Spot, base: &Base, path: &FieldPath) -> Vec<FieldPath> {
    let mut found = vec![FieldPath::root()];
    for step in &path.0 {
        let below = |before: FieldPath| match step {
            Step::Index(_) => {
                let count = base.of(root, &before, None).map_or(0, |known| known.elements());
                (0..count).map(|at| before.join(Step::Index(at))).collect()
            }
            step => vec![before.join(step.clone())],
        };
        found = found.into_iter().flat_map(below).collect();
    }
    found
}

/// Whether a finding is about the value itself, so that it is only a note once Vapi holds the value. Findings about the spelling
/// in the file, and about secrets, are not.
pub fn is_opinion(finding: &Diagnostic) -> bool {
    !matches!(finding.code, "yaml11" | "missing-variable" | "server-managed") && !finding.code.starts_with("secret")
}

/// The nodes of an entry that hold the values at these paths, and whether each is the value itself; the nearest around it, where
/// it is not there. An element of a list is a change of the list, too.
pub(super) fn nodes_of<'d>(
    file: &StateFile<'d>,
    entry: &Entry<'d>,
    desired: &Value,
    paths: &[&FieldPath],
) -> Vec<(Node<'d>, bool)> {
    let list = |path: &&&FieldPath| match path.0.split_last() {
        Some((Step::Index(_) | Step::Element(_), list)) => node_at(file, entry, desired, &FieldPath(list.to_vec())),
        Some((Step::Key(_), _)) | None => None,
    };
    let lists = paths.iter().filter_map(|path| Some((list(&path)?.0, false)));
    lists.chain(paths.iter().filter_map(|path| node_at(file, entry, desired, path))).collect()
}

/// Whether a finding is about a value in one of these nodes, or in a variable that is used there.
pub(super) fn is_about(
    file: &StateFile<'_>,
    entry: &Entry<'_>,
    nodes: &[(Node<'_>, bool)],
    finding: &Diagnostic,
) -> bool {
    let Some(place) = entry.place_of(finding) else { return false };
    let by_variable = |node: Node<'_>| {
        let mut names = Vec::new();
        names_in(node, &mut names);
        names.into_iter().filter_map(|name| file.variables.get(name)).any(|variable| variable.node.covers(place))
    };
    nodes.iter().any(|(node, is_itself)| match is_itself {
        true => node.covers(place) || by_variable(*node),
        false => matches!(node.view(), View::List) && node.place() == *place,
    })
}

/// Whether a finding is about a value that Vapi does not hold yet, according to a plan. `ids` are those of entries.
pub fn is_new(plan: &Plan, said: &Desired<'_>, ids: &Ids, entry: &Entry<'_>, finding: &Diagnostic) -> bool {
    let changes = || plan.changes.iter().filter(|change| change.address == entry.address);
    let differs = |change: &Change| {
        let paths: Vec<&FieldPath> = change.fields.iter().map(|field| &field.path).collect();
        let nodes = || nodes_of(&said.file, entry, &said.value(entry, ids), &paths);
        let whole = change.creates() || change.fields.is_empty() && !change.is_in_step();
        whole || entry.config.is_none() || is_about(&said.file, entry, &nodes(), finding)
    };
    changes().next().is_none() || changes().any(differs)
}

/// The path to the value at a place, or to the value whose key is there.
fn path_to(node: Node<'_>, spot: Spot, place: &Place) -> Option<FieldPath> {
    let below = |step: Step, path: FieldPath| FieldPath([vec![step], path.0].concat());
    let in_map = node.entries().find_map(|entry| {
        let step = Step::Key(entry.key.to_owned());
        match path_to(entry.value, spot.key(entry.key), place) {
            Some(path) => Some(below(step, path)),
            None => (entry.key_place() == *place).then(|| FieldPath(vec![step])),
        }
    });
    let in_list = || {
        let mut items = node.items().enumerate();
        items.find_map(|(at, item)| Some(below(Step::Index(at), path_to(item, spot.item(), place)?)))
    };
    in_map.or_else(in_list).or_else(|| node.is_at(place).then(FieldPath::root))
}
