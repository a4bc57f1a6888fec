//! A made-up organisation with twenty secrets and more in it, and what is done to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, Emulator};

use super::forms::Search;
use super::organisation::{IN_SECRET_PLACES, Seed, VARIABLES, made_there, state};
use crate::support::github::{Github, TOKEN};
use crate::support::{Run, World, id};

/// Where the secrets of a case come from.
pub type Source = Box<dyn FnMut() -> String>;

const VERBOSITIES: [&str; 3] = ["-q", "-v", "-vv"];

/// An organisation, its file, and what must never be seen of them.
pub struct Case {
    pub world: World,
    production: Emulator,
    github: Github,
    pub number: usize,
    /// Decides what is in the case; the secrets are another's.
    seed: Seed,
    secret: Source,
    secrets: Vec<String>,
    search: Search,
    /// The file as it was at first.
    original: String,
    /// Whether requests are sent one by one.
    pub is_steady: bool,
    /// What every command said on which stream.
    pub said: Vec<(String, String)>,
}

impl Case {
    /// A case of this number, with secrets from a source of their own.
    pub fn new(number: usize, mut secret: Source) -> Self {
        let mut seed = Seed(number as u64);
        let state = state(&mut seed);
        let mut secrets: Vec<String> = (0..VARIABLES.len()).map(|_| secret()).collect();
        let keys = [secret(), secret()];
        let organisation = |at: usize| {
            let key = (keys[at].clone(), ["org-of-staging", "org-of-production"][at].to_owned());
            Config { keys: vec![key], seed: at as u64, ..Config::default() }
        };
        let mut world = World::with(&state, organisation(0));
        let production = Emulator::start_blocking(organisation(1)).expect("an emulator");
        world.env = VARIABLES.iter().zip(&secrets).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let github = Github::start();
        world.env.extend(github.env("schedule"));
        world.write("event.json", "{}");
        for (name, file) in
            [("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "outputs"), ("GITHUB_EVENT_PATH", "event.json")]
        {
            world.env.push((name.to_owned(), world.path(file).display().to_string()));
        }
        world.env.push(("VAPI_API_KEY".to_owned(), keys[0].clone()));
        let (objects, more) = made_there(&mut secret);
        for (collection, object) in objects {
            world.vapi.insert(collection, object);
            // Those of one instant are listed in any order.
            std::thread::sleep(Duration::from_millis(2));
        }
        secrets.extend(keys.into_iter().chain(more).chain([TOKEN.to_owned()]));
        world.git(&["config", "user.name", "Ada"]);
        world.git(&["config", "user.email", "ada@example.com"]);
        world.write(".gitignore", "/event.json\n/summary.md\n/outputs\n/*.plan\n");
        world.commit("first");
        world.git(&["remote", "add", "origin", github.bare.to_str().expect("a path")]);
        world.git(&["push", "-q", "origin", "main"]);
        let search = Search::new(&secrets);
        Self {
            world,
            production,
            github,
            number,
            seed,
            secret,
            secrets,
            search,
            original: state,
            is_steady: false,
            said: Vec::new(),
        }
    }

    /// Looks for secrets in a text.
    #[track_caller]
    fn see(&self, what: &str, text: &str) {
        if let Some((at, around)) = self.search.find(text) {
            panic!("case {}: {what} holds secret {at} ({:?}): …{around}…", self.number, VARIABLES.get(at));
        }
    }

    #[track_caller]
    fn heard(&mut self, args: &[&str], run: Run) {
        assert!(matches!(run.code, 0..=4), "case {}: {args:?} ended with {}: {}", self.number, run.code, run.text());
        for (stream, text) in [("stdout", run.stdout), ("stderr", run.stderr)] {
            let what = format!("{stream} of {args:?}");
            self.see(&what, &text);
            self.said.push((what, text));
        }
    }

    /// How many objects Vapi has.
    pub fn objects(&self) -> usize {
        Collection::ALL.into_iter().map(|collection| self.world.vapi.objects(collection).len()).sum()
    }

    /// One request at a time, where the order must be the same in every run.
    fn pace(&self, command: &[&str]) -> &'static [&'static str] {
        match command[0] {
            "plan" | "apply" | "pull" | "sync" | "status" | "restore" if self.is_steady => &["--parallelism", "1"],
            _ => &[],
        }
    }

    /// Runs a command in all its formats, each at one verbosity: at all of them in three cases, and each is the first one,
    /// which finds something to do, in nine. Then looks at everything there is.
    #[track_caller]
    pub fn run(&mut self, command: &[&str]) {
        let formats: &[&str] = match command[0] {
            "status" => &["text", "json", "html"],
            "validate" => &["text", "json", "github", "sarif"],
            "log" | "init" | "schema" => &["text", "json"],
            _ => &["text", "json", "markdown"],
        };
        for at in 0..formats.len() {
            let at = (at + self.number / 3) % formats.len();
            let more = ["--format", formats[at], VERBOSITIES[(at + self.number) % 3]];
            let args = [command, &more, self.pace(command)].concat();
            let run = self.world.run(&args);
            self.heard(&args, run);
        }
        self.look_around();
    }

    /// Runs a command as a step of a workflow, and looks at what GitHub was told.
    #[track_caller]
    pub fn step(&mut self, event: &str, command: &[&str]) {
        let head = self.world.git(&["rev-parse", "HEAD"]);
        let payload = match event {
            "pull_request" => self.github.event(self.github.open_pull(head.trim()), |_| {}),
            _ => "{}".to_owned(),
        };
        self.world.write("event.json", &payload);
        let args = [command, &["--github", VERBOSITIES[self.number % 3]], self.pace(command)].concat();
        let run = self.world.command(&args).env("GITHUB_EVENT_NAME", event).output().expect("the binary").into();
        self.heard(&args, run);
        let pulls = self.github.pulls();
        self.see("a pull request", &Value::Array(pulls.clone()).to_string());
        self.see("an issue", &Value::Array(self.github.issues()).to_string());
        for pull in pulls {
            let comments = self.github.comments(pull["number"].as_u64().expect("a number"));
            comments.iter().for_each(|comment| self.see("a comment", comment));
        }
        self.see("a git object on GitHub", &objects(&self.github.bare));
        self.look_around();
    }

    /// All files but git's, and all objects of git.
    #[track_caller]
    fn look_around(&self) {
        let mut folders = vec![self.world.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("listed") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true if path.ends_with(".git") => {}
                    true => folders.push(path),
                    false => {
                        let bytes = std::fs::read(&path).expect("read");
                        self.see(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
                    }
                }
            }
        }
        self.see("a git object", &objects(self.world.folder.path()));
        self.world.taken();
    }

