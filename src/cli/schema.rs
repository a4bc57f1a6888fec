//! `schema`: the JSON Schemas of what the program reads and prints.

use super::args::Format;
use super::{App, Finish};
use crate::diagnostic::Diagnostics;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Of what.
    #[arg(value_enum, default_value_t = Of::State)]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Of {
    /// The state file, for editors.
    State,
    /// What `plan`, `apply` and `pull` print with --format json.
    Plan,
    /// What `status` prints with --format json.
    Status,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    app.global.allow_formats(&[Format::Text, Format::Json])?;
    let schema = match args.of {
        Of::State => crate::schema::schema(),
        Of::Plan => schemars::schema_for!(crate::render::json::v1::Plan).to_value(),
        Of::Status => schemars::schema_for!(crate::render::json::v1::Status).to_value(),
    };
    Ok(Finish::done(serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"))
}
