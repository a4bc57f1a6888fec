//! The result of carrying out a plan.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, RemoteId};
use crate::plan::judge::Verdict;
use crate::plan::{Action, Change, FieldChange, Plan, Work};

/// How one change ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was done as planned. Fields that are held back were left alone.
    Done {
        /// The object's id in Vapi.
        id: Option<RemoteId>,
    },
    /// It was tried and failed.
    Failed(Diagnostic),
    /// It was held back, and why.
    HeldBack(String),
    /// It was not tried, because something else failed or the run was stopped.
    NotAttempted(String),
}

/// How many fields and objects are held back, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Fields that somebody set outside git.
    pub drift: usize,
    /// Fields that changed on both sides.
    pub conflicts: usize,
    /// Whole objects.
    pub objects: usize,
}

/// The gate of an environment: it may be written to only after another environment agrees with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The environment that must agree with the file first.
    pub after: String,
    /// Whether it agrees.
    pub open: bool,
    /// Why it agrees, or what is missing.
    pub reason: String,
}

/// A plan with its outcomes; without outcomes, what `plan` shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The plan.
    pub plan: Plan,
    /// One for each change, in the order of the plan; `None` if there was nothing to do. Empty: nothing was tried.
    pub outcomes: Vec<Option<Outcome>>,
    /// Errors that do not belong to one change.
    pub errors: Diagnostics,
    /// Warnings beside those of the plan.
    pub warnings: Diagnostics,
    /// Possible problems that need no action: shown with `-v` only.
    pub notes: Diagnostics,
    /// The id of the run in the audit log, if it wrote one.
    pub run: Option<String>,
}

impl Report {
    /// The report of a plan that is not carried out.
    pub fn planned(plan: Plan) -> Self {
        Self { plan, outcomes: Vec::new(), errors: Vec::new(), warnings: Vec::new(), notes: Vec::new(), run: None }
    }

    /// Adds, as errors, the refusals that an apply of the plan would meet.
    #[must_use]
    pub fn with_refusals(mut self) -> Self {
        self.errors.extend(self.plan.changes.iter().filter_map(|change| change.refused.clone()));
        self
    }

    /// Marks everything that was to be written as failed.
    pub fn fail(&mut self, error: &Diagnostic) {
        let done = self.outcomes.iter_mut().flatten().filter(|outcome| matches!(outcome, Outcome::Done { .. }));
        done.for_each(|outcome| *outcome = Outcome::Failed(error.clone()));
        self.errors.push(error.clone());
    }

    /// The changes with their outcomes.
    pub fn changes(&self) -> impl Iterator<Item = (&Change, Option<&Outcome>)> {
        self.plan
            .changes
            .iter()
            .enumerate()
            .map(|(at, change)| (change, self.outcomes.get(at).and_then(Option::as_ref)))
    }

