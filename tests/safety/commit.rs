//! `--commit`: exactly the state file and its included files.

use serde_json::json;
use vapi_sync::emulator::{Collection, Config};

use crate::support::{World, id};

const STATE: &str = "version: 1\nagents:\n  desk:\n    config:\n      name: Desk\n      firstMessage: ${file:hello.md}\n      voicemailMessage: ${file:voice.md}\n";

/// A repository with somebody who commits, other files in every state that git knows, and a linked agent.
fn world() -> World {
    let world = World::outside_git(STATE, Config::default());
    world.git(&["init", "-q", "-b", "main"]);
    world.git(&["config", "user.name", "Ada"]);
    world.git(&["config", "user.email", "ada@example.com"]);
    world.write("hello.md", "Hello.\n");
    world.write("voice.md", "Call back.\n");
    world.write("staged.txt", "1\n");
    world.write("changed.txt", "1\n");
    world.commit("first");
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    // Of another size: git compares times by the second, and a test takes less.
    world.write("staged.txt", "staged\n");
    world.write("new-staged.txt", "staged\n");
    world.git(&["add", "staged.txt", "new-staged.txt"]);
    world.write("changed.txt", "changed\n");
    world.write("untracked.txt", "untracked\n");
    world
}

fn status(world: &World) -> String {
    world.git(&["status", "--porcelain"])
}

const OTHERS: &str = " M changed.txt\nA  new-staged.txt\nM  staged.txt\n?? untracked.txt\n";

fn files_of_head(world: &World) -> Vec<String> {
    let shown = world.git(&["show", "--name-only", "--format=", "HEAD"]);
    shown.lines().map(str::to_owned).collect()
}

fn dashboard(world: &World, patch: &serde_json::Value) {
    assert!(world.vapi.edit(Collection::Assistant, &id(&world.agent("Desk")), patch));
}

#[test]
fn a_pull_commits_what_it_wrote_and_nothing_else() {
    let world = world();
    assert_eq!(status(&world), OTHERS);
    dashboard(&world, &json!({"firstMessage": "Hi.", "endCallMessage": "Bye"}));
    world.run(&["pull", "--commit"]).expect(0);
    assert_eq!(files_of_head(&world), ["hello.md", "vapi-state.yaml"]);
    assert_eq!(world.git(&["show", "HEAD:hello.md"]), "Hi.\n");
    assert_eq!(world.git(&["show", "HEAD:vapi-state.yaml"]), world.state());
    assert_eq!(
        world.git(&["log", "-1", "--format=%an <%ae>|%B"]).trim(),
        "Ada <ada@example.com>|vapi-sync pull: 1 captured\n\ncapture agents.desk"
    );
    assert_eq!(status(&world), OTHERS, "all else is as it was");
    assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "3");
}

#[test]
fn an_apply_commits_the_ids() {
    let world = world();
    world.edit("  desk:", "  night:\n    config: {name: Night}\n  desk:");
    world.run(&["apply", "--yes", "--commit"]).expect(0);
    assert_eq!(files_of_head(&world), ["vapi-state.yaml"]);
    assert!(world.git(&["show", "HEAD:vapi-state.yaml"]).contains(&id(&world.agent("Night"))));
    assert_eq!(world.git(&["log", "-1", "--format=%B"]).trim(), "vapi-sync apply: 1 created\n\ncreate agents.night");
    assert_eq!(status(&world), OTHERS);
}

#[test]
fn a_sync_commits_once() {
    let world = world();
    dashboard(&world, &json!({"firstMessage": "Hi.\n", "voicemailMessage": "Later.\n"}));
    world.edit("  desk:", "  night:\n    config: {name: Night}\n  desk:");
    world.run(&["sync", "--yes", "--commit"]).expect(0);
    assert_eq!(files_of_head(&world), ["hello.md", "vapi-state.yaml", "voice.md"]);
    let message = world.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with("vapi-sync sync: 1 created, 1 captured\n"), "{message}");
    assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "3");
    assert_eq!(status(&world), OTHERS);
}

