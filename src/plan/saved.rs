//! Saved plans: an apply of one does exactly what was reviewed, or refuses.
//!
//! A saved plan holds no bodies and no secrets. The apply plans again from the same choices, and goes on only if the inputs have
//! not changed and the new plan has the same digest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kinds;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::prefer::Prefer;
use crate::plan::restore::WayBack;
use crate::plan::{Plan, Policy, Selection};

/// The version of the file format.
const FORMAT: &str = "vapi-sync plan 1";

/// The options with which the plan was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// `--env`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// `--only`.
    pub only: Option<String>,
    /// `--target`.
    pub target: Vec<String>,
    /// `--prefer`, as it was written.
    pub prefer: Vec<String>,
    /// `--allow-purchase`.
    pub allow_purchase: bool,
    /// `--send-secrets`.
    pub send_secrets: bool,
    /// For a plan of `restore`: the run to undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<WayBack>,
}

/// A saved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    format: String,
    digest: String,
    org_id: Option<String>,
    /// The state file and its includes, by name, as hashes of their bytes.
    files: BTreeMap<String, String>,
    /// The objects that the plan changes: by address, the id and Vapi's time of the last change.
    objects: BTreeMap<String, (String, String)>,
    choices: Choices,
}

impl Saved {
    /// The saved form of a plan. `texts`: the state file and its includes, by name.
    pub fn of(plan: &Plan, texts: &[(String, String)], choices: Choices) -> Self {
        let hash = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Self {
            format: FORMAT.to_owned(),
            digest: plan.digest.clone(),
            org_id: plan.org_id.clone(),
            files: texts.iter().map(|(name, text)| (name.clone(), hash(text))).collect(),
            objects: objects(plan),
            choices,
        }
    }

    /// Writes it as text.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads it from text.
    ///
    /// # Errors
    /// It is no saved plan of this version.
    pub fn parse(name: &str, text: &str) -> Result<Self, Diagnostic> {
        let bad = |why: String| {
            Diagnostic::error("not-a-plan", format!("{name} is not a saved plan: {why}"))
                .help("`vapi-sync plan --out FILE` saves a plan")
        };
        let saved: Saved = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        if saved.format == FORMAT {
            Ok(saved)
        } else {
            Err(bad(format!("this version of vapi-sync does not know its format, {:?}", saved.format)))
        }
    }

    /// The options with which it was made.
    ///
    /// # Errors
    /// They cannot be read: somebody edited the file.
    pub fn choices(&self) -> Result<(Selection, Policy), Diagnostic> {
        let Choices { environment: _, only, target, prefer, allow_purchase, send_secrets, restore: _ } = &self.choices;
        let only = only.as_deref().and_then(kinds::by_option);
        let prefer = Prefer::parse(prefer).map_err(|why| {
            Diagnostic::error("not-a-plan", format!("the --prefer of the saved plan cannot be read: {why}"))
        })?;
        let policy =
            Policy { prefer, allow_purchase: *allow_purchase, send_secrets: *send_secrets, ..Policy::default() };
        Ok((Selection::new(only, target)?, policy))
    }

    /// The run that it undoes, if it is a plan of `restore`.
    pub fn way_back(&self) -> Option<&WayBack> {
        self.choices.restore.as_ref()
    }

    /// Checks that it is for this environment.
    ///
    /// # Errors
    /// It is for another one.
    pub fn is_for(&self, environment: Option<&str>) -> Result<(), Diagnostic> {
        let own = self.choices.environment.as_deref();
        if own == environment {
            return Ok(());
        }
        let named = |name: Option<&str>| name.map_or("no environment".to_owned(), |name| format!("environment {name}"));
        let message = format!(
            "the saved plan is for {}, but this run is for {}. Nothing was done",
            named(own),
            named(environment)
        );
        Err(Diagnostic::error("other-environment", message).help("check --env, or plan again"))
    }

    /// Checks that a plan made just now is the same.
    ///
    /// # Errors
    /// One error for each thing that has changed.
    pub fn check(&self, plan: &Plan, texts: &[(String, String)]) -> Result<(), Diagnostics> {
        let now = Self::of(plan, texts, self.choices.clone());
        let mut moved = Vec::new();
        if self.org_id != now.org_id {
            moved.push("the API key belongs to another organisation".to_owned());
        }
        moved.extend(differing(&self.files, &now.files).map(|name| format!("{name} has changed")));
        moved.extend(differing(&self.objects, &now.objects).map(|address| format!("{address} has changed in Vapi")));
        if moved.is_empty() && self.digest != now.digest {
            moved.push("it would now do something else".to_owned());
        }
        if moved.is_empty() {
            return Ok(());
        }
        Err(moved
            .into_iter()
            .map(|what| {
                Diagnostic::error("stale-plan", format!("the saved plan is out of date: {what}. Nothing was done"))
                    .help("save a new plan, review it, and apply that")
            })
            .collect())
    }
}

fn differing<'m, V: PartialEq>(
    before: &'m BTreeMap<String, V>,
    now: &'m BTreeMap<String, V>,
) -> impl Iterator<Item = &'m String> {
    let changed = before.iter().filter(|(key, value)| now.get(*key) != Some(value)).map(|(key, _)| key);
    changed.chain(now.keys().filter(|key| !before.contains_key(*key)))
}

fn objects(plan: &Plan) -> BTreeMap<String, (String, String)> {
    plan.shown()
        .filter_map(|change| {
            let id = change.id.as_ref()?.0.clone();
            Some((change.address.to_string(), (id, change.updated_at.clone().unwrap_or_default())))
        })
        .collect()
}
