//! What is said of texts that are not YAML: the mistakes of people who do not know YAML.

use std::fmt::Write;

use crate::document::Document;

/// `%` is the fields of an agent.
const FILE: &str =
    "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n%\n      model:\n        provider: openai\n";

/// What replaces the `%` of [`FILE`], which starts on line 6.
const MISTAKES: &[&str] = &[
    // Colons.
    "      firstMessage: Hello: how are you?",
    "      endCallPhrases:\n        - bye: see you: soon",
    "      firstMessage: “Hello: there”",
    "      firstMessage: We are open\n        Monday: 9 to 5",
    "      firstMessage Hello",
    "      firstMessage:Hello",
    "      firstMessage\n        more: x",
    // Indentation.
    "     firstMessage: Hi",
    "       firstMessage: Hi",
    "      voice:\n        provider: 11labs\n       voiceId: x",
    " other: 1",
    "      hooks:\n        - on: call.ending\n         do: []",
    "      hooks:\n        - on: call.ending\n           do: []",
    "      hooks:\n        - on: call.ending\n        do: []",
    "      hooks:\n        - on: call.ending\n       - on: x",
    "      - a",
    "      firstMessage: |\n            Hello\n        there",
    "      firstMessage: |\n        Hello\n      there",
    "      firstMessage: |2\n       Hello",
    // Tabs.
    "\tfirstMessage: Hi",
    "      voice:\n\t\tprovider: 11labs",
    "      firstMessage: |\n\t\tHello",
    // Quotes.
    "      firstMessage: \"Hello",
    "      firstMessage: 'Hello",
    "      firstMessage: 'Hello\n      voicemailMessage: 'Bye'",
    "      firstMessage: 'It's me'",
    "      firstMessage: \"Say \"hi\" to me\"",
    "      firstMessage: \"Hello\" there",
    "      firstMessage: \"Hello\",",
    "      firstMessage: \"C:\\path\"",
    "      firstMessage: \"a\\u12\"",
    // Signs at the start of a text.
    "      firstMessage: @home",
    "      firstMessage: `code`",
    "      firstMessage: %d",
    "      firstMessage: & more",
    "      firstMessage: **Hello**",
    "      firstMessage: *greeting",
    "      firstMessage: !important Hello",
    "      firstMessage: !%zz Hello",
    "      firstMessage: {{name}}, hello",
    "      firstMessage: ? hello",
    "      firstMessage: | Hello",
    "      endCallPhrases: - bye",
    "      firstMessage: Hello # comment\n        there",
    "      firstMessage: \"Hello\"#comment",
    // Brackets.
    "      endCallPhrases: [bye, see you",
    "      endCallPhrases: [bye, see you}",
    "      endCallPhrases: [- bye]",
    "      firstMessage: [Pause] hello",
    "      x: ]",
    "      voice: {provider: 11labs, voiceId: x",
    "      voice: {provider: 11labs voiceId: x}",
    "      voice: {\"provider\": \"11labs\" \"voiceId\": \"x\"}",
    "      [a]: b",
    // The rest.
    "      name: Twice",
    "<<<<<<< HEAD\n      firstMessage: a\n=======\n      firstMessage: b\n>>>>>>> other",
    "      firstMessage: a\u{7}b",
    "\u{feff}      firstMessage: a",
];

/// `line:column message`, the marked text, the help.
fn said(text: &str) -> String {
    let error = Document::parse("state.yaml", text).expect_err(text).remove(0);
    let (place, line) = (error.place.unwrap(), error.snippet.unwrap());
    let marked: String = line.chars().skip(place.column - 1).take(place.width).collect();
    let help = error.help.unwrap_or_default();
    format!("  {}:{} {}\n  marked {marked:?}\n  {help}\n", place.line, place.column, error.message)
}

#[test]
fn mistakes_are_told_in_plain_words() {
    let mut out = String::new();
    for mistake in MISTAKES {
        writeln!(out, "{mistake:?}\n{}", said(&FILE.replace('%', mistake))).unwrap();
    }
    let whole =
        ["<!DOCTYPE html>\n<a href=\"x\">y: z</a>\n", "%s: 1\nversion: 1\n", "hello\nversion: 1\n", "a: {\"b\": 1\n"];
    for text in whole {
        writeln!(out, "{text:?}\n{}", said(text)).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn line_ends_change_nothing() {
    for mistake in MISTAKES {
        let text = FILE.replace('%', mistake);
        assert_eq!(said(&text), said(&text.replace('\n', "\r\n")), "{mistake:?}");
    }
}

/// The line that one mistake was made on is the line that is named, or its neighbour.
#[test]
fn the_line_of_the_mistake_is_named() {
    let good = "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n      hooks:\n        - on: a\n          do:\n            \
                - type: say\n              exact: \"Good bye\"\n        - on: b\n      prompt: |\n        One.\n        Two.\n      model:\n        \
                provider: openai\n        stop: [a, b]\nphone_numbers:\n  main:\n    config: {provider: twilio, number: \"+1\"}\n";
    Document::parse("state.yaml", good).unwrap();
    let spoil: [fn(&str) -> String; 8] = [
        |line| format!(" {line}"),
        |line| line.strip_prefix(' ').unwrap_or(line).to_owned(),
        |line| format!("\t{line}"),
        |line| line.replacen(": ", ":", 1),
        |line| format!("{line}: x"),
        |line| line.replacen('"', "", 1),
        |line| line.replacen([']', '}'], "", 1),
        |line| format!("{line}\""),
    ];
    let (mut found, mut near) = (0, 0);
    for (row, line) in good.lines().enumerate() {
        for spoil in spoil {
            let lines: Vec<String> = good
                .lines()
                .enumerate()
                .map(|(at, line)| if at == row { spoil(line) } else { line.to_owned() })
                .collect();
            let Err(errors) = Document::parse("state.yaml", lines.join("\n")) else { continue };
            let place = errors[0].place.clone().unwrap();
            assert!(errors[0].help.is_some() && !errors[0].message.contains("not valid"), "{line:?}: {:?}", errors[0]);
            found += 1;
            near += usize::from(place.line.abs_diff(row + 1) <= 1);
        }
    }
    assert!(found > 60 && near * 100 >= found * 95, "{near} of {found}");
}
