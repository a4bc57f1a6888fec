//! `--github`, against a GitHub on loopback: who is told what, what is written where, and what was reviewed.

use std::path::{Path, PathBuf};

use serde_json::json;
use vapi_sync::emulator::Collection;
use vapi_sync::github::Place;
use vapi_sync::model::agreed::{Agreed, ref_name};

use crate::support::github::{BOT, Fault, Github, git};
use crate::support::{Run, World};

const STATE: &str = "version: 1

agents:
  receptionist:
    config:
      name: Receptionist
      firstMessage: Northwind Dental, hello.
  billing:
    config:
      name: Billing
      firstMessage: Billing, hello.
";

/// A clone of a repository that is on GitHub.
struct Ci {
    world: World,
    github: Github,
    files: tempfile::TempDir,
}

/// What a step of a workflow left.
struct Step {
    run: Run,
    outputs: String,
    summary: String,
}

impl Step {
    #[track_caller]
    fn expect(self, code: i32) -> Self {
        Step { run: self.run.expect(code), ..self }
    }

    /// An output of the step. Empty: it has none.
    fn output(&self, name: &str) -> &str {
        let value = self.outputs.split(&format!("{name}<<vapi-sync-end\n")).nth(1).unwrap_or_default();
        value.split("\nvapi-sync-end").next().unwrap_or_default()
    }
}

impl Ci {
    fn new() -> Self {
        Self::on(Github::start())
    }

    fn on(github: Github) -> Self {
        let world = World::new(STATE);
        world.git(&["remote", "add", "origin", github.bare.to_str().expect("a path")]);
        world.git(&["push", "-q", "origin", "main"]);
        Ci { world, github, files: crate::support::folder() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn head(&self) -> String {
        self.world.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// A step with a command, for an event with this payload.
    fn step_with(&self, event: &str, payload: &str, args: &[&str], env: &[(&str, &str)]) -> Step {
        for name in ["outputs", "summary"] {
            std::fs::write(self.file(name), "").expect("written");
        }
        std::fs::write(self.file("event.json"), payload).expect("written");
        let mut command = self.world.command(args);
        command.arg("--github").envs(self.github.env(event));
        command.env("GITHUB_EVENT_PATH", self.file("event.json"));
        command.env("GITHUB_OUTPUT", self.file("outputs")).env("GITHUB_STEP_SUMMARY", self.file("summary"));
        command.envs(env.iter().copied());
        let run: Run = command.output().expect("the binary").into();
        assert!(!run.text().contains(crate::support::github::TOKEN), "the token was printed");
        let read = |name| std::fs::read_to_string(self.file(name)).expect("read");
        Step { run, outputs: read("outputs"), summary: read("summary") }
    }

    fn step(&self, event: &str, payload: &str, args: &[&str]) -> Step {
        self.step_with(event, payload, args, &[])
    }

    /// `plan` on a pull request whose head is checked out.
    fn plan(&self, number: u64, args: &[&str]) -> Step {
        self.github.change_pull(number, |pull| pull["head"]["sha"] = json!(self.head()));
        let payload = self.github.event(number, |_| {});
        self.step("pull_request", &payload, &[&["plan"], args].concat())
    }

    /// `apply` after a push that began at `before`.
    fn apply(&self, before: &str, args: &[&str]) -> Step {
        let payload = json!({"before": before}).to_string();
        self.step("push", &payload, &[&["apply", "--yes"], args].concat())
    }

    /// Edits the state file and commits. Gives the commit.
    fn change(&self, from: &str, to: &str) -> String {
        self.world.edit(from, to);
        self.world.commit("a change");
        self.head()
    }

    /// A pull request with one change, planned, then merged by a squash. Gives the commit before and its number.
    fn merged(&self, from: &str, to: &str) -> (String, u64) {
        let before = self.head();
        self.world.git(&["checkout", "-q", "-b", "change"]);
        let number = self.github.open_pull(&self.change(from, to));
        self.plan(number, &[]).expect(0);
        self.world.git(&["checkout", "-q", "main"]);
        self.world.git(&["merge", "-q", "--squash", "change"]);
        self.world.git(&["commit", "-q", "-m", "squashed"]);
        self.world.git(&["branch", "-q", "-D", "change"]);
        self.github.merge(number, &[&self.head()]);
        self.world.git(&["push", "-q", "origin", "main"]);
        (before, number)
    }
}

#[test]
fn plan_twice_makes_one_comment_and_touches_no_other() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    let first = ci.plan(number, &[]).expect(0);
    assert_eq!((first.output("changes"), first.output("failure-reason"), first.output("drift")), ("2", "", "false"));
    assert!(first.summary.contains("2 to create"), "{}", first.summary);
    let ours = ci.github.comments(number);
    assert!(ours.len() == 1 && ours[0].contains("2 to create") && ours[0].contains(&ci.head()[..10]), "{ours:?}");
    let marker = ours[0].lines().next().expect("a marker");

    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    // Ours is not on the first page, and others know how it begins.
    for (login, body) in [("alice", "Nice."), (BOT, "Coverage: 3 %"), ("mallory", marker), ("bob", "?"), ("bob", "!")] {
        ci.github.add_comment(number, login, body);
    }
    let others = ci.github.comments(number);
    ci.plan(number, &[]).expect(0);
    ci.change("Billing, hello.", "Billing, good morning.");
    ci.plan(number, &[]).expect(0);
    let all = ci.github.comments(number);
    assert_eq!((all.len(), &all[..5]), (6, &others[..]));
    assert!(all[5].contains("good morning") && all[5].contains(&ci.head()[..10]), "{}", all[5]);
    // The same again changes nothing.
    ci.github.taken();
    ci.plan(number, &[]).expect(0);
    assert!(!ci.github.taken().iter().any(|line| line.starts_with("PATCH") || line.contains("POST /repos")));
}

#[test]
fn a_failing_plan_replaces_the_text_and_tells_the_workflow() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    ci.plan(number, &[]).expect(0);
    ci.change("firstMessage: Billing, hello.", "firstMessage: [");
    let step = ci.plan(number, &[]).expect(1);
    let comments = ci.github.comments(number);
    assert!(comments.len() == 1 && comments[0].contains("The plan failed"), "{comments:?}");
    assert!(!comments[0].contains("to create"), "{comments:?}");
    assert!(step.summary.contains("The plan failed") && step.run.stderr.contains("::error file=vapi-state.yaml,line="));
    assert_eq!((step.output("failure-reason"), step.output("exit-code")), ("yaml-syntax", "1"));
    // So does one whose key was withdrawn.
    ci.world.git(&["revert", "--no-edit", "HEAD"]);
    ci.github.change_pull(number, |pull| pull["head"]["sha"] = json!(ci.head()));
    let payload = ci.github.event(number, |_| {});
    ci.step_with("pull_request", &payload, &["plan"], &[("VAPI_API_KEY", "withdrawn")]).expect(1);
    assert!(ci.github.comments(number)[0].contains("The plan failed"));
    // A command line that nobody understands is told as well.
    let step = ci.step("push", "{}", &["apply", "--no-such-flag"]).expect(64);
    assert_eq!((step.output("failure-reason"), step.output("exit-code")), ("usage", "64"));
}

#[test]
fn each_file_and_each_selection_has_its_comment() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    ci.world.write("staging/vapi-state.yaml", STATE);
    ci.world.commit("another file");
    for args in [&[][..], &["-f", "staging/vapi-state.yaml"], &["--only", "agents"], &["--target", "agents.billing"]] {
        ci.plan(number, args).expect(0);
        ci.plan(number, args).expect(0);
    }
    assert_eq!(ci.github.comments(number).len(), 4);
}

