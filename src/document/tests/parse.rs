use serde_json::json;

use crate::document::{Document, View};

fn parse(text: &str) -> Document {
    Document::parse("state.yaml", text).unwrap_or_else(|errors| panic!("{text:?}: {errors:?}"))
}

/// `code line:column message` of each error.
fn errors(text: &str) -> Vec<String> {
    let errors = Document::parse("state.yaml", text).expect_err(text);
    let line = |error: &crate::model::diagnostic::Diagnostic| {
        let place = error.place.clone().unwrap();
        format!("{} {}:{} {}", error.code, place.line, place.column, error.message)
    };
    errors.iter().map(line).collect()
}

#[test]
fn reads_values_of_all_styles() {
    let text = "\
a: plain text
b: 'it''s'
c: \"tab\\t \\u00e9\"
d: |
  one
    two

e: >-
  folded
  text
f: [1, 2.5, {x: , y: null}]
g:
- - deep
  - ~
-
h:
i: |+

  kept

j: off
";
    let expected = json!({
        "a": "plain text", "b": "it's", "c": "tab\t é", "d": "one\n  two\n", "e": "folded text",
        "f": [1, 2.5, {"x": null, "y": null}], "g": [["deep", null], null], "h": null, "i": "\nkept\n\n", "j": "off",
    });
    assert_eq!(parse(text).root().unwrap().to_json(), expected);
    assert_eq!(parse(&text.replace('\n', "\r\n")).root().unwrap().to_json(), expected);
}

#[test]
fn an_empty_file_has_no_root() {
    for text in ["", "# only this\n", "\n\n", "---\n", "\u{feff}"] {
        assert!(parse(text).root().is_none(), "{text:?}");
    }
}

#[test]
fn aliases_are_followed_and_merges_resolved() {
    let text = "\
base: &base {x: 1, y: {z: 2}}
more: &more {x: 5, w: 6}
plain: &p hello
a:
  <<: *base
  y: 3
b: {<<: [*base, *more], p: *p}
c: *base
";
    let doc = parse(text);
    let root = doc.root().unwrap();
    assert_eq!(root.get("a").unwrap().to_json(), json!({"x": 1, "y": 3}));
    assert_eq!(root.get("b").unwrap().to_json(), json!({"x": 1, "y": {"z": 2}, "w": 6, "p": "hello"}));
    assert_eq!(root.get("c").unwrap().get("y").unwrap().to_json(), json!({"z": 2}));
    let shared = |path: &[&str]| path.iter().fold(root, |node, key| node.get(key).unwrap()).is_shared();
    assert!(shared(&["base", "y", "z"]) && shared(&["a", "x"]) && shared(&["c"]) && shared(&["b", "p"]));
    assert!(!shared(&["a", "y"]) && !shared(&["a"]) && !shared(&["b"]));
}

#[test]
fn snippets_are_the_bytes_of_the_value() {
    let text = "a: &x !!str 'q'  # c\nb: |- # c\n  text\n\nc:\n- 1\n- {k: v}\nd: # none\ne: *x\n";
    let doc = parse(text);
    let root = doc.root().unwrap();
    let snippets: Vec<_> = root.entries().map(|entry| entry.value.snippet()).collect();
    assert_eq!(snippets, ["'q'", "|- # c\n  text\n\n", "- 1\n- {k: v}", "", "*x"]);
}

#[test]
fn places_count_characters() {
    let doc = parse("\u{feff}\"📞🎉\": {né: 'wört' }\r\nb: 1\r\n");
    let outer = doc.root().unwrap().entries().next().unwrap();
    let inner = outer.value.entries().next().unwrap();
    let at = |place: crate::model::diagnostic::Place| (place.line, place.column, place.width);
    assert_eq!(at(outer.key_place()), (1, 1, 4));
    assert_eq!(at(inner.key_place()), (1, 8, 2));
    assert_eq!(at(inner.value.place()), (1, 12, 6));
    assert_eq!(at(doc.root().unwrap().get("b").unwrap().place()), (2, 4, 1));
    assert_eq!(doc.line_text(1), "\"📞🎉\": {né: 'wört' }");
    assert_eq!((doc.line_text(2), doc.line_text(0), doc.line_text(9)), ("b: 1", "", ""));
}

