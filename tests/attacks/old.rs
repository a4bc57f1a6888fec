//! What was a secret in any recorded version of the file stays one, whatever a pull request makes of the file, and however
//! short it is.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, id};

/// Runs every command that shows or writes something; none says any of these words, nor does any file that is written.
#[track_caller]
fn says_none(world: &World, what: &str, words: &[&str]) {
    let commands: [&[&str]; 12] = [
        &["validate", "-v"],
        &["plan", "-v"],
        &["plan", "--format", "json", "--out", "a.plan"],
        &["plan", "--format", "markdown", "-v"],
        &["status", "--format", "json"],
        &["status", "--format", "html", "--all"],
        &["pull", "-v"],
        &["pull", "--prefer", "vapi", "--format", "json"],
        &["apply", "--yes", "-v"],
        &["sync", "--yes", "-v"],
        &["log", "--format", "json"],
        &["restore", "latest", "--yes"],
    ];
    for command in commands {
        let run = world.run(command);
        assert!(matches!(run.code, 0..=4), "{what} {command:?} {}", run.text());
        for word in words {
            assert!(!run.text().contains(word), "{what}: {command:?} says {word}: {}", run.text());
            for (path, bytes) in world.files() {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(!text.contains(word), "{what}: {command:?} wrote {word} into {}: {text}", path.display());
            }
            let log = std::fs::read_to_string(world.path(".vapi-sync/audit.jsonl")).unwrap_or_default();
            assert!(!log.contains(word), "{what}: {command:?} logged {word}: {log}");
        }
    }
    world.taken();
}

fn world(config: &str, env: &[(&str, &str)]) -> World {
    let mut world = World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, {config}}}}}\n"));
    world.env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world
}

/// With the log and the agreed commit of the run before, and in a fresh clone.
fn in_both(world: &World, fresh: bool) {
    if fresh {
        std::fs::remove_dir_all(world.path(".vapi-sync")).expect("removed");
        for name in world.git(&["for-each-ref", "--format=%(refname)", "refs/vapi-sync"]).lines() {
            world.git(&["update-ref", "-d", name]);
        }
    }
}

#[test]
fn a_rewritten_text_does_not_show_what_the_variable_was() {
    for (what, before, after) in [
        ("around it", "firstMessage: 'Call ${env:DOOR} now.'", "firstMessage: 'Call us now.'"),
        ("the whole text", "firstMessage: '${env:DOOR}'", "firstMessage: 'Call us now.'"),
        ("taken out", "firstMessage: 'Call ${env:DOOR} now.', voicemailMessage: Hi", "voicemailMessage: Ho"),
        (
            "moved",
            "firstMessage: '${env:DOOR}', voicemailMessage: Hi",
            "firstMessage: Hi, voicemailMessage: '${env:DOOR}'",
        ),
        (
            "in a list",
            "endCallPhrases: ['bye', '${env:DOOR}', 'code ${env:DOOR}.']",
            "endCallPhrases: [bye, so long, code]",
        ),
        (
            "in an element",
            "model: {provider: openai, model: gpt-4.1, messages: [{role: system, content: 'Say ${env:DOOR} twice.'}]}",
            "model: {provider: openai, model: gpt-4.1, messages: [{role: system, content: 'Say it twice.'}]}",
        ),
        (
            "in lines",
            "firstMessage: \"The door:\\n${env:DOOR}\\nThat is all.\"",
            "firstMessage: \"The door:\\n\\nThat is all.\"",
        ),
        ("free fields", "metadata: {door: '${env:DOOR}', n: 1}", "metadata: {door: none, n: 1}"),
        ("renamed", "firstMessage: 'Call ${env:DOOR} now.'", "firstMessage: 'Call ${env:GATE} now.'"),
    ] {
        let (short, long) = ("zq7", "gate-zq7-code");
        for (value, rotated, fresh) in
            [(short, false, false), (short, true, true), (long, true, false), (long, false, true)]
        {
            let mut world = world(before, &[("DOOR", value)]);
            world.edit(before, after);
            world.commit("a pull request");
            in_both(&world, fresh);
            if rotated {
                world.env = vec![("DOOR".into(), "another-one".into())];
            }
            world.env.push(("GATE".into(), "gate-value".into()));
            says_none(&world, &format!("{what}, rotated: {rotated}, fresh: {fresh}"), &["zq7"]);
        }
    }
}

