//! Everything that can be wrong before a run begins: one clear message, nothing written; at most read, and offline not even
//! that: Vapi is asked while the file is looked through.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{Run, World};

const PLAN: &[&str] = &["plan"];
const APPLY: &[&str] = &["apply", "--yes"];
const FILE_COMMANDS: &[&[&str]] = &[PLAN, &["validate"], &["status"], APPLY, &["pull"], &["sync", "--yes"]];
const READS_FILE: &[&[&str]] = &[PLAN, &["validate"], &["status"], APPLY];
const ONLINE: &[&[&str]] = &[PLAN, &["status"], APPLY, &["pull"], &["sync", "--yes"]];
const TO_VAPI: &[&[&str]] = &[PLAN, &["status"], APPLY];

/// A thing that is wrong.
struct Case {
    name: &'static str,
    /// The state file.
    file: String,
    /// What else there is.
    prepare: fn(&mut World),
    /// The commands that must all say so; the first one's words are in the snapshot.
    commands: &'static [&'static [&'static str]],
    /// The exit code.
    code: i32,
}

fn case(name: &'static str, file: impl Into<String>) -> Case {
    Case { name, file: file.into(), prepare: |_| {}, commands: FILE_COMMANDS, code: 1 }
}

fn usage(name: &'static str, commands: &'static [&'static [&'static str]]) -> Case {
    Case { commands, code: 64, ..case(name, GOOD) }
}

const GOOD: &str = "version: 1\nagents:\n  one:\n    config:\n      name: One\n";

fn linked(ids: usize) -> String {
    let agents: String = (0..ids)
        .map(|at| format!("  a{at}:\n    vapi_assistant_id: 7b0e0000-0000-4000-8000-00000000000{at}\n    config: {{name: A{at}}}\n"))
        .collect();
    format!("version: 1\nagents:\n{agents}")
}

fn with_message(text: &str) -> String {
    format!("version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: {text}\n")
}

fn number(assistant: &str) -> String {
    format!(
        "version: 1\nphone_numbers:\n  main:\n    config:\n      provider: byo-phone-number\n      number: '1234'\n      \
         numberE164CheckEnabled: false\n      credentialId: c0ffee00-0000-4000-8000-000000000000\n      assistantId: {assistant}\n"
    )
}

fn put(world: &World, name: &str) -> String {
    world.vapi.insert(Collection::Assistant, json!({"name": name}))
}

