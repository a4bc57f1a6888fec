//! The file that `pull` writes is one to keep: prompts in files of their own, which give back what Vapi holds and survive what
//! editors and hooks do to files.

use proptest::prelude::*;
use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, generate::Size};

use crate::support::{World, all_is_quiet, id, rounds};

const EMPTY: &str = "version: 1\n";

/// A prompt of twelve lines.
fn long(last: &str) -> String {
    (1..12).map(|line| format!("Line {line}.\n")).collect::<String>() + last
}

fn agent(name: &str, prompts: &[&str]) -> Value {
    let messages: Vec<Value> = prompts.iter().map(|text| json!({"role": "system", "content": text})).collect();
    json!({"name": name, "model": {"provider": "openai", "model": "gpt-4.1", "messages": messages}})
}

/// The world of an empty file and these agents.
fn world(agents: &[Value]) -> World {
    let world = World::new(EMPTY);
    agents.iter().for_each(|agent| drop(world.vapi.insert(Collection::Assistant, agent.clone())));
    world
}

fn read(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the state file says in place of each system prompt of an agent, in order.
fn contents(world: &World, handle: &str) -> Vec<String> {
    let file: Value = serde_yaml::from_str(&world.state()).expect("YAML");
    let messages = file["agents"][handle]["config"]["model"]["messages"].as_array().expect("messages").clone();
    messages.iter().map(|message| message["content"].as_str().expect("text").to_owned()).collect()
}

/// A text of the state file as Vapi gets it, by rules written down here once more.
fn resolved(world: &World, text: &str) -> String {
    match text.strip_prefix("${file:").and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => read(world, name).strip_suffix('\n').expect("a last line end").to_owned(),
        None => text.replace("$${", "${"),
    }
}

/// What pre-commit's `trailing-whitespace` and `end-of-file-fixer` make of a text.
fn hooked(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.strip_suffix('\r') {
        Some(line) => format!("{}\r", line.trim_end()),
        None => line.trim_end().to_owned(),
    });
    format!("{}\n", lines.collect::<Vec<_>>().join("\n").trim_end_matches(['\n', '\r']))
}

/// Lines that something likes to change, and ends of texts.
fn text(lines: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => Just("You answer the phone.".to_owned()),
        2 => Just(String::new()),
        1 => Just("   ".to_owned()),
        1 => Just("ends with blanks  ".to_owned()),
        1 => Just("tab\t".to_owned()),
        1 => Just("  two before".to_owned()),
        1 => Just("\tone tab".to_owned()),
        1 => Just("# no comment: `tick` \"quote\" \\n".to_owned()),
        1 => Just("${file:prompts/a.md} $${env:HOME} ${x} {{name}}".to_owned()),
        1 => Just("---".to_owned()),
        1 => Just("<<<<<<< HEAD".to_owned()),
        1 => Just("Größe 日本語 🦷 \u{a0}".to_owned()),
        1 => Just("Windows\r".to_owned()),
        1 => Just("x".repeat(150)),
        2 => "[ -~]{0,30}",
    ];
    let end = prop_oneof![4 => Just(""), 2 => Just("\n"), 1 => Just("\n\n"), 1 => Just("\n\n\n"), 1 => Just(" \n"), 1 => Just("\t")];
    (prop::collection::vec(line, lines), end).prop_map(|(lines, end)| lines.join("\n") + end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3 * rounds(1) as u32, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_pulled_gives_back_what_vapi_holds(
        agents in prop::collection::vec((prop::collection::vec(text(1..24), 1..3), text(1..4)), 20),
        inline in any::<bool>(),
    ) {
        let named = agents.iter().enumerate().map(|(at, (prompts, note))| {
            let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
            let mut agent = agent(&format!("Agent {at}"), &prompts);
            agent["metadata"] = json!({"note": note});
            agent
        });
        let world = world(&named.collect::<Vec<_>>());
        let flags: &[&str] = if inline { &["--inline"] } else { &[] };
        world.run(&[&["pull"], flags].concat()).expect(0);
        prop_assert!(!(inline && world.path("prompts").exists()));
        for (at, (prompts, _)) in agents.iter().enumerate() {
            let texts: Vec<String> = contents(&world, &format!("agent_{at}")).iter().map(|text| resolved(&world, text)).collect();
            prop_assert_eq!(&texts, prompts);
        }
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
        world.commit("pulled");
        for (path, text) in world.files() {
            std::fs::write(path, hooked(&String::from_utf8(text).expect("text"))).expect("written");
        }
        let plan = world.run(&["plan", "--detailed-exitcode"]);
        prop_assert!(plan.code == 0, "{}\n{}", plan.text(), world.git(&["diff"]));
        // Another pull leaves all of it alone.
        let before = world.files();
        world.run(&["pull"]).expect(0);
        prop_assert_eq!(world.files(), before);
    }
}

