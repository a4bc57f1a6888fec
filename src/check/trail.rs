//! Where one is in a config, while one walks through it.

use crate::model::{FieldPath, Step};

/// The way from the root of a config to a value. Costs nothing until somebody wants to read it.
#[derive(Clone, Copy)]
pub(super) struct Trail<'t> {
    before: Option<&'t Trail<'t>>,
    step: Option<At<'t>>,
}

#[derive(Clone, Copy)]
enum At<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Trail<'t> {
    /// The root.
    pub(super) fn root() -> Self {
        Self { before: None, step: None }
    }

    /// One step on, to the value of a key.
    pub(super) fn key(&'t self, key: &'t str) -> Self {
        Self { before: Some(self), step: Some(At::Key(key)) }
    }

    /// One step on, to an item.
    pub(super) fn item(&'t self, index: usize) -> Self {
        Self { before: Some(self), step: Some(At::Index(index)) }
    }

    /// The path, to be shown.
    pub(super) fn path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(trail) = at {
            steps.extend(trail.step.map(|step| match step {
                At::Key(key) => Step::Key(key.to_owned()),
                At::Index(index) => Step::Index(index),
            }));
            at = trail.before;
        }
        steps.reverse();
        FieldPath(steps)
    }

    /// The last key on the way.
    pub(super) fn last_key(&self) -> Option<&'t str> {
        match self.step {
            Some(At::Key(key)) => Some(key),
            Some(At::Index(_)) => self.before.and_then(Trail::last_key),
            None => None,
        }
    }

    /// Whether an item of a list is passed on the way.
    pub(super) fn in_list(&self) -> bool {
        matches!(self.step, Some(At::Index(_))) || self.before.is_some_and(Trail::in_list)
    }
}
