//! Texts with secrets in them are merged as the file spells them, and no secret gets out by that.

use std::process::Command;

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

const PIN: &str = "hunter-twelve";
const KEY: &str = "-BEGIN-\nline-one-of-key\nline-two-of-key\n-END-";
const OLD: &str = "rotated-away-1";

const BASE: &str = "Be kind.\nGreet.\nThe pin is ${env:PIN}.\nListen.\nAsk.\nKey ${env:KEY}\nWait.\nSay goodbye.\n";

/// What the file and Vapi make of the text, as the file would spell it, and whether git merges that.
const EDITS: [([&str; 2], [&str; 2], bool); 7] = [
    (["Be kind.", "Be very kind."], ["Say goodbye.", "Say bye.\nHang up."], true),
    // The file takes a secret out, or has it once more.
    (["The pin is ${env:PIN}.\n", ""], ["Say goodbye.", "Say bye."], true),
    (["Wait.", "Wait, or ${env:PIN}."], ["Greet.", "Say hello."], true),
    // Vapi has text that looks like a secret, and a secret once more.
    (["Greet.", "Say hello."], ["Say goodbye.", "Say ${x} and $${env:PIN}, bye."], true),
    (["Greet.", "Say hello."], ["Say goodbye.", "Say goodbye.\nAnd ${env:PIN}, again."], true),
    // In one line; in the line of a secret.
    (["Greet.", "Say hello."], ["Greet.", "Yell."], false),
    (
        ["The pin is ${env:PIN}.", "It is ${env:PIN}."],
        ["The pin is ${env:PIN}.\n", "The pin is ${env:PIN}.\nYell.\n"],
        false,
    ),
];

/// What git makes of the three texts. `None`: a conflict.
fn by_git(base: &str, file: &str, vapi: &str) -> Option<String> {
    let folder = crate::support::folder();
    for (name, text) in [("base", base), ("file", file), ("vapi", vapi)] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let mut git = Command::new("git");
    git.args(["merge-file", "-p", "file", "base", "vapi"]).current_dir(folder.path());
    let output = git.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("UTF-8"))
}

/// How the prompt stands in the file.
#[derive(Clone, Copy, Debug)]
enum Stands {
    InItsPlace,
    InAVariable,
}

/// The lines of the prompt as they stand there.
fn lines(stands: Stands, prompt: &str) -> String {
    let indent = match stands {
        Stands::InItsPlace => 14,
        Stands::InAVariable => 4,
    };
    prompt.lines().map(|line| format!("{}{line}\n", " ".repeat(indent))).collect()
}

fn state(stands: Stands, prompt: &str) -> String {
    let lines = lines(stands, prompt);
    let (vars, content) = match stands {
        Stands::InItsPlace => (String::new(), format!("|\n{lines}")),
        Stands::InAVariable => (format!("vars:\n  prompt: |\n{lines}"), "${var:prompt}\n".to_owned()),
    };
    format!(
        "version: 1\n{vars}agents:\n  desk:\n    config:\n      name: Desk\n      model:\n        provider: openai\n        \
        model: gpt-4.1\n        messages:\n          - role: system\n            content: {content}"
    )
}

/// What the prompt is, as the file spells it.
fn spelled(world: &World, stands: Stands) -> String {
    let state: serde_yaml::Value = serde_yaml::from_str(&world.state()).expect("YAML");
    let text = match stands {
        Stands::InItsPlace => &state["agents"]["desk"]["config"]["model"]["messages"][0]["content"],
        Stands::InAVariable => &state["vars"]["prompt"],
    };
    text.as_str().expect("a text").to_owned()
}

/// A text of Vapi, given how the file spells it.
fn of_vapi(spelled: &str, pin: &str) -> String {
    let hidden = spelled.replace("$${", "\u{1}").replace("${env:PIN}", pin).replace("${env:KEY}", KEY);
    hidden.replace('\u{1}', "${")
}

/// Neither what was said nor any file holds a secret.
fn nothing_got_out(world: &World, said: &[String]) {
    let output = Command::new("grep")
        .args(["-rlF", "-e", PIN, "-e", OLD, "-e", "line-one-of-key", "-e", "line-two-of-key", "."])
        .current_dir(world.folder.path())
        .output()
        .expect("grep");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "a secret is in a file");
    for said in said {
        assert!(![PIN, OLD, "of-key"].iter().any(|secret| said.contains(secret)), "{said}");
    }
}

fn edit_prompt(world: &World, text: &str) {
    let model = json!({"provider": "openai", "model": "gpt-4.1", "messages": [{"role": "system", "content": text}]});
    world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), &json!({ "model": model }));
}

