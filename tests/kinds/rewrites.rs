//! What Vapi rewrites by itself counts as equal: per row an organisation that does it, and a file that comes to rest.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, Moved, Rewrites};

use crate::support::{World, id, is_quiet};

/// A rewrite, a file that meets it, and what then stands in Vapi: a kind, a pointer and the value there.
struct Row {
    what: &'static str,
    config: Config,
    file: String,
    shown: Vec<(Collection, &'static str, Value)>,
}

fn row(what: &'static str, config: Config, file: &str, shown: &[(Collection, &'static str, Value)]) -> Row {
    Row { what, config, file: format!("version: 1\n{file}"), shown: shown.to_vec() }
}

fn with(rewrites: Rewrites) -> Config {
    Config { rewrites, ..Config::default() }
}

/// A file of one agent with this config, each line of it.
fn agent(config: &str) -> String {
    let config = config.lines().fold(String::new(), |text, line| text + "      " + line + "\n");
    format!("agents:\n  desk:\n    config:\n      name: Desk\n{config}")
}

fn tool(config: &str) -> String {
    format!("tools:\n  t:\n    config: {{{config}}}\n")
}

const MODEL: &str = "model: {provider: openai, model: gpt-4.1}";

fn plain() -> Config {
    with(Rewrites::default())
}

fn newer(moved: Moved) -> Config {
    with(Rewrites { moved, ..Rewrites::default() })
}

fn lists_and_texts() -> Vec<Row> {
    use Collection::{Assistant, Squad, Tool};
    let trims = || with(Rewrites { trim: true, ..Rewrites::default() });
    let adds = || with(Rewrites { adds: true, ..Rewrites::default() });
    let fill =
        json!({"maxDurationSeconds": 600, "stopSpeakingPlan": {"numWords": 0}, "artifactPlan": {"pcapEnabled": true}});
    vec![
        row(
            "defaults are filled in",
            Config { fill, ..Config::default() },
            &agent(&format!(
                "{MODEL}\nstopSpeakingPlan: {{voiceSeconds: 0.2}}\nartifactPlan: {{loggingEnabled: true}}"
            )),
            &[
                (Assistant, "/stopSpeakingPlan/numWords", json!(0)),
                (Assistant, "/artifactPlan/pcapEnabled", json!(true)),
            ],
        ),
        row(
            "nulls come at leaves, and ids in nested objects",
            adds(),
            &agent(
                "hooks: [{on: call.ending, do: [{type: say, exact: Bye}]}]\ncredentials: [{provider: openai, apiKey: \
                 '${env:KEY}'}]\nmodel:\n  provider: openai\n  model: gpt-4.1\n  tools: [{type: endCall}]",
            ),
            &[
                (Assistant, "/hooks/0/id", json!("hooks-0")),
                (Assistant, "/hooks/0/filters", json!(null)),
                (Assistant, "/model/tools/0/id", json!("tools-0")),
                (Assistant, "/model/tools/0/messages", json!(null)),
                (Assistant, "/credentials/0/id", json!("credentials-0")),
            ],
        ),
        row(
            "the same in what a member overrides, and in an inline agent",
            adds(),
            "squads:\n  s:\n    config:\n      name: Team\n      members:\n        - assistant: {name: In, model: {provider: openai, \
             model: gpt-4.1, tools: [{type: endCall}]}, hooks: [{on: call.ending, do: [{type: say, exact: Bye}]}]}\n",
            &[(Squad, "/members/0/assistant/model/tools/0/id", json!("tools-0"))],
        ),
        row(
            "sets come back in another order",
            plain(),
            "tools:\n  a:\n    config: {type: endCall}\n  b:\n    config: {type: dtmf}\n  c:\n    config: {type: sms}\nagents:\n  desk:\n    \
             config:\n      name: Desk\n      serverMessages: [transcript, hang]\n      clientMessages: [transcript, hang]\n      model: \
             {provider: openai, model: gpt-4.1, toolIds: ['${tool:c}', '${tool:a}', '${tool:b}']}\n",
            &[
                (Assistant, "/serverMessages", json!(["hang", "transcript"])),
                (Assistant, "/clientMessages", json!(["hang", "transcript"])),
            ],
        ),
        row(
            "numbers lose their fraction, and a version of a voice becomes a text",
            plain(),
            &agent(
                "model: {provider: openai, model: gpt-4.1, temperature: 1.0}\nvoice: {provider: vapi, voiceId: Elliot, version: 2}",
            ),
            &[(Assistant, "/model/temperature", json!(1)), (Assistant, "/voice/version", json!("2"))],
        ),
        row(
            "white space at the end goes",
            trims(),
            &(agent(
                "firstMessage: 'Hi '\nvoicemailMessage: \"Call\\n\"\nendCallMessage: 'Bye '\nmodel: {provider: openai, model: gpt-4.1, \
                 messages: [{role: system, content: \"Be kind.\\n\\n\"}]}",
            ) + &tool("type: endCall, messages: [{type: request-start, content: 'So '}]")),
            &[
                (Assistant, "/firstMessage", json!("Hi")),
                (Assistant, "/voicemailMessage", json!("Call")),
                (Assistant, "/model/messages/0/content", json!("Be kind.")),
                (Tool, "/messages/0/content", json!("So")),
            ],
        ),
    ]
}

