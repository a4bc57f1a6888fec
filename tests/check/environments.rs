//! What is wrong with a file with environments, and for whom.

use vapi_sync::check::{Options, check};
use vapi_sync::document::Document;
use vapi_sync::model::diagnostic::Severity;
use vapi_sync::model::{Address, Value};
use vapi_sync::state::environments::{Whose, variable_of};
use vapi_sync::state::includes::Includes;
use vapi_sync::state::resolve::Desired;

fn env(name: &str) -> Option<String> {
    match name {
        "VAPI_API_KEY_STAGING" => Some("key-of-staging".to_owned()),
        _ => name.strip_prefix("SET_").map(|rest| format!("secret {rest}")),
    }
}

/// The codes of what is said of a file, warnings in brackets, with lines.
fn said(text: &str, whose: Option<&str>) -> Vec<String> {
    let document = Document::parse("f", text).unwrap();
    let includes = Includes::new(".");
    let found = match Desired::of(&document, &Whose::of(whose), &includes, &env) {
        Ok(desired) => check(&desired, &includes, &env, &Options::default()).all(),
        Err(errors) => errors,
    };
    let heard = found.iter().filter(|one| one.severity != Severity::Note && one.code != "missing-field");
    let line = |one: &vapi_sync::model::diagnostic::Diagnostic| one.place.as_ref().map_or(0, |place| place.line);
    heard
        .map(|one| match one.severity {
            Severity::Error => format!("{}:{}", one.code, line(one)),
            Severity::Warning | Severity::Note => format!("({}:{})", one.code, line(one)),
        })
        .collect()
}

const TWO: &str = "version: 1\nenvironments:\n  staging:\n  production: {after: staging}\n";

/// With two environments.
fn two(rest: &str) -> String {
    format!("{TWO}{rest}")
}

#[test]
fn each_mistake_has_a_code_and_a_line() {
    let agent = |rest: &str| two(&format!("agents:\n  a:\n{rest}"));
    let table: [(&str, String, &[&str]); 34] = [
        ("nothing", agent("    config: {name: A}\n"), &[]),
        ("an unknown one is asked for", "version: 1\nenvironments: {a: }\n".into(), &["unknown-environment:0"]),
        ("none in the file", "version: 1\n".into(), &["no-environments:0"]),
        ("no environment", "version: 1\nenvironments: {}\n".into(), &["wrong-type:2", "no-environments:0"]),
        ("a list", "version: 1\nenvironments: [staging]\n".into(), &["wrong-type:2", "no-environments:0"]),
        ("a bad name", two("").replace("  production", "  Production"), &["bad-environment:4"]),
        ("one key", "version: 1\nenvironments: {staging: , a-b: , a_b: }\n".into(), &["bad-environment:2"]),
        (
            "one organisation",
            "version: 1\nenvironments: {staging: {org_id: o}, b: {org_id: o}}\n".into(),
            &["duplicate-org:2"],
        ),
        ("an unknown word", "version: 1\nenvironments: {staging: {organisation: o}}\n".into(), &["unknown-word:2"]),
        ("after nobody", two("").replace("after: staging", "after: test"), &["unknown-environment:4"]),
        ("after itself", two("").replace("after: staging", "after: production"), &["bad-after:4"]),
        (
            "in a circle",
            two("").replace("staging:\n", "staging: {after: production}\n"),
            &["bad-after:3", "bad-after:4"],
        ),
        (
            "somebody's address",
            two("").replace("after: staging", "base_url: https://vapi.ai.example.com"),
            &["foreign-base-url:4"],
        ),
        (
            "with a user",
            two("").replace("after: staging", "base_url: https://api.vapi.ai@example.com"),
            &["foreign-base-url:4"],
        ),
        ("Vapi's address", two("").replace("after: staging", "base_url: https://api.eu.vapi.ai"), &[]),
        ("this machine's", two("").replace("after: staging", "base_url: \"http://[::1]:1\""), &[]),
        ("an org_id at the top", two("org_id: o\n"), &["plain-org:5"]),
        ("one id", agent("    vapi_assistant_id: i\n"), &["plain-id:7"]),
        ("ids of somebody", agent("    vapi_assistant_id: {stagin: i}\n"), &["unknown-environment:7"]),
        ("an id twice", agent("    vapi_assistant_id: {staging: i, production: i}\n"), &["duplicate-id:7"]),
        ("ids", agent("    vapi_assistant_id: {staging: i, production: }\n    config: {}\n"), &[]),
        ("in none", agent("    environments: []\n    config: {}\n"), &["wrong-type:7"]),
        ("in nobody's", agent("    environments: [test]\n    config: {}\n"), &["unknown-environment:7"]),
        ("an unknown variable", agent("    config: {name: \"${var:x}\"}\n"), &["unknown-variable:7"]),
        (
            "of the other",
            agent("    config: {name: \"${var:x}\"}\n").replace("after: staging", "vars: {x: 1}"),
            &["unknown-variable:7"],
        ),
        ("nobody's variable", two("vars: {x: 1}\n"), &["(unused-variable:5)"]),
        (
            "in a key",
            agent("    config: {metadata: {\"${var:x}\": 1}}\nvars: {x: 1}\n"),
            &["bad-reference:7", "(unused-variable:8)"],
        ),
        ("in an include", agent("    config: {name: \"${file:${var:x}.md}\"}\nvars: {x: 1}\n"), &["bad-reference:7"]),
        ("a list in a text", agent("    config: {name: \"a ${var:x}\"}\nvars: {x: [1]}\n"), &["bad-variable:7"]),
        (
            "within a variable",
            two("vars: {x: \"${var:y}\", y: \"${agent:a}\"}\n"),
            &["bad-variable:5", "bad-variable:5"],
        ),
        ("of the wrong type", agent("    config: {name: \"${var:x}\"}\nvars:\n  x: 3\n"), &["wrong-type:9"]),
        ("a key in a field", agent("    config: {name: key-of-staging}\n"), &["api-key-in-file:7"]),
        (
            "a foreign id",
            agent("    vapi_assistant_id: {staging: i, production: j}\n    config: {name: j}\n"),
            &["foreign-id:8"],
        ),
        (
            "to what is not there",
            two("agents:\n  a: {environments: [production], config: {}}\n  b: {config: {name: \"${agent:a}\"}}\n"),
            &["absent-reference:7"],
        ),
    ];
    for (what, text, expected) in table {
        assert_eq!(said(&text, Some("staging")), expected, "{what}:\n{text}");
    }
    assert_eq!(said(TWO, None), ["environment-needed:0"]);
    let plain =
        "version: 1\nagents:\n  a:\n    vapi_assistant_id: {staging: i}\n    environments: [staging]\n    config: {}\n";
    assert_eq!(said(plain, None), ["no-environments:4", "no-environments:5"]);
}

