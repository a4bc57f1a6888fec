//! What a real organisation is told: little, and nothing that is not so.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

/// Nineteen assistants as they come from the dashboard, with fields and words that are newer than our tables.
fn organisation() -> World {
    let world = World::with("version: 1\n", Config::default());
    for at in 0..19 {
        let mut agent = json!({
            "name": format!("Agent {at}"),
            "firstMessage": "Hello {{name}",
            "model": {"provider": "openai", "model": "gpt-9-omega", "newKnob": at},
            "voice": {"provider": "vapi", "voiceId": "Elliot"},
            "compliancePlan": {"zdrEnabled": true, "hipaaEnabled": false},
            "serverTimeoutMs": 5,
        });
        if at % 3 == 0 {
            agent["transcriber"] = json!({"provider": "deepgram", "model": "nova-99"});
        }
        world.vapi.insert(Collection::Assistant, agent);
    }
    world
}

const COMMANDS: [&[&str]; 6] =
    [&["plan"], &["apply", "--yes"], &["pull"], &["sync", "--yes"], &["status"], &["plan", "--format", "markdown"]];

#[test]
fn an_organisation_that_is_in_step_is_told_next_to_nothing() {
    let world = organisation();
    let pulled = world.run(&["pull"]).expect(0);
    assert!(pulled.stderr.lines().count() <= 5, "{}", pulled.stderr);
    world.commit("pulled");
    for command in COMMANDS {
        let run = world.run(command).expect(0);
        assert!(run.stderr.lines().count() <= 5, "{command:?}: {}", run.stderr);
        assert!(!run.text().contains("unknown-field") && !run.text().contains("unknown-value"), "{}", run.text());
    }
    for command in [&["validate"][..], &["plan", "-v"], &["validate", "-v"], &["apply", "--yes", "-v"]] {
        let text = world.run(command).expect(0).text();
        assert!(!text.contains("pciEnabled") && !text.contains("is sent"), "{command:?}: {text}");
        assert!(!text.contains("warning[unknown-field]"), "{command:?}: {text}");
    }
    let noted = world.run(&["plan", "-v"]).expect(0).stderr;
    assert!(noted.contains("note[unknown-field]: compliancePlan.zdrEnabled is not a known field"), "{noted}");
}

#[test]
fn what_is_new_is_warned_of_in_one_line_for_each_kind() {
    let world = organisation();
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    let state = world.state();
    world.write(
        "vapi-state.yaml",
        &state.replace("gpt-9-omega", "gpt-8-alpha").replace("zdrEnabled: true", "zdrEnabled: false"),
    );
    for (command, fields) in [(&["plan"][..], 1), (&["apply", "--yes"], 0)] {
        if fields == 0 {
            // Vapi refuses another value of a field that it does not take.
            world.write("vapi-state.yaml", &state.replace("gpt-9-omega", "gpt-8-alpha"));
        }
        let run = world.run(command).expect(0);
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("warning[")).collect();
        assert!(lines.len() <= 3, "{command:?}: {}", run.stderr);
        assert!(run.stderr.lines().count() <= 6, "{command:?}: {}", run.stderr);
        let of = |code: &str| lines.iter().filter(|line| line.contains(code)).count();
        assert_eq!((of("unknown-value"), of("unknown-field")), (1, fields), "{}", run.stderr);
        assert!(run.stderr.contains(", and 18 more like it"), "{}", run.stderr);
    }
    // In a sync once for both of its halves.
    world.write("vapi-state.yaml", &world.state().replace("gpt-8-alpha", "gpt-7-beta"));
    let run = world.run(&["sync", "--yes"]).expect(0);
    assert_eq!(run.stderr.matches("warning[unknown-value]").count(), 1, "{}", run.stderr);
    // In a file that nobody applied yet, too.
    let fresh = World::new(
        &state
            .lines()
            .filter(|line| !line.contains("_assistant_id"))
            .fold(String::new(), |text, line| text + line + "\n"),
    );
    fresh.edit("org_id: ", "# org: ");
    let run = fresh.run(&["plan"]).expect(0);
    assert!(run.stderr.lines().count() <= 6, "{}", run.stderr);
    assert!(run.stderr.contains("warning[unknown-field]"), "{}", run.stderr);
    assert!(!run.stderr.contains("pciEnabled"), "{}", run.stderr);
}

/// A slip is still told from a field that is new.
#[test]
fn a_slip_gets_its_suggestion() {
    for (written, meant) in
        [("fristMessage", Some("firstMessage")), ("end_call_message", Some("endCallMessage")), ("zzzEnabled", None)]
    {
        let world = World::new(&format!("version: 1\nagents:\n  a: {{config: {{name: A, {written}: x}}}}\n"));
        let text = world.run(&["validate"]).expect(i32::from(meant.is_some())).text();
        match meant {
            Some(meant) => assert!(text.contains(&format!("did you mean `{meant}`?")), "{text}"),
            None => assert!(!text.contains("did you mean"), "{text}"),
        }
    }
}

/// A value that Vapi holds and our checks refuse is a note, in all commands and formats.
#[test]
fn findings_on_what_vapi_holds_are_notes() {
    let world = World::with("version: 1\n", Config::default());
    let object = json!({"name": "A", "model": {"provider": "openai", "model": "gpt-4.1", "temperature": 7}, "maxDurationSeconds": 3});
    world.vapi.insert(Collection::Assistant, object);
    world.run(&["pull"]).expect(0);
    world.commit("pulled");
    for command in COMMANDS {
        let run = world.run(command).expect(0);
        assert!(!run.text().contains("out-of-range"), "{command:?}: {}", run.text());
    }
    let json: Value = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(json["warnings"], json!([]));
    let a = id(&world.agent("A"));
    world.vapi.edit(Collection::Assistant, &a, &json!({"firstMessage": "Changed"}));
    assert!(!world.run(&["pull"]).expect(0).text().contains("out-of-range"));
}
