//! Which version holds a value?

use serde_json::json;
use vapi_sync::history::GitRecord;
use vapi_sync::model::recorded::{Question, Record, Recorded};
use vapi_sync::model::{Address, RemoteId, Secret, Step, Value};

use super::repo::{Repo, agent, agents, ask, commit, state, text, with_id};

#[test]
fn the_newest_commit_with_the_value_is_found() {
    let repo = Repo::new();
    repo.version(&state("name: A\ntemperature: 0.3"));
    repo.version(&state("name: A\ntemperature: 0.5"));
    let newest = repo.version(&state("name: B\ntemperature: 0.3"));
    repo.version(&state("name: B\ntemperature: 0.9"));
    repo.write("other.txt", "nothing of ours");
    repo.commit();
    let answers = repo
        .record()
        .answer(&[
            agent("a", "temperature", json!(0.3)),
            agent("a", "temperature", json!(0.4)),
            agent("a", "name", json!("A")),
            agent("b", "name", json!("A")),
        ])
        .expect("answers");
    let time = "2026-01-01T00:03:00Z".to_owned();
    assert_eq!(answers[0], Some(Recorded::Commit { id: newest, time, only_on: None }));
    assert_eq!(answers[1], None);
    assert_eq!(answers[2].as_ref().map(Recorded::time), Some("2026-01-01T00:02:00Z"));
    assert_eq!(answers[3], None);
}

#[test]
fn values_compare_by_type_and_by_value() {
    let repo = Repo::new();
    let one = repo.version(&state("number: 1\ntext: '1'\nnothing: null\nyes: \"true\""));
    assert_eq!(repo.commit_of("number", json!(1.0)), Some(one.clone()));
    assert_eq!(repo.commit_of("number", json!("1")), None);
    assert_eq!(repo.commit_of("text", json!("1")), Some(one.clone()));
    assert_eq!(repo.commit_of("text", json!(1)), None);
    assert_eq!(repo.commit_of("nothing", json!(null)), Some(one));
    assert_eq!(repo.commit_of("absent", json!(null)), None);
    assert_eq!(repo.commit_of("yes", json!(true)), None);
}

#[test]
fn any_spelling_counts() {
    let spellings = [
        "name: Good evening",
        "name: \"Good \\x65vening\"",
        "name: >-\n  Good\n  evening",
        "\"na\\x6de\": 'Good evening'",
        "{name: Good evening}",
        "name: Good\n  evening # at last",
    ];
    for spelling in spellings {
        let repo = Repo::new();
        let old = repo.version(&state(spelling));
        repo.version(&state("name: Good morning"));
        assert_eq!(repo.commit_of("name", json!("Good evening")), Some(old), "{spelling}");
    }
    for file in [
        "{version: 1, agents: {a: {config: {name: Good evening}}}}",
        "version: 1\r\nagents:\r\n  a:\r\n    config:\r\n      name: Good evening\r\n",
        "version: 1\n\"agents\":\n  a:\n    config:\n      name: Good evening",
        "---\nagents:\n    \"a\":\n      config: {name: Good evening}\n",
        "x-all: &all {name: Good evening}\nagents:\n  a:\n    config:\n      <<: *all\n",
        "agents:\n  b: &b\n    config:\n      name: Good evening\n  a: *b\n",
        "agents:\n  b:\n    config: &b\n      name: Good evening\n  a:\n    config: *b\n",
        "# no version, and a word that nobody knows\nagent: {}\nagents:\n  a:\n    config:\n      name: Good evening\n",
    ] {
        let repo = Repo::new();
        let old = repo.version(file);
        repo.version(&state("name: Good morning"));
        assert_eq!(repo.commit_of("name", json!("Good evening")), Some(old), "{file}");
    }
}

#[test]
fn an_entry_is_found_by_its_id_else_by_its_handle() {
    let repo = Repo::new();
    let renamed = repo.version(&agents(&[("old", Some("id-1"), "name: A"), ("a", Some("id-2"), "name: B")]));
    repo.version(&agents(&[("a", Some("id-1"), "name: C")]));
    let mut record = repo.record();
    let mut ask = |id, name: &str| commit(ask(&mut record, with_id(agent("a", "name", json!(name)), id)));
    assert_eq!(ask("id-1", "A"), Some(renamed.clone()));
    assert_eq!(ask("id-1", "B"), None, "another object's value");
    assert_eq!(ask("id-9", "B"), Some(renamed), "recreated: nobody had the id yet");
}

#[test]
fn a_number_is_not_an_id() {
    let repo = Repo::new();
    let version = repo.version(&agents(&[("b", Some("123"), "name: B"), ("a", None, "name: A")]));
    let mut record = repo.record();
    let mut ask = |name: &str| commit(ask(&mut record, with_id(agent("a", "name", json!(name)), "123")));
    assert_eq!(ask("A"), Some(version));
    assert_eq!(ask("B"), None);
}

