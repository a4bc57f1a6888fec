//! A checkout made by an attacker: whatever is in it, every command ends with a message, shows nothing private, and changes
//! nothing outside.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{Run, World};

const SECRET: &str = "s3cret-that-is-nobodys-business";

const STATE: &str = "version: 1\nagents:\n  one:\n    config: {name: One, firstMessage: Hello}\n";

/// Every command that does something, with what makes it read and write.
const COMMANDS: [&[&str]; 20] = [
    &["validate", "--format", "sarif"],
    &["validate", "--github"],
    &["plan", "--format", "markdown", "--out", "a.plan"],
    &["plan", "--github"],
    &["apply", "--yes", "--commit", "--github"],
    &["apply", "a.plan", "--yes"],
    &["pull", "--commit"],
    &["sync", "--yes", "--emulator"],
    &["status", "--format", "html"],
    &["status", "--github"],
    &["log", "--format", "json"],
    &["restore", "latest", "--yes"],
    &["init"],
    &["schema", "plan"],
    &["completions", "fish"],
    &["pull", "--prefer", "vapi", "--format", "json"],
    &["init", "--env", "staging"],
    &["plan", "--env", "staging"],
    &["status", "--serve", "127.0.0.1:0"],
    &["emulator", "--port", "0", "--data", "emulated.json"],
];

/// Whether a command is about the state file alone, and says first what is wrong with it.
fn is_about_the_file(args: &[&str]) -> bool {
    let is_other = ["a.plan", "--env", "--serve"].iter().any(|other| args.contains(other));
    matches!(args[0], "validate" | "plan" | "apply" | "pull" | "sync" | "status") && !is_other
}

fn including(path: &str) -> String {
    STATE.replace("Hello", &format!("'${{file:{path}}}'"))
}

/// Runs a command with 2 GiB of memory and 10 seconds of CPU.
fn confined(world: &World, args: &[&str]) -> Run {
    let inner = world.command(args);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 2097152 -t 10; exec \"$0\" \"$@\""]).arg(inner.get_program()).args(inner.get_args());
    command.env_clear().envs(inner.get_envs().filter_map(|(key, value)| Some((key, value?))));
    command.current_dir(world.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().expect("sh");
    let id = child.id().to_string();
    let (tells, ended) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        // A run that waits takes no CPU.
        if ended.recv_timeout(Duration::from_secs(100)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &id]).status();
        }
    });
    let is_server = matches!(args, ["status", "--serve", ..] | ["emulator", ..]);
    let page = if is_server { first_page(&mut child) } else { String::new() };
    let output = child.wait_with_output().expect("it ends");
    drop(tells);
    watch.join().expect("joined");
    assert!(started.elapsed() < Duration::from_secs(100), "{args:?} waits for ever");
    let run: Run = output.into();
    Run { stdout: page + &run.stdout, code: if is_server { run.code.max(0) } else { run.code }, ..run }
}

/// What a server answers. It is ended then, if it did not end by itself.
fn first_page(child: &mut Child) -> String {
    let said = BufReader::new(child.stdout.as_mut().expect("a pipe")).lines().map_while(Result::ok);
    let Some(line) = said.into_iter().find(|line| line.contains("http://")) else { return String::new() };
    let address = line.split("http://").nth(1).unwrap_or_default().trim_end_matches('/');
    let mut page = String::new();
    while page.is_empty() || page.contains("Looking at Vapi") {
        let mut stream = TcpStream::connect(address).expect("connected");
        write!(stream, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        page.clear();
        stream.read_to_string(&mut page).expect("answered");
    }
    child.kill().expect("ended");
    line + &page
}

/// All that is in a folder, with modes.
fn inventory(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            let mode = path.symlink_metadata().expect("there").permissions().mode();
            let bytes = std::fs::read(&path).unwrap_or_default();
            (path, (mode, bytes))
        })
        .collect()
}

