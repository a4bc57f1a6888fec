//! Converts internal types to [`v1`]. Exhaustive, so that a new field or variant does not compile until it is handled here.

use super::v1;
use crate::kinds::Kind;
use crate::model::agreed::{AgreedBy, Agreement, LastAgreed};
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::Recorded;
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report};
use crate::plan::{
    Action, Change, Direction, FieldChange, Impact, Item, KindStatus, LastRun, Left, Plan, Ring, State, Stay,
};

pub(super) fn direction(direction: Direction) -> v1::Direction {
    match direction {
        Direction::ToVapi => v1::Direction::ToVapi,
        Direction::ToFile => v1::Direction::ToFile,
    }
}

pub(super) fn summary(report: &Report) -> v1::Summary {
    let plan = &report.plan;
    let mut summary = of_actions(plan.direction, |action| plan.count(action));
    // The way back of a run goes to both sides.
    summary.capture = summary.capture.or(Some(plan.count(Action::Capture)).filter(|count| *count > 0));
    summary.held_back = report.held_back();
    summary.unchanged = plan.in_step().count();
    if report.was_tried() {
        summary.done = Some(report.all_done());
        summary.failed = Some(report.failed());
        summary.not_attempted = Some(report.not_attempted());
    }
    summary
}

/// A summary with the actions of a direction.
pub(super) fn of_actions(direction: Direction, count: impl Fn(Action) -> usize) -> v1::Summary {
    let none = count(Action::None);
    match direction {
        Direction::ToVapi => v1::Summary {
            create: Some(count(Action::Create)),
            update: Some(count(Action::Update)),
            recreate: Some(count(Action::Recreate)),
            link: Some(count(Action::Link)),
            none,
            ..v1::Summary::default()
        },
        Direction::ToFile => v1::Summary {
            import: Some(count(Action::Import)),
            capture: Some(count(Action::Capture)),
            none,
            ..v1::Summary::default()
        },
    }
}

pub(super) fn changes(report: &Report, all: bool) -> Vec<v1::Change> {
    let objects = report.objects();
    let shown = objects.iter().filter(|(change, _)| all || !change.is_in_step());
    shown.map(|(of, outcome)| change(of, outcome.as_deref())).collect()
}

fn change(change: &Change, outcome: Option<&Outcome>) -> v1::Change {
    let Change { address, kind, id, name, reason, held, .. } = change;
    let done = match outcome {
        Some(Outcome::Done { id }) => id.as_ref(),
        _ => None,
    };
    v1::Change {
        address: address.to_string(),
        kind: kind.word.to_owned(),
        id: done.or(id.as_ref()).map(|id| id.0.clone()),
        name: name.clone(),
        action: match change.action() {
            Action::Create => v1::Action::Create,
            Action::Update => v1::Action::Update,
            Action::Recreate => v1::Action::Recreate,
            Action::Link => v1::Action::Link,
            Action::Import => v1::Action::Import,
            Action::Capture => v1::Action::Capture,
            Action::None => v1::Action::None,
        },
        reason: reason.clone(),
        held_back: change.held_back(),
        fields: change.shown_fields().iter().map(field).collect(),
        files: change.files.clone(),
        outcome: outcome.map(|outcome| match outcome {
            Outcome::Done { .. } => v1::Outcome::Done,
            Outcome::Failed(_) => v1::Outcome::Failed,
            Outcome::HeldBack(_) => v1::Outcome::HeldBack,
            Outcome::NotAttempted(_) => v1::Outcome::NotAttempted,
        }),
        note: match outcome {
            Some(Outcome::HeldBack(why) | Outcome::NotAttempted(why)) => Some(why.clone()),
            _ => held.clone(),
        },
        error: match outcome {
            Some(Outcome::Failed(error)) => Some(message(error)),
            _ => None,
        },
    }
}

