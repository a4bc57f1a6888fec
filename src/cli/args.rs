//! Arguments that several commands share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use crate::kinds::{self, KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::plan::prefer::Prefer;
use crate::plan::{Policy, Selection, saved};
use crate::render::output::Color;

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document, whatever happens.
    Json,
    /// For a pull request (plan, apply, pull).
    Markdown,
    /// One self-contained page (status).
    Html,
    /// Annotations of a GitHub workflow (validate).
    Github,
    /// SARIF 2.1.0 (validate).
    Sarif,
}

/// The argument `--format` with these values only.
pub(crate) fn only_formats(argument: clap::Arg, formats: &'static [Format]) -> clap::Arg {
    let values = PossibleValuesParser::new(formats.iter().filter_map(ValueEnum::to_possible_value));
    argument.value_parser(values.try_map(|name| Format::from_str(&name, false)))
}

fn color_parser() -> impl TypedValueParser<Value = Color> {
    let help = ["On a terminal with colours, unless `NO_COLOR` is set", "Always", "Never"];
    let named = ["auto", "always", "never"].into_iter().zip(help);
    let values = PossibleValuesParser::new(named.map(|(name, help)| PossibleValue::new(name).help(help)));
    values.map(|name| match name.as_str() {
        "always" => Color::Always,
        "never" => Color::Never,
        _ => Color::Auto,
    })
}

/// The default state file.
pub(crate) const DEFAULT_FILE: &str = "vapi-state.yaml";

/// Arguments of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The state file.
    #[arg(short, long, global = true, value_name = "FILE", default_value = DEFAULT_FILE)]
    pub(crate) file: PathBuf,
    /// Which environment of the file to work on.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// How to print the result [default: text].
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<Format>,
    /// When to use colours.
    #[arg(long, global = true, value_name = "COLOR", value_parser = color_parser(), default_value = "auto")]
    pub(crate) color: Color,
    /// Print only the result and errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Show more (-v); also show each request (-vv).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Work with a stand-in for Vapi inside this program; it keeps its data in .vapi-sync/emulator.json (emulator-NAME.json for an
    /// environment).
    #[cfg(feature = "emulator")]
    #[arg(long, global = true)]
    pub(crate) emulator: bool,
}

/// Whether the state file at this path is found without `-f`.
pub(crate) fn is_found(file: &str) -> bool {
    file.starts_with("../") && file.trim_start_matches("../") == DEFAULT_FILE && !Path::new(DEFAULT_FILE).exists()
}

impl Global {
    /// Without `-f` and without a state file here, uses the one of the nearest parent folder inside the repository.
    pub(crate) fn find_file(&mut self) {
        if self.file != Path::new(DEFAULT_FILE) || self.file.exists() {
            return;
        }
        let Ok(here) = std::env::current_dir() else { return };
        let within = here.ancestors().take_while(|folder| !folder.join(".git").exists()).count();
        let mut found = self.file.clone();
        for folder in here.ancestors().skip(1).take(within) {
            found = Path::new("..").join(found);
            if folder.join(DEFAULT_FILE).is_file() {
                self.file = found;
                return;
            }
        }
    }

    /// The format of the result.
    pub(crate) fn format(&self) -> Format {
        self.format.unwrap_or(Format::Text)
    }

    /// Refuses a format that a command does not have. A command without formats ignores the flag.
    pub(crate) fn allow_formats(&self, allowed: &[Format]) -> Result<(), Diagnostic> {
        let format = self.format();
        if allowed.contains(&format) || allowed.is_empty() {
            return Ok(());
        }
        let name =
            |format: &Format| format.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
        let names: Vec<String> = allowed.iter().map(name).collect();
        Err(Diagnostic::usage(format!("this command cannot print --format {}", name(&format)))
            .help(format!("use one of: {}", names.join(", "))))
    }
}

/// What may be written.
#[derive(Debug, Args)]
pub(crate) struct Select {
    /// Only objects of this kind.
    #[arg(long, value_name = "KIND", value_parser = KINDS.map(named))]
    pub(crate) only: Option<String>,
    /// Only these entries: agents.receptionist, or a pattern such as 'agents.*'.
    #[arg(long, value_name = "ADDRESS", num_args = 1..)]
    pub(crate) target: Vec<String>,
}

impl Select {
    pub(crate) fn selection(&self) -> Result<Selection, Diagnostic> {
        let only = self.only.as_deref().and_then(kinds::by_option);
        Selection::new(only, &self.target)
    }
}

/// A kind on the command line, by its own name or by Vapi's.
fn named(kind: &Kind) -> PossibleValue {
    PossibleValue::new(kind.option).aliases(kind.aliases())
}

/// Whether a closed gate stops a run.
#[derive(Debug, Args)]
pub(crate) struct Gated {
    /// Write even though the environment that comes before this one is not up to date. The log says so.
    #[arg(long)]
    pub(crate) skip_gate: bool,
}

