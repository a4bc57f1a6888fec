//! `tests/gallery/*.yaml`: wrong files, and what is said of each.
//!
//! The first line of a file says what is wrong with it; `# strict` there asks for `--strict`.

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
    let paths = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
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
