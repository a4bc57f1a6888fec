//! Twenty secrets are planted in made-up organisations and edits; every command runs in every format and verbosity; none of
//! them is in any output, file, log, plan or git object, in no form.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id, rounds};

/// A number that decides everything about a case.
struct Seed(u64);

impl Seed {
    fn next(&mut self, below: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    /// A secret that looks another way in each form, and that no prose holds.
    fn secret(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        const MARKS: &[u8] = b"&/+=<\"'%";
        let pick = |letters: &[u8], at: u64| char::from(letters[usize::try_from(at).unwrap()]);
        (0..length)
            .map(|at| match at % 5 {
                4 => pick(MARKS, self.next(MARKS.len() as u64)),
                _ => pick(LETTERS, self.next(LETTERS.len() as u64)),
            })
            .collect()
    }
}

/// An organisation, its file, and what must never be seen of them.
struct Case {
    world: World,
    secrets: Vec<String>,
}

const VARIABLES: [&str; 10] =
    ["HEADER", "HOOK", "DOOR", "NAME", "TOOL", "TWILIO", "MOVED", "GONE", "LISTED", "ROTATED"];

fn state(seed: &mut Seed) -> String {
    let spoken = ["say ${env:DOOR}.", "${env:DOOR}", "The door opens with ${env:DOOR}, twice ${env:DOOR}"];
    let spoken = spoken[usize::try_from(seed.next(3)).unwrap()];
    format!(
        "version: 1
agents:
  one:
    config:
      name: One
      firstMessage: '{spoken}'
      voicemailMessage: 'call back ${{env:MOVED}}'
      server: {{url: 'https://example.com', secret: '${{env:HOOK}}', headers: {{Authorization: 'Bearer ${{env:HEADER}}'}}}}
      model:
        provider: openai
        model: gpt-4.1
        messages:
          - {{role: system, content: 'You know ${{env:LISTED}} by heart.'}}
        tools:
          - type: function
            function: {{name: look_up}}
            server: {{url: 'https://example.com', secret: '${{env:TOOL}}', headers: {{x-key: '${{env:ROTATED}}'}}}}
  two:
    config: {{name: Two, endCallMessage: 'bye ${{env:GONE}}'}}
phone_numbers:
  main:
    config:
      provider: twilio
      number: '+14155550100'
      twilioAccountSid: AC00000000000000000000000000000000
      twilioAuthToken: '${{env:TWILIO}}'
      assistantId: ${{agent:one}}
"
    )
}

impl Case {
    fn new(seed: &mut Seed, length: usize) -> Self {
        let state = state(seed);
        let mut secrets: Vec<String> = (0..20).map(|_| seed.secret(length)).collect();
        let mut world = World::with(&state, Config::default());
        world.env = VARIABLES.iter().zip(&secrets).map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        // What stands in the dashboard only: headers, keys, a text that is shaped like a key.
        let shaped = format!("sk-proj-{}{}", "4f9aK2mQ81xZ7Lw0Yt5RbN3c", seed.next(1 << 40));
        let address = format!("in-an-address-{}", seed.next(1 << 40));
        for name in ["GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"] {
            world.env.push((name.to_owned(), world.path(name).display().to_string()));
        }
        world.vapi.insert(
            Collection::Assistant,
            json!({
                "name": "Tools",
                "model": {"provider": "openai", "model": "gpt-4.1", "tools": [
                    {"type": "code", "name": "code", "code": "return 1;", "environmentVariables": [{"name": "PLAIN", "value": secrets[18]}]},
                    {"type": "apiRequest", "name": "ask", "method": "GET", "url": "https://x.example",
                     "headers": {"type": "object", "properties": {"X-Any": {"type": "string", "value": secrets[19]}}}},
                ]},
                "metadata": {"server": {"headers": {"x": secrets[18]}}},
            }),
        );
        world.vapi.insert(
            Collection::Assistant,
            json!({
                "name": "Dashboard",
                "server": {"url": "https://example.org", "headers": {"x-any": secrets[10], "X-Api-Key": secrets[11], "X_Api_Key": secrets[12]}},
                "credentials": [{"provider": "openai", "apiKey": secrets[13]}],
                "model": {
                    "provider": "openai",
                    "model": "gpt-4.1",
                    "messages": [{"role": "system", "content": format!("use {shaped} here, or https://u:{address}@x.example/")}],
                },
            }),
        );
        secrets.extend([shaped, address]);
        Self { world, secrets }
    }

