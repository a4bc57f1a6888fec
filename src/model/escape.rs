//! Text that nobody vouches for, made visible: what comes from Vapi may hold escape sequences, control characters and
//! characters that reorder or hide their neighbours.
//!
//! Everything that a renderer prints and that is not its own words passes through here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text for a single line: line ends and tabs are shown as `\n`, `\r`, `\t`, other hostile characters as `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |c| c == '\n' || c == '\t' || is_hostile(c), braced)
}

/// Text that may span lines: `\n` and tabs stay, all else as in [`line`].
pub fn lines(text: &str) -> Cow<'_, str> {
    replace(text, is_hostile, braced)
}

/// JSON text in which hostile characters, legal as they may be inside its strings, are written as `\u009b`.
///
/// It means the same to every parser, since JSON has no such characters outside strings.
pub fn json(text: &str) -> Cow<'_, str> {
    replace(text, is_hostile, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
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

fn replace(text: &str, is_replaced: impl Fn(char) -> bool, mut put: impl FnMut(char, &mut String)) -> Cow<'_, str> {
    if !text.contains(&is_replaced) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_replaced(c) { put(c, &mut out) } else { out.push(c) }
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

/// Whether a character acts on a terminal or a reader without being seen: control characters but `\n` and tab, line
/// separators, marks that reorder text (Unicode TR 36), and characters without a look of their own. Joiners stay: Persian
/// and emoji are written with them.
fn is_hostile(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => true,
        // Tags and private uses of them: invisible text that a language model reads.
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
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
        ];
        for (raw, shown) in table {
            assert_eq!(line(raw), shown);
        }
        assert_eq!(lines("a\n\tb\r\n"), "a\n\tb\\r\n");
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
