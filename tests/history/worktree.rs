//! Includes of old versions are compared as the working tree shows them, also where nothing is known to be agreed on.

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::World;

const FILE: &str = "version: 1\nagents:\n  a: {config: {name: A, firstMessage: '${file:p.md}'}}\n";

#[test]
fn an_include_is_recorded_as_the_working_tree_shows_it() {
    for (autocrlf, attributes) in [("false", ""), ("true", ""), ("false", "*.md eol=crlf\n"), ("false", "*.md ident\n")]
    {
        let case = format!("core.autocrlf={autocrlf} {attributes:?}");
        let world = World::new(FILE);
        world.git(&["config", "core.autocrlf", autocrlf]);
        world.write(".gitattributes", attributes);
        let committed = |text: &str| {
            world.write("p.md", text);
            world.commit(text);
            std::fs::remove_file(world.path("p.md")).expect("removed");
            world.git(&["checkout", "-q", "--", "p.md"]);
            std::fs::read_to_string(world.path("p.md")).expect("read")
        };
        let first = committed("Hello\nthere $Id$\n");
        world.run(&["apply", "--yes"]).expect(0);
        let sent = world.agents()[0]["firstMessage"].as_str().expect("a text").to_owned();
        assert_eq!(sent.trim_end(), first.trim_end(), "{case}");
        let second = committed("Good morning\nthere $Id$\n");
        assert_eq!(
            (first.contains('\r'), first.contains("$Id: ")),
            (second.contains('\r'), attributes.contains("ident"))
        );
        // Nothing is known to be agreed on any more.
        std::fs::remove_dir_all(world.path(".vapi-sync")).expect("removed");
        for name in world.git(&["for-each-ref", "--format=%(refname)", "refs/vapi-sync"]).lines() {
            world.git(&["update-ref", "-d", name]);
        }
        let plan = world.run(&["plan", "--detailed-exitcode"]).expect(2);
        assert!(plan.text().contains("1 to update") && !plan.text().contains("held back"), "{case}: {}", plan.text());
        let pull = world.run(&["pull"]).expect(0);
        assert!(pull.text().contains("ahead"), "{case}: {}", pull.text());
        // The file's text is committed: what somebody set in Vapi since is taken.
        let id = world.agents()[0]["id"].as_str().expect("an id").to_owned();
        world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": "Hi\nyou"}));
        let pull = world.run(&["pull"]).expect(0);
        assert!(pull.text().contains("Pulled: 1 updated"), "{case}: {}", pull.text());
    }
}
