//! Somebody works in the dashboard while a run is under way.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

const MODEL: &str = "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n      firstMessage: Hello\n      model: {provider: openai, model: gpt-4.1, temperature: 0.3}\n";

/// A world in which `firstMessage` of the one agent is about to change.
fn world() -> (World, String) {
    let world = World::new(MODEL);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("Hello", "Good morning");
    world.commit("morning");
    let id = id(&world.agent("Desk"));
    world.writes();
    (world, id)
}

/// The same in an organisation that is on versioning; the agent is at `v2`.
fn versioned_world() -> World {
    let world = World::with(MODEL, Config { versions: true, ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("Hello", "Hi");
    world.commit("hi");
    world.run(&["apply", "--yes"]).expect(0);
    world.edit("Hi", "Good morning");
    world.commit("morning");
    world
}

#[test]
fn a_few_objects_are_read_again_right_before_their_writes() {
    let (world, id) = world();
    world.run(&["apply", "--yes"]).expect(0);
    let of_object = format!(" /assistant/{id}");
    let requests: Vec<String> = world.requests().into_iter().filter(|line| line.ends_with(&of_object)).collect();
    assert_eq!(requests, [format!("GET{of_object}"), format!("PATCH{of_object}")]);
}

#[test]
fn many_that_were_read_just_now_are_not() {
    let mut file = "version: 1\nagents:\n".to_owned();
    for at in 0..6 {
        file.push_str(&format!("  a{at}: {{config: {{name: A{at}, firstMessage: Hello}}}}\n"));
    }
    let world = World::new(&file);
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("Hello", "Good morning");
    world.commit("morning");
    world.writes();
    let reads = |world: &World| world.requests().iter().filter(|line| line.starts_with("GET /assistant/")).count();
    world.run(&["apply", "--yes", "--parallelism", "5"]).expect(0);
    assert_eq!(reads(&world), 0);
    world.edit("Good morning", "Good evening");
    world.commit("evening");
    world.run(&["apply", "--yes", "--parallelism", "6"]).expect(0);
    assert_eq!(reads(&world), 6);
    world.edit("Good evening", "Good night");
    world.commit("night");
    world.run(&["apply", "--yes", "--parallelism", "5", "--fresh", "0s"]).expect(0);
    assert_eq!(reads(&world), 6);
}

#[test]
fn an_edit_between_the_list_and_the_second_look_is_held_back() {
    for patch in [
        json!({"firstMessage": "Mine"}),
        json!({"endCallMessage": "Mine"}),
        json!({"model": {"provider": "openai", "model": "mine"}}),
    ] {
        let (world, id) = world();
        world.set_fault(&format!("GET /assistant/{id} nth=1 before edit={patch}"));
        let run = world.run(&["apply", "--yes", "--format", "json"]).expect(3);
        assert_eq!(run.json()["changes"][0]["outcome"], json!("held_back"), "{}", run.stdout);
        assert!(run.stdout.contains("somebody changed it in Vapi since the plan was made"), "{}", run.stdout);
        assert_eq!(world.writes().len(), 0);
        for (key, value) in patch.as_object().expect("an object") {
            assert_eq!(world.agent("Desk")[key], *value);
        }
    }
}

#[test]
fn a_deletion_between_the_list_and_the_second_look_is_held_back() {
    let (world, id) = world();
    // The list still shows it; asked for by id it is gone.
    world.set_fault(&format!("GET /assistant/{id} status=404"));
    let run = world.run(&["apply", "--yes"]).expect(3);
    assert!(run.stdout.contains("it was deleted in Vapi since the plan was made"), "{}", run.stdout);
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn an_edit_of_another_field_just_before_the_write_stays_and_is_told() {
    let (world, id) = world();
    world.set_fault(&format!(r#"PATCH /assistant/{id} before edit={{"endCallMessage": "Mine"}}"#));
    // Nothing was lost: the field is news.
    let run = world.run(&["apply", "--yes"]).expect(0);
    assert!(run.stderr.contains("endCallMessage"), "{}", run.text());
    let agent = world.agent("Desk");
    assert_eq!((&agent["endCallMessage"], &agent["firstMessage"]), (&json!("Mine"), &json!("Good morning")));
}

#[test]
fn a_change_of_another_field_just_before_the_write_is_an_error_that_shows_both() {
    let (world, id) = world();
    let theirs = json!({"model": {"provider": "openai", "model": "gpt-4.1", "temperature": 0.9}});
    world.set_fault(&format!("PATCH /assistant/{id} before edit={theirs}"));
    let run = world.run(&["apply", "--yes"]).expect(4);
    assert!(run.stdout.contains("model should not have changed"), "{}", run.stdout);
    assert!(run.stdout.contains("0.3") && run.stdout.contains("0.9"), "{}", run.stdout);
    assert_eq!(world.agent("Desk")["model"], theirs["model"]);
}

/// Between the last look and the write nobody can look; where Vapi keeps versions, it shows afterwards.
#[test]
fn an_edit_of_the_same_field_just_before_the_write_shows_in_the_versions() {
    let world = versioned_world();
    let id = id(&world.agent("Desk"));
    world.set_fault(&format!(r#"PATCH /assistant/{id} before edit={{"firstMessage": "Mine"}}"#));
    let run = world.run(&["apply", "--yes"]).expect(4);
    assert!(
        run.stdout
            .contains("somebody saved v3 in Vapi just before this write. What v3 changed in firstMessage was replaced"),
        "{}",
        run.text()
    );
    let agent = world.agent("Desk");
    assert_eq!((&agent["firstMessage"], &agent["latestVersion"]), (&json!("Good morning"), &json!("v4")));
    let log = world.run(&["log"]).expect(0).stdout;
    assert!(log.contains("somebody saved v3"), "{log}");
}

/// A write that was sent twice, since the response was lost, made two versions by itself.
#[test]
fn versions_of_our_own_are_nobody_elses() {
    let world = versioned_world();
    let id = id(&world.agent("Desk"));
    world.set_fault(&format!("PATCH /assistant/{id} nth=1 after status=502"));
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("Desk")["latestVersion"], json!("v4"));
}

#[test]
fn an_edit_just_after_the_write_is_drift_in_the_next_plan() {
    let (world, id) = world();
    world.set_fault(&format!(r#"PATCH /assistant/{id} after edit={{"firstMessage": "Mine"}}"#));
    world.run(&["apply", "--yes"]);
    world.vapi.set_faults(Vec::new());
    let plan = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["changes"][0]["fields"][0]["verdict"], json!("drift"), "{plan}");
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Mine"));
}

#[test]
fn both_commands_of_a_drift_decide_it() {
    let drifting = || {
        let (world, id) = world();
        world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": "Mine"}));
        let plan = world.run(&["plan"]).expect(0).stdout;
        let command = |marker: &str| -> Vec<String> {
            let line = plan.lines().find(|line| line.contains(marker)).unwrap_or_else(|| panic!("{marker} in {plan}"));
            let (_, command) = line.split_once("vapi-sync ").expect("a command");
            command.split_whitespace().map(str::to_owned).collect()
        };
        (command("take the file's value"), command("take Vapi's value"), world)
    };
    let run = |world: &World, command: &[String]| {
        let mut args: Vec<&str> = command.iter().map(String::as_str).collect();
        args.push("--yes");
        world.run(&args).expect(0);
    };
    for committed_since in [false, true] {
        let (file, _, world) = drifting();
        run(&world, &file);
        assert_eq!(world.agent("Desk")["firstMessage"], json!("Good morning"));
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
        let (_, vapi, world) = drifting();
        if committed_since {
            world.edit("Good morning", "Good evening");
            world.commit("evening");
        }
        run(&world, &vapi);
        assert!(world.state().contains("firstMessage: Mine"), "{}", world.state());
        world.run(&["plan", "--detailed-exitcode"]).expect(0);
    }
}

/// What a held-back entry says in JSON: what, why, since when.
#[test]
fn a_held_back_field_says_why_and_since_when() {
    let (world, id) = world();
    world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": "Mine"}));
    let updated: jiff::Timestamp = world.agent("Desk")["updatedAt"].as_str().expect("a time").parse().expect("a time");
    let plan = world.run(&["plan"]).expect(0).stdout;
    let since = updated.strftime("%-d %b %H:%M UTC").to_string();
    assert!(plan.contains(&since), "{since} is not in {plan}");
}

/// Where Vapi keeps versions, every edit shows, and there is no note.
#[test]
fn an_edit_that_may_have_been_replaced_unseen_is_a_note_with_v() {
    let (world, _) = world();
    let run = world.run(&["apply", "--yes", "--format", "json", "-v"]).expect(0);
    let words = "if somebody changed firstMessage of agents.desk in the dashboard during the ";
    assert!(run.stderr.contains(words), "{}", run.text());
    let warnings = run.json()["warnings"].clone();
    assert_eq!(warnings[0]["code"], "not-guarded", "{warnings}");
    world.edit("Good morning", "Good evening");
    world.commit("evening");
    let run = world.run(&["apply", "--yes"]).expect(0);
    assert!(!run.text().contains("keeps no versions"), "only with -v: {}", run.text());
    let world = versioned_world();
    let run = world.run(&["sync", "--yes", "-v"]).expect(0);
    assert!(run.stdout.contains("To undo this: `vapi-sync restore "), "{}", run.text());
    assert!(!run.stderr.contains("keeps no versions"), "{}", run.text());
}

/// What is offered works as it is typed: for the file and the Vapi that the run was about.
#[test]
fn commands_that_are_offered_name_the_file() {
    let (world, id) = world();
    std::fs::create_dir(world.path("live org")).expect("made");
    world.git(&["mv", "vapi-state.yaml", "live org/it's.yaml"]);
    world.commit("moved");
    world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": "Mine"}));
    world.vapi.insert(Collection::Assistant, json!({"name": "New"}));
    let file = ["-f", "live org/it's.yaml"];
    let plan = world.run(&[&["plan"][..], &file].concat()).expect(0).stdout;
    let flags = r"-f 'live org/it'\''s.yaml'";
    for command in [
        format!("vapi-sync sync {flags} --prefer file=agents.desk\n"),
        format!("vapi-sync sync {flags} --prefer vapi=agents.desk\n"),
        format!("`vapi-sync pull {flags}` takes it into the file"),
    ] {
        assert!(plan.contains(&command), "{command} in {plan}");
    }
    let run = world.run(&[&["apply", "--yes", "--prefer", "file=agents.desk"][..], &file].concat()).expect(0);
    let offered = run.stdout.lines().find_map(|line| line.split_once("vapi-sync restore ")).expect("an offer").1;
    assert!(offered.trim_end_matches('`').ends_with(flags), "{offered}");
    let saved = world.run(&[&["plan", "--out", "a plan"][..], &file].concat()).expect(0);
    assert!(saved.stderr.contains(&format!("vapi-sync apply 'a plan' {flags}\n")), "{}", saved.stderr);
}
