//! Unified diffs of two texts, with the changed words inside lines marked.

use std::time::Duration;

use similar::udiff::UnifiedHunkHeader;
use similar::{ChangeTag, DiffOp, TextDiff, TextDiffConfig};

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Words are not compared in changes with more lines than this on one side: it would cost more than it shows.
const MARKED_LINES: usize = 200;
/// If a comparison takes longer, the diff is coarser.
const PATIENCE: Duration = Duration::from_secs(5);

/// The type of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `@@ -1,3 +1,4 @@`
    Hunk,
    /// In both texts.
    Context,
    /// In the first only.
    Remove,
    /// In the second only.
    Add,
    /// A remark: `\ No newline at the end`.
    Remark,
}

impl Sign {
    /// The first character of the line.
    pub fn char(self) -> &'static str {
        match self {
            Sign::Hunk | Sign::Remark => "",
            Sign::Context => " ",
            Sign::Remove => "-",
            Sign::Add => "+",
        }
    }
}

/// A line of a diff, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its type.
    pub sign: Sign,
    /// Its text in parts. Parts with `true` differ from the line that it replaces.
    pub parts: Vec<(bool, String)>,
}

impl Line {
    /// A line of one part.
    pub fn new(sign: Sign, text: impl Into<String>) -> Self {
        Self { sign, parts: vec![(false, text.into())] }
    }

    /// The line as plain text.
    pub fn text(&self) -> String {
        let parts: String = self.parts.iter().map(|(_, text)| text.as_str()).collect();
        let gap = if self.sign.char().is_empty() { "" } else { " " };
        format!("{}{gap}{parts}", self.sign.char())
    }
}

/// The difference of two texts. Empty if they are equal.
pub fn unified(before: &str, after: &str) -> Vec<Line> {
    // Most prompts end without a line end, so mention it only if one side has it.
    let remarks = before.ends_with('\n') != after.ends_with('\n');
    let diff = TextDiffConfig::default().timeout(PATIENCE).diff_lines(before, after);
    let mut lines = Vec::new();
    for hunk in diff.grouped_ops(CONTEXT) {
        if !hunk.is_empty() {
            lines.push(Line::new(Sign::Hunk, UnifiedHunkHeader::new(&hunk).to_string()));
        }
        hunk.iter().for_each(|op| put(&diff, op, remarks, &mut lines));
    }
    lines
}

/// A text as lines that are all added or removed.
pub fn whole(sign: Sign, text: &str) -> Vec<Line> {
    text.lines().map(|line| Line::new(sign, line)).collect()
}

fn put(diff: &TextDiff<'_, '_, str>, op: &DiffOp, remarks: bool, lines: &mut Vec<Line>) {
    let sign = |tag| match tag {
        ChangeTag::Equal => Sign::Context,
        ChangeTag::Delete => Sign::Remove,
        ChangeTag::Insert => Sign::Add,
    };
    let without_end = |text: &str| text.strip_suffix('\n').unwrap_or(text).to_owned();
    let mut put = |sign, parts: Vec<(bool, String)>, unended: bool| {
        lines.push(Line { sign, parts });
        if unended && remarks {
            lines.push(Line::new(Sign::Remark, "\\ No newline at the end"));
        }
    };
    if op.old_range().len().max(op.new_range().len()) > MARKED_LINES {
        for change in diff.iter_changes(op) {
            put(sign(change.tag()), vec![(false, without_end(change.value()))], change.missing_newline());
        }
    } else {
        for change in diff.iter_inline_changes(op) {
            let parts = change.values().iter().map(|(marked, text)| (*marked, without_end(text)));
            put(sign(change.tag()), parts.filter(|(_, text)| !text.is_empty()).collect(), change.missing_newline());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let mark = |line: &Line| -> String {
            let parts =
                line.parts.iter().map(|(marked, text)| if *marked { format!("[{text}]") } else { text.clone() });
            format!("{}{}", line.sign.char(), parts.collect::<String>())
        };
        unified(before, after).iter().map(mark).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn changed_words_are_marked_and_three_lines_stay_around() {
        let before = "1\n2\n3\n4\nYou open at nine.\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nYou open at eight.\n6\n7\n8\n9\n";
        assert_eq!(
            shown(before, after),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-You open at [nine].\n+You open at [eight].\n 6\n 7\n 8"
        );
    }

    #[test]
    fn a_lost_line_end_is_a_difference() {
        assert_eq!(shown("a\n", "a"), "@@ -1 +1 @@\n-a\n+a\n\\ No newline at the end");
        assert_eq!(shown("a", "a"), "");
        assert_eq!(shown("x\na", "x\nb"), "@@ -1,2 +1,2 @@\n x\n-a\n+b");
    }
}
