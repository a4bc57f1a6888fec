//! The base of each entry, from the audit log and the agreed commit.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

use super::agreed::CommittedFile;
use super::git::GitRecord;
use crate::audit::{self, Owner, Record, Spelled, Stage};
use crate::model::agreed::Agreed;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, RemoteId};
use crate::state;
use crate::state::environments::Whose;
use crate::state::ids::Id;
use crate::state::spelled::all_read;
use crate::values::base::{Base, Stood, Written};
use crate::values::logged::{address, logged};

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
    Ok((bases(entries, ids, log, &owner, agreed)?, warnings))
}

/// Reads the base of these entries; `ids` are those of all. `owner`: whose records of the log count; the log need not exist.
///
/// # Errors
/// `audit-not-readable`.
pub fn bases(
    entries: &[(Address, Option<RemoteId>)],
    ids: &state::ids::Ids,
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
    let known = |address: &Address| match ids.get(address)? {
        Id::Known(id) | Id::Pending { stale: Some(id) } => Some(id.0.clone()),
        Id::Pending { stale: None } => None,
    };
    let claimed: Claimed<'_> = ids.known().map(|(address, id)| (id.as_str(), address)).collect();
    for record in audit::read(log)?.into_iter().flatten() {
        add(&mut bases, &claimed, record?, owner, &known);
    }
    Ok(bases)
}

/// The entries that ids belong to now.
type Claimed<'i> = HashMap<&'i str, &'i Address>;

/// Gives the id of any entry.
type IdOf<'i> = dyn Fn(&Address) -> Option<String> + 'i;

fn add(bases: &mut HashMap<Address, Base>, claimed: &Claimed<'_>, record: Record, owner: &Owner<'_>, id_of: &IdOf<'_>) {
    if !owner.has(&record) {
        return;
    }
    let is_pulled = record.action == "capture";
    if is_pulled && record.command == "restore" {
        // It undoes what an earlier run wrote into the file: the two sides agree on nothing by that.
        return;
    }
    // The id decides: the handle may have changed.
    let by_id = record.vapi_id.as_deref().and_then(|id| claimed.get(id)).map(|address| (*address).clone());
    let address = by_id.or_else(|| address(&record.address));
    let Some(base) = address.and_then(|address| bases.get_mut(&address)) else { return };
    if record.stage == Stage::Intent && record.error.is_some() {
        // An intent with a remark says what was left out of it.
        let left = record.fields.into_iter().filter(|field| !field.sensitive);
        base.left_out.extend(left.filter_map(|field| Some((field.path, logged(field.before?.into(), id_of)))));
        return;
    }
    let is_answered = record.status.is_some_and(|status| (200..300).contains(&status));
    let is_sure = match record.stage {
        Stage::Done => true,
        Stage::Intent => false,
        Stage::Failed | Stage::NotAttempted | Stage::HeldBack if !is_answered => {
            base.written.retain(|written| written.is_sure || written.run != record.run);
            return;
        }
        Stage::Failed | Stage::NotAttempted | Stage::HeldBack | Stage::Unknown => return,
    };
    if is_sure {
        base.written.retain(|written| written.is_sure || written.run != record.run);
    }
    for field in record.fields {
        let Ok(path) = field.path.parse() else { continue };
        let value = |value: Json| logged(value.into(), id_of);
        let spelled = |json| all_read(value(json));
        let (before, after) = match field.spelled {
            Some(Spelled { before, after }) => (before.map(|before| Some(spelled(before))), Some(spelled(after))),
            None if field.sensitive => continue,
            None => (Some(field.before.map(value)), field.merged.or(field.after).map(value)),
        };
        let replaced = before.filter(|_| is_pulled);
        base.written.push(Written {
            path,
            value: after,
            time: record.time,
            run: record.run.clone(),
            commit: record.commit.clone(),
            is_sure,
            replaced,
        });
    }
}
