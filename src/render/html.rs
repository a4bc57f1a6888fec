//! A status as one self-contained page: nothing in it is loaded from anywhere, no script runs.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words;
use crate::model::{Redactor, escape};
use crate::plan::{KindStatus, Status};

/// What a page is about, beside the numbers.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The state file as the user names it.
    pub file: &'a str,
    /// The organisation in Vapi, where it can be told.
    pub org_id: Option<&'a str>,
    /// When Vapi was looked at, RFC 3339 in UTC.
    pub checked_at: &'a str,
    /// See [`View`](super::View).
    pub flags: &'a str,
}

/// Forbids everything that is not in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #636c76; --line: #d8dee4; --page: #f6f8fa; --card: #fff;
  --good: #1a7f37; --wait: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #8d96a0; --line: #30363d; --page: #0d1117;
  --card: #161b22; --good: #3fb950; --wait: #d29922; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h1.good { color: var(--good); } h1.wait { color: var(--wait); }
p { color: var(--quiet); margin: 0 0 1.5rem; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: 0 0 1rem; padding: 1rem 1.25rem; }
h2 { font-size: 1.1rem; margin: 0; } h2::first-letter { text-transform: uppercase; }
section > p { margin: 0 0 .75rem; }
table { width: 100%; border-collapse: collapse; }
th { font-weight: 400; text-align: left; } td { text-align: right; font-variant-numeric: tabular-nums; }
th, td { border-top: 1px solid var(--line); padding: .3rem 0; }
tr.wait { color: var(--wait); font-weight: 600; } tr.wait th { font-weight: 600; }
";

/// The page.
pub fn status(status: &Status, about: About<'_>, redactor: &Redactor) -> String {
    let safe = |text: &str| escape::line(&redactor.text(text)).into_owned();
    let (verdict, class) = if status.in_sync { ("In sync", "good") } else { ("Not in sync", "wait") };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (verdict) " · vapi-sync" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 class=(class) { (verdict) }
                    p {
                        (safe(about.file)) " and Vapi"
                        @if let Some(org) = about.org_id { " (organisation " (safe(org)) ")" }
                        ", checked " time datetime=(safe(about.checked_at)) { (safe(about.checked_at)) }
                    }
                    @for kind in &status.kinds { (of_kind(kind)) }
                    @if let Some(hint) = words::only_in_vapi(status, about.flags) { p { (hint.replace('`', "")) } }
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn of_kind(kind: &KindStatus) -> Markup {
    let KindStatus { kind: of, in_file, in_vapi, in_sync, pending, drift, only_in_file, only_in_vapi, missing_in_vapi } =
        *kind;
    let rows = [
        ("In the file", in_file, false),
        ("In Vapi", in_vapi, false),
        ("In sync", in_sync, false),
        ("To apply", pending, true),
        ("Changed in Vapi outside git", drift, true),
        ("Only in the file", only_in_file, true),
        ("Only in Vapi", only_in_vapi, true),
        ("Deleted in Vapi", missing_in_vapi, true),
    ];
    html! {
        section {
            h2 { (of.nouns) }
            p { (words::kind(kind)) }
            table {
                @for (name, count, waits) in rows {
                    tr class=[(waits && count > 0).then_some("wait")] { th scope="row" { (name) } td { (count) } }
                }
            }
        }
    }
}
