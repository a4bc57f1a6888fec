//! CPU time of a plan of 10,000 agents beside one of 1,000, and the peak memory of a plan of 2,000 agents of 10 KB beside
//! the bytes of the file and of Vapi's answers.

use std::process::{Command, Stdio};
use std::time::Duration;

use vapi_sync::emulator::Config;

use crate::bed::{Program, Prompts, Sizes, fleet, median, programs, report};
use crate::support::World;

pub fn run() {
    cpu();
    memory();
}

fn cpu() {
    let worlds = [1000, 10_000].map(|agents| fleet(agents, Sizes(1000, 1000), Prompts::InTheFile, Config::default()));
    for program in programs() {
        let [small, large] = worlds.each_ref().map(|world| median(|| cpu_time(&program, world)));
        let details = format!("{large:.0?} against {small:.0?}");
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        report(&program, "CPU time of a plan of 10,000 agents to one of 1,000", ratio, 11.0, &details);
    }
}

/// How many plans are timed together: the shell's clock ticks a hundred times a second.
const PLANS: u32 = 10;

/// User and system time of a plan, from the shell's `times`.
fn cpu_time(program: &Program, world: &World) -> Duration {
    let plan = program.command(world, &["plan"]);
    let mut shell = Command::new("sh");
    let plans = format!("for _ in $(seq {PLANS}); do \"$0\" \"$@\" >/dev/null || exit; done; times");
    shell.arg("-c").arg(plans).arg(plan.get_program()).args(plan.get_args());
    shell.current_dir(world.folder.path()).envs(plan.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let output = shell.output().expect("a shell");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // The second line is about the children: `0m0.120000s 0m0.030000s`.
    let times = text.lines().nth(1).unwrap_or_default().split_whitespace().filter_map(|time| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m')?;
        Some(Duration::from_secs_f64(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?))
    });
    times.sum::<Duration>() / PLANS
}

fn memory() {
    for (place, name) in [(Prompts::Included, "prompts in files"), (Prompts::InTheFile, "prompts inline")] {
        let world = fleet(2000, Sizes(10_000, 10_000), place, Config { keep_hits: false, ..Config::default() });
        let live: usize = world.agents().iter().map(|object| object.to_string().len()).sum();
        let included = if place == Prompts::Included { 2000 * 10_000 } else { 0 };
        let file = world.state().len() + included;
        for program in programs() {
            let peak = median(|| peak(&program, &world));
            let mib = |bytes: usize| bytes >> 20;
            let details = format!("{} MiB for {} MiB of file and {} MiB of live", mib(peak), mib(file), mib(live));
            let what = format!("peak memory of a plan of 2,000 agents of 10 KB, {name}");
            report(&program, &what, peak as f64 / (file + live) as f64, 2.0, &details);
        }
    }
}

/// The most memory that a plan takes.
fn peak(program: &Program, world: &World) -> usize {
    let mut plan = program.command(world, &["plan"]).stdout(Stdio::null()).spawn().expect("started");
    let status = format!("/proc/{}/status", plan.id());
    let mut peak = 0;
    // It only grows: the last reading counts.
    while plan.try_wait().expect("asked").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
        peak = kibibytes.map_or(peak, |kibibytes| kibibytes * 1024);
        std::thread::sleep(Duration::from_micros(500));
    }
    peak
}
