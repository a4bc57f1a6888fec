//! `# vapi-sync: allow CODE`.

use std::path::Path;

use vapi_sync::check::Options;

use super::file::findings;

fn codes(text: &str) -> Vec<&'static str> {
    findings("f", text, Path::new("."), Options::default()).iter().map(|finding| finding.code).collect()
}

#[test]
fn a_comment_takes_a_warning_away() {
    let file = |comment: &str| {
        format!("version: 1\nagents:\n  a:\n    vapi_assistant_id: x\n    config:\n      newField: 1{comment}\n")
    };
    assert_eq!(codes(&file("")), ["unknown-field"]);
    assert_eq!(codes(&file(" # vapi-sync: allow unknown-field")), [""; 0]);
    assert_eq!(codes(&file(" # vapi-sync: allow too-long")), ["unknown-field"]);
}

#[test]
fn a_comment_takes_a_secret_away_but_no_error_of_shape() {
    let file = "\
version: 1
agents:
  a:
    vapi_assistant_id: x
    config:
      # vapi-sync: allow secret-in-file
      serverUrlSecret: of a test line only
      # vapi-sync: allow out-of-range
      maxDurationSeconds: 1
";
    assert_eq!(codes(file), ["out-of-range"]);
}

#[test]
fn what_is_ignored_is_not_looked_at() {
    let file = "\
version: 1
agents:
  a:
    config: {name: Playground 7, newField: 1, model: {temperature: 9}}
ignore:
  agents: ['Playground *']
";
    assert_eq!(codes(file), [""; 0]);
}