#[test]
fn an_entry_that_was_taken_out_comes_back_without_its_secrets() {
    for value in ["zq7", "gate-zq7-code"] {
        for (rotated, fresh) in [(false, false), (true, false), (true, true), (false, true)] {
            let mut world = world(
                "firstMessage: 'Call ${env:DOOR} now.', endCallPhrases: [bye, '${env:DOOR}']",
                &[("DOOR", value)],
            );
            let entry = world.state().split_once("  one:").expect("an entry").1.to_owned();
            world.edit(&format!("  one:{entry}"), "  two: {config: {name: Two}}\n");
            world.commit("taken out");
            in_both(&world, fresh);
            if rotated {
                world.env = vec![("DOOR".into(), "another-one".into())];
            }
            says_none(&world, &format!("rotated: {rotated}, fresh: {fresh}"), &["zq7"]);
            let state = world.state();
            assert!(state.contains("Call ${env:") && state.contains("} now."), "{state}");
            // One variable for one secret, and the other one is not sent in its place.
            assert_eq!(state.contains("Call ${env:DOOR} now."), !rotated, "{state}");
            assert_eq!(world.agent("One")["firstMessage"], format!("Call {value} now."));
        }
    }
}

/// Somebody edits a text in the dashboard that has an old secret in it, or puts it somewhere else.
#[test]
fn a_text_that_was_edited_around_an_old_secret_does_not_show_it() {
    for (edit, rewritten) in [
        (json!({"firstMessage": "Please call gate-zq7-code now."}), false),
        (json!({"firstMessage": "Please call gate-zq7-code now."}), true),
        (json!({"voicemailMessage": "Call gate-zq7-code now."}), true),
        (json!({"firstMessage": "Call gate-zq7-code now.", "endCallMessage": "Call gate-zq7-code now."}), true),
    ] {
        for fresh in [false, true] {
            let mut world = world("firstMessage: 'Call ${env:DOOR} now.'", &[("DOOR", "gate-zq7-code")]);
            let one = id(&world.agent("One"));
            world.vapi.edit(Collection::Assistant, &one, &edit);
            if rewritten {
                world.edit("Call ${env:DOOR} now.", "Call us.");
            }
            world.commit("a pull request");
            in_both(&world, fresh);
            world.env = vec![("DOOR".into(), "another-one".into())];
            says_none(&world, &format!("{edit} {rewritten} {fresh}"), &["zq7"]);
        }
    }
}

/// A variable of the file stands between, or the dollar is written otherwise.
#[test]
fn a_variable_that_is_spelled_in_a_roundabout_way_stays_a_secret() {
    let file = |vars: &str, text: &str| {
        format!(
            "version: 1\nvars: {{x: y{vars}}}\nagents:\n  one: {{config: {{name: One, firstMessage: {text}, voicemailMessage: '${{var:x}}'}}}}\n"
        )
    };
    for (what, state, from, to) in [
        ("its use goes", file(", door: '${env:DOOR}'", "'Call ${var:door} now.'"), "Call ${var:door} now.", "Call us."),
        ("its use as a whole goes", file(", door: '${env:DOOR}'", "'${var:door}'"), "'${var:door}'", "Call us."),
        ("its value goes", file(", door: '${env:DOOR}'", "'Call ${var:door} now.'"), "'${env:DOOR}'", "none"),
        (
            "it becomes another",
            file(", door: 'the ${env:DOOR}'", "'Call ${var:door} now.'"),
            "${env:DOOR}",
            "${env:GATE}",
        ),
        ("a dollar in hex", file("", "\"Call \\x24{env:DOOR} now.\""), "Call \\x24{env:DOOR} now.", "Call us."),
        ("a brace in hex", file("", "\"Call $\\u007benv:DOOR} now.\""), "Call $\\u007benv:DOOR} now.", "Call us."),
        ("all of it in hex", file("", "\"\\U00000024{env:DOOR}\""), "\\U00000024{env:DOOR}", "Call us."),
    ] {
        for (value, rotated, fresh) in
            [("zq7", false, false), ("zq7", true, true), ("gate-zq7-code", true, false), ("gate-zq7-code", false, true)]
        {
            let mut world = World::new(&state);
            world.env = vec![("DOOR".into(), value.into()), ("GATE".into(), "gate-value".into())];
            world.run(&["apply", "--yes"]).expect(0);
            assert!(world.agent("One")["firstMessage"].to_string().contains(value), "{what}");
            world.commit("applied");
            world.edit(from, to);
            world.commit("a pull request");
            in_both(&world, fresh);
            if rotated {
                world.env[0].1 = "another-one".into();
            }
            says_none(&world, &format!("{what}, rotated: {rotated}, fresh: {fresh}"), &["zq7"]);
        }
    }
}

