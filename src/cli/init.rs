//! `init`: starts a state file.

use super::args::Format;
use super::{App, Finish};
use crate::document::{Content, Document, Edit, PathStep, Refusal};
use crate::files::{Disk, NotRead, NotReplaced};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::render;
use crate::state::environments::{Whose, variable_of};
use crate::state::load::{StateFile, interpret};

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --env NAME, the organisation of an existing file becomes the environment NAME; a second call \
        adds another one."
)]
pub(super) struct Args {}

const STARTER: &str = "\
# What is in one Vapi organisation: agents, phone numbers and the like.
# https://docs.vapi.ai says what goes under `config`.
#   vapi-sync pull     writes what is in Vapi into this file
#   vapi-sync plan     shows what `apply` would do
#   vapi-sync apply    makes Vapi as this file says
# yamllint disable rule:line-length rule:empty-lines
version: 1

agents: {}

phone_numbers: {}
";

pub(super) fn run(app: &App, _args: &Args) -> Result<Finish, Diagnostics> {
    let name = app.global.file.display().to_string();
    let disk = Disk::at(&app.global.file, &name);
    let before = match disk.read() {
        Ok(text) if text.trim().is_empty() => Some(text),
        Ok(text) if app.environment().is_some() => Some(text),
        Ok(_) => {
            return Err(Diagnostic::error("file-exists", format!("{name} exists already. Nothing was done"))
                .help("`vapi-sync pull` writes what is in Vapi into it; to start another file, name it with -f FILE")
                .into());
        }
        Err(NotRead::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let is_new = before.as_ref().is_none_or(|text| text.trim().is_empty());
    let start = before.as_deref().filter(|_| !is_new).unwrap_or(STARTER);
    let (text, said) = match app.environment() {
        Some(environment) => with_environment(&name, start, environment)?,
        None => (STARTER.to_owned(), String::new()),
    };
    match disk.replace(before.as_deref(), &text) {
        Ok(()) => {}
        Err(NotReplaced::Changed(_)) => {
            let message = format!("somebody else wrote {name} at the same moment. Nothing was done");
            return Err(Diagnostic::error("file-busy", message).help("look at the file, then run again").into());
        }
        Err(NotReplaced::Failed(error)) => return Err(error.into()),
    }
    let key = app.environment().map_or("VAPI_API_KEY".to_owned(), |name| variable_of("VAPI_API_KEY", name));
    let flags = app.flags();
    let set = if app.is_emulated() { String::new() } else { format!("set {key} and ") };
    Ok(match app.global.format() {
        Format::Json => {
            let document = render::json::envelope("init", serde_json::Map::new(), &[], &[]);
            Finish { tells_errors: true, ..Finish::done(render::json::to_text(&document, app.output.redactor())) }
        }
        _ if is_new => Finish::done(format!(
            "Wrote {name}. Next: {set}run `vapi-sync pull{flags}`, which writes what is in Vapi into it.\n"
        )),
        _ => Finish::done(format!(
            "{said} Next: {set}run `vapi-sync plan{flags}`, which shows what `apply` would do there.\n"
        )),
    })
}

/// The text of a file with one more environment, and a sentence on it. A file without any becomes one with that environment.
fn with_environment(name: &str, text: &str, environment: &str) -> Result<(String, String), Diagnostics> {
    let document = Document::parse(name, text)?;
    let named: Vec<&str> = document
        .root()
        .and_then(|root| root.get("environments"))
        .into_iter()
        .flat_map(|node| node.entries())
        .map(|entry| entry.key)
        .collect();
    if named.contains(&environment) {
        let message = format!("{name} already has an environment `{environment}`. Nothing was done");
        let help = format!("add another name; to fill this one, run `vapi-sync pull --env {environment}`");
        return Err(Diagnostic::error("environment-exists", message).help(help).into());
    }
    let key = |key: &str| PathStep::Key(key.to_owned());
    let first = named.first().map(|first| (*first).to_owned());
    let whose = Whose::of(first.as_deref());
    let state = interpret(&document, &whose)?;
    let path = vec![key("environments"), key(environment)];
    let (text, said) = match first {
        Some(_) => {
            let set = Edit::Set { path, value: Content::Map(Vec::new()) };
            (edited(&document, &[set])?, format!("Added environment {environment} to {name}."))
        }
        None => becoming(&document, &state, environment)?,
    };
    // What is wrong with the name is said before it is written. So the place is in no file yet, and the rest follows from it.
    let first = |errors: Diagnostics| errors.into_iter().next().map(|error| Diagnostic { place: None, ..error });
    interpret(&Document::parse(name, text.as_str())?, &Whose::of(Some(environment)))
        .map_err(|errors| first(errors).into_iter().collect::<Diagnostics>())?;
    Ok((text, said))
}

fn edited(document: &Document, edits: &[Edit]) -> Result<String, Diagnostics> {
    let why = |refusals: Vec<Refusal>| refusals.into_iter().map(|refusal| refusal.diagnostic).collect::<Diagnostics>();
    document.edit(edits).map(|edited| edited.text).map_err(why)
}

/// Turns a file of one organisation into one with a single environment. Gives its text and a sentence on it.
fn becoming(document: &Document, state: &StateFile<'_>, environment: &str) -> Result<(String, String), Diagnostics> {
    let key = |key: &str| PathStep::Key(key.to_owned());
    let ids = state.entries.iter().filter_map(|entry| {
        let path = vec![key(entry.address.section), key(&entry.address.handle), key(entry.kind.id_key)];
        let id = Content::Text(entry.id.as_ref()?.0.clone());
        Some(Edit::Set { path, value: Content::Map(vec![(environment.to_owned(), id)]) })
    });
    let text = edited(document, &ids.collect::<Vec<_>>())?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // The organisation has a line of its own, which becomes the environment's; else that goes behind the version.
    let starts = |word: &str| text.split_inclusive('\n').position(|line| line.starts_with(&format!("{word}:")));
    let (at, replaced) =
        match (document.root().and_then(|root| root.get("org_id")), starts("org_id"), starts("version")) {
            (Some(_), Some(at), _) => (at, 1),
            (None, _, Some(version)) => (version + 1, 0),
            (_, None, _) | (None, Some(_), None) => {
                return Err(Diagnostic::error(
                    "edit-refused",
                    "vapi-sync cannot add the environment to this file: it finds no line that starts with `version:` \
                    or `org_id:`",
                )
                .help(format!(
                    "put each on a line of its own; or add by hand: `environments: {{{environment}: {{org_id: …}}}}`"
                ))
                .into());
            }
        };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(before) = at.checked_sub(1).and_then(|at| lines.get_mut(at)).filter(|line| !line.ends_with('\n')) {
        before.push_str(end);
    }
    let old: String = lines[at..at + replaced].concat();
    // What stands behind the id on its line, a comment, stays there.
    let org = old.strip_prefix("org_id:").map(|rest| format!("    org_id:{rest}")).unwrap_or_default();
    let block = format!("environments:{end}  {environment}:{}{end}{org}", if org.is_empty() { " {}" } else { "" });
    lines.splice(at..at + replaced, [block]);
    let whose = match &state.org_id {
        Some(org_id) => format!("now organisation {org_id}"),
        None => "now the organisation of the file; the first pull or apply writes down which one that is".to_owned(),
    };
    Ok((lines.concat(), format!("Environment {environment} is {whose}. The ids in the file are marked as its own.")))
}
