//! `status`: one list, as text, JSON and page; and the page served.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, id, is_quiet};

/// A world in which each state has one agent, but what is in sync.
fn torn() -> World {
    let world = World::new(
        "version: 1\nignore: {agents: [Playground]}\nagents:\n  same: {config: {name: Same}}\n  pending: {config: {name: \
         Pending, firstMessage: a}}\n  drifted: {config: {name: Drifted, firstMessage: a}}\n  gone: {config: {name: Gone}}\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    is_quiet(&world, &["status", "--exit-code"]);
    world.edit("name: Pending, firstMessage: a", "name: Pending, firstMessage: b");
    world.edit("agents:\n", "agents:\n  fresh: {config: {name: Fresh}}\n");
    world.commit("changed");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Drifted")), &json!({"firstMessage": "by hand"}));
    world.vapi.remove(Collection::Assistant, &id(&world.agent("Gone")));
    world.vapi.insert(Collection::Assistant, json!({"name": "Stranger"}));
    world.vapi.insert(Collection::Assistant, json!({"name": "Playground"}));
    world
}

fn states(kind: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    kind["items"].as_array().expect("items").iter().map(|item| (text(&item["address"]), text(&item["state"]))).collect()
}

#[test]
fn each_object_has_one_state_and_the_counts_add_up() {
    let world = torn();
    world.run(&["status", "--exit-code"]).expect(2);
    let status = world.run(&["status", "--format", "json"]).expect(0).json();
    assert_eq!(status["in_sync"], json!(false));
    assert_eq!(status["last_run"]["command"], "apply");
    let agents = &status["kinds"]["agents"];
    let expected = [
        ("agents.fresh", "only_in_file"),
        ("agents.same", "in_sync"),
        ("agents.pending", "pending"),
        ("agents.drifted", "drift"),
        ("agents.gone", "missing_in_vapi"),
        ("agents.stranger", "only_in_vapi"),
    ];
    assert_eq!(states(agents), expected.map(|(address, state)| (address.to_owned(), state.to_owned())));
    let counts = json!({"in_file": 5, "in_vapi": 4, "in_sync": 1, "pending": 1, "drift": 1, "only_in_file": 1,
        "only_in_vapi": 1, "missing_in_vapi": 1, "ignored": 1});
    for (name, count) in counts.as_object().expect("counts") {
        assert_eq!(agents[name], *count, "{name}");
    }
    let drifted = &agents["items"][3];
    assert_eq!(drifted["fields"][0]["path"], "firstMessage");
    assert!(drifted["since"].is_string() && drifted["id"].is_string(), "{drifted}");
    assert_eq!(states(&status["kinds"]["phone_numbers"]), []);
}

#[test]
fn text_page_and_json_tell_the_same() {
    let world = torn();
    let json = world.run(&["status", "--format", "json"]).expect(0).json();
    let text = world.run(&["status"]).expect(0).stdout;
    let all = world.run(&["status", "--all"]).expect(0).stdout;
    let page = world.run(&["status", "--format", "html"]).expect(0).stdout;
    for item in json["kinds"]["agents"]["items"].as_array().expect("items") {
        let (address, name) = (item["address"].as_str().expect("a text"), item["name"].as_str().expect("a text"));
        let line = |text: &str| text.lines().find(|line| line.contains(&format!("{address} "))).map(str::to_owned);
        let in_sync = item["state"] == "in_sync";
        assert_eq!(line(&text).is_some(), !in_sync, "{address} in {text}");
        let line = line(&all).expect(address);
        assert_eq!(line.starts_with('✓'), in_sync, "{line}");
        assert!(line.contains(name) && page.contains(name) && page.contains(address), "{line}");
        if let Some(reason) = item["reason"].as_str() {
            assert!(line.contains(reason) && page.contains(&reason.replace('`', "")), "{reason}");
        }
    }
    let verdict = "Not in sync: 1 changed in Vapi, 1 deleted in Vapi, 1 only in Vapi, 1 only in the file, 1 to apply.";
    assert!(text.starts_with(verdict) && page.contains(verdict), "{text}");
}

#[test]
fn where_all_is_well_the_answer_is_short() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n  b: {config: {name: B}}\n");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let text = world.run(&["status"]).expect(0).stdout;
    assert!(text.starts_with("In sync: 2 agents.") && text.lines().count() <= 6, "{text}");
}

#[test]
fn a_log_that_git_tracks_is_told_once_and_not_read() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    world.run(&["apply", "--yes"]).expect(0);
    world.git(&["add", "--force", ".vapi-sync/audit.jsonl"]);
    for args in [&["status"][..], &["plan"]] {
        let run = world.run(args).expect(0);
        assert_eq!(run.stderr.matches("audit-log-tracked").count(), 1, "{}", run.stderr);
        assert!(!run.stdout.contains("last run"), "{}", run.stdout);
    }
}

#[test]
fn a_check_that_fails_is_a_page_too() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    world.run(&["apply", "--yes"]).expect(0);
    let page = |world: &World| {
        let run = world.run(&["status", "--format", "html"]).expect(1);
        assert!(run.stdout.contains("The check failed.") && run.stdout.contains("Last run: apply"), "{}", run.stdout);
        run.stdout
    };
    world.set_fault("GET /assistant status=401");
    assert!(page(&world).contains("key"), "why it failed");
    world.vapi.set_faults(Vec::new());
    world.write("vapi-state.yaml", "version: 1\nagents: [\n");
    assert!(page(&world).contains("vapi-state.yaml"), "where it failed");
}

