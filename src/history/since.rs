//! Which commit since the last agreement holds a value? Few fields are asked about, and few commits: each is read whole.

use std::collections::HashSet;
use std::path::PathBuf;

use git2::{Oid, Revwalk, Sort};

use super::git::{GitRecord, time_of};
use super::subject::{answers, told};
use crate::kinds;
use crate::model::agreed::Agreement;
use crate::model::diagnostic::Diagnostic;
use crate::model::recorded::{Question, Recorded};
use crate::state::ids::{Id, Ids};

impl GitRecord {
    /// The newest commit per question that came after what it names, or that only another branch has.
    pub(super) fn answer_since(&self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        let mut found = vec![None; questions.len()];
        let mut agreements: Vec<&Agreement> = Vec::new();
        for agreement in questions.iter().filter_map(|question| question.after.as_ref()) {
            if !agreements.contains(&agreement) {
                agreements.push(agreement);
            }
        }
        let failed = |error: git2::Error| super::trouble::not_read(self.repository(), &error, "the history");
        for agreement in agreements {
            let asked: Vec<usize> =
                (0..questions.len()).filter(|at| questions[*at].after.as_ref() == Some(agreement)).collect();
            let since = self.since(agreement).map_err(failed)?;
            self.look(since, None, questions, &asked, &mut found)?;
        }
        let all: Vec<usize> = (0..questions.len()).collect();
        for (name, commit) in self.branches()? {
            if found.iter().all(Option::is_some) {
                break;
            }
            let only_there = self.only_on(commit).map_err(failed)?;
            self.look(only_there, Some(&name), questions, &all, &mut found)?;
        }
        Ok(found)
    }

    /// The commits of `HEAD` that came after an agreement, newest first.
    fn since(&self, agreement: &Agreement) -> Result<Vec<Oid>, git2::Error> {
        let Some(head) = self.repository().head().ok().and_then(|head| head.target()) else { return Ok(Vec::new()) };
        let mut walk = self.walk()?;
        walk.push(head)?;
        let base = agreement.by.commit().and_then(|commit| Oid::from_str(commit).ok());
        if base.is_some_and(|base| walk.hide(base).is_ok()) {
            return walk.collect();
        }
        // Without the commit (outside of this clone, or none was checked out) its time must do.
        let is_later = |id: &Oid| {
            let commit = self.repository().find_commit(*id);
            commit.is_ok_and(|commit| commit.time().seconds() > agreement.time.as_second())
        };
        let all: Vec<Oid> = walk.collect::<Result<_, _>>()?;
        Ok(all.into_iter().filter(is_later).collect())
    }

    /// The commits of a branch that `HEAD` lacks.
    fn only_on(&self, branch: Oid) -> Result<Vec<Oid>, git2::Error> {
        let mut walk = self.walk()?;
        walk.push(branch)?;
        if let Some(head) = self.repository().head().ok().and_then(|head| head.target()) {
            walk.hide(head)?;
        }
        walk.collect()
    }

    fn walk(&self) -> Result<Revwalk<'_>, git2::Error> {
        let mut walk = self.repository().revwalk()?;
        walk.set_sorting(Sort::TIME | Sort::TOPOLOGICAL)?;
        Ok(walk)
    }

    /// Looks into commits until all that is asked is answered.
    fn look(
        &self,
        commits: Vec<Oid>,
        only_on: Option<&str>,
        questions: &[Question],
        asked: &[usize],
        found: &mut [Option<Recorded>],
    ) -> Result<(), Diagnostic> {
        let ids: Ids = self.ids().iter().map(|(address, id)| (address.clone(), Id::Known(id.clone()))).collect();
        let mut names: Option<Vec<PathBuf>> = None;
        let mut seen = HashSet::new();
        for commit in commits {
            let open: Vec<usize> = asked.iter().copied().filter(|at| found[*at].is_none()).collect();
            if open.is_empty() {
                break;
            }
            let snapshot = self.snapshot(commit)?;
            let path = match snapshot.file(self.path())? {
                Some(_) => Some(self.path().to_path_buf()),
                None => {
                    let names = names.get_or_insert_with(|| self.former_names().unwrap_or_default());
                    names.iter().find(|name| matches!(snapshot.file(name), Ok(Some(_)))).cloned()
                }
            };
            let Some(path) = path else { continue };
            // Only what changes in the file or in its folder can change an answer.
            if !seen.insert((snapshot.file(&path)?, snapshot.folder_of(&path)?)) {
                continue;
            }
            // A version that cannot be read holds nothing.
            let Ok(file) = self.file_at(&commit.to_string(), &path, &ids) else { continue };
            for at in open {
                let question = &questions[at];
                let holds = file
                    .entry(&question.address, question.id.as_ref())
                    .iter()
                    .any(|config| answers(kinds::of(&question.address), &told(config.clone()), question));
                if holds {
                    let time = self.repository().find_commit(commit).map(|commit| commit.time().seconds());
                    let time = time_of(time.unwrap_or_default());
                    found[at] =
                        Some(Recorded::Commit { id: commit.to_string(), time, only_on: only_on.map(str::to_owned) });
                }
            }
        }
        Ok(())
    }
}
