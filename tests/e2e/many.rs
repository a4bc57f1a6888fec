//! Many objects: what is sent for them, and that each of them survives the way into the file and back.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};
use vapi_sync::emulator::{Clock, Collection, Config, ManualClock, Rewrites};
use vapi_sync::kinds::KINDS;

use crate::support::{World, id, is_quiet, soak};

/// Fields that Vapi alone sets.
const SERVER_MANAGED: [&str; 7] =
    ["id", "orgId", "createdAt", "updatedAt", "isServerUrlSecretSet", "status", "workflowIds"];

/// The variables that a file names, with the path of each.
pub fn variables(state: &str) -> HashSet<String> {
    state
        .match_indices("${env:")
        .filter(|(at, _)| !state[..*at].ends_with('$'))
        .map(|(at, found)| {
            let rest = &state[at + found.len()..];
            rest[..rest.find('}').expect("closed")].to_owned()
        })
        .collect()
}

/// What of an object can be had again: ids of others as their names, secrets and what Vapi alone sets not at all.
pub fn substance(object: &Value, names: &BTreeMap<String, String>) -> Value {
    match object {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(key, value)| !SERVER_MANAGED.contains(&key.as_str()) && !value.is_null() && !is_secret(key))
                // Of an environment variable; the address of an mcp server.
                .filter(|(key, _)| *key != "value" || !map.contains_key("name"))
                .filter(|(key, _)| *key != "server" || map.get("type").is_none_or(|kind| kind != "mcp"))
                .map(|(key, value)| (key.clone(), substance(value, names)))
                .collect(),
        ),
        Value::Array(items) => items.iter().map(|item| substance(item, names)).collect(),
        Value::String(text) => names.get(text).cloned().unwrap_or_else(|| text.clone()).into(),
        // By value: 1.0 comes back as 1.
        Value::Number(number) => number.as_f64().into(),
        other => other.clone(),
    }
}

fn is_secret(key: &str) -> bool {
    ["secret", "twilioAuthToken", "twilioApiSecret", "password", "Authorization"].contains(&key)
        || key.to_ascii_lowercase().ends_with("apikey")
        || key.to_ascii_lowercase().starts_with("x-")
}

/// The objects of both kinds: what identifies each, and what of it can be had again.
fn substances(world: &World) -> Vec<String> {
    let objects: Vec<Value> = world.agents().into_iter().chain(world.numbers()).collect();
    let names = objects.iter().map(|object| (id(object), format!("<{}>", object["name"]))).collect();
    let mut all: Vec<String> = objects.iter().map(|object| sorted(substance(object, &names)).to_string()).collect();
    all.sort();
    all
}

pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, self::sorted(value))).collect();
            sorted.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[test]
fn many_objects_come_into_an_empty_file_and_are_in_step() {
    let count = if soak().is_some() { 500 } else { 80 };
    let world = World::new("");
    world.vapi.generate(count);
    world.run(&["pull", "--quiet"]).expect(0);
    assert_eq!(world.state().matches("\n    vapi_assistant_id: ").count(), count);
    is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
    is_quiet(&world, &["pull", "--quiet"]);
}

#[test]
fn what_was_pulled_can_be_made_again_after_all_of_it_was_deleted() {
    let rewrites = Rewrites { order: false, ..Rewrites::default() };
    let mut world = World::with("", Config { rewrites, ..Config::default() });
    world.vapi.generate(25);
    let before = substances(&world);
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    let state = world.state();
    world.env = variables(&state).into_iter().map(|name| (name, "a-secret-of-this-very-test".to_owned())).collect();
    for object in world.agents() {
        world.vapi.remove(Collection::Assistant, &id(&object));
    }
    for object in world.numbers() {
        world.vapi.remove(Collection::PhoneNumber, &id(&object));
    }
    assert!(substances(&world).is_empty());
    world.run(&["apply", "--yes", "--allow-mass-recreate", "--allow-purchase"]).expect(0);
    let after = substances(&world);
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(after, before);
    }
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    is_quiet(&world, &["apply", "--yes"]);
}

