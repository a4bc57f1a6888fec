//! Fields that are decided together: half of them would be a value that nobody wrote.
//!
//! What belongs to a `provider` means something else, or nothing, to another one; and where nothing tells the elements of a
//! list apart, the fields at one position may be those of two things.

use super::FieldChange;
use crate::model::{FieldPath, Step};
use crate::plan::judge::Verdict;

/// Holds back what belongs to something that is held back.
pub(super) fn hold(fields: &mut [FieldChange]) {
    spread(fields, Verdict::Drift, |verdict| verdict.is_held_back(), |verdict| !verdict.is_held_back());
}

/// Captures nothing of what is not captured whole.
pub(super) fn capture(fields: &mut [FieldChange]) {
    let stays = |verdict: Verdict| matches!(verdict, Verdict::Conflict | Verdict::Pending);
    spread(fields, Verdict::Conflict, stays, |verdict| verdict == Verdict::Capture);
}

/// Gives `verdict` to the fields with `changed` verdicts that belong to one with a `cause`.
fn spread(
    fields: &mut [FieldChange],
    verdict: Verdict,
    cause: impl Fn(Verdict) -> bool,
    changed: impl Fn(Verdict) -> bool,
) {
    let wholes: Vec<FieldPath> = fields.iter().filter_map(|field| whole(&field.path)).collect();
    for whole in wholes {
        let inside = |field: &FieldChange| field.path.0.len() > whole.0.len() && field.path.0.starts_with(&whole.0);
        let Some(with) = fields.iter().find(|field| inside(field) && cause(field.verdict)) else { continue };
        let note = format!("{whole} is decided as a whole, with {}", with.path);
        for field in fields.iter_mut().filter(|field| inside(field) && changed(field.verdict)) {
            field.verdict = verdict;
            field.note = Some(note.clone());
        }
    }
}

/// What a difference at a path is decided with, if it is not alone.
fn whole(path: &FieldPath) -> Option<FieldPath> {
    let element = path.0.iter().rposition(|step| matches!(step, Step::Index(_))).map(|at| at + 1);
    let provider = match path.0.split_last() {
        Some((Step::Key(key), parent)) if key == "provider" && !parent.is_empty() => Some(parent.len()),
        _ => None,
    };
    let steps = element.into_iter().chain(provider).min()?;
    Some(FieldPath(path.0[..steps].to_vec()))
}
