//! What was found once: each is an example of its kind.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::support::{World, id};

/// `PREFIX…` in the file must not tell whether a key begins so.
#[test]
fn the_file_cannot_ask_for_a_key_letter_by_letter() {
    let key = "live-key-9f8e7d6c5b4a";
    for guess in ["live-key-9f8…", "live-key-9f8", "live-key…", "ive-key-9f8e7d6c5b4a"] {
        let mut world =
            World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: '{guess}'}}}}\n"));
        world.env.push(("VAPI_API_KEY".into(), key.into()));
        let run = world.run(&["validate", "--format", "json"]);
        assert!(!run.text().contains("(sensitive)"), "{guess}: {}", run.text());
    }
}

/// A list that grew in the dashboard: what did not change keeps its spelling.
#[test]
fn a_list_that_grew_keeps_the_spelling_of_its_elements() {
    let mut world = World::new(
        "version: 1\nagents:\n  one:\n    config:\n      name: One\n      model:\n        provider: openai\n        model: gpt-4.1\n        messages:\n          # the door\n          - {role: system, content: 'Code ${env:DOOR}.'}\n          - {role: user, content: '${file:hello.md}'}\n      endCallPhrases: ['${file:bye.md}', bye]\n",
    );
    world.write("hello.md", "Hello from the file.");
    world.write("bye.md", "Bye from the file.");
    world.env.push(("DOOR".into(), "secret-of-the-door".into()));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    let push = |list: &mut Value, value: Value| list.as_array_mut().expect("a list").push(value);
    world.vapi.edit_with(Collection::Assistant, &one, |agent| {
        push(&mut agent["model"]["messages"], json!({"role": "user", "content": "One more."}));
        push(&mut agent["endCallPhrases"], json!("so long"));
        push(&mut agent["endCallPhrases"], json!("good night"));
    });
    world.run(&["pull"]).expect(0);
    let state = world.state();
    for kept in [
        "# the door",
        "${file:bye.md}",
        "'Code ${env:DOOR}.'",
        "'${file:hello.md}'",
        "One more.",
        "so long",
        "good night",
    ] {
        assert!(state.contains(kept), "{kept} is not in\n{state}");
    }
    assert_eq!(state.matches("${env:DOOR}").count(), 1, "{state}");
    assert!(!state.contains("secret-of-the-door") && !state.contains("from the file"), "{state}");
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

/// The same of lists of names and values.
#[test]
fn a_list_of_pairs_that_grew_keeps_its_variables() {
    let code = "type: code, function: {name: f}, code: return 1;, environmentVariables: [{name: A, value: '${env:A}'}, {name: B, value: '${env:B}'}]";
    let function = "type: function, function: {name: f}, parameters: [{key: api_key, value: '${env:A}'}, {key: b_token, value: 'x ${env:B}'}]";
    for (list, config, more) in [
        ("environmentVariables", code, json!({"name": "NEW", "value": "new-value-of-it"})),
        ("parameters", function, json!({"key": "NEW", "value": "Rome"})),
    ] {
        let mut world = World::new(&format!("version: 1\ntools:\n  t: {{config: {{{config}}}}}\n"));
        world.env = vec![("A".into(), "secret-of-the-door".into()), ("B".into(), "secret-of-the-gate".into())];
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        let tool = id(&world.vapi.objects(Collection::Tool)[0]);
        world.vapi.edit_with(Collection::Tool, &tool, |tool| {
            tool[list].as_array_mut().expect("a list").insert(0, more.clone());
        });
        world.run(&["pull"]).expect(0);
        let state = world.state();
        assert!(
            state.contains("NEW") && !state.contains("secret-of") && !state.contains("new-value"),
            "{list}: {state}"
        );
        assert!(state.matches("${env:A}").count() == 1 && state.matches("${env:B}").count() == 1, "{list}: {state}");
    }
}

/// What is reviewed is the variable: another one is another plan, and the plan names it.
#[test]
fn a_plan_names_the_variable_and_its_digest_depends_on_it() {
    let digest = |variable: &str, around: &str| {
        let mut world = World::new(&format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, server: {{url: 'https://x.example', headers: {{Authorization: '{around}${{env:{variable}}}'}}}}}}}}\n"
        ));
        world.env.push(("A_KEY".into(), "the-same-value".into()));
        world.env.push(("B_KEY".into(), "the-same-value".into()));
        let text = world.run(&["plan", "-v"]).expect(0).stdout;
        assert!(text.contains(&format!("${{env:{variable}}}")), "{text}");
        world.run(&["plan", "--format", "json"]).expect(0).json()["digest"].as_str().expect("a digest").to_owned()
    };
    let (a, b, bearer) = (digest("A_KEY", ""), digest("B_KEY", ""), digest("A_KEY", "Bearer "));
    assert!(a != b && a != bearer && b != bearer);
    assert_eq!(a, digest("A_KEY", ""));
}

/// A header that stands in the open in a committed file and was changed in the dashboard is somebody's work.
#[test]
fn a_plain_value_in_the_place_of_a_secret_is_compared() {
    let world = World::new(
        "version: 1\nagents:\n  one: {config: {name: One, server: {url: 'https://x.example', headers: {x-tenant: north}}}}\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    world.edit("x-tenant: north", "x-tenant: south");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("One")["server"]["headers"]["x-tenant"], "south", "the file alone moved");
    world.commit("south");
    world.vapi.edit_with(Collection::Assistant, &one, |agent| agent["server"]["headers"]["x-tenant"] = json!("west"));
    world.writes();
    world.run(&["apply", "--yes"]).expect(3);
    assert!(world.writes().is_empty());
    world.edit("x-tenant: south", "x-tenant: east");
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("One")["server"]["headers"]["x-tenant"], "west");
}

