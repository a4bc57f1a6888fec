//! Scans the gaps between nodes: white space, line ends, comments, indicators, anchors and tags.
//!
//! The parser reports nodes, but not the `-`, `:` or `|` before them. These functions find
//! those. They expect parsed text and a start inside a gap.

use std::ops::Range;

/// The first byte at or after `from` that is one of `wanted`, skipping the contents of the gap.
/// `None` if something else comes first.
pub(super) fn find(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if wanted.contains(&byte) {
            return Some(at);
        }
        at = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'?' | b'-' | b',' => at + 1,
            b'#' => line_end(bytes, at),
            b'&' | b'!' => property_end(bytes, at),
            0xef if text[at..].starts_with('\u{feff}') => at + 3,
            _ => return None,
        };
    }
    None
}

/// The `:` of a mapping entry whose key ends at `from`. `None` if the entry has none: `{a, b}`, `? a`.
pub(super) fn colon(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = match bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' => at + 1,
            b'#' => line_end(bytes, at),
            b':' => return Some(at),
            _ => return None,
        };
    }
}

/// End of the last anchor or tag between `from` and `content`; `from` if there is none.
pub(super) fn properties_end(text: &str, from: usize, content: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut end) = (from, from);
    while at < content {
        at = match bytes[at] {
            b'#' => line_end(bytes, at),
            b'&' | b'!' => {
                end = property_end(bytes, at);
                end
            }
            _ => at + 1,
        };
    }
    end
}

/// The first byte at or after `from` outside white space, commas and comments.
pub(super) fn content_start(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => at + 1,
            Some(b'#') => line_end(bytes, at),
            _ => return at,
        };
    }
}

/// The range of a block scalar from its `|` or `>`, searched from `from`. The parser's range has only the text,
/// plus the spaces of a last line that is not text. `ends_with_space`: the text itself does.
pub(super) fn block_range(text: &str, from: usize, content: Range<usize>, ends_with_space: bool) -> Range<usize> {
    let header = find(text, from, b"|>").unwrap_or(content.start);
    let body = after_break(text.as_bytes(), line_end(text.as_bytes(), header));
    let whole_lines = text[..content.end].trim_end_matches(' ');
    let is_text = content.end == text.len() && ends_with_space;
    let end = match whole_lines.ends_with(['\n', '\r']) && !is_text {
        true => whole_lines.len(),
        false => content.end,
    };
    header..end.max(body)
}

/// End of the line at `at`, before its line break.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |offset| at + offset)
}

/// The offset after the line break at `at`, if there is one.
pub(super) fn after_break(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => at + 2,
        (Some(b'\r' | b'\n'), _) => at + 1,
        _ => at,
    }
}

/// Where the anchor or tag that starts at `at` ends.
fn property_end(bytes: &[u8], at: usize) -> usize {
    let verbatim = bytes[at..].starts_with(b"!<");
    let ends = |byte: u8| match byte {
        b' ' | b'\t' | b'\n' | b'\r' => true,
        b',' | b'[' | b']' | b'{' | b'}' => !verbatim,
        _ => false,
    };
    bytes[at..].iter().position(|&byte| ends(byte)).map_or(bytes.len(), |offset| at + offset)
}
