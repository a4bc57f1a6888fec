//! Two runs at once.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vapi_sync::emulator::{Config, Hit};

use super::check::{End, until_quiet};
use super::story::{MUCH, Prepared};
use crate::support::samples::SAMPLES;
use crate::support::scratch::copy;
use crate::support::{Run, World, id, name_of, soak};

fn spawn(world: &World, args: &[&str]) -> Child {
    let mut command = world.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started")
}

fn end(child: Child) -> Run {
    child.wait_with_output().expect("ended").into()
}

/// Pauses or resumes a process.
fn signal(process: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Waits until a condition holds.
#[track_caller]
fn wait_until(happened: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < give_up, "it does not happen");
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn is_locked(world: &World) -> bool {
    let lock = std::fs::read_to_string(world.path(".vapi-sync/vapi-state.yaml.lock"));
    lock.is_ok_and(|text| text.contains("pid"))
}

const WAITS: [&str; 4] = ["apply", "--yes", "--lock-timeout", "60s"];

/// A run that finds the lock held names its holder.
#[track_caller]
fn is_turned_away(run: &Run) {
    assert!(run.stderr.contains("`vapi-sync apply` (process "), "{}", run.text());
}

#[test]
fn two_runs_of_one_file() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    let world = prepared.world(Config { latency: Duration::from_millis(20), ..Config::default() });
    let first = spawn(&world, &["apply", "--yes"]);
    wait_until(|| is_locked(&world));
    signal(&first, "-STOP");
    is_turned_away(&world.run(&["apply", "--yes"]).expect(1));
    let waiting = spawn(&world, &WAITS);
    signal(&first, "-CONT");
    end(first).expect(0);
    end(waiting).expect(0);
    assert_eq!(until_quiet(&prepared, &world, &expected), Ok(0), "the first did it all");
    // In the long form they race.
    let mut turned_away = 0;
    for seed in 0..soak().unwrap_or(0) {
        let world = prepared.world(Config { seed, latency: Duration::from_millis(2), ..Config::default() });
        let second = if seed % 2 == 0 { &WAITS[..2] } else { &WAITS[..] };
        let both = [spawn(&world, &["apply", "--yes"]), spawn(&world, second)].map(end);
        for run in both {
            if run.code == 1 {
                turned_away += 1;
                is_turned_away(&run);
            } else {
                run.expect(0);
            }
        }
        assert_eq!(until_quiet(&prepared, &world, &expected), Ok(0), "round {seed}: one of the two did it all");
    }
    assert!(turned_away > 0 || soak().is_none(), "no two runs ever met");
}

#[test]
fn a_lock_of_a_dead_process_is_taken_over() {
    let prepared = MUCH.prepared();
    let world = prepared.world(Config { latency: Duration::from_millis(50), ..Config::default() });
    let mut first = spawn(&world, &["apply", "--yes"]);
    wait_until(|| is_locked(&world));
    first.kill().expect("killed");
    first.wait().expect("ended");
    world.run(&["apply", "--yes"]).expect(0);
}

/// Two checkouts share no lock and no file, only Vapi. The second does all its work while the first is paused among its
/// requests: the look before each creation prevents all duplicates but those of that moment.
#[test]
fn two_checkouts_at_the_same_instant() {
    let prepared = MUCH.prepared();
    let (world, other) = two_checkouts(&prepared, Config { latency: Duration::from_millis(5), ..Config::default() });
    let first = spawn(&world, &["apply", "--yes"]);
    wait_until(|| world.vapi.hits().iter().any(|hit| hit.method == "POST"));
    signal(&first, "-STOP");
    wait_until(|| world.vapi.hits().iter().all(|hit| hit.status.is_some()));
    let second = again(&world, other.path());
    signal(&first, "-CONT");
    let first = end(first);
    for run in [first, second] {
        assert!([0, 3, 4].contains(&run.code), "{}", run.text());
    }
    only_the_same_moment_makes_doubles(&world, other.path());
    // In the long form they race: the first rounds start together, the others apart.
    for seed in 0..soak().unwrap_or(0) {
        let config = Config { seed, latency: Duration::from_millis(5), ..Config::default() };
        let (world, other) = two_checkouts(&prepared, config);
        let first = spawn(&world, &["apply", "--yes"]);
        std::thread::sleep(Duration::from_millis(seed * 5));
        let mut second = elsewhere(&world, other.path());
        let second = second.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        for run in [end(first), end(second)] {
            assert!([0, 3, 4].contains(&run.code), "round {seed}: {}", run.text());
        }
        only_the_same_moment_makes_doubles(&world, other.path());
    }
}

