//! The fields of a squad.

use super::assistant;
use super::common::MEMBER_DESTINATION;
use super::shape::Shape::{ClosedBy, List, Text, Uuid};
use super::shape::{Field, closed, fields};

/// All fields.
pub(super) const FIELDS: &[&[Field]] = &[fields![
    name: Text,
    members! List(&closed![
        assistantId: Uuid, assistantVersion: Text, assistant: ClosedBy(|| assistant::FIELDS),
        assistantOverrides: ClosedBy(|| assistant::OVERRIDES), assistantDestinations: List(&MEMBER_DESTINATION),
    ]),
    membersOverrides: ClosedBy(|| assistant::OVERRIDES),
]];
