//! Finds flaws in a text: unclosed braces, a prompt pasted twice.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use crate::model::Trail;
use crate::model::diagnostic::Diagnostic;
use crate::model::escape;

/// A shorter paragraph may be repeated on purpose: a heading, an important rule.
const LONG_PARAGRAPH: usize = 160;

/// A flaw and its byte range.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Where in the text.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: FlawKind,
}

/// The kinds of flaws.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FlawKind {
    /// `{{` that is never closed: Vapi would speak it, or drop what follows.
    OpenBraces,
    /// A paragraph that already occurs at this offset.
    Repeated(usize),
    /// An invisible character.
    Hidden,
}

/// The finding about a flaw.
pub(super) fn finding(flaw: &Flaw, text: &str, trail: &Trail<'_>) -> Diagnostic {
    match flaw.kind {
        FlawKind::OpenBraces => {
            Diagnostic::warning("open-braces", format!("`{{{{` in {} is never closed", trail.path()))
                .help("write a variable as {{name}}")
        }
        FlawKind::Hidden => {
            let hidden = escape::line(&text[flaw.range.clone()]).into_owned();
            Diagnostic::warning("hidden-text", format!("{} contains {hidden}, which is invisible", trail.path()))
                .help("the language model reads it all the same: delete it, unless you put it there on purpose")
        }
        FlawKind::Repeated(first) => {
            let line = text[..first].matches('\n').count() + 1;
            let message = format!("{} contains this paragraph twice, first on its line {line}", trail.path());
            Diagnostic::warning("repeated-paragraph", message).help("was the prompt pasted twice? Then delete one")
        }
    }
}

/// The first invisible character of a text.
pub(super) fn hidden(text: &str) -> Option<Flaw> {
    let at = escape::first_hidden(text)?;
    let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
    Some(Flaw { range: at..end, kind: FlawKind::Hidden })
}

/// The first unclosed `{{` of a text.
pub(super) fn open_braces(text: &str) -> Option<Flaw> {
    // `{{{` is one opening: the last two braces of a run count.
    let opening = |from: usize| {
        let at = from + memmem::find(&text.as_bytes()[from..], b"{{")?;
        let run = text[at..].bytes().take_while(|byte| *byte == b'{').count();
        Some(at + run - 2)
    };
    let mut open = opening(0)?;
    loop {
        let inside = open + 2;
        let flaw = Some(Flaw { range: open..inside, kind: FlawKind::OpenBraces });
        let Some(close) = memmem::find(&text.as_bytes()[inside..], b"}}").map(|at| inside + at) else { return flaw };
        open = match memmem::find(&text.as_bytes()[inside..close], b"{{") {
            Some(_) if !is_quoted(&text[inside..close]) => return flaw,
            _ => opening(close)?,
        };
    }
}

/// Whether a Liquid expression has quotes, which may contain anything, even braces.
fn is_quoted(expression: &str) -> bool {
    expression.contains(['"', '\''])
}

/// The first long paragraph that occurs twice.
pub(super) fn repeated_paragraph(text: &str) -> Option<Flaw> {
    if text.len() < 2 * LONG_PARAGRAPH {
        return None;
    }
    let mut seen: HashMap<&str, usize, foldhash::fast::RandomState> = HashMap::default();
    let mut start = 0;
    // Trimming also removes `\r`.
    let ends = memmem::find_iter(text.as_bytes(), b"\n\n").map(|at| at + 2).chain([text.len()]);
    for end in ends {
        let paragraph = &text[start..end];
        let trimmed = paragraph.trim();
        let at = start + (paragraph.len() - paragraph.trim_start().len());
        start += paragraph.len();
        if trimmed.len() < LONG_PARAGRAPH || trimmed.chars().count() < LONG_PARAGRAPH {
            continue;
        }
        if let Some(first) = seen.insert(trimmed, at) {
            let line = trimmed.lines().next().map_or(0, str::len);
            return Some(Flaw { range: at..at + line, kind: FlawKind::Repeated(first) });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_that_do_not_close_are_found() {
        for (text, expected) in [
            ("", None),
            ("{{name}} and {{ other | default: \"x\" }}", None),
            ("{\"a\": {\"b\": 1}}", None),
            ("Hello {{name}, how are you?", Some(6)),
            ("Hello {{name} and {{other}}", Some(6)),
            ("{{a}} {{b", Some(6)),
            ("{{{raw}}}", None),
            ("{{{{{{", Some(4)),
            ("{{ \"{{\" }} ok", None),
        ] {
            assert_eq!(open_braces(text).map(|flaw| flaw.range.start), expected, "{text}");
        }
    }

    #[test]
    fn hidden_characters_are_found_and_those_of_scripts_and_emoji_are_not() {
        for (text, expected) in [
            ("Bye\u{3164} now", Some(3)),
            ("Hello \u{e0041} there", Some(6)),
            ("x\u{200b}", Some(1)),
            ("☺\u{fe0f}\u{fe01}", Some(6)),
            ("می\u{200c}خواهم ❤\u{fe0f} 👩\u{200d}🚀", None),
            ("\u{feff}Hello\r\nthere\t.", None),
        ] {
            assert_eq!(hidden(text).map(|flaw| flaw.range.start), expected, "{text:?}");
        }
    }

    #[test]
    fn only_long_paragraphs_count_as_repeated() {
        let long = "Ask for the caller's name and date of birth. ".repeat(5);
        let text = format!("# Rules\n\n{long}\n\nBe kind.\n\n# Rules\n\n{long}\n");
        let flaw = repeated_paragraph(&text).unwrap();
        assert_eq!(flaw.kind, FlawKind::Repeated(9));
        assert_eq!(&text[flaw.range], long.trim());
        let short = "Be kind.\n\n".repeat(100);
        assert_eq!(repeated_paragraph(&short), None);
    }
}
