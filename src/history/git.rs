//! Finds the commit that holds a value.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use git2::{BranchType, ErrorCode, Oid, ReferenceType, Repository};
use jiff::Timestamp;

use super::search::Search;
use super::snapshot::read;
use super::trouble;
use super::walk::Walk;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::recorded::{Question, Record, Recorded};
use crate::model::{Address, RemoteId};
use crate::state::environments::Whose;

/// The state file's history: all commits of `HEAD` and of local and remote-tracking branches.
pub struct GitRecord {
    repository: Repository,
    /// The state file's path from the root of the repository.
    path: PathBuf,
    ids: HashMap<Address, RemoteId>,
    whose: Whose,
    warnings: Diagnostics,
    notes: Diagnostics,
}

impl GitRecord {
    /// Opens the history of a state file, which need not exist yet. `ids` are the current ids of the entries. `None`: it is
    /// not in a git working tree.
    ///
    /// # Errors
    /// `git-owner`: the repository belongs to another user and is not declared safe; `git-partial-clone`;
    /// `git-damaged`: it cannot be read; `file-not-readable`: the file's folder cannot be.
    pub fn open(state_file: &Path, ids: HashMap<Address, RemoteId>) -> Result<Option<GitRecord>, Diagnostic> {
        let Some(file) = real_path(state_file)? else { return Ok(None) };
        let Some(folder) = file.parent() else { return Ok(None) };
        // Each commit and folder is read once.
        git2::opts::enable_caching(false);
        let repository = match Repository::discover(folder) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(trouble::not_opened(&error, folder)),
        };
        let Some(root) = repository.workdir().and_then(|root| root.canonicalize().ok()) else { return Ok(None) };
        let Ok(path) = file.strip_prefix(&root).map(Path::to_path_buf) else { return Ok(None) };
        let whose = Whose::default().ever(None);
        Ok(Some(Self { repository, path, ids, whose, warnings: Vec::new(), notes: Vec::new() }))
    }

    /// The same for what an environment had of the file.
    #[must_use]
    pub fn of(self, whose: Whose) -> Self {
        Self { whose, ..self }
    }

    /// For whom the versions are read.
    pub(super) fn whose(&self) -> &Whose {
        &self.whose
    }

    /// Whether the clone is shallow.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// The full id of the commit that is checked out. `None`: no commit yet.
    ///
    /// # Errors
    /// `git-damaged`: `HEAD` cannot be read.
    pub fn head_commit(&self) -> Result<Option<String>, Diagnostic> {
        Ok(self.head()?.map(|id| id.to_string()))
    }

    /// Git's user: `Name <mail>`.
    pub fn user(&self) -> Option<String> {
        let signature = self.repository.signature().ok()?;
        Some(format!("{} <{}>", signature.name().ok()?, signature.email().ok()?))
    }

    /// The repository.
    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The ids that entries have now.
    pub(super) fn ids(&self) -> &HashMap<Address, RemoteId> {
        &self.ids
    }

    /// The state file's path from the root of the repository.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn head(&self) -> Result<Option<Oid>, Diagnostic> {
        let failed = |error: git2::Error| trouble::not_read(&self.repository, &error, "HEAD");
        match self.repository.head() {
            Ok(head) => Ok(Some(head.peel_to_commit().map_err(failed)?.id())),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// All branches by short name, the most likely base of `HEAD` first.
    pub(super) fn branches(&self) -> Result<Vec<(String, Oid)>, Diagnostic> {
        let failed = |error: git2::Error| trouble::not_read(&self.repository, &error, "a branch");
        let mut branches = Vec::new();
        for branch in self.repository.branches(None).map_err(failed)? {
            let (branch, kind) = branch.map_err(failed)?;
            // `origin/HEAD` is an alias of a listed branch.
            if branch.get().kind() == Some(ReferenceType::Symbolic) {
                continue;
            }
            let name = String::from_utf8_lossy(branch.name_bytes().map_err(failed)?).into_owned();
            let bare =
                if kind == BranchType::Remote { name.split_once('/').map_or("", |(_, bare)| bare) } else { &name };
            // What the program itself proposes is nobody's record.
            if bare.starts_with("vapi-sync/") {
                continue;
            }
            let commit = branch.get().peel_to_commit().map_err(failed)?.id();
            branches.push((kind == BranchType::Local, name, commit));
        }
        let is_main = |name: &str| matches!(name.rsplit('/').next(), Some("main" | "master"));
        branches.sort_by(|(left_local, left, _), (right_local, right, _)| {
            (!is_main(left), *left_local, left).cmp(&(!is_main(right), *right_local, right))
        });
        Ok(branches.into_iter().map(|(_, name, commit)| (name, commit)).collect())
    }
}

impl Record for GitRecord {
    /// `shallow-clone`, if a value was not found that older commits may hold.
    fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// `version-skipped`: versions that could not be read.
    fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    fn is_committed(&mut self) -> Result<bool, Diagnostic> {
        // A file that was never added is not committed.
        Ok(self.repository.status_file(&self.path).is_ok_and(|status| status == git2::Status::CURRENT))
    }

    fn is_tracked(&mut self) -> Result<bool, Diagnostic> {
        let Some(head) = self.head()? else { return Ok(false) };
        Ok(self.snapshot(head)?.file(&self.path)?.is_some())
    }

