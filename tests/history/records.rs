//! Git or the audit log, and values in the log.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value as Json, json};
use vapi_sync::audit;
use vapi_sync::history::{AuditRecord, Records, records};
use vapi_sync::model::recorded::{Question, Record, Recorded};
use vapi_sync::model::{Secret, Step, Value};

use super::repo::{Repo, agent, ask, state, with_id};

const LOG: &str = ".vapi-sync/audit.jsonl";

fn log(repo: &Repo, address: &str, outcome: &str, fields: Json) {
    let minute = std::fs::read_to_string(repo.root().join(LOG)).unwrap_or_default().lines().count();
    let record = json!({
        "time": format!("2026-01-01T00:{minute:02}:00Z"), "run": "r", "command": "apply", "address": address,
        "vapi_id": "id-1", "action": "update", "fields": fields, "outcome": outcome,
    });
    let mut writer = audit::Writer::open(&repo.root().join(LOG)).unwrap();
    writer.append(&serde_json::from_value(record).unwrap()).unwrap();
}

fn time(root: &Path, question: Question) -> Option<String> {
    let answer = ask(&mut AuditRecord::new(&root.join(LOG)), question)?;
    assert!(matches!(answer, Recorded::AuditLog { .. }));
    Some(answer.time().to_owned())
}

#[test]
fn inside_a_repository_only_git_counts() {
    let repo = Repo::new();
    repo.version(&state("name: A"));
    log(&repo, "agents.a", "done", json!([{"path": "name", "before": "B", "after": "C"}]));
    let mut inside = records(&repo.file(), &repo.root().join(LOG), HashMap::new(), Default::default()).unwrap();
    assert!(matches!(inside, Records::Git(_)));
    assert!(ask(&mut inside, agent("a", "name", json!("A"))).is_some());
    assert_eq!(ask(&mut inside, agent("a", "name", json!("C"))), None, "it is not in git");
    assert!(!repo.git(&["status", "--porcelain"]).contains("vapi-sync"), "the log ignores itself");
}

#[test]
fn outside_a_repository_the_audit_log_counts() {
    let repo = Repo::empty();
    repo.write("vapi-state.yaml", &state("name: A"));
    let open = || records(&repo.file(), &repo.root().join(LOG), HashMap::new(), Default::default()).unwrap();
    assert_eq!(ask(&mut open(), agent("a", "name", json!("A"))), None);
    log(&repo, "agents.a", "done", json!([{"path": "name", "before": "A"}]));
    assert!(matches!(open(), Records::Audit(_)));
    assert!(ask(&mut open(), agent("a", "name", json!("A"))).is_some());
}

#[test]
fn done_writes_are_recorded_and_the_newest_counts() {
    let repo = Repo::empty();
    log(&repo, "agents.a", "intent", json!([{"path": "name", "before": "A", "after": "B"}]));
    log(&repo, "agents.a", "done", json!([{"path": "name", "before": "A", "after": "B"}]));
    log(&repo, "agents.a", "failed", json!([{"path": "name", "before": "B", "after": "C"}]));
    log(&repo, "agents.a", "done", json!([{"path": "name", "before": "B", "after": "D"}]));
    let ask = |value| time(repo.root(), agent("a", "name", json!(value)));
    assert_eq!(ask("A").as_deref(), Some("2026-01-01T00:01:00Z"));
    assert_eq!(ask("B").as_deref(), Some("2026-01-01T00:03:00Z"));
    assert_eq!(ask("C"), None);
    assert_eq!(time(repo.root(), agent("a", "voice", json!("A"))), None);
    assert_eq!(time(repo.root(), agent("b", "name", json!("A"))), None);
    assert!(time(repo.root(), with_id(agent("b", "name", json!("A")), "id-1")).is_some());
}

#[test]
fn a_value_inside_a_recorded_one_is_recorded() {
    let repo = Repo::empty();
    let model = json!({"temperature": 0.3, "toolIds": ["t1"], "stop": ["x", "y"], "apiKey": "(sensitive)"});
    log(
        &repo,
        "agents.a",
        "done",
        json!([
            {"path": "model", "after": model},
            {"path": "server.secret", "before": "(sensitive)", "after": "(sensitive)", "sensitive": true},
            {"path": "voice", "before": null},
        ]),
    );
    let is_recorded = |question| time(repo.root(), question).is_some();
    assert!(is_recorded(agent("a", "model.temperature", json!(0.3))));
    assert!(!is_recorded(agent("a", "model.temperature", json!("0.3"))));
    assert!(is_recorded(agent("a", "model", json!({"temperature": 0.3}))));
    assert!(is_recorded(agent("a", "voice", json!(null))));
    assert!(!is_recorded(agent("a", "silence", json!(null))));
    let tool = agent("a", "model.toolIds", json!("t1"));
    assert!(is_recorded(Question { path: tool.path.join(Step::Element("t1".into())), ..tool }));
    assert!(is_recorded(Question { element: true, ..agent("a", "model.stop", json!("y")) }));
    assert!(!is_recorded(Question { element: true, ..agent("a", "model.stop", json!("z")) }));
    for (path, secret) in [("model.apiKey", Secret::hidden()), ("server.secret", Secret::new("(sensitive)", vec![]))] {
        let question = agent("a", path, json!(null));
        assert!(!is_recorded(Question { value: Value::Secret(secret), ..question }), "{path}");
    }
}

#[test]
fn an_unreadable_log_is_an_error() {
    let repo = Repo::empty();
    std::fs::create_dir_all(repo.root().join(LOG)).unwrap();
    let error = AuditRecord::new(&repo.root().join(LOG)).answer(&[agent("a", "name", json!("A"))]).unwrap_err();
    assert_eq!(error.code, "audit-not-readable");
}
