//! Whole runs against a simulated service with a quota, in simulated time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

/// How the simulated service counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Quota {
    /// Refills evenly, holds one second's worth.
    Bucket,
    /// At most so many in any second.
    Sliding,
    /// At most so many in each second of the clock, which began this part of a second before the run.
    Fixed(f64),
    /// None.
    Unlimited,
}

struct Service {
    quota: Quota,
    per_second: f64,
    admitted: Vec<f64>,
    tokens: f64,
    refilled: f64,
}

impl Service {
    fn admits(&mut self, now: f64) -> bool {
        let most = self.per_second as usize;
        let in_window = |from: f64| self.admitted.iter().rev().take_while(|time| **time > from).count();
        let admits = match self.quota {
            Quota::Unlimited => true,
            Quota::Sliding => in_window(now - 1.0) < most,
            Quota::Fixed(phase) => in_window((now + phase).floor() - phase - 1e-9) < most,
            Quota::Bucket => {
                self.tokens = (self.tokens + (now - self.refilled) * self.per_second).min(self.per_second);
                self.refilled = now;
                self.tokens >= 1.0
            }
        };
        if admits {
            self.tokens -= 1.0;
            self.admitted.push(now);
        }
        admits
    }
}

/// A generator of equal numbers for equal seeds (SplitMix64).
struct Dice(u64);