#[test]
fn a_mapping_is_recorded_by_one_that_holds_all_of_it() {
    let repo = Repo::new();
    let version = repo.version(&state("model:\n  provider: openai\n  temperature: 0.3\n  extra: 1"));
    assert_eq!(repo.commit_of("model", json!({"temperature": 0.3, "provider": "openai"})), Some(version));
    assert_eq!(repo.commit_of("model", json!({"temperature": 0.3, "other": 1})), None);
}

#[test]
fn elements_of_lists() {
    let repo = Repo::new();
    let tools = "model:\n  toolIds: [t1, t2]\n  tools:\n    - {type: function, function: {name: look_up}, async: true}\nplain: [x, y]";
    let version = repo.version(&state(tools));
    repo.version(&state("model: {}"));
    let element = |path: &str, value| Question { element: true, ..agent("a", path, value) };
    let step = |path: &str, step: &str, value| {
        let question = agent("a", path, value);
        Question { path: question.path.join(Step::Element(step.into())), ..question }
    };
    let mut record = repo.record();
    let mut ask = |question| commit(ask(&mut record, question));
    assert_eq!(ask(element("plain", json!("y"))), Some(version.clone()));
    assert_eq!(ask(element("plain", json!("z"))), None);
    assert_eq!(ask(agent("a", "plain", json!("y"))), None, "the list is not its element");
    assert_eq!(ask(step("model.toolIds", "t2", json!("t2"))), Some(version.clone()));
    assert_eq!(ask(step("model.toolIds", "t3", json!("t3"))), None);
    let tool = json!({"type": "function", "function": {"name": "look_up"}, "async": true});
    assert_eq!(ask(step("model.tools", "function:look_up", tool.clone())), Some(version.clone()));
    assert_eq!(ask(element("model.tools", tool)), Some(version));
    assert_eq!(ask(element("model.tools", json!({"type": "function", "function": {"name": "other"}}))), None);
}

#[test]
fn a_secret_from_the_environment_equals_nothing() {
    let repo = Repo::new();
    let version = repo.version(&state("name: ${env:NAME}\nserver:\n  secret: ${env:SECRET}\n  url: u\nbare: x${env:}"));
    let hidden = Question { value: Value::Secret(Secret::hidden()), ..agent("a", "server.secret", json!(null)) };
    assert_eq!(ask(&mut repo.record(), hidden), None);
    assert_eq!(repo.commit_of("name", json!("")), None);
    assert_eq!(repo.commit_of("bare", json!("x")), None);
    repo.version(&state("name: ${env:NAME}\nserver:\n  url: u"));
    assert!(repo.commit_of("server.url", json!("u")).is_some_and(|commit| commit != version));
}

#[test]
fn includes_are_read_from_the_same_commit() {
    let repo = Repo::new();
    repo.write("prompts/a.md", "Be kind.\n");
    let first = repo.version(&state("prompt: ${file:prompts/a.md}\nframed: <${file:prompts/a.md}>"));
    repo.write("prompts/a.md", "Be brief.\n");
    let second = repo.commit();
    repo.git(&["mv", "prompts", "texts"]);
    let moved = repo.version(&state("prompt: ${file:texts/a.md}"));
    repo.write("texts/a.md", "Be quick.\n");
    let last = repo.commit();
    assert_eq!(repo.commit_of("prompt", json!("Be kind.")), Some(first.clone()));
    assert_eq!(repo.commit_of("framed", json!("<Be kind.>")), Some(first));
    assert_eq!(repo.commit_of("framed", json!("<Be brief.>")), Some(second));
    assert_eq!(repo.commit_of("prompt", json!("Be brief.")), Some(moved));
    assert_eq!(repo.commit_of("prompt", json!("Be quick.")), Some(last));
    assert_eq!(repo.commit_of("prompt", json!("Be kind.\n")), None);
}

#[test]
fn an_include_that_a_version_does_not_have_equals_nothing() {
    let repo = Repo::new();
    repo.write("deploy/vapi.yaml", &state("name: ${file:no.md}\nout: ${file:../secret.md}\nback: ${file:../deploy/in.md}\nroot: ${file:/in.md}\nrest: x"));
    repo.write("secret.md", "s");
    repo.write("deploy/in.md", "i");
    repo.commit();
    let mut record = super::repo::record(&repo.root().join("deploy/vapi.yaml"));
    let mut ask = |path, value| ask(&mut record, agent("a", path, json!(value)));
    for path in ["name", "out", "back", "root"] {
        for value in ["", "s", "i"] {
            assert_eq!(ask(path, value), None, "{path} {value:?}");
        }
    }
    assert!(ask("rest", "x").is_some());
}

