//! One HTTP client for a run: queues, sends, retries where that is safe, and reads the response.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::Instant;
use url::Url;

use super::answer::{Body, Whole};
use super::connection::Connection;
use super::error::{Certainty, Fault, Problem, RequestError};
use super::gate::Gate;
use super::pace::Signal;
use super::retry::Spent;
use super::settings::Settings;
use super::stats::{Counters, Stats};
use super::wire::{Ready, Wire};

/// The client of one run. Cheap to clone: clones share pace, connections, counters and the stop flag.
#[derive(Debug, Clone)]
pub struct Transport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connection: Connection,
    settings: Settings,
    wire: Wire,
    began: OnceLock<Instant>,
    gate: Gate,
    counters: Counters,
    reached: AtomicBool,
    stopped: watch::Sender<bool>,
}

/// A parsed response.
#[derive(Debug)]
pub struct Answer<T> {
    /// The status, a 2xx.
    pub status: u16,
    /// The body.
    pub value: T,
    /// How often the request was sent; Vapi may have carried out each of them.
    pub attempts: u32,
}

impl Transport {
    /// Opens and loads nothing yet.
    pub fn new(connection: Connection, settings: Settings) -> Self {
        Self {
            shared: Arc::new(Shared {
                gate: Gate::new(settings.parallelism),
                connection,
                settings,
                wire: Wire::default(),
                began: OnceLock::new(),
                counters: Counters::default(),
                reached: AtomicBool::new(false),
                stopped: watch::Sender::new(false),
            }),
        }
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.shared.connection
    }

    /// Redacts this text from now on, in case Vapi repeats it.
    pub fn hide(&self, secret: &str) {
        self.shared.settings.redactor.add(secret);
    }

    /// The most concurrent requests.
    pub fn parallelism(&self) -> usize {
        self.shared.settings.parallelism
    }

    /// Starts no further request or retry; running ones finish. For Ctrl-C.
    pub fn stop(&self) {
        self.shared.stopped.send_replace(true);
    }

    /// Whether [`Transport::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        *self.shared.stopped.borrow()
    }

    /// What was sent and received so far.
    pub fn stats(&self) -> Stats {
        self.shared.counters.snapshot()
    }

    /// Reads `path`, with retries.
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

    /// The same, with another reader of bodies than that for JSON, one for each attempt.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub(super) async fn get_with<T>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: &(dyn Fn() -> Box<dyn Body<T>> + Sync),
    ) -> Result<Answer<T>, RequestError> {
        self.repeat(path, query, Client::get, body).await
    }

    /// Sends a request and parses the response as JSON. `build` creates it from the client and the URL, once per
    /// attempt; key, timeout and pace are added here. For [`super::Reader`] and `apply::writer`; only the latter builds
    /// anything but a GET.
    ///
    /// Retries: a GET or PATCH after any transient fault; a POST only if it was certainly not carried out (429, no
    /// connection). Other methods are never sent.
    ///
    /// # Errors
    /// A [`RequestError`], whose [`Certainty`] says whether it may have been carried out: so for a POST that got no
    /// response, a 5xx, or a response that is not a `T`.
    pub(crate) async fn execute<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        build: impl Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Answer<T>, RequestError> {
        self.repeat(path, query, build, &|| Box::new(Whole::default())).await
    }

    async fn repeat<T>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        build: impl Fn(&Client, Url) -> RequestBuilder,
        body: &(dyn Fn() -> Box<dyn Body<T>> + Sync),
    ) -> Result<Answer<T>, RequestError> {
        let shared = &*self.shared;
        let url = shared.connection.url(path, query);
        let mut method = Method::GET;
        let mut spent = Spent::default();
        let mut earlier = Certainty::NotSent;
        let mut attempts = 0;
        loop {
            let attempt = async {
                let ready = shared.wire.prepare(&shared.connection, &shared.settings, &url, &build)?;
                method = ready.request.method().clone();
                let pass = shared.in_time(shared.gate.enter()).await?;
                attempts += 1;
                shared.counters.sent(attempts);
                let (signal, outcome) = shared.send(ready, body()).await;
                pass.end(signal);
                outcome
            };
            let fault = match attempt.await {
                Ok(answer) => return Ok(Answer { attempts, ..answer }),
                Err(fault) => fault,
            };
            let rate_limited = matches!(fault.problem, Problem::RateLimited(_));
            let may_retry = fault.transient && (method != Method::POST || fault.certainty == Certainty::NotSent);
            let wait = may_retry
                .then(|| {
                    let reached = shared.reached.load(Ordering::Relaxed);
                    spent.next_wait(&shared.settings.retry, rate_limited, fault.retry_after, reached, rand::random())
                })
                .flatten();
            let fail = |fault: Fault, earlier| {
                Err(fault.into_error(&shared.connection, method.as_str(), path, earlier, attempts))
            };
            let Some(wait) = wait else { return fail(fault, earlier) };
            earlier = earlier.max(fault.certainty);
            let waiting = shared.settings.waiting.as_ref().filter(|_| rate_limited);
            waiting.inspect(|tell| tell(Some(wait)));
            let waited = shared.in_time(tokio::time::sleep(wait)).await;
            waiting.inspect(|tell| tell(None));
            if let Err(ended) = waited {
                return fail(ended, earlier);
            }
        }
    }
}

