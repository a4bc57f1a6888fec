//! Random documents, random edits: the result reads as asked and the rest of the text is the same, or it is refused.

use std::cmp::Reverse;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use super::made_up::{Choices, KEYS, TEXTS, document};
use crate::document::{Content, Document, Edit, Node, PathStep, View};

fn content(choices: &mut Choices<'_>, depth: usize) -> Content {
    match choices.up_to(if depth == 0 { 8 } else { 11 }) {
        0..=4 => Content::Text(choices.pick(TEXTS).to_owned()),
        5 => Content::Null,
        6 => Content::Bool(choices.one_in(2)),
        7 => super::json(choices.pick(&["1", "-7", "2.5", "1e300", "0"])),
        8 => Content::List((0..choices.up_to(4)).map(|_| content(choices, depth - 1)).collect()),
        9 => {
            let start = choices.up_to(KEYS.len());
            let count = choices.up_to(4);
            Content::Map(
                (0..count).map(|i| (KEYS[(start + i) % KEYS.len()].to_owned(), content(choices, depth - 1))).collect(),
            )
        }
        _ => Content::Commented(Box::new(content(choices, depth - 1)), "note: # x".to_owned()),
    }
}

fn paths(node: Node<'_>, path: &mut Vec<PathStep>, out: &mut Vec<(Vec<PathStep>, usize)>) {
    match node.view() {
        View::Map => {
            out.push((path.clone(), usize::MAX));
            for entry in node.entries() {
                path.push(PathStep::Key(entry.key.to_owned()));
                paths(entry.value, path, out);
                path.pop();
            }
        }
        View::List => {
            out.push((path.clone(), node.items().len()));
            for (index, item) in node.items().enumerate() {
                path.push(PathStep::Index(index));
                paths(item, path, out);
                path.pop();
            }
        }
        _ => out.push((path.clone(), usize::MAX - 1)),
    }
}

fn edit(choices: &mut Choices<'_>, doc: &Document) -> Option<Edit> {
    let mut all = Vec::new();
    paths(doc.root()?, &mut Vec::new(), &mut all);
    let at = choices.up_to(256) * 256 + choices.up_to(256);
    let (mut path, kind) = all.swap_remove(at % all.len());
    let value = content(choices, 2);
    Some(match kind {
        usize::MAX => {
            path.push(PathStep::Key(choices.pick(&["new", "a", "other key", "off"]).to_owned()));
            if choices.one_in(4) {
                path.push(PathStep::Key("deep".to_owned()));
            }
            Edit::Set { path, value }
        }
        len if len < usize::MAX - 1 => match choices.up_to(3) {
            0 if len > 0 => Edit::RemoveItem { list: path, index: choices.up_to(len) },
            1 => Edit::Set { path, value },
            _ => Edit::InsertItem { list: path, index: choices.up_to(len + 1), value },
        },
        _ if matches!(path.last(), Some(PathStep::Key(_))) && choices.one_in(3) => Edit::RemoveKey { path },
        _ => Edit::Set { path, value },
    })
}

fn get<'v>(value: &'v mut Value, path: &[PathStep]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        PathStep::Key(key) => {
            if value.is_null() {
                *value = Value::Object(serde_json::Map::new());
            }
            value.as_object_mut().unwrap().entry(key.clone()).or_insert(Value::Null)
        }
        PathStep::Index(index) => value.get_mut(index).unwrap(),
    })
}

/// Edits applied to plain values one by one: new values first, then lists from the inside out and from
/// the end, so that indices stay valid.
fn expected(doc: &Document, edits: &[Edit]) -> Value {
    let mut value = doc.root().unwrap().to_json();
    let (sets, items): (Vec<_>, Vec<_>) = edits.iter().partition(|edit| matches!(edit, Edit::Set { .. }));
    let mut ordered: Vec<_> = sets.into_iter().chain(items.into_iter().rev()).collect();
    ordered.sort_by_key(|edit| match edit {
        Edit::Set { .. } => (0, Reverse(0), Reverse(0), 0),
        Edit::RemoveKey { .. } => (1, Reverse(usize::MAX), Reverse(0), 0),
        Edit::RemoveItem { list, index } => (1, Reverse(list.len()), Reverse(*index), 0),
        Edit::InsertItem { list, index, .. } => (1, Reverse(list.len()), Reverse(*index), 1),
    });
    for edit in ordered {
        apply(&mut value, edit);
    }
    value
}

