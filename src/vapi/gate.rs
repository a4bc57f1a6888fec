//! Where requests wait for their turn: [`Pace`] in real time, first come, first served.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turnstile, Notify};
use tokio::time::Instant;

use super::pace::{Admission, Pace, Signal};

/// Lets requests pass at the pace that the other side takes.
#[derive(Debug)]
pub(super) struct Gate {
    epoch: Instant,
    pace: Mutex<Pace>,
    /// Only who holds it asks for admission; tokio hands it on in the order of asking.
    turnstile: Turnstile<()>,
    ended: Notify,
}

impl Gate {
    /// A gate for at most `parallelism` requests at once.
    pub(super) fn new(parallelism: usize) -> Self {
        Self {
            epoch: Instant::now(),
            pace: Mutex::new(Pace::new(parallelism)),
            turnstile: Turnstile::new(()),
            ended: Notify::new(),
        }
    }

    /// Waits for its turn. Dropping the future gives the place in the queue back.
    pub(super) async fn enter(&self) -> Pass<'_> {
        let _turn = self.turnstile.lock().await;
        loop {
            // Asked for before the question, so that an end in between is not missed.
            let ended = self.ended.notified();
            let now = self.epoch.elapsed();
            let admission = self.pace().admit(now);
            match admission {
                Admission::Now => return Pass { gate: self, start: now, signal: Signal::Nothing },
                // An answer may change the time.
                Admission::At(time) => {
                    let _ = tokio::time::timeout_at(self.epoch + time, ended).await;
                }
                Admission::Full => ended.await,
            }
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        // Numbers only: whoever panicked while holding it left nothing half done that matters.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one request under way. Given back when dropped.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    start: Duration,
    signal: Signal,
}

impl Pass<'_> {
    /// Gives it back with what the answer said.
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
