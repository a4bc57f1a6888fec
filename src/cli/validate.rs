//! `validate`: looks for mistakes in the file, offline.

use super::args::{Format, Tells};
use super::file::{Empty, Loaded};
use super::github::Extra;
use super::run::{accepted, audit_log};
use super::{App, Finish, over};
use crate::check::spec::Spec;
use crate::check::{Findings, Options};
use crate::history;
use crate::model::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::{is_accepted, is_opinion};
use crate::render;
use crate::state::ids::Ids;
use crate::state::load::Entry;
use crate::state::resolve::Desired;

/// Arguments of `validate`.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Needs no API key and no network.")]
pub(super) struct Args {
    /// Treat unknown and misplaced fields as errors.
    #[arg(long)]
    strict: bool,
    /// Also check every config against Vapi's OpenAPI document: a file, an https address, or `live` for the current one.
    #[arg(long, value_name = "FILE|URL|live")]
    spec: Option<String>,
    #[command(flatten)]
    pub(super) tells: Tells,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let spec = args.spec.as_deref().map(|source| super::spec::load(app, source)).transpose()?;
    finish(app, looked_at(app, args, spec.as_ref()))
}

/// The findings about a file for one environment.
fn looked_at(app: &App, args: &Args, spec: Option<&Spec>) -> Diagnostics {
    let options = Options { strict: args.strict };
    match Loaded::read(&app.global.file, app.whose(), Empty::Refused) {
        Ok(loaded) => found(app, &loaded, &options, spec),
        Err(errors) => errors,
    }
}

/// The findings about a file for all its environments. A finding for several of them is listed once.
pub(super) fn over(app: &App, args: &Args, names: &[String]) -> Result<Finish, Diagnostics> {
    let spec = args.spec.as_deref().map(|source| super::spec::load(app, source)).transpose()?;
    let mut all = Diagnostics::new();
    let mut documents = Vec::new();
    for name in names {
        let found = looked_at(&over::of(app, None, name)?, args, spec.as_ref());
        let (errors, warnings) = parted(found.clone());
        let more = serde_json::Map::from_iter([("environment".to_owned(), name.clone().into())]);
        let document = render::json::envelope("validate", more, &warnings, &errors);
        documents.push(serde_json::to_value(document).unwrap_or_default());
        let is_new = |one: &Diagnostic, all: &[Diagnostic]| !all.iter().any(|known| known == one);
        for one in found {
            if is_new(&one, &all) {
                all.push(one);
            }
        }
    }
    if app.global.format() == Format::Json {
        let (errors, _) = parted(all);
        let result = render::json::to_text(&render::json::over("validate", documents, &[]), app.output.redactor());
        return Ok(Finish { errors, tells_errors: true, ..Finish::done(result) });
    }
    all.sort_by(|left, right| left.place.cmp(&right.place));
    finish(app, all)
}

fn parted(found: Diagnostics) -> (Diagnostics, Diagnostics) {
    found.into_iter().partition(|found| found.severity == Severity::Error)
}

fn finish(app: &App, found: Diagnostics) -> Result<Finish, Diagnostics> {
    let machine = match app.global.format() {
        Format::Github => Some(render::diagnostics::annotations(&found, app.output.redactor())),
        Format::Sarif => Some(render::json::to_text(&render::diagnostics::sarif(&found), app.output.redactor())),
        _ => None,
    };
    let (errors, warnings) = parted(found);
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

/// All findings about a file.
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

/// The findings about a file. Those about values that the file and Vapi agreed on are notes.
fn accepted_aside(app: &App, loaded: &Loaded, desired: &Desired<'_>, mut found: Findings) -> Diagnostics {
    let is_opinion = |finding: &&mut Diagnostic| finding.severity == Severity::Warning && is_opinion(finding);
    if found.doubts.is_empty() && found.others.iter_mut().find(is_opinion).is_none() {
        return found.all();
    }
    let file = &desired.file;
    let entries: Vec<_> = file.entries.iter().map(|entry| (entry.address.clone(), entry.id.clone())).collect();
    let (state_file, log) = (loaded.disk.real(), audit_log(app, None));
    let ids = Ids::in_file(&file.entries);
    // Without a log and a ref, no value is known to be accepted.
    let bases = history::agreements(state_file, &log, app.environment(), file.org_id.as_deref(), &entries, &ids);
    let (bases, _) = bases.unwrap_or_default();
    for doubt in found.doubts.iter_mut().chain(found.others.iter_mut().filter(is_opinion)) {
        let of: Vec<_> = file.entries.iter().filter(|entry| entry.holds(doubt)).collect();
        let is_known = |entry: &&Entry<'_>| {
            let base = bases.get(&entry.address);
            base.is_some_and(|base| is_accepted(entry, &desired.value(entry, &ids), base, doubt))
        };
        if !of.is_empty() && of.iter().all(is_known) {
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