fn two_checkouts(prepared: &Prepared, config: Config) -> (World, tempfile::TempDir) {
    let world = prepared.world(config);
    let other = crate::support::folder();
    copy(world.folder.path(), other.path());
    (world, other)
}

/// At most one object of each kind was created twice, when neither run could see the other's; and both can run again.
#[track_caller]
fn only_the_same_moment_makes_doubles(world: &World, other: &Path) {
    let hits = world.vapi.hits();
    let mut posts: HashMap<String, Vec<&Hit>> = HashMap::new();
    for hit in hits.iter().filter(|hit| hit.method == "POST" && hit.status == Some(201)) {
        let name = hit.body.as_ref().map(name_of).expect("a body");
        posts.entry(name.to_owned()).or_default().push(hit);
    }
    let mut kinds = HashSet::new();
    for (name, posts) in posts.iter().filter(|(_, posts)| posts.len() > 1) {
        let [one, two] = posts[..] else { panic!("{name} was made {} times", posts.len()) };
        assert_ne!(host(one), host(two), "one run made {name} twice");
        assert!(kinds.insert(&one.path), "{name} is the second of its kind that was made twice");
        let [first, second] = if one.started < two.started { [one, two] } else { [two, one] };
        let mut looked = hits.iter().filter(|hit| hit.method == "GET" && host(hit) == host(second));
        let looked = looked.rfind(|hit| hit.path == second.path && hit.started < second.started);
        let looked = looked.expect("a look before it was made").started;
        assert!(first.ended.is_some_and(|ended| looked < ended), "a look could have shown {name}");
    }
    // After running again as told, all is there; a number that points to a duplicate is left to a person.
    for run in [world.run(&["apply", "--yes"]), again(world, other)] {
        assert!([0, 3].contains(&run.code) || run.text().contains("ambiguous-link"), "{}", run.text());
    }
}

/// The same command in the other checkout, under another host name, to tell the requests apart.
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

/// Somebody edits an object in the dashboard during a run, after its read has become too old.
#[test]
fn what_changes_during_a_long_run_is_not_overwritten() {
    let prepared = MUCH.prepared();
    for sample in &SAMPLES {
        let world = prepared.world(Config { latency: Duration::from_millis(60), ..Config::default() });
        let live = |handle: &str| {
            let mut all = world.vapi.objects(sample.collection).into_iter();
            all.find(|object| name_of(object) == sample.name(handle)).expect("it is there")
        };
        let (last, patch) = (id(&live("u4")), sample.patch("By hand."));
        let path = sample.path();
        world.set_fault(&format!("PATCH {path}/* nth=2 after edit={}/{last}:{patch}", &path[1..]));
        let target = format!("{}.u*", sample.section);
        let flags = ["--parallelism", "1", "--fresh", "100ms", "--target", &target];
        let run = world.run(&[&["apply", "--yes"][..], &flags].concat()).expect(3);
        assert!(run.stdout.contains("somebody changed it in Vapi since the plan was made"), "{}", run.text());
        assert_eq!(live("u4")[sample.field], patch[sample.field]);
        assert_eq!(world.writes().len(), 3, "{path}");
    }
}
