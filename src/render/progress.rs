//! A progress bar on stderr, or nothing.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress of a run. Clones share one bar.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    label: String,
}

/// A bar that is removed when it is dropped.
pub struct Shown(pub Progress);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Progress {
    /// Progress without a bar.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), label: String::new() }
    }

    /// A bar with this many steps on stderr; 0 if the number is not known.
    pub(super) fn start(total: u64, label: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let template = if total == 0 { "{spinner} {msg}" } else { "{spinner} {msg} {pos}/{len} [{bar:30}]" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, label: label.to_owned() }
    }

    /// Shows another text for a while; `None` restores the first one.
    pub(super) fn say(&self, text: Option<String>) {
        self.bar.set_message(text.unwrap_or_else(|| self.label.clone()));
    }

    /// Counts a finished step.
    pub fn inc(&self) {
        self.bar.inc(1);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Runs something while the bar is hidden.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}
