//! A service that stores something else than it was sent, answers in part, repeats secrets, or is slow while files change.

use std::sync::Mutex;

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use super::proxy::{Answer, Asked, between};
use crate::support::{World, all_is_quiet, id, is_quiet};

const ONE: &str = "version: 1\nagents:\n  one: {config: {name: One, firstMessage: Hello}}\n";

/// Takes out empty values, at any depth.
fn without_empties(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(without_empties);
            map.retain(|_, value| {
                !matches!(value, Value::String(text) if text.is_empty()) && *value != json!([]) && *value != json!({})
            });
        }
        Value::Array(items) => items.iter_mut().for_each(without_empties),
        _ => {}
    }
}

fn drop_empties(asked: &Asked, answer: &mut Answer) {
    if asked.path.starts_with("/assistant") {
        answer.each(without_empties);
    }
}

#[test]
fn a_service_that_drops_empty_values_comes_to_rest() {
    for (what, config) in [
        ("a list", "endCallPhrases: []"),
        ("a text", "firstMessage: ''"),
        ("a mapping", "metadata: {}"),
        ("mappings in a mapping", "server: {url: 'https://x.example', headers: {}}"),
        ("in an element", "model: {provider: openai, model: gpt-4.1, messages: [{role: system, content: ''}]}"),
        ("all of a mapping", "artifactPlan: {transcriptPlan: {}}"),
    ] {
        let mut world = World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, {config}}}}}\n"));
        between(&mut world, drop_empties);
        let run = world.run(&["apply", "--yes"]);
        assert_eq!(run.code, 0, "{what}: {}", run.text());
        world.commit("applied");
        all_is_quiet(&world);
        // The same for a value that becomes empty.
        let one = id(&world.agent("One"));
        let run = world.run(&["apply", "--yes"]);
        assert_eq!(run.code, 0, "{what}: {}", run.text());
        assert_eq!(id(&world.agent("One")), one);
    }
    let mut world =
        World::new("version: 1\nagents:\n  one: {config: {name: One, endCallPhrases: [bye], firstMessage: Hi}}\n");
    between(&mut world, drop_empties);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("[bye]", "[]");
    world.edit("firstMessage: Hi", "firstMessage: ''");
    world.commit("emptied");
    world.run(&["apply", "--yes"]).expect(0);
    all_is_quiet(&world);
    assert_eq!(world.agent("One")["firstMessage"], "");
    // What somebody puts there afterwards is seen.
    let one = id(&world.agent("One"));
    world.vapi.edit(Collection::Assistant, &one, &json!({"firstMessage": "Somebody's"}));
    world.run(&["apply", "--yes"]).expect(3);
}

#[test]
fn a_part_of_a_list_is_no_list() {
    for (status, headers, command) in [
        (206, vec![("content-range", "items 0-0/2")], &["apply", "--yes", "--allow-mass-recreate"][..]),
        (206, vec![], &["pull"]),
        (207, vec![], &["sync", "--yes"]),
        (203, vec![("transfer-encoding", "chunked")], &["apply", "--yes"]),
    ] {
        let mut world = World::new(ONE);
        world.run(&["apply", "--yes"]).expect(0);
        let headers: Vec<(String, String)> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        between(&mut world, move |asked, answer| {
            if asked.method == "GET" && asked.path == "/assistant" {
                (answer.status, answer.body) = (status, b"[]".to_vec());
                answer.headers.extend(headers.clone());
            }
        });
        world.taken();
        let run = world.run(command);
        assert_eq!(run.code, 1, "{status} {command:?}: {}", run.text());
        assert!(world.writes().is_empty(), "{status}");
        assert_eq!(world.agents().len(), 1);
    }
}

#[test]
fn a_number_beyond_floats_is_exact_or_refused_before_anything_is_sent() {
    for number in ["9007199254740993", "-9007199254740993", "18446744073709551615", "0.1", "1e3", "123456789.125"] {
        let world = World::new(&format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, metadata: {{big: {number}}}}}}}\n"
        ));
        let run = world.run(&["apply", "--yes"]);
        let writes = world.writes();
        match run.code {
            0 => {
                let sent = serde_json::to_string(&writes[0].body).expect("JSON");
                let exact = [number.to_owned(), "1000".to_owned()];
                assert!(exact.iter().any(|exact| sent.contains(exact)), "{number}: {sent}");
                all_is_quiet(&world);
            }
            code => {
                assert_eq!(code, 1, "{number}: {}", run.text());
                assert!(writes.is_empty(), "{number}");
            }
        }
    }
    for number in
        ["18446744073709551617", "1e400", "9007199254740993.5", "123456789.123456789", "123456789012345678901234567890"]
    {
        let world = World::new(&format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, metadata: {{big: {number}}}}}}}\n"
        ));
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"]] {
            let run = world.run(command).expect(1);
            assert!(run.text().contains(":3:"), "{number}: {}", run.text());
        }
        assert!(world.writes().is_empty(), "{number}");
    }
    // From Vapi: written as it is, or said.
    for number in ["9007199254740993", "18446744073709551617", "1e400"] {
        let mut world = World::new("version: 1\n");
        world.vapi.insert(Collection::Assistant, json!({"name": "One", "metadata": {"big": "NUMBER"}}));
        between(&mut world, move |_, answer| {
            let text = String::from_utf8_lossy(&answer.body).replace("\"NUMBER\"", number);
            answer.body = text.into_bytes();
        });
        let run = world.run(&["pull"]);
        match run.code {
            0 => assert!(world.state().contains(&format!("big: {number}\n")), "{number}: {}", world.state()),
            code => assert_eq!(code, 1, "{number}: {}", run.text()),
        }
    }
}

