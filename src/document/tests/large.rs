//! Files as large as those of a real organisation.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{edited, set};
use crate::document::{Document, Edit};

/// 500 agents with prompts of 10 KB: 5 MB.
fn file() -> String {
    let mut text = String::from("version: 1\nagents:\n");
    for agent in 0..500 {
        writeln!(text, "  agent_{agent}:\n    config:\n      name: Agent {agent}\n      model:\n        messages:")
            .unwrap();
        text.push_str("          - role: system\n            content: |\n");
        for line in 0..120 {
            writeln!(
                text,
                "              {line}. Always be kind to {{{{customer.name}}}}: ask, listen, repeat what you heard."
            )
            .unwrap();
        }
    }
    text
}

fn prompts(text: &str) -> Vec<Edit> {
    (0..500).map(|agent| set(&format!("agents.agent_{agent}.config.model.messages[0].content"), text)).collect()
}

#[test]
fn hundreds_of_edits_of_a_large_file_take_one_check() {
    let text = file();
    assert!(text.len() > 4_500_000);
    let start = Instant::now();
    let new = edited(&text, &prompts("short\ntext\n"));
    // Some 2 seconds without optimisation on a slow machine; quadratic work would take minutes.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(new.matches("            content: |\n              short\n              text\n").count(), 500);
}

#[test]
fn a_bad_edit_among_hundreds_is_named() {
    let text = file();
    let mut edits = prompts("short\ntext\n");
    edits.insert(250, set("agents.agent_1.config.name.first", "x"));
    let refusals = Document::parse("f", text).unwrap().edit(&edits).unwrap_err();
    assert_eq!(refusals.iter().map(|refusal| refusal.edit).collect::<Vec<_>>(), [250]);
}

#[test]
fn thousands_of_comment_lines_in_a_row_are_read() {
    let text = format!("a: 1\n{}b: 2\n", "# - old: entry\n".repeat(5000));
    assert_eq!(edited(&text, &[set("b", "new")]), text.replace("b: 2", "b: new"));
}
