use std::collections::HashMap;

use proptest::prelude::*;

use super::outline::outline;
use super::slice::Slices;
use super::subject::{Entries, Subject, Texts, holds};
use crate::document::Document;
use crate::model::Value;
use crate::model::recorded::Question;
use crate::model::{Address, FieldPath, RemoteId, Step};
use crate::state::environments::Whose;

/// What a version answers, by the lines of the entry alone. `None`: they do not tell.
fn by_slice(text: &str, subject: &Subject, questions: &[Question]) -> Option<Vec<usize>> {
    let outline = outline(text.as_bytes())?;
    let Some(slice) = Slices::of(&outline).slice(subject) else { return Some(Vec::new()) };
    let document = Document::parse("slice", String::from_utf8(slice.text).ok()?).ok()?;
    let Some(entries) = document.root().and_then(|root| Entries::of(root, &Whose::Only)) else {
        return Some(Vec::new());
    };
    let Some(found) = subject.find(&entries) else { return Some(Vec::new()) };
    let told = found.names.references.is_subset(&slice.references);
    told.then(|| holds(&found, &entries, &Texts(HashMap::new()), &HashMap::new(), questions, &subject.questions))
}

/// What a version answers, by all of it. `None`: it does not parse.
fn by_file(text: &str, subject: &Subject, questions: &[Question]) -> Option<Vec<usize>> {
    let document = Document::parse("file", text.to_owned()).ok()?;
    let Some(entries) = document.root().and_then(|root| Entries::of(root, &Whose::Only)) else {
        return Some(Vec::new());
    };
    let Some(found) = subject.find(&entries) else { return Some(Vec::new()) };
    Some(holds(&found, &entries, &Texts(HashMap::new()), &HashMap::new(), questions, &subject.questions))
}

fn questions() -> Vec<Question> {
    let mut questions = Vec::new();
    for (handle, id) in [("a", None), ("a", Some("id-1")), ("b", Some("id-2")), ("c", Some("id-3")), ("p", None)] {
        let section = if handle == "p" { "phone_numbers" } else { "agents" };
        for path in ["name", "model.temperature", "prompt", "assistantId", "model.toolIds", "server.url"] {
            for value in [
                serde_json::json!("one"),
                serde_json::json!("two lines\nof text\n"),
                serde_json::json!(0.3),
                serde_json::json!(null),
                serde_json::json!("id-1"),
                serde_json::json!(["t1", "t2"]),
                serde_json::json!("agents:\n  a:\n    config:\n      name: one\n"),
            ] {
                questions.push(Question {
                    address: Address::new(section, handle),
                    id: id.map(|id: &str| RemoteId(id.to_owned())),
                    path: FieldPath(path.split('.').map(|key| Step::Key(key.into())).collect()),
                    value: Value::from(value),
                    element: false,
                    after: None,
                });
            }
        }
    }
    questions
}

const FILE: &str = r#"version: 1
org_id: o-1
x-shared: &shared
  temperature: 0.3

agents:
  a:
    vapi_assistant_id: id-1
    config:
      name: one
      prompt: |
        two lines
        of text
      model:
        temperature: 0.3
        toolIds: [t1, t2]

  # the second
  b:
    vapi_assistant_id: "id-2" # b
    config:
      name: 'one'
      assistantId: ${agent:a}
      prompt: >
        agents:
          a:
      server:
        url: one
  c:
    config:
      model:
        temperature: 0.3
      prompt: "two lines\nof text\n"
      name: two

phone_numbers:
    p:
        config:
            name: one
            assistantId: ${agent:a}
ignore:
  agents: [x]
"#;

/// Lines that do something to what stands around them.
const LINES: &[&str] = &[
    "",
    "   ",
    "\t",
    "# a comment",
    "  # a comment",
    "            # a comment",
    "---",
    "...",
    "agents:",
    "\"agents\":",
    "agents: &x",
    "phone_numbers:",
    "x-other: |",
    "x-other: \"",
    "\"",
    "'",
    "  a:",
    "  b: &b",
    "  c: *b",
    "  d: {config: {name: one}}",
    "    config:",
    "    config: &c",
    "    config: *c",
    "    config: {name: one, model: {temperature: 0.3}}",
    "    vapi_assistant_id: id-1",
    "    vapi_assistant_id:",
    "      id-1",
    "    vapi_assistant_id: *x",
    "    vapi_assistant_id: !!str id-3",
    "    ? vapi_assistant_id",
    "      name: one",
    "      name: >-",
    "      name: \"one",
    "        two lines",
    "      prompt: |2",
    "      prompt: |+",
    "      model: *shared",
    "      <<: *shared",
    "      model: {temperature: 0.3, toolIds: [t1,",
    "      t2]}",
    "      assistantId: ${agent:a}",
    "      assistantId: \"$\\x7bagent:a}\"",
    "      - x",
    "    - x",
    "  - x",
    "- x",
    "        <<: *shared",
    "\u{feff}",
    "      name: one\r",
    "  a:\r",
    "x: y\rz: 1",
    "%YAML 1.2",
    "  é:",
    "  a :",
    "  \"a\":",
    "  a: # one",
    "  a:#one",
    "}",
    "{",
    "]",
];

