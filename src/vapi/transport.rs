//! One HTTP client for a run: sends, waits its turn, tries again where that is safe, and reads the answer.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, Request, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

use super::answer::judge;
use super::connection::Connection;
use super::error::{Certainty, Fault, Problem, RequestError};
use super::gate::Gate;
use super::pace::Signal;
use super::retry::{RetryLimits, Spent};
use super::stats::{Counters, Stats};

/// No list page of Vapi comes near it; a body beyond it is an attack on our memory.
const LARGEST_BODY: usize = 1 << 30;

/// What a transport may be told.
#[derive(Clone)]
pub struct Settings {
    /// The most requests under way at once.
    pub parallelism: usize,
    /// How long one attempt may take, from connecting to the last byte.
    pub request_timeout: Duration,
    /// How long opening a connection may take.
    pub connect_timeout: Duration,
    /// How long after the first request a request may still be started. It ends waits, never a request in hand.
    pub deadline: Duration,
    /// How often a request is tried.
    pub retry: RetryLimits,
    /// Is given a line per attempt: method, path with query, status, milliseconds; no header, no body.
    pub trace: Option<Trace>,
}

/// Takes one line for people.
pub type Trace = Arc<dyn Fn(&str) + Send + Sync>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            parallelism: 16,
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(60 * 60),
            retry: RetryLimits::default(),
            trace: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parallelism, request_timeout, connect_timeout, deadline, retry, trace } = self;
        f.debug_struct("Settings")
            .field("parallelism", parallelism)
            .field("request_timeout", request_timeout)
            .field("connect_timeout", connect_timeout)
            .field("deadline", deadline)
            .field("retry", retry)
            .field("trace", &trace.is_some())
            .finish()
    }
}

/// The way to Vapi for one run. Cheap to clone: clones share pace, connections, counters and the stop flag.
#[derive(Debug, Clone)]
pub struct Transport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connection: Connection,
    settings: Settings,
    /// Made at the first request: reading the system's certificates takes a while.
    client: OnceLock<Result<Client, String>>,
    began: OnceLock<Instant>,
    gate: Gate,
    counters: Counters,
    reached: AtomicBool,
    stopped: watch::Sender<bool>,
}

/// An answer that could be read.
#[derive(Debug)]
pub struct Answer<T> {
    /// The status, a 2xx.
    pub status: u16,
    /// What it says.
    pub value: T,
}

impl Transport {
    /// A transport that has not done anything yet: no client, no certificates, no connection.
    pub fn new(connection: Connection, settings: Settings) -> Self {
        Self {
            shared: Arc::new(Shared {
                gate: Gate::new(settings.parallelism),
                connection,
                settings,
                client: OnceLock::new(),
                began: OnceLock::new(),
                counters: Counters::default(),
                reached: AtomicBool::new(false),
                stopped: watch::Sender::new(false),
            }),
        }
    }

    /// Where it leads.
    pub fn connection(&self) -> &Connection {
        &self.shared.connection
    }

    /// The most requests that are under way at once.
    pub fn parallelism(&self) -> usize {
        self.shared.settings.parallelism
    }

    /// Lets no further request start, not even a repetition; what is under way is finished. For Ctrl-C.
    pub fn stop(&self) {
        self.shared.stopped.send_replace(true);
    }

    /// Whether [`Transport::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        *self.shared.stopped.borrow()
    }

    /// What was sent so far.
    pub fn stats(&self) -> Stats {
        self.shared.counters.snapshot()
    }

    /// Reads `path`, trying again as often as the settings allow.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, RequestError> {
        self.execute(path, query, Client::get).await
    }

    /// Sends a request and reads its answer as JSON. `build` makes it from the client and the address, once per
    /// attempt; key, time limit and pace are added here. For [`super::Reader`] and `apply::writer`, which is the only
    /// one to build anything but a GET.
    ///
    /// What is sent again: a GET or PATCH after anything that may pass. A POST only where it is certain that it was not
    /// carried out: after a 429, and when no connection could be opened. Any other method is not sent at all.
    ///
    /// # Errors
    /// A [`RequestError`], whose [`Certainty`] says whether it may have been carried out all the same: always so for a
    /// POST that was sent and got no answer, a 5xx, or an answer that is not a `T`.
    pub(crate) async fn execute<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        build: impl Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Answer<T>, RequestError> {
        let shared = &*self.shared;
        let url = shared.connection.url(path, query);
        let mut method = Method::GET;
        let mut spent = Spent::default();
        let mut earlier = Certainty::NotSent;
        let mut attempts = 0;
        loop {
            let attempt = async {
                let (client, request) = shared.prepare(&url, &build)?;
                method = request.method().clone();
                let pass = shared.in_time(shared.gate.enter()).await?;
                attempts += 1;
                shared.counters.sent(attempts);
                let (signal, outcome) = shared.send(client, request).await;
                pass.end(signal);
                outcome
            };
            let fault = match attempt.await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let refused = matches!(fault.problem, Problem::RateLimited(_));
            let may_repeat = fault.passing && (method != Method::POST || fault.certainty == Certainty::NotSent);
            let wait = may_repeat
                .then(|| {
                    let reached = shared.reached.load(Ordering::Relaxed);
                    spent.next_wait(&shared.settings.retry, refused, fault.retry_after, reached, rand::random())
                })
                .flatten();
            let fail = |fault: Fault, earlier| {
                Err(fault.into_error(&shared.connection, method.as_str(), path, earlier, attempts))
            };
            let Some(wait) = wait else { return fail(fault, earlier) };
            earlier = earlier.max(fault.certainty);
            if let Err(ended) = shared.in_time(tokio::time::sleep(wait)).await {
                return fail(ended, earlier);
            }
        }
    }
}