impl Shared {
    /// Waits for `wait`, but not beyond the stop flag and the deadline.
    async fn in_time<T>(&self, wait: impl Future<Output = T>) -> Result<T, Fault> {
        let mut stopped = self.stopped.subscribe();
        let deadline = self.settings.deadline;
        let left = deadline.saturating_sub(self.began.get_or_init(Instant::now).elapsed());
        let ended = |problem| Err(Fault::new(problem, Certainty::NotSent, false));
        if left.is_zero() {
            return ended(Problem::Deadline(deadline));
        }
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => ended(Problem::Interrupted),
            () = tokio::time::sleep(left) => ended(Problem::Deadline(deadline)),
            value = wait => Ok(value),
        }
    }

    /// Sends once, counts and traces it. Also gives the signal for the pace.
    async fn send<T>(&self, ready: Ready<'_>, body: Box<dyn Body<T>>) -> (Signal, Result<Answer<T>, Fault>) {
        let began = Instant::now();
        let line = self.settings.trace.as_ref().map(|_| {
            let (method, url) = (ready.request.method(), ready.request.url());
            format!("{method} {}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default())
        });
        let received = ready.send(body).await;
        let took = began.elapsed();
        let signal = match &received.outcome {
            Ok(_) => Signal::Accepted,
            Err(fault) if received.status == Some(StatusCode::TOO_MANY_REQUESTS) => {
                // A `Retry-After` beyond our limit ends this request only.
                Signal::RateLimited(fault.retry_after.filter(|wait| *wait <= self.settings.retry.patience))
            }
            Err(fault) if fault.certainty == Certainty::Refused => Signal::Accepted,
            Err(_) => Signal::Nothing,
        };
        let (responded, refused) = (received.status.is_some(), matches!(signal, Signal::RateLimited(_)));
        self.counters.ended(responded, refused, received.bytes, took);
        let status = received.status.map(|status| status.as_u16());
        self.reached.fetch_or(status.is_some(), Ordering::Relaxed);
        if let (Some(trace), Some(line)) = (&self.settings.trace, line) {
            let status = status.map_or_else(|| "no response".to_owned(), |status| status.to_string());
            trace(&format!("{line} {status} {} ms", took.as_millis()));
        }
        let status = status.unwrap_or_default();
        (signal, received.outcome.map(|value| Answer { status, value, attempts: 1 }))
    }
}

#[cfg(test)]
mod tests;
