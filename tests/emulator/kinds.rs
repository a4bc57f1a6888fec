//! Tools, squads and structured outputs: what the endpoints accept, refuse, rewrite and show.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, Rewrites};

use super::client::{Vapi, id, names, vapi};

const NOBODY: &str = "00000000-0000-4000-8000-000000000001";

async fn made(vapi: &Vapi, path: &str, body: Value) -> (String, Value) {
    let made = vapi.done("POST", path, body).await;
    (format!("{path}/{}", id(&made)), made)
}

async fn assistant(vapi: &Vapi, name: &str) -> String {
    id(&vapi.done("POST", "/assistant", json!({"name": name})).await)
}

fn output(name: &str) -> Value {
    json!({"name": name, "schema": {"type": "object", "properties": {}}})
}

#[tokio::test]
async fn a_squad_is_changed_with_its_members_only() {
    let vapi = vapi(Config::default()).await;
    let member = json!([{"assistantId": assistant(&vapi, "A").await}]);
    let (path, _) = made(&vapi, "/squad", json!({"members": member})).await;
    assert_eq!(vapi.refused("PATCH", &path, json!({"name": "S"})).await, ["members must be an array"]);
    let squad = vapi.done("PATCH", &path, json!({"name": "S", "members": member})).await;
    assert_eq!((&squad["name"], &squad["members"]), (&json!("S"), &member));
    let (_, other) = made(&vapi, "/squad", json!({"name": "T", "members": member})).await;
    let some = vapi.done("GET", &format!("/squad?idAny={},x", id(&other)), None).await;
    assert_eq!(names(&some), ["T"]);
}

#[tokio::test]
async fn what_squads_refuse() {
    let vapi = vapi(Config { versions: true, ..Config::default() }).await;
    let a = assistant(&vapi, "A").await;
    for (member, expected) in [
        (json!({}), "members.0 must have either assistantId or assistant"),
        (json!({"assistantId": a, "assistant": {}}), "members.0 must have either assistantId or assistant"),
        (json!({"assistant": {}, "assistantVersion": "v1"}), "members.0.assistantVersion needs assistantId"),
        (json!({"assistant": {"foo": 1}}), "members.0.assistant.property foo should not exist"),
        (
            json!({"assistantId": a, "assistantOverrides": {"bar": 1}}),
            "members.0.assistantOverrides.property bar should not exist",
        ),
        (
            json!({"assistantId": a, "assistantOverrides": {"model": {"toolRefs": []}}}),
            "members.0.assistantOverrides.model.property toolRefs should not exist",
        ),
        (
            json!({"assistantId": a, "assistantVersion": "v2"}),
            &format!("Couldn't Find Assistant Version. Id: {a}. Version: v2"),
        ),
    ] {
        assert_eq!(vapi.refused("POST", "/squad", json!({"members": [member]})).await, [expected]);
    }
    let memberships = json!({"members": [{"assistantId": a, "assistantVersion": "v1", "assistantOverrides": {
        "model": {"toolIds": []}, "tools:append": [{"type": "endCall"}], "variableValues": {"x": 1}, "metadata": {"position": {}},
    }}]});
    assert_eq!(made(&vapi, "/squad", memberships).await.1["latestVersion"], "v1");
}

