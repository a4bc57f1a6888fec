//! How many requests may be under way, and how fast they may start: learned from the answers.
//!
//! Vapi publishes no quota and may refuse without `Retry-After`. So two things are learned:
//! - how many requests side by side: one more after each round of good answers, half as many after a refusal; but once the quota
//!   has shown to be ample, twice as many after each round, until the first refusal;
//! - how many per second: no limit before the first 429; then a little less than what was accepted in the second before
//!   it, and from there up, slowly at first, until it is too much again.
//!
//! Pure logic: time comes in as a duration since the start of the run, so that a test can play a whole run in no time.

use std::collections::VecDeque;
use std::time::Duration;

/// How many requests run side by side before anything is known.
const FIRST_LIMIT: usize = 6;
/// So many accepted requests without a refusal show that the quota is no small one, whose refusals would be many in
/// proportion. One of 10 a second, counted by the clock, lets 20 pass at the turn of a second.
const AMPLE: usize = 20;
/// Never fewer than this: the answer to one is under way while the next starts.
const LEAST_LIMIT: usize = 2;
/// Never slower than this, requests per second: somebody has to find out that the quota is open again.
const LEAST_RATE: f64 = 0.5;
/// The part of an observed quota that is used.
const MARGIN: f64 = 0.96;
/// Growth per second just after a refusal. Doubles with every [`CALM`] without one.
const GROWTH: f64 = 0.001;
/// See [`GROWTH`].
const CALM: f64 = 5.0;
/// Growth per second at most.
const MOST_GROWTH: f64 = 0.25;
/// How many accepted requests are remembered.
const REMEMBERED: usize = 2048;

const SECOND: Duration = Duration::from_secs(1);

/// How a request ended, as far as pace is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// It was counted against the quota and carried out.
    Accepted,
    /// 429, with the wait that was asked for.
    Refused(Option<Duration>),
    /// It says nothing about the quota: no answer, a server error.
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

/// What is known after the first refusal.
#[derive(Debug)]
struct Learned {
    /// Requests per second.
    rate: f64,
    /// When that was known. Requests started before it belong to the same overload.
    known_at: Duration,
    /// When the rate last grew.
    grown_at: Duration,
    /// Seconds of good answers since the refusal.
    calm: f64,
    /// Whether the rate is what was accepted before the first refusal.
    guessed: bool,
}

impl Pace {
    /// A controller that never has more than `most` requests under way.
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
            // A start that comes late does not move all later ones, but only one slot is ever made up for.
            let slot = Duration::from_secs_f64(learned.rate.recip());
            self.next = self.next.max(now.saturating_sub(slot)).saturating_add(slot);
        }
        Admission::Now
    }

    /// Tells how the request that was started at `start` ended.
    pub(super) fn done(&mut self, start: Duration, now: Duration, signal: Signal) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match signal {
            Signal::Accepted => self.accepted(start, now),
            Signal::Refused(wait) => {
                self.refused(start, now);
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
            // It was under way when the refusal came, so it belongs to what had been accepted until then.
            let known_at = learned.known_at;
            let rate = MARGIN * self.accepted_in_second_to(known_at);
            if let Some(learned) = &mut self.learned {
                learned.rate = learned.rate.max(rate);
            }
        }
    }

    fn refused(&mut self, start: Duration, now: Duration) {
        // What was under way when the refusal came is part of the same overload.
        if self.learned.as_ref().is_some_and(|learned| start <= learned.known_at) {
            return;
        }
        self.limit = (self.limit / 2).max(LEAST_LIMIT).min(self.most);
        self.good_since_raise = 0;
        let seen = self.accepted_in_second_to(start);
        let known = self.learned.as_ref().map(|learned| learned.rate);
        let rate = match known {
            // About the right pace, and one too many now and then.
            Some(rate) if seen >= 0.9 * rate - 1.0 => rate,
            // Another quota than the one that was taken for it. A second later it is open again, however it counts.
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

    /// How many requests that were started in the second up to `until` are known to have been accepted.
    fn accepted_in_second_to(&self, until: Duration) -> f64 {
        let from = until.checked_sub(SECOND);
        self.accepted.iter().filter(|start| **start <= until && from.is_none_or(|from| **start > from)).count() as f64
    }
}

impl Learned {
    fn grow(&mut self, now: Duration) {
        // Idle time teaches nothing.
        let seconds = now.saturating_sub(self.grown_at).as_secs_f64().min(1.0);
        self.grown_at = now;
        let growth = (GROWTH * (self.calm / CALM).exp2()).min(MOST_GROWTH);
        self.rate *= 1.0 + growth * seconds;
        self.calm += seconds;
    }
}

#[cfg(test)]
mod tests;
