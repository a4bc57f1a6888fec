//! Does a response show that what was sent was done, and nothing else?

use crate::kinds::Kind;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, FieldPath, Map, Value};
use crate::values::compare::{What, differences, moves_to};

/// What a response shows.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Differences from what was sent.
    pub(super) errors: Vec<String>,
    /// Fields that Vapi set by itself.
    pub(super) warnings: Vec<String>,
}

impl Findings {
    /// The error to report, if there is one.
    pub(super) fn error(&self, address: &Address) -> Option<Diagnostic> {
        (!self.errors.is_empty()).then(|| {
            Diagnostic::error(
                "not-as-asked",
                format!(
                    "Vapi accepted the write of {address}, but did not keep it as it was sent: {}",
                    self.errors.join("; ")
                ),
            )
            .help("look at the object in the dashboard; the next `vapi-sync plan` shows what differs from the file")
        })
    }
}

/// Compares a response with what was sent and, for an update, with the object as it was.
pub(super) fn verify(kind: &'static Kind, asked: &Map, seen: Option<&Value>, answer: &Value) -> Findings {
    let mut findings = Findings::default();
    let wanted = Value::Map(asked.clone());
    for difference in differences(kind.root(), &wanted, answer) {
        let line = || {
            let shown = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shorten);
            format!("{} should be {}, but is {}", difference.path, shown(&difference.desired), shown(&difference.live))
        };
        match difference.what {
            What::Absent if difference.desired.as_ref().is_some_and(Value::is_empty) => {
                findings.warnings.push(format!(
                    "{} is empty in the file, and Vapi does not keep empty values there",
                    difference.path
                ));
            }
            What::Absent | What::Differs | What::Clear | What::Gained | What::Lost => {
                // Vapi does not always return secrets.
                if !difference.desired.as_ref().is_some_and(|value| matches!(value, Value::Secret(_))) {
                    findings.errors.push(line());
                }
            }
            What::Undeclared if difference.path.0.len() > 1 && seen.is_some() && !is_secret(&difference.live) => {
                findings.warnings.push(filled_in(&difference.path, &difference.live));
            }
            What::Undeclared | What::CreateOnly => {}
        }
    }
    if let (Some(Value::Map(seen)), Value::Map(answer)) = (seen, answer) {
        let moved: Vec<&str> = asked.keys().filter_map(|key| moves_to(kind.root().key(key))).collect();
        let untouched = |key: &&String| !asked.contains_key(key.as_str()) && !moved.contains(&key.as_str());
        for key in seen.keys().filter(untouched) {
            let path = FieldPath::root().key(key);
            match (&seen[key], answer.get(key)) {
                (Value::Null, None) => {}
                (before, Some(after)) if crate::values::normalize::same(before, after) => {}
                (Value::Secret(_), None) => {}
                (before, after) => findings.errors.push(format!(
                    "{path} should not have changed: it was {}, and is now {}",
                    shorten(before),
                    after.map_or("nothing".to_owned(), shorten)
                )),
            }
        }
        for (key, after) in answer.iter().filter(|(key, after)| {
            untouched(key) && !seen.contains_key(*key) && **after != Value::Null && !matches!(after, Value::Secret(_))
        }) {
            findings.warnings.push(filled_in(&FieldPath::root().key(key), &Some(after.clone())));
        }
    }
    findings
}

fn is_secret(value: &Option<Value>) -> bool {
    matches!(value, Some(Value::Secret(_)))
}

fn filled_in(path: &FieldPath, value: &Option<Value>) -> String {
    format!("{path} is now {}, set by Vapi itself", value.as_ref().map_or("nothing".to_owned(), shorten))
}

/// A value in a line of text. A long one is not cut: half a secret would not be known for one.
fn shorten(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_shown().to_string();
    match text.chars().count() {
        0..=LONGEST => text,
        longer => format!("a value of {longer} characters"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::values::normalize;

    fn kind() -> &'static Kind {
        crate::kinds::by_section("agents").expect("a kind")
    }

    fn value(json: serde_json::Value) -> Value {
        normalize::live(kind(), json)
    }

    fn map(json: serde_json::Value) -> Map {
        value(json).as_map().cloned().unwrap_or_default()
    }

    #[test]
    fn what_was_not_asked_must_not_change() {
        let seen = value(json!({"name": "A", "firstMessage": "hi", "model": {"model": "x"}}));
        let asked = map(json!({"name": "B"}));
        let good = verify(
            kind(),
            &asked,
            Some(&seen),
            &value(json!({"name": "B", "firstMessage": "hi", "model": {"model": "x"}})),
        );
        assert!(good.errors.is_empty() && good.warnings.is_empty(), "{good:?}");
        let wiped = verify(kind(), &asked, Some(&seen), &value(json!({"name": "B", "firstMessage": "hi"})));
        assert_eq!(wiped.errors.len(), 1, "{wiped:?}");
        let ignored = verify(kind(), &asked, Some(&seen), &seen);
        assert_eq!(ignored.errors, [r#"name should be "B", but is "A""#]);
        let filled = verify(
            kind(),
            &asked,
            Some(&seen),
            &value(json!({"name": "B", "firstMessage": "hi", "model": {"model": "x"}, "voice": {"a": 1}})),
        );
        assert_eq!((filled.errors.len(), filled.warnings.len()), (0, 1));
    }

    #[test]
    fn a_secret_that_is_not_shown_was_accepted() {
        let asked = map(json!({"server": {"url": "https://x", "secret": "s"}}));
        let found = verify(
            kind(),
            &asked,
            None,
            &value(json!({"server": {"url": "https://x"}, "isServerUrlSecretSet": false})),
        );
        assert!(found.errors.is_empty(), "{found:?}");
    }
}