/// `status --serve` on a free port, ended when it is dropped.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(world: &World, more: &[&str]) -> Self {
        let args: Vec<&str> =
            ["status", "--serve", "127.0.0.1:0", "--every", "50ms"].iter().chain(more).copied().collect();
        let mut child = world.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { child, address }
    }

    fn ask(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        write!(stream, "{head}\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    fn page(&self) -> String {
        self.ask("GET / HTTP/1.1\r\nHost: localhost")
    }

    /// The first page that holds a text.
    fn page_with(&self, text: &str) -> String {
        loop {
            let page = self.page();
            if page.contains(text) {
                return page;
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_is_served_and_follows_what_happens() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A, firstMessage: a}}\n");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let served = Served::start(&world, &[]);
    assert!(served.page().starts_with("HTTP/1.1 200"), "a first page at once");
    served.page_with("In sync: 1 agent.");
    world.vapi.edit(Collection::Assistant, &id(&world.agent("A")), &json!({"firstMessage": "by hand"}));
    let page = served.page_with("1 changed in Vapi");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    // Vapi goes away for a while: what was known stays, and the page says why nothing is newer.
    world.set_fault("GET /assistant status=401");
    let page = served.page_with("The check failed.");
    assert!(page.contains("Before that: Not in sync"), "{page}");
    world.vapi.set_faults(Vec::new());
    served.page_with("<h1 class=\"wait\">Not in sync");
    assert_eq!(world.writes().len(), 1, "the apply's, and none by the page");
}

#[test]
fn the_page_is_for_this_machine_and_for_reading() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    let served = Served::start(&world, &["--host", "status.example"]);
    let status = |head: &str| served.ask(head).split(' ').nth(1).expect("a status").to_owned();
    assert_eq!(status("GET / HTTP/1.1\r\nHost: status.example"), "200");
    assert_eq!(status("HEAD / HTTP/1.1\r\nHost: 127.0.0.1:1"), "200");
    for host in ["evil.example", "10.0.0.1", ""] {
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nHost: {host}")), "403", "{host}");
    }
    assert_eq!(status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"), "405");
    assert_eq!(status("GET /.vapi-sync/audit.jsonl HTTP/1.1\r\nHost: localhost"), "404");
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused = world.run(&["status", "--serve", address]).expect(64);
        assert!(refused.stderr.contains("--serve-to-network"), "{}", refused.stderr);
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_server_well() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    let mut served = Served::start(&world, &[]);
    served.page_with("Not in sync");
    let kill = std::process::Command::new("kill").args(["-INT", &served.child.id().to_string()]).status();
    assert!(kill.expect("kill").success());
    assert_eq!(served.child.wait().expect("ended").code(), Some(0));
}

#[test]
fn a_thousand_requests_do_not_wait_for_the_check() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    world.set_fault("GET /assistant hang");
    let served = Served::start(&world, &["--request-timeout", "1h"]);
    for _ in 0..1000 {
        assert!(served.page().contains("The first check is running"), "the check hangs, the page does not");
    }
}

#[test]
fn a_page_is_written_whatever_is_wrong_or_missing() {
    let mut world = World::new("version: 1\nagents: {}\n");
    let page = world.run(&["status", "--format", "html"]).expect(0).stdout;
    assert!(page.contains("In sync: there is nothing on either side."), "{page}");
    world.env.push(("VAPI_API_KEY".to_owned(), "another".to_owned()));
    assert!(world.run(&["status", "--format", "html"]).expect(1).stdout.contains("The check failed."), "a wrong key");
    world.env.push(("VAPI_BASE_URL".to_owned(), "http://127.0.0.1:9".to_owned()));
    let away = world.run(&["status", "--format", "html", "--retries", "0"]).expect(1);
    assert!(away.stdout.contains("The check failed.") && away.stdout.contains("127.0.0.1:9"), "{}", away.stdout);
}

#[test]
fn nothing_that_is_served_differs_with_a_planted_secret() {
    let secret = "planted-secret-4711";
    let served = |secret: &str| {
        let mut world = World::new(
            "version: 1\nagents:\n  a: {config: {name: A, firstMessage: a, server: {url: 'https://a.example', secret: '${env:HOOK}'}}}\n",
        );
        world.env.push(("HOOK".to_owned(), secret.to_owned()));
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.vapi.edit(
            Collection::Assistant,
            &id(&world.agent("A")),
            &json!({"firstMessage": format!("call {secret}")}),
        );
        let served = Served::start(&world, &[]);
        let page = served.page_with("1 changed in Vapi");
        assert!(!page.contains(secret) && page.contains("call (sensitive)"), "{page}");
        let times = |text: &str| !text.contains("datetime") && !text.to_lowercase().starts_with("date:");
        page.replace("><", ">\n<")
            .lines()
            .filter(|line| times(line))
            .collect::<Vec<_>>()
            .join("\n")
            .replace(&id(&world.agent("A")), "ID")
            // A minute may end between the two.
            .replace(|c: char| c.is_ascii_digit(), "0")
    };
    assert_eq!(served(secret), served("another-secret-0815"));
}
