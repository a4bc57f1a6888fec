//! What the renderers give for the samples, and what must hold whatever they are given.

use insta::assert_snapshot;

use super::{Palette, Redactor, View, json, markdown, samples, terminal};

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
    assert_snapshot!(terminal::report(&samples::to_file(), &View { verbose: true, all: true, ..plain() }));
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
