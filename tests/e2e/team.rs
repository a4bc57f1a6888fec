//! A whole organisation, with circles through agents, tools and squads.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use vapi_sync::emulator::generate::Size;
use vapi_sync::emulator::{Collection, Config, Rewrites};

use super::many::{sorted, substance, variables};
use crate::support::{World, id, is_quiet, name_of, rounds, soak};

const WHOLE: Size = Size { tools: 200, assistants: 100, squads: 30, outputs: 40, numbers: 25 };
const SOME: Size = Size { tools: 92, assistants: 40, squads: 12, outputs: 15, numbers: 10 };
const SMALL: Size = Size { tools: 46, assistants: 12, squads: 4, outputs: 5, numbers: 4 };

/// A repository with a file as it was pulled from a seeded organisation, without ids, and what is in that organisation.
fn pulled(size: Size) -> (String, Vec<String>, Vec<(String, String)>) {
    let world = World::new("");
    world.vapi.seed(size).expect("seeded");
    world.run(&["pull", "--quiet"]).expect(0);
    is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
    let state = world.state();
    let bare = state.lines().filter(|line| !is_id(line));
    let bare = bare.fold(String::new(), |text, line| text + line + "\n");
    let secrets = variables(&state).into_iter().map(|name| (name, "a-secret-of-this-very-test".to_owned())).collect();
    (bare, substances(&world), secrets)
}

fn is_id(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("org_id:") || line.starts_with("vapi_") && line.contains("_id: ")
}

/// What can be had again of each object, with the names of others in the place of their ids.
fn substances(world: &World) -> Vec<String> {
    let all =
        || Collection::ALL.into_iter().flat_map(|kind| world.vapi.objects(kind).into_iter().map(move |o| (kind, o)));
    let name = |kind: Collection, object: &Value| match name_of(object) {
        "" => format!("<{}>", kind.path()),
        name => format!("<{} {name}>", kind.path()),
    };
    let names: BTreeMap<String, String> = all().map(|(kind, object)| (id(&object), name(kind, &object))).collect();
    let mut found: Vec<String> = all().map(|(_, object)| sorted(substance(&object, &names)).to_string()).collect();
    found.sort();
    found
}

fn is_the_same(world: &World, expected: &[String]) {
    let found = substances(world);
    let missing: Vec<&String> = expected.iter().filter(|one| !found.contains(one)).take(2).collect();
    let more: Vec<&String> = found.iter().filter(|one| !expected.contains(one)).take(2).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing: {missing:#?}\nfound: {more:#?}");
    assert_eq!(found.len(), expected.len(), "twins");
}

/// An empty organisation, with other ids than the seeded one.
fn empty(state: &str, secrets: &[(String, String)]) -> World {
    let rewrites = Rewrites { order: false, ..Rewrites::default() };
    let latency = Duration::from_millis(1);
    let mut world = World::with(state, Config { seed: 77, rewrites, latency, ..Config::default() });
    world.env = secrets.to_vec();
    world
}

const APPLY: [&str; 5] = ["apply", "--yes", "--allow-purchase", "--quiet", "--settle-timeout=200ms"];

#[test]
fn an_organisation_moves_into_an_empty_one() {
    let (state, expected, secrets) = pulled(if soak().is_some() { WHOLE } else { SOME });
    let world = empty(&state, &secrets);
    world.run(&APPLY).expect(0);
    is_the_same(&world, &expected);
    is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
    is_quiet(&world, &["apply", "--yes", "--quiet"]);
}

/// How far a run is when it is killed depends on the machine: `kinds` has the form that does not.
#[test]
fn and_gets_there_although_it_is_killed_on_the_way() {
    if soak().is_none() {
        return;
    }
    let (state, expected, secrets) = pulled(SMALL);
    for kill in 0..rounds(5) {
        let world = empty(&state, &secrets);
        let mut run = world.command(&APPLY).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        // Anywhere in the first hundred writes, by a number that has nothing to do with what they are.
        let after = 8 + kill * 37 % 95;
        while world.vapi.stats().requests < after && run.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        run.kill().expect("killed");
        run.wait().expect("ended");
        world.run(&APPLY).expect(0);
        is_the_same(&world, &expected);
        is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
    }
}
