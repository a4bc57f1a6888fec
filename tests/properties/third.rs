//! Promise 2 with a base: two checkouts of one repository, somebody in the dashboard, the real binary.
//!
//! Whatever happens in whatever order, what somebody set in Vapi stays until some checkout took it over, or `--prefer` says
//! otherwise; and `sync` comes to rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

use super::few;
use crate::support::{Run, World, id};

/// How many texts of an object are edited.
const FIELDS: usize = 3;

/// A kind, as a file has it: three texts, each on a line of its own that is found by its key, and where they are in the
/// object.
#[derive(Debug)]
struct Sort {
    section: &'static str,
    collection: Collection,
    config: &'static [&'static str],
    fields: [(&'static str, &'static str); FIELDS],
}

static SORTS: [Sort; 5] = [
    Sort {
        section: "agents",
        collection: Collection::Assistant,
        config: &["name: Desk", "firstMessage: start", "endCallMessage: start", "voicemailMessage: start"],
        fields: [
            ("firstMessage", "/firstMessage"),
            ("endCallMessage", "/endCallMessage"),
            ("voicemailMessage", "/voicemailMessage"),
        ],
    },
    Sort {
        section: "tools",
        collection: Collection::Tool,
        config: &[
            "type: apiRequest",
            "name: desk",
            "method: GET",
            "url: https://api.example.com",
            "description: start",
            "messages:",
            "  - type: request-start",
            "    content: start",
            "backoffPlan: {type: fixed, maxRetries: 1, baseDelaySeconds: 1}",
            "body:",
            "  type: object",
            "  title: start",
        ],
        fields: [("description", "/description"), ("content", "/messages/0/content"), ("title", "/body/title")],
    },
    Sort {
        section: "squads",
        collection: Collection::Squad,
        config: &[
            "name: start",
            "members:",
            "  - assistant: {name: Member}",
            "    assistantOverrides:",
            "      firstMessage: start",
            "membersOverrides:",
            "  maxDurationSeconds: 700",
            "  endCallMessage: start",
        ],
        fields: [
            ("name", "/name"),
            ("firstMessage", "/members/0/assistantOverrides/firstMessage"),
            ("endCallMessage", "/membersOverrides/endCallMessage"),
        ],
    },
    Sort {
        section: "structured_outputs",
        collection: Collection::StructuredOutput,
        config: &["name: start", "description: start", "schema:", "  type: string", "  title: start"],
        fields: [("name", "/name"), ("description", "/description"), ("title", "/schema/title")],
    },
    Sort {
        section: "phone_numbers",
        collection: Collection::PhoneNumber,
        config: &[
            "provider: twilio",
            "number: \"+14155550100\"",
            "twilioAccountSid: AC00000000000000000000000000000000",
            "name: start",
            "fallbackDestination:",
            "  type: number",
            "  number: \"+14155550142\"",
            "  message: start",
            "  description: start",
        ],
        fields: [
            ("name", "/name"),
            ("message", "/fallbackDestination/message"),
            ("description", "/fallbackDestination/description"),
        ],
    },
];

/// What somebody does. `checkout` is 0 or 1.
#[derive(Debug, Clone)]
enum Deed {
    Edit {
        checkout: usize,
        field: usize,
        value: u8,
    },
    Commit {
        checkout: usize,
    },
    Dashboard {
        field: usize,
        value: u8,
    },
    Run {
        checkout: usize,
        command: &'static str,
    },
    /// Commits, and the other checkout gets all of it; the refs as well, or not.
    Share {
        checkout: usize,
        refs: bool,
    },
    LoseRefs {
        checkout: usize,
    },
    LoseLog {
        checkout: usize,
    },
}

