//! A field that differs, and what is known about both values.

use crate::kinds::Kind;
use crate::model::recorded::{Answers, Recorded};
use crate::model::{Address, Part, Value};
use crate::plan::judge::{Basis, FileBasis};
use crate::state::ids::{Id, Ids};
use crate::state::once::Once;
use crate::state::spelled::{read, respelled, spelled};
use crate::values::base::{Base, Known};
use crate::values::compare::{AtStake, Difference, What};
use crate::values::merge::{Merged, has_lines, merge};

/// A difference with its questions.
pub(super) struct Asked {
    pub(super) difference: Difference,
    /// Groups of questions, by position. If all of a group are answered, the live value is recorded.
    pub(super) live: Vec<Vec<usize>>,
    /// The position of the question whether the file's value is recorded.
    pub(super) file: Option<usize>,
    /// The value on which the file and Vapi last agreed.
    pub(super) base: Option<Known>,
    /// The file and another environment agreed on the file's value.
    pub(super) is_agreed_elsewhere: bool,
    /// Vapi still has the agreed value.
    pub(super) is_agreed: bool,
    /// No table knows the field, and the file has not changed it since the agreement, as far as is known.
    pub(super) is_unknown: bool,
    /// The merge of a text that both sides changed.
    pub(super) merged: Option<Merged>,
    /// The text around a secret differs, or both values can be read, so it is a normal difference.
    pub(super) is_more_than_secret: bool,
    /// For a text of several lines with a secret: both values as the file spells them, without the secret.
    pub(super) spelled: Option<Difference>,
    /// Vapi's value with old secrets marked as secrets, if it has any.
    veiled: Option<Value>,
    /// Vapi's value equals a recorded one except for the secrets in it.
    is_old_secret: bool,
    /// The file's value has a secret, which no record can tell from another secret.
    pub(super) file_has_secret: bool,
}

impl Asked {
    pub(super) fn about(difference: Difference) -> Self {
        Self {
            difference,
            live: Vec::new(),
            file: None,
            base: None,
            is_agreed_elsewhere: false,
            is_agreed: false,
            is_unknown: false,
            merged: None,
            is_more_than_secret: false,
            spelled: None,
            veiled: None,
            is_old_secret: false,
            file_has_secret: false,
        }
    }

    /// Adds the agreed value. A secret has none, but the text around it has.
    pub(super) fn remember(&mut self, kind: &'static Kind, base: Option<&Base>) {
        let spot = kind.root().at(&self.difference.path);
        let Difference { path, desired, live, .. } = &self.difference;
        self.is_unknown = spot.is_unknown();
        let mut known = base.and_then(|base| base.of(kind.root(), path, desired.as_ref()));
        let of_base = known.as_ref().and_then(Known::value);
        if [desired.as_ref(), live.as_ref(), of_base].into_iter().flatten().any(|v| matches!(v, Value::Secret(_))) {
            self.spelled = spelled_difference(&self.difference, of_base).filter(|_| !spot.is_secret());
            let form = |value: &Value| spelled(value).map(|text| Value::Text(text.into()));
            known = known.filter(|_| self.spelled.is_some()).and_then(|known| known.map(form));
        }
        let Some(known) = known else { return };
        let compared = self.compared();
        let (desired, live) = (compared.desired.as_ref(), compared.live.as_ref());
        let (is_agreed, has_file_moved) = (known.is_live(spot, compared), !known.is_desired(spot, desired));
        let base = known.text().filter(|_| !is_agreed && has_file_moved);
        self.merged = base.and_then(|base| merged(base, desired?, live?));
        self.is_agreed = is_agreed;
        self.is_unknown &= !has_file_moved;
        self.base = Some(known);
    }

    /// Whether Vapi's value cannot be written into the file, because the secret in it cannot be told from the rest.
    pub(super) fn would_tell(&self) -> bool {
        self.spelled.is_none() && differs_around(&self.difference)
    }

    /// The difference without the secrets in its texts.
    pub(super) fn compared(&self) -> &Difference {
        self.spelled.as_ref().unwrap_or(&self.difference)
    }

    /// Vapi's value in the place of a text of the file that is spelled. `None`: it is none.
    fn spelled_live(&self) -> Option<Value> {
        self.spelled.as_ref()?.live.as_ref()?.as_text().map(read)
    }

