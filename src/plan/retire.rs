//! Models that Vapi is about to retire.

use std::collections::BTreeMap;

use super::Inputs;
use super::words::plural;
use crate::kinds::KINDS;
use crate::model::Value;
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// A model, the date and the replacement.
type Named = (String, String, String);

/// One warning per model that will be retired.
pub(super) fn warnings(inputs: &Inputs<'_, '_>) -> Diagnostics {
    // For each model, how many objects of each kind use it.
    let mut found: BTreeMap<Named, Vec<(usize, &str, &str)>> = BTreeMap::new();
    for kind in KINDS {
        let lives = inputs.listings.get(kind.section).into_iter().flatten();
        for live in lives {
            let Ok(Value::Map(object)) = live.value() else { continue };
            let mut seen = Vec::new();
            for notice in object.get("modelDeprecations").and_then(Value::as_list).into_iter().flatten() {
                let text = |field: &str| notice.text_at(field).unwrap_or_default().to_owned();
                let date =
                    if text("retirementDate").is_empty() { text("deprecationDate") } else { text("retirementDate") };
                let key = (text("model"), date, text("replacementModel"));
                if key.0.is_empty() || seen.contains(&key) {
                    continue;
                }
                let counts = found.entry(key.clone()).or_default();
                match counts.iter_mut().find(|(_, noun, _)| *noun == kind.noun) {
                    Some((count, ..)) => *count += 1,
                    None => counts.push((1, kind.noun, kind.nouns)),
                }
                seen.push(key);
            }
        }
    }
    let warning = |((model, date, replacement), counts): (Named, Vec<(usize, &str, &str)>)| {
        let day = date.get(..10).unwrap_or(&date).to_owned();
        let when = if day.is_empty() { "will be shut down".to_owned() } else { format!("shuts down on {day}") };
        let counts = counts.iter().map(|(count, noun, nouns)| format!("{count} {}", plural(*count, noun, nouns)));
        let message = format!("{model} {when}: {}", counts.collect::<Vec<_>>().join(" and "));
        let warning = Diagnostic::warning("model-retires", message);
        match replacement.is_empty() {
            true => warning,
            false => warning.help(format!("Vapi suggests {replacement}")),
        }
    };
    found.into_iter().map(warning).collect()
}
