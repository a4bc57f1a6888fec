//! Rules out by its bytes, without parsing, that a text holds a value.

use memchr::{memchr, memmem};

use crate::model::Value;
use crate::model::recorded::Question;

/// Shorter pieces occur in every file.
const SHORTEST: usize = 4;

/// Whether a YAML text can hold the value, in any spelling. `false` is certain.
pub(super) fn can_hold(yaml: &[u8], question: &Question) -> bool {
    let Value::Text(text) = &question.value else { return true };
    let needle = longest_word(text);
    needle.len() < SHORTEST || memmem::find(yaml, needle.as_bytes()).is_some() || can_disguise(yaml)
}

/// The longest run of letters and digits: in YAML only an escape can split one.
fn longest_word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|word| word.len()).unwrap_or_default()
}

/// Whether text may be spelled otherwise: by an escape, a reference, an include, or an alias of something outside this text.
fn can_disguise(yaml: &[u8]) -> bool {
    let escape =
        memchr::memchr_iter(b'\\', yaml).any(|at| matches!(yaml.get(at + 1), Some(b'x' | b'u' | b'U' | b'\n' | b'\r')));
    escape || memmem::find(yaml, b"${").is_some() || memchr(b'*', yaml).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::model::{Address, FieldPath};

    fn can(yaml: &str, text: &str) -> bool {
        let question = Question {
            address: Address::new("agents", "a"),
            id: None,
            path: FieldPath::root(),
            value: Value::Text(text.into()),
            element: false,
            after: None,
        };
        can_hold(yaml.as_bytes(), &question)
    }

    #[test]
    fn a_text_in_any_spelling_can_be_there() {
        for yaml in [
            "Good evening, callers",
            "'Good evening, callers'",
            "\"Good evening, \\\n  callers\"",
            "\"Good \\x65vening, c\\u0061llers\"",
            "\"Good even\\\n  ing, call\\\n  ers\"",
            ">-\n  Good\n  evening,\n  callers",
            "Good\n  evening,\n  callers",
            "${file:greeting.md}",
            "*greeting",
        ] {
            if let Ok(document) = Document::parse("x", yaml) {
                let plain = yaml.contains("${")
                    || document.root().and_then(|root| root.as_text()) == Some("Good evening, callers");
                assert!(plain, "{yaml:?} is not what this test is about");
            }
            assert!(can(yaml, "Good evening, callers"), "{yaml:?}");
        }
    }

    #[test]
    fn a_text_that_is_not_there_is_not_there() {
        assert!(!can("name: Good morning\nx: \"\\n\\t\"", "Good evening"));
        assert!(can("name: x", "..."), "there is nothing to look for");
    }
}
