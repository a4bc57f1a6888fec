//! `validate` of the example beside `git --version`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use vapi_sync::emulator::Config;

use crate::bed::{Prompts, Sizes, clock, fleet, programs, report, silent};

/// More runs than elsewhere: these take milliseconds.
const TRIES: usize = 200;

pub fn run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = root.join("examples/clinic/vapi-state.yaml");
    let own = fleet(10, Sizes(2000, 2000), Prompts::InTheFile, Config::default());
    let file = if example.exists() { example } else { own.path("vapi-state.yaml") };
    let best = |command: &mut dyn FnMut() -> Command| -> Duration {
        (0..TRIES).map(|_| clock(|| silent(&mut command()))).min().unwrap_or_default()
    };
    let git = best(&mut || {
        let mut git = Command::new("git");
        git.arg("--version");
        git
    });
    for program in programs() {
        let ours = best(&mut || {
            let mut validate = program.command(&own, &["validate", "-f"]);
            validate.arg(&file);
            validate
        });
        let details = format!("{ours:.1?} against {git:.1?}, {}", file.display());
        report(&program, "validate", ours.as_secs_f64() / git.as_secs_f64(), 3.0, &details);
    }
}
