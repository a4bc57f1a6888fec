//! The verdict tables. Nothing else decides what happens to a field.
//!
//! In: what a difference is ([`What`]), and what is known about the values in it ([`Basis`], [`FileBasis`]). Out: a
//! [`Verdict`]. The tables are data: a test prints them, and the order of their rows means nothing.

use serde::{Deserialize, Serialize};

use crate::values::compare::What;

/// What is known about a live value that the file's value would replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Nothing would be lost.
    NothingAtStake,
    /// Git (or outside git the audit log) gives it back.
    Recorded,
    /// It is Vapi's documented default.
    Default,
    /// It is a secret: by design recorded nowhere.
    Secret,
    /// It is the id that an entry of the file had until now.
    StaleReference,
    /// Nobody recorded it.
    Unrecorded,
}

impl Basis {
    const ALL: [Basis; 6] = [
        Basis::NothingAtStake,
        Basis::Recorded,
        Basis::Default,
        Basis::Secret,
        Basis::StaleReference,
        Basis::Unrecorded,
    ];
}

/// What is known about a value of the file that Vapi's value would replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileBasis {
    /// It is committed, and was so before Vapi's value was set.
    Committed,
    /// It is committed, but after Vapi's value was set: it cannot have been applied yet.
    CommittedSince,
    /// It is not committed.
    Uncommitted,
    /// The file has no value there.
    Nothing,
}

impl FileBasis {
    const ALL: [FileBasis; 4] =
        [FileBasis::Committed, FileBasis::CommittedSince, FileBasis::Uncommitted, FileBasis::Nothing];
}

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// To Vapi: it has nothing there yet.
    Set,
    /// To Vapi: another value.
    Change,
    /// To Vapi: no value any more.
    Clear,
    /// To Vapi: an element leaves a list.
    Remove,
    /// Held back: somebody set it outside git.
    Drift,
    /// To the file: Vapi's value is written into it.
    Capture,
    /// The file is ahead; nothing is written into it.
    Pending,
    /// Held back: both moved.
    Conflict,
}

impl Verdict {
    /// Whether a person must decide.
    pub fn is_held_back(self) -> bool {
        matches!(self, Verdict::Drift | Verdict::Conflict)
    }
}

/// `--on-drift`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnDrift {
    /// Take the file's value.
    Overwrite,
    /// Leave Vapi's value and say so.
    #[default]
    Hold,
}

/// `--on-conflict`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnConflict {
    /// Keep the file's value.
    File,
    /// Take Vapi's value.
    Vapi,
    /// Keep the file's value and say that somebody must decide.
    #[default]
    Hold,
}

use Basis::{Default as DefaultValue, NothingAtStake, Recorded, Secret, StaleReference, Unrecorded};
use What::{Absent, Clear, CreateOnly, Differs, Gained, Lost, Undeclared};

/// A row of the table of `plan` and `apply`: for these differences on any of these bases, this verdict. `None`: nothing
/// happens to the field.
pub struct ApplyRow {
    what: &'static [What],
    basis: &'static [Basis],
    verdict: Option<Verdict>,
}

/// What `plan` and `apply` do with a field.
pub const APPLY: &[ApplyRow] = &[
    ApplyRow { what: &[Absent, Gained], basis: &Basis::ALL, verdict: Some(Verdict::Set) },
    ApplyRow {
        what: &[Differs],
        basis: &[NothingAtStake, Recorded, DefaultValue, Secret, StaleReference],
        verdict: Some(Verdict::Change),
    },
    ApplyRow {
        what: &[Clear],
        basis: &[NothingAtStake, Recorded, DefaultValue, Secret, StaleReference],
        verdict: Some(Verdict::Clear),
    },
    ApplyRow {
        what: &[Lost],
        basis: &[NothingAtStake, Recorded, DefaultValue, Secret, StaleReference],
        verdict: Some(Verdict::Remove),
    },
    ApplyRow { what: &[Differs, Clear, Lost], basis: &[Unrecorded], verdict: Some(Verdict::Drift) },
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
        live: &[NothingAtStake, Recorded, DefaultValue, Secret, StaleReference],
        file: &FileBasis::ALL,
        verdict: Some(Verdict::Pending),
    },
    PullRow {
        what: &[Differs, Clear],
        live: &[Unrecorded],
        file: &[FileBasis::Committed, FileBasis::Nothing],
        verdict: Some(Verdict::Capture),
    },
    PullRow {
        what: &[Differs, Clear],
        live: &[Unrecorded],
        file: &[FileBasis::Uncommitted, FileBasis::CommittedSince],
        verdict: Some(Verdict::Conflict),
    },
    PullRow { what: &[Lost], live: &[Unrecorded], file: &FileBasis::ALL, verdict: Some(Verdict::Capture) },
    PullRow { what: &[Undeclared], live: &[DefaultValue], file: &FileBasis::ALL, verdict: None },
    PullRow {
        what: &[Undeclared],
        live: &[NothingAtStake, Recorded, Secret, StaleReference, Unrecorded],
        file: &FileBasis::ALL,
        verdict: Some(Verdict::Capture),
    },
];

