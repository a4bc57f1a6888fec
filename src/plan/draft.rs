//! The first half of a plan: where the file and Vapi differ, and what must be asked about it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::{Answers, Question, Recorded};
use crate::model::{Address, FieldPath, Part, RemoteId, Trail, Value};
use crate::plan::judge::{Basis, FileBasis};
use crate::plan::pair::{Identities, Identity, Listings};
use crate::plan::prefer::Prefer;
use crate::plan::{Change, Direction, Selection};
use crate::state::ids::{Id, Ids, Moved};
use crate::state::load::Entry;
use crate::state::once::Once;
use crate::state::resolve::Desired;
use crate::values::base::{Base, Known};
use crate::values::compare::{AtStake, Difference, What, differences, value_at};
use crate::values::live::{Header, Live};
use crate::values::merge::{Merged, has_lines, merge};
use crate::values::normalize;

/// All that a plan is made of.
pub struct Inputs<'i, 'd> {
    /// Which way.
    pub direction: Direction,
    /// What the file says.
    pub desired: &'i Desired<'d>,
    /// Errors about single values of the file.
    pub doubts: &'i [Diagnostic],
    /// What Vapi holds.
    pub listings: &'i Listings,
    /// Which entry is which object.
    pub identities: &'i Identities,
    /// The ids of its entries: they know of links and of objects that are gone.
    pub ids: &'i Ids,
    /// What may be written.
    pub selection: &'i Selection,
    /// `--send-secrets`: an entry that holds a secret is never simply in step.
    pub send_secrets: bool,
}

impl<'i> Inputs<'i, '_> {
    /// Complains about preferences that name no entry of the file, or a field that is on neither side.
    ///
    /// # Errors
    /// Those of [`Prefer::check`].
    pub fn check(&self, prefer: &Prefer) -> Result<(), Diagnostics> {
        let entries = &self.desired.file.entries;
        let addresses: Vec<Address> = entries.iter().map(|entry| entry.address.clone()).collect();
        prefer.check(&addresses, &|address, path| {
            let Some(entry) = entries.iter().find(|entry| entry.address == *address) else { return false };
            let has = |value: &Value| value_at(entry.kind.root(), value, path).is_some();
            let live = || match self.identities.of.get(address) {
                Some(Identity::Linked(at) | Identity::Link(at)) => {
                    let live = self.live(entry.kind.section, *at)?;
                    normalize::object(entry.kind, live).ok()
                }
                _ => None,
            };
            has(&self.desired.value(entry, self.ids)) || live().as_ref().is_some_and(has)
        })
    }

    /// The live object at a position of the listing of a kind.
    pub(super) fn live(&self, section: &str, at: usize) -> Option<&'i Live> {
        self.listings.get(section)?.get(at)
    }
}

/// A difference with the questions that it asks.
pub(super) struct Asked {
    pub(super) difference: Difference,
    /// Positions of questions: any of these groups answered in full gives the live value back.
    live: Vec<Vec<usize>>,
    /// Position of the question whether the file's value is recorded.
    file: Option<usize>,
    /// What it was when the file and Vapi last agreed on it.
    pub(super) base: Option<Known>,
    /// The file and another environment agreed on the file's value.
    is_agreed_elsewhere: bool,
    /// Vapi still has what it had then.
    is_agreed: bool,
    /// No table knows the field, and the file still says what it said then, as far as that is known.
    is_unknown: bool,
    /// What comes of merging a text that both sides changed.
    pub(super) merged: Option<Merged>,
    /// The text around a secret differs, or both values can be read: that is work like any other.
    pub(super) is_more_than_secret: bool,
    /// Vapi's value with what was a secret in a recorded version as one, if there is such a thing in it.
    veiled: Option<Value>,
    /// Vapi's value is what a recorded version says, but for the secrets in it.
    is_old_secret: bool,
    /// A secret stands in the file's value, which no record can tell from another one.
    file_has_secret: bool,
}

