//! Why a text is not YAML, told to somebody who does not know YAML: the mistake, its line, the way out.
//!
//! In: the parser's error and the text. Out: a [`Problem`]. The parser often stops some lines after the mistake, so this
//! looks at the lines around. Values are not repeated: they may be secrets.

mod indent;
mod outline;

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::lines::Lines;
use super::problem::Problem;
use indent::{indent_it, spaces};
use outline::{Line, Outline};

const IN_QUOTES: &str = "put the text in quotes: \"…\"";

/// The problem behind an error of the parser.
pub(super) fn problem(error: &ScanError, text: &str) -> Problem {
    let offset = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let at = (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        let message = format!("values are nested more than {} levels deep", super::limits::MAX_DEPTH);
        return Problem::new("yaml-too-deep", at..at, message);
    }
    let lines = Lines::new(text);
    let row = lines.index_of(at);
    let outline = Outline::new(text, &lines);
    let start = outline.line(row).start.min(at);
    let mistake = Mistake { text, at, row, column: at - start, outline };
    mistake.whole_file().or_else(|| mistake.tab(error.kind())).unwrap_or_else(|| mistake.of_kind(error.kind()))
}

/// A text starts with a sign that means something else to YAML.
pub(super) fn needs_quotes(range: Range<usize>, sign: &str) -> Problem {
    let sign = if sign == "`" { "a backtick".to_owned() } else { format!("`{sign}`") };
    syntax(range, format!("a text that starts with {sign} must be in quotes")).help(IN_QUOTES)
}

fn syntax(range: Range<usize>, message: impl Into<String>) -> Problem {
    Problem::new("yaml-syntax", range, message)
}

/// Where the parser stopped, and the lines around.
struct Mistake<'t> {
    text: &'t str,
    at: usize,
    row: usize,
    /// The offset of `at` on its line.
    column: usize,
    outline: Outline<'t>,
}

impl<'t> Mistake<'t> {
    fn here(&self) -> Range<usize> {
        self.at..self.at
    }