#[test]
fn an_answer_about_another_object_is_no_answer() {
    let other = "00000000-0000-4000-8000-00000000beef";
    for method in ["POST", "PATCH"] {
        for bad in [Some(json!(other)), Some(json!("../x")), Some(json!(5)), Some(json!("")), None] {
            let mut world = World::new(ONE);
            if method == "PATCH" {
                world.run(&["apply", "--yes"]).expect(0);
                world.edit("Hello", "Good day");
            }
            let answered = bad.clone();
            between(&mut world, move |asked, answer| {
                if asked.method == method {
                    answer.each(|object| match &answered {
                        Some(id) => object["id"] = id.clone(),
                        None => drop(object.as_object_mut().and_then(|object| object.remove("id"))),
                    });
                }
            });
            let before = world.state();
            let run = world.run(&["apply", "--yes", "--settle-timeout", "1s"]);
            assert!(!world.state().contains("../"), "{}", world.state());
            assert_eq!(world.agents().len(), 1, "{method} {bad:?}: {}", run.text());
            let made = id(&world.agent("One"));
            if method == "PATCH" {
                assert_ne!(run.code, 0, "{bad:?}: {}", run.text());
                assert_eq!(world.state(), before);
            } else if bad != Some(json!(other)) {
                assert!(run.code != 0 || world.state().contains(&made), "{bad:?}: {}", run.text());
            }
            // Once it answers well again, nothing is made twice.
            world.env.clear();
            world.run(&["apply", "--yes", "--allow-mass-recreate"]);
            assert_eq!(world.agents().len(), 1, "{bad:?}: {}", world.state());
        }
    }
}

/// A header that only Vapi knows, in the refusal of another write, in an error of a list, in an error of a look.
#[test]
fn a_live_secret_that_comes_back_in_an_error_is_not_shown() {
    let secret = "live-header-\"of\"-somebody/1";
    for at in ["PATCH /assistant", "POST /assistant", "GET /phone-number", "GET /assistant/"] {
        for format in ["text", "json", "markdown"] {
            let mut world = World::new(ONE);
            world.run(&["apply", "--yes"]).expect(0);
            let one = id(&world.agent("One"));
            let server = json!({"url": "https://x.example", "headers": {"x-any": secret}});
            world.vapi.edit(Collection::Assistant, &one, &json!({"server": server}));
            let server = json!({"url": "https://x.example", "headers": {"x-other": "another-live-header"}});
            world.vapi.insert(Collection::Assistant, json!({"name": "Other", "server": server}));
            world.edit("Hello", "Good day");
            let gone = "  gone: {vapi_assistant_id: 00000000-0000-4000-8000-00000000dead, config: {name: Gone}}\n";
            let more = if at == "GET /assistant/" { gone } else { "  new: {config: {name: New}}\n" };
            world.write("vapi-state.yaml", &format!("{}{more}", world.state()));
            between(&mut world, move |asked, answer| {
                if format!("{} {}", asked.method, asked.path).starts_with(at)
                    && (asked.path.len() > 12 || at != "GET /assistant/")
                {
                    let quoted = json!({"headers": {"x-any": secret}}).to_string();
                    let other = "value another-live-header is known";
                    answer.status = 400;
                    answer.set(&json!({"message": [quoted, other, secret], "error": "Bad Request", "statusCode": 400}));
                }
            });
            let run = world.run(&["apply", "--yes", "-vv", "--format", format]);
            assert_ne!(run.code, 0, "{at}: {}", run.text());
            assert!(run.text().contains("is known"), "{at}: Vapi's words are told: {}", run.text());
            for trace in ["live-header", "of\\\"-somebody", "somebody/1"] {
                assert!(!run.text().contains(trace), "{at}: {trace}: {}", run.text());
            }
            let log = std::fs::read_to_string(world.path(".vapi-sync/audit.jsonl")).expect("a log");
            assert!(!log.contains("live-header"), "{at}: {log}");
        }
    }
}

