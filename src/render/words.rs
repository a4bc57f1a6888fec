//! Sentences that summarise a report, for the terminal, Markdown and the outputs of a workflow.

use super::View;
use super::field::counted;
use crate::kinds::{KINDS, Kind};
use crate::model::escape::{self, shell_word};
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report, Waiting};
use crate::plan::{Action, Change, Direction, FieldChange, Left, State, Status};

/// The actions of a direction, in the order of the counts.
pub fn actions(direction: Direction) -> &'static [Action] {
    match direction {
        // A restore captures, too.
        Direction::ToVapi => &[Action::Create, Action::Update, Action::Recreate, Action::Link, Action::Capture],
        Direction::ToFile => &[Action::Import, Action::Capture],
    }
}

/// `Plan: 1 to create, 2 to update, 1 held back (changed in Vapi). vapi-sync never deletes.`
pub fn summary(report: &Report) -> String {
    let plan = &report.plan;
    let tried = report.was_tried();
    let mut parts = Vec::new();
    for action in actions(plan.direction) {
        let count = if tried { report.done(*action) } else { plan.to_do(*action) };
        let word = match (plan.direction, action, tried) {
            (Direction::ToVapi, Action::Capture, false) => "to set back in the file".to_owned(),
            (Direction::ToVapi, Action::Capture, true) => "set back in the file".to_owned(),
            (Direction::ToFile, Action::Capture, false) => "to update".to_owned(),
            (_, action, false) => format!("to {}", action.word()),
            (_, action, true) => done(*action).to_owned(),
        };
        parts.push((count, word));
    }
    let done = report.changes().filter(|(_, outcome)| matches!(outcome, Some(Outcome::Done { .. })));
    let files = done.map(|(change, _)| change.files.len()).sum();
    parts.push((files, if files == 1 { "file made in prompts/" } else { "files made in prompts/" }.to_owned()));
    parts.push((report.failed(), if report.failed() == 1 { "error" } else { "errors" }.to_owned()));
    parts.push((report.not_attempted(), "not attempted".to_owned()));
    parts.push((report.held_back(), held_back(&report.waiting())));
    parts.retain(|(count, _)| *count > 0);
    if parts.is_empty() {
        return nothing(report);
    }
    let parts: Vec<String> = parts.into_iter().map(|(count, word)| format!("{count} {word}")).collect();
    let parts = parts.join(", ");
    match (plan.direction, tried) {
        (Direction::ToVapi, false) => format!("Plan: {parts}. vapi-sync never deletes."),
        (Direction::ToVapi, true) => format!("Applied: {parts}."),
        (Direction::ToFile, false) => format!("Pull: {parts}."),
        (Direction::ToFile, true) => format!("Pulled: {parts}."),
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Recreate => "recreated",
        Action::Link => "linked",
        Action::Import => "imported",
        Action::Capture => "updated",
        Action::None => "unchanged",
    }
}

const DRIFT: &str = "changed in Vapi";
const CONFLICT: &str = "changed on both sides";

