//! One file, two organisations: promotion, drift, captures, the gate, and keys that are mixed up.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, Emulator};

use crate::support::{Run, World, id, is_quiet};

/// The organisations of two environments.
const ORGS: [&str; 2] = ["org-of-staging", "org-of-production"];
const KEYS: [&str; 2] = ["key-of-staging-1", "key-of-production-1"];

/// A world with two organisations, each behind an address of its own: `world` has staging's.
pub struct Two {
    pub world: World,
    pub production: Emulator,
}

fn config(at: usize) -> Config {
    let seed = at as u64 + 7;
    Config { keys: vec![(KEYS[at].to_owned(), ORGS[at].to_owned())], seed, ..Config::default() }
}

impl Two {
    pub fn new(state: &str) -> Self {
        let mut world = World::with(state, config(0));
        let production = Emulator::start_blocking(config(1)).expect("an emulator");
        let urls = [world.vapi.base_url(), production.base_url()];
        for (at, name) in ["STAGING", "PRODUCTION"].into_iter().enumerate() {
            world.env.push((format!("VAPI_API_KEY_{name}"), KEYS[at].to_owned()));
            world.env.push((format!("VAPI_BASE_URL_{name}"), urls[at].clone()));
        }
        world.env.push(("VAPI_API_KEY".to_owned(), String::new()));
        Self { world, production }
    }

    pub fn run(&self, environment: &str, args: &[&str]) -> Run {
        self.world.run(&[args, &["--env", environment]].concat())
    }

    /// What production has.
    fn there(&self, name: &str) -> Value {
        let all = self.production.objects(Collection::Assistant);
        all.into_iter().find(|agent| agent["name"] == name).unwrap_or_else(|| panic!("no {name} in production"))
    }

    /// Applies and commits, to both.
    pub fn promoted(&self) {
        self.run("staging", &["apply", "--yes"]).expect(0);
        self.world.commit("applied to staging");
        self.run("production", &["apply", "--yes"]).expect(0);
        self.world.commit("applied to production");
    }
}

