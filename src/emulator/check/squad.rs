//! The fields of a squad.

use super::shape::Shape::{List, Open, Text, Uuid};
use super::shape::{Field, closed, fields};

/// All fields.
pub(super) const FIELDS: &[&[Field]] = &[fields![
    name: Text,
    members! List(&closed![
        assistantId: Uuid, assistantVersion: Text, assistant: Open, assistantOverrides: Open,
        assistantDestinations: List(&Open),
    ]),
    membersOverrides: Open,
]];