#[test]
fn no_file_that_is_there_is_overwritten() {
    let (front, back) = (long("Front."), long("Back."));
    let world = world(&[agent("Front", &[&front, &front]), agent("Back", &[&back]), agent("Other", &[&back])]);
    let shared = "  mine:\n    config:\n      name: Mine\n      model:\n        provider: openai\n        model: gpt-4.1\n        \
                  messages:\n          - role: system\n            content: ${file:prompts/other.md}\n";
    world.write("vapi-state.yaml", &format!("{EMPTY}agents:\n{shared}"));
    world.write("prompts/front.md", "A note of mine.\n");
    world.write("prompts/Front-2.md", "Another one.\n");
    // As a killed run leaves it: this text, used by nobody.
    world.write("prompts/back.md", &format!("{back}\n"));
    // The text of another entry.
    world.write("prompts/other.md", &format!("{back}\n"));
    world.commit("mine");
    let before = world.files();
    world.run(&["pull"]).expect(0);
    assert_eq!(contents(&world, "back"), ["${file:prompts/back.md}"]);
    assert_eq!(contents(&world, "other"), ["${file:prompts/other-2.md}"]);
    let [first, second] = contents(&world, "front").try_into().expect("two");
    let first_name =
        if cfg!(target_os = "linux") { "${file:prompts/front-2.md}" } else { "${file:prompts/front-3.md}" };
    assert_eq!(first, first_name);
    assert_ne!(first, second);
    let after = world.files();
    for (path, text) in before.iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "md")) {
        assert_eq!(after.get(path), Some(text), "{}", path.display());
    }
}

#[test]
fn prompts_go_only_where_an_include_may_stand() {
    let prompt = long("End.");
    let stays = |world: &World, why: &str| {
        let run = world.run(&["pull"]).expect(0);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(contents(world, "front"), [prompt.as_str()]);
        all_is_quiet(world);
    };
    let ignored = world(&[agent("Front", &[&prompt])]);
    ignored.write(".gitignore", "prompts\n");
    ignored.write("prompts/mine.txt", "x");
    stays(&ignored, "git ignores it");
    let a_file = world(&[agent("Front", &[&prompt])]);
    a_file.write("prompts", "a file");
    stays(&a_file, "it is no folder");
    #[cfg(unix)]
    {
        let outside = crate::support::folder();
        let linked = world(&[agent("Front", &[&prompt])]);
        std::os::unix::fs::symlink(outside.path(), linked.path("prompts")).expect("linked");
        stays(&linked, "it leads out of the folder");
        assert_eq!(std::fs::read_dir(outside.path()).expect("listed").count(), 0);
        let inside = world(&[agent("Front", &[&prompt])]);
        inside.write("texts/keep", "");
        std::os::unix::fs::symlink("texts", inside.path("prompts")).expect("linked");
        inside.run(&["pull"]).expect(0);
        assert_eq!(read(&inside, "texts/front.md"), format!("{prompt}\n"));
        all_is_quiet(&inside);
    }
    for (text, why) in [(prompt.replace('\n', "\r\n"), "line ends"), (format!("{prompt}\0"), "control characters")] {
        let world = world(&[agent("Front", &[&text])]);
        let run = world.run(&["pull"]).expect(0);
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert_eq!(contents(&world, "front"), [text]);
        all_is_quiet(&world);
    }
}

#[test]
fn a_pull_that_was_killed_behind_the_prompts_goes_on_with_them() {
    let prompt = long("End.");
    let world = world(&[agent("Front", &[&prompt])]);
    world.run(&["pull"]).expect(0);
    let (state, files) = (world.state(), world.files());
    world.write("vapi-state.yaml", EMPTY);
    world.run(&["pull"]).expect(0);
    assert_eq!((world.state(), world.files()), (state, files));
}