pub const STATE: &str = "\
version: 1
vars: {greeting: Hello, prompt: Be kind.}   # shared
environments:
  staging:
    vars: {backend: \"https://staging.example.com\"}
  production:
    after: staging
    vars: {backend: \"https://api.example.com\"}   # the real one

agents:
  desk:
    config:
      name: Desk
      firstMessage: ${var:greeting}
      endCallMessage: Goodbye from ${var:backend}
      server: {url: \"${var:backend}\"}
      voice: {provider: vapi, voiceId: Elliot}
  night:
    config:
      name: Night
      firstMessage: ${var:greeting}
      voicemailMessage: Later.
phone_numbers:
  line:
    environments: [production]
    config: {provider: twilio, number: \"+14155550100\", twilioAccountSid: AC1, twilioAuthToken: \"${env:TW}\", assistantId: \"${agent:desk}\"}
";

fn two() -> Two {
    let mut two = Two::new(STATE);
    two.world.env.push(("TW".to_owned(), "token-of-twilio".to_owned()));
    two
}

/// An object without what each organisation gives it.
fn bare(mut object: Value) -> Value {
    for field in ["id", "orgId", "createdAt", "updatedAt"] {
        object.as_object_mut().expect("an object").remove(field);
    }
    object
}

#[test]
fn the_same_file_is_promoted_from_an_empty_production() {
    let two = two();
    let closed = two.run("production", &["apply", "--yes"]).expect(3);
    assert!(closed.stderr.contains("gate-closed") && closed.stderr.contains("agents.desk"), "{}", closed.stderr);
    assert_eq!(two.production.objects(Collection::Assistant).len(), 0);
    two.run("staging", &["apply", "--yes"]).expect(0);
    two.world.commit("applied to staging");
    let refs = two.world.git(&["for-each-ref", "--format=%(refname)", "refs/vapi-sync"]);
    assert!(refs.contains("org-of-staging"), "{refs}");
    // The ref opens the gate: nobody has to hold the key of staging.
    let mut alone = two.world.command(&["apply", "--yes", "--env", "production", "--format", "json"]);
    let applied: Run = alone.env("VAPI_API_KEY_STAGING", "").output().expect("the binary").into();
    let applied = applied.expect(0).json();
    assert_eq!((&applied["environment"], &applied["gate"]["open"]), (&json!("production"), &json!(true)), "{applied}");
    two.world.commit("applied to production");
    for name in ["Desk", "Night"] {
        let (here, there) = (bare(two.world.agent(name)), bare(two.there(name)));
        let there: Value =
            serde_json::from_str(&there.to_string().replace("api.example.com", "staging.example.com")).expect("JSON");
        assert_eq!(here, there);
    }
    assert_eq!((two.world.numbers().len(), two.production.objects(Collection::PhoneNumber).len()), (0, 1));
    let state = two.world.state();
    for environment in ["staging", "production"] {
        two.run(environment, &["apply", "--yes"]).expect(0);
        two.run(environment, &["pull"]).expect(0);
        let quiet = two.run(environment, &["plan", "--detailed-exitcode"]).expect(0);
        assert!(!quiet.stdout.contains("Gate"), "nothing to write, no gate: {}", quiet.stdout);
    }
    assert_eq!(two.world.state(), state);
    is_quiet(&two.world, &["status", "--exit-code"]);
    let lines: Vec<&str> = state.lines().filter(|line| line.trim_start().starts_with("production: ")).collect();
    assert_eq!(lines.len(), 3, "one line per id:\n{state}");
    assert!(state.contains("# shared") && state.contains("# the real one"), "{state}");
}

#[test]
fn a_night_edit_is_drift_where_it_was_made_and_nowhere_else() {
    let two = two();
    two.promoted();
    let edit = json!({"voicemailMessage": "Edited at night"});
    two.production.edit(Collection::Assistant, &id(&two.there("Night")), &edit);
    let plans = two.world.run(&["plan", "--format", "json"]).expect(0).json();
    let held = |at: usize| plans["environments"][at]["summary"]["held_back"].clone();
    assert_eq!((held(0), held(1)), (json!(0), json!(1)), "{plans}");
    assert_eq!(plans["environments"][1]["environment"], "production");
    let status = two.world.run(&["status", "--format", "json"]).expect(0).json();
    let in_sync = |at: usize| status["environments"][at]["in_sync"].clone();
    assert_eq!((in_sync(0), in_sync(1)), (json!(true), json!(false)), "{status}");
    two.run("staging", &["pull"]).expect(0);
    assert_eq!(two.world.git(&["status", "--porcelain"]), "");
    two.run("production", &["pull"]).expect(0);
    assert!(two.world.state().contains("voicemailMessage: Edited at night"));
}

#[test]
fn an_edit_of_a_variable_is_captured_where_it_stands() {
    let two = two();
    two.promoted();
    let desk = id(&two.there("Desk"));
    let backend = json!({"server": {"url": "https://new.example.com"}});
    two.production.edit(Collection::Assistant, &desk, &backend);
    let before = two.world.state();
    // The other use, inside a text, does not agree.
    let held = two.run("production", &["pull"]).expect(3);
    assert!(held.text().contains("variable-held") && held.text().contains("`backend`"), "{}", held.text());
    assert_eq!(two.world.state(), before);
    two.run("production", &["pull", "--prefer", "vapi"]).expect(3);
    assert_eq!(two.world.state(), before, "a use is never replaced by a literal");
    two.world.edit("      endCallMessage: Goodbye from ${var:backend}\n", "");
    two.world.commit("one use less");
    two.run("production", &["pull"]).expect(0);
    let expected = before
        .replace("      endCallMessage: Goodbye from ${var:backend}\n", "")
        .replace("https://api.example.com", "https://new.example.com");
    assert_eq!(two.world.state(), expected);
    // The file's own variable has two users, and both must agree.
    let message = json!({"firstMessage": "Good day"});
    two.world.commit("captured");
    two.world.vapi.edit(Collection::Assistant, &id(&two.world.agent("Desk")), &message);
    two.run("staging", &["pull"]).expect(3);
    assert_eq!(two.world.state(), expected);
    two.world.vapi.edit(Collection::Assistant, &id(&two.world.agent("Night")), &message);
    two.run("staging", &["pull"]).expect(0);
    assert_eq!(two.world.state(), expected.replace("greeting: Hello", "greeting: Good day"));
}

#[test]
fn what_is_found_in_one_environment_stays_there() {
    let two = two();
    two.promoted();
    two.world.vapi.insert(Collection::Assistant, json!({"name": "Experiment 7"}));
    two.run("staging", &["pull"]).expect(0);
    assert!(two.world.state().contains("  experiment_7:\n    environments: [staging]\n"), "{}", two.world.state());
    two.world.commit("imported");
    is_quiet(&two.world, &["plan", "--env", "production", "--detailed-exitcode"]);
    // An entry that production has refers to the next one: it is in both.
    let found = two.world.vapi.insert(Collection::Assistant, json!({"name": "Deputy"}));
    let hands = json!({"hooks": [{"on": "call.ending", "do": [{"type": "tool", "toolId": "x"}]}]});
    drop(hands);
    let model = json!({"model": {"provider": "openai", "model": "gpt-4.1", "tools": [{"type": "handoff",
        "destinations": [{"type": "assistant", "assistantId": found}]}]}});
    two.world.vapi.edit(Collection::Assistant, &id(&two.world.agent("Night")), &model);
    two.run("staging", &["pull"]).expect(0);
    let state = two.world.state();
    assert!(state.contains("${agent:deputy}"), "{state}");
    let deputy = state.split("  deputy:\n").nth(1).expect("imported");
    assert!(!deputy.lines().next().expect("a line").contains("environments"), "{state}");
    two.world.run(&["validate"]).expect(0);
    // An entry that is limited afterwards keeps its id and is let go.
    two.world.edit("  desk:\n", "  desk:\n    environments: [staging]\n");
    two.world.edit("  line:\n    environments: [production]\n", "  line:\n    environments: [staging]\n");
    two.world.edit("+14155550100", "+14155550101");
    two.world.commit("limited");
    let before = two.world.state();
    two.run("production", &["pull"]).expect(0);
    assert!(two.world.state().contains("  desk:\n    environments: [staging]\n"));
    assert!(!two.world.state().contains("desk_"), "{before}\n{}", two.world.state());
}

#[test]
fn pull_links_by_name_and_does_not_take_over_what_the_other_agreed_on() {
    let two = two();
    two.run("staging", &["apply", "--yes"]).expect(0);
    two.world.commit("applied to staging");
    let theirs = json!({"name": "Night", "firstMessage": "Hello", "voicemailMessage": "Production's own"});
    two.production.insert(Collection::Assistant, theirs);
    two.run("production", &["pull"]).expect(3);
    let state = two.world.state();
    assert!(!state.contains("Production's own"), "{state}");
    assert_eq!(state.matches("production: ").count(), 1, "{state}");
    two.run("production", &["pull", "--prefer", "vapi"]).expect(0);
    assert!(two.world.state().contains("Production's own"));
}

#[test]
fn a_closed_gate_names_what_is_missing_and_skipping_it_is_logged() {
    let two = two();
    two.promoted();
    two.world.edit("Later.", "Much later.");
    two.world.commit("changed");
    let closed = two.run("production", &["apply", "--yes", "--format", "json"]).expect(3).json();
    let message = closed["errors"][0]["message"].as_str().expect("a message");
    assert!(message.contains("agents.night") && !message.contains("agents.desk"), "{message}");
    let plan = two.run("production", &["plan", "--format", "json"]).expect(0).json();
    assert_eq!((&plan["gate"]["open"], &plan["gate"]["after"]), (&json!(false), &json!("staging")));
    let applied = two.run("production", &["apply", "--yes", "--skip-gate"]).expect(0);
    assert!(applied.stderr.contains("gate-skipped"), "{}", applied.stderr);
    let log = std::fs::read_to_string(two.world.path(".vapi-sync/audit.jsonl")).expect("a log");
    let last: Value = serde_json::from_str(log.lines().last().expect("a line")).expect("JSON");
    assert_eq!(
        (&last["environment"], &last["org_id"], &last["gate_skipped"]),
        (&json!("production"), &json!(ORGS[1]), &json!(true))
    );
    // Drift in staging since it agreed does not close the gate; and what only production has needs none of it.
    two.run("staging", &["apply", "--yes"]).expect(0);
    two.world.vapi.edit(Collection::Assistant, &id(&two.world.agent("Night")), &json!({"voicemailMessage": "drift"}));
    two.world.edit("twilioAccountSid: AC1", "twilioAccountSid: AC2");
    two.world.commit("only production");
    two.run("production", &["apply", "--yes"]).expect(0);
}

/// One address, two keys: how a key is mixed up.
fn mixed(staging: &str, production: &str) -> World {
    let keys = (0..2).map(|at| (KEYS[at].to_owned(), ORGS[at].to_owned())).collect();
    let mut world = World::with(STATE, Config { keys, ..Config::default() });
    world.env = vec![
        ("VAPI_API_KEY".to_owned(), String::new()),
        ("TW".to_owned(), "token-of-twilio".to_owned()),
        ("VAPI_API_KEY_STAGING".to_owned(), staging.to_owned()),
        ("VAPI_API_KEY_PRODUCTION".to_owned(), production.to_owned()),
    ];
    world
}

#[test]
fn a_key_of_the_wrong_environment_writes_nothing() {
    let commands: [&[&str]; 4] =
        [&["apply", "--yes", "--skip-gate"], &["pull"], &["sync", "--yes", "--skip-gate"], &["plan"]];
    let refused = |world: &World, environment: &str, code: &str| {
        for command in commands {
            world.taken();
            let before = world.files();
            let run = world.run(&[command, &["--env", environment]].concat()).expect(1);
            assert!(run.stderr.contains(code), "{command:?}: {}", run.stderr);
            assert_eq!((world.writes().len(), world.files() == before), (0, true), "{command:?} wrote");
        }
    };
    // Nothing is recorded yet, but one key for two.
    let world = mixed(KEYS[0], KEYS[0]);
    refused(&world, "production", "one-key");
    // What is wrong for all of them is told once.
    let over = world.run(&["plan"]).expect(1);
    assert_eq!(over.stderr.matches("one-key").count(), 1, "{}", over.stderr);
    // The plain key is that of the other.
    let mut world = mixed(KEYS[0], "");
    world.env.push(("VAPI_API_KEY".to_owned(), KEYS[0].to_owned()));
    refused(&world, "production", "one-key");
    // Staging is recorded, and production is given staging's key.
    let mut world = mixed(KEYS[0], KEYS[1]);
    world.run(&["apply", "--yes", "--env", "staging"]).expect(0);
    world.commit("applied");
    world.env.push(("VAPI_API_KEY_STAGING".to_owned(), String::new()));
    world.env.push(("VAPI_API_KEY_PRODUCTION".to_owned(), KEYS[0].to_owned()));
    refused(&world, "production", "wrong-org");
    // Both are recorded, and the keys are exchanged.
    world.env.push(("VAPI_API_KEY_STAGING".to_owned(), KEYS[0].to_owned()));
    world.env.push(("VAPI_API_KEY_PRODUCTION".to_owned(), KEYS[1].to_owned()));
    world.run(&["apply", "--yes", "--env", "production"]).expect(0);
    world.commit("applied");
    let right = world.env.clone();
    world.env.push(("VAPI_API_KEY_STAGING".to_owned(), KEYS[1].to_owned()));
    world.env.push(("VAPI_API_KEY_PRODUCTION".to_owned(), KEYS[0].to_owned()));
    refused(&world, "staging", "wrong-org");
    refused(&world, "production", "wrong-org");
    world.env = right;
    // An id of staging in production's line.
    let state = world.state();
    let staging = state.lines().find_map(|line| line.trim().strip_prefix("staging: ").filter(|id| id.len() == 36));
    let production =
        state.lines().find_map(|line| line.trim().strip_prefix("production: ").filter(|id| id.len() == 36));
    let (staging, production) = (staging.expect("an id"), production.expect("an id"));
    world.write("vapi-state.yaml", &state.replace(production, staging));
    refused(&world, "production", "duplicate-id");
    world.write(
        "vapi-state.yaml",
        &state.replace(staging, "S").replace(production, staging).replace("staging: S", "staging:"),
    );
    refused(&world, "production", "foreign-id");
    world.write("vapi-state.yaml", &state.replace("voicemailMessage: Later.", &format!("voicemailMessage: {staging}")));
    refused(&world, "production", "foreign-id");
    world.write("vapi-state.yaml", &state);
    // A plan of staging for production, and one without its environment.
    world.edit("Later.", "Soon.");
    world.run(&["plan", "--env", "staging", "--out", "p.json"]).expect(0);
    world.taken();
    let run = world.run(&["apply", "p.json", "--env", "production"]).expect(1);
    assert!(run.stderr.contains("other-environment"), "{}", run.stderr);
    for command in
        [&["apply", "p.json"][..], &["apply", "--yes"], &["pull"], &["sync", "--yes"], &["plan", "--out", "q"]]
    {
        let run = world.run(command).expect(1);
        assert!(run.stderr.contains("environment-needed"), "{}", run.stderr);
    }
    let run = world.run(&["apply", "--yes", "--env", "test"]).expect(1);
    assert!(run.stderr.contains("unknown-environment"), "{}", run.stderr);
    // The ref of staging under production's name.
    let refs = world.git(&["for-each-ref", "--format=%(objectname) %(refname)", "refs/vapi-sync"]);
    let of =
        |org: &str| refs.lines().find(|line| line.contains(org)).and_then(|line| line.split_once(' ')).expect("a ref");
    world.git(&["update-ref", of(ORGS[1]).1, of(ORGS[0]).0]);
    let run = world.run(&["plan", "--env", "production"]).expect(0);
    assert!(run.stderr.contains("agreed-not-read"), "{}", run.stderr);
    assert_eq!(world.writes().len(), 0);
}

#[test]
fn without_environments_there_is_nothing_to_name() {
    let world = World::new("version: 1\nagents:\n  a: {config: {name: A}}\n");
    for command in [&["apply", "--yes", "--env", "staging"][..], &["validate", "--env", "staging"]] {
        let run = world.run(command).expect(1);
        assert!(run.stderr.contains("no-environments"), "{}", run.stderr);
    }
    assert_eq!(world.requests(), [""; 0]);
}

#[test]
fn init_makes_environments_of_a_plain_file_and_edits_only_what_it_must() {
    let world = World::new("# ours\nversion: 1   # one\nagents:\n  a:   # first\n    config: {name: A}\n");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let plain = world.state();
    let org = plain.lines().find_map(|line| line.strip_prefix("org_id: ")).expect("an organisation");
    let said = world.run(&["init", "--env", "staging"]).expect(0).stdout;
    assert!(said.contains(org), "{said}");
    let id = id(&world.agent("A"));
    let expected = plain
        .replace(&format!("org_id: {org}\n"), &format!("environments:\n  staging:\n    org_id: {org}\n"))
        .replace(&format!("vapi_assistant_id: {id}\n"), &format!("vapi_assistant_id:\n      staging: {id}\n"));
    assert_eq!(world.state(), expected);
    world.commit("environments");
    is_quiet(&world, &["plan", "--env", "staging", "--detailed-exitcode"]);
    world.run(&["init", "--env", "production"]).expect(0);
    world.run(&["validate"]).expect(0);
    let error = world.run(&["init", "--env", "staging"]).expect(1);
    assert!(error.stderr.contains("environment-exists"), "{}", error.stderr);
    for world in [world, World::new("version: 1\nagents: {}\n")] {
        let bad = world.run(&["init", "--env", "No"]).expect(1).stderr;
        assert!(bad.matches("error[").count() == 1 && bad.contains("bad-environment"), "{bad}");
        assert!(!bad.contains("-->"), "the name is in no file yet: {bad}");
    }
}

#[test]
fn an_include_that_another_state_file_uses_is_held() {
    let file = |name: &str| {
        format!("version: 1\nagents:\n  a: {{config: {{name: {name}, firstMessage: \"${{file:hello.md}}\"}}}}\n")
    };
    let world = World::new(&file("A"));
    world.write("hello.md", "Hello\n");
    world.write("other/state.yaml", &file("B").replace("hello.md", "../hello.md"));
    world.write("other.yaml", &file("B"));
    world.commit("two files");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let edit = json!({"firstMessage": "Good day"});
    world.vapi.edit(Collection::Assistant, &id(&world.agent("A")), &edit);
    let before = world.files();
    let held = world.run(&["pull"]).expect(3);
    assert!(held.text().contains("include-shared") && held.text().contains("other.yaml"), "{}", held.text());
    assert_eq!(world.files(), before);
    world.git(&["rm", "-q", "-f", "other.yaml", "other/state.yaml"]);
    world.run(&["pull"]).expect(0);
    assert_eq!(std::fs::read_to_string(world.path("hello.md")).expect("read"), "Good day\n");
}

#[test]
fn the_page_and_the_text_show_all_side_by_side() {
    let two = two();
    two.promoted();
    two.world.edit("Later.", "Soon.");
    two.world.commit("first change");
    two.world.edit("Soon.", "Sooner.");
    two.world.commit("second change");
    two.run("staging", &["apply", "--yes"]).expect(0);
    let text = two.world.run(&["status"]).expect(0).stdout;
    assert!(text.contains("production: as staging, but backend; with phone_numbers.line"), "{text}");
    assert!(text.contains("production is 2 commits behind staging."), "{text}");
    let page = two.world.run(&["status", "--format", "html"]).expect(0).stdout;
    for part in
        ["production: as staging, but backend", "2 commits behind staging", "<h2>staging</h2>", "<h2>production</h2>"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("Agreed at commit").count(), 2);
    let plan = two.world.run(&["plan", "--format", "markdown"]).expect(0).stdout;
    assert!(plan.starts_with("production: as staging") && plan.contains("### vapi-sync plan: production"), "{plan}");
    let mut one_key = two.world.command(&["status"]);
    let run: Run = one_key.env("VAPI_API_KEY_PRODUCTION", "").output().expect("the binary").into();
    let run = run.expect(0);
    assert!(
        !run.stdout.contains("Environment production") && run.stderr.contains("VAPI_API_KEY_PRODUCTION"),
        "{}",
        run.text()
    );
}
