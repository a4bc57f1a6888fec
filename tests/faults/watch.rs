//! Somebody edits an object during a long run of updates, whatever Vapi's lists and clocks do. Each case takes another kind.

use std::time::Duration;

use serde_json::Value;
use vapi_sync::emulator::{Clock, Config, Hit, ManualClock};

use super::lag::when;
use crate::support::samples::{SAMPLES, Sample};
use crate::support::{World, fault, id, name_of};

/// More than a page of 100.
const OBJECTS: usize = 120;

/// An apply of all objects by four, of which what is known is too old after a twentieth of it.
const APPLY: [&str; 6] = ["apply", "--yes", "--parallelism", "4", "--fresh", "100ms"];

/// A world whose file changes every object of a kind.
struct Changed {
    sample: &'static Sample,
    world: World,
}

impl Changed {
    /// The kind of the case at this place, tools for the fifth.
    fn new(at: usize, config: Config) -> Self {
        let sample = &SAMPLES[(at + 2) % SAMPLES.len()];
        let (section, old) = (sample.section, sample.name("o1"));
        let mut file = format!("version: 1\nignore: {{{section}: [{old}]}}\n{section}:\n");
        for at in 0..OBJECTS {
            let handle = format!("a{at}");
            file += &sample.entry(&handle, &sample.config(&handle, "Hello"));
        }
        let world = World::with(&file, Config { latency: Duration::from_millis(15), ..config });
        let mut object = sample.config("o1", "Hello");
        object["createdAt"] = "2020-01-01T00:00:00Z".into();
        world.vapi.insert(sample.collection, object);
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.edit("Hello", "Good morning");
        world.commit("morning");
        world.taken();
        Self { sample, world }
    }

    fn last(&self) -> Value {
        let name = self.sample.name(&format!("a{}", OBJECTS - 1));
        let mut all = self.world.vapi.objects(self.sample.collection).into_iter();
        all.find(|object| name_of(object) == name).expect("it is there")
    }

    /// Whether an object has this text.
    fn has(&self, object: &Value, text: &str) -> bool {
        object[self.sample.field].to_string().contains(text)
    }

    /// Lets somebody save this text in the last object after some writes.
    fn will_be_edited(&self, text: &str) -> vapi_sync::emulator::Fault {
        let (path, last) = (self.sample.path(), id(&self.last()));
        fault(&format!("PATCH {path}/* nth=30 after edit={}/{last}:{}", &path[1..], self.sample.patch(text)))
    }

    /// How many single objects and lists of changes were asked for.
    fn looks(&self, hits: &[Hit]) -> (usize, usize) {
        let path = self.sample.path() + "/";
        let single = hits.iter().filter(|hit| hit.method == "GET" && hit.path.starts_with(&path));
        (single.count(), hits.iter().filter(|hit| hit.query.contains("updatedAtGe")).count())
    }

    /// Somebody edits the last object after some writes: it is held back, and all others are written.
    fn is_held_back(&self, what: &str, before: &dyn Fn(&World) -> bool, act: &dyn Fn()) -> Vec<Hit> {
        let (sample, world, last) = (self.sample, &self.world, id(&self.last()));
        world.vapi.set_faults(vec![self.will_be_edited("By hand.")]);
        let run = when(world, &APPLY, before, |_| act());
        let what = format!("{what}, {}", sample.section);
        assert_eq!(run.code, 3, "{what}: {}", run.text());
        assert!(run.stdout.contains("somebody changed it in Vapi since the plan was made"), "{what}: {}", run.text());
        for object in world.vapi.objects(sample.collection) {
            let expected = match id(&object) {
                id if id == last => "By hand.",
                _ if name_of(&object) == sample.name("o1") => "Hello",
                _ => "Good morning",
            };
            assert!(self.has(&object, expected), "{what}: {object}");
        }
        world.taken()
    }
}

/// Times that are hidden or coarse, versions and pages: the list is relied on.
#[test]
fn a_list_shows_what_changed_meanwhile() {
    let clock = |step| {
        Clock::Manual(ManualClock::new("2026-01-01T00:00:00Z".parse().expect("a time"), Duration::from_millis(step)))
    };
    for (at, (what, config)) in [
        ("as it is", Config::default()),
        ("digits that are not shown", Config { hidden_digits: true, ..Config::default() }),
        ("whole seconds", Config { coarse_times: true, ..Config::default() }),
        ("a clock that stands still", Config { clock: clock(0), ..Config::default() }),
        ("versions", Config { versions: true, ..Config::default() }),
        ("pages of 100", Config { most_listed: 100, clock: clock(1), ..Config::default() }),
    ]
    .into_iter()
    .enumerate()
    {
        let changed = Changed::new(at, config);
        let (single, lists) = changed.looks(&changed.is_held_back(what, &|_| true, &|| {}));
        assert!(lists > 0 && single < OBJECTS / 2, "{what}: {single} objects and {lists} lists were read");
    }
}

/// What Vapi does not promise is not relied on: each object is read.
#[test]
fn a_list_that_proves_wrong_is_not_relied_on() {
    for (at, (what, config)) in [
        ("the bound is ignored", Config { ignores_updates: true, ..Config::default() }),
        ("changes show late", Config { update_lag: Duration::from_secs(3600), ..Config::default() }),
    ]
    .into_iter()
    .enumerate()
    {
        let changed = Changed::new(at, config);
        let (_, lists) = changed.looks(&changed.is_held_back(what, &|_| true, &|| {}));
        assert!((1..=2).contains(&lists), "{what}: {lists} lists were read");
    }
    let changed = Changed::new(2, Config::default());
    let refused = fault(&format!("GET {} from=3 status=400", changed.sample.path()));
    changed.world.vapi.set_faults(vec![refused, changed.will_be_edited("By hand.")]);
    changed.world.run(&APPLY).expect(3);
    assert!(changed.has(&changed.last(), "By hand."));
}

/// Vapi's clock goes back, or far ahead and back, before and during the writes.
#[test]
fn a_clock_that_jumps_hides_nothing() {
    let start: jiff::Timestamp = "2026-01-01T12:00:00Z".parse().expect("a time");
    let hours = |hours: i64| start + jiff::SignedDuration::from_hours(hours);
    for (at, (what, after, to)) in [
        ("back before the writes", 0, hours(-3)),
        ("back during the writes", 10, hours(-3)),
        ("ahead before the writes", 0, hours(3)),
        ("ahead during the writes", 10, hours(3)),
    ]
    .into_iter()
    .enumerate()
    {
        let clock = ManualClock::new(start, Duration::from_millis(1));
        let changed = Changed::new(at, Config { clock: Clock::Manual(clock.clone()), ..Config::default() });
        let world = &changed.world;
        let writes = |world: &World| world.vapi.hits().iter().filter(|hit| hit.method == "PATCH").count();
        let listed = |world: &World| world.vapi.hits().iter().any(|hit| hit.method == "GET" && hit.status.is_some());
        changed.is_held_back(what, &|world| listed(world) && writes(world) >= after, &|| clock.set(to));
        // And back from there.
        if to > start {
            world.edit("Good morning", "Good evening");
            world.commit("evening");
            world.run(&["pull", "--prefer", "vapi"]);
            world.edit("Good evening", "Good night");
            world.vapi.set_faults(vec![changed.will_be_edited("Again.")]);
            when(world, &APPLY, |world| writes(world) >= 10, |_| clock.set(start));
            assert!(changed.has(&changed.last(), "Again."), "{what}, and back");
        }
    }
}
