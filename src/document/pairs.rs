//! Closes a mapping: finds duplicate keys and merge keys, and sorts its keys.

use super::problem::Problem;
use super::tree::{Kind, NodeId, Pair, Style, Tree};

/// Adds alternating keys and values to the tree as pairs. Returns their start, their number, and
/// whether one is a merge key.
pub(super) fn close(tree: &mut Tree, text: &str, children: &[NodeId], problems: &mut Vec<Problem>) -> (u32, u32, bool) {
    let first = tree.pairs.len();
    for child in children.chunks_exact(2) {
        let (key, value) = (child[0], child[1]);
        let raw = tree.raw(key);
        let plain = matches!(raw.kind, Kind::Scalar { style: Style::Plain, .. }) && !raw.tagged;
        let merge = plain && tree.text(key, text) == "<<";
        if merge && !can_merge(tree, value) {
            let problem = Problem::new(
                "yaml-merge",
                tree.range(key),
                "`<<` must be followed by the name of a marked group of fields (`*name`)",
            );
            problems.push(problem.help("mark a group of fields above with `&name`, and write `<<: *name`"));
        }
        tree.pairs.push(Pair { key, value, merge });
    }
    let pairs = &tree.pairs[first..];
    let key = |place: u32| tree.text(pairs[place as usize].key, text);
    let mut sorted: Vec<u32> = (0..pairs.len() as u32).collect();
    sorted.sort_by(|&a, &b| key(a).cmp(key(b)).then(a.cmp(&b)));
    for twins in sorted.windows(2).filter(|twins| key(twins[0]) == key(twins[1])) {
        let [one, two] = [pairs[twins[0] as usize].key, pairs[twins[1] as usize].key];
        let message = format!("the key `{}` appears twice", key(twins[1]));
        let problem = Problem::new("yaml-duplicate-key", tree.range(two), message).also_at(tree.range(one).start);
        problems.push(problem.help("delete one of the two"));
    }
    let merges = pairs.iter().any(|pair| pair.merge);
    tree.sorted.extend(sorted);
    (first as u32, children.len() as u32 / 2, merges)
}

/// Whether it is a mapping or a list of mappings, aliases followed.
fn can_merge(tree: &Tree, value: NodeId) -> bool {
    let is_map = |id: NodeId| matches!(tree.raw(tree.follow(id)).kind, Kind::Map { .. });
    let value = tree.follow(value);
    match tree.raw(value).kind {
        Kind::List { .. } => tree.items_of(value).iter().all(|&item| is_map(item)),
        _ => is_map(value),
    }
}
