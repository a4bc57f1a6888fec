//! Where two values in normal form differ, field by field, and how a body is made of them.
//!
//! In: what the file declares and what Vapi holds. Out: [`Difference`]s, which [`crate::merge`] judges; and, once judged,
//! the live value with the approved ones put in ([`overlay`]). Both walk the same way, through [`align`].

use std::collections::{HashMap, HashSet};

use crate::kinds::{ListRule, Spot};
use crate::model::{FieldPath, Map, Step, Value};
use crate::normalize::same;

/// What a difference is, seen from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// The file declares it, Vapi has nothing there (or `null`).
    Absent,
    /// Both have a value.
    Differs,
    /// The file declares `null`, Vapi has a value.
    Clear,
    /// An element of a set or a keyed list that only the file has.
    Gained,
    /// An element of a set or a keyed list that only Vapi has.
    Lost,
    /// Only Vapi has it, and the file does not speak of it.
    Undeclared,
    /// It differs, but can be given only when the object is made.
    CreateOnly,
}

/// One field in which the file and Vapi differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: FieldPath,
    /// What it is.
    pub what: What,
    /// The file's value.
    pub desired: Option<Value>,
    /// Vapi's value.
    pub live: Option<Value>,
    /// The live values that would be gone if the file's value were taken.
    pub at_stake: AtStake,
    /// Vapi's value is what it documents as its default, so nobody's work.
    pub default: bool,
}

/// What would be gone in Vapi if the file's value were taken.
#[derive(Debug, Clone, PartialEq)]
pub enum AtStake {
    /// Nothing.
    Nothing,
    /// The live value of the field.
    Value,
    /// Elements of the list that stands here.
    Elements(Vec<Value>),
}

/// All differences between what the file declares of an object and what Vapi holds, in the order of the file; what only
/// Vapi has comes last in its mapping.
pub fn differences(root: Spot, desired: &Value, live: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(root, desired, live, &FieldPath::root(), &mut found);
    found
}

/// Whether a live value holds everything that a declared one names.
pub fn covers(spot: Spot, live: &Value, declared: &Value) -> bool {
    let mut found = Vec::new();
    walk(spot, declared, live, &FieldPath::root(), &mut found);
    found.iter().all(|difference| {
        // A secret that Vapi does not show counts as the same.
        difference.what == What::Undeclared
            || matches!((difference.what, &difference.desired), (What::Absent, Some(Value::Secret(_))))
    })
}

/// Whether a value that history holds gives back a live one: everything in it, but for what Vapi documents as default.
pub fn gives_back(spot: Spot, recorded: &Value, live: &Value) -> bool {
    let mut found = Vec::new();
    walk(spot, recorded, live, &FieldPath::root(), &mut found);
    found.iter().all(|difference| match difference.what {
        What::Undeclared => difference.default || matches!(&difference.live, Some(Value::Secret(_))),
        What::Absent => true,
        What::Differs | What::Clear | What::Gained | What::Lost | What::CreateOnly => false,
    })
}

fn walk(spot: Spot, desired: &Value, live: &Value, path: &FieldPath, found: &mut Vec<Difference>) {
    match (desired, live) {
        (Value::Map(desired), Value::Map(live)) => walk_maps(spot, desired, live, path, found),
        (Value::List(desired_items), Value::List(live_items)) => {
            walk_lists(spot, desired_items, live_items, path, found);
        }
        _ if same(desired, live) => {}
        _ => {
            let what = match desired {
                _ if spot.is_create_only() => What::CreateOnly,
                Value::Null => What::Clear,
                _ => What::Differs,
            };
            found.push(Difference {
                path: path.clone(),
                what,
                desired: Some(desired.clone()),
                live: Some(shown_like(desired, live)),
                at_stake: AtStake::Value,
                default: spot.is_default(live),
            });
        }
    }
}