#[tokio::test]
async fn a_structured_output_is_changed_with_a_query() {
    let vapi = vapi(Config::default()).await;
    let (path, first) = made(&vapi, "/structured-output", output("Reason")).await;
    let refusal = ["schemaOverride must be one of the following values: true, false"];
    assert_eq!(vapi.refused("PATCH", &path, json!({"name": "Why"})).await, refusal);
    let without = format!("{path}?schemaOverride=false");
    assert_eq!(vapi.done("PATCH", &without, json!({"name": "Why"})).await["name"], "Why");
    assert_eq!(vapi.refused("PATCH", &without, json!({"type": "ai"})).await, ["property type should not exist"]);
    let text = json!({"schema": {"type": "string"}});
    assert!(vapi.refused("PATCH", &without, text.clone()).await[0].contains("schemaOverride"));
    let same = json!({"schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    vapi.done("PATCH", &without, same).await;
    assert_eq!(vapi.done("PATCH", &format!("{path}?schemaOverride=true"), text).await["schema"]["type"], "string");
    for (body, expected) in [
        (output(""), "name must be longer than or equal to 1 characters"),
        (output(&"x".repeat(41)), "name must be shorter than or equal to 40 characters"),
        (json!({"name": "x"}), "schema must be an object"),
        (json!({"name": "x", "schema": {}}), "schema.type must be an array"),
        (
            json!({"name": "x", "schema": {"type": "text"}}),
            "schema.type must be one of the following values: string, number, integer, boolean, array, object, null",
        ),
        (json!({"name": "x", "schema": {"type": "string"}, "assistantIds": ["a"]}), "assistantIds.0 must be a UUID"),
    ] {
        assert_eq!(vapi.refused("POST", "/structured-output", body).await, [expected]);
    }
    let (_, second) = made(&vapi, "/structured-output", output("Why")).await;
    assert_ne!(id(&first), id(&second), "names are not unique");
}

#[tokio::test]
async fn structured_outputs_come_in_pages() {
    let vapi = vapi(Config { most_listed: 2, ..Config::default() }).await;
    for name in ["a", "b", "c"] {
        made(&vapi, "/structured-output", output(name)).await;
    }
    let page = vapi.done("GET", "/structured-output?limit=1000", None).await;
    assert_eq!(names(&page["results"]), ["c", "b"], "no more than it grants");
    assert_eq!((&page["metadata"]["totalItems"], &page["metadata"]["hasNextPage"]), (&json!(3), &json!(true)));
    let page = vapi.done("GET", "/structured-output?limit=1000&page=2&sortBy=createdAt&sortOrder=ASC", None).await;
    assert_eq!(names(&page["results"]), ["c"]);
    assert_eq!(names(&vapi.done("GET", "/structured-output?name=b", None).await["results"]), ["b"]);
    assert_eq!(vapi.refused("GET", "/tool?page=1", None).await, ["property page should not exist"]);
}

#[tokio::test]
async fn references_must_exist() {
    let vapi = vapi(Config::default()).await;
    let tool =
        |field: &str, kind: &str, id: &str| json!({"type": "handoff", "destinations": [{"type": kind, field: id}]});
    let model = |model: Value| json!({"model": {"provider": "openai", "model": "m", "toolIds": model}});
    let hook = json!({"hooks": [{"on": "call.ending", "do": [{"type": "tool", "toolId": NOBODY}]}]});
    for (path, body, expected) in [
        ("/tool", tool("assistantId", "assistant", NOBODY), "Couldn't Find Assistant"),
        ("/tool", tool("assistantId", "assistant", "front_desk"), "destinations.0.assistantId must be a UUID"),
        ("/tool", tool("squadId", "squad", NOBODY), "Couldn't Find Squad"),
        ("/assistant", model(json!([NOBODY])), "Couldn't Find Tool"),
        ("/assistant", hook, "Couldn't Find Tool"),
        ("/assistant", json!({"artifactPlan": {"structuredOutputIds": [NOBODY]}}), "Couldn't Find Structured Output"),
        ("/squad", json!({"members": [{"assistantId": NOBODY}]}), "Couldn't Find Assistant"),
        ("/phone-number", json!({"provider": "vapi", "squadId": NOBODY}), "Couldn't Find Squad"),
    ] {
        let said = vapi.refused("POST", path, body).await;
        assert!(said[0].starts_with(expected), "{said:?}");
    }
    vapi.done("POST", "/assistant", json!({"metadata": {"toolIds": [NOBODY]}})).await;
}

#[tokio::test]
async fn what_tools_refuse() {
    let vapi = vapi(Config::default()).await;
    let function = |parameters: Value| json!({"type": "function", "function": {"name": "f", "parameters": parameters}});
    let schema = |property: Value| function(json!({"type": "object", "properties": {"a": property}}));
    let code = |code: &str| json!({"type": "code", "code": code, "function": {"name": "f"}});
    let name = "name must match /^[a-zA-Z0-9_-]{1,40}$/ regular expression";
    for (body, expected) in [
        (json!({"type": "knowledgeBase"}), "type must be one of the following values: "),
        (json!({"type": "apiRequest", "method": "GET", "url": "u", "name": "a b"}), name),
        (json!({"type": "sms", "function": {"name": "x".repeat(65)}}), "function.name must match"),
        (schema(json!({"anyOf": [{"type": "string"}]})), "function.parameters must not contain anyOf"),
        (schema(json!({"const": 1})), "function.parameters must not contain const"),
        (code("return args.day"), "code uses args.day, which function.parameters does not declare"),
        (code("return env.KEY"), "code uses env.KEY, which environmentVariables does not declare"),
        (
            json!({"type": "code", "code": "", "environmentVariables": [{"name": "a", "value": ""}]}),
            "environmentVariables.0.name must match",
        ),
        (json!({"type": "dtmf", "latestVersion": "v1"}), "property latestVersion should not exist"),
    ] {
        let said = vapi.refused("POST", "/tool", body).await;
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
    }
    let declared = json!({
        "type": "code", "code": "return args.day + env.KEY", "environmentVariables": [{"name": "KEY", "value": "x"}],
        "function": {"name": "f", "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}},
    });
    let (path, _) = made(&vapi, "/tool", declared).await;
    let said = vapi.refused("PATCH", &path, json!({"code": "return args.days"})).await;
    assert!(said[0].contains("args.days"), "code and its parameters travel together: {said:?}");
}

#[tokio::test]
async fn what_vapi_rewrites() {
    let body = json!({
        "type": "apiRequest", "method": "POST", "url": "u", "name": "look_up", "async": true, "timeoutSeconds": 20.0,
        "body": {"type": "object", "properties": {"day": {"type": "string"}}},
        "function": {"name": "look_up", "strict": true, "parameters": {"type": "object", "properties": {}}},
        "messages": [{"type": "request-begin", "content": "Wait. \n"}],
    });
    let shown = vapi(Config { rewrites: Rewrites { trim: true, ..Rewrites::default() }, ..Config::default() }).await;
    let (path, tool) = made(&shown, "/tool", body.clone()).await;
    assert_eq!((tool.get("async"), tool["function"].get("strict")), (None, None));
    assert_eq!(tool["function"]["parameters"], body["body"]);
    assert_eq!(tool["messages"][0]["type"], "request-failed");
    assert_eq!(tool["timeoutSeconds"].to_string(), "20");
    let start = json!({"messages": [{"type": "request-start", "content": "Wait. \n"}]});
    assert_eq!(shown.done("PATCH", &path, start).await["messages"][0]["content"], "Wait.");

    let hidden = Rewrites { processed: false, order: false, ..Rewrites::default() };
    let kept = vapi(Config { rewrites: hidden, ..Config::default() }).await;
    let (_, tool) = made(&kept, "/tool", body.clone()).await;
    assert_eq!((&tool["function"], &tool["messages"]), (&body["function"], &body["messages"]));
}

#[tokio::test]
async fn old_names_of_transfer_modes() {
    let body = json!({"type": "transferCall", "destinations": [
        {"type": "number", "number": "+14155550100", "transferPlan": {"mode": "warm-transfer-with-summary"}},
    ]});
    let shown = vapi(Config::default()).await;
    let (_, tool) = made(&shown, "/tool", body.clone()).await;
    assert_eq!(tool["destinations"][0]["transferPlan"]["mode"], "warm-transfer-say-summary");
    let strict = Rewrites { refuse_old_modes: true, ..Rewrites::default() };
    let strict = vapi(Config { rewrites: strict, ..Config::default() }).await;
    assert!(
        strict.refused("POST", "/tool", body).await[0].starts_with("destinations.0.transferPlan.mode must be one of")
    );
}

#[tokio::test]
async fn a_pinned_tool_is_dropped_from_the_other_list() {
    let vapi = vapi(Config { versions: true, ..Config::default() }).await;
    let mut tools = Vec::new();
    for name in ["a", "b", "c"] {
        tools.push(id(&made(&vapi, "/tool", json!({"type": "function", "function": {"name": name}})).await.1));
    }
    let model = |version: &str| {
        let pin = json!([{"toolId": tools[0], "version": version}]);
        json!({"model": {"provider": "openai", "model": "m", "toolIds": tools, "toolRefs": pin}})
    };
    let (_, assistant) = made(&vapi, "/assistant", model("v1")).await;
    let mut others = tools[1..].to_vec();
    others.sort();
    assert_eq!(assistant["model"]["toolIds"], json!(others), "and Vapi keeps its own order");
    assert!(vapi.refused("POST", "/assistant", model("v2")).await[0].starts_with("Couldn't Find Tool Version"));
    let path = format!("/tool/{}", tools[0]);
    assert_eq!(vapi.done("PATCH", &path, json!({"function": {"name": "d"}})).await["latestVersion"], "v2");
    made(&vapi, "/assistant", model("v2")).await;
}

#[tokio::test]
async fn what_is_not_the_organisation_s() {
    let unavailable = vec![(Collection::Squad, 403), (Collection::StructuredOutput, 404)];
    let vapi = vapi(Config { unavailable, ..Config::default() }).await;
    assert_eq!(vapi.ask("GET", "/squad", None).await.0, 403);
    let (status, answer) = vapi.ask("GET", "/structured-output?page=1", None).await;
    assert_eq!((status, &answer["message"]), (404, &json!("Cannot GET /structured-output")));

    let stock = json!({"id": NOBODY, "orgId": null, "type": "endCall"});
    vapi.emulator.insert(Collection::Tool, stock);
    let base = json!({"type": "knowledgeBase", "knowledgeBaseId": NOBODY, "function": {"name": "search"}});
    let base = vapi.emulator.insert(Collection::Tool, base);
    assert_eq!(vapi.done("GET", "/tool", None).await.as_array().unwrap().len(), 2);
    let (status, _) = vapi.ask("PATCH", &format!("/tool/{NOBODY}"), json!({"messages": []})).await;
    assert_eq!(status, 403, "it is Vapi's own");
    let renamed = json!({"function": {"name": "look"}});
    assert_eq!(vapi.done("PATCH", &format!("/tool/{base}"), renamed).await["function"]["name"], "look");
}

#[tokio::test]
async fn models_that_retire_are_told() {
    let notice =
        json!({"model": "gpt-4o", "provider": "openai", "retirementDate": "2027-01-01", "replacementModel": "gpt-4.1"});
    let vapi = vapi(Config { retiring: vec![notice], ..Config::default() }).await;
    let body =
        |model: &str| json!({"model": {"provider": "openai", "model": model}, "modelDeprecations": [{"slot": "x"}]});
    let (_, old) = made(&vapi, "/assistant", body("gpt-4o")).await;
    assert_eq!(old["modelDeprecations"][0]["replacementModel"], "gpt-4.1");
    assert_eq!(made(&vapi, "/assistant", body("gpt-4.1")).await.1["modelDeprecations"], json!([]));
}

#[tokio::test]
async fn links_may_have_two_sides() {
    for mirror_links in [false, true] {
        let vapi = vapi(Config { mirror_links, ..Config::default() }).await;
        let (path, made) = made(&vapi, "/structured-output", output("Reason")).await;
        let body = json!({"artifactPlan": {"structuredOutputIds": [id(&made)]}});
        let user = id(&vapi.done("POST", "/assistant", body).await);
        let expected = if mirror_links { json!([user]) } else { Value::Null };
        assert_eq!(vapi.done("GET", &path, None).await["assistantIds"], expected);
        vapi.done("PATCH", &format!("{path}?schemaOverride=false"), json!({"assistantIds": []})).await;
        let left = vapi.done("GET", &format!("/assistant/{user}"), None).await;
        let expected = if mirror_links { json!([]) } else { json!([id(&made)]) };
        assert_eq!(left["artifactPlan"]["structuredOutputIds"], expected);
    }
}
