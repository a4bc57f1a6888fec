//! Each row of the verdict tables is told by a story.
//!
//! The tables are those that `plan::judge` prints (`src/plan/judge/snapshots`). Rows that have one verdict whatever else is known are
//! one row here. A story says with `rows:` which ones it tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::runner;

/// Rows that no story can tell: a test that does, or why there is none.
const ELSEWHERE: [(&str, Elsewhere); 2] = [
    (
        "pull Differs Unrecorded AgreedElsewhere: conflict",
        Elsewhere::Test(
            "tests/e2e/environments.rs",
            "pull_links_by_name_and_does_not_take_over_what_the_other_agreed_on",
        ),
    ),
    ("apply Lost: -", Elsewhere::Unreachable("a list that no table knows is compared as a whole: it loses no element")),
];

enum Elsewhere {
    Test(&'static str, &'static str),
    Unreachable(&'static str),
}

/// What else the stories must tell: what happens, and the stories that do.
const CIRCUMSTANCES: [(&str, &[&str]); 12] = [
    ("pull, edit, apply, edit, apply without a commit, inside git", &["base_without_commits"]),
    ("and outside", &["outside_git_pull_edit_apply"]),
    ("a fresh clone with the refs", &["base_clone_with_refs"]),
    ("without them", &["base_clone_without_refs", "unknown_field_without_base"]),
    ("a shallow clone", &["base_shallow_with_refs", "shallow_clone"]),
    ("another runner applied in between", &["base_applied_elsewhere"]),
    ("set back by hand", &["base_set_back"]),
    ("merged and not yet applied, then moved", &["base_merged_and_not_applied"]),
    ("a held field keeps the ref where it is", &["base_held_field_keeps_the_ref"]),
    ("a rebase that drops the agreed commit", &["base_rebased"]),
    ("two state files in one repository", &["base_two_files"]),
    ("the ref of a file that was renamed", &["base_renamed_file"]),
];

/// The lines of a table that `plan::judge` prints, as words.
fn table(name: &str) -> Vec<Vec<String>> {
    let file = format!("src/plan/judge/snapshots/vapi_sync__plan__judge__tests__the_table_of_{name}.snap");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("a table");
    let lines = text.rsplit("---\n").next().expect("lines").lines().skip(1);
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// All rows of the tables of `apply` and `pull`, with a base and without.
fn rows() -> BTreeSet<String> {
    let (apply, pull) = (table("apply"), table("pull"));
    let mut verdicts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in pull.iter().filter(|line| line[0] == "Differs") {
        verdicts.entry(&line[1]).or_default().insert(&line[3]);
    }
    let of_apply = apply.iter().map(|line| match line[0].as_str() {
        "Differs" => format!("apply Differs {}: {}", line[1], line[2]),
        what => format!("apply {what}: {}", line[2]),
    });
    let of_pull = pull.iter().map(|line| match line[0].as_str() {
        "Differs" if verdicts[line[1].as_str()].len() == 1 => format!("pull Differs {}: {}", line[1], line[3]),
        "Differs" => format!("pull Differs {} {}: {}", line[1], line[2], line[3]),
        what => format!("pull {what}: {}", line[3]),
    });
    of_apply.chain(of_pull).collect()
}

#[test]
fn each_row_is_told_by_a_story() {
    let rows = rows();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for story in runner::folders() {
        let (of_story, snapshots) = runner::rows(&story);
        for row in of_story {
            assert!(rows.contains(&row), "{story}: there is no row {row:?} (any more)");
            let (_, verdict) = row.split_once(": ").expect("a verdict");
            let shown = match verdict {
                "drift" | "conflict" => "held back",
                "capture" | "merge" => "<~",
                "pending" => "pull",
                "change" | "clear" | "remove" | "set" => verdict,
                _ => "exit 0",
            };
            assert!(snapshots.contains(shown), "{story}: {row:?}, and nowhere {shown:?}");
            told.entry(row).or_default().push(story.clone());
        }
    }
    for (row, elsewhere) in ELSEWHERE {
        assert!(rows.contains(row) && !told.contains_key(row), "{row}");
        let by = match elsewhere {
            Elsewhere::Test(file, name) => {
                let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("tests");
                assert!(text.contains(&format!("fn {name}()")), "{name} is not in {file}");
                name
            }
            Elsewhere::Unreachable(why) => why,
        };
        told.insert(row.to_owned(), vec![by.to_owned()]);
    }
    let untold: Vec<&String> = rows.iter().filter(|row| !told.contains_key(*row)).collect();
    assert_eq!(untold, Vec::<&String>::new(), "no story tells these rows");
    let table: String = told.iter().map(|(row, stories)| format!("{row:<52}{}\n", stories.join(", "))).collect();
    insta::with_settings!({snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("rows", table);
    });
}

#[test]
fn each_circumstance_has_its_story() {
    let folders = runner::folders();
    for (circumstance, stories) in CIRCUMSTANCES {
        for story in stories {
            assert!(folders.iter().any(|folder| folder == story), "{circumstance}: there is no story {story}");
        }
    }
}
