//! A fake GitHub: the REST endpoints that the program uses, over HTTP on loopback, backed by a real bare repository.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

/// Whom the token speaks for.
pub const BOT: &str = "github-actions[bot]";
pub const TOKEN: &str = "ghs_a-token-of-a-workflow";
const REPOSITORY: &str = "octo/voice";

/// Faults of requests whose line starts like this.
pub struct Fault {
    pub line: &'static str,
    pub times: usize,
    pub status: u16,
    pub headers: &'static str,
    pub body: &'static str,
    /// The request takes effect; only its response is lost.
    pub after: bool,
}

impl Default for Fault {
    fn default() -> Self {
        Fault { line: "", times: 1, status: 502, headers: "", body: "", after: false }
    }
}

#[derive(Default)]
struct State {
    pulls: Vec<Value>,
    issues: Vec<Value>,
    comments: Vec<Value>,
    /// Commits of a pull request, however it was merged.
    brought: BTreeMap<String, u64>,
    /// Commits made through the API.
    ours: Vec<String>,
    requests: Vec<String>,
    faults: Vec<Fault>,
    protected: bool,
    /// Runs just before a branch moves, as somebody else's change.
    meanwhile: Option<Box<dyn FnOnce() + Send>>,
    next: u64,
}

pub struct Github {
    address: String,
    /// The path prefix of the API, as on an Enterprise server.
    prefix: &'static str,
    pub bare: PathBuf,
    _folder: tempfile::TempDir,
    state: Arc<Mutex<State>>,
}

type Answer = (u16, String);

impl Github {
    pub fn start() -> Self {
        Self::at("")
    }

