//! Lines that are indented unlike those around them, and lines that are no field.

use super::outline::{Level, Line};
use super::{IN_QUOTES, Mistake, needs_quotes, syntax};
use crate::document::problem::Problem;

impl Mistake<'_> {
    /// A line at which the value of the file has ended already.
    pub(super) fn second_start(&self) -> Problem {
        match self.outline.first() {
            Some((_, first)) if first.text.starts_with('%') => needs_quotes(first.start..first.start + 1, "%"),
            Some((_, first)) if first.indent() > self.line().indent() => {
                let start = first.start + first.indent();
                let (first, other) = (spaces(first.indent()), self.line().indent());
                let message = format!("this line is indented {first}, the fields below it {other}");
                syntax(start..start, message).help(indent_it(other))
            }
            Some((row, first)) if first.field().is_none() => self.no_colon(row),
            _ => syntax(self.here(), "this does not belong to what stands above it").help(IN_QUOTES),
        }
    }

    /// A line that starts where no open mapping or list has its fields, or text after a closing bracket.
    pub(super) fn out_of_line(&self) -> Problem {
        let before = self.line().until(self.column).text.trim_end();
        if let Some(bracket) = before.chars().next_back().filter(|sign| matches!(sign, ']' | '}')) {
            let open = if bracket == ']' { '[' } else { '{' };
            let message = format!("the value ends with the `{bracket}` before this, and more follows");
            return syntax(self.here(), message)
                .help(format!("if the `{open}` belongs to a text, put the text in quotes: \"…\""));
        }
        if self.outline.text_above(self.row).is_some_and(|first| first.indent() > self.line().indent()) {
            return self.text_out_of_line();
        }
        let mine = self.line().indent();
        let levels = self.outline.levels(self.row);
        match levels.iter().find(|level| level.column == mine) {
            Some(level) => self.of_the_other_form(level, &levels),
            None => self.between_levels(&levels),
        }
    }

    /// A field among items, or an item among fields.
    fn of_the_other_form(&self, level: &Level<'_>, levels: &[Level<'_>]) -> Problem {
        let inside = levels.iter().map(|other| other.column).filter(|column| *column > level.column).min();
        let (message, help) = match (level.is_list, inside) {
            (true, Some(inside)) => (
                "this line is a field, its neighbours are items of a list",
                format!("indent it {} to put it into the item above, or start it with `- `", spaces(inside)),
            ),
            (true, None) => (
                "this line is a field, its neighbours are items of a list",
                "start it with `- `, or indent it less to end the list".to_owned(),
            ),
            (false, _) => (
                "this line is an item of a list (`- `), its neighbours are fields (`name: value`)",
                "put a field (`name:`) above the list, and indent the items below it".to_owned(),
            ),
        };
        syntax(self.content(), message).help(help)
    }

    fn between_levels(&self, levels: &[Level<'_>]) -> Problem {
        let mine = self.line().indent();
        let above = self.outline.above(self.row).map(|(_, above)| above.field_at());
        let below = self.outline.below(self.row).map(Line::field_at);
        let message = match (above, below) {
            (Some(above), Some(below)) if above == below => {
                format!("this line is indented {}, its neighbours {above}", spaces(mine))
            }
            (Some(above), _) => format!("this line is indented {}, the line above it {above}", spaces(mine)),
            (None, _) => format!("this line is indented {}", spaces(mine)),
        };
        let to = |level: &Level<'_>| match level.key {
            "" => indent_it(level.column),
            key => format!("{} to put it beside `{key}`", indent_it(level.column)),
        };
        let more = levels.iter().rev().find(|level| level.column > mine).map(to);
        let less = levels.iter().find(|level| level.column < mine).map(to);
        let choices: Vec<String> = more.into_iter().chain(less).collect();
        syntax(self.content(), message).help(match choices.is_empty() {
            true => indent_it(0),
            false => choices.join(", or "),
        })
    }

    /// A line of a text behind `|` that is indented less than the first one.
    fn text_out_of_line(&self) -> Problem {
        let first = self.outline.text_above(self.row).map_or(0, Line::indent);
        let mine = spaces(self.line().indent());
        let message = format!("this line is indented {mine}, the text above it {first}");
        syntax(self.content(), message).help("indent all lines of a text at least as far as its first line")
    }

    /// A line without a colon where a field must stand.
    pub(super) fn no_colon(&self, row: usize) -> Problem {
        let line = self.outline.line(row);
        let range = line.start + line.indent()..line.start + line.text.trim_end().len();
        let name = |key: &&str| key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if let Some(key) = line.text.trim().split_once(':').map(|(key, _)| key).filter(name) {
            return syntax(range, "a space is missing after the `:`").help(format!("write `{key}: …`"));
        }
        let further = self.outline.text_above(row).map(Line::indent).filter(|indent| *indent > line.indent());
        let further = further.map_or_else(|| "further than its field".to_owned(), spaces);
        syntax(range, "this line is not a field: it has no `: `")
            .help(format!("write `name: value`; if it goes on with the text above, indent it {further}"))
    }
}

/// `1 space`, `6 spaces`.
pub(super) fn spaces(count: usize) -> String {
    format!("{count} space{}", if count == 1 { "" } else { "s" })
}

/// `indent it 6 spaces`.
pub(super) fn indent_it(count: usize) -> String {
    if count == 0 { "do not indent it".to_owned() } else { format!("indent it {}", spaces(count)) }
}
