//! What the file and Vapi last agreed on, field by field: what git calls a merge base.
//!
//! In: what the audit log and the agreed commit say of one object. Out: the value of a field at that time, as far as either
//! says one; the newer one counts.

use jiff::Timestamp;

use super::compare::{AtStake, Difference, covers, element_position, gives_back};
use super::normalize::same;
use crate::kinds::Spot;
use crate::model::agreed::{AgreedBy, Agreement};
use crate::model::{FieldPath, Map, Step, Value};

/// What is known of the fields of one object at the last agreement.
#[derive(Debug, Clone, Default)]
pub struct Base {
    /// What runs wrote, the oldest first.
    pub written: Vec<Written>,
    /// What the file said at the agreed commit.
    pub agreed: Option<Stood>,
    /// Fields that Vapi showed and then refused, by their path as Vapi writes it, with the value that was left out.
    pub left_out: Vec<(String, Value)>,
}

/// A field that a run wrote, into Vapi or into the file.
#[derive(Debug, Clone)]
pub struct Written {
    /// The field.
    pub path: FieldPath,
    /// What both sides held then. `None`: nothing.
    pub value: Option<Value>,
    /// When.
    pub time: Timestamp,
    /// Which run.
    pub run: String,
    /// The commit that was checked out.
    pub commit: Option<String>,
    /// It is known to have been written: a run that was killed may have been cut off before.
    pub is_sure: bool,
    /// Of what a pull wrote: what the file said before. A file that says so again (`git checkout`, another branch) has undone
    /// the pull.
    pub replaced: Option<Option<Value>>,
}

impl Written {
    fn is_undone(&self, spot: Spot, path: &FieldPath, desired: Option<&Value>) -> bool {
        let Some(replaced) = self.replaced.as_ref().filter(|_| self.path == *path) else { return false };
        match (replaced, desired) {
            (Some(replaced), Some(desired)) => covers(spot, replaced, desired) && covers(spot, desired, replaced),
            (replaced, desired) => replaced.is_none() && desired.is_none(),
        }
    }
}

/// What an entry said at the agreed commit.
#[derive(Debug, Clone)]
pub struct Stood {
    /// Its config: with its references as they were, and as they are now.
    pub values: Vec<Value>,
    /// The commit.
    pub commit: String,
    /// When the file and Vapi were found to agree.
    pub time: Timestamp,
}

/// What a field was at the last agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Its value: any of these counts. `None`: it was not there.
    values: Vec<Option<Value>>,
    /// Who says so.
    pub agreement: Agreement,
}

impl Base {
    /// What a field was at the last agreement, given what the file says of it now. `None`: nobody knows, so it has no base.
    pub fn of(&self, root: Spot, path: &FieldPath, desired: Option<&Value>) -> Option<Known> {
        let (by_run, by_commit) = (self.by_run(root, path, desired), self.by_commit(root, path));
        match (by_run, by_commit) {
            (Some(run), Some(commit)) if commit.agreement.time > run.agreement.time => Some(commit),
            (run, commit) => run.or(commit),
        }
    }

    /// Whether Vapi refused this value of a field, so that it was left out.
    pub fn was_left_out(&self, path: &FieldPath, value: &Value) -> bool {
        let steps = path.0.iter().map(|step| match step {
            Step::Key(key) | Step::Element(key) => key.clone(),
            Step::Index(at) => at.to_string(),
        });
        let path = steps.collect::<Vec<_>>().join(".");
        self.left_out.iter().any(|(left, known)| *left == path && same(known, value))
    }

    fn by_commit(&self, root: Spot, path: &FieldPath) -> Option<Known> {
        let stood = self.agreed.as_ref()?;
        let values: Option<Vec<_>> = stood.values.iter().map(|config| known_at(root, config, &path.0)).collect();
        let values = values.filter(|values| !values.is_empty())?;
        Some(Known { values, agreement: Agreement { by: AgreedBy::Commit(stood.commit.clone()), time: stood.time } })
    }

