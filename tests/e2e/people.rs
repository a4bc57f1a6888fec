//! The words and habits of people who know other tools, or little git.

use std::time::{Duration, Instant};

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::{World, id};

const TWO: &str = "version: 1\nagents:\n  a: {config: {name: A, firstMessage: one}}\n  b: {config: {name: B}}\n";

#[test]
fn import_and_export_are_pull_and_apply() {
    let world = World::new(TWO);
    assert!(world.run(&["export", "--yes"]).expect(0).stdout.contains("Applied: 2 created."));
    world.commit("applied");
    world.vapi.insert(Collection::Assistant, json!({"name": "C"}));
    world.vapi.edit(Collection::Assistant, &id(&world.agent("A")), &json!({"firstMessage": "two"}));
    let imported = world.run(&["import"]).expect(0).stdout;
    assert!(imported.contains("Pulled: 1 imported, 1 updated."), "{imported}");
    assert!(imported.contains("Next: `git add vapi-state.yaml && git commit -m \"Pull from Vapi\"`"), "{imported}");
    world.run(&["plan", "--only", "assistants"]).expect(0);
}

#[test]
fn a_subcommand_that_is_nearly_one_is_answered_with_the_right_one() {
    let world = World::new(TWO);
    for (typed, meant) in
        [("aply", "apply"), ("stauts", "status"), ("deploy", "apply"), ("diff", "plan"), ("undo", "restore")]
    {
        let run = world.run(&[typed]).expect(64);
        assert!(run.stderr.contains(meant), "{typed}: {}", run.stderr);
    }
}

#[test]
fn the_file_is_found_in_a_parent_folder_and_not_beyond_the_repository() {
    let world = World::new(TWO);
    world.write("deep/er/note.txt", "x");
    let at = |folder: &str, args: &[&str]| {
        let output = world.command(args).current_dir(world.path(folder)).output().expect("the binary");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (code, said) = at("deep/er", &["apply", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(world.state().contains("vapi_assistant_id"), "the file of the parent folder is the one that is written");
    let (_, said) = at("deep/er", &["status"]);
    assert!(said.starts_with("In sync: 2 agents."), "{said}");
    // Another repository inside of it has its own file or none.
    world.git(&["init", "-q", "deep"]);
    let (code, said) = at("deep/er", &["plan"]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn the_log_says_from_what_to_what_and_follows_a_renamed_handle() {
    let world = World::new(TWO);
    assert!(world.run(&["log"]).expect(0).stdout.contains("--audit-log FILE"), "where the log is");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("firstMessage: one", "firstMessage: two");
    world.run(&["apply", "--yes"]).expect(0);
    world.edit("  a:", "  renamed:");
    world.commit("renamed");
    world.edit("firstMessage: two", "firstMessage: three");
    world.run(&["apply", "--yes"]).expect(0);
    let log = world.run(&["log", "agents.renamed"]).expect(0).stdout;
    for said in ["agents.a updated", r#""one" → "two""#, "agents.renamed updated", r#""two" → "three""#] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(!log.contains("agents.b"), "{log}");
    // The run that it names is taken by restore.
    let run = log.lines().rfind(|line| line.contains("UTC")).and_then(|line| line.split(' ').next()).expect("a run");
    assert_eq!(run.len(), 8, "{log}");
    world.run(&["restore", run, "--yes"]).expect(0);
    assert_eq!(world.agent("A")["firstMessage"], "two");
}

#[test]
fn a_wait_for_the_quota_is_told_and_ends_with_the_time_limit() {
    let world = World::new(TWO);
    world.set_fault("GET /assistant first=1 status=429 retry-after=2");
    let run = world.run(&["plan", "-v"]).expect(0);
    assert!(
        run.stderr.contains("reading Vapi") && run.stderr.contains("waiting for Vapi's rate limit, 2 s"),
        "{}",
        run.stderr
    );
    world.set_fault("GET /assistant status=429 retry-after=20");
    let began = Instant::now();
    let run = world.run(&["plan", "--timeout", "1s"]).expect(1);
    assert!(began.elapsed() < Duration::from_secs(10) && run.stderr.contains("1s"), "{}", run.stderr);
}
