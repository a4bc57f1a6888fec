//! Picks a scalar style that holds a text exactly, and writes it.

use serde_json::Number;

use super::super::scalar::{self, Meaning, Tag};
use super::super::tree::Style;

/// A text that needs quotes and has more characters than this becomes a block.
const LONG: usize = 120;

/// Where a scalar goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// In a block collection, where a block scalar may follow.
    Block,
    /// In a block collection, on one line.
    Line,
    /// Inside `[]` or `{}`.
    Flow,
}

/// The best style for `text` in a room. `old` is the current style, kept if it fits.
pub(super) fn choose(text: &str, old: Option<Style>, room: Room) -> Style {
    let lines = text.contains('\n');
    let block = room == Room::Block && block_holds(text);
    match old {
        Some(style) if style.is_block() && block => Style::Literal,
        Some(Style::Single) if !lines && single_holds(text) => Style::Single,
        Some(Style::Double) if !lines => Style::Double,
        _ if plain_holds(text, room) => Style::Plain,
        _ if block && is_kept(text) && (lines || text.chars().nth(LONG).is_some()) => Style::Literal,
        // As prettier does it: double quotes by default; single quotes where they avoid backslashes.
        _ if (text.contains('"') || (text.contains('\\') && !text.contains('\''))) && single_holds(text) => {
            Style::Single
        }
        _ => Style::Double,
    }
}

/// A number that every YAML parser reads as one: YAML 1.1 needs a point before an exponent, and a sign in it.
pub(super) fn number(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// `text` on one line. A multi-line style falls back to double quotes.
pub(super) fn inline(text: &str, style: Style) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Single => format!("'{}'", text.replace('\'', "''")),
        Style::Double | Style::Literal | Style::Folded => double(text),
    }
}

/// The indicators of a literal block that holds `text` when it is indented by `step` more than its parent.
pub(super) fn header(text: &str, step: usize) -> String {
    let first = text.split('\n').find(|line| !line.is_empty()).unwrap_or("");
    let digit = if first.starts_with(' ') { step.to_string() } else { String::new() };
    format!("|{digit}{}", chomping(text))
}

fn chomping(text: &str) -> &'static str {
    match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    }
}

/// Whether a block with this text absorbs the blank lines after it.
pub(super) fn keeps_blank_lines(text: &str) -> bool {
    text.ends_with("\n\n")
}

/// The lines of a literal block that holds `text`, the last one without its line end.
pub(super) fn body(text: &str, indent: usize, line_end: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut body = String::with_capacity(text.len() + text.len() / 16);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            body.push_str(line_end);
        }
        if !line.is_empty() {
            body.extend(std::iter::repeat_n(' ', indent));
            body.push_str(line);
        }
    }
    body
}

/// A key as written before its `:`.
pub(super) fn key(text: &str, room: Room) -> String {
    let room = if room == Room::Flow { Room::Flow } else { Room::Line };
    inline(text, choose(text, None, room))
}

/// Whether parsers of YAML 1.1 and 1.2 read unquoted `text` as this text.
fn plain_holds(text: &str, room: Room) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts_like_syntax = "-?:,[]{}#&*!|>'\"%@`=<~".contains(first)
        && !(first == '-' && text[1..].starts_with(|c: char| c.is_alphanumeric()));
    let breaks = text.starts_with(' ')
        || text.ends_with(char::is_whitespace)
        || text.ends_with(':')
        || text.starts_with("...")
        || text.contains(": ")
        || text.contains(" #")
        || text.contains('\t')
        || (room == Room::Flow && text.contains([',', '[', ']', '{', '}', ':', '#', '"', '\'', '?']));
    let numeric = first.is_ascii_digit() || matches!(first, '+' | '-' | '.');
    let like_a_number = numeric && text.chars().all(|c| c.is_ascii_digit() || "_,.:+-".contains(c));
    !starts_like_syntax
        && !breaks
        && !like_a_number
        && text.chars().all(is_printable)
        && scalar::meaning(text, true, Tag::None) == Ok(Meaning::Text)
        && scalar::yaml_1_1(text).is_none()
}

