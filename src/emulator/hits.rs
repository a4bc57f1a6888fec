//! The log of requests, for tests.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Hit {
    /// `GET`
    pub method: String,
    /// `/assistant/7b0e…`
    pub path: String,
    /// Without the question mark; empty if there was none.
    pub query: String,
    /// All but `Authorization`, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as JSON. `None` if there was none or it is not JSON.
    pub body: Option<Value>,
    /// The status of the response. `None` before the response, and after a reset.
    pub status: Option<u16>,
    /// When it arrived.
    pub started: Instant,
    /// When the response was ready. `None` as for `status`.
    pub ended: Option<Instant>,
    /// On which connection, counted from 1.
    pub connection: u64,
}

/// Sums over the life of an emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Connections accepted.
    pub connections: u64,
    /// Requests that arrived.
    pub requests: u64,
    /// The most requests in flight at one time.
    pub most_in_flight: u64,
    /// Requests refused by the rate limit.
    pub refused: u64,
    /// Bytes of response bodies as sent, compressed or not.
    pub bytes_sent: u64,
}

/// The log of hits and the sums.
#[derive(Debug)]
pub(super) struct Log {
    keep: bool,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    hits: Vec<Hit>,
    /// How many hits were cleared, so that a request in flight finds its own.
    cleared: usize,
    in_flight: u64,
    stats: Stats,
}

impl Log {
    /// `keep`: whether hits are kept, or only counted.
    pub fn new(keep: bool) -> Self {
        Self { keep, entries: Mutex::default() }
    }

    pub fn hits(&self) -> Vec<Hit> {
        self.entries().hits.clone()
    }

    pub fn clear(&self) {
        let mut entries = self.entries();
        entries.cleared += entries.hits.len();
        entries.hits.clear();
    }

    pub fn stats(&self) -> Stats {
        self.entries().stats
    }

    /// Counts a connection and returns its number.
    pub fn connected(&self) -> u64 {
        let mut entries = self.entries();
        entries.stats.connections += 1;
        entries.stats.connections
    }

    pub fn refused(&self) {
        self.entries().stats.refused += 1;
    }

    /// Records a request; it is in flight until the guard is dropped.
    pub fn arrived(&self, hit: Hit) -> InFlight<'_> {
        let mut entries = self.entries();
        let number = entries.cleared + entries.hits.len();
        if self.keep {
            entries.hits.push(hit);
        }
        entries.in_flight += 1;
        entries.stats.requests += 1;
        entries.stats.most_in_flight = entries.stats.most_in_flight.max(entries.in_flight);
        InFlight { log: self, number }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in flight. Dropped without a response if the client disconnects.
#[derive(Debug)]
pub(super) struct InFlight<'a> {
    log: &'a Log,
    number: usize,
}

impl InFlight<'_> {
    /// Records the response.
    pub fn answered(&self, status: u16, bytes: usize) {
        let mut entries = self.log.entries();
        entries.stats.bytes_sent += bytes as u64;
        let place = self.number.checked_sub(entries.cleared);
        if let Some(hit) = place.and_then(|place| entries.hits.get_mut(place)) {
            hit.status = Some(status);
            hit.ended = Some(Instant::now());
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.log.entries().in_flight -= 1;
    }
}
