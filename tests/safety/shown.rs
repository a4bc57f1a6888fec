//! What only a list shows, or only the read of one object and the response to a write, is no difference anywhere.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use crate::attacks::proxy::{Answer, Asked, between};
use crate::support::{World, is_quiet};

/// Takes fields out of all answers that are lists, and others out of those that are not.
fn hide(world: &mut World, from_lists: &'static [&str], from_others: &'static [&str]) {
    between(world, move |asked: &Asked, answer: &mut Answer| {
        let is_list = asked.method == "GET" && asked.path.matches('/').count() == 1;
        let hidden = if is_list { from_lists } else { from_others };
        if answer.status < 300 {
            answer.each(|object| {
                for path in hidden {
                    let (map, key) = path.rsplit_once('/').expect("a key");
                    if let Some(map) = object.pointer_mut(map).and_then(Value::as_object_mut) {
                        map.shift_remove(key);
                    }
                }
            });
        }
    });
}

/// A kind: its section, its objects, a file of one, and an edit of that file.
struct Case {
    collection: Collection,
    state: &'static str,
    /// Declared fields: those that lists hide, and those that the others do.
    declared: [&'static [&'static str]; 2],
    edit: [&'static str; 2],
    /// A field beside the file's, and its value.
    beside: (&'static str, Value),
}

fn cases() -> [Case; 2] {
    [
        Case {
            collection: Collection::Assistant,
            state: "version: 1\nagents:\n  a:\n    config:\n      name: A\n      firstMessage: Hello\n      endCallMessage: Bye\n      \
                    voicemailMessage: Beep\n      model: {provider: openai, model: gpt-4.1, temperature: 0.5, maxTokens: 70}\n",
            declared: [&["/endCallMessage", "/model/maxTokens"], &["/voicemailMessage", "/model/temperature"]],
            edit: ["firstMessage: Hello", "firstMessage: Hi"],
            beside: ("maxDurationSeconds", json!(900)),
        },
        Case {
            collection: Collection::Tool,
            state: "version: 1\ntools:\n  a:\n    config:\n      type: function\n      async: false\n      function: {name: look_up, \
                    description: Looks}\n      server: {url: 'https://x.example', timeoutSeconds: 20}\n",
            declared: [&["/function/description"], &["/server/timeoutSeconds"]],
            edit: ["async: false", "async: true"],
            beside: ("messages", json!([{"type": "request-start", "content": "Wait."}])),
        },
    ]
}

/// Declared fields: a plan, the read before a write, the check of the response to a creation and to an update, and a pull.
#[test]
fn a_declared_field_that_only_one_read_shows_is_no_difference() {
    for case in cases() {
        for hides in [[case.declared[0], &[]], [&[], case.declared[1]], case.declared] {
            for waits in [&[][..], &["--fresh", "0s"]] {
                let mut world = World::new(case.state);
                hide(&mut world, hides[0], hides[1]);
                world.run(&["apply", "--yes"]).expect(0);
                is_quiet(&world, &["plan", "--detailed-exitcode"]);
                is_quiet(&world, &["pull"]);
                is_quiet(&world, &["status", "--exit-code"]);
                let before = world.vapi.objects(case.collection).remove(0);
                world.edit(case.edit[0], case.edit[1]);
                let run = world.run(&[&["apply", "--yes"], waits].concat()).expect(0);
                assert!(run.stdout.contains("Applied: 1 updated"), "{hides:?}: {}", run.text());
                is_quiet(&world, &["plan", "--detailed-exitcode"]);
                let after = world.vapi.objects(case.collection).remove(0);
                for path in case.declared.concat() {
                    assert_eq!(after.pointer(path), before.pointer(path), "{path} {hides:?}");
                }
            }
        }
    }
}

/// Fields beside the file's: they stay, and the plan and the write are as if both reads showed them. What somebody changes
/// since the plan is seen still.
#[test]
fn an_undeclared_field_that_only_one_read_shows_holds_nothing_back() {
    for case in cases() {
        let field: &'static str = Box::leak(format!("/{}", case.beside.0).into_boxed_str());
        let hidden: &'static [&str] = Box::leak(vec![field].into_boxed_slice());
        for hides in [[hidden, &[]], [&[], hidden]] {
            for waits in [&[][..], &["--fresh", "0s"]] {
                let mut world = World::new(case.state);
                world.run(&["apply", "--yes"]).expect(0);
                let id = world.vapi.objects(case.collection)[0]["id"].as_str().expect("an id").to_owned();
                world.vapi.edit(case.collection, &id, &json!({ case.beside.0: case.beside.1 }));
                hide(&mut world, hides[0], hides[1]);
                is_quiet(&world, &["plan", "--detailed-exitcode"]);
                world.edit(case.edit[0], case.edit[1]);
                world.run(&[&["apply", "--yes"], waits].concat()).expect(0);
                assert_eq!(world.vapi.objects(case.collection)[0][case.beside.0], case.beside.1, "{hides:?}");
                // A pull takes it in where the list shows it, and finds nothing more then.
                world.run(&["pull"]).expect(0);
                assert_eq!(world.state().contains(case.beside.0), hides[0].is_empty());
                is_quiet(&world, &["pull"]);
                is_quiet(&world, &["plan", "--detailed-exitcode"]);
                let path = case.collection.path();
                let edit = json!({ case.beside.0: null, "name": "B", "server": {"url": "https://y.example"} });
                world.set_fault(&format!("GET /{path}/{id} before edit={edit}"));
                world.edit(case.edit[1], case.edit[0]);
                world.run(&["apply", "--yes", "--fresh", "0s"]).expect(3);
                assert_eq!(world.vapi.objects(case.collection)[0]["name"], "B");
            }
        }
    }
}
