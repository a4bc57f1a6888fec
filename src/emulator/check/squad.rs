//! The fields of a squad.

use super::shape::Shape::{Closed, List, Open, Text, Uuid};
use super::shape::{Field, may, must};

/// All of them.
pub(super) const FIELDS: &[&[Field]] = &[&[
    may("name", Text),
    must(
        "members",
        List(&Closed(&[&[
            may("assistantId", Uuid),
            may("assistantVersion", Text),
            may("assistant", Open),
            may("assistantOverrides", Open),
            may("assistantDestinations", List(&Open)),
        ]])),
    ),
    may("membersOverrides", Open),
]];
