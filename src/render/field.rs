//! A field of a change as people see it: shared by the terminal and Markdown, which only dress it.

use serde_json::Value as Json;

use super::diff::{self, Line, Sign};
use super::{View, columns, pretty};
use crate::model::recorded::Recorded;
use crate::model::{SENSITIVE, Value, escape};
use crate::plan::judge::Verdict;
use crate::plan::{Direction, FieldChange, TextMerge};

/// Values of up to so many columns are shown on the field's own line.
const SHORT: usize = 60;

/// So many lines of a text that is only added or removed are shown without `-v`, and of a value with such texts in it.
const FIRST: usize = 3;
const OUTLINED: usize = 20;

/// So many columns of such a line.
const WIDE: usize = 120;

/// What a field's line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It has no value yet.
    Add,
    /// It loses its value.
    Remove,
    /// It gets another value.
    Change,
    /// It waits for a person.
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
    /// Both, each on one line. `None` where there is no value.
    Short(Option<String>, Option<String>),
    /// A line about the values and the lines of a diff.
    Diff(Option<String>, Vec<Line>),
    /// A line about the one value there is, and one about each field inside it: name and value.
    Outline(String, Vec<(String, String)>),
}

/// A field, ready to be dressed. All texts are safe to print.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// What its line begins with.
    pub mark: Mark,
    /// Its path.
    pub path: String,
    /// What is said of it beside its values: `held back (drift)`.
    pub label: Option<&'static str>,
    /// What its first and its second value are, where that is not plain: `Vapi`, `file`.
    pub sides: Option<(&'static str, &'static str)>,
    /// Its values.
    pub body: Body,
    /// What else is to be known.
    pub notes: Vec<String>,
}

/// A field as people see it.
pub fn shown(field: &FieldChange, direction: Direction, view: &View<'_>) -> Shown {
    let FieldChange { path, before, after, sensitive, verdict, base: _, merge, recorded, note, place: _ } = field;
    // A pull leaves it alone, an apply sends it: what is shown is what the apply would do.
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
        Verdict::Drift => Some("held back (drift)"),
        Verdict::Conflict => Some("held back (conflict)"),
        Verdict::Pending => Some("pending"),
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
    let body = if *sensitive {
        // Where two values are shown beside each other, that there is one is news.
        let beside = matches!(mark, Mark::Held | Mark::Pending) && before.is_some();
        Body::Short(beside.then(|| secret(before, view)), Some(secret(after, view)))
    } else if let Some(awaited) = after.as_ref().and_then(Value::awaited) {
        // No value yet: it must not look like a text.
        Body::Short(json(is).as_ref().map(outline), Some(escape::line(&awaited).into_owned()))
    } else if let Some(TextMerge::Overlap(text)) = merge {
        overlap(&view.redactor.text(text))
    } else {
        body(json(is), json(becomes), view.verbose)
    };
    let recorded = recorded.as_ref().map(|recorded| provenance(recorded, *verdict));
    Shown {
        mark,
        path: escape::line(&view.redactor.text(&path.to_string())).into_owned(),
        label,
        sides: label.map(|_| sides),
        body,
        notes: recorded
            .into_iter()
            .chain(note.as_deref().map(|note| view.redactor.text(note).into_owned()))
            .map(|note| escape::line(&note).into_owned())
            .collect(),
    }
}

/// A text that both sides changed in the same lines: each such place with what stood there when they last agreed.
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

fn body(before: Option<Json>, after: Option<Json>, verbose: bool) -> Body {
    match (before, after) {
        (Some(before), Some(after)) => two(&before, &after),
        (Some(value), None) => one(Sign::Remove, &value, verbose),
        (None, Some(value)) => one(Sign::Add, &value, verbose),
        (None, None) => Body::Short(None, None),
    }
}

fn two(before: &Json, after: &Json) -> Body {
    if let (Some(before), Some(after)) = (short(before), short(after)) {
        return Body::Short(Some(before), Some(after));
    }
    let (left, right) = match (before, after) {
        (Json::String(before), Json::String(after)) => (before.clone(), after.clone()),
        _ => (pretty::lines(before), pretty::lines(after)),
    };
    let lines = diff::unified(&escape::lines(&left), &escape::lines(&right));
    let about = lines.is_empty().then(|| "they differ only in how hidden characters are written".to_owned());
    Body::Diff(about, lines)
}

fn one(sign: Sign, value: &Json, verbose: bool) -> Body {
    if let Some(short) = short(value) {
        return match sign {
            Sign::Remove => Body::Short(Some(short), None),
            _ => Body::Short(None, Some(short)),
        };
    }
    if verbose {
        let text = match value {
            Json::String(text) => text.clone(),
            other => pretty::lines(other),
        };
        return Body::Diff(Some(size(value)), diff::whole(sign, &escape::lines(&text)));
    }
    if holds_lines(value) {
        let text = match abridged(value) {
            Json::String(text) => text,
            other => pretty::lines(&other),
        };
        let text = escape::lines(&text);
        let mut lines: Vec<Line> = text.lines().map(|line| Line::new(sign, columns::cut(line, WIDE))).collect();
        if let Some(left) = lines.len().checked_sub(OUTLINED).filter(|left| *left > 1) {
            lines.truncate(OUTLINED);
            lines.push(Line::new(Sign::Remark, more(left)));
        }
        return Body::Diff(Some(size(value)), lines);
    }
    match value {
        Json::Object(map) => {
            let inner = map.iter().map(|(key, value)| (escape::line(key).into_owned(), outline(value))).collect();
            Body::Outline(size(value), inner)
        }
        other => Body::Outline(outline(other), Vec::new()),
    }
}

/// Whether a text of several lines stands in a value.
fn holds_lines(value: &Json) -> bool {
    match value {
        Json::String(text) => text.trim_end_matches('\n').contains('\n'),
        Json::Array(items) => items.iter().any(holds_lines),
        Json::Object(map) => map.values().any(holds_lines),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A value with no more than the first lines of its texts.
fn abridged(value: &Json) -> Json {
    match value {
        Json::String(text) => {
            let left = text.lines().count().saturating_sub(FIRST);
            // One line more takes no less room than the line that counts it.
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

/// A value on one line, whatever it takes.
fn outline(value: &Json) -> String {
    if let Some(short) = short(value) {
        return short;
    }
    let start = match value {
        Json::String(text) => escape::quoted(text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()),
        other => escape::line(&other.to_string()).into_owned(),
    };
    format!("{}: {}", size(value), columns::cut(&start, SHORT))
}

/// A value on one line, if it is a short one.
fn short(value: &Json) -> Option<String> {
    let too_long = |text: &str| text.trim_end_matches('\n').contains('\n') || text.len() > 4 * SHORT;
    if matches!(value, Json::String(text) if too_long(text)) {
        return None;
    }
    let text = escape::line(&value.to_string()).into_owned();
    (columns::width(&text) <= SHORT).then_some(text)
}

/// How large a value is.
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

/// Which record gives the replaced value back.
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
