//! A status as one self-contained page that loads nothing. Its only script shows times in the zone of the reader and, if the
//! page is served, loads newer versions. It is allowed by its hash; no other script runs.

use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::diff::{Line, Sign};
use super::field::{self, Body};
use super::status::{self, About};
use super::{View, words};
use crate::kinds::Kind;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Redactor, escape};
use crate::plan::{Direction, FieldChange, Item, KindStatus, Names, State, Status};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The contents of a page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The status. With errors: that of the last check that succeeded.
    pub status: Option<&'a Status>,
    /// What it is about. With errors: as of that check.
    pub about: About<'a>,
    /// Why the last check failed; empty if it succeeded.
    pub errors: &'a [Diagnostic],
    /// How often a served page asks for a newer one, in seconds.
    pub refresh: Option<u64>,
    /// The names of the objects that values refer to.
    pub names: Option<&'a Names>,
    /// See [`View`].
    pub flags: &'a str,
}

/// One of several environments on a page.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its name.
    pub name: &'a str,
    /// Sentences beside its status.
    pub lines: &'a [String],
    /// Its status.
    pub page: Page<'a>,
}

/// The page.
pub fn page(page: &Page<'_>, redactor: &Redactor) -> String {
    let writer = Writer::of(page, "", redactor);
    let title = title(page);
    document(&writer.safe(&title), page.refresh, &html! { main { (writer.main(page, &title)) } })
}

/// The page of several environments. `lines` say how they differ.
pub fn side_by_side(sides: &[Side<'_>], lines: Vec<String>, redactor: &Redactor) -> String {
    let plain = View::plain(redactor);
    let safe = |text: &str| escape::line(&plain.redactor.text(text)).into_owned();
    let titles = sides.iter().map(|side| format!("{}: {}", side.name, title(&side.page)));
    let body = html! {
        main.sides {
            @for line in &lines { p.all { (safe(line)) } }
            @for side in sides {
                @let writer = Writer::of(&side.page, side.name, redactor);
                article {
                    h2 { (safe(side.name)) }
                    @for line in side.lines { p.quiet { (safe(line)) } }
                    (writer.main(&side.page, &title(&side.page)))
                }
            }
        }
    };
    document(&safe(&titles.collect::<Vec<_>>().join(" · ")), sides.first().and_then(|side| side.page.refresh), &body)
}

fn title(page: &Page<'_>) -> String {
    match (page.errors, page.status) {
        ([], Some(status)) => status::verdict(status),
        ([], None) => "The first check is running.".to_owned(),
        _ => "The check failed.".to_owned(),
    }
}

fn document(title: &str, refresh: Option<u64>, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" data-every=[refresh] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(refresh.is_some()));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) " · vapi-sync" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                p #away hidden role="status" { "This page is out of date: vapi-sync does not answer any more. Start it again." }
                (body)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// Forbids everything that is not in the page itself, except requests of a served page to its own server.
pub fn policy(served: bool) -> String {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(SCRIPT));
    let connect = if served { "; connect-src 'self'" } else { "" };
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'{connect}"
    )
}

struct Writer<'a> {
    view: View<'a>,
    about: About<'a>,
    /// The prefix of all ids, so that those of several environments differ.
    prefix: &'a str,
}

impl<'a> Writer<'a> {
    fn of(page: &Page<'a>, prefix: &'a str, redactor: &'a Redactor) -> Self {
        let plain = View::plain(redactor);
        let view = View { whole: true, flags: page.flags, names: page.names.unwrap_or(plain.names), ..plain };
        Self { view, about: page.about, prefix }
    }

    fn safe(&self, text: &str) -> String {
        escape::line(&self.view.redactor.text(text)).into_owned()
    }

    fn main(&self, page: &Page<'_>, title: &str) -> Markup {
        let good = page.errors.is_empty() && page.status.is_some_and(Status::in_sync);
        html! {
                h1 class=(if good { "good" } else { "wait" }) { (self.safe(title)) }
                @for error in page.errors { (self.error(error)) }
                @if !page.errors.is_empty() && let Some(status) = page.status {
                    p { "Before that: " (self.safe(&status::verdict(status))) }
                }
                (self.footer(page.status.is_some()))
                @if let Some(status) = page.status {
                    @if let Some(next) = status::next(status, page.flags) { p { (self.safe(&next.replace('`', ""))) } }
                    @for left in words::left(&status.left) { p { (self.safe(&left)) } }
                    @for kind in status.kinds.iter().filter(|kind| !kind.items.is_empty() || kind.ignored > 0 || kind.outside > 0) {
                        (self.kind(kind))
                    }
                }
        }
    }