impl Shared {
    fn prepare(&self, url: &Url, build: impl Fn(&Client, Url) -> RequestBuilder) -> Result<(&Client, Request), Fault> {
        let client = self.client.get_or_init(|| self.build_client());
        let setup = |why: String| Fault::new(Problem::Setup(why), Certainty::NotSent, false);
        let client = client.as_ref().map_err(|why| setup(why.clone()))?;
        let bearer = format!("Bearer {}", self.connection.key().expose().unwrap_or_default());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| setup("the key cannot stand in a header".into()))?;
        bearer.set_sensitive(true);
        let request = build(client, url.clone())
            .header(AUTHORIZATION, bearer)
            .timeout(self.settings.request_timeout)
            .build()
            .map_err(|error| setup(cause(&error)))?;
        if [Method::GET, Method::POST, Method::PATCH].contains(request.method()) {
            Ok((client, request))
        } else {
            Err(setup(format!("{} is not sent: vapi-sync reads, creates and updates, nothing else", request.method())))
        }
    }

    fn build_client(&self) -> Result<Client, String> {
        // The second call of a process finds one installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("vapi-sync/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            // Every repetition is decided here, where it is known what must not be sent twice.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.settings.connect_timeout)
            .pool_max_idle_per_host(self.settings.parallelism);
        let client = if self.connection.is_loopback() {
            // A proxy would get the key in plain text. And the system's certificates are for nobody here.
            client.no_proxy().tls_certs_only([])
        } else {
            client.https_only(true)
        };
        client.build().map_err(|error| cause(&error))
    }

    /// Waits for `wait`, but not beyond the stop flag and the deadline.
    async fn in_time<T>(&self, wait: impl Future<Output = T>) -> Result<T, Fault> {
        let mut stopped = self.stopped.subscribe();
        let began = *self.began.get_or_init(Instant::now);
        let ended = |problem| Err(Fault::new(problem, Certainty::NotSent, false));
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => ended(Problem::Interrupted),
            () = tokio::time::sleep_until(began + self.settings.deadline) => ended(Problem::Deadline(self.settings.deadline)),
            value = wait => Ok(value),
        }
    }

    async fn send<T: DeserializeOwned>(&self, client: &Client, request: Request) -> (Signal, Result<Answer<T>, Fault>) {
        let began = Instant::now();
        let line = self.settings.trace.as_ref().map(|_| {
            let query = request.url().query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{} {}{query}", request.method(), request.url().path())
        });
        let (status, bytes, outcome) = self.receive(client, request).await;
        let took = began.elapsed();
        let signal = match (&outcome, status) {
            (_, Some(StatusCode::TOO_MANY_REQUESTS)) => Signal::Refused(match &outcome {
                Err(fault) => fault.retry_after.filter(|wait| *wait <= self.settings.retry.patience),
                Ok(_) => None,
            }),
            (Ok(_), _) => Signal::Accepted,
            (Err(fault), _) if fault.certainty == Certainty::Refused => Signal::Accepted,
            (Err(_), _) => Signal::Nothing,
        };
        self.counters.ended(matches!(signal, Signal::Refused(_)), bytes, took);
        if status.is_some() {
            self.reached.store(true, Ordering::Relaxed);
        }
        if let (Some(trace), Some(line)) = (&self.settings.trace, line) {
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.as_str().to_owned());
            trace(&format!("{line} {status} {} ms", took.as_millis()));
        }
        (signal, outcome)
    }

    async fn receive<T: DeserializeOwned>(
        &self,
        client: &Client,
        request: Request,
    ) -> (Option<StatusCode>, usize, Result<Answer<T>, Fault>) {
        let mut response = match client.execute(request).await {
            Ok(response) => response,
            Err(error) => return (None, 0, Err(self.broken(&error))),
        };
        let status = response.status();
        let body = match self.body(&mut response).await {
            Ok(body) => body,
            Err(fault) => return (Some(status), 0, Err(fault)),
        };
        let outcome = judge(status, response.headers(), &body).map(|value| Answer { status: status.as_u16(), value });
        (Some(status), body.len(), outcome)
    }

    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > LARGEST_BODY {
                let why = format!("it is larger than {} MiB", LARGEST_BODY >> 20);
                return Err(Fault::new(Problem::Unreadable(why), Certainty::Unclear, false));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn broken(&self, error: &reqwest::Error) -> Fault {
        if error.is_builder() {
            Fault::new(Problem::Setup(cause(error)), Certainty::NotSent, false)
        } else if error.is_connect() {
            if causes(error).any(|cause| cause.is::<rustls::Error>()) {
                Fault::new(Problem::Certificate(cause(error)), Certainty::NotSent, false)
            } else {
                Fault::new(Problem::Unreachable(cause(error)), Certainty::NotSent, true)
            }
        } else if error.is_timeout() {
            Fault::new(Problem::Timeout(self.settings.request_timeout), Certainty::Unclear, true)
        } else {
            Fault::new(Problem::Lost(cause(error)), Certainty::Unclear, true)
        }
    }
}

/// The innermost reason, which is the one that tells something; reqwest's own words repeat the address.
fn cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| {
        // An io::Error answers for what it wraps, and so hides it.
        match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    })
}
