//! Makes a plan, step by step, for all commands.
//!
//! ```text
//! desired + fetched (all kinds side by side) → identify → draft → ask history → judge → Plan
//! ```
//!
//! Vapi is read here and nowhere below: the planner only gets values.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Instant;

use futures::StreamExt;

use super::alone::read_alone;
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::{Answers, Record};
use crate::model::{Address, RemoteId};
use crate::plan::guard::{Allowances, guard_missing, mass_missing, missing};
use crate::plan::pair::{Identities, Listings, identify, org_of};
use crate::plan::{
    Bases, Direction, Draft, Inputs, Plan, Policy, Selection, Status, status, strangers, texts, to_file, to_vapi,
    veil_imports,
};
use crate::recovery::{Attempts, former_ids, made_before};
use crate::state::environments::Whose;
use crate::state::ids::{Id, Ids, OtherFiles};
use crate::state::load::StateFile;
use crate::state::once::Once;
use crate::state::resolve::Desired;
use crate::values::normalize;
use crate::vapi::{Reader, Unread};

/// The live objects, and when they were read.
pub struct Fetched {
    /// All objects of all kinds that could be read.
    pub listings: Listings,
    /// Why a kind could not be read, for kinds that not every organisation has.
    pub unread: HashMap<&'static str, Unread>,
    /// When.
    pub at: Instant,
    /// Whether the lists are known to show all of an object.
    pub is_whole: bool,
}

/// Why a list could not be read, and the secrets in the others: Vapi may have put one into its message.
pub struct NotFetched {
    /// Why.
    pub error: Diagnostic,
    /// The secrets.
    pub secrets: Vec<String>,
}

/// Reads all objects of all kinds, side by side.
///
/// # Errors
/// A list could not be read completely, so nothing is known about what is in Vapi.
pub async fn fetch(reader: &Reader) -> Result<Fetched, NotFetched> {
    let at = Instant::now();
    let lists = KINDS.map(|kind| async move { (kind, reader.list_if_any(kind.endpoint).await) });
    let (mut listings, mut unread, mut failed) = (Listings::new(), HashMap::new(), None);
    for (kind, list) in futures::future::join_all(lists).await {
        match list {
            Ok(list) => drop(listings.insert(kind.section, list.objects)),
            Err(why) if kind.is_everywhere => failed = failed.or(Some(why.into())),
            Err(why) => drop(unread.insert(kind.section, why)),
        }
    }
    match failed {
        None => Ok(Fetched { listings, unread, at, is_whole: false }),
        Some(error) => Err(NotFetched { error, secrets: shown_secrets(&listings) }),
    }
}