    /// Whether the file's value is the agreed one in a base.
    pub(super) fn is_desired_in(&self, kind: &'static Kind, base: &Base) -> bool {
        let Difference { path, desired, .. } = &self.difference;
        let known = base.of(kind.root(), path, desired.as_ref());
        desired.is_some() && known.is_some_and(|known| known.is_desired(kind.root().at(path), desired.as_ref()))
    }

    /// Whether it is a value that Vapi was sent and did not keep: an empty one, or one of a field that Vapi no longer takes.
    pub(super) fn was_dropped(&self, kind: &'static Kind, base: Option<&Base>) -> bool {
        let Difference { path, what, desired: Some(desired), .. } = &self.difference else { return false };
        let is_known_for_it = desired.is_empty() || kind.root().at(path).is_unknown();
        *what == What::Absent
            && (is_known_for_it && self.is_accepted(kind) || base.is_some_and(|base| base.was_left_out(path, desired)))
    }

    /// Vapi's value, safe to show and to write down.
    pub(super) fn live(&self) -> Option<&Value> {
        self.veiled.as_ref().or(self.difference.live.as_ref())
    }

    /// Whether Vapi's value may be an old secret, because the agreed value does not rule it out.
    pub(super) fn may_be_old_secret(&self) -> bool {
        let Difference { desired, live, .. } = &self.difference;
        let is_plain =
            || !matches!(desired, Some(Value::Secret(_))) && !self.base.as_ref().is_some_and(Known::is_plain);
        self.spelled.is_some() || live.is_some() && is_plain()
    }

    pub(super) fn veil(&mut self, once: &Once, address: &Address, id: &str) {
        let (path, Some(live)) = (&self.difference.path, &self.difference.live) else { return };
        let of_spelled = self.spelled.as_ref().and_then(|spelled| spelled.live.as_ref()?.as_text());
        if let Some(text) = of_spelled {
            if !once.may_stand_in(address, Some(id), path, text) {
                self.veiled = self.spelled_live();
                return;
            }
            // It is already a secret.
            (self.spelled, self.base, self.merged, self.is_agreed) = (None, None, None, false);
        }
        if matches!(self.difference.desired, Some(Value::Secret(_))) {
            return;
        }
        self.veiled = once.veil(address, Some(id), path, live);
        let text = match live {
            Value::Text(text) => Some(&**text),
            Value::Secret(secret) => secret.expose(),
            _ => None,
        };
        let is_plain = matches!(self.difference.desired, Some(Value::Text(_)));
        self.is_old_secret = is_plain && text.is_some_and(|text| once.stood(address, Some(id), path, text));
    }

    pub(super) fn known_basis(&self, ids: &Ids) -> Option<Basis> {
        if self.is_old_secret {
            return Some(Basis::Secret);
        }
        let is_more_than_secret = self.is_more_than_secret || self.spelled.is_some();
        known_basis(&self.difference, ids, is_more_than_secret, self.base.is_some())
    }

    /// What is known about the live value, and its record.
    pub(super) fn basis<'a>(&self, answers: &'a Answers, ids: &Ids) -> (Basis, Option<&'a Recorded>) {
        if let Some(basis) = self.known_basis(ids) {
            return (basis, None);
        }
        if self.is_agreed {
            return (Basis::Agreed, None);
        }
        let answer = |at: &usize| answers.of(*at);
        let group = self.live.iter().find(|group| group.iter().all(|at| answer(at).is_some()));
        let Some(group) = group else {
            let basis = match self.base {
                Some(_) if self.is_unknown => Basis::UnknownField,
                Some(_) => Basis::Moved,
                // The file did not change it: its value is committed.
                None if self.is_unknown && self.file_record(answers).is_some() => Basis::UnknownField,
                None => Basis::Unrecorded,
            };
            return (basis, None);
        };
        let records = || group.iter().filter_map(answer);
        let newest = records().max_by_key(|found| found.time().to_owned());
        let is_elsewhere = |record: &Recorded| matches!(record, Recorded::Commit { only_on: Some(_), .. });
        match records().find(|record| is_elsewhere(record)) {
            Some(elsewhere) => (Basis::OtherBranch, Some(elsewhere)),
            None if self.base.is_some() => (Basis::AppliedSince, newest),
            None => (Basis::Recorded, newest),
        }
    }

    /// The record of the file's value.
    pub(super) fn file_record<'a>(&self, answers: &'a Answers) -> Option<&'a Recorded> {
        answers.of(self.file?)
    }

    /// Whether the file's value is the agreed one, which our checks never refuse.
    pub(super) fn is_accepted(&self, kind: &'static Kind) -> bool {
        let spot = kind.root().at(&self.difference.path);
        self.base.as_ref().is_some_and(|base| base.is_desired(spot, self.compared().desired.as_ref()))
    }

    /// What is known about the file's value.
    pub(super) fn file_basis(&self, kind: &'static Kind, answers: &Answers) -> FileBasis {
        if let Some(base) = &self.base {
            let spot = kind.root().at(&self.difference.path);
            return match &self.merged {
                _ if base.is_desired(spot, self.compared().desired.as_ref()) => FileBasis::Agreed,
                Some(Merged::Clean(_)) => FileBasis::Mergeable,
                Some(Merged::Overlap(_)) | None => FileBasis::Moved,
            };
        }
        match (self.file, self.file_record(answers)) {
            _ if self.difference.desired.is_none() => FileBasis::Nothing,
            _ if self.is_agreed_elsewhere => FileBasis::AgreedElsewhere,
            (Some(_), Some(_)) if self.file_has_secret && answers.uncommitted => FileBasis::Uncommitted,
            (Some(question), Some(_)) if answers.since.contains(&question) => FileBasis::CommittedSince,
            (Some(_), Some(_)) => FileBasis::Committed,
            _ => FileBasis::Uncommitted,
        }
    }
}

