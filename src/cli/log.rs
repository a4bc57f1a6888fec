//! `log`: what runs did, from the audit log.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::args::Format;
use super::file::{Empty, Loaded};
use super::run::audit_log;
use super::{App, Finish};
use crate::audit::{self, Record, Stage, short_run};
use crate::check::Options;
use crate::kinds::by_section;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{FieldPath, Value, escape};
use crate::plan::judge::Verdict;
use crate::plan::{Direction, FieldChange, Names};
use crate::render::{self, View};
use crate::state::load::Entry;

/// Arguments of `log`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this entry: agents.receptionist.
    address: Option<String>,
    /// Only since then: a date (2026-11-20), a time (2026-11-20T08:00:00Z), or how long ago (90m, 12h, 7d).
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Timestamp>,
    /// The audit log [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    audit_log: Option<std::path::PathBuf>,
}

fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|error| error.to_string());
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let ago = match days {
        Some(days) => SignedDuration::from_hours(days.saturating_mul(24)),
        None => text.parse::<SignedDuration>().map_err(|_| {
            "write a date (2026-11-20), a time (2026-11-20T08:00:00Z), or how long ago: 90m, 12h, 7d".to_owned()
        })?,
    };
    Timestamp::now().checked_sub(ago).map_err(|error| error.to_string())
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let path = audit_log(app, args.audit_log.as_deref());
    let all = match audit::read(&path)? {
        Some(mut reader) => {
            let records = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
            app.output.diagnostics(reader.notes());
            records
        }
        None if args.audit_log.is_some() => {
            return Err(
                Diagnostic::error("no-audit-log", format!("there is no audit log at {}", path.display())).into()
            );
        }
        None if app.global.format() == Format::Text => {
            return Ok(Finish::done(format!(
                "There is no audit log at {} yet: nothing was written from this folder. The log is not in git, \
                but\nwhere the runs are. In CI it is an artifact of each run: download it, then run vapi-sync log \
                --audit-log FILE\n",
                path.display()
            )));
        }
        None => Vec::new(),
    };
    let file = Loaded::read(&app.global.file, app.whose(), Empty::Filled);
    let file = file.as_ref().ok().and_then(|loaded| loaded.look(&Options::default()).ok());
    let entries = file.as_ref().map(|(desired, _)| desired.file.entries.as_slice()).unwrap_or_default();
    let ids = args.address.as_ref().map(|address| ids_of(address, entries, &all));
    let is_wanted = |record: &&Record| {
        let is_named = args.address.as_ref().is_none_or(|address| *address == record.address);
        let has_id = ids.as_ref().zip(record.vapi_id.as_ref()).is_some_and(|(ids, id)| ids.contains(id));
        (is_named || has_id) && args.since.is_none_or(|since| record.time >= since)
    };
    let records: Vec<&Record> = all.iter().filter(is_wanted).collect();
    if app.global.format() == Format::Json {
        let records = serde_json::to_value(&records).unwrap_or_default();
        let more = serde_json::Map::from_iter([("records".to_owned(), records)]);
        let document = render::json::envelope("log", more, &[], &[]);
        let result = render::json::to_text(&document, app.output.redactor());
        return Ok(Finish { tells_errors: true, ..Finish::done(result) });
    }
    let names = Names::known(all.iter().filter_map(handle_in).chain(all.iter().filter_map(name_in)));
    let (palette, verbose, redactor) = (app.output.palette(), app.global.verbose > 0, app.output.redactor());
    let view =
        View { palette, verbose, whole: verbose, width: app.output.width(), names: &names, ..View::plain(redactor) };
    Ok(Finish::done(text(&records, &view)))
}