    fn by_run(&self, root: Spot, path: &FieldPath, desired: Option<&Value>) -> Option<Known> {
        let mut values = Vec::new();
        // Parts of the field that were written after all of it.
        let mut parts: Vec<&Written> = Vec::new();
        let mut newest: Option<&Written> = None;
        let stands = |written: &&Written| !written.is_undone(root.at(path), path, desired);
        for written in self.written.iter().rev().filter(stands) {
            if written.path.0.len() > path.0.len() && written.path.0.starts_with(&path.0) && written.is_sure {
                newest.get_or_insert(written);
                parts.push(written);
            }
            let Some(rest) = path.0.strip_prefix(written.path.0.as_slice()) else { continue };
            let spot = root.at(&written.path);
            let known = written.value.as_ref().map_or(Some(None), |value| known_at(spot, value, rest));
            // What a secret was, no log tells.
            let known = known.filter(|value| !value.as_ref().is_some_and(holds_unspelled));
            let mut value = match known {
                Some(value) => value,
                None if written.is_sure => return None,
                None => continue,
            };
            let newest = newest.filter(|_| written.is_sure).unwrap_or(written);
            for part in parts.iter().rev().filter(|_| written.is_sure) {
                put(root.at(path), &mut value, &part.path.0[path.0.len()..], part.value.as_ref())?;
            }
            values.push(value);
            if written.is_sure {
                let by = AgreedBy::Run { run: newest.run.clone(), commit: newest.commit.clone() };
                return Some(Known { values, agreement: Agreement { by, time: newest.time } });
            }
        }
        None
    }
}

impl Known {
    /// Whether Vapi still has what it had: nothing that taking the file's value would replace came since.
    pub fn is_live(&self, spot: Spot, difference: &Difference) -> bool {
        let Some(live) = &difference.live else { return self.values.contains(&None) };
        self.values.iter().flatten().any(|value| {
            gives_back(spot, value, live)
                || match (&difference.at_stake, value) {
                    (AtStake::Elements(lost), Value::List(items)) => {
                        let (hidden, plain): (Vec<_>, Vec<_>) = items.iter().partition(|item| is_hidden(item));
                        let had = |lost: &&Value| plain.iter().any(|item| gives_back(spot.item(), item, lost));
                        let new = lost.iter().filter(|lost| !had(lost)).count();
                        new <= hidden.len().saturating_sub(still_there(difference.desired.as_ref(), live))
                    }
                    (AtStake::Order(list), _) => gives_back(spot, value, list),
                    (AtStake::Nothing | AtStake::Value | AtStake::Elements(_), _) => false,
                }
        })
    }

    /// Whether the file still says what it said.
    pub fn is_desired(&self, spot: Spot, desired: Option<&Value>) -> bool {
        let Some(desired) = desired else { return self.values.contains(&None) };
        self.values.iter().flatten().any(|value| covers(spot, value, desired) && variables(value) == variables(desired))
    }

    /// Whether a value is what it was, no more and no less.
    pub fn is_just(&self, spot: Spot, value: &Value) -> bool {
        let mut known = self.values.iter().flatten();
        known.any(|known| {
            covers(spot, known, value) && covers(spot, value, known) && variables(known) == variables(value)
        })
    }

    /// Whether it was no secret and had none in it.
    pub fn is_plain(&self) -> bool {
        self.values.iter().flatten().all(|value| !value.holds_secret())
    }

    /// How many elements it had as a list.
    pub fn elements(&self) -> usize {
        let of_list = |value: &Value| if let Value::List(items) = value { items.len() } else { 0 };
        self.values.iter().flatten().map(of_list).max().unwrap_or(0)
    }

    /// The same in another form. `None`: a value has none.
    pub fn map(self, form: impl Fn(&Value) -> Option<Value>) -> Option<Self> {
        let values = self.values.iter().map(|value| value.as_ref().map_or(Some(None), |value| form(value).map(Some)));
        Some(Self { values: values.collect::<Option<_>>()?, ..self })
    }

    /// Its value, where it had one.
    pub fn value(&self) -> Option<&Value> {
        self.values.first()?.as_ref()
    }

    /// The text that it was.
    pub fn text(&self) -> Option<&str> {
        self.value()?.as_text()
    }
}

/// Whether it is a secret as a whole: it may have been any text.
fn is_hidden(value: &Value) -> bool {
    matches!(value, Value::Secret(secret) if !secret.is_within_text())
}

/// How many of the hidden elements of the file's list Vapi's list has: those were not replaced by something else.
fn still_there(desired: Option<&Value>, live: &Value) -> usize {
    let (Some(Value::List(desired)), Value::List(live)) = (desired, live) else { return 0 };
    let is_there = |item: &&Value| match item {
        Value::Secret(secret) => {
            secret.expose().is_none_or(|text| live.iter().any(|live| live.as_text() == Some(text)))
        }
        _ => false,
    };
    desired.iter().filter(|item| is_hidden(item)).filter(is_there).count()
}

