//! Lints: what Vapi takes and calls fail of, or what it ignores without a word. Observed, so all of them are warnings.
//!
//! A lint looks at one mapping, found by the title of its table: it holds wherever such a mapping stands, inline and in
//! overrides too. What is merely ignored or refused in one place is a row of [`rows`].

mod agent;
mod output;
mod rows;
mod schema;
mod seen;
mod squad;
mod team;
mod tool;

pub(super) use rows::misplaced;
use seen::Seen;
pub(super) use team::Team;

use crate::document::Node;
use crate::kinds::Shape;
use crate::model::Trail;
use crate::model::diagnostic::{Diagnostic, Diagnostics};

/// A mapping and its surroundings.
#[derive(Clone, Copy)]
struct Looked<'l> {
    seen: Seen<'l>,
    trail: &'l Trail<'l>,
    /// The object exists, so it may have fields that the file leaves out.
    exists: bool,
    team: &'l Team<'l>,
}

impl Looked<'_> {
    /// The path to something in this mapping, for messages.
    fn path(&self, below: &str) -> String {
        below.split('.').fold(self.trail.path(), |path, key| path.key(key)).to_string()
    }

    /// The path to this mapping, for messages.
    fn itself(&self) -> String {
        match self.trail {
            Trail::Root => "it".to_owned(),
            _ => self.trail.path().to_string(),
        }
    }

    /// Whether there is nothing at a path, neither here nor perhaps in Vapi.
    fn lacks(&self, path: &str) -> bool {
        (!self.exists || self.trail.in_list()) && self.seen.lacks(path)
    }
}

/// A lint of a mapping.
type Lint = fn(&Looked<'_>) -> Option<Diagnostic>;

/// The lints of each mapping, by the title of its table.
const LINTS: [(&str, &[Lint]); 13] = [
    ("Tool", tool::LINTS),
    ("Tool", agent::OF_SERVERS),
    ("Server", agent::OF_SERVERS),
    ("MainServer", agent::OF_SERVERS),
    ("Assistant", agent::LINTS),
    ("Squad", squad::LINTS),
    ("Member", squad::OF_MEMBERS),
    ("HandoffDestination", squad::OF_DESTINATIONS),
    ("TransferDestination", squad::OF_DESTINATIONS),
    ("MemberDestination", squad::OF_DESTINATIONS),
    ("Overrides", squad::OF_OVERRIDES),
    ("MemberOverrides", squad::OF_OVERRIDES),
    ("StructuredOutput", output::LINTS),
];

/// The findings about a mapping of this shape.
pub(super) fn mapping(
    shape: &'static Shape,
    node: Node<'_>,
    trail: &Trail<'_>,
    exists: bool,
    team: &Team<'_>,
) -> Diagnostics {
    let looked = &Looked { seen: Seen::new(node, team.variables()), trail, exists, team };
    let title = match shape.resolved() {
        Shape::Object(fields) => fields.title,
        Shape::OneOf(union) => union.title,
        _ => return Vec::new(),
    };
    let lints = LINTS.iter().filter(|(of, _)| *of == title).flat_map(|(_, lints)| lints.iter());
    let mut found: Diagnostics = lints.filter_map(|lint| lint(looked)).collect();
    found.extend(rows::check(title, looked));
    found
}
