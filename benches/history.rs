//! Time and memory of a search for a value that no version holds.
//!
//! `cargo bench --bench history [-- VERSIONS [BYTES]]`: a repository with so many versions of a state file of about so
//! many bytes (1,000 and 1,000,000), packed as a clone is; then, in turns, a process that asks, and `git log` and
//! `git cat-file --batch` reading the same versions. Prints medians, their ratio, and peak memory.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;
use vapi_sync::history::GitRecord;
use vapi_sync::model::recorded::{Question, Record};
use vapi_sync::model::{Address, FieldPath, Value};

const FILE: &str = "vapi-state.yaml";
const ROUNDS: usize = 5;
const AGENTS: usize = 100;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [word, folder] = &arguments[..]
        && word == "ask"
    {
        return ask(Path::new(folder));
    }
    let number = |place: usize, default| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (versions, bytes) = (number(0, 1_000), number(1, 1_000_000));
    let large = repository(versions, bytes)?;
    let (mut ours, mut git) = (Vec::new(), Vec::new());
    let mut memory = 0;
    for round in 0..ROUNDS {
        let (peak, time) = timed(|| asked(large.path()))?;
        let (read, git_time) = timed(|| read_with_git(large.path()))?;
        memory = memory.max(peak);
        print(&format!("round {round}: vapi-sync {time:.2?}, git {git_time:.2?} ({read} bytes)"));
        ours.push(time);
        git.push(git_time);
    }
    let (ours, git) = (median(ours), median(git));
    print(&format!("{versions} versions of {bytes} bytes: vapi-sync {ours:.2?}, git log + cat-file {git:.2?}"));
    print(&format!("ratio {:.2}", ours.as_secs_f64() / git.as_secs_f64()));
    let few = repository(versions / 10, bytes)?;
    print(&format!(
        "peak memory: {} KiB at {} versions, {memory} KiB at {versions}",
        asked(few.path())?,
        versions / 10
    ));
    Ok(())
}

fn print(line: &str) {
    // A benchmark prints its result.
    let _ = writeln!(io::stdout(), "{line}");
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let start = Instant::now();
    Ok((work()?, start.elapsed()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Searches in a child process; gives its peak memory in KiB.
fn asked(folder: &Path) -> Result<u64> {
    let output = Command::new(std::env::current_exe()?).arg("ask").arg(folder).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.trim().parse().with_context(|| format!("asking failed: {text}"))
}

/// Searches for a missing value of a field that changes often; prints the peak memory of this process.
fn ask(folder: &Path) -> Result<()> {
    let question = |path: FieldPath, value| Question {
        address: Address::new("agents", "agent_7"),
        id: None,
        path,
        value,
        element: false,
        after: None,
    };
    let model = FieldPath::root().key("model");
    let questions = [
        question(model.key("temperature"), Value::Number(77.into())),
        question(FieldPath::root().key("firstMessage"), Value::Text("Nobody ever wrote this sentence.".into())),
    ];
    let failed = |error: vapi_sync::model::diagnostic::Diagnostic| anyhow!(error.message);
    let mut record = GitRecord::open(&folder.join(FILE), HashMap::new()).map_err(failed)?.context("no repository")?;
    let answers = record.answer(&questions).map_err(failed)?;
    if answers.iter().any(Option::is_some) {
        bail!("an answer to what nobody recorded");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    print(peak.trim().trim_end_matches(" kB"));
    Ok(())
}

/// Reads every version of the file with git; gives the number of bytes.
fn read_with_git(folder: &Path) -> Result<u64> {
    let log = Command::new("git").args(["log", "--format=%H", "--", FILE]).current_dir(folder).output()?;
    let names: String = String::from_utf8_lossy(&log.stdout).lines().map(|id| format!("{id}:{FILE}\n")).collect();
    let mut git = Command::new("git")
        .args(["cat-file", "--batch"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = git.stdin.take().context("no stdin")?;
    let writer = std::thread::spawn(move || input.write_all(names.as_bytes()));
    let mut output = git.stdout.take().context("no stdout")?;
    let (mut buffer, mut total) = (vec![0; 1 << 20], 0);
    loop {
        match output.read(&mut buffer)? {
            0 => break,
            read => total += read as u64,
        }
    }
    writer.join().map_err(|_| anyhow!("the writer stopped"))??;
    git.wait()?;
    Ok(total)
}

/// A repository with so many versions of a state file, packed.
fn repository(versions: usize, bytes: usize) -> Result<TempDir> {
    let dir = TempDir::new()?;
    git(dir.path(), &["init", "-q", "-b", "main"])?;
    let mut import =
        Command::new("git").args(["fast-import", "--quiet"]).current_dir(dir.path()).stdin(Stdio::piped()).spawn()?;
    let mut stream = io::BufWriter::new(import.stdin.take().context("no stdin")?);
    let mut agents: Vec<Agent> = (0..AGENTS).map(|number| Agent::new(number, bytes / AGENTS)).collect();
    let mut random = 1_u64;
    for version in 0..versions {
        // Each version changes an agent or two, as people do.
        for _ in 0..1 + version % 2 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            agents[(random >> 33) as usize % AGENTS].change(version, random >> 40);
        }
        let mut text = "version: 1\n\nagents:\n".to_owned();
        agents.iter().for_each(|agent| agent.write(&mut text));
        let time = 1_700_000_000 + version;
        write!(stream, "commit refs/heads/main\ncommitter A <a@b> {time} +0000\ndata 1\nx\n")?;
        write!(stream, "M 644 inline {FILE}\ndata {}\n{text}\n", text.len())?;
    }
    stream.into_inner()?.flush()?;
    import.wait()?;
    git(dir.path(), &["gc", "-q"])?;
    git(dir.path(), &["reset", "-q", "--hard"])?;
    Ok(dir)
}

struct Agent {
    number: usize,
    temperature: usize,
    lines: Vec<String>,
}

impl Agent {
    fn new(number: usize, bytes: usize) -> Self {
        let line = |line| {
            format!(
                "{line}. When the caller asks about topic {}, say sentence {}.",
                number * line,
                line * line * 31 % 977
            )
        };
        Self { number, temperature: number, lines: (0..bytes / 62).map(line).collect() }
    }

    fn change(&mut self, version: usize, random: u64) {
        self.temperature = version % 70;
        let place = random as usize % self.lines.len();
        match random % 4 {
            0 => self.lines.insert(place, format!("New in {version}: say {random}.")),
            1 => drop(self.lines.remove(place)),
            _ => self.lines[place] = format!("{place}. In {version} it became {random}."),
        }
    }

    fn write(&self, text: &mut String) {
        let Self { number, temperature, lines } = self;
        let _ = write!(
            text,
            "  agent_{number}:\n    vapi_assistant_id: 7b0e0000-0000-4000-8000-{number:012}\n    config:\n      \
             name: Agent {number}\n      firstMessage: Thanks for calling number {number}.\n      model:\n        \
             provider: openai\n        model: gpt-4.1\n        temperature: {temperature}\n        messages:\n          \
             - role: system\n            content: |\n"
        );
        lines.iter().for_each(|line| {
            let _ = writeln!(text, "              {line}");
        });
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git").args(arguments).current_dir(folder).status()?;
    status.success().then_some(()).with_context(|| format!("git {arguments:?} failed"))
}
