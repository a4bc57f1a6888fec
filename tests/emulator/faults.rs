//! Injected faults, as a client sees them.

use std::time::Duration;

use serde_json::json;
use vapi_sync::emulator::{Collection, Config, Fault, RateLimit, RetryAfter};

use super::client::{Vapi, id, vapi};

async fn faulty(fault: &str) -> Vapi {
    let fault: Fault = fault.parse().unwrap();
    vapi(Config { faults: vec![fault], ..Config::default() }).await
}

fn stored(vapi: &Vapi) -> usize {
    vapi.emulator.objects(Collection::Assistant).len()
}

#[tokio::test]
async fn before_and_after_the_commit() {
    for (stage, expected) in [("before", 0), ("after", 1)] {
        let vapi = faulty(&format!("POST /assistant nth=1 {stage} status=502")).await;
        let (status, answer) = vapi.ask("POST", "/assistant", json!({})).await;
        assert_eq!((status, &answer["statusCode"]), (502, &json!(502)));
        assert_eq!(stored(&vapi), expected, "{stage}");
        vapi.done("POST", "/assistant", json!({})).await;
        assert_eq!(stored(&vapi), expected + 1);
    }
}

#[tokio::test]
async fn a_page_of_the_cdn() {
    let vapi = faulty("html=520").await;
    let response = vapi.send("GET", "/assistant", None).await.unwrap();
    assert_eq!(response.status(), 520);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn a_reset_after_the_commit_leaves_the_client_without_an_answer() {
    let vapi = faulty("POST * after reset").await;
    let error = vapi.send("POST", "/assistant", Some(&json!({}))).await.unwrap_err();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
    assert_eq!(stored(&vapi), 1);
    let hits = vapi.emulator.hits();
    assert_eq!((hits.len(), hits[0].status, hits[0].ended), (1, None, None));
}

#[tokio::test]
async fn an_answer_that_is_cut_malformed_or_empty() {
    let body = json!({"firstMessage": "x".repeat(100_000)});
    for stage in ["before", "after"] {
        let vapi = faulty(&format!("POST * {stage} truncated")).await;
        let response = vapi.send("POST", "/assistant", Some(&body)).await.unwrap();
        assert_eq!(response.status(), 201);
        assert!(response.bytes().await.is_err());
        assert_eq!(stored(&vapi), usize::from(stage == "after"));
        for (effect, empty) in [("malformed", false), ("empty", true)] {
            let vapi = faulty(&format!("POST * {stage} {effect}")).await;
            let response = vapi.send("POST", "/assistant", Some(&body)).await.unwrap();
            assert_eq!(response.status(), 201);
            let bytes = response.bytes().await.unwrap();
            assert_eq!(bytes.is_empty(), empty);
            assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_err());
            assert_eq!(stored(&vapi), usize::from(stage == "after"));
        }
    }
}

#[tokio::test]
async fn no_answer_at_all() {
    let vapi = faulty("after hang").await;
    let committed = async {
        while stored(&vapi) == 0 {
            tokio::task::yield_now().await;
        }
    };
    let body = json!({});
    tokio::select! {
        answer = vapi.send("POST", "/assistant", Some(&body)) => panic!("{answer:?}"),
        () = committed => {}
    }
    assert_eq!(vapi.emulator.hits()[0].status, None);
    vapi.emulator.shutdown().await;
}

#[tokio::test]
async fn an_answer_that_comes_late() {
    let vapi = faulty("slow=150ms").await;
    vapi.done("GET", "/assistant", None).await;
    let hit = &vapi.emulator.hits()[0];
    assert!(hit.ended.unwrap() - hit.started >= Duration::from_millis(150));
}

#[tokio::test]
async fn somebody_else_edits_between_read_and_write() {
    let vapi = faulty(r#"PATCH /assistant/* nth=1 before edit={"name": "theirs", "firstMessage": "theirs"}"#).await;
    let path = format!("/assistant/{}", id(&vapi.done("POST", "/assistant", json!({"name": "A"})).await));
    let after = vapi.done("PATCH", &path, json!({"name": "ours"})).await;
    assert_eq!((&after["name"], &after["firstMessage"]), (&json!("ours"), &json!("theirs")));
    let fault = r#"GET * edit=assistant:{"name": "newest"}"#.parse().unwrap();
    vapi.emulator.set_faults(vec![fault]);
    assert_eq!(vapi.done("GET", "/assistant", None).await[0]["name"], "newest");
}

#[tokio::test]
async fn a_quota() {
    for (retry_after, expected) in [(RetryAfter::Seconds, true), (RetryAfter::Absent, false)] {
        let rate_limit = Some(RateLimit { per_second: 0.001, burst: 2, retry_after });
        let vapi = vapi(Config { rate_limit, ..Config::default() }).await;
        vapi.done("GET", "/assistant", None).await;
        vapi.done("GET", "/assistant", None).await;
        let refused = vapi.send("POST", "/assistant", Some(&json!({}))).await.unwrap();
        assert_eq!(refused.status(), 429);
        let told = refused.headers().get("retry-after").map(|value| value.to_str().unwrap().parse::<u64>().unwrap());
        assert_eq!(told.is_some(), expected);
        assert!(told.is_none_or(|seconds| (900..=1000).contains(&seconds)), "{told:?}");
        assert_eq!((stored(&vapi), vapi.emulator.stats().refused), (0, 1));
        assert_eq!(vapi.send_as("wrong", "GET", "/tool", None).await.unwrap().status(), 401);
    }
    let vapi = faulty("status=429 retry-after=7").await;
    let refused = vapi.send("GET", "/assistant", None).await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"7".parse().unwrap()));
}