#[test]
fn each_environment_has_its_comment() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    let state = format!("{STATE}\nenvironments:\n  staging: {{}}\n  production: {{after: staging}}\n");
    ci.world.write("vapi-state.yaml", &state);
    ci.world.commit("two environments");
    for _ in 0..2 {
        for environment in ["staging", "production"] {
            ci.plan(number, &["--env", environment]).expect(0);
        }
    }
    let comments = ci.github.comments(number);
    assert_eq!(comments.len(), 2);
    for environment in ["staging", "production"] {
        let of = |comment: &&String| comment.contains(&format!("vapi-sync plan: {environment}"));
        assert_eq!(comments.iter().filter(of).count(), 1, "{comments:?}");
    }
}

#[test]
fn who_gets_no_key_gets_a_validation_and_nothing_is_asked_of_anybody() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    let strangers: [fn(&mut serde_json::Value); 4] = [
        |pull| pull["head"]["repo"] = json!({"full_name": "mallory/voice"}),
        |pull| pull["head"]["repo"] = json!(null),
        |pull| pull["user"]["login"] = json!("dependabot[bot]"),
        |_| {},
    ];
    let no_key = [("VAPI_API_KEY", "")];
    for stranger in strangers {
        let payload = ci.github.event(number, stranger);
        let step = ci.step_with("pull_request", &payload, &["plan"], &no_key).expect(0);
        assert!(step.run.stderr.contains("::notice title=no-key::"), "{}", step.run.stderr);
        assert!(step.summary.contains("only checked for mistakes"), "{}", step.summary);
    }
    ci.change("name: Billing", "nmae: Billing");
    ci.change("firstMessage: Billing, hello.", "firstMessage: [");
    let payload = ci.github.event(number, strangers[0]);
    let step = ci.step_with("pull_request", &payload, &["plan"], &no_key).expect(1);
    assert_eq!(step.output("failure-reason"), "yaml-syntax");
    assert_eq!(ci.github.taken(), Vec::<String>::new());
    assert_eq!(ci.world.requests(), Vec::<String>::new());
}

