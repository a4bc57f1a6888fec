//! The way to Vapi for a command: a real one, or an emulator inside this process.

use std::sync::Arc;

use super::App;
use super::args::Net;
use crate::model::Secret;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::vapi::{Connection, Reader, RetryLimits, Settings, Transport};

/// A way to Vapi. What is inside the process lives as long as it.
pub(super) struct Vapi {
    pub(super) transport: Transport,
    #[cfg(feature = "emulator")]
    _emulator: Option<crate::emulator::Emulator>,
    _listening: Listening,
}

impl Vapi {
    /// Where the dashboard shows what this Vapi holds, if that is known.
    pub(super) fn dashboard(&self) -> Option<&'static str> {
        (self.transport.connection().host() == "api.vapi.ai").then_some("https://dashboard.vapi.ai")
    }

    pub(super) fn reader(&self) -> Reader {
        Reader::new(self.transport.clone())
    }
}

/// The API key, if there is one.
pub(super) fn key(app: &App) -> Option<Secret> {
    #[cfg(feature = "emulator")]
    if app.global.emulator {
        return Some(Secret::new(crate::emulator::DEFAULT_KEY, Vec::new()));
    }
    let set = |name: &str| std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    Some(Secret::new(set("VAPI_API_KEY").or_else(|| set("VAPI_TOKEN"))?, Vec::new()))
}

/// Runs a command that talks to Vapi.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, Diagnostics>>) -> Result<T, Diagnostics> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| Diagnostic::error("runtime", format!("the program cannot start: {error}")))?;
    runtime.block_on(future)
}

/// Opens the way to Vapi. Nothing is sent yet. Ctrl-C stops it.
pub(super) async fn open(app: &App, net: &Net) -> Result<Vapi, Diagnostic> {
    let trace = (app.global.verbose >= 2).then(|| {
        let output = app.output.clone();
        Arc::new(move |line: &str| output.message(&format!("{line}\n"))) as crate::vapi::Trace
    });
    let attempts = u32::from(net.retries) + 1;
    let defaults = RetryLimits::default();
    let settings = Settings {
        parallelism: net.parallelism.into(),
        deadline: net.timeout,
        request_timeout: net.request_timeout,
        retry: RetryLimits { attempts, attempts_unreached: defaults.attempts_unreached.min(attempts), ..defaults },
        trace,
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
    let connection = Connection::from_env(|name| std::env::var(name).ok())?;
    let transport = Transport::new(connection, settings);
    Ok(Vapi {
        _listening: stop_on_signal(&transport),
        transport,
        #[cfg(feature = "emulator")]
        _emulator: None,
    })
}

/// Waits for signals until it is dropped.
pub(super) struct Listening(tokio::task::AbortHandle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Stops a run on Ctrl-C and SIGTERM: what is in hand is finished, nothing new is begun. A second one ends it at once.
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
    let data = crate::files::workdir::Workdir::beside(state_file.real()).path("emulator.json");
    match crate::files::open_own(std::fs::File::options().read(true), &data).and_then(|file| file.metadata()) {
        Ok(file) if file.len() <= crate::files::MAX_BYTES => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        other => {
            let why = other.map_or_else(|error| error.to_string(), |_| "it is too large".to_owned());
            return Err(Diagnostic::error("emulator", format!("{} cannot be read: {why}", data.display())));
        }
    }
    let config = crate::emulator::Config { data: Some(data.clone()), ..crate::emulator::Config::default() };
    crate::emulator::Emulator::start(config).await.map_err(|error| {
        Diagnostic::error("emulator", format!("the emulator cannot start on {}: {error}", data.display()))
    })
}

/// A writer to stdout through the one way out.
#[cfg(feature = "emulator")]
struct Through<'o>(&'o crate::render::Output);

#[cfg(feature = "emulator")]
impl std::io::Write for Through<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.result(&text).map(|()| bytes.len()).map_err(|error| std::io::Error::other(error.message))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `vapi-sync emulator`.
#[cfg(feature = "emulator")]
pub(super) fn emulator(app: &App, args: crate::emulator::EmulatorArgs) -> Result<super::Finish, Diagnostics> {
    block_on(async {
        let mut out = Through(&app.output);
        match crate::emulator::run(args, &mut out).await {
            Ok(code) => Ok(super::Finish { code: Some(code), ..super::Finish::default() }),
            Err(error) => Err(Diagnostic::error("emulator", error.to_string()).into()),
        }
    })
}
