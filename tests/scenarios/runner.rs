//! Tells a story.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use vapi_sync::emulator::{Clock, Collection, Config, DEFAULT_ORG, ManualClock};

use crate::support::World;

const STATE: &str = "vapi-state.yaml";

/// 2100-01-01T00:00:00Z. What runs write into the audit log has the machine's time: that is earlier, whenever it is told.
const START: i64 = 4_102_444_800;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    about: String,
    /// The rows of the verdict tables that it tells, as [`super::rows`] names them.
    #[serde(default)]
    rows: Vec<String>,
    /// Without a repository.
    #[serde(default)]
    outside_git: bool,
    /// Fields that Vapi shows and refuses.
    #[serde(default)]
    refuse: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    steps: Vec<Step>,
}

/// One thing that happens. What it names is done in this order.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Step {
    /// Files are written.
    files: BTreeMap<String, String>,
    /// A text of a file is replaced, which must be there.
    edit: Option<Edit>,
    /// Objects are put into Vapi as they are, by the word of their path.
    live: BTreeMap<String, Vec<Value>>,
    /// Somebody changes an object in the dashboard: shallow, `null` takes a field out.
    dashboard: Option<Dashboard>,
    /// Somebody deletes an assistant in the dashboard.
    delete: Option<String>,
    /// All there is is committed.
    commit: Option<String>,
    /// So many commits, in each of which `#` in the state file is another number.
    commits: Option<i64>,
    /// A git command.
    git: Option<String>,
    /// A file or folder is moved, or removed.
    moved: Option<[String; 2]>,
    removed: Option<String>,
    /// The repository becomes a clone of itself that knows the last commit only.
    shallow: bool,
    /// The repository becomes a clone of itself, without what runs here left beside the file: with `refs`, or `without` those of
    /// the agreed commits; `shallow with refs`.
    clone: Option<String>,
    /// Which commits are known to be agreed on is told.
    agreed: bool,
    /// `plan` in each format, with these arguments.
    plan: Option<String>,
    /// A run.
    run: Option<String>,
    /// The exit code of the run.
    exit: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    #[serde(default = "state_file")]
    file: String,
    from: String,
    to: String,
}

