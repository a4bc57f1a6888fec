//! Injected faults: which requests, before or after they take effect, and how they fail.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::store::Collection;

/// A fault, parsed from text: `POST /assistant nth=2 after status=502`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Only requests with this method. `None`: any.
    pub(super) method: Option<String>,
    /// Only requests to this path, with `*` as a wildcard: `/assistant/*`. `None`: any.
    pub(super) path: Option<String>,
    pub(super) when: When,
    pub(super) stage: Stage,
    pub(super) effect: Effect,
}

/// Which of the matching requests fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum When {
    /// Counted from 1 in order of arrival: `first`, then every `step`-th up to `last`.
    Counted { first: u64, last: u64, step: u64 },
    /// Each with this probability.
    Probability(f64),
}

/// Whether the request takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The fault comes first; the request takes effect only after [`Effect::Slow`] or [`Effect::Edit`].
    Before,
    /// The request takes effect; the response is lost.
    After,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// An error in Vapi's format, optionally with a `Retry-After` header.
    Status(u16, Option<String>),
    /// An HTML page with this status, as from the CDN in front of Vapi.
    Html(u16),
    /// The connection is reset (RST).
    Reset,
    /// No response until the client gives up.
    Hang,
    /// Half of the response, then the connection closes.
    Truncated,
    /// The right status with a body that is not JSON.
    Malformed,
    /// The right status with an empty body.
    Empty,
    /// The response is delayed by this much.
    Slow(Duration),
    /// Somebody else sets these fields of an object, shallowly (`null` removes one); then the request continues.
    Edit(Target, Value),
}

/// Which object somebody else changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The one in the request's path, if any.
    Requested,
    /// The newest of this kind.
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
    /// All of them.
    pub const ALWAYS: Self = Self::Counted { first: 1, last: u64::MAX, step: 1 };

    fn holds(self, count: u64, rng: &mut StdRng) -> bool {
        match self {
            When::Counted { first, last, step } => {
                (first..=last).contains(&count) && (count - first).is_multiple_of(step)
            }
            When::Probability(p) => rng.random_bool(p),
        }
    }
}

/// The faults of an emulator, each with its count of matching requests.
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

    /// Replaces all faults and resets the counts.
    pub fn set(&self, faults: Vec<Fault>) {
        self.counted().faults = faults.into_iter().map(|fault| (fault, 0)).collect();
    }

    /// Counts a request and returns the faults that apply to it, in order.
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

/// Whether `path` matches `pattern`, with `*` as a wildcard.
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

    fn fault(text: &str) -> Fault {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn requests_are_counted_from_one() {
        let strikes = |which: &str| -> Vec<u64> {
            let faults = Faults::new(vec![fault(&format!("{which} hang"))], 1);
            (1..=6).filter(|_| !faults.due("GET", "/").is_empty()).collect()
        };
        for (which, expected) in [
            ("", &[1, 2, 3, 4, 5, 6][..]),
            ("always", &[1, 2, 3, 4, 5, 6]),
            ("nth=2", &[2]),
            ("first=2", &[1, 2]),
            ("from=5", &[5, 6]),
            ("every=3", &[3, 6]),
            ("between=2..4", &[2, 3, 4]),
            ("between=4..2", &[]),
            ("p=0", &[]),
            ("p=1", &[1, 2, 3, 4, 5, 6]),
        ] {
            assert_eq!(strikes(which), expected, "{which}");
        }
        assert_eq!(strikes("p=0.5"), strikes("p=0.5"));
    }

    #[test]
    fn only_the_requests_it_is_about_are_counted() {
        let faults = Faults::new(vec![fault("POST /assistant nth=1 after reset")], 0);
        assert!(faults.due("GET", "/assistant").is_empty());
        assert!(faults.due("POST", "/tool").is_empty());
        assert_eq!(faults.due("POST", "/assistant"), [(Stage::After, Effect::Reset)]);
    }
}
