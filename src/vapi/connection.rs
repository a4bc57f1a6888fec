//! Vapi's URL and the key.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::model::Secret;
use crate::model::diagnostic::Diagnostic;

/// Vapi's address for organisations that are not in the EU region.
pub const DEFAULT_BASE_URL: &str = "https://api.vapi.ai";

/// Where to find a key, for messages.
pub const WHERE_KEYS_ARE: &str = "set it to the private key of the organisation (dashboard.vapi.ai → API Keys), in \
    CI as a secret. On GitHub, pull requests from forks get no secrets";

/// A checked URL and a key that can stand in a header. Opens no socket.
#[derive(Clone)]
pub struct Connection {
    base: Url,
    key: Secret,
}

impl Connection {
    /// Reads `VAPI_API_KEY` (or `VAPI_TOKEN`) and `VAPI_BASE_URL` through `lookup`; a variable that is empty or holds
    /// only white space counts as not set, and white space around a value is dropped.
    ///
    /// # Errors
    /// No key, two different keys, an invalid key, an invalid URL.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Diagnostic> {
        let set = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let (key, variable) = match (set("VAPI_API_KEY"), set("VAPI_TOKEN")) {
            (Some(key), Some(token)) if key != token => {
                return Err(Diagnostic::error(
                    "vapi-key",
                    "VAPI_API_KEY and VAPI_TOKEN are both set, to different keys",
                )
                .help("remove one of them: the key decides which organisation is used"));
            }
            (Some(key), _) => (key, "VAPI_API_KEY"),
            (None, Some(token)) => (token, "VAPI_TOKEN"),
            (None, None) => {
                return Err(Diagnostic::error("vapi-key", "VAPI_API_KEY is not set").help(WHERE_KEYS_ARE));
            }
        };
        let base = set("VAPI_BASE_URL");
        Self::new(base.as_deref().unwrap_or(DEFAULT_BASE_URL), Secret::new(key, vec![variable.to_owned()]))
    }

    /// A URL and a key from anywhere. Messages name the key by its first variable.
    ///
    /// # Errors
    /// An invalid URL, one that would send the key in plain text over a network, or one with more than scheme, host,
    /// port and path; a key that cannot stand in a header. No message shows the key.
    pub fn new(base: &str, key: Secret) -> Result<Self, Diagnostic> {
        let connection = Self { base: checked_base(base)?, key };
        match connection.key.expose() {
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(connection),
            _ => Err(Diagnostic::error(
                "vapi-key",
                format!(
                    "{} is not a valid API key: it is empty, or contains a space or a special character",
                    connection.key_variable()
                ),
            )
            .help(format!("copy only the key, without `Bearer` and without quotes; {WHERE_KEYS_ARE}"))),
        }
    }

    /// The host as messages show it, with the port if it is not the default.
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The variable of the key, by default `VAPI_API_KEY`.
    pub fn key_variable(&self) -> &str {
        self.key.variables().first().map_or("VAPI_API_KEY", String::as_str)
    }

    /// Whether the host is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Whether it is http, which only loopback may use.
    pub(super) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// The key.
    pub(super) fn key(&self) -> &Secret {
        &self.key
    }

    /// The URL of a resource. `path` starts with a slash and is percent-encoded already.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base", &self.base.as_str()).field("key", &self.key).finish()
    }
}

fn checked_base(text: &str) -> Result<Url, Diagnostic> {
    let bad = |why: &str| {
        // A URL with a password in it is not repeated.
        let shown = if text.contains('@') { String::new() } else { format!(" `{}`", text.escape_debug()) };
        Err(Diagnostic::error("vapi-base-url", format!("VAPI_BASE_URL{shown} cannot be used: {why}"))
            .help(format!("write {DEFAULT_BASE_URL}, https://api.eu.vapi.ai for EU organisations, or leave it unset")))
    };
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => return bad("it does not start with https://"),
        Err(error) => return bad(&error.to_string()),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return bad("it starts with http://, which would send the key unencrypted; only this machine may be \
                reached that way");
        }
        _ => return bad("it does not start with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return bad("it contains a user name or a password; put the key into VAPI_API_KEY");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return bad("it contains `?` or `#`");
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Connection, Diagnostic> {
        Connection::from_env(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_key_is_found_under_either_name_and_trimmed() {
        for name in ["VAPI_API_KEY", "VAPI_TOKEN"] {
            let connection = from(&[(name, " secret-key\r\n"), ("VAPI_BASE_URL", " ")]).unwrap();
            assert_eq!(connection.key().expose(), Some("secret-key"));
            assert_eq!((connection.key_variable(), connection.host().as_str()), (name, "api.vapi.ai"));
            assert!(!format!("{connection:?}").contains("secret-key"));
        }
        assert!(from(&[("VAPI_API_KEY", "same"), ("VAPI_TOKEN", "same\n")]).is_ok());
        assert_eq!(from(&[("VAPI_API_KEY", ""), ("VAPI_TOKEN", "t")]).unwrap().key_variable(), "VAPI_TOKEN");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_and_not_shown() {
        let cases: [&[(&str, &str)]; 5] = [
            &[],
            &[("VAPI_API_KEY", "first-key"), ("VAPI_TOKEN", "other-key")],
            &[("VAPI_API_KEY", "Bearer first-key")],
            &[("VAPI_API_KEY", "first-key\u{1b}[0m")],
            &[("VAPI_API_KEY", "first-keyé")],
        ];
        for pairs in cases {
            let error = from(pairs).unwrap_err();
            assert_eq!(error.code, "vapi-key");
            assert!(!format!("{error:?}").contains("first-key"), "{error:?}");
        }
    }

    #[test]
    fn a_base_url_is_https_or_this_machine() {
        for base in [
            "https://api.eu.vapi.ai",
            "https://proxy.example/vapi/",
            "http://localhost:8080",
            "http://127.0.0.5:1",
            "http://[::1]:9/",
        ] {
            assert!(from(&[("VAPI_API_KEY", "k"), ("VAPI_BASE_URL", base)]).is_ok(), "{base}");
        }
        for base in [
            "api.vapi.ai",
            "localhost:8080",
            "http://api.vapi.ai",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://0.0.0.0:80",
            "ftp://api.vapi.ai",
            "https://",
            "https://user:hunter2@api.vapi.ai",
            "https://api.vapi.ai?key=1",
            "https://api.vapi.ai#x",
        ] {
            let error = from(&[("VAPI_API_KEY", "k"), ("VAPI_BASE_URL", base)]).unwrap_err();
            assert_eq!(error.code, "vapi-base-url", "{base}");
            assert!(error.help.is_some() && !error.message.contains("hunter2"));
        }
    }

    #[test]
    fn paths_are_put_behind_the_base() {
        let connection = from(&[("VAPI_API_KEY", "k"), ("VAPI_BASE_URL", "https://proxy.example:8443/vapi/")]).unwrap();
        assert_eq!(connection.host(), "proxy.example:8443");
        assert_eq!(
            connection
                .url("/assistant/a%2Fb", &[("limit", "1000"), ("createdAtLt", "2026-01-01T00:00:00.001Z")])
                .as_str(),
            "https://proxy.example:8443/vapi/assistant/a%2Fb?limit=1000&createdAtLt=2026-01-01T00%3A00%3A00.001Z"
        );
    }
}