fn deed(checkouts: usize, losses: bool) -> impl Strategy<Value = Deed> {
    let checkout = 0..checkouts;
    let command = prop_oneof![Just("apply"), Just("pull"), Just("sync")];
    let field = 0..FIELDS;
    let usual = prop_oneof![
        3 => (checkout.clone(), field.clone(), 0_u8..3).prop_map(|(checkout, field, value)| Deed::Edit { checkout, field, value }),
        2 => checkout.clone().prop_map(|checkout| Deed::Commit { checkout }),
        3 => (field, 0_u8..2).prop_map(|(field, value)| Deed::Dashboard { field, value }),
        5 => (checkout.clone(), command).prop_map(|(checkout, command)| Deed::Run { checkout, command }),
    ];
    let others = prop_oneof![
        2 => (checkout.clone(), any::<bool>()).prop_map(|(checkout, refs)| Deed::Share { checkout, refs }),
        1 => checkout.clone().prop_map(|checkout| Deed::LoseRefs { checkout }),
        1 => checkout.prop_map(|checkout| Deed::LoseLog { checkout }),
    ];
    if losses { prop_oneof![4 => usual, 1 => others].boxed() } else { usual.boxed() }
}

/// The two checkouts, their Vapi, and what somebody set in it that no checkout took over yet.
struct Office {
    sort: &'static Sort,
    world: World,
    beside: tempfile::TempDir,
    id: String,
    /// How many values were made up so far: with `unique`, no two are the same.
    made: u32,
    unique: bool,
    theirs: BTreeMap<usize, String>,
}

impl Office {
    fn open(sort: &'static Sort, unique: bool) -> Self {
        let config: String = sort.config.iter().map(|line| format!("      {line}\n")).collect();
        let world = World::new(&format!("version: 1\n{}:\n  desk:\n    config:\n{config}", sort.section));
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.run(&["apply", "--yes"]).expect(0);
        let id = id(&world.vapi.objects(sort.collection)[0]);
        let office =
            Self { sort, world, beside: crate::support::folder(), id, made: 0, unique, theirs: BTreeMap::new() };
        let from = office.folder(0).display().to_string();
        office.git(office.beside.path(), &["clone", "-q", &from, "other"]);
        office
    }

    fn folder(&self, checkout: usize) -> PathBuf {
        if checkout == 0 { self.world.folder.path().to_path_buf() } else { self.beside.path().join("other") }
    }