/// What is known of a field that a run wrote, before the value from before that run is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Since {
    /// Vapi has what the run left.
    AsLeft,
    /// Somebody changed it.
    Moved,
    /// What was there held a secret, which is in no log.
    SecretLost,
}

/// What `restore` does with a field: the verdict where drift is held, and where it is overwritten. `Change` becomes `Clear` where
/// there was no value.
pub const RESTORE: &[(Since, Verdict, Verdict)] = &[
    (Since::AsLeft, Verdict::Change, Verdict::Change),
    (Since::Moved, Verdict::Drift, Verdict::Change),
    (Since::SecretLost, Verdict::Drift, Verdict::Drift),
];

/// What is decided by one thing alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The object is made, or this is set in a second step of making it.
    Made,
    /// The object becomes an entry.
    Imported,
    /// `--send-secrets` sends it again.
    SentAgain,
    /// It refers to an object that is made again.
    Repointed,
    /// Sending it back would wipe a secret that Vapi does not show.
    WouldWipe,
    /// A number would ring nothing any more.
    WouldSilence,
}

/// The verdict of each rule.
pub const RULES: &[(Rule, Verdict)] = &[
    (Rule::Made, Verdict::Set),
    (Rule::Imported, Verdict::Capture),
    (Rule::SentAgain, Verdict::Change),
    (Rule::Repointed, Verdict::Change),
    (Rule::WouldWipe, Verdict::Drift),
    (Rule::WouldSilence, Verdict::Drift),
];

impl Rule {
    /// Its verdict. A rule that had no row would be held back.
    pub fn verdict(self) -> Verdict {
        RULES.iter().find(|(rule, _)| *rule == self).map_or(Verdict::Drift, |(_, verdict)| *verdict)
    }
}

/// What becomes of a field that is decided together with another one: its verdict, that of the other, and what it gets. What no
/// row names stays as it is.
pub const TOGETHER: &[(Verdict, Verdict, Verdict)] = &[
    (Verdict::Set, Verdict::Drift, Verdict::Drift),
    (Verdict::Change, Verdict::Drift, Verdict::Drift),
    (Verdict::Clear, Verdict::Drift, Verdict::Drift),
    (Verdict::Remove, Verdict::Drift, Verdict::Drift),
    (Verdict::Capture, Verdict::Conflict, Verdict::Conflict),
    (Verdict::Capture, Verdict::Pending, Verdict::Conflict),
];

/// The verdict on a field that is decided together with one of this other verdict. `None`: it keeps its own.
pub fn together(own: Verdict, other: Verdict) -> Option<Verdict> {
    TOGETHER.iter().find(|row| (row.0, row.1) == (own, other)).map(|row| row.2)
}

/// The verdict of `restore` on a field; `had_value`: there was one before that run.
pub fn restored(since: Since, had_value: bool, on_drift: OnDrift) -> Verdict {
    let row = RESTORE.iter().find(|row| row.0 == since);
    let verdict = row.map_or(Verdict::Drift, |row| if on_drift == OnDrift::Overwrite { row.2 } else { row.1 });
    if verdict == Verdict::Change && !had_value { Verdict::Clear } else { verdict }
}

/// The verdict of `plan` and `apply` on a field. `None`: nothing happens to it.
pub fn to_vapi(what: What, basis: Basis, on_drift: OnDrift) -> Option<Verdict> {
    let row = APPLY.iter().find(|row| row.what.contains(&what) && row.basis.contains(&basis));
    let verdict = row.and_then(|row| row.verdict)?;
    match (verdict, on_drift, what) {
        (Verdict::Drift, OnDrift::Overwrite, What::Clear) => Some(Verdict::Clear),
        (Verdict::Drift, OnDrift::Overwrite, What::Lost) => Some(Verdict::Remove),
        (Verdict::Drift, OnDrift::Overwrite, _) => Some(Verdict::Change),
        (verdict, _, _) => Some(verdict),
    }
}