/// A live text that stands where the file has a secret is a secret too.
fn shown_like(desired: &Value, live: &Value) -> Value {
    match (desired, live) {
        (Value::Secret(_), Value::Text(text)) => Value::Secret(crate::model::Secret::new(text.clone(), Vec::new())),
        _ => live.clone(),
    }
}

fn walk_maps(spot: Spot, desired: &Map, live: &Map, path: &FieldPath, found: &mut Vec<Difference>) {
    for (key, desired) in desired {
        let spot = spot.key(key);
        match live.get(key) {
            None | Some(Value::Null) => {
                // What can be given only at the start and is not shown is a wish that was granted or not.
                if *desired != Value::Null && !spot.is_create_only() {
                    found.push(Difference {
                        path: path.key(key),
                        what: What::Absent,
                        desired: Some(desired.clone()),
                        live: None,
                        at_stake: AtStake::Nothing,
                        default: false,
                    });
                }
            }
            Some(live) => walk(spot, desired, live, &path.key(key), found),
        }
    }
    for (key, live) in live {
        let unspoken = matches!(live, Value::Null) || matches!(live, Value::Secret(secret) if secret.is_unsure());
        if !unspoken && !desired.contains_key(key) {
            found.push(Difference {
                path: path.key(key),
                what: What::Undeclared,
                desired: None,
                live: Some(live.clone()),
                at_stake: AtStake::Nothing,
                default: is_default_deep(spot.key(key), live),
            });
        }
    }
}

/// Whether a value is a documented default, or a mapping of nothing else.
fn is_default_deep(spot: Spot, value: &Value) -> bool {
    spot.is_default(value)
        || value
            .as_map()
            .is_some_and(|map| !map.is_empty() && map.iter().all(|(key, value)| is_default_deep(spot.key(key), value)))
}

fn walk_lists(spot: Spot, desired: &[Value], live: &[Value], path: &FieldPath, found: &mut Vec<Difference>) {
    let item = spot.item();
    match align(spot, desired, live) {
        Alignment::Pairs(pairs) => {
            let default = spot.default().is_some_and(|_| is_default_set(spot, live));
            for Pair { step, desired, live } in pairs {
                let element = |what, at_stake| Difference {
                    path: path.join(step.clone()),
                    what,
                    desired: desired.cloned(),
                    live: live.cloned(),
                    at_stake,
                    default,
                };
                match (desired, live) {
                    (Some(desired), Some(live)) => walk(item, desired, live, &path.join(step), found),
                    (Some(_), None) => found.push(element(What::Gained, AtStake::Nothing)),
                    (None, Some(_)) => found.push(element(What::Lost, AtStake::Value)),
                    (None, None) => {}
                }
            }
        }
        Alignment::Whole => {
            let kept: HashSet<usize> = keep(item, desired, live).into_iter().flatten().collect();
            let lost = live.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, value)| value.clone());
            let lost: Vec<Value> = lost.collect();
            found.push(Difference {
                path: path.clone(),
                what: What::Differs,
                desired: Some(Value::List(desired.to_vec())),
                live: Some(Value::List(live.to_vec())),
                at_stake: if lost.is_empty() { AtStake::Nothing } else { AtStake::Elements(lost) },
                default: is_default_set(spot, live),
            });
        }
    }
}

fn is_default_set(spot: Spot, live: &[Value]) -> bool {
    let Some(serde_json::Value::Array(default)) = spot.default() else { return false };
    let default: Vec<Value> = default.iter().cloned().map(crate::normalize::json).collect();
    default.len() == live.len() && live.iter().all(|item| default.contains(item))
}

/// For each declared element of a list, the live element that it keeps: the next one that holds all that it names.
fn keep(item: Spot, desired: &[Value], live: &[Value]) -> Vec<Option<usize>> {
    let mut next = 0;
    desired
        .iter()
        .map(|desired| {
            let at = (next..live.len()).find(|at| covers(item, &live[*at], desired))?;
            next = at + 1;
            Some(at)
        })
        .collect()
}

