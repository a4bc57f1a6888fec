//! The language of `${word:rest}` in the texts of the state file.
//!
//! A known word is replaced; anything else (`${x}` in a tool's JavaScript, `{{liquid}}` in a prompt) is text.
//! `$${` stands for `${`.

use std::borrow::Cow;

use crate::kinds;

/// A part of a text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'t> {
    /// Text as it stands.
    Text(Cow<'t, str>),
    /// `${agent:receptionist}`: the Vapi id of an entry, by the section of its kind.
    Reference {
        /// The section that the word stands for.
        section: &'static str,
        /// The handle.
        handle: &'t str,
    },
    /// `${env:NAME}`: a secret.
    Env(&'t str),
    /// `${file:path}`: a text file beside the state file.
    File(&'t str),
}

/// The words beside those of the kinds.
const ENV: &str = "env";
const FILE: &str = "file";

/// All words that are replaced.
pub fn words() -> impl Iterator<Item = &'static str> {
    kinds::KINDS.into_iter().map(|kind| kind.word).chain([ENV, FILE])
}

/// The tokens of a text. Never empty texts; an empty text has no token.
pub fn parse(text: &str) -> Vec<Token<'_>> {
    if !text.contains("${") {
        return if text.is_empty() { vec![] } else { vec![Token::Text(Cow::Borrowed(text))] };
    }
    let mut tokens = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            plain.push_str(&rest[..at - 1]);
            plain.push_str("${");
            rest = &rest[at + 2..];
        } else if let Some((token, length)) = reference(&rest[at..]) {
            plain.push_str(&rest[..at]);
            if !plain.is_empty() {
                tokens.push(Token::Text(Cow::Owned(std::mem::take(&mut plain))));
            }
            tokens.push(token);
            rest = &rest[at + length..];
        } else {
            plain.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        tokens.push(Token::Text(Cow::Owned(plain)));
    }
    tokens
}

/// The reference that a text beginning with `${` begins with, and its length in bytes.
fn reference(text: &str) -> Option<(Token<'_>, usize)> {
    let end = text.find('}')?;
    let (word, rest) = text[2..end].split_once(':')?;
    if rest.contains(['\n', '\r', '{']) {
        return None;
    }
    let rest = rest.trim();
    let token = match word {
        ENV => Token::Env(rest),
        FILE => Token::File(rest),
        word => Token::Reference { section: kinds::by_word(word)?.section, handle: rest },
    };
    Some((token, end + 1))
}

/// How a text must be written in the file so that it is read as just this text.
pub fn escape(text: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices("${") {
        if text[..at].ends_with('$') || reference(&text[at..]).is_some() {
            escaped.push_str(&text[copied..at]);
            escaped.push('$');
            copied = at;
        }
    }
    if copied == 0 && escaped.is_empty() {
        return Cow::Borrowed(text);
    }
    escaped.push_str(&text[copied..]);
    Cow::Owned(escaped)
}

/// A known word that a text most likely meant: `${agnet:x}`. Gives the word as written and the one meant.
pub fn misspelt(text: &str) -> Option<(&str, &'static str)> {
    text.match_indices("${").filter(|(at, _)| !text[..*at].ends_with('$')).find_map(|(at, _)| {
        let inside = &text[at + 2..];
        let (word, _) = inside[..inside.find('}')?].split_once(':')?;
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-'));
        let meant = words().find(|known| *known != word && strsim::damerau_levenshtein(known, word) <= 1)?;
        (plain && words().all(|known| known != word)).then_some((word, meant))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Token<'_> {
        Token::Text(Cow::Borrowed(text))
    }

    #[test]
    fn known_words_are_replaced_and_all_else_is_text() {
        let agent = |handle| Token::Reference { section: "agents", handle };
        let table: [(&str, Vec<Token>); 12] = [
            ("", vec![]),
            ("plain", vec![text("plain")]),
            ("${agent:front_desk}", vec![agent("front_desk")]),
            ("a${agent:x}b${env:Y}", vec![text("a"), agent("x"), text("b"), Token::Env("Y")]),
            ("${file:prompts/a b.md}", vec![Token::File("prompts/a b.md")]),
            ("${x} {{name}} ${}", vec![text("${x} {{name}} ${}")]),
            ("`${a.b}:${c}`", vec![text("`${a.b}:${c}`")]),
            ("$${env:X}", vec![text("${env:X}")]),
            ("$$${env:X}", vec![text("$${env:X}")]),
            ("${env:X", vec![text("${env:X")]),
            ("${tool:x}", vec![text("${tool:x}")]),
            ("${env:\nX}", vec![text("${env:\nX}")]),
        ];
        for (given, expected) in table {
            assert_eq!(parse(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_noticed() {
        assert_eq!(misspelt("x ${agnet:a}"), Some(("agnet", "agent")));
        assert_eq!(misspelt("x ${agent:a} ${x:y} $${agnet:a}"), None);
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_read_as_it_was(given in r"[$\{\}a:env\n]{0,24}|(\$|\{|\}|\$\{env:X\}|\$\{x\}|\$\{agent:a\}| ){0,9}") {
            let escaped = escape(&given).into_owned();
            let expected = if given.is_empty() { vec![] } else { vec![text(&given)] };
            prop_assert_eq!(parse(&escaped), expected, "{}", escaped);
        }
    }
}
