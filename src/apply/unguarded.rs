//! Says which updates may have replaced an edit unnoticed.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::diagnostic::Diagnostic;
use crate::plan::{Plan, Write};

/// The note about updates that may have replaced an edit unnoticed, since Vapi keeps no versions.
pub(super) fn not_guarded(plan: &Plan, updates: &[(usize, Duration)]) -> Option<Diagnostic> {
    let first = &plan.changes[updates.iter().map(|(at, _)| *at).min()?].address;
    // Rounded up: 30 ms shows as 0.1 s.
    let longest = updates.iter().map(|(_, age)| (age.as_secs_f64() * 10.0).ceil() / 10.0).fold(0.0, f64::max);
    let others = match updates.len() - 1 {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    // A PATCH replaces a whole top-level field.
    let sent = updates.iter().flat_map(|(at, _)| match plan.changes[*at].write() {
        Some(Write::Update { body: fields, .. } | Write::Complete { desired: fields }) => fields.keys().collect(),
        Some(Write::Create { .. }) | None => Vec::new(),
    });
    let fields: Vec<&str> = sent.map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
    let fields = fields.join(", ");
    let message = format!(
        "if somebody changed {fields} of {first}{others} in the dashboard during the {longest:.1} s before this \
        write, that change is gone: Vapi keeps no versions of it"
    );
    Some(Diagnostic::note("not-guarded", message))
}
