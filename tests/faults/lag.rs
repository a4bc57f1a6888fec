//! Lists that do not show yet what was made. Time in Vapi stands still until the test moves it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use vapi_sync::emulator::{Clock, Collection, Config, ManualClock};

use crate::support::{Run, World, id};

pub const LAG: Duration = Duration::from_secs(3600);

/// Longer than any test takes: what ends a wait is what is waited for.
pub const PATIENCE: &str = "90s";

/// A world whose lists show new objects when the clock is moved by [`LAG`].
pub fn lagging(state: &str) -> (World, ManualClock) {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(1));
    let config = Config { list_lag: LAG, clock: Clock::Manual(clock.clone()), ..Config::default() };
    (World::with(state, config), clock)
}

/// Runs a command until so much has happened, then does something, and lets it end.
pub fn when(
    world: &World,
    args: &[&str],
    happened: impl Fn(&World) -> bool,
    act: impl FnOnce(&mut std::process::Child),
) -> Run {
    let mut command = world.command(args);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let give_up = Instant::now() + Duration::from_secs(60);
    // A run that ends before that is judged by what it did.
    while !happened(world) && run.try_wait().expect("asked").is_none() {
        assert!(Instant::now() < give_up, "it does not happen");
        std::thread::sleep(Duration::from_micros(500));
    }
    act(&mut run);
    run.wait_with_output().expect("ended").into()
}

pub fn lists(world: &World, path: &str) -> usize {
    world.vapi.hits().iter().filter(|hit| hit.method == "GET" && hit.path == path).count()
}

const AGENTS: &str = "version: 1\nagents:\n  a: {config: {name: A}}\n  b: {config: {name: B}}\n";

const BOUGHT: &str = "version: 1\nphone_numbers:\n  main: {config: {provider: vapi, name: N}}\n";

#[test]
fn what_a_killed_run_made_is_waited_for_and_not_made_twice() {
    for (state, path, first, flags) in [
        // The other agent was not begun: there is nothing of it to wait for.
        (AGENTS, "/assistant", &["--target", "agents.a"][..], &[][..]),
        (BOUGHT, "/phone-number", &["--allow-purchase"], &["--allow-purchase"]),
    ] {
        let (world, clock) = lagging(state);
        world.set_fault(&format!("POST {path} nth=1 after hang"));
        let made = |world: &World| world.agents().len() + world.numbers().len() == 1;
        let args = [&["apply", "--yes"], first].concat();
        when(&world, &args, made, |run| run.kill().expect("killed"));
        assert!(made(&world) && !world.state().contains("_id: "), "{}", world.state());
        world.vapi.set_faults(Vec::new());
        world.taken();
        // The plan reads the list once; the second and third time it is waited for.
        let args = [&["apply", "--yes", "--settle-timeout", PATIENCE], flags].concat();
        let run = when(&world, &args, |world| lists(world, path) >= 3, |_| clock.advance(LAG)).expect(0);
        assert!(run.stderr.contains("ended before it knew whether it made"), "{}", run.stderr);
        let entries = state.matches("config").count();
        assert_eq!(world.agents().len() + world.numbers().len(), entries, "each once");
        assert_eq!(world.writes().iter().filter(|hit| hit.method == "POST").count(), entries - 1);
        for object in world.agents().iter().chain(&world.numbers()) {
            assert!(world.state().contains(&id(object)), "{object}\n{}", world.state());
        }
    }
}

const NAMELESS: &str =
    "version: 1\nagents:\n  a: {config: {firstMessage: Hello}}\n  b: {config: {firstMessage: Hi, name: B}}\n";

/// Kills an apply of [`NAMELESS`] once Vapi holds the agent that the file does not know yet.
fn killed_without_a_name() -> World {
    let world = World::with(NAMELESS, Config::default());
    world.set_fault("POST /assistant nth=1 after hang");
    when(
        &world,
        &["apply", "--yes", "--target", "agents.a"],
        |world| world.agents().len() == 1,
        |run| run.kill().expect("killed"),
    );
    assert!(!world.state().contains("_id: "), "{}", world.state());
    world.vapi.set_faults(Vec::new());
    world.taken();
    world
}

