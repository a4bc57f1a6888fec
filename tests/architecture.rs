//! Which module of `src/` may name which: the drawing in `src/lib.rs`, as a table that the code is held to; and that
//! nothing in the program could delete.
#![allow(clippy::expect_used, reason = "a test that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each room with those that it may name, in the order in which data flows.
const MAY_NAME: &[(&str, &str)] = &[
    ("model", ""),
    ("emulator", ""),
    ("files", "model"),
    ("github", "model"),
    ("document", "model"),
    ("kinds", "model"),
    ("values", "kinds model"),
    ("state", "document files kinds model values"),
    ("audit", "files model"),
    ("history", "audit document kinds model state values"),
    ("plan", "audit document kinds model state values"),
    ("check", "document kinds model plan state"),
    ("vapi", "model values"),
    ("recovery", "audit document kinds model plan state values vapi"),
    ("apply", "kinds model plan recovery state values vapi"),
    ("writeback", "apply audit document files history kinds model plan state values"),
    ("render", "kinds model plan"),
    ("cli", "*"),
];

/// Outside crates that are not for everybody, each with the rooms that may name it.
const CRATES: &[(&str, &str)] = &[
    ("aho_corasick", "model"),
    ("anstream", "render"),
    ("anyhow", "cli emulator"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("deunicode", "model"),
    ("flate2", "emulator history"),
    ("futures", "apply cli vapi"),
    ("git2", "files history values"),
    ("globset", "plan state"),
    ("granit_parser", "document"),
    ("hmac", "github"),
    ("hyper", "cli emulator"),
    ("indicatif", "render"),
    ("libc", "files"),
    ("maud", "render"),
    ("rand", "audit emulator vapi"),
    ("reqwest", "check github vapi"),
    ("schemars", "cli render"),
    ("serde_yaml", "document"),
    ("sha2", "emulator github plan render"),
    ("similar", "render"),
    ("strsim", "check state"),
    ("tempfile", "emulator files"),
    ("unicode_normalization", "model values"),
    ("tokio", "apply cli emulator github recovery vapi"),
];

/// What is done in one place only, as the code spells it, and the file.
const ONE_PLACE: &[(&str, &str)] = &[
    ("fn read_text(", "files/text.rs"),
    (".persist(", "files/disk.rs"),
    ("fn interpret", "state/load.rs"),
    ("fn config(&self, entry: &Entry", "state/resolve.rs"),
    ("fn made_before(", "recovery/made_before.rs"),
    ("fn is_secret(&self)", "kinds/spot.rs"),
    ("enum Verdict", "plan/judge.rs"),
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
fn rooms_name_only_what_the_table_lets_them() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files() {
        let module = name.split(['/', '.']).next().unwrap_or_default().to_owned();
        if !matches!(module.as_str(), "lib" | "main") {
            uses.entry(module).or_default().extend(named(&text));
        }
    }
    let known: BTreeSet<&str> = MAY_NAME.iter().map(|(module, _)| *module).collect();
    let there: BTreeSet<&str> = uses.keys().map(String::as_str).collect();
    assert_eq!(there, known, "every room has its line in the table");
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
fn the_drawing_holds_every_room() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("read");
    let drawing = lib.split("```text").nth(1).and_then(|rest| rest.split("```").next()).expect("a drawing");
    let words: BTreeSet<&str> = drawing.split(|c: char| !c.is_alphanumeric()).collect();
    let missing: Vec<&str> = MAY_NAME.iter().map(|(room, _)| *room).filter(|room| !words.contains(room)).collect();
    assert!(missing.is_empty(), "not in the drawing of lib.rs: {missing:?}");
}

#[test]
fn outside_crates_are_named_where_the_table_says() {
    let mut named: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files() {
        let room = name.split('/').next().unwrap_or_default().to_owned();
        for (outside, _) in CRATES {
            let path = format!("{outside}::");
            let is_named = text
                .match_indices(&path)
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':')));
            if is_named {
                named.entry(outside).or_default().insert(room.clone());
            }
        }
    }
    for (outside, may) in CRATES {
        let may: BTreeSet<String> = may.split(' ').map(str::to_owned).collect();
        assert_eq!(named.get(outside), Some(&may), "the rooms that name {outside}");
    }
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
    let writers = ["vapi", "apply", "recovery", "writeback", "github", "cli"];
    for pure in ["plan", "values", "state", "document", "kinds", "model", "render", "check", "history", "audit"] {
        let reached = reach(pure);
        assert!(writers.iter().all(|writer| !reached.contains(writer)), "{pure} reaches {reached:?}");
    }
}

#[test]
fn the_emulator_is_named_by_the_command_line_alone_and_the_writer_by_apply() {
    for (name, text) in files() {
        let of = |module: &str| name.starts_with(&format!("{module}/")) || name == format!("{module}.rs");
        if !of("emulator") && !of("cli") && name != "lib.rs" {
            assert!(!named(&text).contains("emulator"), "{name} names the emulator");
        }
        if of("recovery") {
            let may = ["vapi::Reader", "vapi::{Reader, Since}"];
            let other =
                text.match_indices("vapi::").find(|(at, _)| !may.iter().any(|may| text[*at..].starts_with(may)));
            assert!(other.is_none(), "{name} names more of `vapi` than what can GET");
        }
        if !of("apply") {
            assert!(!text.contains("writer::Writer") && !text.contains("apply::writer"), "{name} names the writer");
        }
    }
}

/// The emulator and the versioned JSON have copies, on purpose.
#[test]
fn each_question_is_answered_in_one_place() {
    let files = files();
    let ours =
        || files.iter().filter(|(name, _)| !name.starts_with("emulator/") && !name.starts_with("render/json/v1/"));
    for (what, place) in ONE_PLACE {
        let found: Vec<&str> = ours().filter(|(_, text)| text.contains(what)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, [*place], "{what}");
    }
}

#[test]
fn verdicts_are_given_by_the_judge_alone() {
    let ours = files().into_iter().filter(|(name, _)| name.starts_with("plan/") && name != "plan/judge.rs");
    for (name, text) in ours {
        for given in ["verdict = Verdict::", "verdict: Verdict::", ", Verdict::", "=> Verdict::"] {
            assert!(!text.contains(given), "{name} gives a verdict: {given}");
        }
    }
}

#[test]
fn nothing_in_the_program_could_delete() {
    let verbs = ["DELETE", "Method::PUT", "Method::CONNECT", "\"PUT\"", ".delete(", ".put(", "from_bytes(b\"D"];
    let mut writes = BTreeSet::new();
    // The emulator plays the other side; `kinds::parts` lists the words that a tool of Vapi's may hold, and reaches no client.
    let ours =
        files().into_iter().filter(|(name, _)| !name.starts_with("emulator/") && !name.starts_with("kinds/parts/"));
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
    assert!(
        writes
            .iter()
            .all(|name| matches!(&**name, "apply/writer.rs" | "github/client.rs") || name.starts_with("vapi/")),
        "{writes:?}"
    );
    assert!(!writes.is_empty(), "the scan sees what it looks for");
}
