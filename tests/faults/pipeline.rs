//! Creations: the look for what others made goes on while objects are made.

use std::fmt::Write;
use std::time::Duration;

use vapi_sync::emulator::{Config, Hit};

use crate::support::World;

fn apply(file: &str, latency: u64) -> Vec<Hit> {
    let world = World::outside_git(file, Config { latency: Duration::from_millis(latency), ..Config::default() });
    for at in 0..3 {
        world.vapi.insert(vapi_sync::emulator::Collection::Assistant, serde_json::json!({"name": format!("Old {at}")}));
    }
    world.run(&["apply", "--yes", "--parallelism", "4"]).expect(0);
    world.taken()
}

fn looks(hits: &[Hit]) -> Vec<&Hit> {
    let first = hits.iter().find(|hit| hit.method == "POST").expect("a creation").started;
    hits.iter().filter(|hit| hit.method == "GET" && hit.path == "/assistant" && hit.started > first).collect()
}

fn posts(hits: &[Hit]) -> Vec<&Hit> {
    let mut posts: Vec<&Hit> = hits.iter().filter(|hit| hit.method == "POST").collect();
    posts.sort_by_key(|hit| hit.started);
    posts
}

#[test]
fn independent_creations_share_looks_that_list_only_what_is_new() {
    let mut file = "version: 1\nignore: {agents: [\"Old *\"]}\nagents:\n".to_owned();
    for at in 0..40 {
        let _ = writeln!(file, "  a{at}:\n    config: {{name: Agent {at}}}");
    }
    let hits = apply(&file, 40);
    let looks = looks(&hits);
    assert_eq!(posts(&hits).len(), 40);
    assert!(looks.iter().all(|hit| hit.query.contains("createdAtGe")), "no list of everything after the first");
    assert!(looks.len() <= 25, "{} looks for 40 creations", looks.len());
    let is_under_way = |look: &&&Hit| {
        posts(&hits)
            .iter()
            .any(|post| post.started < look.started && post.ended.is_some_and(|ended| ended > look.started))
    };
    assert!(looks.iter().filter(is_under_way).count() > 2, "no look went on while objects were made");
}

/// Of a chain, each look is over when the object before is made: nothing waits for it.
#[test]
fn dependent_creations_do_not_wait_for_their_looks() {
    let mut file =
        "version: 1\nignore: {agents: [\"Old *\"]}\nagents:\n  a0:\n    config: {name: Agent 0}\n".to_owned();
    for at in 1..12 {
        let _ = writeln!(
            file,
            "  a{at}:\n    config:\n      name: Agent {at}\n      model:\n        provider: openai\n        model: gpt-4.1\n        \
             tools: [{{type: handoff, destinations: [{{type: assistant, assistantId: '${{agent:a{}}}'}}]}}]",
            at - 1
        );
    }
    let hits = apply(&file, 80);
    let (looks, posts) = (looks(&hits), posts(&hits));
    assert_eq!(posts.len(), 12);
    let ahead = posts.windows(2).filter(|pair| {
        let made = pair[0].ended.expect("an answer");
        let in_between = |look: &&Hit| look.started >= made && look.ended.is_some_and(|ended| ended <= pair[1].started);
        !looks.iter().any(in_between)
    });
    assert!(ahead.count() >= 6, "most creations begin without waiting for a look");
}
