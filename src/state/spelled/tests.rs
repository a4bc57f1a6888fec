use super::*;

/// A text of the file, with these values of its variables.
fn file(text: &str, values: &[(&str, &str)]) -> Value {
    let Value::Secret(secret) = read(text) else { return read(text) };
    let value = |name: &String| values.iter().find(|(of, _)| of == name).map(|(_, value)| *value);
    let mut around = secret.around();
    let mut all = around.next().map(str::to_owned);
    for (name, after) in secret.variables().iter().zip(around) {
        all = all.zip(value(name)).map(|(text, value)| format!("{text}{value}{after}"));
    }
    let around = secret.around().map(str::to_owned).collect();
    match all {
        Some(text) => Value::Secret(Secret::new(text, secret.variables().to_vec()).within(around)),
        None => Value::Secret(secret),
    }
}

#[test]
fn what_vapi_holds_is_spelled_as_the_file_does() {
    let base = "Be kind.\nPin ${env:PIN}, ${env:USER}.\nBye.\n";
    let both = &[("PIN", "hunter-twelve"), ("USER", "ada")][..];
    let unset = &[][..];
    let table = [
        // Nobody touched the line of the secret: its value is known, or not, or was set anew.
        ("Kind.\nPin hunter-twelve, ada.\n", both, Some("Kind.\nPin ${env:PIN}, ${env:USER}.\n")),
        ("Kind.\nPin hunter-twelve, ada.\n", unset, Some("Kind.\nPin ${env:PIN}, ${env:USER}.\n")),
        ("Kind.\nPin other-key, bob.", both, Some("Kind.\nPin ${env:PIN}, ${env:USER}.")),
        // It stands elsewhere too.
        ("a hunter-twelve\nPin hunter-twelve, ada.", both, Some("a ${env:PIN}\nPin ${env:PIN}, ${env:USER}.")),
        ("a other-key\nPin other-key, bob.", both, Some("a ${env:PIN}\nPin ${env:PIN}, ${env:USER}.")),
        // What looks like a reference is none.
        ("${env:X}\nPin hunter-twelve, ada.", both, Some("$${env:X}\nPin ${env:PIN}, ${env:USER}.")),
        // Its line changed or went: where its value is now, nobody knows.
        ("Kind.\nBye.\n", both, None),
        ("Kind.\nUse hunter-twelve.\nBye.\n", both, None),
        ("Kind.\nUse other-key and bob.\nBye.\n", unset, None),
        // Two lines may be it.
        ("Pin a, b.\nPin c, d.\n", unset, None),
    ];
    for (live, values, expected) in table {
        let base = file(base, values);
        assert_eq!(respelled(live, &base, Some(&base)).as_deref(), expected, "{live:?}");
    }
}

#[test]
fn a_value_of_several_lines() {
    let text = "Be kind.\nKey ${env:KEY}\nBye.\n";
    let (known, unset) = (file(text, &[("KEY", "BEGIN\nhunter\nEND")]), file(text, &[]));
    let table = [
        ("Kind.\nKey BEGIN\nhunter\nEND\nBye, bye.\n", &known, Some("Kind.\nKey ${env:KEY}\nBye, bye.\n")),
        ("Kind.\nKey BEGIN\nhunter\nEND\nBye.\n", &unset, None),
        ("Kind.\nKey BEGIN\nother\nEND\nBye.\n", &known, None),
        // What follows is the file's own: the value has one line.
        ("Kind.\nKey other\n\nBye.\n", &known, Some("Kind.\nKey ${env:KEY}\n\nBye.\n")),
        ("Kind.\nBye.\nKey other\n", &unset, Some("Kind.\nBye.\nKey ${env:KEY}\n")),
    ];
    for (live, file, expected) in table {
        assert_eq!(respelled(live, file, Some(file)).as_deref(), expected, "{live:?}");
    }
}

#[test]
fn a_secret_that_only_one_version_has() {
    let (plain, secret) = (file("Be kind.\nBye.\n", &[]), file("Be kind.\nThe pin is ${env:PIN}.\nBye.\n", &[]));
    let table = [
        // The file has it new: Vapi cannot have it. But what looks like its line may be it.
        ("Be kind.\nBye, bye.\n", &secret, &plain, Some("Be kind.\nBye, bye.\n")),
        ("Be kind.\nThe pin is 12.\n", &secret, &plain, Some("Be kind.\nThe pin is ${env:PIN}.\n")),
        ("Be kind.\nThe pin is not 12, but 13!\n", &secret, &plain, None),
        // The file gave it up: Vapi has it still.
        (
            "Be kind.\nThe pin is 12.\nBye, bye.\n",
            &plain,
            &secret,
            Some("Be kind.\nThe pin is ${env:PIN}.\nBye, bye.\n"),
        ),
        ("Be kind.\nBye, bye.\n", &plain, &secret, None),
    ];
    for (live, desired, base, expected) in table {
        assert_eq!(respelled(live, desired, Some(base)).as_deref(), expected, "{live:?}");
    }
}

#[test]
fn what_is_spelled_is_read_as_it_was() {
    for text in ["", "a", "${env:A}x", "a$${env:B}\n${env:A}${env:B}", "$${agent:x} ${env:A} ${x}\n"] {
        assert_eq!(spelled(&read(text)).as_deref(), Some(text));
    }
}