struct Pair<'v> {
    step: Step,
    desired: Option<&'v Value>,
    live: Option<&'v Value>,
}

enum Alignment<'v> {
    /// Element by element: the declared ones in their order, then the live ones that have no partner.
    Pairs(Vec<Pair<'v>>),
    /// Nothing tells which element is which.
    Whole,
}

fn align<'v>(spot: Spot, desired: &'v [Value], live: &'v [Value]) -> Alignment<'v> {
    let keys = match spot.list() {
        ListRule::Whole => None,
        ListRule::Set => set_keys(desired).zip(set_keys(live)),
        ListRule::Keyed(key) => unique_keys(key, desired).zip(unique_keys(key, live)),
    };
    let Some((desired_keys, live_keys)) = keys else {
        if desired.len() != live.len() {
            return Alignment::Whole;
        }
        let pairs = desired.iter().zip(live).enumerate();
        return Alignment::Pairs(
            pairs
                .map(|(at, (desired, live))| Pair { step: Step::Index(at), desired: Some(desired), live: Some(live) })
                .collect(),
        );
    };
    let live_at: HashMap<&str, &Value> = live_keys.iter().map(String::as_str).zip(live).collect();
    let declared: HashSet<&str> = desired_keys.iter().map(String::as_str).collect();
    let mut seen = HashSet::new();
    let mut pairs: Vec<Pair> = Vec::with_capacity(desired.len());
    for (key, value) in desired_keys.iter().zip(desired).chain(live_keys.iter().zip(live)) {
        if seen.insert(key.as_str()) {
            let is_declared = declared.contains(key.as_str());
            pairs.push(Pair {
                step: Step::Element(key.clone()),
                desired: is_declared.then_some(value),
                live: live_at.get(key.as_str()).copied(),
            });
        }
    }
    Alignment::Pairs(pairs)
}

/// The elements of a set by their text. `None` if one is not a text that may be shown.
fn set_keys(items: &[Value]) -> Option<Vec<String>> {
    items
        .iter()
        .map(|item| match item {
            Value::Text(text) => Some(text.clone()),
            // An id that is not known yet is in no live set.
            Value::Unknown(_) => item.to_shown().as_str().map(str::to_owned),
            _ => None,
        })
        .collect()
}

fn unique_keys(key: fn(&Map) -> Option<String>, items: &[Value]) -> Option<Vec<String>> {
    let keys: Vec<String> = items.iter().map(|item| key(item.as_map()?)).collect::<Option<_>>()?;
    let unique: HashSet<&String> = keys.iter().collect();
    (unique.len() == keys.len()).then_some(keys)
}

/// The position of the element that a step names, in any version of the list that stands at `spot`.
pub fn element_position(spot: Spot, items: &[Value], step: &Step) -> Option<usize> {
    match step {
        Step::Index(at) => (*at < items.len()).then_some(*at),
        Step::Element(wanted) => {
            let keys = match spot.list() {
                ListRule::Whole => return None,
                ListRule::Set => set_keys(items)?,
                ListRule::Keyed(key) => unique_keys(key, items)?,
            };
            keys.iter().position(|key| key == wanted)
        }
        Step::Key(_) => None,
    }
}

/// The value at a path inside another.
pub fn value_at<'v>(root: Spot, value: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    let mut spot = root;
    let mut value = value;
    for step in &path.0 {
        (spot, value) = match (step, value) {
            (Step::Key(key), Value::Map(map)) => (spot.key(key), map.get(key)?),
            (step, Value::List(items)) => (spot.item(), &items[element_position(spot, items, step)?]),
            _ => return None,
        };
    }
    Some(value)
}

