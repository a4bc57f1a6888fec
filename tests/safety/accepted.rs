//! What Vapi holds is never an error, whatever our own checks think of it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, is_quiet};

/// Parts of agents that break a check of ours each: of its type, range, length, words, names, of its place, or of what it
/// says.
fn odd_agents() -> Vec<Value> {
    let model = |more: Value| {
        let mut model = json!({"provider": "openai", "model": "gpt-4.1"});
        let more = more.as_object().expect("fields").clone();
        model.as_object_mut().expect("fields").extend(more);
        json!({ "model": model })
    };
    let tool = |tool: Value| model(json!({ "tools": [tool] }));
    let voice = |field: &str, value: Value| json!({"voice": {"provider": "11labs", "voiceId": "x", field: value}});
    vec![
        json!({"firstMessage": 5}),
        json!({"firstMessageMode": "sings-first"}),
        json!({"maxDurationSeconds": 5}),
        json!({"maxDurationSeconds": "long"}),
        json!({"name": "N".repeat(90)}),
        json!({"name": "🎉".repeat(41)}),
        json!({"endCallPhrases": ["x"]}),
        json!({"endCallPhrases": "bye"}),
        json!({"endCallPhrases": [7]}),
        json!({"model": "gpt-4.1"}),
        model(json!({"temperature": 9})),
        model(json!({"maxTokens": 0})),
        model(json!({"maxTokens": 2.5})),
        model(json!({"provider": "acme"})),
        model(json!({"provider": 7})),
        json!({"model": {"model": "gpt-4.1"}}),
        model(json!({"messages": [{"role": "wizard", "content": "Be kind."}]})),
        model(json!({"messages": [{"role": "system", "content": 7}]})),
        model(json!({"messages": {"role": "system"}})),
        model(json!({"firstMessage": "misplaced"})),
        model(json!({"temprature": 0.5})),
        model(json!({"tools": {"type": "dtmf"}})),
        tool(json!({"function": {"name": "no_type"}})),
        tool(json!({"type": "teleport"})),
        tool(json!({"type": "function", "function": {"name": "look up!"}})),
        tool(json!({"type": "transferCall", "destinations": [{"type": "number", "number": "555-0100"}]})),
        voice("stability", json!(3)),
        voice("stability", json!("much")),
        voice("speed", json!([1])),
        json!({"voice": "bella"}),
        json!({"voice": {"provider": "hums", "voiceId": "x"}}),
        json!({"voice": {"voiceId": "x"}}),
        json!({"transcriber": ["deepgram"]}),
        json!({"silenceTimeoutSeconds": 1}),
        json!({"startSpeakingPlan": {"waitSeconds": 99}}),
        json!({"stopSpeakingPlan": {"numWords": 500}}),
        json!({"artifactPlan": {"recordingFormat": "ogg"}}),
        json!({"recordingEnabled": "yes"}),
        json!({"clientMessages": ["no-such-event"]}),
        json!({"serverMessages": {"a": 1}}),
        json!({"metadata": "a text"}),
        json!({"server": {"url": "https://x.example.com", "timeoutSeconds": 9999}}),
        json!({"hooks": {"on": "call.ending"}}),
        json!({"fristMessage": "Hello"}),
        json!({"temperature": 0.5}),
        json!({"voicemailMessage": "Ask ${agent: nobody} or ${env:}, {{name"}),
        json!({"voicemailMessage": "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"}),
        json!({"endCallMessage": "the key is sk-proj-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"}),
    ]
}

/// A world whose organisation holds nothing but odd things, pulled.
fn world() -> (World, usize) {
    let world = World::new("version: 1\n");
    let agents = odd_agents();
    for (at, odd) in agents.iter().enumerate() {
        let mut agent = json!({"name": format!("Odd {at}")});
        agent.as_object_mut().expect("fields").extend(odd.as_object().expect("fields").clone());
        world.vapi.insert(Collection::Assistant, agent);
    }
    let number =
        json!({"provider": "telnyx", "number": "(415) 555", "credentialId": "c0ffee00-0000-4000-8000-000000000000"});
    let twin =
        json!({"provider": "telnyx", "number": "+14155550100", "credentialId": "c0ffee00-0000-4000-8000-000000000000"});
    let nameless = json!({"provider": "pigeon", "number": 5, "name": ""});
    for number in [&number, &twin, &twin, &nameless] {
        world.vapi.insert(Collection::PhoneNumber, number.clone());
    }
    world.run(&["pull"]).expect(0);
    (world, agents.len())
}