/// Whether the file has a text with a secret, and the text in Vapi differs in more than the secret.
pub(super) fn differs_around(difference: &Difference) -> bool {
    let live = match &difference.live {
        Some(Value::Text(text)) => Some(&**text),
        Some(Value::Secret(secret)) => secret.expose(),
        _ => None,
    };
    matches!((&difference.desired, live), (Some(Value::Secret(desired)), Some(live)) if !desired.fits(live))
}

/// Whether the file has a secret in plain text and Vapi shows another one. Only `${env:…}` is never drift.
pub(super) fn stand_in_the_open(difference: &Difference) -> bool {
    let is_plain = |value: &Option<Value>| matches!(value, Some(Value::Secret(secret)) if secret.expose().is_some() && secret.variables().is_empty());
    is_plain(&difference.desired) && is_plain(&difference.live)
}

/// What is known about a live value without asking.
fn known_basis(difference: &Difference, ids: &Ids, is_more_than_secret: bool, has_base: bool) -> Option<Basis> {
    let is_secret = |value: &Option<Value>| !is_more_than_secret && matches!(value, Some(Value::Secret(_)));
    if difference.at_stake == AtStake::Nothing && difference.what != What::Undeclared {
        Some(Basis::NothingAtStake)
    } else if is_secret(&difference.desired) || is_secret(&difference.live) {
        Some(Basis::Secret)
    } else if difference.default && (!has_base || difference.what == What::Undeclared) {
        Some(Basis::Default)
    } else if is_stale(difference, ids) {
        Some(Basis::StaleReference)
    } else {
        None
    }
}

/// Whether Vapi still has the id of the deleted object of the entry that the file refers to.
fn is_stale(difference: &Difference, ids: &Ids) -> bool {
    let (Some(Value::Unknown(parts)), Some(Value::Text(live))) = (&difference.desired, &difference.live) else {
        return false;
    };
    let [Part::Id(address)] = parts.as_slice() else { return false };
    matches!(ids.get(address), Some(Id::Pending { stale: Some(stale) }) if stale.as_str() == &**live)
}

/// A difference of texts of several lines with secrets in them, as the file spells both. `None`: it is none, they differ in
/// their secrets alone, or what Vapi holds cannot be told from a secret.
fn spelled_difference(difference: &Difference, base: Option<&Value>) -> Option<Difference> {
    let (desired, live) = (difference.desired.as_ref()?, difference.live.as_ref()?);
    let live = match live {
        Value::Text(text) => text,
        Value::Secret(secret) => secret.expose()?,
        _ => return None,
    };
    let (mine, theirs) = (spelled(desired)?, respelled(live, desired, base)?);
    let is_text = difference.what == What::Differs && mine != theirs && has_lines(&mine) && has_lines(&theirs);
    let [mine, theirs] = [mine, theirs].map(|text| Some(Value::Text(text.into())));
    is_text.then(|| Difference { desired: mine, live: theirs, ..difference.clone() })
}

/// Merges a text of several lines.
fn merged(base: &str, desired: &Value, live: &Value) -> Option<Merged> {
    let (desired, live) = (desired.as_text()?, live.as_text()?);
    if has_lines(desired) && has_lines(live) { merge(base, desired, live) } else { None }
}