    fn error(&self, error: &Diagnostic) -> Markup {
        html! {
            section.failed {
                p { (self.safe(&error.message)) }
                @if let Some(place) = &error.place { p.quiet { (self.safe(&place.file)) ", line " (place.line) } }
                @if let Some(help) = &error.help { p.quiet { (self.safe(help)) } }
            }
        }
    }

    fn footer(&self, checked: bool) -> Markup {
        let About { file, org_id, checked_at, last_run, agreed, dashboard: _ } = self.about;
        html! {
            p.quiet {
                (self.safe(file)) " and Vapi"
                @if let Some(org) = org_id { ", organisation " code { (self.safe(org)) } }
                @if checked { ". Last checked " (moment(&checked_at.to_string())) }
                "."
                @if let Some(run) = last_run {
                    " Last run: " (self.safe(&run.command)) ", " (moment(&run.time.to_string())) ", by " (self.safe(status::person(&run.actor)))
                    @if let Some(commit) = &run.commit { ", at commit " code { (self.safe(commit).chars().take(12).collect::<String>()) } }
                    " (" code { (self.safe(&run.run)) } ")."
                }
                @if let Some(last) = agreed {
                    " Agreed at commit " code { (last.agreed.commit.chars().take(12).collect::<String>()) } ", "
                    (moment(&last.agreed.time.to_string())) "; commits of the file since: " (last.waiting) "."
                }
            }
        }
    }

    fn kind(&self, kind: &KindStatus) -> Markup {
        let (same, open): (Vec<&Item>, Vec<&Item>) = kind.items.iter().partition(|item| item.state == State::InSync);
        html! {
            section {
                h2 { (capitalized(kind.kind.nouns)) span { (status::counts(kind)) } }
                @if !open.is_empty() { ul { @for item in &open { (self.item(kind, item)) } } }
                @if !same.is_empty() {
                    details.rest id={ (self.prefix) "same-" (kind.kind.section) } open[open.is_empty() && same.len() <= 50] {
                        summary { (same.len()) " in sync" }
                        ul { @for item in &same { (self.item(kind, item)) } }
                    }
                }
            }
        }
    }

    fn item(&self, kind: &KindStatus, item: &Item) -> Markup {
        let class = if item.state == State::InSync { "mark good" } else { "mark wait" };
        let address = item.address.to_string();
        let head = html! {
            span class=(class) { (status::mark(item.state)) }
            span.name { (self.safe(item.name.as_deref().unwrap_or(&address))) }
            @if !item.reason.is_empty() {
                span.why { (self.safe(&item.reason.replace('`', ""))) @if let Some(since) = &item.since { ", since " (moment(&self.safe(since))) } }
            }
        };
        html! {
            li {
                @if item.fields.is_empty() { (head) } @else {
                    details id={ (self.prefix) "item-" (self.safe(&address)) } {
                        summary { (head) }
                        dl { @for field in &item.fields { (self.field(kind.kind, field)) } }
                    }
                }
                span.facts {
                    code { (self.safe(&address)) }
                    @if let Some(link) = status::link(kind, item, &self.about) {
                        " · " a href=(self.safe(&link)) rel="noreferrer noopener" { "open in the dashboard" }
                    }
                }
            }
        }
    }

    fn field(&self, kind: &Kind, field: &FieldChange) -> Markup {
        let shown = field::shown(kind, field, Direction::ToVapi, &self.view);
        let nothing = || "no value".to_owned();
        html! {
            dt { code { (shown.path) } @if let Some(label) = shown.label { " — " (label) } }
            dd {
                @match &shown.body {
                    Body::Short(before, after) => pre {
                        span.remove { "- Vapi: " (before.clone().unwrap_or_else(nothing)) }
                        span.add { "+ file: " (after.clone().unwrap_or_else(nothing)) }
                    },
                    Body::Diff(about, lines) => {
                        @if let Some(about) = about { p.quiet { (about) } }
                        pre { @for line in lines { (diff_line(line)) } }
                    },
                }
                @for note in shown.recorded.iter().chain(&shown.notes) { p.quiet { (note) } }
            }
        }
    }
}

fn diff_line(line: &Line) -> Markup {
    let class = match line.sign {
        Sign::Add => Some("add"),
        Sign::Remove => Some("remove"),
        Sign::Context | Sign::Hunk | Sign::Remark => None,
    };
    html! { span class=[class] { (line.text()) } }
}

/// A time, which the script shows in the zone of the reader.
fn moment(time: &str) -> Markup {
    html! { time datetime=(time) { (status::time(time)) } }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
