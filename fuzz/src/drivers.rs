//! One function per target: takes any bytes, and panics if an invariant breaks.
//!
//! To add one: a function here, a file in `fuzz_targets/`, a `[[bin]]`, a line
//! in [`ALL`].

use std::sync::Arc;

use serde_json::Value;
use vapi_sync::audit::{Reader, Record};
use vapi_sync::document::{Content, Document, Edit, PathStep};
use vapi_sync::kinds::KINDS;
use vapi_sync::model::diagnostic::Diagnostic;
use vapi_sync::plan::pair::Listings;
use vapi_sync::plan::prefer::Prefer;
use vapi_sync::plan::restore::{WayBack, restore};
use vapi_sync::plan::saved::Saved;
use vapi_sync::state::ids::Ids;
use vapi_sync::state::includes::IncludeSource;
use vapi_sync::state::resolve::Desired;
use vapi_sync::state::template::{self, Token};
use vapi_sync::values::compare::covers;
use vapi_sync::values::live::Live;
use vapi_sync::values::normalize;

/// A driver: panics on an input that breaks an invariant.
pub type Driver = fn(&[u8]);

/// All drivers by name.
pub const ALL: [(&str, Driver); 5] = [
    ("document", document),
    ("resolver", resolver),
    ("normalizer", normalizer),
    ("saved_plan", saved_plan),
    ("audit_log", audit_log),
];

/// Choices from the input: the bytes after the last NUL, or none.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        let byte = usize::from(*self.0.next().unwrap_or(&0));
        byte % end.max(1)
    }
}

fn text_and_choices(bytes: &[u8]) -> Option<(&str, Choices<'_>)> {
    let split = bytes.iter().rposition(|byte| *byte == 0);
    let (text, choices) = split.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 1..]));
    Some((std::str::from_utf8(text).ok()?, Choices(choices.iter())))
}

/// An edit of a text that parses is refused, or the result parses as the old value with the edit applied, and
/// no other byte differs.
pub fn document(bytes: &[u8]) {
    let Some((text, mut choices)) = text_and_choices(bytes) else { return };
    let Ok(document) = Document::parse("fuzz", text) else { return };
    let _ = document.warnings();
    let Some(root) = document.root() else { return };
    let before = root.to_json();
    let mut path = Vec::new();
    let mut here = &before;
    loop {
        here = match here {
            Value::Object(map) if !map.is_empty() && choices.below(4) != 3 => {
                let (key, value) = map.iter().nth(choices.below(map.len())).expect("below the length");
                path.push(PathStep::Key(key.clone()));
                value
            }
            Value::Array(items) if !items.is_empty() && choices.below(4) != 3 => {
                let at = choices.below(items.len());
                path.push(PathStep::Index(at));
                &items[at]
            }
            _ => break,
        };
    }
    let value = value(&mut choices);
    let mut expected = before.clone();
    let place = path.iter().try_fold(&mut expected, |value, step| match step {
        PathStep::Key(key) => value.get_mut(key),
        PathStep::Index(at) => value.get_mut(at),
    });
    let Some(place) = place else { return };
    let edit = match (here, place) {
        (Value::Array(items), Value::Array(after)) if choices.below(2) == 0 => {
            let index = choices.below(items.len() + 1);
            if index < items.len() && choices.below(2) == 0 {
                after.remove(index);
                Edit::RemoveItem { list: path, index }
            } else {
                after.insert(index, value.to_json());
                Edit::InsertItem { list: path, index, value }
            }
        }
        (_, place) => {
            *place = value.to_json();
            Edit::Set { path, value }
        }
    };
    let Ok(edited) = document.edit(std::slice::from_ref(&edit)) else { return };
    let again = Document::parse("fuzz", edited.text.as_str()).expect("what was written can be read");
    let after = again.root().map_or(Value::Null, |root| root.to_json());
    assert!(same(&after, &expected), "{edit:?} of {text:?} gives {:?}", edited.text);
    let (mut old_at, mut new_at) = (0, 0);
    for (old, new) in &edited.replaced {
        assert_eq!(text[old_at..old.start], edited.text[new_at..new.start], "{edit:?} of {text:?}");
        (old_at, new_at) = (old.end, new.end);
    }
    assert_eq!(text[old_at..], edited.text[new_at..], "{edit:?} of {text:?}");
}

/// Equality, numbers by value: an equal value is not written again.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let held = |(key, value): (&String, &Value)| right.get(key).is_some_and(|other| same(value, other));
            left.len() == right.len() && left.iter().all(held)
        }
        _ => left == right,
    }
}

