//! 500 updates: at 50 ms latency beside the time that they need on the wire at the concurrency that was reached, and under a
//! quota beside the time that the quota gives them.

use std::time::Duration;

use vapi_sync::emulator::{Config, RateLimit, RetryAfter};

use crate::bed::{Program, Prompts, Sizes, clock, fleet, median, programs, report, silent};
use crate::support::World;

const UPDATES: u32 = 500;
const LATENCY: Duration = Duration::from_millis(50);
/// Requests a second.
const QUOTA: f64 = 20.0;

pub fn run() {
    for program in programs() {
        let (ours, concurrency, requests) = median(|| {
            let world = changed(Config { latency: LATENCY, ..Config::default() });
            let ours = applied(&program, &world);
            (ours, world.vapi.stats().most_in_flight as u32, world.taken().len())
        });
        let wire = LATENCY * UPDATES / concurrency;
        let details = format!("{ours:.2?} against {wire:.2?}; {concurrency} side by side, {requests} requests");
        report(&program, "500 updates", ours.as_secs_f64() / wire.as_secs_f64(), 1.2, &details);
    }
    for (retry_after, name) in [(RetryAfter::Seconds, "with"), (RetryAfter::Absent, "without")] {
        for program in programs() {
            quota(&program, retry_after, name);
        }
    }
}

/// A run takes half a minute and more, most of which is waiting: once is enough.
fn quota(program: &Program, retry_after: RetryAfter, name: &str) {
    let limit = RateLimit { per_second: QUOTA, burst: QUOTA as u32, retry_after };
    let world = changed(Config { latency: LATENCY, rate_limit: Some(limit), ..Config::default() });
    let ours = applied(program, &world);
    let hits = world.taken();
    let refused = hits.iter().filter(|hit| hit.status == Some(429)).count();
    let quota = Duration::from_secs_f64(f64::from(UPDATES) / QUOTA);
    let percent = 100.0 * refused as f64 / hits.len() as f64;
    let details = format!("{ours:.1?} against {quota:.1?}; {} requests, {percent:.1} % refused", hits.len());
    let what = format!("500 updates under {QUOTA} requests/s, {name} Retry-After");
    report(program, &what, ours.as_secs_f64() / quota.as_secs_f64(), 1.15, &details);
}

fn changed(config: Config) -> World {
    let world = fleet(UPDATES as usize, Sizes(1000, 1000), Prompts::InTheFile, config);
    world.edit("Hello from", "Good morning from");
    world.commit("changed");
    world
}

fn applied(program: &Program, world: &World) -> Duration {
    clock(|| silent(&mut program.command(world, &["apply", "--yes"])))
}
