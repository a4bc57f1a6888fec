//! Runs a command for all environments of a file.

use std::collections::BTreeSet;

use memchr::memmem;

use super::args::Format;
use super::file::{Empty, Loaded};
use super::{App, Command, Finish, connect, plan, status};
use crate::history::{Said, differing};
use crate::model::diagnostic::{Diagnostic, Diagnostics, Ending};
use crate::render::{self, environments::Compared};
use crate::state::environments::{Whose, variable_of};
use crate::state::load::interpret;
use crate::state::resolve::Desired;

/// Whether a text may be a file with environments. Much faster than parsing it.
pub(super) fn may_have_environments(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The key may be written with escapes.
    let is_letter = |at: usize| matches!(bytes.get(at + 1), Some(b'x' | b'u' | b'U' | b'\n' | b'\r'));
    memmem::find(bytes, b"environments").is_some() || memchr::memchr_iter(b'\\', bytes).any(is_letter)
}

/// The environments of the file, in its order. Errors in the file are reported when it is read for the command.
pub(super) fn names(app: &App) -> Vec<String> {
    let Ok(loaded) = Loaded::read(&app.global.file, Whose::Only, Empty::Filled) else { return Vec::new() };
    loaded.environments()
}

/// Checks that an environment is named if, and only if, the file has environments.
///
/// # Errors
/// `environment-needed`, `no-environments`, `unknown-environment`.
pub(super) fn one_is_named(app: &App) -> Result<(), Diagnostics> {
    let Ok(loaded) = Loaded::read(&app.global.file, app.whose(), Empty::Filled) else { return Ok(()) };
    match interpret(&loaded.document, &loaded.whose) {
        Ok(_) => Ok(()),
        Err(errors) => {
            let is_about_that = |error: &Diagnostic| {
                error.place.is_none()
                    && matches!(error.code, "environment-needed" | "no-environments" | "unknown-environment")
            };
            match errors.into_iter().find(is_about_that) {
                Some(error) => Err(error.into()),
                None => Ok(()),
            }
        }
    }
}

/// The app for one of all environments.
pub(super) fn of(app: &App, command: Option<&Command>, name: &str) -> Result<App, Diagnostics> {
    let global = super::args::Global { env: Some(name.to_owned()), ..app.global.clone() };
    let workflow = command.and_then(|command| command.workflow(&global)).transpose()?;
    Ok(App { global, output: app.output.clone(), workflow, over_all: true })
}

/// The environments whose key is set. Prints a note about the others.
///
/// # Errors
/// No key is set.
pub(super) fn with_keys<'n>(app: &App, names: &'n [String]) -> Result<Vec<&'n str>, Diagnostics> {
    let (set, unset): (Vec<&str>, Vec<&str>) = names
        .iter()
        .map(String::as_str)
        .partition(|name| of(app, None, name).is_ok_and(|app| connect::key(&app).is_some()));
    let variables = |names: &[&str]| -> String {
        names.iter().map(|name| variable_of("VAPI_API_KEY", name)).collect::<Vec<_>>().join(", ")
    };
    if set.is_empty() {
        let message = format!("no API key is set for any environment: {}", variables(&unset));
        return Err(Diagnostic::error("vapi-key", message)
            .help("set one of these variables; or name an environment with --env and set VAPI_API_KEY")
            .into());
    }
    if !unset.is_empty() {
        app.output.note(&format!("Left out: {} ({} not set).\n", unset.join(", "), variables(&unset)));
    }
    Ok(set)
}

/// `plan` or `status` for each environment whose key is set.
pub(super) fn run(app: &App, command: &Command, names: &[String]) -> Result<Finish, Diagnostics> {
    let mut all = Finish { tells_errors: true, ..Finish::default() };
    let mut documents = Vec::new();
    let mut text =
        compared(app, names).map(|compared| render::environments::differences(&compared)).unwrap_or_default();
    for name in with_keys(app, names)? {
        let one = of(app, Some(command), name)?;
        let finish = match command {
            Command::Plan(args) => plan::run(&one, args),
            Command::Status(args) => status::run(&one, args),
            _ => return Err(Diagnostic::usage("this command works on one environment: name it with --env").into()),
        };
        let finish = finish.unwrap_or_else(|errors| Finish { errors, ..Finish::default() });
        let code = crate::model::diagnostic::exit_code(&finish.errors, finish.ending);
        super::tell_workflow(&one, command.name(), &finish, code);
        let Finish { result, errors, ending, .. } = finish;
        match (app.global.format(), result) {
            (Format::Json, Some(result)) => documents.push(serde_json::from_str(&result).unwrap_or_default()),
            (Format::Json, None) => {
                let failed = render::json::failure(command.name(), &[], &errors);
                let failed = render::json::of_environment(failed, Some(name), None);
                documents.push(serde_json::to_value(failed).unwrap_or_default());
            }
            (_, result) => {
                text.push_str(&result.unwrap_or_else(|| format!("{}\n", render::environments::failed(name))));
                text.push('\n');
            }
        }
        // Errors that all of them have are reported once, at the end.
        for error in errors {
            if !all.errors.contains(&error) {
                all.errors.push(error);
            }
        }
        let Ending { writes_failed, held_back, changes_found } = ending;
        all.ending.writes_failed |= writes_failed;
        all.ending.held_back |= held_back;
        all.ending.changes_found |= changes_found;
    }
    all.result = Some(match app.global.format() {
        Format::Json => {
            let document = render::json::over(command.name(), documents, &[]);
            render::json::to_text(&document, app.output.redactor())
        }
        _ => text.trim_end().to_owned() + "\n",
    });
    Ok(all)
}

/// The first environment: its name, its entries and its variables.
type First = (String, Said, BTreeSet<(String, String)>);

/// How each environment differs from the first one in the file.
pub(super) fn compared(app: &App, names: &[String]) -> Option<Vec<Compared>> {
    let loaded = Loaded::read(&app.global.file, Whose::Only, Empty::Filled).ok()?;
    let mut before: Option<First> = None;
    let mut all = Vec::new();
    for name in names {
        let whose = Whose::of(Some(name));
        let desired = Desired::of(&loaded.document, &whose, &loaded.includes, &|_| None).ok()?;
        let variables = &desired.file.variables;
        let spelled = |name: &str| variables.get(name).map(|variable| variable.node.to_json().to_string());
        let values: BTreeSet<(String, String)> =
            variables.names().into_iter().filter_map(|name| Some((name.to_owned(), spelled(name)?))).collect();
        let said = desired.said().clone();
        let mut compared =
            Compared { name: name.clone(), after: None, variables: Vec::new(), without: Vec::new(), with: Vec::new() };
        if let Some((first, theirs, their_values)) = &before {
            compared.after = Some(first.clone());
            let differ: BTreeSet<&String> = values.symmetric_difference(their_values).map(|(name, _)| name).collect();
            compared.variables = differ.into_iter().cloned().collect();
            for address in differing(theirs, &said) {
                match (theirs.contains_key(&address), said.contains_key(&address)) {
                    (true, false) => compared.without.push(address.to_string()),
                    (false, true) => compared.with.push(address.to_string()),
                    _ => {}
                }
            }
        }
        all.push(compared);
        before = before.or(Some((name.clone(), said, values)));
    }
    Some(all)
}
