//! Reports as Markdown, for pull requests and summaries of workflows.
//!
//! Foreign text is only put into blocks of HTML, escaped, where Markdown is not interpreted, and into fences that are
//! longer than any run of backticks in them.

use super::diff::{Line, Sign};
use super::field::{self, Body, Mark, Shown};
use super::{View, terminal, words};
use crate::model::diagnostic::{Diagnostic, Severity};
use crate::model::escape;
use crate::plan::report::{Outcome, Report};
use crate::plan::{Action, Change, Direction};

/// The first line, by which a workflow finds its earlier comment.
pub const MARKER: &str = "<!-- vapi-sync -->";

/// GitHub allows 65,536 characters in a comment. Other text around ours must fit, too.
pub const LONGEST: usize = 60_000;
/// Reserved for the sentence about what was cut.
const RESERVE: usize = 8_000;
/// The maximum length of the table. Further rows are counted.
const LONGEST_TABLE: usize = 16_000;
/// With less space left, the details of an object are not shown.
const LEAST: usize = 1_500;
/// The maximum length of all messages.
const LONGEST_MESSAGES: usize = 12_000;
/// The maximum length of a name.
const LONGEST_NAME: usize = 100;
/// The maximum number of phone numbers to name for an object.
const MOST_RINGS: usize = 20;
/// The maximum length of a message.
const LONGEST_MESSAGE: usize = 600;

/// The origin of a report.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The state file.
    pub file: String,
    /// Its environment.
    pub environment: Option<String>,
    /// The commit that was checked out.
    pub commit: Option<String>,
    /// The page of the run.
    pub run: Option<String>,
}

/// A report of at most [`LONGEST`] characters: a table of changes, the details of what is held back, other details folded,
/// and warnings. The least important details are cut first, and counted. Ends with a line end.
pub fn report(report: &Report, view: &View<'_>) -> String {
    let view = &View { whole: true, names: &report.plan.names, ..*view };
    let plan = &report.plan;
    let command = match (view.command, plan.direction, report.was_tried()) {
        ("", Direction::ToVapi, false) => "plan",
        ("", Direction::ToVapi, true) => "apply",
        ("", Direction::ToFile, _) => "pull",
        (command, ..) => command,
    };
    let origin = origin(plan.org_id.as_deref(), view);
    let summary = words::summary(report);
    let mut out = format!("{MARKER}\n### vapi-sync {command}\n\n**{summary}**\n{}", origin[1]);
    if let (Direction::ToVapi, Some(hint)) =
        (plan.direction, view.status.and_then(|status| words::only_in_vapi(status, view.flags)))
    {
        out.push_str(&format!("\n{hint}\n"));
    }
    if plan.direction == Direction::ToFile {
        words::left(&plan.left).iter().for_each(|left| out.push_str(&format!("\n<p>{}</p>\n", html(left, view))));
    }
    out.push_str(&messages(&report.errors, view));
    let objects = report.objects();
    let mut shown: Vec<(Rank, &Change, Option<&Outcome>)> = objects
        .iter()
        .map(|(change, outcome)| (change.as_ref(), outcome.as_deref()))
        .filter(|(change, _)| view.all || !change.is_in_step() && (view.pending || !change.only_pending()))
        .map(|(change, outcome)| (rank(change, outcome), change, outcome))
        .collect();
    shown.sort_by_key(|(rank, ..)| *rank);
    out.push_str(&table(&shown, report, view));
    let others = [&plan.warnings, &report.warnings, &report.notes].map(Vec::as_slice).concat();
    let mut last = folded(&others, view);
    if command == "plan" && !plan.changes.iter().all(Change::is_in_step) {
        let digest = html(&plan.digest, view);
        let flags = html(view.flags, view);
        last.push_str(&format!(
            "\n<sub>To apply exactly this: <code>vapi-sync apply{flags} --expect {digest}</code></sub>\n"
        ));
    }
    last.push_str(&origin[0]);
    let mut left = (LONGEST - RESERVE).saturating_sub(length(&out) + length(&last));
    let mut cut = Vec::new();
    for (rank, change, outcome) in &shown {
        let section = if left < LEAST { None } else { Some(section(*rank, change, *outcome, report, view, left)) };
        let (text, is_whole) = section.unwrap_or_default();
        if !is_whole {
            cut.push(change.address.to_string());
        }
        left = left.saturating_sub(length(&text));
        out.push_str(&text);
    }
    out.push_str(&about_cut(&cut, view));
    out + &last
}

