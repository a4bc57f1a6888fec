//! A whole organisation, with circles through agents, tools and squads.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use vapi_sync::emulator::generate::Size;
use vapi_sync::emulator::{Clock, Collection, Config, ManualClock, Rewrites};

use super::many::{sorted, substance, variables};
use crate::support::{World, id, is_quiet, name_of, soak};

const WHOLE: Size = Size { tools: 200, assistants: 100, squads: 30, outputs: 40, numbers: 25 };
/// Still with tools of all types.
const SMALL: Size = Size { tools: 46, assistants: 12, squads: 4, outputs: 5, numbers: 4 };

/// A repository with a file as it was pulled from a seeded organisation, without ids, and what is in that organisation.
fn pulled(size: Size) -> (String, Vec<String>, Vec<(String, String)>) {
    let world = World::new("");
    world.vapi.seed(size).expect("seeded");
    world.run(&PULL).expect(0);
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

const PULL: [&str; 2] = ["pull", "--quiet"];
const APPLY: [&str; 5] = ["apply", "--yes", "--allow-purchase", "--quiet", "--settle-timeout=200ms"];

#[test]
fn an_organisation_moves_into_an_empty_one() {
    let (state, expected, secrets) = pulled(if soak().is_some() { WHOLE } else { SMALL });
    let world = empty(&state, &secrets);
    world.run(&APPLY).expect(0);
    is_the_same(&world, &expected);
    is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
    is_quiet(&world, &["apply", "--yes", "--quiet"]);
}

/// Kills a command some requests and milliseconds after its start. Whether it was still running.
fn is_killed(world: &World, command: &[&str], requests: u64, late: Duration) -> bool {
    let from = world.vapi.stats().requests;
    let mut run = world.command(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    while world.vapi.stats().requests < from + requests && run.try_wait().expect("asked").is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(late);
    run.kill().expect("killed");
    let code = run.wait().expect("ended").code();
    assert!(matches!(code, None | Some(0)), "{command:?} ended with {code:?}");
    code.is_none()
}

/// One organisation is killed often on its way: every run goes on where the last one was cut off.
#[test]
fn and_gets_there_although_it_is_killed_on_the_way() {
    let (size, kills) = if soak().is_some() { (WHOLE, 100) } else { (SMALL, 4) };
    let (state, expected, secrets) = pulled(size);
    let mut rng = StdRng::seed_from_u64(17);
    let (mut killed, mut organisations, start) = (0, 0, Instant::now());
    while killed < kills {
        let world = empty(&state, &secrets);
        while killed < kills
            && is_killed(&world, &APPLY, rng.random_range(0..60), Duration::from_millis(rng.random_range(0..200)))
        {
            killed += 1;
        }
        world.run(&APPLY).expect(0);
        is_the_same(&world, &expected);
        is_quiet(&world, &["plan", "--detailed-exitcode", "--quiet"]);
        organisations += 1;
    }
    println!("{killed} kills on the way of {organisations} organisations in {:.0?}", start.elapsed());
}

#[test]
fn a_pull_that_is_killed_comes_to_the_same_file() {
    let (size, kills) = if soak().is_some() { (WHOLE, 20) } else { (SMALL, 3) };
    let fresh = || {
        // Of one millisecond each: lists are in a fixed order.
        let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(1));
        let world = World::with("", Config { clock: Clock::Manual(clock), ..Config::default() });
        world.vapi.seed(size).expect("seeded");
        world
    };
    let world = fresh();
    let start = Instant::now();
    let files = |world: &World| -> Vec<(PathBuf, Vec<u8>)> {
        let named = world.files().into_iter();
        named.map(|(path, text)| (path.strip_prefix(world.folder.path()).expect("inside").into(), text)).collect()
    };
    world.run(&PULL).expect(0);
    let (expected, most) = (files(&world), start.elapsed());
    let mut rng = StdRng::seed_from_u64(18);
    let mut world = fresh();
    for _ in 0..kills {
        if !is_killed(&world, &PULL, 0, most.mul_f64(rng.random())) {
            assert!(files(&world) == expected, "{}", world.state());
            world = fresh();
        }
    }
    world.run(&PULL).expect(0);
    assert!(files(&world) == expected, "{}", world.state());
}