/// Whether to ask before Vapi is written to.
#[derive(Debug, Args)]
pub(crate) struct Asks {
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// What is written to Vapi, and what is not held back.
#[derive(Debug, Args)]
pub(crate) struct Choices {
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    prefer: PreferArgs,
    /// Allow Vapi to assign new phone numbers, which may cost money; a plan then includes them.
    #[arg(long)]
    allow_purchase: bool,
    /// Also send secrets that Vapi does not show, after you have changed them.
    #[arg(long)]
    send_secrets: bool,
}

impl Choices {
    /// What they decide.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            prefer: self.prefer.rules(),
            allow_purchase: self.allow_purchase,
            send_secrets: self.send_secrets,
            ..Policy::default()
        }
    }

    /// They as a saved plan keeps them.
    pub(crate) fn to_saved(&self, environment: Option<&str>) -> saved::Choices {
        saved::Choices {
            environment: environment.map(str::to_owned),
            only: self.select.only.clone(),
            target: self.select.target.clone(),
            prefer: self.prefer.prefer.clone(),
            allow_purchase: self.allow_purchase,
            send_secrets: self.send_secrets,
            restore: None,
        }
    }
}

/// What the commands that write and show a report have in common.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Commit the state file and its included files to git afterwards.
    #[arg(long)]
    pub(crate) commit: bool,
    #[command(flatten)]
    pub(crate) lists: Lists,
    #[command(flatten)]
    pub(crate) running: Running,
}

/// How a run that writes talks and waits.
#[derive(Debug, Args)]
pub(crate) struct Running {
    #[command(flatten)]
    pub(crate) net: Net,
    #[command(flatten)]
    pub(crate) waits: Waits,
}

/// How much of a report is shown.
#[derive(Debug, Args)]
pub(crate) struct Lists {
    /// Also list entries that do not change.
    #[arg(long)]
    pub(crate) all: bool,
}

/// What a workflow of GitHub is told.
#[derive(Debug, Default, Args)]
pub(crate) struct Tells {
    /// In a GitHub workflow: write its summary, outputs and annotations, and the comment on a pull request.
    #[arg(long)]
    pub(crate) github: bool,
}

/// How Vapi is talked to.
#[derive(Debug, Args)]
pub(crate) struct Net {
    /// How many requests may run at the same time.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallelism: u16,
    /// How long the whole run may take: 90s, 10m.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60m")]
    pub(crate) timeout: Duration,
    /// How long one request may take.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60s")]
    pub(crate) request_timeout: Duration,
    /// How often to retry a request that failed. Creating an object is retried only if it is certain that nothing was created.
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) retries: u8,
    /// Go on even though most objects of the file are missing in Vapi, or the organisation is empty.
    #[arg(long)]
    pub(crate) allow_mass_recreate: bool,
}

/// How long a run waits for others and for lost answers.
#[derive(Debug, Args)]
pub(crate) struct Waits {
    /// How long to wait for another run of vapi-sync to finish.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub(crate) lock_timeout: Duration,
    /// How long to look for a new object if Vapi's answer was lost.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) settle_timeout: Duration,
    /// How old what was read may be before Vapi is asked again ahead of a write [default: each object is read again where there
    /// are few, else what changed is listed after 2s].
    #[arg(long, value_name = "TIME", value_parser = duration, hide = true)]
    pub(crate) fresh: Option<Duration>,
    /// The audit log [default: .vapi-sync/audit.jsonl beside the file].
    #[arg(long, value_name = "FILE")]
    pub(crate) audit_log: Option<PathBuf>,
}

/// A duration: `500ms`, `10s`, `2m`, `1h`; a plain number is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| "write a time as 500ms, 10s, 2m or 1h".to_owned())?;
    let seconds = match unit.trim() {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err("write a time as 500ms, 10s, 2m or 1h".to_owned()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// `--prefer`.
#[derive(Debug, Args)]
pub(crate) struct PreferArgs {
    /// Who is right if both the file and Vapi changed: `file` or `vapi`. For one entry or field: file=agents.receptionist,
    /// vapi=agents.receptionist.model.temperature. If several name a field, the last one counts.
    #[arg(long, value_name = "file|vapi[=ADDRESS]", value_parser = checked_side)]
    prefer: Vec<String>,
}

impl PreferArgs {
    /// The rules. Each text was checked when the command line was read.
    pub(crate) fn rules(&self) -> Prefer {
        Prefer::parse(&self.prefer).unwrap_or_default()
    }
}

fn checked_side(text: &str) -> Result<String, String> {
    Prefer::parse(&[text.to_owned()]).map(|_| text.to_owned())
}

/// What a pull takes into the file.
#[derive(Debug, Args)]
pub(crate) struct Takes {
    /// Update only fields that the file already has; add no new ones.
    #[arg(long)]
    pub(crate) declared_only: bool,
    /// Keep long prompts in the state file: those of new agents go into prompts/ otherwise.
    #[arg(long)]
    pub(crate) inline: bool,
}
