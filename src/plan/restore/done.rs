//! What a run did, according to the audit log.

use std::collections::{BTreeMap, HashMap};

use crate::audit::{Field, Record, Stage};
use crate::kinds::{self, Kind};
use crate::model::{Address, FieldPath, RemoteId};
use crate::values::logged;

/// For each field, the value before the run's first write and after its last.
pub(super) type Fields = Vec<(FieldPath, Field)>;

/// What a run did to one object and its entry.
pub(super) struct Done {
    pub(super) kind: &'static Kind,
    pub(super) address: Address,
    /// The current id of the object.
    pub(super) id: RemoteId,
    /// The run created the object or the entry.
    pub(super) made: bool,
    /// What it wrote to Vapi.
    pub(super) to_vapi: Fields,
    /// What it wrote into the file.
    pub(super) to_file: Fields,
    pub(super) time: String,
}

/// The old ids of recreated objects, each with the next one.
pub(super) type Renamed = HashMap<String, String>;

/// What a run did, by address. An intent without an outcome counts: it may have been carried out.
pub(super) fn done_by(run: &str, records: &[Record]) -> BTreeMap<String, Done> {
    let renamed = renamed(records);
    let mut done: BTreeMap<String, Done> = BTreeMap::new();
    for record in records.iter().filter(|record| record.run == run) {
        let made = matches!(record.action.as_str(), "create" | "recreate" | "import");
        let to_file = matches!(record.action.as_str(), "capture" | "import");
        let is_known = made || to_file || matches!(record.action.as_str(), "update" | "link");
        if !is_known || matches!(record.stage, Stage::NotAttempted | Stage::HeldBack) {
            continue;
        }
        let Some(address) = logged::address(&record.address) else { continue };
        let entry = done.entry(record.address.clone()).or_insert_with(|| Done {
            kind: kinds::of(&address),
            address,
            id: RemoteId(String::new()),
            made: false,
            to_vapi: Vec::new(),
            to_file: Vec::new(),
            time: record.time.to_string(),
        });
        if let Some(id) = &record.vapi_id {
            entry.id = RemoteId(newest(&renamed, id).to_owned());
        }
        entry.made |= made;
        let fields = if to_file { &mut entry.to_file } else { &mut entry.to_vapi };
        for field in &record.fields {
            let Ok(path) = field.path.parse::<FieldPath>() else { continue };
            match fields.iter_mut().find(|(known, _)| *known == path) {
                Some((_, known)) => known.after.clone_from(&field.after),
                None => fields.push((path, field.clone())),
            }
        }
    }
    done
}

/// The ids that changed because any run recreated an object.
pub(super) fn renamed(records: &[Record]) -> Renamed {
    let mut old: HashMap<(&str, &str), &str> = HashMap::new();
    let mut renamed = Renamed::new();
    for record in records.iter().filter(|record| record.action == "recreate") {
        let Some(id) = record.vapi_id.as_deref() else { continue };
        let of = (record.run.as_str(), record.address.as_str());
        match (record.stage, old.get(&of)) {
            (Stage::Intent, _) => drop(old.insert(of, id)),
            (_, Some(old)) if *old != id => drop(renamed.insert((*old).to_owned(), id.to_owned())),
            _ => {}
        }
    }
    renamed
}

/// The current id of an object.
pub(super) fn newest<'i>(renamed: &'i Renamed, id: &'i str) -> &'i str {
    // Bounded, because an edited log may go in a circle.
    let chain = std::iter::successors(Some(id), |id| renamed.get(*id).map(String::as_str));
    chain.take(renamed.len() + 1).last().unwrap_or(id)
}
