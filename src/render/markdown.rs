//! A report as Markdown for a pull request and a workflow's summary.
//!
//! Foreign text stands in two places only: escaped inside blocks of HTML, which Markdown does not read, and inside fences
//! longer than any run of backticks in them.

use super::diff::{Line, Sign};
use super::field::{self, Body, Mark, Shown};
use super::{View, terminal, words};
use crate::model::diagnostic::{Diagnostic, Severity};
use crate::model::escape;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Change, Direction};

/// The first line: by it a workflow finds its comment of the last time.
pub const MARKER: &str = "<!-- vapi-sync -->";

/// GitHub takes 65,536 characters in a comment. What is added around ours must fit too.
pub const LONGEST: usize = 60_000;
/// Kept free for what is said about what was cut.
const RESERVE: usize = 8_000;
/// One object takes no more than this, so that others are seen as well.
const LONGEST_CHANGE: usize = 20_000;
/// Messages take no more than this.
const LONGEST_MESSAGES: usize = 12_000;
/// A text of a message takes no more than this.
const LONGEST_MESSAGE: usize = 600;

/// A report, at most [`LONGEST`] characters. What is cut is counted and named. Ends with a line end.
pub fn report(report: &Report, view: &View<'_>) -> String {
    let plan = &report.plan;
    let command = match (view.command, plan.direction, report.was_tried()) {
        ("", Direction::ToVapi, false) => "plan",
        ("", Direction::ToVapi, true) => "apply",
        ("", Direction::ToFile, _) => "pull",
        (command, ..) => command,
    };
    let mut out = format!("{MARKER}\n### vapi-sync {command}\n\n**{}**\n", words::summary(report));
    if let (Direction::ToVapi, Some(hint)) =
        (plan.direction, view.status.and_then(|status| words::only_in_vapi(status, view.flags)))
    {
        out.push_str(&format!("\n{hint}\n"));
    }
    let diagnostics = [&report.errors, &plan.warnings, &report.warnings, &report.notes].map(Vec::as_slice).concat();
    out.push_str(&messages(&diagnostics, view));
    let mut left = LONGEST - RESERVE - length(&out).min(LONGEST - RESERVE);
    let mut cut = Vec::new();
    for (change, outcome) in report.changes().filter(|(change, _)| view.all || !change.is_in_step()) {
        let section = section(change, outcome, report, view);
        let short = headline(change, outcome, view);
        let line = format!("\n<p>{short}</p>\n");
        let chosen = [&section, &line].into_iter().find(|text| length(text) <= left);
        if chosen != Some(&section) {
            cut.push(change.address.to_string());
        }
        if let Some(text) = chosen {
            left -= length(text);
            out.push_str(text);
        }
    }
    out.push_str(&about_cut(&cut, view));
    if command == "plan" {
        let digest = html(&plan.digest, view);
        out.push_str(&format!(
            "\n<sub>To apply exactly this: <code>vapi-sync apply{} --expect {digest}</code></sub>\n",
            html(view.flags, view)
        ));
    }
    out
}

/// A command that failed before there was a report.
pub fn failure(command: &str, errors: &[Diagnostic], view: &View<'_>) -> String {
    format!("{MARKER}\n### vapi-sync {command}\n\n**The {command} failed.**\n{}", messages(errors, view))
}

fn about_cut(cut: &[String], view: &View<'_>) -> String {
    const NAMED: usize = 20;
    if cut.is_empty() {
        return String::new();
    }
    let name = |address: &String| format!("<code>{}</code>", clipped(address, 40, view));
    let names = cut.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
    let more = if cut.len() > NAMED { format!(" and {} more", cut.len() - NAMED) } else { String::new() };
    let what = field::counted(cut.len(), "object is", "objects are");
    format!(
        "\n<p>The details of {what} cut here: {names}{more}. <code>vapi-sync plan{}</code> shows all.</p>\n",
        html(view.flags, view)
    )
}

fn messages(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    let mut out = String::new();
    for (at, diagnostic) in diagnostics.iter().enumerate() {
        let Diagnostic { code, severity, message, help, place, .. } = diagnostic;
        let word = match severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let place = place.as_ref().map(|place| format!(" ({}:{}:{})", place.file, place.line, place.column));
        let place = clipped(&place.unwrap_or_default(), LONGEST_MESSAGE, view);
        let help = help.as_ref().map(|help| format!("<br><code>{}</code>", clipped(help, LONGEST_MESSAGE, view)));
        let help = help.unwrap_or_default();
        let said = clipped(message, LONGEST_MESSAGE, view);
        let item = format!("<li>{word} <code>{code}</code>: <code>{said}{place}</code>{help}</li>\n");
        if length(&out) + length(&item) > LONGEST_MESSAGES {
            out.push_str(&format!("<li>… and {} more</li>\n", diagnostics.len() - at));
            break;
        }
        out.push_str(&item);
    }
    if out.is_empty() { out } else { format!("\n<ul>\n{out}</ul>\n") }
}