/// An entry that is not simply in step.
pub(super) struct Drafted<'d> {
    pub(super) entry: Entry<'d>,
    pub(super) identity: Identity,
    pub(super) desired: Value,
    /// The object, with references to what is made again in place of old ids.
    pub(super) live: Option<(Header, Value)>,
    /// The object as it is, if that is something else.
    pub(super) as_it_is: Option<Value>,
    /// What points at an object that is made again.
    pub(super) moved: Vec<Moved>,
    /// Why it cannot be the object that it is linked to.
    pub(super) is_another: Option<String>,
    pub(super) asked: Vec<Asked>,
    /// Values of the file that Vapi was given and did not keep: they are not sent again.
    pub(super) dropped: Vec<FieldPath>,
}

/// The differences of all selected entries, with the questions to be answered before they can be judged.
pub struct Draft<'d> {
    pub(super) drafted: Vec<Drafted<'d>>,
    /// Selected entries that are in step.
    pub(super) in_step: Vec<Change>,
    /// To be answered by a [`crate::model::recorded::Record`].
    pub questions: Vec<Question>,
    /// Questions about values of the file, each with the time at which Vapi's value was set: was the file's there by then?
    pub set_at: Vec<(usize, Timestamp)>,
    /// Whether a secret stands in a value of the file that is asked about: then it counts whether the file is committed as
    /// it is.
    pub asks_about_secrets: bool,
    /// What is worth knowing.
    pub(super) warnings: Diagnostics,
}