    fn versions(&mut self, look: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), Diagnostic> {
        let mut walk = Walk::new(&self.repository, &self.path);
        let branches = self.branches()?.into_iter().map(|(_, commit)| commit);
        for commit in self.head()?.into_iter().chain(branches) {
            walk.start(commit, 0)?;
        }
        let mut seen = HashSet::new();
        while let Some(version) = walk.next()? {
            if seen.insert(version.blob) && read(&self.repository, version.blob, &mut *look)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        let (since, ever): (Vec<usize>, Vec<usize>) =
            (0..questions.len()).partition(|at| questions[*at].after.is_some());
        let asked = |at: &[usize]| at.iter().map(|at| questions[*at].clone()).collect::<Vec<_>>();
        let mut answers = vec![None; questions.len()];
        for (at, answer) in since.iter().zip(self.answer_since(&asked(&since))?) {
            answers[*at] = answer;
        }
        for (at, answer) in ever.iter().zip(self.answer_ever(&asked(&ever))?) {
            answers[*at] = answer;
        }
        Ok(answers)
    }

    fn held_at(&mut self, questions: &[(Question, Timestamp)]) -> Result<Vec<bool>, Diagnostic> {
        let mut held = vec![false; questions.len()];
        let mut times: Vec<Timestamp> = questions.iter().map(|(_, time)| *time).collect();
        times.sort_unstable();
        times.dedup();
        for time in times {
            let at: Vec<usize> = (0..questions.len()).filter(|at| questions[*at].1 == time).collect();
            let asked: Vec<Question> = at.iter().map(|at| questions[*at].0.clone()).collect();
            for answered in self.held_by_version_at(&asked, time)? {
                held[at[answered]] = true;
            }
        }
        Ok(held)
    }
}

impl GitRecord {
    /// The newest record per question, however old.
    fn answer_ever(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        let mut answers = vec![None; questions.len()];
        if questions.is_empty() {
            return Ok(answers);
        }
        let (head, branches) = (self.head()?, self.branches()?);
        let mut notes = Vec::new();
        let mut search = Search::new(&self.repository, questions, &self.ids, &self.whose, &mut notes);
        let mut walk = Walk::new(&self.repository, &self.path);
        let mut in_head = HashSet::new();
        // HEAD first: other branches are searched only for what it does not hold.
        for round in [Round::Head, Round::Others] {
            if !answers.contains(&None) {
                break;
            }
            match round {
                Round::Head => head.map_or(Ok(()), |head| walk.start(head, 0))?,
                Round::Others => {
                    in_head = walk.commits();
                    for (place, (_, commit)) in branches.iter().enumerate() {
                        walk.start(*commit, place)?;
                    }
                }
            }
            while answers.contains(&None) {
                let Some(version) = walk.next()? else { break };
                let id = version.commit.id();
                let open: Vec<bool> = answers.iter().map(Option::is_none).collect();
                for question in search.look(&version, &open)? {
                    let only_on = match round {
                        Round::Others if !in_head.contains(&id) => branches.get(version.from),
                        Round::Head | Round::Others => None,
                    };
                    let only_on = only_on.map(|(name, _)| name.clone());
                    let time = time_of(version.commit.time().seconds());
                    answers[question] = Some(Recorded::Commit { id: id.to_string(), time, only_on });
                }
            }
        }
        drop(search);
        self.notes.append(&mut notes);
        if answers.contains(&None) && self.is_shallow() && self.warnings.is_empty() {
            self.warnings.push(shallow());
        }
        Ok(answers)
    }

    /// Which questions are answered by the version of `HEAD` that was the newest at a time.
    fn held_by_version_at(&mut self, questions: &[Question], time: Timestamp) -> Result<Vec<usize>, Diagnostic> {
        let Some(head) = self.head()? else { return Ok(Vec::new()) };
        let mut notes = Vec::new();
        let mut search = Search::new(&self.repository, questions, &self.ids, &self.whose, &mut notes);
        let mut walk = Walk::new(&self.repository, &self.path);
        walk.start(head, 0)?;
        while let Some(version) = walk.next()? {
            // Commit times are whole seconds: one of the same second counts as earlier.
            if version.commit.time().seconds() <= time.as_second() {
                return search.look(&version, &vec![true; questions.len()]);
            }
        }
        Ok(Vec::new())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Round {
    Head,
    Others,
}

fn shallow() -> Diagnostic {
    Diagnostic::warning(
        "shallow-clone",
        "this clone has only the newest commits. A value of an older commit looks as if somebody had set it in Vapi",
    )
    .help("run `git fetch --unshallow`; in actions/checkout, set `fetch-depth: 0`")
}

/// Seconds since 1970 as RFC 3339 in UTC.
pub(super) fn time_of(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// The real path of the state file, symbolic links resolved, also if it does not exist yet. `None`: its folder does not
/// exist.
fn real_path(state_file: &Path) -> Result<Option<PathBuf>, Diagnostic> {
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let failed = |error: std::io::Error| {
        let message = format!("the folder of {} cannot be read: {error}", state_file.display());
        Diagnostic::error("file-not-readable", message)
    };
    match state_file.canonicalize() {
        Ok(path) => return Ok(Some(path)),
        Err(error) if missing(&error) => {}
        Err(error) => return Err(failed(error)),
    }
    let Some(name) = state_file.file_name() else { return Ok(None) };
    let folder = state_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.canonicalize() {
        Ok(folder) => Ok(Some(folder.join(name))),
        Err(error) if missing(&error) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}