fn cases() -> Vec<Case> {
    let bomb: String =
        (1..=9).map(|at| format!("x-{at}: &b{at} [{}]\n", vec![format!("*b{}", at - 1); 10].join(", "))).collect();
    let mut cases = vec![
        case("malformed YAML", "version: 1\nagents: [one, two\n"),
        case("a tab", "version: 1\nagents:\n\tone: {}\n"),
        case("duplicate keys", "version: 1\nagents:\n  one: {config: {name: A}}\n  one: {config: {name: B}}\n"),
        case(
            "an alias bomb",
            format!("version: 1\nx-0: &b0 [lol]\n{bomb}agents: {{a: {{config: {{name: A, metadata: {{x: *b9}}}}}}}}\n"),
        ),
        case("10,000 levels", format!("version: 1\nx-deep: {}{}\n", "[".repeat(10_000), "]".repeat(10_000))),
        case("agents are a number", "version: 1\nagents: 5\n"),
        case("a config is a text", "version: 1\nagents:\n  one:\n    config: hello\n"),
        case("an entry is a list", "version: 1\nagents:\n  one: [a]\n"),
        case("an id is a number", "version: 1\nagents:\n  one:\n    vapi_assistant_id: 5\n"),
        case("an unknown word", "version: 1\nagents:\n  one:\n    confg: {name: A}\n"),
        case("an unknown section", "version: 1\nphone_number:\n  one: {}\n"),
        case("a bad handle", "version: 1\nagents:\n  'front desk': {config: {name: A}}\n"),
        case(
            "one id twice",
            format!("{}  b:\n    vapi_assistant_id: 7b0e0000-0000-4000-8000-000000000000\n", linked(1)),
        ),
        case("an unknown version", "version: 2\n"),
        case("a version that is a text", "version: '1'\n"),
        case("no version", "agents: {}\n"),
        case("a list", "- version: 1\n"),
        Case { commands: READS_FILE, ..case("an empty file", "") },
        Case { commands: READS_FILE, ..case("nothing but comments", "# hello\n") },
        Case {
            prepare: |world| {
                std::fs::write(world.path("vapi-state.yaml"), b"version: 1\n# caf\xe9\n").expect("written")
            },
            ..case("not UTF-8", GOOD)
        },
        Case {
            prepare: |world| {
                let file = std::fs::File::create(world.path("vapi-state.yaml")).expect("made");
                file.set_len(100 << 20).expect("grown");
            },
            ..case("100 MB", GOOD)
        },
        Case {
            prepare: |world| std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed"),
            ..case("a missing file", GOOD)
        },
        Case {
            prepare: |world| {
                std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
                std::fs::create_dir(world.path("vapi-state.yaml")).expect("made");
            },
            ..case("a folder", GOOD)
        },
        case("an unknown reference", with_message("'hi ${agent:ome}'")),
        case("a missing include", with_message("${file:prompts/one.md}")),
        case("an include outside", with_message("${file:../one.md}")),
        case("an absolute include", with_message("${file:/etc/passwd}")),
        Case {
            prepare: |world| {
                #[cfg(unix)]
                std::os::unix::fs::symlink("/etc", world.path("prompts")).expect("linked");
            },
            ..case("an include outside through a link", with_message("${file:prompts/passwd}"))
        },
        case("twins", "version: 1\nagents:\n  one: {config: {name: A}}\n  two: {config: {name: A}}\n"),
    ];
    cases.extend([
        Case {
            prepare: |world| world.env.push(("VAPI_API_KEY".into(), String::new())),
            commands: ONLINE,
            ..case("no key", GOOD)
        },
        Case {
            prepare: |world| world.env.push(("VAPI_TOKEN".into(), "another-key".into())),
            commands: ONLINE,
            ..case("two different keys", GOOD)
        },
        Case {
            prepare: |world| world.env.push(("VAPI_BASE_URL".into(), "api.vapi.ai".into())),
            commands: ONLINE,
            ..case("a bad URL", GOOD)
        },
        Case {
            prepare: |world| world.env.push(("VAPI_BASE_URL".into(), "http://api.vapi.ai".into())),
            commands: ONLINE,
            ..case("plain http", GOOD)
        },
        Case {
            prepare: |world| world.env.push(("VAPI_API_KEY".into(), "wrong-key".into())),
            commands: ONLINE,
            ..case("a key that Vapi does not know", GOOD)
        },
        Case {
            prepare: |world| {
                let port =
                    std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
                world.env.push(("VAPI_BASE_URL".into(), format!("http://{port}")));
            },
            commands: &[&["plan", "--timeout", "1s"]],
            ..case("nobody listening", GOOD)
        },
        Case {
            prepare: |world| world.set_fault("html=200"),
            commands: &[&["plan", "--timeout", "1s"]],
            ..case("HTML instead of JSON", GOOD)
        },
        Case {
            prepare: |world| drop(put(world, "X")),
            commands: ONLINE,
            ..case("another organisation", format!("{GOOD}org_id: 6a1f0000-0000-4000-8000-000000000000\n"))
        },
        Case { commands: ONLINE, ..case("an empty organisation", linked(1)) },
        Case { prepare: |world| drop(put(world, "X")), commands: ONLINE, ..case("most objects missing", linked(5)) },
        Case {
            prepare: |world| {
                put(world, "One");
                put(world, "One");
            },
            commands: ONLINE,
            ..case("several objects of that name", GOOD)
        },
        Case {
            commands: &[&["plan", "--target", "agents.on"], &["apply", "--yes", "--target", "agents.on"]],
            ..case("an unknown target", GOOD)
        },
        Case {
            commands: TO_VAPI,
            prepare: |world| {
                let agent = put(world, "X");
                let number = world.vapi.insert(
                    Collection::PhoneNumber,
                    json!({"provider": "byo-phone-number", "number": "1234", "assistantId": agent}),
                );
                world.edit("  main:\n", &format!("  main:\n    vapi_phone_number_id: {number}\n"));
            },
            ..case("a number that would ring nothing", number("null"))
        },
        Case { commands: &[APPLY, PLAN], ..case("a variable that is not set", with_message("${env:NOBODY_SET_ME}")) },
        Case { commands: &[&["apply"], &["sync"]], ..case("nobody to ask", GOOD) },
        Case { commands: &[&["apply", "plan.json"]], ..case("a plan that is not there", GOOD) },
        usage("an unknown flag", &[&["plan", "--yess"], &["apply", "--yes", "--delete"]]),
        usage("an unknown command", &[&["destroy"]]),
        Case {
            // The key is kept out of all that is shown, and the emulator's is a word of the help.
            prepare: |world| world.env.push(("VAPI_API_KEY".into(), String::new())),
            ..usage("no command", &[&[]])
        },
        usage("a format that the command does not have", &[&["plan", "--format", "sarif"]]),
        usage("an unknown kind", &[&["plan", "--only", "widgets"]]),
        usage("an unknown choice", &[&["plan", "--prefer", "delete"]]),
        usage("a broken glob", &[&["plan", "--target", "agents.["]]),
    ]);
    cases
}

