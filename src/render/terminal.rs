//! A report or a status for a terminal.

use super::diff::{Line, Sign};
use super::field::{self, Body, Mark, Shown};
use super::palette::paint;
use super::{View, columns, words};
use crate::model::escape;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, Direction, Impact, Ring};

/// Columns after which addresses and paths are no longer aligned.
const ALIGNED: usize = 44;

/// A report: what happens to each object, its fields, and a last line that sums it up. Ends with a line end.
///
/// Messages ([`Report::errors`], warnings) are not part of it: they are for stderr.
pub fn report(report: &Report, view: &View<'_>) -> String {
    page(report, view, true)
}

/// What became of a plan that was shown before: as [`report`], without fields. Ends with a line end.
pub fn outcomes(report: &Report, view: &View<'_>) -> String {
    page(report, view, false)
}

fn page(report: &Report, view: &View<'_>, with_fields: bool) -> String {
    let mut page = Page { view, out: String::new() };
    let shown: Vec<(&Change, Option<&Outcome>)> =
        report.changes().filter(|(change, _)| view.all || !change.is_in_step()).collect();
    let columns = aligned(shown.iter().map(|(change, _)| change.address.to_string()));
    for (change, outcome) in &shown {
        page.change(change, *outcome, columns);
        if with_fields {
            page.fields(change, report.plan.direction_of(change));
        }
        page.ways_out(change, report.plan.direction_of(change));
        if with_fields && let Some(impact) = report.plan.impact.iter().find(|impact| impact.address == change.address) {
            page.impact(impact);
        }
    }
    if !shown.is_empty() {
        page.line("");
    }
    page.line(&paint(view.palette.strong, &words::summary(report)));
    if let (Direction::ToVapi, Some(hint)) =
        (report.plan.direction, view.status.and_then(|status| words::only_in_vapi(status, view.flags)))
    {
        page.line(&hint);
    }
    page.out
}

fn aligned(texts: impl Iterator<Item = String>) -> usize {
    texts.map(|text| columns::width(&escape::line(&text))).filter(|width| *width <= ALIGNED).max().unwrap_or(0)
}

