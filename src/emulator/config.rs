//! The configuration of an emulator.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::clock::{self, Clock};
use super::fault::Fault;
use super::store::Collection;

/// The key that an emulator accepts by default.
pub const DEFAULT_KEY: &str = "emulator";
/// The organisation of [`DEFAULT_KEY`].
pub const DEFAULT_ORG: &str = "e0000000-0000-4000-8000-000000000000";

/// The configuration of an emulator. The default is strict, fast, without faults, and in memory.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one. Only loopback addresses are accepted.
    pub bind: SocketAddr,
    /// Bearer keys, each with the id of its organisation.
    pub keys: Vec<(String, String)>,
    /// A JSON file for the objects: read at the start if it exists, replaced after each write.
    pub data: Option<PathBuf>,
    /// The latency of each request.
    pub latency: Duration,
    /// The maximum extra latency, uniformly distributed.
    pub jitter: Duration,
    /// The rate limit of each organisation.
    pub rate_limit: Option<RateLimit>,
    /// Injected faults.
    pub faults: Vec<Fault>,
    /// The delay before a new object shows up in lists. `GET` by id finds it at once.
    pub list_lag: Duration,
    /// The seed of ids, allotted numbers, jitter and random faults.
    pub seed: u64,
    /// The source of timestamps.
    pub clock: Clock,
    /// Whether times are stored and compared with more precision than the milliseconds shown.
    pub hidden_digits: bool,
    /// Whether times are cut to whole seconds.
    pub coarse_times: bool,
    /// Whether lists ignore the bounds of `updatedAt`.
    pub ignores_updates: bool,
    /// The delay before lists find an object by its new `updatedAt`.
    pub update_lag: Duration,
    /// How responses show the credentials of a phone number.
    pub credentials: Credentials,
    /// Whether assistants, tools and squads have versions (`latestVersion`, from `v1`), as in organisations with versioning.
    pub versions: bool,
    /// Whether a field cleared with `null` is shown as `null` (else it is not shown).
    pub show_cleared: bool,
    /// What becomes of what Vapi rewrites by itself.
    pub rewrites: Rewrites,
    /// Whether writing one side of the link between an assistant and a structured output writes the other.
    pub mirror_links: bool,
    /// Kinds that the organisation may not use, each with the status of every answer: 403 or 404.
    pub unavailable: Vec<(Collection, u16)>,
    /// The most objects of one list or page, whatever `limit` asks for.
    pub most_listed: usize,
    /// Models that retire, shown as `modelDeprecations`: objects with `model` and what Vapi tells about it.
    pub retiring: Vec<Value>,
    /// Fields that writes refuse although objects may have them: `model.x`, `silenceTimeoutSeconds`.
    pub refuse: Vec<String>,
    /// Defaults that Vapi fills into a new assistant, at any depth of objects.
    pub fill: Value,
    /// Whether to keep a log of requests; a long-running server should not.
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
            coarse_times: false,
            ignores_updates: false,
            update_lag: Duration::ZERO,
            credentials: Credentials::Shown,
            versions: false,
            show_cleared: false,
            rewrites: Rewrites::default(),
            mirror_links: false,
            unavailable: Vec::new(),
            most_listed: usize::MAX,
            retiring: Vec::new(),
            refuse: Vec::new(),
            fill: Value::Null,
            keep_hits: true,
        }
    }
}

impl Config {
    /// The configuration for an environment of a state file: an organisation, and ids, of its own.
    pub fn of_environment(name: &str) -> Self {
        let digest = Sha256::digest(name);
        let seed = digest.iter().take(6).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        let org_id = format!("e0000000-0000-4000-8000-{seed:012x}");
        Self { keys: vec![(DEFAULT_KEY.to_owned(), org_id)], seed, ..Self::default() }
    }

    /// The timestamp of a write.
    pub(super) fn stamp(&self) -> Timestamp {
        let now = self.clock.tick();
        match (self.hidden_digits, self.coarse_times) {
            (_, true) => clock::to_seconds(now),
            (true, false) => now,
            (false, false) => clock::to_milliseconds(now),
        }
    }
}

/// How responses show `twilioAuthToken`, `twilioApiSecret` and `authentication.password`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Credentials {
    /// In the clear: the document lists them in its response DTOs.
    #[default]
    Shown,
    /// As asterisks; so are the values of `server.headers`.
    Masked,
    /// Not at all.
    Dropped,
}

/// What becomes of what Vapi rewrites by itself. Entries of `toolIds` that are in `toolRefs` too are always dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrites {
    /// Whether a tool is shown as Vapi processed it (`strict` cleared, parameters from `body`, unknown messages), or as sent.
    pub processed: bool,
    /// Whether lists of ids and of message names come back in another order.
    pub order: bool,
    /// Whether white space at the end of prompts and messages is trimmed.
    pub trim: bool,
    /// Whether a POST or PATCH with a transfer mode of an old name is refused, instead of renamed.
    pub refuse_old_modes: bool,
    /// Where old fields that have a newer place come back.
    pub moved: Moved,
    /// Whether elements of lists of objects get ids, and absent leaves come back as `null`.
    pub adds: bool,
    /// Whether a voice of Vapi comes back under the provider that speaks it.
    pub voices: bool,
}

impl Default for Rewrites {
    fn default() -> Self {
        Self {
            processed: true,
            order: true,
            trim: false,
            refuse_old_modes: false,
            moved: Moved::No,
            adds: false,
            voices: false,
        }
    }
}

/// Where a field with a newer place comes back: `serverUrl`, which is `server.url` now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Where it was sent.
    No,
    /// At both places.
    Both,
    /// At the newer place.
    Newer,
}

/// A token bucket per organisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// Requests per second in the long run.
    pub per_second: f64,
    /// Burst size. At least 1.
    pub burst: u32,
    /// The `Retry-After` header of a 429.
    pub retry_after: RetryAfter,
}

/// The format of the `Retry-After` header of a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryAfter {
    /// Whole seconds, rounded up.
    #[default]
    Seconds,
    /// An HTTP date.
    Date,
    /// No header.
    Absent,
}
