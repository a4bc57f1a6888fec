//! `schema`: the JSON Schemas of what the program reads and prints.

use super::{App, Finish};
use crate::model::diagnostic::Diagnostics;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to print the schema of.
    #[arg(value_enum, default_value_t = Of::State)]
    of: Of,
    /// Include Vapi's own schemas, from its OpenAPI document: a file, an https address, or `live` for the current one.
    #[arg(long, value_name = "FILE|URL|live")]
    spec: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Of {
    /// The state file, for editors.
    State,
    /// What `plan`, `apply` and `pull` print with --format json.
    Plan,
    /// What `status` prints with --format json.
    Status,
    /// What `validate`, `plan` and `status` print with --format json about several environments.
    Environments,
}

pub(super) fn run(app: &App, args: &Args) -> Result<Finish, Diagnostics> {
    let schema = match args.of {
        Of::State => match &args.spec {
            Some(source) => super::spec::load(app, source)?.editor_schema(),
            None => crate::kinds::schema(),
        },
        Of::Plan => schemars::schema_for!(crate::render::json::v1::Plan).to_value(),
        Of::Environments => {
            schemars::schema_for!(crate::render::json::v1::Environments<crate::render::json::v1::Document>).to_value()
        }
        Of::Status => schemars::schema_for!(crate::render::json::v1::Status).to_value(),
    };
    Ok(Finish::done(serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"))
}
