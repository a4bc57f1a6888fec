//! A plain client.

use reqwest::{Client, Method, Response};
use serde_json::Value;
use vapi_sync::emulator::{Config, DEFAULT_KEY, Emulator};

/// An emulator and a client for it.
pub struct Vapi {
    pub emulator: Emulator,
    pub http: Client,
}

/// Starts an emulator.
pub async fn vapi(config: Config) -> Vapi {
    Vapi { emulator: Emulator::start(config).await.unwrap(), http: http() }
}

/// A client with its own connections.
pub fn http() -> Client {
    // An error means that another test of this process has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

impl Vapi {
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> reqwest::Result<Response> {
        self.send_as(DEFAULT_KEY, method, path, body).await
    }

    pub async fn send_as(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Response> {
        let method: Method = method.parse().unwrap();
        let request = self.http.request(method, self.emulator.base_url() + path).bearer_auth(key);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        request.send().await
    }

    /// Sends a request and reads the response as JSON.
    pub async fn ask(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> (u16, Value) {
        let response = self.send(method, path, body.into().as_ref()).await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
    }

    /// Sends a request that must succeed.
    pub async fn done(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert_eq!(status, if method == "POST" { 201 } else { 200 }, "{answer:#}");
        answer
    }

    /// Sends a request that must be refused, and returns the messages.
    pub async fn refused(&self, method: &str, path: &str, body: impl Into<Option<Value>>) -> Vec<String> {
        let (status, answer) = self.ask(method, path, body).await;
        assert_eq!(status, 400, "{answer:#}");
        assert_eq!((&answer["error"], &answer["statusCode"]), (&"Bad Request".into(), &400.into()));
        match &answer["message"] {
            Value::Array(messages) => messages.iter().map(|message| message.as_str().unwrap().to_owned()).collect(),
            message => vec![message.as_str().unwrap().to_owned()],
        }
    }
}

/// The id of an object.
pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// The names of a list.
pub fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect()
}
