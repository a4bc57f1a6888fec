//! The language of `${word:rest}` in the texts of the state file.
//!
//! A known word is replaced; anything else (`${x}` in a tool's JavaScript, `{{liquid}}` in a prompt) is text.
//! `$${` stands for `${`.

use std::borrow::Cow;

use crate::kinds;

/// A part of a text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'t> {
    /// Plain text.
    Text(Cow<'t, str>),
    /// `${agent:receptionist}`: the Vapi id of an entry, by the section of its kind.
    Reference {
        /// The section of the kind.
        section: &'static str,
        /// The handle.
        handle: &'t str,
    },
    /// `${env:NAME}`: a secret.
    Env(&'t str),
    /// `${file:path}`: a text file beside the state file.
    File(&'t str),
    /// `${var:name}`: a value of `vars`. Never a secret.
    Var(&'t str),
}

/// The words beside those of the kinds.
const ENV: &str = "env";
const FILE: &str = "file";
const VAR: &str = "var";

/// The tokens of a text. No token is an empty text; an empty text has no tokens.
pub fn parse(text: &str) -> Vec<Token<'_>> {
    if !text.contains("${") {
        return if text.is_empty() { vec![] } else { vec![Token::Text(Cow::Borrowed(text))] };
    }
    let mut tokens = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"${") {
        if rest[..at].ends_with('$') {
            plain.push_str(&rest[..at - 1]);
            plain.push_str("${");
            rest = &rest[at + 2..];
        } else if let Look::Reference(token, length) = look(&rest[at..]) {
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

/// The start of a text that begins with `${`.
enum Look<'t> {
    /// A reference, and its length in bytes.
    Reference(Token<'t>, usize),
    /// Almost a reference, and the correct spelling.
    Near(&'t str, String),
    Text,
}

fn look(text: &str) -> Look<'_> {
    // With another opening brace inside, it is something else.
    let Some(end) =
        text[2..].find(['}', '{', '\n', '\r']).map(|end| end + 2).filter(|end| text[*end..].starts_with('}'))
    else {
        return Look::Text;
    };
    let Some((word, rest)) = text[2..end].split_once(':') else { return Look::Text };
    let name = rest.trim();
    let Some(meant) = meant(word.trim()) else { return Look::Text };
    let is_exact = meant == word && name == rest;
    let right = match word {
        ENV if is_exact && (name.is_empty() || is_variable(name)) => Token::Env(name),
        FILE if is_exact => Token::File(name),
        VAR if is_exact && (name.is_empty() || is_name(name)) => Token::Var(name),
        word if is_exact && word != ENV && word != VAR => match kinds::by_word(word) {
            Some(kind) => Token::Reference { section: kind.section, handle: name },
            None => return Look::Text,
        },
        // `${fiel:-x}` and `${fiel:0:2}` are shell syntax.
        word if meant != word && rest.starts_with(|c: char| c.is_ascii_digit() || "-+?=".contains(c)) => {
            return Look::Text;
        }
        _ => {
            let is_kept = |c: char| c.is_ascii_alphanumeric() || c == '_' || ![ENV, VAR].contains(&meant);
            let name: String = name.chars().map(|c| if is_kept(c) { c } else { '_' }).collect();
            return Look::Near(&text[..=end], format!("${{{meant}:{name}}}"));
        }
    };
    Look::Reference(right, end + 1)
}

/// Whether this can be a name in `vars`.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The variable of `vars`, if a text consists of nothing else.
pub fn whole_variable(text: &str) -> Option<&str> {
    match parse(text).as_slice() {
        [Token::Var(name)] => Some(*name),
        _ => None,
    }
}

/// Whether a variable is inside another reference: `${file:prompts/${var:lang}.md}`.
pub fn has_variable_inside_reference(text: &str) -> bool {
    text.match_indices("${var:").any(|(at, _)| {
        let before = &text[..at];
        let Some(open) = before.rfind("${").filter(|open| !before[*open..].contains(['}', '\n'])) else { return false };
        let word = before[open + 2..].split_once(':').map(|(word, _)| word);
        word.is_some_and(|word| word == ENV || word == FILE || kinds::by_word(word).is_some())
    })
}

/// Whether this can be the name of a shell variable.
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The word of a reference that was most likely meant: the same in another case, another name of the kind, or one typo away.
fn meant(word: &str) -> Option<&'static str> {
    let is_plain = word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-'));
    if !is_plain || word.len() > LONGEST_WORD {
        return None;
    }
    let known = || kinds::KINDS.into_iter().map(|kind| kind.word).chain([ENV, FILE, VAR]);
    if let Some(known) = known().find(|known| *known == word) {
        return Some(known);
    }
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
    };
    let written = letters(word);
    let names = |kind: &kinds::Kind| [kind.word, kind.section, kind.option, kind.noun, kind.endpoint].map(letters);
    let is_name = |name: &str| written.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest == "s");
    let of_kind = || kinds::KINDS.into_iter().find(|kind| names(kind).iter().any(|name| is_name(name)));
    of_kind()
        .map(|kind| kind.word)
        .or_else(|| known().find(|known| is_name(known)))
        .or_else(|| is_name("environment").then_some(ENV))
        // `bar` and `val` are one letter away from `var`, but are words of their own.
        .or_else(|| known().find(|known| *known != VAR && strsim::damerau_levenshtein(known, &written) <= 1))
}

/// A longer word is not taken for a typo.
const LONGEST_WORD: usize = 32;

/// The variables that a text names anywhere, even if it does not parse, because their values must never be shown.
pub fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|inside| {
        let inside = inside.trim_start();
        let name =
            inside.get(..ENV.len()).filter(|word| word.eq_ignore_ascii_case(ENV)).map(|_| &inside[ENV.len()..])?;
        let name = name.trim_start().strip_prefix(':')?.trim_start();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        Some(&name[..end]).filter(|name| !name.is_empty())
    })
}

