//! The state file: an editor that saves during the run, a read-only folder, a full disk.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vapi_sync::emulator::Config;

use super::check::{End, until_quiet};
use super::story::{MUCH, Prepared, is_bystander};
use crate::support::samples::SAMPLES;
use crate::support::{Run, World, id, name_of};

/// Does something when a run has sent about half of its requests.
fn meanwhile(world: &World, requests: u64, act: impl FnOnce()) -> Run {
    let mut run = world.command(&["apply", "--yes"]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let give_up = Instant::now() + Duration::from_secs(60);
    while world.vapi.stats().requests < requests {
        assert!(Instant::now() < give_up, "{requests} requests do not come");
        std::thread::sleep(Duration::from_micros(500));
    }
    act();
    run.wait_with_output().expect("ended").into()
}

fn slow(prepared: &Prepared) -> World {
    prepared.world(Config { latency: Duration::from_millis(20), ..Config::default() })
}

#[test]
fn an_edit_saved_during_the_run_stays() {
    let prepared = MUCH.prepared();
    for requests in [4, 12, 25, 40] {
        let world = slow(&prepared);
        let run = meanwhile(&world, requests, || {
            // As editors do: a new file replaces the old. It may race with a write of the run, so it starts from the current text.
            let saved = format!("# A thought.\n{}\n# The end.\n", world.state());
            world.write("new", &saved);
            std::fs::rename(world.path("new"), world.path("vapi-state.yaml")).expect("renamed");
        });
        run.expect(0);
        let state = world.state();
        assert!(state.starts_with("# A thought.\n") && state.ends_with("\n# The end.\n"), "{state}");
        for object in world.all() {
            assert_eq!(state.contains(&id(&object)), !is_bystander(&object), "{object}\n{state}");
        }
    }
}

#[test]
fn a_file_that_is_broken_during_the_run_is_not_touched() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    let world = slow(&prepared);
    let before = world.state();
    let run = meanwhile(&world, 6, || world.write("vapi-state.yaml", "agents: [\n"));
    assert!([1, 4].contains(&run.code), "{}", run.text());
    assert_eq!(world.state(), "agents: [\n");
    world.write("vapi-state.yaml", &before);
    until_quiet(&prepared, &world, &expected).expect("all is found again");
}

#[test]
fn a_folder_that_cannot_be_written_sends_nothing() {
    let prepared = MUCH.prepared();
    let world = slow(&prepared);
    let mut run = world.command(&["apply", "--yes"]);
    let Some(mut run) = without_privileges(&mut run, &world) else { return };
    std::fs::set_permissions(world.folder.path(), std::fs::Permissions::from_mode(0o555)).expect("set");
    let run: Run = run.output().expect("the binary").into();
    std::fs::set_permissions(world.folder.path(), std::fs::Permissions::from_mode(0o755)).expect("set");
    let run = run.expect(1);
    assert!(run.stderr.contains("no permission to make a file in"), "{}", run.stderr);
    assert!(world.writes().is_empty());
}

/// The same command as an unprivileged user. `None` if there is none here.
fn without_privileges(command: &mut Command, world: &World) -> Option<Command> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut plain = Command::new(command.get_program());
    if is_root {
        plain = Command::new("setpriv");
        plain.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]).arg(command.get_program());
        if Command::new("setpriv").arg("--version").output().is_err() {
            return None;
        }
        // Otherwise git refuses another user's folder.
        Command::new("chown").args(["-R", "65534:65534"]).arg(world.folder.path()).status().ok()?;
    }
    plain.args(command.get_args()).current_dir(world.folder.path()).env_clear().stdin(Stdio::null());
    plain.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    Some(plain)
}

#[test]
fn a_disk_with_no_room_for_the_file_sends_nothing() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    let world = slow(&prepared);
    let before = world.state();
    let run: Run = with_room_for(&world, before.len() / BLOCK).output().expect("the binary").into();
    let run = run.expect(1);
    assert!(run.stderr.contains("[file-not-written]"), "{}", run.stderr);
    assert!(world.writes().is_empty());
    assert_eq!(world.state(), before, "the file is as it was");
    until_quiet(&prepared, &world, &expected).expect("all is done");
}

