//! What a run may touch: targets, what is ignored, what costs money, what would leave a number without an answer.

use std::io::Read;
use std::process::Stdio;

use serde_json::json;
use vapi_sync::emulator::Collection;

use crate::support::{World, all_is_quiet, id};

const NUMBER: &str = "\
version: 1
agents:
  one: {config: {name: One}}
  two: {config: {name: Two, firstMessage: Hi}}
phone_numbers:
  main:
    config:
      provider: byo-phone-number
      number: '1234'
      numberE164CheckEnabled: false
      credentialId: c0ffee00-0000-4000-8000-000000000000
      assistantId: ${agent:one}
";

#[test]
fn what_is_not_selected_is_not_made_and_what_needs_it_waits() {
    let world = World::new(NUMBER);
    let run = world.run(&["apply", "--yes", "--target", "phone_numbers.*"]).expect(3);
    assert!(run.text().contains("agents.one"), "it says what it waits for: {}", run.text());
    assert!(world.writes().is_empty());
    world.run(&["apply", "--yes", "--target", "agents.one"]).expect(0);
    assert_eq!((world.agents().len(), world.numbers().len()), (1, 0));
    // The agent is there now, though not selected: its id is used.
    world.run(&["apply", "--yes", "--target", "phone_numbers.main"]).expect(0);
    assert_eq!(world.numbers()[0]["assistantId"], world.agent("One")["id"]);
    assert_eq!(world.agents().len(), 1);
    world.run(&["apply", "--yes", "--target", "agents.one", "agents.t*"]).expect(0);
    all_is_quiet(&world);
}

#[test]
fn a_pull_of_a_target_writes_that_entry_only() {
    let world = World::new(NUMBER);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let before = world.state();
    for name in ["One", "Two"] {
        world.vapi.edit(Collection::Assistant, &id(&world.agent(name)), &json!({"firstMessage": "Hey"}));
    }
    world.vapi.insert(Collection::Assistant, json!({"name": "Three"}));
    world.run(&["pull", "--target", "agents.two"]).expect(0);
    assert_eq!(world.state(), before.replace("firstMessage: Hi", "firstMessage: Hey"));
    // What is only in Vapi can be named by the handle that it would get.
    world.run(&["pull", "--target", "agents.three"]).expect(0);
    assert!(world.state().contains("  three:\n"), "{}", world.state());
    assert!(!world.state().contains("{name: One, firstMessage"), "{}", world.state());
}

#[test]
fn agents_that_hand_over_to_each_other_are_made_in_two_steps() {
    let handoff = |to: &str| {
        format!(
            "model: {{provider: openai, model: gpt-4.1, tools: [{{type: handoff, destinations: [{{type: assistant, \
             assistantId: '${{agent:{to}}}'}}]}}]}}"
        )
    };
    let state = format!(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      {}\n  b:\n    config:\n      name: B\n      {}\n  \
         c:\n    config:\n      name: C\n      {}\n",
        handoff("b"),
        handoff("c"),
        handoff("a")
    );
    let world = World::new(&state);
    world.run(&["apply", "--yes"]).expect(0);
    let methods: Vec<String> = world.writes().into_iter().map(|hit| hit.method).collect();
    assert_eq!(methods.iter().filter(|method| *method == "POST").count(), 3, "{methods:?}");
    assert_eq!(methods.iter().filter(|method| *method == "PATCH").count(), 1, "{methods:?}");
    for (from, to) in [("A", "B"), ("B", "C"), ("C", "A")] {
        let destination = &world.agent(from)["model"]["tools"][0]["destinations"][0];
        assert_eq!(destination["assistantId"], world.agent(to)["id"]);
    }
    all_is_quiet(&world);
}