/// An element that is nothing but a variable, which was rotated, and whose list was put in another order in the dashboard.
#[test]
fn a_rotated_element_that_moved_in_its_list_does_not_show_what_it_was() {
    let reversed = |list: &mut Value| list.as_array_mut().expect("a list").reverse();
    let told = |list: &mut Value| list.as_array_mut().expect("a list").insert(0, json!("so long"));
    let gone = |list: &mut Value| drop(list.as_array_mut().expect("a list").remove(0));
    let messages = "model: {provider: openai, model: gpt-4.1, messages: [{role: system, content: Hi}, {role: user, content: '${env:DOOR}'}, {role: assistant, content: Ho}]}";
    for (what, config, list) in [
        ("phrases", "endCallPhrases: [bye, '${env:DOOR}', later]", "endCallPhrases"),
        ("messages", messages, "model/messages"),
        ("free fields", "metadata: {codes: [none, '${env:DOOR}', any]}", "metadata/codes"),
    ] {
        for (way, change) in [("reversed", &reversed as &dyn Fn(&mut Value)), ("told", &told), ("gone", &gone)] {
            if what == "messages" && way == "told" {
                continue;
            }
            for (value, fresh, rewritten) in [
                ("zq7", false, false),
                ("zq7", true, true),
                ("gate-zq7-code", true, false),
                ("gate-zq7-code", false, true),
            ] {
                let mut world = world(config, &[("DOOR", value)]);
                let one = id(&world.agent("One"));
                world.vapi.edit_with(Collection::Assistant, &one, |agent| {
                    let (first, rest) = list.split_once('/').map_or((list, None), |(first, rest)| (first, Some(rest)));
                    let at = agent.get_mut(first).expect("a field");
                    change(match rest {
                        Some(rest) => &mut at[rest],
                        None => at,
                    });
                });
                if rewritten {
                    world.edit("'${env:DOOR}'", "guess");
                    world.commit("a pull request");
                }
                in_both(&world, fresh);
                world.env = vec![("DOOR".into(), "another-one".into())];
                says_none(&world, &format!("{what} {way}, {value}, fresh: {fresh}, rewritten: {rewritten}"), &["zq7"]);
            }
        }
    }
}

/// What has nothing to do with a secret is shown, though a secret stood there long ago.
#[test]
fn a_field_that_was_a_secret_long_ago_is_shown_again() {
    let world = world("firstMessage: 'Call ${env:DOOR} now.'", &[("DOOR", "gate-zq7-code")]);
    world.edit("Call ${env:DOOR} now.", "Good morning.");
    world.commit("plain");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    world.vapi.edit(Collection::Assistant, &one, &json!({"firstMessage": "Good evening."}));
    let plan = world.run(&["plan"]).expect(0).stdout;
    assert!(plan.contains("Good evening."), "{plan}");
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("Good evening."), "{}", world.state());
}

/// A list whose elements hold variables is captured like any other.
#[test]
fn a_list_of_texts_with_variables_is_pulled() {
    let change = |list: &mut Value| {
        let list = list.as_array_mut().expect("a list");
        list[1] = json!("so long");
        list.push(json!("good night"));
    };
    for (what, push) in [("an element changed", false), ("an element came and one changed", true)] {
        for fresh in [false, true] {
            let world = world("endCallPhrases: ['${env:A}', bye, 'code ${env:A}.']", &[("A", "zq7-code")]);
            in_both(&world, fresh);
            let one = id(&world.agent("One"));
            world.vapi.edit_with(Collection::Assistant, &one, |agent| match push {
                true => change(&mut agent["endCallPhrases"]),
                false => agent["endCallPhrases"][1] = json!("so long"),
            });
            let run = world.run(&["pull"]);
            assert_eq!(run.code, 0, "{what} {fresh}: {}", run.text());
            let state = world.state();
            assert!(state.contains("'${env:A}', so long, 'code ${env:A}.'"), "{what} {fresh}: {state} {}", run.text());
            assert_eq!(state.contains("good night"), push, "{state}");
            world.run(&["plan", "--detailed-exitcode"]).expect(0);
        }
    }
}
