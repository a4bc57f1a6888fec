//! The state file of a run: read, looked up and checked, once per text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::apply::Fact;
use crate::check::{Findings, Options, check};
use crate::document::Document;
use crate::files::{Disk, read_text};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Severity, attach_snippets};
use crate::model::{Address, RemoteId};
use crate::state::environments::Whose;
use crate::state::includes::Includes;
use crate::state::resolve::Desired;
use crate::writeback::recorded;

/// The state file as it was read.
pub struct Loaded {
    /// The file on the disk.
    pub disk: Disk,
    /// It as a document.
    pub document: Document,
    /// The text that was read: an empty file is given its first line in memory only.
    pub text: Arc<str>,
    /// The texts beside it.
    pub includes: Includes,
    /// The environment for which it is read.
    pub whose: Whose,
}

/// What is read in a file without a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// Nothing: that is an error.
    Refused,
    /// The one line that every file has: `pull` fills it.
    Filled,
}

impl Loaded {
    /// Reads and parses the state file, for an environment.
    ///
    /// # Errors
    /// It cannot be read, or it is no YAML.
    pub fn read(path: &Path, whose: Whose, empty: Empty) -> Result<Self, Diagnostics> {
        let name = path.display().to_string();
        let disk = Disk::at(path, &name);
        let missing = "`vapi-sync init` makes a new state file; if you have one already, name it with -f FILE";
        let text: Arc<str> = disk.read().map_err(|error| error.or_missing(missing))?.into();
        let includes = Includes::new(disk.folder());
        let mut document = Document::parse(&name, text.clone())?;
        if document.root().is_none() && empty == Empty::Filled {
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            document = Document::parse(&name, format!("{text}{gap}version: 1\n"))?;
        }
        Ok(Self { disk, document, text, includes, whose })
    }

    /// The names of its environments, in its order.
    pub fn environments(&self) -> Vec<String> {
        let node = self.document.root().and_then(|root| root.get("environments"));
        node.into_iter().flat_map(|node| node.entries()).map(|entry| entry.key.to_owned()).collect()
    }

    /// What it says, and everything that can be said of it without Vapi, in the order of the file.
    ///
    /// # Errors
    /// It is not of the right shape: then that is all there is to say.
    pub fn look(&self, options: &Options) -> Result<(Desired<'_>, Findings), Diagnostics> {
        let env = |name: &str| std::env::var(name).ok();
        let looked = Desired::of(&self.document, &self.whose, &self.includes, &env).map(|desired| {
            let mut findings = check(&desired, &self.includes, &env, options);
            let new = desired.file.entries.iter().filter(|entry| entry.id.is_none());
            findings.errors.extend(self.try_out(new.map(|entry| &entry.address)).err());
            (desired, findings)
        });
        match looked {
            Ok((desired, Findings { errors, doubts, others })) => {
                let [errors, doubts, others] = [errors, doubts, others].map(|found| self.annotated(found));
                Ok((desired, Findings { errors, doubts, others }))
            }
            Err(errors) => Err(self.annotated(errors)),
        }
    }

    /// What it says, for a run: there is nothing wrong with it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn checked(&self) -> Result<Checked<'_>, Diagnostics> {
        let (desired, Findings { mut errors, doubts, others }) = self.look(&Options::default())?;
        let is_of_entry = |doubt: &Diagnostic| desired.file.entries.iter().any(|entry| entry.holds(doubt));
        let (doubts, lost): (Vec<_>, Vec<_>) = doubts.into_iter().partition(is_of_entry);
        errors.extend(lost);
        if !errors.is_empty() {
            errors.extend(doubts);
            errors.sort_by(|one, two| one.place.cmp(&two.place));
            return Err(errors);
        }
        let warnings = others.into_iter().filter(|finding| finding.severity == Severity::Warning).collect();
        Ok(Checked { loaded: self, desired, warnings, doubts })
    }

    /// Tries out whether the ids of these entries could be recorded, before anything is sent: nothing is written.
    ///
    /// # Errors
    /// The file cannot be edited without touching something else.
    pub fn try_out<'e>(&self, addresses: impl Iterator<Item = &'e Address>) -> Result<(), Diagnostic> {
        let id = RemoteId("00000000-0000-4000-8000-000000000000".to_owned());
        let facts: Vec<Fact> = addresses.map(|address| Fact::Id { address: address.clone(), id: id.clone() }).collect();
        if facts.is_empty() {
            return Ok(());
        }
        recorded(self.document.name(), self.document.text(), &self.whose, &facts).map(drop).map_err(|why| Diagnostic {
            code: "not-recordable",
            message: format!(
                "nothing was sent, because the ids of new objects could not be written into this file: {}",
                why.message
            ),
            ..why
        })
    }

    /// Messages with the lines of the file that they speak of.
    pub fn annotated(&self, mut diagnostics: Diagnostics) -> Diagnostics {
        attach_snippets(&mut diagnostics, |place| {
            (*place.file == *self.document.name()).then(|| self.document.line_text(place.line))
        });
        diagnostics
    }
}

/// What a file says, without errors.
pub struct Checked<'l> {
    /// The file.
    pub loaded: &'l Loaded,
    /// What it says.
    pub desired: Desired<'l>,
    /// What is worth knowing about it.
    pub warnings: Diagnostics,
    /// Errors about single values of entries, which concern nobody before they are about to be sent.
    pub doubts: Diagnostics,
}

impl Checked<'_> {
    /// The real paths of the includes that it names.
    pub fn includes(&self) -> Vec<PathBuf> {
        let names = self.desired.noticed.includes.iter();
        names.filter_map(|path| self.loaded.includes.locate(path).ok()).collect()
    }

    /// It and its includes, by name, each with its text.
    ///
    /// # Errors
    /// An include cannot be read any more.
    pub fn texts(&self) -> Result<Vec<(String, String)>, Diagnostic> {
        let folder = self.loaded.disk.folder();
        let mut texts = vec![("the state file".to_owned(), self.loaded.document.text().to_string())];
        for path in self.includes() {
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            let text = read_text(&path, &name)?;
            texts.push((name, text));
        }
        Ok(texts)
    }

    /// All that a commit takes: the state file and its includes.
    pub fn files(&self) -> Vec<PathBuf> {
        [vec![self.loaded.disk.real().to_path_buf()], self.includes()].concat()
    }
}