/// The variables that the secrets in a value come from: two secrets are told apart by them alone.
pub fn variables(value: &Value) -> Vec<&str> {
    match value {
        Value::Secret(secret) => secret.variables().iter().map(String::as_str).collect(),
        Value::List(items) => items.iter().flat_map(variables).collect(),
        Value::Map(map) => map.values().flat_map(variables).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown(_) => Vec::new(),
    }
}

/// What stands at a path: `Some(None)` is known to be nothing. `None`: not known.
fn known_at(root: Spot, value: &Value, path: &[Step]) -> Option<Option<Value>> {
    let mut spot = root;
    let mut value = value;
    for step in path {
        (spot, value) = match (step, value) {
            (Step::Key(key), Value::Map(map)) => (spot.key(key), map.get(key)?),
            (_, Value::Null) => return Some(None),
            (step, Value::List(items)) => match element_position(spot, items, step) {
                Some(at) => (spot.item(), &items[at]),
                None => return Some(None),
            },
            _ => return None,
        };
    }
    // Nobody recorded what a secret was, only what stood around it.
    let is_whole = matches!(value, Value::Secret(secret) if !secret.is_within_text());
    (!is_whole).then(|| Some(value.clone()))
}

/// Whether a value holds more secrets than those that stand in longer texts.
fn holds_unspelled(value: &Value) -> bool {
    value.any(&|value| match value {
        Value::Secret(secret) => !secret.is_within_text(),
        Value::Unknown(_) => value.holds_secret(),
        _ => false,
    })
}

