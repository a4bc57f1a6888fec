//! What became of a creation whose answer does not say it: looked up, never guessed.

use super::creations::Creations;
use super::poll::poll;
use super::sought::Sought;
use crate::kinds::Kind;
use crate::model::Map;
use crate::model::diagnostic::{Diagnostic, Failure};
use crate::values::live::Live;

/// What a look at the list turned up.
pub enum Lost {
    /// It was created after all.
    Created(Box<Live>),
    /// The list was read for the whole time, and it is not in it.
    NotThere,
    /// The list could not be read, or several objects could be it.
    Unclear(String),
}

impl Creations {
    /// Looks for the object that a POST of `body` created whose answer was lost.
    pub async fn lost_answer(&self, kind: &'static Kind, body: &Map) -> Lost {
        let sought = Sought::new(kind, body.clone());
        let mut seen = Lost::NotThere;
        poll(self.patience, async || {
            let looked = self.look_once(&sought).await;
            let is_interrupted = matches!(&looked, Err(error) if error.failure == Failure::Interrupted);
            seen = looked.unwrap_or_else(|error| Lost::Unclear(error.message));
            (is_interrupted || matches!(seen, Lost::Created(_))).then_some(())
        })
        .await;
        seen
    }

    async fn look_once(&self, sought: &Sought) -> Result<Lost, Diagnostic> {
        let has_name = sought.identity().is_some();
        let mut new = self.reader.list(sought.kind.endpoint).await?.objects;
        new.retain(|live| !self.knows(sought.kind, &live.header.id) && (!has_name || sought.is_named_as(live)));
        let is_named = has_name && !new.is_empty();
        new.retain(|live| sought.is_held_by(live));
        let several = new.len();
        Ok(match new.pop() {
            // Somebody created one of that name with other content: ours may still show.
            None if is_named => Lost::Unclear("a new object has its name, but does not hold what was sent".to_owned()),
            None => Lost::NotThere,
            Some(live) if several == 1 => Lost::Created(Box::new(live)),
            Some(_) => Lost::Unclear(format!("{several} new objects could be it")),
        })
    }

    /// The live object that has the number (or SIP URI) of `body`, where Vapi says that there is one: somebody created it
    /// before, or an answer was lost. A list that lags behind is waited for.
    pub async fn holder_of_number(&self, kind: &'static Kind, body: &Map) -> Option<Live> {
        let sought = Sought::new(kind, body.clone());
        sought.identity().filter(|(field, _)| *field != "name")?;
        poll(self.patience, async || match self.reader.list(kind.endpoint).await {
            Ok(listing) => {
                let is_holder = |live: &Live| sought.is_named_as(live) && !self.knows(kind, &live.header.id);
                listing.objects.into_iter().find(is_holder).map(Some)
            }
            Err(error) => (error.failure == Failure::Interrupted).then_some(None),
        })
        .await?
    }
}
