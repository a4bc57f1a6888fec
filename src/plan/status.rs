//! Whether the file and Vapi agree, in numbers.

use super::{Action, Change, Inputs, Plan};
use crate::kinds::{KINDS, Kind};
use crate::plan::judge::Verdict;

/// The numbers of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindStatus {
    /// The kind.
    pub kind: &'static Kind,
    /// Entries of the file that are not ignored.
    pub in_file: usize,
    /// Objects in Vapi that are not ignored.
    pub in_vapi: usize,
    /// Entries that agree with their object.
    pub in_sync: usize,
    /// Entries with something to apply.
    pub pending: usize,
    /// Entries with something that somebody set outside git.
    pub drift: usize,
    /// Entries that have no object yet.
    pub only_in_file: usize,
    /// Objects that no entry claims.
    pub only_in_vapi: usize,
    /// Entries whose object was deleted in Vapi.
    pub missing_in_vapi: usize,
}

/// The numbers of all kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Whether nothing is to be done on either side.
    pub in_sync: bool,
    /// Per kind, in the order of [`KINDS`].
    pub kinds: Vec<KindStatus>,
}

/// The numbers behind a plan to Vapi.
pub fn status(inputs: &Inputs<'_, '_>, plan: &Plan) -> Status {
    let kinds: Vec<KindStatus> = KINDS.into_iter().map(|kind| of_kind(inputs, plan, kind)).collect();
    let in_sync = kinds.iter().all(|kind| {
        kind.pending == 0
            && kind.drift == 0
            && kind.only_in_file == 0
            && kind.only_in_vapi == 0
            && kind.missing_in_vapi == 0
    });
    Status { in_sync, kinds }
}

fn of_kind(inputs: &Inputs<'_, '_>, plan: &Plan, kind: &'static Kind) -> KindStatus {
    let managed = inputs.identities.of.keys().filter(|address| address.section == kind.section).count();
    let unclaimed = inputs.identities.unclaimed.iter().filter(|(of, _)| std::ptr::eq(*of, kind)).count();
    // Steps of one entry count once, and so do numbers that the file does not manage: not at all.
    let mut seen = std::collections::HashSet::new();
    let changes: Vec<&Change> = plan
        .changes
        .iter()
        .filter(|change| std::ptr::eq(change.kind, kind))
        .filter(|change| inputs.identities.of.contains_key(&change.address))
        .filter(|change| seen.insert(&change.address))
        .collect();
    let count = |wanted: &dyn Fn(&Change) -> bool| changes.iter().filter(|change| wanted(change)).count();
    let only_in_file = count(&|change| change.action() == Action::Create);
    let missing_in_vapi = count(&|change| change.action() == Action::Recreate);
    let drifts = |change: &Change| change.fields.iter().any(|field| field.verdict == Verdict::Drift);
    KindStatus {
        kind,
        in_file: managed,
        in_vapi: managed - only_in_file - missing_in_vapi + unclaimed,
        in_sync: count(&|change| change.is_quiet()),
        pending: count(&|change| matches!(change.action(), Action::Update | Action::Link)),
        drift: count(&drifts),
        only_in_file,
        only_in_vapi: unclaimed,
        missing_in_vapi,
    }
}
