//! Branches, merges, renames.

use serde_json::json;

use super::repo::{FILE, Repo, agent, ask, commit, git_at, only_on, record, state};

#[test]
fn a_commit_on_another_branch_only_is_named_with_it() {
    let repo = Repo::new();
    let base = repo.version(&state("name: base"));
    repo.git(&["switch", "-q", "-c", "feature/x"]);
    let ahead = repo.version(&state("name: ahead"));
    repo.version(&state("name: base"));
    repo.git(&["switch", "-q", "main"]);
    let answer = ask(&mut repo.record(), agent("a", "name", json!("ahead")));
    assert_eq!(commit(answer.clone()), Some(ahead));
    assert_eq!(only_on(answer).as_deref(), Some("feature/x"));
    let answer = ask(&mut repo.record(), agent("a", "name", json!("base")));
    assert_eq!(commit(answer.clone()), Some(base), "what HEAD contains comes first, be it older");
    assert_eq!(only_on(answer), None);
}

#[test]
fn a_remote_tracking_branch_counts() {
    let repo = Repo::new();
    repo.version(&state("name: A"));
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", repo.root().to_str().unwrap(), clone.to_str().unwrap()]);
    let ahead = repo.version(&state("name: B"));
    git_at(&clone, 0, &["fetch", "-q"]);
    let answer = ask(&mut record(&clone.join(FILE)), agent("a", "name", json!("B")));
    assert_eq!(commit(answer.clone()), Some(ahead));
    assert_eq!(only_on(answer).as_deref(), Some("origin/main"));
}

#[test]
fn unreachable_commits_do_not_count() {
    let repo = Repo::new();
    repo.version(&state("name: A"));
    repo.version(&state("name: B"));
    repo.git(&["tag", "kept"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(repo.commit_of("name", json!("B")), None);
}

#[test]
fn both_sides_of_a_merge_count() {
    let repo = Repo::new();
    repo.version(&state("name: base"));
    repo.git(&["switch", "-q", "-c", "side"]);
    let side = repo.version(&state("name: side"));
    repo.git(&["switch", "-q", "main"]);
    let main = repo.version(&state("name: main"));
    repo.git(&["merge", "-q", "-s", "ours", "-m", "m", "side"]);
    repo.git(&["branch", "-q", "-D", "side"]);
    assert_eq!(repo.commit_of("name", json!("main")), Some(repo.head()));
    assert_eq!(repo.commit_of("name", json!("side")), Some(side.clone()));
    let answer = ask(&mut repo.record(), agent("a", "name", json!("side")));
    assert_eq!((commit(answer.clone()), only_on(answer)), (Some(side), None));
    assert_ne!(repo.head(), main);
}

#[test]
fn several_roots_and_a_file_that_came_back() {
    let repo = Repo::new();
    let first = repo.version(&state("name: first"));
    std::fs::remove_file(repo.file()).unwrap();
    repo.commit();
    repo.version(&state("name: again"));
    repo.git(&["switch", "-q", "--orphan", "other"]);
    let root = repo.version(&state("name: root"));
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "-s", "ours", "--allow-unrelated-histories", "-m", "m", "other"]);
    assert_eq!(repo.commit_of("name", json!("first")), Some(first));
    assert_eq!(repo.commit_of("name", json!("root")), Some(root));
}

#[test]
fn wrong_commit_times_lose_nothing() {
    let repo = Repo::new();
    let late = repo.version(&state("name: late"));
    for (name, time) in [("one", 5), ("two", 4_000_000_000), ("three", 7), ("four", 6)] {
        repo.write(FILE, &state(&format!("name: {name}")));
        repo.git(&["add", "-A"]);
        git_at(repo.root(), time, &["commit", "-q", "-m", "x"]);
    }
    for name in ["one", "two", "three", "four"] {
        assert!(repo.commit_of("name", json!(name)).is_some(), "{name}");
    }
    assert_eq!(repo.commit_of("name", json!("late")), Some(late));
}

/// A file long enough for git to detect a rename with a change.
fn long(name: &str) -> String {
    let lines: String = (0..40).map(|n| format!("field{n}: value {n}\n")).collect();
    state(&format!("name: {name}\n{lines}"))
}

#[test]
fn renames_are_followed() {
    let repo = Repo::new();
    repo.write("first.yaml", &long("one"));
    let one = repo.commit();
    repo.git(&["mv", "first.yaml", "second.yaml"]);
    let second = repo.commit();
    repo.write("second.yaml", &long("two"));
    let two = repo.commit();
    repo.write("second.yaml.bak", "a file that vanishes too");
    repo.commit();
    std::fs::remove_file(repo.root().join("second.yaml")).unwrap();
    std::fs::remove_file(repo.root().join("second.yaml.bak")).unwrap();
    repo.write("vapi-state.yaml", &long("three"));
    let three = repo.commit();
    assert_eq!(repo.commit_of("name", json!("three")), Some(three));
    assert_ne!(repo.commit_of("name", json!("two")), Some(two.clone()), "the next commit holds it as well");
    assert_eq!(repo.commit_of("name", json!("one")), Some(second));
    assert_ne!(one, two);
}

#[test]
fn after_a_move_old_includes_are_read_in_the_old_folder() {
    let repo = Repo::new();
    repo.write("vapi.yaml", &long("${file:p.md}"));
    repo.write("p.md", "before");
    let before = repo.commit();
    repo.git(&["mv", "vapi.yaml", "p.md", "-k", "."]);
    std::fs::create_dir(repo.root().join("deploy")).unwrap();
    repo.git(&["mv", "vapi.yaml", "deploy/vapi.yaml"]);
    repo.write("deploy/p.md", "after");
    let after = repo.commit();
    let mut record = record(&repo.root().join("deploy/vapi.yaml"));
    assert_eq!(commit(ask(&mut record, agent("a", "name", json!("before")))), Some(before));
    assert_eq!(commit(ask(&mut record, agent("a", "name", json!("after")))), Some(after));
}

#[test]
fn a_rename_on_one_branch_only() {
    let repo = Repo::new();
    repo.write("old.yaml", &long("base"));
    repo.commit();
    repo.git(&["branch", "work"]);
    repo.write("old.yaml", &long("on main"));
    let on_main = repo.commit();
    repo.git(&["switch", "-q", "work"]);
    repo.git(&["mv", "old.yaml", FILE]);
    repo.commit();
    let answer = ask(&mut repo.record(), agent("a", "name", json!("on main")));
    assert_eq!(commit(answer.clone()), Some(on_main));
    assert_eq!(only_on(answer).as_deref(), Some("main"));
}

#[test]
fn another_file_that_takes_the_old_name_is_not_this_one() {
    let repo = Repo::new();
    repo.write("staging.yaml", &long("base"));
    repo.commit();
    repo.git(&["mv", "staging.yaml", FILE]);
    repo.commit();
    repo.write("staging.yaml", &long("of staging"));
    repo.commit();
    assert_eq!(repo.commit_of("name", json!("of staging")), None);
    assert!(repo.commit_of("name", json!("base")).is_some());
}
