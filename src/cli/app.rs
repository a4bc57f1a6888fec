//! The input and the result of a command.

use std::sync::Arc;

use super::args::{self, DEFAULT_FILE, Global};
use super::github::{Extra, Workflow};
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::model::escape::shell_word;
use crate::plan::report::Report;
use crate::render::Output;
use crate::state::environments::Whose;

/// The result of a command: the text for stdout, and what the exit code depends on.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    /// The rendered result. `None`: there are only errors.
    pub(crate) result: Option<String>,
    /// Errors.
    pub(crate) errors: Diagnostics,
    /// Whether a JSON `result` contains the errors.
    pub(crate) tells_errors: bool,
    /// Whether `result` contains the errors in any format.
    pub(crate) told: bool,
    /// Other things that the exit code depends on.
    pub(crate) ending: Ending,
    /// An exit code that overrides all else: that of the emulator.
    pub(crate) code: Option<u8>,
    /// The report behind `result`, for a workflow.
    pub(crate) report: Option<Box<Report>>,
    /// More for a workflow.
    pub(crate) extra: Extra,
}

impl Finish {
    /// A result without errors.
    pub(crate) fn done(result: impl Into<String>) -> Self {
        Self { result: Some(result.into()), ..Self::default() }
    }

    /// Adds more for a workflow.
    pub(crate) fn with(self, extra: Extra) -> Self {
        Self { extra, ..self }
    }
}

/// What every command gets.
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) output: Arc<Output>,
    /// The GitHub workflow, with `--github`.
    pub(crate) workflow: Option<Workflow>,
    /// Whether the command runs for all environments, of which this is one.
    pub(crate) over_all: bool,
}

impl App {
    /// The environment, if one was named.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.global.env.as_deref()
    }

    /// Whose part of the file to read.
    pub(crate) fn whose(&self) -> Whose {
        Whose::of(self.environment())
    }

    /// Flags for suggested commands, so that they are about the same file and the same Vapi, with a space before each.
    pub(crate) fn flags(&self) -> String {
        let mut flags = String::new();
        let file = self.global.file.to_string_lossy();
        if file != DEFAULT_FILE && !args::is_found(&file) {
            flags.push_str(&format!(" -f {}", shell_word(&file)));
        }
        if let Some(environment) = self.environment() {
            flags.push_str(&format!(" --env {}", shell_word(environment)));
        }
        if self.is_emulated() {
            flags.push_str(" --emulator");
        }
        flags
    }

    /// Whether to use an emulator in this process in place of Vapi.
    pub(crate) fn is_emulated(&self) -> bool {
        #[cfg(feature = "emulator")]
        let is_emulated = self.global.emulator;
        #[cfg(not(feature = "emulator"))]
        let is_emulated = false;
        is_emulated
    }
}