fn field(field: &FieldChange) -> v1::Field {
    let FieldChange { path, before: _, after: _, sensitive, verdict, base, merge: _, recorded, note, place: _ } = field;
    let (before, after) = field.reviewed();
    v1::Field {
        path: path.to_string(),
        before: before.unwrap_or_default(),
        after: after.unwrap_or_default(),
        sensitive: *sensitive,
        verdict: match verdict {
            Verdict::Set => v1::Verdict::Set,
            Verdict::Change => v1::Verdict::Change,
            Verdict::Clear => v1::Verdict::Clear,
            Verdict::Remove => v1::Verdict::Remove,
            Verdict::Drift => v1::Verdict::Drift,
            Verdict::Capture => v1::Verdict::Capture,
            Verdict::Merge => v1::Verdict::Merge,
            Verdict::Pending => v1::Verdict::Pending,
            Verdict::Conflict => v1::Verdict::Conflict,
        },
        base: base.as_ref().map(agreement),
        recorded_in: recorded.as_ref().map(|recorded| match recorded {
            Recorded::Commit { id, time, only_on: _ } => {
                v1::RecordedIn::Commit { commit: id.clone(), time: time.clone() }
            }
            Recorded::AuditLog { time: _ } => v1::RecordedIn::AuditLog(v1::AuditLog::AuditLog),
        }),
        note: note.clone(),
    }
}

fn agreement(agreement: &Agreement) -> v1::Base {
    let time = agreement.time.to_string();
    match &agreement.by {
        AgreedBy::Commit(commit) => v1::Base::Commit { commit: commit.clone(), time },
        AgreedBy::Run { run, commit: _ } => v1::Base::Run { run: run.clone(), time },
    }
}

pub(super) fn impact(plan: &Plan) -> Vec<v1::Impact> {
    let ring = |Ring { id, number, name, via }: &Ring| v1::Ring {
        id: id.0.clone(),
        number: number.clone(),
        name: name.clone(),
        via: via.clone(),
    };
    let stay = |Stay { who, version }: &Stay| v1::Stay { who: who.clone(), version: version.clone() };
    let impact = |Impact { address, rings, stays }: &Impact| v1::Impact {
        address: address.to_string(),
        rings: rings.iter().map(ring).collect(),
        stays: stays.iter().map(stay).collect(),
    };
    plan.impact.iter().map(impact).collect()
}

pub(super) fn left(left: &[Left]) -> Vec<v1::Left> {
    let of_kind = |(kind, count): &(&Kind, usize)| (kind.section.to_owned(), *count);
    let one_file = |of: &Left| v1::Left { file: of.file.clone(), counts: of.counts.iter().map(of_kind).collect() };
    left.iter().map(one_file).collect()
}

pub(super) fn kind_status(status: &KindStatus) -> v1::KindStatus {
    v1::KindStatus {
        in_file: status.in_file(),
        in_vapi: status.in_vapi(),
        in_sync: status.count(State::InSync),
        pending: status.count(State::Pending),
        drift: status.count(State::Drift),
        only_in_file: status.count(State::OnlyInFile),
        only_in_vapi: status.count(State::OnlyInVapi),
        missing_in_vapi: status.count(State::MissingInVapi),
        ignored: status.ignored,
        items: status.items.iter().map(item).collect(),
    }
}

fn item(item: &Item) -> v1::Item {
    let Item { address, name, id, state, reason, since, fields } = item;
    v1::Item {
        address: address.to_string(),
        name: name.clone(),
        id: id.as_ref().map(|id| id.0.clone()),
        state: match state {
            State::InSync => v1::State::InSync,
            State::Pending => v1::State::Pending,
            State::Drift => v1::State::Drift,
            State::OnlyInFile => v1::State::OnlyInFile,
            State::OnlyInVapi => v1::State::OnlyInVapi,
            State::MissingInVapi => v1::State::MissingInVapi,
        },
        reason: (!reason.is_empty()).then(|| reason.clone()),
        since: since.clone(),
        fields: fields.iter().map(field).collect(),
    }
}

pub(super) fn last_run(run: &LastRun) -> v1::LastRun {
    let LastRun { run, command, time, actor, commit } = run.clone();
    v1::LastRun { run, command, time: time.to_string(), actor, commit }
}

pub(super) fn last_agreed(LastAgreed { agreed, waiting }: &LastAgreed) -> v1::Agreed {
    v1::Agreed { commit: agreed.commit.clone(), time: agreed.time.to_string(), commits_waiting: *waiting }
}

pub(super) fn messages(diagnostics: &[Diagnostic]) -> Vec<v1::Message> {
    diagnostics.iter().map(message).collect()
}

pub(super) fn message(diagnostic: &Diagnostic) -> v1::Message {
    let Diagnostic { code, severity: _, message, help, place, snippet: _, failure: _ } = diagnostic;
    v1::Message {
        code: (*code).to_owned(),
        message: message.clone(),
        help: help.clone(),
        file: place.as_ref().map(|place| place.file.to_string()),
        line: place.as_ref().map(|place| place.line),
        column: place.as_ref().map(|place| place.column),
    }
}
