//! A quota that is not published: ten requests a second, and no `Retry-After`.

use std::fmt::Write;

use vapi_sync::emulator::{Config, RateLimit, RetryAfter};

use crate::support::{World, soak};

/// Requests a second.
const QUOTA: f64 = 10.0;

/// How many agents are created: four seconds of the quota.
const AGENTS: usize = 40;

/// How many in the long form: twenty seconds of it.
const MORE_AGENTS: usize = 200;

/// Attempts in the long form: a busy machine can only slow it down.
const TRIES: usize = 3;

#[test]
fn the_quota_is_used_and_rarely_exceeded() {
    // Without back-off most requests would get a 429.
    let (_, refused) = share_of_the_quota(AGENTS);
    assert!(refused < 33.0, "{refused:.1} % of the requests refused");
    if soak().is_none() {
        return;
    }
    let mut told = String::new();
    let holds = (0..TRIES).any(|_| {
        let (used, refused) = share_of_the_quota(MORE_AGENTS);
        let _ = writeln!(told, "{used:.1} % of the quota used, {refused:.1} % of the requests refused");
        used >= 90.0 && refused < 5.0
    });
    println!("{told}");
    assert!(holds, "{told}");
}

/// Updates do not cost a read each: what changed is listed for all of them.
#[test]
fn updates_under_a_quota_are_nearly_all_that_is_sent() {
    const UPDATES: usize = 100;
    let mut file = "version: 1\nagents:\n".to_owned();
    for at in 0..UPDATES {
        let _ = writeln!(file, "  a{at}:\n    config: {{name: Agent {at}, firstMessage: Hello}}");
    }
    for retry_after in [RetryAfter::Seconds, RetryAfter::Absent] {
        let limit = RateLimit { per_second: 2.0 * QUOTA, burst: 2 * UPDATES as u32, retry_after };
        let world = World::with(&file, Config { rate_limit: Some(limit), ..Config::default() });
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.edit("Hello", "Good morning");
        world.commit("morning");
        world.taken();
        world.run(&["apply", "--yes"]).expect(0);
        let hits = world.taken();
        let count = |of: &dyn Fn(&vapi_sync::emulator::Hit) -> bool| hits.iter().filter(|hit| of(hit)).count();
        let accepted = count(&|hit| hit.method == "PATCH" && hit.status == Some(200));
        let single = count(&|hit| hit.method == "GET" && hit.path.starts_with("/assistant/"));
        let lists = count(&|hit| hit.query.contains("updatedAtGe"));
        assert_eq!(accepted, UPDATES);
        // Those that start before the first answer are read one by one, if the plan is too old by then.
        assert!(single <= 32 && lists <= UPDATES / 4, "{single} objects and {lists} lists of changes were read");
    }
}

/// How much of the quota an apply uses, and how many of its requests get a 429; in percent.
fn share_of_the_quota(agents: usize) -> (f64, f64) {
    let mut file = "version: 1\nagents:\n".to_owned();
    for at in 0..agents {
        let _ = writeln!(file, "  a{at}:\n    config: {{name: Agent {at}}}");
    }
    let limit = RateLimit { per_second: QUOTA, burst: QUOTA as u32, retry_after: RetryAfter::Absent };
    let world = World::outside_git(&file, Config { rate_limit: Some(limit), ..Config::default() });
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agents().len(), agents);
    let hits = world.vapi.hits();
    let refused = hits.iter().filter(|hit| hit.status == Some(429)).count();
    let (Some(first), Some(last)) = (hits.first(), hits.last()) else { panic!("no request") };
    let seconds = last.started.duration_since(first.started).as_secs_f64();
    let used = (hits.len() - refused) as f64 / (QUOTA * seconds + QUOTA);
    (100.0 * used, 100.0 * refused as f64 / hits.len() as f64)
}