fn tools() -> Vec<Row> {
    use Collection::{Assistant, Tool};
    let body = "type: object, properties: {city: {type: string}}";
    let schema = "parameters: {type: object, properties: {a: {type: string}}}";
    let strict =
        |kind: &str, more: &str| tool(&format!("type: {kind}, {more}function: {{name: f, strict: true, {schema}}}"));
    let cleared = [(Tool, "/function/strict", json!(null))];
    let mut rows = vec![
        row(
            "apiRequest: parameters come from the body, async is ignored",
            plain(),
            &tool(&format!(
                "type: apiRequest, name: ask, method: POST, url: 'https://x.example', async: true, body: {{{body}}}, function: \
                 {{name: ask, {schema}}}"
            )),
            &[(Tool, "/function/parameters/properties/city/type", json!("string")), (Tool, "/async", json!(null))],
        ),
        row("strict is cleared on code", plain(), &strict("code", "code: return 1, "), &cleared),
        row(
            "strict is off where the schema does not fit",
            plain(),
            &strict("function", ""),
            &[(Tool, "/function/strict", json!(false))],
        ),
        row(
            "a message of an unknown type becomes a stock one",
            plain(),
            &tool("type: endCall, messages: [{type: request-begun, content: Wait}]"),
            &[(Tool, "/messages/0/type", json!("request-failed"))],
        ),
        row(
            "the same in a tool of an agent",
            plain(),
            &agent(
                "model:\n  provider: openai\n  model: gpt-4.1\n  tools: [{type: endCall, messages: [{type: request-begun, content: Wait}]}]",
            ),
            &[(Assistant, "/model/tools/0/messages/0/type", json!("request-failed"))],
        ),
        row(
            "all of it unseen",
            with(Rewrites { processed: false, ..Rewrites::default() }),
            &tool("type: endCall, function: {name: f, strict: true}, messages: [{type: request-begun, content: Wait}]"),
            &[(Tool, "/messages/0/type", json!("request-begun")), (Tool, "/function/strict", json!(true))],
        ),
    ];
    for kind in ["transferCall", "endCall", "handoff", "apiRequest"] {
        let more = if kind == "apiRequest" { "name: ask, method: GET, url: 'https://x.example', " } else { "" };
        rows.push(row("strict is cleared", plain(), &strict(kind, more), &cleared));
    }
    for (old, new) in [
        ("warm-transfer-with-summary", "warm-transfer-say-summary"),
        ("warm-transfer-with-message", "warm-transfer-say-message"),
        ("warm-transfer-with-twiml", "warm-transfer-twiml"),
    ] {
        let file = tool(&format!(
            "type: transferCall, function: {{name: t}}, destinations: [{{type: number, number: '+14155550100', transferPlan: {{mode: \
             {old}}}}}]"
        ));
        rows.push(row("an old mode", plain(), &file, &[(Tool, "/destinations/0/transferPlan/mode", json!(new))]));
    }
    rows
}