    fn line(&self) -> &Line<'t> {
        self.outline.line(self.row)
    }

    /// Where the content of the line starts.
    fn content(&self) -> Range<usize> {
        let start = self.line().start + self.line().indent();
        start..start
    }

    /// Not a state file at all.
    fn whole_file(&self) -> Option<Problem> {
        let start = self.text.trim_start().get(..9).unwrap_or_default().to_lowercase();
        if start == "<!doctype" || start.starts_with("<html") {
            return Some(syntax(0..1, "this is a web page (HTML), not YAML").help("download the file itself"));
        }
        let starts = |line: &Line<'_>, marks: &[&str]| marks.iter().any(|mark| line.text.starts_with(mark));
        let here = Some(self.line()).filter(|line| starts(line, &["=======", ">>>>>>> "]));
        let line = self.outline.lines().find(|line| starts(line, &["<<<<<<< "])).or(here)?;
        let range = line.start..line.start + line.text.len();
        let help = "keep one of the two sides, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`";
        Some(syntax(range, "git left a merge conflict in this file").help(help))
    }

    /// A tab in the indentation, if that is the mistake, or stands on its line.
    fn tab(&self, kind: &ErrorKind) -> Option<Problem> {
        use ErrorKind as K;
        let at_once = match kind {
            K::TabAtBlockScalarStart | K::TabInBlockIndentation | K::TabInIndentation => usize::MAX,
            K::TabInPlainScalar | K::TabNotAllowed => usize::MAX,
            _ => 1,
        };
        let mut rows = (self.row..).zip(self.outline.lines().skip(self.row).take(at_once));
        let (row, line) = rows.find(|(_, line)| line.indentation().contains('\t'))?;
        let range = line.start..line.start + line.indentation().len();
        let help = match self.outline.above(row) {
            Some((_, above)) if above.indent() > 0 => {
                format!("use spaces instead; the line above is indented {}", spaces(above.indent()))
            }
            _ => "use spaces instead".to_owned(),
        };
        Some(syntax(range, "this line is indented with a tab; YAML allows only spaces").help(help))
    }

    fn of_kind(&self, kind: &ErrorKind) -> Problem {
        use ErrorKind as K;
        let here = |message: &str, help: &'static str| syntax(self.here(), message).help(help);
        match kind {
            K::MappingValueNotAllowed | K::InvalidMappingValueWhitespace => self.colon(),
            K::ExpectedBlockMappingKey | K::ExpectedBlockSequenceEntry | K::InvalidIndentation => self.out_of_line(),
            K::InvalidBlockScalarIndent => here(
                "this text is indented less than an empty line above it, or than the number after `|` says",
                "delete the spaces of the empty line, and the number",
            ),
            K::SimpleKeyExpected | K::InvalidSimpleKey => self.no_colon(self.row),
            K::UnclosedQuotedScalar | K::DocumentIndicatorInQuotedScalar | K::InvalidQuotedScalarIndent => {
                self.unclosed_quote(self.at)
            }
            K::InvalidTrailingSingleQuotedScalar => self.after_quote('\''),
            K::InvalidTrailingDoubleQuotedScalar => self.after_quote('"'),
            K::BlockSequenceEntryNotAllowed => here(
                "a list must start on the line below its field",
                "move it there; for a text that starts with `-`, put the text in quotes: \"…\"",
            ),
            K::InvalidBlockScalarHeader | K::ZeroBlockScalarIndent => here(
                "a text after `|` or `>` must start on the line below",
                "move it there and indent it; or leave the sign out and put the text in quotes: \"…\"",
            ),
            K::CommentInterceptedScalar => here(
                "this comment stands in the middle of a text",
                "move it above the field; if it belongs to the text, put the text in quotes: \"…\"",
            ),
            K::CommentNotSeparated => here("a comment needs a space before its `#`", "put a space before it"),
            K::BomInsideDocument => here("an invisible character (U+FEFF) stands here", "delete it"),
            K::UnknownAnchor => self.unknown_anchor(),
            K::ExpectedDocumentStart => self.second_start(),
            kind => self.of_signs(kind).unwrap_or_else(|| {
                syntax(self.here(), format!("this is not valid YAML: {kind}"))
                    .help("compare the line with those around it: indentation, colons, quotes")
            }),
        }
    }

    /// Brackets, escapes, and signs at the start of a text.
    fn of_signs(&self, kind: &ErrorKind) -> Option<Problem> {
        use ErrorKind as K;
        Some(match kind {
            K::UnknownQuotedScalarEscape
            | K::InvalidQuotedScalarHexEscape
            | K::InvalidLowSurrogateHexEscape
            | K::InvalidLowSurrogate
            | K::MissingLowSurrogate
            | K::UnpairedLowSurrogate
            | K::InvalidUnicodeEscape => self.escape(),
            K::UnexpectedCharacter { character } if character.is_control() => {
                let message = format!("an invisible character (U+{:04X}) stands here", u32::from(*character));
                let at = self.at + self.text[self.at..].find(*character).unwrap_or(0);
                syntax(at..at, message).help("delete it")
            }
            K::UnexpectedCharacter { .. }
            | K::MissingAnchorOrAliasName
            | K::MappingKeyNotAllowed
            | K::UndeclaredTagHandle
            | K::InvalidGlobalTagCharacter
            | K::InvalidTagTerminator
            | K::MissingTagUri
            | K::UnclosedVerbatimTag
            | K::InvalidTagEscape
            | K::InvalidTagUtf8LeadingByte
            | K::InvalidTagUtf8TrailingByte
            | K::InvalidTagUtf8 => {
                let sign: String = self.text[self.at..].chars().take(1).collect();
                needs_quotes(self.here(), &sign)
            }
            K::MisplacedFlowCollectionEnd => syntax(self.here(), "this bracket closes nothing")
                .help("delete it; if it belongs to a text, put the text in quotes: \"…\""),
            K::MismatchedFlowCollectionEnd { open, close } => {
                syntax(self.here(), format!("the `{open}` that opens here is closed with `{close}`"))
                    .help(format!("close it with `{}`", closing(*open)))
            }
            K::BlockEntryInFlowCollection => syntax(self.here(), "a `- ` between brackets starts no item of a list")
                .help("delete it, and separate the items with `, `; or leave the brackets out"),
            K::UnclosedFlowCollection { open } => unclosed_bracket(self.at, *open),
            K::ExpectedFlowMappingSeparator
            | K::ExpectedFlowSequenceSeparator
            | K::InvalidColonPlacement
            | K::InvalidFlowScalarIndent
            | K::PlainScalarStartsWithDashFlowIndicator => self.in_brackets(),
            _ => return None,
        })
    }

    /// A `: ` where no field can start.
    fn colon(&self) -> Problem {
        let line = self.line();
        if let Some((key, value)) = line.until(self.column).field() {
            let also = match value.starts_with(['“', '”', '„', '‘', '’']) {
                true => " (straight ones: curly quotes are part of the text)",
                false => "",
            };
            return syntax(self.at..self.at + 1, "this text contains `: `, which starts a field outside of quotes")
                .help(format!("put the text in quotes: {key}: \"…\"{also}"));
        }
        let Some((row, above)) = self.outline.above(self.row) else { return self.out_of_line() };
        match above.field() {
            None if !above.is_item() => self.no_colon(row),
            Some((_, value)) if !value.is_empty() && above.field_at() < line.field_at() => {
                let (mine, other) = (spaces(line.field_at()), above.field_at());
                let message =
                    format!("this line is indented {mine}, the field above it {other}, which has a value already");
                syntax(self.content(), message).help(format!(
                    "{}; if it goes on with the text above, put that whole text in quotes: \"…\"",
                    indent_it(other)
                ))
            }
            _ => self.out_of_line(),
        }
    }

    /// An alias, or a text that looks like one.
    fn unknown_anchor(&self) -> Problem {
        let rest = self.line().text.get(self.column + 1..).unwrap_or_default().trim_end();
        if rest.contains([' ', '*']) {
            return needs_quotes(self.here(), "*");
        }
        syntax(self.here(), "no value above is marked with this name")
            .help(format!("mark it with `&{rest}`; for a text that starts with `*`, put the text in quotes: \"…\""))
    }

    fn unclosed_quote(&self, at: usize) -> Problem {
        let quote = self.text[at..].chars().next().filter(|sign| *sign == '\'').unwrap_or('"');
        syntax(at..at + 1, "the quote that opens here is never closed")
            .help(format!("add `{quote}` at the end of the text"))
    }

    /// Something after a closing quote.
    fn after_quote(&self, quote: char) -> Problem {
        if let Some(opening) = self.outline.opening_quote(self.row, self.column, quote) {
            return self.unclosed_quote(opening);
        }
        let here = |message: &str, help: &'static str| syntax(self.here(), message).help(help);
        let line = self.line();
        if line.text.get(self.column..).is_some_and(|rest| rest.trim_end() == ",") {
            return here("YAML has no comma at the end of a line", "delete the comma");
        }
        if self.outline.open_bracket(self.row, self.column).is_some_and(|(at, _)| at >= line.start) {
            return here("a comma is missing before this", "separate the values with `, `");
        }
        match quote {
            '\'' => here(
                "the text ended with the `'` before this, and more follows",
                "put the whole text in quotes; write `''` for each `'` in it",
            ),
            _ => here(
                "the text ended with the `\"` before this, and more follows",
                "put the whole text in quotes; write `\\\"` for each `\"` in it",
            ),
        }
    }

    /// A `\` in a text in double quotes that starts no escape.
    fn escape(&self) -> Problem {
        let mut signs = self.text[self.at..].char_indices();
        let mut found = self.here();
        while let Some((offset, sign)) = signs.next() {
            let Some((_, escaped)) = (sign == '\\').then(|| signs.next()).flatten() else { continue };
            let digits = match escaped {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            let (whole, rest) = ("0abt\tnvfre \"/\\N_LP\n\rxuU".contains(escaped), signs.as_str());
            if !whole || rest.chars().take(digits).filter(char::is_ascii_hexdigit).count() < digits {
                found = self.at + offset..self.at + offset + 1 + escaped.len_utf8();
                break;
            }
        }
        syntax(found, "in double quotes a `\\` starts a special character, and this is none")
            .help("write `\\\\` for a backslash")
    }

    /// Something that does not fit between brackets, most often since one is not closed.
    fn in_brackets(&self) -> Problem {
        match self.outline.open_bracket(self.row, self.column) {
            Some((at, open)) if at < self.line().start => unclosed_bracket(at, open),
            Some((_, open)) => {
                let close = closing(open);
                syntax(self.here(), format!("a comma, or the closing `{close}`, is missing before this"))
                    .help("separate the values with `, `; put texts in quotes: \"…\"")
            }
            None => syntax(self.here(), "this does not fit between brackets").help(IN_QUOTES),
        }
    }
}

fn unclosed_bracket(at: usize, open: char) -> Problem {
    let help = format!("add `{}`; if it belongs to a text, put the text in quotes: \"…\"", closing(open));
    syntax(at..at + 1, format!("the `{open}` that opens here is never closed")).help(help)
}

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}