impl Dice {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        low + (high - low) * ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[derive(Debug, Default)]
struct Outcome {
    seconds: f64,
    sent: usize,
    refused: usize,
    most_at_once: usize,
    /// How often one request was refused in a row.
    worst: u32,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    quota: Quota,
    per_second: f64,
    requests: usize,
    latency: (f64, f64),
    retry_after: Option<u64>,
    seed: u64,
}

impl Run {
    fn play(self) -> Outcome {
        let mut dice = Dice(self.seed);
        let mut service = Service {
            quota: self.quota,
            per_second: self.per_second,
            admitted: Vec::new(),
            tokens: self.per_second,
            refilled: 0.0,
        };
        let mut pace = Pace::new(16);
        let mut outcome = Outcome::default();
        let nanos = |seconds: f64| (seconds * 1e9) as u64;
        // What happens, by time: (time, order, start if a request arrives or is answered, rate_limits so far).
        #[derive(PartialEq, Eq, PartialOrd, Ord)]
        enum Event {
            Arrives { start: u64, answered: u64, rate_limits: u32 },
            Answered { start: u64, admitted: bool, rate_limits: u32 },
            BackAgain { rate_limits: u32 },
            Wake,
        }
        let mut events = BinaryHeap::new();
        let mut waiting: VecDeque<u32> = std::iter::repeat_n(0, self.requests).collect();
        let mut order = 0_u64;
        let (mut done, mut wake) = (0, 0);
        let mut now = 0_u64;
        while done < self.requests {
            while let Some(rate_limits) = waiting.front().copied() {
                match pace.admit(Duration::from_nanos(now)) {
                    Admission::Full => break,
                    Admission::At(time) => {
                        let time = time.as_nanos() as u64;
                        if wake != time {
                            wake = time;
                            // Real timers fire a little late, never early.
                            events.push(Reverse((time + nanos(dice.between(0.0, 0.002)), order, Event::Wake)));
                            order += 1;
                        }
                        break;
                    }
                    Admission::Now => {
                        waiting.pop_front();
                        let latency = dice.between(self.latency.0, self.latency.1);
                        let arrives = now + nanos(latency * dice.between(0.2, 0.8));
                        let event = Event::Arrives { start: now, answered: now + nanos(latency), rate_limits };
                        events.push(Reverse((arrives, order, event)));
                        order += 1;
                        outcome.sent += 1;
                        outcome.most_at_once = outcome.most_at_once.max(pace.in_flight);
                    }
                }
            }
            let Some(Reverse((time, _, event))) = events.pop() else { panic!("nothing left to happen") };
            now = now.max(time);
            match event {
                Event::Arrives { start, answered, rate_limits } => {
                    let admitted = service.admits(now as f64 / 1e9);
                    events.push(Reverse((answered, order, Event::Answered { start, admitted, rate_limits })));
                }
                Event::Answered { start, admitted, rate_limits } => {
                    let wait = self.retry_after.map(Duration::from_secs);
                    let signal = if admitted { Signal::Accepted } else { Signal::RateLimited(wait) };
                    pace.done(Duration::from_nanos(start), Duration::from_nanos(now), signal);
                    if admitted {
                        done += 1;
                    } else {
                        outcome.refused += 1;
                        outcome.worst = outcome.worst.max(rate_limits + 1);
                        let pause = 0.25 * 2_f64.powi(rate_limits as i32).min(60.0) * dice.between(0.5, 1.0);
                        events.push(Reverse((
                            now + nanos(pause),
                            order,
                            Event::BackAgain { rate_limits: rate_limits + 1 },
                        )));
                    }
                }
                Event::BackAgain { rate_limits } => waiting.push_back(rate_limits),
                Event::Wake => {}
            }
            order += 1;
        }
        outcome.seconds = now as f64 / 1e9;
        outcome
    }
}

fn quotas() -> impl Iterator<Item = Quota> {
    [Quota::Bucket, Quota::Sliding].into_iter().chain((0..10).map(|tenth| Quota::Fixed(f64::from(tenth) / 10.0)))
}

const LATENCIES: [(f64, f64); 5] = [(0.005, 0.006), (0.005, 0.1), (0.02, 0.03), (0.05, 0.06), (0.09, 0.1)];

/// Plays a run with 20 seeds: the least part of the quota that was used, the mean and the largest part of requests that
/// was refused.
fn judge(run: Run) -> (f64, f64, f64) {
    let (mut least_used, mut refused) = (f64::MAX, Vec::new());
    for seed in 0..20 {
        let outcome = Run { seed, ..run }.play();
        least_used = least_used.min(run.requests as f64 / outcome.seconds / run.per_second);
        refused.push(outcome.refused as f64 / outcome.sent as f64);
        assert!(outcome.worst <= 4, "one request was refused {} times: {run:?} {seed}", outcome.worst);
    }
    (least_used, refused.iter().sum::<f64>() / refused.len() as f64, refused.into_iter().fold(0.0, f64::max))
}

#[test]
fn ten_per_second_without_retry_after_is_used_to_nine_tenths_with_few_refusals() {
    for quota in quotas() {
        for latency in LATENCIES {
            for requests in [200, 300, 500] {
                let run = Run { quota, per_second: 10.0, requests, latency, retry_after: None, seed: 0 };
                let (used, mean, most) = judge(run);
                assert!(used >= 0.9, "{used} {run:?}");
                assert!(mean < 0.05 && most < 0.06, "{mean} {most} {run:?}");
            }
        }
    }
}

#[test]
fn other_quotas_are_learned_too() {
    for (per_second, requests) in [(3.0, 150), (25.0, 600), (60.0, 1500)] {
        for quota in quotas() {
            let run = Run { quota, per_second, requests, latency: (0.02, 0.06), retry_after: None, seed: 0 };
            let (used, mean, _) = judge(run);
            assert!(used >= 0.8 && mean < 0.06, "{used} {mean} {run:?}");
        }
    }
}

#[test]
fn a_retry_after_is_kept_and_the_quota_learned() {
    for quota in quotas() {
        let run = Run { quota, per_second: 10.0, requests: 300, latency: (0.005, 0.1), retry_after: Some(1), seed: 0 };
        let (used, mean, _) = judge(run);
        assert!(used >= 0.8 && mean < 0.05, "{used} {mean} {run:?}");
    }
}

#[test]
fn without_a_quota_nothing_is_held_back() {
    let run = Run {
        quota: Quota::Unlimited,
        per_second: 1.0,
        requests: 2000,
        latency: (0.05, 0.05),
        retry_after: None,
        seed: 1,
    };
    let outcome = run.play();
    assert_eq!((outcome.refused, outcome.most_at_once), (0, 16));
    // 16 at a time, 50 ms each, is 6.25 s; the first rounds have fewer.
    assert!(outcome.seconds < 7.0, "{outcome:?}");
}

#[test]
fn requests_of_one_overload_count_once() {
    let mut pace = Pace::new(16);
    let at = Duration::from_millis;
    let first = FIRST_LIMIT as u64;
    for start in 0..first {
        assert_eq!(pace.admit(at(start)), Admission::Now);
    }
    assert_eq!(pace.admit(at(first)), Admission::Full);
    pace.done(at(0), at(50), Signal::RateLimited(None));
    assert_eq!((pace.limit, pace.in_flight), (FIRST_LIMIT / 2, FIRST_LIMIT - 1));
    pace.done(at(1), at(51), Signal::RateLimited(None));
    pace.done(at(2), at(52), Signal::RateLimited(Some(Duration::from_secs(5))));
    assert_eq!(pace.limit, FIRST_LIMIT / 2);
    for start in 3..first {
        pace.done(at(start), at(53), Signal::Nothing);
    }
    assert_eq!(pace.admit(at(60)), Admission::At(at(5052)));
    assert_eq!(pace.admit(at(5052)), Admission::Now);
}

#[test]
fn no_clock_and_no_count_is_too_odd() {
    let mut pace = Pace::new(0);
    assert_eq!(pace.admit(Duration::MAX), Admission::Now);
    assert_eq!(pace.admit(Duration::ZERO), Admission::Full);
    for signal in
        [Signal::RateLimited(Some(Duration::MAX)), Signal::Accepted, Signal::Nothing, Signal::RateLimited(None)]
    {
        pace.done(Duration::MAX, Duration::ZERO, signal);
        pace.done(Duration::ZERO, Duration::MAX, signal);
    }
    assert_eq!(pace.in_flight, 0);
    assert_eq!(pace.admit(Duration::ZERO), Admission::At(Duration::MAX));
}
