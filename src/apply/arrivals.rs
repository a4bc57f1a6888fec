//! What was made in Vapi since the plan was read, by whomever: asked for just before something is made.
//!
//! The lock of a state file keeps two runs on one machine apart. Two machines have nothing in common but Vapi, which has no
//! idempotency keys. What is left: look before each creation; make the first object of a kind alone and look again; and
//! once anything shows that somebody else is making the same, make nothing more. Two runs that begin in the same moment
//! can so make one object of each kind twice, and no more, as long as the list does not lag.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Map, Value};
use crate::plan::pair::{Listings, identity_field};
use crate::values::compare::covers;
use crate::values::live::Live;
use crate::values::normalize;
use crate::vapi::Reader;

/// The looks of one run.
pub(super) struct Arrivals {
    reader: Reader,
    kinds: HashMap<&'static str, Since>,
    /// As many as requests may be under way: who waits longer would go by an old look.
    turns: Semaphore,
}

/// What came since the plan was read.
struct Since {
    /// When the newest object of the plan was made, as Vapi shows it. `None`: there was none.
    newest: Option<String>,
    last: Mutex<Option<Look>>,
    /// Whether the first object was made. Held while it is.
    begun: Mutex<bool>,
    /// An object that somebody else made while this run was at it.
    rival: RefCell<Option<String>>,
}

/// One look serves all who asked before it began.
struct Look {
    began: Instant,
    objects: Rc<[Live]>,
}

/// The right to make one object, until it is dropped.
pub(super) struct Turn<'a> {
    _permit: Option<SemaphorePermit<'a>>,
    /// Nobody else makes an object of this kind now.
    alone: Option<MutexGuard<'a, bool>>,
}

/// Whether somebody else made an object meanwhile.
pub(super) enum Arrival {
    /// Nobody did.
    None,
    /// This one, and it holds all that would be sent.
    Same(Box<Live>),
    /// Something has the name or number, and is not what would be sent: the ids.
    Other(String),
    /// Not this one, but another that this run was to make: the id.
    Rival(String),
}

impl Arrivals {
    /// `listings` are what the plan was made from.
    pub(super) fn new(reader: Reader, listings: &Listings, parallelism: usize) -> Self {
        let since = |kind: &'static Kind| {
            let lives = listings.get(kind.section).into_iter().flatten();
            let newest = lives.filter_map(|live| live.header.created_at.clone()).max();
            let since = Since { newest, last: Mutex::new(None), begun: Mutex::new(false), rival: RefCell::new(None) };
            (kind.section, since)
        };
        Self { reader, kinds: KINDS.into_iter().map(since).collect(), turns: Semaphore::new(parallelism) }
    }

    /// Waits until a request can be sent soon. To be held until it is answered.
    pub(super) async fn any_turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// Waits for the right to make an object. To be held until it is made.
    pub(super) async fn turn(&self, kind: &'static Kind) -> Turn<'_> {
        let permit = self.any_turn().await;
        let Some(since) = self.kinds.get(kind.section) else { return Turn { _permit: permit, alone: None } };
        let begun = since.begun.lock().await;
        Turn { _permit: permit, alone: (!*begun).then_some(begun) }
    }

    /// Looks again once the first object of a kind is made, here as `id`.
    pub(super) async fn made(&self, turn: &mut Turn<'_>, kind: &'static Kind, body: &Map, id: &str) {
        if let Some(mut begun) = turn.alone.take() {
            // Whether it can be asked or not, the object is made, and the others look for themselves.
            let _ = self.look(kind, body, &|other| other == id).await;
            *begun = true;
        }
    }

    /// Looks for an object with the name or number of `body`. `known` are ids that are no news.
    ///
    /// # Errors
    /// Vapi could not be asked: then nobody knows.
    pub(super) async fn look(
        &self,
        kind: &'static Kind,
        body: &Map,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Arrival, Diagnostic> {
        let wanted = Value::Map(body.clone());
        let Some((field, text)) = kind.identity_of(&wanted) else { return Ok(Arrival::None) };
        let objects = self.recent(kind).await?;
        let has_it = |live: &&Live| identity_field(&live.header, field) == Some(text) && !known(&live.header.id);
        let found: Vec<&Live> = objects.iter().filter(has_it).collect();
        let Some(since) = self.kinds.get(kind.section) else { return Ok(Arrival::None) };
        if let Some(live) = found.first() {
            since.rival.borrow_mut().get_or_insert_with(|| live.header.id.clone());
        }
        Ok(match found[..] {
            [] => since.rival.borrow().clone().map_or(Arrival::None, Arrival::Rival),
            [live] if normalize::object(kind, live).is_ok_and(|live| covers(kind.root(), &live, &wanted)) => {
                Arrival::Same(Box::new(live.clone()))
            }
            _ => {
                let ids: Vec<&str> = found.iter().map(|live| live.header.id.as_str()).collect();
                Arrival::Other(ids.join(", "))
            }
        })
    }

    async fn recent(&self, kind: &'static Kind) -> Result<Rc<[Live]>, Diagnostic> {
        let asked = Instant::now();
        let Some(since) = self.kinds.get(kind.section) else { return Ok(Rc::default()) };
        let mut last = since.last.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.began >= asked) {
            return Ok(Rc::clone(&look.objects));
        }
        let began = Instant::now();
        let objects: Rc<[Live]> = self.reader.list_since(kind.endpoint, since.newest.as_deref()).await?.objects.into();
        *last = Some(Look { began, objects: Rc::clone(&objects) });
        Ok(objects)
    }
}