#[test]
fn only_an_open_pull_request_at_this_very_head_gets_a_comment() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    let payload = ci.github.event(number, |_| {});
    for event in ["push", "schedule", "workflow_dispatch", "merge_group", "issue_comment"] {
        let step = ci.step(event, &payload, &["plan"]).expect(0);
        assert!(step.summary.contains("2 to create"));
    }
    assert_eq!(ci.github.taken(), Vec::<String>::new());
    let closed = ci.github.event(number, |pull| pull["state"] = json!("closed"));
    ci.step("pull_request", &closed, &["plan"]).expect(0);
    ci.github.change_pull(number, |pull| pull["head"]["sha"] = json!("0000000000000000000000000000000000000000"));
    ci.step("pull_request", &payload, &["plan"]).expect(0);
    assert_eq!(ci.github.comments(number), Vec::<String>::new());
    let step = ci.step("pull_request_target", &payload, &["plan"]).expect(1);
    assert_eq!(step.output("failure-reason"), "pull-request-target");
    // Without `--github` the environment of a runner changes nothing.
    ci.github.taken();
    let mut command = ci.world.command(&["plan"]);
    command.envs(ci.github.env("pull_request")).env("GITHUB_OUTPUT", ci.file("none"));
    Run::from(command.output().expect("the binary")).expect(0);
    assert!(!ci.file("none").exists() && ci.github.taken().is_empty());
}

#[test]
fn a_github_that_stumbles_is_asked_again_and_one_that_refuses_is_a_warning() {
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    ci.github.fault(Fault { line: "GET /repos/octo/voice/pulls/", times: 2, ..Fault::default() });
    ci.github.fault(Fault {
        line: "POST /graphql",
        status: 403,
        headers: "retry-after: 1\r\n",
        body: "{\"message\": \"You have exceeded a secondary rate limit\"}",
        ..Fault::default()
    });
    ci.github.fault(Fault {
        line: "GET /repos/octo/voice/issues/",
        status: 429,
        headers: "x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 1\r\n",
        ..Fault::default()
    });
    // The comment is made, and the answer is lost.
    ci.github.fault(Fault { line: "POST /repos/octo/voice/issues/", after: true, ..Fault::default() });
    let step = ci.plan(number, &[]).expect(0);
    assert_eq!(ci.github.comments(number).len(), 1, "{}", step.run.stderr);
    assert!(!step.run.stderr.contains("warning"), "{}", step.run.stderr);

    let refusals =
        [(403, "{\"message\": \"Resource not accessible by integration\"}"), (404, "{}"), (401, "{}"), (200, "<html>")];
    for (status, body) in refusals {
        let ci = Ci::new();
        let number = ci.github.open_pull(&ci.head());
        ci.github.fault(Fault { line: "GET /repos/octo/voice/issues/", times: 9, status, body, ..Fault::default() });
        let step = ci.plan(number, &[]).expect(0);
        assert!(
            step.run.stderr.contains("the comment on the pull request could not be written"),
            "{}",
            step.run.stderr
        );
    }
    // A limit that lasts longer than a run may wait.
    let ci = Ci::new();
    let number = ci.github.open_pull(&ci.head());
    ci.github.fault(Fault {
        line: "POST /repos/octo/voice/issues/",
        status: 429,
        headers: "retry-after: 3600\r\n",
        ..Fault::default()
    });
    ci.plan(number, &[]).expect(0);
    assert_eq!(ci.github.comments(number).len(), 0);
}

#[test]
fn an_enterprise_server_has_its_own_address() {
    let ci = Ci::on(Github::at("/api/v3"));
    let number = ci.github.open_pull(&ci.head());
    ci.github.add_comment(number, "alice", "1");
    ci.github.add_comment(number, "alice", "2");
    ci.github.add_comment(number, "alice", "3");
    ci.plan(number, &[]).expect(0);
    ci.plan(number, &[]).expect(0);
    assert_eq!(ci.github.comments(number).len(), 4);
    assert!(ci.github.taken().iter().all(|line| line.contains(" /api/")));
}

