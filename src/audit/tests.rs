use serde_json::json;
use tempfile::TempDir;

use super::*;

fn record(address: &str, stage: Stage) -> Record {
    Record {
        time: "2026-01-01T00:00:00Z".parse().unwrap(),
        run: "r1".into(),
        command: "apply".into(),
        actor: "Ada".into(),
        commit: None,
        file: None,
        environment: None,
        org_id: None,
        gate_skipped: false,
        files: Vec::new(),
        address: address.into(),
        vapi_id: Some("v1".into()),
        action: "update".into(),
        fields: vec![Field {
            path: "name".into(),
            before: Some(Value::Null),
            after: None,
            merged: None,
            sensitive: false,
            spelled: None,
        }],
        stage,
        status: Some(200),
        error: None,
    }
}

fn addresses(path: &std::path::Path) -> (Vec<String>, usize) {
    let mut reader = read(path).unwrap().unwrap();
    let records: Vec<String> = reader.by_ref().map(|record| record.unwrap().address).collect();
    (records, reader.notes().len())
}

#[test]
fn what_is_written_is_read() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(".vapi-sync/audit.jsonl");
    assert!(read(&path).unwrap().is_none());
    Writer::open(&path).unwrap().append(&record("agents.a", Stage::Intent)).unwrap();
    Writer::open(&path).unwrap().append(&record("agents.a", Stage::Done)).unwrap();
    let records: Vec<Record> = read(&path).unwrap().unwrap().map(Result::unwrap).collect();
    assert_eq!(records, [record("agents.a", Stage::Intent), record("agents.a", Stage::Done)]);
    assert_eq!(std::fs::read_to_string(dir.path().join(".vapi-sync/.gitignore")).unwrap(), "*\n");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.jsonl");
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    Writer::open(&path).unwrap();
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    Writer::open(&path).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn a_torn_line_costs_itself_only() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.jsonl");
    Writer::open(&path).unwrap().append(&record("agents.a", Stage::Done)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for cut in 1..whole.len() {
        std::fs::write(&path, [&whole[..], &whole[..cut]].concat()).unwrap();
        Writer::open(&path).unwrap().append(&record("agents.b", Stage::Done)).unwrap();
        let (read, notes) = addresses(&path);
        let torn_is_whole = cut == whole.len() - 1;
        let expected: &[&str] =
            if torn_is_whole { &["agents.a", "agents.a", "agents.b"] } else { &["agents.a", "agents.b"] };
        assert_eq!(read, expected, "cut at {cut}");
        assert_eq!(notes, usize::from(!torn_is_whole), "cut at {cut}");
    }
}

#[test]
fn what_is_no_record_is_skipped_and_what_is_new_is_read() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.jsonl");
    let line = json!({
        "time": "2027-01-01T00:00:00+02:00", "run": "r", "command": "undo", "address": "tools.x", "action": "z",
        "outcome": "undone", "news": [1],
    });
    std::fs::write(&path, format!("\n[]\nnonsense\n\u{0}\n{line}\n{{\"run\": 1}}\n")).unwrap();
    let (records, notes) = addresses(&path);
    assert_eq!((records, notes), (vec!["tools.x".to_owned()], 4));
}

#[test]
fn null_is_not_nothing() {
    let field = |json| serde_json::from_value::<Field>(json).unwrap();
    let read = field(json!({"path": "x", "before": null}));
    assert_eq!((read.before.clone(), read.after.clone()), (Some(Value::Null), None));
    assert_eq!(serde_json::to_value(&read).unwrap(), json!({"path": "x", "before": null, "sensitive": false}));
}

#[test]
fn names_of_runs_sort_by_time_and_are_never_the_same() {
    let at = |text: &str| RunId::new(text.parse().unwrap());
    let times = ["2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.02Z", "2026-01-01T00:00:03Z", "2026-11-01T00:00:00Z"];
    let runs = times.map(at);
    assert!(runs.is_sorted(), "{runs:?}");
    assert!(runs[0].as_str().starts_with("20260101T000000001Z-"), "{}", runs[0]);
    assert_ne!(at(times[0]), at(times[0]));
}

#[test]
fn somebody_started_the_run() {
    let variables = |name: &str| match name {
        "GITHUB_ACTOR" => Some(String::new()),
        "USER" => Some("ada".to_owned()),
        _ => None,
    };
    assert_eq!(actor(Some("Ada <a@b>".into()), &variables), "Ada <a@b>");
    assert_eq!(actor(None, &variables), "ada");
    assert_eq!(actor(None, &|_| None), "unknown");
}

#[test]
fn a_log_is_read_from_its_end() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.jsonl");
    let since: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    assert!(recent(&path, since).unwrap().is_empty(), "no log");
    let mut writer = Writer::open(&path).unwrap();
    // Longer than what is read at first, so that it begins in the middle of a line.
    let mut old = record("agents.old", Stage::Done);
    old.fields[0].after = Some("x".repeat(100_000).into());
    writer.append_all(&vec![old; 40]).unwrap();
    assert!(recent(&path, since).unwrap().is_empty(), "nothing of late");
    let new = Record { time: since, ..record("agents.new", Stage::Intent) };
    writer.append(&new).unwrap();
    assert_eq!(recent(&path, since).unwrap(), [new]);
    assert_eq!(recent(&path, "2026-01-01T00:00:00Z".parse().unwrap()).unwrap().len(), 41);
}