/// A field that Vapi shows and refuses is left out, told, and a pull and an apply come to rest.
#[test]
fn a_field_that_vapi_shows_and_refuses_comes_to_rest() {
    for (field, value) in [
        ("oldKnob", json!(7)),
        ("silenceTimeoutSeconds", json!(30)),
        ("model.knob", json!("x")),
        ("voice.knob", json!({"deep": [1]})),
    ] {
        let world = World::with("version: 1\n", Config { refuse: vec![field.to_owned()], ..Config::default() });
        let mut object = json!({"name": "One", "firstMessage": "Hello", "model": {"provider": "openai", "model": "gpt-4.1"}, "voice": {"provider": "vapi", "voiceId": "Elliot"}});
        match field.split_once('.') {
            Some((top, inner)) => object[top][inner] = value.clone(),
            None => object[field] = value.clone(),
        }
        world.vapi.insert(Collection::Assistant, object);
        world.run(&["pull"]).expect(0);
        world.commit("pulled");
        all_is_quiet(&world);
        world.edit("Hello", "Good day");
        world.edit("gpt-4.1", "gpt-4o");
        world.edit("Elliot", "Kylie");
        world.commit("changed");
        let run = world.run(&["sync", "--yes"]);
        assert_eq!(run.code, 0, "{field}: {}", run.text());
        let is_sent_along = field.contains('.');
        assert!(!is_sent_along || run.text().contains(field), "{field}: {}", run.text());
        world.commit("synced");
        let second = world.run(&["sync", "--yes"]);
        let third = world.run(&["sync", "--yes"]);
        assert_eq!(third.stdout, second.stdout, "{field} comes to rest");
        is_quiet(&world, &["plan", "--detailed-exitcode"]);
        assert_eq!(world.agent("One")["model"]["model"], "gpt-4o", "{field}");
    }
}

/// An editor saves an include while Vapi is awaited: its text stays.
#[test]
fn an_include_saved_while_vapi_is_awaited_is_kept() {
    let state = "version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: '${file:hello.md}'\n      voicemailMessage: Hi\n";
    for (what, command) in
        [("a pull", &["pull"][..]), ("a sync", &["sync", "--yes"]), ("a choice", &["pull", "--prefer", "vapi"])]
    {
        for saved in ["Saved in the editor.", ""] {
            let mut world = World::new(state);
            world.write("hello.md", "Hello.");
            world.run(&["apply", "--yes"]).expect(0);
            world.commit("applied");
            let one = id(&world.agent("One"));
            let edit = json!({"firstMessage": "From the dashboard.", "voicemailMessage": "From the dashboard too."});
            world.vapi.edit(Collection::Assistant, &one, &edit);
            let file = world.path("hello.md");
            let times = Mutex::new(0);
            between(&mut world, move |asked, _| {
                let mut times = times.lock().expect("free");
                if asked.path == "/assistant" && asked.method == "GET" {
                    *times += 1;
                    if *times == 1 {
                        // The file was read, or it was not: the plan must not be older than what it replaces.
                        std::thread::sleep(std::time::Duration::from_millis(300));
                        std::fs::write(&file, saved).expect("saved");
                    }
                }
            });
            let run = world.run(command);
            let now = std::fs::read_to_string(world.path("hello.md")).expect("read");
            assert_eq!(now, saved, "{what}: {}", run.text());
            assert!(!world.state().contains("From the dashboard.\n"), "{what}: {}", world.state());
        }
    }
}

/// A compressed answer of a megabyte may be a gigabyte of blanks.
#[test]
fn an_answer_that_swells_is_given_up() {
    use std::io::Write;
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let blanks = vec![b' '; 1 << 20];
    (0..300).for_each(|_| zipped.write_all(&blanks).expect("zipped"));
    let bomb = zipped.finish().expect("zipped");
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    for at in ["GET /phone-number", "POST /assistant"] {
        let mut world = World::new(ONE);
        let bomb = bomb.clone();
        between(&mut world, move |asked, answer| {
            if format!("{} {}", asked.method, asked.path) == at {
                answer.body.clone_from(&bomb);
                answer.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
            }
        });
        let run = world.run(&["apply", "--yes", "--settle-timeout", "1s"]);
        assert_ne!(run.code, -1, "{at}: {}", run.text());
        assert!(world.agents().len() <= 1, "{at}");
        if at.starts_with("GET") {
            assert_eq!(run.code, 1, "{at}: {}", run.text());
            assert!(world.agents().is_empty());
        }
    }
}
