//! Which module of `src/` may name which: the drawing in `src/lib.rs`, as a table that the code is held to; and that
//! nothing in the program could delete.
#![allow(clippy::expect_used, reason = "a test that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module with those that it may name, in the order in which data flows. `diagnostic` and `model`, the words of the
/// program, may be named by all but those that say otherwise.
const MAY_NAME: &[(&str, &str)] = &[
    ("diagnostic", ""),
    ("model", ""),
    ("emulator", ""),
    ("document", "diagnostic"),
    // `normalize` and `kinds` explain each other: what a default is worth is told in normal form.
    ("kinds", "model normalize"),
    ("template", "kinds"),
    ("live", "diagnostic model"),
    ("normalize", "diagnostic kinds live model"),
    ("load", "diagnostic document kinds model"),
    ("resolve", "diagnostic document kinds load model normalize template"),
    ("schema", "kinds"),
    ("check", "diagnostic document identity kinds load model resolve schema template"),
    ("compare", "kinds model normalize"),
    ("merge", "compare"),
    ("identity", "diagnostic kinds live load model"),
    ("recorded", "diagnostic model"),
    ("plan", "compare diagnostic document identity kinds live load merge model normalize recorded resolve"),
    ("report", "diagnostic merge model plan"),
    ("render", "diagnostic kinds merge model plan recorded report"),
    ("vapi", "diagnostic live model"),
    ("workdir", "diagnostic"),
    ("audit", "diagnostic workdir"),
    ("history", "audit compare diagnostic document kinds load model normalize recorded resolve template"),
    ("apply", "compare diagnostic identity kinds live model normalize plan report resolve vapi"),
    ("record", "apply compare diagnostic document kinds load merge model plan resolve template"),
    ("journal", "apply audit diagnostic history merge model plan report"),
    ("commit", "diagnostic"),
    ("earlier", "audit compare identity live load model normalize resolve"),
    (
        "session",
        "audit diagnostic document earlier identity kinds live load model normalize plan record recorded resolve vapi",
    ),
    ("saved", "diagnostic kinds load plan session"),
    ("restore", "audit compare diagnostic identity kinds live merge model normalize plan recorded"),
    ("cli", "*"),
];

fn source(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => source(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The files of the program, each with its path below `src/` and its text without comments and without its tests.
fn files() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    source(&src, &mut paths);
    let is_test = |path: &str| path.split(['/', '.']).any(|part| matches!(part, "tests" | "samples" | "test_server"));
    paths
        .into_iter()
        .map(|path| (path.strip_prefix(&src).expect("below").display().to_string(), path))
        .filter(|(name, _)| !is_test(name))
        .map(|(name, path)| {
            let text = std::fs::read_to_string(path).expect("read");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (name, lines.join("\n"))
        })
        .collect()
}

/// The top-level modules that a text names as `crate::…`, in a `use` or in passing.
fn named(text: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => drop(found.insert(word(rest))),
            Some(group) => {
                // The words at the first level of `crate::{a::{b, c}, d}`.
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.insert(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

#[test]
fn modules_name_only_what_the_drawing_lets_them() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files() {
        let module = name.split(['/', '.']).next().unwrap_or_default().to_owned();
        if !matches!(module.as_str(), "lib" | "main") {
            uses.entry(module).or_default().extend(named(&text));
        }
    }
    let known: BTreeSet<&str> = MAY_NAME.iter().map(|(module, _)| *module).collect();
    let there: BTreeSet<&str> = uses.keys().map(String::as_str).collect();
    assert_eq!(there, known, "every module has its line in the table");
    let mut wrong = Vec::new();
    for (module, may) in MAY_NAME {
        let may: BTreeSet<&str> = may.split(' ').filter(|word| !word.is_empty()).collect();
        if may.contains("*") {
            continue;
        }
        let names: BTreeSet<&str> =
            uses[*module].iter().map(String::as_str).filter(|name| name != module && known.contains(name)).collect();
        wrong.extend(names.difference(&may).map(|name| format!("{module} names {name}")));
        wrong.extend(may.difference(&names).map(|name| format!("{module} no longer names {name}: shorten its line")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_decides_cannot_reach_what_writes() {
    let table: BTreeMap<&str, Vec<&str>> =
        MAY_NAME.iter().map(|(module, may)| (*module, may.split(' ').collect())).collect();
    let reach = |from: &str| {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut next = table[from].clone();
        while let Some(module) = next.pop() {
            if !module.is_empty() && reached.insert(module) {
                next.extend(&table[module]);
            }
        }
        reached
    };
    let writers = ["vapi", "apply", "record", "journal", "commit", "workdir", "session", "cli"];
    for pure in [
        "plan",
        "merge",
        "compare",
        "identity",
        "normalize",
        "resolve",
        "load",
        "document",
        "kinds",
        "model",
        "render",
        "check",
    ] {
        let reached = reach(pure);
        assert!(writers.iter().all(|writer| !reached.contains(writer)), "{pure} reaches {reached:?}");
    }
    let history = reach("history");
    assert!(!history.contains("vapi") && !history.contains("apply") && !history.contains("record"), "{history:?}");
}

#[test]
fn the_emulator_is_named_by_the_command_line_alone_and_the_writer_by_apply() {
    for (name, text) in files() {
        let of = |module: &str| name.starts_with(&format!("{module}/")) || name == format!("{module}.rs");
        if !of("emulator") && !of("cli") && name != "lib.rs" {
            assert!(!named(&text).contains("emulator"), "{name} names the emulator");
        }
        if !of("apply") {
            assert!(!text.contains("writer::Writer") && !text.contains("apply::writer"), "{name} names the writer");
        }
    }
}

#[test]
fn nothing_in_the_program_could_delete() {
    let verbs = ["DELETE", "Method::PUT", "Method::CONNECT", "\"PUT\"", ".delete(", ".put(", "from_bytes(b\"D"];
    let mut writes = BTreeSet::new();
    // The emulator plays the other side; `schema` lists the words that a tool of Vapi's may hold, and reaches no client.
    let ours = files().into_iter().filter(|(name, _)| !name.starts_with("emulator/") && !name.starts_with("schema/"));
    for (name, text) in ours {
        for verb in verbs {
            assert!(!text.contains(verb), "{name} holds {verb}");
        }
        for verb in ["Method::POST", "Method::PATCH", ".post(", ".patch("] {
            if text.contains(verb) {
                writes.insert(name.clone());
            }
        }
    }
    assert!(writes.iter().all(|name| name == "apply/writer.rs" || name.starts_with("vapi/")), "{writes:?}");
    assert!(!writes.is_empty(), "the scan sees what it looks for");
}
