//! `emulator`: a local Vapi.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::connect::{block_on, signal};
use super::{App, Finish};
use crate::emulator::generate::Size;
use crate::emulator::{self, Collection, Config, Emulator, Fault, RateLimit, RetryAfter, parse_duration};
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::escape::shell_word;

/// The default data file of `emulator request` and of `--emulator`.
const DEFAULT_DATA: &str = ".vapi-sync/emulator.json";

/// Run a local Vapi to try things out on, until Ctrl-C.
///
/// It is as strict as Vapi, makes no calls and costs nothing.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Offline>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Offline {
    /// Run one request against a data file, without a server, like a change in the dashboard.
    Request(RequestArgs),
    /// Fill a data file with an organisation: assistants, tools of all types, squads, structured outputs, numbers.
    ///
    /// They refer to each other in circles, as in organisations that grew for years.
    Seed(SeedArgs),
}

#[derive(Debug, clap::Args)]
struct ServeArgs {
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Keep the objects in this JSON file (default: in memory).
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Latency of each request: 50ms, 2s.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_duration)]
    latency: Duration,
    /// Maximum random extra latency.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_duration)]
    jitter: Duration,
    /// Rate limit of each organisation, answered with 429: 10/s, 300/m.
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    rate_limit: Option<f64>,
    /// Format of the Retry-After header of a 429.
    #[arg(long, value_parser = retry_after(), default_value = "seconds")]
    retry_after: RetryAfter,
    /// Inject a fault (repeatable): 'POST /assistant nth=2 after status=502' (--help has the syntax).
    #[arg(long, value_name = "FAULT", long_help = emulator::FAULT_GRAMMAR)]
    fault: Vec<Fault>,
    /// Delay before a new object shows up in lists.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_duration)]
    list_lag: Duration,
    /// Give assistants version numbers, as Vapi does for organisations with versioning.
    #[arg(long)]
    versions: bool,
    /// Seed of ids and random choices.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// An API key and its organisation (repeatable; default: the key `emulator`).
    #[arg(long, value_name = "KEY=ORG", value_parser = parse_key)]
    key: Vec<(String, String)>,
    /// Start with this many random assistants, and a quarter as many phone numbers, if there are none.
    #[arg(long, value_name = "N", default_value_t = 0)]
    generate: usize,
}

#[derive(Debug, clap::Args)]
struct SeedArgs {
    /// How many assistants; there are twice as many tools, and a third as many squads and structured outputs.
    #[arg(long, value_name = "N", default_value_t = 12)]
    assistants: usize,
    /// Seed of the random choices.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// The data file. It must not hold objects yet.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

#[derive(Debug, clap::Args)]
struct RequestArgs {
    /// GET, POST, PATCH or DELETE.
    method: String,
    /// /assistant, /phone-number/ID, '/tool?limit=5'.
    path: String,
    /// The body.
    json: Option<String>,
    /// The data file.
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

/// `vapi-sync emulator`. A server runs until Ctrl-C or SIGTERM. The exit code is 1 if Vapi would have refused the one
/// request of `request`, else 0.
pub(super) fn run(app: &App, args: Args) -> Result<Finish, Diagnostics> {
    let say = |text: &str| app.output.result(text).map_err(|error| anyhow!(error.message));
    let code = block_on(async {
        let ended = run_until(args, say, signal()).await;
        ended.map_err(|error| Diagnostic::error("emulator", format!("{error:#}")).into())
    })?;
    Ok(Finish { code: Some(code), ..Finish::default() })
}

/// Runs the command, a server until `stop` completes.
async fn run_until(
    args: Args,
    mut say: impl FnMut(&str) -> anyhow::Result<()>,
    stop: impl Future<Output = io::Result<()>>,
) -> anyhow::Result<u8> {
    match args.command {
        Some(Offline::Request(RequestArgs { method, path, json, data })) => {
            let (status, body) = emulator::request(data, &method, &path, &json.unwrap_or_default())?;
            say(&format!("{body:#}\n"))?;
            Ok(u8::from(status >= 400))
        }
        Some(Offline::Seed(args)) => {
            let counts = emulator::seed(&args.data, args.seed, args.size())?;
            let lines = counts.iter().map(|(collection, count)| format!("{count:4} /{}\n", collection.path()));
            say(&lines.collect::<String>())?;
            Ok(0)
        }
        None => {
            let generate = args.serve.generate;
            let config = args.serve.into_config();
            let key = config.keys.first().map_or("", |(key, _)| key);
            let key = format!("export VAPI_API_KEY={}\n", shell_word(key));
            let emulator = Emulator::start(config).await?;
            if emulator.objects(Collection::Assistant).is_empty() {
                emulator.generate(generate);
            }
            let url = emulator.base_url();
            say(&format!("# A local Vapi. Press Ctrl-C to stop it.\nexport VAPI_BASE_URL={url}\n{key}"))?;
            stop.await?;
            emulator.shutdown().await;
            Ok(0)
        }
    }
}

impl ServeArgs {
    fn into_config(self) -> Config {
        let retry_after = self.retry_after;
        let default = Config::default();
        Config {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            keys: if self.key.is_empty() { default.keys } else { self.key },
            data: self.data,
            latency: self.latency,
            jitter: self.jitter,
            rate_limit: self.rate_limit.map(|per_second| RateLimit {
                per_second,
                burst: per_second.ceil() as u32,
                retry_after,
            }),
            faults: self.fault,
            list_lag: self.list_lag,
            seed: self.seed,
            versions: self.versions,
            keep_hits: false,
            ..default
        }
    }
}

impl SeedArgs {
    fn size(&self) -> Size {
        let third = self.assistants.div_ceil(3);
        Size {
            tools: self.assistants * 2,
            assistants: self.assistants,
            squads: third,
            outputs: third,
            numbers: self.assistants.div_ceil(2),
        }
    }
}

/// A rate in requests per second.
fn parse_rate(text: &str) -> Result<f64, String> {
    let problem = || "write a rate as `10/s` or `300/m`".to_owned();
    let (number, unit) = text.split_once('/').ok_or_else(problem)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(problem()),
    };
    match number.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number / seconds),
        _ => Err(problem()),
    }
}

