//! 500 updates at 50 ms latency, beside the time that they need on the wire at the concurrency that was reached.

use std::time::Duration;

use vapi_sync::emulator::Config;

use crate::bed::{Prompts, clock, fleet, report, silent};

const UPDATES: u32 = 500;
const LATENCY: Duration = Duration::from_millis(50);

pub fn run() {
    let measured = (0..3).map(|_| {
        let world = fleet(UPDATES as usize, 1000, Prompts::InTheFile, Config { latency: LATENCY, ..Config::default() });
        world.edit("Hello from", "Good morning from");
        world.commit("changed");
        let ours = clock(|| silent(&mut world.command(&["apply", "--yes"])));
        let concurrency = world.vapi.stats().most_in_flight as u32;
        let hits = world.taken();
        let mut writes = hits.iter().filter(|hit| hit.method == "PATCH");
        let (first, last) = (writes.next(), writes.next_back());
        let writing = first.zip(last).and_then(|(first, last)| Some(last.ended? - first.started)).unwrap_or_default();
        (ours, writing, concurrency)
    });
    let (ours, writing, concurrency) = measured.min().expect("measured");
    let wire = LATENCY * UPDATES / concurrency;
    let details = format!("{ours:.2?}, {writing:.2?} of it writing, against {wire:.2?}; {concurrency} side by side");
    report("500 updates", ours.as_secs_f64() / wire.as_secs_f64(), 1.3, &details);
}