/// A world in which the file and Vapi agree on a prompt.
fn agreed(stands: Stands, base: &str, in_git: bool) -> World {
    let text = state(stands, base);
    let mut world = if in_git { World::new(&text) } else { World::outside_git(&text, Config::default()) };
    world.env = vec![("PIN".to_owned(), PIN.to_owned()), ("KEY".to_owned(), KEY.to_owned())];
    world.run(&["apply", "--yes"]).expect(0);
    if in_git {
        world.commit("applied");
    }
    world
}

/// Both sides change the prompt after they agreed: by `pull` and by `sync`, inside git and outside, with another value in Vapi
/// than in the environment, too.
#[test]
fn a_prompt_with_secrets_is_merged_as_git_merges_what_the_file_spells() {
    for (round, (file, vapi, merges)) in EDITS.into_iter().enumerate() {
        for (stands, in_git) in [(Stands::InItsPlace, round % 2 == 0), (Stands::InAVariable, round % 2 == 1)] {
            let world = agreed(stands, BASE, in_git);
            let [file, vapi] = [file, vapi].map(|[from, to]| BASE.replace(from, to));
            world.edit(&lines(stands, BASE), &lines(stands, &file));
            edit_prompt(&world, &of_vapi(&vapi, if round % 3 == 0 { OLD } else { PIN }));
            let expected = by_git(BASE, &file, &vapi);
            assert_eq!(expected.is_some(), merges, "{file:?} {vapi:?}");
            let said = |commands: &[&[&str]]| commands.iter().map(|args| world.run(args).text()).collect::<Vec<_>>();
            nothing_got_out(
                &world,
                &said(&[&["plan"], &["plan", "--format", "json"], &["plan", "--format", "markdown"]]),
            );
            let run = world.run(if in_git { &["pull"] } else { &["sync", "--yes"] });
            nothing_got_out(&world, &[run.text()]);
            let run = run.expect(if merges { 0 } else { 3 });
            assert_eq!(spelled(&world, stands), expected.as_deref().unwrap_or(&file), "{stands:?}");
            assert!(merges || run.text().contains("<<<<<<< the file"), "{}", run.text());
            nothing_got_out(
                &world,
                &said(&[&["status"], &["apply", "--yes"], &["log", "-v"], &["log", "--format", "json"]]),
            );
            if merges {
                let live = world.agent("Desk")["model"]["messages"][0]["content"].clone();
                assert_eq!(live, of_vapi(&spelled(&world, stands), PIN));
            }
        }
    }
}

/// A line of a secret that changed in Vapi, so that nobody can tell what in it is the secret: nothing is written, or shown.
#[test]
fn what_may_be_an_old_secret_stays_a_conflict() {
    for (vapi, unset) in [
        ("Greet.\nUse rotated-away-1, not the old pin.\n", false),
        ("Greet.\nThe pin is now rotated-away-1\n", true),
        ("Greet.\nThe pin is rotated-away-1.\nThe pin is rotated-away-1, I said.\n", true),
    ] {
        for command in [&["pull"][..], &["sync", "--yes"], &["pull", "--prefer", "vapi"]] {
            let mut world = agreed(Stands::InItsPlace, "Be kind.\nThe pin is ${env:PIN}.\n", true);
            if unset {
                world.env.clear();
            }
            world.edit("Be kind.", "Be very kind.");
            edit_prompt(&world, vapi);
            let (before, seen) = (world.state(), world.agent("Desk"));
            let run = world.run(command).expect(3);
            assert!(run.text().contains("copy what should stay yourself"), "{}", run.text());
            let log = world.run(&["log", "--format", "json"]);
            nothing_got_out(&world, &[run.text(), log.text(), world.run(&["plan", "-v"]).text()]);
            assert_eq!((world.state(), world.agent("Desk")), (before, seen), "{command:?}");
        }
    }
}

/// A key that somebody typed into another line of the prompt in the dashboard does not get into the file by a merge.
#[test]
fn a_key_in_the_lines_that_are_merged_in_becomes_a_variable() {
    let key = "sk-proj-4f9aK2mQ81xZ7Lw0Yt5RbN3c";
    for base in ["Be kind.\nAsk.\nBye.\n", "Be kind.\nThe pin is ${env:PIN}.\nBye.\n"] {
        let world = agreed(Stands::InItsPlace, base, true);
        world.edit("Be kind.", "Be very kind.");
        edit_prompt(&world, &format!("{}Use {key}.\n", of_vapi(base, PIN)));
        let said = world.run(&["pull"]).expect(0).text();
        assert!(!said.contains(key) && !world.state().contains(key), "{said}{}", world.state());
        let text = spelled(&world, Stands::InItsPlace);
        assert!(text.starts_with("Be very kind.\n") && text.contains("\nUse ${env:"), "{text}");
    }
}
