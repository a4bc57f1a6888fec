//! `action.yml`: its steps, run by bash as a runner runs them, with the real binary.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, DEFAULT_KEY};

use crate::support::github::{Github, git};
use crate::support::{Run, World, id};

const NAME: &str = "vapi-sync-x86_64-unknown-linux-musl";

fn action() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    serde_yaml::from_str(&std::fs::read_to_string(path).expect("action.yml")).expect("YAML")
}

/// Runs the step whose script holds a text, in a folder, with what its `env` names.
fn step(holds: &str, folder: &Path, env: &[(&str, &str)]) -> Run {
    let action = action();
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["run"].as_str().is_some_and(|run| run.contains(holds))).expect("a step");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().expect("a script")]);
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in step["env"].as_object().into_iter().flat_map(|env| env.keys()) {
        command.env(name, "");
    }
    command.envs(env.iter().copied()).output().expect("bash").into()
}

#[test]
fn every_input_is_used_and_every_output_is_written() {
    let action = action();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).expect("action.yml");
    for (name, input) in action["inputs"].as_object().expect("inputs") {
        assert!(text.contains(&format!("inputs.{name} }}}}")), "the input {name} is used");
        assert!(input["description"].as_str().is_some_and(|about| about.len() > 10), "{name} is described");
    }
    // What the binary writes, as its own source names it.
    let sources: String = [
        "src/render/github.rs",
        "src/cli/github.rs",
        "src/cli/github/push.rs",
        "src/cli/apply.rs",
        "src/cli/status.rs",
    ]
    .map(|path| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("read"))
    .concat();
    for name in action["outputs"].as_object().expect("outputs").keys() {
        assert!(sources.contains(&format!("\"{name}\"")), "the output {name} is written");
    }
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let world = World::new("version: 1\n");
    world.run(&["man", "pages"]).expect(0);
    let help = world.run(&["--help"]).expect(0).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(commands.contains(&"plan") && !commands.contains(&"man"), "{help}");
    for command in commands.iter().filter(|command| !["", "help"].contains(command)) {
        let page = std::fs::read_to_string(world.path(&format!("pages/vapi-sync-{command}.1"))).expect(command);
        assert!(page.contains(".SH") && page.contains(command), "{command}");
    }
    assert!(world.path("pages/vapi-sync.1").exists());
}

#[test]
fn the_release_of_the_runner_is_installed_if_its_checksum_is_right() {
    let folder = crate::support::folder();
    let path = |name: &str| folder.path().join(name);
    let of_runner = |os: &str, arch: &str, version: &str| {
        std::fs::write(path("output"), "").expect("written");
        let env = [
            ("RUNNER_OS", os),
            ("RUNNER_ARCH", arch),
            ("RUNNER_TEMP", "/tmp/runner"),
            ("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR")),
            ("GITHUB_OUTPUT", path("output").to_str().expect("a path")),
            ("VERSION", version),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let run = step("RUNNER_ARCH", folder.path(), &env);
        (run.code, std::fs::read_to_string(path("output")).expect("read"))
    };
    let version = env!("CARGO_PKG_VERSION");
    let (code, outputs) = of_runner("Linux", "X64", "");
    let expected = format!("tag=v{version}\nname={NAME}\nsuffix=tar.gz\nfolder=/tmp/runner/vapi-sync/{version}\n");
    assert_eq!((code, outputs), (0, expected));
    assert!(
        of_runner("Windows", "X64", "v1.2.3")
            .1
            .starts_with("tag=v1.2.3\nname=vapi-sync-x86_64-pc-windows-msvc\nsuffix=zip")
    );
    assert_eq!(of_runner("Linux", "RISCV64", "").0, 1);

    // An archive as a release has it.
    std::fs::create_dir_all(path(NAME)).expect("a folder");
    std::fs::write(path(NAME).join("vapi-sync"), "#!/bin/sh\necho installed\n").expect("written");
    let packed = format!(
        "chmod +x {NAME}/vapi-sync && tar -czf {NAME}.tar.gz {NAME} && sha256sum {NAME}.tar.gz >{NAME}.tar.gz.sha256"
    );
    assert!(Command::new("sh").args(["-c", &packed]).current_dir(folder.path()).status().expect("sh").success());
    let cache = path("cache");
    std::fs::create_dir_all(&cache).expect("a folder");
    for suffix in ["tar.gz", "tar.gz.sha256"] {
        let name = format!("{NAME}.{suffix}");
        std::fs::copy(path(&name), cache.join(&name)).expect("copied");
    }
    let cache_path = cache.to_str().expect("a path").to_owned();
    let env = [("NAME", NAME), ("SUFFIX", "tar.gz"), ("TAG", "v0"), ("FOLDER", cache_path.as_str())];
    step("--check", folder.path(), &env).expect(0);
    let installed = Command::new(cache.join("bin").join(NAME).join("vapi-sync")).output().expect("installed");
    assert_eq!(installed.stdout, b"installed\n");
    // A cache that somebody tampered with is not used.
    std::fs::write(cache.join(format!("{NAME}.tar.gz")), "other").expect("written");
    assert_ne!(step("--check", folder.path(), &env).code, 0);
}

