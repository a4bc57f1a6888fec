//! What was made in Vapi since the plan was read, by whomever: asked for just before something is made.
//!
//! The lock of a state file keeps two runs on one machine apart. Two machines have nothing in common but Vapi, which has no
//! idempotency keys: what is left is to look as late as can be. Two that look in the same moment still make two objects.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use crate::compare::covers;
use crate::diagnostic::Diagnostic;
use crate::identity::{Listings, identity_field};
use crate::kinds::{KINDS, Kind};
use crate::live::Live;
use crate::model::{Map, Value};
use crate::normalize;
use crate::vapi::Reader;

/// How old a look may be: one serves all that are about to be made.
const RECENT: Duration = Duration::from_millis(250);

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
}

struct Look {
    began: Instant,
    objects: Rc<[Live]>,
}

/// Whether somebody else made an object meanwhile.
pub(super) enum Arrival {
    /// Nobody did.
    None,
    /// This one, and it holds all that would be sent.
    Same(Box<Live>),
    /// Something has the name or number, and is not what would be sent.
    Other(String),
}

impl Arrivals {
    /// `listings` are what the plan was made from.
    pub(super) fn new(reader: Reader, listings: &Listings, parallelism: usize) -> Self {
        let since = |kind: &'static Kind| {
            let lives = listings.get(kind.section).into_iter().flatten();
            let newest = lives.filter_map(|live| live.header.created_at.clone()).max();
            (kind.section, Since { newest, last: Mutex::new(None) })
        };
        Self { reader, kinds: KINDS.into_iter().map(since).collect(), turns: Semaphore::new(parallelism) }
    }

    /// Waits until it is worth looking. To be held until what was looked for is made.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
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
        Ok(match found[..] {
            [] => Arrival::None,
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
        if let Some(look) = &*last
            && (look.began >= asked || look.began.elapsed() < RECENT)
        {
            return Ok(Rc::clone(&look.objects));
        }
        let began = Instant::now();
        let objects: Rc<[Live]> = self.reader.list_since(kind.endpoint, since.newest.as_deref()).await?.objects.into();
        *last = Some(Look { began, objects: Rc::clone(&objects) });
        Ok(objects)
    }
}