#[test]
fn comments_belong_to_the_line_and_the_line_above() {
    let text = "\
# above a
a: 1 # behind a
# far

b: # key
  c: |- # block
    # text
  # above d
  d: [1,
    2] # end
  e: '# text'
";
    let doc = parse(text);
    let b = doc.root().unwrap().get("b").unwrap();
    assert_eq!(doc.root().unwrap().get("a").unwrap().comments(), ["behind a", "above a"]);
    assert_eq!(b.comments(), ["key"]);
    assert_eq!(b.get("c").unwrap().comments(), ["block"]);
    assert_eq!(b.get("d").unwrap().comments(), ["end", "above d"]);
    assert_eq!(b.get("e").unwrap().comments(), [""; 0]);
}

#[test]
fn errors_name_their_places() {
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key 3:1 the key `a` appears twice, first on line 1"),
        ("x: &x {}\na:\n  <<: *x\n  <<: *x\n", "yaml-duplicate-key 4:3 the key `<<` appears twice, first on line 3"),
        ("a: {b: 1, \"b\": 2}\n", "yaml-duplicate-key 1:11 the key `b` appears twice, first on line 1"),
        ("a: 1\n---\nb: 2\n", "yaml-documents 2:1 a second YAML document starts here"),
        ("a: *x\n", "yaml-syntax 1:4 no value above is marked with this name"),
        ("a: &x [*x]\n", "yaml-aliases 1:8 this alias refers to a value that contains it"),
        ("[a]: 1\n", "yaml-key 1:1 the name of a field must be text, not a list or a group of fields"),
        ("a: !include x\n", "yaml-tag 1:4 `!include` is a YAML tag that vapi-sync does not know"),
        ("a: !thing {b: 1}\n", "yaml-tag 1:4 `!thing` is a YAML tag that vapi-sync does not know"),
        (
            "a: .inf\n",
            "yaml-not-json 1:4 this cannot be sent to Vapi as a number: infinity and NaN do not exist in JSON",
        ),
        (
            "a: 99999999999999999999\n",
            "yaml-not-json 1:4 this cannot be sent to Vapi as a number: it has more than 64 bits",
        ),
        ("a:\n  <<: text\n", "yaml-merge 2:3 `<<` must be followed by the name of a marked group of fields (`*name`)"),
    ] {
        assert_eq!(errors(text), [expected], "{text:?}");
    }
    assert_eq!(errors("a: 1\na: 2\nb: .nan\nb: 1\n").len(), 3);
}

#[test]
fn keys_are_taken_as_text() {
    let doc = parse("1: a\ntrue: b\n~: c\n? d\n: e\n? f\n");
    let keys: Vec<_> = doc.root().unwrap().entries().map(|entry| entry.key.to_owned()).collect();
    assert_eq!(keys, ["1", "true", "~", "d", "f"]);
    assert_eq!(doc.root().unwrap().get("f").unwrap().view(), View::Null);
}

#[test]
fn other_readers_are_warned_of() {
    let doc = parse("a: off\nb: 'off'\nc: 2026-01-01\nd: !!str 0123\ne: [12:30, x]\n");
    let warnings: Vec<_> =
        doc.warnings().iter().map(|w| (w.place.clone().unwrap().line, w.snippet.clone().unwrap())).collect();
    assert_eq!(warnings, [(1, "a: off".into()), (3, "c: 2026-01-01".into()), (5, "e: [12:30, x]".into())]);
}

#[test]
fn deep_nesting_and_bombs_are_errors() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000), "{a: ".repeat(10_000), "? ".repeat(10_000)] {
        assert!(Document::parse("x", text).is_err());
    }
    let mut nested = String::new();
    for depth in 0..10_000 {
        nested += &format!("{}a:\n", " ".repeat(depth.min(300)));
    }
    assert_eq!(Document::parse("x", nested).unwrap_err()[0].code, "yaml-too-deep");
    let mut bomb = String::from("a0: &a0 lol\n");
    for level in 1..40 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    }
    assert_eq!(Document::parse("x", bomb).unwrap_err()[0].code, "yaml-aliases");
    let mut chain = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        chain += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(Document::parse("x", chain).unwrap_err()[0].code, "yaml-too-deep");
}
