//! A progress bar on stderr, or nothing.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a run is. Clones are the same bar.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    label: String,
}

/// A bar that goes away when it is dropped.
pub struct Shown(pub Progress);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Progress {
    /// One that shows nothing.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), label: String::new() }
    }

    /// A bar of so many steps on stderr; 0: it is not known how many.
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

    /// Says something else for a while; `None`: what it said before.
    pub(super) fn say(&self, text: Option<String>) {
        self.bar.set_message(text.unwrap_or_else(|| self.label.clone()));
    }

    /// One step more is done.
    pub fn inc(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Does something while the bar is out of the way.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}
