//! Captured values of include files: they are written to the file only if all users of the include agree.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::capture::Writer;
use crate::document::{Content, Edit, Node, PathStep, View};
use crate::model::diagnostic::Diagnostic;
use crate::state::includes::{Includes, why_not_meant};
use crate::state::load::StateFile;
use crate::state::template::{self, Token};

/// A value for an include, if all its users agree.
pub(super) struct Wish {
    pub(super) change: usize,
    pub(super) path: Vec<PathStep>,
    pub(super) text: String,
    pub(super) inline: Content,
}

impl Writer<'_, '_> {
    /// Writes an include if all its users get the same new value; otherwise each gets its own value in the state file. An
    /// include that another state file uses is held back, because it would change there too.
    pub(super) fn write_includes(
        &mut self,
        users: &HashMap<PathBuf, usize>,
        included_by: &dyn Fn(&Path) -> Option<String>,
    ) -> Vec<(PathBuf, String, String)> {
        // Several names may lead to one file.
        let mut files: BTreeMap<PathBuf, (String, Vec<Wish>)> = BTreeMap::new();
        for (name, wishes) in std::mem::take(&mut self.to_includes) {
            let real = real_path(self.includes, &name);
            files.entry(real).or_insert_with(|| (name, Vec::new())).1.extend(wishes);
        }
        let mut written = Vec::new();
        for (real, (name, wishes)) in files {
            if let Some(other) = included_by(&real) {
                for wish in wishes {
                    let message = format!("{name} changed in Vapi, and {other} uses it too");
                    let error = Diagnostic::error("include-shared", message);
                    let help = format!("if both should change, edit {name}; else copy it, and include the copy here");
                    self.refuse(wish.change, error.help(help));
                }
                continue;
            }
            let alike = wishes.iter().all(|wish| wish.text == wishes[0].text);
            let fits = alike && why_not_meant(&wishes[0].text).is_none();
            if fits && real.is_absolute() && users.get(&real) == Some(&wishes.len()) {
                let text = wishes.into_iter().next().map(|wish| wish.text).unwrap_or_default();
                written.push((real, name, text));
            } else {
                let inline = |wish: Wish| (wish.change, Edit::Set { path: wish.path, value: wish.inline });
                self.edits.extend(wishes.into_iter().map(inline));
            }
        }
        written
    }
}

/// The name of the include that is the whole value of a node.
pub(super) fn included(node: Node<'_>) -> Option<&str> {
    match template::parse(node.as_text()?).as_slice() {
        [Token::File(path)] => Some(*path),
        _ => None,
    }
}

/// The real path of an include, or its name if there is no file.
fn real_path(includes: &Includes, name: &str) -> PathBuf {
    includes.locate(name).unwrap_or_else(|_| PathBuf::from(name))
}

/// How often the file names each include.
pub(super) fn include_users(state: &StateFile<'_>, includes: &Includes) -> HashMap<PathBuf, usize> {
    fn count<'d>(node: Node<'d>, users: &mut HashMap<&'d str, usize>) {
        match node.view() {
            View::Text(text) => {
                for token in template::parse(text) {
                    if let Token::File(path) = token {
                        *users.entry(path).or_default() += 1;
                    }
                }
            }
            View::List => node.items().for_each(|item| count(item, users)),
            View::Map => node.entries().for_each(|entry| count(entry.value, users)),
            View::Null | View::Bool(_) | View::Number(_) => {}
        }
    }
    let mut names = HashMap::new();
    state.entries.iter().filter_map(|entry| entry.config).for_each(|config| count(config, &mut names));
    let mut users = HashMap::new();
    for (name, times) in names {
        *users.entry(real_path(includes, name)).or_default() += times;
    }
    users
}
