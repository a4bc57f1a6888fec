//! One normal form: in the plan, in the read before a write, in the check of the answer.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config, DEFAULT_KEY, DEFAULT_ORG, Rewrites};

use crate::support::{World, id, is_quiet};

const STATE: &str = "\
version: 1
agents:
  desk:
    config:
      name: Desk
      firstMessage: 'Hello  '
      endCallMessage: \"Bye\\n\"
      serverMessages: [transcript, hang, tool-calls]
      model:
        provider: openai
        model: gpt-4.1
        temperature: 1.0
        messages:
          - role: system
            content: |
              Be kind.
              Ask.
";

/// A service that trims texts and gives sets in another order; with nulls beside nothing, and 1 for 1.0.
#[test]
fn what_the_service_makes_of_a_value_is_no_difference_anywhere() {
    let rewrites = Rewrites { trim: true, order: true, ..Rewrites::default() };
    let world = World::with(STATE, Config { rewrites, show_cleared: true, ..Config::default() });
    // The check of the answer to a POST.
    world.run(&["apply", "--yes"]).expect(0);
    let desk = world.agent("Desk");
    assert_eq!((&desk["firstMessage"], &desk["endCallMessage"]), (&json!("Hello"), &json!("Bye")));
    // The plan, of each command.
    for command in [&["plan", "--detailed-exitcode"][..], &["apply", "--yes"], &["pull"], &["status", "--exit-code"]] {
        is_quiet(&world, command);
    }
    // The read before a write, and the check of the answer to a PATCH: of the list's form and of the single one.
    let edit = json!({"voicemailMessage": null, "serverMessages": ["tool-calls", "hang", "transcript"]});
    world.vapi.edit(Collection::Assistant, &id(&desk), &edit);
    world.edit("Be kind.", "Be brief.");
    let applied = world.run(&["apply", "--yes", "--fresh", "0s"]).expect(0);
    assert_eq!(world.writes().len(), 1, "{}", applied.text());
    is_quiet(&world, &["plan", "--detailed-exitcode"]);
    // What differs in more than that is a difference.
    world.edit("firstMessage: 'Hello  '", "firstMessage: ' Hello'");
    world.run(&["plan", "--detailed-exitcode"]).expect(2);
}

/// Two state files of one repository that belong to two organisations have an agreed commit each.
#[test]
fn two_organisations_of_one_repository_agree_each_for_itself() {
    let other = "e1111111-0000-4000-8000-000000000000";
    let keys = vec![(DEFAULT_KEY.to_owned(), DEFAULT_ORG.to_owned()), ("second".to_owned(), other.to_owned())];
    let mut world = World::with("version: 1\n", Config { keys, ..Config::default() });
    let state =
        |name: &str| format!("version: 1\nagents:\n  desk:\n    config: {{name: {name}, firstMessage: Hello}}\n");
    world.write("vapi-state.yaml", &state("Desk"));
    world.write("second.yaml", &state("Second"));
    let apply_second = |world: &mut World, args: &[&str], code: i32| {
        world.env.push(("VAPI_API_KEY".to_owned(), "second".to_owned()));
        let run = world.run(&[args, &["-f", "second.yaml"]].concat()).expect(code);
        world.env.clear();
        run
    };
    world.run(&["apply", "--yes"]).expect(0);
    apply_second(&mut world, &["apply", "--yes"], 0);
    world.commit("applied");
    world.run(&["apply", "--yes"]).expect(0);
    apply_second(&mut world, &["apply", "--yes"], 0);
    let refs = world.git(&["for-each-ref", "--format=%(refname)", "refs/vapi-sync"]);
    assert_eq!(refs.lines().count(), 2, "{refs}");
    assert!(refs.contains(DEFAULT_ORG) && refs.contains(other), "{refs}");
    // The other organisation's key is refused, and moves no ref.
    world.run(&["apply", "--yes", "-f", "second.yaml"]).expect(1);
    // What one organisation agreed on says nothing of the other.
    world.write(
        "second.yaml",
        &std::fs::read_to_string(world.path("second.yaml")).expect("read").replace("Hello", "Hi"),
    );
    world.commit("second edited");
    apply_second(&mut world, &["apply", "--yes"], 0);
    let agreed = |org: &str| {
        let found = refs.lines().find(|name| name.contains(org)).expect("a ref").to_owned();
        world.git(&["rev-parse", &format!("{found}^{{commit}}")])
    };
    assert_ne!(agreed(DEFAULT_ORG), agreed(other));
    assert_eq!(agreed(other), world.git(&["rev-parse", "HEAD"]));
}
