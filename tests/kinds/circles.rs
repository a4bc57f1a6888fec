//! What is made without a list and closed by a second write is one creation, wherever it is counted.

use serde_json::{Value, json};

use super::TEAM;
use crate::support::{Run, World};

#[test]
fn a_circle_is_counted_as_one_creation_whatever_becomes_of_it() {
    let json = |run: Run| {
        let document = run.json();
        let of_tool = |change: &&Value| change["address"] == "tools.to_billing";
        let changes: Vec<Value> =
            document["changes"].as_array().into_iter().flatten().filter(of_tool).cloned().collect();
        assert_eq!((changes.len(), &changes[0]["action"]), (1, &json!("create")), "{document:#}");
        let last = changes[0]["fields"].as_array().and_then(|fields| fields.last()).expect("a field");
        assert_eq!(last["path"], "destinations");
        assert!(last["note"].as_str().is_some_and(|note| note.contains("second step")), "{last}");
        (document["summary"].clone(), changes[0].clone())
    };
    let (summary, _) = json(World::new(TEAM).run(&["plan", "--format", "json"]).expect(0));
    assert_eq!((&summary["create"], &summary["update"]), (&json!(7), &json!(0)));
    let markdown = World::new(TEAM).run(&["plan", "--format", "markdown"]).expect(0);
    assert_eq!(markdown.stdout.matches("<code>tools.to_billing</code>").count(), 2, "a row and its details");
    for (fault, code, said, counts, outcome) in [
        ("PATCH * nth=9 status=400", 0, "Applied: 7 created.", [7, 0, 0], "done"),
        ("PATCH * nth=1 status=400", 4, "Applied: 6 created, 1 error, 1 not attempted.", [5, 1, 1], "failed"),
        ("POST /tool nth=2 status=400", 4, "Applied: 2 created, 1 error, 4 not attempted.", [2, 1, 4], "failed"),
    ] {
        let worlds = [World::new(TEAM), World::new(TEAM)];
        worlds.iter().for_each(|world| world.set_fault(fault));
        let text = worlds[0].run(&["apply", "--yes"]).expect(code);
        let (summary, change) = json(worlds[1].run(&["apply", "--yes", "--format", "json"]).expect(code));
        let found = ["done", "failed", "not_attempted"].map(|word| summary[word].as_u64().expect("a count"));
        assert_eq!((found, &change["outcome"]), (counts, &json!(outcome)), "{fault}: {summary} {}", text.text());
        assert!(text.text().contains(said), "{fault}: {}", text.text());
        assert_eq!(change["id"].is_null(), counts[0] == 2, "an id, once it is made: {change}");
    }
}
