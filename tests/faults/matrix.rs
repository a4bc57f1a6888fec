//! Every fault × every kind of write × which of the writes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::Mutex;

use vapi_sync::emulator::Config;

use super::check::{End, told_the_truth, until_quiet};
use super::story::{Prepared, STORIES, Story};
use crate::support::{fault, soak};

/// What goes wrong, as the emulator reads it.
const FAULTS: [&str; 24] = [
    // Not carried out, whether or not the client can know it.
    "before status=500",
    "before status=503 retry-after=0",
    "before status=408",
    "before status=429",
    "before status=429 retry-after=0",
    "before status=429 retry-after=Wed, 21 Oct 2015 07:28:00 GMT",
    "before html=403",
    "before html=502",
    "before reset",
    "before hang",
    "before malformed",
    "before empty",
    // Rejected for good.
    "before status=400",
    "before status=402",
    "before status=409",
    "before html=413",
    // Carried out, and the response is lost.
    "after status=500",
    "after status=408",
    "after html=524",
    "after reset",
    "after hang",
    "after truncated",
    "after malformed",
    "after empty",
];

/// Which of the three writes.
const WHICH: [(&str, &str); 4] = [("first", "nth=1"), ("middle", "nth=2"), ("last", "nth=3"), ("all", "always")];

/// How many cases run in parallel: they wait more than they compute.
const THREADS: usize = 12;

/// A story, a fault and which of the writes, by position.
type Case = (usize, usize, usize);

/// One case: the run with the fault, then runs until nothing changes. Gives their number.
fn play(prepared: &Prepared, expected: &End, effect: &str, which: &str) -> Result<usize, String> {
    // The effect comes last: a date may hold spaces.
    let fault = fault(&format!("{} {which} {effect}", prepared.story.writes));
    let world = prepared.world(Config { faults: vec![fault], ..Config::default() });
    let mut flags = vec!["--settle-timeout", "300ms", "--retries", "2"];
    if effect.contains("hang") {
        flags.extend(["--request-timeout", "800ms"]);
    }
    if effect.contains("429") && which == "always" {
        // Only the run's deadline ends this.
        flags.extend(["--timeout", "3s"]);
    }
    let run = prepared.apply(&world, &flags);
    told_the_truth(&world, &run, expected)?;
    if prepared.story.flags.contains(&"--allow-purchase") {
        bought_once(&world.writes())?;
    }
    until_quiet(prepared, &world, expected).map(|runs| runs + 1)
}

/// A purchase that may have been carried out is not retried in the same run.
fn bought_once(hits: &[vapi_sync::emulator::Hit]) -> Result<(), String> {
    let maybe = |at: usize| {
        let name = format!("Line {at}");
        let named = |hit: &&vapi_sync::emulator::Hit| hit.body.as_ref().is_some_and(|body| body["name"] == name);
        hits.iter().filter(named).filter(|hit| hit.status != Some(429)).count()
    };
    match (1..=3).find(|at| maybe(*at) > 1) {
        Some(at) => Err(format!("Line {at} was bought {} times", maybe(at))),
        None => Ok(()),
    }
}

#[test]
fn every_fault_on_every_write() {
    let stories: Vec<(Prepared, End)> = std::thread::scope(|scope| {
        let prepare = |story: &'static Story| {
            scope.spawn(move || {
                let prepared = story.prepared();
                let end = End::faultless(&prepared);
                (prepared, end)
            })
        };
        let threads: Vec<_> = STORIES.iter().map(prepare).collect();
        threads.into_iter().map(|thread| thread.join().expect("prepared")).collect()
    });
    let mut cases = VecDeque::new();
    for story in 0..stories.len() {
        for fault in 0..FAULTS.len() {
            let which = (0..WHICH.len()).filter(|which| soak().is_some() || *which == (story + fault) % WHICH.len());
            cases.extend(which.map(|which| (story, fault, which)));
        }
    }
    let total = cases.len();
    let cases = Mutex::new(cases);
    let results = Mutex::new(BTreeMap::<Case, Result<usize, String>>::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let Some((story, fault, which)) = cases.lock().expect("no panic").pop_front() else { return };
                    let (prepared, expected) = &stories[story];
                    let result = play(prepared, expected, FAULTS[fault], WHICH[which].1);
                    results.lock().expect("no panic").insert((story, fault, which), result);
                }
            });
        }
    });
    let results = results.into_inner().expect("no panic");
    let mut table = format!("{total} cases. In each field: the runs until all was done.\n");
    let mut failures = String::new();
    for (at, story) in STORIES.iter().enumerate() {
        let _ = write!(table, "\n{:<62}", format!("{} ({})", story.name, story.writes));
        WHICH.iter().for_each(|(word, _)| {
            let _ = write!(table, "{word:>8}");
        });
        for (fault_at, fault) in FAULTS.iter().enumerate() {
            let _ = write!(table, "\n    {fault:<58}");
            for (which_at, (word, _)) in WHICH.iter().enumerate() {
                let shown = match results.get(&(at, fault_at, which_at)) {
                    Some(Ok(runs)) => runs.to_string(),
                    Some(Err(why)) => {
                        let _ = writeln!(failures, "{}, {fault}, {word}: {why}", story.name);
                        "FAILED".to_owned()
                    }
                    None => "-".to_owned(),
                };
                let _ = write!(table, "{shown:>8}");
            }
        }
    }
    println!("{table}");
    assert!(total >= 300, "{total} cases");
    assert!(failures.is_empty(), "{failures}");
}

/// The list lags after a lost response: the object is polled for, not created twice.
#[test]
fn lost_answers_and_a_list_that_lags() {
    std::thread::scope(|scope| {
        for story in STORIES.iter().filter(|story| story.writes.starts_with("POST")) {
            scope.spawn(move || {
                let prepared = story.prepared();
                let expected = End::faultless(&prepared);
                for effect in ["after reset", "after html=502", "after truncated"] {
                    let fault = fault(&format!("{} {effect}", story.writes));
                    let list_lag = std::time::Duration::from_millis(700);
                    let world = prepared.world(Config { faults: vec![fault], list_lag, ..Config::default() });
                    let run = prepared.apply(&world, &["--settle-timeout", "20s"]).expect(0);
                    told_the_truth(&world, &run, &expected)
                        .unwrap_or_else(|why| panic!("{}, {effect}: {why}", story.name));
                    let runs = until_quiet(&prepared, &world, &expected);
                    assert_eq!(runs, Ok(0), "{}, {effect}", story.name);
                }
            });
        }
    });
}
