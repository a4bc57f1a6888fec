//! `kill -9` at any moment.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use vapi_sync::emulator::Config;

use super::check::{End, until_quiet};
use super::story::{MUCH, Prepared, RECREATION, Story, recreation, team};
use crate::support::rounds;

/// How often a run is killed in the short form.
const KILLS: u64 = 12;

/// How many kills run in parallel.
const THREADS: u64 = 4;

fn vapi() -> Config {
    Config { latency: Duration::from_millis(3), jitter: Duration::from_millis(4), ..Config::default() }
}

/// How far runs were when they were killed.
#[derive(Default)]
struct Phases {
    before_writes: AtomicU64,
    among_writes: AtomicU64,
    ended: AtomicU64,
}

/// Kills a run at a moment chosen by the seed: some milliseconds after a number of requests.
fn kill_once(prepared: &Prepared, expected: &End, seed: u64, requests: u64, phases: &Phases) -> Result<(), String> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (after, late) = (rng.random_range(0..=requests), Duration::from_micros(rng.random_range(0..12_000)));
    let world = prepared.world(Config { seed, ..vapi() });
    let mut run = world.command(&["apply", "--yes"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let give_up = Instant::now() + Duration::from_secs(60);
    while world.vapi.stats().requests < after && run.try_wait().expect("asked").is_none() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(late);
    run.kill().expect("killed");
    let ended = run.wait().expect("ended").success();
    let phase = match world.vapi.hits().iter().any(|hit| hit.method != "GET") {
        _ if ended => &phases.ended,
        true => &phases.among_writes,
        false => &phases.before_writes,
    };
    phase.fetch_add(1, Ordering::Relaxed);
    let result = until_quiet(prepared, &world, expected);
    let left = std::fs::read_dir(world.folder.path()).expect("listed").flatten();
    let left: Vec<_> =
        left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().contains("tmp")).collect();
    if !left.is_empty() {
        return Err(format!("{left:?} is left over"));
    }
    result.map(|_| ()).map_err(|why| format!("killed after {after} requests and {late:?} (seed {seed}): {why}"))
}

#[track_caller]
fn kill_often(story: &'static Story) {
    let kills = rounds(KILLS);
    let prepared = story.prepared();
    let expected = End::faultless(&prepared);
    let requests = {
        let world = prepared.world(vapi());
        prepared.apply(&world, &[]).expect(0);
        world.vapi.stats().requests
    };
    let phases = Phases::default();
    let failures: Vec<String> = std::thread::scope(|scope| {
        let (prepared, expected, phases) = (&prepared, &expected, &phases);
        let play = |first: u64| {
            scope.spawn(move || {
                let seeds = (first..kills).step_by(THREADS as usize);
                seeds.filter_map(|seed| kill_once(prepared, expected, seed, requests, phases).err()).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..THREADS).map(play).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("played")).collect()
    });
    let [before, among, ended] = [phases.before_writes, phases.among_writes, phases.ended].map(AtomicU64::into_inner);
    println!(
        "{kills} kills of {requests} requests ({before} before the first write, {among} among the writes, {ended} after the \
         end): {} failed",
        failures.len()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn killed_while_it_creates_and_updates() {
    kill_often(&MUCH);
}

#[test]
fn killed_while_it_creates_a_team() {
    kill_often(team());
}

#[test]
fn killed_while_it_recreates() {
    kill_often(recreation());
}

#[test]
fn killed_while_it_recreates_one_of_each_kind() {
    kill_often(&RECREATION);
}
