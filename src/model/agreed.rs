//! The agreed commit: the commit at which a state file and an organisation last agreed, and the name of the ref that keeps
//! it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// The prefix of all refs of this program.
const REFS: &str = "refs/vapi-sync";

/// The commit at which a state file and an organisation last agreed on everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Its full id.
    pub commit: String,
    /// When they were found to agree.
    pub time: Timestamp,
    /// The run that found it.
    pub run: String,
    /// The path of the state file at that commit, from the root of the repository.
    pub path: PathBuf,
}

/// The agreed commit, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAgreed {
    /// The commit.
    pub agreed: Agreed,
    /// How many later commits changed the file and wait to be applied.
    pub waiting: usize,
}

/// The source of the value on which the file and Vapi last agreed, and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The source.
    pub by: AgreedBy,
    /// When they agreed.
    pub time: Timestamp,
}

/// The source of an agreed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgreedBy {
    /// The agreed commit, by its full id.
    Commit(String),
    /// A run that wrote the field, from the audit log.
    Run {
        /// The run.
        run: String,
        /// The commit that was checked out then.
        commit: Option<String>,
    },
}

impl AgreedBy {
    /// The commit to start from when looking for later commits that others may have applied.
    pub fn commit(&self) -> Option<&str> {
        match self {
            AgreedBy::Commit(commit) => Some(commit),
            AgreedBy::Run { commit, .. } => commit.as_deref(),
        }
    }
}

/// The ref for a state file and an organisation. The path, from the root of the repository, is one component of the name,
/// because git cannot have both `vapi` and `vapi/state.yaml` as refs.
pub fn ref_name(org_id: &str, path: &Path) -> String {
    let components = path.components().map(|component| component.as_os_str().as_encoded_bytes());
    let path: Vec<u8> = components.collect::<Vec<_>>().join(&b'/');
    format!("{REFS}/{}/{}", encoded(org_id.as_bytes()), encoded(&path))
}

/// A pattern for the refs of all state files of an organisation.
pub fn refs_of(org_id: &str) -> String {
    format!("{REFS}/{}/*", encoded(org_id.as_bytes()))
}

/// The path of the state file that a ref is for. `None`: it is not one of ours.
pub fn path_of(ref_name: &str) -> Option<PathBuf> {
    let (_, name) = ref_name.strip_prefix(REFS)?.strip_prefix('/')?.split_once('/')?;
    let mut path = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'%' {
            let digits = str::from_utf8(rest.get(..2)?).ok()?;
            path.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            path.push(*first);
        }
    }
    String::from_utf8(path).ok().map(PathBuf::from)
}

/// A text as one component of the name of a ref. A dot is only kept where git always allows it.
fn encoded(text: &[u8]) -> String {
    let is_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let plain = |at: usize| match text[at] {
        b'.' => is_word(at.checked_sub(1)) && is_word(Some(at + 1)) && !text[at..].eq_ignore_ascii_case(b".lock"),
        b'-' => at > 0,
        byte => byte.is_ascii_alphanumeric() || byte == b'_',
    };
    let encoded = (0..text.len()).map(|at| match plain(at) {
        true => char::from(text[at]).to_string(),
        false => format!("%{:02X}", text[at]),
    });
    encoded.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_reads_like_the_path() {
        let name = |path: &str| ref_name("6a1f-22", Path::new(path)).split_off("refs/vapi-sync/6a1f-22/".len());
        assert_eq!(name("vapi-state.yaml"), "vapi-state.yaml");
        assert_eq!(name("a/b c.yaml"), "a%2Fb%20c.yaml");
        assert_eq!(name(".x/..y/z.lock"), "%2Ex%2F%2E%2Ey%2Fz%2Elock");
        assert_eq!(path_of("refs/heads/main"), None);
        assert_eq!(path_of("refs/vapi-sync/o/a%2"), None);
    }

    proptest! {
        #[test]
        fn git_takes_every_name_and_it_is_read_back(path in r"([a.@{~^:?*\[\\ é%/-]|\.lock){1,12}") {
            let path: PathBuf = Path::new(&path).components().collect();
            let name = ref_name("..", &path);
            prop_assert!(git2::Reference::is_valid_name(&name), "{}", name);
            prop_assert_eq!(path_of(&name), Some(path));
        }
    }
}
