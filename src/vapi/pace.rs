//! How many requests may run at once, and how fast they may start: learned from the responses.
//!
//! Vapi publishes no quota and may send a 429 without `Retry-After`. So two limits are learned:
//! - concurrency: one more after each round of good responses, half after a 429; once the quota has proved ample, twice as
//!   many after each round, until the first 429;
//! - rate: no limit before the first 429; then a little less than what was accepted in the second before it, growing slowly
//!   at first, until the next 429.
//!
//! Pure logic: time is a parameter (since the start of the run), so that a test can simulate a whole run at once.

use std::collections::VecDeque;
use std::time::Duration;

/// The initial concurrency.
const FIRST_LIMIT: usize = 6;
/// So many accepted requests without a 429 prove a large quota. One of 10 per clock second lets 20 pass at the turn of a
/// second, one of 20 with a burst of 20 some 25 in its first moments.
const AMPLE: usize = 30;
/// Never fewer: one response arrives while the next request starts.
const LEAST_LIMIT: usize = 2;
/// Never slower (requests per second), to notice when the quota is open again.
const LEAST_RATE: f64 = 0.5;
/// The part of an observed quota that is used.
const MARGIN: f64 = 0.96;
/// Growth per second just after a 429. Doubles with every [`CALM`] without one.
const GROWTH: f64 = 0.001;
/// See [`GROWTH`].
const CALM: f64 = 5.0;
/// Another 429 within so many seconds of good responses lowers the rate twice as much.
const SOON: f64 = 1.0;
/// The most growth per second.
const MOST_GROWTH: f64 = 0.25;
/// How many accepted requests are remembered.
const REMEMBERED: usize = 2048;

const SECOND: Duration = Duration::from_secs(1);

/// What the end of a request says about the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// It was counted against the quota and carried out.
    Accepted,
    /// 429, with its `Retry-After`.
    RateLimited(Option<Duration>),
    /// Nothing about the quota: no response, a server error.
    Nothing,
}

/// Whether a request may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Now; it is counted as started.
    Now,
    /// Not before this time.
    At(Duration),
    /// Not before another one ended.
    Full,
}

/// The controller.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    limit: usize,
    in_flight: usize,
    good_since_raise: usize,
    /// When the next request may start.
    next: Duration,
    /// When accepted requests were started.
    accepted: VecDeque<Duration>,
    learned: Option<Learned>,
}

/// What is known after the first 429.
#[derive(Debug)]
struct Learned {
    /// Requests per second.
    rate: f64,
    /// When it was learned. Requests started earlier belong to the same overload.
    known_at: Duration,
    /// When the rate last grew.
    grown_at: Duration,
    /// Seconds of good responses since the 429.
    calm: f64,
    /// Whether the rate is what was accepted before the first 429.
    guessed: bool,
}

impl Pace {
    /// Never more than `most` requests at once.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            limit: FIRST_LIMIT.min(most),
            in_flight: 0,
            good_since_raise: 0,
            next: Duration::ZERO,
            accepted: VecDeque::new(),
            learned: None,
        }
    }

    /// Asks to start a request.
    pub(super) fn admit(&mut self, now: Duration) -> Admission {
        if self.in_flight >= self.limit {
            return Admission::Full;
        }
        if now < self.next {
            return Admission::At(self.next);
        }
        self.in_flight += 1;
        if let Some(learned) = &self.learned {
            // A late start does not delay all later ones, but only one slot is ever caught up.
            let slot = Duration::from_secs_f64(learned.rate.recip());
            self.next = self.next.max(now.saturating_sub(slot)).saturating_add(slot);
        }
        Admission::Now
    }

    /// Notes how the request started at `start` ended.
    pub(super) fn done(&mut self, start: Duration, now: Duration, signal: Signal) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match signal {
            Signal::Accepted => self.accepted(start, now),
            Signal::RateLimited(wait) => {
                self.rate_limited(start, now);
                if let Some(wait) = wait {
                    self.next = self.next.max(now.saturating_add(wait));
                }
            }
            Signal::Nothing => {}
        }
    }

    fn accepted(&mut self, start: Duration, now: Duration) {
        if self.accepted.len() == REMEMBERED {
            self.accepted.pop_front();
        }
        self.accepted.push_back(start);
        self.good_since_raise += 1;
        let ample = self.learned.is_none() && self.accepted.len() >= AMPLE;
        if ample || self.good_since_raise >= self.limit {
            self.good_since_raise = 0;
            self.limit = (self.limit + 1).min(self.most);
        }
        let Some(learned) = &mut self.learned else { return };
        if start > learned.known_at {
            learned.grow(now);
        } else if learned.guessed {
            // It was running when the 429 came, so it counts as accepted before it.
            let known_at = learned.known_at;
            let rate = MARGIN * self.accepted_in_second_to(known_at);
            if let Some(learned) = &mut self.learned {
                learned.rate = learned.rate.max(rate);
            }
        }
    }

    fn rate_limited(&mut self, start: Duration, now: Duration) {
        // What was running when the 429 came is part of the same overload.
        if self.learned.as_ref().is_some_and(|learned| start <= learned.known_at) {
            return;
        }
        self.limit = (self.limit / 2).max(LEAST_LIMIT).min(self.most);
        self.good_since_raise = 0;
        let seen = self.accepted_in_second_to(start);
        let known = self.learned.as_ref().map(|learned| learned.rate);
        let is_soon = self.learned.as_ref().is_some_and(|learned| learned.calm < SOON);
        let rate = match known {
            // Too fast by more than the last step.
            Some(rate) if is_soon && seen >= 0.9 * rate - 1.0 => MARGIN * rate,
            // About the right rate, occasionally one too many.
            Some(rate) if seen >= 0.9 * rate - 1.0 => rate,
            // The quota is another one than assumed. A second later it is open again, however it counts.
            Some(rate) => {
                self.next = self.next.max(now.saturating_add(SECOND));
                seen.max(rate / 2.0)
            }
            None => {
                self.next = self.next.max(now.saturating_add(SECOND));
                self.accepted_in_second_to(now)
            }
        };
        let rate = (MARGIN * rate).max(LEAST_RATE);
        self.learned = Some(Learned { rate, known_at: now, grown_at: now, calm: 0.0, guessed: known.is_none() });
    }

    /// How many accepted requests started in the second before `until`.
    fn accepted_in_second_to(&self, until: Duration) -> f64 {
        let from = until.checked_sub(SECOND);
        self.accepted.iter().filter(|start| **start <= until && from.is_none_or(|from| **start > from)).count() as f64
    }
}

impl Learned {
    fn grow(&mut self, now: Duration) {
        // Idle time says nothing about the quota.
        let seconds = now.saturating_sub(self.grown_at).as_secs_f64().min(1.0);
        self.grown_at = now;
        let growth = (GROWTH * (self.calm / CALM).exp2()).min(MOST_GROWTH);
        self.rate *= 1.0 + growth * seconds;
        self.calm += seconds;
    }
}

#[cfg(test)]
mod tests;
