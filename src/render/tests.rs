//! What the renderers give for the samples, and what must hold whatever they are given.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::samples::{HOSTILE, SECRET};
use super::{Palette, View, diagnostics, github, html, json, markdown, samples, status, terminal};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Redactor, RemoteId};
use crate::plan::LastRun;
use crate::plan::report::Report;

mod pull_request;

fn plain() -> View<'static> {
    static REDACTOR: std::sync::LazyLock<Redactor> = std::sync::LazyLock::new(Redactor::new);
    View::plain(&REDACTOR)
}

/// Escapes of colours made readable.
fn visible(text: &str) -> String {
    text.replace('\x1b', "^")
}

#[test]
fn a_plan_in_a_terminal() {
    let status = samples::status(false);
    assert_snapshot!(terminal::report(&samples::to_vapi(), &View { status: Some(&status), ..plain() }));
}

#[test]
fn an_apply_in_a_terminal() {
    assert_snapshot!(terminal::report(&samples::applied(), &plain()));
}

#[test]
fn a_pull_in_a_terminal() {
    assert_snapshot!(terminal::report(&samples::to_file(), &plain()));
}

#[test]
fn a_pull_in_full() {
    assert_snapshot!(terminal::report(&samples::to_file(), &View { verbose: true, whole: true, all: true, ..plain() }));
}

#[test]
fn a_plan_in_colour() {
    assert_snapshot!(visible(&terminal::report(&samples::to_vapi(), &View { palette: Palette::colour(), ..plain() })));
}

#[test]
fn a_plan_as_json() {
    assert_snapshot!(json::to_text(&json::report("plan", &samples::to_vapi(), false), plain().redactor));
}

#[test]
fn what_became_of_a_plan() {
    assert_snapshot!(terminal::outcomes(&samples::applied(), &plain()));
}

#[test]
fn a_plan_in_a_pull_request() {
    assert_snapshot!(markdown::report(&samples::to_vapi(), &plain()));
}

#[test]
fn a_pull_in_a_pull_request() {
    assert_snapshot!(markdown::report(&samples::to_file(), &plain()));
}

#[test]
fn what_an_apply_tells_a_pull_request() {
    assert_snapshot!(markdown::report(&samples::applied(), &plain()));
}

#[test]
fn a_status_in_a_terminal() {
    let run = samples::last_run();
    let views = [(true, plain()), (false, plain()), (false, View { all: true, verbose: true, ..plain() })];
    let texts = views.map(|(in_sync, view)| status::text(&samples::status(in_sync), &samples::about(&run), &view));
    assert_snapshot!(texts.join("\n"));
}

/// A page about what is not in sync, of a file with this name.
fn page_of(file: &str, errors: &[Diagnostic], redactor: &Redactor) -> String {
    let (run, status) = (samples::last_run(), samples::status(false));
    let about = status::About { file, ..samples::about(&run) };
    html::page(&html::Page { status: Some(&status), about, errors, refresh: None, names: None, flags: "" }, redactor)
}

#[test]
fn a_status_as_a_page() {
    let page = page_of("vapi-state.yaml", &[], plain().redactor);
    let main = page.split("<main>").nth(1).and_then(|rest| rest.split("</main>").next()).expect("a main part");
    assert_snapshot!(main.replace("<section>", "\n<section>").replace("<li>", "\n  <li>"));
}

