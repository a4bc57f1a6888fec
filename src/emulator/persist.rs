//! The store as a JSON file: `{"version": 1, "issued": 3, "assistant": […], "phone-number": […], …}`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::store::{Collection, Store};

/// The version of the file format.
const VERSION: u64 = 1;
/// The most ids that reading a file draws again; a larger number is a mistake and would take forever.
const MOST_ISSUED: u64 = 10_000_000;

/// A data file and its last known contents.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
    seed: u64,
    /// The text last read or written: if the file differs, somebody else wrote it.
    seen: Option<Mark>,
}

/// Tells file versions apart without reading the file.
#[derive(Debug, PartialEq)]
struct Mark {
    modified: Option<std::time::SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: u64,
}

impl DataFile {
    /// The file at `path`; the ids of its store are drawn from `seed`.
    pub fn new(path: PathBuf, seed: u64) -> Self {
        Self { path, seed, seen: None }
    }

    /// Reads the store if somebody else wrote the file since the last access, or if it was never read.
    /// `None` if it is unchanged or there is no file.
    ///
    /// # Errors
    /// If it cannot be read or parsed.
    pub fn read_if_changed(&mut self) -> io::Result<Option<Store>> {
        let mark = Mark::of(&self.path)?;
        if mark.is_none() || mark == self.seen {
            return Ok(None);
        }
        // A pipe would be waited for.
        if !std::fs::metadata(&self.path)?.is_file() {
            return Err(self.invalid("it is no regular file"));
        }
        let text = std::fs::read(&self.path)?;
        let store = parse(&text, self.seed).map_err(|error| self.invalid(&error.to_string()))?;
        self.seen = mark;
        Ok(Some(store))
    }

    /// Writes the store atomically: a synced temporary file, renamed.
    ///
    /// # Errors
    /// I/O errors.
    pub fn write(&mut self, store: &Store) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(io::BufWriter::new(file.as_file_mut()), &to_json(store))?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        self.seen = Mark::of(&self.path)?;
        Ok(())
    }

    fn invalid(&self, message: &str) -> io::Error {
        let path = self.path.display();
        io::Error::new(io::ErrorKind::InvalidData, format!("{path} is not a data file of the emulator: {message}"))
    }
}