struct Page<'p> {
    view: &'p View<'p>,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end_matches(' '));
        self.out.push('\n');
    }

    fn safe(&self, text: &str) -> String {
        escape::line(&self.view.redactor.text(text)).into_owned()
    }

    fn change(&mut self, change: &Change, outcome: Option<&Outcome>, columns: usize) {
        let palette = self.view.palette;
        let (symbol, style) = match (change.action(), outcome, &change.held) {
            (_, Some(Outcome::Failed(_)), _) => ("x", palette.error),
            (_, Some(Outcome::HeldBack(_)), _) | (_, None, Some(_)) => ("!", palette.hold),
            (_, Some(Outcome::NotAttempted(_)), _) => (".", palette.quiet),
            (Action::Create, ..) => ("+", palette.add),
            (Action::Update, ..) => ("~", palette.change),
            (Action::Recreate, ..) => ("*", palette.add),
            (Action::Link, ..) => ("=", palette.change),
            (Action::Import, ..) => ("<", palette.add),
            (Action::Capture, ..) => ("<~", palette.change),
            (Action::None, ..) if change.is_held_back() => ("!", palette.hold),
            (Action::None, ..) => (" ", palette.quiet),
        };
        let address = columns::padded(&self.safe(&change.address.to_string()), columns);
        let name =
            change.name.as_deref().map(|name| escape::quoted(&self.view.redactor.text(name))).unwrap_or_default();
        let said = words::headline(change, outcome, self.view);
        let parts = [paint(palette.strong, &address), columns::cut(&name, ALIGNED).into_owned(), said];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        self.line(&format!("{} {}", paint(style, &columns::padded(symbol, 2)), parts.join("  ")));
        for line in words::why(change, outcome, self.view) {
            self.line(&format!("      {line}"));
        }
    }

    fn fields(&mut self, change: &Change, direction: Direction) {
        let fields = change.shown_fields();
        let shown: Vec<Shown> = fields.iter().map(|field| field::shown(field, direction, self.view)).collect();
        let columns = aligned(shown.iter().map(|field| field.path.clone()));
        for field in &shown {
            self.field(field, columns);
        }
    }

    fn ways_out(&mut self, change: &Change, direction: Direction) {
        for (what, command) in words::ways_out(change, direction, self.view.flags) {
            let command = paint(self.view.palette.strong, &self.safe(&command));
            self.line(&format!("      {} {command}", columns::padded(&format!("{what}:"), 23)));
        }
    }

    fn field(&mut self, field: &Shown, columns: usize) {
        let palette = self.view.palette;
        let style = match field.mark {
            Mark::Add => palette.add,
            Mark::Remove => palette.remove,
            Mark::Change => palette.change,
            Mark::Held => palette.hold,
            Mark::Pending => palette.quiet,
        };
        let (values, more) = self.body(field);
        let path = columns::padded(&field.path, columns);
        let label = field.label.map(|label| paint(style, label));
        let head: Vec<String> = label.into_iter().chain(values).filter(|part| !part.is_empty()).collect();
        let head = head.join(": ");
        self.line(&format!("    {} {path}  {head}", paint(style, field.mark.char())));
        for line in more {
            // As it is: spaces at the end of a line may be the difference.
            self.out.push_str(&format!("        {line}\n"));
        }
        for note in &field.notes {
            self.line(&format!("        {}", paint(palette.quiet, note)));
        }
    }

    /// What stands on the field's own line, and the lines below it.
    fn body(&self, field: &Shown) -> (Option<String>, Vec<String>) {
        let palette = self.view.palette;
        match &field.body {
            Body::Short(before, after) => (short(field, before.as_deref(), after.as_deref()), Vec::new()),
            Body::Diff(about, lines) => {
                let sides = field.sides.map(|(left, right)| format!("- {left}, + {right}"));
                let about = [sides, about.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ");
                (Some(about), lines.iter().map(|line| self.diff_line(line)).collect())
            }
            Body::Outline(about, inner) => {
                let columns = aligned(inner.iter().map(|(key, _)| key.clone()));
                let line = |(key, value): &(String, String)| {
                    format!("{}  {value}", paint(palette.quiet, &columns::padded(key, columns)))
                };
                (Some(about.clone()), inner.iter().map(line).collect())
            }
        }
    }

    fn diff_line(&self, line: &Line) -> String {
        let palette = self.view.palette;
        let (plain, marked) = match line.sign {
            Sign::Hunk | Sign::Remark => (palette.quiet, palette.quiet),
            Sign::Context => Default::default(),
            Sign::Remove => (palette.remove, palette.remove_word),
            Sign::Add => (palette.add, palette.add_word),
        };
        let parts = line.parts.iter().map(|(is_marked, text)| paint(if *is_marked { marked } else { plain }, text));
        format!("{}{}", paint(plain, line.sign.char()), parts.collect::<String>())
    }

    fn impact(&mut self, impact: &Impact) {
        let numbers: Vec<String> = impact.rings.iter().map(|ring| self.safe(&ring_text(ring))).collect();
        if !numbers.is_empty() {
            self.line(&format!("      rings: {}", numbers.join(", ")));
        }
    }
}

fn short(field: &Shown, before: Option<&str>, after: Option<&str>) -> Option<String> {
    let side = |name: &str, value: Option<&str>| format!("{name} has {}", value.unwrap_or("no value"));
    match (field.sides, before, after) {
        (Some((left, right)), ..) => Some(format!("{}, {}", side(left, before), side(right, after))),
        (None, Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (None, value, None) | (None, None, value) => value.map(str::to_owned),
    }
}

/// `+1 415 555 0100 (Main line)`, with the squad if it is reached through one.
pub(super) fn ring_text(ring: &Ring) -> String {
    let number = ring.number.as_deref().unwrap_or(ring.id.as_str());
    let via = (ring.via != "assistantId").then_some(ring.via.as_str());
    let name = ring.name.as_deref().filter(|name| *name != number);
    match (name, via) {
        (None, None) => number.to_owned(),
        (Some(more), None) | (None, Some(more)) => format!("{number} ({more})"),
        (Some(name), Some(via)) => format!("{number} ({name}, through {via})"),
    }
}
