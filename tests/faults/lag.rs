//! Lists that lag. Vapi's clock stands still until the test advances it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use vapi_sync::emulator::{Clock, Collection, Config, ManualClock};

use crate::support::samples::{SAMPLES, Sample};
use crate::support::{Run, World, id};

pub const LAG: Duration = Duration::from_secs(3600);

/// Longer than any test takes: no wait ends by its timeout.
pub const PATIENCE: &str = "90s";

/// A world whose lists show new objects after [`LAG`].
pub fn lagging(state: &str) -> (World, ManualClock) {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(1));
    let config = Config { list_lag: LAG, clock: Clock::Manual(clock.clone()), ..Config::default() };
    (World::with(state, config), clock)
}

/// Runs a command until a condition holds, then does something, and waits for the end.
pub fn when(
    world: &World,
    args: &[&str],
    happened: impl Fn(&World) -> bool,
    act: impl FnOnce(&mut std::process::Child),
) -> Run {
    let mut command = world.command(args);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let give_up = Instant::now() + Duration::from_secs(60);
    // A run that ends earlier is judged by its result.
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
fn what_a_killed_run_created_is_polled_for_and_not_created_twice() {
    // The other of the two was not started: nothing to poll for.
    let two = |sample: &Sample| {
        let entry = |handle| sample.entry(handle, &sample.config(handle, "Hello"));
        let state = format!("version: 1\n{}:\n{}{}", sample.section, entry("a1"), entry("a2"));
        (state, sample.path(), vec!["--target".to_owned(), format!("{}.a1", sample.section)], vec![])
    };
    let bought = vec!["--allow-purchase".to_owned()];
    let bought = (BOUGHT.to_owned(), "/phone-number".to_owned(), bought.clone(), bought);
    for (state, path, first, flags) in SAMPLES.iter().map(two).chain([bought]) {
        let (world, clock) = lagging(&state);
        world.set_fault(&format!("POST {path} nth=1 after hang"));
        let made = |world: &World| world.all().len() == 1;
        let args: Vec<&str> = ["apply", "--yes"].into_iter().chain(first.iter().map(String::as_str)).collect();
        when(&world, &args, made, |run| run.kill().expect("killed"));
        assert!(made(&world) && !world.state().contains("_id: "), "{}", world.state());
        world.vapi.set_faults(Vec::new());
        world.taken();
        // The plan reads the list once; the second and third read are polls.
        let patient = ["apply", "--yes", "--settle-timeout", PATIENCE];
        let args: Vec<&str> = patient.into_iter().chain(flags.iter().map(String::as_str)).collect();
        let run = when(&world, &args, |world| lists(world, &path) >= 3, |_| clock.advance(LAG)).expect(0);
        assert!(run.stderr.contains(" ended before Vapi had answered"), "{}", run.stderr);
        let entries = state.matches("config").count();
        assert_eq!(world.all().len(), entries, "each once");
        assert_eq!(world.writes().iter().filter(|hit| hit.method == "POST").count(), entries - 1);
        for object in world.all() {
            assert!(world.state().contains(&id(&object)), "{object}\n{}", world.state());
        }
    }
}

const NAMELESS: &str =
    "version: 1\nagents:\n  a: {config: {firstMessage: Hello}}\n  b: {config: {firstMessage: Hi, name: B}}\n";

/// Kills an apply of [`NAMELESS`] when Vapi has the agent and the file has no id.
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
fn an_agent_without_a_name_is_found_by_the_log() {
    let world = killed_without_a_name();
    let made = id(&world.agents()[0]);
    // `pull` does not import it as a new agent.
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

    // The same when it was deleted and the recreating run is killed.
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
fn an_agent_without_a_name_is_not_linked_by_resemblance_alone() {
    // No run of ours created it.
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
    // The log of another file does not count.
    let world = killed_without_a_name();
    world.write("other.yaml", NAMELESS);
    world.run(&["apply", "--yes", "-f", "other.yaml", "--target", "agents.a"]).expect(0);
    assert_eq!(world.agents().len(), 2);
    // The entry meant something else when the object was created.
    let world = World::with(NAMELESS, Config::default());
    world.run(&["apply", "--yes", "--target", "agents.a"]).expect(0);
    world.write("vapi-state.yaml", &NAMELESS.replace("Hello", "Good day"));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), 3);
}