/// The verdict of `pull` on a field. `None`: nothing happens to it.
pub fn to_file(what: What, live: Basis, file: FileBasis, on_conflict: OnConflict) -> Option<Verdict> {
    let row = PULL.iter().find(|row| row.what.contains(&what) && row.live.contains(&live) && row.file.contains(&file));
    let verdict = row.and_then(|row| row.verdict)?;
    match (verdict, on_conflict) {
        (Verdict::Conflict, OnConflict::Vapi) => Some(Verdict::Capture),
        (Verdict::Conflict, OnConflict::File) => Some(Verdict::Pending),
        (verdict, _) => Some(verdict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHATS: [What; 7] = [Absent, Differs, Clear, Gained, Lost, Undeclared, CreateOnly];

    fn shown(verdict: Option<Verdict>) -> String {
        verdict.map_or("-".to_owned(), |verdict| format!("{verdict:?}").to_lowercase())
    }

    #[test]
    fn the_table_of_apply() {
        let mut table = format!("{:<12}{:<16}{:<10}{}\n", "what", "live value is", "hold", "overwrite");
        for what in WHATS {
            for basis in Basis::ALL {
                let rows = APPLY.iter().filter(|row| row.what.contains(&what) && row.basis.contains(&basis)).count();
                assert_eq!(rows, 1, "{what:?} {basis:?}: exactly one row decides");
                let (hold, over) = (to_vapi(what, basis, OnDrift::Hold), to_vapi(what, basis, OnDrift::Overwrite));
                let line = format!(
                    "{:<12}{:<16}{:<10}{}",
                    format!("{what:?}"),
                    format!("{basis:?}"),
                    shown(hold),
                    shown(over)
                );
                table.push_str(line.trim_end());
                table.push('\n');
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn the_smaller_tables() {
        let mut table = format!("{:<14}{:<10}{}\n", "restore", "hold", "overwrite");
        for since in [Since::AsLeft, Since::Moved, Since::SecretLost] {
            assert_eq!(RESTORE.iter().filter(|row| row.0 == since).count(), 1, "{since:?}");
            for (what, had_value) in [("", true), ("/new", false)] {
                let verdict = |on_drift| shown(Some(restored(since, had_value, on_drift)));
                let (hold, over) = (verdict(OnDrift::Hold), verdict(OnDrift::Overwrite));
                table.push_str(&format!("{:<14}{hold:<10}{over}\n", format!("{since:?}{what}")));
            }
        }
        let rules = [Rule::Made, Rule::Imported, Rule::SentAgain, Rule::Repointed, Rule::WouldWipe, Rule::WouldSilence];
        for rule in rules {
            assert_eq!(RULES.iter().filter(|row| row.0 == rule).count(), 1, "{rule:?}");
            table.push_str(&format!("{:<14}{}\n", format!("{rule:?}"), shown(Some(rule.verdict()))));
        }
        for (own, other, verdict) in TOGETHER {
            let [own, other, verdict] = [own, other, verdict].map(|verdict| shown(Some(*verdict)));
            table.push_str(&format!("{own} with {other}: {verdict}\n"));
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn the_table_of_pull() {
        let mut table = format!(
            "{:<12}{:<16}{:<16}{:<10}{:<10}{}\n",
            "what", "live value is", "file value is", "hold", "file", "vapi"
        );
        for what in WHATS {
            for live in Basis::ALL {
                for file in FileBasis::ALL {
                    let rows = PULL
                        .iter()
                        .filter(|row| row.what.contains(&what) && row.live.contains(&live) && row.file.contains(&file));
                    assert_eq!(rows.count(), 1, "{what:?} {live:?} {file:?}: exactly one row decides");
                    let verdict = |policy| shown(to_file(what, live, file, policy));
                    let (hold, keep, vapi) =
                        (verdict(OnConflict::Hold), verdict(OnConflict::File), verdict(OnConflict::Vapi));
                    let (what, live, file) = (format!("{what:?}"), format!("{live:?}"), format!("{file:?}"));
                    table.push_str(&format!("{what:<12}{live:<16}{file:<16}{hold:<10}{keep:<10}{vapi}\n"));
                }
            }
        }
        insta::assert_snapshot!(table);
    }
}