/// The differences between the file and Vapi.
///
/// # Errors
/// Objects of Vapi whose JSON cannot be held, all at once.
pub fn draft<'d>(inputs: &Inputs<'_, 'd>) -> Result<Draft<'d>, Diagnostics> {
    let mut draft = Draft {
        drafted: Vec::new(),
        in_step: Vec::new(),
        questions: Vec::new(),
        set_at: Vec::new(),
        asks_about_secrets: false,
        warnings: Vec::new(),
    };
    let mut errors = Vec::new();
    for entry in inputs.desired.file.entries.iter().filter(|entry| inputs.selection.selects(&entry.address)) {
        let Some(identity) = inputs.identities.of.get(&entry.address) else { continue };
        errors.extend(draft.entry(inputs, entry, identity).err());
    }
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

/// What entries and their objects last agreed on.
pub type Bases = HashMap<Address, Base>;

impl<'d> Draft<'d> {
    /// Whether any field differs, so that there is something to [`Draft::ask`].
    pub fn has_differences(&self) -> bool {
        self.drafted.iter().any(|drafted| !drafted.asked.is_empty())
    }

    /// The entries that differ, with the ids that they have.
    pub fn differing(&self) -> Vec<(Address, Option<RemoteId>)> {
        let differing = self.drafted.iter().filter(|drafted| !drafted.asked.is_empty());
        let id = |drafted: &Drafted<'_>| drafted.live.as_ref().map(|(header, _)| RemoteId(header.id.clone()));
        differing.map(|drafted| (drafted.entry.address.clone(), id(drafted))).collect()
    }

    fn entry(&mut self, inputs: &Inputs<'_, 'd>, entry: &Entry<'d>, identity: &Identity) -> Result<(), Diagnostic> {
        let desired = inputs.desired.value(entry, inputs.ids);
        let live = match identity {
            Identity::Linked(at) | Identity::Link(at) => inputs.live(entry.kind.section, *at),
            Identity::Create | Identity::Recreate { .. } => None,
        };
        let Some(live) = live else {
            self.drafted.push(Drafted {
                entry: entry.clone(),
                identity: identity.clone(),
                desired,
                live: None,
                as_it_is: None,
                moved: Vec::new(),
                is_another: None,
                asked: Vec::new(),
                dropped: Vec::new(),
            });
            return Ok(());
        };
        let live_value = normalize::object(entry.kind, live).map_err(|error| error.at(entry.place.clone()))?;
        let may = |address: &Address| {
            inputs.selection.selects(address) || matches!(inputs.ids.get(address), Some(Id::Known(_)))
        };
        let moved = inputs.ids.moved(entry.kind, &live_value, &may);
        let (live_value, as_it_is, moved) = match moved {
            Some((value, moved)) => (value, Some(live_value), moved),
            None => (live_value, None, Vec::new()),
        };
        let mut found = differences(entry.kind.root(), &desired, &live_value);
        if inputs.direction == Direction::ToVapi {
            found.retain(|difference| difference.what != What::Undeclared);
        }
        let is_another = another(entry.kind, &found).filter(|_| inputs.direction == Direction::ToVapi);
        if is_another.is_some() {
            found.retain(|difference| difference.what != What::CreateOnly);
        }
        self.warn_of_create_only(inputs.direction, entry, &mut found);
        let rotates = inputs.send_secrets && desired.holds_secret();
        if found.is_empty()
            && matches!(identity, Identity::Linked(_))
            && !rotates
            && is_another.is_none()
            && moved.is_empty()
        {
            self.in_step.push(Change::of_entry(entry, &live_value));
            return Ok(());
        }
        let asked = found.into_iter().map(Asked::about).collect();
        self.drafted.push(Drafted {
            entry: entry.clone(),
            identity: identity.clone(),
            desired,
            live: Some((live.header.clone(), live_value)),
            as_it_is,
            moved,
            is_another,
            asked,
            dropped: Vec::new(),
        });
        Ok(())
    }

    fn warn_of_create_only(&mut self, direction: Direction, entry: &Entry<'_>, found: &mut Vec<Difference>) {
        let left = match direction {
            Direction::ToVapi => "It is not sent",
            Direction::ToFile => "The file is left as it is",
        };
        found.retain(|difference| {
            if difference.what != What::CreateOnly {
                return true;
            }
            let shown =
                |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), |v| v.to_shown().to_string());
            let place = super::fields::place_of(entry, &difference.path).unwrap_or_else(|| entry.place.clone());
            self.warnings.push(
                Diagnostic::warning(
                    "create-only",
                    format!(
                        "{} of {} can be given only when the object is made: the file says {}, Vapi has {}. {left}",
                        difference.path,
                        entry.address,
                        shown(&difference.desired),
                        shown(&difference.live),
                    ),
                )
                .at(place)
                .help("put Vapi's value into the file, or make a new entry without an id"),
            );
            false
        });
    }

    /// Whether old versions of the file must be looked at for secrets before anything of Vapi's is shown.
    pub fn may_hold_old_secrets(&self) -> bool {
        self.drafted.iter().flat_map(|drafted| &drafted.asked).any(Asked::may_be_old_secret)
    }

    /// Takes care that what was a secret in a recorded version stays one.
    pub fn veil(&mut self, once: &Once) {
        for Drafted { entry, live, asked, .. } in &mut self.drafted {
            let Some((header, _)) = live else { continue };
            let unknown = asked.iter_mut().filter(|asked| asked.may_be_old_secret());
            unknown.for_each(|asked| asked.veil(once, &entry.address, &header.id));
        }
    }

    /// Looks up what was agreed on of each field that differs, and asks what must be known beside it.
    pub fn ask(&mut self, inputs: &Inputs<'_, '_>, bases: &Bases, elsewhere: &[Bases]) {
        let mut drafted = std::mem::take(&mut self.drafted);
        for Drafted { entry, live, asked, dropped, .. } in &mut drafted {
            let Some((header, _)) = live else { continue };
            let base = bases.get(&entry.address);
            for asked in asked.iter_mut() {
                let mut others = elsewhere.iter().filter_map(|bases| bases.get(&entry.address));
                asked.is_agreed_elsewhere = others.any(|base| asked.is_desired_in(entry.kind, base));
                self.ask_about(inputs, entry, header, base, asked);
            }
            let was_dropped = |asked: &mut Asked| asked.was_dropped(entry.kind, base);
            dropped.extend(asked.extract_if(.., was_dropped).map(|asked| asked.difference.path));
        }
        self.drafted = drafted;
    }

    fn ask_about(
        &mut self,
        inputs: &Inputs<'_, '_>,
        entry: &Entry<'_>,
        header: &Header,
        base: Option<&Base>,
        asked: &mut Asked,
    ) {
        // What a pull writes into the file must never hold the secret: it leaves all of the text alone.
        asked.is_more_than_secret = inputs.direction == Direction::ToVapi
            && (differs_around(&asked.difference) || stand_in_the_open(&asked.difference));
        asked.remember(entry.kind, base);
        if asked.is_agreed || asked.was_dropped(entry.kind, base) || asked.known_basis(inputs.ids).is_some() {
            return;
        }
        let after = asked.base.as_ref().map(|base| base.agreement.clone());
        let mut question = |value: &Value, element: bool| {
            self.questions.push(Question {
                address: entry.address.clone(),
                id: Some(RemoteId(header.id.clone())),
                path: asked.difference.path.clone(),
                value: without_secrets(value),
                element,
                after: after.clone(),
            });
            self.questions.len() - 1
        };
        if let Some(live) = &asked.difference.live
            && !matches!(asked.difference.what, What::Undeclared)
        {
            asked.live.push(vec![question(live, false)]);
            if let AtStake::Elements(lost) = &asked.difference.at_stake {
                asked.live.push(lost.iter().map(|value| question(value, true)).collect());
            }
            if let AtStake::Order(list) = &asked.difference.at_stake {
                asked.live.push(vec![question(list, false)]);
            }
        }
        if (inputs.direction == Direction::ToFile || asked.is_unknown)
            && after.is_none()
            && let Some(desired) = &asked.difference.desired
        {
            let at = question(desired, false);
            asked.file = Some(at);
            asked.file_has_secret = desired.holds_secret();
            self.asks_about_secrets |= asked.file_has_secret;
            if let Some(time) = header.updated_at.as_deref().and_then(|time| time.parse().ok()) {
                self.set_at.push((at, time));
            }
        }
    }
}

