//! The state of Vapi after a plan.

use std::collections::HashMap;

use super::{Change, Inputs, Write};
use crate::kinds::{KINDS, Kind};
use crate::model::{Map, Value};
use crate::values::live::Live;

/// The live objects as the plan leaves them: those that are updated, and those for which `may_hold` is true. References to
/// objects that do not exist yet are unknown values.
pub(super) fn after<'i>(
    inputs: &Inputs<'i, '_>,
    changes: &[Change],
    may_hold: impl Fn(&Value) -> bool,
) -> Vec<(&'static Kind, &'i Live, Value)> {
    let written = |change: &'_ Change| match change.write()? {
        Write::Update { body, .. } => Some((change.id.as_ref()?.0.clone(), body.clone())),
        Write::Create { .. } | Write::Complete { .. } => None,
    };
    let mut bodies: HashMap<String, Map> = changes.iter().filter_map(written).collect();
    let mut found = Vec::new();
    for kind in KINDS {
        for live in inputs.listings.get(kind.section).into_iter().flatten() {
            let body = bodies.remove(&live.header.id);
            // An unreadable object is reported elsewhere.
            let Ok(object) = live.value() else { continue };
            if body.is_none() && !may_hold(object) {
                continue;
            }
            let Value::Map(mut value) = object.clone() else { continue };
            value.extend(body.into_iter().flatten());
            found.push((kind, live, Value::Map(value)));
        }
    }
    found
}