/// A value to write, from texts known to cause trouble.
fn value(choices: &mut Choices<'_>) -> Content {
    const TEXTS: [&str; 14] = [
        "x",
        "",
        " ",
        "\t- a\n",
        "a\n\n\nb\n",
        "  deeper\nless\n",
        "---\n...\n",
        "# no comment",
        "a\r\nb\r",
        "\u{85}\u{2028}\u{feff}",
        "+14155550100",
        "off",
        "📞 'q' \"d\" ${env:X} {{x}}",
        "trailing \n ",
    ];
    match choices.below(8) {
        0 => Content::Null,
        1 => Content::Bool(choices.below(2) == 0),
        2 => Content::Number((choices.below(256) as i64 - 128).into()),
        3 => Content::List((0..choices.below(3)).map(|_| value(choices)).collect()),
        4 => {
            let keys = ["a", "b c", "0123"];
            Content::Map(keys[..choices.below(4)].iter().map(|key| ((*key).to_owned(), value(choices))).collect())
        }
        _ => Content::Text(TEXTS[choices.below(TEXTS.len())].to_owned()),
    }
}

struct Names;

impl IncludeSource for Names {
    fn text(&self, path: &str) -> Result<Arc<str>, Diagnostic> {
        match path.len() % 3 {
            0 => Err(Diagnostic::error("include-missing", "not there")),
            _ => Ok(path.into()),
        }
    }
}

/// Any file is read or gives an error, and plain text passes through the template unchanged.
pub fn resolver(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let escaped = template::escape(text);
    let plain: String = template::parse(&escaped)
        .iter()
        .map(|token| match token {
            Token::Text(text) => text.as_ref(),
            token => panic!("{token:?} in the escaped {text:?}"),
        })
        .collect();
    assert_eq!(plain, text);
    let Ok(document) = Document::parse("fuzz", text) else { return };
    let env = |name: &str| name.len().is_multiple_of(2).then(|| name.to_lowercase());
    let Ok(desired) = Desired::of(&document, &vapi_sync::state::environments::Whose::Only, &Names, &env) else {
        return;
    };
    let ids = Ids::in_file(&desired.file.entries);
    for entry in &desired.file.entries {
        let value = desired.value(entry, &ids);
        assert!(!format!("{:?}", value.to_shown()).contains('\0'));
        desired.identity(entry);
    }
}

/// Any JSON of Vapi's has one normal form, without differences from itself.
pub fn normalizer(bytes: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    for kind in KINDS {
        let value = normalize::live(kind, json.clone());
        assert!(normalize::same(&value, &value), "{json}");
        assert!(covers(kind.root(), &value, &value), "{json} differs from itself");
        let _ = normalize::to_wire(&value);
    }
}

/// A saved plan is read, or gives an error.
pub fn saved_plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(saved) = Saved::parse("fuzz", text) {
        let _ = saved.choices();
    }
}

/// Any log is read to its end: each line is a record that is written as it was read, or is skipped with a
/// note. `restore` restores a run from it, or gives the reason why not.
pub fn audit_log(bytes: &[u8]) {
    let mut reader = Reader::new("fuzz".to_owned(), bytes);
    let records: Vec<Record> = reader.by_ref().map(|record| record.expect("memory can be read")).collect();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    assert_eq!(records.len() + reader.notes().len(), lines);
    for record in &records {
        let line = serde_json::to_vec(record).expect("a record is JSON");
        let again = Reader::new("again".to_owned(), &line[..]).next().expect("a line").expect("a record");
        assert_eq!(again, *record);
    }
    let Some(run) = records.first().map(|record| record.run.clone()) else { return };
    let lives = records.iter().filter_map(|record| {
        let id = record.vapi_id.as_deref()?;
        let after = record.fields.iter().filter_map(|field| Some((field.path.clone(), field.after.clone()?)));
        let mut json = serde_json::Map::from_iter(after);
        json.insert("id".to_owned(), id.into());
        serde_json::from_value::<Live>(Value::Object(json)).ok()
    });
    let listings = Listings::from([(KINDS[0].section, lives.collect())]);
    let entries = records.iter().filter_map(|record| {
        let handle = record.address.strip_prefix("agents.a")?;
        handle
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
            .then(|| format!("  a{handle}: {{config: {{name: A}}}}\n"))
    });
    let text = format!("version: 1\nagents:\n{}", entries.take(1).collect::<String>());
    let Ok(document) = Document::parse("fuzz", text) else { return };
    let Ok(desired) = Desired::of(&document, &vapi_sync::state::environments::Whose::Only, &Names, &|_| None) else {
        return;
    };
    let way = WayBack { run, address: None, vapi_only: false };
    let _ = restore(&way, &records, &listings, &desired, &Prefer::default());
}
