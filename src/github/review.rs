//! What the pull requests that brought some commits have shown.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::client::Problem;
use super::place::Place;
use super::seal::Sealer;

/// More commits than are merged between two applies; each is a request.
const MOST_COMMITS: usize = 100;

/// What was reviewed.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// The digests of what the pull requests have shown.
    pub digests: BTreeSet<String>,
    /// The pull requests.
    pub pulls: BTreeSet<u64>,
}

impl Place {
    /// What the merged pull requests of these commits have shown, by squash, rebase or merge.
    ///
    /// # Errors
    /// GitHub could not be asked: nobody knows.
    pub async fn reviewed(&self, commits: &[String], marker: &str, sealer: &Sealer) -> Result<Reviewed, Problem> {
        if commits.len() > MOST_COMMITS {
            return Err(Problem::new(format!("{} commits are too many to look up their pull requests", commits.len())));
        }
        let mut reviewed = Reviewed::default();
        let viewer = self.client.viewer().await?;
        for commit in commits {
            for pull in self.client.list(&self.at(&format!("commits/{commit}/pulls")), &[]).await? {
                let is_merged = pull["merged_at"].is_string() && pull["base"]["ref"].as_str() == self.branch.as_deref();
                let (Some(number), Some(head)) = (pull["number"].as_u64(), pull["head"]["sha"].as_str()) else {
                    continue;
                };
                if !is_merged || !reviewed.pulls.insert(number) {
                    continue;
                }
                let comment = self.our_comment(number, marker, &viewer).await?;
                let body = comment.as_ref().and_then(|comment: &Json| comment["body"].as_str()).unwrap_or_default();
                reviewed.digests.extend(sealer.opened(number, head, body));
            }
        }
        Ok(reviewed)
    }
}
