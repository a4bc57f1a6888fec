//! What is said of diagnostics, with places that are hard to point at.

use insta::assert_snapshot;

use super::super::{Palette, json};
use super::*;
use crate::model::Redactor;
use crate::model::diagnostic::{Diagnostic, Place};

fn at(line: &str, marked: &str) -> Diagnostic {
    let byte = line.find(marked).expect("the marked text is in the line");
    let place = Place {
        file: "state/vapi-state.yaml".into(),
        line: 12,
        column: line[..byte].chars().count() + 1,
        width: marked.chars().count(),
    };
    Diagnostic::error("unknown-reference", "there is no agent `x` in this file").at(place).snippet(line)
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    text(diagnostics, Palette::plain(), &Redactor::new())
}

#[test]
fn as_text() {
    let long = format!("{}${{agent:x}}{}", "before ".repeat(30), " after".repeat(30));
    let longer = format!("a: ${{agent:{}}} # c", "x".repeat(300));
    let list = [
        at("    assistantId: ${agent:x}", "${agent:x}").help("did you mean `${agent:y}`?"),
        at("\tkey:\t${agent:x} # c", "${agent:x}"),
        at("  名前: 東京 ${agent:x}", "${agent:x}"),
        at("  👩‍🚀: ${agent:東京}", "${agent:東京}"),
        at(&long, "${agent:x}"),
        at(&longer, &longer[3..longer.len() - 4]),
        at("\x1b[2Jx: ${agent:x}\u{202e}", "${agent:x}"),
        Diagnostic::warning("several-lines", "first\nsecond\r\nerror: forged").help("one\ntwo"),
        Diagnostic::note("beyond", "the place is behind the line")
            .at(Place { file: "f".into(), line: 3, column: 99, width: 0 })
            .snippet("abc"),
    ];
    assert_snapshot!(shown(&list));
}

#[test]
fn many_findings_of_one_kind_are_counted() {
    let warning = |index: usize| Diagnostic::warning("w", format!("W{index}"));
    let placed = |index: usize| at("a: bad", "bad").help(format!("{index}"));
    let shown = |list: &[Diagnostic]| folded(list, Palette::plain(), &Redactor::new());
    let few: Vec<Diagnostic> = (0..4).map(warning).collect();
    assert_eq!(shown(&few), "warning[w]: W0, and 3 more like it (`-v` shows them all)\n");
    let one =
        Diagnostic::warning("w", "W").help("do this").at(Place { file: "f".into(), line: 3, column: 9, width: 1 });
    assert_eq!(shown(&[one]), "warning[w]: W (f:3:9); do this\n");
    let other = [Diagnostic::warning("x", "X"), Diagnostic::error("w", "E")];
    let many: Vec<Diagnostic> = (0..61).map(warning).chain(other).collect();
    assert_snapshot!(shown(&many));
    let errors: Vec<Diagnostic> = (0..300).map(placed).collect();
    let said = shown(&errors);
    assert_eq!(said.matches("error[").count(), 20);
    assert!(said.ends_with("\n… and 280 more like it (`vapi-sync validate` lists them all)\n"), "{said}");
}

#[test]
fn carets_stand_below_what_they_mark() {
    for (line, marked) in [("a: bad", "bad"), ("\t\ta: bad # x", "bad"), ("東京: bad", "bad"), ("é👩: bad", "bad")]
    {
        let text = shown(&[at(line, marked)]);
        let lines: Vec<&str> = text.lines().collect();
        let (source, carets) = (lines[3], lines[4]);
        let before = super::super::columns::width(&source[..source.find(marked).unwrap()]);
        assert_eq!(carets.find('^'), Some(before), "{text}");
        assert_eq!(carets.matches('^').count(), 3, "{text}");
    }
}

#[test]
fn no_snippet_shows_a_secret() {
    let redactor = Redactor::new();
    redactor.add("hunter22");
    let text = text(&[at("key: hunter22 # bad", "bad")], Palette::plain(), &redactor);
    assert!(!text.contains("hunter22") && text.contains("key: (sensitive) # bad") && !text.contains('^'), "{text}");
}

#[test]
fn as_annotations() {
    let odd = Diagnostic::warning("w", "100%\nsure: a,b").help("50%");
    let place = Place { file: "a,b:c%.yaml".into(), line: 1, column: 2, width: 3 };
    let list = [at("a: bad", "bad"), odd.clone(), odd.at(place), Diagnostic::note("n", "N")];
    assert_snapshot!(annotations(&list, &Redactor::new()));
}

#[test]
fn as_sarif() {
    let place = Place { file: "my state/ä.yaml".into(), line: 1, column: 2, width: 3 };
    let list = [at("a: bad", "bad").help("h"), Diagnostic::warning("w", "W").at(place), Diagnostic::note("w", "N")];
    let redactor = Redactor::new();
    let text = json::to_text(&sarif(&list), &redactor).replace(env!("CARGO_PKG_VERSION"), "(version)");
    assert_snapshot!(text);
}
