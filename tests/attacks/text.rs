//! Commands to the runner of a workflow, escape sequences, Markdown and invisible text, wherever they may come from.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{Run, World, id};

/// What no output may hold as it is: commands of a runner at the start of a line, sequences that a terminal acts on, text that nobody sees.
#[track_caller]
fn is_inert(what: &str, run: &Run, commands_allowed: bool) {
    for text in [&run.stdout, &run.stderr] {
        for line in text.split(['\n', '\r']) {
            let is_command = line.trim_start().starts_with("::") && !commands_allowed;
            assert!(!is_command && !line.contains("##["), "{what}: a command to the runner: {line:?}\n{}", run.text());
            // Of those that are ours, none is the attacker's.
            assert!(!line.trim_start().starts_with("::set-env"), "{what}: {line:?}");
            assert!(!line.trim_start().starts_with("::stop-commands"), "{what}: {line:?}");
        }
        for hidden in
            ['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{e0041}', '\u{fe01}', '\u{3164}', '\u{2028}', '\u{7f}']
        {
            assert!(!text.contains(hidden), "{what}: holds {hidden:?}: {text:?}");
        }
    }
}

const EVIL: &str = "x\n::set-env name=A::b\n##[stop-commands]t\r::stop-commands::t \u{1b}[2J\u{9b}3J\u{202e}\u{200b}\u{e0041}a\u{fe01}\u{3164}\u{2028}\u{7f}";

fn all(world: &World) {
    let commands: [&[&str]; 9] = [
        &["validate"],
        &["plan"],
        &["status"],
        &["apply", "--yes"],
        &["pull"],
        &["sync", "--yes"],
        &["log"],
        &["restore", "latest", "--yes"],
        &["init"],
    ];
    for command in commands {
        let formats: &[&str] = match command[0] {
            "status" => &["text", "json", "html"],
            "validate" => &["text", "json", "github", "sarif"],
            "log" | "init" => &["text", "json"],
            _ => &["text", "json", "markdown"],
        };
        for format in formats {
            let run = world.run(&[command, &["--format", format, "-vv"]].concat());
            assert!(matches!(run.code, 0..=4), "{command:?} {}", run.text());
            is_inert(&format!("{command:?} {format}"), &run, *format == "github");
        }
        if matches!(command[0], "plan" | "apply" | "pull") {
            is_inert(&format!("{command:?} --github"), &world.run(&[command, &["--github"]].concat()), true);
        }
    }
    world.taken();
}

fn quoted(text: &str) -> String {
    // JSON is YAML, with every character that is not printable escaped.
    let json = Value::from(text).to_string();
    json.chars()
        .map(|c| if c.is_ascii() && c != '\u{7f}' { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) })
        .collect()
}

#[test]
fn what_stands_in_vapi_is_text_in_every_output() {
    let world = World::with("version: 1\n", Config::default());
    let object = json!({
        "name": EVIL, "firstMessage": EVIL, "metadata": {EVIL: EVIL, "n": [EVIL]},
        "model": {"provider": EVIL, "model": EVIL, "messages": [{"role": "system", "content": EVIL}]},
    });
    world.vapi.insert(Collection::Assistant, object);
    world
        .vapi
        .insert(Collection::PhoneNumber, json!({"provider": "vapi", "number": EVIL, "name": EVIL, "sipUri": EVIL}));
    for command in ["plan", "status"] {
        is_inert(command, &world.run(&[command]), false);
    }
    all(&world);
    world.commit("pulled");
    let agent = &world.agents()[0];
    world.vapi.edit(
        Collection::Assistant,
        &id(agent),
        &json!({"firstMessage": format!("{EVIL} changed"), "voicemailMessage": EVIL}),
    );
    all(&world);
}

#[test]
fn what_stands_in_the_file_is_text_in_every_output() {
    let evil = quoted(EVIL);
    for state in [
        format!("version: 1\nagents:\n  one: {{config: {{name: {evil}, firstMessage: {evil}, {evil}: {evil}}}}}\n"),
        format!("version: 1\n{evil}: {evil}\nagents:\n  {evil}: {{config: {{name: One}}}}\n"),
        format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: \"${{file:{}}}\"}}}}\n",
            &evil[1..evil.len() - 1]
        ),
        format!("version: 1\nagents:\n  one: {{config: {{name: One, model: {{provider: {evil}, model: {evil}}}}}}}\n"),
        format!("version: 1\nagents:\n  one: {{config: {{name: One}}, vapi_assistant_id: {evil}}}\norg_id: {evil}\n"),
        format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: \"${{agent:{}}}\"}}}}\n",
            "::set-env name=A::b ##[x]"
        ),
        "version: 1\n# ::set-env name=A::b ##[x]\nagents: {\n  ::set-env name=A::b ##[x]\n".to_owned(),
    ] {
        let world = World::new(&state);
        all(&world);
    }
}

/// A file that is called like a command: in annotations, in Markdown, in errors.
#[test]
fn names_of_files_are_text() {
    for name in [
        "::set-env name=A::b.yaml",
        "##[x].yaml",
        "a\n::set-env name=A::b.yaml",
        "a`b<img src=x>@team.yaml",
        "\u{1b}[2J\u{202e}.yaml",
    ] {
        let world = World::new("version: 1\n");
        world.write(
            name,
            "version: 1\nagents:\n  one: {config: {name: One, fristMessage: x, firstMessage: '${agent:two}'}}\n",
        );
        for (command, format) in [
            ("validate", "text"),
            ("validate", "json"),
            ("validate", "github"),
            ("validate", "sarif"),
            ("plan", "text"),
            ("plan", "markdown"),
            ("status", "html"),
            ("log", "text"),
        ] {
            let run = world.run(&[command, "-f", name, "--format", format]);
            is_inert(&format!("{name:?} {command} {format}"), &run, format == "github");
            if matches!(format, "markdown" | "html") {
                assert!(!run.stdout.contains("<img src=x>"), "{}", run.stdout);
            }
        }
    }
}

