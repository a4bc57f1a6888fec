//! `log`: what runs did, from the audit log.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::args::Format;
use super::run::audit_log;
use super::{App, Finish};
use crate::audit::{self, Outcome, Record};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::escape;
use crate::render;

/// Arguments of `log`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this entry: agents.receptionist.
    address: Option<String>,
    /// Only what happened since then: 2026-11-20, 2026-11-20T08:00:00Z, or so long ago: 90m, 12h, 7d.
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
        None => {
            text.parse::<SignedDuration>().map_err(|_| "a time, a date, or so long ago: 90m, 12h, 7d".to_owned())?
        }
    };
    Timestamp::now().checked_sub(ago).map_err(|error| error.to_string())
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let path = audit_log(app, args.audit_log.as_deref());
    let records = match audit::read(&path)? {
        Some(reader) => {
            let mut reader = reader;
            let mut records = Vec::new();
            for record in reader.by_ref() {
                let record = record?;
                let wanted = args.address.as_ref().is_none_or(|address| *address == record.address)
                    && args.since.is_none_or(|since| record.time >= since);
                if wanted {
                    records.push(record);
                }
            }
            app.output.diagnostics(reader.notes());
            records
        }
        None if args.audit_log.is_some() => {
            return Err(
                Diagnostic::error("no-audit-log", format!("there is no audit log at {}", path.display())).into()
            );
        }
        None => Vec::new(),
    };
    if app.global.format() == Format::Json {
        let records = serde_json::to_value(&records).unwrap_or_default();
        let more = serde_json::Map::from_iter([("records".to_owned(), records)]);
        let document = render::json::envelope("log", more, &[], &[]);
        let result = render::json::to_text(&document, app.output.redactor());
        return Ok(Finish { tells_errors: true, ..Finish::done(result) });
    }
    Ok(Finish::done(text(&records)))
}

/// A heading per run, a line per object: its outcome, or that none was written down.
fn text(records: &[Record]) -> String {
    if records.is_empty() {
        return "Nothing in the audit log.\n".to_owned();
    }
    let mut out = String::new();
    let mut run = "";
    let ends = records.iter().enumerate().filter(|(_, record)| record.outcome != Outcome::Intent);
    let last_end: HashMap<_, _> = ends.map(|(at, record)| ((&record.run, &record.address), at)).collect();
    for (at, record) in records.iter().enumerate() {
        let has_ended = last_end.get(&(&record.run, &record.address)).is_some_and(|end| *end > at);
        // An intent with a remark says what was left out of it.
        let remarked = record.outcome == Outcome::Intent && record.error.is_some();
        if record.outcome == Outcome::Intent && !remarked && has_ended {
            continue;
        }
        if record.run != run {
            let commit = record.commit.as_deref().map_or(String::new(), |commit| format!(" at {:.8}", commit));
            let gap = if run.is_empty() { "" } else { "\n" };
            run = &record.run;
            let time = record.time.strftime("%Y-%m-%d %H:%M:%S");
            let actor = escape::line(&record.actor);
            let (name, command) = (escape::line(run), escape::line(&record.command));
            out.push_str(&format!("{gap}{name}  {time} UTC  {command}  by {actor}{}\n", escape::line(&commit)));
        }
        let word = if remarked { "left out" } else { word(record.outcome) };
        let what = format!("{} {}", record.action, record.address);
        out.push_str(&format!("  {word:<11} {}", escape::line(&what)));
        let paths: Vec<&str> = record.fields.iter().map(|field| field.path.as_str()).collect();
        if !paths.is_empty() {
            out.push_str(&format!(": {}", escape::line(&paths.join(", "))));
        }
        if let Some(error) = &record.error {
            out.push_str(&format!(" ({})", escape::line(error)));
        }
        out.push('\n');
    }
    out
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Intent => "no outcome",
        Outcome::Done => "done",
        Outcome::Failed => "FAILED",
        Outcome::HeldBack => "held back",
        Outcome::NotAttempted => "not tried",
        Outcome::Unknown => "?",
    }
}
