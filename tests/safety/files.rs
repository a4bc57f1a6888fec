//! The file and its includes while others write them, and files that could not take an id.

use std::process::Stdio;

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::{Run, World, fault, id};

/// An editor saves an include while Vapi is waited for: it is planned anew, and nothing of it is lost.
#[test]
fn an_include_that_is_saved_meanwhile_is_not_replaced() {
    let world = World::new(
        "version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: '${file:hello.md}'\n      endCallMessage: '${file:bye.md}'\n",
    );
    world.write("hello.md", "Hello.");
    world.write("bye.md", "Bye.");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    assert!(world.vapi.edit(Collection::Assistant, &one, &json!({"firstMessage": "From the dashboard."})));
    world.vapi.set_faults(vec![fault("GET /phone-number slow=3s")]);
    let child = world.command(&["pull"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawned");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    world.write("hello.md", "Hello from the editor.");
    let run: Run = child.wait_with_output().expect("ended").into();
    assert_eq!(
        std::fs::read_to_string(world.path("hello.md")).expect("read"),
        "Hello from the editor.",
        "{}",
        run.text()
    );
    assert_eq!(run.code, 3, "{}", run.text());
}

/// What the second reader refuses is found out before anything is sent: by `validate` too.
#[test]
fn a_file_that_cannot_take_an_id_is_refused_before_anything_is_made() {
    let table = [
        (
            "a tab-only line in a block",
            "version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: |\n        a\n\t\n        b\n",
        ),
        (
            "a surrogate pair",
            "version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: \"\\ud83d\\ude00\"\n",
        ),
        ("an anchor with a dot", "version: 1\nagents:\n  one:\n    config: &x.y\n      name: One\n"),
        (
            "a line separator",
            "version: 1\nagents:\n  one:\n    config:\n      name: One\n      firstMessage: a\u{2028}b\n",
        ),
    ];
    let mut refused = 0;
    for (what, state) in table {
        let world = World::new(state);
        let valid = world.run(&["validate"]).code == 0;
        let applied = world.run(&["apply", "--yes"]);
        match valid {
            true => {
                assert_eq!(applied.code, 0, "{what}: {}", applied.text());
                assert!(world.state().contains("vapi_assistant_id"), "{what}: {}", world.state());
            }
            false => {
                refused += 1;
                assert_eq!(applied.code, 1, "{what}: {}", applied.text());
                assert!(world.writes().is_empty(), "{what}: something was sent");
                assert_eq!(world.state(), state, "{what}");
            }
        }
    }
    assert!(refused > 0, "one of them cannot be recorded");
}
