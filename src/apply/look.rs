//! What is read around a write: is the object still as the plan saw it, and does the list show the rest of it?

use std::time::Instant;

use super::step::{Step, Update};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Map, RemoteId, Value};
use crate::plan::report::Outcome;
use crate::values::compare::{agrees, redraw, says_the_same};
use crate::values::live::Live;
use crate::values::normalize;
use crate::values::shown::fill_in;
use crate::vapi::Since;

impl Step<'_> {
    /// Holds the write back unless the object is as the plan saw it. Gives its version, and the object as this read shows it.
    pub(super) async fn look(
        &self,
        id: &RemoteId,
        seen: &Value,
        updated: Option<&str>,
    ) -> Result<(Option<u64>, Value), Outcome> {
        let kind = self.change.kind;
        let live = self.reader.get(kind.endpoint, id.as_str()).await.map_err(Outcome::Failed)?;
        let gone = || Outcome::HeldBack("it was deleted in Vapi since the plan was made: plan again".to_owned());
        let live = live.ok_or_else(gone)?;
        if let Some(shown) = self.as_seen(&live, seen, updated).map_err(Outcome::Failed)? {
            return Ok((live.header.version(), shown));
        }
        Err(Outcome::HeldBack("somebody changed it in Vapi since the plan was made: plan again".to_owned()))
    }

    /// The object, if it is as the plan saw it: what only one of the reads shows is no change, if the object did not change.
    fn as_seen(&self, live: &Live, seen: &Value, updated: Option<&str>) -> Result<Option<Value>, Diagnostic> {
        let root = self.change.kind.root();
        let shown = normalize::object(self.change.kind, live)?;
        let is_unchanged = updated.is_some() && updated == live.header.updated_at.as_deref();
        let is_as_seen = says_the_same(root, seen, &shown) || is_unchanged && agrees(root, seen, &shown);
        Ok(is_as_seen.then_some(shown))
    }

    /// Makes sure that the object is as the plan saw it, if the read is too old: by the watch of its kind, else by reading it.
    /// Gives the time of that and the object's version. What only this read shows goes along.
    pub(super) async fn look_again(&self, update: &mut Update) -> Result<(Instant, Option<u64>), Outcome> {
        let Update { id, body, seen, seen_at, version, updated, fresh, watched, .. } = update;
        let updated = updated.as_deref();
        if seen_at.elapsed() < *fresh && !*watched {
            return Ok((*seen_at, *version));
        }
        let kind = self.change.kind;
        let covered = if *watched && !fresh.is_zero() { self.watch.covered(kind, *fresh).await } else { None };
        if let Some(covered) = covered.filter(|covered| covered.elapsed() < *fresh) {
            match self.watch.shown(kind, id.as_str()) {
                None => return Ok((covered, *version)),
                Some(live) => {
                    if let Some(shown) = self.as_seen(&live, seen, updated).map_err(Outcome::Failed)? {
                        self.redraw(body, &shown);
                        return Ok((covered, live.header.version()));
                    }
                }
            }
        }
        let now = Instant::now();
        let (version, shown) = self.look(id, seen, updated).await?;
        for (key, value) in body.iter_mut() {
            let [seen, shown] = [&*seen, &shown].map(|of| of.as_map().and_then(|map| map.get(key)));
            if let (Some(seen), Some(shown)) = (seen, shown) {
                fill_in(value, seen, shown);
            }
        }
        self.redraw(body, &shown);
        Ok((now, version))
    }

    /// Where the dashboard draws something may have changed since the plan: it is sent as it was read last.
    fn redraw(&self, body: &mut Map, shown: &Value) {
        let root = self.change.kind.root();
        for (key, value) in body {
            let live = shown.as_map().and_then(|map| map.get(key));
            live.into_iter().for_each(|live| redraw(root.key(key), value, live));
        }
    }

    /// An object of a response with what only the list shows, of which the plan was made. `None`: that is nothing.
    pub(super) async fn with_listed(&self, live: &Live) -> Option<Value> {
        let kind = self.change.kind;
        let since = Since::Updated(live.header.updated_at.as_deref()?);
        let listing = self.reader.list_since(kind.endpoint, since).await.ok()?;
        let listed = listing.objects.iter().find(|listed| listed.header.id == live.header.id)?;
        normalize::object(kind, &live.with(listed)?).ok()
    }
}
