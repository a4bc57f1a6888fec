//! What started the workflow: the name of the event and its payload.

use serde_json::Value as Json;

/// An event of a workflow.
#[derive(Debug, Clone)]
pub struct Event {
    /// `pull_request`, `push`, `schedule`.
    pub name: String,
    payload: Json,
}

/// The pull request that an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The commit at its head: not the trial merge that is checked out.
    pub head: String,
    /// Why it is given no secrets, if it is not: it comes from a fork, or from Dependabot.
    pub stranger: Option<&'static str>,
}

impl Event {
    /// An event by its name, with the text of `$GITHUB_EVENT_PATH`.
    pub fn new(name: String, payload: &str) -> Self {
        Self { name, payload: serde_json::from_str(payload).unwrap_or_default() }
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.payload.pointer(pointer)?.as_str()
    }

    /// The open pull request, if this is an event of one.
    pub fn pull_request(&self) -> Option<PullRequest> {
        if self.name != "pull_request" || self.text("/pull_request/state").is_some_and(|state| state != "open") {
            return None;
        }
        let repository = |side: &str| self.text(&format!("/pull_request/{side}/repo/full_name"));
        let stranger = if self.text("/pull_request/user/login") == Some("dependabot[bot]") {
            Some("Dependabot")
        } else if repository("head") != repository("base") {
            // The repository of a fork may be gone.
            Some("A fork")
        } else {
            None
        };
        let number = self.payload.pointer("/pull_request/number")?.as_u64()?;
        Some(PullRequest { number, head: self.text("/pull_request/head/sha")?.to_owned(), stranger })
    }

    /// The digest of the plan that a person approves by running the workflow by hand.
    pub fn approved(&self) -> Option<&str> {
        self.text("/inputs/expect").filter(|digest| self.name == "workflow_dispatch" && !digest.is_empty())
    }

    /// The commit that the branch was at before a push.
    pub fn before(&self) -> Option<&str> {
        self.text("/before").filter(|commit| self.name == "push" && commit.bytes().any(|byte| byte != b'0'))
    }
}
