//! Real repositories in temporary folders.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use vapi_sync::history::GitRecord;
use vapi_sync::model::recorded::{Question, Record, Recorded};
use vapi_sync::model::{Address, FieldPath, RemoteId, Step, Value};

pub const FILE: &str = "vapi-state.yaml";

/// Runs git without the machine's configuration. `clock` is the commit time in seconds.
pub fn git_at(folder: &Path, clock: i64, args: &[&str]) -> String {
    let date = format!("@{clock} +0200");
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .envs([
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_AUTHOR_DATE", "@1000000000 +0000"),
        ])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .env("GIT_COMMITTER_DATE", date)
        .output()
        .expect("git can be run");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
}

/// A repository whose clock advances a minute per commit, from 2026-01-01T00:00:00Z.
pub struct Repo {
    dir: TempDir,
    root: PathBuf,
    clock: Cell<i64>,
}

impl Repo {
    pub fn new() -> Self {
        let repo = Self::empty();
        repo.git(&["init", "-q"]);
        repo
    }

    /// A folder without a repository.
    pub fn empty() -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        let root = dir.path().join("work");
        std::fs::create_dir(&root).expect("a folder");
        Self { dir, root, clock: Cell::new(1_767_225_600) }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn file(&self) -> PathBuf {
        self.root.join(FILE)
    }

    pub fn git(&self, args: &[&str]) -> String {
        git_at(&self.root, self.clock.get(), args)
    }

    /// Runs `git fast-import`, for histories that would take minutes commit by commit.
    pub fn fast_import(&self, stream: &str) {
        let file = self.beside("stream");
        std::fs::write(&file, stream).expect("written");
        let stream = std::fs::File::open(&file).expect("there");
        let status =
            Command::new("git").args(["fast-import", "--quiet"]).current_dir(self.root()).stdin(stream).status();
        assert!(status.expect("git can be run").success());
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Commits everything; gives the commit's id.
    pub fn commit(&self) -> String {
        self.clock.set(self.clock.get() + 60);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self.head()
    }

    /// Writes the state file and commits everything.
    pub fn version(&self, text: &str) -> String {
        self.write(FILE, text);
        self.commit()
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn record(&self) -> GitRecord {
        record(&self.file())
    }

    /// The commit that holds a value of `agents.a`.
    pub fn commit_of(&self, path: &str, value: serde_json::Value) -> Option<String> {
        commit(ask(&mut self.record(), agent("a", path, value)))
    }
}

pub fn record(file: &Path) -> GitRecord {
    GitRecord::open(file, HashMap::new()).expect("a repository that can be read").expect("a repository")
}

/// A state file with one agent `a`, whose config has these lines.
pub fn state(config: &str) -> String {
    agents(&[("a", None, config)])
}

/// A state file with agents: handle, id, config.
pub fn agents(agents: &[(&str, Option<&str>, &str)]) -> String {
    let mut text = "version: 1\nagents:\n".to_owned();
    for (handle, id, config) in agents {
        text.push_str(&format!("  {handle}:\n"));
        if let Some(id) = id {
            text.push_str(&format!("    vapi_assistant_id: {id}\n"));
        }
        text.push_str("    config:\n");
        for line in config.lines() {
            text.push_str(&format!("      {line}\n"));
        }
    }
    text
}

/// A question about an agent; `path` is keys joined by dots.
pub fn agent(handle: &str, path: &str, value: serde_json::Value) -> Question {
    Question {
        address: Address::new("agents", handle),
        id: None,
        path: FieldPath(path.split('.').map(|key| Step::Key(key.to_owned())).collect()),
        value: Value::from(value),
        element: false,
        after: None,
    }
}

pub fn with_id(question: Question, id: &str) -> Question {
    Question { id: Some(RemoteId(id.to_owned())), ..question }
}

pub fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub fn ask(record: &mut dyn Record, question: Question) -> Option<Recorded> {
    record.answer(&[question]).expect("an answer").remove(0)
}

/// The id of the commit, if there is one.
pub fn commit(answer: Option<Recorded>) -> Option<String> {
    match answer? {
        Recorded::Commit { id, .. } => Some(id),
        Recorded::AuditLog { .. } => panic!("git answers with commits"),
    }
}

/// The branch of a commit that `HEAD` does not have.
pub fn only_on(answer: Option<Recorded>) -> Option<String> {
    match answer.expect("an answer") {
        Recorded::Commit { only_on, .. } => only_on,
        Recorded::AuditLog { .. } => panic!("git answers with commits"),
    }
}