#[test]
fn what_is_ignored_is_left_alone_in_both_directions() {
    for (pattern, number) in [
        ("<ID>", "<NUMBER ID>"),
        ("play_ground", "spare"),
        ("Playground 1", "'+14155550123'"),
        ("'Playground *'", "'+1415*'"),
        ("play*", "'sp*'"),
    ] {
        let world = World::new("version: 1\n");
        let agent = world.vapi.insert(Collection::Assistant, json!({"name": "Playground 1", "firstMessage": "Hi"}));
        let spare = world.vapi.insert(
            Collection::PhoneNumber,
            json!({"provider": "vonage", "number": "+14155550123", "credentialId": agent, "assistantId": agent}),
        );
        let ignore = format!("ignore:\n  agents: [{pattern}]\n  phone_numbers: [{number}]\n")
            .replace("<ID>", &agent)
            .replace("<NUMBER ID>", &spare);
        let by_handle = pattern.starts_with("play");
        if !by_handle {
            // In Vapi alone: not taken into the file, not counted as only there.
            world.write("vapi-state.yaml", &format!("version: 1\n{ignore}"));
            world.commit("ignored");
            world.run(&["pull"]).expect(0);
            assert!(!world.state().contains("agents:\n  p") && !world.state().contains("vapi_"), "{}", world.state());
            world.run(&["status", "--exit-code"]).expect(0);
        }
        // In the file too, with other values: nothing is sent, nothing is captured.
        world.write(
            "vapi-state.yaml",
            &format!(
                "version: 1\n{ignore}agents:\n  play_ground:\n    vapi_assistant_id: {agent}\n    config: {{name: Playground 1, \
                 firstMessage: Bye}}\nphone_numbers:\n  spare:\n    vapi_phone_number_id: {spare}\n    config: {{number: \
                 '+14155550123', name: Spare}}\n"
            ),
        );
        world.commit("both");
        for command in [&["apply", "--yes"][..], &["sync", "--yes"], &["status", "--exit-code"]] {
            world.run(command).expect(0);
            assert!(world.writes().is_empty(), "{pattern} {command:?}");
        }
        assert!(world.state().contains("firstMessage: Bye"), "{}", world.state());
        assert_eq!(world.agent("Playground 1")["firstMessage"], json!("Hi"));
    }
}

#[test]
fn a_number_is_never_left_without_what_it_rings() {
    for emptied in ["null", "''", "~", "\"\""] {
        let world = World::new(NUMBER);
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.edit("assistantId: ${agent:one}", &format!("assistantId: {emptied}"));
        world.taken();
        for side in ["file", "vapi"] {
            let run = world.run(&["apply", "--yes", "--prefer", side]).expect(1);
            assert!(run.stderr.contains("vapi-state.yaml:"), "with its place: {}", run.stderr);
        }
        world.run(&["plan"]).expect(1);
        assert!(world.writes().is_empty(), "{emptied}");
        // Another target is a change like any other.
        world.edit(&format!("assistantId: {emptied}"), "assistantId: ${agent:two}");
        world.run(&["apply", "--yes"]).expect(0);
        assert_eq!(world.numbers()[0]["assistantId"], world.agent("Two")["id"]);
    }
}

#[test]
fn null_clears_and_what_nobody_recorded_is_not_cleared() {
    let world = World::new(NUMBER);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("firstMessage: Hi", "firstMessage: null");
    world.commit("no greeting");
    world.taken();
    world.run(&["apply", "--yes"]).expect(0);
    let writes = world.writes();
    assert_eq!((writes.len(), writes[0].body.clone()), (1, Some(json!({"firstMessage": null}))));
    assert!(world.agent("Two")["firstMessage"].is_null());
    all_is_quiet(&world);
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Two")), &json!({"firstMessage": "by hand"}));
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("Two")["firstMessage"], json!("by hand"));
}

#[test]
fn what_can_be_given_only_at_the_start_is_a_warning_and_is_not_sent() {
    let world = World::new(NUMBER);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("number: '1234'", "number: '9999'");
    world.edit("name: One", "name: Uno");
    world.commit("another number");
    world.taken();
    let run = world.run(&["apply", "--yes"]).expect(0);
    assert!(run.stderr.contains("warning[create-only]"), "{}", run.stderr);
    let writes = world.writes();
    assert_eq!((writes.len(), writes[0].body.clone()), (1, Some(json!({"name": "Uno"}))));
    assert_eq!(world.numbers()[0]["number"], json!("1234"));
}

#[test]
fn a_purchase_waits_for_its_flag_and_the_rest_is_done() {
    let world = World::new(
        "version: 1\nagents:\n  one: {config: {name: One}}\nphone_numbers:\n  bought:\n    config: {provider: vapi, \
         name: Main, numberDesiredAreaCode: '415', assistantId: '${agent:one}'}\n",
    );
    let run = world.run(&["apply", "--yes"]).expect(3);
    assert!(run.text().contains("--allow-purchase"), "{}", run.text());
    assert_eq!((world.agents().len(), world.numbers().len()), (1, 0));
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.numbers().len(), 0);
    world.run(&["apply", "--yes", "--allow-purchase"]).expect(0);
    assert_eq!(world.numbers().len(), 1);
    all_is_quiet(&world);
}

