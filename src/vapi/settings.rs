//! The settings of a transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::retry::RetryLimits;
use crate::model::Redactor;

/// Settings of a transport.
#[derive(Clone)]
pub struct Settings {
    /// The most concurrent requests.
    pub parallelism: usize,
    /// The timeout of one attempt, from connecting to the last byte.
    pub request_timeout: Duration,
    /// The timeout of a connection attempt.
    pub connect_timeout: Duration,
    /// How long after the first request another may start. It ends waits, never a running request.
    pub deadline: Duration,
    /// The limits of retries.
    pub retry: RetryLimits,
    /// Gets a line per attempt: method, path with query, status, milliseconds; no header, no body.
    pub trace: Option<Trace>,
    /// Told how long a request waits for Vapi's rate limit, and then that it goes on.
    pub waiting: Option<Waiting>,
    /// Redacts secrets, also the key, that Vapi may repeat in errors.
    pub redactor: Redactor,
}

/// Takes how long something waits; `None`: it goes on.
pub type Waiting = Arc<dyn Fn(Option<Duration>) + Send + Sync>;

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
            waiting: None,
            redactor: Redactor::new(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parallelism, request_timeout, connect_timeout, deadline, retry, trace, waiting: _, redactor: _ } =
            self;
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