#[test]
fn where_nothing_changed_nothing_is_committed() {
    let world = world();
    for command in [&["pull", "--commit"][..], &["apply", "--yes", "--commit"], &["sync", "--yes", "--commit"]] {
        world.run(command).expect(0);
    }
    assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "2");
    assert_eq!(status(&world), OTHERS);
}

#[test]
fn staged_changes_of_its_files_are_refused_before_anything_is_done() {
    for name in ["vapi-state.yaml", "hello.md"] {
        let world = world();
        dashboard(&world, &json!({"firstMessage": "Hi.\n"}));
        let before = std::fs::read_to_string(world.path(name)).expect("read");
        world.write(name, &format!("{before}# staged\n"));
        world.git(&["add", name]);
        world.write(name, &before);
        world.writes();
        for command in [&["pull", "--commit"][..], &["apply", "--yes", "--commit"], &["sync", "--yes", "--commit"]] {
            let run = world.run(command).expect(1);
            assert!(run.stderr.contains(&format!("{name} has changes that are staged")), "{}", run.stderr);
            assert!(run.stderr.contains("Nothing was done"), "{}", run.stderr);
        }
        assert_eq!(world.writes().len(), 0);
        assert_eq!(std::fs::read_to_string(world.path(name)).expect("read"), before);
        assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "2");
    }
}

