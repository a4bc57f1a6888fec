//! Splices new text into the old one.

use std::ops::Range;

use super::super::content::Edited;

/// New text in place of a range of the old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// It goes after what is there: if other splices end later, it moves after them.
    pub(super) behind: bool,
    /// It removes whole lines, including the last line break.
    pub(super) takes_lines: bool,
    /// It is dropped if another splice has the same place.
    pub(super) yields: bool,
    /// At the same place, the splice with the larger number comes first.
    pub(super) depth: usize,
    /// A blank line before it, unless the value before it would absorb it.
    pub(super) blank_before: Option<&'static str>,
    /// The old text before it absorbs blank lines.
    pub(super) after_keep: bool,
    /// A block scalar is at its end, or right before it if it only removes.
    pub(super) open: bool,
    /// It ends with a block scalar that absorbs the blank lines after it.
    pub(super) keeps: bool,
    /// The line end that it needs at the end of the file.
    pub(super) final_line_end: Option<&'static str>,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
            behind: false,
            takes_lines: false,
            yields: false,
            depth: usize::MAX,
            blank_before: None,
            after_keep: false,
            open: false,
            keeps: false,
            final_line_end: None,
        }
    }
}

/// The line break that a text starts with.
fn line_end_of(text: &str) -> Option<&'static str> {
    ["\r\n", "\n"].into_iter().find(|line_end| text.starts_with(line_end))
}

/// The length in bytes of the blank lines a text starts with.
fn blank_lines(text: &str) -> usize {
    let white = text.len() - text.trim_start().len();
    text[..white].rfind('\n').map_or(0, |last| last + 1)
}

/// Applies all splices to `old`. `None` if two of them overlap.
pub(super) fn assemble(old: &str, mut splices: Vec<Splice>) -> Option<Edited> {
    splices
        .sort_by_key(|splice| (splice.range.start, splice.behind, std::cmp::Reverse(splice.depth), splice.range.end));
    let mut text = String::with_capacity(old.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut replaced: Vec<(Range<usize>, Range<usize>)> = Vec::with_capacity(splices.len());
    let mut done = 0;
    let mut before: Option<&Splice> = None;
    let mut line_gone = false;
    let mut final_line_end = None;
    let mut open = false;
    splices.dedup_by(|second, first| first.yields && first == second);
    for splice in &splices {
        let mut range = splice.range.clone();
        if range.start < done {
            match (splice.yields, splice.behind) {
                (true, _) => continue,
                (false, true) => {}
                (false, false) => return None,
            }
            range = done..range.end.max(done);
        }
        let directly = before.filter(|_| range.start == done);
        let together = old.get(done..range.start)?.trim().is_empty();
        if splice.takes_lines && together && open {
            range.end += blank_lines(&old[range.end..]);
        }
        open = splice.open || (splice.takes_lines && together && open);
        text.push_str(old.get(done..range.start)?);
        let start = text.len();
        let keeps = directly.map_or(splice.after_keep, |before| before.keeps);
        text.extend(splice.blank_before.filter(|_| !keeps));
        // If the line before was removed with its line break, this splice ends with its own line break.
        let line_end = line_end_of(&splice.text).filter(|_| line_gone && directly.is_some());
        text.push_str(&splice.text[line_end.map_or(0, str::len)..]);
        line_gone = splice.takes_lines || (line_end.is_some() && range.end == done);
        text.extend(line_end.filter(|_| line_gone));
        done = range.end;
        replaced.push((range, start..text.len()));
        before = Some(splice);
        // After a pure removal, the splice before it is still the last text.
        if directly.is_none() || !splice.text.is_empty() {
            final_line_end = splice.final_line_end.filter(|_| !line_gone);
        }
    }
    text.push_str(old.get(done..)?);
    if let Some(line_end) = final_line_end.filter(|_| done == old.len()) {
        text.push_str(line_end);
        if let Some((_, new)) = replaced.last_mut() {
            new.end = text.len();
        }
    }
    Some(Edited { text, replaced })
}