/// The live value with the declared ones put in, but for the fields in `held`, which stay as they are in Vapi.
///
/// What the file does not name, at any depth, stays as it is in Vapi: a `PATCH` replaces a top-level field whole, so its
/// body must hold all of it.
pub fn overlay(spot: Spot, desired: &Value, live: &Value, path: &FieldPath, held: &HashSet<FieldPath>) -> Value {
    if held.contains(path) {
        return live.clone();
    }
    match (desired, live) {
        (Value::Map(desired), Value::Map(live)) => {
            let mut result = live.clone();
            for (key, desired) in desired {
                let path = path.key(key);
                let value = match live.get(key) {
                    Some(live) => overlay(spot.key(key), desired, live, &path, held),
                    None if held.contains(&path) || *desired == Value::Null => continue,
                    None => desired.clone(),
                };
                result.insert(key.clone(), value);
            }
            Value::Map(result)
        }
        (Value::List(desired), Value::List(live)) => Value::List(overlay_list(spot, desired, live, path, held)),
        _ if spot.is_create_only() => live.clone(),
        // A secret of which only Vapi knows the text is sent back as Vapi gave it.
        (Value::Secret(secret), _) if secret.expose().is_none() && same(desired, live) => match live {
            Value::Secret(live) if live.expose().is_none() => desired.clone(),
            _ => live.clone(),
        },
        _ => desired.clone(),
    }
}