/// What is wrong with the document of `--format json`, which must be the only thing on stdout.
fn complaint(run: &Run, args: &[&str]) -> Option<String> {
    let document: Value = match serde_json::from_str(&run.stdout) {
        Ok(document) => document,
        Err(error) => return Some(format!("{error}: {:?}", run.stdout)),
    };
    let errors = document["errors"].as_array().map_or(0, Vec::len);
    if errors != 1 {
        return Some(format!("{errors} errors in {document:#}"));
    }
    let schema = match args.first() {
        _ if document["command"] == "" => return None,
        Some(&("plan" | "apply" | "pull")) => "plan",
        Some(&"status") => "status",
        _ => return None,
    };
    let text = std::fs::read_to_string(format!("{}/schema/{schema}.schema.json", env!("CARGO_MANIFEST_DIR")));
    let schema = serde_json::from_str(&text.expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    (!wrong.is_empty()).then(|| format!("{wrong:?} in {document:#}"))
}

/// The line of the first error: what all commands must say alike.
fn headline(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("error"))
}

/// Runs all commands of a case. Gives the words of the first, and what is wrong with any.
fn tried(case: &Case) -> (String, Vec<String>) {
    let prepared = || {
        let mut world = World::new(&case.file);
        (case.prepare)(&mut world);
        let before = world.files();
        (world, before)
    };
    let (mut world, mut before) = prepared();
    let folder = world.folder.path().display().to_string();
    let mut wrong = Vec::new();
    let mut told = String::new();
    for (at, args) in case.commands.iter().enumerate() {
        let offline = case.code == 64 || args.first() == Some(&"validate");
        if offline && at > 0 {
            // A run that ends over a wrong file does not wait for its requests: they may arrive here after its end.
            (world, before) = prepared();
        }
        let text = world.run(args);
        let mut json_args = args.to_vec();
        if !args.contains(&"--format") {
            json_args.extend(["--format", "json"]);
        }
        let json = world.run(&json_args);
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}, {args:?}: {what}\n{}", case.name, text.text()));
            }
        };
        must(text.code == case.code, &format!("ended with {}", text.code));
        must(json.code == case.code, &format!("ended with {} as JSON", json.code));
        must(!text.text().contains("panicked") && !json.text().contains("panicked"), "panicked");
        must(text.stdout.is_empty(), "wrote to stdout");
        must(case.code != 1 || text.stderr.matches("error[").count() == 1, "is not one message");
        if !args.contains(&"--format") {
            let complaint = complaint(&json, args);
            must(complaint.is_none(), &complaint.unwrap_or_default());
        }
        must(world.files() == before, "changed a file");
        let writes_nothing = matches!(args.first(), Some(&("plan" | "status" | "validate")));
        must(!writes_nothing || at > 0 || !world.path(".vapi-sync").exists(), "made .vapi-sync/");
        let sent = world.requests();
        let only_reads = !offline && sent.iter().all(|request| request.starts_with("GET "));
        must(sent.is_empty() || only_reads, &format!("sent {sent:?}"));
        if at == 0 {
            told = text.stderr;
        } else {
            must(case.code != 1 || headline(&text.stderr) == headline(&told), "says something else than the others");
        }
    }
    (told.replace(&folder, "[FOLDER]"), wrong)
}

#[test]
fn each_is_told_in_one_clear_message_and_nothing_happens() {
    let mut told = String::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let (words, complaints) = tried(&case);
        told.push_str(&format!("## {}: {}\n{words}\n", case.name, case.commands[0].join(" ")));
        wrong.extend(complaints);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::with_settings!({filters => vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"),
        (r"\d+ attempts", "[N] attempts"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[TIME]"),
    ]}, {
        insta::assert_snapshot!(told);
    });
}

#[test]
fn a_comment_on_a_pull_request_tells_of_a_failure_too() {
    let world = World::new("version: 1\nagents: [one, two\n");
    for command in ["plan", "pull"] {
        let run = world.run(&[command, "--format", "markdown"]).expect(1);
        let head = format!("### vapi-sync {command}\n\n**The {command} failed.**");
        assert!(run.stdout.contains(&head) && run.stdout.contains("yaml-syntax"), "{}", run.text());
        assert!(run.stderr.contains("error[yaml-syntax]"), "{}", run.text());
    }
}