fn single_holds(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// A literal block cannot hold other line ends, unprintable characters, or only white
/// space; a tab at its start breaks the detection of indentation.
fn block_holds(text: &str) -> bool {
    let first = text.split('\n').find(|line| !line.trim_matches(' ').is_empty());
    first.is_some_and(|line| !line.trim_start_matches(' ').starts_with('\t'))
        && !text.trim().is_empty()
        && text.chars().all(|c| is_printable(c) || matches!(c, '\n' | '\t'))
}

/// Whether editors and hooks leave a literal block with this text alone: they take away what nobody sees at the ends of lines.
fn is_kept(text: &str) -> bool {
    !text.split('\n').any(|line| line.ends_with(char::is_whitespace))
}

/// Whether a text is easier to read in quotes if each of its lines has a line of its own.
pub(super) fn has_lines(text: &str) -> bool {
    text.len() > LONG / 2 && text.trim_end_matches('\n').contains('\n')
}

/// A text in double quotes, each of its lines on a line of its own.
pub(super) fn quoted_lines(text: &str, indent: usize, line_end: &str) -> String {
    let mut out = "\"".to_owned();
    for line in text.trim_end_matches('\n').split('\n') {
        out.push('\\');
        out.push_str(line_end);
        out.extend(std::iter::repeat_n(' ', indent));
        // White space at the start would be taken for indentation.
        let (start, rest) = if line.starts_with(' ') { line.split_at(1) } else { ("", line) };
        if !start.is_empty() {
            out.push_str("\\x20");
        }
        write_escaped(rest, &mut out);
        out.push_str("\\n");
    }
    match text.len() - text.trim_end_matches('\n').len() {
        0 => out.truncate(out.len() - "\\n".len()),
        more => out.push_str(&"\\n".repeat(more - 1)),
    }
    out.push('"');
    out
}

/// Whether every parser keeps this character, anywhere in a line. U+0085, U+2028 and U+2029 are line ends
/// in YAML 1.1; a byte-order mark may be dropped.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    write_escaped(text, &mut out);
    out.push('"');
    out
}

/// Text as it stands between double quotes.
fn write_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_only_where_needed() {
        for (text, expected) in [
            ("hello", "hello"),
            ("Hello, world! It's 5 o'clock", "Hello, world! It's 5 o'clock"),
            ("https://api.vapi.ai/x?y=z#f", "https://api.vapi.ai/x?y=z#f"),
            ("${env:TOKEN}", "${env:TOKEN}"),
            ("{{name}}", "\"{{name}}\""),
            ("+14155550100", "\"+14155550100\""),
            ("0123", "\"0123\""),
            ("off", "\"off\""),
            ("1e3", "\"1e3\""),
            ("2026-01-01", "\"2026-01-01\""),
            ("null", "\"null\""),
            ("~", "\"~\""),
            ("12:30", "\"12:30\""),
            ("=", "\"=\""),
            ("<<", "\"<<\""),
            ("", "\"\""),
            (" x", "\" x\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("---", "\"---\""),
            ("- x", "\"- x\""),
            ("-x", "-x"),
            ("{\"a\": 1}", "'{\"a\": 1}'"),
            ("a\rb\u{85}\u{2028}\u{feff}\u{7}", "\"a\\rb\\x85\\u2028\\ufeff\\x07\""),
            ("📞 é", "📞 é"),
        ] {
            assert_eq!(inline(text, choose(text, None, Room::Line)), expected, "{text:?}");
        }
    }

    #[test]
    fn what_hooks_would_change_is_quoted_line_by_line() {
        let chosen = |text| choose(text, None, Room::Block);
        for (text, quoted) in [
            ("a \nb", "\"\\\n  a \\n\\\n  b\""),
            ("a\r\n\n  b\t\n\n", "\"\\\n  a\\r\\n\\\n  \\n\\\n  \\x20 b\\t\\n\\n\""),
            ("\ta\n \n\"b\\", "\"\\\n  \\ta\\n\\\n  \\x20\\n\\\n  \\\"b\\\\\""),
        ] {
            assert_eq!(chosen(text), Style::Double, "{text:?}");
            assert_eq!(quoted_lines(text, 2, "\n"), quoted, "{text:?}");
        }
        assert_eq!((chosen("a\nb\n"), chosen("a\n\n")), (Style::Literal, Style::Literal));
        assert_eq!(choose("a \nb", Some(Style::Literal), Room::Block), Style::Literal);
    }

    #[test]
    fn a_block_says_what_its_last_lines_are() {
        for (text, head, lines) in [
            ("a\nb", "|-", "  a\n  b"),
            ("a\nb\n", "|", "  a\n  b"),
            ("a\n\n\n", "|+", "  a\n\n"),
            (" a\nb", "|2-", "   a\n  b"),
            ("\n\n  a\n", "|2", "\n\n    a"),
            ("a\n   \nb", "|-", "  a\n     \n  b"),
        ] {
            assert_eq!((header(text, 2).as_str(), body(text, 2, "\n").as_str()), (head, lines), "{text:?}");
        }
    }
}
