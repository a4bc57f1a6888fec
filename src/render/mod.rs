//! Output for people and machines. A renderer takes a [`Report`](crate::plan::report::Report), a
//! [`Status`](crate::plan::Status) or diagnostics. It decides nothing, and counts by their methods.
//!
//! ```text
//! Report ─┬─ field, words ─┬─ terminal ─┐
//!         │                └─ markdown ─┤
//!         └─ json (v1) ─────────────────┼─ output (redactor, colours, closed pipes) → stdout, stderr
//! Status ─── status (text), json, html ─┤
//! Diagnostics ─── text, annotations, sarif ┘
//! ```

mod columns;
pub mod diagnostics;
pub mod diff;
pub mod environments;
mod field;
pub mod github;
pub mod html;
pub mod json;
pub mod markdown;
pub mod output;
pub mod palette;
mod pretty;
pub mod progress;
#[cfg(test)]
mod samples;
pub mod status;
pub mod terminal;
#[cfg(test)]
mod tests;
mod words;

use std::sync::LazyLock;

use crate::model::Redactor;
use crate::plan::{Names, Status};

pub use output::Output;
pub use palette::Palette;
pub use progress::{Progress, Shown};

/// How to show a report.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// The colours, if any.
    pub palette: Palette,
    /// Show whole ids, links, and the fields of created and imported objects.
    pub verbose: bool,
    /// Show long values in full.
    pub whole: bool,
    /// Show unchanged entries.
    pub all: bool,
    /// Show pending fields.
    pub pending: bool,
    /// The counts of both sides, if known, for the hint at objects that are only in Vapi.
    pub status: Option<&'v Status>,
    /// The width of a line. `None`: lines are not wrapped.
    pub width: Option<usize>,
    /// The names of the objects that values refer to.
    pub names: &'v Names,
    /// The origin of the report, for Markdown.
    pub origin: Option<&'v markdown::Origin>,
    /// What must not be shown.
    pub redactor: &'v Redactor,
    /// The command of the report. Empty: `plan`, `apply` or `pull`, according to the report.
    pub command: &'v str,
    /// Flags for suggested commands, so that they are about the same file and the same Vapi, with a space before each:
    /// ` -f staging.yaml`. Empty: nothing.
    pub flags: &'v str,
}

impl<'v> View<'v> {
    /// Without colours and compact, with changes only.
    pub fn plain(redactor: &'v Redactor) -> Self {
        static NAMES: LazyLock<Names> = LazyLock::new(Names::default);
        let palette = Palette::plain();
        let (verbose, whole, all) = (false, false, false);
        Self {
            palette,
            verbose,
            whole,
            all,
            pending: true,
            status: None,
            width: None,
            names: &NAMES,
            origin: None,
            redactor,
            command: "",
            flags: "",
        }
    }

    /// Wraps a line of our own text to the width of the view. Commands in backticks are not broken.
    pub fn wrapped(&self, line: &str) -> String {
        columns::wrapped(line, self.width, "")
    }

    /// The maximum width of a value on the line of its field.
    fn room(&self) -> usize {
        self.width.unwrap_or(120).saturating_sub(8).max(20)
    }
}
