//! The documents keep their word: every command block of every README is run as it stands, and what they show is real.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use vapi_sync::emulator::{Collection, Config, DEFAULT_ORG};

use crate::support::{World, id};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of a document with this language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if line.trim_end() == format!("```{language}") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != "```").collect();
            blocks.push(block.join("\n") + "\n");
        }
    }
    blocks
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("listed").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A repository with the files of a folder, committed, and a Vapi that also takes the key `...`.
fn world(folder: Option<&str>) -> World {
    let keys = ["emulator", "..."].map(|key| (key.to_owned(), DEFAULT_ORG.to_owned())).to_vec();
    let world = World::outside_git("", Config { keys, ..Config::default() });
    std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
    if let Some(folder) = folder {
        copy(&root().join(folder), world.folder.path());
    }
    world.git(&["init", "-q", "-b", "main"]);
    world.git(&["config", "user.name", "Test"]);
    world.git(&["config", "user.email", "test@example.com"]);
    world.git(&["config", "commit.gpgsign", "false"]);
    world.commit("first");
    world
}

/// Runs all command blocks of a document in one shell, one after the other, stopping at the first that fails.
#[track_caller]
fn run_blocks(world: &World, blocks: &[String]) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_vapi-sync")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = world.command(&[]);
    let environment: Vec<_> =
        command.get_envs().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect();
    command = Command::new("sh");
    command.env_clear().envs(environment).env("PATH", path).current_dir(world.folder.path());
    let output = command.arg("-euxc").arg(blocks.concat()).output().expect("sh");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_two_commands_of_the_readme_are_what_they_say() {
    let first = &blocks(&read("README.md"), "sh")[0];
    assert_eq!(first, "sh examples/tour.sh\ncargo test\n");
    assert!(read(".ci/run").contains("\ncargo test"), "CI calls the test command of the README");
    let output = Command::new("sh")
        .arg("examples/tour.sh")
        .current_dir(root())
        .env("VAPI_SYNC", env!("CARGO_BIN_EXE_vapi-sync"))
        .output()
        .expect("sh");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for expected in [
        "Plan: 3 to create.",
        "Applied: 3 created.",
        "Pulled: 1 imported, 1 updated.",
        "No changes.",
        "In sync: 3 agents and 1 phone number.",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}

#[test]
fn the_commands_of_the_readme_run() {
    let world = world(None);
    world.vapi.insert(Collection::Assistant, json!({"name": "Front Desk", "firstMessage": "Hi"}));
    run_blocks(&world, &blocks(&read("README.md"), "sh")[1..]);
}

#[test]
fn the_commands_of_the_examples_run() {
    let mut examples: Vec<PathBuf> = std::fs::read_dir(root().join("examples"))
        .expect("listed")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    examples.sort();
    assert!(examples.len() >= 4, "{examples:?}");
    for example in examples {
        let name = format!("examples/{}", example.file_name().expect("a name").to_string_lossy());
        if read(&format!("{name}/vapi-state.yaml")).contains("\nenvironments:") {
            continue;
        }
        let world = world(Some(&name));
        if name.ends_with("capture") {
            world.vapi.generate(5);
            world.vapi.insert(Collection::Assistant, json!({"name": "Playground 1"}));
        }
        let readme = read(&format!("{name}/README.md"));
        let commands = blocks(&readme, "sh");
        assert!(!commands.is_empty(), "{name}");
        let said = run_blocks(&world, &commands);
        for shown in blocks(&readme, "text") {
            assert!(said.contains(&shown), "{name} shows\n{shown}\nand says\n{said}");
        }
        assert!(!world.state().contains("Playground 1"), "{name}");
        let before = world.state();
        world.taken();
        world.run(&["sync", "--yes"]).expect(0);
        assert_eq!((world.state(), world.writes().len()), (before, 0), "{name} is quiet afterwards");
    }
}

#[test]
fn the_commands_of_the_example_with_environments_run() {
    let name = "examples/environments";
    let mut two = super::environments::Two::new(&read(&format!("{name}/vapi-state.yaml")));
    two.world.env.push(("TWILIO_ACCOUNT_SID".to_owned(), "AC0".to_owned()));
    two.world.env.push(("TWILIO_AUTH_TOKEN".to_owned(), "a-made-up-token".to_owned()));
    two.world.write("prompts/receptionist.md", &read(&format!("{name}/prompts/receptionist.md")));
    for (key, value) in [("user.name", "Test"), ("user.email", "test@example.com"), ("commit.gpgsign", "false")] {
        two.world.git(&["config", key, value]);
    }
    two.world.commit("the example");
    run_blocks(&two.world, &blocks(&read(&format!("{name}/README.md")), "sh"));
    let there = two.production.objects(Collection::PhoneNumber);
    assert_eq!((two.world.numbers().len(), there.len()), (0, 1));
    for environment in ["staging", "production"] {
        let before = two.world.state();
        two.run(environment, &["sync", "--yes"]).expect(0);
        assert_eq!(two.world.state(), before, "it is quiet afterwards");
    }
}

/// A text without what differs from run to run: commits and times.
fn timeless(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.trim_end().to_owned();
        for marker in ["changed in Vapi on "] {
            if let Some(at) = line.find(marker) {
                line.truncate(at + marker.len());
            }
        }
        words.push(line);
    }
    words.join("\n").trim().to_owned()
}

#[test]
fn the_plan_of_the_readme_is_real() {
    let mut world = world(None);
    for (key, value) in [("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"), ("TWILIO_AUTH_TOKEN", "made-up")]
    {
        world.env.push((key.to_owned(), value.to_owned()));
    }
    world.write("vapi-state.yaml", &read("vapi-state.yaml"));
    world
        .edit("firstMessageMode: assistant-speaks-first-with-model-generated-message", "firstMessage: Billing, hello.");
    world.commit("first");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("about an invoice go to", "about an invoice or a payment go to");
    world.commit("payments");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Billing")), &json!({"firstMessage": "Hello!"}));
    let plan = world.run(&["plan"]).expect(0);
    assert_eq!(timeless(&plan.stdout), timeless(&blocks(&read("README.md"), "text")[0]), "\n{}", plan.stdout);
}
