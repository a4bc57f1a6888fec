//! What earlier runs began to make, as far as the log cannot say that it was not made.
//!
//! In: records. Out: per address what is known of it. A run that was killed leaves an intent without an outcome; one that
//! could not tell leaves `held_back`; one that was killed before it wrote the state file leaves an id that only the log has.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Field, Outcome, Record};

/// An object that may have been made.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The run that began it.
    pub run: String,
    /// When, by the clock of the machine that ran it.
    pub at: Timestamp,
    /// Its id, if the answer came.
    pub id: Option<String>,
    /// What was sent, or was about to be.
    pub fields: Vec<Field>,
}

/// What records say of objects that may have been made for entries of a state file ([`super::file_name`]), by address.
pub fn begun(records: impl IntoIterator<Item = Record>, file: &str) -> HashMap<String, Begun> {
    let mut begun: HashMap<String, Begun> = HashMap::new();
    for record in records {
        if record.file.as_deref().is_some_and(|of| of != file) {
            continue;
        }
        if !matches!(record.action.as_str(), "create" | "recreate") {
            // Whatever is done to it by its id, the file has the id by then.
            if record.vapi_id.is_some() {
                begun.remove(&record.address);
            }
            continue;
        }
        // An answer that was not as asked is a failure too; the object was made all the same.
        let answered = record.status.is_some_and(|status| (200..300).contains(&status));
        match record.outcome {
            Outcome::Intent => {
                begun.insert(
                    record.address,
                    Begun { run: record.run, at: record.time, id: None, fields: record.fields },
                );
            }
            Outcome::Done => {
                begun.insert(
                    record.address,
                    Begun { run: record.run, at: record.time, id: record.vapi_id, fields: record.fields },
                );
            }
            Outcome::Failed | Outcome::NotAttempted if !answered => {
                // What another run failed to do says nothing of this one.
                if begun.get(&record.address).is_some_and(|begun| begun.run == record.run) {
                    begun.remove(&record.address);
                }
            }
            Outcome::Failed | Outcome::NotAttempted | Outcome::HeldBack | Outcome::Unknown => {}
        }
    }
    begun
}