#[test]
fn a_commit_the_report_and_the_log_know_the_new_files() {
    let world = world(&[agent("Front", &[&long("End.")]), agent("Short", &["Hi."])]);
    for (key, value) in [("user.name", "Test"), ("user.email", "test@example.com")] {
        world.git(&["config", key, value]);
    }
    let pulled = world.run(&["pull", "--commit", "--format", "json"]).expect(0).json();
    let files = |list: &Value, address: &str| {
        let mut of = list.as_array().expect("a list").iter().filter(|of| of["address"] == address);
        of.next().expect("there")["files"].clone()
    };
    assert_eq!(files(&pulled["changes"], "agents.front"), json!(["prompts/front.md"]));
    assert_eq!(files(&pulled["changes"], "agents.short"), Value::Null);
    assert!(world.git(&["show", "--stat", "HEAD"]).contains("prompts/front.md"));
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    let log = world.run(&["log", "agents.front", "--format", "json"]).expect(0).json();
    assert_eq!(files(&log["records"], "agents.front"), json!(["prompts/front.md"]));
}

#[test]
fn only_what_is_new_goes_into_a_file() {
    let world = world(&[agent("Front", &["Hi."])]);
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    let front = id(&world.agent("Front"));
    let model = |text: &str| json!({"model": agent("", &[text])["model"]});
    world.vapi.edit(Collection::Assistant, &front, &model(&long("In place.")));
    world.run(&["pull"]).expect(0);
    assert_eq!(contents(&world, "front"), [long("In place.")]);
    // A field that the file did not have is new, and so is the prompt in it.
    world.write(
        "vapi-state.yaml",
        &format!("{EMPTY}agents:\n  front:\n    vapi_assistant_id: {front}\n    config:\n      name: Front\n"),
    );
    world.vapi.edit(Collection::Assistant, &front, &model(&long("New.")));
    let run = world.run(&["pull"]).expect(0);
    assert!(run.stdout.contains("1 file made in prompts/"), "{}", run.stdout);
    assert_eq!(contents(&world, "front"), ["${file:prompts/front.md}"]);
    all_is_quiet(&world);
}

#[test]
fn environments_share_the_files_of_what_they_share() {
    let state = "version: 1\nenvironments:\n  staging: {}\n";
    let mut world = World::new(state);
    world.env = vec![("VAPI_API_KEY_STAGING".to_owned(), vapi_sync::emulator::DEFAULT_KEY.to_owned())];
    world.vapi.insert(Collection::Assistant, agent("Front", &[&long("End.")]));
    world.run(&["pull", "--env", "staging"]).expect(0);
    assert_eq!(contents(&world, "front"), ["${file:prompts/front.md}"]);
    world.run(&["plan", "--env", "staging", "--detailed-exitcode"]).expect(0);
}

#[test]
fn entries_stand_apart_and_a_shared_secret_has_one_name() {
    let server = json!({"url": "https://x.example.com", "headers": {"X-Api-Key": "hunter2-hunter2"}});
    let with_server = |name: &str| {
        let mut agent = agent(name, &["Hi."]);
        agent["server"] = server.clone();
        agent
    };
    let world = world(&[with_server("One"), with_server("Two"), agent("Three", &["Hi."])]);
    world.run(&["pull"]).expect(0);
    let state = world.state();
    assert_eq!(state.matches("${env:SERVER_HEADERS_X_API_KEY}").count(), 2, "{state}");
    assert_eq!(state.matches("\n\n  ").count(), 2, "{state}");
    assert!(!state.contains("\n\n\n") && state.contains("\n\nagents:\n  "), "{state}");
    assert_eq!(state.matches(" # ").count(), 1, "{state}");
}

/// An organisation of the generator's: circles, odd texts, all kinds.
#[test]
fn an_odd_organisation_survives_the_hooks() {
    let world = World::with(EMPTY, Config { seed: 7, ..Config::default() });
    world.vapi.seed(Size { tools: 8, assistants: 8, squads: 3, outputs: 3, numbers: 4 }).expect("seeded");
    world.run(&["pull"]).expect(0);
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
    for (path, text) in world.files() {
        std::fs::write(path, hooked(&String::from_utf8(text).expect("text"))).expect("written");
    }
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}
