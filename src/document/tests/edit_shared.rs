//! Anchors, aliases and merge keys.

use super::{edited, insert, json, refused, set};

const ALIASES: &str = "a: &p old # c\nb: *p\nc: *p # d\n";

#[test]
fn one_reader_of_an_anchor_gets_its_own_value() {
    assert_eq!(edited(ALIASES, &[set("b", "new")]), "a: &p old # c\nb: new\nc: *p # d\n");
    assert_eq!(edited(ALIASES, &[set("c", "x\ny\n")]), "a: &p old # c\nb: *p\nc: | # d\n  x\n  y\n");
}

#[test]
fn all_readers_alike_are_one_edit_in_place() {
    let edits = [set("a", "new"), set("b", "new"), set("c", "new")];
    assert_eq!(edited(ALIASES, &edits), "a: &p new # c\nb: *p\nc: *p # d\n");
}

#[test]
fn the_anchor_itself_does_not_move_for_one() {
    let message = "vapi-sync cannot edit line 1: it shares this value with `b` through an alias (`*name`), and only one of the two changes";
    assert_eq!(refused(ALIASES, &[set("a", "new")]), [(0, message.to_owned())]);
    assert_eq!(refused(ALIASES, &[set("a", "new"), set("b", "new")]), [(0, message.replace("`b`", "`c`"))]);
}

#[test]
fn a_merged_key_is_set_beside_the_merge() {
    let text = "base: &b {x: 1, m: {p: 1, q: 2}}\nk:\n  <<: *b # c\n  y: 2\n";
    assert_eq!(
        edited(text, &[set("k.x", json("3"))]),
        "base: &b {x: 1, m: {p: 1, q: 2}}\nk:\n  <<: *b # c\n  y: 2\n  x: 3\n"
    );
    assert_eq!(edited(text, &[set("k.y", json("3"))]), text.replace("y: 2", "y: 3"));
    assert_eq!(
        edited(text, &[set("k.m.p", json("3"))]),
        "base: &b {x: 1, m: {p: 1, q: 2}}\nk:\n  <<: *b # c\n  y: 2\n  m:\n    p: 3\n    q: 2\n"
    );
    let both = [set("base.x", json("5")), set("k.x", json("5"))];
    assert_eq!(edited(text, &both), text.replace("x: 1", "x: 5"));
    assert_eq!(refused(text, &both[..1]).len(), 1);
}

#[test]
fn a_key_that_hides_a_merged_one_is_no_reader() {
    let text = "base: &b {x: 1}\nk:\n  <<: *b\n  x: 2\n";
    assert_eq!(edited(text, &[set("base.x", json("5"))]), text.replace("x: 1", "x: 5"));
    assert_eq!(refused(text, &[set("base.new", json("5"))]).len(), 1);
    let both = [set("base.new", json("5")), set("k.new", json("5"))];
    assert_eq!(edited(text, &both), "base: &b {x: 1, new: 5}\nk:\n  <<: *b\n  x: 2\n  new: 5\n");
}

#[test]
fn a_value_inside_an_aliased_mapping_is_written_out_for_one() {
    let text = "base: &b\n  x: 1\n  l: [1]\nk: *b\nm: *b\n";
    assert_eq!(
        edited(text, &[set("k.x", json("2")), insert("k.l", 1, json("2"))]),
        "base: &b\n  x: 1\n  l: [1]\nk:\n  x: 2\n  l:\n    - 1\n    - 2\nm: *b\n"
    );
    let all = [insert("base.l", 1, "w"), insert("k.l", 1, "w"), insert("m.l", 1, "w")];
    assert_eq!(edited(text, &all), text.replace("[1]", "[1, w]"));
    // One of them alone, the others alike: the one is written out, the others share on.
    let edits = [set("base.x", json("2")), set("m.x", json("2")), set("k.x", json("3"))];
    assert_eq!(edited(text, &edits), "base: &b\n  x: 2\n  l: [1]\nk:\n  x: 3\n  l:\n    - 1\nm: *b\n");
}

#[test]
fn an_anchor_without_readers_stays() {
    assert_eq!(
        edited("a: &p\n  x: 1\nb: &q |\n  old\n", &[set("a.x", "w"), set("b", "z\n")]),
        "a: &p\n  x: w\nb: &q |\n  z\n"
    );
    assert_eq!(edited("a: &p\n  x: 1\n", &[set("a", "w")]), "a: &p w\n");
}

#[test]
fn an_anchor_that_others_use_is_not_lost() {
    let text = "a:\n  - &p x\n  - y\nb: *p\n";
    let message = "vapi-sync cannot edit line 2: it contains an anchor (`&name`) that line 4 uses".to_owned();
    assert_eq!(refused(text, &[super::remove("a", 0)]), [(0, message.clone())]);
    assert_eq!(refused(text, &[set("a", "text")]), [(0, message)]);
}