/// Why an entry is another object than the one that it is linked to: its type, say, is another.
fn another(kind: &Kind, found: &[Difference]) -> Option<String> {
    let fixed = kind.fixed?;
    let difference = found.iter().find(|difference| difference.path.top() == Some(fixed))?;
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(String::new, |value| value.to_shown().to_string());
    Some(format!(
        "its `{fixed}` is {} in the file and {} in Vapi, and cannot be changed: set it back, or make a new entry without an id",
        shown(&difference.desired),
        shown(&difference.live)
    ))
}

/// Whether the file has a text with a secret in it, and Vapi one that differs in more than the secret.
fn differs_around(difference: &Difference) -> bool {
    let live = match &difference.live {
        Some(Value::Text(text)) => Some(text.as_str()),
        Some(Value::Secret(secret)) => secret.expose(),
        _ => None,
    };
    matches!((&difference.desired, live), (Some(Value::Secret(desired)), Some(live)) if !desired.fits(live))
}

/// Whether the file has a plain value in the place of a secret, and Vapi shows another one: only `${env:…}` is never drift.
fn stand_in_the_open(difference: &Difference) -> bool {
    let is_plain = |value: &Option<Value>| matches!(value, Some(Value::Secret(secret)) if secret.expose().is_some() && secret.variables().is_empty());
    is_plain(&difference.desired) && is_plain(&difference.live)
}

/// What is known of a live value without asking anybody.
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

/// Whether Vapi has the id that the entry referred to had until its object was deleted.
fn is_stale(difference: &Difference, ids: &Ids) -> bool {
    let (Some(Value::Unknown(parts)), Some(Value::Text(live))) = (&difference.desired, &difference.live) else {
        return false;
    };
    let [Part::Id(address)] = parts.as_slice() else { return false };
    matches!(ids.get(address), Some(Id::Pending { stale: Some(stale) }) if stale.as_str() == live)
}

/// A value without its secrets: they are recorded nowhere, so nobody can be asked about them.
fn without_secrets(value: &Value) -> Value {
    value.clone().map(&|value| {
        if let Value::Map(map) = value {
            map.retain(|_, value| !matches!(value, Value::Secret(_)));
        }
    })
}

