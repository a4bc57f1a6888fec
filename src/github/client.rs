//! Requests to GitHub. All of them together have a minute; what failed in passing is sent again, a creation only after it was
//! looked for.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{AUTHORIZATION, HeaderMap, LINK, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value as Json, json};
use url::Url;

use crate::model::Secret;
use crate::model::diagnostic::Diagnostic;

/// How long GitHub may take in all.
const IN_ALL: Duration = Duration::from_secs(60);
const ONE_REQUEST: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 5;
/// More pages than any pull request has comments.
const MOST_PAGES: usize = 100;

/// Why GitHub did not do something.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The status of its answer, if there was one.
    pub status: Option<u16>,
    /// What it said, or what went wrong on the way.
    pub message: String,
    /// It may be another time.
    passing: bool,
    /// It may have been done all the same.
    unclear: bool,
    /// How long to wait before it is asked again.
    wait: Option<Duration>,
}

impl Problem {
    /// A problem that no answer of GitHub told.
    pub fn new(message: impl Into<String>) -> Self {
        Self { status: None, message: message.into(), passing: false, unclear: false, wait: None }
    }

    /// As a warning: the run went on without it.
    pub fn warning(&self, what: &str) -> Diagnostic {
        let said = self.status.map(|status| format!("GitHub said ({status}): ")).unwrap_or_default();
        let warning = Diagnostic::warning("github", format!("{what}: {said}{}", self.message));
        match self.status {
            Some(401 | 403 | 404) => {
                warning.help("the token may not do this: give the job the `permissions` that the README names")
            }
            _ => warning,
        }
    }
}

/// A way to GitHub's API.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    graphql: Url,
    token: Secret,
    /// How much of the minute is left.
    left: Mutex<Duration>,
}

impl Client {
    /// A client for an API at `base` (`https://api.github.com`, or that of an Enterprise server). Nothing is sent yet.
    ///
    /// # Errors
    /// An address that is neither https nor this machine.
    pub fn new(base: &str, graphql: Option<&str>, token: Secret) -> Result<Self, Diagnostic> {
        let checked = |text: &str| {
            let url = Url::parse(text.trim_end_matches('/')).ok();
            url.filter(|url| url.scheme() == "https" || is_loopback(url)).ok_or_else(|| {
                Diagnostic::error(
                    "github",
                    format!("GITHUB_API_URL is {text:?}, which is not an https address. The token was not sent"),
                )
            })
        };
        let base_url = checked(base)?;
        let graphql = match graphql {
            Some(graphql) => checked(graphql)?,
            // An Enterprise server has /api/v3 beside /api/graphql.
            None => checked(&format!("{}/graphql", base.trim_end_matches('/').trim_end_matches("/v3")))?,
        };
        // The second call of a process finds one installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("vapi-sync/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if is_loopback(&base_url) {
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http.build().map_err(|error| Diagnostic::error("github", error.to_string()))?;
        Ok(Self { http, base: base_url, graphql, token, left: Mutex::new(IN_ALL) })
    }

