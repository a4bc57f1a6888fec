//! What people and machines are shown. A renderer takes a [`Report`](crate::plan::report::Report), a
//! [`Status`](crate::plan::Status) or diagnostics and decides nothing: what is counted is counted by methods of those.
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

/// How a report is looked at.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// Colours, or none.
    pub palette: Palette,
    /// Whole ids, links, and the fields of what is made or imported.
    pub verbose: bool,
    /// Long values in full.
    pub whole: bool,
    /// Unchanged entries as well.
    pub all: bool,
    /// What the file is only ahead in, as well.
    pub pending: bool,
    /// The numbers of both sides, where they are known: for the hint at what is only in Vapi.
    pub status: Option<&'v Status>,
    /// How many columns a line has. `None`: nothing wraps.
    pub width: Option<usize>,
    /// What the objects are called that values refer to.
    pub names: &'v Names,
    /// Where a report comes from, for Markdown.
    pub origin: Option<&'v markdown::Origin>,
    /// What must not be shown.
    pub redactor: &'v Redactor,
    /// The command whose report it is. Empty: `plan`, `apply` or `pull`, as the report says.
    pub command: &'v str,
    /// What a command that is offered must be given to be about the same file and the same Vapi, a blank ahead of each:
    /// ` -f staging.yaml`. Empty: nothing.
    pub flags: &'v str,
}

impl<'v> View<'v> {
    /// Without colours, compact, only what changes.
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

    /// A line of our own words, broken where the view is too narrow for it. No command in backticks is.
    pub fn wrapped(&self, line: &str) -> String {
        columns::wrapped(line, self.width, "")
    }

    /// How many columns a value may take on its field's own line.
    fn room(&self) -> usize {
        self.width.unwrap_or(120).saturating_sub(8).max(20)
    }
}