#[test]
fn reviewed_is_applied_and_what_was_not_is_refused() {
    let ci = Ci::new();
    let (before, _) = ci.merged("Billing, hello.", "Billing, good morning.");
    let step = ci.apply(&before, &["--require-reviewed"]).expect(0);
    assert_eq!((step.output("reviewed"), step.output("changes")), ("true", "2"));
    ci.world.commit("ids");
    // Nothing to send needs no review.
    assert_eq!(ci.apply(&ci.head(), &["--require-reviewed"]).expect(0).output("reviewed"), "true");

    // Two pull requests in one push, and then a commit that nobody has seen.
    let (before, _) = ci.merged("Billing, good morning.", "Billing, good evening.");
    ci.merged("Northwind Dental, hello.", "Northwind Dental, good evening.");
    ci.world.writes();
    let unseen = ci.change("Billing, good evening.", "Billing, good night.");
    let step = ci.apply(&before, &["--require-reviewed"]).expect(3);
    assert_eq!((step.output("failure-reason"), step.output("exit-code")), ("not-reviewed", "3"));
    assert!(step.run.stderr.contains("agents.billing") && !step.run.stderr.contains("sent to agents.receptionist"));
    assert_eq!(ci.world.writes().len(), 0);
    let last = ci.github.pulls().iter().filter_map(|pull| pull["number"].as_u64()).max().expect("a number");
    let asked = ci.github.comments(last).pop().expect("a comment");
    assert!(asked.contains("good night") && asked.contains("--expect"), "{asked}");
    // A person approves it by its digest; that of another plan approves nothing.
    let digest = asked.split("--expect ").nth(1).and_then(|rest| rest.split('<').next()).expect("a digest").to_owned();
    let approve = |event: &str, approved: &str| {
        let payload = json!({"before": before, "inputs": {"expect": approved}}).to_string();
        ci.step(event, &payload, &["apply", "--yes", "--require-reviewed", "--expect", &digest])
    };
    approve("push", &digest).expect(3);
    approve("workflow_dispatch", "another").expect(3);
    assert_eq!(ci.world.writes().len(), 0);
    assert_eq!(approve("workflow_dispatch", &digest).expect(0).output("reviewed"), "true");
    assert!(ci.world.agent("Billing")["firstMessage"] == "Billing, good night." && unseen == ci.head());
}

#[test]
fn a_review_holds_for_what_it_showed_where_it_was_shown() {
    // The comment was edited, copied from another pull request, or is about an older head.
    type Tamper = fn(&Ci, u64);
    let tampered: [Tamper; 3] = [
        |ci, _| ci.github.change_comments(|body| body.replacen("reviewed ", "reviewed x", 1)),
        |ci, number| {
            ci.github
                .change_pull(number, |pull| pull["head"]["sha"] = json!("1111111111111111111111111111111111111111"))
        },
        |ci, number| ci.github.change_pull(number, |pull| pull["base"]["ref"] = json!("other")),
    ];
    for (at, tamper) in tampered.iter().enumerate() {
        let ci = Ci::new();
        let (before, number) = ci.merged("Billing, hello.", "Billing, good morning.");
        if at == 0 {
            // A digest more than was sealed.
            ci.github.change_comments(|body| body.replacen(" -->\n### ", "aaaaaaaaaaaaaaaaaaaa -->\n### ", 1));
        }
        tamper(&ci, number);
        let step = ci.apply(&before, &["--require-reviewed"]).expect(3);
        assert_eq!(step.output("failure-reason"), "not-reviewed", "{at}");
        assert_eq!(ci.world.writes().len(), 0);
    }
    // Who cannot ask sends nothing if a review is required, and says that it does not know if not.
    let ci = Ci::new();
    let (before, _) = ci.merged("Billing, hello.", "Billing, good morning.");
    ci.github.fault(Fault { line: "GET /repos/octo/voice/commits/", times: 99, status: 500, ..Fault::default() });
    let step = ci.apply(&before, &["--require-reviewed"]).expect(1);
    assert_eq!(step.output("failure-reason"), "review-unknown");
    assert_eq!(ci.world.writes().len(), 0);
    assert_eq!(ci.apply(&before, &[]).expect(0).output("reviewed"), "unknown");
}

#[test]
fn a_comment_fits_however_much_there_is_to_say() {
    let ci = Ci::new();
    let agents: String = (0..400)
        .map(|at| {
            format!(
                "  agent_{at}:\n    config:\n      name: Agent {at}\n      firstMessage: {}\n",
                "Hello. ".repeat(60)
            )
        })
        .collect();
    ci.world.write("vapi-state.yaml", &format!("version: 1\n\nagents:\n{agents}"));
    ci.world.commit("many");
    let before = ci.head();
    let number = ci.github.open_pull(&before);
    ci.plan(number, &[]).expect(0);
    let comment = ci.github.comments(number).remove(0);
    assert!(comment.chars().count() <= 65_536 && comment.contains("400 to create"), "{}", comment.chars().count());
    // All of it was shown, in the summary at the latest: it counts as reviewed.
    ci.change("name: Agent 0\n", "name: Agent zero\n");
    ci.github.merge(number, &[&ci.head()]);
    let step = ci.apply(&before, &["--require-reviewed"]).expect(3);
    assert!(step.run.stderr.contains("would be sent to agents.agent_0. Nothing"), "{}", step.run.stderr);
}

