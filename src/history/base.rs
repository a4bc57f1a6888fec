//! The base of each entry, from the audit log and the agreed commit.

use std::collections::HashMap;
use std::path::Path;

use super::agreed::CommittedFile;
use super::git::GitRecord;
use crate::audit::{self, Outcome, Owner, Record};
use crate::kinds;
use crate::model::agreed::Agreed;
use crate::model::diagnostic::Diagnostic;
use crate::model::{AWAITED, Address, Part, RemoteId, SENSITIVE, Secret, Value};
use crate::state;
use crate::state::environments::Whose;
use crate::values::base::{Base, Stood, Written};

/// What entries of a state file and their objects last agreed on, with what is worth knowing about that. `log` need not be
/// there; `ids` are those that entries have now. `environment`: for which of the file's.
///
/// # Errors
/// `audit-not-readable`, and those of [`GitRecord::open`].
pub fn agreements(
    state_file: &Path,
    log: &Path,
    environment: Option<&str>,
    org_id: Option<&str>,
    entries: &[(Address, Option<RemoteId>)],
    ids: &state::ids::Ids,
) -> Result<(HashMap<Address, Base>, Vec<Diagnostic>), Diagnostic> {
    let mut warnings = Vec::new();
    let whose = Whose::of(environment).ever(org_id);
    let git = GitRecord::open(state_file, HashMap::new())?.map(|git| git.of(whose));
    let read = git.zip(org_id).and_then(|(git, org_id)| {
        let read = git.agreed(org_id).and_then(|agreed| {
            let Some(agreed) = agreed else { return Ok(None) };
            let file = git.file_at(&agreed.commit, &agreed.path, ids)?;
            Ok(Some((agreed, file)))
        });
        // Without it less is known: that is no reason to stop.
        read.unwrap_or_else(|warning| {
            warnings.push(warning);
            None
        })
    });
    let agreed = read.as_ref().map(|(agreed, file)| (agreed, file));
    let owner = Owner { file: audit::file_name(log, state_file), environment, org_id };
    Ok((bases(entries, log, &owner, agreed)?, warnings))
}

/// Reads the base of all entries. `owner`: whose records of the log count; the log need not exist.
///
/// # Errors
/// `audit-not-readable`.
pub fn bases(
    entries: &[(Address, Option<RemoteId>)],
    log: &Path,
    owner: &Owner<'_>,
    agreed: Option<(&Agreed, &CommittedFile)>,
) -> Result<HashMap<Address, Base>, Diagnostic> {
    let mut bases: HashMap<Address, Base> = entries
        .iter()
        .map(|(address, id)| {
            let stood = agreed.map(|(agreed, file)| Stood {
                values: file.entry(address, id.as_ref()).to_vec(),
                commit: agreed.commit.clone(),
                time: agreed.time,
            });
            (address.clone(), Base { agreed: stood, ..Base::default() })
        })
        .collect();
    let ids: Ids<'_> = entries.iter().filter_map(|(address, id)| Some((address, id.as_ref()?.as_str()))).collect();
    for record in audit::read(log)?.into_iter().flatten() {
        add(&mut bases, &ids, record?, owner);
    }
    Ok(bases)
}

/// The current ids of entries.
type Ids<'e> = HashMap<&'e Address, &'e str>;

fn add(bases: &mut HashMap<Address, Base>, ids: &Ids<'_>, record: Record, owner: &Owner<'_>) {
    if !owner.has(&record) {
        return;
    }
    // The id decides: the handle may have changed.
    let by_id =
        ids.iter().find(|(_, id)| record.vapi_id.as_deref() == Some(**id)).map(|(address, _)| (*address).clone());
    let address = by_id.or_else(|| address(&record.address));
    let Some(base) = address.and_then(|address| bases.get_mut(&address)) else { return };
    if record.outcome == Outcome::Intent && record.error.is_some() {
        // An intent with a remark says what was left out of it.
        let left = record.fields.into_iter().filter(|field| !field.sensitive);
        base.left_out.extend(left.filter_map(|field| Some((field.path, logged(field.before?.into(), ids)))));
        return;
    }
    let is_answered = record.status.is_some_and(|status| (200..300).contains(&status));
    let is_sure = match record.outcome {
        Outcome::Done => true,
        Outcome::Intent => false,
        Outcome::Failed | Outcome::NotAttempted | Outcome::HeldBack if !is_answered => {
            base.written.retain(|written| written.is_sure || written.run != record.run);
            return;
        }
        Outcome::Failed | Outcome::NotAttempted | Outcome::HeldBack | Outcome::Unknown => return,
    };
    if is_sure {
        base.written.retain(|written| written.is_sure || written.run != record.run);
    }
    let is_pulled = record.action == "capture";
    for field in record.fields.into_iter().filter(|field| !field.sensitive) {
        let Ok(path) = field.path.parse() else { continue };
        let replaced = is_pulled.then(|| field.before.map(|value| logged(value.into(), ids)));
        base.written.push(Written {
            path,
            value: field.merged.or(field.after).map(|value| logged(value.into(), ids)),
            time: record.time,
            run: record.run.clone(),
            commit: record.commit.clone(),
            is_sure,
            replaced,
        });
    }
}

fn address(text: &str) -> Option<Address> {
    let (section, handle) = text.split_once('.')?;
    Some(kinds::by_section(section)?.address(handle))
}

/// A value of the log, with ids filled in that were unknown then. Secrets stay unknown.
fn logged(value: Value, ids: &Ids<'_>) -> Value {
    value.map(&|value| match value {
        Value::Text(text) if text.contains(SENSITIVE) => *value = Value::Secret(Secret::missing(Vec::new())),
        Value::Text(text) if text.contains(AWAITED) => *value = awaited(text, ids),
        _ => {}
    })
}

fn awaited(text: &str, ids: &Ids<'_>) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(AWAITED) {
        let Some((name, behind)) = behind.split_once(')') else { break };
        let Some(address) = address(name) else { break };
        parts.extend((!before.is_empty()).then(|| Part::Text(before.to_owned())));
        parts.push(ids.get(&address).map_or(Part::Id(address), |id| Part::Text((*id).to_owned())));
        rest = behind;
    }
    parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
    let known: Option<String> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Id(_) | Part::Secret(_) => None,
        })
        .collect();
    known.map_or(Value::Unknown(parts), Value::Text)
}
