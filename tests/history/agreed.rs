//! The agreed commit: noted, read, moved.

use std::path::Path;

use vapi_sync::files::agreed::note;
use vapi_sync::history::GitRecord;
use vapi_sync::model::agreed::{Agreed, ref_name};
use vapi_sync::model::{Address, RemoteId, Value};
use vapi_sync::state::ids::Ids;

use super::repo::{FILE, Repo, agents, git_at, record, state};

const ORG: &str = "6a1f";

/// Notes that the current file and Vapi agree, if there is anything to note.
fn agree_at(file: &Path, seconds: i64, wrote: bool) -> Option<String> {
    let git = record(file);
    let text = std::fs::read_to_string(file).unwrap();
    let folder = file.parent().unwrap().canonicalize().unwrap();
    let includes: Vec<_> = ["p.md"].iter().map(|name| folder.join(name)).filter(|path| path.exists()).collect();
    let to_note = git.to_note(ORG, &text, &includes, wrote).unwrap()?;
    let time = jiff::Timestamp::from_second(seconds).unwrap();
    let agreed = Agreed { commit: to_note.commit.clone(), time, run: "run-1".to_owned(), path: to_note.path };
    note(&to_note.repository, ORG, &agreed, to_note.former.as_deref()).unwrap();
    Some(to_note.commit)
}

fn agree(repo: &Repo) -> Option<String> {
    agree_at(&repo.file(), 1_800_000_000, false)
}

fn agreed(file: &Path) -> Result<Option<Agreed>, String> {
    record(file).agreed(ORG).map_err(|warning| {
        assert_eq!(warning.code, "agreed-not-read");
        format!("{} {}", warning.message, warning.help.unwrap_or_default())
    })
}

fn commit_of(file: &Path) -> Option<String> {
    agreed(file).unwrap().map(|agreed| agreed.commit)
}

/// What the file said of a field of an entry at the agreed commit.
fn said(git: &GitRecord, address: &str, id: Option<&str>, field: &str) -> Option<Value> {
    let agreed = git.agreed(ORG).unwrap()?;
    let file = git.file_at(&agreed.commit, &agreed.path, &Ids::default()).unwrap();
    let id = id.map(|id| RemoteId(id.to_owned()));
    let values = file.entry(&Address::new("agents", address), id.as_ref());
    values.first()?.as_map()?.get(field).cloned()
}

#[test]
fn it_is_an_annotated_tag_behind_a_ref_of_its_own() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    assert_eq!(agreed(&repo.file()), Ok(None));
    assert_eq!(agree(&repo), Some(first.clone()));
    let noted = agreed(&repo.file()).unwrap().unwrap();
    assert_eq!((noted.commit, noted.run.as_str(), noted.path.as_path()), (first.clone(), "run-1", Path::new(FILE)));
    assert_eq!(noted.time.as_second(), 1_800_000_000);
    let name = ref_name(ORG, Path::new(FILE));
    assert_eq!(repo.git(&["cat-file", "-t", &name]), "tag");
    assert_eq!(repo.git(&["rev-parse", &format!("{name}^{{commit}}")]), first);
    repo.git(&["fsck", "--strict"]);
    // What waits to be applied.
    repo.version(&state("name: B"));
    assert_eq!(repo.git(&["log", "--oneline", &format!("{name}..HEAD"), "--", FILE]).lines().count(), 1);
    // Nothing of it is a branch or a tag that a person sees.
    assert_eq!(repo.git(&["tag"]), "");
}