    /// The bytes of a secret in the forms in which they could come out.
    fn forms(&self) -> Vec<(usize, String)> {
        let mut forms = Vec::new();
        for (at, secret) in self.secrets.iter().enumerate() {
            let quoted = json!(secret).to_string();
            let url: String = url_encoded(secret);
            let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            let twice = json!(quoted[1..quoted.len() - 1]).to_string();
            let plain = [secret.clone(), quoted[1..quoted.len() - 1].to_owned(), twice[1..twice.len() - 1].to_owned()];
            let urls = [url.clone(), url.replace("%20", "+"), lower_case(&url)];
            let pages = [html.replace('\'', "&#39;"), html.replace('\'', "&#x27;"), html];
            let encoded = (0..3).map(|before| base64_behind(secret, before));
            forms.extend(plain.into_iter().chain(urls).chain(pages).chain(encoded).map(|form| (at, form)));
        }
        forms
    }

    #[track_caller]
    fn holds_none(&self, what: &str, text: &str) {
        for (at, form) in self.forms() {
            if let Some(found) = text.find(&form) {
                let from = text[..found].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
                let around: String = text[from..].chars().take(240).collect();
                panic!("{what} holds secret {at} ({:?}): …{around}…", VARIABLES.get(at));
            }
        }
    }

    /// Runs a command in all its formats and verbosities, and looks at everything there is.
    #[track_caller]
    fn run(&self, command: &[&str]) {
        let formats: &[&str] = match command[0] {
            "status" => &["text", "json", "html"],
            "validate" => &["text", "json", "github", "sarif"],
            "log" | "init" => &["text", "json"],
            _ => &["text", "json", "markdown"],
        };
        if matches!(command[0], "plan" | "apply" | "pull") {
            let run = self.world.run(&[command, &["--github", "-v"]].concat());
            assert!(matches!(run.code, 0..=4), "{command:?} {}", run.text());
            self.holds_none(&format!("{command:?} --github"), &run.text());
        }
        for format in formats {
            for verbosity in ["-q", "-v", "-vv"] {
                let args = [command, &["--format", format, verbosity]].concat();
                let run = self.world.run(&args);
                assert!(matches!(run.code, 0..=4), "{args:?} {}", run.text());
                self.holds_none(&format!("stdout of {args:?}"), &run.stdout);
                self.holds_none(&format!("stderr of {args:?}"), &run.stderr);
            }
        }
        self.look_at_files(self.world.folder.path());
        self.world.taken();
    }

    fn look_at_files(&self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true if path.ends_with(".git") => {}
                true => self.look_at_files(&path),
                false => {
                    let bytes = std::fs::read(&path).expect("read");
                    self.holds_none(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
                }
            }
        }
        let objects = Command::new("git")
            .args(["cat-file", "--batch-all-objects", "--batch"])
            .current_dir(self.world.folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("git");
        self.holds_none("a git object", &String::from_utf8_lossy(&objects.stdout));
    }