#[cfg(unix)]
#[test]
fn includes_behind_links_are_found_inside_the_folder_only() {
    use std::os::unix::fs::symlink;
    let repo = Repo::new();
    repo.write(
        "deploy/vapi.yaml",
        &state("a: ${file:link.md}\nb: ${file:dir/in.md}\nc: ${file:out.md}\nd: ${file:loop.md}"),
    );
    repo.write("secret.md", "s");
    repo.write("deploy/texts/in.md", "i");
    let deploy = repo.root().join("deploy");
    symlink("texts/in.md", deploy.join("link.md")).unwrap();
    symlink("texts", deploy.join("dir")).unwrap();
    symlink("../secret.md", deploy.join("out.md")).unwrap();
    symlink("loop.md", deploy.join("loop.md")).unwrap();
    repo.commit();
    let mut record = super::repo::record(&deploy.join("vapi.yaml"));
    let mut ask = |path, value| ask(&mut record, agent("a", path, json!(value))).is_some();
    assert!(ask("a", "i") && ask("b", "i"));
    assert!(!ask("c", "s") && !ask("c", "../secret.md") && !ask("d", "loop.md"));
}

#[test]
fn a_reference_matches_the_old_or_the_current_id() {
    let repo = Repo::new();
    let b = |id| ("b", id, "name: B");
    let refers = "assistantId: ${agent:b}\nboth: ${agent:b} ${agent:c}\nodd: \"${\\x61gent:b}\"\nnobody: ${agent:zz}";
    let before = repo.version(&agents(&[("a", None, refers), b(None)]));
    let after = repo.version(&agents(&[("a", None, refers), b(Some("b-1")), ("c", Some("c-1"), "name: C")]));
    repo.version(&agents(&[("a", None, "name: A"), b(Some("b-2"))]));
    let ids = [("b", "b-2"), ("zz", "zz-1")];
    let ids = ids.map(|(handle, id)| (Address::new("agents", handle), RemoteId(id.into())));
    let mut now = GitRecord::open(&repo.file(), ids.into()).unwrap().unwrap();
    let mut ask_now = |path, value| commit(ask(&mut now, agent("a", path, json!(value))));
    assert_eq!(ask_now("assistantId", "b-1"), Some(after.clone()));
    assert_eq!(ask_now("assistantId", "b-2"), Some(after.clone()));
    assert_eq!(ask_now("odd", "b-1"), Some(after.clone()));
    assert_eq!(ask_now("both", "b-2 c-1"), Some(after.clone()));
    assert_eq!(ask_now("nobody", "zz-1"), Some(after.clone()));
    assert_eq!(ask_now("assistantId", "b-3"), None);
    assert_eq!(ask_now("assistantId", ""), None);
    assert_eq!(repo.commit_of("assistantId", json!("b-1")), Some(after));
    assert_eq!(repo.commit_of("assistantId", json!("b-2")), None, "nobody knows of that id");
    assert_ne!(repo.commit_of("assistantId", json!("b-1")), Some(before));
}

#[test]
fn a_version_that_does_not_parse_is_skipped_with_a_note() {
    let repo = Repo::new();
    let good = repo.version(&state("name: A"));
    let broken = repo.version(&format!("{}phone_numbers: [\n", state("name: A\nvoice: v")));
    repo.write(super::repo::FILE, "");
    std::fs::write(repo.file(), b"agents:\n  a:\n    config:\n      name: A\nx: \xff\n").unwrap();
    repo.commit();
    repo.version(&state("name: B"));
    let mut record = repo.record();
    let answers = record.answer(&[agent("a", "name", json!("A")), agent("a", "voice", json!("v"))]).unwrap();
    assert_eq!(commit(answers[0].clone()), Some(good));
    assert_eq!(answers[1], None, "git holds it, but in a file that nobody can read");
    let notes: Vec<&str> = record.notes().iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("not UTF-8"), "{notes:?}");
    assert!(notes[1].contains(&broken[..10]) && notes[1].contains("is not valid YAML"), "{notes:?}");
}

#[test]
fn a_literal_secret_compares_by_its_text() {
    let repo = Repo::new();
    let version = repo.version(&state("server:\n  secret: hunter2\n  headers: {x: '****'}"));
    let ask = |path: &str, secret: Value| {
        ask(&mut repo.record(), Question { value: secret, ..agent("a", path, json!(null)) })
    };
    assert_eq!(commit(ask("server.secret", Value::Secret(Secret::new("hunter2", vec![])))), Some(version));
    assert_eq!(ask("server.secret", text("hunter3")), None);
    assert_eq!(ask("server.headers.x", text("anything")), None, "what was masked then");
    assert_eq!(Value::from(json!("x")), text("x"));
}