/// An object, folded.
fn section(change: &Change, outcome: Option<&Outcome>, report: &Report, view: &View<'_>) -> String {
    let direction = report.plan.direction_of(change);
    let mut lines = Vec::new();
    for why in words::why(change, outcome, view) {
        lines.push(format!("! {why}"));
    }
    for field in change.shown_fields().iter() {
        lines.extend(field_lines(&field::shown(field, direction, view)));
    }
    for (what, command) in words::ways_out(change, direction, view.flags) {
        lines.push(format!("# {what}: {}", escape::line(&view.redactor.text(&command))));
    }
    let rings = report.plan.impact.iter().filter(|impact| impact.address == change.address).flat_map(|i| &i.rings);
    let rings: Vec<String> =
        rings.map(|ring| format!("<code>{}</code>", html(&terminal::ring_text(ring), view))).collect();
    let rings = if rings.is_empty() { String::new() } else { format!("\n<p>Rings: {}</p>\n", rings.join(", ")) };
    let head = headline(change, outcome, view);
    if lines.is_empty() {
        return format!("\n<p>{head}</p>\n{rings}");
    }
    format!("\n<details><summary>{head}</summary>\n\n{}{rings}\n</details>\n", fenced(&lines))
}

/// `update agents.receptionist "Receptionist"` in HTML.
fn headline(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> String {
    let name = change.name.as_deref().map(|name| format!(" <code>{}</code>", html(name, view))).unwrap_or_default();
    let said = words::headline(change, outcome, view);
    let said = if said.is_empty() { said } else { format!(" <code>{}</code>", html(&said, view)) };
    format!("<code>{}</code>{name}{said}", html(&change.address.to_string(), view))
}

/// A field as lines of a diff: GitHub colours them by their first character.
fn field_lines(field: &Shown) -> Vec<String> {
    let Shown { mark, path, label, sides, body, notes } = field;
    let about = label.map(|label| format!(" {label}")).unwrap_or_default();
    let sides_text = sides.map(|(left, right)| format!(", - {left}, + {right}")).unwrap_or_default();
    let start = if *mark == Mark::Held { "!" } else { "@@" };
    let mut lines = vec![format!("{start} {path}{about}{sides_text} {start}").trim_end_matches(" !").to_owned()];
    match body {
        Body::Short(before, after) => {
            lines.extend(before.iter().map(|before| format!("- {before}")));
            lines.extend(after.iter().map(|after| format!("+ {after}")));
        }
        Body::Diff(about, diff) => {
            lines.extend(about.iter().map(|about| format!("# {about}")));
            // One place needs no line that says where it is.
            let places = diff.iter().filter(|line| line.sign == Sign::Hunk).count();
            lines.extend(diff.iter().filter(|line| line.sign != Sign::Hunk || places > 1).map(Line::text));
        }
        Body::Outline(about, inner) => {
            let sign = if *mark == Mark::Remove { "-" } else { "+" };
            lines.push(format!("{sign} {about}"));
            lines.extend(inner.iter().map(|(key, value)| format!("{sign}   {key}: {value}")));
        }
    }
    lines.extend(notes.iter().map(|note| format!("# {note}")));
    lines
}

/// Lines in a fence that none of them can close, as many as one object may take.
fn fenced(lines: &[String]) -> String {
    let mut used = 0;
    let fits = |line: &&String| {
        used += length(line) + 1;
        used <= LONGEST_CHANGE
    };
    let kept: Vec<&str> = lines.iter().take_while(fits).map(String::as_str).collect();
    let left = lines.len() - kept.len();
    let more = match left {
        0 => String::new(),
        left => format!("# … {} cut here\n", field::counted(left, "more line is", "more lines are")),
    };
    let fence = "`".repeat(longest_run(&kept).max(2) + 1);
    let kept: String = kept.iter().map(|line| format!("{line}\n")).collect();
    format!("{fence}diff\n{kept}{more}{fence}\n")
}

fn longest_run(lines: &[&str]) -> usize {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`').map(str::len));
    runs.max().unwrap_or(0)
}

/// Foreign text for a block of HTML: one line, nothing in it is read as HTML. In `<code>`, GitHub makes no mentions of it.
pub(super) fn html(text: &str, view: &View<'_>) -> String {
    let mut out = String::new();
    for c in escape::line(&view.redactor.text(text)).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The start of a foreign text for a block of HTML, with an ellipsis if there is more. Without secrets before it is cut:
/// half of one is not found.
fn clipped(text: &str, characters: usize, view: &View<'_>) -> String {
    let text = view.redactor.text(text);
    match text.char_indices().nth(characters) {
        Some((at, _)) => html(&format!("{}…", &text[..at]), view),
        None => html(&text, view),
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}
