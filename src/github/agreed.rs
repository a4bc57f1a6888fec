//! The ref of the agreed commit on GitHub. Only a newer agreement replaces one.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::client::Problem;
use super::place::Place;
use super::refs::sha_of;
use crate::model::agreed::Agreed;

impl Place {
    /// Moves a ref to an agreement. One that stands for the same or a newer one stays.
    ///
    /// # Errors
    /// GitHub did not take it.
    pub async fn note(&self, name: &str, agreed: &Agreed) -> Result<(), Problem> {
        let short = name.trim_start_matches("refs/");
        let path = self.at(&format!("git/ref/{short}"));
        let standing = match self.client.get(&path, &[]).await {
            Ok(found) => Some(found),
            Err(problem) if problem.status == Some(404) => None,
            Err(problem) => return Err(problem),
        };
        if let Some(tag) = standing.as_ref().and_then(|found| found.pointer("/object/sha")?.as_str()) {
            let tag = self.client.get(&self.at(&format!("git/tags/{tag}")), &[]).await?;
            let time =
                tag.pointer("/tagger/date").and_then(Json::as_str).and_then(|date| date.parse::<Timestamp>().ok());
            if time.is_some_and(|time| time.as_second() >= agreed.time.as_second()) {
                return Ok(());
            }
        }
        let tagger = json!({"name": "vapi-sync", "email": "vapi-sync@localhost", "date": agreed.time.to_string()});
        let tag =
            json!({"tag": short, "message": agreed.run, "object": agreed.commit, "type": "commit", "tagger": tagger});
        let tag = sha_of(&self.client.store(&self.at("git/tags"), &tag).await?)?;
        if standing.is_some() {
            // A tag object is no descendant of another.
            let moved = json!({"sha": tag, "force": true});
            self.client.change(&self.at(&format!("git/refs/{short}")), &moved).await?;
            return Ok(());
        }
        let made = async || match self.client.get(&path, &[]).await {
            Ok(found) => Ok(Some(found)),
            Err(problem) if problem.status == Some(404) => Ok(None),
            Err(problem) => Err(problem),
        };
        self.client.create(&self.at("git/refs"), &json!({"ref": name, "sha": tag}), made).await?;
        Ok(())
    }
}
