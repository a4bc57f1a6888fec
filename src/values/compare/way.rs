//! Where a walk through two values is.

use crate::model::{FieldPath, Step};

/// The way to a value, kept on the stack: most values are equal, and nobody asks where.
#[derive(Clone, Copy)]
pub(super) enum Way<'w> {
    Root,
    Key(&'w Way<'w>, &'w str),
    Step(&'w Way<'w>, &'w Step),
}

impl Way<'_> {
    pub(super) fn path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut way = self;
        loop {
            let (parent, step) = match way {
                Way::Root => break,
                Way::Key(parent, key) => (parent, Step::Key((*key).to_owned())),
                Way::Step(parent, step) => (parent, (*step).clone()),
            };
            steps.push(step);
            way = parent;
        }
        steps.reverse();
        FieldPath(steps)
    }
}
