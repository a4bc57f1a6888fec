//! What an emulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::clock::{self, Clock};
use super::fault::Fault;

/// The key that an emulator accepts if it is not told otherwise.
pub const DEFAULT_KEY: &str = "emulator";
/// The organisation that [`DEFAULT_KEY`] opens.
pub const DEFAULT_ORG: &str = "e0000000-0000-4000-8000-000000000000";

/// What an emulator is started with. The default is a strict, fast, faultless Vapi that forgets everything.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one. Only loopback addresses are accepted.
    pub bind: SocketAddr,
    /// The bearer keys and the id of the organisation that each of them opens.
    pub keys: Vec<(String, String)>,
    /// A JSON file that holds the objects: read at the start if it exists, replaced whole after each write.
    pub data: Option<PathBuf>,
    /// How long each request takes at least.
    pub latency: Duration,
    /// Up to how much longer than `latency` a request takes, evenly spread.
    pub jitter: Duration,
    /// How many requests an organisation may send.
    pub rate_limit: Option<RateLimit>,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// How long it takes until a created object shows up in lists. `GET` by id finds it at once.
    pub list_lag: Duration,
    /// What ids, allotted numbers, jitter and probable faults are drawn from: the same seed, the same draws.
    pub seed: u64,
    /// Where times come from.
    pub clock: Clock,
    /// Whether times have more digits than the three that are shown, and are compared by them.
    pub hidden_digits: bool,
    /// How the credentials of a phone number look in an answer.
    pub credentials: Credentials,
    /// Whether assistants have versions (`latestVersion`, from `v1`), as in organisations that are on versioning.
    pub versions: bool,
    /// Whether a field that was cleared with `null` is shown as `null` (else it is not shown).
    pub show_cleared: bool,
    /// Fields that a write refuses although an object may hold and `GET` may show them: `model.x`, `silenceTimeoutSeconds`.
    pub refuse: Vec<String>,
    /// Fields that Vapi gives a new assistant by itself where they are absent, at any depth of objects.
    pub fill: Value,
    /// Whether the requests are kept to be looked at; a server that runs for days should not.
    pub keep_hits: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            keys: vec![(DEFAULT_KEY.to_owned(), DEFAULT_ORG.to_owned())],
            data: None,
            latency: Duration::ZERO,
            jitter: Duration::ZERO,
            rate_limit: None,
            faults: Vec::new(),
            list_lag: Duration::ZERO,
            seed: 0,
            clock: Clock::System,
            hidden_digits: false,
            credentials: Credentials::Shown,
            versions: false,
            show_cleared: false,
            refuse: Vec::new(),
            fill: Value::Null,
            keep_hits: true,
        }
    }
}

impl Config {
    /// The time that a write is stamped with.
    pub(super) fn stamp(&self) -> Timestamp {
        let now = self.clock.tick();
        if self.hidden_digits { now } else { clock::to_milliseconds(now) }
    }
}

/// How `twilioAuthToken`, `twilioApiSecret` and `authentication.password` look in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credentials {
    /// As they are: the document lists them in its response DTOs.
    #[default]
    Shown,
    /// As asterisks; so are the values of `server.headers`.
    Masked,
    /// Not at all.
    Dropped,
}

/// A token bucket per organisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// How many requests a second are let through in the long run.
    pub per_second: f64,
    /// How many are let through at once after a pause. At least 1.
    pub burst: u32,
    /// What a refused request is told.
    pub retry_after: RetryAfter,
}

/// The form of the `Retry-After` header of a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum RetryAfter {
    /// Whole seconds, rounded up.
    #[default]
    Seconds,
    /// An HTTP date.
    Date,
    /// No header.
    #[value(name = "none")]
    Absent,
}
