//! Commits on branches. A branch moves forward only.

use serde_json::{Value as Json, json};

use super::client::Problem;
use super::place::Place;

/// How often a branch that moved is taken up anew.
const ATTEMPTS: usize = 3;

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it may be run.
    pub executable: bool,
}

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The branch holds all of it already.
    Nothing,
    /// The branch is at this commit.
    Commit(String),
    /// The branch is protected. Its tip, and the file as it should be there.
    Protected(String, File),
}

impl Place {
    /// The commit that a branch is at. `None`: there is no such branch.
    pub(super) async fn tip(&self, branch: &str) -> Result<Option<String>, Problem> {
        match self.client.get(&self.at(&format!("git/ref/heads/{branch}")), &[]).await {
            Ok(found) => Ok(found.pointer("/object/sha").and_then(Json::as_str).map(str::to_owned)),
            Err(problem) if problem.status == Some(404) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    pub(super) async fn tree(&self, commit: &str) -> Result<String, Problem> {
        let found = self.client.get(&self.at(&format!("git/commits/{commit}")), &[]).await?;
        sha_of(&found["tree"])
    }

    /// A tree that is another one with these files put in.
    pub(super) async fn tree_with(&self, tree: &str, files: &[File]) -> Result<String, Problem> {
        let entry = |file: &File| {
            let mode = if file.executable { "100755" } else { "100644" };
            json!({"path": file.path, "mode": mode, "type": "blob", "content": file.text})
        };
        let body = json!({"base_tree": tree, "tree": files.iter().map(entry).collect::<Vec<_>>()});
        sha_of(&self.client.store(&self.at("git/trees"), &body).await?)
    }

    pub(super) async fn commit(&self, message: &str, tree: &str, parents: &[&str]) -> Result<String, Problem> {
        let body = json!({"message": message, "tree": tree, "parents": parents});
        sha_of(&self.client.store(&self.at("git/commits"), &body).await?)
    }

    /// Commits an edit of one file onto the branch that the workflow runs on. Where the branch moved, the edit is made again on
    /// the file as it is there.
    ///
    /// # Errors
    /// GitHub did not take it, `edit` refuses, or the branch keeps moving.
    pub async fn push(
        &self,
        path: &str,
        executable: bool,
        message: &str,
        edit: impl Fn(&str) -> Result<String, Problem>,
    ) -> Result<Pushed, Problem> {
        let branch = self.branch.as_deref().ok_or_else(|| Problem::new("this workflow run is not on a branch"))?;
        for _ in 0..ATTEMPTS {
            let gone = |what: &str| Problem::new(format!("{what} does not exist on GitHub"));
            let tip = self.tip(branch).await?.ok_or_else(|| gone(branch))?;
            let at_tip = self.client.text(&self.at(&format!("contents/{path}")), &[("ref", &tip)]).await?;
            let text = at_tip.ok_or_else(|| gone(path))?;
            let file = File { path: path.to_owned(), text: edit(&text)?, executable };
            if file.text == text {
                return Ok(Pushed::Nothing);
            }
            let tree = self.tree_with(&self.tree(&tip).await?, std::slice::from_ref(&file)).await?;
            let commit = self.commit(message, &tree, &[&tip]).await?;
            let moved = json!({"sha": commit, "force": false});
            match self.client.change(&self.at(&format!("git/refs/heads/{branch}")), &moved).await {
                Ok(_) => return Ok(Pushed::Commit(commit)),
                Err(problem) if problem.status == Some(422) && problem.message.contains("fast forward") => {}
                Err(problem) if matches!(problem.status, Some(403 | 409 | 422)) => {
                    return Ok(Pushed::Protected(tip, file));
                }
                Err(problem) => return Err(problem),
            }
        }
        Err(Problem::new(format!("others kept pushing to {branch}")))
    }
}

pub(super) fn sha_of(object: &Json) -> Result<String, Problem> {
    object["sha"].as_str().map(str::to_owned).ok_or_else(|| Problem::new("GitHub's answer has no commit id"))
}