#[cfg(unix)]
#[test]
fn modes_stay() {
    use std::os::unix::fs::PermissionsExt;
    let world = world();
    let path = world.path("vapi-state.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
    world.git(&["commit", "-q", "-m", "executable", "vapi-state.yaml"]);
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    world.run(&["pull", "--commit"]).expect(0);
    let tree = world.git(&["ls-tree", "HEAD", "vapi-state.yaml"]);
    assert!(tree.starts_with("100755 "), "{tree}");
    assert_eq!(status(&world), OTHERS);
}

#[test]
fn the_first_commit_of_a_repository() {
    let world = World::outside_git("version: 1\n", Config::default());
    world.git(&["init", "-q", "-b", "main"]);
    world.git(&["config", "user.name", "Ada"]);
    world.git(&["config", "user.email", "ada@example.com"]);
    world.vapi.insert(Collection::Assistant, json!({"name": "Desk"}));
    world.run(&["pull", "--commit"]).expect(0);
    assert_eq!(files_of_head(&world), ["vapi-state.yaml"]);
    assert_eq!(world.git(&["log", "--format=%s"]).trim(), "vapi-sync pull: 1 imported");
    assert_eq!(status(&world), "");
}

#[test]
fn a_detached_head_gets_the_commit_and_no_branch_moves() {
    let world = world();
    let main = world.git(&["rev-parse", "main"]);
    world.git(&["checkout", "-q", "--detach"]);
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    let run = world.run(&["pull", "--commit"]).expect(0);
    assert!(run.stderr.contains("is on no branch"), "{}", run.stderr);
    assert_eq!(world.git(&["rev-parse", "HEAD~1"]), main);
    assert_eq!(world.git(&["rev-parse", "main"]), main);
    assert_eq!(status(&world), OTHERS);
}

#[cfg(unix)]
fn program(world: &World, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    world.write(name, text);
    std::fs::set_permissions(world.path(name), std::fs::Permissions::from_mode(0o755)).expect("set");
}

#[cfg(unix)]
#[test]
fn a_hook_that_refuses_is_heard_and_nothing_of_the_index_changes() {
    let world = world();
    program(&world, ".git/hooks/pre-commit", "#!/bin/sh\necho 'not on my watch' >&2\nexit 1\n");
    dashboard(&world, &json!({"firstMessage": "Hi.", "endCallMessage": "Bye"}));
    let run = world.run(&["pull", "--commit"]).expect(1);
    assert!(run.stderr.contains("not on my watch") && run.stderr.contains("the files are written"), "{}", run.stderr);
    assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "2");
    assert_eq!(
        status(&world),
        format!(
            " M changed.txt\n M hello.md\nA  new-staged.txt\nM  staged.txt\n M vapi-state.yaml\n?? untracked.txt\n"
        )
    );
    program(&world, ".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    program(&world, ".git/hooks/commit-msg", "#!/bin/sh\necho 'Reviewed-by: a hook' >> \"$1\"\n");
    dashboard(&world, &json!({"maxDurationSeconds": 700}));
    world.run(&["pull", "--commit"]).expect(0);
    assert!(world.git(&["log", "-1", "--format=%B"]).contains("Reviewed-by: a hook"));
    assert_eq!(status(&world), OTHERS);
}

#[cfg(unix)]
#[test]
fn a_commit_is_signed_where_you_sign_yours() {
    let world = world();
    program(
        &world,
        ".git/fake-gpg",
        "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\necho '-----BEGIN PGP SIGNATURE-----'\necho '-----END PGP SIGNATURE-----'\n",
    );
    world.git(&["config", "commit.gpgsign", "true"]);
    world.git(&["config", "gpg.program", &world.path(".git/fake-gpg").display().to_string()]);
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    world.run(&["pull", "--commit"]).expect(0);
    assert!(world.git(&["cat-file", "commit", "HEAD"]).contains("gpgsig"), "it is not signed");
}

#[test]
fn an_index_that_another_command_holds_is_said_before_anything_is_done() {
    let world = world();
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    let before = world.state();
    world.write(".git/index.lock", "");
    world.writes();
    for command in [&["pull", "--commit"][..], &["apply", "--yes", "--commit"], &["sync", "--yes", "--commit"]] {
        let run = world.run(command).expect(1);
        assert!(run.stderr.contains("index.lock") && run.stderr.contains("Nothing was done"), "{}", run.stderr);
    }
    assert_eq!(world.writes().len(), 0);
    assert_eq!(world.state(), before);
    assert_eq!(world.git(&["rev-list", "--count", "HEAD"]).trim(), "2");
}

#[test]
fn nobody_to_commit_as_is_said_before_anything_is_done() {
    let world = world();
    world.git(&["config", "--unset", "user.name"]);
    world.git(&["config", "--unset", "user.email"]);
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    let before = world.state();
    let run = world.run(&["pull", "--commit"]).expect(1);
    assert!(run.stderr.contains("user.name") && run.stderr.contains("Nothing was done"), "{}", run.stderr);
    assert_eq!(world.state(), before);
}

#[test]
fn in_the_middle_of_a_merge_it_does_not_commit() {
    let world = world();
    world.git(&["stash", "-q"]);
    world.git(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    world.write("other.txt", "1\n");
    world.git(&["add", "other.txt"]);
    world.git(&["commit", "-q", "-m", "other"]);
    world.git(&["checkout", "-q", "main"]);
    world.git(&["merge", "-q", "--no-commit", "--no-ff", "other"]);
    dashboard(&world, &json!({"endCallMessage": "Bye"}));
    let before = world.state();
    let run = world.run(&["pull", "--commit"]).expect(1);
    assert!(run.stderr.contains("merge") && run.stderr.contains("Nothing was done"), "{}", run.stderr);
    assert_eq!(world.state(), before);
}

#[test]
fn outside_git_it_is_refused() {
    let world = World::outside_git("version: 1\n", Config::default());
    world.vapi.insert(Collection::Assistant, json!({"name": "Desk"}));
    let run = world.run(&["pull", "--commit"]).expect(1);
    assert!(run.stderr.contains("Nothing was done"), "{}", run.stderr);
    assert_eq!(world.state(), "version: 1\n");
}

#[test]
fn below_the_root_of_the_repository() {
    let world = world();
    world.write("deep/er/vapi-state.yaml", "version: 1\nagents:\n  deep:\n    config: {name: Deep, firstMessage: '${file:a.md}'}\nignore:\n  agents: [Desk]\n");
    world.write("deep/er/a.md", "A.\n");
    let file = ["-f", "deep/er/vapi-state.yaml"];
    world.run(&[&["apply", "--yes", "--commit"][..], &file].concat()).expect(0);
    assert_eq!(files_of_head(&world), ["deep/er/a.md", "deep/er/vapi-state.yaml"]);
    assert_eq!(status(&world), OTHERS);
}
