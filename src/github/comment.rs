//! The comment on a pull request: one per marker, written by us, brought up to date.

use serde_json::{Value as Json, json};

use super::client::Problem;
use super::event::PullRequest;
use super::place::Place;

/// What became of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was created or changed, or says so already.
    Done,
    /// The pull request has another head by now, or is closed: whoever comes next says more.
    Outdated,
}

impl Place {
    /// Writes the comment of an open pull request. `body` begins with `marker`.
    ///
    /// # Errors
    /// GitHub did not take it.
    pub async fn comment(&self, pull: &PullRequest, marker: &str, body: &str) -> Result<Written, Problem> {
        let now = self.client.get(&self.at(&format!("pulls/{}", pull.number)), &[]).await?;
        if now["head"]["sha"].as_str() != Some(&pull.head) || now["state"].as_str() != Some("open") {
            return Ok(Written::Outdated);
        }
        self.comment_on(pull.number, marker, body).await?;
        Ok(Written::Done)
    }

    /// Writes our comment on a pull request, whatever its state.
    ///
    /// # Errors
    /// GitHub did not take it.
    pub async fn comment_on(&self, number: u64, marker: &str, body: &str) -> Result<(), Problem> {
        let viewer = self.client.viewer().await?;
        let find = async || self.our_comment(number, marker, &viewer).await;
        match find().await? {
            Some(comment) if comment["body"].as_str() == Some(body) => {}
            Some(comment) => {
                let path = self.at(&format!("issues/comments/{}", comment["id"]));
                self.client.change(&path, &json!({"body": body})).await?;
            }
            None => {
                let path = self.at(&format!("issues/{number}/comments"));
                self.client.create(&path, &json!({"body": body}), find).await?;
            }
        }
        Ok(())
    }

    /// Our comment with a marker on a pull request.
    pub(super) async fn our_comment(&self, number: u64, marker: &str, viewer: &str) -> Result<Option<Json>, Problem> {
        let comments = self.client.list(&self.at(&format!("issues/{number}/comments")), &[]).await?;
        Ok(comments.into_iter().find(|comment| is_ours(comment, marker, viewer)))
    }
}

/// Whether a comment, an issue or a pull request is ours: it begins with the marker, and we wrote it.
pub(super) fn is_ours(thing: &Json, marker: &str, viewer: &str) -> bool {
    thing["user"]["login"].as_str() == Some(viewer)
        && thing["body"].as_str().is_some_and(|body| body.starts_with(marker))
}
