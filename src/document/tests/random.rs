//! Random documents, random edits: the result reads as asked and the rest of the text is the same, or it is refused.

use std::cmp::Reverse;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::document::{Content, Document, Edit, Node, PathStep, View};

/// Choices read from random bytes; 0, the simplest choice, once they are used up.
struct Choices<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl Choices<'_> {
    fn up_to(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % end
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.up_to(n) == n - 1
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.up_to(from.len())]
    }
}

const TEXTS: &[&str] = &[
    "hello",
    "two words",
    "",
    " ",
    "\n",
    "\n\n",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\n\n\n",
    "a\n\nb\n\n",
    " lead\nb",
    "\n  x\n",
    "\ttab\nb",
    "a\n\tb\n",
    "a\n   \nb",
    "a\n   ",
    "a\n   \n",
    "   \na\n",
    "\n \n",
    "trail  \nb  ",
    "a\rb\n",
    "a\r\nb",
    "x\u{85}y\n",
    "x\u{2028}y",
    "\u{feff}x\ny",
    "bell\u{7}",
    "---",
    "---\nx",
    "...\n",
    "# no comment",
    "a # b",
    "a: b",
    "- x",
    "?",
    "key:",
    "+14155550100",
    "0123",
    "off",
    "1e3",
    "2026-01-01",
    "~",
    "null",
    "12:30",
    "<<",
    "=",
    "&x",
    "*x",
    "!x",
    "%x",
    "@x",
    "`x",
    "[x",
    "{x: y}",
    "]",
    ",",
    "'",
    "\"",
    "\\",
    "it's",
    "{\"a\": 1}",
    "📞 é",
    "📞\n🎉\n",
    "${env:X}",
    "{{name}}",
    "#\n#\n",
    "- a\n- b\n",
    "a: 1\nb: 2\n",
    "| x\n y",
    "very long text that goes on: and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on",
];

const KEYS: &[&str] = &["a", "b", "c", "key two", "d.e", "é📞", "x-y", "1", "true"];

/// Writes a random document.
struct Gen<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
    anchors: usize,
    with_anchors: bool,
}

