//! The two names of an object: its address in the file and its id in Vapi.

use std::fmt;

/// The name of an entry of the state file: `agents.receptionist`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The section of the file: `agents`, `phone_numbers`.
    pub section: &'static str,
    /// The entry's key in that section. Stable: renaming an object in Vapi does not change it.
    pub handle: String,
}

impl Address {
    /// An address from a section and a handle.
    pub fn new(section: &'static str, handle: impl Into<String>) -> Self {
        Self { section, handle: handle.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.section, self.handle)
    }
}

/// The id that Vapi gave an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(pub String);

impl RemoteId {
    /// Reads an id as Vapi writes it, with UUIDs in lower case. `None`: the text cannot be an id. Ids go into the paths of
    /// URLs, so characters that could change a path are not accepted.
    pub fn read(text: &str) -> Option<Self> {
        let is_id = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let is_uuid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let as_written = || if is_uuid { text.to_ascii_lowercase() } else { text.to_owned() };
        (is_id && (1..=128).contains(&text.len())).then(|| Self(as_written()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
