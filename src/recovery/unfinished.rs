//! Before anything is created: what an earlier run created already, where no list shows it yet.
//!
//! A run that is killed between a creation and its answer leaves an object without an id in the file. It is found by its name,
//! unless the list lags behind. So what the audit log says was attempted is looked for until it shows, or until the patience
//! for a lost answer is over. How long ago it was attempted says little: a run writes all intents first, and may be killed
//! long after.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use super::attempts::Attempts;
use super::poll::Poll;
use crate::model::diagnostic::Diagnostic;
use crate::plan::pair::Listings;
use crate::plan::{Change, Plan, Write};
use crate::values::live::Live;
use crate::vapi::Reader;

/// What earlier runs attempted to create, until it is known what became of it.
pub struct Unfinished {
    attempts: Attempts,
    patience: Duration,
    poll: Option<Poll>,
}

impl Unfinished {
    /// What the log says of late, if a plan is about to create anything. It is looked for no longer than `patience`.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn read(plan: &Plan, log: &Path, state_file: &Path, patience: Duration) -> Result<Self, Diagnostic> {
        let attempts = match creations(plan).next() {
            Some(_) => Attempts::recent(log, state_file)?,
            None => Attempts::default(),
        };
        Ok(Self { attempts, patience, poll: None })
    }

    /// Looks for what a plan is about to create, and waits for it. `true`: objects that no list showed before are in
    /// `listings`, and the plan must be made again. `tell` is given what the user should know of a wait.
    ///
    /// # Errors
    /// Vapi could not be asked.
    pub async fn look(
        &mut self,
        plan: &Plan,
        reader: &Reader,
        listings: &mut Listings,
        tell: &dyn Fn(&str),
    ) -> Result<bool, Diagnostic> {
        if self.look_by_id(plan, reader, listings).await? {
            return Ok(true);
        }
        loop {
            let open: Vec<&Change> =
                creations(plan).filter(|change| self.attempts.get(&change.address).is_some()).collect();
            if open.is_empty() {
                return Ok(false);
            }
            let is_first = self.poll.is_none();
            let Some(pause) = self.poll.get_or_insert_with(|| Poll::new(self.patience)).pause() else {
                return Ok(false);
            };
            if is_first {
                tell(&self.waiting_for(&open));
            }
            tokio::time::sleep(pause).await;
            let kinds: HashSet<_> = open.iter().map(|change| (change.kind.section, change.kind.endpoint)).collect();
            let mut is_news = false;
            for (section, endpoint) in kinds {
                is_news |= put_in(listings, section, reader.list(endpoint).await?.objects);
            }
            if is_news {
                return Ok(true);
            }
        }
    }

    /// Objects whose ids only the log has are asked for: they need not be waited for, there or not.
    async fn look_by_id(&mut self, plan: &Plan, reader: &Reader, listings: &mut Listings) -> Result<bool, Diagnostic> {
        let mut is_news = false;
        for change in creations(plan) {
            let Some(id) = self.attempts.get(&change.address).and_then(|attempt| attempt.id.clone()) else { continue };
            self.attempts.forget(&change.address);
            is_news |= put_in(listings, change.kind.section, reader.get(change.kind.endpoint, id.as_str()).await?);
        }
        Ok(is_news)
    }

    fn waiting_for(&self, open: &[&Change]) -> String {
        const NAMED: usize = 3;
        let mut names: Vec<String> = open.iter().take(NAMED).map(|change| change.address.to_string()).collect();
        if open.len() > NAMED {
            names.push(format!("{} more", open.len() - NAMED));
        }
        let run = open.first().and_then(|change| self.attempts.get(&change.address)).map_or("", |attempt| &attempt.run);
        let (names, patience) = (names.join(", "), self.patience);
        format!(
            "Run {run} ended before it knew whether it made {names}: looking for {patience:?} at most (--settle-timeout)\n"
        )
    }
}

/// What a plan is about to create.
fn creations(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| change.held.is_none() && matches!(change.write(), Some(Write::Create { .. })))
}

/// Adds the objects that are not in a listing yet. Whether there was any.
fn put_in(listings: &mut Listings, section: &'static str, objects: impl IntoIterator<Item = Live>) -> bool {
    let listing = listings.entry(section).or_default();
    let known: HashSet<String> = listing.iter().map(|live| live.header.id.clone()).collect();
    let before = listing.len();
    listing.extend(objects.into_iter().filter(|live| !known.contains(&live.header.id)));
    listing.len() > before
}
