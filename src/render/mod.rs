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

use crate::model::Redactor;
use crate::plan::Status;

pub use output::Output;
pub use palette::Palette;
pub use progress::Progress;

/// How a report is looked at.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// Colours, or none.
    pub palette: Palette,
    /// Long values in full.
    pub verbose: bool,
    /// Unchanged entries as well.
    pub all: bool,
    /// The numbers of both sides, where they are known: for the hint at what is only in Vapi.
    pub status: Option<&'v Status>,
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
        Self { palette: Palette::plain(), verbose: false, all: false, status: None, redactor, command: "", flags: "" }
    }
}