/// Escapes a text for the file, so that it is read back as it is.
pub fn escape(text: &str) -> Cow<'_, str> {
    let mut escaped = String::new();
    let mut copied = 0;
    for (at, _) in text.match_indices("${") {
        if text[..at].ends_with('$') || !matches!(look(&text[at..]), Look::Text) {
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

/// What is almost a reference in a text, as written and in the correct spelling: `${agnet:x}`, `${agent: x}`, `${env:A B}`.
pub fn near_reference(text: &str) -> Option<(&str, String)> {
    text.match_indices("${").filter(|(at, _)| !text[..*at].ends_with('$')).find_map(|(at, _)| match look(&text[at..]) {
        Look::Near(written, right) => Some((written, right)),
        Look::Reference(..) | Look::Text => None,
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
        let table: [(&str, Vec<Token>); 15] = [
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
            ("${widget:x}", vec![text("${widget:x}")]),
            ("${squad:x}", vec![Token::Reference { section: "squads", handle: "x" }]),
            ("${env:\nX}", vec![text("${env:\nX}")]),
            ("${var:b-1}/x", vec![Token::Var("b-1"), text("/x")]),
            ("${bar:x} ${val:x}", vec![text("${bar:x} ${val:x}")]),
        ];
        for (given, expected) in table {
            assert_eq!(parse(given), expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_nearly_a_reference_is_no_text() {
        let table = [
            ("x ${agnet:a}", Some("${agent:a}")),
            ("${agent: a}", Some("${agent:a}")),
            ("${ agent:a}", Some("${agent:a}")),
            ("${Agent:a}", Some("${agent:a}")),
            ("${assistant:a}", Some("${agent:a}")),
            ("${agents:a}", Some("${agent:a}")),
            ("${phoneNumber:main}", Some("${phone_number:main}")),
            ("${phone-number:main}", Some("${phone_number:main}")),
            ("${env:A B}", Some("${env:A_B}")),
            ("${env:X }", Some("${env:X}")),
            ("${ENV:X}", Some("${env:X}")),
            ("${environment:X}", Some("${env:X}")),
            ("${fiel:a b.md}", Some("${file:a b.md}")),
            ("${file: a.md}", Some("${file:a.md}")),
            ("${var: x}", Some("${var:x}")),
            ("${Vars:a b}", Some("${var:a_b}")),
            ("${agent:a} ${x:y} $${agnet:a} ${fiel:-x} ${a ? b : c} {{env: x}} ${env} ${", None),
        ];
        for (text, right) in table {
            assert_eq!(near_reference(text).map(|(_, right)| right).as_deref(), right, "{text}");
        }
    }

    #[test]
    fn a_long_text_takes_no_longer_than_its_length() {
        let started = std::time::Instant::now();
        for piece in ["${", "${a", "${env:", "$${", "${env:X}", "${agent", "$"] {
            let text = piece.repeat((1 << 18) / piece.len());
            drop((parse(&text), near_reference(&text), escape(&text)));
        }
        let word = format!("${{{}:x}}", "a".repeat(1 << 20));
        assert!(near_reference(&word).is_none());
        // A second is enough where it is linear; a busy machine takes longer, and squared it would be minutes.
        assert!(started.elapsed() < std::time::Duration::from_secs(30), "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_read_as_it_was(given in r"[$\{\}a:env\n]{0,24}|(\$|\{|\}|\$\{env:X\}|\$\{x\}|\$\{agent:a\}|\$\{env: b\}| ){0,9}") {
            let escaped = escape(&given).into_owned();
            let expected = if given.is_empty() { vec![] } else { vec![text(&given)] };
            prop_assert_eq!(parse(&escaped), expected, "{}", escaped);
            prop_assert_eq!(near_reference(&escaped), None, "{}", escaped);
        }
    }
}
