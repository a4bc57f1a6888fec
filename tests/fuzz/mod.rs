//! The fuzz targets for a moment, on stable Rust and always with the same inputs: seeds, taken apart and put together.

#[path = "../../fuzz/src/drivers.rs"]
mod drivers;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::rounds;

/// How many inputs each target gets in the short form.
const INPUTS: u64 = 4000;

/// What inputs are made of.
const SEEDS: [&str; 10] = [
    "version: 1\norg_id: o # mine\n\nagents:\n  a: &x\n    vapi_assistant_id: 7b\n    config:\n      name: \"A\"\n      list: &l [1, 2, {b: c}]\n      text: |-\n        one\n\n        two\n  # said\n  b: {config: {<<: {name: B}, list: *l}}\n",
    "version: 1\nagents:\n  base: &base\n    config: {name: N, metadata: {k: v}}\n  other:\n    <<: *base\n    config:\n      name: ${env:TOKEN}-$${x}\n      firstMessage: ${file:prompts/a.md}\n",
    "version: 1\r\nphone_numbers:\r\n  n:\r\n    config:\r\n      number: \"+14155550100\"\r\n      assistantId: x\r\nignore:\r\n  agents: ['P *', 'off']\r\n",
    "- a\n-\n  - >+\n    folded\n    text\n\n\n- !!str 5\n- ? k\n  : v\n- 'it''s'\n- \"\\u263a \\x41\\\n   b\"\n",
    r#"{"id": "x", "orgId": "o", "name": "A", "model": {"provider": "openai", "tools": [{"type": "function", "function": {"name": "f"}, "server": {"secret": "s"}}], "toolIds": ["b", "a"]}, "temperature": 1.0}"#,
    r#"{"provider": "twilio", "number": "+1", "twilioAuthToken": "***", "isServerUrlSecretSet": true, "server": {"headers": {"Authorization": "x"}}, "hooks": [{"on": "call.ringing"}, {"on": "call.ringing"}], "n": -0.0, "e": 1e300}"#,
    r#"{"format": "vapi-sync plan 1", "digest": "d", "org_id": null, "files": {}, "objects": {}, "choices": {"only": "agents", "target": ["agents.*"], "prefer": ["file=agents.a"], "allow_purchase": false, "send_secrets": true}}"#,
    "# nothing\n---\n...\n",
    "{\"time\":\"2026-01-01T12:00:00Z\",\"run\":\"r\",\"command\":\"apply\",\"actor\":\"a\",\"address\":\"agents.a\",\"vapi_id\":\"7b\",\"action\":\"update\",\"fields\":[{\"path\":\"name\",\"before\":\"A\",\"after\":\"B\",\"sensitive\":false},{\"path\":\"model.messages[role:system].content\",\"after\":null}],\"outcome\":\"intent\"}\n{\"time\":\"2026-01-01T12:00:01Z\",\"run\":\"r\",\"command\":\"apply\",\"address\":\"agents.a\",\"action\":\"update\",\"outcome\":\"done\",\"status\":200}\n",
    "a: |2\n    two\n  zero\n\tb: {c: [d, ], e: }\n",
];

const WORDS: [&str; 20] = [
    "\n",
    "  ",
    "\t",
    ": ",
    "- ",
    "# ",
    "|+\n",
    "&a ",
    "*a",
    "<<: ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "${",
    "\\u",
    "\u{feff}",
    "\u{1f4de}",
];

fn input(rng: &mut StdRng) -> Vec<u8> {
    let seed = |rng: &mut StdRng| SEEDS[rng.random_range(0..SEEDS.len())].as_bytes().to_vec();
    let mut bytes = seed(rng);
    for _ in 0..rng.random_range(0..6) {
        let at = rng.random_range(0..=bytes.len());
        let end = rng.random_range(at..=bytes.len().min(at + 20));
        match rng.random_range(0..6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => {
                let other = seed(rng);
                let from = rng.random_range(0..other.len());
                let piece = &other[from..other.len().min(from + 40)];
                bytes.splice(at..end, piece.iter().copied());
            }
            3 if at < bytes.len() => bytes[at] = rng.random(),
            _ => {
                bytes.splice(at..at, WORDS[rng.random_range(0..WORDS.len())].bytes());
            }
        }
    }
    // What is chosen by the driver of documents.
    bytes.push(0);
    bytes.extend((0..24).map(|_| rng.random_range(1..=255_u8)));
    bytes
}

fn run(name: &str) {
    let (_, driver) = drivers::ALL.into_iter().find(|(own, _)| *own == name).expect("a driver");
    for seed in 0..rounds(INPUTS) {
        let bytes = input(&mut StdRng::seed_from_u64(seed));
        // Only documents have choices.
        let text = if name == "document" { bytes.len() } else { bytes.len() - 25 };
        driver(&bytes[..text]);
    }
}

#[test]
fn documents() {
    run("document");
}

#[test]
fn the_resolver() {
    run("resolver");
}

#[test]
fn the_normalizer() {
    run("normalizer");
}

#[test]
fn saved_plans() {
    run("saved_plan");
}

#[test]
fn audit_logs() {
    run("audit_log");
}
