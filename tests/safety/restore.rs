//! The audit log, and the way back.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

const STATE: &str = "\
version: 1
agents:
  desk:
    config:
      name: Desk
      firstMessage: Hello
      endCallMessage: Bye
      maxDurationSeconds: 900
      endCallPhrases: [bye, so long]
      serverMessages: [hang, transcript, tool-calls]
      model:
        provider: openai
        model: gpt-4.1
        temperature: 0.3
        messages: [{role: system, content: Be kind.}]
        tools:
          - {type: endCall}
          - {type: function, function: {name: look_up}, server: {url: 'https://old.example.com'}}
          - {type: dtmf}
phone_numbers:
  main:
    config: {provider: telnyx, number: '+14155550100', credentialId: c0ffee00-0000-4000-8000-000000000000, name: Main, assistantId: '${agent:desk}', server: {url: 'https://old.example.com'}}
";

/// The file as it becomes: values changed, set, cleared, taken out of lists of each kind.
fn changed() -> String {
    let mut state = STATE.to_owned();
    for (from, to) in [
        ("firstMessage: Hello", "firstMessage: Good morning\n      voicemailMessage: Call back"),
        ("endCallMessage: Bye", "endCallMessage: null"),
        ("maxDurationSeconds: 900", "maxDurationSeconds: 901"),
        ("[bye, so long]", "[bye]"),
        ("[hang, transcript, tool-calls]", "[transcript, status-update]"),
        ("temperature: 0.3", "temperature: 0.5\n        maxTokens: 300"),
        ("content: Be kind.", "content: Be brief."),
        ("          - {type: endCall}\n", ""),
        (
            "{url: 'https://old.example.com'}}\n          - {type: dtmf}",
            "{url: 'https://new.example.com', timeoutSeconds: 9}}\n          - {type: dtmf}",
        ),
        ("name: Main", "name: Main line"),
        ("server: {url: 'https://old.example.com'}}\n", "server: {url: 'https://new.example.com'}}\n"),
    ] {
        assert!(state.contains(from), "{from:?}");
        state = state.replacen(from, to, 1);
    }
    state
}

/// The objects without what moves with every write. Sets, and lists whose elements have keys, have no order.
fn objects(world: &World) -> Vec<Value> {
    let mut objects = [world.agents(), world.numbers()].concat();
    for object in &mut objects {
        let fields = object.as_object_mut().expect("an object");
        fields.retain(|key, value| key != "updatedAt" && !value.is_null());
        for list in ["/serverMessages", "/model/tools"] {
            if let Some(Value::Array(items)) = object.pointer_mut(list) {
                items.sort_by_key(Value::to_string);
            }
        }
    }
    objects
}

/// The ids of the runs that changed Vapi, the oldest first.
pub fn runs(world: &World) -> Vec<String> {
    let log = world.run(&["log", "--format", "json"]).expect(0).json();
    let mut runs: Vec<String> = Vec::new();
    for record in log["records"].as_array().expect("records") {
        let run = record["run"].as_str().expect("a run").to_owned();
        if runs.last() != Some(&run) {
            runs.push(run);
        }
    }
    runs
}

/// A world whose second run changed all sorts of fields; with the objects as they were before it.
fn changed_world() -> (World, Vec<Value>, String) {
    let world = World::new(STATE);
    world.run(&["apply", "--yes"]).expect(0);
    let ids = world.state();
    world.commit("applied");
    let before = objects(&world);
    // The same edits on the file that has its ids by now.
    let mut state = ids;
    for (old, new) in diff_lines(STATE, &changed()) {
        assert!(state.contains(&old), "{old:?} is not in {state}");
        state = state.replacen(&old, &new, 1);
    }
    world.write("vapi-state.yaml", &state);
    world.commit("changed");
    world.run(&["apply", "--yes"]).expect(0);
    assert_ne!(objects(&world), before);
    let run = runs(&world).pop().expect("a run");
    (world, before, run)
}