/// Puts a part into a value. `None`: it has no place there.
fn put(spot: Spot, value: &mut Option<Value>, path: &[Step], part: Option<&Value>) -> Option<()> {
    let Some((step, rest)) = path.split_first() else {
        *value = part.cloned();
        return Some(());
    };
    match (step, value.get_or_insert_with(|| Value::Map(Map::default()))) {
        (Step::Key(key), Value::Map(map)) => {
            let mut inner = map.get(key).cloned();
            put(spot.key(key), &mut inner, rest, part)?;
            match inner {
                Some(inner) => drop(map.insert(key.clone(), inner)),
                None => drop(map.shift_remove(key)),
            }
        }
        (step, Value::List(items)) => match element_position(spot, items, step) {
            Some(at) => {
                let mut inner = Some(items[at].clone());
                put(spot.item(), &mut inner, rest, part)?;
                match inner {
                    Some(inner) => items[at] = inner,
                    None => drop(items.remove(at)),
                }
            }
            None if rest.is_empty() => items.extend(part.cloned()),
            None => return None,
        },
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::by_section;
    use crate::values::compare::differences;

    fn root() -> Spot {
        by_section("agents").expect("a kind").root()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + 60 * minute).expect("a time")
    }

    fn written(minute: i64, path: &str, value: serde_json::Value) -> Written {
        let value = Some(Value::from(value));
        let path = path.parse().expect("a path");
        Written {
            path,
            value,
            time: at(minute),
            run: format!("r{minute}"),
            commit: None,
            is_sure: true,
            replaced: None,
        }
    }

    fn stood(minute: i64, config: serde_json::Value) -> Stood {
        Stood { values: vec![Value::from(config)], commit: format!("c{minute}"), time: at(minute) }
    }

    /// What the base says of a field, and who says it.
    fn said(base: &Base, path: &str) -> String {
        let Some(known) = base.of(root(), &path.parse().expect("a path"), None) else { return "-".to_owned() };
        let shown =
            known.values.iter().map(|value| value.as_ref().map_or("nothing".into(), |v| v.to_shown().to_string()));
        let by = match &known.agreement.by {
            AgreedBy::Commit(commit) => commit,
            AgreedBy::Run { run, .. } => run,
        };
        format!("{} {by}", shown.collect::<Vec<_>>().join(" or "))
    }

    #[test]
    fn the_newer_one_speaks_per_field() {
        let base = Base {
            written: vec![
                written(1, "model", json!({"temperature": 0.1, "maxTokens": 5, "toolIds": ["a"]})),
                written(5, "model.temperature", json!(0.5)),
            ],
            agreed: Some(stood(3, json!({"name": "A", "model": {"temperature": 0.3, "maxTokens": 7}}))),
            ..Base::default()
        };
        let table = [
            ("name", "\"A\" c3"),
            ("model.temperature", "0.5 r5"),
            ("model.maxTokens", "7 c3"),
            // The commit does not declare it: what a run sent before is known all the same.
            ("model.toolIds", "[\"a\"] r1"),
            ("model.toolIds[a]", "\"a\" r1"),
            ("model.toolIds[b]", "nothing r1"),
            ("model.topP", "-"),
            ("voice", "-"),
            // Parts that were written later are put in.
            ("model", r#"{"temperature":0.5,"maxTokens":5,"toolIds":["a"]} r5"#),
        ];
        for (path, expected) in table {
            assert_eq!(said(&base, path), expected, "{path}");
        }
    }

    #[test]
    fn what_a_killed_run_may_have_written_counts_too() {
        let mut cut_off = written(2, "name", json!("B"));
        cut_off.is_sure = false;
        let base =
            Base { written: vec![written(1, "name", json!("A")), cut_off.clone()], agreed: None, ..Base::default() };
        assert_eq!(said(&base, "name"), "\"B\" or \"A\" r1");
        assert_eq!(said(&Base { written: vec![cut_off], agreed: None, ..Base::default() }, "name"), "-");
    }

    #[test]
    fn a_pull_that_the_file_undid_counts_for_nothing() {
        let mut pulled = written(2, "name", json!("B"));
        pulled.replaced = Some(Some(Value::from(json!("A"))));
        let base = Base { written: vec![written(1, "name", json!("A")), pulled], agreed: None, ..Base::default() };
        let said = |file: &str| {
            let known = base.of(root(), &FieldPath::root().key("name"), Some(&Value::from(json!(file))));
            known.expect("a base").text().map(str::to_owned)
        };
        assert_eq!([said("A"), said("B"), said("C")], ["A", "B", "B"].map(|text| Some(text.to_owned())));
    }

    #[test]
    fn a_secret_has_none() {
        let secret = Value::Secret(crate::model::Secret::missing(vec![]));
        let mut field = written(1, "server", json!({"url": "https://x"}));
        if let Some(Value::Map(server)) = &mut field.value {
            server.insert("secret".to_owned(), secret);
        }
        let base = Base { written: vec![field], agreed: None, ..Base::default() };
        assert_eq!(
            (said(&base, "server.secret").as_str(), said(&base, "server.url").as_str()),
            ("-", "\"https://x\" r1")
        );
    }

    #[test]
    fn who_moved() {
        // Base, file, Vapi: did Vapi stay, did the file?
        let table = [
            (json!({"name": "A"}), json!({"name": "B"}), json!({"name": "A"}), (true, false)),
            (json!({"name": "A"}), json!({"name": "A"}), json!({"name": "B"}), (false, true)),
            (json!({"name": "A"}), json!({"name": "B"}), json!({"name": "C"}), (false, false)),
            (json!({"name": "A"}), json!({"name": null}), json!({"name": "A"}), (true, false)),
            // An element of a set: only the file gave it up; only Vapi took it in.
            (json!({"x": ["a", "b"]}), json!({"x": ["a"]}), json!({"x": ["a", "b"]}), (true, false)),
            (json!({"x": ["a"]}), json!({"x": ["a"]}), json!({"x": ["a", "b"]}), (false, true)),
        ];
        for (base, file, live, expected) in table {
            let named = |value: serde_json::Value| {
                let text = value.to_string().replace("\"x\"", "\"serverMessages\"");
                Value::from(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"))
            };
            let (file, live) = (named(file), named(live));
            let stood = Stood { values: vec![named(base)], commit: "c".to_owned(), time: at(0) };
            let base = Base { written: Vec::new(), agreed: Some(stood), ..Base::default() };
            let found = differences(root(), &file, &live);
            let [difference] = found.as_slice() else { panic!("{found:?}") };
            let known = base.of(root(), &difference.path, difference.desired.as_ref()).expect("a base");
            let spot = root().at(&difference.path);
            let moved = (known.is_live(spot, difference), known.is_desired(spot, difference.desired.as_ref()));
            assert_eq!(moved, expected, "{difference:?}");
        }
    }
}
