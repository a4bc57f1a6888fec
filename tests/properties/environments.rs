//! Nothing that is done with `--env a` sends a request to b, but what `after` reads; changes an id of b; or replaces a value that
//! only b holds.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Emulator};

use crate::e2e::environments::Two;
use crate::support::{id, rounds};

const STATE: &str = "\
version: 1
vars: {greeting: Hello}
environments:
  staging:
    vars: {backend: \"https://staging.example.com\", tone: calm}
  production:
    after: staging
    vars: {backend: \"https://api.example.com\", tone: brisk}
agents:
  shared:
    config: {name: Shared, firstMessage: \"${var:greeting}\", voicemailMessage: \"${var:tone}\", server: {url: \"${var:backend}\"}}
  here:
    environments: [staging]
    config: {name: Here, firstMessage: one}
  there:
    environments: [production]
    config: {name: There, firstMessage: one}
";

const NAMES: [&str; 2] = ["staging", "production"];

/// All that the file says of an environment alone: its block, its ids, the entries that only it has.
fn own(state: &str, environment: &str) -> Value {
    let file: Value = serde_yaml::from_str(state).expect("YAML");
    let mut ids = serde_json::Map::new();
    let mut entries = serde_json::Map::new();
    for (handle, entry) in file["agents"].as_object().expect("agents") {
        ids.insert(handle.clone(), entry["vapi_assistant_id"][environment].clone());
        if entry["environments"] == json!([environment]) {
            entries.insert(handle.clone(), entry["config"].clone());
        }
    }
    ids.retain(|_, id| !id.is_null());
    json!({"block": file["environments"][environment], "ids": ids, "entries": entries})
}

fn edited_by_hand(random: &mut StdRng, emulator: &Emulator) {
    let all = emulator.objects(Collection::Assistant);
    let word = ["red", "green", "blue"].choose(random).expect("a word").to_string();
    match all.choose(random) {
        Some(agent) if random.random_ratio(4, 5) => {
            let field = ["firstMessage", "voicemailMessage", "endCallMessage"].choose(random).expect("a field");
            emulator.edit(Collection::Assistant, &id(agent), &json!({*field: word}));
        }
        _ => drop(emulator.insert(Collection::Assistant, json!({"name": format!("Made {}", all.len())}))),
    }
}

#[test]
fn an_environment_is_left_alone_by_the_other() {
    for seed in 0..rounds(4) {
        let mut random = StdRng::seed_from_u64(seed);
        let two = Two::new(STATE);
        let mut wrote = 0;
        for step in 0..14 {
            let at = random.random_range(0..2);
            let emulators = [&two.world.vapi, &two.production];
            match random.random_range(0..4) {
                0 => edited_by_hand(&mut random, emulators[at]),
                1 => {
                    let word = ["Hello", "Good day", "Welcome"].choose(&mut random).expect("a word");
                    let state = two.world.state();
                    let old =
                        state.split("greeting: ").nth(1).and_then(|rest| rest.split('}').next()).expect("a greeting");
                    two.world.write(
                        "vapi-state.yaml",
                        &state.replace(&format!("greeting: {old}"), &format!("greeting: {word}")),
                    );
                    two.world.commit("a greeting");
                }
                _ => {}
            }
            let commands: [&[&str]; 7] = [
                &["apply", "--yes"],
                &["apply", "--yes", "--skip-gate", "--prefer", "file"],
                &["pull"],
                &["pull", "--prefer", "vapi"],
                &["sync", "--yes", "--skip-gate"],
                &["plan"],
                &["status"],
            ];
            let command = *commands.choose(&mut random).expect("a command");
            let (name, other) = (NAMES[at], NAMES[1 - at]);
            let before = own(&two.world.state(), other);
            two.world.taken();
            two.production.clear_hits();
            let run = two.run(name, command);
            assert!([0, 3].contains(&run.code), "{seed}/{step} {command:?} --env {name}: {}", run.text());
            let hits = if at == 0 { two.production.hits() } else { two.world.vapi.hits() };
            // Staging comes before production: that is all that may look at the other one.
            let asks_gate = at == 1 && matches!(command[0], "apply" | "sync" | "plan");
            assert!(asks_gate || hits.is_empty(), "{seed}/{step} {command:?} --env {name} asked {other}: {hits:?}");
            assert!(
                hits.iter().all(|hit| hit.method == "GET"),
                "{seed}/{step} {command:?} --env {name} wrote to {other}"
            );
            let after = own(&two.world.state(), other);
            assert_eq!(before, after, "{seed}/{step} {command:?} --env {name}\n{}", two.world.state());
            let own_hits = if at == 0 { two.world.taken() } else { two.production.hits() };
            wrote += own_hits.iter().filter(|hit| hit.method != "GET").count();
            two.world.commit("a step");
        }
        assert!(wrote > 0, "seed {seed} wrote nothing");
    }
}
