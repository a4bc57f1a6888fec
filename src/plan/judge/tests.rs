//! Prints the verdict tables, and looks whether each case has exactly one row.

use super::*;

const WHATS: [What; 7] = [Absent, Differs, Clear, Gained, Lost, Undeclared, CreateOnly];

fn shown(verdict: Option<Verdict>) -> String {
    verdict.map_or("-".to_owned(), |verdict| format!("{verdict:?}").to_lowercase())
}

#[test]
fn the_smaller_tables() {
    let mut table = format!("{:<14}{:<10}{:<10}{}\n", "restore", "verdict", "prefer", "in file");
    for since in [Since::AsLeft, Since::Moved, Since::SecretLost, Since::TargetGone] {
        assert_eq!(RESTORE.iter().filter(|row| row.0 == since).count(), 1, "{since:?}");
        for (what, had_value) in [("", true), ("/new", false)] {
            let verdict = |prefer| shown(Some(restored(since, had_value, prefer)));
            let (hold, over) = (verdict(None), verdict(Some(Side::File)));
            let in_file = shown(Some(set_back(since)));
            table.push_str(&format!("{:<14}{hold:<10}{over:<10}{in_file}\n", format!("{since:?}{what}")));
        }
    }
    let held = [Rule::WouldWipe, Rule::WouldSilence, Rule::WouldTell];
    let rules = [Rule::Made, Rule::Imported, Rule::SentAgain, Rule::Repointed].into_iter().chain(held);
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

/// Whether two things can be known of one field.
fn is_possible(what: What, live: Basis, file: FileBasis) -> bool {
    use FileBasis::{Agreed as FileAgreed, Mergeable, Moved as FileMoved, Nothing};
    let has_base = matches!(file, FileAgreed | FileMoved | Mergeable);
    match live {
        // Had the file stayed as well, the two would not differ.
        Agreed => file == FileMoved,
        Moved => has_base && (file != Mergeable || what == Differs),
        AppliedSince => matches!(file, FileAgreed | FileMoved),
        UnknownField => matches!(file, FileAgreed | FileBasis::Committed | FileBasis::CommittedSince),
        OtherBranch => file != Mergeable,
        Recorded | DefaultValue | Unrecorded => !has_base && (file == Nothing) == matches!(what, Lost | Undeclared),
        NothingAtStake | Secret | StaleReference => file == Nothing,
    }
}

#[test]
fn the_table_of_apply() {
    let mut table = format!("{:<12}{:<16}{:<10}{:<10}{}\n", "what", "live value is", "verdict", "file", "vapi");
    for what in WHATS {
        for basis in Basis::ALL {
            let rows = APPLY.iter().filter(|row| row.what.contains(&what) && row.basis.contains(&basis)).count();
            assert_eq!(rows, 1, "{what:?} {basis:?}: exactly one row decides");
            let verdict = |prefer| shown(to_vapi(what, basis, prefer));
            let [open, file, vapi] = [None, Some(Side::File), Some(Side::Vapi)].map(verdict);
            let (what, basis) = (format!("{what:?}"), format!("{basis:?}"));
            table.push_str(&format!("{what:<12}{basis:<16}{open:<10}{file:<10}{vapi}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_table_of_pull() {
    let mut table = format!(
        "{:<12}{:<16}{:<16}{:<10}{:<10}{}\n",
        "what", "live value is", "file value is", "verdict", "file", "vapi"
    );
    for what in WHATS {
        for live in Basis::ALL {
            for file in FileBasis::ALL {
                let rows = PULL
                    .iter()
                    .filter(|row| row.what.contains(&what) && row.live.contains(&live) && row.file.contains(&file));
                assert_eq!(rows.count(), 1, "{what:?} {live:?} {file:?}: exactly one row decides");
                if !is_possible(what, live, file) {
                    continue;
                }
                let verdict = |prefer| shown(to_file(what, live, file, prefer));
                let [open, keep, vapi] = [None, Some(Side::File), Some(Side::Vapi)].map(verdict);
                let (what, live, file) = (format!("{what:?}"), format!("{live:?}"), format!("{file:?}"));
                table.push_str(&format!("{what:<12}{live:<16}{file:<16}{open:<10}{keep:<10}{vapi}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}