fn overlay_list(
    spot: Spot,
    desired: &[Value],
    live: &[Value],
    path: &FieldPath,
    held: &HashSet<FieldPath>,
) -> Vec<Value> {
    let item = spot.item();
    match align(spot, desired, live) {
        Alignment::Pairs(pairs) => pairs
            .into_iter()
            .filter_map(|Pair { step, desired, live }| {
                let path = path.join(step);
                match (desired, live) {
                    (Some(desired), Some(live)) => Some(overlay(item, desired, live, &path, held)),
                    (Some(desired), None) => (!held.contains(&path)).then(|| desired.clone()),
                    (None, Some(live)) => held.contains(&path).then(|| live.clone()),
                    (None, None) => None,
                }
            })
            .collect(),
        Alignment::Whole => {
            let kept = keep(item, desired, live);
            let path = path.join(Step::Index(usize::MAX));
            desired
                .iter()
                .zip(kept)
                .map(|(desired, at)| match at {
                    Some(at) => overlay(item, desired, &live[at], &path, held),
                    None => desired.clone(),
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::kinds::by_section;
    use crate::normalize;

    fn root() -> Spot {
        by_section("agents").expect("a kind").root()
    }

    fn value(json: Json) -> Value {
        normalize::live(by_section("agents").expect("a kind"), json)
    }

    fn found(desired: Json, live: Json) -> Vec<(String, What)> {
        differences(root(), &value(desired), &value(live)).into_iter().map(|d| (d.path.to_string(), d.what)).collect()
    }

    type Row = (Json, Json, Vec<(&'static str, What)>);

    #[test]
    fn what_differs_is_found_where_it_stands() {
        let table: Vec<Row> = vec![
            (json!({"name": "A"}), json!({"name": "A"}), vec![]),
            (json!({"name": "A"}), json!({}), vec![("name", What::Absent)]),
            (json!({"name": "A"}), json!({"name": null}), vec![("name", What::Absent)]),
            (json!({"name": null}), json!({}), vec![]),
            (json!({"name": null}), json!({"name": "A"}), vec![("name", What::Clear)]),
            (json!({}), json!({"name": "A"}), vec![("name", What::Undeclared)]),
            (json!({"model": {"temperature": 1}}), json!({"model": {"temperature": 1.0}}), vec![]),
            (json!({"toolIds": 1}), json!({"toolIds": "1"}), vec![("toolIds", What::Differs)]),
            (json!({"model": {}}), json!({"model": {"a": 1}}), vec![("model.a", What::Undeclared)]),
            (
                json!({"model": {"toolIds": ["a", "b"]}}),
                json!({"model": {"toolIds": ["c", "a"]}}),
                vec![("model.toolIds[b]", What::Gained), ("model.toolIds[c]", What::Lost)],
            ),
            (
                json!({"serverMessages": ["hang", "transcript"]}),
                json!({"serverMessages": ["transcript", "hang"]}),
                vec![],
            ),
            (
                json!({"endCallPhrases": ["bye", "so long"]}),
                json!({"endCallPhrases": ["bye", "adieu"]}),
                vec![("endCallPhrases[1]", What::Differs)],
            ),
            (
                json!({"endCallPhrases": ["bye"]}),
                json!({"endCallPhrases": ["bye", "adieu"]}),
                vec![("endCallPhrases", What::Differs)],
            ),
        ];
        for (desired, live, expected) in table {
            let expected: Vec<(String, What)> =
                expected.into_iter().map(|(path, what)| (path.to_owned(), what)).collect();
            assert_eq!(found(desired.clone(), live.clone()), expected, "{desired} {live}");
        }
    }

    #[test]
    fn tools_are_found_by_type_and_name_in_any_order() {
        let desired = json!({"model": {"tools": [
            {"type": "function", "function": {"name": "a"}, "server": {"url": "https://new"}},
            {"type": "endCall"},
        ]}});
        let live = json!({"model": {"tools": [
            {"type": "transferCall"},
            {"type": "endCall", "async": false},
            {"type": "function", "function": {"name": "a"}, "server": {"url": "https://old", "timeoutSeconds": 5}},
        ]}});
        assert_eq!(
            found(desired.clone(), live.clone()),
            [
                ("model.tools[function:a].server.url".to_owned(), What::Differs),
                ("model.tools[function:a].server.timeoutSeconds".to_owned(), What::Undeclared),
                ("model.tools[endCall].async".to_owned(), What::Undeclared),
                ("model.tools[transferCall]".to_owned(), What::Lost),
            ]
        );
        let held =
            HashSet::from([FieldPath::root().key("model").key("tools").join(Step::Element("transferCall".into()))]);
        let merged = overlay(root(), &value(desired), &value(live), &FieldPath::root(), &held);
        assert_eq!(
            merged.to_shown(),
            json!({"model": {"tools": [
                {"type": "function", "function": {"name": "a"}, "server": {"url": "https://new", "timeoutSeconds": 5}},
                {"type": "endCall", "async": false},
                {"type": "transferCall"},
            ]}})
        );
    }

    #[test]
    fn keys_that_are_not_unique_fall_back_to_position() {
        let desired = json!({"hooks": [{"on": "x", "do": 1}, {"on": "x", "do": 2}]});
        let live = json!({"hooks": [{"on": "x", "do": 1}, {"on": "x", "do": 3}]});
        assert_eq!(found(desired, live), [("hooks[1].do".to_owned(), What::Differs)]);
    }

    #[test]
    fn a_list_of_another_length_keeps_the_elements_it_names() {
        let desired = value(
            json!({"model": {"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}}),
        );
        let live = value(json!({"model": {"messages": [{"role": "system", "content": "a", "extra": 1}]}}));
        let found = differences(root(), &desired, &live);
        assert_eq!(found[0].at_stake, AtStake::Nothing);
        let merged = overlay(root(), &desired, &live, &FieldPath::root(), &HashSet::new());
        assert_eq!(merged.to_shown()["model"]["messages"][0]["extra"], 1);
    }

    #[test]
    fn a_documented_default_is_nobodys_work() {
        let found =
            differences(root(), &value(json!({"maxDurationSeconds": 900})), &value(json!({"maxDurationSeconds": 600})));
        assert!(found[0].default);
        assert!(gives_back(
            root(),
            &value(json!({"name": "A"})),
            &value(json!({"name": "A", "maxDurationSeconds": 600}))
        ));
        assert!(!gives_back(
            root(),
            &value(json!({"name": "A"})),
            &value(json!({"name": "A", "maxDurationSeconds": 601}))
        ));
    }
}
