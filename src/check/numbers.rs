//! Checks of phone numbers: duplicates, purchases, targets, format.

use std::collections::HashMap;

use crate::document::{Node, View};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Map, Trail, Value};
use crate::state::load::Entry;

/// Checks the phone numbers of a file.
pub(super) fn check(entries: &[&Entry<'_>]) -> Diagnostics {
    let mut found = Vec::new();
    let mut claimed: HashMap<(&str, Option<&str>), &Entry<'_>> = HashMap::new();
    for entry in entries.iter().filter(|entry| !entry.kind.assignment.is_empty()) {
        let Some(config) = entry.config else { continue };
        found.extend(unassigned(entry, config));
        found.extend(unnamed_purchase(entry, config));
        let Some(node) = config.get("number") else { continue };
        let Some(number) = node.as_text().filter(|number| !number.contains("${")) else { continue };
        // Two trunks may have the same extension.
        let trunk = if is_e164(number) { None } else { config.get("credentialId").and_then(|id| id.as_text()) };
        if let Some(first) = claimed.insert((number, trunk), entry)
            // Without ids they are reported as `twins`.
            && (first.id.is_some() || entry.id.is_some())
        {
            let message = format!("{number} is used twice: {} (line {}) has it too", first.address, first.place.line);
            found.push(
                Diagnostic::error("duplicate-number", message)
                    .at(node.place())
                    .help("a number can be in Vapi only once: delete one of the two entries"),
            );
        }
    }
    found
}

/// A purchase that could not be found again if the response were lost.
fn unnamed_purchase(entry: &Entry<'_>, config: Node<'_>) -> Option<Diagnostic> {
    let provider = config.get("provider")?;
    let given = Value::Map(Map::from_iter([("provider".to_owned(), Value::Text(provider.as_text()?.into()))]));
    let names = (entry.kind.names)(&|path| config.get(path)?.as_text().map(str::to_owned));
    if entry.id.is_some() || !(entry.kind.purchase)(&given) || !names.is_empty() {
        return None;
    }
    let message = format!("{} has no name, so it could be bought twice", entry.address);
    Some(
        Diagnostic::error("unnamed-purchase", message)
            .at(provider.place())
            .help("give it a `name`: if Vapi's response is lost, vapi-sync finds the number by its name"),
    )
}

/// A number that the file would leave without a target.
fn unassigned(entry: &Entry<'_>, config: Node<'_>) -> Option<Diagnostic> {
    let empty = |node: &Node<'_>| match node.view() {
        View::Null => true,
        View::Text(text) => text.is_empty(),
        _ => false,
    };
    let named = |field: &str| config.get(field).is_some_and(|node| !empty(&node));
    if entry.kind.assignment.iter().any(|field| named(field)) {
        return None;
    }
    let (field, node) =
        entry.kind.assignment.iter().find_map(|field| Some((field, config.get(field).filter(empty)?)))?;
    let message = format!("{} would stop answering calls: {field} is empty", entry.address);
    let finding = match entry.id {
        Some(_) => Diagnostic::error("unassigns-number", message),
        None => Diagnostic::warning("unassigns-number", message),
    };
    let help = format!("write who answers it ({}), or delete the line", entry.kind.assignment.join(", "));
    Some(finding.at(node.place()).help(help))
}

/// The finding about a number that cannot be dialled. `map` is the mapping that holds it.
pub(super) fn dialled(text: &str, map: Node<'_>, trail: &Trail<'_>) -> Option<Diagnostic> {
    let any_number = map.get("numberE164CheckEnabled").is_some_and(|node| node.view() == View::Bool(false));
    if any_number || is_e164(text) || text.contains("${") || text.contains("{{") {
        return None;
    }
    let help = match suggestion(text) {
        Some(number) => format!("write it as \"{number}\""),
        None => "write `+`, the country code and the number, digits only: \"+14155550100\"; \
                 for anything else set `numberE164CheckEnabled: false`"
            .to_owned(),
    };
    Some(Diagnostic::error("not-e164", format!("{} cannot be dialled: {text:?}", trail.path())).help(help))
}

/// `+`, country code, number: at most 15 digits (ITU-T E.164).
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The E.164 form of a number in human format: `+1 (415) 555-0100`.
fn suggestion(text: &str) -> Option<String> {
    let plain = text.trim();
    let spelt = plain.chars().all(|c| c.is_ascii_digit() || " ()-./+".contains(c));
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let number = match plain.strip_prefix("00") {
        Some(_) => format!("+{}", digits.trim_start_matches('0')),
        None => format!("+{digits}"),
    };
    let international = plain.starts_with('+') || plain.starts_with("00");
    (spelt && international && is_e164(&number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_itu_writes_them() {
        for good in ["+14155550100", "+4930123456", "+290123"] {
            assert!(is_e164(good), "{good}");
        }
        for bad in ["14155550100", "+04155550100", "+1 415 555 0100", "+1234567890123456", "+", "+1a", ""] {
            assert!(!is_e164(bad), "{bad}");
        }
        assert_eq!(suggestion("+1 (415) 555-0100").as_deref(), Some("+14155550100"));
        assert_eq!(suggestion("0049 30 123456").as_deref(), Some("+4930123456"));
        assert_eq!(suggestion("030 123456"), None);
    }
}
