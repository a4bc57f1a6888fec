//! Values and entries of mappings.

use super::{edited, json, path, refused, remove_key, set};
use crate::document::{Content, Document, Edit};

#[test]
fn nothing_changes_where_the_value_is_the_same() {
    let text = "a: 'x'   # c\nb: [1, 2.0,  3]\nc: {k: v}\nd: 1.0\ne:\n";
    let edits = [
        set("a", "x"),
        set("b", json("[1, 2, 3]")),
        set("c", json(r#"{"k": "v"}"#)),
        set("d", json("1")),
        set("e", json("null")),
    ];
    let edited = Document::parse("f", text).unwrap().edit(&edits).unwrap();
    assert_eq!((edited.text.as_str(), edited.replaced.len()), (text, 0));
}

#[test]
fn only_what_differs_changes_inside_a_collection() {
    let text = "m: # model\n  a: 1 # one\n  l:\n    - x # first\n    - y # second\n  b: {p: 1, q: 2}\n";
    let value = json(r#"{"a": 1, "l": ["x", "z", "w"], "b": {"p": 3, "q": 2}, "more": true}"#);
    assert_eq!(
        edited(text, &[set("m", value)]),
        "m: # model\n  a: 1 # one\n  l:\n    - x # first\n    - z # second\n    - w\n  b: {p: 3, q: 2}\n  more: true\n"
    );
}

#[test]
fn a_new_key_goes_to_the_end_of_its_mapping() {
    let text = "agents:\n  a:\n    x: 1 # c\n  # b comes later\n\nphones: {}\n";
    assert_eq!(
        edited(text, &[set("agents.a.w", "2nd"), set("agents.new.config.name", "New")]),
        "agents:\n  a:\n    x: 1 # c\n    w: 2nd\n  # b comes later\n  new:\n    config:\n      name: New\n\nphones: {}\n"
    );
}

#[test]
fn several_edits_share_the_mappings_they_make() {
    let edits = [set("a.x.p", "1st"), set("a.x.q", "2nd"), set("a.w", json("[]")), set("b", json("{}"))];
    assert_eq!(edited("z: 0\n", &edits), "z: 0\na:\n  x:\n    p: 1st\n    q: 2nd\n  w: []\nb: {}\n");
    assert_eq!(edited("", &edits[..1]), "a:\n  x:\n    p: 1st\n");
    assert_eq!(edited("# only\n", &edits[..1]), "# only\na:\n  x:\n    p: 1st\n");
    assert_eq!(edited("# only", &edits[..1]), "# only\na:\n  x:\n    p: 1st\n");
    assert_eq!(edited("---\n", &edits[2..3]), "---\na:\n  w: []\n");
    assert_eq!(edited("{}\n", &edits[2..3]), "a:\n  w: []\n");
}

#[test]
fn blank_lines_between_siblings_are_kept_up() {
    assert_eq!(edited("a: 1\n\nb: 2\n", &[set("c", "3rd")]), "a: 1\n\nb: 2\n\nc: 3rd\n");
    assert_eq!(
        edited("a: 1\n\nb: |\n  x\n\n# end\n", &[set("c", "3rd"), set("d", "x\n\n"), set("e", "w")]),
        "a: 1\n\nb: |\n  x\n\nc: 3rd\n\nd: |+\n  x\n\ne: w\n\n# end\n"
    );
    // A blank line behind `|+` would be text.
    assert_eq!(edited("a: 1\n\nb: |+\n  x\n\n", &[set("c", "w")]), "a: 1\n\nb: |+\n  x\n\nc: w\n");
    assert_eq!(edited("a: 1\n\nb: 2\n", &[set("b", "x\n\n"), set("c", "w")]), "a: 1\n\nb: \"x\\n\\n\"\n\nc: w\n");
}

#[test]
fn empty_collections_and_nulls_are_filled() {
    assert_eq!(
        edited("agents: {}  # none\nb: 1\n", &[set("agents.x.w", "z")]),
        "agents:  # none\n  x:\n    w: z\nb: 1\n"
    );
    assert_eq!(edited("agents: # none\nb: 1\n", &[set("agents.x.w", "z")]), "agents: # none\n  x:\n    w: z\nb: 1\n");
    assert_eq!(edited("agents:\n\nb: 1\n", &[set("agents.x", "z")]), "agents:\n  x: z\n\nb: 1\n");
    assert_eq!(edited("agents: ~", &[set("agents.x", "z")]), "agents:\n  x: z");
    assert_eq!(edited("a: [{}, {b: }]\n", &[set("a[0].x", "z"), set("a[1].b.c", "w")]), "a: [{x: z}, {b: {c: w} }]\n");
}

#[test]
fn values_become_collections_and_back() {
    let text = "a: 1 # c\nb: # d\n  x: 1\n  y: 2 # gone\n\nc:\n  - p\n  - q: r\nd: [1]\n";
    let edits = [
        set("a", json(r#"{"k": ["v", {"w": 1}]}"#)),
        set("b", "text"),
        set("c[1]", json("[[1], {}]")),
        set("d", json(r#"["x", "y, z"]"#)),
    ];
    assert_eq!(
        edited(text, &edits),
        "a: # c\n  k:\n    - v\n    - w: 1\nb: text # d\n\nc:\n  - p\n  - - - 1\n    - {}\nd: [x, \"y, z\"]\n"
    );
}

#[test]
fn flow_stays_flow() {
    let text = "a: {x: 1, y: [p, q], } # c\nb: {n, m: }\nc: {\n  x: 1, # one\n  y: 2 # two\n}\n";
    let edits = [
        set("a.x", "p\nq"),
        set("a.z", json(r#"{"k": ["v", "a: b"]}"#)),
        set("b.n", json("1")),
        set("b.m", "x"),
        set("c.z", json("3")),
    ];
    assert_eq!(
        edited(text, &edits),
        "a: {x: \"p\\nq\", y: [p, q], z: {k: [v, \"a: b\"]}, } # c\nb: {n: 1, m: x }\nc: {\n  x: 1, # one\n  y: 2, z: 3 # two\n}\n"
    );
}

#[test]
fn new_values_can_carry_a_comment() {
    let commented = |value: Content, text: &str| Content::Commented(Box::new(value), text.to_owned());
    let entry = Content::Map(vec![
        ("token".into(), commented("${env:TOKEN}".into(), "set it in the environment")),
        ("prompt".into(), commented("a\nb\n".into(), "two\nlines")),
        ("list".into(), commented(json("[1]"), "c")),
    ]);
    assert_eq!(
        edited("a: 1\n", &[Edit::Set { path: path("b"), value: entry }]),
        "a: 1\nb:\n  token: ${env:TOKEN} # set it in the environment\n  prompt: | # two lines\n    a\n    b\n  list: # c\n    - 1\n"
    );
}

#[test]
fn the_files_habits_are_followed() {
    let text = "a:\n    b:\n    - 1\nc:\n    d: 1\n";
    assert_eq!(
        edited(text, &[set("e", json(r#"{"f": {"g": [1]}}"#))]),
        "a:\n    b:\n    - 1\nc:\n    d: 1\ne:\n    f:\n        g:\n        - 1\n"
    );
}

#[test]
fn the_only_entry_and_explicit_keys() {
    assert_eq!(edited("a:\n  b: 1\n", &[set("a.b", "x")]), "a:\n  b: x\n");
    assert_eq!(edited("? a\n: 1\n", &[set("a", "x"), set("b", "w")]), "? a\n: x\nb: w\n");
    assert_eq!(edited("a: &x 1 # c\n", &[set("a", "w")]), "a: &x w # c\n");
    assert_eq!(edited("a: !!str 12\n", &[set("a", "13")]), "a: !!str \"13\"\n");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let text = "a: 1\nl: [x]\nt: !!int 3\n";
    let edits = [
        set("a.b", "x"),
        set("a", "fine"),
        set("l[3]", "x"),
        set("t", "x"),
        super::remove("l", 1),
        super::insert("a", 0, "x"),
    ];
    let refusals = refused(text, &edits);
    assert_eq!(
        refusals,
        [
            (0, "vapi-sync cannot edit line 1: this is not a group of fields, so it cannot have a field".to_owned()),
            (2, "vapi-sync cannot edit line 2: this list has no item with that index".to_owned()),
            (3, "vapi-sync cannot edit line 3: it has a tag (`!…`)".to_owned()),
            (4, "vapi-sync cannot edit line 2: there is no item 1 in this list, which has 1".to_owned()),
            (5, "vapi-sync cannot edit line 1: another edit replaces this list".to_owned()),
        ]
    );
    let message = "vapi-sync cannot edit line 1: the whole document cannot be replaced".to_owned();
    assert_eq!(refused(text, &[set("", "x")]), [(0, message)]);
    assert_eq!(refused("a: {b: 1}\n", &[set("a", "x"), set("a.b", "y")])[0].0, 1);
    assert_eq!(refused("a: {b: 1}\n", &[set("a.b", "x"), set("a", "w")])[0].0, 1);
}

#[test]
fn a_number_is_one_for_every_reader() {
    let numbers = json("[1e21, 1.5e300, 2e-7, -1e21, 0.5, 3]");
    let text = edited("a: 1\n", &[set("b", numbers)]);
    assert_eq!(text, "a: 1\nb:\n  - 1.0e+21\n  - 1.5e+300\n  - 2.0e-7\n  - -1.0e+21\n  - 0.5\n  - 3\n");
    assert_eq!(Document::parse("f", text).unwrap().warnings(), []);
}

#[test]
fn a_key_goes_with_its_own_lines_and_nothing_else() {
    let text =
        "a: 1 # one\n# about m\nm:\n  k: |\n    x\n\n    y\n  # about l\n  l: [1]\n    # deeper\nz: {p: 1, q: 2}\n";
    let without = |paths: &[&str]| edited(text, &paths.iter().map(|path| remove_key(path)).collect::<Vec<_>>());
    assert_eq!(without(&["a"]), text.replace("a: 1 # one\n", ""));
    assert_eq!(without(&["m.k"]), text.replace("  k: |\n    x\n\n    y\n", ""));
    assert_eq!(without(&["m.l"]), text.replace("  l: [1]\n    # deeper\n", ""));
    assert_eq!(without(&["z.p"]), text.replace("p: 1, ", ""));
    assert_eq!(without(&["z.q"]), text.replace(", q: 2", ""));
    assert_eq!(without(&["z.p", "z.q"]), text.replace("{p: 1, q: 2}", "{}"));
    assert_eq!(without(&["m"]), "a: 1 # one\n# about m\nz: {p: 1, q: 2}\n");
    assert_eq!(edited("m:\n  k: 1\nz: 1\n", &[remove_key("m.k")]), "m: {}\nz: 1\n");
    assert_eq!(edited("- a: 1\n  b: 2\n", &[remove_key("[0].a")]), "- b: 2\n");
    let both = [remove_key("b"), set("c", "new"), set("a", "x")];
    assert_eq!(edited("a: 1\nb: 2\n", &both), "a: x\nc: new\n");
}

#[test]
fn a_key_that_others_need_stays() {
    for (text, key) in [("a: &x {k: 1}\nb: *x\n", "a"), ("a: &x {k: 1}\nb: {<<: *x}\n", "b.k"), ("a: 1\n", "c")] {
        assert_eq!(refused(text, &[remove_key(key)]).len(), 1, "{text}");
    }
    assert_eq!(edited("a: &x {k: 1}\nb: *x\n", &[remove_key("b.k")]), "a: &x {k: 1}\nb: {}\n");
}
