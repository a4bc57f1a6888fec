//! Names the environment variables for secrets that are written into the file.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::kinds;
use crate::model::{Address, FieldPath, Secret, Step, Trail, Value, variable};
use crate::state::template;

/// Shorter secrets are not searched for in other texts, because words may contain them.
const SHORTEST_INSIDE: usize = 6;

/// Secrets by their first bytes, each with the name of its variable.
type Sought = HashMap<[u8; SHORTEST_INSIDE], Vec<(String, String)>>;

/// The variables of a file: one for each secret.
#[derive(Default)]
pub(super) struct Variables {
    /// The secret of each name; `None` if its text is not known.
    by_name: RefCell<HashMap<String, Option<String>>>,
    /// The secrets to search for in texts. One pass over a text finds all of them.
    sought: RefCell<Sought>,
    /// Secrets that are in several entries.
    shared: HashSet<String>,
    /// Whether the comment on secrets was written. Once is enough.
    pub(super) explained: Cell<bool>,
}

impl Variables {
    /// The variables in the text of a file and in older versions, with their values if they are set.
    pub(super) fn of(text: &str, recorded: &BTreeSet<String>, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let variables = Self::default();
        for name in template::variables(text).chain(recorded.iter().map(String::as_str)) {
            if !variables.by_name.borrow().contains_key(name) {
                let secret = env(name);
                secret.iter().for_each(|secret| variables.seek(name, secret));
                variables.by_name.borrow_mut().insert(name.to_owned(), secret);
            }
        }
        variables
    }

    /// Takes note of the values to be written, because a secret of several entries is not named after one of them.
    pub(super) fn shared_by<'v>(mut self, values: impl Iterator<Item = (&'v Address, &'v Value)>) -> Self {
        let mut owners: HashMap<String, &Address> = HashMap::new();
        for (address, value) in values {
            value.visit(Trail::Root, &mut |_, value| {
                let Value::Secret(secret) = value else { return };
                let pieces = secret.pieces().into_iter().map(str::to_owned);
                for text in secret.expose().map(str::to_owned).into_iter().chain(pieces) {
                    if *owners.entry(text.clone()).or_insert(address) != address {
                        self.shared.insert(text);
                    }
                }
            });
        }
        self
    }

    /// Adds a secret to search for in texts.
    fn seek(&self, name: &str, secret: &str) {
        if let (Some(start), true) = (secret.as_bytes().first_chunk(), secret.chars().count() >= SHORTEST_INSIDE) {
            let found = (secret.to_owned(), name.to_owned());
            self.sought.borrow_mut().entry(*start).or_default().push(found);
        }
    }

    /// The places of secrets in a text, each with its variable.
    pub(super) fn places(&self, text: &str) -> Vec<(Range<usize>, String)> {
        let sought = self.sought.borrow();
        let windows = text.as_bytes().windows(SHORTEST_INSIDE).enumerate();
        let starts = windows.filter_map(|(at, window)| Some((at, sought.get(window)?)));
        starts
            .flat_map(|(at, secrets)| {
                let here =
                    secrets.iter().filter(move |(secret, _)| text.as_bytes()[at..].starts_with(secret.as_bytes()));
                here.map(move |(secret, name)| (at..at + secret.len(), name.clone()))
            })
            .collect()
    }

    /// The variable for a secret: the one that already has this secret, else a new one, named after its path and numbered if
    /// that name is taken.
    pub(super) fn name(&self, address: &Address, path: &FieldPath, secret: &Secret) -> String {
        let mut by_name = self.by_name.borrow_mut();
        let text = secret.expose();
        let owner = text.is_none_or(|text| !self.shared.contains(text)).then_some(address);
        let wished = variable_for(owner, path);
        let known = by_name.iter().find(|(_, known)| text.is_some() && known.as_deref() == text);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let numbered = (2..).map(|number| format!("{wished}_{number}"));
        let mut names = std::iter::once(wished.clone()).chain(numbered);
        let name = names.find(|name| !by_name.contains_key(name)).unwrap_or(wished);
        // A secret of several words may be a sentence that other texts contain for good reason.
        text.filter(|text| !text.contains(char::is_whitespace)).into_iter().for_each(|text| self.seek(&name, text));
        by_name.insert(name.clone(), text.map(str::to_owned));
        name
    }
}

/// The name of the variable for a secret: `AGENT_RECEPTIONIST_SERVER_SECRET`, or `SERVER_SECRET` for one of several entries.
fn variable_for(owner: Option<&Address>, path: &FieldPath) -> String {
    let is_place = |step: &Step| !matches!(step, Step::Key(_));
    let in_list = path.0.iter().rposition(is_place).filter(|at| owner.is_none() && at + 1 < path.0.len());
    let steps = path.0.iter().skip(in_list.map_or(0, |at| at + 1)).map(|step| match step {
        Step::Key(key) | Step::Element(key) => Cow::from(key),
        Step::Index(at) => Cow::from(at.to_string()),
    });
    let owner = owner.map(|address| [Cow::from(kinds::of(address).word), Cow::from(&address.handle)]);
    variable(owner.into_iter().flatten().chain(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &[&str]) -> FieldPath {
        keys.iter().fold(FieldPath::root(), |path, key| match key.parse() {
            Ok(at) => path.join(Step::Index(at)),
            Err(_) => path.key(key),
        })
    }

    #[test]
    fn variables_read_like_the_path() {
        for (address, keys, own, shared) in [
            (
                Address::new("agents", "front_desk"),
                path(&["model", "tools", "0", "server", "headers", "X-Api-Key"]),
                "AGENT_FRONT_DESK_MODEL_TOOLS_0_SERVER_HEADERS_X_API_KEY",
                "SERVER_HEADERS_X_API_KEY",
            ),
            (
                Address::new("phone_numbers", "1_415"),
                path(&["twilioAuthToken"]),
                "PHONE_NUMBER_1_415_TWILIO_AUTH_TOKEN",
                "TWILIO_AUTH_TOKEN",
            ),
            (Address::new("agents", "müller"), path(&["keys", "0"]), "AGENT_MULLER_KEYS_0", "KEYS_0"),
        ] {
            assert_eq!(variable_for(Some(&address), &keys), own);
            assert_eq!(variable_for(None, &keys), shared);
        }
    }

    #[test]
    fn one_secret_has_one_variable_and_one_variable_one_secret() {
        let secret = |text: &str| Value::Secret(Secret::new(text, Vec::new()));
        let (a, b) = (Address::new("agents", "a"), Address::new("agents", "b"));
        let values = [(&a, secret("one")), (&a, secret("both")), (&b, secret("both")), (&a, secret("one"))];
        let variables = Variables::default().shared_by(values.iter().map(|(address, value)| (*address, value)));
        let key = path(&["server", "secret"]);
        let name = |address: &Address, text: &str| variables.name(address, &key, &Secret::new(text, Vec::new()));
        assert_eq!(name(&a, "one"), "AGENT_A_SERVER_SECRET");
        assert_eq!(name(&a, "two"), "AGENT_A_SERVER_SECRET_2");
        assert_eq!(name(&b, "one"), "AGENT_A_SERVER_SECRET");
        assert_eq!(name(&b, "three"), "AGENT_B_SERVER_SECRET");
        assert_eq!((name(&a, "both").as_str(), name(&b, "both").as_str()), ("SERVER_SECRET", "SERVER_SECRET"));
        let hidden = || variables.name(&a, &path(&["c"]), &Secret::hidden());
        assert_eq!((hidden().as_str(), hidden().as_str()), ("AGENT_A_C", "AGENT_A_C_2"));
    }
}
