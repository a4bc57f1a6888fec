//! A failed request: what happened, whether Vapi may have carried it out, and what to do next.

use std::time::Duration;

use super::connection::{Connection, DEFAULT_BASE_URL};
use crate::model::diagnostic::{Diagnostic, Failure};

/// Whether a failed request may have changed something, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Not carried out: it never arrived, or hit the rate limit (429).
    NotSent,
    /// Not carried out: Vapi rejected it.
    Refused,
    /// It may have been carried out, by this or an earlier attempt.
    Unclear,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No HTTP client could be made: no CA certificates, a broken proxy variable.
    Setup(String),
    /// No connection could be opened.
    Unreachable(String),
    /// No TLS: the certificate was not accepted, or the host does not speak TLS.
    Tls(String),
    /// The connection was lost before the response was complete.
    Lost(String),
    /// No response in this time.
    Timeout(Duration),
    /// The run's own deadline passed.
    Deadline(Duration),
    /// 401.
    Unauthorized,
    /// 403 in Vapi's own words.
    Forbidden,
    /// 404 in Vapi's own words: no such object.
    NoSuchObject,
    /// 404 for the path itself. Says nothing about an object.
    NoSuchAddress,
    /// 429 too often, or with a longer `Retry-After` (this long) than a run waits.
    RateLimited(Option<Duration>),
    /// Any other 4xx.
    Refused,
    /// 408, 425, 5xx.
    Unavailable,
    /// 403 in words that are not Vapi's: a proxy, a VPN or the CDN refused it.
    Blocked,
    /// A response of an unexpected form.
    Unreadable(String),
    /// 3xx. Not followed: the key belongs to one host.
    Redirected(Option<String>),
    /// [`super::Transport::stop`] was called before it was sent (again).
    Interrupted,
}

/// A request that failed after all its retries. Holds neither the key nor the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// `GET`, `POST`, `PATCH`.
    pub method: String,
    /// The path, without the query: `/assistant/7b0e…`.
    pub path: String,
    /// The host: `api.vapi.ai`.
    pub host: String,
    /// What happened at the last attempt.
    pub problem: Problem,
    /// Whether Vapi may have carried out any attempt.
    pub certainty: Certainty,
    /// The status of the last response, if there was one.
    pub status: Option<u16>,
    /// Vapi's own words, or a short description of a body that is not Vapi's. Untrusted text, truncated.
    pub words: Vec<String>,
    /// How often it was sent.
    pub attempts: u32,
    /// The variable of the key.
    pub(super) key_variable: String,
}