impl Gen<'_, '_> {
    fn noise(&mut self, column: usize) {
        match self.choices.up_to(12) {
            7 => self.out.push('\n'),
            8 => writeln!(self.out, "{}# comment", " ".repeat(column)).unwrap(),
            9 => self.out.push_str("\n\n"),
            10 => writeln!(self.out, "{}# off: [ \"column", " ".repeat(self.choices.up_to(8))).unwrap(),
            11 => writeln!(self.out, "{}", " ".repeat(self.choices.up_to(6))).unwrap(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let end = self.choices.pick(&["\n", "\n", "\n", " # c\n", "   # d: |- 📞\n", "  \n"]);
        self.out.push_str(end);
    }

    fn anchor(&mut self) {
        if self.with_anchors && self.choices.one_in(4) {
            self.anchors += 1;
            write!(self.out, "&n{} ", self.anchors).unwrap();
        }
    }

    fn alias(&mut self) -> Option<String> {
        let usable = self.with_anchors && self.anchors > 0 && self.choices.one_in(3);
        usable.then(|| format!("*n{}", self.choices.up_to(self.anchors) + 1))
    }

    fn map(&mut self, column: usize, depth: usize, first_here: bool) {
        let step = 1 + self.choices.up_to(4);
        let count = 1 + self.choices.up_to(4);
        let start = self.choices.up_to(KEYS.len());
        for index in 0..count {
            if index > 0 || !first_here {
                if index > 0 {
                    self.noise(column);
                }
                self.out.extend(std::iter::repeat_n(' ', column));
            }
            let key = KEYS[(start + index) % KEYS.len()];
            match self.choices.up_to(8) {
                6 => write!(self.out, "\"{key}\" :").unwrap(),
                7 => write!(self.out, "'{key}':").unwrap(),
                _ => write!(self.out, "{key}:").unwrap(),
            }
            self.value(column, step, depth);
        }
        if self.with_anchors && self.anchors > 0 && self.choices.one_in(5) {
            self.out.extend(std::iter::repeat_n(' ', column));
            writeln!(self.out, "<<: *n{}", self.choices.up_to(self.anchors) + 1).unwrap();
        }
    }

    /// What follows a `key:`, with its line end.
    fn value(&mut self, column: usize, step: usize, depth: usize) {
        self.out.push_str(if self.choices.one_in(9) { "  " } else { " " });
        match self.choices.up_to(if depth == 0 { 6 } else { 10 }) {
            kind @ 0..=5 => self.leaf(kind, column, step),
            6 | 7 => {
                self.anchor();
                self.end_line();
                self.noise(column + step);
                self.map(column + step, depth - 1, false);
            }
            _ => {
                self.anchor();
                self.end_line();
                let offset = if self.choices.one_in(2) { 0 } else { step };
                self.list(column + offset, depth - 1, false);
            }
        }
    }

    fn list(&mut self, column: usize, depth: usize, first_here: bool) {
        for index in 0..1 + self.choices.up_to(3) {
            if index > 0 || !first_here {
                if index > 0 {
                    self.noise(column);
                }
                self.out.extend(std::iter::repeat_n(' ', column));
            }
            self.out.push('-');
            match self.choices.up_to(if depth == 0 { 7 } else { 10 }) {
                6 => self.end_line(),
                7 => {
                    self.out.push(' ');
                    self.map(column + 2, depth - 1, true);
                }
                8 => {
                    self.out.push(' ');
                    self.list(column + 2, depth - 1, true);
                }
                9 => {
                    self.end_line();
                    self.map(column + 3, depth - 1, false);
                }
                kind => {
                    self.out.push(' ');
                    self.leaf(kind, column, 2);
                }
            }
        }
    }

    fn leaf(&mut self, kind: usize, column: usize, step: usize) {
        if let Some(alias) = self.alias() {
            self.out.push_str(&alias);
            return self.end_line();
        }
        self.anchor();
        match kind {
            4 => {
                let flow = self.flow(2);
                self.out.push_str(&flow);
            }
            5 => return self.block(column, step),
            _ => {
                let scalar = self.choices.pick(&[
                    "1",
                    "word",
                    "two words",
                    "",
                    "null",
                    "-1.5",
                    "'it''s'",
                    "\"q \\u00e9 \\n\"",
                    "off",
                    "0123",
                    "📞",
                    "true",
                    "~",
                    "\"\"",
                    "a#b",
                    "''",
                ]);
                self.out.push_str(scalar);
            }
        }
        self.end_line();
    }

    fn block(&mut self, column: usize, step: usize) {
        let indent = column + step;
        self.out.push_str(self.choices.pick(&["|", "|-", "|+", ">", ">-", ">+"]));
        let digit = self.choices.one_in(4);
        if digit {
            write!(self.out, "{step}").unwrap();
        }
        self.out.push_str(self.choices.pick(&["\n", " # header\n"]));
        for line in 0..self.choices.up_to(5) {
            let mut text =
                self.choices.pick(&["line", "", "  deeper", "# no comment", "k: v", "- x", "é📞 ", "\tx", "   "]);
            if line == 0 && !digit && text.starts_with([' ', '\t']) {
                text = "first";
            }
            if !text.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(text);
            self.out.push('\n');
        }
        self.out.push_str(self.choices.pick(&["", "", "\n", "\n\n"]));
    }

    fn flow(&mut self, depth: usize) -> String {
        let count = self.choices.up_to(4);
        let space = self.choices.pick(&[" ", "", "  "]);
        if self.choices.one_in(2) {
            let items: Vec<_> = (0..count).map(|_| self.flow_value(depth)).collect();
            let comma = if count > 0 && self.choices.one_in(4) { "," } else { "" };
            format!("[{}{comma}{space}]", items.join(", "))
        } else {
            let entries: Vec<_> = (0..count).map(|index| format!("k{index}: {}", self.flow_value(depth))).collect();
            format!("{{{space}{}}}", entries.join(&format!(",{space} ")))
        }
    }

    fn flow_value(&mut self, depth: usize) -> String {
        match self.choices.up_to(if depth == 0 { 4 } else { 6 }) {
            4 | 5 => self.flow(depth - 1),
            _ => self.choices.pick(&["1", "word", "'q'", "\"d\"", "null", "two words", "-2", "é📞"]).to_owned(),
        }
    }
}

fn document(choices: &mut Choices<'_>, with_anchors: bool) -> String {
    let (crlf, cut, bom) = (choices.one_in(5), choices.one_in(4), choices.one_in(9));
    let mut gen_ = Gen { choices, out: String::new(), anchors: 0, with_anchors };
    gen_.noise(0);
    match gen_.choices.one_in(6) {
        true => gen_.list(0, 3, false),
        false => gen_.map(0, 3, false),
    }
    gen_.noise(0);
    let mut text = gen_.out;
    if cut {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if crlf {
        text = text.replace('\n', "\r\n");
    }
    if bom { format!("\u{feff}{text}") } else { text }
}

fn content(choices: &mut Choices<'_>, depth: usize) -> Content {
    match choices.up_to(if depth == 0 { 8 } else { 11 }) {
        0..=4 => Content::Text(choices.pick(TEXTS).to_owned()),
        5 => Content::Null,
        6 => Content::Bool(choices.one_in(2)),
        7 => super::json(choices.pick(&["1", "-7", "2.5", "1e300", "0"])),
        8 => Content::List((0..choices.up_to(4)).map(|_| content(choices, depth - 1)).collect()),
        9 => {
            let start = choices.up_to(KEYS.len());
            let count = choices.up_to(4);
            Content::Map(
                (0..count).map(|i| (KEYS[(start + i) % KEYS.len()].to_owned(), content(choices, depth - 1))).collect(),
            )
        }
        _ => Content::Commented(Box::new(content(choices, depth - 1)), "note: # x".to_owned()),
    }
}

fn paths(node: Node<'_>, path: &mut Vec<PathStep>, out: &mut Vec<(Vec<PathStep>, usize)>) {
    match node.view() {
        View::Map => {
            out.push((path.clone(), usize::MAX));
            for entry in node.entries() {
                path.push(PathStep::Key(entry.key.to_owned()));
                paths(entry.value, path, out);
                path.pop();
            }
        }
        View::List => {
            out.push((path.clone(), node.items().len()));
            for (index, item) in node.items().enumerate() {
                path.push(PathStep::Index(index));
                paths(item, path, out);
                path.pop();
            }
        }
        _ => out.push((path.clone(), usize::MAX - 1)),
    }
}

fn edit(choices: &mut Choices<'_>, doc: &Document) -> Option<Edit> {
    let mut all = Vec::new();
    paths(doc.root()?, &mut Vec::new(), &mut all);
    let at = choices.up_to(256) * 256 + choices.up_to(256);
    let (mut path, kind) = all.swap_remove(at % all.len());
    let value = content(choices, 2);
    Some(match kind {
        usize::MAX => {
            path.push(PathStep::Key(choices.pick(&["new", "a", "other key", "off"]).to_owned()));
            if choices.one_in(4) {
                path.push(PathStep::Key("deep".to_owned()));
            }
            Edit::Set { path, value }
        }
        len if len < usize::MAX - 1 => match choices.up_to(3) {
            0 if len > 0 => Edit::RemoveItem { list: path, index: choices.up_to(len) },
            1 => Edit::Set { path, value },
            _ => Edit::InsertItem { list: path, index: choices.up_to(len + 1), value },
        },
        _ if matches!(path.last(), Some(PathStep::Key(_))) && choices.one_in(3) => Edit::RemoveKey { path },
        _ => Edit::Set { path, value },
    })
}

fn get<'v>(value: &'v mut Value, path: &[PathStep]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        PathStep::Key(key) => {
            if value.is_null() {
                *value = Value::Object(serde_json::Map::new());
            }
            value.as_object_mut().unwrap().entry(key.clone()).or_insert(Value::Null)
        }
        PathStep::Index(index) => value.get_mut(index).unwrap(),
    })
}