    fn git(&self, folder: &Path, args: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(folder)
            .output()
            .expect("git");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn run(&self, checkout: usize, args: &[&str]) -> Run {
        self.world.command(args).current_dir(self.folder(checkout)).output().expect("the binary").into()
    }

    /// What Vapi has of each field.
    fn live(&self) -> Vec<Value> {
        let object = self.world.vapi.object(self.sort.collection, &self.id).expect("it is there");
        self.texts(&object)
    }

    fn texts(&self, config: &Value) -> Vec<Value> {
        self.sort.fields.iter().map(|(_, at)| config.pointer(at).cloned().unwrap_or_default()).collect()
    }

    /// What a checkout's file says of each field.
    fn file(&self, checkout: usize) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder(checkout).join("vapi-state.yaml")).expect("read");
        let file: Value = serde_yaml::from_str(&text).expect("YAML");
        self.texts(&file[self.sort.section]["desk"]["config"])
    }

    fn value(&mut self, who: &str, value: u8) -> String {
        self.made += 1;
        if self.unique { format!("{who} {}", self.made) } else { format!("{who} {value}") }
    }

    fn commit(&self, checkout: usize) {
        self.git(&self.folder(checkout), &["add", "-A"]);
        self.git(&self.folder(checkout), &["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    fn share(&self, checkout: usize, refs: bool) {
        self.commit(checkout);
        let (from, to) = (self.folder(checkout), self.folder(1 - checkout));
        self.git(&to, &["fetch", "-q", &from.display().to_string(), "+main:refs/remotes/shared/main"]);
        if refs {
            self.git(&to, &["fetch", "-q", &from.display().to_string(), "+refs/vapi-sync/*:refs/vapi-sync/*"]);
        }
        self.git(&to, &["reset", "-q", "--hard", "shared/main"]);
    }

    fn does(&mut self, deed: &Deed) -> Result<(), TestCaseError> {
        match *deed {
            Deed::Edit { checkout, field, value } => {
                let value = self.value("file", value);
                let path = self.folder(checkout).join("vapi-state.yaml");
                let text = std::fs::read_to_string(&path).expect("read");
                let key = format!(" {}: ", self.sort.fields[field].0);
                let lines = text.lines().map(|line| match line.split_once(&key) {
                    Some((indent, _)) if indent.trim().is_empty() => format!("{indent}{key}{value}\n"),
                    _ => format!("{line}\n"),
                });
                std::fs::write(&path, lines.collect::<String>()).expect("written");
            }
            Deed::Commit { checkout } => self.commit(checkout),
            Deed::Dashboard { field, value } => {
                let (before, value) = (self.live(), self.value("dashboard", value));
                let at = self.sort.fields[field].1;
                let edited = self.world.vapi.edit_with(self.sort.collection, &self.id, |object| {
                    let mut all = Value::Object(std::mem::take(object));
                    *all.pointer_mut(at).expect("a text") = json!(value);
                    *object = all.as_object().expect("an object").clone();
                });
                assert!(edited);
                // What it is already is nothing new.
                if before[field] != value.as_str() {
                    self.theirs.insert(field, value);
                }
            }
            Deed::Run { checkout, command } => self.runs(checkout, command)?,
            Deed::Share { checkout, refs } => self.share(checkout, refs),
            Deed::LoseRefs { checkout } => {
                let output = Command::new("sh")
                    .args([
                        "-c",
                        "git for-each-ref --format='delete %(refname)' refs/vapi-sync | git update-ref --stdin",
                    ])
                    .current_dir(self.folder(checkout))
                    .output();
                assert!(output.expect("sh").status.success());
            }
            Deed::LoseLog { checkout } => drop(std::fs::remove_dir_all(self.folder(checkout).join(".vapi-sync"))),
        }
        Ok(())
    }

    fn runs(&mut self, checkout: usize, command: &str) -> Result<(), TestCaseError> {
        let before = self.live();
        let args: &[&str] = if command == "pull" { &["pull"] } else { &[command, "--yes"] };
        let run = self.run(checkout, args);
        prop_assert!(matches!(run.code, 0 | 3), "{command}: {} {}", run.code, run.text());
        let (after, file) = (self.live(), self.file(checkout));
        for (field, theirs) in self.theirs.clone() {
            if file[field] == theirs.as_str() {
                self.theirs.remove(&field);
            } else {
                let name = self.sort.fields[field].1;
                prop_assert_eq!(&after[field], &before[field], "{} by {}: {}", name, command, run.text());
            }
        }
        Ok(())
    }

    /// `sync` until nothing happens any more. What still differs then is in dispute.
    fn comes_to_rest(&self) -> Result<(), TestCaseError> {
        for _ in 0..4 {
            let before = (self.live(), self.file(0));
            let run = self.run(0, &["sync", "--yes"]);
            if (self.live(), self.file(0)) != before {
                continue;
            }
            prop_assert_eq!(before.0 != before.1, run.code == 3, "{}", run.text());
            return Ok(());
        }
        Err(TestCaseError::fail("sync does not come to rest"))
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn what_somebody_set_stays_until_a_checkout_took_it_over(
        sort in 0..SORTS.len(), deeds in prop::collection::vec(deed(2, true), 1..16)
    ) {
        let mut office = Office::open(&SORTS[sort], true);
        for deed in &deeds {
            office.does(deed)?;
        }
        office.comes_to_rest()?;
    }

    /// Also a value that was there before: that it is recorded is no reason to replace it.
    #[test]
    fn what_somebody_set_back_stays_too(
        sort in 0..SORTS.len(), deeds in prop::collection::vec(deed(1, false), 1..16)
    ) {
        let mut office = Office::open(&SORTS[sort], false);
        for deed in &deeds {
            office.does(deed)?;
        }
        office.comes_to_rest()?;
    }
}
