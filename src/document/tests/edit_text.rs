//! Texts, above all in block scalars.

use super::{edited, insert, remove, set};

#[test]
fn a_value_keeps_its_style() {
    let text = "a: plain # c\nb: 'single'\nc: \"double\"\nd: |\n    block\n\ne: 1\n";
    let edits = [set("a", "new"), set("b", "it's"), set("c", "x\ty"), set("d", "one line\n"), set("e", "text")];
    assert_eq!(edited(text, &edits), "a: new # c\nb: 'it''s'\nc: \"x\\ty\"\nd: |\n    one line\n\ne: text\n");
}

#[test]
fn comments_on_the_keys_line_stay() {
    assert_eq!(edited("k: |- # c\n  old\nz: 1\n", &[set("k", "a\nb\n")]), "k: | # c\n  a\n  b\nz: 1\n");
    assert_eq!(edited("k: |- # c\n  old\nz: 1\n", &[set("k", "\t")]), "k: \"\\t\" # c\nz: 1\n");
    assert_eq!(edited("k: # c\nz: 1\n", &[set("k", "v")]), "k: v # c\nz: 1\n");
    assert_eq!(edited("k: # c\n  old\n", &[set("k", "v")]), "k: # c\n  v\n");
    assert_eq!(edited("k: v # c\n", &[set("k", "a\nb")]), "k: |- # c\n  a\n  b\n");
    assert_eq!(edited("k: 'v'   # c\nz: 1", &[set("k", "a\nb\n")]), "k: |   # c\n  a\n  b\nz: 1");
}

#[test]
fn chomping_follows_the_last_line_ends() {
    let text = "k: |\n  old\nz: 1\n";
    assert_eq!(edited(text, &[set("k", "a")]), "k: |-\n  a\nz: 1\n");
    assert_eq!(edited(text, &[set("k", "a\n")]), "k: |\n  a\nz: 1\n");
    assert_eq!(edited(text, &[set("k", "a\n\n\n")]), "k: |+\n  a\n\n\nz: 1\n");
}

#[test]
fn blank_lines_behind_a_block_stay() {
    let text = "k: |\n  old\n\n\n# about z\nz: 1\n";
    assert_eq!(edited(text, &[set("k", "a\n")]), "k: |\n  a\n\n\n# about z\nz: 1\n");
    assert_eq!(edited(text, &[set("k", "a\n\n")]), "k: |+\n  a\n\n# about z\nz: 1\n");
    assert_eq!(edited("k: v\n\nz: 1\n", &[set("k", "a\n\n\n\n")]), "k: |+\n  a\n\n\n\nz: 1\n");
}

#[test]
fn a_kept_block_swallows_the_blank_lines_behind_it() {
    let text = "k: |+\n  old\n\n\nz: 1\n";
    assert_eq!(edited(text, &[set("k", "a\n")]), "k: |\n  a\nz: 1\n");
    assert_eq!(edited(text, &[set("k", "x")]), "k: |-\n  x\nz: 1\n");
}

#[test]
fn white_space_lines_behind_a_value_do_not_become_text() {
    assert_eq!(edited("k: v\n        \nz: 1\n", &[set("k", "a\nb")]), "k: |-\n  a\n  b\n\nz: 1\n");
}

#[test]
fn a_deeper_comment_behind_a_value_does_not_become_text() {
    assert_eq!(edited("k: v\n      # deep\nz: 1\n", &[set("k", "a\nb")]), "k: \"a\\nb\"\n      # deep\nz: 1\n");
    assert_eq!(edited("k: v\n # near\nz: 1\n", &[set("k", "a\nb")]), "k: |-\n  a\n  b\n # near\nz: 1\n");
}

#[test]
fn nasty_texts_are_held_exactly() {
    for (text, expected) in [
        ("  ", "k: \"  \"\n"),
        ("\n", "k: \"\\n\"\n"),
        ("\n \n", "k: \"\\n \\n\"\n"),
        ("\tx\ny", "k: \"\\tx\\ny\"\n"),
        (" x\ny", "k: |2-\n   x\n  y\n"),
        ("\n\n  x\n", "k: |2\n\n\n    x\n"),
        ("x\n\ty\n  \nz", "k: \"x\\n\\ty\\n  \\nz\"\n"),
        ("x\ny  ", "k: \"x\\ny  \"\n"),
        ("a\rb\nc", "k: \"a\\rb\\nc\"\n"),
        ("a\u{85}\nb", "k: \"a\\x85\\nb\"\n"),
        ("a\u{2028}\nb", "k: \"a\\u2028\\nb\"\n"),
        ("a\u{feff}\nb", "k: \"a\\ufeff\\nb\"\n"),
        ("a\u{1b}[0m\nb", "k: \"a\\x1b[0m\\nb\"\n"),
        ("---\nx", "k: |-\n  ---\n  x\n"),
        ("# x\n# y\n", "k: |\n  # x\n  # y\n"),
        ("...\n", "k: |\n  ...\n"),
        ("é📞\n{{name}}: x\n", "k: |\n  é📞\n  {{name}}: x\n"),
    ] {
        assert_eq!(edited("k: v\n", &[set("k", text)]), expected, "{text:?}");
    }
}