#[test]
fn ids_are_pushed_also_when_another_commit_lands_in_between() {
    let ci = Ci::new();
    let before = ci.head();
    let other = crate::support::folder();
    git(other.path(), &["clone", "-q", ci.github.bare.to_str().expect("a path"), "."], "");
    let clone = other.path().to_path_buf();
    ci.github.meanwhile(move || {
        let file = clone.join("vapi-state.yaml");
        let text = std::fs::read_to_string(&file).expect("read").replace("name: Billing\n", "name: Billing # ours\n");
        std::fs::write(&file, text).expect("written");
        git(&clone, &["commit", "-qam", "another"], "");
        git(&clone, &["push", "-q", "origin", "main"], "");
    });
    let step = ci.apply(&before, &["--commit", "--push"]).expect(0);
    let pushed = ci.github.show("main:vapi-state.yaml");
    assert!(
        pushed.contains("# ours") && pushed.matches("vapi_assistant_id").count() == 2,
        "{pushed}\n{}",
        step.run.stderr
    );
    assert!(pushed.contains("org_id:"));
    let log = git(&ci.github.bare, &["log", "--format=%s", "main"], "");
    assert_eq!(log.lines().take(2).collect::<Vec<_>>(), ["vapi-sync apply: 2 created", "another"]);
    assert_eq!(step.output("commit"), git(&ci.github.bare, &["rev-parse", "main"], "").trim());
    // Nothing new: nothing is pushed.
    ci.world.git(&["checkout", "-q", "."]);
    ci.world.git(&["pull", "-q", "origin", "main"]);
    ci.github.taken();
    ci.apply(&ci.head(), &["--commit", "--push"]).expect(0);
    let taken = ci.github.taken();
    assert!(!taken.iter().any(|line| line.contains("/git/trees") || line.contains("/heads/")), "{taken:?}");
}

#[test]
fn on_a_protected_branch_the_ids_come_as_a_pull_request() {
    let ci = Ci::new();
    ci.github.protect();
    let step = ci.apply(&ci.head(), &["--commit", "--push"]).expect(0);
    let pulls = ci.github.pulls();
    assert_eq!((pulls.len(), pulls[0]["head"]["ref"].as_str()), (1, Some("vapi-sync/ids")));
    assert_eq!(step.output("pull-request"), pulls[0]["html_url"].as_str().expect("an address"));
    assert_eq!(ci.github.show("vapi-sync/ids:vapi-state.yaml").matches("vapi_assistant_id").count(), 2);
    // A push that fails is a warning: what was applied was applied.
    let ci = Ci::new();
    ci.github.fault(Fault { line: "POST /repos/octo/voice/git/trees", times: 9, status: 403, ..Fault::default() });
    let step = ci.apply(&ci.head(), &["--commit", "--push"]).expect(0);
    assert!(step.run.stderr.contains("the ids of the new objects were not pushed"), "{}", step.run.stderr);
}