/// How important an object is to the reader of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It failed or is held back.
    Open,
    /// An existing object changes.
    Changes,
    /// It is new.
    New,
}

fn rank(change: &Change, outcome: Option<&Outcome>) -> Rank {
    match (outcome, change.action()) {
        (Some(Outcome::Failed(_) | Outcome::HeldBack(_) | Outcome::NotAttempted(_)), _) => Rank::Open,
        _ if change.is_held_back() => Rank::Open,
        (_, Action::Create | Action::Import) => Rank::New,
        (_, Action::Update | Action::Recreate | Action::Link | Action::Capture | Action::None) => Rank::Changes,
    }
}

/// What the report is about: as a hidden comment, and as text.
fn origin(org_id: Option<&str>, view: &View<'_>) -> [String; 2] {
    let Some(Origin { file, environment, commit, run }) = view.origin else { return Default::default() };
    let commit = commit.as_ref().map(|commit| format!("{commit:.10}"));
    let facts = [("organisation", org_id), ("file", Some(file)), ("environment", environment.as_deref())];
    let facts = facts.into_iter().filter_map(|(word, fact)| fact.map(|fact| (word, fact)));
    let hidden = facts.clone().map(|(word, fact)| format!(" {word}={}", html(fact, view).replace("--", "-&#45;")));
    let more = [("commit", commit.as_deref())].into_iter().filter_map(|(word, fact)| fact.map(|fact| (word, fact)));
    let read = facts.chain(more).map(|(word, fact)| format!("{word} <code>{}</code>", html(fact, view)));
    let time = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string();
    let link = run.as_ref().map(|url| format!("<a href=\"{}\">this run</a>", html(url, view)));
    let read: Vec<String> = read.chain([time]).chain(link).collect();
    [format!("\n<!-- vapi-sync{} -->\n", hidden.collect::<String>()), format!("\n<sub>{}</sub>\n", read.join(" · "))]
}

/// One row per object: address, name, what happens, and the numbers that reach it.
fn table(shown: &[(Rank, &Change, Option<&Outcome>)], report: &Report, view: &View<'_>) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for (at, (_, change, outcome)) in shown.iter().enumerate() {
        let name = clipped(change.name.as_deref().unwrap_or_default(), LONGEST_NAME, view);
        let what = clipped(&words::headline(change, *outcome, view), LONGEST_MESSAGE, view);
        let rings = rings(change, report, view).join("<br>");
        let address = clipped(&change.address.to_string(), LONGEST_NAME, view);
        let code = |text: String| if text.is_empty() { text } else { format!("<code>{text}</code>") };
        let row = format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{rings}</td></tr>\n",
            code(address),
            code(name),
            code(what)
        );
        if length(&rows) + length(&row) > LONGEST_TABLE {
            rows.push_str(&format!("<tr><td>… and {} more</td></tr>\n", shown.len() - at));
            break;
        }
        rows.push_str(&row);
    }
    format!("\n<table>\n<tr><th>address</th><th>name</th><th>what</th><th>phone numbers</th></tr>\n{rows}</table>\n")
}

fn rings(change: &Change, report: &Report, view: &View<'_>) -> Vec<String> {
    let impact = report.plan.impact.iter().filter(|impact| impact.address == change.address);
    let code = |text: String| format!("<code>{}</code>", clipped(&text, LONGEST_NAME, view));
    let stays = impact.clone().flat_map(|impact| &impact.stays).map(|stay| code(terminal::stay_text(stay)));
    let rings = impact.flat_map(|impact| &impact.rings);
    let mut named: Vec<String> = rings.map(|ring| code(terminal::ring_text(ring))).collect();
    let more = named.len().saturating_sub(MOST_RINGS);
    named.truncate(MOST_RINGS);
    named.extend((more > 0).then(|| format!("… and {more} more")));
    named.extend(stays.take(MOST_RINGS));
    named
}

