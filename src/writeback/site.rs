//! Finds the place in the document where a captured field is written.

use super::capture::Writer;
use super::key;
use super::shared::leaves_out;
use crate::document::{Node, PathStep};
use crate::kinds::Spot;
use crate::model::diagnostic::Diagnostic;
use crate::model::{FieldPath, Step, Value};
use crate::values::compare::Walk;

/// Where a field is in the document.
pub(super) struct Site<'d> {
    pub(super) path: Vec<PathStep>,
    /// The field's row in the table of its kind.
    pub(super) spot: Spot,
    pub(super) at: At<'d>,
    /// The variable on the way, with its use: what is written goes into the variable.
    pub(super) from: Option<(&'d str, Node<'d>)>,
}

/// What is there.
pub(super) enum At<'d> {
    /// A value.
    Value(Node<'d>),
    /// Nothing yet.
    Nothing,
    /// A list, which `path` leads to, of so many elements. The field would be one more.
    EndOfList(usize),
}

impl<'d> Writer<'_, 'd> {
    /// Follows the path of a field from a config at `path`, of which it is known what it says. `None`: the path leads through a list that the file does not have.
    ///
    /// # Errors
    /// If it cannot be told which element of a list is meant.
    pub(super) fn site(
        &self,
        root: Spot,
        (mut node, said): (Option<Node<'d>>, &Value),
        mut path: Vec<PathStep>,
        field: &FieldPath,
    ) -> Result<Option<Site<'d>>, Diagnostic> {
        let (mut walk, mut from) = (Walk { spot: root, value: Some(said) }, None);
        for step in &field.0 {
            let position = walk.step(step);
            if let Step::Key(word) = step {
                // The document makes the mappings on the way that it does not have.
                path.push(key(word));
                node = node.and_then(|here| here.get(word));
            } else {
                let Some(here) = node else { return Ok(None) };
                if leaves_out(self.state, here) {
                    let message = format!(
                        "{field} is in a list of which this environment leaves out an item (a variable is null), so \
                        it cannot be matched: change it by hand"
                    );
                    return Err(Diagnostic::error("variable-held", message).at(here.place()));
                }
                let Some(position) = position else {
                    if field.0.last() == Some(step) {
                        return Ok(Some(Site { path, spot: walk.spot, at: At::EndOfList(here.items().len()), from }));
                    }
                    let message = format!(
                        "{field} is in an element that cannot be told from the others in the file: change it by hand"
                    );
                    return Err(Diagnostic::error("edit-refused", message).at(here.place()));
                };
                path.push(PathStep::Index(position));
                node = here.items().nth(position);
            }
            if let Some(through) = self.through(node) {
                from = Some((through.name, through.used));
                (path, node) = (through.path, Some(through.node));
            }
        }
        Ok(Some(Site { path, spot: walk.spot, at: node.map_or(At::Nothing, At::Value), from }))
    }
}
