//! The plan of `pull`: what is written into the file, and what is held back.

use super::asked::Asked;
use super::draft::{Draft, Drafted, Inputs};
use super::fields::place_of;
use super::{Change, Direction, FieldChange, Names, Plan, Policy, TextMerge, Work, import, together, words};
use crate::model::Value;
use crate::model::diagnostic::Diagnostics;
use crate::model::recorded::Answers;
use crate::plan::judge::{Rule, Verdict, to_file as verdict_of};
use crate::plan::pair::Identity;
use crate::state::spelled::read;
use crate::values::compare::What;
use crate::values::live::Header;
use crate::values::merge::Merged;

/// Makes the plan of a pull from a draft and the answers to its questions.
pub fn to_file(
    inputs: &Inputs<'_, '_>,
    draft: Draft<'_>,
    answers: &Answers,
    policy: &Policy,
) -> Result<Plan, Diagnostics> {
    let mut changes: Vec<Change> = draft
        .drafted
        .iter()
        .map(|drafted| match &drafted.live {
            None => only_in_file(drafted),
            Some(live) => captured(inputs, drafted, live, answers, policy),
        })
        .collect();
    changes.extend(imports(inputs)?);
    changes.extend(draft.in_step);
    let records_org = inputs.desired.file.org_id.is_none() && inputs.identities.org_id.is_some();
    let names = Names::of(inputs.listings, &changes);
    let plan = Plan::new(Direction::ToFile, inputs.identities.org_id.clone(), changes);
    let left = inputs.identities.left.clone();
    Ok(Plan { records_org, names, left, warnings: draft.warnings, ..plan })
}

fn only_in_file(drafted: &Drafted<'_>) -> Change {
    let mut change = Change::of_entry(&drafted.entry, &drafted.desired);
    change.reason = match &drafted.identity {
        Identity::Recreate { stale } => format!("deleted in Vapi (it was {stale}); `apply` makes it again"),
        _ => "only in the file; `apply` makes it".to_owned(),
    };
    change
}

fn captured(
    inputs: &Inputs<'_, '_>,
    drafted: &Drafted<'_>,
    (header, live): &(Header, Value),
    answers: &Answers,
    policy: &Policy,
) -> Change {
    let entry = &drafted.entry;
    let mut change = Change::of_entry(entry, live).seen(header);
    for asked in &drafted.asked {
        if asked.difference.what == What::Undeclared && policy.declared_only {
            continue;
        }
        change.fields.extend(field(inputs, drafted, asked, answers, policy));
    }
    together::decide(&mut change.fields, |field| policy.prefer.of(&entry.address, &field.path).is_some());
    let captures = change.fields.iter().any(|field| field.verdict.changes_file());
    if captures || matches!(drafted.identity, Identity::Link(_)) {
        change.work = Work::Capture;
    }
    if matches!(drafted.identity, Identity::Link(_)) {
        change.reason = format!("found in Vapi; its id ({}) goes into the file", header.id);
    }
    change
}

fn field(
    inputs: &Inputs<'_, '_>,
    Drafted { entry, desired, .. }: &Drafted<'_>,
    asked: &Asked,
    answers: &Answers,
    policy: &Policy,
) -> Option<FieldChange> {
    let difference = &asked.difference;
    let (basis, recorded) = asked.basis(answers, inputs.ids);
    let file = asked.file_basis(entry.kind, answers);
    let mut verdict = verdict_of(difference.what, basis, file, policy.prefer.of(&entry.address, &difference.path))?;
    if verdict.changes_file() && asked.would_tell() {
        verdict = Rule::WouldTell.verdict();
    }
    let live = asked.live().cloned();
    let (after, merge) = match (verdict, &asked.merged, live) {
        (Verdict::Merge, Some(Merged::Clean(text)), Some(live)) => {
            let both = if asked.spelled.is_some() { read(text) } else { Value::Text(text.as_str().into()) };
            (Some(both), Some(TextMerge::Clean(live)))
        }
        (Verdict::Conflict, Some(Merged::Overlap(text)), live) => (live, Some(TextMerge::Overlap(text.clone()))),
        (_, _, live) => (live, None),
    };
    // The commit that has the replaced value: a capture replaces the file's, anything else Vapi's.
    let recorded = if verdict == Verdict::Capture { asked.file_record(answers) } else { recorded };
    Some(FieldChange {
        place: place_of(&inputs.desired.file, entry, desired, &difference.path).or_else(|| Some(entry.place.clone())),
        base: asked.base.as_ref().map(|base| base.agreement.clone()),
        merge,
        recorded: recorded.cloned(),
        note: words::of_pull(verdict, basis, file, asked, answers),
        ..FieldChange::new(difference.path.clone(), difference.desired.clone(), after, verdict)
    })
}

fn imports(inputs: &Inputs<'_, '_>) -> Result<Vec<Change>, Diagnostics> {
    let named = import::named(&inputs.desired.file, inputs.identities, inputs.listings);
    let selected = named.into_iter().filter(|(_, _, address)| inputs.selection.selects(address));
    selected.map(|(kind, live, address)| import::import(kind, live, address).map_err(Into::into)).collect()
}