#[test]
fn a_number_is_in_one_environment() {
    let file = |entries: &str| two(&format!("phone_numbers:\n{entries}"));
    let number = |number: &str| {
        format!("config: {{provider: twilio, number: \"{number}\", twilioAccountSid: a, assistantId: x}}")
    };
    let shared = file(&format!("  n: {{{}}}\n", number("+14155550100")));
    let heard = |text: &str, of| said(text, Some(of)).into_iter().filter(|one| one.contains("number-twice")).count();
    assert_eq!((heard(&shared, "staging"), heard(&shared, "production")), (1, 1));
    assert_eq!(heard(&shared.replace("n: {", "n: {environments: [production], "), "production"), 0);
    let vars =
        shared.replace("+14155550100", "${var:n}").replace("staging:\n", "staging: {vars: {n: \"+14155550101\"}}\n");
    let own = vars.replace("{after: staging}", "{vars: {n: \"+14155550102\"}}");
    assert_eq!(heard(&own, "staging"), 0, "{own}");
    let same = vars.replace("{after: staging}", "{vars: {n: \"+14155550101\"}}");
    assert_eq!(heard(&same, "staging"), 1, "{same}");
}

#[test]
fn an_id_of_one_organisation_that_several_share_is_told() {
    let uuid = "0f4f4d6e-6c1f-4b0e-9d5c-2a2f3b6f1c55";
    let file = two(&format!("agents:\n  a:\n    config: {{name: A, credentialIds: [{uuid}]}}\n"));
    assert_eq!(said(&file, Some("staging")), ["(shared-id:7)"]);
    let limited = file.replace("    config", "    environments: [staging]\n    config");
    assert_eq!(said(&limited, Some("staging")), [""; 0]);
    let variable = file.replace(uuid, "\"${var:c}\"") + "vars: {c: 1}\n";
    assert!(!said(&variable, Some("staging")).contains(&"(shared-id:7)".to_owned()));
}

/// What a field says in an environment.
fn value(text: &str, whose: &str, field: &str) -> Value {
    let document = Document::parse("f", text).unwrap();
    let desired = Desired::of(&document, &Whose::of(Some(whose)), &Includes::new("."), &env).unwrap();
    assert!(desired.noticed.errors.is_empty(), "{:?}", desired.noticed.errors);
    let said = desired.said()[&Address::new("agents", "a")].clone();
    said.as_map().unwrap().get(field).cloned().unwrap_or(Value::Null)
}

#[test]
fn variables_keep_their_type_and_an_environment_has_its_own() {
    let text = "\
version: 1
vars: {word: of the file, number: 3, list: [1, two], map: {a: b}, gone: }
environments:
  staging: {vars: {word: of staging, secret: \"${env:SET_S}\", gone: here}}
  production: {vars: {secret: \"${env:SET_P}\"}}
agents:
  a:
    config:
      metadata: {number: \"${var:number}\", list: \"${var:list}\", map: \"${var:map}\", gone: \"${var:gone}\"}
      name: \"a ${var:word}, ${var:number}\"
      firstMessage: \"$${var:word}\"
      secret: \"x ${var:secret}\"
";
    let shown = |whose, field| value(text, whose, field).to_shown().to_string();
    assert_eq!(shown("staging", "name"), "\"a of staging, 3\"");
    assert_eq!(shown("production", "name"), "\"a of the file, 3\"");
    assert_eq!(shown("production", "firstMessage"), "\"${var:word}\"");
    assert_eq!(shown("production", "metadata"), r#"{"number":3,"list":[1,"two"],"map":{"a":"b"}}"#);
    assert_eq!(shown("staging", "metadata"), r#"{"number":3,"list":[1,"two"],"map":{"a":"b"},"gone":"here"}"#);
    let Value::Secret(secret) = value(text, "production", "secret") else { panic!("a secret") };
    assert_eq!(secret.expose(), Some("x secret P"));
    assert_eq!(variable_of("VAPI_API_KEY", "eu-west_1"), "VAPI_API_KEY_EU_WEST_1");
}
