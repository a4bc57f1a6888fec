//! The store with its data file.

use std::io;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

use super::answer::Answer;
use super::api::{self, Call};
use super::config::Config;
use super::fault::Target;
use super::generate;
use super::persist::DataFile;
use super::store::{Collection, Object, Store};

/// The store, in memory and on disk.
#[derive(Debug)]
pub(super) struct State {
    store: Store,
    file: Option<DataFile>,
    /// Why a change without a request could not be written.
    trouble: Option<io::Error>,
}

impl State {
    /// Loads the data file of `config`, or starts empty.
    ///
    /// # Errors
    /// If the data file cannot be read or parsed.
    pub fn open(config: &Config) -> io::Result<Self> {
        let mut file = config.data.clone().map(|path| DataFile::new(path, config.seed));
        let read = file.as_mut().map(DataFile::read_if_changed).transpose()?.flatten();
        Ok(Self { store: read.unwrap_or_else(|| Store::new(config.seed, 0)), file, trouble: None })
    }

    /// Runs a request on the current contents of the data file, and writes the file if something changed.
    pub fn answer(&mut self, config: &Config, call: &Call) -> Answer {
        let outcome = self.refresh().map(|()| api::answer(&mut self.store, config, call));
        let outcome = outcome.and_then(|answer| {
            if api::commits(call.method, answer.status) {
                self.save()?;
            }
            Ok(answer)
        });
        outcome.unwrap_or_else(|error| Answer::error(500, format!("The emulator's data file: {error}")))
    }

    /// All stored objects of a kind.
    pub fn objects(&self, collection: Collection) -> Vec<Value> {
        self.store.all(collection).map(|record| Value::Object(record.object.clone())).collect()
    }

    /// Inserts an object; its organisation defaults to the first of `config`.
    pub fn insert(&mut self, config: &Config, collection: Collection, mut object: Object) -> String {
        if let Some((_, org)) = config.keys.first() {
            object.entry("orgId").or_insert_with(|| org.clone().into());
        }
        self.by_hand(|store| store.put(collection, object, config.stamp())).unwrap_or_default()
    }

    /// Changes an object and its `updatedAt`. `false` if there is no such object.
    pub fn edit(
        &mut self,
        config: &Config,
        collection: Collection,
        id: &str,
        change: impl FnOnce(&mut Object),
    ) -> bool {
        self.by_hand(|store| store.change(collection, id, config.stamp(), change)).unwrap_or(false)
    }

    /// Removes an object. `false` if there is no such object.
    pub fn remove(&mut self, collection: Collection, id: &str) -> bool {
        self.by_hand(|store| store.remove(collection, id).is_some()).unwrap_or(false)
    }

    /// Inserts `count` random assistants and a quarter as many phone numbers assigned to some of them.
    pub fn generate(&mut self, config: &Config, count: usize) {
        let mut rng = StdRng::seed_from_u64(config.seed);
        let org = config.keys.first().map(|(_, org)| Value::from(org.as_str())).unwrap_or_default();
        self.by_hand(|store| {
            let mut put = |collection, mut object: Value| {
                object["orgId"] = org.clone();
                let Value::Object(object) = object else { return String::new() };
                store.put(collection, object, config.stamp())
            };
            let mut ids = Vec::new();
            for index in 0..count {
                // A few references are enough, and keep this linear.
                let others = &ids[ids.len().saturating_sub(10)..];
                let id = put(Collection::Assistant, generate::assistant(&mut rng, index, others));
                ids.push(id);
            }
            for index in 0..count / 4 {
                let mut number = generate::phone_number(&mut rng, index, &ids);
                number["status"] = "active".into();
                put(Collection::PhoneNumber, number);
            }
        });
    }

    /// Inserts a random organisation.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn seed(&mut self, config: &Config, size: generate::Size) -> io::Result<()> {
        let objects = generate::organisation(&mut StdRng::seed_from_u64(config.seed), size);
        let org = config.keys.first().map(|(_, org)| Value::from(org.as_str())).unwrap_or_default();
        self.by_hand(|store| {
            for (collection, mut object) in objects {
                object["orgId"] = org.clone();
                if let Value::Object(object) = object {
                    store.put(collection, object, config.stamp());
                }
            }
        });
        self.trouble.take().map_or(Ok(()), Err)
    }

    /// Applies an edit by somebody else during the request to `path`.
    pub fn interfere(&mut self, config: &Config, path: &str, target: &Target, patch: &Value) {
        let (collection, id) = match target {
            Target::Object(collection, id) => (*collection, id.clone()),
            Target::Newest(collection) => {
                let newest = self.store.all(*collection).max_by_key(|record| record.created);
                let id = newest.and_then(|record| record.text("id")).unwrap_or_default();
                (*collection, id.to_owned())
            }
            Target::Requested => match api::Route::of(path) {
                Some(api::Route::One(collection, id)) => (collection, id.to_owned()),
                _ => return,
            },
        };
        self.edit(config, collection, &id, |object| set(object, patch));
    }

    /// A change without a request. A failure to write the data file is reported to the next request.
    fn by_hand<T>(&mut self, change: impl FnOnce(&mut Store) -> T) -> Option<T> {
        let outcome = self.refresh().and_then(|()| {
            let result = change(&mut self.store);
            self.save()?;
            Ok(result)
        });
        outcome.map_err(|error| self.trouble = Some(error)).ok()
    }

    fn refresh(&mut self) -> io::Result<()> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        if let Some(store) = self.file.as_mut().map(DataFile::read_if_changed).transpose()?.flatten() {
            self.store = store;
        }
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.write(&self.store))
    }
}

/// Sets the fields of `patch`; `null` removes one.
pub(super) fn set(object: &mut Object, patch: &Value) {
    for (name, value) in patch.as_object().into_iter().flatten() {
        if value.is_null() {
            object.shift_remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}
