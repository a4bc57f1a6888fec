//! Where a workflow runs: repository, branch, event, and the way to the API, from the environment of the runner.

use super::client::Client;
use super::event::Event;
use crate::model::Secret;
use crate::model::diagnostic::Diagnostic;

/// A workflow on a repository.
pub struct Place {
    /// The way to the API.
    pub client: Client,
    /// `owner/name`.
    pub repository: String,
    /// The branch that the workflow runs on, if it is one.
    pub branch: Option<String>,
}

/// The value of a variable that is set to something.
fn set(lookup: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The token for GitHub, `GITHUB_TOKEN` or `GH_TOKEN`.
pub fn token(lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    set(lookup, "GITHUB_TOKEN").or_else(|| set(lookup, "GH_TOKEN"))
}

/// What started the workflow.
pub fn event(lookup: &dyn Fn(&str) -> Option<String>) -> Option<Event> {
    let payload = set(lookup, "GITHUB_EVENT_PATH").and_then(|path| std::fs::read_to_string(path).ok());
    Some(Event::new(set(lookup, "GITHUB_EVENT_NAME")?, &payload.unwrap_or_default()))
}

/// The page of this run.
pub fn run_url(lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let server = set(lookup, "GITHUB_SERVER_URL")?;
    Some(format!("{server}/{}/actions/runs/{}", set(lookup, "GITHUB_REPOSITORY")?, set(lookup, "GITHUB_RUN_ID")?))
}

impl Place {
    /// Where a workflow runs. Nothing is sent yet.
    ///
    /// # Errors
    /// There is no token or no repository, or the API's address cannot be used.
    pub fn from_env(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Diagnostic> {
        let missing = |what: &str| {
            Diagnostic::error("github", format!("{what} is not set")).help(
                "--github works in a workflow of GitHub only; there, set `env: GITHUB_TOKEN: ${{ github.token }}`",
            )
        };
        let token = token(lookup).ok_or_else(|| missing("GITHUB_TOKEN"))?;
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let repository = set(lookup, "GITHUB_REPOSITORY")
            .filter(|text| text.split_once('/').is_some_and(|(owner, name)| is_word(owner) && is_word(name)))
            .ok_or_else(|| missing("GITHUB_REPOSITORY"))?;
        let base = set(lookup, "GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned());
        let graphql = set(lookup, "GITHUB_GRAPHQL_URL");
        let secret = Secret::new(token, vec!["GITHUB_TOKEN".to_owned()]);
        let is_branch = set(lookup, "GITHUB_REF_TYPE").is_none_or(|kind| kind == "branch");
        Ok(Self {
            client: Client::new(&base, graphql.as_deref(), secret)?,
            repository,
            branch: set(lookup, "GITHUB_REF_NAME").filter(|_| is_branch),
        })
    }

    /// The path of something of the repository.
    pub(super) fn at(&self, path: &str) -> String {
        format!("repos/{}/{path}", self.repository)
    }

    pub(super) fn owner(&self) -> &str {
        self.repository.split('/').next().unwrap_or_default()
    }
}