/// The text for a command that failed before there was a report.
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

/// Warnings and notes, folded.
fn folded(diagnostics: &[Diagnostic], view: &View<'_>) -> String {
    let list = messages(diagnostics, view);
    let count = field::counted(diagnostics.len(), "warning", "warnings");
    if list.is_empty() { list } else { format!("\n<details><summary>{count}</summary>\n{list}\n</details>\n") }
}

/// The details of an object in at most `most` characters, and whether they are complete. Objects that are held back are not
/// folded.
fn section(
    rank: Rank,
    change: &Change,
    outcome: Option<&Outcome>,
    report: &Report,
    view: &View<'_>,
    most: usize,
) -> (String, bool) {
    let direction = report.plan.direction_of(change);
    let mut lines = Vec::new();
    for why in words::why(change, outcome, view) {
        lines.push(format!("! {why}"));
    }
    for field in change.shown_fields().iter() {
        lines.extend(field_lines(&field::shown(change.kind, field, direction, view)));
    }
    for (what, command) in words::ways_out(change, direction, view.flags) {
        lines.push(format!("# {what}: {}", escape::line(&view.redactor.text(&command))));
    }
    if lines.is_empty() {
        return (String::new(), true);
    }
    let head = headline(change, outcome, view);
    let open = if rank == Rank::Open { " open" } else { "" };
    let frame = format!("\n<details{open}><summary>{head}</summary>\n\n\n</details>\n");
    let (fenced, is_whole) = fenced(&lines, most.saturating_sub(length(&frame)));
    (format!("\n<details{open}><summary>{head}</summary>\n\n{fenced}\n</details>\n"), is_whole)
}

/// `update agents.receptionist "Receptionist"` in HTML.
fn headline(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> String {
    let name = change.name.as_deref().map(|name| clipped(name, LONGEST_NAME, view));
    let said = words::headline(change, outcome, view);
    let said = (!said.is_empty()).then(|| clipped(&said, LONGEST_MESSAGE, view));
    let address = clipped(&change.address.to_string(), LONGEST_NAME, view);
    let parts: Vec<String> = [Some(address), name, said].into_iter().flatten().collect();
    format!("<code>{}</code>", parts.join("</code> <code>"))
}

/// A field as lines of a diff: GitHub colours them by their first character.
fn field_lines(field: &Shown) -> Vec<String> {
    let Shown { mark, path, label, sides, body, recorded, notes } = field;
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
            // A single place needs no line number.
            let places = diff.iter().filter(|line| line.sign == Sign::Hunk).count();
            lines.extend(diff.iter().filter(|line| line.sign != Sign::Hunk || places > 1).map(Line::text));
        }
    }
    lines.extend(recorded.iter().chain(notes).map(|note| format!("# {note}")));
    lines
}

/// As many lines as fit into `most` characters, in a fence that none of them can close, and whether these are all.
fn fenced(lines: &[String], most: usize) -> (String, bool) {
    let mut used = 200;
    let fits = |line: &&String| {
        used += length(line) + 1;
        used <= most
    };
    let kept: Vec<&str> = lines.iter().take_while(fits).map(String::as_str).collect();
    let left = lines.len() - kept.len();
    let more = match left {
        0 => String::new(),
        left => format!("# … {} cut here\n", field::counted(left, "more line is", "more lines are")),
    };
    let fence = "`".repeat(longest_run(&kept).max(2) + 1);
    let kept: String = kept.iter().map(|line| format!("{line}\n")).collect();
    (format!("{fence}diff\n{kept}{more}{fence}\n"), left == 0)
}

fn longest_run(lines: &[&str]) -> usize {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`').map(str::len));
    runs.max().unwrap_or(0)
}

/// Foreign text for a block of HTML: one line, escaped. In `<code>`, GitHub does not turn names into mentions.
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

/// The start of a foreign text for a block of HTML, with an ellipsis if there is more. Secrets are removed before the cut,
/// because half a secret would not be found.
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
