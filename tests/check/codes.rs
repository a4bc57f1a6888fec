//! `docs/checks.md` explains every code that a file can be given.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What can say something of a file.
const SOURCES: [&str; 11] = [
    "src/document",
    "src/check",
    "src/state",
    "src/files/text.rs",
    "src/files/checkout.rs",
    "src/plan/guard.rs",
    "src/plan/left.rs",
    "src/plan/pair.rs",
    "src/plan/pins.rs",
    "src/plan/renamed.rs",
    "src/plan/retire.rs",
];

fn rust_files(path: PathBuf, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| rust_files(entry.unwrap().path(), found));
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path);
    }
}

/// The codes in the sources: texts of small letters and dashes where a diagnostic or a problem is made.
fn codes() -> BTreeSet<String> {
    let mut files = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    SOURCES.iter().map(|source| root.join(source)).for_each(|path| rust_files(path, &mut files));
    let mut codes = BTreeSet::new();
    // The repository itself may stand in a folder of that name.
    let of_tests = |file: &Path| file.strip_prefix(root).unwrap().components().any(|part| part.as_os_str() == "tests");
    for file in files.iter().filter(|file| !of_tests(file)) {
        let text = std::fs::read_to_string(file).unwrap();
        // Tests make diagnostics of their own.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for maker in [
            "Diagnostic::error(",
            "Diagnostic::warning(",
            "Diagnostic::note(",
            "Problem::new(",
            "problem(",
            "finding(",
            "warning(",
            "guard(",
            "const SECRET: &str = ",
            "code: ",
        ] {
            for after in text.split(maker).skip(1) {
                let Some(rest) = after.trim_start().strip_prefix('"') else { continue };
                let code = rest.split('"').next().unwrap();
                if code.contains(|c: char| c.is_ascii_lowercase())
                    && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                {
                    codes.insert(code.to_owned());
                }
            }
        }
    }
    codes
}

fn documented() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(code, _)| code.to_owned()).collect()
}

#[test]
fn every_code_is_explained_and_none_that_is_not_there() {
    let (codes, documented) = (codes(), documented());
    assert!(codes.len() > 45, "{codes:?}");
    assert_eq!(codes.difference(&documented).collect::<Vec<_>>(), [""; 0], "not in docs/checks.md");
    assert_eq!(documented.difference(&codes).collect::<Vec<_>>(), [""; 0], "only in docs/checks.md");
}
