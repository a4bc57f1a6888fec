//! What goes wrong on purpose: which requests, before or after they are carried out, and how.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::store::Collection;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Only requests with this method. `None`: any.
    pub method: Option<String>,
    /// Only requests to this path, in which `*` stands for anything: `/assistant/*`. `None`: any.
    pub path: Option<String>,
    /// Which of those requests.
    pub when: When,
    /// Before or after the request is carried out.
    pub stage: Stage,
    /// What happens.
    pub effect: Effect,
}

/// Which of the requests that a fault is about, counted from 1 in the order of their arrival.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// All.
    Always,
    /// The k-th.
    Nth(u64),
    /// The first n.
    First(u64),
    /// The k-th and all that follow.
    From(u64),
    /// Every k-th.
    Every(u64),
    /// From one to the other, both included.
    Between(u64, u64),
    /// Each with this probability, drawn from the emulator's seed.
    Probability(f64),
}

/// Whether the request has taken effect when the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It has not, and unless the effect is [`Effect::Slow`] or [`Effect::Edit`] it never does.
    Before,
    /// It has: what is lost is the answer.
    After,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An error as Vapi words it.
    Status {
        /// 4xx or 5xx.
        status: u16,
        /// The `Retry-After` header.
        retry_after: Option<String>,
    },
    /// An HTML page, as the CDN in front of Vapi sends it, with this status.
    Html(u16),
    /// The connection is reset (RST).
    Reset,
    /// No answer until the client gives up.
    Hang,
    /// Half of the answer, then the connection is closed.
    Truncated,
    /// The right status with a body that is not JSON.
    Malformed,
    /// The right status with an empty body.
    Empty,
    /// The answer comes this much later.
    Slow(Duration),
    /// Somebody else changes an object at that moment; the request goes on.
    Edit {
        /// Which object.
        target: Target,
        /// The fields that are set, shallow; `null` takes one out.
        patch: Value,
    },
}

/// Which object somebody else changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one that the request's path names; nothing happens if it names none.
    Requested,
    /// The one that was made last.
    Newest(Collection),
    /// This one.
    Object(Collection, String),
}

impl Fault {
    fn is_about(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|own| own == method) && self.path.as_deref().is_none_or(|own| fits(own, path))
    }
}

impl When {
    fn holds(self, count: u64, rng: &mut StdRng) -> bool {
        match self {
            When::Always => true,
            When::Nth(k) => count == k,
            When::First(n) => count <= n,
            When::From(k) => count >= k,
            When::Every(k) => k > 0 && count.is_multiple_of(k),
            When::Between(first, last) => (first..=last).contains(&count),
            When::Probability(p) => rng.random_bool(p.clamp(0.0, 1.0)),
        }
    }
}

/// The faults of an emulator, and how many requests each of them has seen.
#[derive(Debug)]
pub(super) struct Faults(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    faults: Vec<(Fault, u64)>,
    rng: StdRng,
}

impl Faults {
    pub fn new(faults: Vec<Fault>, seed: u64) -> Self {
        let faults = faults.into_iter().map(|fault| (fault, 0)).collect();
        Self(Mutex::new(Counted { faults, rng: StdRng::seed_from_u64(seed) }))
    }

    /// Replaces all faults; counting starts anew.
    pub fn set(&self, faults: Vec<Fault>) {
        self.counted().faults = faults.into_iter().map(|fault| (fault, 0)).collect();
    }

    /// Counts a request and says what is to happen to it, in the order in which the faults were given.
    pub fn due(&self, method: &str, path: &str) -> Vec<(Stage, Effect)> {
        let mut counted = self.counted();
        let Counted { faults, rng } = &mut *counted;
        let about = faults.iter_mut().filter(|(fault, _)| fault.is_about(method, path));
        about
            .filter_map(|(fault, count)| {
                *count += 1;
                fault.when.holds(*count, rng).then(|| (fault.stage, fault.effect.clone()))
            })
            .collect()
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `path` is `pattern`, in which each `*` stands for any text.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| fits(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, path, expected) in [
            ("/assistant", "/assistant", true),
            ("/assistant", "/assistant/1", false),
            ("/assistant/*", "/assistant/1", true),
            ("/assistant/*", "/assistant", false),
            ("*", "", true),
            ("/*-number*", "/phone-number/é", true),
            ("/*x", "/é", false),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn requests_are_counted_from_one() {
        let strikes = |when| -> Vec<u64> {
            let fault = Fault { method: None, path: None, when, stage: Stage::Before, effect: Effect::Hang };
            let faults = Faults::new(vec![fault], 1);
            (1..=6).filter(|_| !faults.due("GET", "/").is_empty()).collect()
        };
        assert_eq!(strikes(When::Always), [1, 2, 3, 4, 5, 6]);
        assert_eq!(strikes(When::Nth(2)), [2]);
        assert_eq!(strikes(When::First(2)), [1, 2]);
        assert_eq!(strikes(When::From(5)), [5, 6]);
        assert_eq!(strikes(When::Every(3)), [3, 6]);
        assert_eq!(strikes(When::Every(0)), [0; 0]);
        assert_eq!(strikes(When::Between(2, 4)), [2, 3, 4]);
        assert_eq!(strikes(When::Probability(0.0)), [0; 0]);
        assert_eq!(strikes(When::Probability(1.0)).len(), 6);
        assert_eq!(strikes(When::Probability(0.5)), strikes(When::Probability(0.5)));
    }

    #[test]
    fn only_the_requests_it_is_about_are_counted() {
        let fault = Fault {
            method: Some("POST".into()),
            path: Some("/assistant".into()),
            when: When::Nth(1),
            stage: Stage::After,
            effect: Effect::Reset,
        };
        let faults = Faults::new(vec![fault], 0);
        assert!(faults.due("GET", "/assistant").is_empty());
        assert!(faults.due("POST", "/tool").is_empty());
        assert_eq!(faults.due("POST", "/assistant"), [(Stage::After, Effect::Reset)]);
    }
}
