//! Somebody edits an object during a long run of updates, whatever Vapi's lists and clocks do.

use std::fmt::Write;
use std::time::Duration;

use serde_json::json;
use vapi_sync::emulator::{Clock, Collection, Config, Hit, ManualClock};

use super::lag::when;
use crate::support::{World, fault, id};

/// More than a page of 100.
const AGENTS: usize = 120;

/// An apply of all agents by two, of which what is known is too old after a twentieth of it.
const APPLY: [&str; 6] = ["apply", "--yes", "--parallelism", "4", "--fresh", "100ms"];

/// A world whose file changes every agent.
fn changed(config: Config) -> World {
    let mut file = "version: 1\nignore: {agents: [Old]}\nagents:\n".to_owned();
    for at in 0..AGENTS {
        let _ = writeln!(file, "  a{at}:\n    config: {{name: A{at}, firstMessage: Hello}}");
    }
    let world = World::with(&file, Config { latency: Duration::from_millis(15), ..config });
    world.vapi.insert(Collection::Assistant, json!({"name": "Old", "createdAt": "2020-01-01T00:00:00Z"}));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("Hello", "Good morning");
    world.commit("morning");
    world.taken();
    world
}

/// Somebody edits the last agent after some writes: it is held back, and all others are written.
fn is_held_back(what: &str, world: &World, before: &dyn Fn(&World) -> bool, act: &dyn Fn()) -> Vec<Hit> {
    let last = id(&world.agent(&format!("A{}", AGENTS - 1)));
    let edit = format!("PATCH /assistant/* nth=30 after edit=assistant/{last}:{{\"firstMessage\":\"By hand.\"}}");
    world.vapi.set_faults(vec![fault(&edit)]);
    let run = when(world, &APPLY, before, |_| act());
    assert_eq!(run.code, 3, "{what}: {}", run.text());
    assert!(run.stdout.contains("somebody changed it in Vapi since the plan was made"), "{what}: {}", run.text());
    for agent in world.agents().into_iter().filter(|agent| agent["name"] != "Old") {
        let expected = if id(&agent) == last { "By hand." } else { "Good morning" };
        assert_eq!(agent["firstMessage"], expected, "{what}");
    }
    world.taken()
}

/// How many single objects and lists of changes were asked for.
fn looks(hits: &[Hit]) -> (usize, usize) {
    let single = hits.iter().filter(|hit| hit.method == "GET" && hit.path.starts_with("/assistant/"));
    (single.count(), hits.iter().filter(|hit| hit.query.contains("updatedAtGe")).count())
}

/// Times that are hidden or coarse, versions and pages: the list is relied on.
#[test]
fn a_list_shows_what_changed_meanwhile() {
    let clock = |step| {
        Clock::Manual(ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(step)))
    };
    for (what, config) in [
        ("as it is", Config::default()),
        ("digits that are not shown", Config { hidden_digits: true, ..Config::default() }),
        ("whole seconds", Config { coarse_times: true, ..Config::default() }),
        ("a clock that stands still", Config { clock: clock(0), ..Config::default() }),
        ("versions", Config { versions: true, ..Config::default() }),
        ("pages of 100", Config { most_listed: 100, clock: clock(1), ..Config::default() }),
    ] {
        let hits = is_held_back(what, &changed(config), &|_| true, &|| {});
        let (single, lists) = looks(&hits);
        assert!(lists > 0 && single < AGENTS / 2, "{what}: {single} objects and {lists} lists were read");
    }
}

/// What Vapi does not promise is not relied on: each object is read.
#[test]
fn a_list_that_proves_wrong_is_not_relied_on() {
    for (what, config) in [
        ("the bound is ignored", Config { ignores_updates: true, ..Config::default() }),
        ("changes show late", Config { update_lag: Duration::from_secs(3600), ..Config::default() }),
    ] {
        let world = changed(config);
        let (_, lists) = looks(&is_held_back(what, &world, &|_| true, &|| {}));
        assert!((1..=2).contains(&lists), "{what}: {lists} lists were read");
    }
    let world = changed(Config::default());
    let mut faults = vec![fault("GET /assistant from=3 status=400")];
    let last = id(&world.agent(&format!("A{}", AGENTS - 1)));
    let edit = format!("PATCH /assistant/* nth=30 after edit=assistant/{last}:{{\"firstMessage\":\"By hand.\"}}");
    faults.push(fault(&edit));
    world.vapi.set_faults(faults);
    world.run(&APPLY).expect(3);
    assert_eq!(world.agent(&format!("A{}", AGENTS - 1))["firstMessage"], "By hand.");
}

/// Vapi's clock goes back, or far ahead and back, before and during the writes.
#[test]
fn a_clock_that_jumps_hides_nothing() {
    let start: jiff::Timestamp = "2026-01-01T12:00:00Z".parse().expect("a time");
    let hours = |hours: i64| start + jiff::SignedDuration::from_hours(hours);
    for (what, after, to) in [
        ("back before the writes", 0, hours(-3)),
        ("back during the writes", 10, hours(-3)),
        ("ahead before the writes", 0, hours(3)),
        ("ahead during the writes", 10, hours(3)),
    ] {
        let clock = ManualClock::new(start, Duration::from_millis(1));
        let world = changed(Config { clock: Clock::Manual(clock.clone()), ..Config::default() });
        let writes = |world: &World| world.vapi.hits().iter().filter(|hit| hit.method == "PATCH").count();
        let listed = |world: &World| world.vapi.hits().iter().any(|hit| hit.method == "GET" && hit.status.is_some());
        is_held_back(what, &world, &|world| listed(world) && writes(world) >= after, &|| clock.set(to));
        // And back from there.
        if to > start {
            world.edit("Good morning", "Good evening");
            world.commit("evening");
            world.run(&["pull", "--prefer", "vapi"]);
            let last = id(&world.agent(&format!("A{}", AGENTS - 1)));
            world.edit("Good evening", "Good night");
            let edit = format!("PATCH /assistant/* nth=30 after edit=assistant/{last}:{{\"firstMessage\":\"Again.\"}}");
            world.vapi.set_faults(vec![fault(&edit)]);
            when(&world, &APPLY, |world| writes(world) >= 10, |_| clock.set(start));
            assert_eq!(world.agent(&format!("A{}", AGENTS - 1))["firstMessage"], "Again.", "{what}, and back");
        }
    }
}
