//! Secrets in places of other shapes, by whatever name, and what they are called.

use std::collections::HashSet;

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, all_is_quiet};

/// Objects of the other kinds, and parts of agents that are servers of somebody: `SECRET` and `KEY` stand for what nobody may see.
fn of_other_kinds() -> Vec<(&'static str, Collection, Value)> {
    let server = json!({"url": "https://x.example", "secret": "SECRET", "headers": {"x": "SECRET"}});
    let function = json!({"type": "function", "function": {"name": "t"}, "server": server});
    let member = |member: Value| json!({"members": [{"assistant": {"name": "In"}}, member]});
    let custom = json!({"provider": "custom-llm", "model": "m", "url": "https://x.example/?api_key=SECRET", "headers": {"Authorization": "SECRET"}});
    let hooks = json!([{"on": "call.ending", "do": [{"type": "tool", "tool": function}]}]);
    let says = |text: &str| json!({"provider": "openai", "model": "gpt-4.1", "messages": [{"role": "system", "content": text}]});
    vec![
        (
            "inside a squad",
            Collection::Squad,
            member(
                json!({"assistant": {"name": "B", "server": server, "credentials": [{"provider": "openai", "apiKey": "SECRET"}]}}),
            ),
        ),
        ("a hook inside a squad", Collection::Squad, member(json!({"assistant": {"name": "B", "hooks": hooks}}))),
        (
            "a prompt inside a squad",
            Collection::Squad,
            member(json!({"assistant": {"name": "B", "model": says("use KEY")}})),
        ),
        (
            "an override",
            Collection::Squad,
            member(json!({"assistant": {"name": "B"}, "assistantOverrides": {"server": server, "model": custom}})),
        ),
        (
            "a tool of an override",
            Collection::Squad,
            member(json!({"assistant": {"name": "B"}, "assistantOverrides": {"tools:append": [function]}})),
        ),
        (
            "an override of all",
            Collection::Squad,
            json!({"members": [{"assistant": {"name": "B"}}], "membersOverrides": {"server": server, "variableValues": {"api_key": "SECRET"}}}),
        ),
        ("a tool", Collection::Tool, function.clone()),
        (
            "an mcp tool",
            Collection::Tool,
            json!({"type": "mcp", "function": {"name": "t"}, "server": {"url": "https://m.example/SECRET", "headers": {"x": "SECRET"}}}),
        ),
        (
            "a request",
            Collection::Tool,
            json!({"type": "apiRequest", "name": "t", "method": "GET", "url": "https://u:SECRET@x.example/?token=SECRET", "headers": {"type": "object", "properties": {"X": {"type": "string", "value": "SECRET"}}}}),
        ),
        (
            "code of a tool",
            Collection::Tool,
            json!({"type": "code", "function": {"name": "t"}, "code": "return 'KEY'", "environmentVariables": [{"name": "A", "value": "SECRET"}]}),
        ),
        (
            "a schema",
            Collection::StructuredOutput,
            json!({"type": "ai", "schema": {"type": "string", "description": "like KEY", "default": "KEY"}}),
        ),
        (
            "the model of an output",
            Collection::StructuredOutput,
            json!({"type": "ai", "schema": {"type": "string"}, "model": custom}),
        ),
        (
            "the prompt of an output",
            Collection::StructuredOutput,
            json!({"type": "ai", "schema": {"type": "string"}, "model": says("use KEY")}),
        ),
        (
            "a number",
            Collection::PhoneNumber,
            json!({"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "server": server, "authentication": {"username": "u", "password": "SECRET"}}),
        ),
        (
            "a hook of a number",
            Collection::PhoneNumber,
            json!({"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "hooks": hooks}),
        ),
        ("a model of one's own", Collection::Assistant, json!({"model": custom})),
        (
            "a voice of one's own",
            Collection::Assistant,
            json!({"voice": {"provider": "custom-voice", "server": server}}),
        ),
        (
            "a voice to fall back on",
            Collection::Assistant,
            json!({"voice": {"provider": "vapi", "voiceId": "Elliot", "fallbackPlan": {"voices": [{"provider": "custom-voice", "server": server}]}}}),
        ),
        (
            "a transcriber of one's own",
            Collection::Assistant,
            json!({"transcriber": {"provider": "custom-transcriber", "server": server}}),
        ),
    ]
}

#[test]
fn a_pull_writes_no_secret_of_any_kind() {
    let (secret, key) = ("zq7-Very.Secret_9", "sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3cJd");
    for (what, collection, object) in of_other_kinds() {
        let world = World::with("version: 1\n", Config::default());
        let text = object.to_string().replace("SECRET", secret).replace("KEY", key);
        let mut object: Value = serde_json::from_str(&text).expect("JSON");
        if collection != Collection::Tool {
            object["name"] = json!("One");
        }
        world.vapi.insert(collection, object);
        world.git(&["config", "user.name", "Ada"]);
        world.git(&["config", "user.email", "ada@example.com"]);
        for command in [
            &["plan", "-v"][..],
            &["status", "-v"],
            &["pull", "--commit", "-v"],
            &["plan", "-v"],
            &["log", "--format", "json"],
        ] {
            let run = world.run(command);
            assert!(matches!(run.code, 0..=3), "{what} {command:?}: {}", run.text());
            for trace in [secret, key] {
                assert!(!run.text().contains(trace), "{what}: {command:?} says it: {}", run.text());
                assert!(!world.state().contains(trace), "{what}: {}", world.state());
            }
        }
        assert!(!variables(&world.state()).is_empty(), "{what}: {}", world.state());
        let all = world.git(&["log", "-p", "--all"]);
        assert!(!all.contains(secret) && !all.contains(key), "{what}: {all}");
        all_is_quiet(&world);
    }
}

/// The variables that a file names.
fn variables(state: &str) -> Vec<&str> {
    state.split("${env:").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn a_pull_writes_no_secret_of_any_shape() {
    let secret = "zq7-Very.Secret_9";
    let key = "sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3cJd";
    let tool = |tool: Value| json!({"model": {"provider": "openai", "model": "gpt-4.1", "tools": [tool]}});
    let table = [
        (
            "a header in a schema",
            tool(
                json!({"type": "apiRequest", "name": "t", "method": "GET", "url": "https://x.example", "headers": {"type": "object", "properties": {"X-Any": {"type": "string", "value": secret}}}}),
            ),
        ),
        (
            "a variable of a code tool",
            tool(
                json!({"type": "code", "name": "t", "code": "return 1;", "environmentVariables": [{"name": "ANY", "value": secret}]}),
            ),
        ),
        (
            "a parameter called like a key",
            tool(
                json!({"type": "function", "function": {"name": "t"}, "parameters": [{"key": "api_key", "value": secret}]}),
            ),
        ),
        (
            "a parameter shaped like a key",
            tool(json!({"type": "function", "function": {"name": "t"}, "parameters": [{"key": "city", "value": key}]})),
        ),
        (
            "the address of an mcp server",
            tool(json!({"type": "mcp", "server": {"url": format!("https://mcp.example/{secret}")}})),
        ),
        (
            "a key in code",
            tool(
                json!({"type": "code", "name": "t", "code": format!("fetch('https://x', {{key: '{key}'}}); `${{x}}`")}),
            ),
        ),
        ("a key in a prompt", json!({"firstMessage": format!("Use {key} and ${{env:NOT_MINE}} now.")})),
        (
            "a private key",
            json!({"metadata": {"pem": format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----")}}),
        ),
        ("a password in an address", json!({"server": {"url": format!("https://user:{secret}@x.example/hook")}})),
        (
            "a key in an address",
            json!({"server": {"url": format!("https://x.example/hook?city=Rome&api_key={secret}")}}),
        ),
        ("a signature in a fragment", json!({"firstMessage": format!("https://x.example/#sig={secret}")})),
        (
            "a hook of Slack",
            json!({"analysisPlan": {"slackWebhookUrl": format!("https://hooks.slack.com/services/{secret}")}}),
        ),
        (
            "a header of a hook",
            json!({"hooks": [{"on": "call.ending", "do": [{"type": "tool", "tool": {"type": "function", "server": {"url": "https://x.example", "headers": {"x": secret}}}}]}]}),
        ),
        ("free fields", json!({"metadata": {"someApiKey": secret, "deep": [{"authToken": secret}]}})),
        ("a credential", json!({"credentials": [{"provider": "openai", "apiKey": secret}]})),
    ];
    for (what, object) in table {
        let world = World::with("version: 1\n", Config::default());
        let mut object = object;
        object["name"] = json!("One");
        world.vapi.insert(Collection::Assistant, object);
        world.git(&["config", "user.name", "Ada"]);
        world.git(&["config", "user.email", "ada@example.com"]);
        for command in
            [&["status", "-v"][..], &["pull", "--commit", "-v"], &["plan", "-v"], &["log", "--format", "json"]]
        {
            let run = world.run(command);
            assert!(matches!(run.code, 0..=3), "{what} {command:?}: {}", run.text());
            for trace in [secret, key] {
                assert!(!run.text().contains(trace), "{what}: {command:?} says it: {}", run.text());
                assert!(!world.state().contains(trace), "{what}: {}", world.state());
            }
        }
        assert!(!variables(&world.state()).is_empty(), "{what}: {}", world.state());
        let all = world.git(&["log", "-p", "--all"]);
        assert!(!all.contains(secret) && !all.contains(key), "{what}: {all}");
        // Without the variables it is in step all the same; text that looks like a reference stays text.
        all_is_quiet(&world);
        assert!(what != "a key in a prompt" || world.state().contains("$${env:NOT_MINE}"), "{}", world.state());
    }
}

#[test]
fn one_secret_has_one_name_and_one_name_one_secret() {
    let world = World::with("version: 1\n", Config::default());
    let server = |headers: Value| json!({"url": "https://x.example", "headers": headers});
    let agents = [
        ("sales", server(json!({"X-Api-Key": "secret-one-1", "X_Api_Key": "secret-two-2"}))),
        ("Sales", server(json!({"x-api-key": "secret-three-3"}))),
        ("S\u{e4}les", server(json!({"x api key": "secret-four-4"}))),
        ("S\u{f6}les", server(json!({"X.Api.Key": "secret-one-1"}))),
    ];
    for (name, server) in &agents {
        world.vapi.insert(Collection::Assistant, json!({"name": name, "server": server}));
    }
    let number = json!({"name": "sales", "provider": "vapi", "number": "+14155550100", "server": server(json!({"X-Api-Key": "secret-five-5"}))});
    world.vapi.insert(Collection::PhoneNumber, number);
    world.run(&["pull"]).expect(0);
    let state = world.state();
    let names = variables(&state);
    // Five secrets in six places.
    assert_eq!(names.len(), 6, "{state}");
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 5, "{state}");
    // The one that two agents have is called after neither.
    assert_eq!(names.iter().filter(|name| **name == "SERVER_HEADERS_X_API_KEY").count(), 2, "{state}");
    let is_owned = |name: &str| name.starts_with("AGENT_") || name.starts_with("PHONE_NUMBER_");
    assert_eq!(names.iter().filter(|name| is_owned(name)).count(), 4, "{state}");
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')));
    all_is_quiet(&world);
}

/// What the emulator keeps in a file is no secret.
#[test]
fn the_emulator_keeps_digests() {
    let mut world = World::new(
        "version: 1\nagents:\n  one: {config: {name: One, server: {url: 'https://x.example', secret: '${env:A}', headers: {x: '${env:B}'}}, credentials: [{provider: openai, apiKey: '${env:C}'}]}}\nphone_numbers:\n  main: {config: {provider: twilio, number: '+14155550100', twilioAccountSid: AC00000000000000000000000000000000, twilioAuthToken: '${env:D}'}}\n",
    );
    for name in ["A", "B", "C", "D"] {
        world.env.push((name.to_owned(), format!("zq7-secret-{name}")));
    }
    world.run(&["apply", "--yes", "--emulator"]).expect(0);
    world.run(&["plan", "--emulator", "--detailed-exitcode"]).expect(0);
    let kept = std::fs::read_to_string(world.path(".vapi-sync/emulator.json")).expect("kept");
    assert!(kept.contains("One") && !kept.contains("zq7"), "{kept}");
    // The same secret is known again, another one is not taken for it.
    world.env[0].1 = "zq7-another".to_owned();
    let plan = world.run(&["plan", "--emulator", "--send-secrets"]).expect(0);
    assert!(!plan.text().contains("zq7"), "{}", plan.text());
}
