//! The reader against services that keep their times, orders and limits in different ways.

use std::collections::BTreeSet;

use super::*;
use crate::vapi::test_server::{Reply, Server, settings};

/// A service with a list. Times are microseconds since 1970, of which milliseconds are shown.
#[derive(Clone, Default)]
struct Service {
    created: Vec<i64>,
    /// The most that one page holds, whatever was asked for.
    cap: usize,
    /// Compares what it shows, not what it knows.
    cuts: bool,
    ignores_filter: bool,
    oldest_first: bool,
}

impl Service {
    fn new(created: Vec<i64>) -> Self {
        Self { created, cap: 1000, ..Self::default() }
    }

    fn page(&self, request: &str) -> String {
        let line = request.lines().next().unwrap();
        let url = url::Url::parse(&format!("http://x{}", line.split(' ').nth(1).unwrap())).unwrap();
        assert_eq!(url.path(), "/assistant");
        let mut limit = 100;
        let mut before = i64::MAX;
        for (key, value) in url.query_pairs() {
            match &*key {
                "limit" => limit = value.parse().unwrap(),
                "createdAtLt" => before = value.parse::<Timestamp>().unwrap().as_microsecond(),
                other => panic!("{other}"),
            }
        }
        assert!(limit <= 1000);
        let known = |time: i64| if self.cuts { time - time.rem_euclid(1000) } else { time };
        let mut found: Vec<_> =
            self.created.iter().enumerate().filter(|(_, time)| self.ignores_filter || known(**time) < before).collect();
        found.sort_by_key(|(_, time)| if self.oldest_first { **time } else { -**time });
        let objects: Vec<_> = found
            .into_iter()
            .take(limit.min(self.cap))
            .map(|(number, time)| {
                let shown = Timestamp::from_millisecond(time.div_euclid(1000)).unwrap();
                format!(r#"{{"id":"id-{number}","createdAt":"{shown:.3}"}}"#)
            })
            .collect();
        format!("[{}]", objects.join(","))
    }

    async fn list(&self) -> (Result<Listing, Diagnostic>, usize) {
        let service = self.clone();
        let server = Server::start(move |_, request| Reply::json(200, &service.page(request))).await;
        let result = Reader::new(server.transport()).list("/assistant").await;
        (result, server.requests().len())
    }

    /// Gives the number of requests that it took.
    async fn assert_whole(&self) -> usize {
        let (result, requests) = self.list().await;
        let objects = result.unwrap().objects;
        let ids: BTreeSet<_> = objects.iter().map(|live| live.header.id.clone()).collect();
        assert_eq!((ids.len(), objects.len()), (self.created.len(), self.created.len()));
        assert!(objects.is_sorted_by(|a, b| a.header.created_at >= b.header.created_at));
        requests
    }
}

const YEAR_2026: i64 = 1_767_225_600_000_000;

fn every(micros: i64, count: usize) -> Vec<i64> {
    (0..count as i64).map(|number| YEAR_2026 + number * micros).collect()
}

#[tokio::test]
async fn lists_of_any_size_are_read_whole() {
    for count in [0, 1, 99, 100, 101, 999, 1000, 1001, 1999, 2000, 2001, 3500] {
        let requests = Service::new(every(1_000_000, count)).assert_whole().await;
        let pages = count.div_ceil(1000).max(1);
        assert!(requests == pages || requests == pages + 1, "{requests} requests for {count} objects");
    }
}

#[tokio::test]
async fn hidden_digits_of_a_time_lose_nothing() {
    // Up to 500 objects in one shown millisecond, so that page boundaries fall into the middle of one.
    for micros in [2, 7, 150, 333, 999, 1000, 1001] {
        for cuts in [false, true] {
            let created: Vec<_> =
                every(micros, 2500).into_iter().map(|time| time + (time / 900) % 40_000_000).collect();
            Service { cuts, ..Service::new(created) }.assert_whole().await;
        }
    }
    let crowd = (0..5).flat_map(|group| (0..600).map(move |number| YEAR_2026 + group * 1000 + number)).collect();
    Service::new(crowd).assert_whole().await;
}

#[tokio::test]
async fn one_moment_for_all_is_fine_up_to_a_page() {
    for count in [100, 150, 999] {
        Service::new(vec![YEAR_2026; count]).assert_whole().await;
    }
}

#[tokio::test]
async fn a_service_that_gives_smaller_pages_is_read_whole() {
    for cap in [100, 250] {
        let service = Service { cap, ..Service::new(every(1_000_000, 1230)) };
        let (result, _) = service.list().await;
        assert_eq!(result.unwrap().objects.len(), 1230);
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_whole_is_an_error() {
    let many = Service::new(every(1_000_000, 2500));
    let table = [
        ("too many in one millisecond", Service::new(vec![YEAR_2026; 1001])),
        ("a full page of one millisecond", Service::new(vec![YEAR_2026; 1000])),
        ("the filter is ignored", Service { ignores_filter: true, ..many.clone() }),
        ("oldest first", Service { oldest_first: true, ..many.clone() }),
        ("both", Service { oldest_first: true, ignores_filter: true, ..many }),
    ];
    for (name, service) in table {
        let (result, requests) = service.list().await;
        assert_eq!(result.unwrap_err().code, "vapi-list-incomplete", "{name}");
        assert!(requests <= 2, "{name}: {requests}");
    }
}

#[tokio::test]
async fn pages_of_odd_objects_do_not_pass_for_lists() {
    let full = |object: &str| {
        format!("[{}]", (0..1000).map(|n| object.replace('#', &n.to_string())).collect::<Vec<_>>().join(","))
    };
    let table = [
        (full(r##"{"id":"#"}"##), "vapi-list-incomplete"),
        (full(r##"{"id":"#","createdAt":"yesterday"}"##), "vapi-list-incomplete"),
        (full(r##"{"id":"#","createdAt":"9999-12-31T23:59:59.999Z"}"##), "vapi-list-incomplete"),
        (full(r#"{"id":"one","createdAt":"2026-01-01T00:00:00.000Z"}"#), "vapi-list-incomplete"),
        (r#"[{"name":"no id"}]"#.to_owned(), "vapi-unreadable"),
        (r#"{"message":"not a list"}"#.to_owned(), "vapi-unreadable"),
        ("[5]".to_owned(), "vapi-unreadable"),
        ("null".to_owned(), "vapi-unreadable"),
        (r#"{"results":[{"id":"a"}],"metadata":{"totalItems":2}}"#.to_owned(), "vapi-list-incomplete"),
    ];
    for (body, code) in table {
        let server = Server::script(vec![Reply::json(200, &body)]).await;
        let error = Reader::new(server.transport()).list("/assistant").await.unwrap_err();
        assert_eq!(error.code, code, "{body:.60}");
        assert!(server.requests().len() <= 2, "{body:.60}");
    }
}

#[tokio::test]
async fn a_page_that_fails_fails_the_list() {
    let service = Service::new(every(1_000_000, 1500));
    let server = Server::start(move |number, request| {
        if number == 0 { Reply::json(200, &service.page(request)) } else { Reply::new(502, "", "<html>") }
    })
    .await;
    let error = Reader::new(server.transport()).list("/assistant").await.unwrap_err();
    assert_eq!(error.code, "vapi-unavailable");
}

#[tokio::test]
async fn results_with_metadata_are_a_list_too() {
    let server =
        Server::script(vec![Reply::json(200, r#"{"results":[{"id":"a"}],"metadata":{"totalItems":1}}"#)]).await;
    let listing = Reader::new(server.transport()).list("/eval").await.unwrap();
    assert_eq!((listing.objects[0].header.id.as_str(), listing.pages), ("a", 1));
}

#[tokio::test]
async fn only_vapi_itself_can_say_that_an_object_is_not_there() {
    let missing = r#"{"message":"Couldn't Get Assistant","error":"Not Found","statusCode":404}"#;
    let server = Server::script(vec![Reply::json(404, missing)]).await;
    assert!(Reader::new(server.transport()).get("/assistant", "a").await.unwrap().is_none());

    let unknown = [
        Reply::new(404, "", "<html>not found</html>"),
        Reply::new(404, "", ""),
        Reply::json(404, "{}"),
        Reply::json(404, r#"{"message":"Cannot GET /v1/assistant/a","statusCode":404}"#),
        Reply::json(401, r#"{"message":"no"}"#),
        Reply::new(502, "", "<html>"),
        Reply::json(200, r#"{"id":"another"}"#),
        Reply::json(200, "[]"),
        Reply::json(200, "null"),
    ];
    for reply in unknown {
        let server = Server::script(vec![reply.clone()]).await;
        assert!(Reader::new(server.transport()).get("/assistant", "a").await.is_err(), "{reply:?}");
    }
}

#[tokio::test]
async fn an_id_cannot_lead_elsewhere() {
    let ids = ["", ".", "..", "../phone-number?x#é %2F", "a.b", "a b", " a", "a/b", "%2e%2e", "é"];
    let listed = ids.map(|id| Reply::json(200, &serde_json::json!([{"id": id, "name": "N"}]).to_string()));
    let server = Server::script(listed.to_vec()).await;
    let reader = Reader::new(server.transport());
    for id in ids {
        assert_eq!(reader.get("/assistant", id).await.unwrap_err().code, "vapi-id");
        assert_eq!(reader.list("/assistant").await.unwrap_err().code, "vapi-unreadable", "{id:?}");
    }
    assert_eq!(server.requests().len(), ids.len(), "nothing but lists");
}

#[tokio::test]
async fn a_uuid_is_the_same_in_capitals_and_another_object_is_no_answer() {
    let id = "7B0E3C1A-0000-4000-8000-0123456789AB";
    for (answered, is_it) in [(id.to_lowercase(), true), (id.to_owned(), true), (id.replace('7', "8"), false)] {
        let body = serde_json::json!({"id": answered, "name": "N"}).to_string();
        let reader = Reader::new(Server::script(vec![Reply::json(200, &body)]).await.transport());
        let live = reader.get("/assistant", id).await;
        assert_eq!(live.ok().flatten().map(|live| live.header.id), is_it.then(|| id.to_lowercase()));
    }
}

#[tokio::test]
async fn lists_are_read_side_by_side_on_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let server = Server::script(vec![Reply::json(200, "[]")]).await;
    let reader = Reader::new(server.transport_with(settings()));
    let (assistants, numbers) =
        futures::future::join(is_send(reader.list("/assistant")), is_send(reader.list("/phone-number"))).await;
    assert!(assistants.unwrap().objects.is_empty() && numbers.unwrap().objects.is_empty());
}

#[test]
fn the_end_of_a_moment_is_after_all_that_it_can_stand_for() {
    let end = |shown: &str| {
        let live: Live = serde_json::from_str(&format!(r#"{{"id":"a","createdAt":"{shown}"}}"#)).unwrap();
        end_of_oldest(&[live]).map(|time| format!("{time:.3}"))
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(end("2026-01-01T00:00:00.123Z"), ok("2026-01-01T00:00:00.124Z"));
    assert_eq!(end("2026-01-01T00:00:00.123456Z"), ok("2026-01-01T00:00:00.124Z"));
    assert_eq!(end("2026-01-01T00:00:00.999Z"), ok("2026-01-01T00:00:01.000Z"));
    assert_eq!(end("2026-01-01T00:00:00.1Z"), ok("2026-01-01T00:00:00.200Z"));
    assert_eq!(end("2026-01-01T00:00:00Z"), ok("2026-01-01T00:00:01.000Z"));
    assert_eq!(end("2026-01-01T02:00:00.123+02:00"), ok("2026-01-01T00:00:00.124Z"));
    assert!(end("").is_err());
}

#[tokio::test]
async fn a_list_that_does_not_end_is_given_up() {
    let next = std::sync::atomic::AtomicI64::new(0);
    let server = Server::start(move |_, _| {
        let first = next.fetch_add(1000, std::sync::atomic::Ordering::Relaxed);
        let object = |number: i64| {
            let time = Timestamp::from_millisecond(YEAR_2026 / 1000 - number).unwrap();
            format!(r#"{{"id":"id-{number}","createdAt":"{time:.3}"}}"#)
        };
        let objects: Vec<_> = (first..first + 1000).map(object).collect();
        Reply::json(200, &format!("[{}]", objects.join(",")))
    })
    .await;
    let error = Reader::new(server.transport()).list("/assistant").await.unwrap_err();
    assert!(error.message.contains("does not end"), "{}", error.message);
}
