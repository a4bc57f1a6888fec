//! What other state files of the repository have is theirs.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, DEFAULT_ORG};

use crate::e2e::environments::{STATE, Two};
use crate::support::{World, id, is_quiet};

/// A repository whose file is pulled: three agents and a tool in Vapi, all of them `vapi-state.yaml`'s.
fn pulled() -> World {
    let world = World::new("version: 1\n");
    for name in ["Front", "Back", "Night"] {
        world.vapi.insert(Collection::Assistant, json!({"name": name}));
    }
    let parameters = json!({"type": "object", "properties": {}});
    let tool = json!({"type": "function", "function": {"name": "look", "parameters": parameters}});
    world.vapi.insert(Collection::Tool, tool);
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    world
}

const LEFT: &str = "1 tool and 3 agents are in vapi-state.yaml, another state file of this repository, and left alone.";

fn second(world: &World, name: &str) {
    world.write(name, "version: 1\n");
}

/// The document of a command on the second file.
fn json_of(world: &World, command: &[&str]) -> Value {
    world.run(&[command, &["--format", "json"]].concat()).expect(0).json()
}

#[test]
fn what_another_file_has_is_left_and_said() {
    let world = pulled();
    second(&world, "other.yaml");
    let of_other = ["-f", "other.yaml"];
    let file = || std::fs::read_to_string(world.path("other.yaml")).expect("read");
    for command in [&["pull"][..], &["sync", "--yes"], &["status"], &["pull", "--format", "markdown"]] {
        let run = world.run(&[command, &of_other].concat()).expect(0);
        assert_eq!(run.text().matches(LEFT).count(), 1, "{command:?}: {}", run.text());
        assert!(!run.text().contains("only in Vapi") && !file().contains("Front"), "{}\n{}", run.text(), file());
    }
    let page = world.run(&["status", "--format", "html", "-f", "other.yaml"]).expect(0);
    assert!(page.stdout.contains(LEFT), "{}", page.stdout);
    let plan = world.run(&["plan", "-f", "other.yaml", "--detailed-exitcode"]).expect(0);
    assert!(!plan.text().contains("only in Vapi"), "{}", plan.text());
    let expected = json!([{"file": "vapi-state.yaml", "counts": {"agents": 3, "tools": 1}}]);
    for command in ["plan", "pull", "status"] {
        assert_eq!(json_of(&world, &[command, "-f", "other.yaml"])["left"], expected, "{command}");
    }
    let status = json_of(&world, &["status", "-f", "other.yaml", "--exit-code"]);
    assert_eq!(status["in_sync"], true, "{status}");
    // And the other way round, of what this one makes; what nobody has is taken by whoever comes first.
    world.vapi.insert(Collection::Assistant, json!({"name": "Fresh"}));
    world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert!(file().contains("name: Fresh"), "{}", file());
    let run = world.run(&["pull"]).expect(0);
    let left = "1 agent is in other.yaml, another state file of this repository, and left alone.";
    assert!(run.text().contains(left) && !world.state().contains("Fresh"), "{}", run.text());
    world.commit("both");
    is_quiet(&world, &["pull"]);
    is_quiet(&world, &["pull", "-f", "other.yaml"]);
}

#[test]
fn a_reference_to_what_another_file_has_stays_an_id() {
    let world = pulled();
    let front = id(&world.agent("Front"));
    world.vapi.insert(Collection::Squad, json!({"name": "Team", "members": [{"assistantId": front}]}));
    second(&world, "other.yaml");
    world.run(&["pull", "-f", "other.yaml"]).expect(0);
    let file = std::fs::read_to_string(world.path("other.yaml")).expect("read");
    assert!(file.contains(&format!("assistantId: {front}")) && !file.contains("agents:"), "{file}");
}

#[test]
fn the_working_tree_says_which_files_there_are() {
    // One that nobody committed.
    let world = World::new("version: 1\n");
    world.vapi.insert(Collection::Assistant, json!({"name": "Front"}));
    world.run(&["pull"]).expect(0);
    world.git(&["rm", "-q", "--cached", "vapi-state.yaml"]);
    world.git(&["commit", "-q", "-m", "not any more"]);
    second(&world, "deep/er/other.yml");
    let run = world.run(&["pull", "-f", "deep/er/other.yml"]).expect(0);
    assert!(run.text().contains("1 agent is in vapi-state.yaml"), "{}", run.text());
    // One that git ignores is nobody's.
    world.write(".gitignore", "/vapi-state.yaml\n");
    let run = world.run(&["pull", "-f", "deep/er/other.yml"]).expect(0);
    assert!(run.text().contains("1 imported"), "{}", run.text());
    // The file itself under a new name, whether it is committed or not.
    let world = pulled();
    world.git(&["mv", "vapi-state.yaml", "team.yaml"]);
    is_quiet(&world, &["pull", "-f", "team.yaml"]);
    second(&world, "other.yaml");
    let run = world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert!(run.text().contains("are in team.yaml"), "{}", run.text());
    assert_eq!(run.text().matches("another state file").count(), 1, "{}", run.text());
    world.commit("renamed");
    let run = world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert_eq!(run.text().matches("another state file").count(), 1, "{}", run.text());
    // One that is deleted has nothing, though HEAD has it.
    std::fs::remove_file(world.path("team.yaml")).expect("removed");
    let run = world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert!(run.text().contains("4 imported"), "{}", run.text());
}