fn small(index: usize) -> Value {
    json!({"name": format!("Agent {index}"), "firstMessage": "Hi", "maxDurationSeconds": 700})
}

#[test]
fn a_run_without_changes_reads_each_list_once_and_nothing_else() {
    for (count, most) in [(0_usize, 1_usize), (99, 1), (1000, 2), (1001, 3)] {
        let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(1));
        let world = World::with("version: 1\n", Config { clock: Clock::Manual(clock), ..Config::default() });
        for index in 0..count {
            world.vapi.insert(Collection::Assistant, small(index));
        }
        world.run(&["pull"]).expect(0);
        for command in [&["plan"][..], &["apply", "--yes"], &["status"]] {
            world.taken();
            world.run(command).expect(0);
            let requests = world.requests();
            let lists = requests.iter().filter(|request| *request == "GET /assistant").count();
            assert!((count.div_ceil(1000).max(1)..=most).contains(&lists), "{count}: {requests:?}");
            let numbers = requests.iter().filter(|request| *request == "GET /phone-number").count();
            assert_eq!((numbers, requests.len()), (1, lists + KINDS.len() - 1), "{command:?}: {requests:?}");
        }
    }
}

#[test]
fn one_changed_field_is_one_patch_with_one_field() {
    let world = World::new("version: 1\n");
    for index in 0..300 {
        world.vapi.insert(Collection::Assistant, small(index));
    }
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    world.edit("      name: Agent 7\n      firstMessage: Hi\n", "      name: Agent 7\n      firstMessage: Hello\n");
    world.taken();
    world.run(&["apply", "--yes"]).expect(0);
    let hits = world.taken();
    let writes: Vec<_> = hits.iter().filter(|hit| hit.method != "GET").collect();
    assert_eq!(writes.len(), 1);
    assert_eq!((writes[0].method.as_str(), &writes[0].body), ("PATCH", &Some(json!({"firstMessage": "Hello"}))));
    assert_eq!(writes[0].path, format!("/assistant/{}", id(&world.agent("Agent 7"))));
    let gets: Vec<_> = hits.iter().filter(|hit| hit.method == "GET").map(|hit| hit.path.as_str()).collect();
    let single = gets.iter().filter(|path| path.starts_with("/assistant/")).count();
    let squads = gets.iter().filter(|path| **path == "/squad").count();
    assert!(single <= 1 && squads == 1, "{gets:?}");
    assert!(gets.len() <= KINDS.len() + 1 + 1, "{gets:?}");
}

#[test]
fn of_3500_objects_with_fifty_in_one_millisecond_each_is_seen_once() {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_micros(700));
    let config = Config { clock: Clock::Manual(clock.clone()), hidden_digits: true, ..Config::default() };
    let world = World::with("version: 1\n", config);
    // The page ends inside the crowd: 2,525 are newer than it, 925 older.
    for index in 0..3500 {
        match index {
            975 => clock.set("2026-01-02T00:00:00.000000001Z".parse().expect("a time")),
            1025 => clock.set("2026-01-03T00:00:00Z".parse().expect("a time")),
            _ => {}
        }
        let mut object = small(index);
        if (975..1025).contains(&index) {
            object["createdAt"] = format!("2026-01-02T00:00:00.0001{index:05}Z").into();
        }
        world.vapi.insert(Collection::Assistant, object);
    }
    world.run(&["pull"]).expect(0);
    let state = world.state();
    let ids: HashSet<&str> = state.lines().filter_map(|line| line.trim().strip_prefix("vapi_assistant_id: ")).collect();
    assert_eq!((ids.len(), state.matches("vapi_assistant_id").count()), (3500, 3500));
    is_quiet(&world, &["pull"]);
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}
