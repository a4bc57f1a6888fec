//! Layouts: where the repository and the state file are.

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;
use vapi_sync::history::GitRecord;
use vapi_sync::model::diagnostic::Diagnostic;
use vapi_sync::model::recorded::Record;

use super::repo::{FILE, Repo, agent, ask, commit, git_at, only_on, record, state};

fn open(file: &Path) -> Result<Option<GitRecord>, Diagnostic> {
    GitRecord::open(file, HashMap::new())
}

/// The error of opening or searching a repository.
fn trouble(file: &Path) -> Diagnostic {
    match open(file) {
        Err(error) => error,
        Ok(record) => {
            let mut record = record.expect("a repository");
            record.answer(&[agent("a", "name", json!("nobody's"))]).expect_err("no answer")
        }
    }
}

fn holds(file: &Path, name: &str) -> Option<String> {
    commit(ask(&mut record(file), agent("a", "name", json!(name))))
}

#[test]
fn no_repository() {
    let repo = Repo::empty();
    repo.write(FILE, &state("name: A"));
    assert!(open(&repo.file()).unwrap().is_none());
    assert!(open(&repo.root().join("no/folder/vapi-state.yaml")).unwrap().is_none());
}

#[test]
fn a_missing_or_uncommitted_file_has_no_history() {
    let repo = Repo::new();
    repo.commit();
    assert_eq!(holds(&repo.file(), "A"), None);
    repo.write(FILE, &state("name: A"));
    assert_eq!(holds(&repo.file(), "A"), None);
    repo.write(".gitignore", FILE);
    repo.commit();
    assert_eq!(holds(&repo.file(), "A"), None);
}

#[test]
fn a_file_that_was_deleted_still_has_its_history() {
    let repo = Repo::new();
    let version = repo.version(&state("name: A"));
    std::fs::remove_file(repo.file()).unwrap();
    repo.commit();
    assert_eq!(holds(&repo.file(), "A"), Some(version));
}

#[test]
fn an_unborn_branch_still_has_the_others() {
    let repo = Repo::new();
    assert_eq!(holds(&repo.file(), "A"), None);
    assert_eq!(record(&repo.file()).head_commit().unwrap(), None);
    let version = repo.version(&state("name: A"));
    assert_eq!(record(&repo.file()).head_commit().unwrap(), Some(version.clone()));
    repo.git(&["switch", "-q", "--orphan", "new"]);
    let answer = ask(&mut record(&repo.file()), agent("a", "name", json!("A")));
    assert_eq!(commit(answer.clone()), Some(version));
    assert_eq!(only_on(answer).as_deref(), Some("main"));
}

#[test]
fn a_detached_head() {
    let repo = Repo::new();
    repo.version(&state("name: A"));
    repo.git(&["checkout", "-q", "--detach"]);
    let detached = repo.version(&state("name: B"));
    repo.version(&state("name: C"));
    let answer = ask(&mut repo.record(), agent("a", "name", json!("B")));
    assert_eq!(commit(answer.clone()), Some(detached));
    assert_eq!(only_on(answer), None, "HEAD contains it, though no branch does");
    repo.git(&["checkout", "-q", "HEAD~2"]);
    assert_eq!(holds(&repo.file(), "B"), None, "nothing leads there any more");
}

#[test]
fn a_subfolder_with_its_includes() {
    let repo = Repo::new();
    repo.write("prompt.md", "not this one");
    repo.write("deploy/eu/prompt.md", "p");
    repo.write("deploy/eu/vapi.yaml", &state("name: ${file:prompt.md}"));
    let version = repo.commit();
    assert_eq!(holds(&repo.root().join("deploy/eu/vapi.yaml"), "p"), Some(version.clone()));
    assert_eq!(holds(&repo.root().join("deploy/../deploy/eu/./vapi.yaml"), "p"), Some(version));
}