/// Who holds a lock is said in their own words, as text.
#[test]
fn the_holder_of_a_lock_and_a_log_are_text() {
    let world = World::new("version: 1\nagents:\n  one: {config: {name: One}}\n");
    world.run(&["apply", "--yes"]).expect(0);
    let log = std::fs::read_to_string(world.path(".vapi-sync/audit.jsonl")).expect("a log");
    let evil = &Value::from(EVIL).to_string();
    let evil = &evil[1..evil.len() - 1];
    let forged: String = log
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).expect("JSON");
            for field in ["actor", "commit", "address", "command", "error", "run"] {
                record[field] = json!(EVIL);
            }
            record["fields"] = json!([{"path": EVIL, "before": EVIL, "after": EVIL, "sensitive": false}]);
            format!("{record}\n")
        })
        .collect();
    world.write(".vapi-sync/audit.jsonl", &forged);
    for format in ["text", "json"] {
        is_inert("log", &world.run(&["log", "--format", format]), false);
    }
    all(&world);
    let lock = world.path(".vapi-sync/vapi-state.yaml.lock");
    let held = format!(
        "{{\"pid\": {}, \"host\": \"{evil}\", \"user\": \"{evil}\", \"command\": \"{evil}\"}}",
        std::process::id()
    );
    for text in [held.as_str(), EVIL, "$(touch /tmp/never)"] {
        std::fs::write(&lock, text).expect("written");
        is_inert("a lock", &world.run(&["apply", "--yes"]), false);
        is_inert("a lock, as JSON", &world.run(&["apply", "--yes", "--format", "json"]), false);
    }
}

/// Text that nobody sees is a finding of `validate` and shown in the plan.
#[test]
fn invisible_text_is_a_finding() {
    for hidden in
        ["\u{200b}", "\u{e0049}\u{e0067}", "a\u{fe01}", "\u{3164}", "\u{2800}", "\u{202e}", "\u{180b}", "x\u{200d}"]
    {
        let state = format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: {}}}}}\n",
            quoted(&format!("Hi{hidden} there"))
        );
        let world = World::new(&state);
        for command in [&["validate"][..], &["plan"]] {
            let run = world.run(command).expect(0);
            assert!(run.stderr.contains("hidden-text"), "{hidden:?} {command:?}: {}", run.text());
            assert!(!run.text().contains(hidden), "{hidden:?}: {}", run.text());
        }
        let included = World::new("version: 1\nagents:\n  one: {config: {name: One, firstMessage: '${file:a.md}'}}\n");
        included.write("a.md", &format!("Hi{hidden} there"));
        assert!(included.run(&["validate"]).expect(0).stderr.contains("hidden-text"), "{hidden:?}");
    }
}

/// Wherever it stands in a file that somebody wrote: in values, keys, names, handles, variables.
#[test]
fn invisible_text_is_a_finding_wherever_it_stands() {
    let entry = |config: &str| format!("version: 1\nagents:\n  one: {{config: {{name: One, {config}}}}}\n");
    for hidden in [
        "\u{3164}",
        "\u{115f}",
        "\u{1160}",
        "\u{ffa0}",
        "\u{34f}",
        "\u{200b}",
        "\u{200d}",
        "\u{ad}",
        "\u{fe01}",
        "\u{e0041}",
        "\u{e0101}",
        "\u{202e}",
        "\u{2066}",
        "\u{2800}",
        "\u{feff}",
    ] {
        let text = quoted(&format!("ab{hidden}cd"));
        let spliced = &text[1..text.len() - 1];
        for (what, state) in [
            ("a handle", format!("version: 1\nagents:\n  {text}: {{config: {{name: One}}}}\n")),
            ("a handle of a tool", format!("version: 1\ntools:\n  {text}: {{config: {{type: dtmf}}}}\n")),
            ("a name", format!("version: 1\nagents:\n  one: {{config: {{name: {text}}}}}\n")),
            ("an element", entry(&format!("endCallPhrases: [bye, {text}]"))),
            ("a free key", entry(&format!("metadata: {{{text}: 1}}"))),
            ("a key of Vapi", entry(&format!("{text}: 1"))),
            ("a header", entry(&format!("server: {{url: 'https://x.example', headers: {{{text}: '${{env:PATH}}'}}}}"))),
            ("a reference", entry(&format!("firstMessage: \"${{agent:{spliced}}}\""))),
            ("an include", entry(&format!("firstMessage: \"${{file:{spliced}}}\""))),
            (
                "a variable",
                format!(
                    "version: 1\nvars: {{a: {text}}}\nagents:\n  one: {{config: {{name: One, firstMessage: '${{var:a}}'}}}}\n"
                ),
            ),
            ("the name of a variable", format!("version: 1\nvars: {{{text}: x}}\n")),
            ("an item of ignore", format!("{}ignore: {{agents: [{text}]}}\n", entry("firstMessage: Hi"))),
            ("a comment", format!("version: 1 # ab{hidden}cd\nagents:\n  one: {{config: {{name: One}}}}\n")),
        ] {
            let world = World::new(&state);
            for command in [&["validate"][..], &["plan"], &["validate", "--format", "json"]] {
                let run = world.run(command);
                let is_told = run.code == 1 || run.text().contains("hidden-text");
                assert!(is_told || what == "a comment", "{what} {hidden:?} {command:?}: {}", run.text());
                assert!(!run.text().contains(hidden), "{what} {hidden:?} {command:?}: {}", run.text());
            }
        }
    }
}