/// The current and earlier ids of an entry, by which its records are found under another handle, too.
fn ids_of(address: &str, entries: &[Entry<'_>], records: &[Record]) -> HashSet<String> {
    let in_file = entries.iter().filter(|entry| entry.address.to_string() == address);
    let in_log = records.iter().filter(|record| record.address == address).filter_map(|record| record.vapi_id.clone());
    in_file.filter_map(|entry| entry.id.as_ref().map(|id| id.0.clone())).chain(in_log).collect()
}

/// An id and the handle of its entry.
fn handle_in(record: &Record) -> Option<(String, String)> {
    Some((record.vapi_id.clone()?, record.address.split_once('.')?.1.to_owned()))
}

/// An id and the name of its object, if a record has it.
fn name_in(record: &Record) -> Option<(String, String)> {
    let name = record.fields.iter().find(|field| field.path == "name")?.after.as_ref()?;
    Some((record.vapi_id.clone()?, name.as_str()?.to_owned()))
}

/// A heading for each run, then each object with what was done to it and its fields.
fn text(records: &[&Record], view: &View<'_>) -> String {
    if records.is_empty() {
        return "Nothing in the audit log matches.\n".to_owned();
    }
    let mut out = String::new();
    let mut run = "";
    let ends = records.iter().enumerate().filter(|(_, record)| record.stage != Stage::Intent);
    let last_end: HashMap<_, _> = ends.map(|(at, record)| ((&record.run, &record.address), at)).collect();
    for (at, record) in records.iter().enumerate() {
        let has_ended = last_end.get(&(&record.run, &record.address)).is_some_and(|end| *end > at);
        // An intent with a remark says what was left out.
        let remarked = record.stage == Stage::Intent && record.error.is_some();
        if record.stage == Stage::Intent && !remarked && has_ended {
            continue;
        }
        if record.run != run {
            let gap = if run.is_empty() { "" } else { "\n" };
            run = &record.run;
            out.push_str(&format!("{gap}{}\n", view.wrapped(&heading(record, view))));
        }
        let word = if remarked { "left out" } else { word(record) };
        let error = record.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        out.push_str(&format!("   {}\n", escape::line(&format!("{} {word}{error}", record.address))));
        // The file shows created and imported objects.
        let is_whole = matches!(record.action.as_str(), "create" | "import");
        if !is_whole || view.verbose {
            out.push_str(&fields(record, view));
        }
    }
    out
}

/// `4d220894  2026-11-25 08:28 UTC  apply by Ada Example, at 81d00268`
fn heading(record: &Record, view: &View<'_>) -> String {
    let commit = record.commit.as_deref().map_or(String::new(), |commit| format!(", at {commit:.8}"));
    let environment = record.environment.as_deref().map_or(String::new(), |name| format!(" ({name})"));
    let run = if view.verbose { &record.run } else { short_run(&record.run) };
    let (time, actor) = (record.time.strftime("%Y-%m-%d %H:%M UTC"), render::status::person(&record.actor));
    escape::line(&format!("{run}  {time}  {}{environment} by {actor}{commit}", record.command)).into_owned()
}

/// The old and new value of each field of a record.
fn fields(record: &Record, view: &View<'_>) -> String {
    let section = record.address.split_once('.').map(|(section, _)| section);
    let Some(kind) = section.and_then(by_section) else { return String::new() };
    let field = |field: &audit::Field| {
        let audit::Field { path, before, after, merged: _, sensitive, spelled: _ } = field;
        let path = path.parse().unwrap_or_else(|_| FieldPath::root().key(path));
        let value = |json: &Option<serde_json::Value>| json.clone().map(Value::from);
        let verdict = if after.is_some() { Verdict::Change } else { Verdict::Remove };
        let change = FieldChange::new(path, value(before), value(after), verdict);
        render::terminal::field(kind, &FieldChange { sensitive: *sensitive, ..change }, Direction::ToVapi, view)
    };
    record.fields.iter().map(field).collect()
}

fn word(record: &Record) -> &str {
    match record.stage {
        Stage::Intent => "no outcome",
        Stage::Done => match record.action.as_str() {
            "create" => "created",
            "update" => "updated",
            "recreate" => "recreated",
            "link" => "linked",
            "import" => "imported",
            "capture" => "captured",
            _ => "done",
        },
        Stage::Failed => "FAILED",
        Stage::HeldBack => "held back",
        Stage::NotAttempted => "not tried",
        Stage::Unknown => "?",
    }
}
