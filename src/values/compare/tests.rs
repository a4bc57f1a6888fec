use serde_json::{Value as Json, json};

use super::*;
use crate::kinds::by_section;
use crate::model::Step;
use crate::values::normalize;

fn root() -> Spot {
    by_section("agents").expect("a kind").root()
}

fn value(json: Json) -> Value {
    normalize::live(by_section("agents").expect("a kind"), json)
}

fn found(desired: Json, live: Json) -> Vec<(String, What)> {
    differences(root(), &value(desired), &value(live)).into_iter().map(|d| (d.path.to_string(), d.what)).collect()
}

type Row = (Json, Json, Vec<(&'static str, What)>);

#[test]
fn what_differs_is_found_where_it_stands() {
    let table: Vec<Row> = vec![
        (json!({"name": "A"}), json!({"name": "A"}), vec![]),
        (json!({"name": "A"}), json!({}), vec![("name", What::Absent)]),
        (json!({"name": "A"}), json!({"name": null}), vec![("name", What::Absent)]),
        (json!({"name": null}), json!({}), vec![]),
        (json!({"firstMessage": "a  \n\t\nb\n"}), json!({"firstMessage": "a\n\nb \n\n"}), vec![]),
        (json!({"firstMessage": "a\nb"}), json!({"firstMessage": "a\n b"}), vec![("firstMessage", What::Differs)]),
        (json!({"firstMessage": "a\nb"}), json!({"firstMessage": "a\r\nb"}), vec![("firstMessage", What::Differs)]),
        (json!({"name": "a \nb"}), json!({"name": "a\nb"}), vec![("name", What::Differs)]),
        (json!({"name": null}), json!({"name": "A"}), vec![("name", What::Clear)]),
        (json!({}), json!({"name": "A"}), vec![("name", What::Undeclared)]),
        (json!({"model": {"temperature": 1}}), json!({"model": {"temperature": 1.0}}), vec![]),
        (json!({"toolIds": 1}), json!({"toolIds": "1"}), vec![("toolIds", What::Differs)]),
        (json!({"model": {}}), json!({"model": {"a": 1}}), vec![("model.a", What::Undeclared)]),
        (
            json!({"model": {"toolIds": ["a", "b"]}}),
            json!({"model": {"toolIds": ["c", "a"]}}),
            vec![("model.toolIds[b]", What::Gained), ("model.toolIds[c]", What::Lost)],
        ),
        (json!({"serverMessages": ["hang", "transcript"]}), json!({"serverMessages": ["transcript", "hang"]}), vec![]),
        (
            json!({"endCallPhrases": ["bye", "so long"]}),
            json!({"endCallPhrases": ["bye", "adieu"]}),
            vec![("endCallPhrases[1]", What::Differs)],
        ),
        (
            json!({"endCallPhrases": ["bye"]}),
            json!({"endCallPhrases": ["bye", "adieu"]}),
            vec![("endCallPhrases", What::Differs)],
        ),
    ];
    for (desired, live, expected) in table {
        let expected: Vec<(String, What)> = expected.into_iter().map(|(path, what)| (path.to_owned(), what)).collect();
        assert_eq!(found(desired.clone(), live.clone()), expected, "{desired} {live}");
    }
}

#[test]
fn tools_are_found_by_type_and_name_in_any_order() {
    let desired = json!({"model": {"tools": [
        {"type": "function", "function": {"name": "a"}, "server": {"url": "https://new"}},
        {"type": "endCall"},
    ]}});
    let live = json!({"model": {"tools": [
        {"type": "transferCall"},
        {"type": "endCall", "async": false},
        {"type": "function", "function": {"name": "a"}, "server": {"url": "https://old", "timeoutSeconds": 5}},
    ]}});
    assert_eq!(
        found(desired.clone(), live.clone()),
        [
            ("model.tools[function:a].server.url".to_owned(), What::Differs),
            ("model.tools[function:a].server.timeoutSeconds".to_owned(), What::Undeclared),
            ("model.tools[endCall].async".to_owned(), What::Undeclared),
            ("model.tools[transferCall]".to_owned(), What::Lost),
        ]
    );
    let held = HashSet::from([FieldPath::root().key("model").key("tools").join(Step::Element("transferCall".into()))]);
    let merged = overlay(root(), &value(desired), &value(live), &FieldPath::root(), &held);
    assert_eq!(
        merged.to_shown(),
        json!({"model": {"tools": [
            {"type": "function", "function": {"name": "a"}, "server": {"url": "https://new", "timeoutSeconds": 5}},
            {"type": "endCall", "async": false},
            {"type": "transferCall"},
        ]}})
    );
}

#[test]
fn keys_that_are_not_unique_fall_back_to_position() {
    let desired = json!({"hooks": [{"on": "x", "do": 1}, {"on": "x", "do": 2}]});
    let live = json!({"hooks": [{"on": "x", "do": 1}, {"on": "x", "do": 3}]});
    assert_eq!(found(desired, live), [("hooks[1].do".to_owned(), What::Differs)]);
}

#[test]
fn a_list_of_another_length_keeps_the_elements_it_names() {
    let desired =
        value(json!({"model": {"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}}));
    let live = value(json!({"model": {"messages": [{"role": "system", "content": "a", "extra": 1}]}}));
    let found = differences(root(), &desired, &live);
    assert_eq!(found[0].at_stake, AtStake::Nothing);
    let merged = overlay(root(), &desired, &live, &FieldPath::root(), &HashSet::new());
    assert_eq!(merged.to_shown()["model"]["messages"][0]["extra"], 1);
}

#[test]
fn a_documented_default_is_nobodys_work() {
    let found =
        differences(root(), &value(json!({"maxDurationSeconds": 900})), &value(json!({"maxDurationSeconds": 600})));
    assert!(found[0].default);
    assert!(gives_back(root(), &value(json!({"name": "A"})), &value(json!({"name": "A", "maxDurationSeconds": 600}))));
    assert!(!gives_back(root(), &value(json!({"name": "A"})), &value(json!({"name": "A", "maxDurationSeconds": 601}))));
}
