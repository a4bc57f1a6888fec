//! Fields that must be sent together, because half of them would make a value that nobody wrote.
//!
//! The fields beside a `provider` mean something else, or nothing, to another provider. And if the elements of a list have no
//! key, the fields at one position may belong to two different elements.

use super::FieldChange;
use crate::model::{FieldPath, Step};
use crate::plan::judge::{Verdict, together};

/// Adjusts the verdicts of fields that must be sent together. Fields for which `decided` is true keep theirs: `--prefer` names
/// them.
pub(super) fn decide(fields: &mut [FieldChange], decided: impl Fn(&FieldChange) -> bool) {
    let wholes: Vec<FieldPath> = fields.iter().filter_map(|field| whole(&field.path)).collect();
    for whole in wholes {
        let inside = |field: &FieldChange| field.path.0.len() > whole.0.len() && field.path.0.starts_with(&whole.0);
        let others: Vec<(String, Verdict)> =
            fields.iter().filter(|field| inside(field)).map(|field| (field.path.to_string(), field.verdict)).collect();
        for field in fields.iter_mut().filter(|field| inside(field) && !decided(field)) {
            let found = others.iter().find_map(|(path, other)| Some((path, together(field.verdict, *other)?)));
            let Some((path, verdict)) = found else { continue };
            field.verdict = verdict;
            field.note = Some(format!("{whole} can be sent only as a whole: it goes with {path}"));
        }
    }
}

/// The value that must be sent as a whole if the field at this path changes.
fn whole(path: &FieldPath) -> Option<FieldPath> {
    let element = path.0.iter().rposition(|step| matches!(step, Step::Index(_))).map(|at| at + 1);
    let provider = match path.0.split_last() {
        Some((Step::Key(key), parent)) if key == "provider" && !parent.is_empty() => Some(parent.len()),
        _ => None,
    };
    let steps = element.into_iter().chain(provider).min()?;
    Some(FieldPath(path.0[..steps].to_vec()))
}
