//! Coordinates the creations of a run, and detects what others created since the plan.
//!
//! The lock of a state file excludes a second run on one machine. Two machines share only Vapi, which has no idempotency
//! keys. So: look before each creation; create the first object of a kind alone and look again; once another run shows,
//! create nothing more. Two runs that start at the same moment can create one object of each kind twice, no more, as long as
//! the list does not lag.
//!
//! The looks are a pipeline: the next one is under way while objects are created on the strength of the last. After the first
//! object of a kind, a look counts for a few round trips; if it is older, one that began later is waited for.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use tokio::task::JoinHandle;

use super::sought::Sought;
use crate::kinds::{KINDS, Kind};
use crate::model::Map;
use crate::model::diagnostic::Diagnostic;
use crate::plan::pair::Listings;
use crate::values::live::Live;
use crate::vapi::{Reader, Since};

/// How many round trips a look counts: as many as the next one takes, which waits behind creations, after its own.
const ROUND_TRIPS: u32 = 5;

/// The creations of one run.
pub struct Creations {
    pub(super) reader: Reader,
    /// How long to poll a list that may lag.
    pub(super) patience: Duration,
    kinds: HashMap<&'static str, OfKind>,
    /// As many as concurrent requests: the result of a look must not get old in a queue.
    turns: Semaphore,
}

struct OfKind {
    /// When the plan's newest object was created, as Vapi shows it.
    newest: Option<String>,
    /// The ids of the plan's objects, and of those created or linked since.
    known: RefCell<HashSet<String>>,
    looks: Mutex<Looks>,
    /// How many objects are still to be created.
    expected: Cell<usize>,
    /// Whether the first object exists. Locked while it is created.
    begun: Mutex<bool>,
    /// An object that another run created during this one.
    rival: RefCell<Option<String>>,
}

type Looking = JoinHandle<Result<Vec<Live>, Diagnostic>>;

/// The last look, and one that is under way for later creations.
struct Looks {
    last: Look,
    ahead: Option<(Instant, Looking)>,
}

/// One look serves all requests made before it began.
struct Look {
    began: Instant,
    objects: Rc<[Live]>,
}

/// The right to create one object, until it is dropped.
pub struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
    /// This run creates no other object of the kind meanwhile.
    alone: Option<MutexGuard<'a, bool>>,
}

/// What others created since the plan.
pub enum Found {
    /// Nothing relevant.
    Nothing,
    /// This object, with all that would be sent.
    Same(Box<Live>),
    /// Objects with the name or number but other content: their ids.
    Other(String),
    /// Another object that this run was to create: its id.
    Rival(String),
}