#[test]
fn a_disk_with_no_room_for_the_log_sends_nothing() {
    let prepared = MUCH.prepared();
    let expected = End::faultless(&prepared);
    let world = slow(&prepared);
    let before = world.state();
    // Fifty intents are longer than the file: the log hits the limit first.
    let blocks = (before.len() + ROOM_FOR_IDS).div_ceil(BLOCK);
    let run: Run = with_room_for(&world, blocks).output().expect("the binary").into();
    let run = run.expect(1);
    assert!(run.stderr.contains("[audit-not-writable]"), "{}", run.stderr);
    assert!(world.writes().is_empty());
    until_quiet(&prepared, &world, &expected).expect("all is done");
}

#[test]
fn ids_that_could_not_be_saved_are_reported_and_found_again() {
    let prepared = MUCH.prepared();
    let world = slow(&prepared);
    // A file of whole blocks, much longer than the log: a longer one exceeds the limit.
    let whole = (world.state().len() + LONGER_THAN_THE_LOG).next_multiple_of(BLOCK);
    let comment = "#".repeat(whole - world.state().len() - 1);
    world.write("vapi-state.yaml", &format!("{}{comment}\n", world.state()));
    world.commit("a long comment");
    let before = world.state();
    assert_eq!(before.len(), whole);
    let run: Run = with_room_for(&world, whole / BLOCK).output().expect("the binary").into();
    // The file is the record of ids: that it cannot be written is an error of the run (1), not of single writes (4).
    let run = run.expect(1);
    assert!(run.stderr.contains("[file-not-written]"), "{}", run.stderr);
    assert_eq!(world.state(), before, "the file is as it was");
    // The report names what was created, with its id.
    let made = |world: &World| -> Vec<_> {
        let all = world.all().into_iter();
        all.filter(|object| !before.contains(&id(object)) && !is_bystander(object)).collect()
    };
    let first = made(&world);
    assert!(!first.is_empty());
    for object in &first {
        let handle = name_of(object).trim_start_matches(|letter: char| letter != 'c');
        let address = SAMPLES.iter().map(|sample| format!("{}.{handle}", sample.section));
        let told: Vec<_> = address.map(|address| format!("{address} is {}", id(object))).collect();
        assert!(told.iter().any(|told| run.stderr.contains(told)), "{object}\n{}", run.stderr);
        // What needs an id that is not in the file is not made.
        assert!(object["members"].is_null() && object["number"].is_null(), "{object}");
    }
    assert!(run.stderr.contains("without these new ids: "), "{}", run.stderr);
    assert!(run.stderr.contains("the next run finds the objects by name or number"), "{}", run.stderr);
    // With space again, the next run links it and creates nothing twice.
    world.taken();
    world.run(&["apply", "--yes", "--settle-timeout", "300ms"]).expect(0);
    let posts = world.writes().into_iter().filter(|hit| hit.method == "POST").count();
    assert_eq!(posts, 30 - first.len());
    let state = world.state();
    assert!(first.iter().all(|object| state.contains(&id(object))), "{state}");
    assert_eq!(made(&world).len(), 30);
}

/// What `ulimit -f` counts in.
const BLOCK: usize = 512;

/// Longer than what thirty ids add to the file.
const ROOM_FOR_IDS: usize = 4 << 10;

/// Longer than the log of a run of fifty writes.
const LONGER_THAN_THE_LOG: usize = 256 << 10;

/// An apply with a limit on file size in blocks: as on a full disk, short files still fit. SIGXFSZ is ignored; a full disk sends none.
fn with_room_for(world: &World, blocks: usize) -> Command {
    let run = world.command(&["apply", "--yes"]);
    let mut limited = Command::new("sh");
    limited
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""))
        .arg(run.get_program())
        .args(run.get_args())
        .current_dir(world.folder.path())
        .envs(run.get_envs().filter_map(|(key, value)| Some((key, value?))))
        .stdin(Stdio::null());
    limited
}
