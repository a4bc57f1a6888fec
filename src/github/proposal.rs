//! A pull request of ours: on a branch of its own, brought up to date, closed when nothing is left.

use serde_json::{Value as Json, json};

use super::client::Problem;
use super::comment::is_ours;
use super::place::Place;
use super::refs::File;

/// What is proposed.
#[derive(Debug)]
pub struct Proposal<'p> {
    /// The branch, below `vapi-sync/`.
    pub branch: &'p str,
    /// The commit that it is made from.
    pub base: &'p str,
    /// What changes. Empty: nothing is left to propose.
    pub files: &'p [File],
    /// The title, which is the message of the commit as well.
    pub title: &'p str,
    /// The text, which begins with `marker`.
    pub body: &'p str,
    /// By what it is found again.
    pub marker: &'p str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// It is open, at this address.
    Open(String),
    /// Nothing is left, and none is open.
    Nothing,
    /// A person closed it, and nothing new has come since.
    Declined,
    /// Somebody else committed to the branch.
    Foreign,
}

impl Place {
    /// Brings the pull request of a branch in line with a proposal.
    ///
    /// # Errors
    /// GitHub did not take it.
    pub async fn propose(&self, proposal: &Proposal<'_>) -> Result<Proposed, Problem> {
        let Proposal { branch, base, files, title, body, marker } = proposal;
        let target = self.branch.as_deref().ok_or_else(|| Problem::new("this workflow run is not on a branch"))?;
        let viewer = self.client.viewer().await?;
        let head = format!("{}:{branch}", self.owner());
        let query =
            [("state", "all"), ("head", head.as_str()), ("base", target), ("sort", "created"), ("direction", "desc")];
        let pulls = self.client.list(&self.at("pulls"), &query).await?;
        let ours = || pulls.iter().filter(|pull| is_ours(pull, marker, &viewer));
        let open = ours().find(|pull| pull["state"] == "open");
        if files.is_empty() {
            if let Some(pull) = open {
                // What comes again later is then no repetition of what a person closed.
                let body = format!("{marker}\nClosed: the file and Vapi agree again, so nothing is left to merge.");
                self.change(pull, &json!({"state": "closed", "body": body})).await?;
            }
            return Ok(Proposed::Nothing);
        }
        let tree = self.tree_with(&self.tree(base).await?, files).await?;
        let content = format!("<!-- content {} -->", self.content(files).await?);
        let body = format!("{body}\n{content}\n");
        let declined = |pull: &Json| {
            pull["merged_at"].is_null() && pull["body"].as_str().is_some_and(|old| old.contains(&content))
        };
        if open.is_none() && ours().next().is_some_and(declined) {
            return Ok(Proposed::Declined);
        }
        if !self.advance(branch, base, &tree, title, &viewer).await? {
            return Ok(Proposed::Foreign);
        }
        if let Some(pull) = open {
            return Ok(Proposed::Open(self.change(pull, &json!({"title": title, "body": body})).await?));
        }
        let made = async || {
            let now =
                self.client.list(&self.at("pulls"), &[("state", "open"), ("head", &head), ("base", target)]).await?;
            Ok(now.into_iter().find(|pull| is_ours(pull, marker, &viewer)))
        };
        let request = json!({"title": title, "body": body, "head": branch, "base": target});
        Ok(Proposed::Open(address(&self.client.create(&self.at("pulls"), &request, made).await?)))
    }

    /// What the files say, whatever they are put into: the tree that holds them alone.
    async fn content(&self, files: &[File]) -> Result<String, Problem> {
        let alone =
            files.iter().map(|file| json!({"path": file.path, "mode": "100644", "type": "blob", "content": file.text}));
        let tree = self.client.store(&self.at("git/trees"), &json!({"tree": alone.collect::<Vec<_>>()})).await?;
        tree["sha"].as_str().map(str::to_owned).ok_or_else(|| Problem::new("GitHub's answer has no commit id"))
    }

    async fn change(&self, pull: &Json, to: &Json) -> Result<String, Problem> {
        Ok(address(&self.client.change(&self.at(&format!("pulls/{}", pull["number"])), to).await?))
    }

    /// Moves our branch on to a tree. `false`: it is not ours any more.
    async fn advance(&self, branch: &str, base: &str, tree: &str, title: &str, viewer: &str) -> Result<bool, Problem> {
        let Some(tip) = self.tip(branch).await? else {
            let commit = self.commit(title, tree, &[base]).await?;
            let body = json!({"ref": format!("refs/heads/{branch}"), "sha": commit});
            let made = async || Ok(self.tip(branch).await?.filter(|tip| *tip == commit).map(|_| Json::Null));
            self.client.create(&self.at("git/refs"), &body, made).await?;
            return Ok(true);
        };
        let last = self.client.get(&self.at(&format!("commits/{tip}")), &[]).await?;
        let by = last["author"]["login"].as_str();
        if by != Some(viewer) {
            return Ok(false);
        }
        let parents = last["parents"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_on_base = parents.iter().any(|parent| parent["sha"].as_str() == Some(base));
        if self.tree(&tip).await? == tree && is_on_base {
            return Ok(true);
        }
        // Both are parents, so that the branch moves forward and the pull request shows what differs from the base.
        let commit = self.commit(title, tree, &[&tip, base]).await?;
        let moved = json!({"sha": commit, "force": false});
        match self.client.change(&self.at(&format!("git/refs/heads/{branch}")), &moved).await {
            Ok(_) => Ok(true),
            Err(problem) if problem.status == Some(422) && problem.message.contains("fast forward") => Ok(false),
            Err(problem) => Err(problem),
        }
    }
}

fn address(pull: &Json) -> String {
    pull["html_url"].as_str().unwrap_or_default().to_owned()
}
