//! What was written is told, whatever fails after it.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{Run, World, id};

const STATE: &str = "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n      firstMessage: Hello.\n";

/// A repository with somebody who commits, and an agent that was applied and committed.
fn world() -> World {
    let world = World::new(STATE);
    world.git(&["config", "user.name", "Ada"]);
    world.git(&["config", "user.email", "ada@example.com"]);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

fn dashboard(world: &World, patch: &serde_json::Value) {
    assert!(world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), patch));
}

/// The outcome of each change of a report.
fn outcomes(report: &serde_json::Value) -> Vec<(String, String)> {
    let changes = report["changes"].as_array().expect("changes");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    changes.iter().map(|change| (text(&change["action"]), text(&change["outcome"]))).collect()
}

fn codes(report: &serde_json::Value) -> Vec<&str> {
    report["errors"].as_array().expect("errors").iter().filter_map(|error| error["code"].as_str()).collect()
}

fn done(action: &str) -> Vec<(String, String)> {
    vec![(action.to_owned(), "done".to_owned())]
}

#[test]
fn a_summary_that_cannot_be_written_loses_no_report() {
    for (command, action, said) in
        [(&["apply", "--yes", "--github"][..], "update", "1 updated"), (&["pull", "--github"], "capture", "1 updated")]
    {
        for format in ["json", "text"] {
            let mut world = world();
            match action {
                "update" => world.edit("Hello.", "Good day."),
                _ => dashboard(&world, &json!({"firstMessage": "Hi."})),
            }
            let folder = world.folder.path().join(".git").display().to_string();
            world.env.push(("GITHUB_STEP_SUMMARY".to_owned(), folder));
            world.env.push(("GITHUB_OUTPUT".to_owned(), world.path("output").display().to_string()));
            let run = world.run(&[command, &["--format", format]].concat()).expect(0);
            assert!(std::fs::read_to_string(world.path("output")).is_ok(), "the outputs are written all the same");
            if format == "json" {
                assert_eq!(outcomes(&run.json()), done(action), "{}", run.stdout);
            } else {
                assert!(run.stdout.contains(said), "{}", run.stdout);
            }
            assert!(run.stderr.contains("GITHUB_STEP_SUMMARY cannot be written"), "{}", run.stderr);
        }
    }
}

#[test]
fn a_commit_that_cannot_be_made_loses_no_report() {
    for (command, action, said) in
        [(&["apply", "--yes", "--commit"][..], "create", "1 created"), (&["pull", "--commit"], "capture", "1 updated")]
    {
        for format in ["json", "text"] {
            let world = world();
            match action {
                "create" => world.edit("agents:", "agents:\n  night: {config: {name: Night}}"),
                _ => dashboard(&world, &json!({"firstMessage": "Hi."})),
            }
            world.write(".git/refs/heads/main.lock", "");
            let run = world.run(&[command, &["--format", format]].concat()).expect(1);
            if format == "json" {
                assert_eq!(outcomes(&run.json()), done(action), "{}", run.stdout);
                assert_eq!(codes(&run.json()), ["not-committed"]);
            } else {
                assert!(run.stdout.contains(said), "{}", run.stdout);
                assert!(run.stderr.contains("[not-committed]"), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn a_sync_whose_second_half_fails_tells_and_commits_the_first() {
    for format in ["json", "text"] {
        let world = world();
        dashboard(&world, &json!({"firstMessage": "Hi."}));
        world.edit(
            "agents:",
            "agents:\n  night: {config: {name: Night, server: {url: 'https://x.example', secret: '${env:NOT_SET}'}}}",
        );
        let run = world.run(&["sync", "--yes", "--commit", "--format", format]).expect(1);
        if format == "json" {
            let both = run.json();
            assert!(outcomes(&both["pull"]).contains(&done("capture")[0]), "{both}");
            assert!(both["apply"].is_null(), "{both}");
            assert_eq!(codes(&both), ["missing-variable"]);
        } else {
            assert!(run.stdout.contains("1 updated"), "{}", run.stdout);
            assert!(run.stderr.contains("[missing-variable]"), "{}", run.stderr);
        }
        assert!(world.git(&["show", "HEAD:vapi-state.yaml"]).contains("firstMessage: Hi."));
        assert!(world.git(&["log", "-1", "--format=%s"]).starts_with("vapi-sync sync: 1 captured"));
    }
}

#[test]
fn a_log_that_cannot_say_that_it_was_written_loses_no_report() {
    let world = world();
    let long = "word ".repeat(700);
    dashboard(&world, &json!({"firstMessage": long}));
    std::fs::remove_file(world.path(".vapi-sync/audit.jsonl")).expect("removed");
    // Room for the file and for the intent, and for no second record.
    let run = world.command(&["pull", "--format", "json"]);
    let mut limited = Command::new("sh");
    limited.arg("-c").arg("trap '' XFSZ; ulimit -f 12; exec \"$0\" \"$@\"").arg(run.get_program()).args(run.get_args());
    limited.envs(run.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let run: Run = limited.current_dir(world.folder.path()).stdin(Stdio::null()).output().expect("the binary").into();
    let run = run.expect(1);
    assert_eq!(outcomes(&run.json()), done("capture"), "{}", run.stdout);
    assert_eq!(codes(&run.json()), ["audit-not-writable"]);
    assert!(world.state().contains("word word"), "{}", world.state());
}

#[test]
fn a_sync_tells_a_warning_once_where_it_is_now() {
    let world = world();
    world.edit("      name: Desk\n", "      name: Desk\n      voice: {provider: 11labs, voiceId: sarah}\n");
    world.edit(
        "      firstMessage: Hello.\n",
        "      firstMessage: Hello.\n  night:\n    config: {name: Night, firstMessage: off}\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("two");
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    let run = world.run(&["sync", "--yes"]).expect(0);
    let line = 1 + world.state().lines().position(|line| line.contains("firstMessage: off")).expect("there");
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.contains("[yaml11]")).collect();
    assert_eq!(told.len(), 1, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("vapi-state.yaml:{line}:")), "{line}\n{}", run.stderr);
}

#[test]
fn a_file_that_was_emptied_meanwhile_is_not_filled() {
    let world = World::with(STATE, Config { latency: Duration::from_millis(1500), ..Config::default() });
    world.vapi.insert(Collection::Assistant, json!({"name": "Night"}));
    let run = world.command(&["pull"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    while world.vapi.stats().requests == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    // As an editor does it that writes in place: for a moment there is nothing.
    world.write("vapi-state.yaml", "");
    let run: Run = run.wait_with_output().expect("ended").into();
    run.expect(1);
    assert_eq!(world.state(), "");
}

#[test]
fn a_warning_that_the_file_allows_is_told_by_no_plan() {
    for (comment, told) in [("", 1), (" # vapi-sync: allow server-managed", 0)] {
        let world = World::new(&format!("{STATE}      orgId: x{comment}\n"));
        let run = world.run(&["plan"]).expect(0);
        assert_eq!(run.stderr.matches("[server-managed]").count(), told, "{}", run.stderr);
    }
}
