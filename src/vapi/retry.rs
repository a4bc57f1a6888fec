//! The back-off before a retry.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// How often and how long a request is retried.
#[derive(Debug, Clone)]
pub struct RetryLimits {
    /// The most attempts, 429s not counted.
    pub attempts: u32,
    /// The same before any response: a wrong URL should fail fast.
    pub attempts_unreached: u32,
    /// The most 429s.
    pub rate_limits: u32,
    /// The wait before the first retry; it doubles with each, with jitter.
    pub first_wait: Duration,
    /// The longest wait, unless `Retry-After` asks for more.
    pub longest_wait: Duration,
    /// The longest sum of waits; a `Retry-After` beyond it ends the request.
    pub patience: Duration,
}

impl Default for RetryLimits {
    fn default() -> Self {
        Self {
            attempts: 7,
            attempts_unreached: 3,
            rate_limits: 12,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(15),
            patience: Duration::from_secs(180),
        }
    }
}

/// What a request has used of its limits.
#[derive(Debug, Default)]
pub(super) struct Spent {
    failures: u32,
    rate_limits: u32,
    waited: Duration,
}

impl Spent {
    /// The wait before the next attempt. `None`: give up.
    ///
    /// `reached`: this run has had a response; `jitter` is between 0 and 1.
    pub(super) fn next_wait(
        &mut self,
        limits: &RetryLimits,
        rate_limited: bool,
        retry_after: Option<Duration>,
        reached: bool,
        jitter: f64,
    ) -> Option<Duration> {
        let (count, most) = if rate_limited {
            self.rate_limits += 1;
            (self.rate_limits, limits.rate_limits)
        } else {
            self.failures += 1;
            (self.failures, if reached { limits.attempts } else { limits.attempts_unreached })
        };
        if count >= most {
            return None;
        }
        let doubled = limits.first_wait.saturating_mul(1 << (count - 1).min(16)).min(limits.longest_wait);
        // Jitter from half to all of it: clients that failed together must not retry together.
        let own = doubled.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0));
        let wait = retry_after.map_or(own, |asked| asked.max(own));
        self.waited = self.waited.saturating_add(wait);
        (self.waited <= limits.patience).then_some(wait)
    }
}

/// Reads a `Retry-After` header: whole seconds or an HTTP date (RFC 9110, 10.2.3). A past date means no wait.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    static DATES: DateTimeParser = DateTimeParser::new();
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let then = DATES.parse_timestamp(value).ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_470);
        let read = |value| retry_after(value, now);
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Tue, 20 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(read("99999999999999999999999").is_some_and(|wait| wait > Duration::from_secs(1 << 30)));
        for nonsense in ["", "soon", "-1", "1.5", "\u{1f4de}"] {
            assert_eq!(read(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn waits_double_and_end() {
        let limits = RetryLimits::default();
        let mut spent = Spent::default();
        let waits: Vec<_> = std::iter::from_fn(|| spent.next_wait(&limits, false, None, true, 1.0)).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000].map(Duration::from_millis));
        let mut spent = Spent::default();
        assert_eq!(std::iter::from_fn(|| spent.next_wait(&limits, false, None, false, 0.0)).count(), 2);
    }

    #[test]
    fn what_the_service_asks_for_is_kept_unless_it_is_too_long() {
        let limits = RetryLimits::default();
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(Spent::default().next_wait(&limits, true, asked(7), true, 0.5), asked(7));
        assert_eq!(Spent::default().next_wait(&limits, true, asked(0), true, 0.0), Some(Duration::from_millis(125)));
        assert_eq!(Spent::default().next_wait(&limits, true, asked(3600), true, 0.5), None);
        assert_eq!(Spent::default().next_wait(&limits, true, asked(u64::MAX), true, 0.5), None);
    }

    #[test]
    fn refusals_have_a_limit_of_their_own() {
        let limits = RetryLimits::default();
        let mut spent = Spent::default();
        for _ in 0..limits.attempts + 2 {
            assert!(spent.next_wait(&limits, true, None, true, 0.0).is_some());
        }
        assert!(spent.next_wait(&limits, false, None, true, 0.0).is_some());
    }
}