impl Asked {
    fn about(difference: Difference) -> Self {
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
            veiled: None,
            is_old_secret: false,
            file_has_secret: false,
        }
    }

    /// Takes in what was agreed on. A secret has no base.
    fn remember(&mut self, kind: &'static Kind, base: Option<&Base>) {
        let root = kind.root();
        let Difference { path, desired, live, .. } = &self.difference;
        self.is_unknown = root.at(path).is_unknown();
        if [desired, live].into_iter().flatten().any(|value| matches!(value, Value::Secret(_))) {
            return;
        }
        let Some(known) = base.and_then(|base| base.of(root, path, desired.as_ref())) else { return };
        self.is_agreed = known.is_live(root.at(path), &self.difference);
        let has_file_moved = !known.is_desired(root.at(path), desired.as_ref());
        self.is_unknown &= !has_file_moved;
        if !self.is_agreed && has_file_moved {
            self.merged = known.text().and_then(|base| merged(base, desired.as_ref()?, live.as_ref()?));
        }
        self.base = Some(known);
    }

    /// Whether the file's value was agreed on in a base.
    fn is_desired_in(&self, kind: &'static Kind, base: &Base) -> bool {
        let Difference { path, desired, .. } = &self.difference;
        let known = base.of(kind.root(), path, desired.as_ref());
        desired.is_some() && known.is_some_and(|known| known.is_desired(kind.root().at(path), desired.as_ref()))
    }

    /// Whether it is a value that Vapi was given and did not keep: an empty one, one of a field that it no longer takes.
    fn was_dropped(&self, kind: &'static Kind, base: Option<&Base>) -> bool {
        let Difference { path, what, desired: Some(desired), .. } = &self.difference else { return false };
        let is_known_for_it = desired.is_empty() || kind.root().at(path).is_unknown();
        *what == What::Absent
            && (is_known_for_it && self.is_accepted(kind) || base.is_some_and(|base| base.was_left_out(path, desired)))
    }

    /// Vapi's value as it may be shown and written down.
    pub(super) fn live(&self) -> Option<&Value> {
        self.veiled.as_ref().or(self.difference.live.as_ref())
    }

    /// Whether what stands in Vapi may be an old secret: what the file and Vapi agreed on says nothing of it.
    fn may_be_old_secret(&self) -> bool {
        let Difference { desired, live, .. } = &self.difference;
        live.is_some() && !matches!(desired, Some(Value::Secret(_))) && !self.base.as_ref().is_some_and(Known::is_plain)
    }

    fn veil(&mut self, once: &Once, address: &Address, id: &str) {
        let (path, Some(live)) = (&self.difference.path, &self.difference.live) else { return };
        self.veiled = once.veil(address, Some(id), path, live);
        let text = match live {
            Value::Text(text) => Some(text.as_str()),
            Value::Secret(secret) => secret.expose(),
            _ => None,
        };
        let is_plain = matches!(self.difference.desired, Some(Value::Text(_)));
        self.is_old_secret = is_plain && text.is_some_and(|text| once.stood(address, Some(id), path, text));
    }

    fn known_basis(&self, ids: &Ids) -> Option<Basis> {
        if self.is_old_secret {
            return Some(Basis::Secret);
        }
        known_basis(&self.difference, ids, self.is_more_than_secret, self.base.is_some())
    }

    /// What is known of the live value, and the record that gives it back.
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
                // The file did not move it: it is as somebody committed it.
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

    /// The record that gives the file's value back.
    pub(super) fn file_record<'a>(&self, answers: &'a Answers) -> Option<&'a Recorded> {
        answers.of(self.file?)
    }

    /// Whether the file's value is what both sides agreed on: no check of ours refuses that.
    pub(super) fn is_accepted(&self, kind: &'static Kind) -> bool {
        let spot = kind.root().at(&self.difference.path);
        self.base.as_ref().is_some_and(|base| base.is_desired(spot, self.difference.desired.as_ref()))
    }

    /// What is known of the file's value.
    pub(super) fn file_basis(&self, kind: &'static Kind, answers: &Answers) -> FileBasis {
        if let Some(base) = &self.base {
            let spot = kind.root().at(&self.difference.path);
            return match &self.merged {
                _ if base.is_desired(spot, self.difference.desired.as_ref()) => FileBasis::Agreed,
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

/// What comes of merging a text of several lines.
fn merged(base: &str, desired: &Value, live: &Value) -> Option<Merged> {
    let (desired, live) = (desired.as_text()?, live.as_text()?);
    if has_lines(desired) && has_lines(live) { merge(base, desired, live) } else { None }
}

/// The entries that a value waits for.
pub(super) fn needs(value: &Value, found: &mut BTreeSet<Address>) {
    value.visit(Trail::Root, &mut |_, value| {
        let Value::Unknown(parts) = value else { return };
        found.extend(parts.iter().filter_map(|part| match part {
            Part::Id(address) => Some(address.clone()),
            Part::Text(_) | Part::Secret(_) => None,
        }));
    });
}