#[test]
fn a_shallow_checkout_gets_its_history_and_what_was_agreed() {
    let github = Github::start();
    let folder = crate::support::folder();
    let url = format!("file://{}", github.bare.display());
    git(folder.path(), &["clone", "-q", &url, "full"], "");
    let full = folder.path().join("full");
    for message in ["one", "two"] {
        git(&full, &["commit", "-q", "--allow-empty", "-m", message], "");
    }
    git(&full, &["push", "-q", "origin", "HEAD:main", "HEAD:other", "HEAD:refs/vapi-sync/org/file"], "");
    git(folder.path(), &["clone", "-q", "--depth", "1", "-b", "main", &url, "shallow"], "");
    let shallow = folder.path().join("shallow");
    let home = folder.path().to_str().expect("a path");
    let env = [("TOKEN", "a-token"), ("GITHUB_SERVER_URL", "https://github.example"), ("HOME", home)];
    for _ in 0..2 {
        step("--unshallow", &shallow, &env).expect(0);
        assert_eq!(git(&shallow, &["rev-list", "--count", "HEAD"], "").trim(), "2");
        for name in ["refs/vapi-sync/org/file", "refs/remotes/origin/other"] {
            git(&shallow, &["rev-parse", "--verify", name], "");
        }
        // Nothing of the token stays.
        assert!(!std::fs::read_to_string(shallow.join(".git/config")).expect("read").contains("basic"));
    }
}

#[test]
fn each_command_of_the_action_is_one_that_the_binary_takes() {
    let github = Github::start();
    let world = World::new("version: 1\n\nagents:\n  a:\n    config:\n      name: A\n");
    world.git(&["remote", "add", "origin", github.bare.to_str().expect("a path")]);
    world.git(&["push", "-q", "origin", "main"]);
    let folder = crate::support::folder();
    let output = folder.path().join("output");
    let url = world.vapi.base_url();
    let run = |command: &str, more: &[(&str, &str)]| {
        std::fs::write(&output, "").expect("written");
        let home = world.folder.path().to_str().expect("a path").to_owned();
        let mut env: BTreeMap<String, String> = github.env("schedule").into_iter().collect();
        let given = [
            ("VAPI_SYNC", env!("CARGO_BIN_EXE_vapi-sync")),
            ("COMMAND", command),
            ("STATE_FILE", "vapi-state.yaml"),
            ("API_KEY", DEFAULT_KEY),
            ("BASE_URL", url.as_str()),
            ("GITHUB_OUTPUT", output.to_str().expect("a path")),
            ("HOME", home.as_str()),
        ];
        env.extend(given.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let run = step("$COMMAND", world.folder.path(), &env);
        (run, std::fs::read_to_string(&output).expect("read"))
    };
    let (validated, outputs) = run("validate", &[]);
    validated.expect(0);
    assert!(outputs.contains("exit-code<<vapi-sync-end\n0"), "{outputs}");
    let (planned, outputs) = run("plan", &[("ARGS", "--target\nagents.a\n--allow-purchase")]);
    planned.expect(0);
    let digest =
        outputs.split("digest<<vapi-sync-end\n").nth(1).and_then(|rest| rest.lines().next()).expect("a digest");
    let (refused, _) = run("apply", &[("EXPECT", "another")]);
    refused.expect(1);
    let (applied, outputs) = run("apply", &[("EXPECT", digest)]);
    applied.expect(0);
    assert!(outputs.contains("reviewed<<vapi-sync-end\nunknown"), "{outputs}");
    assert!(github.show("main:vapi-state.yaml").contains("vapi_assistant_id"), "the ids were pushed");
    run("pull", &[]).0.expect(0);
    run("status", &[]).0.expect(0);
    // A dispute is decided by `prefer`, one decision per line: the second is about this agent.
    world.git(&["fetch", "-q", "origin"]);
    world.git(&["reset", "-q", "--hard", "origin/main"]);
    world.vapi.edit(Collection::Assistant, &id(&world.agent("A")), &json!({"name": "Of the dashboard"}));
    let (held, outputs) = run("apply", &[]);
    held.expect(3);
    assert!(outputs.contains("drift<<vapi-sync-end\ntrue"), "{outputs}");
    run("apply", &[("PREFER", "vapi\nfile=agents.a.name")]).0.expect(0);
    assert_eq!(world.agents()[0]["name"], "A");
    run("apply", &[("PREFER", "file=agents.b")]).0.expect(1);
    run("delete", &[]).0.expect(64);
    // Without a key the file is validated; a secret that is not there is no empty key.
    let (validated, _) = run("plan", &[("API_KEY", "")]);
    assert!(validated.expect(0).stderr.contains("no-key"));
}
