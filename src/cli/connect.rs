//! Connects a command to Vapi, or to an emulator in this process.

use std::collections::HashMap;
use std::sync::Arc;

use super::App;
use super::args::Net;
use super::file::{Empty, Loaded};
use crate::model::Secret;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::state::environments::variable_of;
use crate::state::load::interpret;
use crate::vapi::{Connection, Reader, RetryLimits, Settings, Transport, WHERE_KEYS_ARE};

/// A connection to Vapi. An emulator in this process lives as long as it.
pub(super) struct Vapi {
    pub(super) transport: Transport,
    #[cfg(feature = "emulator")]
    _emulator: Option<crate::emulator::Emulator>,
    _listening: Listening,
}

impl Vapi {
    /// The URL of the dashboard of this Vapi, if it is known.
    pub(super) fn dashboard(&self) -> Option<&'static str> {
        dashboard_of(&self.transport.connection().host())
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.transport.clone())
    }
}

/// An environment variable for a run: the one of its environment, else the common one. The common API key only counts if one
/// environment is named.
fn lookup(app: &App, word: &str) -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    let Some(environment) = app.environment() else { return set(word) };
    let is_key = word != "VAPI_BASE_URL";
    let own = |word: &str| set(&variable_of(word, environment));
    match word {
        "VAPI_TOKEN" if own("VAPI_API_KEY").is_some() => None,
        _ if is_key && app.over_all => own(word),
        _ => own(word).or_else(|| set(word)),
    }
}

/// The API key, if there is one.
pub(super) fn key(app: &App) -> Option<Secret> {
    #[cfg(feature = "emulator")]
    if app.global.emulator {
        return Some(Secret::new(crate::emulator::DEFAULT_KEY, Vec::new()));
    }
    Some(Secret::new(lookup(app, "VAPI_API_KEY").or_else(|| lookup(app, "VAPI_TOKEN"))?, Vec::new()))
}

/// Runs a command that talks to Vapi.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, Diagnostics>>) -> Result<T, Diagnostics> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| Diagnostic::error("runtime", format!("the program cannot start: {error}")))?;
    runtime.block_on(future)
}

/// Prepares the connection. Nothing is sent yet. Ctrl-C stops it.
pub(super) async fn open(app: &App, net: &Net) -> Result<Vapi, Diagnostic> {
    let trace = (app.global.verbose >= 2).then(|| {
        let output = app.output.clone();
        Arc::new(move |line: &str| output.message(&format!("{line}\n"))) as crate::vapi::Trace
    });
    let output = app.output.clone();
    let waiting = Arc::new(move |wait| output.waiting(wait));
    let attempts = u32::from(net.retries) + 1;
    let defaults = RetryLimits::default();
    let settings = Settings {
        parallelism: net.parallelism.into(),
        deadline: net.timeout,
        request_timeout: net.request_timeout,
        retry: RetryLimits { attempts, attempts_unreached: defaults.attempts_unreached.min(attempts), ..defaults },
        trace,
        waiting: Some(waiting),
        redactor: app.output.redactor().clone(),
        ..Settings::default()
    };
    #[cfg(feature = "emulator")]
    if app.global.emulator {
        let emulator = start_emulator(app).await?;
        let key = Secret::new(crate::emulator::DEFAULT_KEY, Vec::new());
        let connection = Connection::new(&emulator.base_url(), key)?;
        let transport = Transport::new(connection, settings);
        return Ok(Vapi { _listening: stop_on_signal(&transport), transport, _emulator: Some(emulator) });
    }
    let of_file = own_keys(app)?;
    if let (Some(environment), None) = (app.environment(), key(app)) {
        let variable = variable_of("VAPI_API_KEY", environment);
        return Err(
            Diagnostic::error("vapi-key", format!("neither {variable} nor VAPI_API_KEY is set")).help(WHERE_KEYS_ARE)
        );
    }
    let connection = Connection::from_env(|name| {
        let given = lookup(app, name);
        if name == "VAPI_BASE_URL" { given.or_else(|| of_file.clone()) } else { given }
    })?;
    let transport = Transport::new(connection, settings);
    Ok(Vapi {
        _listening: stop_on_signal(&transport),
        transport,
        #[cfg(feature = "emulator")]
        _emulator: None,
    })
}

