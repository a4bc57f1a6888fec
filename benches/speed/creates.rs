//! 200 creations at 50 ms latency, in an empty organisation and among 1,000 agents, and a chain of 20 of which each needs the
//! one before, beside their time on the wire.

use std::fmt::Write;
use std::time::Duration;

use vapi_sync::emulator::{Config, DEFAULT_ORG};

use crate::bed::{Program, Prompts, Sizes, clock, fleet, median, programs, report, silent};
use crate::support::World;

const LATENCY: Duration = Duration::from_millis(50);
/// The most requests side by side.
const WIDTH: u32 = 16;
const CREATES: u32 = 200;
const CHAIN: u32 = 20;

fn config() -> Config {
    Config { latency: LATENCY, ..Config::default() }
}

pub fn run() {
    // The lists, and then the creations side by side.
    let ideal = LATENCY + LATENCY * CREATES / WIDTH;
    for program in programs() {
        let independent = || World::outside_git(&agents(CREATES, |_| String::new()), config());
        against(&program, "200 creations", ideal, 1.4, &independent);
        let among = || {
            let world = fleet(1000, Sizes(1000, 1000), Prompts::InTheFile, config());
            world.write("vapi-state.yaml", &(world.state() + &entries(CREATES, |_| String::new())));
            world
        };
        against(&program, "200 creations among 1,000 agents", ideal, 1.4, &among);
        let chain = || {
            let before = |at: u32| at.checked_sub(1).map_or(String::new(), handoff);
            World::outside_git(&agents(CHAIN, before), config())
        };
        against(&program, "a chain of 20 creations", LATENCY * CHAIN, 1.2, &chain);
    }
}

fn against(program: &Program, what: &str, ideal: Duration, bound: f64, world: &dyn Fn() -> World) {
    let (ours, writing, requests, whole) = median(|| {
        let world = world();
        let ours = clock(|| silent(&mut program.command(&world, &["apply", "--yes"])));
        let hits = world.taken();
        let mut posts = hits.iter().filter(|hit| hit.method == "POST");
        let first = posts.next().expect("a creation").started;
        let last = posts.filter_map(|hit| hit.ended).max().unwrap_or(first);
        let lists = hits.iter().filter(|hit| hit.path == "/assistant" && hit.method == "GET");
        let whole = lists.filter(|hit| !hit.query.contains("Ge=") && hit.started > first).count();
        (ours, last - first, hits.len(), whole)
    });
    let details = format!(
        "{ours:.2?} against {ideal:.2?}, {writing:.2?} from the first to the last; {requests} requests, {whole} whole lists"
    );
    report(program, what, ours.as_secs_f64() / ideal.as_secs_f64(), bound, &details);
}

fn agents(count: u32, more: impl Fn(u32) -> String) -> String {
    format!("version: 1\norg_id: {DEFAULT_ORG}\nagents:\n") + &entries(count, more)
}

fn entries(count: u32, more: impl Fn(u32) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "  new{at}:\n    config:\n      name: New {at}\n      firstMessage: Hello.{}", more(at));
        text
    })
}

fn handoff(to: u32) -> String {
    format!(
        "\n      model:\n        provider: openai\n        model: gpt-4.1\n        tools:\n          - type: handoff\n            \
         destinations:\n              - {{type: assistant, assistantId: \"${{agent:new{to}}}\"}}"
    )
}
