//! Ctrl-C and SIGTERM.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vapi_sync::emulator::Config;

use super::check::{End, until_quiet};
use super::story::{MUCH, is_bystander};
use crate::support::Run;

#[test]
fn running_requests_finish_and_are_recorded() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    for (signal, after) in [("INT", 3), ("TERM", 8), ("INT", 15), ("TERM", 30)] {
        let world = prepared.world(Config { latency: Duration::from_millis(40), ..Config::default() });
        let mut run = world.command(&["apply", "--yes", "--format", "json"]);
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let give_up = Instant::now() + Duration::from_secs(60);
        while world.vapi.stats().requests < after {
            assert!(Instant::now() < give_up, "{after} requests do not come");
            std::thread::sleep(Duration::from_micros(500));
        }
        let sent = Command::new("kill").args([&format!("-{signal}"), &run.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        let run: Run = run.wait_with_output().expect("ended").into();
        let run = run.expect(130);
        // It waited for every response, and every id is in the file.
        let hits = world.vapi.hits();
        let unanswered: Vec<_> = hits.iter().filter(|hit| hit.status.is_none()).map(|hit| &hit.path).collect();
        assert!(unanswered.is_empty(), "{unanswered:?}");
        let state = world.state();
        for object in world.all().iter().filter(|object| !is_bystander(object)) {
            assert!(state.contains(crate::support::id(object).as_str()), "{object} is not recorded in\n{state}");
        }
        let report = run.json();
        let outcome = |word: &str| {
            let changes = report["changes"].as_array().expect("changes").iter();
            changes.filter(|change| change["outcome"] == word).count()
        };
        let written = hits.iter().filter(|hit| hit.method != "GET").count();
        assert_eq!((outcome("done"), outcome("done") + outcome("not_attempted")), (written, 50), "{report:#}");
        until_quiet(&prepared, &world, &expected).unwrap_or_else(|why| panic!("{signal} after {after}: {why}"));
    }
}

#[test]
fn an_interrupt_while_it_only_reads_writes_nothing() {
    let world = MUCH.prepared();
    let world = world.world(Config { latency: Duration::from_millis(300), ..Config::default() });
    let before = world.state();
    let mut run = world.command(&["apply", "--yes"]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let give_up = Instant::now() + Duration::from_secs(60);
    while world.vapi.stats().requests == 0 {
        assert!(Instant::now() < give_up, "no request");
        std::thread::sleep(Duration::from_micros(500));
    }
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill");
    let run: Run = run.wait_with_output().expect("ended").into();
    run.expect(130);
    assert!(world.writes().is_empty());
    assert_eq!(world.state(), before);
}
