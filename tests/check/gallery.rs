//! `tests/gallery/*.yaml`: wrong files, and what is said of each.
//!
//! The first line of a file says what is wrong with it; `# strict` there asks for `--strict`. `right/CODE.yaml` is what a lint
//! must not touch.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use vapi_sync::check::Options;
use vapi_sync::model::diagnostic::Diagnostic;

use super::file::findings;

/// The folder of the gallery.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery")
}

/// The files of the gallery: name and text.
pub fn files() -> Vec<(String, String)> {
    files_in(&folder())
}

fn files_in(folder: &Path) -> Vec<(String, String)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn each_wrong_file_is_told_what_is_wrong() {
    let files = files();
    assert!(files.len() >= 60, "{} files", files.len());
    for (name, text) in files {
        let strict = text.lines().next().is_some_and(|line| line.contains("strict"));
        let found = findings(&name, &text, &folder(), Options { strict });
        assert!(!found.is_empty(), "{name}: nothing is wrong with it");
        let said: String = found.iter().map(show).collect();
        insta::with_settings!({snapshot_path => "../gallery/said", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name.trim_end_matches(".yaml"), said);
        });
    }
}

#[test]
fn what_is_right_is_not_touched() {
    for (name, text) in files_in(&folder().join("right")) {
        let found = findings(&name, &text, &folder(), Options { strict: true });
        assert!(found.is_empty(), "{name}: {}", found.iter().map(show).collect::<String>());
    }
}

/// The lints that need Vapi are told of in `e2e::pins`.
const OF_PLANS: [&str; 3] = ["renamed-in-use", "pin-behind", "model-retires"];

#[test]
fn each_lint_has_a_wrong_file_and_a_right_one() {
    let page = std::fs::read_to_string(folder().join("../../docs/checks.md")).unwrap();
    let section = page.split("\n## Lints").nth(1).unwrap().split("\n## ").next().unwrap();
    let codes = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code);
    let codes: Vec<&str> = codes.filter(|code| !OF_PLANS.contains(code)).collect();
    assert!(codes.len() > 10, "{codes:?}");
    let read = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(entry.unwrap().path()).unwrap();
    let said: String = std::fs::read_dir(folder().join("said")).unwrap().map(read).collect();
    for code in codes {
        assert!(said.contains(&format!("[{code}]: ")), "no file of the gallery is {code}");
        assert!(folder().join("right").join(format!("{code}.yaml")).exists(), "no right file beside {code}");
    }
}

/// A file that is being typed is cut off anywhere.
#[test]
fn no_part_of_a_file_is_too_much() {
    for (name, text) in files() {
        for (at, _) in text.char_indices().filter(|(at, _)| at % 7 == 0) {
            findings(&name, &text[..at], &folder(), Options::default());
        }
    }
}

/// A finding as a person sees it, its place marked.
fn show(finding: &Diagnostic) -> String {
    let mut out = format!("{:?}[{}]: {}\n", finding.severity, finding.code, finding.message).to_lowercase_severity();
    if let Some(place) = &finding.place {
        writeln!(out, "  at {}:{}:{}", place.file, place.line, place.column).unwrap();
        if let Some(snippet) = &finding.snippet {
            let caret = " ".repeat(place.column - 1) + &"^".repeat(place.width);
            writeln!(out, "  | {snippet}\n  | {caret}").unwrap();
        }
    }
    if let Some(help) = &finding.help {
        writeln!(out, "  help: {help}").unwrap();
    }
    out
}

trait LowercaseSeverity {
    fn to_lowercase_severity(self) -> Self;
}

impl LowercaseSeverity for String {
    fn to_lowercase_severity(mut self) -> Self {
        if let Some(first) = self.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        self
    }
}
