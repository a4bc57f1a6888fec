//! Somebody saves anything in the dashboard, at any moment of a run that updates objects of all kinds.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::samples::{SAMPLES, Sample};
use crate::support::{World, fault, id, rounds};

/// The moments of a run at which somebody saves something, as faults: `OBJECT` is its path. Only at the last two nobody can
/// look any more, where an object is read again before its write.
const MOMENTS: [&str; 6] = [
    "GET /KIND nth=1 after edit=OBJECT:",
    "GET /phone-number nth=1 before edit=OBJECT:",
    "GET /OBJECT nth=1 before edit=",
    "PATCH /OBJECT nth=1 after edit=",
    "GET /OBJECT nth=1 after edit=",
    "PATCH /OBJECT nth=1 before edit=",
];

/// What somebody saves: the text that the run is about to write, a neighbour of it, something else, or two of these.
fn edit(sample: &Sample, rng: &mut StdRng, theirs: &str) -> Value {
    let url = json!({"url": format!("https://example.com/{theirs}")});
    let (neighbour, other) = match sample.collection {
        Collection::Assistant => (json!({"endCallMessage": theirs}), json!({"metadata": {"by": theirs}})),
        Collection::PhoneNumber => {
            let mut destination = sample.patch("Hello")["fallbackDestination"].clone();
            destination["description"] = theirs.into();
            (json!({"fallbackDestination": destination}), json!({"server": url}))
        }
        Collection::Tool => {
            let mut messages = sample.patch("Hello")["messages"].clone();
            messages.as_array_mut().expect("a list").push(json!({"type": "request-failed", "content": theirs}));
            (json!({"messages": messages}), json!({"server": url}))
        }
        // Every update sends the members.
        Collection::Squad => (
            json!({"membersOverrides": {"firstMessage": "Hello", "endCallMessage": theirs}}),
            json!({"members": [{"assistant": {"name": "Member", "firstMessage": theirs}}]}),
        ),
        Collection::StructuredOutput => {
            (json!({"schema": {"type": "string", "description": theirs}}), json!({"name": theirs}))
        }
    };
    let mut patch = match rng.random_range(0..4) {
        0 | 1 => sample.patch(theirs),
        2 => neighbour,
        _ => return other,
    };
    if rng.random_ratio(1, 3) {
        patch.as_object_mut().expect("a mapping").extend(other.as_object().expect("a mapping").clone());
    }
    patch
}

/// Whoever saves whatever whenever: it is there afterwards, or the run says that something was there or may have been.
#[test]
fn no_random_edit_is_lost_without_a_word() {
    const ROUNDS: u64 = 24;
    let sections = SAMPLES
        .iter()
        .map(|sample| format!("{}:\n{}", sample.section, sample.entry("a0", &sample.config("a0", "Hello"))));
    let file = "version: 1\n".to_owned() + &sections.collect::<String>();
    let (mut seen, mut unseen, mut kept) = (0, 0, 0);
    for round in 0..rounds(ROUNDS) {
        let mut rng = StdRng::seed_from_u64(round);
        let (versions, many) = (round % 2 == 0, round % 4 > 1);
        let world = World::with(&file, Config { versions, ..Config::default() });
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.edit("Hello", "Good morning");
        world.commit("morning");
        let mut faults = Vec::new();
        let mut edits = Vec::new();
        let theirs = format!("theirs-{round}");
        for sample in &SAMPLES {
            let id = id(&world.vapi.objects(sample.collection)[0]);
            let patch = edit(sample, &mut rng, &theirs);
            let mut moment = rng.random_range(0..MOMENTS.len());
            if many && MOMENTS[moment].starts_with("GET /OBJECT") {
                // It is not read again.
                moment = 5;
            }
            let kind = sample.collection.path();
            let rule = MOMENTS[moment].replace("OBJECT", &format!("{kind}/{id}")).replace("KIND", kind);
            faults.push(fault(&format!("{rule}{patch}")));
            edits.push((sample, id, moment, patch));
        }
        world.vapi.set_faults(faults);
        // More updates than go side by side are not read again when they were read just now.
        let run = world.run(&["apply", "--yes", "-v", "--parallelism", if many { "2" } else { "16" }]);
        world.vapi.set_faults(Vec::new());
        for (sample, id, moment, patch) in edits {
            let live = world.vapi.object(sample.collection, &id).expect("it is there");
            let texts = |value: &Value| value.to_string().matches(&theirs).count();
            let gone =
                patch.as_object().expect("fields").iter().any(|(field, value)| texts(&live[field]) < texts(value));
            let address = format!("{}.a0", sample.section);
            let words = || format!("round {round}, {address}, {}{patch}\n{live:#}\n{}", MOMENTS[moment], run.text());
            let told = run.text().contains(&format!("{address}: somebody saved v"));
            let versioned = versions && !live["latestVersion"].is_null();
            let may_be = run.stderr.contains("Vapi keeps no versions of ");
            assert!(!gone || if versioned { told } else { may_be }, "lost without a word: {}", words());
            assert!(!gone || many || moment > 3, "lost needlessly: {}", words());
            seen += usize::from(gone && versioned);
            unseen += usize::from(gone && !versioned);
            kept += usize::from(!gone);
        }
        assert!(run.code == 0 || run.code == 3 || run.code == 4, "{}", run.text());
    }
    assert!(seen > 5 && unseen > 5 && kept > 40, "{seen} {unseen} {kept}");
}
