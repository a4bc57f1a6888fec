//! A folder under git, an emulator, and the real binary between them.

pub mod github;
pub mod lists;
pub mod samples;
pub mod scratch;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

pub use scratch::folder;
use serde_json::Value;
use vapi_sync::emulator::{Collection, Config, DEFAULT_KEY, Emulator, Fault, Hit};

/// The folder of a state file, an emulator, and a way to run commands.
pub struct World {
    pub folder: tempfile::TempDir,
    pub vapi: Emulator,
    pub env: Vec<(String, String)>,
    /// Lists that Vapi has and the file disputes. An update that must hold such a list sends it as it is.
    pub held: Vec<Value>,
    /// How many requests were checked before the log was cleared.
    looked_at: AtomicU64,
    /// How many requests of the log were compared with the file.
    compared: AtomicUsize,
    /// Whether every request must be checked before it is cleared.
    strict: bool,
}

/// No test may ever send a DELETE.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.taken();
            let seen = self.looked_at.load(Ordering::Relaxed);
            assert!(!self.strict || seen == self.vapi.stats().requests, "every request was looked at");
        }
    }
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Asserts the exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Its stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Both outputs.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl World {
    /// A repository with this state file committed, and an empty emulator.
    pub fn new(state: &str) -> Self {
        Self::with(state, Config::default())
    }

    /// The same with a configured emulator.
    pub fn with(state: &str, config: Config) -> Self {
        let world = Self::outside_git(state, config);
        world.git(&["init", "-q", "-b", "main"]);
        world.commit("first");
        world
    }

    /// The same outside git.
    pub fn outside_git(state: &str, config: Config) -> Self {
        let folder = folder();
        std::fs::write(folder.path().join("vapi-state.yaml"), state).expect("written");
        let strict = config.keep_hits;
        let vapi = Emulator::start_blocking(config).expect("an emulator");
        let mut world = World::at(folder, vapi);
        world.strict = strict;
        world
    }

    /// A world of an existing folder and emulator, whose earlier requests are not checked.
    pub fn at(folder: tempfile::TempDir, vapi: Emulator) -> Self {
        World {
            folder,
            vapi,
            env: Vec::new(),
            held: Vec::new(),
            looked_at: AtomicU64::new(0),
            compared: AtomicUsize::new(0),
            strict: false,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with its folders.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    pub fn state(&self) -> String {
        std::fs::read_to_string(self.path("vapi-state.yaml")).expect("read")
    }

    /// Replaces text in the state file, which must contain it.
    #[track_caller]
    pub fn edit(&self, from: &str, to: &str) {
        let state = self.state();
        assert!(state.contains(from), "{from:?} is not in\n{state}");
        self.write("vapi-state.yaml", &state.replace(from, to));
    }

    /// All files with their contents, except those of git and the working folder.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn read(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in std::fs::read_dir(folder).expect("listed") {
                let path = entry.expect("an entry").path();
                match path.file_name().and_then(|name| name.to_str()) {
                    Some(".git" | ".vapi-sync") => {}
                    _ if path.is_symlink() => {
                        let target = std::fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes();
                        drop(files.insert(path, target));
                    }
                    _ if path.is_dir() => read(&path, files),
                    _ => drop(files.insert(path.clone(), std::fs::read(&path).expect("read"))),
                }
            }
        }
        let mut files = BTreeMap::new();
        read(self.folder.path(), &mut files);
        files
    }

    pub fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .expect("git");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// A command of the binary, ready to run or spawn.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vapi-sync"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("VAPI_API_KEY", DEFAULT_KEY)
            .env("VAPI_BASE_URL", self.vapi.base_url())
            .envs(self.env.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Run {
        self.check_lists(&[lists::file_of(self, &[])]);
        let before = lists::file_of(self, args);
        let run = self.command(args).output().expect("the binary").into();
        self.check_lists(&[before, lists::file_of(self, args)]);
        run
    }

    /// No request since the last check may hold a list of references that is shorter than the file's.
    #[track_caller]
    fn check_lists(&self, files: &[Option<String>]) {
        let hits = self.vapi.hits();
        let from = self.compared.swap(hits.len(), Ordering::Relaxed);
        lists::are_whole(hits.get(from..).unwrap_or_default(), files, &self.held);
    }

    /// Takes the requests since the last call.
    #[track_caller]
    pub fn taken(&self) -> Vec<Hit> {
        self.check_lists(&[lists::file_of(self, &[])]);
        let hits = self.vapi.hits();
        self.vapi.clear_hits();
        self.compared.store(0, Ordering::Relaxed);
        self.looked_at.fetch_add(hits.len() as u64, Ordering::Relaxed);
        for hit in &hits {
            assert!(matches!(hit.method.as_str(), "GET" | "POST" | "PATCH"), "{} {} was sent", hit.method, hit.path);
        }
        hits
    }

    /// Takes the requests since the last call, without GETs.
    #[track_caller]
    pub fn writes(&self) -> Vec<Hit> {
        self.taken().into_iter().filter(|hit| hit.method != "GET").collect()
    }

    /// Takes the requests since the last call, as `GET /assistant`, sorted.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let mut requests: Vec<String> = self.taken().iter().map(|hit| format!("{} {}", hit.method, hit.path)).collect();
        requests.sort();
        requests
    }

    /// Sets this fault and no others.
    #[track_caller]
    pub fn set_fault(&self, text: &str) {
        self.vapi.set_faults(vec![fault(text)]);
    }

    pub fn agents(&self) -> Vec<Value> {
        self.vapi.objects(Collection::Assistant)
    }

    pub fn numbers(&self) -> Vec<Value> {
        self.vapi.objects(Collection::PhoneNumber)
    }

    /// The live objects of all kinds.
    pub fn all(&self) -> Vec<Value> {
        Collection::ALL.into_iter().flat_map(|collection| self.vapi.objects(collection)).collect()
    }

    /// The only live agent of this name.
    #[track_caller]
    pub fn agent(&self, name: &str) -> Value {
        let mut found: Vec<Value> = self.agents().into_iter().filter(|agent| agent["name"] == name).collect();
        assert_eq!(found.len(), 1, "agents named {name}: {found:?}");
        found.remove(0)
    }
}

