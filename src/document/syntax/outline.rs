//! The lines of a text that could not be parsed: their indentation, fields and texts, as far as one can tell.

use crate::document::lines::Lines;

/// One line, without its line end.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
    /// Part of a text behind `|` or `>`.
    is_text: bool,
}

impl<'t> Line<'t> {
    /// The spaces and tabs it starts with.
    pub(super) fn indentation(&self) -> &'t str {
        &self.text[..self.text.len() - self.text.trim_start_matches([' ', '\t']).len()]
    }

    /// How many columns it is indented.
    pub(super) fn indent(&self) -> usize {
        self.indentation().len()
    }

    /// The column of its field: after the `- ` of a list item.
    pub(super) fn field_at(&self) -> usize {
        self.text.len() - self.content().len()
    }

    /// The line without its indentation and the `- ` of list items.
    fn content(&self) -> &'t str {
        let mut rest = self.text.trim_start();
        while let Some(item) = rest.strip_prefix("- ") {
            rest = item.trim_start();
        }
        rest
    }

    /// Whether it is an item of a list.
    pub(super) fn is_item(&self) -> bool {
        self.text.trim_start().starts_with("- ")
    }

    fn holds_something(&self) -> bool {
        !matches!(self.text.trim_start().chars().next(), None | Some('#'))
    }

    /// The line up to a column.
    pub(super) fn until(&self, column: usize) -> Self {
        Self { text: self.text.get(..column).unwrap_or(self.text), ..*self }
    }

    /// The key and the value of its field.
    pub(super) fn field(&self) -> Option<(&'t str, &'t str)> {
        let content = self.content();
        let (key, value) = content.split_once(": ").or_else(|| Some((content.trim_end().strip_suffix(':')?, "")))?;
        (!key.is_empty()).then_some((key, value.trim()))
    }

    /// The column that a text behind its `|` or `>` must exceed.
    fn opens_text(&self) -> Option<usize> {
        let content = self.content();
        let content = content.split(" #").next().unwrap_or(content).trim_end();
        let header = content.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        let before = header.strip_suffix(['|', '>'])?;
        match before.trim_end() {
            "" => Some(self.indent()),
            before => before.ends_with(':').then(|| self.field_at()),
        }
    }
}

/// A column at which an open mapping or list has its fields or items.
pub(super) struct Level<'t> {
    pub(super) column: usize,
    pub(super) is_list: bool,
    /// A field of that column.
    pub(super) key: &'t str,
}

/// All lines of a text.
pub(super) struct Outline<'t>(Vec<Line<'t>>);

impl<'t> Outline<'t> {
    pub(super) fn new(text: &'t str, lines: &Lines) -> Self {
        // The column that the text which is open here must exceed.
        let mut opened: Option<usize> = None;
        let line = |row| {
            let start = lines.range(row, text).start;
            let mut line = Line { start, text: lines.line(row, text), is_text: false };
            let is_blank = line.text.trim().is_empty();
            line.is_text = opened.is_some_and(|column| is_blank || line.indent() > column);
            if !line.is_text {
                opened = line.holds_something().then(|| line.opens_text()).flatten();
            }
            line
        };
        Self((0..=lines.index_of(text.len())).map(line).collect())
    }

    /// The line with this index.
    pub(super) fn line(&self, row: usize) -> &Line<'t> {
        &self.0[row.min(self.0.len() - 1)]
    }

    /// All lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line<'t>> {
        self.0.iter()
    }

    /// The lines that hold a field or an item, with their indices.
    fn outside_texts(&self) -> impl DoubleEndedIterator<Item = (usize, &Line<'t>)> {
        self.0.iter().enumerate().filter(|(_, line)| line.holds_something() && !line.is_text)
    }

    /// The first line that holds a field or an item, and its index.
    pub(super) fn first(&self) -> Option<(usize, &Line<'t>)> {
        self.outside_texts().next()
    }

    /// The nearest line above that holds a field or an item, and its index.
    pub(super) fn above(&self, row: usize) -> Option<(usize, &Line<'t>)> {
        self.outside_texts().rfind(|(other, _)| *other < row)
    }

    /// The nearest line below that holds a field or an item.
    pub(super) fn below(&self, row: usize) -> Option<&Line<'t>> {
        self.outside_texts().map(|(_, line)| line).find(|line| line.start > self.line(row).start)
    }

    /// The first line of the text behind `|` or `>` that ends right above this line, or holds it.
    pub(super) fn text_above(&self, row: usize) -> Option<&Line<'t>> {
        let before = &self.0[..row];
        let texts = before.iter().rev().take_while(|line| line.is_text || !line.holds_something());
        texts.filter(|line| line.is_text && line.holds_something()).last()
    }

    /// The mappings and lists that are open above this line, the innermost first.
    pub(super) fn levels(&self, row: usize) -> Vec<Level<'t>> {
        let mut levels: Vec<Level> = Vec::new();
        for (_, line) in self.outside_texts().rev().skip_while(|(other, _)| *other >= row) {
            let key = line.field().map(|(key, _)| key);
            let field = key.map(|key| Level { column: line.field_at(), is_list: false, key });
            let item = line.is_item().then_some(Level { column: line.indent(), is_list: true, key: "" });
            for level in field.into_iter().chain(item) {
                if levels.last().is_none_or(|inner| level.column < inner.column) {
                    levels.push(level);
                }
            }
        }
        levels
    }

    /// Where the quote opens that closes before this column, if on an earlier line.
    pub(super) fn opening_quote(&self, row: usize, column: usize, quote: char) -> Option<usize> {
        let odd = |text: &str| text.matches(quote).count() % 2 == 1;
        let here = self.line(row);
        if !odd(here.text.get(..column)?) {
            return None;
        }
        let line = self.0[..row].iter().rev().find(|line| odd(line.text))?;
        Some(line.start + line.text.find(quote)?)
    }

    /// The innermost bracket that is open at this column, as far as it opens on this line or the nearest one above
    /// with an open bracket: its offset, and itself.
    pub(super) fn open_bracket(&self, row: usize, column: usize) -> Option<(usize, char)> {
        let here = self.line(row).text.get(..column)?;
        let above = self.0[..row].iter().rev().map(|line| (line.start, line.text));
        std::iter::once((self.line(row).start, here)).chain(above).find_map(|(start, text)| {
            let (at, bracket) = innermost(text)?;
            Some((start + at, bracket))
        })
    }
}

/// The innermost bracket that a line opens and does not close.
fn innermost(text: &str) -> Option<(usize, char)> {
    let (mut open, mut quote) = (Vec::new(), None);
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(opened), _) if opened == sign => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if text[..at].ends_with([' ', '[', '{', ',', ':']) => quote = Some(sign),
            (None, '#') if text[..at].ends_with(' ') => break,
            (None, '[' | '{') => open.push((at, sign)),
            (None, ']' | '}') => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}
