//! The way from a file to a plan, step by step, for all commands.
//!
//! ```text
//! load → fetch (all kinds side by side) → identify → draft → ask history → judge → Plan
//! ```
//!
//! Reading Vapi happens here and nowhere below: what makes the plan is handed values.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::StreamExt;

use crate::document::Document;
use crate::files::Disk;
use crate::kinds::KINDS;
use crate::model::diagnostic::{Diagnostic, Diagnostics, attach_snippets};
use crate::model::recorded::{Answers, Record};
use crate::model::{Address, RemoteId};
use crate::plan::pair::{Allowances, Identities, Listings, identify, missing};
use crate::plan::{Direction, Inputs, Plan, Policy, Selection, Status, draft, status, to_file, to_vapi};
use crate::recovery::{Attempts, former_ids, made_before};
use crate::state::load::{Entry, StateFile, interpret};
use crate::state::resolve::{Ahead, Id, Ids, Includes, Resolved, Resolver};
use crate::values::live::{Live, read_ahead};
use crate::values::normalize;
use crate::vapi::Reader;

/// The state file as a run began with it.
pub struct Loaded {
    /// The file on the disk.
    pub disk: Disk,
    /// It as a document.
    pub document: Document,
    /// The text files that it names, each as it was when it was first read.
    includes: Includes,
}

impl Loaded {
    /// Reads and parses the state file.
    ///
    /// # Errors
    /// It cannot be read, or it is no YAML.
    pub fn read(path: &Path) -> Result<Self, Diagnostics> {
        let name = path.display().to_string();
        let disk = Disk::at(path, &name);
        let text = disk.read().map_err(|error| match error.code {
            "file-not-found" => error.help("`vapi-sync init` starts a state file; -f names another one"),
            _ => error,
        })?;
        let document = Document::parse(&name, text)?;
        let includes = Includes::new(disk.folder());
        Ok(Self { disk, document, includes })
    }

    /// The includes beside it.
    pub fn includes(&self) -> &Includes {
        &self.includes
    }

    /// Lets the includes be read anew, after they were written.
    pub fn forget_includes(&mut self) {
        self.includes = Includes::new(self.disk.folder());
    }

    /// Gives messages the lines of the file that they speak of.
    pub fn annotate(&self, diagnostics: &mut [Diagnostic]) {
        attach_snippets(diagnostics, |place| {
            (*place.file == *self.document.name()).then(|| self.document.line_text(place.line))
        });
    }
}

/// What Vapi holds, and when it was read.
pub struct Fetched {
    /// All objects of all kinds.
    pub listings: Listings,
    /// When.
    pub at: Instant,
}

/// How many bytes of a list are brought into normal form while its next page is asked for.
const AHEAD: usize = 16 << 20;

/// Reads all objects of all kinds, side by side.
///
/// # Errors
/// A list could not be read whole: that says nothing about what is in Vapi.
pub async fn fetch(reader: &Reader) -> Result<Fetched, Diagnostic> {
    let at = Instant::now();
    let lists = KINDS.map(|kind| async move {
        let left = AtomicUsize::new(AHEAD);
        let ahead = |objects: &[Live]| {
            let most = left.load(Ordering::Relaxed);
            left.store(read_ahead(objects, most, |json| normalize::live(kind, json)), Ordering::Relaxed);
        };
        Ok((kind.section, reader.list_with(kind.endpoint, &ahead).await?.objects))
    });
    let lists: Vec<Result<_, Diagnostic>> = futures::future::join_all(lists).await;
    Ok(Fetched { listings: lists.into_iter().collect::<Result<_, _>>()?, at })
}

/// What a plan is asked for.
pub struct Request<'r> {
    /// Which way.
    pub direction: Direction,
    /// What may be written.
    pub selection: &'r Selection,
    /// What a person decided beforehand.
    pub policy: &'r Policy,
    /// What the guards let pass.
    pub allow: Allowances,
    /// The value of an environment variable.
    pub env: &'r dyn Fn(&str) -> Option<String>,
    /// What the audit log says that earlier runs attempted to create. Read only where an entry has no object.
    pub attempts: &'r dyn Fn() -> Result<Attempts, Diagnostic>,
}

/// A plan, and what it was made from.
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// The numbers behind it, if it goes to Vapi.
    pub status: Option<Status>,
    /// The ids of all entries that have an object.
    pub ids: HashMap<Address, RemoteId>,
    /// What was noticed while values were resolved: secrets for the redactor among it.
    pub noticed: Resolved,
    /// What only those want to know who ask for more.
    pub notes: Diagnostics,
    /// The real paths of the includes that the file names.
    pub includes: Vec<PathBuf>,
}

/// Opens the record of values, given the ids that entries have. Asked for only where something differs.
pub type OpenRecord<'r> = &'r dyn Fn(HashMap<Address, RemoteId>) -> Result<Box<dyn Record>, Diagnostic>;

fn known_ids(state: &StateFile<'_>, ids: &Ids) -> HashMap<Address, RemoteId> {
    let known = state.entries.iter().filter_map(|entry| match ids.get(&entry.address) {
        Some(Id::Known(id)) => Some((entry.address.clone(), id.clone())),
        _ => None,
    });
    known.collect()
}

