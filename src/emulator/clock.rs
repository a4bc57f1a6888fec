//! The emulator's clock: the system's, or one that a test moves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The source of `createdAt` and `updatedAt`.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system clock.
    #[default]
    System,
    /// A clock that stands still until moved, for example to create fifty objects in one millisecond.
    Manual(ManualClock),
}

impl Clock {
    /// The current time.
    pub(super) fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Manual(clock) => clock.state().now,
        }
    }

    /// The timestamp of a write; advances a manual clock by its step.
    pub(super) fn tick(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Manual(clock) => {
                let mut state = clock.state();
                let now = state.now;
                state.now = later(now, state.step);
                now
            }
        }
    }
}

/// A clock that a test moves; clones share it.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    now: Timestamp,
    step: Duration,
}

impl ManualClock {
    /// A clock that starts at `now` and advances by `step` after each write (`Duration::ZERO`: not at all).
    pub fn new(now: Timestamp, step: Duration) -> Self {
        Self(Arc::new(Mutex::new(Hands { now, step })))
    }

    /// Advances it.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.now = later(state.now, by);
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.state().now = now;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `time + by`, saturating.
pub(super) fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A time in Vapi's format: RFC 3339 in UTC, truncated to milliseconds.
pub(super) fn shown(time: Timestamp) -> String {
    format!("{:.3}", to_milliseconds(time))
}

/// `time` truncated to milliseconds.
pub(super) fn to_milliseconds(time: Timestamp) -> Timestamp {
    truncated(time, 1_000_000)
}

/// `time` truncated to seconds.
pub(super) fn to_seconds(time: Timestamp) -> Timestamp {
    truncated(time, 1_000_000_000)
}

fn truncated(time: Timestamp, unit: i128) -> Timestamp {
    let nanoseconds = time.as_nanosecond();
    Timestamp::from_nanosecond(nanoseconds - nanoseconds.rem_euclid(unit)).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_with_three_digits_and_never_rounded_up() -> Result<(), jiff::Error> {
        for (time, expected) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.9999999Z", "2026-01-02T03:04:05.999Z"),
            ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(shown(time.parse()?), expected);
        }
        Ok(())
    }

    #[test]
    fn a_manual_clock_steps_with_writes_only() -> Result<(), jiff::Error> {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse()?;
        let hand = ManualClock::new(start, Duration::from_millis(1));
        let clock = Clock::Manual(hand.clone());
        assert_eq!((clock.now(), clock.tick(), clock.now()), (start, start, later(start, Duration::from_millis(1))));
        hand.set(start);
        hand.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        Ok(())
    }
}
