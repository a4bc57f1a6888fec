//! The state file of a run: reads, resolves and checks it.

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

/// A parsed state file.
pub struct Loaded {
    /// The file on disk.
    pub disk: Disk,
    /// The document.
    pub document: Document,
    /// The text that was read. For an empty file, the document has a first line that this text has not.
    pub text: Arc<str>,
    /// The includes.
    pub includes: Includes,
    /// Whose part of the file to read.
    pub whose: Whose,
}

/// How to read an empty file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// As an error.
    Refused,
    /// As if it had the `version` line, so that `pull` can fill it.
    Filled,
}

impl Loaded {
    /// Reads and parses the state file, for an environment.
    ///
    /// # Errors
    /// It cannot be read, or is not YAML.
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

    /// The names of its environments, in the order of the file.
    pub fn environments(&self) -> Vec<String> {
        let node = self.document.root().and_then(|root| root.get("environments"));
        node.into_iter().flat_map(|node| node.entries()).map(|entry| entry.key.to_owned()).collect()
    }

    /// The desired state, and all findings of the offline checks, in the order of the file.
    ///
    /// # Errors
    /// The structure of the file is wrong. Then nothing else is checked.
    pub fn look(&self, options: &Options) -> Result<(Desired<'_>, Findings), Diagnostics> {
        let env = |name: &str| std::env::var(name).ok();
        self.includes.read_ahead(self.document.text());
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

    /// The desired state of a file without errors, for a run.
    ///
    /// # Errors
    /// All errors.
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

    /// Checks that the ids of these entries can be recorded, before anything is sent. Writes nothing.
    ///
    /// # Errors
    /// The edit would touch something else.
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

    /// Adds to messages the lines of the file that they are about.
    pub fn annotated(&self, mut diagnostics: Diagnostics) -> Diagnostics {
        attach_snippets(&mut diagnostics, |place| {
            (*place.file == *self.document.name()).then(|| self.document.line_text(place.line))
        });
        diagnostics
    }
}

/// A file without errors.
pub struct Checked<'l> {
    /// The file.
    pub loaded: &'l Loaded,
    /// The desired state.
    pub desired: Desired<'l>,
    /// Warnings.
    pub warnings: Diagnostics,
    /// Errors about single values of entries, which only matter when the values are sent.
    pub doubts: Diagnostics,
}

impl Checked<'_> {
    /// The real paths of its includes.
    pub fn includes(&self) -> Vec<PathBuf> {
        let names = self.desired.noticed.includes.iter();
        names.filter_map(|path| self.loaded.includes.locate(path).ok()).collect()
    }

    /// The file and its includes, each with its name and its text.
    ///
    /// # Errors
    /// An include can no longer be read.
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

    /// The files to commit: the state file and its includes.
    pub fn files(&self) -> Vec<PathBuf> {
        [vec![self.loaded.disk.real().to_path_buf()], self.includes()].concat()
    }
}
