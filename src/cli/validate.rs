//! `validate`: looks for mistakes in the file, offline.

use super::args::Format;
use super::{App, Finish};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::load::interpret;
use crate::render;
use crate::resolve::{Ids, Resolved, Resolver};
use crate::session::{Loaded, missing_variables};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Needs no key and no network.")]
pub(super) struct Args {}

pub(super) fn run(app: &App, _args: &Args) -> Result<Finish, Diagnostics> {
    app.global.allow_formats(&[Format::Text, Format::Json])?;
    let loaded = Loaded::read(&app.global.file)?;
    let mut found = findings(&loaded);
    loaded.annotate(&mut found);
    let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.severity == Severity::Error);
    if app.global.format() == Format::Json {
        let document = render::json::envelope("validate", serde_json::Map::new(), &warnings, &errors);
        let result = render::json::to_text(&document, app.output.redactor());
        return Ok(Finish { errors, tells_errors: true, ..Finish::done(result) });
    }
    app.output.diagnostics(&warnings);
    let result = (errors.is_empty()).then(|| summary(&loaded, &warnings));
    Ok(Finish { result, errors, ..Finish::default() })
}

fn summary(loaded: &Loaded, warnings: &[Diagnostic]) -> String {
    let count = warnings.iter().filter(|warning| warning.severity == Severity::Warning).count();
    match count {
        0 => format!("{} is valid.\n", loaded.disk.name()),
        1 => format!("{} is valid, with 1 warning.\n", loaded.disk.name()),
        count => format!("{} is valid, with {count} warnings.\n", loaded.disk.name()),
    }
}

/// Everything that can be said of a file without Vapi.
fn findings(loaded: &Loaded) -> Diagnostics {
    let state = match interpret(&loaded.document) {
        Ok(state) => state,
        Err(errors) => return errors,
    };
    let ids = Ids::in_file(&state.entries);
    let includes = loaded.includes();
    let resolver = Resolver { ids: &ids, env: &|name| std::env::var(name).ok(), includes: &includes };
    let mut noticed = Resolved::default();
    for entry in &state.entries {
        resolver.desired(entry, &mut noticed);
    }
    let mut found = std::mem::take(&mut noticed.errors);
    found.append(&mut noticed.warnings);
    found.extend(missing_variables(&noticed));
    found.extend(loaded.document.warnings());
    found
}