#[test]
fn a_sparse_checkout_hides_no_file() {
    let world = pulled();
    world.write("teams/other.yaml", "version: 1\n");
    world.commit("a second one");
    world.git(&["update-index", "--skip-worktree", "vapi-state.yaml"]);
    std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
    let run = world.run(&["pull", "-f", "teams/other.yaml"]).expect(0);
    assert!(run.text().contains(LEFT), "{}", run.text());
}

#[test]
fn a_file_of_another_organisation_has_nothing_here() {
    let world = pulled();
    world.edit(&format!("org_id: {DEFAULT_ORG}"), "org_id: 99999999-0000-4000-8000-000000000000");
    second(&world, "other.yaml");
    let run = world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert!(run.text().contains("4 imported") && !run.text().contains("another state file"), "{}", run.text());
    // One that names no organisation may be of this one.
    let world = pulled();
    world.edit(&format!("org_id: {DEFAULT_ORG}\n"), "");
    second(&world, "other.yaml");
    let run = world.run(&["pull", "-f", "other.yaml"]).expect(0);
    assert!(run.text().contains(LEFT), "{}", run.text());
}

#[test]
fn an_entry_without_an_id_does_not_get_the_object_of_another_file() {
    let world = pulled();
    world.write("other.yaml", "version: 1\nagents:\n  front:\n    config: {name: Front, firstMessage: Hi}\n");
    world.taken();
    for command in [&["plan", "-f", "other.yaml"][..], &["apply", "--yes", "-f", "other.yaml"]] {
        let run = world.run(command).expect(1);
        assert!(run.text().contains("in-another-file") && run.text().contains("vapi-state.yaml"), "{}", run.text());
    }
    assert_eq!(world.writes().len(), 0);
    // Who writes the id means it.
    let front = id(&world.agent("Front"));
    let state = format!("version: 1\nagents:\n  front:\n    vapi_assistant_id: {front}\n    config: {{name: Front}}\n");
    world.write("other.yaml", &state);
    world.run(&["plan", "-f", "other.yaml"]).expect(0);
    // And moving an entry is deleting it there.
    let world = pulled();
    let state: Vec<String> = world.state().split("\n\n").map(str::to_owned).collect();
    let rest: Vec<String> = state.iter().filter(|part| !part.contains("name: Front")).cloned().collect();
    world.write("vapi-state.yaml", &rest.join("\n\n"));
    world.write("other.yaml", "version: 1\nagents:\n  front:\n    config: {name: Front}\n");
    let run = world.run(&["apply", "--yes", "-f", "other.yaml"]).expect(0);
    assert!(run.text().contains("1 linked"), "{}", run.text());
}

#[test]
fn environments_have_what_stands_under_their_names() {
    let mut two = Two::new(STATE);
    two.world.env.push(("TW".to_owned(), "a-token-of-this-test".to_owned()));
    two.promoted();
    let key = |name: &str| {
        let text = two.world.env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        text.expect("a variable")
    };
    let run = |environment: &str| {
        let mut command = two.world.command(&["pull", "-f", "other.yaml"]);
        command.env("VAPI_API_KEY", key(&format!("VAPI_API_KEY_{environment}")));
        command.env("VAPI_BASE_URL", key(&format!("VAPI_BASE_URL_{environment}")));
        crate::support::Run::from(command.output().expect("run")).expect(0)
    };
    for environment in ["STAGING", "PRODUCTION"] {
        second(&two.world, "other.yaml");
        let run = run(environment);
        assert!(run.text().contains("in vapi-state.yaml, another state file"), "{environment}: {}", run.text());
        assert!(!run.text().contains("imported"), "{environment}: {}", run.text());
    }
    // The other way round: a file with environments leaves what a plain one has of one of its organisations.
    let fresh = two.production.insert(Collection::Assistant, json!({"name": "Fresh"}));
    two.world
        .write("other.yaml", &format!("version: 1\nagents:\n  f:\n    vapi_assistant_id: {fresh}\n    config: {{}}\n"));
    let run = two.run("production", &["pull"]).expect(0);
    assert!(run.text().contains("1 agent is in other.yaml"), "{}", run.text());
    assert!(!two.world.state().contains("Fresh"), "{}", two.world.state());
}