    /// Changes in the dashboard and in the file, as a case has them.
    fn disturb(&mut self, seed: &mut Seed) {
        let one = id(&self.world.agent("One"));
        let (extra, tool) = (self.secrets[14].clone(), self.secrets[15].clone());
        let choice = seed.next(4);
        self.world.vapi.edit_with(Collection::Assistant, &one, |agent| {
            agent["server"]["headers"]["x-new"] = json!(extra);
            agent["model"]["tools"][0]["server"]["headers"]["x-key"] = json!(tool);
            if choice != 0
                && let Some(messages) = agent["model"]["messages"].as_array_mut()
            {
                messages.push(json!({"role": "assistant", "content": "Noted."}));
            }
            if choice == 1 {
                let spoken = agent["firstMessage"].as_str().unwrap_or_default().to_owned();
                agent["firstMessage"] = json!(format!("{spoken} Please."));
            }
        });
        // Somebody's pull request: a text that was a secret is plain, a variable moves, an entry goes, one is rotated.
        self.world.edit("'call back ${env:MOVED}'", "call back later");
        self.world.edit("'bye ${env:GONE}'", "'bye, the code was ${env:MOVED}'");
        for (name, value) in &mut self.world.env {
            if name == "ROTATED" || name == "HEADER" {
                value.clone_from(&self.secrets[if name == "HEADER" { 16 } else { 17 }]);
            }
        }
    }
}

fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// `%2F` as `%2f`.
fn lower_case(url: &str) -> String {
    let mut parts = url.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}%{}{}", part[..2].to_lowercase(), &part[2..]))
}

/// The characters of a text in base64 that are its own, where so many bytes stand before it.
fn base64_behind(text: &str, before: usize) -> String {
    let all = base64(&format!("{}{text}", "x".repeat(before)));
    all[(before * 8).div_ceil(6)..].to_owned()
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text.as_bytes()
        .chunks_exact(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
        })
        .collect()
}

#[test]
fn none_of_twenty_secrets_is_seen_anywhere() {
    for number in 0..rounds(2) {
        let seed = &mut Seed(number);
        let mut case = Case::new(seed, 17);
        case.world.git(&["config", "user.name", "Ada"]);
        case.world.git(&["config", "user.email", "ada@example.com"]);
        case.run(&["validate"]);
        case.run(&["plan"]);
        case.run(&["apply", "--yes", "--target", "agents.*"]);
        case.run(&["apply", "--yes"]);
        case.world.commit("applied");
        case.disturb(seed);
        case.run(&["validate"]);
        case.run(&["plan", "--out", "saved.plan"]);
        case.run(&["status"]);
        case.run(&["apply", "--yes"]);
        case.run(&["pull", "--commit"]);
        case.run(&["sync", "--yes"]);
        case.run(&["log"]);
        case.run(&["restore", "latest", "--yes"]);
        // All of them are rotated, and sent again.
        let (world, secrets) = (&mut case.world, &mut case.secrets);
        for (_, value) in world.env.iter_mut().filter(|(name, _)| VARIABLES.contains(&name.as_str())) {
            *value = seed.secret(19);
            secrets.push(value.clone());
        }
        case.run(&["plan", "--send-secrets"]);
        case.run(&["apply", "--yes", "--send-secrets"]);
        case.run(&["pull", "--prefer", "vapi"]);
        case.run(&["init"]);
    }
}

/// What a plan says does not depend on what a secret is: not on its length, not on its letters.
#[test]
fn no_output_tells_one_secret_from_another() {
    let said = |length: usize, seed: u64| -> Vec<String> {
        let case = Case::new(&mut Seed(7), 17);
        let mut world = case.world;
        let others = &mut Seed(seed);
        for (_, value) in world.env.iter_mut().filter(|(name, _)| VARIABLES.contains(&name.as_str())) {
            *value = others.secret(length);
        }
        let run = |args: &[&str]| {
            let text = world.run(args).text();
            text.replace(world.folder.path().to_str().expect("UTF-8"), "FOLDER")
        };
        let mut said: Vec<String> = [
            &["validate", "-v"][..],
            &["plan", "-v"],
            &["plan", "--format", "json"],
            &["plan", "--format", "markdown"],
            &["status"],
            &["apply", "--yes", "-v"],
            &["plan", "-v"],
            &["pull", "-v"],
            &["sync", "--yes", "--format", "json"],
            &["log", "--format", "json"],
            &["status", "--format", "json"],
        ]
        .map(run)
        .to_vec();
        said.push(world.state());
        let timeless = |text: String| {
            let lines = text.lines().filter(|line| {
                !["Checked ", "checked_at", "\"commit\"", "commit <code>", "\"line\""]
                    .iter()
                    .any(|word| line.contains(word))
            });
            let of_line =
                |line: &str| line.split_inclusive([' ', '"', '(', ')', ',', '.']).map(without_time).collect::<String>();
            // Answers come in any order, and what they bring is written in that order.
            let mut lines: Vec<String> = lines.map(of_line).collect();
            lines.sort();
            lines.join("\n")
        };
        said.into_iter().map(timeless).collect()
    };
    let (one, other) = (said(12, 1), said(33, 2));
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
}