fn parse_key(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, org)) if !key.is_empty() && !org.is_empty() => Ok((key.to_owned(), org.to_owned())),
        _ => Err("expected `KEY=ORG`".to_owned()),
    }
}

/// The words for the format of a `Retry-After` header.
fn retry_after() -> impl TypedValueParser<Value = RetryAfter> {
    let words = [
        PossibleValue::new("seconds").help("Whole seconds, rounded up"),
        PossibleValue::new("date").help("An HTTP date"),
        PossibleValue::new("none").help("No header"),
    ];
    PossibleValuesParser::new(words).map(|word| match word.as_str() {
        "seconds" => RetryAfter::Seconds,
        "date" => RetryAfter::Date,
        _ => RetryAfter::Absent,
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use anyhow::Context;
    use clap::{CommandFactory, Parser};
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    async fn run_line(line: &[&str]) -> anyhow::Result<(u8, String)> {
        let args = Line::try_parse_from([&["emulator"], line].concat())?.args;
        let mut out = String::new();
        let say = |text: &str| Ok(write!(out, "{text}")?);
        let code = run_until(args, say, async { Ok(()) }).await?;
        Ok((code, out))
    }

    #[test]
    fn the_arguments_are_sound() {
        Line::command().debug_assert();
    }

    #[tokio::test]
    async fn it_says_what_a_shell_needs() -> anyhow::Result<()> {
        let (code, out) = run_line(&["--port", "0", "--key", "a'b=org"]).await?;
        assert_eq!(code, 0);
        assert!(out.contains("\nexport VAPI_BASE_URL=http://127.0.0.1:"), "{out}");
        assert!(out.ends_with("\nexport VAPI_API_KEY='a'\\''b'\n"), "{out}");
        Ok(())
    }

    #[tokio::test]
    async fn a_request_without_a_server() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("new/data.json");
        let data = data.to_str().context("path")?;
        let (code, made) = run_line(&["request", "post", "assistant", r#"{"name":"A"}"#, "--data", data]).await?;
        assert_eq!(code, 0, "{made}");
        let made: Value = serde_json::from_str(&made)?;
        let path = format!("/assistant/{}", made["id"].as_str().context("id")?);
        let (code, _) = run_line(&["request", "PATCH", &path, r#"{"firstMessage":"Hi"}"#, "--data", data]).await?;
        assert_eq!(code, 0);
        let (_, list) = run_line(&["request", "GET", "/assistant?limit=5", "--data", data]).await?;
        assert_eq!(serde_json::from_str::<Value>(&list)?[0]["firstMessage"], "Hi");
        let (code, refusal) = run_line(&["request", "POST", "/assistant", r#"{"x":1}"#, "--data", data]).await?;
        assert_eq!(code, 1);
        assert!(refusal.contains("property x should not exist"), "{refusal}");
        Ok(())
    }

    #[tokio::test]
    async fn an_organisation_is_seeded_once() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data.json");
        let data = data.to_str().context("path")?;
        let (code, told) = run_line(&["seed", "--data", data, "--assistants", "6"]).await?;
        assert_eq!(code, 0);
        let told: Vec<&str> = told.split_whitespace().collect();
        let expected = "6 /assistant 3 /phone-number 12 /tool 2 /squad 2 /structured-output";
        assert_eq!(told.join(" "), expected);
        assert!(run_line(&["seed", "--data", data]).await.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn it_begins_with_made_up_objects_once() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data.json");
        let data = data.to_str().context("path")?;
        for _ in 0..2 {
            run_line(&["--port", "0", "--data", data, "--generate", "8"]).await?;
        }
        let (_, list) = run_line(&["request", "GET", "/assistant", "--data", data]).await?;
        assert_eq!(serde_json::from_str::<Vec<Value>>(&list)?.len(), 8);
        let (_, list) = run_line(&["request", "GET", "/phone-number", "--data", data]).await?;
        let numbers: Vec<Value> = serde_json::from_str(&list)?;
        assert_eq!(numbers.len(), 2);
        assert!(numbers.iter().all(|number| number["assistantId"].is_string()));
        Ok(())
    }

    #[test]
    fn options_become_what_they_say() -> anyhow::Result<()> {
        let line =
            ["emulator", "--rate-limit", "90/m", "--retry-after", "none", "--latency", "5ms", "--list-lag", "2s"];
        let config = Line::try_parse_from(line)?.args.serve.into_config();
        let limit = RateLimit { per_second: 1.5, burst: 2, retry_after: RetryAfter::Absent };
        assert_eq!(config.rate_limit, Some(limit));
        assert_eq!((config.latency, config.list_lag), (Duration::from_millis(5), Duration::from_secs(2)));
        for bad in [
            ["--fault", "explode"],
            ["--rate-limit", "10"],
            ["--rate-limit", "0/s"],
            ["--key", "k"],
            ["--latency", "5"],
        ] {
            let refusal = Line::try_parse_from(["emulator", bad[0], bad[1]]).map_err(|error| error.to_string());
            assert!(refusal.is_err_and(|message| message.contains(bad[1])), "{bad:?}");
        }
        Ok(())
    }
}
