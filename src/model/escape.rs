//! Escapes untrusted text: values from Vapi may contain escape sequences, control characters, and characters that reorder or
//! hide others.
//!
//! Renderers pass everything through here that is not their own text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for a single line: line ends and tabs are shown as `\n`, `\r`, `\t`, other hostile characters as `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |before, c| c == '\n' || c == '\t' || is_hostile(before, c), braced)
}

/// Text that may span lines: `\n` and tabs stay, all else as in [`line`].
pub fn lines(text: &str) -> Cow<'_, str> {
    replace(text, is_hostile, braced)
}

/// JSON text with hostile characters written as `\u009b`.
///
/// Parsers read the same value, since such characters only occur inside strings.
pub fn json(text: &str) -> Cow<'_, str> {
    let escaped = replace(text, is_hostile, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    });
    match escaped.contains(OLD_COMMAND) {
        true => escaped.replace(OLD_COMMAND, "#\\u0023[").into(),
        false => escaped,
    }
}

/// The start of a GitHub workflow command in the old form, which may be anywhere in a line.
const OLD_COMMAND: &str = "##[";

/// Text without lines that the runner of a GitHub workflow takes for commands: `::set-env …` or `##[…]`.
pub fn inert(text: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains(OLD_COMMAND);
    if !text.split(['\n', '\r']).any(is_command) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive(['\n', '\r']).map(|line| {
        let line = line.replace(OLD_COMMAND, "# #[");
        match line.trim_start().strip_prefix("::") {
            Some(rest) => format!("{}: :{rest}", &line[..line.len() - rest.len() - 2]),
            None => line,
        }
    });
    Cow::Owned(lines.collect())
}

/// A text in quotes, on one line.
pub fn quoted(text: &str) -> String {
    line(&serde_json::Value::from(text).to_string()).into_owned()
}

/// A text as one word of a POSIX shell.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '@' | ':');
    let is_plain = !text.is_empty() && text.chars().all(plain);
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The byte position of the first hostile character of a text.
pub fn first_hidden(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        // Most text is plain, so skip it byte by byte.
        let at = from + first_not_plain(text.as_bytes().get(from..)?)?;
        let c = text[at..].chars().next()?;
        let before = text[..at].chars().next_back().unwrap_or('\0');
        // Editors write a BOM and Windows line ends.
        let is_editors = (at == 0 && c == '\u{feff}') || (c == '\r' && text[at..].starts_with("\r\n"));
        if is_hostile(before, c) && !is_editors {
            return Some(at);
        }
        from = at + c.len_utf8();
    }
}

fn first_not_plain(bytes: &[u8]) -> Option<usize> {
    // Without an early exit, the compiler vectorises the loop over a chunk.
    const CHUNK: usize = 64;
    let is_all_plain = |chunk: &[u8]| chunk.iter().fold(true, |plain, byte| plain & is_plain(*byte));
    let passed = bytes.chunks_exact(CHUNK).take_while(|chunk| is_all_plain(chunk)).count() * CHUNK;
    Some(passed + bytes[passed..].iter().position(|byte| !is_plain(*byte))?)
}

/// Whether a byte is a visible ASCII character, a line end or a tab.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\t' | b' '..=b'~')
}

/// Calls `is_replaced` for each character with the one before it.
fn replace(
    text: &str,
    is_replaced: impl Fn(char, char) -> bool,
    mut put: impl FnMut(char, &mut String),
) -> Cow<'_, str> {
    let replaces_lines = is_replaced('\0', '\n');
    let has_lines = || memchr::memchr2(b'\n', b'\t', text.as_bytes()).is_some();
    if first_not_plain(text.as_bytes()).is_none() && !(replaces_lines && has_lines()) {
        return Cow::Borrowed(text);
    }
    let mut before = '\0';
    if !text.chars().any(|c| is_replaced(std::mem::replace(&mut before, c), c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = '\0';
    for c in text.chars() {
        if is_replaced(std::mem::replace(&mut before, c), c) { put(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

fn braced(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a `String` cannot fail.
        c => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Whether a character is hostile: control characters except `\n` and tab, line separators, marks that reorder text
/// (Unicode TR 36), and invisible characters. One joiner or variation selector after a character of its script is not,
/// because Persian and emoji need them.
pub(super) fn is_hostile(before: char, c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{200c}' | '\u{200d}' => !is_joined(before),
        '\u{fe00}'..='\u{fe0f}' => {
            let is_second = matches!(before, '\u{fe00}'..='\u{fe0f}');
            is_second || !(is_joined(before) || matches!(before, '#' | '*' | '0'..='9' | '©' | '®'))
        }
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{fffc}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff0}'..='\u{fffb}' => true,
        // Invisible fillers and blanks.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        // Tags and selectors: they can hide text that a language model reads.
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Whether a joiner or selector may follow this character: letters of other scripts, emoji, and their selector.
fn is_joined(before: char) -> bool {
    let is_hidden = matches!(before, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{206f}');
    before > '\u{2ff}' && !is_hidden && !before.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_without_being_seen_is_shown() {
        let table = [
            ("plain 東京 👩‍🚀", "plain 東京 👩‍🚀"),
            ("\x1b[31mred", r"\u{1b}[31mred"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("\u{202e}evil\u{2066}", r"\u{202e}evil\u{2066}"),
            ("\u{e0041}", r"\u{e0041}"),
            ("می\u{200c}خواهم ❤\u{fe0f} 1\u{fe0f}\u{20e3}", "می\u{200c}خواهم ❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
            ("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
            ("❤\u{fe0f}\u{fe01}", "❤\u{fe0f}\\u{fe01}"),
            ("a\u{200d}b\u{fe01}", r"a\u{200d}b\u{fe01}"),
            ("a\u{3164}\u{2800}\u{115f}", r"a\u{3164}\u{2800}\u{115f}"),
        ];
        for (raw, shown) in table {
            assert_eq!(line(raw), shown);
        }
        assert_eq!(lines("a\n\tb\r\n"), "a\n\tb\\r\n");
    }

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        for (text, safe) in [
            ("a::b\n", "a::b\n"),
            ("x\n  ::set-env name=A::b\n", "x\n  : :set-env name=A::b\n"),
            ("::error::x", ": :error::x"),
            ("a ##[group]b", "a # #[group]b"),
            ("a\r::debug::b", "a\r: :debug::b"),
        ] {
            assert_eq!(inert(text), safe);
        }
        assert_eq!(json("{\"a\": \"##[x]\"}"), "{\"a\": \"#\\u0023[x]\"}");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({"a": "\u{9b}\u{7f}\u{202e}\u{e0041}\n", "\u{200b}": 1});
        let text = value.to_string();
        let safe = json(&text);
        assert!(!safe.contains(['\u{9b}', '\u{7f}', '\u{202e}', '\u{e0041}', '\u{200b}']));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
