//! The creations that may have succeeded, by the audit log, although the file has no id.
//!
//! A killed run leaves an intent without an outcome; a lost response leaves `held_back`; a run killed before it wrote the
//! state file leaves an id that only the log has.

use std::collections::HashMap;
use std::path::Path;

use jiff::{Timestamp, ToSpan};

use crate::audit::{self, Field, Owner, Record, Stage};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Address, RemoteId};

/// In hours. No run takes longer, and no list lags longer: what was sent earlier is listed, or was not created.
const LONG_AGO: i64 = 24;

/// A creation that may have succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// The run that tried.
    pub run: String,
    /// When, by the local clock.
    pub at: Timestamp,
    /// The id of the object, if the response came.
    pub id: Option<RemoteId>,
    /// What was sent, or about to be.
    pub fields: Vec<Field>,
}

/// The newest attempt per entry that may have succeeded.
#[derive(Debug, Default)]
pub struct Attempts {
    of: HashMap<String, Attempt>,
    /// The ids of objects that were made again, each with its entry.
    pub(super) former: HashMap<String, String>,
}

impl Attempts {
    /// The attempts in the whole log, none if there is no log.
    ///
    /// # Errors
    /// `audit-not-readable`.
    pub fn read(log: &Path, owner: &Owner<'_>) -> Result<Self, Diagnostic> {
        let records = audit::read(log)?.into_iter().flatten().collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(records, owner))
    }

    /// Those of the last day: older objects are in the lists by now.
    ///
    /// # Errors
    /// `audit-not-readable`.
    pub(super) fn recent(log: &Path, owner: &Owner<'_>) -> Result<Self, Diagnostic> {
        let since = Timestamp::now().checked_sub(LONG_AGO.hours()).unwrap_or(Timestamp::MIN);
        Ok(Self::of(audit::recent(log, since)?, owner))
    }

    fn of(records: impl IntoIterator<Item = Record>, owner: &Owner<'_>) -> Self {
        let mut attempts: HashMap<String, Attempt> = HashMap::new();
        let mut former = HashMap::new();
        for record in records {
            if !owner.has(&record) {
                continue;
            }
            if !matches!(record.action.as_str(), "create" | "recreate") {
                // A write by id: the file has the id.
                if record.vapi_id.is_some() {
                    attempts.remove(&record.address);
                }
                continue;
            }
            if let ("recreate", Stage::Intent, Some(id)) = (record.action.as_str(), record.stage, &record.vapi_id) {
                former.insert(id.clone(), record.address.clone());
            }
            // An object whose response differs was created all the same.
            let answered = record.status.is_some_and(|status| (200..300).contains(&status));
            match record.stage {
                Stage::Intent | Stage::Done => {
                    let id = record.vapi_id.filter(|_| record.stage == Stage::Done);
                    let id = id.and_then(|id| RemoteId::read(&id));
                    let attempt = Attempt { run: record.run, at: record.time, id, fields: record.fields };
                    attempts.insert(record.address, attempt);
                }
                Stage::Failed | Stage::NotAttempted if !answered => {
                    // The failure of another run says nothing about this one.
                    if attempts.get(&record.address).is_some_and(|attempt| attempt.run == record.run) {
                        attempts.remove(&record.address);
                    }
                }
                Stage::Failed | Stage::NotAttempted | Stage::HeldBack | Stage::Unknown => {}
            }
        }
        Self { of: attempts, former }
    }

    /// The attempt for an entry.
    pub(super) fn get(&self, address: &Address) -> Option<&Attempt> {
        // Most logs hold none: skip the formatting.
        if self.of.is_empty() { None } else { self.of.get(&address.to_string()) }
    }

    /// Forgets the attempt for an entry.
    pub(super) fn forget(&mut self, address: &Address) {
        self.of.remove(&address.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(run: &str, action: &str, stage: Stage, status: Option<u16>) -> Record {
        serde_json::from_value(serde_json::json!({
            "time": "2026-01-01T00:00:00Z", "run": run, "command": "apply", "file": "f", "address": "agents.a",
            "vapi_id": "v1", "action": action, "outcome": stage, "status": status,
            "fields": [{"path": "name", "after": "A"}],
        }))
        .unwrap()
    }

    fn owner() -> Owner<'static> {
        Owner { file: "f".to_owned(), environment: None, org_id: None }
    }

    #[test]
    fn a_creation_may_have_succeeded_unless_an_outcome_denies_it() {
        let intent = || record("r1", "create", Stage::Intent, None);
        let known = |id: Option<&str>| {
            let Record { run, time: at, fields, .. } = intent();
            Some(Attempt { run, at, id: id.and_then(RemoteId::read), fields })
        };
        for (what, after, expected) in [
            ("killed", None, known(None)),
            ("made, and not in the file", Some(record("r1", "create", Stage::Done, Some(201))), known(Some("v1"))),
            ("unclear", Some(record("r1", "create", Stage::HeldBack, None)), known(None)),
            ("refused", Some(record("r1", "create", Stage::Failed, Some(400))), None),
            ("made, and not as asked", Some(record("r1", "create", Stage::Failed, Some(201))), known(None)),
            ("not sent", Some(record("r1", "create", Stage::NotAttempted, None)), None),
            ("another run was refused", Some(record("r2", "create", Stage::Failed, Some(400))), known(None)),
            ("its id was known later on", Some(record("r2", "update", Stage::Intent, None)), None),
            (
                "in another environment",
                Some(Record { environment: Some("e".into()), ..record("r2", "update", Stage::Intent, None) }),
                known(None),
            ),
            (
                "of another file",
                Some(Record { file: Some("g".into()), ..record("r2", "update", Stage::Intent, None) }),
                known(None),
            ),
        ] {
            let attempts = Attempts::of([intent()].into_iter().chain(after), &owner());
            assert_eq!(attempts.get(&Address::new("agents", "a")).cloned(), expected, "{what}");
        }
        assert!(Attempts::of([record("r1", "update", Stage::Intent, None)], &owner()).of.is_empty());
    }
}