/// What is said to be wrong, but for variables that are not set.
fn complaints(world: &World, args: &[&str]) -> Vec<String> {
    let run = world.run(args).expect(0);
    let is_one = |line: &&str| line.starts_with("error") || line.starts_with("warning");
    let known = |line: &&str| line.contains("missing-variable");
    run.stderr.lines().filter(is_one).filter(|line| !known(line)).map(str::to_owned).collect()
}

#[test]
fn an_organisation_of_odd_values_is_pulled_planned_and_edited_elsewhere_without_one_error() {
    let (world, agents) = world();
    assert!(agents > 30);
    for args in [&["validate"][..], &["plan", "--detailed-exitcode"], &["pull"]] {
        assert_eq!(complaints(&world, args), [""; 0], "{args:?}");
    }
    is_quiet(&world, &["apply", "--yes"]);
    world.run(&["status", "--exit-code"]).expect(0);
    // An edit elsewhere in each of them.
    let text: String = world.state().lines().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        if line == "    config:" {
            text.push_str("      endCallFunctionEnabled: true\n");
        }
        text
    });
    let (of_agents, of_numbers) = text.split_once("phone_numbers:").expect("numbers");
    world.write(
        "vapi-state.yaml",
        &format!("{of_agents}phone_numbers:{}", of_numbers.replace("      endCallFunctionEnabled: true\n", "")),
    );
    assert_eq!(complaints(&world, &["plan"]), [""; 0]);
    world.run(&["apply", "--yes"]).expect(0);
    let edited = world.agents().iter().filter(|agent| agent["endCallFunctionEnabled"] == true).count();
    assert_eq!(edited, agents);
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_clone_without_the_log_and_the_refs_says_no_more_of_them() {
    let (world, _) = world();
    world.commit("pulled");
    std::fs::remove_dir_all(world.path(".vapi-sync")).expect("removed");
    world.git(&["for-each-ref", "--format=delete %(refname)", "refs/vapi-sync"]);
    assert_eq!(complaints(&world, &["plan", "--detailed-exitcode"]), [""; 0]);
    let edit = |from: &str, to: &str| world.edit(from, to);
    edit("maxDurationSeconds: 5\n", "maxDurationSeconds: 5\n      endCallFunctionEnabled: true\n");
    world.run(&["apply", "--yes"]).expect(0);
    // A value that is as odd, and new, is an error; the others go on.
    edit("maxDurationSeconds: 5\n", "maxDurationSeconds: 6\n");
    edit("silenceTimeoutSeconds: 1\n", "silenceTimeoutSeconds: 1\n      endCallFunctionEnabled: true\n");
    let applied = world.run(&["apply", "--yes"]).expect(4);
    assert!(applied.text().contains("out-of-range"), "{}", applied.text());
    let edited = world.agents().iter().filter(|agent| agent["endCallFunctionEnabled"] == true).count();
    assert_eq!(edited, 2);
}

#[test]
fn a_warning_in_an_included_file_is_a_note_where_vapi_holds_the_text() {
    let agent = |handle: &str| {
        format!("  {handle}: {{config: {{name: {handle}, firstMessage: '${{file:prompts/hello.md}}'}}}}\n")
    };
    let world = World::new(&format!("version: 1\nagents:\n{}", agent("a")));
    world.write("prompts/hello.md", "Hello {{name\n");
    world.commit("an open brace");
    // New, it is a warning, and is sent.
    for args in [&["validate"][..], &["plan"], &["apply", "--yes"]] {
        assert!(world.run(args).expect(0).stderr.contains("warning[open-braces]"), "{args:?}");
    }
    for args in [&["validate"][..], &["plan"], &["pull"], &["apply", "--yes"], &["status"]] {
        let run = world.run(args).expect(0);
        assert!(!run.stderr.contains("warning"), "{args:?}: {}", run.stderr);
    }
    assert!(world.run(&["validate", "-v"]).stderr.contains("note[open-braces]"));
    // A second entry that includes the file is new.
    world.write("vapi-state.yaml", &format!("{}{}", world.state(), agent("b")));
    for args in [&["validate"][..], &["plan"]] {
        assert!(world.run(args).expect(0).stderr.contains("warning[open-braces]"), "{args:?}");
    }
    world.run(&["apply", "--yes"]).expect(0);
    assert!(!world.run(&["validate"]).expect(0).stderr.contains("warning"));
    // So is another text with the flaw.
    world.write("prompts/hello.md", "Good morning {{name\n");
    for args in [&["validate"][..], &["plan"]] {
        assert!(world.run(args).expect(0).stderr.contains("warning[open-braces]"), "{args:?}");
    }
}
