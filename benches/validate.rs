//! The time of validating, relative to parsing the same file.
//!
//! `cargo bench --bench validate`: 2,000 agents, 5 MB. Both are measured in one run, in turns, so that a busy machine
//! slows both; the ratio of the best times counts. Fails above [`LIMIT`].
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement for people to read")]

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use granit_parser::Parser;
use vapi_sync::check::{Options, check};
use vapi_sync::document::Document;
use vapi_sync::state::includes::Includes;
use vapi_sync::state::resolve::Desired;

/// How many agents the file has.
const AGENTS: usize = 2_000;

/// The most that validating may take, in times of parsing.
const LIMIT: f64 = 4.0;

/// How often each is measured.
const ROUNDS: usize = 15;

fn main() -> ExitCode {
    let text = file();
    let (mut parse, mut validate) = (Duration::MAX, Duration::MAX);
    let mut said = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let events = Parser::new_from_str(&text).filter(Result::is_ok).count();
        parse = parse.min(start.elapsed());
        assert!(events > AGENTS);
        let start = Instant::now();
        said = findings(&text);
        validate = validate.min(start.elapsed());
    }
    let ratio = validate.as_secs_f64() / parse.as_secs_f64();
    println!("{AGENTS} agents, {:.1} MB, {said} findings", text.len() as f64 / 1e6);
    println!("parse     {:7.1} ms", parse.as_secs_f64() * 1e3);
    println!("validate  {:7.1} ms   {ratio:.2} times parse, {LIMIT} allowed", validate.as_secs_f64() * 1e3);
    ExitCode::from(u8::from(ratio > LIMIT))
}

/// Reading and checking, as `vapi-sync validate` does it.
fn findings(text: &str) -> usize {
    let document = Document::parse("state.yaml", text).expect("a file that parses");
    let includes = Includes::new(".");
    let desired = Desired::of(&document, &vapi_sync::state::environments::Whose::Only, &includes, &|_| None)
        .expect("a file of the right shape");
    check(&desired, &includes, &|_| None, &Options::default()).all().len()
}

/// A state file with about 2.5 KB for each agent.
fn file() -> String {
    let mut text = String::from("version: 1\nagents:\n");
    for index in 0..AGENTS {
        write!(
            text,
            "  agent_{index}:
    vapi_assistant_id: 7b0e2f4c-1a2b-4c3d-8e9f-{index:012}
    config:
      name: Agent {index}
      firstMessage: \"Thanks for calling branch {index}. How can I help?\"
      model:
        provider: openai
        model: gpt-4.1
        temperature: 0.3
        messages:
          - role: system
            content: |
"
        )
        .expect("a String takes all");
        for rule in 0..18 {
            writeln!(text, "              - Rule {rule} of branch {index}: ask {{{{customer.name}}}} one question at a time, and wait.")
                .expect("a String takes all");
        }
        text.push_str(
            "        tools:
          - type: endCall
          - type: function
            function:
              name: look_up
              parameters: {type: object, properties: {name: {type: string}, born: {type: string}}}
            server: {url: 'https://hooks.example.com/look-up', secret: '${env:HOOK_SECRET}'}
      voice: {provider: 11labs, voiceId: sarah, stability: 0.5, similarityBoost: 0.75}
      transcriber: {provider: deepgram, model: nova-3, language: en}
      endCallPhrases: [goodbye, bye bye]
      maxDurationSeconds: 600
",
        );
    }
    text
}
