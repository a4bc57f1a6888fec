//! Files for long prompts that a pull adds to the state file.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, FieldPath, Map, Step, slug};
use crate::state::includes::{IncludeSource, Includes, file_of, why_not_meant};

/// Prompts with more lines get a file.
const LINES: usize = 10;

/// The folder for the files, beside the state file.
const FOLDER: &str = "prompts";

/// The maximum length of a file name, without the number that makes it unique.
const LONGEST_NAME: usize = 80;

/// Names that Windows does not allow for files, with any extension.
const NO_FILES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A text file that the state file is going to include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The entry of the prompt.
    pub owner: Address,
    /// Its path on disk.
    pub path: PathBuf,
    /// Its name in the state file.
    pub name: String,
    /// Its contents, byte for byte.
    pub text: String,
    /// Whether it exists already, because a killed run left it.
    pub is_there: bool,
}

/// Finds files for prompts.
pub(super) struct Prompts<'w> {
    includes: &'w Includes,
    /// The files that the state file includes.
    used: HashSet<PathBuf>,
    included_by: &'w dyn Fn(&Path) -> Option<String>,
    placed: RefCell<Placed>,
}

#[derive(Default)]
struct Placed {
    /// Names taken so far, in lower case, because some file systems ignore case.
    names: HashSet<String>,
    files: Vec<NewFile>,
    /// The owners of prompts that stay in the state file, by reason.
    kept: BTreeMap<String, Vec<String>>,
}

impl<'w> Prompts<'w> {
    /// `used` are the includes of the state file. `included_by` names another state file that uses an include.
    pub(super) fn new(
        includes: &'w Includes,
        used: HashSet<PathBuf>,
        included_by: &'w dyn Fn(&Path) -> Option<String>,
    ) -> Self {
        Self { includes, used, included_by, placed: RefCell::default() }
    }

    /// The reference in place of a prompt: `${file:prompts/receptionist.md}`. `part` names the part of the entry that has
    /// the prompt. `None`: the prompt stays in the state file.
    pub(super) fn place(&self, address: &Address, part: Option<&str>, text: &str) -> Option<String> {
        text.lines().nth(LINES)?;
        let mut placed = self.placed.borrow_mut();
        let found = match why_not(text) {
            Some(why) => Err(why),
            None => self.file(&mut placed.names, address, &name_of(address, part), text),
        };
        match found {
            Ok(file) => {
                let reference = format!("${{file:{}}}", file.name);
                placed.files.push(file);
                Some(reference)
            }
            Err(why) => {
                let kept = placed.kept.entry(why).or_default();
                let owner = address.to_string();
                if !kept.contains(&owner) {
                    kept.push(owner);
                }
                None
            }
        }
    }

    /// The first name whose file does not exist, or has exactly this text and no other user.
    fn file(&self, given: &mut HashSet<String>, owner: &Address, name: &str, text: &str) -> Result<NewFile, String> {
        let numbered = (2..).map(|number| format!("{FOLDER}/{name}-{number}.md"));
        for name in std::iter::once(format!("{FOLDER}/{name}.md")).chain(numbered) {
            if given.contains(&name.to_lowercase()) {
                continue;
            }
            let (path, is_there) =
                self.includes.vacancy(&name).map_err(|why| format!("{FOLDER}/ cannot hold it, {why}"))?;
            let is_ours = || {
                let holds = self.includes.text(&name).is_ok_and(|held| *held == *text);
                holds && !self.used.contains(&path) && (self.included_by)(&path).is_none()
            };
            if !is_there || is_ours() {
                given.insert(name.to_lowercase());
                return Ok(NewFile { owner: owner.clone(), text: file_of(text, None), path, name, is_there });
            }
        }
        Err(format!("{FOLDER}/ is full"))
    }

    /// The new files that the final text of the state file includes, and warnings about prompts that stay in it.
    pub(super) fn finish(self, state: &str) -> (Vec<NewFile>, Diagnostics) {
        let Placed { mut files, kept, .. } = self.placed.into_inner();
        let included: HashSet<&str> =
            state.split("${file:").skip(1).filter_map(|rest| rest.split('}').next()).collect();
        files.retain(|file| included.contains(file.name.as_str()));
        let notes = kept.into_iter().map(|(why, owners)| {
            let s = if owners.len() == 1 { ("", "s") } else { ("s", "") };
            let shown = owners.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if owners.len() > 3 { format!(" and {} more", owners.len() - 3) } else { String::new() };
            Diagnostic::warning(
                "prompt-inline",
                format!("the prompt{} of {shown}{more} stay{} in the state file: {why}", s.0, s.1),
            )
        });
        (files, notes.collect())
    }
}

/// Whether the `content` of a mapping at a path is a system prompt.
pub(super) fn is_prompt(path: &FieldPath, map: &Map) -> bool {
    let is = |step: &Step, word: &str| matches!(step, Step::Key(key) if key == word);
    let [.., model, messages, Step::Index(_)] = path.0.as_slice() else { return false };
    let role = map.get("role").and_then(|role| role.as_text());
    is(model, "model") && is(messages, "messages") && role == Some("system")
}

/// Why a text cannot have a file: git, editors or vapi-sync would change it, or take the file for something else.
fn why_not(text: &str) -> Option<String> {
    let is_lost =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if text.contains(is_lost) {
        return Some("editors and git would change the control characters or line ends in it".to_owned());
    }
    why_not_meant(text).map(|why| format!("as a file it would be refused, {why}"))
}

/// `receptionist`, `front_team-receptionist`.
fn name_of(address: &Address, part: Option<&str>) -> String {
    let words = std::iter::once(address.handle.as_str()).chain(part).map(|word| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if word.chars().all(is_plain) { word.to_owned() } else { slug(word) }
    });
    let mut name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    name.truncate(LONGEST_NAME);
    if name.is_empty() || NO_FILES.contains(&name.to_lowercase().as_str()) {
        name.insert_str(0, "prompt_");
    }
    name.trim_end_matches(['_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_entry() {
        for (handle, part, expected) in [
            ("receptionist", None, "receptionist"),
            ("Front-Desk_2", None, "Front-Desk_2"),
            ("größe", None, "grosse"),
            ("front_team", Some("Línea nueva"), "front_team-linea_nueva"),
            ("front_team", Some("🦀"), "front_team"),
            ("aux", None, "prompt_aux"),
            ("ㅤ", None, "prompt"),
        ] {
            assert_eq!(name_of(&Address::new("agents", handle), part), expected, "{handle}");
        }
        assert_eq!(name_of(&Address::new("agents", "a".repeat(300)), None).len(), LONGEST_NAME);
    }

    #[test]
    fn what_a_file_would_not_keep_stays() {
        for (text, kept) in [
            ("a\n\tb  \n\n", true),
            ("a\r\nb", false),
            ("a\u{2028}b", false),
            ("a\0b", false),
            ("\u{feff}a", false),
            ("version https://git-lfs.github.com/spec/v1\noid", false),
            ("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other", false),
        ] {
            assert_eq!(why_not(text).is_none(), kept, "{text:?}");
        }
    }
}