impl RequestError {
    /// The stable error code.
    pub fn code(&self) -> &'static str {
        match &self.problem {
            Problem::Setup(_) => "vapi-setup",
            Problem::Unreachable(_) | Problem::Tls(_) | Problem::Lost(_) => "vapi-unreachable",
            Problem::Timeout(_) | Problem::Deadline(_) => "vapi-timeout",
            Problem::Unauthorized | Problem::Forbidden => "vapi-unauthorized",
            Problem::NoSuchObject | Problem::NoSuchAddress => "vapi-not-found",
            Problem::RateLimited(_) => "vapi-rate-limited",
            Problem::Refused => "vapi-refused",
            Problem::Unavailable | Problem::Blocked => "vapi-unavailable",
            Problem::Unreadable(_) => "vapi-unreadable",
            Problem::Redirected(_) => "vapi-redirected",
            Problem::Interrupted => "interrupted",
        }
    }

    fn message(&self) -> String {
        let Self { method, path, host, .. } = self;
        let request = format!("{method} {path}");
        let what = match &self.problem {
            Problem::Setup(why) => format!("no HTTPS connection can be made on this machine: {why}"),
            Problem::Unreachable(why) => format!("{host} cannot be reached: {why}"),
            Problem::Tls(why) => format!("no secure connection to {host}: {why}"),
            Problem::Lost(why) => {
                format!("{request}: the connection to {host} was lost before the response was complete: {why}")
            }
            Problem::Timeout(limit) => format!("{request}: no response from {host} within {limit:?}"),
            Problem::Deadline(limit) => {
                format!("{request}: the run took longer than {limit:?} (--timeout) and was ended")
            }
            Problem::Unauthorized => format!("{host} does not accept the key in {}", self.key_variable),
            Problem::Forbidden => {
                format!("{request}: {host} does not allow this with the key in {}", self.key_variable)
            }
            Problem::NoSuchObject => format!("{request}: {host} does not have this object (any more)"),
            Problem::NoSuchAddress => format!("{request}: {host} does not know this address"),
            Problem::RateLimited(None) => format!("{request}: too many requests for {host} (rate limit)"),
            Problem::RateLimited(Some(wait)) => {
                format!("{request}: too many requests for {host} (rate limit), which asks to wait {} s", wait.as_secs())
            }
            Problem::Refused => format!("{request}: {host} refused it"),
            Problem::Unavailable => format!("{request}: {host} is not available"),
            Problem::Blocked => format!("{request}: blocked before it reached Vapi"),
            Problem::Unreadable(why) => format!("{request}: the response of {host} cannot be read: {why}"),
            Problem::Redirected(Some(target)) => format!("{request}: {host} redirects to {target}"),
            Problem::Redirected(None) => format!("{request}: {host} redirects"),
            Problem::Interrupted if self.attempts == 0 => format!("{request}: not sent, the run was interrupted"),
            Problem::Interrupted => format!("{request}: not retried, the run was interrupted"),
        };
        let mut message = what;
        if let Some(status) = self.status {
            message.push_str(&format!(" (status {status})"));
        }
        // Vapi's hint on a wrong key names both kinds of key; ours says which one is right.
        if !self.words.is_empty() && self.problem != Problem::Unauthorized {
            message.push_str(": ");
            message.push_str(&self.words.join("; "));
        }
        if self.attempts > 1 {
            message.push_str(&format!(" ({} attempts)", self.attempts));
        }
        message
    }

    fn help(&self) -> Option<String> {
        let is_vapi = matches!(self.host.as_str(), "api.vapi.ai" | "api.eu.vapi.ai");
        let right_address = format!("check VAPI_BASE_URL: Vapi's own address is {DEFAULT_BASE_URL}");
        Some(match &self.problem {
            Problem::Setup(_) => {
                "install the package ca-certificates, or set SSL_CERT_FILE to a file with the CA certificates".into()
            }
            Problem::Unreachable(_) if is_vapi => "check the network, and HTTPS_PROXY if there is a proxy".into(),
            Problem::Unreachable(_) => format!("check that a server runs there, and {right_address}"),
            Problem::Tls(_) => {
                "if a proxy of your company reads the traffic, set SSL_CERT_FILE to a file with its certificate; ask \
                who runs it"
                    .into()
            }
            Problem::Unauthorized => format!(
                "use the private key of the organisation (dashboard.vapi.ai → API Keys), not the public one; for an EU \
                 organisation also set VAPI_BASE_URL=https://api.eu.vapi.ai (now: {})",
                self.host
            ),
            Problem::Forbidden => {
                "use a private key of this organisation that may do this (dashboard.vapi.ai → API Keys)".into()
            }
            Problem::NoSuchAddress | Problem::Redirected(_) => right_address,
            Problem::Unreadable(_) if !is_vapi => right_address,
            Problem::RateLimited(_) => "wait a minute, then run it again: nothing is done twice".into(),
            Problem::Lost(_) | Problem::Timeout(_) | Problem::Unavailable | Problem::Unreadable(_) => {
                "run it again; status.vapi.ai shows outages".into()
            }
            Problem::Blocked => {
                "a VPN, a proxy or a firewall refuses requests to this host: try another network, or ask who runs it"
                    .into()
            }
            Problem::Deadline(_) => {
                "run it again: it continues where it stopped; to give it more time, add --timeout 2h".into()
            }
            Problem::NoSuchObject | Problem::Refused | Problem::Interrupted => return None,
        })
    }
}

impl From<RequestError> for Diagnostic {
    fn from(error: RequestError) -> Self {
        let mut diagnostic = Diagnostic::error(error.code(), error.message());
        diagnostic.help = error.help();
        if error.problem == Problem::Interrupted {
            diagnostic.failure = Failure::Interrupted;
        }
        diagnostic
    }
}

/// One failed attempt, which may be retried.
#[derive(Debug)]
pub(super) struct Fault {
    pub problem: Problem,
    pub certainty: Certainty,
    pub status: Option<u16>,
    pub words: Vec<String>,
    /// Whether a retry may succeed.
    pub transient: bool,
    /// The `Retry-After` of the response.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault without a response.
    pub(super) fn new(problem: Problem, certainty: Certainty, transient: bool) -> Self {
        Self { problem, certainty, status: None, words: Vec::new(), transient, retry_after: None }
    }

    /// The final error.
    pub(super) fn into_error(
        self,
        connection: &Connection,
        method: &str,
        path: &str,
        earlier: Certainty,
        attempts: u32,
    ) -> RequestError {
        RequestError {
            method: method.to_owned(),
            path: path.to_owned(),
            host: connection.host(),
            problem: self.problem,
            certainty: self.certainty.max(earlier),
            status: self.status,
            words: self.words,
            attempts,
            key_variable: connection.key_variable().to_owned(),
        }
    }
}
