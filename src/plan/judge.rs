//! The verdict tables, which alone decide what happens to a field.
//!
//! In: the type of a difference ([`What`]), and what is known about its values ([`Basis`], [`FileBasis`]). Out: a
//! [`Verdict`]. The tables are data. A test prints them. The order of their rows does not matter.

use serde::{Deserialize, Serialize};

use super::prefer::Side;
use crate::values::compare::What;

/// What is known about a live value that the file's value would replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Nothing would be lost.
    NothingAtStake,
    /// It is a secret, which is recorded nowhere by design.
    Secret,
    /// It is the old id of an entry.
    StaleReference,
    /// It is what the file and Vapi last agreed on.
    Agreed,
    /// It is not, but a later commit has it, which somebody must have applied.
    AppliedSince,
    /// It is not, and no later commit has it, so somebody set it in Vapi.
    Moved,
    /// As `Moved`, for a field that no table knows and that the file did not change, as far as is known. Vapi itself may
    /// have set it.
    UnknownField,
    /// Only a branch that is not in `HEAD` has it.
    OtherBranch,
    /// The agreed value is not known. Git (outside git: the audit log) has this value.
    Recorded,
    /// The agreed value is not known. This one is Vapi's documented default.
    Default,
    /// The agreed value is not known, and this one is not recorded.
    Unrecorded,
}

impl Basis {
    const ALL: [Basis; 11] = [
        Basis::NothingAtStake,
        Basis::Secret,
        Basis::StaleReference,
        Basis::Agreed,
        Basis::AppliedSince,
        Basis::Moved,
        Basis::UnknownField,
        Basis::OtherBranch,
        Basis::Recorded,
        Basis::Default,
        Basis::Unrecorded,
    ];
}

/// What is known about a value of the file that Vapi's value would replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileBasis {
    /// It is what the file and Vapi last agreed on.
    Agreed,
    /// It is not.
    Moved,
    /// It is not, but both sides changed different lines of a text.
    Mergeable,
    /// The agreed value is not known. This one was committed before Vapi's value was set.
    Committed,
    /// The agreed value is not known. This one was committed after Vapi's value was set, so it cannot have been applied yet.
    CommittedSince,
    /// The agreed value is not known. This one is not committed.
    Uncommitted,
    /// The agreed value is not known here. The file and another environment agreed on this one.
    AgreedElsewhere,
    /// The agreed value is not known. The file has no value.
    Nothing,
}

impl FileBasis {
    const ALL: [FileBasis; 8] = [
        FileBasis::Agreed,
        FileBasis::Moved,
        FileBasis::Mergeable,
        FileBasis::Committed,
        FileBasis::CommittedSince,
        FileBasis::Uncommitted,
        FileBasis::AgreedElsewhere,
        FileBasis::Nothing,
    ];
}

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// To Vapi, which has no value yet.
    Set,
    /// To Vapi: another value.
    Change,
    /// To Vapi: the value is removed.
    Clear,
    /// To Vapi: an element is removed from a list.
    Remove,
    /// Held back: somebody set it outside git.
    Drift,
    /// To the file: Vapi's value is written into it.
    Capture,
    /// To the file: a text with the changes of both sides is written into it.
    Merge,
    /// The file is ahead; nothing is written into it.
    Pending,
    /// Held back: both sides changed.
    Conflict,
}

impl Verdict {
    /// Whether it writes into the file.
    pub fn changes_file(self) -> bool {
        matches!(self, Verdict::Capture | Verdict::Merge)
    }

    /// Whether the file still has something to apply afterwards.
    pub fn keeps_file_ahead(self) -> bool {
        matches!(self, Verdict::Pending | Verdict::Merge)
    }

    /// Whether the field is held back.
    pub fn is_held_back(self) -> bool {
        matches!(self, Verdict::Drift | Verdict::Conflict)
    }
}

use Basis::{
    Agreed, AppliedSince, Default as DefaultValue, Moved, NothingAtStake, OtherBranch, Recorded, Secret,
    StaleReference, UnknownField, Unrecorded,
};
use What::{Absent, Clear, CreateOnly, Differs, Gained, Lost, Undeclared};

/// A row of the table of `plan` and `apply`: for these differences on any of these bases, this verdict. `None`: nothing
/// happens to the field.
pub struct ApplyRow {
    what: &'static [What],
    basis: &'static [Basis],
    verdict: Option<Verdict>,
}

