//! The command line: one file per command, with its arguments, its help and its function.
//!
//! Each command gives a [`Finish`]. [`run`] prints it and derives the exit code from it.

mod agree;
mod alone;
mod app;
mod apply;
mod args;
mod commit;
mod completions;
mod connect;
#[cfg(feature = "emulator")]
mod emulator;
pub mod file;
mod gate;
mod github;
mod init;
mod log;
mod man;
mod over;
mod plan;
mod pull;
mod restore;
mod run;
mod schema;
mod serve;
pub mod session;
mod show;
mod spec;
mod status;
mod sync;
mod usage;
mod validate;

use std::ffi::OsString;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub(crate) use self::app::{App, Finish};
use self::args::{Format, Global};
use self::github::{Told, Workflow};
use self::usage::wrong_usage;
use crate::files::{check_state_file, read_text};
use crate::model::Redactor;
use crate::model::diagnostic::{Diagnostic, Diagnostics, exit_code};
use crate::render::output::Settings;
use crate::render::{self, Output};
use crate::state::template;

/// Keeps a version-controlled YAML file and a Vapi organisation in step.
///
/// The file lists what you have in Vapi: agents (Vapi calls them assistants), phone numbers, squads, tools and structured
/// outputs. `plan` shows what `apply` would change in Vapi, `apply` changes it, and `pull` writes into the file what people
/// changed in the Vapi dashboard.
///
/// It never deletes anything. It overwrites only what git can give back. Every command can be run again safely.
#[derive(Debug, Parser)]
#[command(name = "vapi-sync", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Environment:
  VAPI_API_KEY          the private key of the organisation (dashboard.vapi.ai → API Keys)
  VAPI_BASE_URL         the address of Vapi; in the EU: https://api.eu.vapi.ai
  VAPI_API_KEY_<NAME>   the key of one environment of the file; VAPI_BASE_URL_<NAME> its address
  VAPI_SYNC_ENV         the environment, if --env is not given

Exit codes:
  0 done, 1 error, 2 changes found (--detailed-exitcode, --exit-code),
  3 something waits for your decision, 4 some writes failed, 64 wrong command line, 130 interrupted";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new state file.
    Init(init::Args),
    /// Check the file for mistakes, without Vapi.
    Validate(validate::Args),
    /// Show what `apply` would change in Vapi. Writes nothing.
    Plan(plan::Args),
    /// Change Vapi to match the file.
    #[command(visible_alias = "export")]
    Apply(apply::Args),
    /// Write into the file what was created or changed in Vapi.
    #[command(visible_alias = "import")]
    Pull(pull::Args),
    /// Pull, then apply.
    Sync(sync::Args),
    /// Show whether the file and Vapi agree. Writes nothing.
    Status(status::Args),
    /// Show what earlier runs changed, from the audit log.
    Log(log::Args),
    /// Undo a run: give back what it replaced, in Vapi and in the file.
    Restore(restore::Args),
    /// Print the JSON Schema of the state file, or of the JSON that the commands print.
    Schema(schema::Args),
    /// Run a stand-in for Vapi on this machine, to try things out.
    #[cfg(feature = "emulator")]
    Emulator(emulator::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
    /// Write the manual pages into a folder.
    #[command(hide = true)]
    Man(man::Args),
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Command::Init(_) => "init",
            Command::Validate(_) => "validate",
            Command::Plan(_) => "plan",
            Command::Apply(_) => "apply",
            Command::Pull(_) => "pull",
            Command::Sync(_) => "sync",
            Command::Status(_) => "status",
            Command::Log(_) => "log",
            Command::Restore(_) => "restore",
            Command::Schema(_) => "schema",
            #[cfg(feature = "emulator")]
            Command::Emulator(_) => "emulator",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
        }
    }

    /// The workflow of `--github`, if it was given.
    fn workflow(&self, global: &Global) -> Option<Result<Workflow, Diagnostic>> {
        let (github, select, plan_file) = match self {
            Command::Validate(args) => (args.tells.github, None, None),
            Command::Plan(args) => (args.tells.github, Some(&args.choices.select), args.out.as_deref()),
            Command::Apply(args) => (args.tells.github, Some(&args.choices.select), None),
            Command::Pull(args) => (args.tells.github, Some(&args.select), None),
            Command::Status(args) => (args.tells.github, None, None),
            Command::Restore(args) => (args.tells.github, None, args.out.as_deref()),
            _ => (false, None, None),
        };
        github.then(|| Workflow::new(&global.file, global.env.as_deref(), select, plan_file))
    }
}

/// The formats that a command has, by its name.
fn formats(command: &str) -> &'static [Format] {
    match command {
        "plan" | "apply" | "pull" | "sync" | "restore" => &[Format::Text, Format::Json, Format::Markdown],
        "status" => &[Format::Text, Format::Json, Format::Html],
        "validate" => &[Format::Text, Format::Json, Format::Github, Format::Sarif],
        "init" | "log" | "schema" => &[Format::Text, Format::Json],
        _ => &[],
    }
}

/// The command line. The help of each command only shows those of the common arguments that it uses.
fn command_line() -> clap::Command {
    let all = Cli::command();
    let shared = |id: &str| all.get_arguments().find(|argument| argument.get_id() == id).cloned();
    let names: Vec<String> = all.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.iter().fold(all.clone(), |line, name| {
        line.mut_subcommand(name, |command| match formats(name) {
            [] => command
                .args(["file", "env", "format", "emulator"].into_iter().filter_map(shared).map(|one| one.hide(true))),
            formats => command.args(shared("format").map(|format| args::only_formats(format, formats))),
        })
    })
}

