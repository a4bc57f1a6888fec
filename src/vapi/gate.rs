//! The queue of requests: applies [`Pace`] in real time, first come, first served.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, Notify};
use tokio::time::Instant;

use super::pace::{Admission, Pace, Signal};

/// Admits requests at the learned pace.
#[derive(Debug)]
pub(super) struct Gate {
    epoch: Instant,
    pace: Mutex<Pace>,
    /// Its holder is next; tokio's mutex is fair.
    turnstile: Turnstile<()>,
    ended: Notify,
}

impl Gate {
    /// Admits at most `parallelism` requests at once.
    pub(super) fn new(parallelism: usize) -> Self {
        Self {
            epoch: Instant::now(),
            pace: Mutex::new(Pace::new(parallelism)),
            turnstile: Turnstile::new(()),
            ended: Notify::new(),
        }
    }

    /// Waits for a turn. Dropping the future leaves the queue.
    pub(super) async fn enter(&self) -> Pass<'_> {
        let _turn = self.turnstile.lock().await;
        loop {
            // Registered before `admit`, so that no end is missed in between.
            let ended = self.ended.notified();
            let now = self.epoch.elapsed();
            let admission = self.pace().admit(now);
            match admission {
                Admission::Now => return Pass { gate: self, start: now, signal: Signal::Nothing },
                // A response may change the time.
                Admission::At(time) => {
                    let _ = tokio::time::timeout_at(self.epoch + time, ended).await;
                }
                Admission::Full => ended.await,
            }
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        // It holds numbers only: a panic leaves nothing inconsistent that matters.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit for one request. Returned when dropped.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    start: Duration,
    signal: Signal,
}

impl Pass<'_> {
    /// Returns it with the signal of the response.
    pub(super) fn end(mut self, signal: Signal) {
        self.signal = signal;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let now = self.gate.epoch.elapsed();
        self.gate.pace().done(self.start, now, self.signal);
        self.gate.ended.notify_one();
    }
}