/// A word, or that it is a time or the name of a run.
fn without_time(word: &str) -> &str {
    let is_time = word.starts_with("20") && word.len() > 8 && word.contains(['T', '-', 'Z']);
    let is_clock = word.len() > 4 && word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit());
    let is_end = word.ends_with("Z\"") || word.contains("Z-");
    if is_time || is_clock || is_end { "TIME" } else { word }
}

/// `PREFIX…` in the file must not tell whether a key begins so.
#[test]
fn the_file_cannot_ask_for_a_key_letter_by_letter() {
    let key = "live-key-9f8e7d6c5b4a";
    for guess in ["live-key-9f8…", "live-key-9f8", "live-key…", "ive-key-9f8e7d6c5b4a"] {
        let mut world =
            World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: '{guess}'}}}}\n"));
        world.env.push(("VAPI_API_KEY".into(), key.into()));
        let run = world.run(&["validate", "--format", "json"]);
        assert!(!run.text().contains("(sensitive)"), "{guess}: {}", run.text());
    }
}

/// A list that grew in the dashboard: what did not change keeps its spelling.
#[test]
fn a_list_that_grew_keeps_the_spelling_of_its_elements() {
    let mut world = World::new(
        "version: 1\nagents:\n  one:\n    config:\n      name: One\n      model:\n        provider: openai\n        model: gpt-4.1\n        messages:\n          # the door\n          - {role: system, content: 'Code ${env:DOOR}.'}\n          - {role: user, content: '${file:hello.md}'}\n      endCallPhrases: ['${file:bye.md}', bye]\n",
    );
    world.write("hello.md", "Hello from the file.");
    world.write("bye.md", "Bye from the file.");
    world.env.push(("DOOR".into(), "secret-of-the-door".into()));
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    let push = |list: &mut Value, value: Value| list.as_array_mut().expect("a list").push(value);
    world.vapi.edit_with(Collection::Assistant, &one, |agent| {
        push(&mut agent["model"]["messages"], json!({"role": "user", "content": "One more."}));
        push(&mut agent["endCallPhrases"], json!("so long"));
        push(&mut agent["endCallPhrases"], json!("good night"));
    });
    world.run(&["pull"]).expect(0);
    let state = world.state();
    for kept in [
        "# the door",
        "${file:bye.md}",
        "'Code ${env:DOOR}.'",
        "'${file:hello.md}'",
        "One more.",
        "so long",
        "good night",
    ] {
        assert!(state.contains(kept), "{kept} is not in\n{state}");
    }
    assert_eq!(state.matches("${env:DOOR}").count(), 1, "{state}");
    assert!(!state.contains("secret-of-the-door") && !state.contains("from the file"), "{state}");
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

/// What is reviewed is the variable: another one is another plan, and the plan names it.
#[test]
fn a_plan_names_the_variable_and_its_digest_depends_on_it() {
    let digest = |variable: &str, around: &str| {
        let mut world = World::new(&format!(
            "version: 1\nagents:\n  one: {{config: {{name: One, server: {{url: 'https://x.example', headers: {{Authorization: '{around}${{env:{variable}}}'}}}}}}}}\n"
        ));
        world.env.push(("A_KEY".into(), "the-same-value".into()));
        world.env.push(("B_KEY".into(), "the-same-value".into()));
        let text = world.run(&["plan", "-v"]).expect(0).stdout;
        assert!(text.contains(&format!("${{env:{variable}}}")), "{text}");
        world.run(&["plan", "--format", "json"]).expect(0).json()["digest"].as_str().expect("a digest").to_owned()
    };
    let (a, b, bearer) = (digest("A_KEY", ""), digest("B_KEY", ""), digest("A_KEY", "Bearer "));
    assert!(a != b && a != bearer && b != bearer);
    assert_eq!(a, digest("A_KEY", ""));
}

/// A header that stands in the open in a committed file and was changed in the dashboard is somebody's work.
#[test]
fn a_plain_value_in_the_place_of_a_secret_is_compared() {
    let world = World::new(
        "version: 1\nagents:\n  one: {config: {name: One, server: {url: 'https://x.example', headers: {x-tenant: north}}}}\n",
    );
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let one = id(&world.agent("One"));
    world.edit("x-tenant: north", "x-tenant: south");
    world.run(&["apply", "--yes"]).expect(0);
    assert_eq!(world.agent("One")["server"]["headers"]["x-tenant"], "south", "the file alone moved");
    world.commit("south");
    world.vapi.edit_with(Collection::Assistant, &one, |agent| agent["server"]["headers"]["x-tenant"] = json!("west"));
    world.writes();
    world.run(&["apply", "--yes"]).expect(3);
    assert!(world.writes().is_empty());
    world.edit("x-tenant: south", "x-tenant: east");
    world.run(&["apply", "--yes"]).expect(3);
    assert_eq!(world.agent("One")["server"]["headers"]["x-tenant"], "west");
}

/// Not by its own name, not by another, not written out, not inside a longer text.
#[test]
fn the_key_of_the_api_is_in_no_field() {
    let key = "live-key-9f8e7d6c5b4a";
    for text in ["${env:VAPI_API_KEY}", "${env:OTHER}", "Bearer ${env:LONGER}", "live-key-9f8e7d6c5b4a"] {
        let mut world =
            World::new(&format!("version: 1\nagents:\n  one: {{config: {{name: One, firstMessage: '{text}'}}}}\n"));
        for (name, value) in [("VAPI_API_KEY", key), ("OTHER", key), ("LONGER", "x live-key-9f8e7d6c5b4a")] {
            world.env.push((name.into(), value.into()));
        }
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"]] {
            let run = world.run(command).expect(1);
            assert!(run.text().contains("api-key-in-file"), "{text}: {}", run.text());
            assert!(!run.text().contains(key), "{text}: {}", run.text());
        }
        assert!(world.writes().is_empty());
    }
}

/// An error names the field as the file spells it, also where the value is too short to be looked for.
#[test]
fn an_error_about_names_does_not_tell_a_variable() {
    let mut world =
        World::new("version: 1\nagents:\n  a: {config: {name: '${env:WHO}'}}\n  b: {config: {name: '${env:WHO}'}}\n");
    for who in ["xq", "quite-a-long-name-of-somebody"] {
        world.env = vec![("WHO".into(), who.into())];
        for command in [&["validate"][..], &["plan"], &["apply", "--yes"], &["validate", "--format", "json"]] {
            let run = world.run(command).expect(1);
            assert!(run.text().contains("twins") && run.text().contains("${env:WHO}"), "{}", run.text());
            assert!(!run.text().contains(who), "{}", run.text());
        }
    }
    world.write("vapi-state.yaml", "version: 1\nagents:\n  a: {config: {name: '${env:WHO}'}}\n");
    world.env = vec![("WHO".into(), "xq".into())];
    for _ in 0..2 {
        world.vapi.insert(Collection::Assistant, json!({"name": "xq"}));
    }
    let run = world.run(&["plan"]).expect(1);
    assert!(run.text().contains("could be any of 2") && !run.text().contains("xq"), "{}", run.text());
}
