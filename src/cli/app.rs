//! What a command is given, and what it gives back.

use std::sync::Arc;

use super::args::{self, DEFAULT_FILE, Global};
use super::github::{Extra, Workflow};
use crate::model::diagnostic::{Diagnostics, Ending};
use crate::model::escape::shell_word;
use crate::plan::report::Report;
use crate::render::Output;
use crate::state::environments::Whose;

/// How a command ended: what goes to stdout, and what the exit code is made of.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    /// The result, already rendered. `None`: the errors are all there is to say.
    pub(crate) result: Option<String>,
    /// What went wrong.
    pub(crate) errors: Diagnostics,
    /// Whether a JSON `result` tells the errors itself.
    pub(crate) tells_errors: bool,
    /// Whether `result` tells the errors itself, whatever the format.
    pub(crate) told: bool,
    /// The rest of what the exit code depends on.
    pub(crate) ending: Ending,
    /// An exit code that is not ours to decide: the emulator's.
    pub(crate) code: Option<u8>,
    /// What `result` was made of, for a workflow.
    pub(crate) report: Option<Box<Report>>,
    /// What a workflow is told beside it.
    pub(crate) extra: Extra,
}

impl Finish {
    /// A result without errors.
    pub(crate) fn done(result: impl Into<String>) -> Self {
        Self { result: Some(result.into()), ..Self::default() }
    }

    /// The same with more for a workflow.
    pub(crate) fn with(self, extra: Extra) -> Self {
        Self { extra, ..self }
    }
}

/// What all commands work with.
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) output: Arc<Output>,
    /// The workflow that runs this, where it wants to be told.
    pub(crate) workflow: Option<Workflow>,
    /// Whether this is one of all environments, and none was named.
    pub(crate) over_all: bool,
}

impl App {
    /// The environment that was named.
    pub(crate) fn environment(&self) -> Option<&str> {
        self.global.env.as_deref()
    }

    /// For whom the file is read.
    pub(crate) fn whose(&self) -> Whose {
        Whose::of(self.environment())
    }

    /// What a command that is offered must be given to be about the same file and the same Vapi, a blank ahead of each.
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

    /// Whether an emulator inside this process stands in for Vapi.
    pub(crate) fn is_emulated(&self) -> bool {
        #[cfg(feature = "emulator")]
        let is_emulated = self.global.emulator;
        #[cfg(not(feature = "emulator"))]
        let is_emulated = false;
        is_emulated
    }
}
