//! The invariant: after any fault, repeated runs end where a run without faults ends.

use std::collections::BTreeMap;

use serde_json::Value;
use vapi_sync::emulator::Config;

use super::story::Prepared;
use crate::support::{Run, World, id, name_of};

/// How many runs after the first may be needed.
const MOST_RUNS: usize = 4;

/// The final state, with ids and assigned numbers replaced by names.
#[derive(Debug, PartialEq)]
pub struct End {
    /// By name, of all kinds.
    live: BTreeMap<String, Value>,
    state: String,
}

impl End {
    /// Where a story ends if nothing goes wrong.
    pub fn faultless(prepared: &Prepared) -> Self {
        let world = prepared.world(Config::default());
        prepared.apply(&world, &[]).expect(0);
        Self::of(&world).expect("no twins")
    }

    /// Where a world is now.
    ///
    /// # Errors
    /// Two objects have one name.
    pub fn of(world: &World) -> Result<Self, String> {
        let objects = world.all();
        let mut words = Vec::new();
        for object in &objects {
            let name = name_of(object);
            words.push((id(object), format!("<id of {name}>")));
            if let Some(number) = object["number"].as_str().filter(|_| object["provider"] == "vapi") {
                words.push((number.to_owned(), format!("<number of {name}>")));
            }
        }
        let named = |text: String| words.iter().fold(text, |text, (word, name)| text.replace(word, name));
        let mut live = BTreeMap::new();
        for mut object in objects {
            let name = name_of(&object).to_owned();
            for field in ["createdAt", "updatedAt"] {
                object[field] = Value::Null;
            }
            let object = serde_json::from_str(&named(object.to_string())).map_err(|error| error.to_string())?;
            if live.insert(name.clone(), object).is_some() {
                return Err(format!("there are two objects {name:?}"));
            }
        }
        Ok(End { live, state: named(world.state()) })
    }

    /// The differences between two final states, as text.
    fn difference(&self, other: &End) -> Option<String> {
        if self.state != other.state {
            return Some(format!("the file is\n{}\ninstead of\n{}", self.state, other.state));
        }
        let names = self.live.keys().chain(other.live.keys());
        let name = names.into_iter().find(|name| self.live.get(*name) != other.live.get(*name))?;
        Some(format!("{name:?} is {:?} instead of {:?}", self.live.get(name), other.live.get(name)))
    }
}

/// Runs until a run sends nothing, and compares the final state with the expected one. Gives the number of runs until all
/// was done.
///
/// # Errors
/// What does not hold, as text.
pub fn until_quiet(prepared: &Prepared, world: &World, expected: &End) -> Result<usize, String> {
    world.vapi.set_faults(Vec::new());
    for run in 0..=MOST_RUNS {
        world.vapi.clear_hits();
        // The lists no longer lag: no need to poll for what a killed run did not create.
        let ended = prepared.apply(world, &["--settle-timeout", "200ms"]);
        let writes = world.writes();
        if let Some(hit) = writes.iter().find(|hit| !matches!(hit.method.as_str(), "POST" | "PATCH")) {
            return Err(format!("{} {} was sent", hit.method, hit.path));
        }
        if ended.code == 0 && writes.is_empty() {
            let end = End::of(world)?;
            let ids: Vec<String> = world.all().iter().map(id).collect();
            if let Some(lost) = prepared.ids().into_iter().find(|id| !ids.contains(id)) {
                return Err(format!("{lost} was there before and is gone"));
            }
            return end.difference(expected).map_or(Ok(run), Err);
        }
        if ended.code != 0 && run == MOST_RUNS {
            return Err(format!("it does not come to rest: {}", ended.text()));
        }
    }
    Err("it goes on writing".to_owned())
}

/// Whether the report is true: what is done is in Vapi to stay, what was not attempted was not sent, and the exit
/// code follows from the outcomes.
///
/// # Errors
/// What it reported wrongly.
pub fn told_the_truth(world: &World, run: &Run, expected: &End) -> Result<(), String> {
    let report: Value = serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {}", run.text()))?;
    let changes = report["changes"].as_array().cloned().unwrap_or_default();
    let outcomes = |change: &Value| -> Vec<String> {
        let same = changes.iter().filter(|other| other["address"] == change["address"]);
        same.map(|other| other["outcome"].as_str().unwrap_or("none").to_owned()).collect()
    };
    let now = End::of(world)?;
    let sent = world.vapi.hits();
    for change in &changes {
        let name = change["name"].as_str().unwrap_or_default();
        let outcomes = outcomes(change);
        if outcomes.iter().all(|outcome| outcome == "done") && now.live.get(name) != expected.live.get(name) {
            return Err(format!("{name:?} is done, it says, and is {:?}", now.live.get(name)));
        }
        let is_made = change["reason"].as_str().is_some_and(|reason| reason.starts_with("it is in Vapi now, without "));
        if is_made && !now.live.contains_key(name) {
            return Err(format!("{name:?} is in Vapi, it says, and is not"));
        }
        let is_create = change["action"] == "create" && !is_made;
        if is_create && outcomes.iter().all(|outcome| outcome == "not_attempted") {
            let mut posts = sent.iter().filter(|hit| hit.method == "POST");
            if posts.any(|hit| hit.body.as_ref().is_some_and(|body| name_of(body) == name)) {
                return Err(format!("{name:?} was not attempted, it says, and was sent"));
            }
        }
    }
    let any = |word: &str| changes.iter().any(|change| change["outcome"] == word);
    let errors = report["errors"].as_array().is_some_and(|errors| !errors.is_empty());
    let code = match () {
        () if errors => 1,
        () if any("failed") || any("not_attempted") => 4,
        () if any("held_back") => 3,
        () => 0,
    };
    if run.code == code { Ok(()) } else { Err(format!("it ends with {} instead of {code}: {}", run.code, run.text())) }
}
