//! Gates between environments: one with `after` is written to only when the other agrees with the file.

use std::collections::HashMap;

use super::args::Net;
use super::file::{Empty, Loaded};
use super::run::{Run, Wish, audit_log};
use super::{App, connect, over};
use crate::history::{GitRecord, Said, differing, said};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plan::report::Gate;
use crate::plan::{Direction, Policy, Selection};
use crate::state::environments::{Whose, variable_of};
use crate::state::load::interpret;

/// The maximum number of entries to name.
const NAMED: usize = 5;

/// What is known about the environment before this one without a request.
struct Noted {
    after: String,
    /// Whether its ref says that it agreed with the current file, and how that was found out.
    open: bool,
    reason: String,
}

/// The gate of the environment of a run, from refs alone. `None`: there is none.
pub(super) fn by_refs(app: &App) -> Option<Gate> {
    let loaded = Loaded::read(&app.global.file, app.whose(), Empty::Refused).ok()?;
    let Noted { after, open, reason } = noted(&loaded)?;
    Some(Gate { after, open, reason })
}

fn noted(loaded: &Loaded) -> Option<Noted> {
    let state = interpret(&loaded.document, &loaded.whose).ok()?;
    let after = state.environment()?.after?.to_owned();
    let whose = Whose::Environment(after.clone());
    let now = said(loaded.document.text(), &whose, &loaded.includes);
    let org_id = state.environments.get(&after).and_then(|before| before.org_id.clone());
    let (open, reason) = agreement(loaded, &whose, org_id.as_deref(), now.as_ref());
    Some(Noted { after, open, reason })
}

/// Whether an environment agreed with the current file, and a sentence about it.
fn agreement(loaded: &Loaded, whose: &Whose, org_id: Option<&str>, now: Option<&Said>) -> (bool, String) {
    let name = whose.environment().unwrap_or_default();
    let never = || (false, format!("{name} has never been in step with this file"));
    let Some(org_id) = org_id else { return never() };
    let git = GitRecord::open(loaded.disk.real(), HashMap::new()).ok().flatten();
    let Some(git) = git.map(|git| git.of(whose.ever(Some(org_id)))) else { return never() };
    let Some(agreed) = git.agreed(org_id).ok().flatten() else { return never() };
    let (Some(then), Some(now)) = (git.said_at(&agreed.commit, &agreed.path), now) else { return never() };
    let differ = differing(&then, now);
    if differ.is_empty() {
        return (true, format!("{name} is in step with it since commit {:.8}", agreed.commit));
    }
    let named: Vec<String> = differ.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if differ.len() > NAMED { format!(" and {} more", differ.len() - NAMED) } else { String::new() };
    (
        false,
        format!(
            "{name} was last in step at commit {:.8}, before a change of {}{more}",
            agreed.commit,
            named.join(", ")
        ),
    )
}

/// The gate of the environment of a run. If no ref opens it, reads the environment before it from Vapi, if its key is set.
///
/// # Errors
/// That environment cannot be read.
pub(super) async fn gate(app: &App, net: &Net, loaded: &Loaded) -> Result<Option<Gate>, Diagnostics> {
    let Some(Noted { after, open, reason }) = noted(loaded) else { return Ok(None) };
    if open {
        return Ok(Some(Gate { after, open, reason }));
    }
    let before = over::of(app, None, &after)?;
    if connect::key(&before).is_none() {
        let variable = variable_of("VAPI_API_KEY", &after);
        let reason = format!("{reason}; {variable} is not set here, so that could not be checked in Vapi");
        return Ok(Some(Gate { after, open, reason }));
    }
    let policy = Policy { allow_purchase: true, ..Policy::default() };
    let wish = Wish { selection: Selection::default(), policy };
    let mut run = Run::reading(&before, "plan", net, audit_log(app, None), Empty::Refused).await?;
    let loaded = run.load()?;
    let file = loaded.checked()?;
    let plan = run.plan(&file, Direction::ToVapi, &wish).await?.plan;
    let waits = plan.changes.iter().filter(|change| !change.is_in_step()).map(|change| change.address.to_string());
    let waits: Vec<String> = waits.collect();
    Ok(Some(match waits.is_empty() {
        true => Gate { open: true, reason: format!("{after} has nothing to apply"), after },
        false => {
            let named = waits.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if waits.len() > NAMED { format!(" and {} more", waits.len() - NAMED) } else { String::new() };
            Gate { open: false, reason: format!("{reason}; {after} still lacks {named}{more}"), after }
        }
    }))
}

/// Stops a run at a closed gate. If the gate is to be skipped, adds a warning instead.
///
/// # Errors
/// `gate-closed`.
pub(super) fn pass(app: &App, gate: &Gate, skip: bool) -> Result<Option<Diagnostic>, Diagnostic> {
    if gate.open {
        return Ok(None);
    }
    let name = app.environment().unwrap_or_default();
    if skip {
        let message = format!("{name} was written ahead of its turn (--skip-gate): {}", gate.reason);
        return Ok(Some(Diagnostic::warning("gate-skipped", message)));
    }
    let message = format!("{name} must wait for {}: {}. Nothing was done", gate.after, gate.reason);
    let error = Diagnostic { failure: Failure::Waits, ..Diagnostic::error("gate-closed", message) };
    Err(error.help(format!(
        "run `vapi-sync apply --env {}` first, and commit what it writes; where that was done elsewhere, run `git \
        fetch origin 'refs/vapi-sync/*:refs/vapi-sync/*'`; in an emergency, --skip-gate",
        gate.after
    )))
}
