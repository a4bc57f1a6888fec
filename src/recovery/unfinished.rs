//! Before a run creates anything: looks for what an earlier run created and no list shows yet.
//!
//! A run killed between a creation and its response leaves an object whose id the file does not have. Its name finds it,
//! unless the list lags. So the lists are polled for the attempts in the audit log, until they show or the timeout passes.
//! The age of an attempt says little: a run logs all intents first, and may be killed long after.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use super::attempts::Attempts;
use super::poll::Poll;
use crate::audit::Owner;
use crate::model::diagnostic::Diagnostic;
use crate::plan::pair::Listings;
use crate::plan::{Change, Plan, Write};
use crate::values::live::Live;
use crate::vapi::Reader;

/// The creations of earlier runs whose result is unknown.
pub struct Unfinished {
    attempts: Attempts,
    patience: Duration,
    poll: Option<Poll>,
}

impl Unfinished {
    /// Reads the recent attempts, if the plan creates anything. `patience` is the timeout.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn read(plan: &Plan, log: &Path, owner: &Owner<'_>, patience: Duration) -> Result<Self, Diagnostic> {
        let attempts = match creations(plan).next() {
            Some(_) => Attempts::recent(log, owner)?,
            None => Attempts::default(),
        };
        Ok(Self { attempts, patience, poll: None })
    }

    /// Polls for what the plan is about to create. `true`: `listings` has new objects, and the plan must be made again.
    /// `tell` gets the message about a wait.
    ///
    /// # Errors
    /// A request failed.
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

    /// Requests objects whose ids only the log has: no need to poll for these.
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
            "Run {run} ended before Vapi had answered: looking for {names} in Vapi for up to {patience:?} \
            (--settle-timeout)\n"
        )
    }
}

/// What the plan creates.
fn creations(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| change.held.is_none() && matches!(change.write(), Some(Write::Create { .. })))
}

/// Adds objects that a listing does not have. Gives whether there were any.
fn put_in(listings: &mut Listings, section: &'static str, objects: impl IntoIterator<Item = Live>) -> bool {
    let listing = listings.entry(section).or_default();
    let known: HashSet<String> = listing.iter().map(|live| live.header.id.clone()).collect();
    let before = listing.len();
    listing.extend(objects.into_iter().filter(|live| !known.contains(&live.header.id)));
    listing.len() > before
}
