//! What a pull request shows of the reports that people meet most.

use serde_json::json;

use super::*;
use crate::plan::judge::Verdict;
use crate::plan::{Change, Direction, Work};

fn update() -> Work {
    Work::Update(samples::update())
}

fn greeting(number: usize, verdict: Verdict) -> Change {
    let (before, after) = (json!("Hello"), json!(format!("Hello, this is desk {number}")));
    Change {
        fields: vec![samples::field("firstMessage", Some(before), Some(after), verdict)],
        ..samples::change(samples::agents(), &format!("desk_{number}"), &format!("Desk {number}"), update())
    }
}

fn shown(changes: Vec<Change>) -> String {
    let text = markdown::report(&Report::planned(samples::plan(Direction::ToVapi, changes)), &plain());
    assert_eq!(keeps_its_shape(&text), Ok(()), "{text}");
    text
}

#[test]
fn one_change() {
    assert_snapshot!(shown(vec![greeting(1, Verdict::Change)]));
}

#[test]
fn thirty_changes() {
    assert_snapshot!(shown((1..=30).map(|number| greeting(number, Verdict::Change)).collect()));
}

#[test]
fn drift_alone_and_beside_a_change() {
    let alone = Change { work: Work::None, ..greeting(1, Verdict::Drift) };
    let mut beside = greeting(2, Verdict::Drift);
    let (before, after) = (Some(json!(0.5)), Some(json!(0.7)));
    beside.fields.push(samples::field("model.temperature", before, after, Verdict::Change));
    assert_snapshot!(shown(vec![alone, beside]));
}

#[test]
fn a_rewritten_prompt_of_20_kb_is_shown_whole() {
    let prompt = |word: &str| (0..250).map(|line| format!("{word} {line}: {}\n", "ask kindly ".repeat(7))).collect();
    let (before, after): (String, String) = (prompt("Old"), prompt("New"));
    assert!(before.len() > 20_000 && after.len() > 20_000, "{}", after.len());
    let field = samples::field("model.messages.0.content", Some(json!(before)), Some(json!(after)), Verdict::Change);
    let text = shown(vec![Change { fields: vec![field], ..greeting(1, Verdict::Change) }]);
    for (sign, text_of) in [("-", before), ("+", after)] {
        for line in text_of.lines() {
            assert!(
                text.contains(&format!("\n{sign}{line}\n")) || text.contains(&format!("\n{sign} {line}\n")),
                "{line}"
            );
        }
    }
    assert!(!text.contains("cut here"), "{text}");
}

#[test]
fn a_failure() {
    let errors = [
        Diagnostic::error("unknown-reference", "there is no agent `receptionst` in this file")
            .at(samples::place())
            .help("did you mean `${agent:receptionist}`?"),
        Diagnostic::error("vapi-key", "api.vapi.ai does not accept the key in VAPI_API_KEY (status 401)"),
    ];
    let text = markdown::failure("plan", &errors, &plain());
    assert_eq!(keeps_its_shape(&text), Ok(()));
    assert_snapshot!(text);
}

#[test]
fn nothing_to_apply() {
    assert_snapshot!(shown(vec![samples::change(samples::agents(), "desk", "Desk", Work::None)]));
}
