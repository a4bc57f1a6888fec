//! `init`: starts a state file.

use super::args::Format;
use super::{App, Finish};
use crate::files::{Disk, NotRead, NotReplaced};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::render;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

const STARTER: &str = "\
# The agents and phone numbers of one Vapi organisation. https://docs.vapi.ai says what goes under `config`.
#   vapi-sync pull     writes what is in Vapi into this file
#   vapi-sync plan     shows what `apply` would do
#   vapi-sync apply    makes Vapi as this file says
version: 1

agents: {}

phone_numbers: {}
";

pub(super) fn run(app: &App, _args: &Args) -> Result<Finish, Diagnostics> {
    let name = app.global.file.display().to_string();
    let disk = Disk::at(&app.global.file, &name);
    let before = match disk.read() {
        Ok(text) if text.trim().is_empty() => Some(text),
        Ok(_) => {
            return Err(Diagnostic::error(
                "file-exists",
                format!("{name} is there already, and not empty. Nothing was done"),
            )
            .help("`vapi-sync pull` takes what is in Vapi into it")
            .into());
        }
        Err(NotRead::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    match disk.replace(before.as_deref(), STARTER) {
        Ok(()) => {}
        Err(NotReplaced::Changed(_)) => {
            return Err(Diagnostic::error("file-busy", format!("{name} was written by somebody else meanwhile")).into());
        }
        Err(NotReplaced::Failed(error)) => return Err(error.into()),
    }
    Ok(match app.global.format() {
        Format::Json => {
            let document = render::json::envelope("init", serde_json::Map::new(), &[], &[]);
            Finish { tells_errors: true, ..Finish::done(render::json::to_text(&document, app.output.redactor())) }
        }
        _ => Finish::done(format!(
            "Wrote {name}. Next: set VAPI_API_KEY and run `vapi-sync pull`, which takes what is in Vapi into it.\n"
        )),
    })
}
