//! The command `vapi-sync emulator`.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::api::Call;
use super::config::{Config, RateLimit, RetryAfter};
use super::fault::Fault;
use super::state::State;
use super::{Emulator, duration, fault_text, seed};

/// The default data file of `emulator request` and of `--emulator`.
pub const DEFAULT_DATA: &str = ".vapi-sync/emulator.json";

/// Run a local Vapi to try things out on, until Ctrl-C.
///
/// It is as strict as Vapi, makes no calls and costs nothing.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct EmulatorArgs {
    #[command(subcommand)]
    command: Option<EmulatorCommand>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum EmulatorCommand {
    /// Run one request against a data file, without a server, like a change in the dashboard.
    Request(RequestArgs),
    /// Fill a data file with an organisation: assistants, tools of all types, squads, structured outputs, numbers.
    ///
    /// They refer to each other in circles, as in organisations that grew for years.
    Seed(seed::Args),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Keep the objects in this JSON file (default: in memory).
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Latency of each request: 50ms, 2s.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration::parse)]
    latency: Duration,
    /// Maximum random extra latency.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration::parse)]
    jitter: Duration,
    /// Rate limit of each organisation, answered with 429: 10/s, 300/m.
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    rate_limit: Option<f64>,
    /// Format of the Retry-After header of a 429.
    #[arg(long, value_enum, default_value_t = RetryAfter::Seconds)]
    retry_after: RetryAfter,
    /// Inject a fault (repeatable): 'POST /assistant nth=2 after status=502' (--help has the syntax).
    #[arg(long, value_name = "FAULT", long_help = fault_text::GRAMMAR)]
    fault: Vec<Fault>,
    /// Delay before a new object shows up in lists.
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration::parse)]
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

#[derive(Debug, Args)]
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

/// Runs the command; a server runs until Ctrl-C or SIGTERM. Returns the exit code: 1 if Vapi would have refused
/// the one request of `request`, else 0.
///
/// # Errors
/// If the port or the data file cannot be opened, or `out` cannot be written to.
pub async fn run(args: EmulatorArgs, out: &mut impl Write) -> io::Result<u8> {
    run_until(args, out, interrupted()).await
}

/// [`run`] until `stop` completes.
pub(super) async fn run_until(
    args: EmulatorArgs,
    out: &mut impl Write,
    stop: impl Future<Output = io::Result<()>>,
) -> io::Result<u8> {
    match args.command {
        Some(EmulatorCommand::Request(args)) => request(&args, out),
        Some(EmulatorCommand::Seed(args)) => seed::run(&args, out),
        None => serve(args.serve, out, stop).await,
    }
}

async fn serve(args: ServeArgs, out: &mut impl Write, stop: impl Future<Output = io::Result<()>>) -> io::Result<u8> {
    let generate = args.generate;
    let emulator = Emulator::start(args.into_config()).await?;
    if emulator.objects(super::Collection::Assistant).is_empty() {
        emulator.generate(generate);
    }
    let key = emulator.shared.config.keys.first().map_or("", |(key, _)| key);
    writeln!(out, "# A local Vapi. Press Ctrl-C to stop it.")?;
    writeln!(out, "export VAPI_BASE_URL={}", emulator.base_url())?;
    writeln!(out, "export VAPI_API_KEY={}", quoted(key))?;
    out.flush()?;
    stop.await?;
    emulator.shutdown().await;
    Ok(0)
}

fn request(args: &RequestArgs, out: &mut impl Write) -> io::Result<u8> {
    let config = Config { data: Some(args.data.clone()), ..Config::default() };
    let (path, query) = args.path.split_once('?').unwrap_or((&args.path, ""));
    let call = Call {
        method: &args.method.to_uppercase(),
        path: &format!("/{}", path.trim_start_matches('/')),
        query,
        org: config.keys.first().map(|(_, org)| org.as_str()),
        body: args.json.as_deref().unwrap_or_default().as_bytes(),
    };
    let answer = State::open(&config)?.answer(&config, &call);
    writeln!(out, "{:#}", answer.body)?;
    Ok(u8::from(answer.status >= 400))
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

async fn interrupted() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
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

/// Quotes a word for the shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: EmulatorArgs,
    }

    async fn run_line(line: &[&str]) -> Result<(u8, String), Box<dyn std::error::Error>> {
        let args = Line::try_parse_from([&["emulator"], line].concat())?.args;
        let mut out = Vec::new();
        let code = run_until(args, &mut out, async { Ok(()) }).await?;
        Ok((code, String::from_utf8(out)?))
    }

    #[test]
    fn the_arguments_are_sound() {
        Line::command().debug_assert();
    }

    #[tokio::test]
    async fn it_says_what_a_shell_needs() -> Result<(), Box<dyn std::error::Error>> {
        let (code, out) = run_line(&["--port", "0", "--key", "a'b=org"]).await?;
        assert_eq!(code, 0);
        assert!(out.contains("\nexport VAPI_BASE_URL=http://127.0.0.1:"), "{out}");
        assert!(out.ends_with("\nexport VAPI_API_KEY='a'\\''b'\n"), "{out}");
        Ok(())
    }

    #[tokio::test]
    async fn a_request_without_a_server() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("new/data.json");
        let data = data.to_str().ok_or("path")?;
        let (code, made) = run_line(&["request", "post", "assistant", r#"{"name":"A"}"#, "--data", data]).await?;
        assert_eq!(code, 0, "{made}");
        let made: Value = serde_json::from_str(&made)?;
        let path = format!("/assistant/{}", made["id"].as_str().ok_or("id")?);
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
    async fn an_organisation_is_seeded_once() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data.json");
        let data = data.to_str().ok_or("path")?;
        let (code, told) = run_line(&["seed", "--data", data, "--assistants", "6"]).await?;
        assert_eq!(code, 0);
        let told: Vec<&str> = told.split_whitespace().collect();
        let expected = "6 /assistant 3 /phone-number 12 /tool 2 /squad 2 /structured-output";
        assert_eq!(told.join(" "), expected);
        assert!(run_line(&["seed", "--data", data]).await.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn it_begins_with_made_up_objects_once() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data.json");
        let data = data.to_str().ok_or("path")?;
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
    fn options_become_what_they_say() -> Result<(), Box<dyn std::error::Error>> {
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
