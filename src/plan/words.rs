//! Notes beside a field for people: why it is held back, or what to know about it. Nothing is decided by them.

use jiff::Timestamp;

use super::asked::Asked;
use crate::kinds::Kind;
use crate::model::agreed::{AgreedBy, Agreement};
use crate::model::recorded::{Answers, Recorded};
use crate::plan::judge::{Basis, FileBasis, Verdict};
use crate::values::live::Header;

/// The note of `plan` and `apply` on a field.
pub(super) fn of_apply(
    verdict: Verdict,
    asked: &Asked,
    recorded: Option<&Recorded>,
    kind: &'static Kind,
    header: &Header,
    answers: &Answers,
) -> Option<String> {
    if verdict != Verdict::Drift {
        return None;
    }
    let said = match (recorded, &asked.base) {
        (Some(Recorded::Commit { only_on: Some(branch), .. }), _) => behind(branch),
        (_, Some(base)) => match asked.file_basis(kind, answers) {
            FileBasis::Agreed => changed_in_vapi(header, &base.agreement),
            FileBasis::Mergeable => {
                let both = both_changed(&base.agreement);
                format!("{both}{}, in different lines: `vapi-sync pull` merges them", in_vapi(header, &base.agreement))
            }
            _ => format!("{}{}", both_changed(&base.agreement), in_vapi(header, &base.agreement)),
        },
        _ if answers.nothing_committed => NOTHING_COMMITTED.to_owned(),
        _ => set_outside_git(header),
    };
    Some(format!("{said}{}", if asked.would_tell() { HAS_SECRET } else { "" }))
}

const HAS_SECRET: &str =
    "; it contains a secret, so vapi-sync cannot write it into the file: copy what should stay yourself";

/// The note of `pull` on a field.
pub(super) fn of_pull(
    verdict: Verdict,
    basis: Basis,
    file: FileBasis,
    asked: &Asked,
    answers: &Answers,
) -> Option<String> {
    let said = match (verdict, basis, file) {
        (Verdict::Conflict, ..) if asked.would_tell() => format!("Vapi has another text{HAS_SECRET}"),
        (Verdict::Conflict, ..) => match (&asked.base, file) {
            (Some(base), _) => both_changed(&base.agreement),
            (None, FileBasis::CommittedSince) => {
                "the file's value was committed after Vapi's was set: both have changed".into()
            }
            (None, FileBasis::AgreedElsewhere) => {
                "the file's value is in use in another environment, and no commit has Vapi's value".into()
            }
            (None, _) if answers.nothing_committed => NOTHING_COMMITTED.to_owned(),
            (None, _) => "the file's value is not committed, and no commit has Vapi's value".to_owned(),
        },
        (Verdict::Merge, ..) => {
            let base = asked.base.as_ref()?;
            format!("{}, in different lines: both changes are in the file now", both_changed(&base.agreement))
        }
        (Verdict::Pending, Basis::Recorded | Basis::Agreed | Basis::AppliedSince, _) => {
            "the file is ahead; `apply` sends it".to_owned()
        }
        (Verdict::Capture, _, FileBasis::Committed) => "replaces a committed value".to_owned(),
        _ => return None,
    };
    Some(said)
}

const NOTHING_COMMITTED: &str =
    "nothing is committed yet, so vapi-sync cannot tell your edit from one in the dashboard: you decide";

fn behind(branch: &str) -> String {
    format!("this branch is behind {branch}, which has Vapi's value: merge it first")
}

fn changed_in_vapi(header: &Header, agreement: &Agreement) -> String {
    let when = since(header, agreement).map_or_else(String::new, |when| format!(" on {}", shown(when)));
    match &agreement.by {
        AgreedBy::Commit(commit) => format!("changed in Vapi{when}, after commit {commit:.8} was applied"),
        AgreedBy::Run { .. } => {
            format!("changed in Vapi{when}, after the last run wrote it ({})", shown(agreement.time))
        }
    }
}

/// When Vapi last changed the object, if that was after the agreement.
fn since(header: &Header, agreement: &Agreement) -> Option<Timestamp> {
    let when: Timestamp = header.updated_at.as_deref()?.parse().ok()?;
    (when >= agreement.time).then_some(when)
}

fn in_vapi(header: &Header, agreement: &Agreement) -> String {
    since(header, agreement).map_or_else(String::new, |when| format!(", Vapi on {}", shown(when)))
}

fn both_changed(agreement: &Agreement) -> String {
    match &agreement.by {
        AgreedBy::Commit(commit) => format!("both changed since commit {commit:.8}"),
        AgreedBy::Run { .. } => format!("both changed since the last run ({})", shown(agreement.time)),
    }
}

fn shown(time: Timestamp) -> String {
    time.strftime("%-d %b %H:%M UTC").to_string()
}

fn set_outside_git(header: &Header) -> String {
    match &header.updated_at {
        Some(time) => format!("somebody changed it in Vapi (last change {time}), and no commit has that value"),
        None => "somebody changed it in Vapi, and no commit has that value".to_owned(),
    }
}

/// The singular for one, else the plural.
pub(super) fn plural<'w>(count: usize, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}
