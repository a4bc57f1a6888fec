//! Before anything is made: whether an earlier run made it already, where a list does not show it yet.
//!
//! A run that is killed between a creation and its answer leaves an object without an id in the file. It is found by its name,
//! unless the list lags behind. So what the audit log says was begun is looked for until it shows, or until the time that a
//! lost answer is looked for is over. How long ago it was begun says little: a run writes all intents first, and may be
//! killed long after.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::App;
use super::work::{Wanted, Work};
use crate::audit::{Begun, begun, file_name, recent};
use crate::cli::session::Made;
use crate::model::diagnostic::Diagnostics;
use crate::plan::{Change, Plan, Write};
use crate::values::live::Live;
use crate::vapi::Search;

/// Longer than any run goes on and any list lags: what was begun before that shows, or was not made.
const LONG_AGO: i64 = 24;

/// The plan, made again once what earlier runs made shows. Waits no longer than `patience`.
pub(super) async fn awaited(
    app: &App,
    work: &mut Work,
    wanted: &Wanted<'_>,
    mut made: Made,
    patience: Duration,
) -> Result<Made, Diagnostics> {
    if creations(&made.plan).next().is_none() {
        return Ok(made);
    }
    let since = Timestamp::now().checked_sub(LONG_AGO.hours()).unwrap_or(Timestamp::MIN);
    let file = file_name(wanted.audit_log, work.loaded.disk.real());
    let mut begun = begun(recent(wanted.audit_log, since)?, &file);
    if found_by_id(work, &made.plan, &mut begun).await? {
        made = work.plan(app, wanted).await?;
    }
    let mut search = Search::new(patience);
    loop {
        let open: Vec<&Change> =
            creations(&made.plan).filter(|change| begun.contains_key(&change.address.to_string())).collect();
        if open.is_empty() || search.is_over() {
            return Ok(made);
        }
        if search.is_new() {
            app.output.note(&waiting(&open, &begun, patience));
        }
        search.wait().await;
        let kinds: HashSet<_> = open.iter().map(|change| (change.kind.section, change.kind.endpoint)).collect();
        let mut any = false;
        for (section, endpoint) in kinds {
            let objects = work.vapi.reader().list(endpoint).await?.objects;
            any |= put_in(work, section, objects);
        }
        if any {
            made = work.plan(app, wanted).await?;
        }
    }
}

/// What a plan is about to make.
fn creations(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| change.held.is_none() && matches!(change.write, Some(Write::Create { .. })))
}

/// Asks for objects whose ids only the log has: they need not be waited for, there or not. Whether any is there.
async fn found_by_id(work: &mut Work, plan: &Plan, begun: &mut HashMap<String, Begun>) -> Result<bool, Diagnostics> {
    let mut any = false;
    for change in creations(plan) {
        let address = change.address.to_string();
        let Some(id) = begun.get(&address).and_then(|begun| begun.id.clone()) else { continue };
        begun.remove(&address);
        let live = work.vapi.reader().get(change.kind.endpoint, &id).await?;
        any |= put_in(work, change.kind.section, live);
    }
    Ok(any)
}

/// Adds objects to what was read, those that are in it left as they were read. Whether there was any other.
fn put_in(work: &mut Work, section: &'static str, objects: impl IntoIterator<Item = Live>) -> bool {
    let known = work.fetched.listings.entry(section).or_default();
    let ids: HashSet<String> = known.iter().map(|live| live.header.id.clone()).collect();
    let before = known.len();
    known.extend(objects.into_iter().filter(|live| !ids.contains(&live.header.id)));
    known.len() > before
}

fn waiting(open: &[&Change], begun: &HashMap<String, Begun>, patience: Duration) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<String> = open.iter().take(NAMED).map(|change| change.address.to_string()).collect();
    if open.len() > NAMED {
        names.push(format!("{} more", open.len() - NAMED));
    }
    let run = open.first().and_then(|change| begun.get(&change.address.to_string())).map_or("", |begun| &begun.run);
    format!(
        "Run {run} ended before it knew whether it made {}: looking for {patience:?} at most (--settle-timeout)\n",
        names.join(", ")
    )
}
