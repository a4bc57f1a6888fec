//! Looks up what became of a creation whose response was lost.

use super::creations::Creations;
use super::poll::poll;
use super::sought::Sought;
use crate::kinds::Kind;
use crate::model::Map;
use crate::model::diagnostic::{Diagnostic, Failure};
use crate::values::live::Live;

/// What the list shows.
pub enum Lost {
    /// It was created.
    Created(Box<Live>),
    /// The list was polled for the whole time without it.
    NotThere,
    /// The list could not be read, or several objects match.
    Unclear(String),
}

impl Creations {
    /// Polls for the object of a POST of `body` whose response was lost.
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
            // Somebody else created one of that name: ours may still show.
            None if is_named => Lost::Unclear("a new object has its name, but different content".to_owned()),
            None => Lost::NotThere,
            Some(live) if several == 1 => Lost::Created(Box::new(live)),
            Some(_) => Lost::Unclear(format!("{several} new objects match")),
        })
    }

    /// Polls for the live object with the number (or SIP URI) of `body`, which Vapi says exists: somebody else created it,
    /// or a response was lost.
    pub async fn holder_of_number(&self, kind: &'static Kind, body: &Map) -> Option<Live> {
        let sought = Sought::new(kind, body.clone());
        sought.identity().filter(|(field, _)| kind.unique.contains(field))?;
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

/// Whether an error says that the object already exists. Vapi does not document the words.
pub fn says_it_exists(status: Option<u16>, texts: &[String]) -> bool {
    match status {
        Some(409) => true,
        Some(400) => texts.iter().any(|text| text.split(['.', ',', ';', ':', '(', ')']).any(is_said_by)),
        _ => false,
    }
}

fn is_said_by(clause: &str) -> bool {
    let clause = clause.to_lowercase().replace('\u{2019}', "'").replace("n't", " not");
    let words: Vec<&str> = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let before = &words[..at];
        let near = &before[at.saturating_sub(2)..];
        let already = near.iter().rposition(|word| *word == "already").map(|place| at - near.len() + place);
        let says_so = match *word {
            "exists" | "identical" | "duplicate" => true,
            "exist" | "existing" | "used" | "taken" | "imported" | "registered" | "assigned" => already.is_some(),
            "use" => before.last() == Some(&"in"),
            _ => false,
        };
        // "cannot be imported, since it already exists" says so; "does not already exist" and "if it exists" do not.
        let from = already.map_or(0, |already| already.saturating_sub(2));
        let doubts = |word: &&str| match *word {
            "not" | "no" | "never" => true,
            "if" | "whether" | "that" | "must" | "should" | "ensure" => already.is_none(),
            _ => false,
        };
        says_so && !before[from..].iter().any(doubts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_say_so_are_read_as_there_already() {
        let says = |text: &str| says_it_exists(Some(400), &["Bad Request".to_owned(), text.to_owned()]);
        for text in [
            "Existing Phone Number with this number already exists.",
            "This phone number cannot be imported because it already exists",
            "Number could not be imported: +14155550100 is already in use",
            "number is in use by another organization",
            "A phone number that already exists cannot be imported.",
            "This number has already been imported",
            "The SIP URI is already taken",
            "phone number exists",
            "Existing Phone Number c6017c94-8e27-497b-bb2a-3fb2cd2c6f7f Has Identical `number`",
        ] {
            assert!(says(text), "{text}");
        }
        for text in [
            "Credential does not exist",
            "Assistant 7b0e doesn\u{2019}t exist.",
            "property existing should not exist",
            "assistantId must exist",
            "The squad no longer exists",
            "No phone number with this id exists",
            "Check whether the credential exists, and try again",
            "The number is not in use",
            "The number isn't already in use",
            "The call has already ended",
            "the number has already been released",
            "provider must be one of the existing ones",
        ] {
            assert!(!says(text), "{text}");
        }
        assert!(says_it_exists(Some(409), &[]));
        assert!(!says_it_exists(Some(500), &["it already exists".to_owned()]));
    }
}
