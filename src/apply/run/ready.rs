//! Whether a change can be written yet, and with what.

use std::collections::HashSet;

use super::{Answered, OLD, Run};
use crate::apply::step::{Ready, Update};
use crate::model::{Address, FieldPath, Map, Value};
use crate::plan::Write;
use crate::plan::report::Outcome;
use crate::state::ids::fill;
use crate::values::compare::overlay;

impl<R, J> Run<'_, '_, R, J> {
    /// A write that can start; the reason why it will not; or `None` while it must wait.
    pub(super) fn ready(&mut self, at: usize) -> Option<Result<Ready, Outcome>> {
        let plan = self.plan;
        let change = &plan.changes[at];
        if let Some(why) = &change.held {
            return Some(Err(Outcome::HeldBack(why.clone())));
        }
        if let Some(refused) = &change.refused {
            return Some(Err(Outcome::Failed(refused.clone())));
        }
        if self.ports.transport.is_stopped() {
            return Some(Err(Outcome::NotAttempted("the run was interrupted".to_owned())));
        }
        if !self.errors.is_empty() {
            return Some(Err(Outcome::NotAttempted("an earlier write of this run could not be recorded".to_owned())));
        }
        if let Some((need, why)) = change.needs.iter().find_map(|need| Some((need, self.failed.get(need)?))) {
            return Some(Err(Outcome::NotAttempted(format!("it needs {need}, {why}"))));
        }
        for (at, second) in plan.changes.iter().enumerate().filter(|_| !change.after.is_empty()) {
            if second.is_second() && change.after.contains(&second.address) {
                match &self.outcomes[at] {
                    Some(Outcome::Done { .. }) => {}
                    Some(_) => {
                        let why = format!("it rings {}, which does not have all its fields yet", second.address);
                        return Some(Err(Outcome::NotAttempted(why)));
                    }
                    None => return None,
                }
            }
        }
        let id_of = |address: &Address| self.ids.get(address).cloned();
        if change.needs.iter().any(|need| id_of(need).is_none()) {
            return None;
        }
        // It is sent when they are in the file: both that and its intent are written at once.
        change.needs.iter().for_each(|need| self.unwritten.hurry(need));
        let fill_map = |body: &Map| {
            let mut body = body.clone();
            body.values_mut().for_each(|value| fill(value, &id_of));
            body
        };
        Some(Ok(match change.write()? {
            Write::Create { body, purchase } => Ready::Create { body: fill_map(body), purchase: *purchase },
            Write::Update { body, seen, desired } => Ready::Update(Box::new(Update {
                id: change.id.clone()?,
                body: fill_map(body),
                seen: seen.clone(),
                desired: desired.clone(),
                seen_at: self.ports.read_at,
                version: change.version,
                updated: change.updated_at.clone(),
                fresh: self.fresh,
                watched: true,
                second: false,
            })),
            Write::Complete { desired } => {
                let Answered { at: seen_at, value: seen, version } = self.answers.get(&change.address)?.clone();
                let desired = Value::Map(fill_map(desired));
                let merged = overlay(change.kind.root(), &desired, &seen, &FieldPath::root(), &HashSet::new());
                let body: Map = merged
                    .as_map()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| {
                        change.kind.companions.contains(&key.as_str())
                            || desired.as_map().is_some_and(|map| map.contains_key(*key))
                    })
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                let id = self.ids.get(&change.address)?.clone();
                let fresh = self.ports.fresh.unwrap_or(OLD);
                let (updated, watched, second) = (None, false, false);
                let update = Update { id, body, seen, desired, seen_at, version, updated, fresh, watched, second };
                Ready::Update(Box::new(update))
            }
        }))
    }
}