/// Makes a plan from the file and what was fetched. `ahead` is what was resolved when the file was checked, if it was.
///
/// # Errors
/// Everything that stands in its way, at once where that is possible.
pub async fn make_plan(
    loaded: &Loaded,
    fetched: &mut Fetched,
    reader: &Reader,
    open_record: OpenRecord<'_>,
    request: &Request<'_>,
    ahead: Ahead,
) -> Result<Made, Diagnostics> {
    let result = plan_of(loaded, fetched, reader, open_record, request, ahead).await;
    result.map_err(|mut errors| {
        loaded.annotate(&mut errors);
        errors
    })
}

async fn plan_of(
    loaded: &Loaded,
    fetched: &mut Fetched,
    reader: &Reader,
    open_record: OpenRecord<'_>,
    request: &Request<'_>,
    ahead: Ahead,
) -> Result<Made, Diagnostics> {
    let state = interpret(&loaded.document)?;
    look_for_missing(&state, fetched, reader, request.allow).await?;
    let includes = loaded.includes();
    let identities = identified(&state, fetched, includes, request)?;
    let mut ids = identities.ids(&state, &fetched.listings);
    if request.direction == Direction::ToVapi {
        let open = || open_record(known_ids(&state, &ids));
        let former = former_ids(&identities, &fetched.listings, &ids, open)?;
        ids = ids.replaced(former);
    }
    check_targets(&state, &identities, fetched, request)?;
    let resolver = Resolver { ids: &ids, env: request.env, includes };
    let mut made = {
        let inputs = inputs(&state, fetched, &identities, &resolver, &ids, request);
        let draft = draft(&inputs, ahead)?;
        if request.direction == Direction::ToVapi && draft.changes_agents() && rings_squads(fetched) {
            // Only who is rung through a squad is asked for here: without an answer the plan is none the worse.
            if let Ok(squads) = reader.list("/squad").await {
                fetched.listings.insert("squads", squads.objects);
            }
        }
        draft
    };
    let inputs = inputs(&state, fetched, &identities, &resolver, &ids, request);
    let mut answers = Answers::default();
    let mut warnings = Vec::new();
    let mut notes = Vec::new();
    if !made.questions.is_empty() {
        let mut record = open_record(known_ids(&state, &ids))?;
        answers.recorded = record.answer(&made.questions)?;
        if made.asks_about_secrets {
            answers.uncommitted = !record.is_committed()?;
        }
        let set_at: Vec<_> = made.set_at.iter().filter(|(question, _)| answers.of(*question).is_some()).collect();
        let asked: Vec<_> = set_at.iter().map(|(at, time)| (made.questions[*at].clone(), *time)).collect();
        let held = record.held_at(&asked)?;
        answers.since = set_at.iter().zip(held).filter(|(_, held)| !held).map(|((at, _), _)| *at).collect();
        warnings = record.warnings().to_vec();
        notes = record.notes().to_vec();
    }
    let noticed = made.take_noticed();
    let mut plan = match request.direction {
        Direction::ToVapi => to_vapi(&inputs, made, &answers, request.policy)?,
        Direction::ToFile => to_file(&inputs, made, &answers, request.policy)?,
    };
    plan.warnings.extend(warnings);
    loaded.annotate(&mut plan.warnings);
    let status = (request.direction == Direction::ToVapi).then(|| status(&inputs, &plan));
    Ok(Made {
        ids: known_ids(&state, &ids),
        notes,
        includes: noticed.includes.iter().filter_map(|path| includes.locate(path).ok()).collect(),
        plan,
        status,
        noticed,
    })
}

fn inputs<'i, 'd>(
    state: &'i StateFile<'d>,
    fetched: &'i Fetched,
    identities: &'i Identities,
    resolver: &'i Resolver<'i>,
    ids: &'i Ids,
    request: &Request<'i>,
) -> Inputs<'i, 'd> {
    Inputs {
        direction: request.direction,
        state,
        listings: &fetched.listings,
        identities,
        resolver,
        ids,
        selection: request.selection,
        send_secrets: request.policy.send_secrets,
    }
}

/// Asks for each object by id that the lists do not have: a list may lag behind, and only a 404 says that it is gone.
async fn look_for_missing(
    state: &StateFile<'_>,
    fetched: &mut Fetched,
    reader: &Reader,
    allow: Allowances,
) -> Result<(), Diagnostics> {
    let missing = missing(state, &fetched.listings, allow)?;
    let asked = missing.iter().filter_map(|entry| {
        let id = entry.id.as_ref()?.clone();
        Some(async move { (entry.kind.section, reader.get(entry.kind.endpoint, id.as_str()).await) })
    });
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(16).collect().await;
    for (section, answer) in answers {
        if let Some(live) = answer? {
            fetched.listings.entry(section).or_default().push(live);
        }
    }
    Ok(())
}

fn identified<'d>(
    state: &StateFile<'d>,
    fetched: &Fetched,
    includes: &Includes,
    request: &Request<'_>,
) -> Result<Identities, Diagnostics> {
    let ids = Ids::in_file(&state.entries);
    let resolver = Resolver { ids: &ids, env: request.env, includes };
    let identity = |entry: &Entry<'_>| resolver.identity(entry, &mut Resolved::default());
    let candidates = made_before(state, &fetched.listings, &resolver, request.attempts)?;
    identify(state, &fetched.listings, &identity, &candidates)
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

/// Whether any number goes to a squad.
fn rings_squads(fetched: &Fetched) -> bool {
    fetched.listings.get("phone_numbers").into_iter().flatten().any(|live| live.raw().contains("\"squadId\":\""))
}
