//! A secret is shown nowhere: in no output, no file, no log, whatever Vapi answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::json;
use vapi_sync::emulator::{Collection, Config, Credentials};

use crate::support::{Run, World, id};

const TOKEN: &str = "tok-\"quoted\"\\zwie\\back\nsecond-line-of-it\ttab é";
const HEADER: &str = "header-secret-1234567";
const PLAIN: &str = "plain-secret-in-the-file";
const IN_VAPI: &str = "secret-that-vapi-shows";

/// Parts that no spelling of the secrets is without.
const TRACES: [&str; 6] = ["quoted", "zwie", "second-line-of-it", "header-secret", "plain-secret", "secret-that-vapi"];

const STATE: &str = "\
version: 1
agents:
  one:
    config:
      name: One
      firstMessage: 'say ${env:SPOKEN}'
      server: {url: 'https://example.com', secret: '${env:TOKEN}', headers: {Authorization: 'Bearer ${env:HEADER}'}}
      model:
        provider: openai
        model: gpt-4.1
        tools:
          - type: function
            function: {name: look_up}
            server: {url: 'https://example.com', secret: '${env:TOKEN}', headers: {x-key: '${env:HEADER}'}}
phone_numbers:
  main:
    config:
      provider: twilio
      number: '+14155550100'
      twilioAccountSid: AC00000000000000000000000000000000
      twilioAuthToken: '${env:TOKEN}'
      assistantId: ${agent:one}
";

fn world(config: Config) -> World {
    let mut world = World::with(STATE, config);
    world.env = [("TOKEN", TOKEN), ("HEADER", HEADER), ("SPOKEN", "spoken-header-secret")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    for name in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"] {
        world.env.push((name.to_owned(), world.path(name).display().to_string()));
    }
    world
}

#[track_caller]
fn shows_nothing(what: &str, text: &str) {
    for trace in TRACES {
        if let Some(at) = text.find(trace) {
            let from = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
            let around: String = text[from..].chars().take(160).collect();
            panic!("{what} shows {trace:?}: …{around}…");
        }
    }
}

/// Runs a command in every format and at every verbosity; nothing shows a secret, nor does any file.
#[track_caller]
fn silent(world: &World, command: &[&str]) -> Vec<Run> {
    let mut runs = Vec::new();
    let formats: &[&[&str]] = match command[0] {
        "status" => &[&[], &["--format", "json"], &["--format", "html"]],
        "validate" | "log" => &[&[], &["--format", "json"]],
        _ => &[&["--github"], &["--format", "json"], &["--format", "markdown"]],
    };
    for format in formats {
        let format: Vec<&str> =
            format.iter().copied().filter(|arg| command[0] != "sync" || *arg != "--github").collect();
        for verbosity in [&[][..], &["-vv"]] {
            let args: Vec<&str> = command.iter().chain(&format).chain(verbosity).copied().collect();
            let run = world.run(&args);
            assert!(matches!(run.code, 0..=4), "{args:?} {}", run.text());
            shows_nothing(&format!("stdout of {args:?}"), &run.stdout);
            shows_nothing(&format!("stderr of {args:?}"), &run.stderr);
            runs.push(run);
        }
    }
    let mut folders = vec![world.folder.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true if path.ends_with(".git") => {}
                true => folders.push(path),
                false => {
                    let bytes = std::fs::read(&path).expect("read");
                    shows_nothing(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
                }
            }
        }
    }
    runs
}

#[test]
fn no_command_shows_one() {
    for credentials in [Credentials::Shown, Credentials::Masked, Credentials::Dropped] {
        let world = world(Config { credentials, ..Config::default() });
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"], &["status"], &["log"], &["pull"]] {
            silent(&world, command);
        }
        assert_eq!(world.numbers()[0]["twilioAuthToken"], json!(TOKEN), "it was sent");
        world.commit("applied");
        // Rotated, and changed in Vapi: both ways, still nothing.
        let one = id(&world.agent("One"));
        world.vapi.edit_with(Collection::Assistant, &one, |agent| {
            agent["model"]["tools"][0]["server"]["secret"] = json!(IN_VAPI);
            agent["model"]["tools"][0]["server"]["headers"]["x-key"] = json!(IN_VAPI);
            agent["model"]["apiKey"] = json!(IN_VAPI);
            agent["firstMessage"] = json!("say spoken-header-secret now");
        });
        for command in [
            &["plan"][..],
            &["plan", "--send-secrets", "--prefer", "file"],
            &["status"],
            &["pull", "--prefer", "vapi"],
            &["apply", "--yes", "--send-secrets"],
            &["sync", "--yes"],
            &["log"],
        ] {
            silent(&world, command);
        }
    }
}

#[test]
fn one_that_stands_in_the_file_is_refused_and_not_repeated() {
    let world = world(Config::default());
    world.edit("'${env:HEADER}'", PLAIN);
    for command in [&["validate"][..], &["plan"], &["status"], &["apply", "--yes"], &["pull"], &["sync", "--yes"]] {
        for format in ["text", "json"] {
            let args = [command, &["-vv", "--format", format]].concat();
            let run = world.run(&args).expect(1);
            assert!(run.text().contains("secret-in-file"), "{args:?} {}", run.text());
            shows_nothing(&format!("{args:?}"), &run.text());
        }
    }
    assert!(world.writes().is_empty());
}

/// A service that has nothing, and answers each write with an error that quotes all of it, in several spellings.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(stream)));
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        let end = line == "\r\n";
        head.push_str(&line);
        if end {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let (status, answer) = match head.starts_with("GET ") {
        true => ("200 OK", "[]".to_owned()),
        false => {
            // Long messages are cut: this one in the midst of a secret.
            let cut = format!("{}{TOKEN}{}", "x".repeat(300 - 12), "x".repeat(500));
            let twice = json!(body).to_string();
            (
                "400 Bad Request",
                json!({"message": [format!("this is wrong: {head} {body}"), twice, TOKEN, cut]}).to_string(),
            )
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
}

#[test]
fn one_that_vapi_quotes_in_an_error_is_not_shown() {
    let mut world = world(Config::default());
    world.env.push(("VAPI_BASE_URL".to_owned(), echo()));
    world.env.push(("VAPI_API_KEY".to_owned(), "the-plain-secret-key".to_owned()));
    for run in silent(&world, &["apply", "--yes"]) {
        assert_eq!(run.code, 4, "{}", run.text());
        assert!(run.text().contains("this is wrong"), "Vapi's words are told: {}", run.text());
    }
    silent(&world, &["log"]);
}
