//! Packed versions equal loose ones.

use serde_json::json;
use vapi_sync::model::recorded::Record;

use super::repo::{FILE, Repo, agent, agents, commit};

/// Two dozen versions of a file of which each differs a little from the one before.
fn repo() -> (Repo, Vec<String>) {
    let repo = Repo::new();
    let filler: String =
        (0..300).map(|line| format!("line{line}: what stands in line {}\n", line * 7919 % 1000)).collect();
    let commits = (0..24).map(|version| {
        let config = format!("name: N{version}\n{filler}last: L{version}");
        repo.version(&agents(&[("a", Some("id-1"), &config), ("b", None, &filler[..filler.len() / 2])]))
    });
    let commits = commits.collect();
    (repo, commits)
}

fn check(repo: &Repo, commits: &[String]) {
    let names = (0..commits.len()).map(|version| agent("a", "name", json!(format!("N{version}"))));
    let lasts = (0..commits.len()).map(|version| agent("a", "last", json!(format!("L{version}"))));
    let questions: Vec<_> = names.chain(lasts).chain([agent("a", "name", json!("N24"))]).collect();
    let answers: Vec<_> = repo.record().answer(&questions).unwrap().into_iter().map(commit).collect();
    let expected: Vec<_> = commits.iter().chain(commits).cloned().map(Some).chain([None]).collect();
    assert_eq!(answers, expected);
}

#[test]
fn loose_packed_and_mixed() {
    let (repo, mut commits) = repo();
    check(&repo, &commits);
    repo.git(&["repack", "-q", "-a", "-d", "-f", "--depth=20", "--window=50"]);
    check(&repo, &commits);
    commits.push(repo.version(&agents(&[("a", None, "name: N24\nlast: L24")])));
    let newest = commits.pop();
    assert_eq!(repo.commit_of("name", json!("N24")), newest);
    repo.git(&["repack", "-q", "-d"]);
    assert_eq!(repo.commit_of("name", json!("N24")), newest);
    assert_eq!(repo.commit_of("name", json!("N0")).as_ref(), commits.first());
}

#[test]
fn bases_by_name_and_packs_of_others() {
    let (repo, commits) = repo();
    repo.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"]);
    check(&repo, &commits);
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", "--shared", ".", clone.to_str().unwrap()]);
    let answer = super::repo::ask(&mut super::repo::record(&clone.join(FILE)), agent("a", "name", json!("N3")));
    assert_eq!(commit(answer).as_ref(), Some(&commits[3]));
}

#[test]
fn a_damaged_pack_is_an_error_or_harmless() {
    let (repo, commits) = repo();
    repo.git(&["repack", "-q", "-a", "-d", "-f"]);
    let folder = repo.root().join(".git/objects/pack");
    let pack = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let pack = pack.into_iter().find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
    let whole = std::fs::read(&pack).unwrap();
    let mut permissions = std::fs::metadata(&pack).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    std::fs::set_permissions(&pack, permissions).unwrap();
    let mut errors = 0;
    for at in (20..whole.len() - 20).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&pack, &damaged).unwrap();
        let asked = vapi_sync::history::GitRecord::open(&repo.file(), [].into()).and_then(|record| {
            record.unwrap().answer(&[agent("a", "name", json!("N0")), agent("a", "name", json!("N24"))])
        });
        match asked {
            Err(error) => {
                assert_eq!(error.code, "git-damaged", "{error:?}");
                errors += 1;
            }
            Ok(answers) => {
                assert_eq!(answers.into_iter().map(commit).collect::<Vec<_>>(), [commits.first().cloned(), None])
            }
        }
    }
    assert!(errors > 8, "{errors}");
}