fn state_file() -> String {
    STATE.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dashboard {
    assistant: String,
    set: Value,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The folders of stories, sorted.
pub fn folders() -> Vec<String> {
    let entries = std::fs::read_dir(root()).expect("listed").flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// The rows of the verdict tables that a story tells, and its snapshots.
pub fn rows(name: &str) -> (Vec<String>, String) {
    let folder = root().join(name);
    let snapshots = ["plan.json.snap", "runs.snap"].map(|file| std::fs::read_to_string(folder.join(file)));
    let snapshots = snapshots.into_iter().flatten().collect();
    (read(name).rows, snapshots)
}

fn read(name: &str) -> Story {
    let text = std::fs::read_to_string(root().join(name).join("story.yaml")).expect("a story");
    serde_yaml::from_str(&with_ids(&text)).unwrap_or_else(|error| panic!("{name}/story.yaml: {error}"))
}

/// Tells the story of a folder and compares it with its snapshots.
pub fn tell(name: &str) {
    let folder = root().join(name);
    let story = read(name);
    let mut teller = Teller::new(&story);
    for step in &story.steps {
        teller.step(step);
    }
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(story.about.as_str());
    settings.add_filter(r"20\d\d-\d\d-\d\d(T[0-9:.]+Z| [0-9:]+ UTC)?", "TODAY");
    settings.add_filter(r"\d{1,2} [A-Z][a-z]{2} \d\d:\d\d UTC", "TODAY");
    settings.add_filter(r"\d{8}T\d{9}Z-[0-9a-f]{8}", "RUN");
    settings.add_filter(r"vapi-sync restore [0-9a-f]{8}\b", "vapi-sync restore RUN");
    settings.add_filter(r"\b[0-9a-f]{8}…", "ID…");
    settings.add_filter(r"(?m)^[0-9a-f]{8}  ", "RUN  ");
    settings.add_filter(r"in the \d+\.\d s between", "in the TIME between");
    settings.add_filter(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID_NEW");
    settings.add_filter(r"\b[0-9a-f]{32}\b", "DIGEST");
    settings.bind(|| {
        for (name, told) in &teller.told {
            insta::assert_snapshot!(*name, told);
        }
    });
}

const LETTERS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];

fn id_of(letter: char) -> String {
    let letter = letter.to_ascii_lowercase().to_string();
    format!("{}-0000-4000-8000-{}", letter.repeat(8), letter.repeat(12))
}

fn with_ids(text: &str) -> String {
    let text = text.replace("ORG_ID", DEFAULT_ORG);
    LETTERS.iter().fold(text, |text, letter| text.replace(&format!("ID_{letter}"), &id_of(*letter)))
}

struct Teller {
    world: World,
    clock: ManualClock,
    now: i64,
    /// By name of the snapshot.
    told: BTreeMap<&'static str, String>,
    /// Commits by id, with their subjects.
    commits: Vec<(String, String)>,
}

impl Teller {
    fn new(story: &Story) -> Self {
        let clock = ManualClock::new(jiff::Timestamp::from_second(START).expect("a time"), Duration::ZERO);
        let config = Config { clock: Clock::Manual(clock.clone()), refuse: story.refuse.clone(), ..Config::default() };
        let mut world = World::outside_git("", config);
        world.env = story.env.clone().into_iter().collect();
        std::fs::remove_file(world.path(STATE)).expect("removed");
        let teller = Teller { world, clock, now: START, told: BTreeMap::new(), commits: Vec::new() };
        if !story.outside_git {
            teller.git(&["init", "-q", "-b", "main"]);
            teller.git(&["config", "user.name", "Ada"]);
            teller.git(&["config", "user.email", "ada@example.com"]);
        }
        teller
    }

    fn step(&mut self, step: &Step) {
        self.now += 60;
        self.clock.set(jiff::Timestamp::from_second(self.now).expect("a time"));
        let Step {
            files,
            edit,
            live,
            dashboard,
            delete,
            commit,
            commits,
            git,
            moved,
            removed,
            shallow,
            clone,
            agreed,
            plan,
            run,
            exit,
        } = step;
        files.iter().for_each(|(name, text)| self.world.write(name, text));
        if let Some(edit) = edit {
            let path = self.world.path(&edit.file);
            let text = std::fs::read_to_string(&path).expect("a file");
            assert!(text.contains(&edit.from), "{:?} is not in\n{text}", edit.from);
            std::fs::write(path, text.replace(&edit.from, &edit.to)).expect("written");
        }
        for (word, objects) in live {
            let collection = Collection::from_path(word).unwrap_or_else(|| panic!("no collection {word}"));
            objects.iter().for_each(|object| {
                self.world.vapi.insert(collection, object.clone());
            });
        }
        if let Some(Dashboard { assistant, set }) = dashboard {
            assert!(self.world.vapi.edit(Collection::Assistant, assistant, set), "no assistant {assistant}");
        }
        if let Some(id) = delete {
            assert!(self.world.vapi.remove(Collection::Assistant, id), "no assistant {id}");
        }
        if let Some([from, to]) = moved {
            std::fs::rename(self.world.path(from), self.world.path(to)).expect("moved");
        }
        if let Some(name) = removed {
            std::fs::remove_file(self.world.path(name)).expect("removed");
        }
        if let Some(subject) = commit {
            self.git(&["add", "-A"]);
            self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        }
        if let Some(count) = commits {
            self.many_commits(*count);
        }
        if let Some(words) = git {
            self.git(&words.split(' ').collect::<Vec<_>>());
        }
        if *shallow {
            self.make_shallow();
        }
        if let Some(refs) = clone {
            self.make_clone(refs);
        }
        if commit.is_some() || commits.is_some() || git.is_some() {
            self.learn_commits();
        }
        if let Some(args) = plan {
            self.plan(args);
        }
        if let Some(args) = run {
            self.run(args, *exit);
        }
        if *agreed {
            self.tell_agreed();
        }
    }

    fn git_command(&self, args: &[&str]) -> Command {
        let date = format!("@{} +0000", self.now);
        let mut command = Command::new("git");
        command
            .args(["-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(self.world.folder.path())
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)]);
        command
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.git_command(args).output().expect("git");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Through fast-import: a process per commit would take seconds.
    fn many_commits(&mut self, count: i64) {
        let state = self.world.state();
        let mut stream = String::new();
        for number in 1..=count {
            let (subject, text) = (format!("number {number}"), state.replace('#', &number.to_string()));
            self.now += 60;
            let _ = write!(
                stream,
                "commit refs/heads/main\ncommitter Ada <ada@example.com> {} +0000\ndata {}\n{subject}\n{}M 100644 inline {STATE}\ndata {}\n{text}\n",
                self.now,
                subject.len(),
                if number == 1 { "from refs/heads/main^0\n" } else { "" },
                text.len(),
            );
        }
        let mut child =
            self.git_command(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git fast-import");
        child.stdin.take().expect("a pipe").write_all(stream.as_bytes()).expect("written");
        assert!(child.wait().expect("git").success());
        self.git(&["reset", "-q", "--hard"]);
    }

    fn make_shallow(&self) {
        let url = format!("file://{}", self.world.folder.path().display());
        self.git(&["clone", "-q", "--depth", "1", &url, "clone"]);
        std::fs::remove_dir_all(self.world.path(".git")).expect("removed");
        std::fs::rename(self.world.path("clone/.git"), self.world.path(".git")).expect("moved");
        std::fs::remove_dir_all(self.world.path("clone")).expect("removed");
    }

    fn make_clone(&self, refs: &str) {
        let url = format!("file://{}", self.world.folder.path().display());
        match refs.strip_prefix("shallow with ") {
            Some(_) => self.git(&["clone", "-q", "--depth", "1", &url, "clone"]),
            None => self.git(&["clone", "-q", "--no-hardlinks", ".", "clone"]),
        };
        match refs {
            "refs" | "shallow with refs" => {
                drop(self.git(&["-C", "clone", "fetch", "-q", "origin", "+refs/vapi-sync/*:refs/vapi-sync/*"]))
            }
            "without" => {}
            other => panic!("a clone with {other}"),
        }
        for left in [".git", ".vapi-sync"] {
            let _ = std::fs::remove_dir_all(self.world.path(left));
        }
        std::fs::rename(self.world.path("clone/.git"), self.world.path(".git")).expect("moved");
        std::fs::remove_dir_all(self.world.path("clone")).expect("removed");
        self.git(&["config", "user.name", "Bea"]);
        self.git(&["config", "user.email", "bea@example.com"]);
    }

    fn tell_agreed(&mut self) {
        self.learn_commits();
        let format = "--format=%(refname) %(*objectname)";
        let refs = self.filtered(&self.git(&["for-each-ref", format, "refs/vapi-sync"]));
        let runs = self.told.entry("runs").or_default();
        let _ = write!(runs, "\nagreed:\n{refs}");
    }

    fn learn_commits(&mut self) {
        let log = self.git(&["log", "--all", "--reflog", "--format=%H %s"]);
        self.commits = log
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(id, subject)| (id.to_owned(), subject.to_owned()))
            .collect();
    }

    fn plan(&mut self, args: &str) {
        for (format, name) in [("text", "plan.txt"), ("json", "plan.json"), ("markdown", "plan.md")] {
            let args: Vec<&str> = ["plan", "--format", format].into_iter().chain(args.split_whitespace()).collect();
            let run = self.world.run(&args).expect(0);
            let mut told = run.stdout.clone();
            if format == "text" && !run.stderr.is_empty() {
                told.push_str(&format!("--- stderr\n{}", run.stderr));
            }
            let told = self.filtered(&told);
            assert!(self.told.insert(name, told).is_none(), "one plan a story");
        }
        assert!(self.world.writes().is_empty(), "plan wrote");
    }

    fn run(&mut self, args: &str, exit: i32) {
        let before = self.files();
        self.world.writes();
        let run = self.world.run(&args.split_whitespace().collect::<Vec<_>>()).expect(exit);
        let mut told = format!("$ vapi-sync {args}\n{}", run.stdout);
        for line in run.stderr.lines() {
            let _ = writeln!(told, "2> {line}");
        }
        let _ = writeln!(told, "exit {exit}");
        let mut hits = self.world.writes();
        // Independent updates go side by side and arrive in any order.
        hits.chunk_by_mut(|one, next| one.method == next.method)
            .for_each(|side_by_side| side_by_side.sort_by(|left, right| left.path.cmp(&right.path)));
        for hit in hits {
            let body = hit.body.map_or(String::new(), |body| format!(" {body:#}"));
            let _ = writeln!(told, "\n> {} {}{body}", hit.method, hit.path);
        }
        for (name, text) in self.files() {
            if before.get(&name) != Some(&text) {
                let _ = writeln!(told, "\n=== {name}\n{text}");
            }
        }
        let told = self.filtered(&told);
        let runs = self.told.entry("runs").or_default();
        if !runs.is_empty() {
            runs.push('\n');
        }
        runs.push_str(&told);
    }

    /// The files of the folder, but for those that git and the program keep to themselves.
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.world.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("listed").flatten() {
                let path = entry.path();
                let name = path.strip_prefix(self.world.folder.path()).expect("inside").display().to_string();
                if path.is_dir() {
                    if !matches!(name.as_str(), ".git" | ".vapi-sync") {
                        folders.push(path);
                    }
                } else if let Ok(text) = std::fs::read_to_string(&path) {
                    files.insert(name, text);
                }
            }
        }
        files
    }

    /// A text in the words of the story: ids, commits, folders.
    fn filtered(&self, text: &str) -> String {
        let mut text =
            text.replace(&self.world.folder.path().display().to_string(), ".").replace(DEFAULT_ORG, "ORG_ID");
        for letter in LETTERS {
            text = text.replace(&id_of(letter), &format!("ID_{letter}"));
        }
        for (id, subject) in &self.commits {
            text = text.replace(id, &format!("<{subject}>")).replace(&id[..8], &format!("<{subject}>"));
        }
        text
    }
}