/// The same in every place where Vapi takes a secret, at any depth and in any kind.
#[test]
fn a_plain_value_is_compared_in_every_place_of_a_secret() {
    let agent = |config: &str| format!("agents:\n  one: {{config: {{name: One, {config}}}}}\n");
    let server = "server: {url: 'https://x.example', headers: {x-tenant: north}}";
    let inline = format!(
        "model: {{provider: openai, model: gpt-4.1, tools: [{{type: function, function: {{name: f}}, {server}}}]}}"
    );
    let ask = "type: apiRequest, name: ask, method: GET, url: 'https://x.example', headers: {type: object, properties: {x-tenant: {type: string, value: north}}}";
    let code =
        "type: code, function: {name: run}, code: return 1;, environmentVariables: [{name: TENANT, value: north}]";
    for (what, sections, collection) in [
        ("a tool of an agent", agent(&inline), Collection::Assistant),
        (
            "a tool",
            format!("tools:\n  one: {{config: {{type: function, function: {{name: f}}, {server}}}}}\n"),
            Collection::Tool,
        ),
        ("a request", format!("tools:\n  one: {{config: {{{ask}}}}}\n"), Collection::Tool),
        ("code", format!("tools:\n  one: {{config: {{{code}}}}}\n"), Collection::Tool),
        (
            "a member",
            format!("squads:\n  one: {{config: {{name: One, members: [{{assistant: {{name: In, {server}}}}}]}}}}\n"),
            Collection::Squad,
        ),
        (
            "a number",
            format!(
                "phone_numbers:\n  one: {{config: {{provider: vapi, name: One, sipUri: 'sip:a@sip.vapi.ai', {server}}}}}\n"
            ),
            Collection::PhoneNumber,
        ),
    ] {
        let world = World::new(&format!("version: 1\n{sections}"));
        let live = || world.vapi.objects(collection)[0].to_string();
        let run = world.run(&["apply", "--yes", "--allow-purchase"]);
        assert_eq!(run.code, 0, "{what}: {}", run.text());
        world.commit("applied");
        world.edit("north", "south");
        world.run(&["apply", "--yes"]).expect(0);
        assert!(live().contains("south") && !live().contains("north"), "{what}: the file alone moved: {}", live());
        world.commit("south");
        let object = id(&world.vapi.objects(collection)[0]);
        world.vapi.edit_with(collection, &object, |object| {
            let text = json!(object).to_string().replace("south", "west");
            *object = serde_json::from_str(&text).expect("JSON");
        });
        for edit in ["south", "east"] {
            world.edit("south", edit);
            world.writes();
            let run = world.run(&["apply", "--yes"]);
            assert_eq!((run.code, world.writes().len()), (3, 0), "{what}, {edit}: {}", run.text());
            assert!(live().contains("west"), "{what}: {}", live());
        }
    }
}

/// Not by its own name, not by another, not written out, not inside a longer text.
#[test]
fn the_key_of_the_api_is_in_no_field() {
    let key = "live-key-9f8e7d6c5b4a";
    for text in ["${env:VAPI_API_KEY}", "${env:OTHER}", "Bearer ${env:LONGER}", "live-key-9f8e7d6c5b4a"] {
        let mut world =
            World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: '{text}'}}}}\n"));
        for (name, value) in [("VAPI_API_KEY", key), ("OTHER", key), ("LONGER", "x live-key-9f8e7d6c5b4a")] {
            world.env.push((name.into(), value.into()));
        }
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"]] {
            let run = world.run(command).expect(1);
            assert!(run.text().contains("api-key-in-file"), "{text}: {}", run.text());
            assert!(!run.text().contains(key), "{text}: {}", run.text());
        }
        assert!(world.writes().is_empty());
    }
}

/// An error names the field as the file spells it, also where the value is too short to be looked for.
#[test]
fn an_error_about_names_does_not_tell_a_variable() {
    let mut world =
        World::new("version: 1\nagents:\n  a: {config: {name: '${env:WHO}'}}\n  b: {config: {name: '${env:WHO}'}}\n");
    for who in ["xq", "quite-a-long-name-of-somebody"] {
        world.env = vec![("WHO".into(), who.into())];
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"], &["validate", "--format", "json"]] {
            let run = world.run(command).expect(1);
            assert!(run.text().contains("twins") && run.text().contains("${env:WHO}"), "{}", run.text());
            assert!(!run.text().contains(who), "{}", run.text());
        }
    }
    world.write("vapi-state.yaml", "version: 1\nagents:\n  a: {config: {name: '${env:WHO}'}}\n");
    world.env = vec![("WHO".into(), "xq".into())];
    for _ in 0..2 {
        world.vapi.insert(Collection::Assistant, json!({"name": "xq"}));
    }
    let run = world.run(&["plan"]).expect(1);
    assert!(run.text().contains("could be any of 2") && !run.text().contains("xq"), "{}", run.text());
}