/// Edits applied to plain values one by one: new values first, then lists from the inside out and from
/// the end, so that indices stay valid.
fn expected(doc: &Document, edits: &[Edit]) -> Value {
    let mut value = doc.root().unwrap().to_json();
    let (sets, items): (Vec<_>, Vec<_>) = edits.iter().partition(|edit| matches!(edit, Edit::Set { .. }));
    let mut ordered: Vec<_> = sets.into_iter().chain(items.into_iter().rev()).collect();
    ordered.sort_by_key(|edit| match edit {
        Edit::Set { .. } => (0, Reverse(0), Reverse(0), 0),
        Edit::RemoveKey { .. } => (1, Reverse(usize::MAX), Reverse(0), 0),
        Edit::RemoveItem { list, index } => (1, Reverse(list.len()), Reverse(*index), 0),
        Edit::InsertItem { list, index, .. } => (1, Reverse(list.len()), Reverse(*index), 1),
    });
    for edit in ordered {
        apply(&mut value, edit);
    }
    value
}

fn apply(value: &mut Value, edit: &Edit) {
    match edit {
        Edit::Set { path, value: new } => *get(value, path) = new.to_json(),
        Edit::RemoveKey { path } => {
            let Some((PathStep::Key(key), above)) = path.split_last() else { panic!("no key: {path:?}") };
            get(value, above).as_object_mut().unwrap().remove(key);
        }
        Edit::InsertItem { list, index, value: new } => {
            get(value, list).as_array_mut().unwrap().insert(*index, new.to_json());
        }
        Edit::RemoveItem { list, index } => {
            get(value, list).as_array_mut().unwrap().remove(*index);
        }
    }
}

