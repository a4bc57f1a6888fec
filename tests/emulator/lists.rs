//! Contents, order and delay of lists.

use std::time::Duration;

use serde_json::json;
use vapi_sync::emulator::{Clock, Collection, Config, ManualClock};

use super::client::{id, names, vapi};

#[tokio::test]
async fn lists_are_newest_first_and_bounded() {
    let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let clock = ManualClock::new(start, Duration::from_millis(1));
    let vapi = vapi(Config { clock: Clock::Manual(clock), ..Config::default() }).await;
    for number in 0..1001 {
        vapi.emulator.insert(Collection::Assistant, json!({"name": number.to_string()}));
    }
    let count =
        async |query: &str| vapi.done("GET", &format!("/assistant{query}"), None).await.as_array().unwrap().len();
    assert_eq!(count("").await, 100);
    assert_eq!(count("?limit=0").await, 0);
    assert_eq!(count("?limit=1000").await, 1000);
    assert_eq!(names(&vapi.done("GET", "/assistant?limit=2", None).await), ["1000", "999"]);
    let third = "2026-01-01T00:00:00.003Z";
    assert_eq!(count(&format!("?createdAtLt={third}")).await, 3);
    assert_eq!(count(&format!("?createdAtLe={third}")).await, 4);
    assert_eq!(count(&format!("?limit=1000&createdAtGe={third}")).await, 998);
    assert_eq!(count(&format!("?limit=1000&createdAtGt={third}&updatedAtLt=2026-01-01T00:00:00.005Z")).await, 1);
    let path = format!("/assistant/{}", id(&vapi.emulator.objects(Collection::Assistant)[0]));
    vapi.done("PATCH", &path, json!({"firstMessage": "Hi"})).await;
    assert_eq!(names(&vapi.done("GET", "/assistant?updatedAtGt=2026-01-01T00:00:01.000Z", None).await), ["0"]);
    for (query, expected) in [
        ("limit=1001", "limit must not be greater than 1000"),
        ("limit=-1", "limit must not be less than 0"),
        ("limit=x", "limit must be a number conforming to the specified constraints"),
        ("page=2", "property page should not exist"),
        ("createdAtLt=yesterday", "createdAtLt must be a valid ISO 8601 date string"),
    ] {
        assert_eq!(vapi.refused("GET", &format!("/assistant?{query}"), None).await, [expected]);
    }
}

#[tokio::test]
async fn objects_of_one_millisecond_are_told_apart_by_digits_that_are_not_shown() {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap(), Duration::from_micros(1));
    for (hidden_digits, found) in [(true, 1), (false, 50)] {
        let clock = Clock::Manual(clock.clone());
        let vapi = vapi(Config { clock, hidden_digits, ..Config::default() }).await;
        for _ in 0..50 {
            vapi.done("POST", "/assistant", json!({})).await;
        }
        let all = vapi.done("GET", "/assistant", None).await;
        let shown = all[0]["createdAt"].as_str().unwrap();
        assert!(all.as_array().unwrap().iter().all(|object| object["createdAt"] == shown));
        let same = vapi.done("GET", &format!("/assistant?createdAtLe={shown}"), None).await;
        assert_eq!(same.as_array().unwrap().len(), found);
    }
}

#[tokio::test]
async fn a_new_object_shows_up_in_lists_later() {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap(), Duration::ZERO);
    let config = Config { clock: Clock::Manual(clock.clone()), list_lag: Duration::from_secs(2), ..Config::default() };
    let vapi = vapi(config).await;
    let made = vapi.done("POST", "/assistant", json!({"name": "A"})).await;
    vapi.done("GET", &format!("/assistant/{}", id(&made)), None).await;
    clock.advance(Duration::from_millis(1999));
    assert_eq!(vapi.done("GET", "/assistant", None).await, json!([]));
    clock.advance(Duration::from_millis(1));
    assert_eq!(names(&vapi.done("GET", "/assistant", None).await), ["A"]);
}
