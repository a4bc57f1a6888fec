//! The fields of a change, prepared for people. The terminal and Markdown only style them.

use serde_json::Value as Json;

use super::diff::{self, Line, Sign};
use super::{View, columns, pretty, words};
use crate::kinds::Kind;
use crate::model::recorded::Recorded;
use crate::model::{AWAITED, FieldPath, SENSITIVE, Value, escape};
use crate::plan::judge::Verdict;
use crate::plan::{Direction, FieldChange, Names, TextMerge};

/// Lists and mappings up to this width are shown on the line of the field.
const SHORT: usize = 60;

/// Without `-v`, this many lines of an added or removed text are shown, and of each text inside a value.
const FIRST: usize = 3;
const OUTLINED: usize = 20;

/// The mark at the start of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It has no value yet.
    Add,
    /// It loses its value.
    Remove,
    /// It gets another value.
    Change,
    /// It is held back.
    Held,
    /// Nothing is written; the file is ahead.
    Pending,
}

impl Mark {
    /// Its one character.
    pub fn char(self) -> &'static str {
        match self {
            Mark::Add => "+",
            Mark::Remove => "-",
            Mark::Change => "~",
            Mark::Held => "!",
            Mark::Pending => ".",
        }
    }
}

/// The values of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Both, each on one line. `None` for a missing value.
    Short(Option<String>, Option<String>),
    /// A line about the values and the lines of a diff.
    Diff(Option<String>, Vec<Line>),
}

/// A field, ready to be styled. All texts are safe to print.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its mark.
    pub mark: Mark,
    /// Its path, or a name for people.
    pub path: String,
    /// A remark beside its values: `held back`.
    pub label: Option<&'static str>,
    /// Labels for its first and its second value, if needed: `Vapi`, `file`.
    pub sides: Option<(&'static str, &'static str)>,
    /// Its values.
    pub body: Body,
    /// The record of the replaced value.
    pub recorded: Option<String>,
    /// Other notes.
    pub notes: Vec<String>,
}

/// Prepares a field of an object.
pub fn shown(kind: &Kind, field: &FieldChange, direction: Direction, view: &View<'_>) -> Shown {
    let FieldChange { path, before, after, sensitive, verdict, base: _, merge, recorded, note, place: _ } = field;
    // A pull leaves it alone, so show what the apply will do.
    let (before, after, direction) = match (verdict, direction) {
        (Verdict::Pending, Direction::ToFile) => (after, before, Direction::ToVapi),
        _ => (before, after, direction),
    };
    let mark = match verdict {
        Verdict::Drift | Verdict::Conflict => Mark::Held,
        Verdict::Pending => Mark::Pending,
        Verdict::Set => Mark::Add,
        Verdict::Remove => Mark::Remove,
        Verdict::Change | Verdict::Clear | Verdict::Capture | Verdict::Merge if before.is_none() => Mark::Add,
        Verdict::Change | Verdict::Clear | Verdict::Capture | Verdict::Merge => Mark::Change,
    };
    let label = match verdict {
        Verdict::Drift | Verdict::Conflict => Some("held back"),
        Verdict::Pending => Some("waits for apply"),
        Verdict::Merge => Some("merged"),
        Verdict::Set | Verdict::Change | Verdict::Clear | Verdict::Remove | Verdict::Capture => None,
    };
    let sides = match direction {
        Direction::ToVapi => ("Vapi", "file"),
        Direction::ToFile if *verdict == Verdict::Merge => ("file", "both"),
        Direction::ToFile => ("file", "Vapi"),
    };
    let (is, becomes) = field.reviewed();
    let (is, becomes) = if std::ptr::eq(before, &field.before) { (is, becomes) } else { (becomes, is) };
    let json = |value: Option<Json>| value.map(|value| view.redactor.json(value));
    let path = shown_path(kind, path, view);
    let body = if *sensitive && !field.is_spelled() {
        // Between two labelled values, a missing one must be stated.
        let beside = matches!(mark, Mark::Held | Mark::Pending) && before.is_some();
        Body::Short(beside.then(|| secret(before, view)), Some(secret(after, view)))
    } else if let Some(TextMerge::Overlap(text)) = merge {
        overlap(&view.redactor.text(text))
    } else {
        let room = view.room().saturating_sub(columns::width(&path));
        let beside = label.is_some();
        Values { names: view.names, ids: view.verbose, whole: view.whole, room, beside }.body(json(is), json(becomes))
    };
    let recorded = recorded.as_ref().map(|recorded| provenance(recorded, *verdict));
    let note = note.as_deref().map(|note| words::safe(note, view));
    Shown { mark, path, label, sides: label.map(|_| sides), body, recorded, notes: note.into_iter().collect() }
}