/// Checks that no two environments of the file have the same key. Gives the URL of Vapi in the file.
fn own_keys(app: &App) -> Result<Option<String>, Diagnostic> {
    // Errors in the file are reported when it is read for the plan.
    let Some(environment) = app.environment() else { return Ok(None) };
    let Ok(loaded) = Loaded::read(&app.global.file, app.whose(), Empty::Filled) else { return Ok(None) };
    let Ok(state) = interpret(&loaded.document, &loaded.whose) else { return Ok(None) };
    let mut keys: HashMap<String, String> = HashMap::new();
    for of in &state.environments.all {
        let variable = variable_of("VAPI_API_KEY", of.name);
        let own = std::env::var(&variable).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        let plain =
            || key(app).and_then(|key| key.expose().map(str::to_owned)).map(|key| (key, "VAPI_API_KEY".to_owned()));
        let is_this = of.name == environment;
        let held = own.map(|key| (key, variable)).or_else(|| if is_this { plain() } else { None });
        let Some((key, variable)) = held else { continue };
        let Some(other) = keys.insert(key, variable.clone()) else { continue };
        return Err(Diagnostic::error("one-key", format!("{other} and {variable} are the same key. Nothing was done"))
            .help("each environment is an organisation of its own, with its own key: set the right one for each"));
    }
    Ok(state.environment().and_then(|of| of.base_url).map(str::to_owned))
}

/// The dashboard for a host of the API. The one for the EU is not documented, so there is no link for it.
fn dashboard_of(host: &str) -> Option<&'static str> {
    (host == "api.vapi.ai").then_some("https://dashboard.vapi.ai")
}

/// Waits for signals until it is dropped.
pub(super) struct Listening(tokio::task::AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Stops a run on Ctrl-C and SIGTERM: requests in progress are finished, no others are started. A second signal ends it at
/// once.
fn stop_on_signal(transport: &Transport) -> Listening {
    let transport = transport.clone();
    let task = tokio::spawn(async move {
        loop {
            if signal().await.is_err() {
                return;
            }
            if transport.is_stopped() {
                std::process::exit(130);
            }
            transport.stop();
        }
    });
    Listening(task.abort_handle())
}

#[cfg(unix)]
pub(super) async fn signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(feature = "emulator")]
async fn start_emulator(app: &App) -> Result<crate::emulator::Emulator, Diagnostic> {
    let state_file = crate::files::Disk::at(&app.global.file, "");
    let name = match app.environment() {
        Some(environment) => format!("emulator-{environment}.json"),
        None => "emulator.json".to_owned(),
    };
    let data = crate::files::workdir::Workdir::beside(state_file.real()).path(&name);
    match crate::files::open_own(std::fs::File::options().read(true), &data).and_then(|file| file.metadata()) {
        Ok(file) if file.len() <= crate::files::MAX_BYTES => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        other => {
            let why = other.map_or_else(|error| error.to_string(), |_| "it is larger than 64 MiB".to_owned());
            return Err(Diagnostic::error(
                "emulator",
                format!("the emulator's data {} cannot be read: {why}", data.display()),
            ));
        }
    }
    let own = app.environment().map(crate::emulator::Config::of_environment).unwrap_or_default();
    let config = crate::emulator::Config { data: Some(data.clone()), ..own };
    crate::emulator::Emulator::start(config).await.map_err(|error| {
        Diagnostic::error("emulator", format!("the emulator cannot start with its data in {}: {error}", data.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::dashboard_of;

    #[test]
    fn only_the_dashboard_that_is_known_is_linked() {
        assert_eq!(dashboard_of("api.vapi.ai"), Some("https://dashboard.vapi.ai"));
        for host in ["api.eu.vapi.ai", "127.0.0.1:8787", "api.vapi.ai.example.com", "dashboard.vapi.ai"] {
            assert_eq!(dashboard_of(host), None, "{host}");
        }
    }
}
