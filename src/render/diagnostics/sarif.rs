//! Diagnostics as SARIF 2.1.0, which code scanning of GitHub and others read.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::model::diagnostic::{Diagnostic, Severity};

/// One log with one run. Print it with [`Output::json`](crate::render::Output::json), which removes secrets.
pub fn sarif(diagnostics: &[Diagnostic]) -> Json {
    let codes: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<Json> = codes.iter().map(|code| json!({"id": code})).collect();
    let results: Vec<Json> = diagnostics.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "vapi-sync",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            // Our columns count characters, not UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(diagnostic: &Diagnostic) -> Json {
    let Diagnostic { code, severity, message, help, place, snippet: _, failure: _ } = diagnostic;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let location = place.as_ref().map(|place| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": uri(&place.file)},
            "region": {
                "startLine": place.line.max(1),
                "startColumn": place.column.max(1),
                "endColumn": place.column.max(1).saturating_add(place.width.max(1)),
            },
        }})
    });
    json!({
        "ruleId": code,
        "level": level,
        "message": {"text": format!("{message}{help}")},
        "locations": Vec::from_iter(location),
    })
}

/// A relative path as a URI reference, as code scanning requires.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let segment = |segment: &str| {
        url::form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}
