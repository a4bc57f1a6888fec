//! Speed, as ratios. Run by hand: `cargo bench --bench speed [-- plan|updates|creates|scale|start]`. Nothing is asserted:
//! other programs use the machine too. `VAPI_SYNC_BASELINE` names an earlier build to measure in the same run.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what cannot be measured ends it, and a line of text is all that it gives"
)]

mod bed;
mod creates;
mod plan;
mod scale;
mod start;
#[path = "../../tests/support/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod support;
mod updates;

/// A name, and what it measures.
type Benchmark = (&'static str, fn());

const BENCHMARKS: [Benchmark; 5] = [
    ("plan", plan::run),
    ("updates", updates::run),
    ("creates", creates::run),
    ("scale", scale::run),
    ("start", start::run),
];

fn main() {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, run) in BENCHMARKS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run();
        }
    }
}
