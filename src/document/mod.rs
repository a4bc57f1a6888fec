//! Parses YAML with source positions and edits it in place. Knows nothing of Vapi.
//!
//! In: the text of a file. Out: values with their positions ([`Document`], [`Node`]) and, for a
//! list of [`Edit`]s, a new text in which only the edited values differ ([`Document::edit`]).
//!
//! ```text
//! text → build (granit-parser) → tree → Node
//!                                  └──→ edit: locate → plan → splice → check → new text
//! ```

mod build;
mod content;
mod edit;
mod limits;
mod lines;
mod node;
mod pairs;
mod problem;
mod scalar;
mod scan;
mod syntax;
mod tree;

use std::ops::Range;
use std::sync::Arc;

pub use content::{Content, Edit, Edited, PathStep, Refusal};
pub use node::{Entry, Node, Unsaid, View};

use self::lines::Lines;
use self::problem::Problem;
use self::tree::{Kind, Style, Tree};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Place};

/// A YAML document with its text.
#[derive(Debug)]
pub struct Document {
    name: Arc<str>,
    text: Arc<str>,
    lines: Lines,
    tree: Tree,
}

impl Document {
    /// Parses `text`; `name` is the file as the user would name it.
    ///
    /// # Errors
    /// All problems, with their places: `yaml-syntax`, `yaml-duplicate-key`, `yaml-too-deep`, `yaml-aliases`,
    /// `yaml-documents`, `yaml-key`, `yaml-merge`, `yaml-tag`, `yaml-not-json`, `yaml-too-large`.
    pub fn parse(name: &str, text: impl Into<Arc<str>>) -> Result<Document, Diagnostics> {
        let text = text.into();
        if text.len() > limits::MAX_BYTES {
            let message = format!("{name} is larger than {} MiB", limits::MAX_BYTES >> 20);
            return Err(Diagnostic::error("yaml-too-large", message).into());
        }
        let mut document =
            Document { name: name.into(), lines: Lines::new(&text), text: text.clone(), tree: Tree::default() };
        match build::build(&text) {
            Ok(tree) => document.tree = tree,
            Err(problems) => return Err(problems.into_iter().map(|problem| document.diagnostic(problem)).collect()),
        }
        Ok(document)
    }

    /// Plain scalars that a YAML 1.1 parser reads as something else: code `yaml11`.
    pub fn warnings(&self) -> Diagnostics {
        let plain = self.tree.nodes.iter().enumerate().filter(|(_, raw)| {
            matches!(raw.kind, Kind::Scalar { style: Style::Plain, .. }) && !raw.tagged && raw.start < raw.end
        });
        plain
            .filter_map(|(id, _)| {
                let text = self.tree.text(id as u32, &self.text);
                let other = scalar::yaml_1_1(text)?;
                let message = format!("`{text}` is text here, but {other} for older YAML readers (YAML 1.1)");
                let place = self.place(self.tree.range(id as u32));
                let line = self.line_text(place.line).to_owned();
                Some(Diagnostic::warning("yaml11", message).help("put it in quotes").at(place).snippet(line))
            })
            .collect()
    }

    /// The file as the user would name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The document's value. `None` if the file is empty or holds comments only.
    pub fn root(&self) -> Option<Node<'_>> {
        let id = self.tree.root?;
        let empty = self.tree.range(id).is_empty() && matches!(self.tree.raw(id).kind, Kind::Scalar { .. });
        (!empty).then(|| Node::root(self, id))
    }

    /// Converts a byte range: the line and column of its start, and its length in characters on that line.
    /// An offset past the end, or inside a character, counts as the nearest one before it.
    pub fn place(&self, bytes: Range<usize>) -> Place {
        let start = self.boundary(bytes.start);
        let end = self.boundary(bytes.end).max(start);
        let index = self.lines.index_of(start);
        let line_start = self.lines.range(index, &self.text).start.min(start);
        let line_end = line_start + self.lines.line(index, &self.text).len();
        Place {
            file: self.name.clone(),
            line: index + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end.min(line_end).max(start)].chars().count().max(1),
        }
    }

    /// A line without its line end; `line` counts from 1. Empty past the end.
    pub fn line_text(&self, line: usize) -> &str {
        line.checked_sub(1).map_or("", |index| self.lines.line(index, &self.text))
    }

    /// The nearest start of a character at or before byte `at`.
    fn boundary(&self, at: usize) -> usize {
        (0..=at.min(self.text.len())).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }

    fn diagnostic(&self, problem: Problem) -> Diagnostic {
        let Problem { code, range, mut message, help, first_at } = problem;
        if let Some(at) = first_at {
            message.push_str(&format!(", first on line {}", self.lines.index_of(at) + 1));
        }
        let place = self.place(range);
        let line = self.line_text(place.line).to_owned();
        let diagnostic = Diagnostic::error(code, message).at(place).snippet(line);
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// The text of the comment on a line (index from 0), without `#` and the white space around it.
    fn comment_on(&self, index: usize) -> Option<&str> {
        let range = self.lines.range(index, &self.text);
        let at = self.tree.comments.partition_point(|&(start, _)| (start as usize) < range.start);
        let &(start, end) = self.tree.comments.get(at)?;
        ((start as usize) < range.end).then(|| self.text[start as usize + 1..end as usize].trim())
    }

    fn is_comment_line(&self, index: usize) -> bool {
        self.comment_on(index).is_some() && self.lines.line(index, &self.text).trim_start().starts_with('#')
    }
}

#[cfg(test)]
mod tests;