#[test]
fn an_agent_without_a_name_is_found_by_what_the_log_says_of_it() {
    let world = killed_without_a_name();
    let made = id(&world.agents()[0]);
    // `pull` does not take it for somebody's new agent.
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains(&made), "{}", world.state());
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");

    let world = killed_without_a_name();
    let made = id(&world.agents()[0]);
    let plan = world.run(&["plan"]).expect(0);
    assert!(plan.stdout.contains("1 to create"), "{}", plan.stdout);
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");
    assert!(world.state().contains(&made), "{}", world.state());
    assert_eq!(world.agents().iter().filter(|agent| agent.get("name").is_none()).count(), 1);

    // Deleted, made again, and killed: the same.
    world.vapi.remove(Collection::Assistant, &made);
    world.set_fault("POST /assistant nth=1 after hang");
    when(&world, &["apply", "--yes"], |world| world.agents().len() == 2, |run| run.kill().expect("killed"));
    world.vapi.set_faults(Vec::new());
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");
    for agent in world.agents() {
        assert!(world.state().contains(&id(&agent)), "{agent}\n{}", world.state());
    }
}

#[test]
fn what_is_like_an_agent_without_a_name_is_not_taken_without_a_reason() {
    // No run of ours began it.
    let world = World::with(NAMELESS, Config::default());
    world.vapi.insert(Collection::Assistant, json!({"firstMessage": "Hello"}));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 3);
    // Two could be it.
    let world = killed_without_a_name();
    world.vapi.insert(Collection::Assistant, json!({"firstMessage": "Hello"}));
    let run = world.run(&["apply", "--yes"]).expect(1);
    assert!(run.stderr.contains("agents.a could be any of 2 agents in Vapi without a name: "), "{}", run.text());
    assert!(world.writes().is_empty());
    // The log of another file knows nothing of this one.
    let world = killed_without_a_name();
    world.write("other.yaml", NAMELESS);
    world.run(&["apply", "--yes", "-f", "other.yaml", "--target", "agents.a"]).expect(0);
    assert_eq!(world.agents().len(), 2);
    // What is in the file was about something else when it was made.
    let world = World::with(NAMELESS, Config::default());
    world.run(&["apply", "--yes", "--target", "agents.a"]).expect(0);
    world.write("vapi-state.yaml", &NAMELESS.replace("Hello", "Good day"));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 3);
}

