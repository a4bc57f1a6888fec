//! Forty secrets are planted in made-up organisations and edits; every command runs in every format and at every verbosity;
//! none of them is in any output, file, log, plan or git object, in no form; and no output tells one from another.

mod case;
mod forms;
mod organisation;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::rounds;
use case::Case;
use organisation::Seed;

/// What somebody does in a month, with one organisation; and then in a workflow of GitHub, or with two organisations.
fn month(case: &mut Case) {
    let in_workflow = case.number.is_multiple_of(2);
    for of in ["state", "plan", "status", "environments"] {
        case.run(&["schema", of]);
    }
    case.run(&["validate"]);
    case.run(&["plan"]);
    case.run(&["apply", "--yes", "--target", "agents.*"]);
    case.run(&["apply", "--yes"]);
    assert_eq!(case.objects(), 9 + 6, "those of the file, those of the dashboard");
    case.world.commit("applied");
    case.serve();
    case.disturb();
    case.run(&["validate"]);
    case.run(&["plan", "--out", "saved.plan"]);
    case.run(&["status", "--all"]);
    case.serve();
    if in_workflow {
        workflow(case);
    }
    case.run(&["apply", "saved.plan", "--yes"]);
    case.run(&["apply", "--yes"]);
    case.run(&["pull", "--commit"]);
    case.run(&["sync", "--yes"]);
    case.run(&["log"]);
    case.run(&["log", "agents.one"]);
    case.run(&["restore", "latest", "--yes"]);
    case.emulate();
    case.rotate();
    case.run(&["plan", "--send-secrets"]);
    case.run(&["apply", "--yes", "--send-secrets"]);
    case.run(&["pull", "--prefer", "vapi"]);
    case.world.commit("pulled");
    if !in_workflow {
        promotion(case);
    }
    case.run(&["init"]);
}

/// The steps of a workflow, each with what GitHub is told.
fn workflow(case: &mut Case) {
    case.step("push", &["validate"]);
    case.step("pull_request", &["plan", "--all"]);
    case.step("schedule", &["status", "--issue"]);
    case.step("schedule", &["pull", "--pull-request"]);
    case.world.git(&["checkout", "-q", "."]);
    case.step("push", &["apply", "--yes", "--commit", "--push"]);
    case.step("push", &["restore", "latest", "--yes"]);
}

/// One file for two organisations.
fn promotion(case: &mut Case) {
    case.run(&["init", "--env", "staging"]);
    case.run(&["init", "--env", "production"]);
    case.open_production();
    case.run(&["validate"]);
    case.run(&["plan"]);
    case.run(&["apply", "--yes", "--env", "staging"]);
    case.run(&["sync", "--yes", "--env", "production", "--skip-gate"]);
    case.world.commit("promoted");
    case.run(&["status"]);
    case.serve();
    case.step("pull_request", &["plan", "--env", "production"]);
    case.run(&["pull", "--env", "production"]);
    case.run(&["restore", "latest", "--yes", "--env", "production"]);
    case.run(&["log", "--env", "staging"]);
}

#[test]
fn none_of_forty_secrets_is_seen_anywhere() {
    let (next, cases) = (AtomicUsize::new(0), usize::try_from(rounds(9)).expect("small"));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= cases {
                        break;
                    }
                    let mut seed = Seed(1_000_003 * number as u64 + 7);
                    month(&mut Case::new(number, Box::new(move || seed.secret(17))));
                }
            });
        }
    });
}

/// What is said does not depend on what a secret is: not on its length, not on its letters.
#[test]
fn no_output_tells_one_secret_from_another() {
    for number in 0..usize::try_from(rounds(2)).expect("small") {
        let said = |length: usize| {
            let mut seed = Seed(length as u64);
            let mut case = Case::new(number, Box::new(move || seed.secret(length)));
            case.is_steady = true;
            month(&mut case);
            std::mem::take(&mut case.said)
        };
        let (one, other) = (said(12), said(33));
        assert_eq!(one.len(), other.len());
        let pairs = one.iter().zip(&other).map(|((what, one), (_, other))| (what, timeless(one), timeless(other)));
        let differ: Vec<_> = pairs.filter(|(_, one, other)| one != other).collect();
        assert!(differ.is_empty(), "case {number}: {differ:#?}");
    }
}

/// The lines of a text in no order, since answers come in any, without times and what follows from them.
fn timeless(text: &str) -> String {
    const TIMES: [&str; 9] = [
        "Checked ",
        "before this write",
        "checked_at",
        "\"commit\"",
        "commit <code>",
        "\"line\"",
        "\"run\"",
        "datetime",
        "\"duration",
    ];
    // Which requests are over when an error ends a run is chance.
    let is_chance = |line: &&str| line.starts_with("GET /") || TIMES.iter().any(|word| line.contains(word));
    // So is whether the commit or the run is a second newer that both sides agreed in.
    let before = |line, at: &str| str::split_once(line, at).map_or(line, |(before, _)| before);
    let lines = text.lines().map(|line| before(before(line, ", after commit "), ", after the last run wrote it"));
    let lines = lines.filter(|line| !is_chance(line));
    let of_line = |line: &str| {
        let words = line.split_inclusive([' ', '"', '(', ')', ',', '.', '/']).map(without_time);
        words.collect::<String>().replace("TIMETIME", "TIME")
    };
    let of_request =
        |line: &str| line.strip_suffix(" ms").and_then(|line| line.rsplit_once(' ')).map(|(line, _)| line.to_owned());
    let mut lines: Vec<String> = lines.map(|line| of_line(&of_request(line).unwrap_or(line.to_owned()))).collect();
    lines.sort();
    lines.join("\n")
}

/// A word, or that it is a time, a commit, a folder or the name of a run.
fn without_time(word: &str) -> &str {
    let is_time = word.starts_with("20") && word.len() > 8 && word.contains(['T', '-', 'Z']);
    let is_clock = word.len() > 4 && word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit());
    let is_folder = word.starts_with(".tmp");
    let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_end = word.contains("Z-") || bare.strip_suffix('Z').is_some_and(|ms| ms.bytes().all(|c| c.is_ascii_digit()));
    let is_commit = matches!(bare.len(), 8 | 40) && bare.bytes().all(|c| c.is_ascii_hexdigit());
    if is_time || is_clock || is_end || is_folder || is_commit { "TIME" } else { word }
}
