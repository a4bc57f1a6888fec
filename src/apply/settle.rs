//! What became of a POST whose answer was lost: looked up, never guessed.

use std::time::Duration;

use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Failure};
use crate::model::{Map, Value};
use crate::plan::pair::identity_field;
use crate::values::compare::covers;
use crate::values::live::Live;
use crate::values::normalize;
use crate::vapi::{Reader, Search};

/// What a look at the list turned up.
pub(super) enum Settled {
    /// It was made after all.
    Made(Box<Live>),
    /// The list was read for the whole time, and it is not in it.
    NotThere,
    /// The list could not be read, or several objects could be it.
    Unclear(String),
}

/// Looks for an object that was made from `body` since the plan was read. `known` are the ids that were there before and
/// those that other entries have taken since. A list may lag behind, so it is read until the object is found or `patience`
/// is over.
pub(super) async fn settle(
    reader: &Reader,
    kind: &'static Kind,
    body: &Map,
    known: &dyn Fn(&str) -> bool,
    patience: Duration,
) -> Settled {
    let mut search = Search::new(patience);
    loop {
        let looked = match look(reader, kind, body, known).await {
            Err(error) if error.failure == Failure::Interrupted => return Settled::Unclear(error.message),
            Err(error) => Settled::Unclear(error.message),
            Ok(settled) => settled,
        };
        if matches!(looked, Settled::Made(_)) || !search.wait().await {
            return looked;
        }
    }
}

async fn look(
    reader: &Reader,
    kind: &'static Kind,
    body: &Map,
    known: &dyn Fn(&str) -> bool,
) -> Result<Settled, Diagnostic> {
    let listing = reader.list(kind.endpoint).await?;
    let wanted = Value::Map(body.clone());
    let identity = kind.identity_of(&wanted);
    let candidates: Vec<Live> = listing
        .objects
        .into_iter()
        .filter(|live| !known(&live.header.id))
        .filter(|live| identity.is_none_or(|(field, text)| identity_field(&live.header, field) == Some(text)))
        .collect();
    let seen = candidates.len();
    let mut found: Vec<Live> = candidates
        .into_iter()
        .filter(|live| normalize::object(kind, live).is_ok_and(|object| covers(kind.root(), &object, &wanted)))
        .collect();
    Ok(match (found.pop(), found.len()) {
        // Somebody made one of that name, with other content: whether ours is still to come, nobody can tell.
        (None, _) if seen > 0 && identity.is_some() => {
            Settled::Unclear("a new object has its name, but does not hold what was sent".to_owned())
        }
        (None, _) => Settled::NotThere,
        (Some(live), 0) => Settled::Made(Box::new(live)),
        (Some(_), others) => Settled::Unclear(format!("{} new objects could be it", others + 1)),
    })
}

/// The live object that has the number (or SIP URI) of a body: somebody made it before, or an answer was lost. It is there
/// beyond doubt, so a list that lags behind is waited for.
pub(super) async fn owner_of_number(
    reader: &Reader,
    kind: &'static Kind,
    body: &Map,
    known: &dyn Fn(&str) -> bool,
    patience: Duration,
) -> Option<Live> {
    let wanted = Value::Map(body.clone());
    let (field, text) = kind.identity_of(&wanted).filter(|(field, _)| *field != "name")?;
    let mut search = Search::new(patience);
    loop {
        let objects = match reader.list(kind.endpoint).await {
            Ok(listing) => listing.objects,
            Err(error) if error.failure == Failure::Interrupted => return None,
            Err(_) => Vec::new(),
        };
        let is_owner = |live: &Live| identity_field(&live.header, field) == Some(text) && !known(&live.header.id);
        if let Some(owner) = objects.into_iter().find(is_owner) {
            return Some(owner);
        }
        if !search.wait().await {
            return None;
        }
    }
}