#[cfg(unix)]
#[test]
fn a_state_file_that_is_a_symbolic_link() {
    let repo = Repo::new();
    repo.write("deploy/real.yaml", &state("name: A"));
    std::os::unix::fs::symlink("deploy/real.yaml", repo.file()).unwrap();
    let version = repo.commit();
    assert_eq!(holds(&repo.file(), "A"), Some(version.clone()));
    let link = repo.beside("link");
    std::os::unix::fs::symlink(repo.root(), &link).unwrap();
    assert_eq!(holds(&link.join(FILE), "A"), Some(version));
}

#[test]
fn a_worktree_has_its_own_head() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    let second = repo.version(&state("name: B"));
    let tree = repo.beside("tree");
    repo.git(&["worktree", "add", "-q", "--detach", tree.to_str().unwrap(), &first]);
    assert_eq!(record(&tree.join(FILE)).head_commit().unwrap(), Some(first));
    let answer = ask(&mut record(&tree.join(FILE)), agent("a", "name", json!("B")));
    assert_eq!(commit(answer.clone()), Some(second));
    assert_eq!(only_on(answer).as_deref(), Some("main"));
}

#[test]
fn a_bare_repository_with_a_worktree() {
    let repo = Repo::new();
    let version = repo.version(&state("name: A"));
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let tree = repo.beside("tree");
    git_at(&bare, 0, &["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    assert_eq!(holds(&tree.join(FILE), "A"), Some(version));
    assert!(open(&bare.join(FILE)).unwrap().is_none(), "a bare repository has no working tree");
}

/// The object database is reopened on the way, wherever it is.
#[test]
fn a_long_history_is_read_wherever_its_objects_are() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    let commits: String = (0..600)
        .map(|version| {
            let text = state(&format!("name: B{version}"));
            let from = if version == 0 { format!("from {first}\n") } else { String::new() };
            format!(
                "commit refs/heads/main\ncommitter A <a@b> {} +0000\ndata 1\nx\n{from}M 644 inline {FILE}\ndata {}\n{text}\n",
                2_000_000_000 + version,
                text.len()
            )
        })
        .collect();
    repo.fast_import(&commits);
    repo.git(&["reset", "-q", "--hard"]);
    assert_eq!(holds(&repo.file(), "A"), Some(first.clone()), "packed and loose");
    let folder = |name: &str| repo.beside(name).to_str().unwrap().to_owned();
    repo.git(&["worktree", "add", "-q", "--detach", &folder("tree")]);
    repo.git(&["clone", "-q", "--shared", ".", &folder("shared")]);
    repo.git(&["clone", "-q", "--bare", ".", &folder("bare.git")]);
    git_at(&repo.beside("bare.git"), 0, &["worktree", "add", "-q", &folder("tree of bare"), "main"]);
    for place in ["tree", "shared", "tree of bare"] {
        assert_eq!(holds(&repo.beside(place).join(FILE), "A"), Some(first.clone()), "{place}");
    }
}

#[test]
fn a_submodule_answers_for_its_own_files() {
    let inner = Repo::new();
    inner.version(&state("name: A"));
    let outer = Repo::new();
    outer.version(&state("name: outer"));
    outer.git(&["submodule", "add", "-q", inner.root().to_str().unwrap(), "sub"]);
    outer.commit();
    assert_eq!(holds(&outer.root().join("sub").join(FILE), "A"), Some(inner.head()));
    assert_eq!(holds(&outer.root().join("sub").join(FILE), "outer"), None);
    assert_eq!(holds(&outer.file(), "A"), None);
}

#[test]
fn a_shallow_clone_is_a_warning_with_help() {
    let repo = Repo::new();
    let old = repo.version(&state("name: A"));
    let new = repo.version(&state("name: B"));
    let url = format!("file://{}", repo.root().display());
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", "--depth=1", &url, clone.to_str().unwrap()]);
    let file = clone.join(FILE);

    let mut shallow = record(&file);
    assert!(shallow.is_shallow());
    assert_eq!(commit(ask(&mut shallow, agent("a", "name", json!("B")))), Some(new));
    assert!(shallow.warnings().is_empty(), "all that was asked is answered");
    assert_eq!(ask(&mut shallow, agent("a", "name", json!("A"))), None);
    assert_eq!(ask(&mut shallow, agent("a", "name", json!("A"))), None);
    assert_eq!(shallow.warnings().len(), 1);
    assert_eq!(shallow.warnings()[0].code, "shallow-clone");
    let help = shallow.warnings()[0].help.clone().unwrap();
    assert!(help.contains("fetch-depth: 0") && help.contains("git fetch --unshallow"), "{help}");

    git_at(&clone, 0, &["fetch", "-q", "--unshallow"]);
    let mut whole = record(&file);
    assert!(!whole.is_shallow());
    assert_eq!(commit(ask(&mut whole, agent("a", "name", json!("A")))), Some(old));
    assert_eq!(ask(&mut whole, agent("a", "name", json!("Z"))), None);
    assert!(whole.warnings().is_empty());
}

#[test]
fn a_partial_clone_is_an_error_with_help() {
    let repo = Repo::new();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    repo.version(&state("name: A"));
    repo.version(&state("name: B"));
    let url = format!("file://{}", repo.root().display());
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", "--filter=blob:none", &url, clone.to_str().unwrap()]);
    assert!(holds(&clone.join(FILE), "B").is_some(), "what was checked out is there");
    let error = trouble(&clone.join(FILE));
    assert_eq!(error.code, "git-partial-clone");
    assert!(error.help.unwrap().contains("--filter"));
    // As older versions of git mark it.
    git_at(&clone, 0, &["config", "core.repositoryformatversion", "1"]);
    git_at(&clone, 0, &["config", "extensions.partialclone", "origin"]);
    assert_eq!(trouble(&clone.join(FILE)).code, "git-partial-clone");
}

#[test]
fn a_repository_of_another_user_is_an_error_with_help() {
    let repo = Repo::new();
    repo.version(&state("name: A"));
    #[cfg(unix)]
    if std::os::unix::fs::chown(repo.root(), Some(12345), None).is_ok()
        && std::os::unix::fs::chown(repo.root().join(".git"), Some(12345), None).is_ok()
    {
        let error = trouble(&repo.file());
        assert_eq!(error.code, "git-owner");
        let root = repo.root().canonicalize().unwrap();
        let line = format!("git config --global --add safe.directory {}", root.display());
        assert!(error.help.as_ref().is_some_and(|help| help.contains(&line)), "{error:?}");
        return;
    }
    // Without the right to change owners the repository stays our own, and opens.
    assert!(holds(&repo.file(), "A").is_some());
}

#[test]
fn a_damaged_repository_stops_the_run() {
    let object = |repo: &Repo, id: &str| repo.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    type Damage = fn(&Path);
    let ways: [(&str, Damage); 3] = [
        ("gone", |path| std::fs::remove_file(path).unwrap()),
        ("empty", |path| overwrite(path, b"")),
        ("noise", |path| overwrite(path, b"\x78\x01 this is no object")),
    ];
    for what in ["HEAD~1", "HEAD~1^{tree}", "HEAD~1:vapi-state.yaml"] {
        for (way, damage) in ways {
            let repo = Repo::new();
            repo.version(&state("name: A"));
            repo.version(&state("name: B"));
            let id = repo.git(&["rev-parse", what]);
            damage(&object(&repo, &id));
            let error = trouble(&repo.file());
            assert_eq!(error.code, "git-damaged", "{what} {way}");
            assert!(error.message.contains(&id), "{what} {way}: {}", error.message);
            assert!(error.help.unwrap().contains("git fsck"), "{what} {way}");
            assert!(holds(&repo.file(), "B").is_some() || what == "HEAD~1", "{what} {way}: not asked for, not missed");
        }
    }
    for head in ["", "ref: refs/heads/../x", "0000000000000000000000000000000000000001"] {
        let repo = Repo::new();
        repo.version(&state("name: A"));
        repo.write(".git/HEAD", head);
        assert_eq!(trouble(&repo.file()).code, "git-damaged", "{head:?}");
    }
    let repo = Repo::new();
    repo.version(&state("name: A"));
    repo.write(".git/config", "[core\n");
    assert_eq!(trouble(&repo.file()).code, "git-damaged");
}

fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}