#[test]
fn it_moves_only_when_something_was_written() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    agree(&repo);
    assert_eq!(agree(&repo), None, "the same commit");
    repo.write("README.md", "else");
    let second = repo.commit();
    assert_eq!(agree(&repo), None, "another commit with the same file");
    assert_eq!(agree_at(&repo.file(), 1_800_000_060, true), Some(second), "a run wrote something");
    repo.write("p.md", "Hello");
    let third = repo.version(&state("firstMessage: ${file:p.md}"));
    assert_eq!(agree_at(&repo.file(), 1_800_000_120, false), Some(third));
    repo.write("p.md", "Hello there");
    assert_eq!(agree_at(&repo.file(), 1_800_000_180, true), None, "an include that is not committed");
    repo.commit();
    assert!(agree_at(&repo.file(), 1_800_000_240, false).is_some(), "an include that changed");
    repo.write(FILE, &state("name: B"));
    assert_eq!(agree_at(&repo.file(), 1_800_000_300, true), None, "a file that is not committed");
    assert_ne!(commit_of(&repo.file()), Some(first));
}

#[test]
fn ids_that_a_run_wrote_do_not_keep_it() {
    let repo = Repo::new();
    let head = repo.version(&agents(&[("a", None, "name: A")]));
    let with_ids = format!("{}org_id: {ORG}\n", agents(&[("a", Some("v1"), "name: A")]));
    repo.write(FILE, &with_ids);
    assert_eq!(agree(&repo), Some(head));
}

#[test]
fn an_older_agreement_never_replaces_a_newer_one() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    agree_at(&repo.file(), 1_800_000_000, false);
    repo.version(&state("name: B"));
    agree_at(&repo.file(), 1_700_000_000, true);
    assert_eq!(commit_of(&repo.file()), Some(first));
}

#[test]
fn no_identity_no_commit_no_file() {
    let repo = Repo::new();
    repo.write(FILE, &state("name: A"));
    assert_eq!(agree(&repo), None, "an unborn branch");
    repo.write(".gitignore", FILE);
    repo.commit();
    assert_eq!(agree(&repo), None, "a file that is in no commit");
    assert_eq!(agreed(&repo.file()), Ok(None));
}

#[test]
fn each_file_and_each_organisation_has_its_own() {
    let repo = Repo::new();
    repo.write("vapi", &state("name: V"));
    repo.write("b.yaml", &state("name: B"));
    let head = repo.version(&state("name: A"));
    for file in [FILE, "b.yaml", "vapi"] {
        agree(&repo);
        assert_eq!(agree_at(&repo.root().join(file), 1_800_000_000, true).as_ref(), Some(&head), "{file}");
    }
    repo.git(&["rm", "-q", "vapi"]);
    repo.write("vapi/state.yaml", &state("name: V"));
    repo.commit();
    assert!(agree_at(&repo.root().join("vapi/state.yaml"), 1_800_000_060, true).is_some());
    assert_eq!(record(&repo.file()).agreed("another").unwrap(), None);
    assert_eq!(commit_of(&repo.file()), Some(head));
}

#[test]
fn a_renamed_file_takes_it_along() {
    for committed in [false, true] {
        let repo = Repo::new();
        let text = state("name: A\nfirstMessage: Thanks for calling.\nendCallMessage: Bye.");
        let first = repo.version(&text);
        agree(&repo);
        repo.git(&["mv", FILE, "agents.yaml"]);
        if committed {
            repo.commit();
        }
        let renamed = repo.root().join("agents.yaml");
        assert_eq!(commit_of(&renamed), Some(first), "committed: {committed}");
        repo.commit();
        assert!(agree_at(&renamed, 1_800_000_060, true).is_some());
        let refs = repo.git(&["for-each-ref", "--format=%(refname)", "refs/vapi-sync"]);
        assert_eq!(refs, ref_name(ORG, Path::new("agents.yaml")));
    }
}

#[test]
fn a_copy_has_none_and_takes_none_away() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    agree(&repo);
    repo.write("copy.yaml", &state("name: A"));
    repo.commit();
    assert_eq!(agreed(&repo.root().join("copy.yaml")), Ok(None));
    assert_eq!(commit_of(&repo.file()), Some(first));
}