#[test]
fn what_the_dashboard_changed_is_one_pull_request() {
    let ci = Ci::new();
    ci.apply(&ci.head(), &[]).expect(0);
    ci.world.commit("ids");
    ci.world.git(&["push", "-q", "origin", "main"]);
    let pull = || {
        let step = ci.step("schedule", "{}", &["pull", "--pull-request"]);
        ci.world.git(&["checkout", "-q", "."]);
        ci.world.git(&["clean", "-qfd"]);
        step
    };
    let edit = |message: &str| {
        let id = ci.world.agent("Billing")["id"].as_str().expect("an id").to_owned();
        ci.world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": message}));
    };
    // Nothing to propose.
    pull().expect(0);
    assert_eq!(ci.github.pulls().len(), 0);
    edit("Which invoice is it about?");
    let step = pull().expect(0);
    let pulls = ci.github.pulls();
    assert_eq!((pulls.len(), pulls[0]["head"]["ref"].as_str()), (1, Some("vapi-sync/pull")));
    assert_eq!(step.output("pull-request"), pulls[0]["html_url"].as_str().expect("an address"));
    assert!(
        pulls[0]["body"].as_str().is_some_and(|body| body.contains("agents.billing") && body.contains("firstMessage"))
    );
    assert!(ci.github.show("vapi-sync/pull:vapi-state.yaml").contains("Which invoice"));
    let tip = || git(&ci.github.bare, &["rev-parse", "vapi-sync/pull"], "");
    let first = tip();
    // The same again moves nothing; more moves the branch forward.
    pull().expect(0);
    assert_eq!((ci.github.pulls().len(), tip()), (1, first.clone()));
    edit("Which order is it about?");
    pull().expect(0);
    assert!(ci.github.pulls().len() == 1 && ci.github.show("vapi-sync/pull:vapi-state.yaml").contains("Which order"));
    git(&ci.github.bare, &["merge-base", "--is-ancestor", first.trim(), "vapi-sync/pull"], "");
    // A person closes it: the same content does not come again, other content does.
    let number = pulls[0]["number"].as_u64().expect("a number");
    ci.github.change_pull(number, |pull| pull["state"] = json!("closed"));
    pull().expect(0);
    assert_eq!(ci.github.pulls().len(), 1);
    edit("Which bill is it about?");
    pull().expect(0);
    let pulls = ci.github.pulls();
    assert_eq!((pulls.len(), pulls[1]["state"].as_str()), (2, Some("open")));
    // Nothing is left: it is closed, and may come again.
    edit("Billing, hello.");
    pull().expect(0);
    assert_eq!(ci.github.pulls()[1]["state"], "closed");
    edit("Which bill is it about?");
    pull().expect(0);
    assert_eq!(ci.github.pulls().len(), 3);
    // Somebody else's commit on the branch stays.
    let other = crate::support::folder();
    git(other.path(), &["clone", "-q", "-b", "vapi-sync/pull", ci.github.bare.to_str().expect("a path"), "."], "");
    git(other.path(), &["commit", "-q", "--allow-empty", "-m", "mine"], "");
    git(other.path(), &["push", "-q"], "");
    let mine = tip();
    edit("And which one?");
    let step = pull().expect(0);
    assert!(tip() == mine && step.run.stderr.contains("somebody else committed"), "{}", step.run.stderr);
}

#[test]
fn the_files_of_new_prompts_are_in_the_pull_request() {
    let ci = Ci::new();
    ci.apply(&ci.head(), &[]).expect(0);
    ci.world.commit("ids");
    ci.world.git(&["push", "-q", "origin", "main"]);
    let prompt = "A line.\n".repeat(12) + "The last.";
    let messages = json!([{"role": "system", "content": prompt}]);
    let model = json!({"provider": "openai", "model": "gpt-4.1", "messages": messages});
    ci.world.vapi.insert(Collection::Assistant, json!({"name": "Night", "model": model}));
    ci.step("schedule", "{}", &["pull", "--pull-request"]).expect(0);
    assert!(ci.github.show("vapi-sync/pull:vapi-state.yaml").contains("${file:prompts/night.md}"));
    assert_eq!(ci.github.show("vapi-sync/pull:prompts/night.md"), prompt + "\n");
}

#[test]
fn where_actions_may_not_open_pull_requests_the_setting_is_named() {
    let ci = Ci::new();
    ci.world.vapi.insert(Collection::Assistant, json!({"name": "After hours"}));
    ci.github.fault(Fault {
        line: "POST /repos/octo/voice/pulls",
        times: 9,
        status: 403,
        body: "{\"message\": \"GitHub Actions is not permitted to create or approve pull requests.\"}",
        ..Fault::default()
    });
    let step = ci.step("schedule", "{}", &["pull", "--pull-request"]).expect(1);
    assert!(step.run.stderr.contains("Settings → Actions → General"), "{}", step.run.stderr);
    assert_eq!(step.output("failure-reason"), "github");
}

