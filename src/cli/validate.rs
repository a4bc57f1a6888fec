//! `validate`: looks for mistakes in the file, offline.

use super::args::{Format, Tells};
use super::file::{Empty, Loaded};
use super::github::Extra;
use super::run::{accepted, audit_log};
use super::{App, Finish};
use crate::check::spec::Spec;
use crate::check::{Findings, Options};
use crate::history;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::{is_accepted, is_opinion};
use crate::render;
use crate::state::ids::Ids;
use crate::state::resolve::Desired;

/// Arguments of `validate`.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Needs no key and no network.")]
pub(super) struct Args {
    /// Take fields that are not known for errors.
    #[arg(long)]
    strict: bool,
    /// Also hold every config against an OpenAPI document of Vapi: a file, an https address, or `live` for Vapi's own.
    #[arg(long, value_name = "FILE|URL|live")]
    spec: Option<String>,
    #[command(flatten)]
    pub(super) tells: Tells,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let options = Options { strict: args.strict };
    let loaded = Loaded::read(&app.global.file, app.whose(), Empty::Refused);
    let spec = args.spec.as_deref().map(|source| super::spec::load(app, source)).transpose()?;
    let found = match loaded {
        Ok(loaded) => found(app, &loaded, &options, spec.as_ref()),
        Err(errors) => errors,
    };
    let machine = match app.global.format() {
        Format::Github => Some(render::diagnostics::annotations(&found, app.output.redactor())),
        Format::Sarif => Some(render::json::to_text(&render::diagnostics::sarif(&found), app.output.redactor())),
        _ => None,
    };
    let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.severity == Severity::Error);
    if app.global.format() == Format::Json {
        let document = render::json::envelope("validate", serde_json::Map::new(), &warnings, &errors);
        let result = render::json::to_text(&document, app.output.redactor());
        return Ok(Finish { errors, tells_errors: true, ..Finish::done(result) });
    }
    if machine.is_some() {
        let errors = errors.into_iter().map(|error| Diagnostic { snippet: None, ..error }).collect();
        return Ok(Finish { result: machine, errors, told: true, ..Finish::default() });
    }
    app.output.diagnostics(&warnings);
    let result = errors.is_empty().then(|| summary(&app.global.file.display().to_string(), &warnings));
    let extra = Extra { warnings, ..Extra::default() };
    Ok(Finish { result, errors, extra, ..Finish::default() })
}

/// Everything that can be said of a file.
fn found(app: &App, loaded: &Loaded, options: &Options, spec: Option<&Spec>) -> Diagnostics {
    let (desired, found) = match loaded.look(options) {
        Ok(looked) => looked,
        Err(errors) => return errors,
    };
    let mut found = accepted_aside(app, loaded, &desired, found);
    if let Some(spec) = spec {
        found.extend(loaded.annotated(spec.check(&desired.file, options)));
        found.sort_by(|left, right| left.place.cmp(&right.place));
    }
    found
}

/// What is said of a file, with doubts about values that it and Vapi agreed on as notes.
fn accepted_aside(app: &App, loaded: &Loaded, desired: &Desired<'_>, mut found: Findings) -> Diagnostics {
    let is_opinion = |finding: &&mut Diagnostic| finding.severity == Severity::Warning && is_opinion(finding);
    if found.doubts.is_empty() && found.others.iter_mut().find(is_opinion).is_none() {
        return found.all();
    }
    let file = &desired.file;
    let entries: Vec<_> = file.entries.iter().map(|entry| (entry.address.clone(), entry.id.clone())).collect();
    let (state_file, log) = (loaded.disk.real(), audit_log(app, None));
    let ids = Ids::in_file(&file.entries);
    // Without a log and a ref nothing is known to be accepted.
    let bases = history::agreements(state_file, &log, app.environment(), file.org_id.as_deref(), &entries, &ids);
    let (bases, _) = bases.unwrap_or_default();
    for doubt in found.doubts.iter_mut().chain(found.others.iter_mut().filter(is_opinion)) {
        let Some(entry) = file.entries.iter().find(|entry| entry.holds(doubt)) else { continue };
        let base = bases.get(&entry.address);
        if base.is_some_and(|base| is_accepted(entry, &desired.value(entry, &ids), base, doubt)) {
            *doubt = accepted(doubt);
        }
    }
    found.all()
}

fn summary(name: &str, warnings: &[Diagnostic]) -> String {
    let count = warnings.iter().filter(|warning| warning.severity == Severity::Warning).count();
    match count {
        0 => format!("{} is valid.\n", name),
        1 => format!("{} is valid, with 1 warning.\n", name),
        count => format!("{} is valid, with {count} warnings.\n", name),
    }
}