/// Bases on which no work is lost.
const NOBODYS: &[Basis] = &[NothingAtStake, Secret, StaleReference, Agreed, AppliedSince, Recorded, DefaultValue];

/// What `plan` and `apply` do with a field.
pub const APPLY: &[ApplyRow] = &[
    ApplyRow { what: &[Absent, Gained], basis: &Basis::ALL, verdict: Some(Verdict::Set) },
    ApplyRow { what: &[Differs], basis: NOBODYS, verdict: Some(Verdict::Change) },
    ApplyRow { what: &[Clear], basis: NOBODYS, verdict: Some(Verdict::Clear) },
    ApplyRow { what: &[Lost], basis: NOBODYS, verdict: Some(Verdict::Remove) },
    ApplyRow { what: &[Differs, Clear, Lost], basis: &[Moved, OtherBranch, Unrecorded], verdict: Some(Verdict::Drift) },
    ApplyRow { what: &[Differs, Clear, Lost], basis: &[UnknownField], verdict: None },
    ApplyRow { what: &[Undeclared, CreateOnly], basis: &Basis::ALL, verdict: None },
];

/// A row of the table of `pull`.
pub struct PullRow {
    what: &'static [What],
    live: &'static [Basis],
    file: &'static [FileBasis],
    verdict: Option<Verdict>,
}

/// What `pull` does with a field.
pub const PULL: &[PullRow] = &[
    PullRow {
        what: &[Absent, Gained, CreateOnly],
        live: &Basis::ALL,
        file: &FileBasis::ALL,
        verdict: Some(Verdict::Pending),
    },
    PullRow {
        what: &[Differs, Clear, Lost],
        live: &[NothingAtStake, Secret, StaleReference, Agreed, AppliedSince, OtherBranch, Recorded, DefaultValue],
        file: &FileBasis::ALL,
        verdict: Some(Verdict::Pending),
    },
    PullRow {
        what: &[Differs, Clear, Lost],
        live: &[Moved, UnknownField, Unrecorded],
        file: &[FileBasis::Agreed, FileBasis::Committed, FileBasis::Nothing],
        verdict: Some(Verdict::Capture),
    },
    PullRow {
        what: &[Differs, Clear, Lost],
        live: &[Moved, UnknownField, Unrecorded],
        file: &[FileBasis::Moved, FileBasis::CommittedSince, FileBasis::Uncommitted, FileBasis::AgreedElsewhere],
        verdict: Some(Verdict::Conflict),
    },
    PullRow {
        what: &[Differs, Clear, Lost],
        live: &[Moved, UnknownField, Unrecorded],
        file: &[FileBasis::Mergeable],
        verdict: Some(Verdict::Merge),
    },
    PullRow { what: &[Undeclared], live: &[Agreed, DefaultValue], file: &FileBasis::ALL, verdict: None },
    PullRow {
        what: &[Undeclared],
        live: &[
            NothingAtStake,
            Secret,
            StaleReference,
            AppliedSince,
            Moved,
            UnknownField,
            OtherBranch,
            Recorded,
            Unrecorded,
        ],
        file: &FileBasis::ALL,
        verdict: Some(Verdict::Capture),
    },
];

/// What is known about a field that a run wrote, before `restore` undoes that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Since {
    /// It still has the value of the run.
    AsLeft,
    /// Somebody changed it since.
    Moved,
    /// The old value had a secret, which is in no log.
    SecretLost,
    /// The old value referred to an object that is gone.
    TargetGone,
}

/// What `restore` does with a field: in Vapi, in Vapi with `--prefer file`, and in the file. `Change` becomes `Clear` if
/// there was no value.
pub const RESTORE: &[(Since, Verdict, Verdict, Verdict)] = &[
    (Since::AsLeft, Verdict::Change, Verdict::Change, Verdict::Capture),
    (Since::Moved, Verdict::Drift, Verdict::Change, Verdict::Pending),
    (Since::SecretLost, Verdict::Drift, Verdict::Drift, Verdict::Pending),
    (Since::TargetGone, Verdict::Drift, Verdict::Drift, Verdict::Pending),
];

/// Decisions that depend on one fact alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The object is created, or this is set in the second step of its creation.
    Made,
    /// The object becomes an entry.
    Imported,
    /// `--send-secrets` sends it again.
    SentAgain,
    /// It refers to a recreated object.
    Repointed,
    /// Sending it back would wipe a secret that Vapi does not show.
    WouldWipe,
    /// Nobody would answer a number any more.
    WouldSilence,
    /// Writing it into the file might expose a secret that cannot be told from the text around it.
    WouldTell,
}