#[test]
fn drift_opens_updates_and_closes_one_issue() {
    let ci = Ci::new();
    let status = || ci.step("schedule", "{}", &["status", "--issue"]);
    // What merely waits to be applied is nobody's news.
    let step = status().expect(0);
    assert_eq!((step.output("drift"), step.output("issue"), ci.github.issues().len()), ("false", "", 0));
    ci.apply(&ci.head(), &[]).expect(0);
    ci.world.commit("ids");
    status().expect(0);
    assert_eq!(ci.github.issues().len(), 0);
    let edit = |name: &str, message: &str| {
        let id = ci.world.agent(name)["id"].as_str().expect("an id").to_owned();
        ci.world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": message}));
    };
    edit("Billing", "Which invoice is it about?");
    let step = status().expect(0);
    let issues = ci.github.issues();
    assert_eq!((issues.len(), step.output("drift")), (1, "true"));
    assert_eq!(step.output("issue"), issues[0]["html_url"].as_str().expect("an address"));
    let body = |at: usize| ci.github.issues()[at]["body"].as_str().expect("a text").to_owned();
    assert!(body(0).contains("agents.billing") && step.summary.contains("agents.billing"), "{}", body(0));
    // The same again is no news; more is, in the same issue; a person's issue that looks like ours is left.
    ci.github.taken();
    status().expect(0);
    assert!(!ci.github.taken().iter().any(|line| line.starts_with("PATCH") || line.contains("POST /repos")));
    let night = ci.world.vapi.insert(Collection::Assistant, json!({"name": "After hours <b>@octo</b>"}));
    status().expect(0);
    let text = body(0);
    assert!(ci.github.issues().len() == 1 && text.contains("After hours &lt;b&gt;") && !text.contains("<b>"), "{text}");
    // A check that failed touches nothing.
    ci.github.taken();
    ci.step_with("schedule", "{}", &["status", "--issue"], &[("VAPI_API_KEY", "withdrawn")]).expect(1);
    assert_eq!((ci.github.taken().len(), body(0)), (0, text));
    // A person closes it: it stays closed until there is something new.
    let close = |at: usize| ci.github.change_issue(at, |issue| issue["state"] = json!("closed"));
    close(0);
    status().expect(0);
    assert_eq!(ci.github.issues()[0]["state"], "closed");
    edit("Receptionist", "Hi!");
    status().expect(0);
    assert_eq!((ci.github.issues().len(), ci.github.issues()[1]["state"].as_str()), (2, Some("open")));
    // In sync: it is closed. The same drift opens one again.
    edit("Receptionist", "Northwind Dental, hello.");
    edit("Billing", "Billing, hello.");
    ci.world.vapi.remove(Collection::Assistant, &night);
    status().expect(0);
    assert_eq!(ci.github.issues()[1]["state"], "closed");
    edit("Receptionist", "Hi!");
    status().expect(0);
    assert_eq!(ci.github.issues().len(), 3);
    // What GitHub does not take is a warning.
    ci.github.fault(Fault { line: "PATCH /repos/octo/voice/issues", times: 9, status: 403, ..Fault::default() });
    edit("Receptionist", "Hello!");
    assert!(status().expect(0).run.stderr.contains("the issue about what differs could not be written"));
}