fn apply(value: &mut Value, edit: &Edit) {
    match edit {
        Edit::Set { path, value: new } => *get(value, path) = new.to_json(),
        Edit::RemoveKey { path } => {
            let Some((PathStep::Key(key), above)) = path.split_last() else { panic!("no key: {path:?}") };
            get(value, above).as_object_mut().unwrap().remove(key);
        }
        Edit::InsertItem { list, index, value: new } => {
            get(value, list).as_array_mut().unwrap().insert(*index, new.to_json());
        }
        Edit::RemoveItem { list, index } => {
            get(value, list).as_array_mut().unwrap().remove(*index);
        }
    }
}

/// Everything outside the replaced ranges is the same in both texts.
fn check_outside(old: &str, edited: &crate::document::Edited) {
    let (mut from_old, mut from_new) = (0, 0);
    for (was, is) in edited.replaced.iter().chain([&(old.len()..old.len(), edited.text.len()..edited.text.len())]) {
        assert_eq!(&old[from_old..was.start], &edited.text[from_new..is.start]);
        (from_old, from_new) = (was.end, is.end);
    }
}

fn run(bytes: &[u8], with_anchors: bool, count: usize) -> Result<&'static str, String> {
    let mut choices = Choices { bytes: bytes.iter() };
    let text = document(&mut choices, with_anchors);
    let Ok(doc) = Document::parse("f", text.as_str()) else { return Ok("no document") };
    let edits: Vec<_> = (0..count).filter_map(|_| edit(&mut choices, &doc)).collect();
    if edits.is_empty() {
        return Ok("empty");
    }
    match doc.edit(&edits) {
        Ok(edited) => {
            check_outside(&text, &edited);
            let new = Document::parse("f", edited.text.as_str()).unwrap();
            let numbers = |value: Value| value.to_string().replace(".0,", ",").replace(".0}", "}").replace(".0]", "]");
            let sorted = |value: Value| -> Value { serde_json::from_str(&numbers(value)).unwrap() };
            assert_eq!(sorted(new.root().unwrap().to_json()), sorted(expected(&doc, &edits)), "{text:?} {edits:?}");
            Ok("done")
        }
        Err(refusals) => Err(format!("{text:?}\n{edits:?}\n{}", refusals[0].diagnostic.message)),
    }
}

/// Whether a refusal gives a reason other than a failed check.
fn is_reasoned(message: &str) -> bool {
    [
        "the whole document",
        "a second YAML parser, which checks each edit, cannot read the file",
        "it cannot have a field",
    ]
    .iter()
    .any(|reason| message.contains(reason))
}

/// Fixed cases, so that only a change of the code can fail; with `PROPTEST_CASES`, that many new ones.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 1500, rng_seed: RngSeed::Fixed(2026), ..config },
    }
}

#[test]
fn random_documents_are_mostly_real_ones() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let bytes = proptest::collection::vec(any::<u8>(), 100..160);
    let mut done = 0;
    for _ in 0..500 {
        let bytes = bytes.new_tree(&mut runner).unwrap().current();
        done += usize::from(run(&bytes, false, 1) == Ok("done"));
    }
    assert!(done > 400, "only {done} of 500 random edits were made");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documents_without_anchors_take_every_edit(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        if let Err(refusal) = run(&bytes, false, 1) {
            prop_assert!(is_reasoned(&refusal), "{refusal}");
        }
    }

    #[test]
    fn documents_with_anchors_are_edited_right_or_not_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        let _ = run(&bytes, true, 1);
    }

    #[test]
    fn many_edits_at_once_are_made_or_refused_for_a_reason(bytes in proptest::collection::vec(any::<u8>(), 100..240)) {
        if let Err(refusal) = run(&bytes, false, 4) {
            prop_assert!(is_reasoned(&refusal) || refusal.contains("another edit"), "{refusal}");
        }
    }

    #[test]
    fn many_edits_of_shared_values_are_right_or_refused(bytes in proptest::collection::vec(any::<u8>(), 100..240)) {
        let _ = run(&bytes, true, 4);
    }

    #[test]
    fn garbage_does_not_panic(text in "[-:?,\\[\\]{}#&*!|>'\"%@`a0 \\n\\t\\r\u{feff}é📞]{0,60}") {
        if let Ok(doc) = Document::parse("f", text.as_str()) {
            let _ = doc.warnings();
            let _ = doc.root().map(|root| root.to_json());
            let edit = Edit::Set { path: vec![PathStep::Key("new".into())], value: Content::from("x\ny\n") };
            if let Ok(edited) = doc.edit(&[edit]) {
                check_outside(&text, &edited);
            }
        }
    }
}
