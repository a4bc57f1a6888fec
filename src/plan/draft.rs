//! The first half of a plan: the differences between the file and Vapi, and the questions about them.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::kinds::Kind;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::Question;
use crate::model::{Address, FieldPath, Part, RemoteId, Trail, Value};
use crate::plan::asked::{Asked, differs_around, stand_in_the_open};
use crate::plan::pair::{Identities, Identity, Listings};
use crate::plan::prefer::Prefer;
use crate::plan::{Change, Direction, Selection};
use crate::state::ids::{Id, Ids, Moved};
use crate::state::load::Entry;
use crate::state::once::Once;
use crate::state::resolve::Desired;
use crate::values::base::Base;
use crate::values::compare::{AtStake, Difference, What, differences, value_at};
use crate::values::live::{Header, Live};
use crate::values::normalize;

/// The inputs of a plan.
pub struct Inputs<'i, 'd> {
    /// Which way.
    pub direction: Direction,
    /// The desired state.
    pub desired: &'i Desired<'d>,
    /// Errors about single values of the file.
    pub doubts: &'i [Diagnostic],
    /// The live objects.
    pub listings: &'i Listings,
    /// The pairs of entries and objects.
    pub identities: &'i Identities,
    /// The ids of the entries, including links, without deleted objects.
    pub ids: &'i Ids,
    /// What may be written.
    pub selection: &'i Selection,
    /// `--send-secrets`: an entry with a secret always has something to send.
    pub send_secrets: bool,
}

impl<'i> Inputs<'i, '_> {
    /// Refuses preferences that name no entry of the file, or a field that neither side has.
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

    /// The live object at a position in the listing of a kind.
    pub(super) fn live(&self, section: &str, at: usize) -> Option<&'i Live> {
        self.listings.get(section)?.get(at)
    }
}

/// An entry that is not in sync.
pub(super) struct Drafted<'d> {
    pub(super) entry: Entry<'d>,
    pub(super) identity: Identity,
    pub(super) desired: Value,
    /// The object, with references in place of the ids of recreated objects.
    pub(super) live: Option<(Header, Value)>,
    /// The object as it is, if that differs.
    pub(super) as_it_is: Option<Value>,
    /// References to recreated objects.
    pub(super) moved: Vec<Moved>,
    /// Why it cannot become like the object that it is linked to.
    pub(super) is_another: Option<String>,
    pub(super) asked: Vec<Asked>,
    /// Values of the file that Vapi was sent and did not keep. They are not sent again.
    pub(super) dropped: Vec<FieldPath>,
}

/// The differences of all selected entries, with the questions to be answered before they can be judged.
pub struct Draft<'d> {
    pub(super) drafted: Vec<Drafted<'d>>,
    /// Selected entries that are in sync.
    pub(super) in_step: Vec<Change>,
    /// To be answered by a [`crate::model::recorded::Record`].
    pub questions: Vec<Question>,
    /// Questions whether the file had its value when Vapi's value was set, with that time.
    pub set_at: Vec<(usize, Timestamp)>,
    /// Whether a question is about a value with a secret. Then it matters whether the file has uncommitted
    /// changes.
    pub asks_about_secrets: bool,
    /// Warnings.
    pub(super) warnings: Diagnostics,
}