#[test]
fn an_agreement_is_noted_unless_a_newer_one_stands() {
    let ci = Ci::new();
    let env = ci.github.env("push");
    let lookup = |name: &str| env.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let place = Place::from_env(&lookup).expect("a place");
    let name = ref_name("6a1f3c2e", Path::new("voice/vapi state.yaml"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let note = |commit: &str, time: i64| {
        let time = jiff::Timestamp::from_second(time).expect("a time");
        let agreed = Agreed { commit: commit.to_owned(), time, run: format!("run-{time}"), path: PathBuf::new() };
        runtime.block_on(place.note(&name, &agreed)).expect("noted");
        git(&ci.github.bare, &["rev-parse", &format!("{name}^{{commit}}")], "").trim().to_owned()
    };
    let first = ci.head();
    let second = ci.change("Billing, hello.", "Billing, good morning.");
    ci.world.git(&["push", "-q", "origin", "main"]);
    // The answer to the creation is lost.
    ci.github.fault(Fault { line: "POST /repos/octo/voice/git/refs", after: true, ..Fault::default() });
    assert_eq!(note(&first, 1_700_000_000), first);
    assert_eq!(note(&second, 1_700_000_100), second);
    assert_eq!(note(&first, 1_700_000_050), second, "an older agreement does not come back");
    assert_eq!(ci.github.taken().iter().filter(|line| line.starts_with("POST /repos/octo/voice/git/refs")).count(), 1);
}

#[test]
fn the_agreed_commit_is_pushed_with_the_ids() {
    let ci = Ci::new();
    ci.apply(&ci.head(), &[]).expect(0);
    ci.world.commit("ids");
    ci.world.git(&["push", "-q", "origin", "main"]);
    let name = ref_name(ci.world.vapi.org_id(), Path::new("vapi-state.yaml"));
    if ci.world.git(&["for-each-ref", &name]).is_empty() {
        ci.world.git(&["tag", "-a", "-m", "run-1", "agreed"]);
        let tag = ci.world.git(&["rev-parse", "agreed"]);
        ci.world.git(&["update-ref", &name, tag.trim()]);
    }
    ci.apply(&ci.head(), &["--commit", "--push"]).expect(0);
    assert_eq!(git(&ci.github.bare, &["rev-parse", &format!("{name}^{{commit}}")], "").trim(), ci.head());
    // One that GitHub does not take is a warning.
    git(&ci.github.bare, &["update-ref", "-d", &name], "");
    ci.github.fault(Fault { line: "POST /repos/octo/voice/git/tags", times: 9, status: 403, ..Fault::default() });
    let step = ci.apply(&ci.head(), &["--commit", "--push"]).expect(0);
    assert!(
        step.run.stderr.contains("the note on GitHub that the file and Vapi agree could not be written"),
        "{}",
        step.run.stderr
    );
}

#[test]
fn the_whole_life_between_two_clones() {
    let github = Github::start();
    let ci = Ci::on(github);
    let bare = ci.github.bare.to_str().expect("a path").to_owned();
    // A laptop makes a branch, a workflow plans it.
    let laptop = World::at(
        crate::support::folder(),
        vapi_sync::emulator::Emulator::start_blocking(Default::default()).expect("an emulator"),
    );
    git(laptop.folder.path(), &["clone", "-q", &bare, "."], "");
    git(laptop.folder.path(), &["checkout", "-q", "-b", "greeting"], "");
    laptop.edit("Billing, hello.", "Billing, good morning.");
    laptop.commit("A greeting");
    git(laptop.folder.path(), &["push", "-q", "origin", "greeting"], "");
    let before = ci.head();
    ci.world.git(&["fetch", "-q", "origin"]);
    ci.world.git(&["checkout", "-q", "origin/greeting"]);
    let number = ci.github.open_pull(&ci.head());
    ci.plan(number, &[]).expect(0);
    // It is merged; while the workflow applies, another commit lands.
    git(laptop.folder.path(), &["checkout", "-q", "main"], "");
    git(laptop.folder.path(), &["merge", "-q", "--no-ff", "-m", "Merge", "greeting"], "");
    git(laptop.folder.path(), &["push", "-q", "origin", "main"], "");
    let commits = git(laptop.folder.path(), &["rev-list", &format!("{before}..main")], "");
    ci.github.merge(number, &commits.lines().collect::<Vec<_>>());
    ci.world.git(&["checkout", "-q", "main"]);
    ci.world.git(&["pull", "-q", "origin", "main"]);
    let folder = laptop.folder.path().to_path_buf();
    ci.github.meanwhile(move || {
        std::fs::write(folder.join("README.md"), "Voice\n").expect("written");
        git(&folder, &["add", "-A"], "");
        git(&folder, &["commit", "-qm", "A readme"], "");
        git(&folder, &["push", "-q", "origin", "main"], "");
    });
    let step = ci.apply(&before, &["--require-reviewed", "--commit", "--push"]).expect(0);
    assert_eq!(step.output("reviewed"), "true");
    // What was agreed on is pushed with the ids, and comes to the laptop by a fetch.
    let refs = git(laptop.folder.path(), &["ls-remote", "origin", "refs/vapi-sync/*"], "");
    assert_eq!(refs.lines().filter(|line| !line.ends_with("^{}")).count(), 1, "{refs}");
    git(laptop.folder.path(), &["fetch", "-q", "origin", "+refs/vapi-sync/*:refs/vapi-sync/*"], "");
    // The laptop takes the ids; its next plan is empty.
    git(laptop.folder.path(), &["pull", "-q", "--ff-only", "origin", "main"], "");
    assert!(laptop.state().contains("vapi_assistant_id") && laptop.path("README.md").exists());
    let mut plan = laptop.command(&["plan", "--detailed-exitcode"]);
    plan.env("VAPI_BASE_URL", ci.world.vapi.base_url());
    Run::from(plan.output().expect("the binary")).expect(0);
    let mut status = laptop.command(&["status", "--format", "json"]);
    status.env("VAPI_BASE_URL", ci.world.vapi.base_url());
    let status = Run::from(status.output().expect("the binary")).expect(0).json();
    let agreed = status["agreed"]["commit"].as_str().expect("agreed").to_owned();
    assert!(commits.contains(&agreed), "the laptop knows what the runner agreed on: {status}");
    // Somebody edits an agent in the dashboard: it comes back as a branch with a commit.
    ci.world.git(&["checkout", "-q", "."]);
    ci.world.git(&["pull", "-q", "origin", "main"]);
    let id = ci.world.agent("Receptionist")["id"].as_str().expect("an id").to_owned();
    ci.world.vapi.edit(Collection::Assistant, &id, &json!({"firstMessage": "Northwind, good evening."}));
    ci.step("schedule", "{}", &["pull", "--pull-request"]).expect(0);
    git(laptop.folder.path(), &["fetch", "-q", "origin"], "");
    let diff = git(laptop.folder.path(), &["diff", "main", "origin/vapi-sync/pull", "--stat"], "");
    assert!(diff.contains("vapi-state.yaml") && diff.contains("1 file changed"), "{diff}");
    let log = git(laptop.folder.path(), &["log", "-1", "--format=%s", "origin/vapi-sync/pull"], "");
    assert_eq!(log.trim(), "vapi-sync pull: 1 captured");
}