/// What an attacker may want: a file of secrets, a shell's start file.
fn outside() -> tempfile::TempDir {
    let outside = crate::support::folder();
    for name in ["secrets", "profile"] {
        let path = outside.path().join(name);
        std::fs::write(&path, format!("token={SECRET}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
    }
    outside
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// Every command ends by itself, shows no secret, and leaves alone what is outside.
#[track_caller]
fn withstands(what: &str, state: &str, prepare: impl Fn(&World, &Path)) -> Vec<Run> {
    let outside = outside();
    let world = World::with(state, Config::default());
    world.write(".gitignore", "/.env\n/private/\n/.vapi-sync/\n");
    world.write(".env", &format!("TOKEN={SECRET}\n"));
    world.write("private/notes.md", SECRET);
    prepare(&world, outside.path());
    let before = inventory(outside.path());
    let runs = COMMANDS.map(|args| {
        let run = confined(&world, args);
        assert!((0..=130).contains(&run.code), "{what}: {args:?} ended with {}: {}", run.code, run.text());
        assert!(!run.text().contains("s3cret-that"), "{what}: {args:?} shows a secret: {}", run.text());
        assert!(!run.text().contains("panicked"), "{what}: {args:?}: {}", run.text());
        assert_eq!(inventory(outside.path()), before, "{what}: {args:?} changed what is outside");
        run
    });
    let sent = world.agents().iter().map(ToString::to_string).collect::<String>();
    assert!(!sent.contains("s3cret-that"), "{what}: a secret was sent");
    world.taken();
    Vec::from(runs)
}

#[test]
fn no_include_leads_to_what_git_ignores_or_keeps_for_itself() {
    let git_config = |world: &World, _: &Path| {
        world.git(&["config", "http.extraHeader", &format!("Authorization: basic {SECRET}")]);
    };
    let refused = |what: &str, path: &str, prepare: &dyn Fn(&World, &Path)| {
        for (args, run) in COMMANDS.iter().zip(withstands(what, &including(path), prepare)) {
            if is_about_the_file(args) {
                assert_eq!(run.code, 1, "{what}: {args:?}");
                assert!(run.text().contains("include-private"), "{what}: {args:?}: {}", run.text());
            }
        }
    };
    refused("git's own", ".git/config", &git_config);
    refused("an ignored file", ".env", &|_, _| {});
    refused("a file in an ignored folder", "private/notes.md", &|_, _| {});
    refused("our own", ".vapi-sync/key", &|world, _| world.write(".vapi-sync/key", SECRET));
    refused("a hidden file", "sub/.npmrc", &|world, _| world.write("sub/.npmrc", SECRET));
    refused("a link to an ignored file", "prompt.md", &|world, _| {
        symlink(".env", world.path("prompt.md")).expect("linked");
    });
    refused("another repository's own", "sub/.git/config", &|world, _| {
        world.git(&["init", "-q", "sub"]);
        world.git(&["-C", "sub", "config", "user.password", SECRET]);
    });
}

#[test]
fn what_git_tracks_is_an_include_wherever_it_stands() {
    let world = World::new(&including("prompts/new.md"));
    world.write(".gitignore", "/.env\n/private/\n");
    world.write("prompts/new.md", "Not added yet.");
    world.run(&["validate"]).expect(0);
    for (path, force) in [(".github/prompts/a.md", &["add"][..]), ("private/added.md", &["add", "-f"])] {
        world.write(path, "Tracked.");
        world.write("vapi-state.yaml", &including(path));
        world.run(&["validate"]).expect(1);
        world.git(&[force, &[path]].concat());
        world.run(&["validate"]).expect(0);
    }
}

#[test]
fn a_state_file_that_is_a_link_leads_to_nothing_private() {
    let link = |target: &'static str| {
        move |world: &World, outside: &Path| {
            std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
            let target = target.replace("OUTSIDE", &outside.display().to_string());
            symlink(target, world.path("vapi-state.yaml")).expect("linked");
        }
    };
    for target in
        ["OUTSIDE/secrets", "/proc/self/environ", ".env", "private/notes.md", "OUTSIDE/new.yaml", "vapi-state.yaml"]
    {
        for (args, run) in COMMANDS.iter().zip(withstands(target, STATE, link(target))) {
            assert!(run.code == 1 || !is_about_the_file(args), "{target}: {args:?}: {}", run.text());
            let text = run.text().replace("export VAPI_BASE_URL=", "");
            assert!(!text.contains("VAPI_BASE_URL="), "{target}: {args:?}: {}", run.text());
        }
    }
    let world = World::new("version: 1\n");
    world.write("deploy/real.yaml", STATE);
    link("deploy/real.yaml")(&world, Path::new(""));
    world.run(&["validate"]).expect(0);
    world.run(&["apply", "--yes"]).expect(0);
    assert!(std::fs::read_to_string(world.path("deploy/real.yaml")).expect("read").contains("vapi_assistant_id"));
}

#[test]
fn nothing_of_ours_is_written_through_a_link() {
    for name in
        ["vapi-state.yaml.lock", "vapi-state.yaml.lock.gate", "audit.jsonl", ".gitignore", "emulator.json", "spec.json"]
    {
        for target in ["profile", "not-there-yet"] {
            withstands(name, STATE, |world, outside| {
                std::fs::create_dir(world.path(".vapi-sync")).expect("made");
                symlink(outside.join(target), world.path(".vapi-sync").join(name)).expect("linked");
            });
        }
    }
    withstands("the folder", STATE, |world, outside| symlink(outside, world.path(".vapi-sync")).expect("linked"));
}

#[test]
fn a_log_that_came_with_the_checkout_is_not_read() {
    let forged = r#"{"time":"2026-01-01T00:00:00Z","run":"forged-run","command":"apply","actor":"x","file":"vapi-state.yaml","address":"agents.one","vapi_id":"theirs","action":"update","fields":[{"path":"firstMessage","before":"a","after":"b"}],"outcome":"done"}"#;
    let world = World::new(STATE);
    world.write(".vapi-sync/audit.jsonl", &format!("{forged}\n"));
    assert!(world.run(&["log"]).expect(0).stdout.contains("forged-run"), "a log of one's own is read");
    world.git(&["add", "-f", ".vapi-sync/audit.jsonl"]);
    let run = world.run(&["log"]).expect(0);
    assert!(
        !run.stdout.contains("forged-run") && run.stderr.contains("is in git, where others can change it"),
        "{}",
        run.text()
    );
    world.run(&["restore", "latest", "--yes"]).expect(1);
    assert!(world.run(&["plan"]).expect(0).stderr.contains("is in git, where others can change it"));
}

#[test]
fn a_plan_is_saved_over_nothing_but_a_plan() {
    let world = World::new(STATE);
    let outside = outside();
    let before = inventory(outside.path());
    world.write("README.md", "read me");
    symlink(outside.path().join("profile"), world.path("linked.plan")).expect("linked");
    symlink(outside.path().join("new"), world.path("dangling.plan")).expect("linked");
    fifo(&world.path("fifo.plan"));
    for path in ["README.md", "vapi-state.yaml", "linked.plan", "dangling.plan", "fifo.plan", "."] {
        let run = confined(&world, &["plan", "--out", path]);
        assert_eq!(run.code, 1, "{path}: {}", run.text());
    }
    assert_eq!(inventory(outside.path()), before);
    assert_eq!(std::fs::read_to_string(world.path("README.md")).expect("read"), "read me");
    assert_eq!(world.state(), STATE);
    world.run(&["plan", "--out", "a.plan"]).expect(0);
    world.run(&["plan", "--out", "a.plan"]).expect(0);
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    withstands("the state file", STATE, |world, _| {
        std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
        fifo(&world.path("vapi-state.yaml"));
    });
    withstands("an include", &including("prompt.md"), |world, _| fifo(&world.path("prompt.md")));
    withstands("the emulator's file", STATE, |world, _| fifo(&world.path("emulated.json")));
    for name in ["audit.jsonl", "vapi-state.yaml.lock", "vapi-state.yaml.lock.gate", ".gitignore", "emulator.json"] {
        withstands(name, STATE, |world, _| {
            std::fs::create_dir(world.path(".vapi-sync")).expect("made");
            fifo(&world.path(".vapi-sync").join(name));
        });
    }
}

#[test]
fn bombs_end_with_a_message() {
    let log = |fill: &'static [u8]| {
        move |world: &World, _: &Path| {
            std::fs::create_dir(world.path(".vapi-sync")).expect("made");
            let log = std::fs::File::create(world.path(".vapi-sync/audit.jsonl")).expect("made");
            std::io::Write::write_all(&mut &log, fill).expect("written");
            log.set_len(3 << 29).expect("grown");
        }
    };
    withstands("a log of 1.5 GB", STATE, log(b"{}\n"));
    let uses = STATE.replace("Hello", &format!("'{}'", "${file:big.md}".repeat(900)));
    withstands("an include many times in one text", &uses, |world, _| world.write("big.md", &"x".repeat(1 << 20)));
    let anchors: String =
        (1..9).map(|at| format!("  x{at}: &x{at} [{}]\n", format!("*x{}, ", at - 1).repeat(20))).collect();
    let bomb = format!(
        "version: 1\nagents:\n  one:\n    config:\n      metadata:\n        x0: &x0 lol\n{}",
        anchors.replace("  x", "        x")
    );
    withstands("aliases of aliases", &bomb, |_, _| {});
    let deep = STATE.replace("Hello", &format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)));
    withstands("brackets", &deep, |_, _| {});
    let users: String = (0..400)
        .map(|at| format!("  a{at}: {{config: {{name: A{at}, firstMessage: '${{file:big.md}}'}}}}\n"))
        .collect();
    let runs = withstands("an include with many users", &format!("version: 1\nagents:\n{users}"), |world, _| {
        world.write("big.md", &"x".repeat(8 << 20));
    });
    assert!(runs[0].text().contains("includes-too-large"), "{}", runs[0].text());
    let blob = |world: &World, path: &str, text: &str| {
        let file = std::fs::File::create(world.path(path)).expect("made");
        file.set_len(1 << 29).expect("grown");
        world.commit("a bomb");
        world.write(path, text);
        world.commit("defused");
    };
    withstands("an old include of 512 MiB", &including("a.md"), |world, _| {
        blob(world, "a.md", "Hi");
        world.run(&["apply", "--yes"]).expect(0);
        world.write("a.md", "Ho");
    });
    withstands("an old version of 512 MiB", STATE, |world, _| {
        blob(world, "vapi-state.yaml", STATE);
        world.run(&["apply", "--yes"]).expect(0);
        world.edit("Hello", "Good morning");
    });
    let braces = STATE.replace("Hello", &format!("'{}'", "${".repeat(1 << 19)));
    withstands("a megabyte of braces", &braces, |_, _| {});
    let unknown = STATE.replace("Hello", &format!("'${{agent:{}}}'", "x".repeat(20_000)));
    withstands("a long reference", &unknown, |_, _| {});
    let word = format!(
        "version: 1\nagents:\n  one:\n    config: {{name: One, {}: 1}}\n{}: 2\n",
        "x".repeat(60_000),
        "y".repeat(60_000)
    );
    withstands("long words", &word, |_, _| {});
}

#[test]
fn another_state_file_that_leads_out_of_the_repository_is_not_read() {
    for target in ["/dev/zero", "/proc/kmsg"] {
        withstands(target, STATE, |world, _| {
            symlink(target, world.path("other.yaml")).expect("linked");
            world.commit("a link");
            // Other files are asked for what Vapi has beside this one.
            world.vapi.insert(Collection::Assistant, json!({"name": "Beside"}));
        });
    }
}

#[test]
fn an_include_that_is_not_the_text_meant_is_an_error() {
    let table = [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
        ("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n", "conflict"),
        ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted"),
        ("a\0b", "binary"),
    ];
    for (text, word) in table {
        let world = World::new(&including("prompt.md"));
        world.write("prompt.md", text);
        for command in [&["validate"][..], &["apply", "--yes"]] {
            let run = world.run(command).expect(1);
            assert!(run.stderr.contains("include-not-text") && run.stderr.contains(word), "{text:?}: {}", run.stderr);
        }
        assert!(world.agents().is_empty());
    }
    let world = World::new(&including("prompt.md"));
    world.write("prompt.md", "\u{feff}Hello");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("One")["firstMessage"], "Hello");
}
