//! The width of text on a terminal.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// Cuts a text to this many columns. The last one is an ellipsis if something was cut.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// The width of a text in columns.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Wraps a line to this many columns, with `indent` before the later lines. Words and commands in backticks are not broken.
pub fn wrapped(line: &str, columns: Option<usize>, indent: &str) -> String {
    const HELD: &str = "\u{a0}";
    let Some(columns) = columns.filter(|columns| textwrap::core::display_width(line) > *columns) else {
        return line.to_owned();
    };
    let start = line.len() - line.trim_start_matches(' ').len();
    let (start, rest) = line.split_at(start);
    let parts = rest.split('`').enumerate();
    let held: Vec<String> =
        parts.map(|(at, part)| if at % 2 == 1 { part.replace(' ', HELD) } else { part.to_owned() }).collect();
    textwrap::fill(&held.join("`"), options(columns).initial_indent(start).subsequent_indent(indent)).replace(HELD, " ")
}

/// Wraps a line of foreign text to this many columns, otherwise unchanged.
pub fn broken(line: &str, columns: Option<usize>) -> Vec<Cow<'_, str>> {
    match columns {
        Some(columns) if textwrap::core::display_width(line) > columns => textwrap::wrap(line, options(columns)),
        _ => vec![line.into()],
    }
}

fn options<'o>(columns: usize) -> textwrap::Options<'o> {
    textwrap::Options::new(columns).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// Pads a text with spaces to this many columns.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("東京東京", 6), "東京…");
        assert_eq!(width(&cut("東京東京", 6)), 5);
    }
}