/// The part in which two texts differ, in whole lines.
fn diff_lines(old: &str, new: &str) -> Vec<(String, String)> {
    let (left, right): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let split = |lines: &[&str], marker: &str| {
        let at = lines.iter().position(|line| line.starts_with(marker)).expect("the marker");
        (lines[head..at].join("\n"), lines[at + 2..].join("\n"))
    };
    let ((left_agent, left_number), (right_agent, right_number)) =
        (split(&left, "phone_numbers:"), split(&right, "phone_numbers:"));
    vec![(left_agent, right_agent), (left_number, right_number)]
}

#[test]
fn both_sides_are_as_before_and_the_plan_is_empty() {
    let (world, before, run) = changed_world();
    let new = world.state();
    let back = world.run(&["restore", &run, "--yes"]).expect(0);
    assert_eq!(objects(&world), before);
    let plan = world.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(plan.stdout.starts_with("No changes."), "{}", plan.stdout);
    assert!(back.stdout.contains("2 updated, 2 set back in the file"), "{}", back.stdout);
    // What was added is gone from the file again, and nothing else of it.
    let old = world.state();
    for gone in ["voicemailMessage", "maxTokens", "timeoutSeconds", "status-update", "901"] {
        assert!(!old.contains(gone), "{gone}: {old}");
    }
    for there in
        ["endCallMessage: Bye", "maxDurationSeconds: 900", "type: endCall", "temperature: 0.3", "${agent:desk}"]
    {
        assert!(old.contains(there), "{there}: {old}");
    }
    assert_eq!(world.git(&["diff", "--name-only"]).trim(), "vapi-state.yaml", "an edit to review");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(objects(&world), before, "the next apply does not undo it");
    world.run(&["pull"]).expect(0);
    assert_eq!(world.state(), old);
    // And back again.
    let restore = runs(&world).pop().expect("the restore");
    world.run(&["restore", &restore, "--yes"]).expect(0);
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(world.agent("Desk")["firstMessage"], json!("Good morning"));
    let same = |text: &str| {
        serde_yaml::from_str::<Value>(text).expect("YAML")["agents"]["desk"]["config"]["firstMessage"].clone()
    };
    assert_eq!(same(&world.state()), same(&new));
}

