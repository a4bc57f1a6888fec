//! Bytes outside an edited value stay as they are: whole files before and after.

use serde_json::json;
use vapi_sync::emulator::{Collection, DEFAULT_ORG};

use crate::support::{World, all_is_quiet, id};

/// The file after a command, with ids in place of `<A>` … in the expected text.
#[track_caller]
fn becomes(world: &World, expected: &str, ids: &[(&str, String)]) {
    let mut expected = expected.replace("<ORG>", DEFAULT_ORG);
    for (mark, id) in ids {
        expected = expected.replace(mark, id);
    }
    let state = world.state();
    assert!(state == expected, "--- is\n{state}\n--- should be\n{expected}\n--- {state:?}");
}

#[test]
fn apply_adds_ids_and_nothing_else() {
    let world = World::new(
        "# yaml-language-server: $schema=./x.json\n\n---\nversion: 1 # the format\n\n\nagents:\n  # first\n  \
         one:   # a handle\n    config: # Vapi's\n      name:   'One'   # quoted\n\n      firstMessage: \"caf\\u00e9\"\n  \
         two: { config: { name: Two, endCallPhrases: [ \"bye\", 'so long' ] } }\n\n  # the end\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    becomes(
        &world,
        "# yaml-language-server: $schema=./x.json\n\n---\nversion: 1 # the format\norg_id: <ORG>\n\n\nagents:\n  # first\n  \
         one:   # a handle\n    vapi_assistant_id: <ONE>\n    config: # Vapi's\n      name:   'One'   # quoted\n\n      firstMessage: \"caf\\u00e9\"\n  \
         two: { vapi_assistant_id: <TWO>, config: { name: Two, endCallPhrases: [ \"bye\", 'so long' ] } }\n\n  # the end\n",
        &[("<ONE>", id(&world.agent("One"))), ("<TWO>", id(&world.agent("Two")))],
    );
    all_is_quiet(&world);
}

#[test]
fn line_ends_of_windows_and_a_missing_last_newline_stay() {
    let world =
        World::new("version: 1\r\nagents:\r\n  one:\r\n    config:\r\n      name: One # n\r\n      firstMessage: Hi");
    world.run(&["apply", "--yes"]).expect(0);
    let one = id(&world.agent("One"));
    let applied = "version: 1\r\norg_id: <ORG>\r\nagents:\r\n  one:\r\n    vapi_assistant_id: <ONE>\r\n    config:\r\n      \
                   name: One # n\r\n      firstMessage: Hi";
    becomes(&world, applied, &[("<ONE>", one.clone())]);
    world.commit("applied");
    world.vapi.edit(Collection::Assistant, &one, &json!({"name": "Uno", "firstMessage": "Hola"}));
    world.run(&["pull"]).expect(0);
    let pulled = applied.replace("name: One #", "name: Uno #").replace("firstMessage: Hi", "firstMessage: Hola");
    becomes(&world, &pulled, &[("<ONE>", one)]);
    all_is_quiet(&world);
}