/// The differences between the file and Vapi.
///
/// # Errors
/// One error for each live object that cannot be represented.
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
    /// Whether any field differs, so that there are questions to [`Draft::ask`].
    pub fn has_differences(&self) -> bool {
        self.drafted.iter().any(|drafted| !drafted.asked.is_empty())
    }

    /// The entries that differ, with their ids.
    pub fn differing(&self) -> Vec<(Address, Option<RemoteId>)> {
        let differing = self.drafted.iter().filter(|drafted| !drafted.asked.is_empty());
        let id = |drafted: &Drafted<'_>| drafted.live.as_ref().map(|(header, _)| RemoteId(header.id.clone()));
        differing.map(|drafted| (drafted.entry.address.clone(), id(drafted))).collect()
    }

    /// The objects that lack what the file declares, by their kind and position in its listing: a list may not show all.
    pub fn lacking(&self) -> Vec<(&'static Kind, usize)> {
        let lacks = |asked: &Asked| {
            let Difference { what, desired, .. } = &asked.difference;
            *what == What::Absent && !matches!(desired, Some(Value::Secret(_)))
        };
        let lacking = self.drafted.iter().filter(|drafted| drafted.asked.iter().any(lacks));
        let place = |drafted: &Drafted<'_>| match drafted.identity {
            Identity::Linked(at) | Identity::Link(at) => Some((drafted.entry.kind, at)),
            Identity::Create | Identity::Recreate { .. } => None,
        };
        lacking.filter_map(place).collect()
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
        self.warn_of_create_only(inputs, entry, &desired, &mut found);
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

    fn warn_of_create_only(
        &mut self,
        inputs: &Inputs<'_, '_>,
        entry: &Entry<'_>,
        desired: &Value,
        found: &mut Vec<Difference>,
    ) {
        let file = &inputs.desired.file;
        let left = match inputs.direction {
            Direction::ToVapi => "The value of the file is not sent",
            Direction::ToFile => "The file is left as it is",
        };
        found.retain(|difference| {
            if difference.what != What::CreateOnly {
                return true;
            }
            let shown =
                |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), |v| v.to_shown().to_string());
            let place =
                super::fields::place_of(file, entry, desired, &difference.path).unwrap_or_else(|| entry.place.clone());
            self.warnings.push(
                Diagnostic::warning(
                    "create-only",
                    format!(
                        "{} of {} cannot be changed after the object was created: the file says {}, Vapi has {}. \
                        {left}",
                        difference.path,
                        entry.address,
                        shown(&difference.desired),
                        shown(&difference.live),
                    ),
                )
                .at(place)
                .help("write Vapi's value into the file; or add a new entry without an id, to create another object"),
            );
            false
        });
    }

    /// Whether to search old versions of the file for secrets before live values are shown.
    pub fn may_hold_old_secrets(&self) -> bool {
        self.drafted.iter().flat_map(|drafted| &drafted.asked).any(Asked::may_be_old_secret)
    }

    /// Marks old secrets as secrets.
    pub fn veil(&mut self, once: &Once) {
        for Drafted { entry, live, asked, .. } in &mut self.drafted {
            let Some((header, _)) = live else { continue };
            let unknown = asked.iter_mut().filter(|asked| asked.may_be_old_secret());
            unknown.for_each(|asked| asked.veil(once, &entry.address, &header.id));
        }
    }

    /// Adds the agreed value to each field that differs, and the questions that remain.
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
        asked.is_more_than_secret = differs_around(&asked.difference)
            || inputs.direction == Direction::ToVapi && stand_in_the_open(&asked.difference);
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

/// Why an entry cannot become like its object: a field that cannot change, such as the type, differs.
fn another(kind: &Kind, found: &[Difference]) -> Option<String> {
    let fixed = kind.fixed?;
    let difference = found.iter().find(|difference| difference.path.top() == Some(fixed))?;
    let shown = |value: &Option<Value>| value.as_ref().map_or_else(String::new, |value| value.to_shown().to_string());
    Some(format!(
        "its `{fixed}` is {} in the file and {} in Vapi, and cannot be changed: write Vapi's value into the file, or \
        add a new entry without an id",
        shown(&difference.desired),
        shown(&difference.live)
    ))
}

/// A value without its secrets, which are recorded nowhere.
fn without_secrets(value: &Value) -> Value {
    value.clone().map(&|value| {
        if let Value::Map(map) = value {
            map.retain(|_, value| !matches!(value, Value::Secret(_)));
        }
    })
}

/// Collects the entries whose ids a value needs.
pub(super) fn needs(value: &Value, found: &mut BTreeSet<Address>) {
    value.visit(Trail::Root, &mut |_, value| {
        let Value::Unknown(parts) = value else { return };
        found.extend(parts.iter().filter_map(|part| match part {
            Part::Id(address) => Some(address.clone()),
            Part::Text(_) | Part::Secret(_) => None,
        }));
    });
}
