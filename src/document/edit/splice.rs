//! Pieces of new text, put into the old one.

use std::ops::Range;

use super::super::content::Edited;

/// A piece of new text in place of a piece of the old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// It stands behind what is there: where other pieces end later, it moves behind them.
    pub(super) behind: bool,
    /// It is needed only as long as no other piece takes its place.
    pub(super) yields: bool,
    /// Of pieces at one place, the one with the larger number comes first.
    pub(super) depth: usize,
    /// A blank line before it, if the value before it does not take blank lines for its own.
    pub(super) blank_before: Option<&'static str>,
    /// The text before it, as it was, takes blank lines for its own.
    pub(super) after_keep: bool,
    /// It takes blank lines behind it for its own.
    pub(super) keeps: bool,
    /// A line end that it needs at the end of the file, if nothing else comes behind it.
    pub(super) final_line_end: Option<&'static str>,
}

impl Splice {
    pub(super) fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
            behind: false,
            yields: false,
            depth: usize::MAX,
            blank_before: None,
            after_keep: false,
            keeps: false,
            final_line_end: None,
        }
    }
}

/// Puts all pieces into `old`. `None` if two of them want the same bytes.
pub(super) fn assemble(old: &str, mut splices: Vec<Splice>) -> Option<Edited> {
    splices
        .sort_by_key(|splice| (splice.range.start, splice.behind, std::cmp::Reverse(splice.depth), splice.range.end));
    let mut text = String::with_capacity(old.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut replaced: Vec<(Range<usize>, Range<usize>)> = Vec::with_capacity(splices.len());
    let mut done = 0;
    let mut before: Option<&Splice> = None;
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
        if let (Some(before), None) = (before, directly) {
            text.extend(before.final_line_end.filter(|_| done == old.len()));
        }
        text.push_str(old.get(done..range.start)?);
        let start = text.len();
        let keeps = directly.map_or(splice.after_keep, |before| before.keeps);
        text.extend(splice.blank_before.filter(|_| !keeps));
        text.push_str(&splice.text);
        done = range.end;
        replaced.push((range, start..text.len()));
        before = Some(splice);
    }
    text.push_str(old.get(done..)?);
    if let Some(line_end) = before.and_then(|before| before.final_line_end) {
        text.push_str(line_end);
        if let Some((_, new)) = replaced.last_mut() {
            new.end = text.len();
        }
    }
    Some(Edited { text, replaced })
}
