//! The only code that writes to Vapi, with POST and PATCH alone.

use serde_json::Value as Json;

use crate::kinds::Kind;
use crate::model::{RemoteId, Value};
use crate::values::normalize;
use crate::vapi::{Answer, RequestError, Transport, object_path};

/// Writes objects. Private to `apply`.
pub(super) struct Writer {
    transport: Transport,
}

impl Writer {
    pub(super) fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// Creates an object. Never retried where Vapi may have created it.
    #[expect(clippy::disallowed_methods, reason = "this is the writer")]
    pub(super) async fn create(&self, kind: &'static Kind, body: &Json) -> Result<Answer<Json>, RequestError> {
        self.hide_secrets(kind, body);
        let bytes = body.to_string();
        self.transport
            .execute(kind.endpoint, &[], |client, url| {
                client.post(url).header("content-type", "application/json").body(bytes.clone())
            })
            .await
    }

    /// Replaces top-level fields of an object, with the query that its kind needs. Idempotent.
    #[expect(clippy::disallowed_methods, reason = "this is the writer")]
    pub(super) async fn update(
        &self,
        kind: &'static Kind,
        id: &RemoteId,
        seen: &Value,
        body: &Json,
    ) -> Result<Answer<Json>, RequestError> {
        self.hide_secrets(kind, body);
        let bytes = body.to_string();
        // Ids that cannot stand in a path were refused when the file was read.
        let path = object_path(kind.endpoint, id.as_str()).unwrap_or_else(|_| kind.endpoint.to_owned() + "/-");
        let query: Vec<_> = kind.query.map(|query| query(seen, &Value::from(body.clone()))).into_iter().collect();
        self.transport
            .execute(&path, query.as_slice(), |client, url| {
                client.patch(url).header("content-type", "application/json").body(bytes.clone())
            })
            .await
    }

    /// Whatever is sent may be quoted in a refusal: also a secret of Vapi's own that goes back as it was.
    fn hide_secrets(&self, kind: &'static Kind, body: &Json) {
        let mut values = vec![normalize::live(kind, body.clone())];
        while let Some(value) = values.pop() {
            match value {
                Value::Secret(secret) => secret.expose().into_iter().for_each(|text| self.transport.hide(text)),
                Value::List(items) => values.extend(items),
                Value::Map(map) => values.extend(map.into_iter().map(|(_, value)| value)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown(_) => {}
            }
        }
    }
}