    fn left(&self) -> Duration {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spend(&self, time: Duration) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_sub(time);
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads one resource.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Json, Problem> {
        let url = self.url(path, query);
        Ok(self.repeated(|| self.http.get(url.clone())).await?.0)
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// A page could not be read: a part of a list says nothing about the rest.
    pub async fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Json>, Problem> {
        let mut url = self.url(path, query);
        url.query_pairs_mut().append_pair("per_page", "100");
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let (page, next) = self.repeated(|| self.http.get(url.clone())).await?;
            let Json::Array(items) = page else { return Err(Problem::new("GitHub's answer is not a list")) };
            all.extend(items);
            match next {
                // The token goes to no other host.
                Some(next) if next.origin() == self.base.origin() => url = next,
                _ => return Ok(all),
            }
        }
        Err(Problem::new(format!("{path} has more pages than vapi-sync reads ({MOST_PAGES})")))
    }

    /// A file as it is at a commit. `None`: there is none.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn text(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<String>, Problem> {
        let url = self.url(path, query);
        let raw = || self.http.get(url.clone()).header("accept", "application/vnd.github.raw+json");
        match self.retried(raw).await {
            Ok((body, _)) => Ok(Some(body)),
            Err(problem) if problem.status == Some(404) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Changes a resource.
    ///
    /// # Errors
    /// It could not be changed.
    #[expect(clippy::disallowed_methods, reason = "GitHub, not Vapi")]
    pub async fn change(&self, path: &str, body: &Json) -> Result<Json, Problem> {
        let url = self.url(path, &[]);
        Ok(self.repeated(|| self.http.patch(url.clone()).body(body.to_string())).await?.0)
    }

    /// Creates what is the same when it is created twice: a git tree, a commit.
    ///
    /// # Errors
    /// It could not be created.
    #[expect(clippy::disallowed_methods, reason = "GitHub, not Vapi")]
    pub async fn store(&self, path: &str, body: &Json) -> Result<Json, Problem> {
        let url = self.url(path, &[]);
        Ok(self.repeated(|| self.http.post(url.clone()).body(body.to_string())).await?.0)
    }

    /// Creates what must not be created twice: after an answer that was lost `made` looks for it.
    ///
    /// # Errors
    /// It could not be created.
    #[expect(clippy::disallowed_methods, reason = "GitHub, not Vapi")]
    pub async fn create(
        &self,
        path: &str,
        body: &Json,
        made: impl AsyncFn() -> Result<Option<Json>, Problem>,
    ) -> Result<Json, Problem> {
        let url = self.url(path, &[]);
        let mut attempt = 0;
        loop {
            let problem = match self.once(self.http.post(url.clone()).body(body.to_string())).await {
                Ok((text, _)) => return parsed(&text),
                Err(problem) => problem,
            };
            self.patience(&problem, attempt).await?;
            attempt += 1;
            if problem.unclear
                && let Some(made) = made().await?
            {
                return Ok(made);
            }
        }
    }

    /// Whom the token speaks for.
    ///
    /// # Errors
    /// GitHub did not say.
    #[expect(clippy::disallowed_methods, reason = "a question")]
    pub async fn viewer(&self) -> Result<String, Problem> {
        let question = json!({"query": "query { viewer { login } }"}).to_string();
        let (answer, _) = self.repeated(|| self.http.post(self.graphql.clone()).body(question.clone())).await?;
        let login = answer.pointer("/data/viewer/login").and_then(Json::as_str);
        login.map(str::to_owned).ok_or_else(|| Problem::new("GitHub does not say whose token this is"))
    }

    async fn repeated(&self, build: impl Fn() -> RequestBuilder) -> Result<(Json, Option<Url>), Problem> {
        let (text, next) = self.retried(build).await?;
        Ok((parsed(&text)?, next))
    }

    async fn retried(&self, build: impl Fn() -> RequestBuilder) -> Result<(String, Option<Url>), Problem> {
        let mut attempt = 0;
        loop {
            match self.once(build()).await {
                Ok(answer) => return Ok(answer),
                Err(problem) => self.patience(&problem, attempt).await?,
            }
            attempt += 1;
        }
    }

    /// Waits until a request may be sent again, or gives up with its problem.
    async fn patience(&self, problem: &Problem, attempt: u32) -> Result<(), Problem> {
        let wait = problem.wait.unwrap_or(Duration::from_millis(250) * 2_u32.pow(attempt));
        if !problem.passing || attempt + 1 >= ATTEMPTS || wait >= self.left() {
            return Err(problem.clone());
        }
        tokio::time::sleep(wait).await;
        self.spend(wait);
        Ok(())
    }

    async fn once(&self, request: RequestBuilder) -> Result<(String, Option<Url>), Problem> {
        let left = self.left();
        if left.is_zero() {
            return Err(Problem::new("GitHub did not answer within a minute"));
        }
        let bearer = format!("Bearer {}", self.token.expose().unwrap_or_default());
        let request = request
            .header(AUTHORIZATION, bearer)
            .header("x-github-api-version", "2022-11-28")
            .header("content-type", "application/json")
            .timeout(left.min(ONE_REQUEST));
        let lost = |error: &reqwest::Error| Problem {
            passing: true,
            unclear: !error.is_connect(),
            ..Problem::new(if error.is_timeout() {
                "GitHub did not answer in time"
            } else {
                "the connection to GitHub was lost"
            })
        };
        let begun = Instant::now();
        let answered = async {
            let answer = request.send().await?;
            Ok((answer.status(), answer.headers().clone(), answer.text().await?))
        };
        let answered: Result<_, reqwest::Error> = answered.await;
        self.spend(begun.elapsed());
        let (status, headers, text) = answered.map_err(|error| lost(&error))?;
        match status.is_success() {
            true => Ok((text, next_page(&headers))),
            false => Err(refused(status, &headers, &text)),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn parsed(text: &str) -> Result<Json, Problem> {
    serde_json::from_str(text).map_err(|_| Problem::new("GitHub's answer is not JSON"))
}

/// What an answer that is no success means.
fn refused(status: StatusCode, headers: &HeaderMap, text: &str) -> Problem {
    let said = serde_json::from_str::<Json>(text).ok();
    let texts = |pointer: &str| said.as_ref().and_then(|said| said.pointer(pointer)?.as_str().map(str::to_owned));
    let message = [texts("/message"), texts("/errors/0/message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let number = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let after = number(RETRY_AFTER.as_str()).map(Duration::from_secs);
    let is_used_up = number("x-ratelimit-remaining") == Some(0);
    let limited = status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::FORBIDDEN && (after.is_some() || is_used_up || message.contains("rate limit"));
    let reset = number("x-ratelimit-reset").filter(|_| is_used_up).map(|at| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(at + 1).saturating_sub(now)
    });
    let broken = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
    Problem {
        status: Some(status.as_u16()),
        message: if message.is_empty() { status.to_string() } else { message },
        passing: limited || broken,
        unclear: broken,
        wait: after.or(reset).filter(|_| limited),
    }
}

/// The address behind `rel="next"`.
fn next_page(headers: &HeaderMap) -> Option<Url> {
    let links = headers.get(LINK)?.to_str().ok()?;
    let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    Url::parse(next.split_once('<')?.1.split_once('>')?.0).ok()
}