/// The name of a field for people: who answers a number, else its path.
fn shown_path(kind: &Kind, path: &FieldPath, view: &View<'_>) -> String {
    let path = path.to_string();
    let is_target = kind.assignment.contains(&path.as_str());
    let path = escape::line(&view.redactor.text(&path)).into_owned();
    match (is_target, view.verbose) {
        (false, _) => path,
        (true, false) => "answered by".to_owned(),
        (true, true) => format!("answered by ({path})"),
    }
}

/// A text that both sides changed in the same lines: each such place with its text at the last agreement.
fn overlap(text: &str) -> Body {
    const AROUND: usize = 2;
    let text = escape::lines(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut place = None;
    let signs: Vec<Option<Sign>> = lines
        .iter()
        .map(|line| {
            let marks = [("<<<<<<< ", Sign::Remove), ("||||||| ", Sign::Context), (">>>>>>> ", Sign::Add)];
            if let Some((_, sign)) = marks.iter().find(|(mark, _)| line.starts_with(mark)) {
                place = (*sign != Sign::Add).then_some(*sign);
                return Some(Sign::Remark);
            }
            if *line == "=======" && place.is_some() {
                place = Some(Sign::Add);
                return Some(Sign::Remark);
            }
            place
        })
        .collect();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND).min(lines.len() - 1));
        signs[from..=to].iter().any(Option::is_some)
    };
    let shown = (0..lines.len()).filter(|at| near(*at));
    Body::Diff(None, shown.map(|at| Line::new(signs[at].unwrap_or(Sign::Context), lines[at].to_owned())).collect())
}

/// A secret field, with the variables that it comes from.
fn secret(value: &Option<Value>, view: &View<'_>) -> String {
    let reviewed = match value {
        Some(Value::Secret(secret)) if !secret.variables().is_empty() => secret.reviewed(),
        _ => return SENSITIVE.to_owned(),
    };
    format!("{} {SENSITIVE}", escape::line(&view.redactor.text(&reviewed)))
}

/// How to show the values of a field.
pub(super) struct Values<'v> {
    names: &'v Names,
    /// Whether to show ids in full.
    ids: bool,
    whole: bool,
    /// The columns left on the line of the field.
    room: usize,
    /// Whether each value has a line of its own.
    beside: bool,
}

