//! Polls a list that may lag: how often, and for how long.

use std::time::Duration;

use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The back-off between polls, until the timeout.
pub(super) struct Poll {
    began: Instant,
    patience: Duration,
    pause: Duration,
}

impl Poll {
    /// Starts now, and times out after `patience`.
    pub(super) fn new(patience: Duration) -> Self {
        Self { began: Instant::now(), patience, pause: FIRST_PAUSE }
    }

    /// The pause before the next poll, doubling up to a maximum. `None`: timed out.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        self.pause_after(self.began.elapsed())
    }

    fn pause_after(&mut self, elapsed: Duration) -> Option<Duration> {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        (elapsed + pause <= self.patience).then_some(pause)
    }
}

/// Looks until something is found, or `patience` is over.
pub(super) async fn poll<T>(patience: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let mut poll = Poll::new(patience);
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        tokio::time::sleep(poll.pause()?).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_back_off_and_end_at_the_timeout() {
        let mut poll = Poll::new(Duration::from_secs(10));
        let (mut elapsed, mut looks) = (Duration::ZERO, Vec::new());
        while let Some(pause) = poll.pause_after(elapsed) {
            elapsed += pause;
            looks.push(elapsed.as_millis());
        }
        assert_eq!(looks, [100, 300, 700, 1500, 3100, 5100, 7100, 9100]);
        assert_eq!(Poll::new(Duration::from_millis(50)).pause_after(Duration::ZERO), None);
    }
}