fn pinned() -> Vec<Row> {
    use Collection::Assistant;
    let tools = "tools:\n  a:\n    config: {type: endCall}\n  b:\n    config: {type: dtmf}\n";
    let pins = "toolRefs: [{toolId: '${tool:a}', version: v1}]";
    let own = |ids: &str| {
        format!("{tools}{}", agent(&format!("model: {{provider: openai, model: gpt-4.1, toolIds: [{ids}], {pins}}}")))
    };
    let versions = || Config { versions: true, ..Config::default() };
    vec![
        row(
            "what is pinned is dropped",
            versions(),
            &own("'${tool:a}', '${tool:b}'"),
            &[(Assistant, "/model/toolIds/1", json!(null))],
        ),
        row("nothing but what is pinned", versions(), &own("'${tool:a}'"), &[(Assistant, "/model/toolIds", json!([]))]),
        row(
            "what is pinned in an inline agent of a squad",
            versions(),
            &format!(
                "{tools}squads:\n  s:\n    config:\n      name: Team\n      members: [{{assistant: {{name: In, model: {{provider: openai, \
                 model: gpt-4.1, toolIds: ['${{tool:a}}'], {pins}}}}}}}]\n"
            ),
            &[(Collection::Squad, "/members/0/assistant/model/toolIds", json!([]))],
        ),
        row(
            "the temperature of a gpt-5 model is dropped",
            plain(),
            &agent("model: {provider: openai, model: gpt-5.2, temperature: 0.3}"),
            &[(Assistant, "/model/temperature", json!(null))],
        ),
    ]
}

fn moved() -> Vec<Row> {
    use Collection::{Assistant, StructuredOutput};
    let old = "serverUrl: https://x.example\nserverUrlSecret: '${env:KEY}'\nrecordingEnabled: true\nhipaaEnabled: false\n\
               responseDelaySeconds: 0.5\nnumWordsToInterruptAssistant: 2\nbackgroundDenoisingEnabled: true\nstartSpeakingPlan: \
               {smartEndpointingEnabled: true}";
    let beside = "serverUrl: https://x.example\nserver: {timeoutSeconds: 9}\nrecordingEnabled: true\nartifactPlan: {loggingEnabled: true}";
    let both = "serverUrl: https://x.example\nserver: {url: 'https://x.example'}";
    let at = |pointer: &'static str, value: Value| [(Assistant, pointer, value)];
    vec![
        row(
            "old fields come back at the newer place",
            newer(Moved::Newer),
            &agent(old),
            &at("/serverUrl", json!(null)),
        ),
        row(
            "old fields come back at both",
            newer(Moved::Both),
            &agent(old),
            &at("/stopSpeakingPlan/numWords", json!(2)),
        ),
        row(
            "beside what the file says",
            newer(Moved::Newer),
            &agent(beside),
            &at("/server/url", json!("https://x.example")),
        ),
        row(
            "beside it, at both",
            newer(Moved::Both),
            &agent(beside),
            &at("/artifactPlan/recordingEnabled", json!(true)),
        ),
        row("where the file has both", newer(Moved::Newer), &agent(both), &at("/serverUrl", json!(null))),
        row(
            "a voice of Vapi comes back under the provider that speaks it",
            with(Rewrites { voices: true, ..Rewrites::default() }),
            &agent("voice: {provider: vapi, voiceId: Elliot}"),
            &at("/voice/provider", json!("11labs")),
        ),
        row(
            "of several types the first counts",
            plain(),
            "structured_outputs:\n  o:\n    config: {name: O, schema: {type: [object, 'null'], properties: {a: {type: [string, 'null']}}}}\n",
            &[
                (StructuredOutput, "/schema/type", json!("object")),
                (StructuredOutput, "/schema/properties/a/type", json!("string")),
            ],
        ),
        row("a tool that a knowledge base brings is left alone", plain(), &agent(MODEL), &[]),
    ]
}

