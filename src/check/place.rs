//! Locates a part of a text in a file.

use std::ops::Range;
use std::sync::Arc;

use crate::document::{Document, Node};
use crate::model::diagnostic::Place;

/// The place of a part of a node's text; of the whole text, if it is escaped or folded.
pub(super) fn in_text(document: &Document, node: Node<'_>, text: &str, part: &Range<usize>) -> Place {
    source_range(node, text, part).map_or_else(|| node.place(), |range| document.place(range))
}

/// The bytes of the file that hold a part of a node's text.
fn source_range(node: Node<'_>, text: &str, part: &Range<usize>) -> Option<Range<usize>> {
    let source = node.snippet();
    let start = node.range().start;
    if source.starts_with(['|', '>']) {
        // A literal block has each line as is, indented.
        let line = text[..part.start].matches('\n').count();
        let line_start = text[..part.start].rfind('\n').map_or(0, |at| at + 1);
        let in_line = part.start - line_start..part.end.min(line_end(text, part.start)) - line_start;
        let source_line_start = source.match_indices('\n').nth(line)?.0 + 1;
        let source_line = &source[source_line_start..line_end(source, source_line_start)];
        let decoded = text[line_start..line_end(text, line_start)].trim_end_matches('\r');
        let indent = source_line.trim_end_matches('\r').strip_suffix(decoded)?.len();
        let at = start + source_line_start + indent;
        return Some(at + in_line.start..at + in_line.end);
    }
    // Quoted or plain: the same bytes, if nothing is escaped or folded.
    let at = source.find(text).filter(|at| *at <= 1)?;
    Some(start + at + part.start..start + at + part.end)
}

/// The place of a part of a text file, and its line.
pub(super) fn in_file(file: &Arc<str>, text: &str, part: &Range<usize>) -> (Place, String) {
    let line_start = text[..part.start].rfind('\n').map_or(0, |at| at + 1);
    let end = line_end(text, part.start);
    let place = Place {
        file: file.clone(),
        line: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..part.start].chars().count() + 1,
        width: text[part.start..part.end.min(end)].chars().count().max(1),
    };
    (place, text[line_start..end].trim_end_matches('\r').to_owned())
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |offset| at + offset)
}
