//! Output about several environments of one file.

use super::palette::paint;
use super::{View, markdown};
use crate::model::escape;
use crate::plan::report::Gate;

/// How an environment differs from the first one in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// The name of the first one. `None`: this is the first.
    pub after: Option<String>,
    /// Variables with different values.
    pub variables: Vec<String>,
    /// Entries of the first one only.
    pub without: Vec<String>,
    /// Entries of this one only.
    pub with: Vec<String>,
}

impl Compared {
    /// `production: as staging, but backend; without agents.experiment_7`.
    pub fn line(&self) -> Option<String> {
        let mut line = format!("{}: as {}", self.name, self.after.as_ref()?);
        let lists = [(", but ", &self.variables), ("; without ", &self.without), ("; with ", &self.with)];
        for (word, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            line.push_str(word);
            line.push_str(&names.join(", "));
        }
        Some(escape::line(&line).into_owned())
    }
}

/// The differences between environments, a line each, then an empty line. Nothing for a single environment.
pub fn differences(all: &[Compared]) -> String {
    let lines: String = all.iter().filter_map(Compared::line).map(|line| format!("{line}\n")).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// The line for an environment whose check failed.
pub fn failed(name: &str) -> String {
    format!("Environment {name}: this failed, see the error")
}

/// The gate of an environment in words.
pub fn gate(gate: &Gate) -> String {
    let must = if gate.open { "Need not" } else { "Must" };
    escape::line(&format!("{must} wait for {}: {}.", gate.after, gate.reason)).into_owned()
}

/// How far an environment is behind the one before it, in words.
pub fn behind(name: &str, before: &str, commits: usize) -> String {
    format!("{name} is {} behind {before}.", super::field::counted(commits, "commit", "commits"))
}

/// Puts the name of its environment and these lines above a text for a terminal.
pub fn titled(name: Option<&str>, lines: &[String], text: String, view: &View<'_>) -> String {
    let Some(name) = name else { return text };
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{}\n{lines}{text}", paint(view.palette.strong, &format!("Environment {name}")))
}

/// Puts the name of its environment into the title of a text in Markdown.
pub fn titled_markdown(name: Option<&str>, of: Option<&Gate>, text: String, view: &View<'_>) -> String {
    let Some(name) = name else { return text };
    let gate = of.map(|of| format!("\n<p>{}</p>\n", markdown::html(&gate(of), view))).unwrap_or_default();
    let Some((title, rest)) = text.split_once("\n\n") else { return text };
    format!("{title}: {name}\n{gate}\n{rest}")
}