/// The file is applied, and nothing is left to do for any command; an edit beside it is all that is written then.
#[test]
fn what_vapi_rewrites_by_itself_is_no_difference() {
    for Row { what, config, file, shown } in [lists_and_texts(), tools(), pinned(), moved()].into_iter().flatten() {
        let mut world = World::with(&file, config);
        world.env.push(("KEY".to_owned(), "a-secret-of-this-test".to_owned()));
        world.vapi.insert(Collection::Tool, json!({"type": "knowledgeBase", "knowledgeBaseId": "kb"}));
        let applied = world.run(&["apply", "--yes"]);
        assert_eq!(applied.code, 0, "{what}: {}", applied.text());
        for (collection, pointer, expected) in shown {
            let found: Vec<Value> = world.vapi.objects(collection);
            let is_shown = |object: &Value| object.pointer(pointer).unwrap_or(&Value::Null) == &expected;
            assert!(found.iter().any(is_shown), "{what}: {pointer} is not {expected}: {found:#?}");
        }
        world.commit("applied");
        for command in [&["plan", "--detailed-exitcode"][..], &["apply", "--yes"], &["status", "--exit-code"]] {
            let run = world.run(command);
            assert_eq!(run.code, 0, "{what}: {}", run.text());
            is_quiet(&world, command);
        }
        // Apart from what only Vapi has, which a pull takes in.
        world.run(&["pull"]).expect(0);
        world.commit("pulled");
        is_quiet(&world, &["plan", "--detailed-exitcode"]);
        is_quiet(&world, &["pull"]);
    }
}

/// Nobody can send more than is kept, but the file may have it.
#[test]
fn a_hint_of_gladia_that_was_cut_is_no_difference() {
    let hint = "word ".repeat(130);
    let world = World::new("version: 1\n");
    let transcriber = json!({"provider": "gladia", "transcriptionHint": hint[..600]});
    world.vapi.insert(Collection::Assistant, json!({"name": "Desk", "transcriber": transcriber}));
    world.run(&["pull"]).expect(0);
    world.edit(hint[..600].trim_end(), hint.trim_end());
    world.commit("longer");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    is_quiet(&world, &["pull"]);
}

/// The old field is what the file has: an edit of it is sent, and one in Vapi, at the newer place, comes back to it.
#[test]
fn an_old_field_goes_on_to_work_where_vapi_moved_it() {
    let world = World::with(&format!("version: 1\n{}", agent("serverUrl: https://one.example")), newer(Moved::Newer));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("one");
    world.edit("https://one.example", "https://two.example");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Desk")["server"]["url"], "https://two.example");
    world.commit("two");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    let edit = json!({"server": {"url": "https://three.example"}});
    assert!(world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &edit));
    world.run(&["pull"]).expect(0);
    assert!(world.state().contains("serverUrl: https://three.example\n"), "{}", world.state());
}

/// A pin and an unpinned link are told apart again as soon as one of the two is edited.
#[test]
fn the_ids_of_pinned_tools_are_lost_by_nobody() {
    let tools = "tools:\n  a:\n    config: {type: endCall}\n  b:\n    config: {type: dtmf}\n";
    let model = "toolIds: ['${tool:a}'], toolRefs: [{toolId: '${tool:a}', version: v1}]";
    let file =
        format!("version: 1\n{tools}{}", agent(&format!("model: {{provider: openai, model: gpt-4.1, {model}}}")));
    let world = World::with(&file, Config { versions: true, ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("pinned");
    world.edit("toolIds: ['${tool:a}']", "toolIds: ['${tool:a}', '${tool:b}']");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Desk")["model"]["toolIds"].as_array().map(Vec::len), Some(1));
    world.commit("another");
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    // Somebody takes the pin away in Vapi: the tool is no longer there at all.
    let edit = json!({"model": {"provider": "openai", "model": "gpt-4.1", "toolIds": world.agent("Desk")["model"]["toolIds"]}});
    assert!(world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &edit));
    world.run(&["plan", "--detailed-exitcode"]).expect(2);
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Desk")["model"]["toolRefs"].as_array().map(Vec::len), Some(1));
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
}