/// What has no name could not be found again after a lost answer: it would be bought twice.
#[test]
fn a_purchase_without_a_name_is_not_made() {
    let bought =
        |config: &str| format!("version: 1\nphone_numbers:\n  bought:\n    config: {{provider: vapi{config}}}\n");
    for (config, code, says) in [
        ("", 3, "give it a `name`"),
        (", numberDesiredAreaCode: '415', name: ''", 3, "give it a `name`"),
        (
            ", number: '+14155550111', name: Main",
            3,
            "+14155550111 is not in Vapi, and Vapi lets nobody choose a number",
        ),
        (", number: '+14155550111'", 3, "give it a `name`"),
    ] {
        let world = World::new(&bought(config));
        let run = world.run(&["apply", "--yes", "--allow-purchase"]).expect(code);
        assert!(run.text().contains(says), "{config}: {}", run.text());
        assert!(world.writes().is_empty(), "{config}");
    }
    for config in [", name: Main", ", sipUri: 'sip:main@sip.vapi.ai'"] {
        let world = World::new(&bought(config));
        world.run(&["apply", "--yes", "--allow-purchase"]).expect(0);
        assert_eq!(world.numbers().len(), 1, "{config}");
        all_is_quiet(&world);
    }
    // One that was there needs none, until it is gone.
    let world = World::new(&bought(", name: Main"));
    world.run(&["apply", "--yes", "--allow-purchase"]).expect(0);
    world.vapi.edit(Collection::PhoneNumber, &id(&world.numbers()[0]), &json!({"name": null}));
    let number = format!(", number: \"{}\"", world.numbers()[0]["number"].as_str().expect("a number"));
    let state = world.state().replace("name: Main, ", "").replace(", name: Main", "");
    assert!(state.contains(&number) || state.contains(number.trim_start_matches(", ")), "{state}");
    world.write("vapi-state.yaml", &state);
    world.commit("no name");
    all_is_quiet(&world);
    world.vapi.remove(Collection::PhoneNumber, &id(&world.numbers()[0]));
    let run = world.run(&["apply", "--yes", "--allow-purchase", "--allow-mass-recreate"]).expect(3);
    assert!(run.text().contains("give it a `name`"), "{}", run.text());
    assert!(world.writes().is_empty());
}

#[cfg(unix)]
#[test]
fn plan_and_status_work_where_nothing_can_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(NUMBER);
    let mode =
        |mode| std::fs::set_permissions(world.folder.path(), std::fs::Permissions::from_mode(mode)).expect("set");
    mode(0o555);
    for command in [&["plan"][..], &["status"], &["validate"], &["plan", "--format", "json"]] {
        world.run(command).expect(0);
    }
    // Root writes anywhere: only what a user would see is looked at.
    let root = std::fs::write(world.path("probe"), "").is_ok();
    if !root {
        let run = world.run(&["apply", "--yes"]).expect(1);
        assert!(run.stderr.contains("cannot be made"), "{}", run.stderr);
        assert!(world.writes().is_empty());
    }
    mode(0o755);
    assert!(root || !world.path(".vapi-sync").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let world = World::new("");
    world.vapi.generate(40);
    world.run(&["pull"]).expect(0);
    for command in
        [&["plan", "--all", "--format", "json"][..], &["plan", "--all"], &["--help"], &["completions", "bash"]]
    {
        let mut child = world.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("spawned");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("read");
        let status = child.wait().expect("ended");
        assert!(!stderr.contains("panicked"), "{command:?}: {stderr}");
        assert!(status.code().is_some(), "{command:?} was killed: {status:?}");
    }
}

#[test]
fn the_help_of_a_command_shows_its_own_formats() {
    let world = World::new("version: 1\n");
    let help = |command: &[&str]| {
        let text = world.run(&[command, &["-h"]].concat()).expect(0).stdout;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (command, formats) in [
        ("plan", "text, json, markdown"),
        ("status", "text, json, html"),
        ("validate", "text, json, github, sarif"),
        ("log", "text, json"),
    ] {
        let help = help(&[command]);
        assert!(help.contains(&format!("[possible values: {formats}]")), "{help}");
    }
    for command in [&["emulator"][..], &["emulator", "request"], &["completions"]] {
        let help = help(command);
        assert!(!help.contains("--format") && !help.contains("--file"), "{help}");
    }
    // It may stand in front of the command too, where all commands share it.
    assert_eq!(world.run(&["--format", "json", "validate"]).expect(0).json()["command"], json!("validate"));
    assert_eq!(world.run(&["validate", "--format", "json"]).expect(0).json()["command"], json!("validate"));
    world.run(&["--format", "sarif", "log"]).expect(64);
}

#[test]
fn many_equal_warnings_are_counted_and_validate_lists_them() {
    let fields: String = (0..60).map(|index| format!("        f{index}: yes\n")).collect();
    let world =
        World::new(&format!("version: 1\nagents:\n  a:\n    config:\n      name: A\n      metadata:\n{fields}"));
    for command in [&["plan"][..], &["apply", "--yes"], &["status"], &["pull"]] {
        let said = world.run(command).expect(0).stderr;
        assert_eq!(said.matches("warning[yaml11]").count(), 1, "{said}");
        assert!(said.contains(", and 59 more like it (`vapi-sync validate` lists them all)\n"), "{said}");
    }
    assert_eq!(world.run(&["validate"]).expect(0).stderr.matches("warning[yaml11]").count(), 60);
    let json = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(60));
}
