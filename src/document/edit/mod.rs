//! Edits a document: only the bytes of edited values change.
//!
//! ```text
//! edits → change (what differs, by path) → plan (which nodes) → splice (new text) → check (two parsers) → text
//! ```

mod change;
mod check;
mod claims;
mod expect;
mod geometry;
mod insert;
mod layout;
mod plan;
mod remove;
mod replace;
mod same;
mod sharing;
mod splice;
mod style;
mod write;

use self::change::Changes;
use self::check::Readers;
use self::geometry::Geometry;
use self::layout::Layout;
use self::plan::{Plan, Planner, Refused};
use self::replace::Cutter;
use self::sharing::Sharing;
use self::splice::Splice;
use super::Document;
use super::content::{Edit, Edited, Refusal};
use crate::model::diagnostic::Diagnostic;

impl Document {
    /// Applies all edits and returns the new text; writes no file.
    ///
    /// Two unrelated parsers read the new text, and both must see the old values with the edits applied.
    ///
    /// # Errors
    /// The edits that were refused (`edit-refused`, with the line); then none is applied.
    pub fn edit(&self, edits: &[Edit]) -> Result<Edited, Vec<Refusal>> {
        let geometry = Geometry::new(self);
        let sharing = Sharing::new(&geometry);
        let editor = Editor { doc: self, layout: Layout::of(&geometry), geometry: &geometry, sharing: &sharing };
        editor.edit(edits)
    }
}

/// A new text, not yet checked, and the changes it must contain.
struct Draft {
    changes: Changes,
    edited: Edited,
}

/// Some of the edits of a call, with their indices.
type Numbered<'e> = [(usize, &'e Edit)];

struct Editor<'a, 'd> {
    doc: &'d Document,
    layout: Layout,
    geometry: &'a Geometry<'d>,
    sharing: &'a Sharing<'a, 'd>,
}

impl Editor<'_, '_> {
    fn edit(&self, edits: &[Edit]) -> Result<Edited, Vec<Refusal>> {
        let mut left: Vec<(usize, &Edit)> = edits.iter().enumerate().collect();
        let mut refusals = Vec::new();
        let draft = loop {
            match self.draft(&left) {
                Ok(draft) => break draft,
                // Drop edits that are known to be impossible first, so that the check names the rest.
                Err(refused) => {
                    left.retain(|(index, _)| !refused.edits.contains(index));
                    refusals.extend(self.refusals(&refused));
                }
            }
        };
        if !draft.changes.is_empty() {
            let readers = Readers::of(self.doc);
            if readers.check(&draft.changes, &draft.edited).is_err() {
                self.offenders(&readers, &mut Vec::new(), &left, &mut refusals);
            }
        }
        if refusals.is_empty() {
            return Ok(draft.edited);
        }
        refusals.sort_by_key(|refusal| refusal.edit);
        Err(refusals)
    }

    /// The new text for these edits, unchecked.
    fn draft(&self, edits: &Numbered<'_>) -> Result<Draft, Refused> {
        let root = self.doc.root();
        let changes = change::changes(root, edits).map_err(|impossible| {
            let at = (0..=impossible.path.len()).rev().find_map(|len| {
                let node = self.sharing.find(&impossible.path[..len])?.node?;
                Some(self.doc.tree.range(node).start)
            });
            Refused { edits: vec![impossible.edit], reason: impossible.reason, at: at.unwrap_or(0) }
        })?;
        let planner = Planner { geometry: self.geometry, sharing: self.sharing, root };
        let plan = planner.plan(&mut changes.clone())?;
        let splices = self.cut(&plan)?;
        match splice::assemble(&self.doc.text, splices) {
            Some(edited) => Ok(Draft { changes, edited }),
            None => {
                let edits = edits.last().map(|&(index, _)| index).into_iter().collect();
                Err(Refused { edits, reason: "another edit changes the same text".to_owned(), at: 0 })
            }
        }
    }

    /// The splices for a plan.
    fn cut(&self, plan: &Plan) -> Result<Vec<Splice>, Refused> {
        let cutter = Cutter { geometry: self.geometry, layout: &self.layout };
        let refuse = |node, reason: &str| Refused {
            edits: plan.owners.get(&node).cloned().unwrap_or_default(),
            reason: reason.to_owned(),
            at: self.doc.tree.range(node).start,
        };
        let mut splices = Vec::new();
        for (&node, content) in &plan.replaced {
            splices.push(cutter.replace(node, content).map_err(|cannot| refuse(node, cannot))?);
        }
        for (&map, entries) in &plan.entries {
            splices.extend(cutter.add_entries(map, entries).map_err(|cannot| refuse(map, cannot))?);
        }
        for (&map, keys) in &plan.keys {
            splices.extend(cutter.remove_keys(map, keys).map_err(|cannot| refuse(map, cannot))?);
        }
        for (&list, items) in &plan.items {
            splices.extend(cutter.change_items(list, items).map_err(|cannot| refuse(list, cannot))?);
        }
        splices.extend(cutter.fill_document(&plan.root_entries));
        Ok(splices)
    }

    /// Bisects for the edits that fail the check; the others go into `good`.
    fn offenders<'e>(
        &self,
        readers: &Readers,
        good: &mut Vec<(usize, &'e Edit)>,
        suspects: &Numbered<'e>,
        refusals: &mut Vec<Refusal>,
    ) {
        let together = [good.as_slice(), suspects].concat();
        let reason = match self.draft(&together) {
            Ok(draft) => match readers.check(&draft.changes, &draft.edited) {
                Ok(()) => {
                    good.extend_from_slice(suspects);
                    return;
                }
                Err(reason) => Refused { edits: Vec::new(), reason, at: 0 },
            },
            Err(refused) => refused,
        };
        if let [(edit, what)] = suspects {
            let at = self.start_of(what);
            refusals.extend(self.refusals(&Refused { edits: vec![*edit], at, ..reason }));
            return;
        }
        let (first, second) = suspects.split_at(suspects.len() / 2);
        self.offenders(readers, good, first, refusals);
        self.offenders(readers, good, second, refusals);
    }

    /// The offset of the value that an edit is about, or of the nearest value around it.
    fn start_of(&self, edit: &Edit) -> usize {
        let path = match edit {
            Edit::Set { path, .. } | Edit::RemoveKey { path } => path,
            Edit::InsertItem { list, .. } | Edit::RemoveItem { list, .. } => list,
        };
        let found = (0..=path.len()).rev().find_map(|len| self.sharing.find(&path[..len])?.node);
        found.map_or(0, |node| self.doc.tree.range(node).start)
    }

    fn refusals(&self, refused: &Refused) -> Vec<Refusal> {
        let place = self.doc.place(refused.at..refused.at);
        let message = format!("vapi-sync cannot edit line {}: {}", place.line, refused.reason);
        let diagnostic = Diagnostic::error("edit-refused", message)
            .help("change it by hand, then run again")
            .snippet(self.doc.line_text(place.line))
            .at(place);
        refused.edits.iter().map(|&edit| Refusal { edit, diagnostic: diagnostic.clone() }).collect()
    }
}
