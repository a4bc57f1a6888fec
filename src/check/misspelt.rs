//! Which field a misspelt name means, beyond doubt.

use strsim::damerau_levenshtein;

/// The known name that a name surely is a misspelling of. Vapi adds fields often, so a name that could be a word of its own
/// (`minTokens` beside `maxTokens`, `voices` beside `voice`) is none.
pub(super) fn misspelt<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known.iter().copied().filter(|meant| *meant != name).find(|meant| is_misspelt(name, meant))
}

fn is_misspelt(name: &str, meant: &str) -> bool {
    let (words, of_meant) = (words(name), words(meant));
    // `first_message`, `Firstmessage`.
    words.concat() == of_meant.concat()
        || match words.len() == of_meant.len() {
            true => words.iter().zip(&of_meant).all(|(word, meant)| word == meant || is_slip(word, meant, 2)),
            // `firstmesage`.
            false => is_slip(&words.concat(), &of_meant.concat(), 1),
        }
}

/// The words of a name in camel case or with dashes, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_after_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && is_after_small {
            words.push(String::new());
        }
        is_after_small = c.is_alphanumeric() && !c.is_uppercase();
        let last = words.last_mut().into_iter();
        last.for_each(|word| word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric())));
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a word is another one with a slip in it, or with this many if it is long. Short words, plurals and numbers are too
/// close to each other for that.
fn is_slip(word: &str, meant: &str, most: usize) -> bool {
    let is_plural = |one: &str, other: &str| one.strip_suffix('s') == Some(other);
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let slips = damerau_levenshtein(word, meant);
    let is_swap = || slips == 1 && meant.len() >= 4 && letters(word) == letters(meant);
    let is_long = || word.len().min(meant.len()) >= if slips == 1 { 5 } else { 8 };
    let has_digit = || [word, meant].iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
    let is_close = || !is_plural(word, meant) && !is_plural(meant, word) && !has_digit();
    (1..=most).contains(&slips) && (is_swap() || is_long() && is_close())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kinds::KINDS;
    use crate::kinds::table::{Fields, Shape};

    #[test]
    fn one_slip_is_surely_one() {
        let known =
            ["firstMessage", "maxTokens", "name", "serverUrl", "temperature", "toolIds", "voice", "firstMessageMode"];
        for (name, meant) in [
            ("firstMesage", Some("firstMessage")),
            ("fristMesage", Some("firstMessage")),
            ("firstMessaage", Some("firstMessage")),
            ("first_message", Some("firstMessage")),
            ("FirstMessageMode", Some("firstMessageMode")),
            ("firstmesage", Some("firstMessage")),
            ("tempratur", Some("temperature")),
            ("temprature", Some("temperature")),
            ("nmae", Some("name")),
            ("serverURL", Some("serverUrl")),
            ("maxTokns", Some("maxTokens")),
            ("vioce", Some("voice")),
            ("nam", None),
            ("names", None),
            ("minTokens", None),
            ("maxToken", None),
            ("toolRefs", None),
            ("toolId", None),
            ("voices", None),
            ("server", None),
            ("firstMessages", None),
            ("temperature2", None),
            ("telepathyEnabled", None),
        ] {
            assert_eq!(misspelt(name, &known), meant, "{name}");
        }
    }

    /// Calls `see` with each mapping of a shape.
    fn mappings(shape: &'static Shape, seen: &mut BTreeSet<usize>, see: &mut dyn FnMut(&'static Fields)) {
        match shape.resolved() {
            Shape::Object(fields) if seen.insert(std::ptr::from_ref(*fields) as usize) => {
                see(fields);
                fields.all().chain(fields.rest).for_each(|field| mappings(&field.shape, seen, see));
            }
            Shape::OneOf(union) => union.branches.iter().for_each(|branch| mappings(&branch.shape, seen, see)),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| mappings(shape, seen, see)),
            Shape::List(shape) | Shape::Map(shape) => mappings(shape, seen, see),
            _ => {}
        }
    }

    /// Vapi's fields of today show what those of tomorrow look like.
    #[test]
    fn no_field_would_be_taken_for_a_misspelling_had_vapi_just_added_it() {
        let (mut seen, mut count) = (BTreeSet::new(), 0);
        let mut taken = BTreeSet::new();
        for kind in KINDS {
            mappings(&kind.config, &mut seen, &mut |fields| {
                let names: Vec<&str> = fields.all().map(|field| field.name).collect();
                count += names.len();
                taken.extend(names.iter().filter_map(|name| Some((*name, misspelt(name, &names)?))));
            });
        }
        assert!(count > 1000, "{count}");
        assert_eq!(taken, BTreeSet::new());
    }
}
