//! New keys that have a place of their own.

use super::*;

fn before(text: &str, other: &str) -> Content {
    Content::Before(Box::new(Content::from(text)), other.to_owned())
}

#[test]
fn a_new_key_goes_where_it_is_asked_to() {
    let table = [
        ("a:\n  config:\n    x: 1\n", "a.id", "config", "a:\n  id: new\n  config:\n    x: 1\n"),
        ("a:\n  # on config\n  config: {}\n", "a.id", "config", "a:\n  # on config\n  id: new\n  config: {}\n"),
        (
            "version: 1 # c\n\n# agents\nagents: {}\n",
            "org",
            "agents",
            "version: 1 # c\norg: new\n\n# agents\nagents: {}\n",
        ),
        ("version: 1\r\nagents: {}\r\n", "org", "agents", "version: 1\r\norg: new\r\nagents: {}\r\n"),
        ("a:\n  b: |\n    text\n\n  config: 1\n", "a.id", "config", "a:\n  b: |\n    text\n\n  id: new\n  config: 1\n"),
        ("a: { b: 0, config: 1 }\n", "a.id", "config", "a: { b: 0, id: new, config: 1 }\n"),
        // Where there is no such key, it comes last.
        ("a:\n  b: 1\n", "a.id", "config", "a:\n  b: 1\n  id: new\n"),
        ("a:\n", "a.id", "config", "a:\n  id: new\n"),
        // A key that is there stays where it is.
        ("a:\n  config: 1\n  id: old\n", "a.id", "config", "a:\n  config: 1\n  id: new\n"),
    ];
    for (text, at, other, expected) in table {
        assert_eq!(edited(text, &[set(at, before("new", other))]), expected, "{text:?}");
    }
}

#[test]
fn it_is_quoted_where_it_must_be() {
    let text = "a:\n  config: 1\n";
    assert_eq!(edited(text, &[set("a.id", before("123", "config"))]), "a:\n  id: \"123\"\n  config: 1\n");
    let both = [set("a.id", before("x", "config")), set("a.more", "z")];
    assert_eq!(edited(text, &both), "a:\n  id: x\n  config: 1\n  more: z\n");
}