impl Values<'_> {
    fn body(&self, before: Option<Json>, after: Option<Json>) -> Body {
        match (before, after) {
            (Some(before), Some(after)) => self.two(&before, &after),
            (Some(value), None) => self.one(Sign::Remove, &value),
            (None, Some(value)) => self.one(Sign::Add, &value),
            (None, None) => Body::Short(None, None),
        }
    }

    fn two(&self, before: &Json, after: &Json) -> Body {
        if let (Some(before), Some(after)) = (self.short(before), self.short(after))
            && (self.beside || columns::width(&before) + columns::width(&after) <= self.room)
        {
            return Body::Short(Some(before), Some(after));
        }
        if after.is_null() {
            return self.one(Sign::Remove, before);
        }
        let (left, right) = match (before, after) {
            (Json::String(before), Json::String(after)) => (before.clone(), after.clone()),
            _ => (self.lines(before), self.lines(after)),
        };
        let lines = diff::unified(&escape::lines(&left), &escape::lines(&right));
        let about = lines.is_empty().then(|| "they differ only in invisible characters".to_owned());
        Body::Diff(about, lines)
    }

    fn one(&self, sign: Sign, value: &Json) -> Body {
        if let Some(short) = self.short(value).filter(|short| columns::width(short) <= self.room) {
            return match sign {
                Sign::Remove => Body::Short(Some(short), None),
                _ => Body::Short(None, Some(short)),
            };
        }
        let abridged = if self.whole { value.clone() } else { abridged(value) };
        let text = match abridged {
            Json::String(text) => text,
            other => self.lines(&other),
        };
        let mut lines = diff::whole(sign, &escape::lines(&text));
        if let Some(left) = lines.len().checked_sub(OUTLINED).filter(|left| *left > 1 && !self.whole) {
            lines.truncate(OUTLINED);
            lines.push(Line::new(Sign::Remark, more(left)));
        }
        // A single line needs no count.
        Body::Diff((lines.len() > 1).then(|| size(value)), lines)
    }

    /// A value as lines, with names in place of references.
    fn lines(&self, value: &Json) -> String {
        pretty::lines(value, &|scalar| self.scalar(scalar))
    }

    /// A value on one line, if it is short.
    fn short(&self, value: &Json) -> Option<String> {
        match value {
            Json::String(text) if text.trim_end_matches('\n').contains('\n') => None,
            Json::Array(_) | Json::Object(_) => {
                let text = escape::line(&value.to_string()).into_owned();
                (columns::width(&text) <= SHORT && !holds_name(value, self.names)).then_some(text)
            }
            scalar => Some(self.scalar(scalar)),
        }
    }

    /// A text, number or other scalar. A reference is shown as the name of its target, without quotes.
    fn scalar(&self, value: &Json) -> String {
        let named = value.as_str().and_then(|id| self.names.get(id).map(|name| (id, escape::line(name))));
        match (named, value.as_str()) {
            (Some((id, name)), _) if self.ids && !id.starts_with(AWAITED) => format!("{name} ({id})"),
            (Some((_, name)), _) => name.into_owned(),
            (None, Some(id)) if !self.ids => escape::line(&Json::from(words::short_ids(id)).to_string()).into_owned(),
            (None, _) => escape::line(&value.to_string()).into_owned(),
        }
    }
}

/// Whether a value contains a reference.
fn holds_name(value: &Json, names: &Names) -> bool {
    match value {
        Json::String(text) => names.get(text).is_some(),
        Json::Array(items) => items.iter().any(|item| holds_name(item, names)),
        Json::Object(map) => map.values().any(|value| holds_name(value, names)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A value with only the first lines of its texts.
fn abridged(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            let left = text.lines().count().saturating_sub(FIRST);
            // A count would take as much room as the last line.
            if left <= 1 {
                return value.clone();
            }
            let first: String = text.lines().take(FIRST).map(|line| format!("{line}\n")).collect();
            format!("{first}{}", more(left)).into()
        }
        Json::Array(items) => items.iter().map(abridged).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), abridged(value))).collect(),
        other => other.clone(),
    }
}

fn more(lines: usize) -> String {
    format!("… {} (`-v` shows them)", counted(lines, "more line", "more lines"))
}

/// The size of a value, in words.
fn size(value: &Json) -> String {
    match value {
        Json::String(text) => {
            let (lines, characters) = (text.lines().count(), text.chars().count());
            format!("{}, {}", counted(lines, "line", "lines"), counted(characters, "character", "characters"))
        }
        Json::Array(items) => counted(items.len(), "element", "elements"),
        Json::Object(map) => counted(map.len(), "field", "fields"),
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

/// The record of the replaced value, in words.
fn provenance(recorded: &Recorded, verdict: Verdict) -> String {
    let side = match verdict {
        Verdict::Capture | Verdict::Merge | Verdict::Conflict => "the file",
        Verdict::Set | Verdict::Change | Verdict::Clear | Verdict::Remove | Verdict::Drift | Verdict::Pending => "Vapi",
    };
    let day = |time: &str| time.split('T').next().unwrap_or(time).to_owned();
    match recorded {
        Recorded::Commit { id, time, only_on } => {
            let id: String = id.chars().take(8).collect();
            let branch = only_on.as_ref().map(|branch| format!(", only on {branch}")).unwrap_or_default();
            format!("{side} has the value of {id} ({}){branch}", day(time))
        }
        Recorded::AuditLog { time } => format!("{side} has the value of a run in the audit log ({})", day(time)),
    }
}

/// `1 line`, `2 lines`, `12,345 characters`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    let digits = count.to_string();
    let mut number = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    format!("{number} {}", if count == 1 { one } else { several })
}
