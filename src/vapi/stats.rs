//! What a run cost, for `-v`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What was sent and received since the transport was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Requests sent, each attempt counted.
    pub requests: u64,
    /// How many of them were retries.
    pub retries: u64,
    /// How many hit the rate limit (429).
    pub refused: u64,
    /// Bytes of response bodies, decompressed.
    pub bytes: u64,
    /// The sum of the requests' durations, concurrent ones too.
    pub time: Duration,
    /// The shortest of them that got a response.
    pub quickest: Option<Duration>,
}

/// Each counter is exact; a snapshot is not atomic.
#[derive(Debug)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    refused: AtomicU64,
    bytes: AtomicU64,
    micros: AtomicU64,
    /// The largest number: none yet.
    quickest: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        let zero = AtomicU64::default;
        let (requests, retries, refused, bytes, micros) = (zero(), zero(), zero(), zero(), zero());
        Self { requests, retries, refused, bytes, micros, quickest: AtomicU64::new(u64::MAX) }
    }
}

impl Counters {
    /// An attempt is about to be sent; the first is number 1.
    pub(super) fn sent(&self, attempt: u32) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.retries.fetch_add(u64::from(attempt > 1), Ordering::Relaxed);
    }

    /// An attempt ended.
    pub(super) fn ended(&self, responded: bool, refused: bool, bytes: usize, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.refused.fetch_add(u64::from(refused), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        if responded && !refused {
            self.quickest.fetch_min(micros, Ordering::Relaxed);
        }
    }

    pub(super) fn snapshot(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            requests: read(&self.requests),
            retries: read(&self.retries),
            refused: read(&self.refused),
            bytes: read(&self.bytes),
            time: Duration::from_micros(read(&self.micros)),
            quickest: Some(read(&self.quickest)).filter(|micros| *micros < u64::MAX).map(Duration::from_micros),
        }
    }
}
