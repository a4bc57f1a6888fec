//! Items of lists.

use super::{edited, insert, json, refused, remove, set};

#[test]
fn items_look_like_their_siblings() {
    for (text, expected) in [
        ("l:\n- a # c\n- b\nz: 1\n", "l:\n- new\n- a # c\n- x\n- b\n- end\nz: 1\n"),
        ("l:\n    - a # c\n    - b\nz: 1\n", "l:\n    - new\n    - a # c\n    - x\n    - b\n    - end\nz: 1\n"),
        ("l:\n  - a # c\n\n  - b\nz: 1\n", "l:\n  - new\n\n  - a # c\n\n  - x\n\n  - b\n\n  - end\nz: 1\n"),
        ("l: [a, b] # c\n", "l: [new, a, x, b, end] # c\n"),
        ("l: [ a, b, ] # c\n", "l: [ new, a, x, b, end, ] # c\n"),
        ("l:\n  -\n  - # c\n", "l:\n  - new\n  -\n  - x\n  - # c\n  - end\n"),
    ] {
        let edits = [insert("l", 0, "new"), insert("l", 1, "x"), insert("l", 2, "end")];
        assert_eq!(edited(text, &edits), expected, "{text:?}");
    }
}

#[test]
fn items_of_all_kinds() {
    let edits = [
        insert("l", 1, json(r#"{"k": "v", "m": {"o": 1}}"#)),
        insert("l", 1, "a\nb\n"),
        insert("l", 1, json(r#"["x", ["w"]]"#)),
        insert("l", 1, json("[]")),
    ];
    assert_eq!(
        edited("l:\n  - 0\n", &edits),
        "l:\n  - 0\n  - k: v\n    m:\n      o: 1\n  - |\n    a\n    b\n  - - x\n    - - w\n  - []\n"
    );
    assert_eq!(edited("l: []\n", &edits[..0]), "l: []\n");
    assert_eq!(edited("l: [] # c\n", &[insert("l", 0, "x"), insert("l", 0, "w")]), "l: # c\n  - x\n  - w\n");
    assert_eq!(edited("l:\nz:\n- 1\n", &[insert("l", 0, "x")]), "l:\n- x\nz:\n- 1\n");
    assert_eq!(edited("a: 1\n", &[insert("b.l", 0, "x"), insert("b.l", 0, "w")]), "a: 1\nb:\n  l:\n    - x\n    - w\n");
}

#[test]
fn an_item_goes_with_its_own_lines() {
    let text = "l:\n  # about a\n  - a # c\n  - k: v\n    p: |\n      x\n\n      y\n  # about c\n  - c\nz: 1\n";
    assert_eq!(edited(text, &[remove("l", 1)]), "l:\n  # about a\n  - a # c\n  # about c\n  - c\nz: 1\n");
    assert_eq!(edited(text, &[remove("l", 2), remove("l", 1)]), "l:\n  # about a\n  - a # c\n  # about c\nz: 1\n");
    assert_eq!(edited(text, &[remove("l", 0), remove("l", 1), remove("l", 2)]), "l: []\nz: 1\n");
}

#[test]
fn blank_lines_go_with_a_removed_item() {
    assert_eq!(edited("- a\n\n- b\n\n- c\n", &[remove("", 1)]), "- a\n\n- c\n");
    assert_eq!(edited("- a\n\n- b\n\n- c\n", &[remove("", 0)]), "\n- b\n\n- c\n");
}

#[test]
fn removing_behind_a_kept_block_does_not_change_it() {
    assert_eq!(edited("- |+\n  x\n\n- b\n\n- c\n", &[remove("", 1)]), "- |+\n  x\n\n- c\n");
    assert_eq!(edited("- |+\n  x\n- b\n\n\n", &[remove("", 1)]), "- |+\n  x\n");
    assert_eq!(edited("- a\n- b\n\n- c\n", &[insert("", 1, "x\n\n"), remove("", 1)]), "- a\n\n- |+\n  x\n\n- c\n");
    assert_eq!(edited("- |\n  x\n- b\n\n      # deep\n- c\n", &[remove("", 1)]), "- |\n  x\n- c\n");
    assert_eq!(edited("- a\n- b\n      \n- c\n", &[set("[0]", "x\n"), remove("", 1)]), "- |\n  x\n- c\n");
    assert_eq!(edited("c:\n- 1\n- 2\n", &[set("k", "a\n\n\n"), remove("c", 1)]), "c:\n- 1\nk: \"a\\n\\n\\n\"\n");
    assert_eq!(edited("- - |+\n    x\n  -\n- 1\n\n- 2\n", &[remove("", 1), remove("[0]", 1)]), "- - |+\n    x\n- 2\n");
    assert_eq!(edited("- |\n  x\n- b", &[remove("", 1)]), "- |\n  x\n");
    assert_eq!(edited("- |\n  x\n- b\n      # deep\n- c\n", &[remove("", 1)]), "- |\n  x\n- c\n");
}

#[test]
fn compact_lists_and_mappings() {
    assert_eq!(edited("- - a\n  - b\n- - c\n", &[remove("[0]", 0)]), "- - b\n- - c\n");
    assert_eq!(
        edited("- - a\n  - b\n", &[insert("[0]", 0, "x"), insert("[0]", 2, "w")]),
        "- - x\n  - a\n  - b\n  - w\n"
    );
    assert_eq!(
        edited("- a: 1\n  b: 2\n-\n  c: 3\n", &[set("[0].d", "x"), set("[1].d", "w")]),
        "- a: 1\n  b: 2\n  d: x\n-\n  c: 3\n  d: w\n"
    );
    assert_eq!(edited("- a: 1\n  b: 2\n", &[set("[0]", "x")]), "- x\n");
    assert_eq!(
        edited("- # c\n  a: 1\n- b\n", &[set("[0]", "x"), set("[1]", json(r#"{"k": 1}"#))]),
        "- x # c\n- k: 1\n"
    );
    assert_eq!(
        edited("-\n- x # c\n", &[set("[0]", "a\nb"), set("[1]", json("[1, 2]"))]),
        "- |-\n  a\n  b\n- # c\n  - 1\n  - 2\n"
    );
}

#[test]
fn items_come_and_go_at_once() {
    let edits = [remove("l", 1), insert("l", 1, "x"), insert("l", 2, "w"), set("l[0]", "A")];
    assert_eq!(edited("l:\n  - a\n  - b\n  - c\n", &edits), "l:\n  - A\n  - x\n  - w\n  - c\n");
    assert_eq!(edited("l: [a, b, c]\n", &edits), "l: [A, x, w, c]\n");
    let edits = [remove("l", 0), insert("l", 0, "x"), remove("l", 2)];
    assert_eq!(edited("l:\n  - a\n  - b\n  - c\nz: 1\n", &edits), "l:\n  - x\n  - b\nz: 1\n");
    assert_eq!(edited("l: [a, b, c]\n", &edits), "l: [x, b]\n");
    assert_eq!(edited("l:\n  - a\n  - b\n\n", &[remove("l", 1), set("z", "x\n")]), "l:\n  - a\nz: |\n  x\n\n");
    let all = [remove("l", 0), insert("l", 1, "x")];
    assert_eq!(edited("l: # c\n  - a\n", &all), "l: # c\n  - x\n");
}

#[test]
fn a_list_that_is_set_changes_where_it_differs() {
    let text = "l:\n  - name: a # first\n    n: 1\n  - name: b # second\n  - name: c # third\n";
    assert_eq!(
        edited(text, &[set("l", json(r#"[{"name": "a", "n": 2}, {"name": "c"}]"#))]),
        "l:\n  - name: a # first\n    n: 2\n  - name: c # third\n"
    );
    assert_eq!(edited("l: [a, b, c]\n", &[set("l", json(r#"["b"]"#))]), "l: [b]\n");
    assert_eq!(edited("l: [a, b]\n", &[set("l", json("[]"))]), "l: []\n");
}

#[test]
fn removing_what_another_edit_changes_is_refused() {
    assert_eq!(refused("l: [{a: 1}]\n", &[set("l[0].a", "x"), remove("l", 0)])[0].0, 1);
    assert_eq!(refused("l: [{a: 1}]\n", &[remove("l", 0), set("l[0].a", "x")])[0].0, 1);
}