    /// The changes by object: the two steps of a creation are merged into one.
    pub fn objects(&self) -> Vec<Shown<'_>> {
        let seconds = || self.changes().filter(|(change, _)| change.is_second());
        let seconds: HashMap<&Address, _> = seconds().map(|second| (&second.0.address, second)).collect();
        let firsts = self.changes().filter(|(change, _)| !change.is_second());
        firsts
            .map(|(change, outcome)| match seconds.get(&change.address) {
                Some((second, after)) if change.creates() => one_with(second, *after, change, outcome),
                _ => (Cow::Borrowed(change), outcome.map(Cow::Borrowed)),
            })
            .collect()
    }

    /// How many objects were changed successfully, by any action.
    pub fn all_done(&self) -> usize {
        self.count(|_, outcome| matches!(outcome, Outcome::Done { .. }))
    }

    /// How many objects failed.
    pub fn failed(&self) -> usize {
        self.count(|_, outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// How many objects were not tried.
    pub fn not_attempted(&self) -> usize {
        self.count(|_, outcome| matches!(outcome, Outcome::NotAttempted(_)))
    }

    fn count(&self, is: impl Fn(&Change, &Outcome) -> bool) -> usize {
        let objects = self.objects();
        objects.iter().filter(|(change, outcome)| outcome.as_ref().is_some_and(|outcome| is(change, outcome))).count()
    }

    /// How many fields and objects are held back, by the plan or during the run.
    pub fn held_back(&self) -> usize {
        let on_the_way =
            |change: &Change, outcome: &Outcome| matches!(outcome, Outcome::HeldBack(_)) && !change.is_held_back();
        self.plan.held_back() + self.count(on_the_way)
    }

    /// What is held back, by reason.
    pub fn waiting(&self) -> Waiting {
        let fields = |verdict| {
            let fields = self.plan.changes.iter().flat_map(|change| &change.fields);
            fields.filter(|field| field.verdict == verdict).count()
        };
        let (drift, conflicts) = (fields(Verdict::Drift), fields(Verdict::Conflict));
        Waiting { drift, conflicts, objects: self.held_back() - drift - conflicts }
    }

    /// Whether anything was written.
    pub fn was_written(&self) -> bool {
        self.outcomes.iter().flatten().any(|outcome| matches!(outcome, Outcome::Done { .. }))
    }

    /// Whether nothing failed and nothing is held back.
    pub fn waits_for_nothing(&self) -> bool {
        let is_well = |outcome: &Outcome| match outcome {
            Outcome::Done { .. } => true,
            Outcome::Failed(_) | Outcome::HeldBack(_) | Outcome::NotAttempted(_) => false,
        };
        self.errors.is_empty() && self.plan.held_back() == 0 && self.outcomes.iter().flatten().all(is_well)
    }

    /// Whether the file and Vapi agree once the plan is carried out.
    pub fn agrees(&self) -> bool {
        let stays = |field: &FieldChange| field.verdict.keeps_file_ahead();
        let agrees = |change: &Change| match change.work {
            Work::None => change.is_in_step(),
            Work::Create(_) | Work::Recreate(_) | Work::Update(_) | Work::Link(_) | Work::Import(_) | Work::Capture => {
                !change.fields.iter().any(stays)
            }
        };
        self.waits_for_nothing() && self.plan.changes.iter().all(|change| !change.left && agrees(change))
    }

    /// Whether the plan was carried out, at least in part.
    pub fn was_tried(&self) -> bool {
        !self.outcomes.is_empty()
    }

    /// How many objects got this action. A created object counts even if its second step failed.
    pub fn done(&self, action: Action) -> usize {
        self.changes()
            .filter(|(change, _)| change.action() == action && !change.is_second())
            .filter(|(_, outcome)| matches!(outcome, Some(Outcome::Done { .. })))
            .count()
    }
}

/// All changes of an object as one, with its outcome.
pub type Shown<'r> = (Cow<'r, Change>, Option<Cow<'r, Outcome>>);

/// Merges a creation with its second step.
fn one_with<'r>(
    second: &Change,
    after: Option<&'r Outcome>,
    first: &'r Change,
    outcome: Option<&'r Outcome>,
) -> Shown<'r> {
    let mut whole = first.clone();
    let later = |field: &FieldChange| FieldChange { note: Some(second.reason.clone()), ..field.clone() };
    whole.fields.extend(second.fields.iter().map(later));
    let paths: Vec<String> = second.fields.iter().map(|field| field.path.to_string()).collect();
    let paths = paths.join(", ");
    let (reason, of_which) = match (outcome, after) {
        (Some(Outcome::Done { .. }), Some(Outcome::Done { .. }) | None) => (first.reason.clone(), outcome),
        (Some(Outcome::Done { id }), Some(_)) => {
            whole.id.clone_from(id);
            (format!("it is in Vapi now, without {paths}"), after)
        }
        (_, _) => (format!("{}; sets {paths} {}", first.reason, second.reason), outcome),
    };
    whole.reason = reason;
    (Cow::Owned(whole), of_which.map(Cow::Borrowed))
}
