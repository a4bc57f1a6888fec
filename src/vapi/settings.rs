//! What a run may be told about how it talks to Vapi.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::retry::RetryLimits;
use crate::model::Redactor;

/// What a transport may be told.
#[derive(Clone)]
pub struct Settings {
    /// The most requests under way at once.
    pub parallelism: usize,
    /// How long one attempt may take, from connecting to the last byte.
    pub request_timeout: Duration,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// How long after the first request a request may still be started. It ends waits, never a request in hand.
    pub deadline: Duration,
    /// How often a request is tried.
    pub retry: RetryLimits,
    /// Is given a line per attempt: method, path with query, status, milliseconds; no header, no body.
    pub trace: Option<Trace>,
    /// Takes secrets, the key among them, out of what Vapi says, should it repeat what it was sent.
    pub redactor: Redactor,
}

/// Takes one line for people.
pub type Trace = Arc<dyn Fn(&str) + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            parallelism: 16,
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(60 * 60),
            retry: RetryLimits::default(),
            trace: None,
            redactor: Redactor::new(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parallelism, request_timeout, connect_timeout, deadline, retry, trace, redactor: _ } = self;
        f.debug_struct("Settings")
            .field("parallelism", parallelism)
            .field("request_timeout", request_timeout)
            .field("connect_timeout", connect_timeout)
            .field("deadline", deadline)
            .field("retry", retry)
            .field("trace", &trace.is_some())
            .finish()
    }
}
