//! The sentences that sum a report up: the same in the terminal, in Markdown and in a workflow's outputs.

use super::View;
use super::field::counted;
use crate::kinds::{KINDS, Kind};
use crate::model::escape::{self, shell_word};
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report, Waiting};
use crate::plan::{Action, Change, Direction, FieldChange, State, Status};

/// The actions of a direction, in the order in which they are counted.
pub fn actions(direction: Direction) -> &'static [Action] {
    match direction {
        // The way back of a run captures, too.
        Direction::ToVapi => &[Action::Create, Action::Update, Action::Recreate, Action::Link, Action::Capture],
        Direction::ToFile => &[Action::Import, Action::Capture],
    }
}

/// `Plan: 1 to create, 2 to update, 1 held back (drift). vapi-sync never deletes.`
pub fn summary(report: &Report) -> String {
    let plan = &report.plan;
    let tried = report.was_tried();
    let mut parts = Vec::new();
    for action in actions(plan.direction) {
        let count = if tried { report.done(*action) } else { plan.to_do(*action) };
        let word = match (plan.direction, action, tried) {
            (Direction::ToVapi, Action::Capture, false) => "to set back in the file".to_owned(),
            (Direction::ToVapi, Action::Capture, true) => "set back in the file".to_owned(),
            (_, action, false) => format!("to {}", action.word()),
            (_, action, true) => done(*action).to_owned(),
        };
        parts.push((count, word));
    }
    parts.push((report.failed(), "failed".to_owned()));
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
        Action::Capture => "captured",
        Action::None => "unchanged",
    }
}

fn held_back(waiting: &Waiting) -> String {
    let Waiting { drift, conflicts, objects } = *waiting;
    match (drift, conflicts, objects) {
        (_, 0, 0) => "held back (drift)".to_owned(),
        (0, _, 0) => "held back (conflict)".to_owned(),
        (0, 0, _) => "held back".to_owned(),
        _ => {
            let parts = [(drift, "drift"), (conflicts, "conflict"), (objects, "other")];
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

/// That some objects are only in Vapi, and what takes them into the file. For `flags` see [`View`].
pub fn only_in_vapi(status: &Status, flags: &str) -> Option<String> {
    let counts = status.kinds.iter().map(|kind| (kind.kind, kind.count(State::OnlyInVapi)));
    let counts = counts.filter(|(_, count)| *count > 0);
    let names: Vec<String> = counts.map(|(kind, count)| counted(count, kind.noun, kind.nouns)).collect();
    let total = status.count(State::OnlyInVapi);
    let (be, them) = if total == 1 { ("is", "it") } else { ("are", "them") };
    (total > 0)
        .then(|| format!("{} {be} only in Vapi: `vapi-sync pull{flags}` takes {them} into the file.", listed(&names)))
}

/// The commands that decide what is held back in a change, each with what it does. For `flags` see [`View`].
pub fn ways_out(change: &Change, direction: Direction, flags: &str) -> Vec<(&'static str, String)> {
    let has = |verdict| change.fields.iter().any(|field| field.verdict == verdict);
    // What is held back to keep a secret is recorded, or only new: no flag decides that. Nor is a way back about the file.
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
    // A text with a secret in it is never written into the file.
    let takes = change.fields.iter().any(|field| field.verdict.is_held_back() && !field.sensitive);
    let vapi = takes.then(|| ("take Vapi's value", prefer("vapi")));
    [("take the file's value", prefer("file"))].into_iter().chain(vapi).collect()
}

/// What is said of a change after its name: `create — not in Vapi yet`, `update: done`. Safe to print.
pub fn headline(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> String {
    let action = if change.action() == Action::None { "" } else { change.action().word() };
    let state = match (outcome, &change.held) {
        (Some(Outcome::Done { .. }), _) => "done",
        (Some(Outcome::Failed(_)), _) => "FAILED",
        (Some(Outcome::HeldBack(_)), _) | (None, Some(_)) => "held back",
        (Some(Outcome::NotAttempted(_)), _) => "not attempted",
        (None, None) => "",
    };
    let said = [action, state].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": ");
    // Why something had to be done is not true any more once it is done: `not in Vapi yet`.
    let is_done =
        matches!(outcome, Some(Outcome::Done { .. })) && matches!(change.action(), Action::Create | Action::Import);
    let reason = if is_done { "" } else { change.reason.as_str() };
    let parts = [said.as_str(), reason].into_iter().filter(|part| !part.is_empty());
    let text = parts.collect::<Vec<_>>().join(" — ");
    escape::line(&view.redactor.text(&text)).into_owned()
}

/// Why a change failed or waits, and what to do about it. Safe to print.
pub fn why(change: &Change, outcome: Option<&Outcome>, view: &View<'_>) -> Vec<String> {
    let lines: Vec<String> = match (outcome, &change.held) {
        (Some(Outcome::Failed(error)), _) => {
            let help = error.help.as_ref().map(|help| format!("help: {help}"));
            std::iter::once(format!("{}: {}", error.code, error.message)).chain(help).collect()
        }
        (Some(Outcome::HeldBack(why) | Outcome::NotAttempted(why)), _) | (None, Some(why)) => vec![why.clone()],
        (Some(Outcome::Done { .. }), _) | (None, None) => Vec::new(),
    };
    lines.iter().map(|line| escape::line(&view.redactor.text(line)).into_owned()).collect()
}