/// The verdict of each rule.
pub const RULES: &[(Rule, Verdict)] = &[
    (Rule::Made, Verdict::Set),
    (Rule::Imported, Verdict::Capture),
    (Rule::SentAgain, Verdict::Change),
    (Rule::Repointed, Verdict::Change),
    (Rule::WouldWipe, Verdict::Drift),
    (Rule::WouldSilence, Verdict::Drift),
    (Rule::WouldTell, Verdict::Conflict),
];

impl Rule {
    /// Its verdict. A rule without a row would be held back.
    pub fn verdict(self) -> Verdict {
        RULES.iter().find(|(rule, _)| *rule == self).map_or(Verdict::Drift, |(_, verdict)| *verdict)
    }
}

/// Fields that are sent together: the verdict of one, the verdict of another, and the new verdict of the first. Without a
/// row it keeps its own.
pub const TOGETHER: &[(Verdict, Verdict, Verdict)] = &[
    (Verdict::Set, Verdict::Drift, Verdict::Drift),
    (Verdict::Change, Verdict::Drift, Verdict::Drift),
    (Verdict::Clear, Verdict::Drift, Verdict::Drift),
    (Verdict::Remove, Verdict::Drift, Verdict::Drift),
    (Verdict::Capture, Verdict::Conflict, Verdict::Conflict),
    (Verdict::Capture, Verdict::Pending, Verdict::Conflict),
    (Verdict::Merge, Verdict::Conflict, Verdict::Conflict),
    (Verdict::Merge, Verdict::Pending, Verdict::Conflict),
];

/// The new verdict of a field that is sent together with one with the `other` verdict. `None`: it keeps its own.
pub fn together(own: Verdict, other: Verdict) -> Option<Verdict> {
    TOGETHER.iter().find(|row| (row.0, row.1) == (own, other)).map(|row| row.2)
}

/// The verdict of `restore` on a field of the file.
pub fn set_back(since: Since) -> Verdict {
    RESTORE.iter().find(|row| row.0 == since).map_or(Verdict::Pending, |row| row.3)
}

/// The verdict of `restore` on a field in Vapi. `had_value`: it had a value before that run.
pub fn restored(since: Since, had_value: bool, prefer: Option<Side>) -> Verdict {
    let row = RESTORE.iter().find(|row| row.0 == since);
    let verdict = row.map_or(Verdict::Drift, |row| if prefer == Some(Side::File) { row.2 } else { row.1 });
    if verdict == Verdict::Change && !had_value { Verdict::Clear } else { verdict }
}

/// The verdict of `plan` and `apply` on a field. `None`: nothing happens to it.
pub fn to_vapi(what: What, basis: Basis, prefer: Option<Side>) -> Option<Verdict> {
    let row = APPLY.iter().find(|row| row.what.contains(&what) && row.basis.contains(&basis));
    let verdict = row.and_then(|row| row.verdict)?;
    match (verdict, prefer, what) {
        (Verdict::Drift, Some(Side::File), What::Clear) => Some(Verdict::Clear),
        (Verdict::Drift, Some(Side::File), What::Lost) => Some(Verdict::Remove),
        (Verdict::Drift, Some(Side::File), _) => Some(Verdict::Change),
        (Verdict::Drift, Some(Side::Vapi), _) => None,
        (verdict, ..) => Some(verdict),
    }
}

/// The verdict of `pull` on a field. `None`: nothing happens to it.
///
/// `--prefer` also decides on what `apply` would hold back as drift: `--prefer file` keeps the file's value, so that the
/// next `apply` can send it.
pub fn to_file(what: What, live: Basis, file: FileBasis, prefer: Option<Side>) -> Option<Verdict> {
    let row = PULL.iter().find(|row| row.what.contains(&what) && row.live.contains(&live) && row.file.contains(&file));
    let verdict = row.and_then(|row| row.verdict)?;
    match prefer.filter(|_| to_vapi(what, live, None) == Some(Verdict::Drift)) {
        Some(Side::Vapi) => Some(Verdict::Capture),
        Some(Side::File) => Some(Verdict::Pending),
        None => Some(verdict),
    }
}

#[cfg(test)]
mod tests;
