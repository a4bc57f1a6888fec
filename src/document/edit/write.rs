//! Writes content as YAML, in the style of the file.

use super::super::content::Content;
use super::super::tree::Style;
use super::layout::Layout;
use super::style::{self, Room};

/// A block scalar at the end of the written text, which may absorb what follows in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenBlock {
    pub(super) indent: usize,
    pub(super) keeps_blank_lines: bool,
    /// Its text ends with a line end.
    pub(super) ends_line: bool,
}

/// Writes values after a `key:` or a `-`.
#[derive(Clone)]
pub(super) struct Writer<'l> {
    layout: &'l Layout,
    /// The last value must not be a block scalar: it would absorb what follows.
    closed: bool,
    pub(super) out: String,
    pub(super) open: Option<OpenBlock>,
}

/// The place where a value is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'t> {
    /// The column of its key or dash.
    pub(super) column: usize,
    /// The style of the current scalar.
    pub(super) old: Option<Style>,
    /// The indentation of the current block scalar.
    pub(super) old_indent: Option<usize>,
    /// What stays on the line after the value: white space and a comment.
    pub(super) rest: &'t str,
    /// It is the last value written.
    pub(super) last: bool,
}

impl<'t> Place<'t> {
    /// A place without a current value.
    pub(super) fn new(column: usize, last: bool) -> Self {
        Self { column, old: None, old_indent: None, rest: "", last }
    }

    pub(super) fn with_rest(self, rest: &'t str) -> Self {
        Self { rest, ..self }
    }
}

impl<'l> Writer<'l> {
    pub(super) fn new(layout: &'l Layout, closed: bool) -> Self {
        Self { layout, closed, out: String::new(), open: None }
    }

    /// A line break and the indentation of the next line.
    pub(super) fn line(&mut self, column: usize) {
        self.out.push_str(self.layout.line_end);
        self.indent(column);
    }

    /// The indentation of a line.
    pub(super) fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// A blank line, where one is wanted and what is before it would not take it in.
    pub(super) fn gap(&mut self, wanted: bool) {
        if wanted && !self.open.is_some_and(|open| open.keeps_blank_lines) {
            self.out.push_str(self.layout.line_end);
        }
    }

    /// `key: value` for each entry, the first one right here. The last entry ends without a line break.
    pub(super) fn entries(&mut self, entries: &[(String, Content)], column: usize, last: bool) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.gap(value.is_spaced());
                self.line(column);
            }
            self.out.push_str(&style::key(key, Room::Line));
            self.out.push(':');
            self.after_key(value, Place::new(column, last && index + 1 == entries.len()));
        }
    }

    /// `- value` for each item, the first one right here. The last item ends without a line break.
    pub(super) fn items(&mut self, items: &[Content], column: usize, last: bool) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.line(column);
            }
            self.out.push('-');
            self.after_dash(item, Place::new(column, last && index + 1 == items.len()));
        }
    }

    /// A value after its `key:`.
    pub(super) fn after_key(&mut self, content: &Content, place: Place<'_>) {
        if let Content::Before(inner, _) = content
            && matches!(**inner, Content::List(_))
        {
            self.out.push_str(&format!(" {}{}", flow(inner, None, Room::Line), place.rest));
            return;
        }
        let (content, rest) = rest_of_line(content, place.rest);
        let place = place.with_rest(&rest);
        let column = match content {
            Content::Map(entries) if !entries.is_empty() => place.column + self.layout.step,
            Content::List(items) if !items.is_empty() => place.column + self.layout.list_offset,
            _ => return self.leaf(content, place, self.layout.step),
        };
        self.out.push_str(rest.trim_end());
        self.line(column);
        self.collection(content, column, place.last);
    }

    /// A value after its `-`.
    pub(super) fn after_dash(&mut self, content: &Content, place: Place<'_>) {
        let (content, rest) = rest_of_line(content, place.rest);
        let place = place.with_rest(&rest);
        let is_collection = match content {
            Content::Map(entries) => !entries.is_empty(),
            Content::List(items) => !items.is_empty(),
            _ => false,
        };
        let column = place.column + 2;
        match (is_collection, rest.trim().is_empty()) {
            (false, _) => return self.leaf(content, place, 2),
            (true, true) => self.out.push(' '),
            (true, false) => {
                self.out.push_str(rest.trim_end());
                self.line(column);
            }
        }
        self.collection(content, column, place.last);
    }

    fn collection(&mut self, content: &Content, column: usize, last: bool) {
        match content {
            Content::Map(entries) => self.entries(entries, column, last),
            Content::List(items) => self.items(items, column, last),
            _ => {}
        }
    }

    /// Anything that is not a block collection.
    fn leaf(&mut self, content: &Content, place: Place<'_>, step: usize) {
        self.open = None;
        let Content::Text(text) = content else {
            self.out.push(' ');
            self.out.push_str(&flow(content, None, Room::Line));
            self.out.push_str(place.rest);
            return;
        };
        // An indentation indicator is one digit.
        let usable = |indent: &usize| (place.column + 1..=place.column + 9).contains(indent);
        let indent = place.old_indent.filter(usable).unwrap_or(place.column + step.min(9));
        let room = if self.closed && place.last { Room::Line } else { Room::Block };
        let style = style::choose(text, place.old, room);
        self.out.push(' ');
        if !style.is_block() {
            let text = match style {
                Style::Double if style::has_lines(text) => style::quoted_lines(text, indent, self.layout.line_end),
                _ => style::inline(text, style),
            };
            self.out.push_str(&text);
            self.out.push_str(place.rest);
            return;
        }
        self.out.push_str(&style::header(text, indent - place.column));
        self.out.push_str(place.rest);
        self.out.push_str(self.layout.line_end);
        self.out.push_str(&style::body(text, indent, self.layout.line_end));
        self.open = Some(OpenBlock {
            indent,
            keeps_blank_lines: style::keeps_blank_lines(text),
            ends_line: text.ends_with('\n'),
        });
    }
}

/// The content without its comment, and the end of its line: what is there already, else the comment.
fn rest_of_line<'c>(content: &'c Content, rest: &str) -> (&'c Content, String) {
    let (content, comment) = content.split_comment();
    match comment {
        Some(comment) if rest.trim().is_empty() => {
            // A line break would end the comment, and the rest would become YAML.
            let comment: String = comment.chars().map(|c| if is_comment_char(c) { c } else { ' ' }).collect();
            (content, format!(" # {}", comment.trim()))
        }
        _ => (content, rest.to_owned()),
    }
}

fn is_comment_char(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Content on one line, without comments.
pub(super) fn flow(content: &Content, old: Option<Style>, room: Room) -> String {
    match content {
        Content::Null => "null".to_owned(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => style::number(number),
        Content::Text(text) => style::inline(text, style::choose(text, old, room)),
        Content::List(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(item, None, Room::Flow)).collect();
            format!("[{}]", items.join(", "))
        }
        Content::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| flow_entry(key, value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Content::Commented(value, _) | Content::Before(value, _) | Content::Spaced(value) => flow(value, old, room),
    }
}

/// `key: value` inside `{}`.
pub(super) fn flow_entry(key: &str, value: &Content) -> String {
    format!("{}: {}", style::key(key, Room::Flow), flow(value, None, Room::Flow))
}
