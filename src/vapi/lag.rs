//! Lists may lag behind: how often one is looked into again, and for how long.

use std::time::Duration;

use tokio::time::Instant;

/// How long to wait before a list is read again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A search that goes on until something shows, or the patience for it is over.
pub struct Search {
    began: Instant,
    patience: Duration,
    pause: Duration,
}

impl Search {
    /// Begins now, and ends after `patience`.
    pub fn new(patience: Duration) -> Self {
        Self { began: Instant::now(), patience, pause: FIRST_PAUSE }
    }

    /// Whether nobody has waited yet.
    pub fn is_new(&self) -> bool {
        self.pause == FIRST_PAUSE
    }

    /// Whether there is no time for another look.
    pub fn is_over(&self) -> bool {
        self.began.elapsed() + self.pause > self.patience
    }

    /// Waits until the next look: each time twice as long, up to a bound. `false`, at once, if the time is over before it.
    pub async fn wait(&mut self) -> bool {
        let Some(pause) = self.next(self.began.elapsed()) else { return false };
        tokio::time::sleep(pause).await;
        true
    }

    fn next(&mut self, elapsed: Duration) -> Option<Duration> {
        let pause = self.pause;
        if elapsed + pause > self.patience {
            return None;
        }
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_ever_more_seldom_and_never_after_the_time() {
        let mut search = Search::new(Duration::from_secs(10));
        let (mut elapsed, mut looks) = (Duration::ZERO, Vec::new());
        while let Some(pause) = search.next(elapsed) {
            elapsed += pause;
            looks.push(elapsed.as_millis());
        }
        assert_eq!(looks, [100, 300, 700, 1500, 3100, 5100, 7100, 9100]);
        assert_eq!(Search::new(Duration::from_millis(50)).next(Duration::ZERO), None);
    }
}
