//! The rate limit: a token bucket per organisation.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::config::{RateLimit, RetryAfter};

/// The buckets of all organisations.
#[derive(Debug)]
pub(super) struct Throttle {
    limit: RateLimit,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Throttle {
    pub fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: Mutex::default() }
    }

    /// Admits a request of `org`, or returns the wait until the next one.
    pub fn admit(&self, org: &str, now: Instant) -> Result<(), Duration> {
        let most = f64::from(self.limit.burst.max(1));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(org.to_owned()).or_insert(Bucket { tokens: most, filled: now });
        let gained = now.saturating_duration_since(bucket.filled).as_secs_f64() * self.limit.per_second;
        bucket.tokens = (bucket.tokens + gained).min(most);
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::try_from_secs_f64((1.0 - bucket.tokens) / self.limit.per_second).unwrap_or(Duration::MAX))
    }

    /// The value of `Retry-After` for a wait, in whole seconds rounded up.
    pub fn retry_after(&self, wait: Duration) -> Option<String> {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        match self.limit.retry_after {
            RetryAfter::Absent => None,
            RetryAfter::Seconds => Some(seconds.to_string()),
            RetryAfter::Date => http_date(SystemTime::now().checked_add(Duration::from_secs(seconds))?),
        }
    }
}

fn http_date(time: SystemTime) -> Option<String> {
    // HTTP dates have no fractions, so round up.
    let time = Timestamp::try_from(time.checked_add(Duration::from_secs(1))?).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again_per_organisation() {
        let throttle = Throttle::new(RateLimit { per_second: 2.0, burst: 2, retry_after: RetryAfter::Seconds });
        let start = Instant::now();
        assert_eq!(throttle.admit("a", start), Ok(()));
        assert_eq!(throttle.admit("a", start), Ok(()));
        assert_eq!(throttle.admit("a", start), Err(Duration::from_millis(500)));
        assert_eq!(throttle.admit("b", start), Ok(()));
        assert_eq!(throttle.admit("a", start + Duration::from_millis(500)), Ok(()));
        assert!(throttle.admit("a", start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn the_wait_is_told_in_the_form_that_was_asked_for() {
        let told = |retry_after| {
            Throttle::new(RateLimit { per_second: 1.0, burst: 1, retry_after }).retry_after(Duration::from_millis(1200))
        };
        assert_eq!(told(RetryAfter::Seconds).as_deref(), Some("2"));
        assert_eq!(told(RetryAfter::Absent), None);
        assert!(told(RetryAfter::Date).is_some_and(|date| date.ends_with(" GMT")));
    }

    #[test]
    fn a_quota_of_nothing_is_no_panic() {
        let throttle = Throttle::new(RateLimit { per_second: 0.0, burst: 0, retry_after: RetryAfter::Date });
        let start = Instant::now();
        assert_eq!(throttle.admit("a", start), Ok(()));
        assert_eq!(throttle.admit("a", start), Err(Duration::MAX));
        assert_eq!(throttle.retry_after(Duration::MAX), None);
    }
}