#[derive(Debug, Clone)]
enum Change {
    Insert(usize, usize),
    Replace(usize, usize),
    Remove(usize),
    Swap(usize, usize),
    Indent(usize, bool),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let (place, line) = (0..60_usize, 0..LINES.len());
    prop_oneof![
        (place.clone(), line.clone()).prop_map(|(place, line)| Change::Insert(place, line)),
        (place.clone(), line).prop_map(|(place, line)| Change::Replace(place, line)),
        place.clone().prop_map(Change::Remove),
        (place.clone(), place.clone()).prop_map(|(one, two)| Change::Swap(one, two)),
        (place, any::<bool>()).prop_map(|(place, more)| Change::Indent(place, more)),
        (0..FILE.len()).prop_map(Change::Cut),
    ]
}

fn changed(changes: &[Change]) -> String {
    let mut lines: Vec<String> = FILE.lines().map(str::to_owned).collect();
    let mut cut = usize::MAX;
    for change in changes {
        let count = lines.len();
        match *change {
            Change::Insert(place, line) => lines.insert(place % (count + 1), LINES[line].to_owned()),
            Change::Replace(place, line) => lines[place % count] = LINES[line].to_owned(),
            Change::Remove(place) if count > 1 => drop(lines.remove(place % count)),
            Change::Remove(_) => {}
            Change::Swap(one, two) => lines.swap(one % count, two % count),
            Change::Indent(place, true) => lines[place % count].insert_str(0, "  "),
            Change::Indent(place, false) => {
                let line = &mut lines[place % count];
                *line = line.strip_prefix("  ").unwrap_or(line).to_owned();
            }
            Change::Cut(at) => cut = at,
        }
    }
    let mut text = lines.join("\n") + "\n";
    let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if cut > 0 {
        text.truncate(cut);
    }
    text
}

#[test]
fn the_file_of_these_tests_is_told_by_its_lines() {
    let questions = questions();
    let mut answers = 0;
    for subject in Subject::of(&questions) {
        let slice = by_slice(FILE, &subject, &questions).expect("plain block style");
        assert_eq!(Some(&slice), by_file(FILE, &subject, &questions).as_ref(), "{}", subject.address);
        answers += slice.len();
    }
    assert!(answers >= 12, "{answers} of the questions are about what is there");
}

#[test]
fn what_indentation_does_not_tell_is_unusual() {
    for text in [
        "agents: {a: {config: {}}}\n",
        "agents: &x\n  a:\n    config: {}\n",
        "\"agents\":\n  a:\n    config: {}\n",
        "agents:\n  \"a\":\n    config: {}\n",
        "agents:\n  a: *b\n",
        "agents:\n  a:\n    <<: *b\n",
        "agents:\n  a:\n    ? config\n",
        "agents:\n  a:\n    vapi_assistant_id:\n      id-1\n",
        "agents:\n  a:\n    vapi_assistant_id: id-1\n      goes on\n",
        "agents:\n  a:\n    vapi_assistant_id: \"\\x69d-1\"\n",
        "agents:\n  a:\n    vapi_assistant_id: *id\n",
        "agents:\n  a:\n    config: {}\n   b:\n",
        "agents:\n  a:\n    config: {}\nagents:\n",
        "agents:\n  a:\n    config: {}\rphone_numbers:\n",
        "<<: *all\n",
        "--- &x\nagents:\n",
        "version: 1\n---\nagents:\n",
    ] {
        assert!(outline(text.as_bytes()).is_none(), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1500 } else { 20_000 }))]

    /// What the lines of an entry say of a file that parses is what the file says. Of one that does not, they may say
    /// anything: an answer is looked for in the whole file before it counts.
    #[test]
    fn the_lines_of_an_entry_say_what_the_file_says(changes in prop::collection::vec(change(), 0..6)) {
        let text = changed(&changes);
        let questions = questions();
        for subject in Subject::of(&questions) {
            if let (Some(slice), Some(file)) = (by_slice(&text, &subject, &questions), by_file(&text, &subject, &questions)) {
                prop_assert_eq!(slice, file, "{} in:\n{}", subject.address, text);
            }
        }
    }
}