#[test]
fn a_foreign_tag_is_ignored() {
    let repo = Repo::new();
    let head = repo.version(&state("name: A"));
    let name = ref_name(ORG, Path::new(FILE));
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    repo.git(&["tag", "-a", "-m", "x", "t", &tree]);
    repo.git(&["tag", "-a", "-m", "x", "u", "HEAD"]);
    repo.git(&["symbolic-ref", "refs/vapi-sync/s", "refs/heads/main"]);
    for target in [head.as_str(), tree.as_str(), "t"] {
        repo.git(&["update-ref", &name, target]);
        assert!(agreed(&repo.file()).unwrap_err().contains("is ignored"), "{target}");
    }
    // A hostile message gives no run.
    repo.git(&["tag", "-f", "-a", "-m", "\u{1b}[2Jr$(x)", "u", "HEAD"]);
    repo.git(&["update-ref", &name, "u"]);
    assert_eq!(agreed(&repo.file()).unwrap().unwrap().run, "2Jrx");
    // It is still replaced.
    repo.git(&["update-ref", &name, &tree]);
    assert_eq!(agree_at(&repo.file(), 1_800_000_000, true), Some(head));
}

#[test]
fn a_clone_has_it_if_it_is_fetched_and_a_shallow_one_says_what_is_missing() {
    let repo = Repo::new();
    let first = repo.version(&state("name: A"));
    agree(&repo);
    repo.version(&state("name: B"));
    let url = format!("file://{}", repo.root().display());
    let clone = |name: &str, args: &[&str]| {
        let folder = repo.beside(name);
        let to = folder.display().to_string();
        git_at(repo.root(), 0, &[&["clone", "-q"], args, &[url.as_str(), to.as_str()]].concat());
        folder
    };
    let fetch = |folder: &Path, args: &[&str]| {
        git_at(folder, 0, &[&["fetch", "-q"], args, &["origin", "+refs/vapi-sync/*:refs/vapi-sync/*"]].concat());
    };
    let full = clone("full", &[]);
    assert_eq!(agreed(&full.join(FILE)), Ok(None), "a clone does not fetch it by itself");
    fetch(&full, &[]);
    assert_eq!(commit_of(&full.join(FILE)), Some(first));
    let shallow = clone("shallow", &["--depth", "1"]);
    let hidden = ref_name(ORG, Path::new(FILE));
    let tag = repo.git(&["rev-parse", &hidden]);
    let object = repo.git(&["cat-file", "tag", &tag]);
    // The tag came along without its commit, as with some servers.
    let file = shallow.join("tag");
    std::fs::write(&file, format!("{object}\n")).unwrap();
    let tag = git_at(&shallow, 0, &["hash-object", "-t", "tag", "-w", "--literally", "tag"]);
    std::fs::remove_file(file).unwrap();
    std::fs::create_dir_all(shallow.join(".git").join(&hidden).parent().unwrap()).unwrap();
    std::fs::write(shallow.join(".git").join(&hidden), format!("{tag}\n")).unwrap();
    let warning = agreed(&shallow.join(FILE)).unwrap_err();
    assert!(warning.contains("is not in this clone") && warning.contains("fetch-depth: 0"), "{warning}");
}

#[test]
fn an_entry_is_found_by_its_handle_else_by_its_id() {
    let repo = Repo::new();
    repo.write("p.md", "Be kind.\n");
    repo.version(&agents(&[
        ("a", Some("v1"), "name: A\nfirstMessage: ${file:p.md}"),
        ("b", Some("v2"), "name: B\nserverUrl: ${env:NO_SUCH}"),
    ]));
    agree(&repo);
    // The working tree does not matter.
    repo.write("p.md", "Be rude.\n");
    repo.write(FILE, &state("name: Z"));
    let git = record(&repo.file());
    let text = |text: &str| Some(Value::Text(text.into()));
    assert_eq!(said(&git, "a", Some("v9"), "name"), text("A"), "recreated");
    assert_eq!(said(&git, "renamed", Some("v1"), "name"), text("A"), "another handle");
    assert_eq!(said(&git, "a", None, "firstMessage"), text("Be kind."));
    assert_eq!(said(&git, "c", Some("v3"), "name"), None);
    assert!(matches!(said(&git, "b", None, "serverUrl"), Some(Value::Secret(_))));
}