#[cfg(feature = "emulator")]
const EMULATOR_KEY: &str = crate::emulator::DEFAULT_KEY;
#[cfg(not(feature = "emulator"))]
const EMULATOR_KEY: &str = "emulator";

/// Runs the program with these arguments and gives its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let redactor = Redactor::new();
    for (name, key) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let is_key = name.starts_with("VAPI_API_KEY") || ["VAPI_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"].contains(&&*name);
        // The key of the emulator is not a secret.
        if let Some(key) = key.to_str().filter(|key| is_key && ![EMULATOR_KEY, ""].contains(&key.trim())) {
            redactor.add(key.trim());
        }
    }
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&arguments, &error, redactor),
    };
    let Cli { mut global, command } = cli;
    let named = || std::env::var("VAPI_SYNC_ENV").ok().filter(|name| !name.is_empty());
    global.env = global.env.or_else(named);
    if !matches!(command, Command::Init(_)) {
        global.find_file();
    }
    let settings = Settings {
        color: global.color,
        quiet: global.quiet,
        verbosity: global.verbose,
        folds: !matches!(command, Command::Validate(_)),
        machine: global.format() == Format::Json,
        commands: global.format() == Format::Github,
    };
    let output = Arc::new(Output::new(settings, redactor));
    let name = command.name();
    let workflow = command.workflow(&global).transpose();
    let (workflow, refused) = workflow.map_or_else(|error| (None, Err(error)), |workflow| (workflow, Ok(())));
    if let Err(error) = &refused {
        output.commands(&github::refused(error, 1, output.redactor()));
    }
    let app = App { global, output, workflow, over_all: false };
    let allowed = refused.and_then(|()| app.global.allow_formats(formats(name))).map_err(Diagnostics::from);
    let finish = allowed.and_then(|()| dispatch(&app, command));
    let finish = finish.unwrap_or_else(|errors| Finish { errors, ..Finish::default() });
    report(&app, name, finish)
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = command_line().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

/// Hides the values of all variables in the file before anything is printed.
fn hide_variables(app: &App, text: &str) {
    for value in template::variables(text).filter_map(|name| std::env::var(name).ok()) {
        app.output.redactor().add(&value);
    }
}

fn dispatch(app: &App, command: Command) -> Result<Finish, Diagnostics> {
    let reads_file = !formats(command.name()).is_empty() && !matches!(command, Command::Schema(_));
    if reads_file {
        check_state_file(&app.global.file)?;
    }
    // An unreadable file is reported by the command.
    let text = read_text(&app.global.file, "").unwrap_or_default();
    if reads_file {
        hide_variables(app, &text);
    }
    let may_have_environments = over::may_have_environments(&text);
    drop(text);
    let names = if may_have_environments && app.environment().is_none() { over::names(app) } else { Vec::new() };
    match &command {
        Command::Plan(plan::Args { out: None, .. }) if !names.is_empty() => return over::run(app, &command, &names),
        Command::Status(args) if !names.is_empty() => return status::over(app, &command, args, &names),
        Command::Validate(args) if !names.is_empty() => return validate::over(app, args, &names),
        Command::Plan(_) | Command::Apply(_) | Command::Pull(_) | Command::Sync(_) | Command::Restore(_)
            if may_have_environments || app.environment().is_some() =>
        {
            over::one_is_named(app)?;
        }
        _ => {}
    }
    if let (Command::Plan(_), Some(who)) = (&command, app.workflow.as_ref().and_then(|of| of.without_key(app))) {
        return github::validated(app, who);
    }
    match command {
        Command::Init(args) => init::run(app, &args),
        Command::Validate(args) => validate::run(app, &args),
        Command::Plan(args) => plan::run(app, &args),
        Command::Apply(args) => apply::run(app, &args),
        Command::Pull(args) => pull::run(app, &args),
        Command::Sync(args) => sync::run(app, &args),
        Command::Status(args) => status::run(app, &args),
        Command::Log(args) => log::run(app, &args),
        Command::Restore(args) => restore::run(app, &args),
        Command::Schema(args) => schema::run(app, &args),
        #[cfg(feature = "emulator")]
        Command::Emulator(args) => emulator::run(app, args),
        Command::Completions(args) => completions::run(app, &args, &mut command_line()),
        Command::Man(args) => man::run(app, &args, command_line()),
    }
}

/// Tells the GitHub workflow how a command ended, if `--github` was given.
fn tell_workflow(app: &App, name: &str, finish: &Finish, code: u8) {
    let Some(workflow) = &app.workflow else { return };
    let Finish { report, errors, ending, extra, .. } = finish;
    workflow.tell(app, &Told { command: name, report: report.as_deref(), errors, ending: *ending, code, extra });
}

/// Prints how a command ended, and gives the exit code.
fn report(app: &App, name: &str, mut finish: Finish) -> u8 {
    let errors = &finish.errors;
    let written = match &finish.result {
        Some(result) => app.output.result(result),
        None if errors.is_empty() => Ok(()),
        None => match app.global.format() {
            Format::Json => app.output.json(&render::json::failure(name, &[], errors)),
            Format::Markdown => {
                let view = render::View::plain(app.output.redactor());
                app.output.result(&render::markdown::failure(name, errors, &view))
            }
            Format::Text | Format::Html | Format::Github | Format::Sarif => Ok(()),
        },
    };
    finish.errors.extend(written.err());
    if !finish.told && (!finish.tells_errors || app.global.format() != Format::Json) {
        app.output.diagnostics(&finish.errors);
    }
    let code = finish.code.unwrap_or_else(|| exit_code(&finish.errors, finish.ending));
    tell_workflow(app, name, &finish, code);
    code
}
