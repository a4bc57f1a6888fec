//! Objects without a name, made by a run that was killed: each entry gets its own back, and none is made twice.

use std::process::Stdio;
use std::time::{Duration, Instant};

use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, fault, is_quiet};

/// Tools that differ in a secret, in what one has beside the other, in nothing, and in what comes with a second write; squads.
const TEAM: &str = "version: 1
tools:
  one: {config: {type: mcp, server: {url: '${env:ONE}'}}}
  two: {config: {type: mcp, server: {url: '${env:TWO}'}, messages: [{type: request-start, content: So.}]}}
  keys_a: {config: {type: dtmf}}
  keys_b: {config: {type: dtmf}}
  keys_c: {config: {type: dtmf, messages: [{type: request-start, content: So.}]}}
  to_a: {config: {type: handoff, destinations: [{type: assistant, assistantId: '${agent:a}'}]}}
  to_b: {config: {type: handoff, destinations: [{type: assistant, assistantId: '${agent:b}'}]}}
agents:
  a: {config: {name: A, model: {provider: openai, model: gpt-4.1, toolIds: ['${tool:one}', '${tool:keys_a}', '${tool:to_b}']}}}
  b: {config: {name: B, model: {provider: openai, model: gpt-4.1, toolIds: ['${tool:two}', '${tool:keys_c}', '${tool:to_a}']}}}
squads:
  plain: {config: {members: [{assistantId: '${agent:a}'}]}}
  more: {config: {members: [{assistantId: '${agent:a}', assistantOverrides: {firstMessage: Hi}}]}}
  both: {config: {members: [{assistantId: '${agent:a}'}, {assistantId: '${agent:b}'}]}}
";

/// Starts a run whose creations, from the nth on, are carried out and never answered, and kills it once it waits for them.
fn killed(path: &str, first: usize, count: usize) -> World {
    let mut world = World::with(TEAM, Config::default());
    world.env = [("ONE", "https://mcp.example/1"), ("TWO", "https://mcp.example/2")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    world.vapi.set_faults((first..=count).map(|nth| fault(&format!("POST {path} nth={nth} after hang"))).collect());
    let mut run =
        world.command(&["apply", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let made = || world.vapi.hits().iter().filter(|hit| hit.method == "POST" && hit.path == path).count();
    let give_up = Instant::now() + Duration::from_secs(60);
    let (mut seen, mut since) = (0, Instant::now());
    // Until nothing more comes: what needs one that is not answered is not sent.
    while seen < count && (seen < first || since.elapsed() < Duration::from_millis(500)) && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(5));
        if made() > seen {
            (seen, since) = (made(), Instant::now());
        }
    }
    assert!(seen >= first, "{path}: {seen} from {first}");
    run.kill().expect("killed");
    run.wait().expect("ended");
    world.vapi.set_faults(Vec::new());
    world
}

#[test]
fn each_entry_gets_its_own_object_back_after_a_kill() {
    for (path, count) in [("/tool", 7), ("/squad", 3)] {
        for first in 1..=count {
            let world = killed(path, first, count);
            let run = world.run(&["apply", "--yes", "--settle-timeout=200ms"]);
            assert_eq!(run.code, 0, "{path} from {first}: {}", run.text());
            let counts = Collection::ALL.map(|kind| world.vapi.objects(kind).len());
            assert_eq!(counts.iter().sum::<usize>(), 12, "{path} from {first}: {counts:?}");
            world.commit("applied");
            // Nothing in Vapi that the file does not say of this very entry.
            is_quiet(&world, &["plan", "--detailed-exitcode"]);
            is_quiet(&world, &["pull"]);
        }
    }
}

/// A lost answer is not looked for by what another object of the same run holds as well.
#[test]
fn what_is_like_another_is_left_to_the_next_run() {
    for (path, count) in [("/tool", 7), ("/squad", 3)] {
        for nth in 1..=count {
            let mut world = World::new(TEAM);
            world.env =
                vec![("ONE".into(), "https://mcp.example/1".into()), ("TWO".into(), "https://mcp.example/2".into())];
            for effect in ["after reset", "before reset"] {
                world.set_fault(&format!("POST {path} nth={nth} {effect}"));
                world.run(&["apply", "--yes", "--settle-timeout=200ms"]);
            }
            world.vapi.set_faults(Vec::new());
            world.run(&["apply", "--yes", "--settle-timeout=200ms"]).expect(0);
            world.commit("applied");
            is_quiet(&world, &["plan", "--detailed-exitcode"]);
            is_quiet(&world, &["pull"]);
            assert_eq!(
                Collection::ALL.map(|kind| world.vapi.objects(kind).len()).iter().sum::<usize>(),
                12,
                "{path} {nth}"
            );
        }
    }
}
