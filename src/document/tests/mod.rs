mod edit_lists;
mod edit_order;
mod edit_shared;
mod edit_text;
mod edit_values;
mod large;
mod made_up;
mod parse;
mod random;
mod syntax;

use crate::document::{Content, Document, Edit, PathStep};

/// `a.b[2].c`
fn path(text: &str) -> Vec<PathStep> {
    let mut path = Vec::new();
    for part in text.split('.').filter(|part| !part.is_empty()) {
        let mut pieces = part.split('[');
        path.extend(pieces.next().filter(|key| !key.is_empty()).map(|key| PathStep::Key(key.to_owned())));
        path.extend(pieces.map(|index| PathStep::Index(index.trim_end_matches(']').parse().unwrap())));
    }
    path
}

fn json(text: &str) -> Content {
    Content::from(serde_json::from_str::<serde_json::Value>(text).unwrap())
}

fn set(at: &str, value: impl Into<Content>) -> Edit {
    Edit::Set { path: path(at), value: value.into() }
}

fn insert(list: &str, index: usize, value: impl Into<Content>) -> Edit {
    Edit::InsertItem { list: path(list), index, value: value.into() }
}

fn remove(list: &str, index: usize) -> Edit {
    Edit::RemoveItem { list: path(list), index }
}

fn remove_key(at: &str) -> Edit {
    Edit::RemoveKey { path: path(at) }
}

/// The text after the edits.
#[track_caller]
fn edited(text: &str, edits: &[Edit]) -> String {
    match Document::parse("state.yaml", text).unwrap().edit(edits) {
        Ok(edited) => edited.text,
        Err(refusals) => panic!("{text:?}: {refusals:#?}"),
    }
}

/// The messages of the refused edits.
#[track_caller]
fn refused(text: &str, edits: &[Edit]) -> Vec<(usize, String)> {
    match Document::parse("state.yaml", text).unwrap().edit(edits) {
        Ok(edited) => panic!("{text:?} became {:?}", edited.text),
        Err(refusals) => refusals.into_iter().map(|refusal| (refusal.edit, refusal.diagnostic.message)).collect(),
    }
}