    pub fn at(prefix: &'static str) -> Self {
        let folder = crate::support::folder();
        let bare = folder.path().join("voice.git");
        git(folder.path(), &["init", "-q", "--bare", "-b", "main", "voice.git"], "");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let server = Server { state: state.clone(), bare: bare.clone(), base: format!("{address}{prefix}"), prefix };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                server.serve(stream);
            }
        });
        Self { address, prefix, bare, _folder: folder, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a lock")
    }

    /// The environment variables of a workflow on a branch.
    pub fn env(&self, event: &str) -> Vec<(String, String)> {
        let pairs = [
            ("GITHUB_API_URL", format!("{}{}", self.address, self.prefix)),
            ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
            ("GITHUB_SERVER_URL", "https://github.example".to_owned()),
            ("GITHUB_RUN_ID", "42".to_owned()),
            ("GITHUB_TOKEN", TOKEN.to_owned()),
            ("GITHUB_EVENT_NAME", event.to_owned()),
            ("GITHUB_REF_NAME", "main".to_owned()),
            ("GITHUB_REF_TYPE", "branch".to_owned()),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Opens a pull request with this head commit. Returns its number.
    pub fn open_pull(&self, head: &str) -> u64 {
        let mut state = self.state();
        state.next += 1;
        let number = state.next;
        state.pulls.push(json!({
            "number": number, "state": "open", "merged_at": null, "title": "A change", "body": "", "user": {"login": "alice"},
            "head": {"sha": head, "ref": "change", "repo": {"full_name": REPOSITORY}},
            "base": {"ref": "main", "repo": {"full_name": REPOSITORY}},
            "html_url": format!("https://github.example/{REPOSITORY}/pull/{number}"),
        }));
        number
    }

    /// The payload of a `pull_request` event, with a part of the pull request changed.
    pub fn event(&self, number: u64, change: impl FnOnce(&mut Value)) -> String {
        let mut pull = self.pull(number);
        change(&mut pull);
        json!({"pull_request": pull}).to_string()
    }

    pub fn pull(&self, number: u64) -> Value {
        self.state().pulls.iter().find(|pull| pull["number"] == number).expect("a pull request").clone()
    }

    pub fn pulls(&self) -> Vec<Value> {
        self.state().pulls.clone()
    }

    pub fn change_pull(&self, number: u64, change: impl FnOnce(&mut Value)) {
        change(self.state().pulls.iter_mut().find(|pull| pull["number"] == number).expect("a pull request"));
    }

    /// Merges a pull request with these commits.
    pub fn merge(&self, number: u64, commits: &[&str]) {
        self.change_pull(number, |pull| {
            pull["state"] = json!("closed");
            pull["merged_at"] = json!("2026-11-25T00:00:00Z");
        });
        self.state().brought.extend(commits.iter().map(|commit| ((*commit).to_owned(), number)));
    }

    pub fn add_comment(&self, number: u64, login: &str, body: &str) {
        let mut state = self.state();
        state.next += 1;
        let id = state.next;
        state.comments.push(json!({"id": id, "on": number, "user": {"login": login}, "body": body}));
    }

    /// The texts of the comments on a pull request.
    pub fn comments(&self, number: u64) -> Vec<String> {
        let state = self.state();
        let on = state.comments.iter().filter(|comment| comment["on"] == number);
        on.map(|comment| comment["body"].as_str().expect("a text").to_owned()).collect()
    }

    pub fn change_comments(&self, change: impl Fn(&str) -> String) {
        for comment in &mut self.state().comments {
            comment["body"] = json!(change(comment["body"].as_str().expect("a text")));
        }
    }

    pub fn issues(&self) -> Vec<Value> {
        self.state().issues.clone()
    }

    pub fn change_issue(&self, at: usize, change: impl FnOnce(&mut Value)) {
        change(&mut self.state().issues[at]);
    }

    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    pub fn protect(&self) {
        self.state().protected = true;
    }

    pub fn meanwhile(&self, act: impl FnOnce() + Send + 'static) {
        self.state().meanwhile = Some(Box::new(act));
    }

    /// Takes the requests since the last call, as `METHOD path`.
    pub fn taken(&self) -> Vec<String> {
        let requests = std::mem::take(&mut self.state().requests);
        assert!(!requests.iter().any(|line| line.starts_with("DELETE") || line.starts_with("PUT")), "{requests:?}");
        requests
    }

    /// The output of `git show` in the bare repository.
    pub fn show(&self, what: &str) -> String {
        git(&self.bare, &["show", what], "")
    }
}

/// Runs git and asserts success.
#[track_caller]
pub fn git(folder: &Path, args: &[&str], input: &str) -> String {
    try_git(folder, args, input).unwrap_or_else(|error| panic!("git {args:?}: {error}"))
}

fn try_git(folder: &Path, args: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .envs(folder.join("HEAD").exists().then(|| ("GIT_INDEX_FILE", folder.join("index"))))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("git");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

struct Server {
    state: Arc<Mutex<State>>,
    bare: PathBuf,
    base: String,
    prefix: &'static str,
}

impl Server {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let (mut length, mut authorized) = (0, false);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a header");
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            authorized |= lower.starts_with("authorization:") && line.contains(TOKEN);
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let line = format!("{method} {target}");
        self.state.lock().expect("a lock").requests.push(line.clone());
        let (status, headers, text) = match authorized {
            true => self.answer(&line, method, target, &String::from_utf8_lossy(&body)),
            false => (401, String::new(), json!({"message": "Bad credentials"}).to_string()),
        };
        let head =
            format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", text.len());
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
    }

    fn answer(&self, line: &str, method: &str, target: &str, body: &str) -> (u16, String, String) {
        let fault = {
            let mut state = self.state.lock().expect("a lock");
            let found = state.faults.iter_mut().find(|fault| fault.times > 0 && line.starts_with(fault.line));
            found.map(|fault| {
                fault.times -= 1;
                (fault.status, fault.headers.to_owned(), fault.body.to_owned(), fault.after)
            })
        };
        if let Some((status, headers, text, false)) = fault {
            return (status, headers, text);
        }
        let json = serde_json::from_str(body).unwrap_or(Value::Null);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<String, String> = url_pairs(query);
        let (status, text) = self.carried_out(method, path, &query, &json);
        let mut headers = String::new();
        let text = match serde_json::from_str(&text) {
            Ok(Value::Array(all)) if method == "GET" => self.page(path, &query, &all, &mut headers),
            _ => text,
        };
        match fault {
            Some((status, headers, text, _)) => (status, headers, text),
            None => (status, headers, text),
        }
    }

    /// A page of a list. Pages are small, so that tests need more than the first.
    fn page(&self, path: &str, query: &BTreeMap<String, String>, all: &[Value], headers: &mut String) -> String {
        const SIZE: usize = 3;
        assert_eq!(query.get("per_page").map(String::as_str), Some("100"), "{path}: a list is read in large pages");
        let page: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let rest = all.get((page - 1) * SIZE..).unwrap_or_default();
        if rest.len() > SIZE {
            let others: String =
                query.iter().filter(|(key, _)| *key != "page").map(|(k, v)| format!("{k}={v}&")).collect();
            let next = page + 1;
            *headers = format!(
                "link: <{}?{others}page={next}>; rel=\"next\"\r\n",
                self.base.trim_end_matches(self.prefix).to_owned() + path
            );
        }
        Value::Array(rest.iter().take(SIZE).cloned().collect()).to_string()
    }

    fn carried_out(&self, method: &str, path: &str, query: &BTreeMap<String, String>, body: &Value) -> Answer {
        if path == "/graphql" || path == "/api/graphql" {
            return (200, json!({"data": {"viewer": {"login": BOT}}}).to_string());
        }
        let Some(path) = path.strip_prefix(self.prefix).and_then(|path| path.strip_prefix("/repos/octo/voice/")) else {
            return not_found();
        };
        let words: Vec<&str> = path.split('/').collect();
        match (method, words.as_slice()) {
            ("GET", ["git", "ref", "heads", branch @ ..]) => {
                match self.rev(&format!("refs/heads/{}", branch.join("/"))) {
                    Some(commit) => (200, json!({"object": {"sha": commit}}).to_string()),
                    None => not_found(),
                }
            }
            ("GET", ["git", "commits", commit]) => {
                (200, json!({"sha": commit, "tree": {"sha": self.rev(&format!("{commit}^{{tree}}"))}}).to_string())
            }
            ("GET", ["commits", commit]) => {
                let is_ours = self.state.lock().expect("a lock").ours.iter().any(|ours| ours == commit);
                let parents = git(&self.bare, &["rev-parse", &format!("{commit}^@")], "");
                let parents: Vec<Value> = parents.lines().map(|parent| json!({"sha": parent})).collect();
                let login = if is_ours { BOT } else { "alice" };
                (200, json!({"sha": commit, "author": {"login": login}, "parents": parents}).to_string())
            }
            ("GET", ["commits", commit, "pulls"]) => {
                let state = self.state.lock().expect("a lock");
                let number = state.brought.get(*commit);
                let found: Vec<&Value> =
                    state.pulls.iter().filter(|pull| pull["number"].as_u64().as_ref() == number).collect();
                (200, json!(found).to_string())
            }
            ("GET", ["contents", path @ ..]) => {
                match try_git(&self.bare, &["show", &format!("{}:{}", query["ref"], path.join("/"))], "") {
                    Ok(text) => (200, text),
                    Err(_) => not_found(),
                }
            }
            ("POST", ["git", "trees"]) => self.tree(body),
            ("POST", ["git", "commits"]) => {
                let mut args = vec!["commit-tree", text(&body["tree"]), "-m", text(&body["message"])];
                for parent in body["parents"].as_array().expect("parents") {
                    args.extend(["-p", text(parent)]);
                }
                let commit = git(&self.bare, &args, "").trim().to_owned();
                self.state.lock().expect("a lock").ours.push(commit.clone());
                (201, json!({"sha": commit}).to_string())
            }
            ("GET", ["git", "ref", "vapi-sync", name @ ..]) => {
                match self.rev(&format!("refs/vapi-sync/{}", name.join("/").replace("%25", "%"))) {
                    Some(tag) => (200, json!({"object": {"sha": tag, "type": "tag"}}).to_string()),
                    None => not_found(),
                }
            }
            ("GET", ["git", "tags", tag]) => {
                let text = git(
                    &self.bare,
                    &["for-each-ref", "--format=%(objectname) %(taggerdate:iso-strict)", "refs/vapi-sync"],
                    "",
                );
                let date = text.lines().find_map(|line| line.strip_prefix(*tag)).expect("a tag").trim().to_owned();
                (200, json!({"sha": tag, "tagger": {"date": date}}).to_string())
            }
            ("POST", ["git", "tags"]) => {
                let date: jiff::Timestamp = text(&body["tagger"]["date"]).parse().expect("a time");
                let tag = format!(
                    "object {}\ntype {}\ntag {}\ntagger vapi-sync <vapi-sync@localhost> {} +0000\n\n{}\n",
                    text(&body["object"]),
                    text(&body["type"]),
                    text(&body["tag"]),
                    date.as_second(),
                    text(&body["message"])
                );
                (201, json!({"sha": git(&self.bare, &["mktag"], &tag).trim()}).to_string())
            }
            ("PATCH", ["git", "refs", "vapi-sync", name @ ..]) => {
                let name = format!("refs/vapi-sync/{}", name.join("/").replace("%25", "%"));
                git(&self.bare, &["update-ref", &name, text(&body["sha"])], "");
                (200, "{}".to_owned())
            }
            ("POST", ["git", "refs"]) => match self.rev(text(&body["ref"])) {
                Some(_) => (422, json!({"message": "Reference already exists"}).to_string()),
                None => {
                    git(&self.bare, &["update-ref", text(&body["ref"]), text(&body["sha"])], "");
                    (201, "{}".to_owned())
                }
            },
            ("PATCH", ["git", "refs", "heads", branch @ ..]) => self.move_branch(&branch.join("/"), body),
            _ => self.threads(method, words.as_slice(), query, body),
        }
    }

    fn rev(&self, name: &str) -> Option<String> {
        try_git(&self.bare, &["rev-parse", "--verify", "-q", name], "").ok().map(|text| text.trim().to_owned())
    }

    fn tree(&self, body: &Value) -> Answer {
        match body["base_tree"].as_str() {
            Some(base) => git(&self.bare, &["read-tree", base], ""),
            None => git(&self.bare, &["read-tree", "--empty"], ""),
        };
        for entry in body["tree"].as_array().expect("entries") {
            let blob = git(&self.bare, &["hash-object", "-w", "--stdin"], text(&entry["content"]));
            let info = format!("{},{},{}", text(&entry["mode"]), blob.trim(), text(&entry["path"]));
            git(&self.bare, &["update-index", "--add", "--cacheinfo", &info], "");
        }
        (201, json!({"sha": git(&self.bare, &["write-tree"], "").trim()}).to_string())
    }

    fn move_branch(&self, branch: &str, body: &Value) -> Answer {
        let meanwhile = self.state.lock().expect("a lock").meanwhile.take();
        if let Some(act) = meanwhile {
            act();
        }
        if self.state.lock().expect("a lock").protected && branch == "main" {
            return (422, json!({"message": "Changes must be made through a pull request."}).to_string());
        }
        assert_eq!(body["force"], false, "a branch is moved without force");
        let (name, commit) = (format!("refs/heads/{branch}"), text(&body["sha"]));
        if try_git(&self.bare, &["merge-base", "--is-ancestor", &name, commit], "").is_err() {
            return (422, json!({"message": "Update is not a fast forward"}).to_string());
        }
        git(&self.bare, &["update-ref", &name, commit], "");
        (200, "{}".to_owned())
    }

    /// Pull requests, issues and comments.
    fn threads(&self, method: &str, words: &[&str], query: &BTreeMap<String, String>, body: &Value) -> Answer {
        let mut state = self.state.lock().expect("a lock");
        state.next += 1;
        let id = state.next;
        let number = |word: &str| word.parse::<u64>().expect("a number");
        let changed = |thing: &mut Value| {
            for (key, value) in body.as_object().expect("fields") {
                thing[key] = value.clone();
            }
            (200, thing.to_string())
        };
        let is_asked = |thing: &&Value| {
            let state = query.get("state").map_or("open", String::as_str);
            let head = query.get("head").is_none_or(|head| Some(head.as_str()) == thing["head"]["label"].as_str());
            (state == "all" || thing["state"] == state) && head
        };
        let by = |words: &str, kind: &str| {
            let mut thing = body.clone();
            thing["number"] = json!(id);
            thing["state"] = json!("open");
            thing["user"] = json!({"login": BOT});
            thing["html_url"] = json!(format!("https://github.example/octo/voice/{kind}/{id}"));
            if words == "pulls" {
                thing["merged_at"] = Value::Null;
                thing["head"] = json!({"label": format!("octo:{}", text(&body["head"])), "ref": body["head"]});
                thing["base"] = json!({"ref": body["base"]});
            }
            thing
        };
        match (method, words) {
            ("GET", ["pulls"]) => {
                (200, json!(state.pulls.iter().rev().filter(is_asked).collect::<Vec<_>>()).to_string())
            }
            ("GET", ["pulls", of]) => match state.pulls.iter().find(|pull| pull["number"] == number(of)) {
                Some(pull) => (200, pull.to_string()),
                None => not_found(),
            },
            ("PATCH", ["pulls", of]) => {
                changed(state.pulls.iter_mut().find(|pull| pull["number"] == number(of)).expect("a pull request"))
            }
            ("POST", ["pulls"]) => {
                let pull = by("pulls", "pull");
                state.pulls.push(pull.clone());
                (201, pull.to_string())
            }
            ("GET", ["issues"]) => {
                assert_eq!(query.get("creator").map(String::as_str), Some("github-actions%5Bbot%5D"), "{query:?}");
                (200, json!(state.issues.iter().rev().filter(is_asked).collect::<Vec<_>>()).to_string())
            }
            ("PATCH", ["issues", "comments", of]) => {
                changed(state.comments.iter_mut().find(|comment| comment["id"] == number(of)).expect("a comment"))
            }
            ("PATCH", ["issues", of]) => {
                changed(state.issues.iter_mut().find(|issue| issue["number"] == number(of)).expect("an issue"))
            }
            ("POST", ["issues"]) => {
                let issue = by("issues", "issues");
                state.issues.push(issue.clone());
                (201, issue.to_string())
            }
            ("GET", ["issues", of, "comments"]) => {
                let on = state.comments.iter().filter(|comment| comment["on"] == number(of));
                (200, json!(on.collect::<Vec<_>>()).to_string())
            }
            ("POST", ["issues", of, "comments"]) => {
                let comment = json!({"id": id, "on": number(of), "user": {"login": BOT}, "body": body["body"]});
                state.comments.push(comment.clone());
                (201, comment.to_string())
            }
            _ => not_found(),
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn not_found() -> Answer {
    (404, json!({"message": "Not Found"}).to_string())
}

/// The pairs of a query, still encoded.
fn url_pairs(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.replace("%3A", ":").replace("%2F", "/"))).collect()
}