fn held_back(waiting: &Waiting) -> String {
    let Waiting { drift, conflicts, objects } = *waiting;
    match (drift, conflicts, objects) {
        (_, 0, 0) => format!("held back ({DRIFT})"),
        (0, _, 0) => format!("held back ({CONFLICT})"),
        (0, 0, _) => "held back".to_owned(),
        _ => {
            let parts = [(drift, DRIFT), (conflicts, CONFLICT), (objects, "other")];
            let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
            format!("held back ({})", parts.collect::<Vec<_>>().join(", "))
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

fn nothing(report: &Report) -> String {
    let plan = &report.plan;
    let per_kind = |kind: &Kind| {
        let count = plan.in_step().filter(|change| change.kind == kind).count();
        (count > 0).then(|| (count, counted(count, kind.noun, kind.nouns)))
    };
    let kinds: Vec<(usize, String)> = KINDS.into_iter().filter_map(per_kind).collect();
    let total: usize = kinds.iter().map(|(count, _)| count).sum();
    let names: Vec<String> = kinds.into_iter().map(|(_, text)| text).collect();
    let mut text = "No changes.".to_owned();
    match total {
        0 => {}
        1 => text.push_str(&format!(" {} is in sync.", names.join(""))),
        _ => text.push_str(&format!(" {} are in sync.", listed(&names))),
    }
    let pending = plan.changes.iter().filter(|change| change.has_pending()).count();
    if pending > 0 {
        text.push_str(&format!(
            " {} ahead of Vapi.",
            counted(pending, "entry of the file is", "entries of the file are")
        ));
    }
    text
}

/// A hint that some objects are only in Vapi, with the command that imports them. For `flags` see [`View`].
pub fn only_in_vapi(status: &Status, flags: &str) -> Option<String> {
    let counts = status.kinds.iter().map(|kind| (kind.kind, kind.count(State::OnlyInVapi)));
    let counts = counts.filter(|(_, count)| *count > 0);
    let names: Vec<String> = counts.map(|(kind, count)| counted(count, kind.noun, kind.nouns)).collect();
    let total = status.count(State::OnlyInVapi);
    let (be, them) = if total == 1 { ("is", "it") } else { ("are", "them") };
    (total > 0)
        .then(|| format!("{} {be} only in Vapi: `vapi-sync pull{flags}` takes {them} into the file.", listed(&names)))
}

/// `3 agents are in other.yaml, another state file of this repository, and left alone.`, per file. Not safe to print.
pub fn left(left: &[Left]) -> Vec<String> {
    let one_file = |Left { file, counts }: &Left| {
        let names: Vec<String> = counts.iter().map(|(kind, count)| counted(*count, kind.noun, kind.nouns)).collect();
        let be = if let [(_, 1)] = counts[..] { "is" } else { "are" };
        format!("{} {be} in {file}, another state file of this repository, and left alone.", listed(&names))
    };
    left.iter().map(one_file).collect()
}

/// The commands that decide on a change that is held back, each with its effect. For `flags` see [`View`].
pub fn ways_out(change: &Change, direction: Direction, flags: &str) -> Vec<(&'static str, String)> {
    let has = |verdict| change.fields.iter().any(|field| field.verdict == verdict);
    // No flag decides on a field that is held back to keep a secret, nor on a restore.
    let drifts = |field: &FieldChange| {
        field.verdict == Verdict::Drift && field.place.is_some() && field.before.is_some() && field.recorded.is_none()
    };
    let address = shell_word(&change.address.to_string());
    let is_open = match direction {
        Direction::ToVapi => change.fields.iter().any(drifts),
        Direction::ToFile => has(Verdict::Conflict),
    };
    if !is_open {
        return Vec::new();
    }
    let prefer = |side: &str| format!("vapi-sync sync{flags} --prefer {side}={address}");
    // A secret is never written into the file.
    let takes =
        change.fields.iter().any(|field| field.verdict.is_held_back() && (!field.sensitive || field.is_spelled()));
    let vapi = takes.then(|| ("take Vapi's value", prefer("vapi")));
    [("take the file's value", prefer("file"))].into_iter().chain(vapi).collect()
}

/// The text after the name of a change: `create: not in Vapi yet`, `updated`, `update, 1 held back`. Safe to print.
pub fn headline(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> String {
    let action = if change.action() == Action::None { "" } else { change.action().word() };
    let held = change.fields.iter().filter(|field| field.verdict.is_held_back()).count();
    let beside = if held > 0 { format!(", {held} held back") } else { String::new() };
    let said = match (outcome, &change.held) {
        (Some(Outcome::Done { .. }), _) => format!("{}{beside}", done(change.action())),
        (Some(Outcome::Failed(_)), _) => format!("{action} FAILED"),
        (Some(Outcome::HeldBack(_)), _) | (None, Some(_)) => format!("{action} held back"),
        (Some(Outcome::NotAttempted(_)), _) => format!("{action} not attempted"),
        (None, None) if change.is_held_back() && action.is_empty() => "held back".to_owned(),
        (None, None) => format!("{action}{beside}"),
    };
    // The reason is no longer true once the change is done: `not in Vapi yet`.
    let is_done =
        matches!(outcome, Some(Outcome::Done { .. })) && matches!(change.action(), Action::Create | Action::Import);
    let reason = if is_done { "" } else { change.reason.as_str() };
    let text = match (said.trim(), reason) {
        (said, "") => said.to_owned(),
        ("", reason) => reason.to_owned(),
        (said, reason) => format!("{said}: {reason}"),
    };
    safe(&text, view)
}

/// Why a change failed or is held back, and what to do about it. Safe to print.
pub fn why(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> Vec<String> {
    let lines: Vec<String> = match (outcome, &change.held) {
        (Some(Outcome::Failed(error)), _) => {
            let help = error.help.as_ref().map(|help| format!("help: {help}"));
            std::iter::once(format!("{}: {}", error.code, error.message)).chain(help).collect()
        }
        // Each field that is held back has its own note.
        (Some(Outcome::HeldBack(_)), None) if change.is_held_back() && change.write().is_none() => Vec::new(),
        (Some(Outcome::HeldBack(why) | Outcome::NotAttempted(why)), _) | (None, Some(why)) => vec![why.clone()],
        (Some(Outcome::Done { .. }), _) | (None, None) => Vec::new(),
    };
    lines.iter().map(|line| safe(line, view)).collect()
}

/// Foreign text on one line, without secrets. Ids are shortened unless the view shows them in full.
pub fn safe(text: &str, view: &View<'_>) -> String {
    let text = view.redactor.text(text);
    let text = if view.verbose { text } else { short_ids(&text).into() };
    escape::line(&text).into_owned()
}

/// A text with ids cut to their first part.
pub fn short_ids(text: &str) -> String {
    const ID: usize = 36;
    let is_id = |part: &[u8]| {
        let is_digit = |(at, byte): (usize, &u8)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        part.len() == ID && part.iter().enumerate().all(is_digit)
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.as_bytes().windows(ID).position(is_id) {
        out.push_str(&rest[..at + 8]);
        out.push('…');
        rest = &rest[at + ID..];
    }
    out + rest
}