#[test]
fn with_vapi_only_the_file_is_left_and_the_plan_shows_the_difference() {
    let (world, before, run) = changed_world();
    let file = world.state();
    world.run(&["restore", &run, "--yes", "--vapi-only"]).expect(0);
    assert_eq!(objects(&world), before);
    assert_eq!(world.state(), file);
    let plan = world.run(&["plan", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["update"], json!(2), "{plan}");
    assert_eq!(plan["summary"]["held_back"], json!(0), "git knows those values: {plan}");
    world.run(&["apply", "--yes"]).expect(0);
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
    // And back again, from the log of the restore.
    let restore = runs(&world).into_iter().rev().nth(1).expect("the restore");
    world.run(&["restore", &restore, "--yes", "--prefer", "file"]).expect(0);
    let first = world.agent("Desk")["firstMessage"].clone();
    assert_eq!(first, json!("Good morning"));
}

#[test]
fn it_can_be_asked_for_one_entry() {
    let (world, before, run) = changed_world();
    world.run(&["restore", &run, "phone_numbers.main", "--yes"]).expect(0);
    let now = objects(&world);
    assert_eq!((now[0] == before[0], now[1] == before[1]), (false, true));
    let error = world.run(&["restore", &run, "agents.nobody", "--yes"]).expect(1);
    assert!(error.stderr.contains("agents.nobody"), "{}", error.stderr);
    let error = world.run(&["restore", "20200101T000000000Z-00000000", "--yes"]).expect(1);
    assert!(error.stderr.contains("20200101T000000000Z-00000000"), "{}", error.stderr);
}

#[test]
fn what_somebody_changed_since_waits() {
    let (world, before, run) = changed_world();
    let desk = id(&world.agent("Desk"));
    world.vapi.edit(Collection::Assistant, &desk, &json!({"firstMessage": "Mine"}));
    let restored = world.run(&["restore", &run, "--yes"]).expect(3);
    assert!(restored.stdout.contains("somebody changed it since that run"), "{}", restored.stdout);
    let now = world.agent("Desk");
    assert_eq!((&now["firstMessage"], &now["maxDurationSeconds"]), (&json!("Mine"), &json!(900)));
    world.run(&["restore", &run, "--yes", "--prefer", "file"]).expect(0);
    assert_eq!(objects(&world), before);
}

#[test]
fn what_the_run_made_stays() {
    let world = World::new(STATE);
    world.run(&["apply", "--yes"]).expect(0);
    let run = runs(&world).pop().expect("a run");
    let before = objects(&world);
    world.writes();
    let restored = world.run(&["restore", &run, "--yes"]).expect(0);
    assert!(restored.stderr.contains("never deletes"), "{}", restored.text());
    assert_eq!((objects(&world), world.writes().len()), (before, 0));
}

#[test]
fn it_asks_and_without_an_answer_sends_nothing() {
    let (world, _, run) = changed_world();
    let now = objects(&world);
    world.writes();
    world.run(&["restore", &run]).expect(1);
    assert_eq!((objects(&world), world.writes().len()), (now, 0));
}

/// A server whose secret Vapi does not show, as it is before and after a run that named the secret.
fn server(url: &str, secret: bool) -> String {
    let secret = if secret { ", secret: '${env:HUNTER}'" } else { "" };
    format!(
        "version: 1\nagents:\n  desk:\n    config: {{name: Desk, server: {{url: 'https://{url}.example.com'{secret}}}}}\n"
    )
}

#[test]
fn a_secret_is_never_wiped_on_the_way_back_and_never_logged() {
    let mut world = World::new(&server("old", true));
    world.env.push(("HUNTER".to_owned(), "made-up-secret".to_owned()));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit("old.example", "new.example");
    world.commit("new");
    world.run(&["apply", "--yes"]).expect(0);
    let run = runs(&world).pop().expect("a run");
    let restored = world.run(&["restore", &run, "--yes"]).expect(3);
    assert!(restored.stdout.contains("secret"), "{}", restored.text());
    assert_eq!(world.agent("Desk")["server"], json!({"url": "https://new.example.com", "secret": "made-up-secret"}));
    let log = std::fs::read_to_string(world.path(".vapi-sync/audit.jsonl")).expect("a log");
    assert!(!log.contains("made-up-secret"));
}

#[test]
fn a_field_that_vapi_no_longer_takes_is_left_out_on_the_way_back_too() {
    let state = "version: 1\nagents:\n  desk:\n    config: {name: Desk, model: {provider: openai, model: gpt-4o}}\n";
    let world = World::with(state, Config { refuse: vec!["model.oldKnob".to_owned()], ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let desk = id(&world.agent("Desk"));
    world.vapi.edit(
        Collection::Assistant,
        &desk,
        &json!({"model": {"provider": "openai", "model": "gpt-4o", "oldKnob": 7}}),
    );
    world.edit("gpt-4o", "gpt-4.1");
    world.commit("model");
    let applied = world.run(&["apply", "--yes"]).expect(0);
    assert!(applied.stderr.contains("model.oldKnob"), "{}", applied.text());
    let log = world.run(&["log"]).expect(0).stdout;
    assert!(log.contains("agents.desk left out (") && log.contains("- model.oldKnob: 7"), "{log}");
    let run = runs(&world).pop().expect("a run");
    // Which run it is, and when it was.
    let records = world.run(&["log", "--format", "json"]).expect(0).json();
    let of_run = records["records"].as_array().expect("records").iter().filter(|record| record["run"] == *run);
    let mut times = of_run.map(|record| record["time"].as_str().expect("a time").replace('T', " "));
    let heading =
        |time: String| format!("\n{}  {} UTC  apply by ", &run[run.len() - 8..], time.get(..16).expect("minutes"));
    assert!(times.any(|time| log.contains(&heading(time))), "{log}");
    let restored = world.run(&["restore", &run, "--yes"]).expect(0);
    assert!(restored.stderr.contains("model.oldKnob"), "{}", restored.text());
    assert_eq!(world.agent("Desk")["model"]["model"], json!("gpt-4o"));
}

#[test]
fn the_log_can_be_elsewhere() {
    let world = World::new(STATE);
    let elsewhere = ["--audit-log", "logs/audit.jsonl"];
    world.run(&[&["apply", "--yes"][..], &elsewhere].concat()).expect(0);
    assert!(!world.path(".vapi-sync/audit.jsonl").exists());
    assert!(!world.path("logs/.gitignore").exists(), "the folder is not ours");
    let log = world.run(&[&["log", "--format", "json"][..], &elsewhere].concat()).expect(0).json();
    assert_eq!(log["records"].as_array().map(Vec::len), Some(4), "{log}");
    assert_eq!(world.run(&["log", "--format", "json"]).expect(0).json()["records"], json!([]));
    world.run(&["log", "--audit-log", "nowhere.jsonl"]).expect(1);
    world.run(&["restore", "x", "--yes", "--audit-log", "nowhere.jsonl"]).expect(1);
}

#[test]
fn each_write_is_announced_and_its_outcome_follows() {
    let (world, _, _) = changed_world();
    let log = world.run(&["log", "--format", "json"]).expect(0).json();
    let records = log["records"].as_array().expect("records");
    let of = |address: &str| -> Vec<(&str, &str)> {
        let of = records.iter().filter(|record| record["address"] == address);
        of.map(|record| (record["action"].as_str().unwrap_or(""), record["outcome"].as_str().unwrap_or(""))).collect()
    };
    let expected = [("create", "intent"), ("create", "done"), ("update", "intent"), ("update", "done")];
    assert_eq!(of("agents.desk"), expected);
    assert_eq!(of("phone_numbers.main"), expected);
    let update = records.last().expect("a record");
    for (key, expected) in [("command", json!("apply")), ("status", json!(200)), ("outcome", json!("done"))] {
        assert_eq!(update[key], expected, "{update}");
    }
    assert_eq!(update["commit"].as_str(), Some(world.git(&["rev-parse", "HEAD"]).trim()));
    let only = world.run(&["log", "agents.desk", "--format", "json"]).expect(0).json();
    assert_eq!(only["records"].as_array().map(Vec::len), Some(4));
    let none = world.run(&["log", "--since", "2999-01-01", "--format", "json"]).expect(0).json();
    assert_eq!(none["records"], json!([]));
    let all = world.run(&["log", "--since", "1h", "--format", "json"]).expect(0).json();
    assert_eq!(all["records"].as_array().map(Vec::len), Some(records.len()));
}

#[test]
fn a_torn_last_line_is_survived() {
    let (world, before, run) = changed_world();
    let path = world.path(".vapi-sync/audit.jsonl");
    let whole = std::fs::read_to_string(&path).expect("a log");
    let torn = &whole[..whole.len() - 20];
    std::fs::write(&path, torn).expect("written");
    let log = world.run(&["log", "-v"]).expect(0);
    assert!(log.stderr.contains("is skipped"), "{}", log.stderr);
    // The outcome is lost, the intent is there: that write may have been carried out, so it is given back.
    world.run(&["restore", &run, "--yes"]).expect(0);
    assert_eq!(objects(&world), before);
    let now = std::fs::read_to_string(&path).expect("a log");
    assert!(now.starts_with(torn) && now[torn.len()..].starts_with('\n'), "what is in it is never touched");
}

#[test]
fn without_a_log_nothing_is_sent() {
    let world = World::new(STATE);
    world.write("logs", "a file where a folder should be");
    let run = world.run(&["apply", "--yes", "--audit-log", "logs/audit.jsonl"]).expect(1);
    assert!(run.text().contains("audit"), "{}", run.text());
    assert_eq!(world.writes().len(), 0);
}

/// What a number rang before may be nothing: it is not given back.
#[test]
fn a_number_is_not_left_with_nothing_to_ring() {
    let world = World::new(&STATE.replace(", assistantId: '${agent:desk}'", ""));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.write(
        "vapi-state.yaml",
        &world.state().replace("name: Main,", "name: Main line, assistantId: '${agent:desk}',"),
    );
    world.commit("rings");
    world.run(&["apply", "--yes"]).expect(0);
    let run = runs(&world).pop().expect("a run");
    let back = world.run(&["restore", &run, "--yes"]).expect(3);
    assert!(back.stdout.contains("nobody would answer the number any more"), "{}", back.text());
    assert_eq!(world.numbers()[0]["assistantId"], id(&world.agent("Desk")), "{}", back.text());
    assert_eq!(world.numbers()[0]["name"], "Main", "the rest is given back");
}