#[tokio::test]
async fn requests_are_served_side_by_side_and_counted() {
    let vapi = vapi(Config { latency: Duration::from_millis(200), ..Config::default() }).await;
    let all = (0..20).map(|_| vapi.done("GET", "/assistant", None));
    futures::future::join_all(all).await;
    let stats = vapi.emulator.stats();
    assert_eq!((stats.requests, stats.bytes_sent), (20, 40));
    assert!(stats.most_in_flight > 1, "{stats:?}");
}

#[tokio::test]
async fn what_a_hit_tells() {
    let vapi = vapi(Config::default()).await;
    vapi.done("POST", "/assistant", json!({"name": "A"})).await;
    vapi.done("GET", "/assistant?limit=5", None).await;
    let hits = vapi.emulator.hits();
    assert_eq!((hits[0].method.as_str(), hits[0].path.as_str(), hits[0].status), ("POST", "/assistant", Some(201)));
    assert_eq!(hits[0].body, Some(json!({"name": "A"})));
    assert_eq!((hits[1].query.as_str(), &hits[1].body), ("limit=5", &None));
    assert_eq!((hits[0].connection, hits[1].connection), (1, 1), "the connection is kept");
    assert!(hits.iter().flat_map(|hit| &hit.headers).all(|(name, _)| name != "authorization"));
    vapi.emulator.clear_hits();
    vapi.emulator.insert(Collection::Assistant, json!({}));
    assert!(vapi.emulator.hits().is_empty(), "the dashboard is no hit");
    let forgetful = super::client::vapi(Config { keep_hits: false, ..Config::default() }).await;
    forgetful.done("GET", "/assistant", None).await;
    assert_eq!((forgetful.emulator.hits().len(), forgetful.emulator.stats().requests), (0, 1));
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_read_it() {
    let vapi = vapi(Config::default()).await;
    let text = "prompt ".repeat(5000);
    let made = vapi.done("POST", "/assistant", json!({"firstMessage": text})).await;
    assert_eq!(made["firstMessage"], text);
    assert!(vapi.emulator.stats().bytes_sent < 5000);
    let url = vapi.emulator.base_url() + "/assistant";
    let plain = vapi.http.get(&url).bearer_auth("emulator").header("accept-encoding", "identity");
    let plain = plain.send().await.unwrap();
    assert_eq!(plain.headers().get("content-encoding"), None);
    assert!(plain.content_length().unwrap() > 35_000);
}

#[tokio::test]
async fn requests_that_are_not_even_wrong() {
    let vapi = vapi(Config::default()).await;
    for (method, path, status) in [
        ("GET", "/api-json", 404),
        ("GET", "/", 404),
        ("PUT", "/assistant", 404),
        ("POST", "/assistant/00000000-0000-4000-8000-000000000000", 404),
        ("DELETE", "/assistant", 404),
        ("GET", "/assistant/7", 400),
        ("GET", "/assistant/7/8", 404),
        ("GET", "/v2/assistant", 404),
        ("PATCH", "/tool/00000000-0000-4000-8000-000000000000", 404),
    ] {
        assert_eq!(vapi.ask(method, path, json!({})).await.0, status, "{method} {path}");
    }
    let url = vapi.emulator.base_url() + "/assistant";
    let post = || vapi.http.post(&url).bearer_auth("emulator");
    assert_eq!(post().body("{}").send().await.unwrap().status(), 415);
    assert_eq!(post().header("content-type", "application/json").body("{").send().await.unwrap().status(), 400);
    assert_eq!(post().header("content-type", "application/json").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn it_does_not_listen_to_the_world() {
    let config = Config { bind: "0.0.0.0:0".parse().unwrap(), ..Config::default() };
    assert!(vapi_sync::emulator::Emulator::start(config).await.is_err());
}
