//! One copy of each long text: the prompts of the file and those of Vapi are mostly the same.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Shorter texts are copied: to look one up takes longer.
const LONG: usize = 256;

/// So many texts are looked through for those that nobody holds any more, the first time.
const MANY: usize = 4096;

static LONG_TEXTS: LazyLock<Mutex<Pool>> =
    LazyLock::new(|| Mutex::new(Pool { texts: HashSet::default(), next_sweep: MANY }));

struct Pool {
    texts: HashSet<Arc<str>, foldhash::fast::RandomState>,
    /// With so many texts it is swept.
    next_sweep: usize,
}

/// A text to keep. Of a long one there is one copy in the process, which all who ask for it share.
pub fn shared(text: &str) -> Arc<str> {
    if text.len() < LONG {
        return text.into();
    }
    // A set of texts is as good after a panic as before.
    LONG_TEXTS.lock().unwrap_or_else(PoisonError::into_inner).get(text)
}

impl Pool {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        if self.texts.len() >= self.next_sweep {
            // `status --serve` reads for ever.
            self.texts.retain(|text| Arc::strong_count(text) > 1);
            self.next_sweep = MANY.max(2 * self.texts.len());
        }
        let text: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&text));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_there_is_one_copy() {
        let long = "a long prompt ".repeat(100);
        assert!(Arc::ptr_eq(&shared(&long), &shared(&long)));
        assert_eq!(*shared(&long), *long);
        assert_eq!(*shared("short"), *"short");
    }

    #[test]
    fn texts_that_nobody_holds_are_dropped() {
        let mut pool = Pool { texts: HashSet::default(), next_sweep: 3 };
        let kept = pool.get("kept");
        for text in ["one", "two", "three"] {
            pool.get(text);
        }
        assert_eq!(pool.texts.len(), 2);
        assert!(Arc::ptr_eq(&kept, &pool.get("kept")));
    }
}