    /// Serves the status, and reads it.
    #[track_caller]
    pub fn serve(&mut self) {
        let args = ["status", "--serve", "127.0.0.1:0", VERBOSITIES[self.number % 3]];
        let (server, line) = Background::start(&self.world, &args);
        let address = line.trim().trim_start_matches("http://").trim_end_matches('/');
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(address).expect("connected");
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("answered");
            answer
        };
        let mut page = ask("/");
        while page.contains("Looking at Vapi") {
            page = ask("/");
        }
        for (path, answer) in [("/", page), ("/x", ask("/x"))] {
            let (head, page) = answer.split_once("\r\n\r\n").expect("a head");
            self.see(path, head);
            self.heard(&["GET", path], Run { code: 0, stdout: page.to_owned(), stderr: String::new() });
        }
        let said = server.end();
        self.see("what the server said", &said);
    }

    /// Sends a file without ids to an emulator in a process of its own, which keeps a file. That stands for Vapi: it has texts as
    /// they were sent, but of what is a secret by its place only a digest.
    #[track_caller]
    pub fn emulate(&mut self) {
        self.world.write("other.yaml", &self.original);
        let kept = crate::support::folder();
        let data = kept.path().join("data.json");
        let verbosity = VERBOSITIES[self.number % 3];
        let data_path = data.to_str().expect("UTF-8");
        let args = ["emulator", "--port", "0", "--data", data_path, "--key", "other=org-of-the-other", verbosity];
        let (server, line) = Background::start(&self.world, &args);
        let address = line.trim().rsplit('=').next().expect("an address").to_owned();
        for args in [&["apply", "--yes", "-f", "other.yaml"][..], &["pull", "-f", "other.yaml", "-vv"]] {
            let args = [args, self.pace(args)].concat();
            let mut command = self.world.command(&args);
            let run = command.env("VAPI_BASE_URL", &address).env("VAPI_API_KEY", "other").output();
            self.heard(&args, run.expect("the binary").into());
        }
        self.see("what the emulator said", &server.end());
        self.look_around();
        std::fs::remove_file(self.world.path("other.yaml")).expect("removed");
        let in_their_places = VARIABLES.iter().zip(&self.secrets).filter(|(name, _)| IN_SECRET_PLACES.contains(name));
        let secrets: Vec<String> = in_their_places.map(|(_, secret)| secret.clone()).collect();
        let found = std::fs::read_to_string(&data).expect("read");
        assert!(found.contains("sha256:") && Search::new(&secrets).find(&found).is_none(), "{found}");
    }

    /// Changes in the dashboard and in the file.
    pub fn disturb(&mut self) {
        let (one, choice) = (id(&self.world.agent("One")), self.seed.next(5));
        let (extra, tool) = (self.fresh(), self.fresh());
        self.world.vapi.edit_with(Collection::Assistant, &one, |agent| {
            agent["server"]["headers"]["x-new"] = json!(extra);
            match choice {
                0 => {}
                1 => agent["firstMessage"] = json!(format!("{} Please.", agent["firstMessage"].as_str().unwrap_or(""))),
                2 => agent["voicemailMessage"] = agent["endCallPhrases"][1].clone(),
                3 => agent["endCallPhrases"].as_array_mut().expect("a list").reverse(),
                _ => drop(agent["endCallPhrases"].as_array_mut().expect("a list").remove(0)),
            }
            if let (true, Some(messages)) = (choice > 1, agent["model"]["messages"].as_array_mut()) {
                messages.push(json!({"role": "assistant", "content": "Noted."}));
            }
        });
        for object in
            self.world.vapi.objects(Collection::Tool).into_iter().filter(|tool| tool["function"]["name"] == "look_up")
        {
            let headers = json!({"server": {"headers": {"x-key": tool}, "url": "https://x.example"}});
            self.world.vapi.edit(Collection::Tool, &id(&object), &headers);
        }
        for squad in self.world.vapi.objects(Collection::Squad).into_iter().filter(|squad| squad["name"] == "Team") {
            self.world.vapi.edit_with(Collection::Squad, &id(&squad), |squad| {
                let member = &mut squad["members"][1]["assistant"];
                member["firstMessage"] = json!(format!("Now {}", member["firstMessage"].as_str().unwrap_or("")));
                member["server"]["headers"]["y"] = json!(tool);
            });
        }
        // Somebody's pull request: a text that was a secret is plain, a variable moves, an entry goes, one is rotated.
        for (from, to) in [
            ("'call back ${env:MOVED}'", self.seed.pick(&["call back later", "'call ${env:OVER}'"])),
            ("'bye ${env:GONE}'", self.seed.pick(&["'bye, the code was ${env:MOVED}'", "bye"])),
            ("'inside ${env:INSIDE}'", self.seed.pick(&["inside", "'${env:INSIDE}'"])),
            ("'not ${env:SCHEMA}'", self.seed.pick(&["not that", "'not ${env:SCHEMA}, never'"])),
        ] {
            self.world.edit(from, to);
        }
        let (header, rotated) = (self.fresh(), self.fresh());
        self.world.env.extend([("HEADER".to_owned(), header), ("ROTATED".to_owned(), rotated)]);
    }

    /// A secret that was not there before.
    fn fresh(&mut self) -> String {
        let secret = (self.secret)();
        self.secrets.push(secret.clone());
        self.search = Search::new(&self.secrets);
        secret
    }

    /// Gives all variables other values.
    pub fn rotate(&mut self) {
        for name in VARIABLES {
            let value = self.fresh();
            self.world.env.push((name.to_owned(), value));
        }
    }

    /// Gives the second environment an organisation.
    pub fn open_production(&mut self) {
        let key = self.secrets[VARIABLES.len() + 1].clone();
        self.world.env.push(("VAPI_API_KEY_PRODUCTION".to_owned(), key));
        self.world.env.push(("VAPI_BASE_URL_PRODUCTION".to_owned(), self.production.base_url()));
        let key = self.secrets[VARIABLES.len()].clone();
        self.world.env.push(("VAPI_API_KEY_STAGING".to_owned(), key));
    }
}

/// A command that serves, ended when it is dropped, and what it said.
struct Background(Child, tempfile::NamedTempFile);

impl Background {
    /// With the first line that names its address.
    fn start(world: &World, args: &[&str]) -> (Self, String) {
        let said = tempfile::NamedTempFile::new().expect("made");
        let append = || std::fs::OpenOptions::new().append(true).open(said.path()).expect("opened");
        let child = world.command(args).stdout(append()).stderr(append()).spawn().expect("started");
        let served = Self(child, said);
        loop {
            let said = BufReader::new(served.1.reopen().expect("opened"));
            if let Some(line) = said.lines().map_while(Result::ok).find(|line| line.contains("http://")) {
                return (served, line);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(self) -> String {
        std::fs::read_to_string(self.1.path()).expect("read")
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// All objects of a repository.
fn objects(repository: &Path) -> String {
    let args = ["cat-file", "--batch-all-objects", "--batch"];
    let output = Command::new("git").args(args).current_dir(repository).stdin(Stdio::null()).output().expect("git");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