#[test]
fn what_reads_as_another_type_is_quoted() {
    for text in
        ["+14155550100", "0123", "off", "1e3", "2026-01-01", "null", "~", "12:30", "=", "<<", "true", "1_000", ""]
    {
        assert_eq!(edited("k: v\n", &[set("k", text)]), format!("k: \"{text}\"\n"));
        assert_eq!(edited("k: [v]\n", &[set("k[0]", text)]), format!("k: [\"{text}\"]\n"));
    }
}

#[test]
fn a_missing_last_line_end_stays_missing() {
    assert_eq!(edited("a: 1\nb: 2", &[set("a", "x")]), "a: x\nb: 2");
    assert_eq!(edited("a: 1\nb: 2", &[set("b", "x")]), "a: 1\nb: x");
    assert_eq!(edited("a: 1\nb: 2", &[set("c", "x")]), "a: 1\nb: 2\nc: x");
    assert_eq!(edited("a: 1\nb: 2", &[set("b", "x\ny")]), "a: 1\nb: |-\n  x\n  y");
    // A text that ends with a line end needs one in the file.
    assert_eq!(edited("a: 1\nb: 2", &[set("b", "x\ny\n")]), "a: 1\nb: |\n  x\n  y\n");
    assert_eq!(edited("a: 1\nb: 2", &[set("b", "x\ny\n"), set("c", "z")]), "a: 1\nb: |\n  x\n  y\nc: z");
    assert_eq!(edited("a: 1\nb: 2", &[set("b", "x\n\n"), set("c", "z")]), "a: 1\nb: \"x\\n\\n\"\nc: z");
    assert_eq!(edited("- a\n- b", &[insert("", 2, "c")]), "- a\n- b\n- c");
    assert_eq!(edited("- a\n- b", &[remove("", 1)]), "- a");
    assert_eq!(edited("- a\n- b\n- c", &[remove("", 1), remove("", 2)]), "- a");
}

#[test]
fn a_block_cut_short_by_the_end_of_the_file_stays_what_it_is() {
    assert_eq!(edited("a: |\n  text", &[set("b", "x")]), "a: |-\n  text\nb: x");
    assert_eq!(edited("a: |+\n  text", &[set("b", "x")]), "a: |-\n  text\nb: x");
    assert_eq!(
        edited("a:\n  b: |\n    text", &[set("c", "x"), set("a.d", "z")]),
        "a:\n  b: |-\n    text\n  d: z\nc: x"
    );
    assert_eq!(edited("a: |+2\n   text", &[set("b", "x")]), "a: |2-\n   text\nb: x");
    assert_eq!(edited("a: |2-\n   text", &[set("b", "x")]), "a: |2-\n   text\nb: x");
}

#[test]
fn windows_line_ends_are_kept() {
    let text = "a: |\r\n  x\r\n\r\nb:\r\n- 1\r\n";
    assert_eq!(
        edited(text, &[set("a", "p\nq\n"), insert("b", 1, "r\ns\n"), set("c.d", "e")]),
        "a: |\r\n  p\r\n  q\r\n\r\nb:\r\n- 1\r\n- |\r\n  r\r\n  s\r\n\r\nc:\r\n  d: e\r\n"
    );
}

#[test]
fn emoji_do_not_shift_anything() {
    let text = "\"📞🎉\": {é: 'ü', x: \"👩‍👩‍👧\"} # 📞\nb: 📞 # é\n";
    assert_eq!(
        edited(text, &[set("📞🎉.x", "1"), set("📞🎉.é", "ö"), set("b", "🎉")]),
        "\"📞🎉\": {é: 'ö', x: \"1\"} # 📞\nb: 🎉 # é\n"
    );
    assert_eq!(edited("\u{feff}a: 1\n", &[set("a", "x\ny"), set("b", "z")]), "\u{feff}a: |-\n  x\n  y\nb: z\n");
}

#[test]
fn folded_and_quoted_texts_of_several_lines_are_replaced_whole() {
    assert_eq!(edited("a: >-\n  x\n  y\n\nb: 1\n", &[set("a", "new\ntext\n")]), "a: |\n  new\n  text\n\nb: 1\n");
    assert_eq!(edited("a: \"x\n  y\" # c\nb: 1\n", &[set("a", "z")]), "a: \"z\" # c\nb: 1\n");
    assert_eq!(edited("a: x\n  y # c\nb: 1\n", &[set("a", "p\nq")]), "a: |- # c\n  p\n  q\nb: 1\n");
}

#[test]
fn an_explicit_indentation_is_kept_or_given_up() {
    assert_eq!(edited("a: |4-\n      x\nb: 1\n", &[set("a", " y\nz")]), "a: |4-\n     y\n    z\nb: 1\n");
    assert_eq!(edited("a: |4-\n      x\nb: 1\n", &[set("a", "y\nz")]), "a: |-\n    y\n    z\nb: 1\n");
    assert_eq!(edited("- - |2\n      x\n", &[set("[0][0]", " y\n")]), "- - |2\n     y\n");
}
