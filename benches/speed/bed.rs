//! Shared by the benchmarks: a fleet of agents, the same in the file and in Vapi, timers, and the programs to measure.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use vapi_sync::emulator::{Collection, Config, DEFAULT_ORG};

use crate::support::World;

/// Runs per measurement, of which the median counts.
pub const TRIES: usize = 5;

/// A program to measure, with its name in the results.
pub struct Program {
    name: &'static str,
    path: PathBuf,
}

/// This program, and the one that `VAPI_SYNC_BASELINE` names: an earlier build, measured in the same run.
pub fn programs() -> Vec<Program> {
    let this = Program { name: "now", path: env!("CARGO_BIN_EXE_vapi-sync").into() };
    let earlier = std::env::var_os("VAPI_SYNC_BASELINE").map(|path| Program { name: "before", path: path.into() });
    earlier.into_iter().chain([this]).collect()
}

impl Program {
    /// A command of it in a world.
    pub fn command(&self, world: &World, args: &[&str]) -> Command {
        let like = world.command(args);
        let mut command = Command::new(&self.path);
        command.args(like.get_args()).current_dir(world.folder.path()).env_clear().stdin(Stdio::null());
        command.envs(like.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command
    }
}

/// The sizes of the prompts of a fleet: all between these two.
#[derive(Clone, Copy)]
pub struct Sizes(pub usize, pub usize);

impl Sizes {
    fn of(self, at: usize) -> usize {
        let Sizes(least, most) = self;
        least + (at * 7919) % (most - least + 1)
    }
}

/// Where the prompts of a fleet stand.
#[derive(Clone, Copy, PartialEq)]
pub enum Prompts {
    InTheFile,
    Included,
}

/// A repository and a Vapi that agree on this many agents with prompts of about these sizes.
pub fn fleet(agents: usize, sizes: Sizes, place: Prompts, config: Config) -> World {
    let line = "You are kind, you are brief, you never make anything up, and you ask one question at a time.\n";
    let mut file = format!("version: 1\norg_id: {DEFAULT_ORG}\nagents:\n");
    let world = World::outside_git("", config);
    for at in 0..agents {
        let id = format!("{at:08x}-0000-4000-8000-000000000000");
        let prompt = line.repeat(sizes.of(at).div_ceil(line.len()));
        let content = match place {
            Prompts::Included => {
                let name = format!("prompts/{}/a{at}.md", at / 500);
                world.write(&name, &prompt);
                format!("${{file:{name}}}\n")
            }
            Prompts::InTheFile => {
                let lines = prompt.lines().map(|line| format!("              {line}\n"));
                lines.fold("|\n".to_owned(), |text, line| text + &line)
            }
        };
        let _ = write!(
            file,
            "  a{at}:\n    vapi_assistant_id: {id}\n    config:\n      name: Agent {at}\n      firstMessage: Hello from {at}.\n      model:\n        \
             provider: openai\n        model: gpt-4.1\n        temperature: 0.3\n        messages:\n          - role: system\n            \
             content: {content}"
        );
        world.vapi.insert(
            Collection::Assistant,
            json!({"id": id, "orgId": DEFAULT_ORG, "name": format!("Agent {at}"), "firstMessage": format!("Hello from {at}."),
                "createdAt": jiff::Timestamp::from_second(1_700_000_000 + at as i64).unwrap_or_default().to_string(),
                "model": {"provider": "openai", "model": "gpt-4.1", "temperature": 0.3, "messages": [{"role": "system", "content": prompt}]}}),
        );
    }
    world.write("vapi-state.yaml", &file);
    world.git(&["init", "-q", "-b", "main"]);
    world.commit("first");
    let plan = world.command(&["plan", "--detailed-exitcode"]).output().expect("started");
    assert_eq!(plan.status.code(), Some(0), "the file and Vapi agree: {}", String::from_utf8_lossy(&plan.stdout));
    world.taken();
    world
}

/// The median of several runs.
pub fn median<T: Ord + Copy + Default>(mut run: impl FnMut() -> T) -> T {
    let mut all: Vec<T> = (0..TRIES).map(|_| run()).collect();
    all.sort_unstable();
    all.get(TRIES / 2).copied().unwrap_or_default()
}

/// How long something takes.
pub fn clock(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

/// Runs a command that must succeed, without its output.
pub fn silent(command: &mut Command) {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(2000)..]).into_owned();
    assert!(output.status.success(), "{}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
}

/// One line of a result.
pub fn report(of: &Program, what: &str, measured: f64, bound: f64, details: &str) {
    let verdict = if measured <= bound { "holds" } else { "DOES NOT HOLD" };
    println!("{:>6}  {what}: ratio {measured:.2}, bound {bound}: {verdict} ({details})", of.name);
}
