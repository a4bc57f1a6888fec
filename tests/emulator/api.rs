//! What the endpoints accept, refuse and return.

use std::time::Duration;

use serde_json::{Value, json};
use vapi_sync::emulator::{Clock, Collection, Config, Credentials, DEFAULT_ORG, Emulator, ManualClock};

use super::client::{id, names, vapi};

#[tokio::test]
async fn an_assistant_from_creation_to_deletion() {
    let vapi = vapi(Config::default()).await;
    let made = vapi
        .done(
            "POST",
            "/assistant",
            json!({"name": "A", "model": {"provider": "openai", "model": "gpt-4.1", "temperature": 0.3}}),
        )
        .await;
    assert_eq!(made["orgId"], DEFAULT_ORG);
    assert_eq!(made["isServerUrlSecretSet"], false);
    assert_eq!(made["createdAt"].as_str().unwrap().len(), "2026-01-01T00:00:00.000Z".len());
    let path = format!("/assistant/{}", id(&made));
    assert_eq!(vapi.done("GET", &path, None).await, made);

    let patched = vapi
        .done("PATCH", &path, json!({"model": {"provider": "openai", "model": "gpt-4.1"}, "firstMessage": "Hi"}))
        .await;
    assert_eq!(patched["model"], json!({"provider": "openai", "model": "gpt-4.1"}), "a field is replaced whole");
    assert_eq!((&patched["name"], &patched["createdAt"]), (&json!("A"), &made["createdAt"]), "the others stay");

    let cleared = vapi.done("PATCH", &path, json!({"firstMessage": null})).await;
    assert_eq!(cleared.get("firstMessage"), None);
    assert_eq!(names(&vapi.done("GET", "/assistant", None).await), ["A"]);

    vapi.done("DELETE", &path, None).await;
    let (status, answer) = vapi.ask("GET", &path, None).await;
    assert_eq!((status, &answer["statusCode"]), (404, &json!(404)));
    assert!(answer["message"].as_str().unwrap().starts_with("Couldn't Find Assistant"), "{answer}");
    assert_eq!(vapi.done("GET", "/assistant", None).await, json!([]));
}

#[tokio::test]
async fn a_key_opens_its_organisation_and_no_other() {
    let keys = vec![("one".to_owned(), "org-1".to_owned()), ("two".to_owned(), "org-2".to_owned())];
    let vapi = vapi(Config { keys, ..Config::default() }).await;
    let body = json!({"name": "A"});
    let made: Value = serde_json::from_slice(
        &vapi.send_as("one", "POST", "/assistant", Some(&body)).await.unwrap().bytes().await.unwrap(),
    )
    .unwrap();
    let path = format!("/assistant/{}", id(&made));
    for (key, path, expected) in
        [("one", path.as_str(), 200), ("two", &path, 404), ("three", &path, 401), ("three", "/x", 404)]
    {
        assert_eq!(vapi.send_as(key, "GET", path, None).await.unwrap().status(), expected, "{key} {path}");
    }
    assert_eq!(vapi.send_as("two", "GET", "/assistant", None).await.unwrap().text().await.unwrap(), "[]");
    let bare = vapi.http.get(vapi.emulator.base_url() + "/assistant").send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.text().await.unwrap().contains("Invalid Key"));
}

#[tokio::test]
async fn what_the_validator_says() {
    let vapi = vapi(Config { refuse: vec!["model.tools.x".into()], ..Config::default() }).await;
    let known = vapi.emulator.insert(Collection::Assistant, json!({"name": "A", "legacy": 1}));
    for (body, expected) in [
        (json!({"foo": 1}), "property foo should not exist"),
        (json!({"id": "x"}), "property id should not exist"),
        (json!({"legacy": 1}), "property legacy should not exist"),
        (json!({"name": "x".repeat(41)}), "name must be shorter than or equal to 40 characters"),
        (json!({"maxDurationSeconds": 9}), "maxDurationSeconds must not be less than 10"),
        (json!({"maxDurationSeconds": 43201}), "maxDurationSeconds must not be greater than 43200"),
        (json!({"silenceTimeoutSeconds": 9}), "silenceTimeoutSeconds must not be less than 10"),
        (
            json!({"stopSpeakingPlan": {"voiceSeconds": 0.6}}),
            "stopSpeakingPlan.voiceSeconds must not be greater than 0.5",
        ),
        (json!({"model": {"provider": "openai", "model": "m", "x": 1}}), "model.property x should not exist"),
        (json!({"model": {"provider": "openai"}}), "model.model must be a string"),
        (json!({"voice": {"provider": "azure", "voiceId": 1}}), "voice.voiceId must be a string"),
        (json!({"credentialIds": ["a"]}), "credentialIds.0 must be a UUID"),
        (json!({"metadata": []}), "metadata must be an object"),
    ] {
        assert_eq!(vapi.refused("POST", "/assistant", body.clone()).await, [expected]);
        assert_eq!(vapi.refused("PATCH", &format!("/assistant/{known}"), body).await, [expected]);
    }
    let nowhere = vapi.refused("POST", "/assistant", json!({"voice": {"provider": "nowhere"}, "foo": 1})).await;
    assert_eq!(nowhere.len(), 2, "all that is wrong is said: {nowhere:?}");
    assert!(
        nowhere
            .iter()
            .any(|message| message.starts_with("voice.provider must be one of the following values: azure, "))
    );
    let tools = json!({"model": {"provider": "openai", "model": "m", "tools": [{"type": "endCall", "x": 1}]}});
    assert_eq!(
        vapi.refused("POST", "/assistant", tools).await,
        ["model.tools.0.property x should not exist", "property model.tools.x should not exist"]
    );
    assert_eq!(vapi.refused("POST", "/assistant", json!([])).await, ["The body must be a JSON object"]);
    assert_eq!(
        vapi.done("GET", &format!("/assistant/{known}"), None).await["legacy"],
        1,
        "GET shows what a write refuses"
    );
    assert_eq!(vapi.emulator.objects(Collection::Assistant).len(), 1, "nothing was made");
}

