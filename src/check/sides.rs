//! Links with two sides, which must say the same where the file has both: Vapi links what either side names.

use std::collections::{BTreeSet, HashMap};

use crate::document::Node;
use crate::kinds;
use crate::model::Address;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::load::Entry;
use crate::state::template::{self, Token};

/// The side that is the truth, and the one that only repeats it: each a section and the path of its list.
const LINKS: [[(&str, &str); 2]; 1] =
    [[("agents", "artifactPlan.structuredOutputIds"), ("structured_outputs", "assistantIds")]];

/// One side as the file declares it.
struct Side<'s, 'd> {
    entry: &'s Entry<'d>,
    path: &'static str,
    list: Node<'d>,
    names: BTreeSet<Address>,
}

/// A finding at each of two sides that disagree.
pub(super) fn check(entries: &[&Entry<'_>]) -> Diagnostics {
    let by_id: HashMap<&str, &Address> =
        entries.iter().filter_map(|entry| Some((entry.id.as_ref()?.as_str(), &entry.address))).collect();
    let mut found = Vec::new();
    for [one, other] in LINKS {
        let [ones, others] = [one, other].map(|side| sides(entries, side, &by_id));
        for one in &ones {
            for other in &others {
                match (one.names.contains(&other.entry.address), other.names.contains(&one.entry.address)) {
                    (true, false) => found.extend(disagree(one, other)),
                    (false, true) => found.extend(disagree(other, one)),
                    (true, true) | (false, false) => {}
                }
            }
        }
    }
    found
}

fn sides<'s, 'd>(
    entries: &[&'s Entry<'d>],
    (section, path): (&'static str, &'static str),
    by_id: &HashMap<&str, &Address>,
) -> Vec<Side<'s, 'd>> {
    let side = |entry: &&'s Entry<'d>| {
        let list = path.split('.').try_fold(entry.config?, |node, key| node.get(key))?;
        let named = |item: Node<'_>| match template::parse(item.as_text()?)[..] {
            [Token::Reference { section, handle }] => Some(kinds::by_section(section)?.address(handle)),
            _ => by_id.get(item.as_text()?).map(|address| (*address).clone()),
        };
        // An id that is no entry's means none of these.
        let names = list.items().filter_map(named).collect();
        Some(Side { entry, path, list, names })
    };
    entries.iter().filter(|entry| entry.kind.section == section).filter_map(side).collect()
}

fn disagree(names: &Side<'_, '_>, does_not: &Side<'_, '_>) -> [Diagnostic; 2] {
    let [one, other] = [names, does_not].map(|side| &side.entry.address);
    let [line, other_line] = [names, does_not].map(|side| side.list.place().line);
    let (path, other_path) = (names.path, does_not.path);
    let at_one =
        format!("{one} names {other} here, but {other_path} of {other} (line {other_line}) does not name {one}");
    let at_other = format!("{other} does not name {one} here, but {path} of {one} (line {line}) names {other}");
    [(names, at_one), (does_not, at_other)].map(|(side, message)| {
        Diagnostic::error("sides-disagree", message)
            .at(side.list.place())
            .help("make both sides say the same, or delete `assistantIds`: the agent's side is enough")
    })
}