/// Refuses unreadable lists of kinds that count.
fn check_unread(state: &StateFile<'_>, fetched: &Fetched, direction: Direction) -> Result<(), Diagnostics> {
    let mut errors = Vec::new();
    for kind in KINDS {
        let has_entries = state.entries.iter().any(|entry| entry.kind == kind);
        let counts = match direction {
            Direction::ToVapi => state.managed.counts(kind),
            Direction::ToFile => state.managed.manages(kind),
        };
        match fetched.unread.get(kind.section) {
            Some(Unread::NotThere(why)) if has_entries => errors.push(why.clone()),
            Some(Unread::Broken(why)) if counts || has_entries => errors.push(why.clone()),
            Some(_) | None => {}
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The secrets that live objects show. Slow, so only called before something of Vapi is shown.
pub fn shown_secrets(listings: &Listings) -> Vec<String> {
    let of_kind = |kind: &'static Kind| listings.get(kind.section).into_iter().flatten().map(move |live| (kind, live));
    KINDS.into_iter().flat_map(of_kind).flat_map(|(kind, live)| normalize::shown_secrets(kind, live)).collect()
}

/// A request for a plan.
pub struct Request<'r> {
    /// Which way.
    pub direction: Direction,
    /// What may be written.
    pub selection: &'r Selection,
    /// Decisions from the command line.
    pub policy: &'r Policy,
    /// What the user allows in spite of the guards.
    pub allow: Allowances,
    /// Reads from the audit log what earlier runs tried to create. Only called if an entry has no object.
    pub attempts: &'r dyn Fn() -> Result<Attempts, Diagnostic>,
    /// Looks up what entries and their objects last agreed on in this organisation. Only called if something differs.
    pub agreements: &'r LookUpAgreements<'r>,
    /// Looks up which of these ids another environment had. Only called if an object is gone.
    pub foreign: &'r LookUpForeign<'r>,
    /// Which of these live objects are entries of other state files. Asked for only where there are such that this file has
    /// not.
    pub of_others: &'r LookUpOthers<'r>,
    /// Looks up what the other environments of the file last agreed on.
    pub elsewhere: &'r LookUpElsewhere<'r>,
}

/// What entries and their objects last agreed on, with warnings.
pub type Agreements = (Bases, Diagnostics);

/// Looks up which of these ids another environment had, and its name.
pub type LookUpForeign<'r> = dyn Fn(&[RemoteId]) -> Result<Option<(RemoteId, String)>, Diagnostic> + 'r;

/// Looks up which of these ids other state files have, in an organisation.
pub type LookUpOthers<'r> = dyn Fn(Option<&str>, &HashSet<&str>) -> OtherFiles + 'r;

/// Looks up what other environments agreed on, given the entries that differ, and all ids.
pub type LookUpElsewhere<'r> = dyn Fn(&[(Address, Option<RemoteId>)], &Ids) -> Vec<Bases> + 'r;

/// Looks up what was agreed on, given the organisation, the entries that differ, and all ids.
pub type LookUpAgreements<'r> =
    dyn Fn(Option<&str>, &[(Address, Option<RemoteId>)], &Ids) -> Result<Agreements, Diagnostic> + 'r;

/// A plan with its inputs.
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// The status, for a plan to Vapi.
    pub status: Option<Status>,
    /// The ids of all entries that have an object.
    pub ids: HashMap<Address, RemoteId>,
    /// Notes for verbose output.
    pub notes: Diagnostics,
    /// The variables in recorded versions of the file, because an old secret stays one.
    pub variables: BTreeSet<String>,
    /// The secrets in the values that it shows.
    pub secrets: Vec<String>,
}

/// Opens the record of values of an organisation, given the ids of entries. Only called if something differs.
pub type OpenRecord<'r> = &'r dyn Fn(HashMap<Address, RemoteId>, Whose) -> Result<Box<dyn Record>, Diagnostic>;

fn known_ids(state: &StateFile<'_>, ids: &Ids) -> HashMap<Address, RemoteId> {
    let known = state.entries.iter().filter_map(|entry| match ids.get(&entry.address) {
        Some(Id::Known(id)) => Some((entry.address.clone(), id.clone())),
        _ => None,
    });
    known.collect()
}

/// Makes a plan from the desired state and the live objects.
///
/// # Errors
/// All problems at once, if possible.
pub async fn make_plan(
    desired: &Desired<'_>,
    doubts: &[Diagnostic],
    fetched: &mut Fetched,
    reader: &Reader,
    open_record: OpenRecord<'_>,
    request: &Request<'_>,
) -> Result<Made, Diagnostics> {
    let state = &desired.file;
    check_unread(state, fetched, request.direction)?;
    look_for_missing(state, fetched, reader, request.allow).await?;
    guard_foreign(state, fetched, request)?;
    let candidates = made_before(desired, &fetched.listings, request.attempts)?;
    let strangers = strangers(state, &fetched.listings);
    let org_id = org_of(state, &fetched.listings);
    let look = || (request.of_others)(org_id.as_deref(), &strangers);
    let of_others = if strangers.is_empty() { OtherFiles::new() } else { look() };
    let identities = identify(desired, &fetched.listings, &candidates, &of_others)?;
    let mut ids = identities.ids(state, &fetched.listings);
    let whose = state.whose(identities.org_id.as_deref());
    if request.direction == Direction::ToVapi {
        let open = || open_record(known_ids(state, &ids), whose.clone());
        let former = former_ids(&identities, &fetched.listings, &ids, &whose, request.attempts, open)?;
        ids = ids.replaced(former);
    }
    check_targets(state, &identities, fetched, request)?;
    let mut draft = crate::plan::draft(&inputs(desired, doubts, fetched, &identities, &ids, request))?;
    if read_alone(draft.lacking(), fetched, reader).await? {
        draft = crate::plan::draft(&inputs(desired, doubts, fetched, &identities, &ids, request))?;
    }
    let inputs = inputs(desired, doubts, fetched, &identities, &ids, request);
    inputs.check(&request.policy.prefer)?;
    let mut warnings = Vec::new();
    if draft.has_differences() {
        let (bases, about) = (request.agreements)(identities.org_id.as_deref(), &draft.differing(), &ids)?;
        let elsewhere = match request.direction {
            Direction::ToFile => (request.elsewhere)(&draft.differing(), &ids),
            Direction::ToVapi => Vec::new(),
        };
        draft.ask(&inputs, &bases, &elsewhere);
        warnings = about;
    }
    let known = || open_record(known_ids(state, &ids), whose.clone());
    let imports = request.direction == Direction::ToFile && !identities.unclaimed.is_empty();
    let Asked { answers, warnings: about, notes, once } = ask(&draft, imports, &whose, &known)?;
    warnings.extend(about);
    draft.veil(&once);
    let mut plan = match request.direction {
        Direction::ToVapi => to_vapi(&inputs, draft, &answers, request.policy)?,
        Direction::ToFile => to_file(&inputs, draft, &answers, request.policy)?,
    };
    plan.warnings.extend(warnings);
    veil_imports(&mut plan, &once);
    let status = (request.direction == Direction::ToVapi).then(|| status(&inputs, &plan));
    let secrets = texts(&plan);
    Ok(Made { ids: known_ids(state, &ids), notes, plan, status, variables: once.variables, secrets })
}

/// The answers of the record of values.
#[derive(Default)]
struct Asked {
    answers: Answers,
    warnings: Diagnostics,
    notes: Diagnostics,
    once: Once,
}

/// The secrets in old versions of the file.
fn once(record: &mut dyn Record, whose: &Whose) -> Result<Once, Diagnostic> {
    let mut once = Once::of(whose.clone());
    record.versions(&mut |text| once.look(text))?;
    once.values = once.variables.iter().filter_map(|name| std::env::var(name).ok()).collect();
    Ok(once)
}

/// Gets the answers to the questions of a draft from the record.
fn ask(
    draft: &Draft<'_>,
    imports: bool,
    whose: &Whose,
    open_record: &dyn Fn() -> Result<Box<dyn Record>, Diagnostic>,
) -> Result<Asked, Diagnostic> {
    let looks_back = imports || draft.may_hold_old_secrets();
    if draft.questions.is_empty() && !looks_back {
        return Ok(Asked::default());
    }
    let mut record = open_record()?;
    let mut answers = Answers { recorded: record.answer(&draft.questions)?, ..Answers::default() };
    if draft.asks_about_secrets {
        answers.uncommitted = !record.is_committed()?;
    }
    answers.nothing_committed = !record.is_tracked()?;
    let set_at: Vec<_> = draft.set_at.iter().filter(|(question, _)| answers.of(*question).is_some()).collect();
    let asked: Vec<_> = set_at.iter().map(|(at, time)| (draft.questions[*at].clone(), *time)).collect();
    let held = record.held_at(&asked)?;
    answers.since = set_at.iter().zip(held).filter(|(_, held)| !held).map(|((at, _), _)| *at).collect();
    let once = once(record.as_mut(), whose)?;
    Ok(Asked { answers, warnings: record.warnings().to_vec(), notes: record.notes().to_vec(), once })
}

fn inputs<'i, 'd>(
    desired: &'i Desired<'d>,
    doubts: &'i [Diagnostic],
    fetched: &'i Fetched,
    identities: &'i Identities,
    ids: &'i Ids,
    request: &Request<'i>,
) -> Inputs<'i, 'd> {
    Inputs {
        direction: request.direction,
        desired,
        doubts,
        listings: &fetched.listings,
        identities,
        ids,
        selection: request.selection,
        send_secrets: request.policy.send_secrets,
    }
}

/// Asks Vapi by id for each object that is missing in the lists: a list may lag, and only a 404 means that it is gone.
async fn look_for_missing(
    state: &StateFile<'_>,
    fetched: &mut Fetched,
    reader: &Reader,
    allow: Allowances,
) -> Result<(), Diagnostics> {
    let missing = missing(state, &fetched.listings)?;
    let asked = missing.into_iter().filter_map(|entry| {
        let id = entry.id.as_ref()?.clone();
        Some(async move { (entry, reader.get(entry.kind.endpoint, id.as_str()).await) })
    });
    let mut answers = futures::stream::iter(asked).buffered(16);
    let mut gone = Vec::new();
    while let Some((entry, answer)) = answers.next().await {
        match answer? {
            Some(live) => fetched.listings.entry(entry.kind.section).or_default().push(live),
            None => gone.push(entry),
        }
        // In another organisation there is no need to ask for the rest.
        if !allow.mass_recreate && mass_missing(state, &gone).is_some() {
            break;
        }
    }
    guard_missing(state, &fetched.listings, &gone, allow)
}

/// Stops the run if a missing id belongs to another environment, before anything is recreated.
fn guard_foreign(state: &StateFile<'_>, fetched: &Fetched, request: &Request<'_>) -> Result<(), Diagnostics> {
    let Some(environment) = state.environment() else { return Ok(()) };
    let gone: Vec<RemoteId> =
        missing(state, &fetched.listings)?.into_iter().filter_map(|entry| entry.id.clone()).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let Some((id, other)) = (request.foreign)(&gone)? else { return Ok(()) };
    let entry = state.entries.iter().find(|entry| entry.id.as_ref() == Some(&id));
    let message = format!(
        "{id} is an object of {other}, but the file has it as the id for {}. Nothing was done",
        environment.name
    );
    let mut error = Diagnostic::error("foreign-id", message);
    error.place = entry.and_then(|entry| entry.id_place.clone());
    Err(error.help("correct the id; or delete it: the object is then found by its name, or created").into())
}

fn check_targets(
    state: &StateFile<'_>,
    identities: &Identities,
    fetched: &Fetched,
    request: &Request<'_>,
) -> Result<(), Diagnostics> {
    let mut addresses: Vec<Address> = state.entries.iter().map(|entry| entry.address.clone()).collect();
    if request.direction == Direction::ToFile {
        addresses.extend(crate::plan::import_addresses(state, identities, &fetched.listings));
    }
    request.selection.check(addresses.iter())
}
