//! The transport against a server that misbehaves.
#![allow(clippy::disallowed_methods, reason = "the writer's part is played here")]

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::model::diagnostic::{Diagnostic, Failure};
use crate::vapi::test_server::{KEY, Reply, Server, settings, transport};

const OK: &str = r#"{"id":"a"}"#;
const PAGE: &str = "<!DOCTYPE html><title>Bad gateway</title>";

async fn get(transport: &Transport) -> Result<Answer<Value>, RequestError> {
    transport.get("/assistant", &[("limit", "1000")]).await
}

async fn post(transport: &Transport) -> Result<Answer<Value>, RequestError> {
    transport.execute("/assistant", &[], |client, url| client.post(url).body(r#"{"name":"body-text"}"#)).await
}

async fn patch(transport: &Transport) -> Result<Answer<Value>, RequestError> {
    transport.execute("/assistant/a", &[], |client, url| client.patch(url).body(r#"{"name":"body-text"}"#)).await
}

/// Everything a person could get to see of an error.
fn shown(error: RequestError) -> String {
    let debug = format!("{error:?}");
    let diagnostic = Diagnostic::from(error);
    format!("{debug} {diagnostic:?}")
}

/// What is wrong for a moment and well at the next request.
fn transient() -> Vec<(&'static str, Reply)> {
    let cut = |text: &str| Reply::Cut(text.as_bytes().to_vec());
    vec![
        ("408", Reply::json(408, r#"{"message":"slow"}"#)),
        ("500", Reply::json(500, r#"{"message":"oops"}"#)),
        ("502 page", Reply::new(502, "", PAGE)),
        ("503", Reply::new(503, "retry-after: 0\r\n", "")),
        ("524 page", Reply::new(524, "", PAGE)),
        ("403 page", Reply::new(403, "", PAGE)),
        ("200 page", Reply::new(200, "content-type: text/html\r\n", PAGE)),
        ("200 broken JSON", Reply::json(200, r#"{"id":"a"#)),
        ("200 empty", Reply::json(200, "")),
        ("closed unanswered", cut("")),
        ("head cut", cut("HTTP/1.1 200 O")),
        ("body cut", cut("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"id\":")),
        ("chunk cut", cut("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"id\":")),
        ("not gzip", Reply::new(200, "content-encoding: gzip\r\n", "{}")),
        ("no HTTP", cut("garbage\r\n\r\n")),
    ]
}

#[tokio::test]
async fn what_passes_is_tried_again_for_get_and_patch_and_never_for_post() {
    for (name, fault) in transient() {
        let script = || vec![fault.clone(), Reply::json(200, OK)];
        let server = Server::script(script()).await;
        assert_eq!(get(&server.transport()).await.unwrap().value, json!({"id": "a"}), "{name}");
        assert_eq!(server.requests().len(), 2, "{name}");

        let server = Server::script(script()).await;
        assert_eq!(patch(&server.transport()).await.unwrap().status, 200, "{name}");
        assert_eq!(server.requests().len(), 2, "{name}");

        let server = Server::script(script()).await;
        let error = post(&server.transport()).await.unwrap_err();
        assert_eq!((error.certainty, error.attempts, error.method.as_str()), (Certainty::Unclear, 1, "POST"), "{name}");
        assert_eq!(server.requests().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_refusal_for_speed_is_tried_again_even_for_post() {
    let once = |header: &'static str| async move {
        let server = Server::script(vec![Reply::new(429, header, PAGE), Reply::json(201, OK)]).await;
        let transport = server.transport();
        assert_eq!(post(&transport).await.unwrap().status, 201, "{header}");
        let stats = transport.stats();
        assert_eq!((stats.requests, stats.retries, stats.refused), (2, 1, 1), "{header}");
        assert!(server.requests().iter().all(|request| request.contains("body-text")));
    };
    // Each takes the second that a service without `Retry-After` is given; so side by side.
    futures::future::join_all(
        ["", "retry-after: 0\r\n", "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n", "retry-after: soon\r\n"].map(once),
    )
    .await;
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_waited_for() {
    let server = Server::script(vec![Reply::new(429, "retry-after: 86400\r\n", "")]).await;
    let error = post(&server.transport()).await.unwrap_err();
    assert_eq!((error.certainty, error.attempts), (Certainty::NotSent, 1));
    let diagnostic = Diagnostic::from(error);
    assert_eq!(diagnostic.code, "vapi-rate-limited");
    assert!(diagnostic.message.contains("86400 s"), "{}", diagnostic.message);
}

#[tokio::test]
async fn a_no_is_a_no() {
    let table = [
        (400, "vapi-refused"),
        (401, "vapi-unauthorized"),
        (403, "vapi-unauthorized"),
        (404, "vapi-not-found"),
        (409, "vapi-refused"),
        (422, "vapi-refused"),
    ];
    for (status, code) in table {
        let body = format!(r#"{{"message":["property foo should not exist"],"statusCode":{status}}}"#);
        let server = Server::script(vec![Reply::json(status, &body)]).await;
        for error in [get(&server.transport()).await, patch(&server.transport()).await, post(&server.transport()).await]
        {
            let error = error.unwrap_err();
            assert_eq!((error.certainty, error.attempts, error.status), (Certainty::Refused, 1, Some(status)));
            assert_eq!((error.code(), &*error.words), (code, &["property foo should not exist".to_owned()][..]));
        }
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn attempts_end_and_what_may_have_been_done_stays_unclear() {
    let server = Server::script(vec![Reply::new(502, "", PAGE)]).await;
    let error = get(&server.transport()).await.unwrap_err();
    assert_eq!((error.attempts, error.code(), error.status), (3, "vapi-unavailable", Some(502)));
    assert!(shown(error).contains("an HTML page"));

    let server = Server::script(vec![Reply::Cut(vec![]), Reply::json(401, "{}")]).await;
    let error = patch(&server.transport()).await.unwrap_err();
    assert_eq!((error.attempts, error.code(), error.certainty), (2, "vapi-unauthorized", Certainty::Unclear));
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let server = Server::script(vec![Reply::Hang]).await;
    let hasty = Settings { request_timeout: Duration::from_millis(30), ..settings() };
    let error = post(&server.transport_with(hasty.clone())).await.unwrap_err();
    assert_eq!((error.code(), error.certainty, error.attempts), ("vapi-timeout", Certainty::Unclear, 1));
    let unhurried = Settings { deadline: Duration::from_millis(50), ..hasty.clone() };
    let error = get(&server.transport_with(hasty)).await.unwrap_err();
    assert_eq!((error.code(), error.attempts), ("vapi-timeout", 3));
    let error = get(&server.transport_with(Settings { deadline: Duration::ZERO, ..unhurried })).await.unwrap_err();
    assert_eq!((&error.problem, error.attempts), (&Problem::Deadline(Duration::ZERO), 0));
}

#[tokio::test]
async fn where_nobody_listens_a_post_may_be_tried_again() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let error = post(&transport(&base, settings())).await.unwrap_err();
    assert_eq!((error.code(), error.certainty, error.attempts), ("vapi-unreachable", Certainty::NotSent, 3));
    let text = shown(error);
    assert!(text.contains("127.0.0.1") && text.contains("refused") && text.contains("VAPI_BASE_URL"), "{text}");
}

#[tokio::test]
async fn what_speaks_no_tls_is_told_once_and_gets_no_key() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = vec![0; 64 << 10];
        let length = stream.read(&mut received).await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&received[..length]).into_owned()
    });
    let error = post(&transport(&base, settings())).await.unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
    // Where the system has no certificates, no client is made; the server then waits in vain and is dropped.
    match error.problem {
        Problem::Tls(_) => assert!(!server.await.unwrap().contains(KEY)),
        Problem::Setup(why) => assert!(why.contains("certificates"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(error.attempts <= 1);
}

#[tokio::test]
async fn the_key_follows_no_redirect_and_stands_in_no_message() {
    let elsewhere = Server::script(vec![Reply::json(200, OK)]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: http://localhost:{}/x?{KEY}\r\n", elsewhere.address.port());
        let server = Server::script(vec![Reply::new(status, &location, "")]).await;
        for error in [get(&server.transport()).await, post(&server.transport()).await] {
            let error = error.unwrap_err();
            assert_eq!((error.code(), error.attempts), ("vapi-redirected", 1));
            assert!(!shown(error).contains(KEY));
        }
        let head = &server.requests()[0];
        assert!(head.contains(&format!("Bearer {KEY}")) && head.contains("vapi-sync/"), "{head}");
    }
    assert_eq!(elsewhere.requests().len(), 0);

    for body in [format!(r#"{{"message":"bad key {KEY}"}}"#), format!("no {KEY}, {KEY}")] {
        for status in [400, 401, 403, 404, 429, 500, 200] {
            let server = Server::script(vec![Reply::new(status, "", &body)]).await;
            let mut hasty = settings();
            hasty.retry.rate_limits = 1;
            if let Err(error) = server.transport_with(hasty).get::<Vec<Value>>("/assistant", &[]).await {
                let text = shown(error);
                assert!(!text.contains(KEY), "{status} {text}");
            } else {
                panic!("{status} {body} is no list");
            }
        }
    }
}

#[tokio::test]
async fn a_gzip_body_is_read() {
    // `{"id":"zipped"}`, by Python's gzip.
    let zipped = [
        31_u8, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 82, 170, 202, 44, 40, 72, 77, 81, 170, 5, 0,
        207, 140, 11, 151, 15, 0, 0, 0,
    ];
    let server = Server::script(vec![Reply::new(200, "content-encoding: gzip\r\n", zipped)]).await;
    assert_eq!(get(&server.transport()).await.unwrap().value, json!({"id": "zipped"}));
    assert!(server.requests()[0].to_lowercase().contains("accept-encoding: gzip"));
}

#[tokio::test]
async fn after_stop_nothing_starts_and_what_runs_is_finished() {
    let transports: Arc<Mutex<Option<Transport>>> = Arc::default();
    let handle = Arc::clone(&transports);
    let server = Server::start(move |_, _| {
        // Ctrl-C comes while the request is under way.
        handle.lock().unwrap().as_ref().unwrap().stop();
        Reply::json(201, OK)
    })
    .await;
    let transport = server.transport();
    *transports.lock().unwrap() = Some(transport.clone());
    assert_eq!(post(&transport).await.unwrap().status, 201);
    assert!(transport.is_stopped());
    let error = post(&transport).await.unwrap_err();
    assert_eq!((&error.problem, error.certainty, error.attempts), (&Problem::Interrupted, Certainty::NotSent, 0));
    assert_eq!(Diagnostic::from(error).failure, Failure::Interrupted);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn stop_ends_a_wait_between_attempts() {
    let server = Server::script(vec![Reply::new(502, "", PAGE)]).await;
    let mut patient = settings();
    patient.retry.first_wait = Duration::from_secs(100);
    patient.retry.longest_wait = Duration::from_secs(100);
    let seen = Arc::new(tokio::sync::Notify::new());
    let tell = Arc::clone(&seen);
    patient.trace = Some(Arc::new(move |_| tell.notify_one()));
    let transport = server.transport_with(patient);
    let (result, ()) = tokio::join!(patch(&transport), async {
        seen.notified().await;
        transport.stop();
    });
    let error = result.unwrap_err();
    assert_eq!((&error.problem, error.certainty, error.attempts), (&Problem::Interrupted, Certainty::Unclear, 1));
}

#[tokio::test]
async fn nothing_but_get_post_and_patch_is_sent() {
    let server = Server::script(vec![Reply::json(200, OK)]).await;
    for method in [Method::DELETE, Method::PUT, Method::HEAD] {
        let send = |client: &Client, url: Url| client.request(method.clone(), url);
        let error = server.transport().execute::<Value>("/assistant/a", &[], send).await.unwrap_err();
        assert_eq!((error.certainty, error.attempts), (Certainty::NotSent, 0));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_trace_names_the_request_and_nothing_secret() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&lines);
    let trace: crate::vapi::Trace = Arc::new(move |line: &str| sink.lock().unwrap().push(line.to_owned()));
    let server = Server::script(vec![Reply::Cut(vec![]), Reply::json(200, OK)]).await;
    let transport = server.transport_with(Settings { trace: Some(trace), ..settings() });
    assert!(!transport.shared.wire.is_made());
    get(&transport).await.unwrap();
    post(&transport).await.unwrap();
    let lines = lines.lock().unwrap().clone();
    assert!(lines[0].starts_with("GET /assistant?limit=1000 no response "), "{lines:?}");
    assert!(lines[1].starts_with("GET /assistant?limit=1000 200 "), "{lines:?}");
    assert!(lines[2].starts_with("POST /assistant 200 "), "{lines:?}");
    assert!(!lines.concat().contains(KEY) && !lines.concat().contains("body-text"));
    let stats = transport.stats();
    assert_eq!((stats.requests, stats.retries, stats.bytes), (3, 1, 2 * OK.len() as u64));
}

#[tokio::test]
async fn no_more_than_allowed_are_under_way_and_connections_are_kept() {
    let server = Server::script(vec![Reply::json(200, OK)]).await;
    let transport = server.transport_with(Settings { parallelism: 1, ..settings() });
    futures::future::join_all((0..20).map(|_| get(&transport))).await.into_iter().for_each(|answer| {
        answer.unwrap();
    });
    assert_eq!(server.requests().len(), 20);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn secrets_that_come_back_are_taken_out() {
    let server = Server::script(vec![Reply::json(400, r#"{"message":"token s3cr3t-\u0022token is bad"}"#)]).await;
    let settings = settings();
    settings.redactor.add("s3cr3t-\"token");
    let transport = server.transport_with(settings);
    let send = |client: &Client, url: Url| client.post(url);
    let error = transport.execute::<Value>("/phone-number", &[], send).await.unwrap_err();
    assert_eq!(error.words, ["token (sensitive) is bad"]);
}