impl Mark {
    fn of(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::metadata(path) {
            Ok(data) => Ok(Some(Self {
                modified: data.modified().ok(),
                length: data.len(),
                #[cfg(unix)]
                inode: std::os::unix::fs::MetadataExt::ino(&data),
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn to_json(store: &Store) -> Value {
    let mut file = Map::new();
    file.insert("version".into(), json!(VERSION));
    file.insert("issued".into(), json!(store.issued()));
    for collection in Collection::ALL {
        let objects = store.all(collection).map(|record| {
            let mut object = Value::Object(record.object.clone());
            let salt = record.object.get("id").map(Value::to_string).unwrap_or_default();
            digest_secrets(&mut object, &salt, false);
            object
        });
        file.insert(collection.path().into(), objects.collect());
    }
    Value::Object(file)
}

/// What the digest of a secret begins with.
const DIGEST: &str = "sha256:";

/// Whether a text is what the file holds of a secret.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix(DIGEST).is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Puts digests in the place of secrets: a real Vapi does not keep them in a file beside yours.
fn digest_secrets(value: &mut Value, salt: &str, is_secret: bool) {
    match value {
        Value::String(text) if is_secret && !text.is_empty() && !is_digest(text) => {
            let digest = Sha256::digest(format!("{salt}{text}"));
            *text = digest.iter().fold(DIGEST.to_owned(), |text, byte| format!("{text}{byte:02x}"));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| digest_secrets(item, salt, is_secret)),
        Value::Object(map) => {
            let is_mcp = map.get("type").is_some_and(|kind| kind == "mcp");
            // The headers of a request are a JSON Schema whose properties have values.
            let is_schema = map.get("type").is_some_and(|kind| kind == "object") && map.contains_key("properties");
            let names_secret = ["key", "name"].iter().any(|field| map.get(*field).is_some_and(is_key_like));
            for (key, value) in map.iter_mut() {
                let inner = match key.as_str() {
                    "properties" if is_schema => {
                        digest_values(value, salt, is_secret);
                        continue;
                    }
                    _ if is_schema => false,
                    "value" => is_secret || names_secret,
                    "environmentVariables" => {
                        value.as_array_mut().into_iter().flatten().for_each(|variable| {
                            digest_secrets(&mut variable["value"], salt, true);
                        });
                        continue;
                    }
                    "headers" | "sipHeaders" => true,
                    key => is_secret || is_key_like(&key.into()),
                };
                if is_mcp && key == "server" && value.get("url").is_some() {
                    digest_secrets(&mut value["url"], salt, true);
                }
                digest_secrets(value, salt, inner);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Digests `value` of each property of a schema: of all of them, or of those with a name like a secret's.
fn digest_values(properties: &mut Value, salt: &str, all: bool) {
    for (name, property) in properties.as_object_mut().into_iter().flatten() {
        if let Some(value) = property.get_mut("value") {
            digest_secrets(value, salt, all || is_key_like(&name.as_str().into()));
        }
        digest_secrets(property, salt, false);
    }
}

/// Whether a name is that of a secret.
fn is_key_like(name: &Value) -> bool {
    let ends = ["secret", "token", "password", "apikey", "api_key", "privatekey", "secretkey", "authorization"];
    let name = name.as_str().unwrap_or_default().to_ascii_lowercase().replace('-', "_");
    ends.iter().any(|end| name.ends_with(end))
}

fn parse(text: &[u8], seed: u64) -> anyhow::Result<Store> {
    let mut file: Map<String, Value> = serde_json::from_slice(text)?;
    if file.get("version") != Some(&json!(VERSION)) {
        bail!("its version is not {VERSION}");
    }
    let issued = file.get("issued").and_then(Value::as_u64).unwrap_or_default();
    if issued > MOST_ISSUED {
        bail!("`issued` is more than {MOST_ISSUED}");
    }
    let mut store = Store::new(seed, issued);
    for collection in Collection::ALL {
        let objects = match file.remove(collection.path()) {
            None => continue,
            Some(Value::Array(objects)) => objects,
            Some(_) => bail!("`{}` is not a list", collection.path()),
        };
        for object in objects {
            let Value::Object(object) = object else {
                bail!("`{}` holds something that is not an object", collection.path());
            };
            store.put(collection, object, Timestamp::UNIX_EPOCH);
        }
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn no_secret_is_in_the_file() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("data.json");
        let mut store = Store::new(5, 0);
        let object = json!({
            "name": "plain-name",
            "server": {"secret": "hidden-1", "headers": {"x-any": "hidden-2"}},
            "model": {"tools": [{"server": {"secret": "hidden-3", "url": "plain-url"}}]},
            "twilioAuthToken": "hidden-4",
            "credentials": [{"apiKey": "hidden-5"}],
            "headers": {"type": "object", "properties": {"x-any": {"type": "string", "value": "hidden-6"}}},
            "parameters": [{"key": "api_key", "value": "hidden-7"}, {"key": "lang", "value": "plain-value"}],
            "environmentVariables": [{"name": "ANY", "value": "hidden-8"}],
            "body": {"type": "object", "properties": {"token": {"type": "string", "value": "hidden-9"}}},
            "tools": [{"type": "mcp", "server": {"url": "hidden-10"}}],
            "destinations": [{"server": {"headers": {"a": "hidden-11"}}, "sipHeaders": {"b": "hidden-12"}}],
        });
        let Value::Object(object) = object else { bail!("an object") };
        store.create(Collection::Assistant, "org", object, Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        DataFile::new(path.clone(), 5).write(&store)?;
        let text = std::fs::read_to_string(&path)?;
        assert!(!text.contains("hidden-"), "{text}");
        assert!(["plain-name", "plain-url", "plain-value"].iter().all(|plain| text.contains(plain)), "{text}");
        assert_eq!(text.matches("\"object\"").count(), 2, "the type of a schema is no secret: {text}");
        let read = DataFile::new(path.clone(), 5).read_if_changed()?.context("not read")?;
        DataFile::new(path.clone(), 5).write(&read)?;
        assert_eq!(std::fs::read_to_string(&path)?, text, "a digest stays what it is");
        Ok(())
    }

    #[test]
    fn what_is_written_is_read_back_with_all_digits() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/data.json");
        let mut file = DataFile::new(path.clone(), 5);
        assert!(file.read_if_changed()?.is_none());
        let now: Timestamp = "2026-01-01T00:00:00.123456Z".parse()?;
        let mut store = Store::new(5, 0);
        let id = store.create(Collection::Squad, "org", Map::new(), now, Timestamp::MAX);
        file.write(&store)?;
        assert!(file.read_if_changed()?.is_none());
        let mut other = DataFile::new(path.clone(), 5);
        let mut read = other.read_if_changed()?.context("not read")?;
        let record = read.get(Collection::Squad, &id).context("lost")?;
        assert_eq!((record.created, record.listed_from), (now, Timestamp::MIN));
        let next = read.create(Collection::Squad, "org", Map::new(), now, now);
        assert_ne!(next, id);
        other.write(&read)?;
        assert_eq!(file.read_if_changed()?.map(|store| store.all(Collection::Squad).count()), Some(2));
        std::fs::write(&path, "{}")?;
        assert!(file.read_if_changed().is_err_and(|error| error.to_string().contains("version")));
        Ok(())
    }
}