#[test]
fn a_failed_check_as_a_page() {
    let error = Diagnostic::error("vapi-key", "Vapi does not take this key").help("use another one");
    let page = page_of("vapi-state.yaml", &[error], plain().redactor);
    for text in ["The check failed.", "Vapi does not take this key", "use another one", "Before that: Not in sync"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn where_no_dashboard_is_known_there_is_no_link() {
    let (run, of) = (samples::last_run(), samples::status(false));
    for (dashboard, links) in [(samples::about(&run).dashboard, true), (None, false)] {
        let about = status::About { dashboard, ..samples::about(&run) };
        let page = html::Page { status: Some(&of), about, errors: &[], refresh: None, names: None, flags: "" };
        let page = html::page(&page, plain().redactor);
        assert_eq!(page.contains("open in the dashboard"), links);
        let view = View { verbose: true, all: true, ..plain() };
        assert_eq!(status::text(&of, &about, &view).contains("https://"), links);
    }
}

#[test]
fn a_page_loads_nothing() {
    let page = page_of("\"><script src=https://evil.example>", &[], plain().redactor);
    assert_eq!(page.matches("<script").count(), 1, "its own");
    assert!(!page.contains("url(") && !page.contains("<script src"));
    assert!(page.contains(&html::policy(false).replace('\'', "&#39;")) || page.contains(&html::policy(false)));
}

#[test]
fn outputs_of_a_workflow() {
    assert_snapshot!(github::outputs(Some(&samples::applied()), 4, "failed-writes", &[], plain().redactor));
    let extra = [("reviewed", "true".to_owned())];
    let lines = "exit-code<<vapi-sync-end\n64\nvapi-sync-end\nfailure-reason<<vapi-sync-end\nusage\nvapi-sync-end\n\
                 reviewed<<vapi-sync-end\ntrue\nvapi-sync-end\n";
    assert_eq!(github::outputs(None, 64, "usage", &extra, plain().redactor), lines);
}

#[test]
fn annotations_of_a_report() {
    let texts = [samples::applied(), samples::to_file()].map(|report| github::annotations(&report, &plain()));
    assert_snapshot!(texts.join("\n"));
}

#[test]
fn nothing_to_do() {
    let steady = |kind, handle| samples::change(kind, handle, "S", crate::plan::Work::None);
    let summary = |changes| {
        let plan = samples::plan(crate::plan::Direction::ToVapi, changes);
        terminal::report(&Report::planned(plan), &plain())
    };
    let (agents, numbers) = (samples::agents(), samples::numbers());
    assert_eq!(summary(vec![]), "No changes.\n");
    assert_eq!(summary(vec![steady(agents, "a")]), "No changes. 1 agent is in sync.\n");
    assert_eq!(
        summary(vec![steady(agents, "a"), steady(agents, "b"), steady(numbers, "c")]),
        "No changes. 2 agents and 1 phone number are in sync.\n"
    );
}

#[test]
fn hostile_text_in_a_terminal() {
    let texts = HOSTILE.iter().map(|text| terminal::report(&samples::holding(text), &plain()));
    assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

#[test]
fn hostile_text_in_a_pull_request() {
    let texts = HOSTILE.iter().map(|text| markdown::report(&samples::holding(text), &plain()));
    assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

/// Every output that a report and its messages have, without colours.
fn every_output(report: &Report, redactor: &Redactor) -> Vec<(&'static str, String)> {
    let view = View::plain(redactor);
    let messages = [report.errors.clone(), report.plan.warnings.clone()].concat();
    let [status_text, page] = statuses(&messages[0].message, &view);
    vec![
        ("terminal", terminal::report(report, &view)),
        ("verbose", terminal::report(report, &View { verbose: true, whole: true, all: true, ..view })),
        ("outcomes", terminal::outcomes(report, &view)),
        ("markdown", markdown::report(report, &view)),
        ("json", json::to_text(&json::report("plan", report, true), redactor)),
        ("status", status_text),
        ("html", page),
        ("text", diagnostics::text(&messages, view.palette, redactor)),
        ("annotations", diagnostics::annotations(&messages, redactor)),
        ("sarif", json::to_text(&diagnostics::sarif(&messages), redactor)),
        ("github", github::annotations(report, &view)),
        ("outputs", github::outputs(Some(report), 0, "", &[], redactor)),
    ]
}

/// A status in which everything that can hold a foreign text holds this one, as text and as a page.
fn statuses(text: &str, view: &View<'_>) -> [String; 2] {
    let run = samples::last_run();
    let run = LastRun { run: text.into(), command: text.into(), actor: text.into(), commit: Some(text.into()), ..run };
    let about = status::About { file: text, org_id: Some(text), ..samples::about(&run) };
    let mut of = samples::status(false);
    for item in of.kinds.iter_mut().flat_map(|kind| &mut kind.items) {
        let text = || text.to_owned();
        (item.name, item.id, item.since) = (Some(text()), Some(RemoteId(text())), Some(text()));
        (item.reason, item.address.handle) = (text(), text());
    }
    let errors = [Diagnostic::error("e", text).help(text)];
    let page = html::Page { status: Some(&of), about, errors: &errors, refresh: Some(1), names: None, flags: text };
    let view = View { verbose: true, whole: true, all: true, flags: text, ..*view };
    [status::text(&of, &about, &view), html::page(&page, view.redactor)]
}

fn acts_unseen(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2066}'..='\u{2069}').contains(&c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{feff}')
}

#[test]
fn no_output_holds_what_acts_unseen() {
    for text in HOSTILE {
        for (name, output) in every_output(&samples::holding(text), &Redactor::new()) {
            assert!(!output.contains(acts_unseen), "{name} of {text:?}: {output}");
        }
    }
}

#[test]
fn no_output_holds_a_secret() {
    let redactor = Redactor::new();
    redactor.add(SECRET);
    let mut reports = vec![samples::holding(SECRET), samples::holding(&format!("key={SECRET}&x\n{SECRET}"))];
    // At every distance from the place where long values are cut.
    reports.extend((0..80).map(|n| samples::holding(&format!("{}{SECRET}", "x".repeat(n)))));
    for report in reports {
        for (name, output) in every_output(&report, &redactor) {
            assert!(!output.contains("sk_live"), "{name}: {output}");
        }
    }
    // What has the type of a secret needs no redactor.
    for mut report in [samples::to_vapi(), samples::applied(), samples::to_file()] {
        report.errors = vec![Diagnostic::error("e", "E")];
        for (name, output) in every_output(&report, &Redactor::new()) {
            assert!(!output.contains(SECRET) && !output.contains("lost its type"), "{name}: {output}");
        }
    }
}

#[test]
fn markdown_names_what_it_cuts() {
    let mut report = samples::to_vapi();
    let section = report.plan.changes[1].clone();
    report.plan.changes = (0..400)
        .map(|n| {
            let mut change = section.clone();
            change.address.handle = format!("agent_{n}");
            change
        })
        .collect();
    let text = markdown::report(&report, &plain());
    assert!(text.chars().count() <= markdown::LONGEST, "{}", text.chars().count());
    assert!(text.contains("are cut here: <code>agents.agent_") && text.contains(" more. "), "{text}");
    assert_eq!(text.lines().next(), Some(markdown::MARKER));
}

/// Whether a Markdown text keeps foreign text where it belongs: every fence that is opened is closed by its like, and
/// outside fences there are no tags but our own.
fn keeps_its_shape(text: &str) -> Result<(), String> {
    let mut fence: Option<String> = None;
    for line in text.lines() {
        match &fence {
            Some(open) if line == open => fence = None,
            Some(open) if line.trim_start().starts_with(open.as_str()) => return Err(format!("closed early: {line}")),
            Some(_) => {}
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("diff").to_owned()),
            None => {
                let tag = line.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap_or_default());
                let known =
                    ["code", "p", "ul", "li", "br", "details", "summary", "sub", "!--", "a", "table", "tr", "th", "td"];
                if let Some(tag) = tag.map(|tag| tag.trim_start_matches('/')).find(|tag| !known.contains(tag)) {
                    return Err(format!("tag {tag}: {line}"));
                }
            }
        }
    }
    if fence.is_some() { Err("a fence stays open".to_owned()) } else { Ok(()) }
}

#[test]
fn hostile_text_does_not_break_out_of_markdown() {
    for text in HOSTILE {
        let shape = keeps_its_shape(&markdown::report(&samples::holding(text), &plain()));
        assert_eq!(shape, Ok(()), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_the_text_nothing_acts_unseen(text in any::<String>()) {
        for (name, output) in every_output(&samples::holding(&text), &Redactor::new()) {
            prop_assert!(!output.contains(acts_unseen), "{} {:?}", name, output);
        }
    }

    #[test]
    fn markdown_is_never_too_long_and_keeps_its_shape(text in "[`<>&\"@|#~!\\n\u{300}a-c-]{0,40}", times in 0_usize..2000) {
        let report = samples::holding(&text.repeat(times));
        let markdown = markdown::report(&report, &plain());
        prop_assert!(markdown.chars().count() <= markdown::LONGEST);
        prop_assert_eq!(keeps_its_shape(&markdown), Ok(()));
    }
}