/// Between the kill and the next run somebody mends the file.
#[test]
fn what_was_sent_is_found_again_also_where_the_file_says_something_else_by_now() {
    let world = killed_without_a_name();
    let made = id(&world.agents()[0]);
    world.write("vapi-state.yaml", &NAMELESS.replace("Hello", "Good day"));
    world.commit("good day");
    world.run(&["apply", "--yes", "--prefer", "file"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");
    assert!(world.state().contains(&made), "{}", world.state());
    assert_eq!(world.agents().iter().filter(|agent| agent["firstMessage"] == "Good day").count(), 1);
    // Also its name.
    let world = World::with(AGENTS, Config::default());
    world.set_fault("POST /assistant nth=1 after hang");
    let args = ["apply", "--yes", "--target", "agents.a"];
    when(&world, &args, |world| world.agents().len() == 1, |run| run.kill().expect("killed"));
    world.vapi.set_faults(Vec::new());
    let made = id(&world.agent("A"));
    world.write("vapi-state.yaml", &AGENTS.replace("name: A", "name: Front desk"));
    world.run(&["apply", "--yes", "--prefer", "file"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");
    assert!(world.state().contains(&made), "{}", world.state());
    assert_eq!(id(&world.agent("Front desk")), made);
    // Unless another entry has that name by now.
    let world = World::with(AGENTS, Config::default());
    world.set_fault("POST /assistant nth=1 after hang");
    when(&world, &args, |world| world.agents().len() == 1, |run| run.kill().expect("killed"));
    world.vapi.set_faults(Vec::new());
    let made = id(&world.agent("A"));
    world.write("vapi-state.yaml", &AGENTS.replace("name: A", "name: C").replace("name: B", "name: A"));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 2, "each once");
    let state = world.state();
    assert!(state.find(&made) > state.find("  b:") && state.contains(&id(&world.agent("C"))), "{state}");
}

#[test]
fn an_id_that_only_the_log_has_is_asked_for() {
    let (world, _clock) = lagging(AGENTS);
    let before = world.state();
    world.run(&["apply", "--yes"]).expect(0);
    // As if it had been killed between its answers and the file.
    world.write("vapi-state.yaml", &before);
    world.taken();
    world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert!(world.writes().is_empty());
    for agent in world.agents() {
        assert!(world.state().contains(&id(&agent)), "{agent}\n{}", world.state());
    }
    // What was deleted since is made again at once.
    let gone = id(&world.agent("A"));
    world.vapi.remove(Collection::Assistant, &gone);
    world.write("vapi-state.yaml", &before);
    world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert_eq!(world.agents().len(), 2);
}

#[test]
fn what_was_not_made_is_made_when_the_wait_is_over_and_what_was_begun_long_ago_is_not_waited_for() {
    let (world, _clock) = lagging(AGENTS);
    let intent = |time: &str| json!({"time": time, "run": "r1", "command": "apply", "address": "agents.a", "action": "create", "outcome": "intent"});
    world.write(".vapi-sync/audit.jsonl", &format!("{}\n", intent("2020-01-01T00:00:00Z")));
    let run = world.run(&["apply", "--yes", "--target", "agents.a", "--settle-timeout", PATIENCE]).expect(0);
    assert!(!run.stderr.contains("ended before it knew"), "{}", run.stderr);
    let (world, clock) = lagging(AGENTS);
    world.write(".vapi-sync/audit.jsonl", &format!("{}\n", intent(&jiff::Timestamp::now().to_string())));
    let run = world.run(&["apply", "--yes", "--settle-timeout", "300ms"]).expect(0);
    assert!(run.stderr.contains("Run r1 ended before it knew whether it made agents.a:"), "{}", run.stderr);
    assert_eq!(world.agents().len(), 2);
    // Once it is made, nothing is waited for any more.
    clock.advance(LAG);
    let run = world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert!(!run.stderr.contains("ended before it knew"), "{}", run.stderr);
}

fn imported(name: &str) -> String {
    format!(
        "version: 1\nphone_numbers:\n  main:\n    config:\n      provider: twilio\n      number: \"+14155550100\"\n      name: {name}\n      \
         twilioAccountSid: AC00000000000000000000000000000000\n"
    )
}

/// Somebody imported the number a moment ago, and no list shows it yet: Vapi says that it exists.
#[test]
fn a_number_that_exists_is_linked_and_what_differs_is_told() {
    for (name, code) in [("Ours", 0), ("Theirs", 4)] {
        let (world, clock) = lagging(&imported("Ours"));
        world.write("vapi-state.yaml", &imported(name));
        world.run(&["apply", "--yes"]).expect(0);
        let number = id(&world.numbers()[0]);
        // Another checkout.
        std::fs::remove_dir_all(world.path(".vapi-sync")).expect("removed");
        world.write("vapi-state.yaml", &imported("Ours"));
        world.taken();
        let refused = |world: &World| world.vapi.hits().iter().any(|hit| hit.method == "POST" && hit.status.is_some());
        let args = ["apply", "--yes", "--settle-timeout", PATIENCE];
        let run = when(&world, &args, refused, |_| clock.advance(LAG)).expect(code);
        let writes = world.writes();
        assert_eq!(writes.iter().map(|hit| hit.status).collect::<Vec<_>>(), [Some(400)], "nothing but the refused one");
        assert!(world.state().contains(&number), "{}", world.state());
        assert_eq!(world.numbers().len(), 1);
        if code == 0 {
            assert!(run.stderr.contains(&format!("it was there already; linked to {number}")), "{}", run.stderr);
            world.run(&["plan", "--detailed-exitcode"]).expect(0);
        } else {
            assert!(
                run.text().contains(&format!("linked to {number}, which is not as the file says")),
                "{}",
                run.text()
            );
            assert!(run.text().contains(r#"name should be "Ours", is "Theirs""#), "{}", run.text());
            // The next run judges it as any difference: this name was never in git, so it is held back.
            world.run(&["apply", "--yes"]).expect(3);
            assert_eq!(world.numbers()[0]["name"], "Theirs");
            world.run(&["apply", "--yes", "--prefer", "file"]).expect(0);
            assert_eq!(world.numbers()[0]["name"], "Ours");
        }
    }
}