/// Everything outside the replaced ranges is the same in both texts.
fn check_outside(old: &str, edited: &crate::document::Edited) {
    let (mut from_old, mut from_new) = (0, 0);
    for (was, is) in edited.replaced.iter().chain([&(old.len()..old.len(), edited.text.len()..edited.text.len())]) {
        assert_eq!(&old[from_old..was.start], &edited.text[from_new..is.start]);
        (from_old, from_new) = (was.end, is.end);
    }
}

fn run(bytes: &[u8], with_anchors: bool, count: usize) -> Result<&'static str, String> {
    let mut choices = Choices { bytes: bytes.iter() };
    let text = document(&mut choices, with_anchors);
    let Ok(doc) = Document::parse("f", text.as_str()) else { return Ok("no document") };
    let edits: Vec<_> = (0..count).filter_map(|_| edit(&mut choices, &doc)).collect();
    if edits.is_empty() {
        return Ok("empty");
    }
    match doc.edit(&edits) {
        Ok(edited) => {
            check_outside(&text, &edited);
            let new = Document::parse("f", edited.text.as_str()).unwrap();
            let numbers = |value: Value| value.to_string().replace(".0,", ",").replace(".0}", "}").replace(".0]", "]");
            let sorted = |value: Value| -> Value { serde_json::from_str(&numbers(value)).unwrap() };
            assert_eq!(sorted(new.root().unwrap().to_json()), sorted(expected(&doc, &edits)), "{text:?} {edits:?}");
            Ok("done")
        }
        Err(refusals) => Err(format!("{text:?}\n{edits:?}\n{}", refusals[0].diagnostic.message)),
    }
}

/// Whether a refusal gives a reason other than a failed check.
fn is_reasoned(message: &str) -> bool {
    [
        "the whole document",
        "a second YAML parser, which checks each edit, cannot read the file",
        "it cannot have a field",
    ]
    .iter()
    .any(|reason| message.contains(reason))
}

/// Fixed cases, so that only a change of the code can fail; with `PROPTEST_CASES`, that many new ones.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases: 1500, rng_seed: RngSeed::Fixed(2026), ..config },
    }
}

#[test]
fn random_documents_are_mostly_real_ones() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let bytes = proptest::collection::vec(any::<u8>(), 100..160);
    let mut done = 0;
    for _ in 0..500 {
        let bytes = bytes.new_tree(&mut runner).unwrap().current();
        done += usize::from(run(&bytes, false, 1) == Ok("done"));
    }
    assert!(done > 400, "only {done} of 500 random edits were made");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documents_without_anchors_take_every_edit(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        if let Err(refusal) = run(&bytes, false, 1) {
            prop_assert!(is_reasoned(&refusal), "{refusal}");
        }
    }

    #[test]
    fn documents_with_anchors_are_edited_right_or_not_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        let _ = run(&bytes, true, 1);
    }

    #[test]
    fn many_edits_at_once_are_made_or_refused_for_a_reason(bytes in proptest::collection::vec(any::<u8>(), 100..240)) {
        if let Err(refusal) = run(&bytes, false, 4) {
            prop_assert!(is_reasoned(&refusal) || refusal.contains("another edit"), "{refusal}");
        }
    }

    #[test]
    fn many_edits_of_shared_values_are_right_or_refused(bytes in proptest::collection::vec(any::<u8>(), 100..240)) {
        let _ = run(&bytes, true, 4);
    }

    #[test]
    fn garbage_does_not_panic(text in "[-:?,\\[\\]{}#&*!|>'\"%@`a0 \\n\\t\\r\u{feff}é📞]{0,60}") {
        if let Ok(doc) = Document::parse("f", text.as_str()) {
            let _ = doc.warnings();
            let _ = doc.root().map(|root| root.to_json());
            let edit = Edit::Set { path: vec![PathStep::Key("new".into())], value: Content::from("x\ny\n") };
            if let Ok(edited) = doc.edit(&[edit]) {
                check_outside(&text, &edited);
            }
        }
    }
}
