//! The plan of `pull`: what is written into the file, and what waits for a person.

use super::draft::{Draft, Drafted, Inputs};
use super::fields::place_of;
use super::{Action, Change, Direction, FieldChange, Plan, Policy, digest, import, together};
use crate::model::diagnostic::Diagnostics;
use crate::model::recorded::Answers;
use crate::model::{RemoteId, Value};
use crate::plan::judge::{Basis, FileBasis, OnConflict, Verdict, to_file as verdict_of};
use crate::plan::pair::Identity;
use crate::values::compare::What;

/// Judges a draft and says what a pull would write.
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
            Some(_) => captured(inputs, drafted, answers, policy),
        })
        .collect();
    changes.extend(imports(inputs)?);
    changes.extend(draft.in_step.iter().map(|(entry, name)| import::in_step(entry, name.clone())));
    let mut plan = Plan {
        direction: Direction::ToFile,
        org_id: inputs.identities.org_id.clone(),
        records_org: inputs.state.org_id.is_none() && inputs.identities.org_id.is_some(),
        digest: String::new(),
        changes,
        impact: Vec::new(),
        warnings: draft.warnings,
    };
    plan.digest = digest::of(&plan);
    Ok(plan)
}

fn only_in_file(drafted: &Drafted<'_>) -> Change {
    let mut change = import::in_step(&drafted.entry, drafted.entry.kind.name_of(&drafted.desired).map(str::to_owned));
    change.reason = match &drafted.identity {
        Identity::Recreate { stale } => format!("deleted in Vapi (it was {stale}); `apply` makes it again"),
        _ => "only in the file; `apply` makes it".to_owned(),
    };
    change
}

fn captured(inputs: &Inputs<'_, '_>, drafted: &Drafted<'_>, answers: &Answers, policy: &Policy) -> Change {
    let entry = &drafted.entry;
    let mut change = import::in_step(entry, None);
    let Some((header, live)) = &drafted.live else { return change };
    change.name = entry.kind.name_of(live).map(str::to_owned);
    change.id = Some(RemoteId(header.id.clone()));
    change.updated_at = header.updated_at.clone();
    change.version = header.version();
    for asked in &drafted.asked {
        let difference = &asked.difference;
        if difference.what == What::Undeclared && policy.declared_only {
            continue;
        }
        let (basis, recorded) = asked.basis(answers, inputs.ids);
        let file = asked.file_basis(answers);
        let verdict = verdict_of(difference.what, basis, file, policy.on_conflict.of(&entry.address));
        let Some(verdict) = verdict else { continue };
        let note = match (verdict, basis, file) {
            (Verdict::Conflict, _, FileBasis::CommittedSince) => {
                Some("the file's value was committed after Vapi's was set: both moved".to_owned())
            }
            (Verdict::Conflict, ..) => Some("the file's value is not committed, and Vapi's is in no commit".to_owned()),
            (Verdict::Pending, Basis::Recorded, _) => Some("the file is ahead; `apply` sends it".to_owned()),
            (Verdict::Capture, _, FileBasis::Committed) => Some("replaces a committed value".to_owned()),
            _ => None,
        };
        // Which commit gives the replaced value back: the file's for a capture, Vapi's for what is ahead of it.
        let recorded = if verdict == Verdict::Capture { asked.file_record(answers) } else { recorded };
        change.fields.push(FieldChange {
            place: place_of(entry, &difference.path).or_else(|| Some(entry.place.clone())),
            path: difference.path.clone(),
            before: difference.desired.clone(),
            after: difference.live.clone(),
            sensitive: matches!(
                (&difference.desired, &difference.live),
                (Some(Value::Secret(_)), _) | (_, Some(Value::Secret(_)))
            ),
            verdict,
            recorded: recorded.cloned(),
            note,
        });
    }
    if policy.on_conflict.of(&entry.address) == OnConflict::Hold {
        together::capture(&mut change.fields);
    }
    let captures = change.fields.iter().any(|field| field.verdict == Verdict::Capture);
    if captures || matches!(drafted.identity, Identity::Link(_)) {
        change.action = Action::Capture;
    }
    if matches!(drafted.identity, Identity::Link(_)) {
        change.reason = format!("found in Vapi; its id ({}) goes into the file", header.id);
    }
    change
}

fn imports(inputs: &Inputs<'_, '_>) -> Result<Vec<Change>, Diagnostics> {
    let named = import::named(inputs.state, inputs.identities, inputs.listings);
    let selected = named.into_iter().filter(|(_, _, address)| inputs.selection.selects(address));
    selected.map(|(kind, live, address)| import::import(kind, live, address).map_err(Into::into)).collect()
}