mod of_the_log {
    use serde_json::json;
    use vapi_sync::audit::{Owner, Record, Stage, Writer};
    use vapi_sync::history::bases;
    use vapi_sync::state::ids::Id;
    use vapi_sync::values::base::Base;

    use super::*;

    fn record(stage: Stage, fields: serde_json::Value) -> Record {
        serde_json::from_value(json!({
            "time": "2026-01-01T00:00:00Z", "run": "r1", "command": "apply", "address": "agents.a", "vapi_id": "v1",
            "action": "update", "outcome": stage, "fields": fields, "file": FILE,
        }))
        .unwrap()
    }

    fn base(records: &[Record]) -> Base {
        let folder = tempfile::TempDir::new().unwrap();
        let log = folder.path().join("audit.jsonl");
        Writer::open(&log).unwrap().append_all(records).unwrap();
        let entry = |handle: &str, id: &str| (Address::new("agents", handle), Some(RemoteId(id.to_owned())));
        let owner = Owner { file: FILE.to_owned(), environment: None, org_id: None };
        let entries = [entry("a", "v1"), entry("b", "v2")];
        let ids = entries.iter().cloned().filter_map(|(address, id)| Some((address, Id::Known(id?)))).collect();
        // What an entry refers to need not differ itself.
        bases(&entries[..1], &ids, &log, &owner, None).unwrap().remove(&Address::new("agents", "a")).unwrap()
    }

    /// The paths and values that count, and whether each is sure.
    fn said(records: &[Record]) -> Vec<String> {
        let written = base(records).written;
        let shown = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), |v| v.to_shown().to_string());
        written.iter().map(|w| format!("{}={}{}", w.path, shown(&w.value), if w.is_sure { "" } else { "?" })).collect()
    }

    #[test]
    fn what_a_run_wrote_counts_and_what_it_could_not_does_not() {
        let name = |value: &str| json!([{"path": "name", "before": "A", "after": value}]);
        let (intent, done) = (record(Stage::Intent, name("B")), record(Stage::Done, name("B")));
        assert_eq!(said(&[intent.clone(), done.clone()]), ["name=\"B\""]);
        assert_eq!(said(std::slice::from_ref(&intent)), ["name=\"B\"?"], "a run that was killed");
        let refused = Record { status: Some(400), ..record(Stage::Failed, name("B")) };
        assert_eq!(said(&[intent.clone(), refused]), [""; 0]);
        let answered = Record { status: Some(200), ..record(Stage::Failed, name("B")) };
        assert_eq!(said(&[intent, answered]), ["name=\"B\"?"], "written, and not as asked");
        let elsewhere = Record { file: Some("other.yaml".to_owned()), ..done.clone() };
        let another = Record { vapi_id: Some("v2".to_owned()), ..done.clone() };
        assert_eq!(said(&[elsewhere, another]), [""; 0], "another file, another object");
        let renamed = Record { address: "agents.former".to_owned(), ..done.clone() };
        let recreated = Record { vapi_id: Some("v0".to_owned()), ..done };
        assert_eq!(said(&[renamed, recreated]).len(), 2);
    }

    #[test]
    fn a_value_is_what_was_sent_then() {
        let fields = json!([
            {"path": "model", "after": {"toolIds": ["(known after apply: agents.b)", "x"], "apiKey": "(sensitive)"}},
            {"path": "server.secret", "after": "(sensitive)", "sensitive": true},
            {"path": "voice", "before": {"provider": "vapi"}},
            {"path": "firstMessage", "after": "merged", "merged": "Vapi's"},
        ]);
        let said = said(&[record(Stage::Done, fields)]);
        let model = r#"model={"toolIds":["v2","x"],"apiKey":"(sensitive)"}"#;
        assert_eq!(said, [model, "voice=nothing", "firstMessage=\"Vapi's\""]);
    }
}