impl Creations {
    /// `listings`: the plan's, asked for at `read_at`.
    pub fn new(reader: Reader, listings: &Listings, read_at: Instant, parallelism: usize, patience: Duration) -> Self {
        let of_kind = |kind: &'static Kind| {
            let lives = || listings.get(kind.section).into_iter().flatten();
            let of_kind = OfKind {
                newest: lives().filter_map(|live| live.header.created_at.clone()).max(),
                known: RefCell::new(lives().map(|live| live.header.id.clone()).collect()),
                looks: Mutex::new(Looks { last: Look { began: read_at, objects: Rc::new([]) }, ahead: None }),
                expected: Cell::new(0),
                begun: Mutex::new(false),
                rival: RefCell::new(None),
            };
            (kind.section, of_kind)
        };
        Self { reader, patience, kinds: KINDS.into_iter().map(of_kind).collect(), turns: Semaphore::new(parallelism) }
    }

    /// Notes that an object is to be created.
    pub fn expect(&self, kind: &Kind) {
        if let Some(of_kind) = self.kinds.get(kind.section) {
            of_kind.expected.update(|expected| expected + 1);
        }
    }

    /// Notes that the object belongs to an entry.
    pub fn know(&self, kind: &Kind, id: &str) {
        if let Some(of_kind) = self.kinds.get(kind.section) {
            of_kind.known.borrow_mut().insert(id.to_owned());
        }
    }

    /// Whether the id is known, so belongs to another object than the one being created.
    pub fn knows(&self, kind: &Kind, id: &str) -> bool {
        self.kinds.get(kind.section).is_some_and(|of_kind| of_kind.known.borrow().contains(id))
    }

    /// Waits until a request can be sent soon. Hold the permit until the response.
    pub async fn any_turn(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed.
        self.turns.acquire().await.ok()
    }

    /// Waits for the right to create an object. Hold it until the object exists.
    pub async fn turn(&self, kind: &'static Kind) -> Turn<'_> {
        let permit = self.any_turn().await;
        let Some(of_kind) = self.kinds.get(kind.section) else { return Turn { _permit: permit, alone: None } };
        of_kind.expected.update(|expected| expected.saturating_sub(1));
        let begun = of_kind.begun.lock().await;
        Turn { _permit: permit, alone: (!*begun).then_some(begun) }
    }

    /// Looks again after the first object of a kind was created, as `id`.
    pub async fn created(&self, turn: &mut Turn<'_>, kind: &'static Kind, body: &Map, id: &str) {
        if let Some(mut begun) = turn.alone.take() {
            self.know(kind, id);
            // The object exists even if this fails, and later creations look again.
            let _ = self.look_since(kind, body, Duration::ZERO).await;
            *begun = true;
        }
    }

    /// Looks for a new object with the name or number of `body`.
    ///
    /// # Errors
    /// The list could not be read: nothing is known.
    pub async fn look(&self, kind: &'static Kind, body: &Map) -> Result<Found, Diagnostic> {
        self.look_since(kind, body, self.reader.quickest() * ROUND_TRIPS).await
    }

    /// A look that began not longer ago than `young`, or after it was asked for.
    async fn look_since(&self, kind: &'static Kind, body: &Map, young: Duration) -> Result<Found, Diagnostic> {
        let sought = Sought::new(kind, body.clone());
        let Some(of_kind) = self.kinds.get(kind.section).filter(|_| sought.identity().is_some()) else {
            return Ok(Found::Nothing);
        };
        let objects = self.recent(kind, of_kind, young).await?;
        let is_new = |live: &&Live| sought.is_named_as(live) && !self.knows(kind, &live.header.id);
        let found: Vec<&Live> = objects.iter().filter(is_new).collect();
        if let Some(live) = found.first() {
            of_kind.rival.borrow_mut().get_or_insert_with(|| live.header.id.clone());
        }
        Ok(match found[..] {
            [] => of_kind.rival.borrow().clone().map_or(Found::Nothing, Found::Rival),
            [live] if sought.is_held_by(live) => Found::Same(Box::new(live.clone())),
            _ => Found::Other(found.iter().map(|live| live.header.id.as_str()).collect::<Vec<_>>().join(", ")),
        })
    }

    async fn recent(&self, kind: &'static Kind, of_kind: &OfKind, young: Duration) -> Result<Rc<[Live]>, Diagnostic> {
        let asked = Instant::now();
        let counts = |began: Instant| began >= asked || began.elapsed() < young;
        let mut looks = of_kind.looks.lock().await;
        let is_of_use = !young.is_zero() && !counts(looks.last.began);
        if let Some((began, look)) = looks.ahead.take_if(|(_, look)| is_of_use || look.is_finished()) {
            // If it failed, the next one says why.
            let _ = looks.take(began, look).await;
        }
        if !counts(looks.last.began) {
            let (began, look) = self.begin(kind, of_kind);
            looks.take(began, look).await?;
        }
        let is_aging = !young.is_zero() && looks.last.began.elapsed() >= young / ROUND_TRIPS;
        if is_aging && of_kind.expected.get() > 0 && looks.ahead.is_none() {
            looks.ahead = Some(self.begin(kind, of_kind));
        }
        Ok(Rc::clone(&looks.last.objects))
    }

    /// Asks for what was created since the plan.
    fn begin(&self, kind: &'static Kind, of_kind: &OfKind) -> (Instant, Looking) {
        let (reader, newest) = (self.reader.clone(), of_kind.newest.clone());
        let look = async move {
            let since = newest.as_deref().map_or(Since::Ever, Since::Created);
            Ok(reader.list_since(kind.endpoint, since).await?.objects)
        };
        (Instant::now(), tokio::spawn(look))
    }
}

impl Looks {
    async fn take(&mut self, began: Instant, look: Looking) -> Result<(), Diagnostic> {
        let stopped = |_| Diagnostic::error("vapi-list-incomplete", "the search for new objects was stopped");
        let objects = look.await.map_err(stopped)??;
        if began > self.last.began {
            self.last = Look { began, objects: objects.into() };
        }
        Ok(())
    }
}