/// Somebody edits the file between the kill and the next run.
#[test]
fn a_sent_object_is_found_although_the_file_has_changed() {
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
fn an_id_that_only_the_log_has_is_requested() {
    let (world, _clock) = lagging(AGENTS);
    let before = world.state();
    world.run(&["apply", "--yes"]).expect(0);
    // As if killed between the responses and the write of the file.
    world.write("vapi-state.yaml", &before);
    world.taken();
    world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert!(world.writes().is_empty());
    for agent in world.agents() {
        assert!(world.state().contains(&id(&agent)), "{agent}\n{}", world.state());
    }
    // What was deleted since is recreated at once.
    let gone = id(&world.agent("A"));
    world.vapi.remove(Collection::Assistant, &gone);
    world.write("vapi-state.yaml", &before);
    world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert_eq!(world.agents().len(), 2);
}

#[test]
fn creates_after_the_timeout_and_does_not_poll_for_old_attempts() {
    let (world, _clock) = lagging(AGENTS);
    let intent = |time: &str| json!({"time": time, "run": "r1", "command": "apply", "address": "agents.a", "action": "create", "outcome": "intent"});
    world.write(".vapi-sync/audit.jsonl", &format!("{}\n", intent("2020-01-01T00:00:00Z")));
    let run = world.run(&["apply", "--yes", "--target", "agents.a", "--settle-timeout", PATIENCE]).expect(0);
    assert!(!run.stderr.contains("ended before Vapi had answered"), "{}", run.stderr);
    let (world, clock) = lagging(AGENTS);
    world.write(".vapi-sync/audit.jsonl", &format!("{}\n", intent(&jiff::Timestamp::now().to_string())));
    let run = world.run(&["apply", "--yes", "--settle-timeout", "300ms"]).expect(0);
    assert!(
        run.stderr.contains("Run r1 ended before Vapi had answered: looking for agents.a in Vapi"),
        "{}",
        run.stderr
    );
    assert_eq!(world.agents().len(), 2);
    // Once it exists, no more polling.
    clock.advance(LAG);
    let run = world.run(&["apply", "--yes", "--settle-timeout", PATIENCE]).expect(0);
    assert!(!run.stderr.contains("ended before Vapi had answered"), "{}", run.stderr);
}

fn imported(name: &str) -> String {
    format!(
        "version: 1\nphone_numbers:\n  main:\n    config:\n      provider: twilio\n      number: \"+14155550100\"\n      name: {name}\n      \
         twilioAccountSid: AC00000000000000000000000000000000\n"
    )
}

/// Somebody imported the number a moment ago, and no list shows it yet: Vapi says that it exists.
#[test]
fn a_number_that_exists_is_linked_and_differences_are_reported() {
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
            assert!(
                run.stderr.contains(&format!("it already existed; the entry is linked to {number}")),
                "{}",
                run.stderr
            );
            world.run(&["plan", "--detailed-exitcode"]).expect(0);
        } else {
            assert!(
                run.text().contains(&format!("linked to {}…, which differs from the file", &number[..8])),
                "{}",
                run.text()
            );
            assert!(run.text().contains(r#"name should be "Ours", but is "Theirs""#), "{}", run.text());
            // The next run judges it as any difference: this name was never in git, so it is held back.
            world.run(&["apply", "--yes"]).expect(3);
            assert_eq!(world.numbers()[0]["name"], "Theirs");
            world.run(&["apply", "--yes", "--prefer", "file"]).expect(0);
            assert_eq!(world.numbers()[0]["name"], "Ours");
        }
    }
}

/// The guard against the wrong organisation asks for each object before it speaks.
#[test]
fn right_after_a_first_apply_of_five_a_list_that_lags_is_not_taken_for_another_organisation() {
    let agents: String =
        (1..=5).map(|at| format!("  a{at}: {{config: {{name: Agent {at}, firstMessage: Hello}}}}\n")).collect();
    let (world, _clock) = lagging(&format!("version: 1\nagents:\n{agents}"));
    world.run(&["apply", "--yes"]).expect(0);
    let plan = world.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(plan.stdout.contains("5 agents are in sync"), "{}", plan.text());
    world.edit("name: Agent 3, firstMessage: Hello", "name: Agent 3, firstMessage: Hi");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Agent 3")["firstMessage"], "Hi");
    assert_eq!(world.agents().len(), 5);
}
