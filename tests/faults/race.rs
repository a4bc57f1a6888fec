//! Two runs at once.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vapi_sync::emulator::{Config, Hit};

use super::check::{End, until_quiet};
use super::story::MUCH;
use crate::support::{Run, World, copy, id};

const ROUNDS: u64 = 20;

fn spawn(world: &World, args: &[&str]) -> Child {
    let mut command = world.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
}

fn end(child: Child) -> Run {
    child.wait_with_output().expect("ended").into()
}

#[test]
fn two_runs_of_one_file() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    let mut turned_away = 0;
    for seed in 0..ROUNDS {
        let world = prepared.world(Config { seed, latency: Duration::from_millis(2), ..Config::default() });
        let waits = ["apply", "--yes", "--lock-timeout", "60s"];
        let second = if seed % 2 == 0 { &waits[..2] } else { &waits[..] };
        let both = [spawn(&world, &["apply", "--yes"]), spawn(&world, second)].map(end);
        for run in both {
            // A run that was turned away says by whom, and did nothing.
            if run.code == 1 {
                turned_away += 1;
                assert!(run.stderr.contains("`vapi-sync apply` (process "), "{}", run.text());
            } else {
                run.expect(0);
            }
        }
        let runs = until_quiet(&prepared, &world, &expected).unwrap_or_else(|why| panic!("round {seed}: {why}"));
        assert_eq!(runs, 0, "one of the two did it all");
    }
    assert!(turned_away > 0, "no two runs ever met");
}

#[test]
fn a_lock_of_a_dead_process_is_taken_over() {
    let prepared = MUCH.prepared();
    let world = prepared.world(Config { latency: Duration::from_millis(50), ..Config::default() });
    let mut first = spawn(&world, &["apply", "--yes"]);
    let lock = world.path(".vapi-sync/vapi-state.yaml.lock");
    let give_up = Instant::now() + Duration::from_secs(30);
    while std::fs::read_to_string(&lock).is_ok_and(|text| text.contains("pid")).eq(&false) {
        assert!(Instant::now() < give_up, "no lock");
        std::thread::sleep(Duration::from_millis(1));
    }
    first.kill().expect("killed");
    first.wait().expect("ended");
    world.run(&["apply", "--yes"]).expect(0);
}

/// Two checkouts share no lock and no file, only Vapi. Looking before creating keeps out all doubles but those of the same
/// moment: one object of each kind, made while neither run could see the other's.
#[test]
fn two_checkouts_at_the_same_instant() {
    let prepared = MUCH.prepared();
    let (mut doubles, mut made) = (0, 0);
    for seed in 0..ROUNDS {
        let world = prepared.world(Config { seed, latency: Duration::from_millis(5), ..Config::default() });
        let other = tempfile::tempdir().expect("a folder");
        copy(world.folder.path(), other.path());
        let first = spawn(&world, &["apply", "--yes"]);
        // The first rounds start together, the others apart.
        std::thread::sleep(Duration::from_millis(seed * 5));
        let mut second = elsewhere(&world, other.path());
        let second = second.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        for run in [end(first), end(second)] {
            assert!([0, 3, 4].contains(&run.code), "{}", run.text());
        }
        let hits = world.vapi.hits();
        let mut posts: HashMap<String, Vec<&Hit>> = HashMap::new();
        for hit in hits.iter().filter(|hit| hit.method == "POST" && hit.status == Some(201)) {
            let name = hit.body.as_ref().and_then(|body| body["name"].as_str()).expect("a name");
            posts.entry(name.to_owned()).or_default().push(hit);
        }
        made += posts.len();
        let mut firsts = [0; 2];
        for (name, posts) in posts.iter().filter(|(_, posts)| posts.len() > 1) {
            doubles += 1;
            let [one, two] = posts[..] else { panic!("round {seed}: {name} was made {} times", posts.len()) };
            assert_ne!(host(one), host(two), "round {seed}: one run made {name} twice");
            let kind = usize::from(one.path == "/phone-number");
            firsts[kind] += 1;
            assert!(firsts[kind] <= 1, "round {seed}: {name} is the second of its kind that was made twice");
            let [first, second] = if one.started < two.started { [one, two] } else { [two, one] };
            let mut looked = hits.iter().filter(|hit| hit.method == "GET" && host(hit) == host(second));
            let looked = looked.rfind(|hit| hit.path == second.path && hit.started < second.started);
            let looked = looked.expect("a look before it was made").started;
            assert!(first.ended.is_some_and(|ended| looked < ended), "round {seed}: a look could have shown {name}");
        }
        // Whoever was told to run again does, and all is there; what rings an object that was made twice is for a person.
        for run in [world.run(&["apply", "--yes"]), again(&world, other.path())] {
            assert!([0, 3].contains(&run.code) || run.text().contains("ambiguous-link"), "{}", run.text());
        }
    }
    println!("{doubles} of {made} objects were made twice by two runs of the same instant");
}

/// The same command in the other checkout, by another name of this machine, so that the requests can be told apart.
fn elsewhere(world: &World, folder: &Path) -> Command {
    let mut command = world.command(&["apply", "--yes"]);
    command.env("VAPI_BASE_URL", world.vapi.base_url().replace("127.0.0.1", "localhost")).current_dir(folder);
    command
}

fn again(world: &World, folder: &Path) -> Run {
    elsewhere(world, folder).output().expect("the binary").into()
}

fn host(hit: &Hit) -> &str {
    hit.headers.iter().find(|(name, _)| name == "host").map_or("", |(_, value)| value)
}

/// Somebody changes an object in the dashboard while a run has been writing others for longer than a look is good for.
#[test]
fn what_changes_during_a_long_run_is_not_overwritten() {
    let prepared = MUCH.prepared();
    let world = prepared.world(Config { latency: Duration::from_millis(650), ..Config::default() });
    let last = id(&world.agent("Agent u20"));
    let edit = format!("PATCH /assistant/* nth=9 after edit=assistant/{last}:{{\"firstMessage\":\"By hand.\"}}");
    world.set_fault(&edit);
    let run = world.run(&["apply", "--yes", "--parallelism", "1", "--target", "agents.u1*", "agents.u20"]).expect(3);
    assert!(run.stdout.contains("somebody changed it in Vapi since the plan was made"), "{}", run.text());
    assert_eq!(world.agent("Agent u20")["firstMessage"], "By hand.");
    assert_eq!(world.writes().len(), 11);
}
