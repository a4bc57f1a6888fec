//! Handles one request: rate limit, faults, the API, faults again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::answer::Answer;
use super::api::{Call, Route};
use super::config::Config;
use super::fault::{Effect, Faults, Stage};
use super::hits::Log;
use super::reply::Reply;
use super::state::State;
use super::throttle::Throttle;

/// State shared by all connections of an emulator. No lock is held across an await.
#[derive(Debug)]
pub(super) struct Shared {
    pub config: Config,
    pub log: Log,
    pub faults: Faults,
    state: Mutex<State>,
    throttle: Option<Throttle>,
    jitter: Mutex<StdRng>,
}

impl Shared {
    /// # Errors
    /// If the data file cannot be read or parsed.
    pub fn open(config: Config) -> std::io::Result<Self> {
        Ok(Self {
            log: Log::new(config.keep_hits),
            faults: Faults::new(config.faults.clone(), config.seed),
            state: Mutex::new(State::open(&config)?),
            throttle: config.rate_limit.map(Throttle::new),
            jitter: Mutex::new(StdRng::seed_from_u64(config.seed)),
            config,
        })
    }

    /// Reads or changes the state under its lock.
    pub fn with_state<T>(&self, act: impl FnOnce(&Config, &mut State) -> T) -> T {
        act(&self.config, &mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The organisation of a bearer key.
    pub fn org_of(&self, authorization: Option<&str>) -> Option<&str> {
        let key = authorization?.strip_prefix("Bearer ")?;
        self.config.keys.iter().find(|(own, _)| own == key).map(|(_, org)| org.as_str())
    }

    /// Answers a request.
    pub async fn exchange(&self, call: &Call<'_>) -> Reply {
        self.pause(self.latency()).await;
        if let (Some(throttle), Some(org)) = (&self.throttle, call.org)
            && let Err(wait) = throttle.admit(org, Instant::now())
        {
            self.log.refused();
            return Reply::Json(Answer::too_many(), throttle.retry_after(wait));
        }
        let due = self.faults.due(call.method, call.path);
        if let Some(reply) = self.strike(&due, Stage::Before, call, || expected(call)).await {
            return reply;
        }
        let answer = self.with_state(|config, state| state.answer(config, call));
        match self.strike(&due, Stage::After, call, || answer.clone()).await {
            Some(reply) => reply,
            None => Reply::Json(answer, None),
        }
    }

    /// Applies the faults of a stage; stops at the first that makes its own reply.
    async fn strike(
        &self,
        due: &[(Stage, Effect)],
        stage: Stage,
        call: &Call<'_>,
        answer: impl Fn() -> Answer,
    ) -> Option<Reply> {
        for (_, effect) in due.iter().filter(|(own, _)| *own == stage) {
            let reply = match effect {
                Effect::Slow(time) => {
                    self.pause(*time).await;
                    continue;
                }
                Effect::Edit(target, patch) => {
                    self.with_state(|config, state| state.interfere(config, call.path, target, patch));
                    continue;
                }
                Effect::Status(status, retry_after) => {
                    Reply::Json(Answer::error(*status, super::answer::reason(*status)), retry_after.clone())
                }
                Effect::Html(status) => Reply::Html(*status),
                Effect::Reset => Reply::Reset,
                Effect::Hang => Reply::Hang,
                Effect::Truncated => Reply::Truncated(answer()),
                Effect::Malformed => Reply::Malformed(answer()),
                Effect::Empty => Reply::Empty(answer().status),
            };
            return Some(reply);
        }
        None
    }

    fn latency(&self) -> Duration {
        let jitter = self.config.jitter;
        if jitter.is_zero() {
            return self.config.latency;
        }
        let share: f64 = self.jitter.lock().unwrap_or_else(PoisonError::into_inner).random();
        let more = Duration::try_from_secs_f64(jitter.as_secs_f64() * share).unwrap_or(jitter);
        self.config.latency.saturating_add(more)
    }

    async fn pause(&self, time: Duration) {
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
    }
}

/// A plausible response to a request that is never run, for a fault to break.
fn expected(call: &Call) -> Answer {
    let body: Value = serde_json::from_slice(call.body).unwrap_or_default();
    match (call.method, Route::of(call.path)) {
        ("POST", _) => Answer::created(body),
        ("GET", Some(Route::All(_))) => Answer::ok(json!([{"id": "", "orgId": ""}])),
        ("GET", _) => Answer::ok(json!({"id": "", "orgId": ""})),
        _ => Answer::ok(body),
    }
}
