//! A report or a status for a terminal.

use super::diff::{Line, Sign};
use super::field::{self, Body, Mark, Shown};
use super::palette::paint;
use super::{View, columns, words};
use crate::kinds::Kind;
use crate::model::escape;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, Direction, FieldChange, Impact, Ring, Stay};

/// Longer addresses and paths are not aligned.
const ALIGNED: usize = 44;

/// A report: each object with its fields, and a last line that sums it up. Ends with a line end.
///
/// Messages ([`Report::errors`], warnings) are not part of it: they are for stderr.
pub fn report(report: &Report, view: &View<'_>) -> String {
    page(report, view, true)
}

/// The outcomes of a plan that was shown before: as [`report`], without fields. Ends with a line end.
pub fn outcomes(report: &Report, view: &View<'_>) -> String {
    page(report, view, false)
}

/// A field, to be shown below the line of its object. Ends with a line end.
pub fn field(kind: &Kind, field: &FieldChange, direction: Direction, view: &View<'_>) -> String {
    let mut page = Page { view, out: String::new() };
    page.field(&field::shown(kind, field, direction, view));
    page.out
}

fn page(report: &Report, view: &View<'_>, with_fields: bool) -> String {
    let view = &View { names: &report.plan.names, ..*view };
    let mut page = Page { view, out: String::new() };
    // The plan already showed what it holds back.
    let is_news = |change: &Change, outcome: Option<&Outcome>| match outcome {
        Some(Outcome::Done { .. } | Outcome::Failed(_) | Outcome::NotAttempted(_)) => true,
        Some(Outcome::HeldBack(_)) => !change.is_held_back(),
        None => false,
    };
    let is_shown = |change: &Change, outcome: Option<&Outcome>| match with_fields {
        true => view.all || !change.is_in_step() && (view.pending || !change.only_pending()),
        false => is_news(change, outcome),
    };
    let mut shown = report.objects();
    shown.retain(|(change, outcome)| is_shown(change, outcome.as_deref()));
    let columns = aligned(shown.iter().map(|(change, _)| change.address.to_string()));
    let mut entries: Vec<String> = Vec::new();
    for (change, outcome) in &shown {
        let mut entry = Page { view, out: String::new() };
        entry.change(change, outcome.as_deref(), columns);
        if with_fields {
            entry.fields(change, report.plan.direction_of(change));
            entry.ways_out(change, report.plan.direction_of(change));
            report.plan.impact.iter().filter(|impact| impact.address == change.address).for_each(|of| entry.impact(of));
        }
        entries.push(entry.out);
    }
    for (at, entry) in entries.iter().enumerate() {
        let is_long = |entry: &String| entry.lines().nth(1).is_some();
        if at > 0 && (is_long(entry) || is_long(&entries[at - 1])) {
            page.line("");
        }
        page.out.push_str(entry);
    }
    if !shown.is_empty() {
        page.line("");
    }
    page.wrapped(&paint(view.palette.strong, &words::summary(report)), "");
    if let (Direction::ToVapi, Some(hint)) =
        (report.plan.direction, view.status.and_then(|status| words::only_in_vapi(status, view.flags)))
    {
        page.wrapped(&hint, "");
    }
    // A plan to Vapi imports nothing, so it has nothing to leave out.
    if report.plan.direction == Direction::ToFile {
        words::left(&report.plan.left).iter().for_each(|left| page.wrapped(&words::safe(left, view), ""));
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

    /// A line of our own text.
    fn wrapped(&mut self, text: &str, indent: &str) {
        self.line(&columns::wrapped(text, self.view.width, indent));
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
        let address = columns::padded(&escape::line(&self.view.redactor.text(&change.address.to_string())), columns);
        let name =
            change.name.as_deref().map(|name| escape::quoted(&self.view.redactor.text(name))).unwrap_or_default();
        let said = words::headline(change, outcome, self.view);
        let parts = [paint(palette.strong, &address), columns::cut(&name, ALIGNED).into_owned(), said];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        self.wrapped(&format!("{} {}", paint(style, &columns::padded(symbol, 2)), parts.join("  ")), "     ");
        for line in words::why(change, outcome, self.view) {
            self.wrapped(&format!("     {line}"), "     ");
        }
    }

    fn fields(&mut self, change: &Change, direction: Direction) {
        // The file shows created and imported objects.
        let is_whole = matches!(change.action(), Action::Create | Action::Import);
        if is_whole && !self.view.verbose && !change.is_held_back() {
            return;
        }
        let fields = change.shown_fields();
        let shown: Vec<Shown> =
            fields.iter().map(|field| field::shown(change.kind, field, direction, self.view)).collect();
        let mut records: Vec<&String> = shown.iter().filter_map(|field| field.recorded.as_ref()).collect();
        records.dedup();
        let once = records.len() == 1;
        for field in &shown {
            self.field(field);
            if let (false, Some(record)) = (once, &field.recorded) {
                self.wrapped(&format!("        {}", paint(self.view.palette.quiet, record)), "        ");
            }
        }
        if let (true, Some(record)) = (once, records.first()) {
            self.wrapped(&format!("     {}", paint(self.view.palette.quiet, record)), "     ");
        }
    }

    fn ways_out(&mut self, change: &Change, direction: Direction) {
        for (what, command) in words::ways_out(change, direction, self.view.flags) {
            let command = escape::line(&self.view.redactor.text(&command)).into_owned();
            let gap = columns::padded(&format!("{what}:"), 23);
            // Commands are not wrapped, so that they can be copied.
            let below = self.view.width.is_some_and(|width| columns::width(&command) + gap.len() + 6 > width);
            let gap = if below { format!("{what}:\n        ") } else { format!("{gap} ") };
            self.line(&format!("     {gap}{}", paint(self.view.palette.strong, &command)));
        }
    }

    fn field(&mut self, field: &Shown) {
        const INDENT: &str = "        ";
        let palette = self.view.palette;
        let style = match field.mark {
            Mark::Add => palette.add,
            Mark::Remove => palette.remove,
            Mark::Change => palette.change,
            Mark::Held => palette.hold,
            Mark::Pending => palette.quiet,
        };
        let (values, more) = self.body(field);
        let sides = field.sides.filter(|_| matches!(field.body, Body::Diff(..)));
        let sides = sides.map_or_else(String::new, |(left, right)| format!(" (- {left}, + {right})"));
        let label = field.label.map(|label| format!("{}{sides}", paint(style, label)));
        let notes = field.notes.iter().map(|note| paint(palette.quiet, note));
        let head = label.into_iter().chain(notes).collect::<Vec<_>>().join(": ");
        let head = [Some(head), values].into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let colon = if head.is_empty() { "" } else { ": " };
        let line = format!("   {} {}{colon}{}", paint(style, field.mark.char()), field.path, head.join("; "));
        self.wrapped(&line, INDENT);
        for line in more {
            let lines = columns::broken(&line, self.view.width.map(|width| width.saturating_sub(INDENT.len() + 2)));
            for (at, line) in lines.iter().enumerate() {
                // Not trimmed: spaces at the end of a line may be the difference.
                self.out.push_str(&format!("{INDENT}{}{line}\n", if at > 0 { "  " } else { "" }));
            }
        }
    }

    /// The rest of the line of a field, and the lines below it.
    fn body(&self, field: &Shown) -> (Option<String>, Vec<String>) {
        match (&field.body, field.sides) {
            (Body::Short(before, after), Some((left, right))) => {
                let side = |name: &str, value: &Option<String>| {
                    format!("{} {}", columns::padded(&format!("{name}:"), 5), value.as_deref().unwrap_or("no value"))
                };
                (None, vec![side(left, before), side(right, after)])
            }
            (Body::Short(Some(before), Some(after)), None) => (Some(format!("{before} → {after}")), Vec::new()),
            (Body::Short(value, None) | Body::Short(None, value), None) => (value.clone(), Vec::new()),
            (Body::Diff(about, lines), _) => {
                // A single place needs no line number.
                let places = lines.iter().filter(|line| line.sign == Sign::Hunk).count();
                let shown = lines.iter().filter(|line| line.sign != Sign::Hunk || places > 1);
                (about.clone(), shown.map(|line| self.diff_line(line)).collect())
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
        // Word by word, so that a mark does not run over a line break.
        let words = |(is_marked, text): &(bool, String)| -> String {
            match is_marked {
                true => text.split_inclusive(' ').map(|word| paint(marked, word)).collect(),
                false => paint(plain, text),
            }
        };
        let gap = if line.sign.char().is_empty() { "" } else { " " };
        format!("{}{gap}{}", paint(plain, line.sign.char()), line.parts.iter().map(words).collect::<String>())
    }

    fn impact(&mut self, impact: &Impact) {
        let numbers: Vec<String> = impact.rings.iter().map(|ring| words::safe(&ring_text(ring), self.view)).collect();
        if !numbers.is_empty() {
            self.wrapped(&format!("     phone numbers: {}", numbers.join(", ")), "     ");
        }
        for stay in &impact.stays {
            self.wrapped(&format!("     {}", words::safe(&stay_text(stay), self.view)), "     ");
        }
    }
}

/// `squad Intake stays on v3`.
pub(super) fn stay_text(stay: &Stay) -> String {
    format!("{} stays on {}", stay.who, stay.version)
}

/// `+1 415 555 0100 (Main line)`, with the squad if it reaches the object through one.
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
