//! A folder under git, an emulator, and the real binary between them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use vapi_sync::emulator::{Collection, Config, DEFAULT_KEY, Emulator, Hit};

/// A state file's folder, a Vapi, and a way to run commands.
pub struct World {
    pub folder: tempfile::TempDir,
    pub vapi: Emulator,
    pub env: Vec<(String, String)>,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The same, if it ended with this code.
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
    /// A repository with this state file committed, and an empty Vapi.
    pub fn new(state: &str) -> Self {
        Self::with(state, Config::default())
    }

    /// The same with a Vapi of one's own.
    pub fn with(state: &str, config: Config) -> Self {
        let world = Self::outside_git(state, config);
        world.git(&["init", "-q", "-b", "main"]);
        world.commit("first");
        world
    }

    /// The same without a repository.
    pub fn outside_git(state: &str, config: Config) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("vapi-state.yaml"), state).expect("written");
        World { folder, vapi: Emulator::start_blocking(config).expect("an emulator"), env: Vec::new() }
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

    /// Replaces a part of the state file, which must be there.
    #[track_caller]
    pub fn edit(&self, from: &str, to: &str) {
        let state = self.state();
        assert!(state.contains(from), "{from:?} is not in\n{state}");
        self.write("vapi-state.yaml", &state.replace(from, to));
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

    /// A command of the binary, ready to be run or spawned.
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

    pub fn run(&self, args: &[&str]) -> Run {
        self.command(args).output().expect("the binary").into()
    }

    /// The requests since the last look that were no GET.
    pub fn writes(&self) -> Vec<Hit> {
        let hits = self.vapi.hits();
        self.vapi.clear_hits();
        hits.into_iter().filter(|hit| hit.method != "GET").collect()
    }

    /// All requests since the last look, as `GET /assistant`.
    pub fn requests(&self) -> Vec<String> {
        let hits = self.vapi.hits();
        self.vapi.clear_hits();
        hits.iter().map(|hit| format!("{} {}", hit.method, hit.path)).collect()
    }

    pub fn agents(&self) -> Vec<Value> {
        self.vapi.objects(Collection::Assistant)
    }

    pub fn numbers(&self) -> Vec<Value> {
        self.vapi.objects(Collection::PhoneNumber)
    }

    /// The live agent of this name. There must be just one.
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