/// The id of an object.
#[track_caller]
pub fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

/// The name of an object; of a tool, that of its function.
pub fn name_of(object: &Value) -> &str {
    object["name"].as_str().or_else(|| object["function"]["name"].as_str()).unwrap_or_default()
}

/// Asserts that a command sends no writes and changes no byte.
#[track_caller]
pub fn is_quiet(world: &World, command: &[&str]) {
    let before = world.files();
    world.taken();
    world.run(command).expect(0);
    assert_eq!(world.writes().len(), 0, "{command:?} wrote");
    assert_eq!(world.files(), before, "{command:?} changed a file");
}

/// Asserts that every command, run twice, sends no writes and changes no byte.
#[track_caller]
pub fn all_is_quiet(world: &World) {
    for command in [
        &["apply", "--yes"][..],
        &["pull"],
        &["sync", "--yes"],
        &["plan", "--detailed-exitcode"],
        &["status", "--exit-code"],
        &["validate"],
    ] {
        is_quiet(world, command);
        is_quiet(world, command);
    }
}

/// The value of `VAPI_SYNC_SOAK`: runs tests in their long form, random ones this many times as often.
pub fn soak() -> Option<u64> {
    std::env::var("VAPI_SYNC_SOAK").ok().map(|text| text.parse().expect("how many times as often"))
}

/// The rounds of a random test: this many, or more in the long form.
pub fn rounds(short: u64) -> u64 {
    short * soak().unwrap_or(1)
}

/// Parses a fault.
#[track_caller]
pub fn fault(text: &str) -> Fault {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The path of Vapi's published document: `VAPI_OPENAPI`, or next to the repository.
pub fn vapi_document_path() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vapi/openapi.json");
    std::env::var_os("VAPI_OPENAPI").map_or(beside, Into::into)
}

/// Vapi's published document. `None`, with a message on stderr, if it is missing.
pub fn vapi_document() -> Option<String> {
    let path = vapi_document_path();
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        // Not `eprintln`, which the test harness swallows.
        let skipped = format!("SKIPPED: no document at {} (see VAPI_OPENAPI)\n", path.display());
        std::io::stderr().write_all(skipped.as_bytes()).expect("said");
    }
    text
}