#[test]
fn pull_replaces_values_in_their_own_spelling() {
    let before = "\
version: 1
org_id: <ORG>
agents:
  one:
    vapi_assistant_id: <ONE>
    config:
      name: 'One' # single
      firstMessage: \"Hi\" # double

      # how long
      maxDurationSeconds: 700 # seconds
      endCallPhrases:
      - bye # the first
      - \"so long\"

      backgroundSound: \"off\"
      model:
        provider: openai
        model: gpt-4.1   # the model
        messages:
          - role: system
            content: |
              You are kind.

                Indented.
          # the last comment
          - { role: user, content: hello } # flow
# end
";
    let world = World::new("version: 1\n");
    let one = world.vapi.insert(
        Collection::Assistant,
        json!({"name": "One", "firstMessage": "Hi", "maxDurationSeconds": 700, "endCallPhrases": ["bye", "so long"],
            "backgroundSound": "off",
            "model": {"provider": "openai", "model": "gpt-4.1", "messages": [
                {"role": "system", "content": "You are kind.\n\n  Indented.\n"}, {"role": "user", "content": "hello"}]}}),
    );
    world.write("vapi-state.yaml", &before.replace("<ORG>", DEFAULT_ORG).replace("<ONE>", &one));
    world.commit("by hand");
    all_is_quiet(&world);
    world.vapi.edit_with(Collection::Assistant, &one, |agent| {
        agent["name"] = json!("It's One");
        agent["firstMessage"] = json!("Hi: \"you\"");
        agent["maxDurationSeconds"] = json!(800);
        agent["endCallPhrases"] = json!(["bye", "farewell", "so long"]);
        agent["model"]["model"] = json!("gpt-5");
        agent["model"]["messages"][0]["content"] = json!("You are kind.\n\n  Indented.\n\nAnd brief.\n");
        agent["model"]["messages"][1]["content"] = json!("hello, you");
        agent["model"]["temperature"] = json!(0.5);
    });
    world.run(&["pull"]).expect(0);
    let after = "\
version: 1
org_id: <ORG>
agents:
  one:
    vapi_assistant_id: <ONE>
    config:
      name: 'It''s One' # single
      firstMessage: \"Hi: \\\"you\\\"\" # double

      # how long
      maxDurationSeconds: 800 # seconds
      endCallPhrases:
      - bye # the first
      - farewell
      - \"so long\"

      backgroundSound: \"off\"
      model:
        provider: openai
        model: gpt-5   # the model
        messages:
          - role: system
            content: |
              You are kind.

                Indented.

              And brief.
          # the last comment
          - { role: user, content: \"hello, you\" } # flow
        temperature: 0.5
# end
";
    becomes(&world, after, &[("<ONE>", one)]);
    world.commit("pulled");
    all_is_quiet(&world);
}

#[test]
fn an_include_is_written_back_to_its_file_and_shared_text_stays_shared() {
    let world = World::outside_git(
        "version: 1\nagents:\n  one: {config: {name: One, firstMessage: '${file:prompts/one.md}'}}\n  \
         two:\n    config: {name: Two, firstMessage: &hello Hello, voicemailMessage: *hello}\n  \
         three: {config: {name: Three, firstMessage: '${file:prompts/both.md}'}}\n  \
         four: {config: {name: Four, firstMessage: '${file:prompts/both.md}'}}\n",
        Default::default(),
    );
    world.write("prompts/one.md", "Hi, one.\r\n");
    world.write("prompts/both.md", "Hi, both");
    world.git(&["init", "-q", "-b", "main"]);
    world.commit("first");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let before = world.state();
    let [one, two, three] = ["One", "Two", "Three"].map(|name| id(&world.agent(name)));
    assert_eq!(world.agent("One")["firstMessage"], json!("Hi, one."));

    // The only user of its include: the file is written, the state file not.
    world.vapi.edit(Collection::Assistant, &one, &json!({"firstMessage": "Hi, ${env:HOME} one.\r\n\r\nBye"}));
    world.run(&["pull"]).expect(0);
    assert_eq!(world.state(), before);
    assert_eq!(
        std::fs::read_to_string(world.path("prompts/one.md")).expect("read"),
        "Hi, ${env:HOME} one.\r\n\r\nBye\r\n"
    );
    world.commit("one");

    // One of two users: it alone gets its own text.
    world.vapi.edit(Collection::Assistant, &three, &json!({"firstMessage": "Only three"}));
    world.run(&["pull"]).expect(0);
    let after = before
        .replace("name: Three, firstMessage: '${file:prompts/both.md}'", "name: Three, firstMessage: 'Only three'");
    assert_eq!(world.state(), after);
    assert_eq!(std::fs::read_to_string(world.path("prompts/both.md")).expect("read"), "Hi, both");
    world.commit("three");

    // One of two users of an anchor: the other keeps its value.
    world.vapi.edit(Collection::Assistant, &two, &json!({"voicemailMessage": "Beep"}));
    world.run(&["pull"]).expect(0);
    assert_eq!(world.state(), after.replace("voicemailMessage: *hello", "voicemailMessage: Beep"));
    world.commit("two");
    all_is_quiet(&world);
}
