//! Files that could not take an id.

use crate::support::World;

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
