//! Whatever the history, the file and Vapi hold: nothing is overwritten that git cannot give back, and `sync` comes to rest.
//!
//! Plans are made by the real pieces, with a history of made-up versions; what they would write is carried out on values
//! here, as Vapi does it. Whether anything was lost is judged by [`oracle`], which knows none of those pieces.

mod environments;
mod oracle;
mod sample;
mod simulation;
mod third;

use proptest::prelude::*;
use serde_json::json;

use self::oracle::lost;
use self::sample::{Case, case, state};
use self::simulation::Simulation;
use crate::support::samples::SAMPLES;
use crate::support::{World, rounds};

fn many(cases: u32) -> ProptestConfig {
    ProptestConfig { cases: cases * rounds(1) as u32, failure_persistence: None, ..ProptestConfig::default() }
}

/// A real run takes a while.
fn few() -> ProptestConfig {
    ProptestConfig { max_shrink_iters: 40, ..many(12) }
}

proptest! {
    #![proptest_config(many(500))]

    #[test]
    fn an_apply_loses_nothing_that_no_commit_holds(case in case()) {
        let mut simulation = Simulation::new(&case);
        let before = simulation.stored.clone();
        simulation.apply();
        for (at, before) in before.iter().enumerate() {
            for lost in lost(before, &simulation.stored[at]) {
                prop_assert!(lost.is_default() || case.holds(at, &lost), "{lost:?} is lost");
            }
            prop_assert_eq!(before.pointer("/server/secret"), simulation.stored[at].pointer("/server/secret"));
        }
    }

    #[test]
    fn a_pull_replaces_nothing_that_is_not_committed(case in case()) {
        let mut simulation = Simulation::new(&case);
        simulation.pull();
        for (at, (before, after)) in case.file.iter().zip(simulation.file()).enumerate() {
            for lost in lost(before, &after) {
                prop_assert!(case.holds(at, &lost), "{lost:?} is lost");
            }
        }
    }

}

proptest! {
    // Each is some ten plans.
    #![proptest_config(many(200))]

    #[test]
    fn a_sync_comes_to_rest_with_all_that_is_undisputed_equal(case in case()) {
        let mut simulation = Simulation::new(&case);
        let mut rounds = 0;
        while simulation.pull() | simulation.apply() {
            rounds += 1;
            prop_assert!(rounds < 8, "it does not come to rest:\n{}", simulation.text());
        }
        let disputed = simulation.disputed();
        for (at, file) in simulation.file().iter().enumerate() {
            let differing = oracle::differing(file, &simulation.stored[at]);
            for path in differing {
                prop_assert!(
                    disputed[at].contains(&path),
                    "{path} of {at} differs and nobody is asked:\n{}\n{:#}", simulation.text(), simulation.stored[at]
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn an_apply_with_real_git_loses_nothing_that_no_commit_holds(case in case()) {
        let world = real(&case);
        let before: Vec<_> = sample::IDS.iter().map(|id| object(&world, &case, id)).collect();
        let run = world.run(&["apply", "--yes"]);
        prop_assert!(matches!(run.code, 0 | 3), "{}", run.text());
        for (at, id) in sample::IDS.iter().enumerate() {
            for lost in lost(&before[at], &object(&world, &case, id)) {
                prop_assert!(lost.is_default() || case.holds(at, &lost), "{lost:?} is lost\n{}", run.text());
            }
        }
    }

    #[test]
    fn a_sync_with_real_git_comes_to_rest(case in case()) {
        let world = real(&case);
        let mut last = None;
        for _ in 0..6 {
            let run = world.run(&["sync", "--yes"]);
            prop_assert!(matches!(run.code, 0 | 3), "{}", run.text());
            let wrote = !world.writes().is_empty();
            let now = Some(world.state());
            if !wrote && last == now {
                return Ok(());
            }
            last = now;
        }
        prop_assert!(false, "it does not come to rest:\n{}", world.state());
    }
}

/// A case as a repository and a Vapi.
fn real(case: &Case) -> World {
    let mut world = World::new(&state(case.kind, &case.versions[0].configs));
    let secrets = ["AGENT_ONE", "AGENT_TWO", "PHONE_NUMBER_ONE", "PHONE_NUMBER_TWO"];
    world.env = secrets.map(|entry| (format!("{entry}_SERVER_SECRET"), sample::SECRET.to_owned())).to_vec();
    for version in &case.versions[1..] {
        if version.on_branch {
            world.git(&["checkout", "-q", "-b", &format!("branch-{}", version.time)]);
        }
        world.write("vapi-state.yaml", &state(case.kind, &version.configs));
        world.commit("version");
        if version.on_branch {
            world.git(&["checkout", "-q", "main"]);
        }
    }
    world.write("vapi-state.yaml", &state(case.kind, &case.file));
    for (at, config) in case.live.iter().enumerate() {
        let mut object = config.clone();
        object["id"] = json!(sample::IDS[at]);
        world.vapi.insert(SAMPLES[case.kind].collection, object);
    }
    world.held = case.live.iter().map(|config| config["members"].clone()).filter(|list| !list.is_null()).collect();
    world.writes();
    world
}

fn object(world: &World, case: &Case, id: &str) -> serde_json::Value {
    let mut object = world.vapi.object(SAMPLES[case.kind].collection, id).expect("there");
    object
        .as_object_mut()
        .expect("an object")
        .retain(|key, _| !matches!(key.as_str(), "id" | "orgId" | "createdAt" | "updatedAt"));
    object
}
