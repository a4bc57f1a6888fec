//! A status for a terminal, and the texts that it shares with the page.

use jiff::Timestamp;

use super::field::counted;
use super::palette::paint;
use super::words::{self, safe};
use super::{View, columns};
use crate::model::agreed::LastAgreed;
use crate::model::escape;
use crate::plan::{Item, KindStatus, LastRun, State, Status};

/// What a status shows beside the objects.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The state file as the user names it.
    pub file: &'a str,
    /// The organisation in Vapi, if it is known.
    pub org_id: Option<&'a str>,
    /// When Vapi was read.
    pub checked_at: Timestamp,
    /// The last run in the audit log.
    pub last_run: Option<&'a LastRun>,
    /// The last commit at which the file and Vapi agreed.
    pub agreed: Option<&'a LastAgreed>,
    /// The URL of the dashboard, if this Vapi has one.
    pub dashboard: Option<&'a str>,
}

/// A status: one line for each item that is not in sync (with [`View::all`] for every item), then the counts. Ends with a
/// line end.
pub fn text(status: &Status, about: &About<'_>, view: &View<'_>) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(&columns::wrapped(text.trim_end(), view.width, "    "));
        out.push('\n');
    };
    let style = if status.in_sync() { view.palette.add } else { view.palette.hold };
    line(&paint(style, &verdict(status)));
    let shown: Vec<(&KindStatus, &Item)> = status
        .kinds
        .iter()
        .flat_map(|kind| kind.items.iter().map(move |item| (kind, item)))
        .filter(|(_, item)| view.all || item.state != State::InSync)
        .collect();
    if !shown.is_empty() {
        line("");
        let columns = shown.iter().map(|(_, item)| columns::width(&address(item, view))).max().unwrap_or(0).min(44);
        for (kind, item) in shown {
            let style = if item.state == State::InSync { view.palette.add } else { view.palette.hold };
            let address = columns::padded(&address(item, view), columns);
            let parts = [address, name(item, view), why(item, view)];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            line(&format!("{} {}", paint(style, mark(item.state)), parts.join("  ")));
            if let (true, Some(link)) = (view.verbose, link(kind, item, about)) {
                line(&format!("    {}", safe(&link, view)));
            }
        }
        line("");
        let is_there = |kind: &&KindStatus| !kind.items.is_empty() || kind.ignored > 0 || kind.outside > 0;
        let longest = status.kinds.iter().filter(is_there).map(|kind| kind.kind.nouns.len()).fold(14, usize::max);
        for kind in status.kinds.iter().filter(is_there) {
            line(&format!("{}  {}", columns::padded(kind.kind.nouns, longest), counts(kind)));
        }
    }
    line(&footer(status, about, view));
    words::left(&status.left).iter().for_each(|left| line(&safe(left, view)));
    if let Some(hint) = next(status, view.flags) {
        line(&safe(&hint, view));
    }
    out
}

fn address(item: &Item, view: &View<'_>) -> String {
    safe(&item.address.to_string(), view)
}

fn name(item: &Item, view: &View<'_>) -> String {
    let name = item.name.as_deref().unwrap_or_default();
    if name.is_empty() {
        String::new()
    } else {
        columns::cut(&escape::quoted(&view.redactor.text(name)), 44).into_owned()
    }
}

/// Why an item is not in sync, and since when. Safe to print; empty if it is in sync.
fn why(item: &Item, view: &View<'_>) -> String {
    let reason = safe(&item.reason, view);
    match item.since.as_deref() {
        Some(since) if !reason.is_empty() => format!("{reason} (since {})", safe(&time(since), view)),
        _ => reason,
    }
}

/// `In sync: 2 agents and 1 phone number.`, or what is not.
pub fn verdict(status: &Status) -> String {
    if status.in_sync() {
        let kinds = status.kinds.iter().filter(|kind| !kind.items.is_empty());
        let kinds: Vec<String> = kinds.map(|kind| counted(kind.items.len(), kind.kind.noun, kind.kind.nouns)).collect();
        let kinds = if kinds.is_empty() { "there is nothing on either side".to_owned() } else { words::listed(&kinds) };
        return format!("In sync: {kinds}.");
    }
    let counts = State::OPEN.iter().map(|state| (status.count(*state), word(*state)));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("Not in sync: {}.", counts.join(", "))
}

/// A count of items in a state, in words.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::InSync => "in sync",
        State::Pending => "to apply",
        State::Drift => "changed in Vapi",
        State::OnlyInFile => "only in the file",
        State::OnlyInVapi => "only in Vapi",
        State::MissingInVapi => "deleted in Vapi",
    }
}

/// The mark at the start of the line of an item.
pub(super) fn mark(state: State) -> &'static str {
    if state == State::InSync { "✓" } else { "⚠" }
}

/// `5 in the file, 4 in Vapi, 3 in sync, 1 ignored`.
pub(super) fn counts(kind: &KindStatus) -> String {
    let (in_file, in_vapi, in_sync) = (kind.in_file(), kind.in_vapi(), kind.count(State::InSync));
    let ignored = if kind.ignored > 0 { format!(", {} ignored", kind.ignored) } else { String::new() };
    format!("{in_file} in the file, {in_vapi} in Vapi, {in_sync} in sync{ignored}")
}

/// Who started a run, without the mail address after the name.
pub fn person(actor: &str) -> &str {
    actor.split_once(" <").map_or(actor, |(name, _)| name)
}

/// The page of an object in the dashboard. `None`: there is none, or it is not known.
pub(super) fn link(kind: &KindStatus, item: &Item, about: &About<'_>) -> Option<String> {
    Some(format!("{}/{}/{}", about.dashboard?, kind.kind.dashboard, item.id.as_ref()?))
}

/// A time of Vapi for people, in UTC. Anything else is unchanged.
pub(super) fn time(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), minute)
}

/// `2026-01-06 07:08 UTC`.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn footer(status: &Status, about: &About<'_>, view: &View<'_>) -> String {
    let mut parts = vec![format!("Checked {}", minute(about.checked_at))];
    if let (true, Some(org)) = (view.verbose, about.org_id) {
        parts.push(format!("organisation {}", safe(org, view)));
    }
    if let Some(run) = about.last_run {
        let (command, actor) = (safe(&run.command, view), safe(person(&run.actor), view));
        parts.push(format!("last run: {command} on {} by {actor}", minute(run.time)));
    }
    if let Some(LastAgreed { agreed, waiting }) = about.agreed {
        let waits = if *waiting > 0 { format!(", commits of the file since: {waiting}") } else { String::new() };
        parts.push(format!("agreed at {:.8} on {}{waits}", agreed.commit, minute(agreed.time)));
    }
    if status.in_sync() && status.ignored() > 0 && !view.all {
        parts.push(format!("{} ignored", status.ignored()));
    }
    format!("{}.", parts.join("; "))
}

/// What to do next, if anything. For `flags` see [`View`].
pub(super) fn next(status: &Status, flags: &str) -> Option<String> {
    let pulls = status.count(State::OnlyInVapi) + status.count(State::Drift) > 0;
    let applies = [State::Pending, State::OnlyInFile, State::MissingInVapi].iter().any(|s| status.count(*s) > 0);
    let pull = format!("`vapi-sync pull{flags}` takes what was made or changed in Vapi into the file");
    let plan = format!("`vapi-sync plan{flags}` shows what `apply` would send");
    match (pulls, applies) {
        (true, true) => Some(format!("Next: {pull}; {plan}.")),
        (true, false) => Some(format!("Next: {pull}.")),
        (false, true) => Some(format!("Next: {plan}.")),
        (false, false) => None,
    }
}