#[tokio::test]
async fn phone_numbers() {
    let vapi = vapi(Config::default()).await;
    let twilio =
        json!({"provider": "twilio", "number": "+14155550100", "twilioAccountSid": "AC1", "twilioAuthToken": "t"});
    let made = vapi.done("POST", "/phone-number", twilio.clone()).await;
    assert_eq!((&made["status"], &made["twilioAuthToken"]), (&json!("active"), &json!("t")));
    let twin = vapi.refused("POST", "/phone-number", twilio).await;
    assert_eq!(twin, [format!("Existing Phone Number {} Has Identical `number`", id(&made))]);

    let bought = vapi.done("POST", "/phone-number", json!({"provider": "vapi", "numberDesiredAreaCode": "212"})).await;
    assert_eq!(bought["number"], "+12125550000");
    let again = vapi.done("POST", "/phone-number", json!({"provider": "vapi", "numberDesiredAreaCode": "212"})).await;
    assert_eq!(again["number"], "+12125550001");
    let sip = vapi.done("POST", "/phone-number", json!({"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})).await;
    assert_eq!(sip.get("number"), None);

    let path = format!("/phone-number/{}", id(&made));
    for (body, expected) in [
        (json!({"provider": "vonage"}), "provider cannot be changed"),
        (json!({"status": "active"}), "property status should not exist"),
        (json!({"assistantId": ""}), "assistantId must be a UUID"),
        (json!({"number": "4155550100"}), "number must be a valid phone number in the E.164 format"),
        (json!({"name": "x".repeat(41)}), "name must be shorter than or equal to 40 characters"),
    ] {
        assert_eq!(vapi.refused("PATCH", &path, body).await, [expected]);
    }
    let missing = vapi.refused("POST", "/phone-number", json!({"provider": "twilio", "number": "+14155550101"})).await;
    assert_eq!(missing, ["twilioAccountSid must be a string"]);
    vapi.done("PATCH", &path, json!({"provider": "twilio", "number": "+14155550100", "name": "Main"})).await;

    let page = vapi.done("GET", "/v2/phone-number?limit=3&page=2", None).await;
    assert_eq!(page["results"].as_array().unwrap().len(), 1);
    assert_eq!(page["results"][0]["name"], "Main", "newest first");
    assert_eq!((&page["metadata"]["totalItems"], &page["metadata"]["currentPage"]), (&json!(4), &json!(2)));
}

#[tokio::test]
async fn a_server_secret_goes_in_and_never_comes_out() {
    let vapi = vapi(Config::default()).await;
    let body = json!({
        "server": {"url": "https://a.example", "secret": "s3cr3t"},
        "model": {"provider": "openai", "model": "m", "tools": [
            {"type": "function", "function": {"name": "f"}, "server": {"url": "https://b.example", "secret": "readable"}}
        ]},
    });
    let made = vapi.done("POST", "/assistant", body).await;
    assert_eq!((&made["server"], &made["isServerUrlSecretSet"]), (&json!({"url": "https://a.example"}), &json!(true)));
    assert_eq!(made["model"]["tools"][0]["server"]["secret"], "readable");
    assert!(!vapi.done("GET", "/assistant", None).await.to_string().contains("s3cr3t"));
    assert_eq!(vapi.emulator.objects(Collection::Assistant)[0]["server"]["secret"], "s3cr3t");
    let path = format!("/assistant/{}", id(&made));
    let wiped = vapi.done("PATCH", &path, json!({"server": {"url": "https://a.example"}})).await;
    assert_eq!(wiped["isServerUrlSecretSet"], false, "sending the parent back wipes it");
}

#[tokio::test]
async fn credentials_can_be_hidden() {
    let number = json!({"provider": "vapi", "sipUri": "sip:a@x", "authentication": {"username": "u".repeat(20), "password": "p".repeat(20)}});
    for (credentials, expected) in [
        (Credentials::Shown, json!("p".repeat(20))),
        (Credentials::Masked, json!("********")),
        (Credentials::Dropped, Value::Null),
    ] {
        let vapi = vapi(Config { credentials, ..Config::default() }).await;
        let made = vapi.done("POST", "/phone-number", number.clone()).await;
        assert_eq!(made["authentication"]["password"], expected);
        assert_eq!(vapi.emulator.objects(Collection::PhoneNumber)[0]["authentication"]["password"], "p".repeat(20));
    }
}

#[tokio::test]
async fn vapi_fills_in_what_is_absent() {
    let fill = json!({"backgroundSound": "off", "model": {"numFastTurns": 1}, "voice": {"provider": "vapi"}});
    let vapi = vapi(Config { fill, show_cleared: true, ..Config::default() }).await;
    let body = json!({"backgroundSound": "office", "model": {"provider": "openai", "model": "m"}});
    let made = vapi.done("POST", "/assistant", body).await;
    assert_eq!(made["backgroundSound"], "office");
    assert_eq!(made["model"], json!({"provider": "openai", "model": "m", "numFastTurns": 1}));
    assert_eq!(made["voice"], json!({"provider": "vapi"}));
    let cleared = vapi.done("PATCH", &format!("/assistant/{}", id(&made)), json!({"voice": null})).await;
    assert_eq!(cleared.get("voice"), Some(&Value::Null));
}

#[tokio::test]
async fn what_is_written_is_there_after_a_restart_and_for_others() {
    let folder = crate::support::folder();
    let config = Config { data: Some(folder.path().join("data.json")), ..Config::default() };
    let first = vapi(config.clone()).await;
    first.done("POST", "/assistant", json!({"name": "A"})).await;
    let second = vapi(config.clone()).await;
    second.done("POST", "/assistant", json!({"name": "B"})).await;
    assert_eq!(names(&first.done("GET", "/assistant", None).await), ["B", "A"]);
    first.emulator.insert(Collection::Assistant, json!({"name": "C"}));
    first.emulator.shutdown().await;
    assert_eq!(names(&second.done("GET", "/assistant", None).await).len(), 3);
    let ids: std::collections::HashSet<String> =
        second.emulator.objects(Collection::Assistant).iter().map(id).collect();
    assert_eq!(ids.len(), 3);
    std::fs::write(folder.path().join("data.json"), "[").unwrap();
    assert_eq!(second.ask("GET", "/assistant", None).await.0, 500);
    assert!(Emulator::start(config).await.is_err());
}

#[tokio::test]
async fn the_dashboard_has_a_hand_in_it() {
    let clock = ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap(), Duration::ZERO);
    let vapi = vapi(Config { clock: Clock::Manual(clock.clone()), ..Config::default() }).await;
    let old = json!({"id": "old", "name": "Old", "createdAt": "2020-01-01T00:00:00.000Z", "hipaaEnabled": true});
    assert_eq!(vapi.emulator.insert(Collection::Assistant, old), "old");
    let shown = vapi.done("GET", "/assistant/old", None).await;
    assert_eq!((&shown["createdAt"], &shown["updatedAt"]), (&shown["updatedAt"], &json!("2020-01-01T00:00:00.000Z")));
    clock.advance(Duration::from_secs(1));
    assert!(vapi.emulator.edit(Collection::Assistant, "old", &json!({"name": "New", "hipaaEnabled": null})));
    let shown = vapi.done("GET", "/assistant/old", None).await;
    assert_eq!((&shown["name"], &shown["updatedAt"]), (&json!("New"), &json!("2026-01-01T00:00:01.000Z")));
    assert_eq!(shown.get("hipaaEnabled"), None);
    assert!(vapi.emulator.edit_with(Collection::Assistant, "old", |object| object.clear()));
    assert!(vapi.emulator.object(Collection::Assistant, "old").unwrap().get("name").is_none());
    assert!(vapi.emulator.remove(Collection::Assistant, "old"));
    assert!(!vapi.emulator.remove(Collection::Assistant, "old"));
    assert!(!vapi.emulator.edit(Collection::Assistant, "old", &json!({})));
    vapi.emulator.generate(40);
    assert_eq!(vapi.done("GET", "/assistant", None).await.as_array().unwrap().len(), 40);
    assert_eq!(vapi.done("GET", "/phone-number", None).await.as_array().unwrap().len(), 10);
}

#[test]
fn it_also_starts_outside_a_runtime() {
    let emulator = Emulator::start_blocking(Config::default()).unwrap();
    let address = emulator.base_url();
    let status = tokio::runtime::Runtime::new().unwrap().block_on(async {
        super::client::http().get(address + "/assistant").bearer_auth("emulator").send().await.unwrap().status()
    });
    assert_eq!(status, 200);
    assert_eq!(emulator.hits().len(), 1);
}
