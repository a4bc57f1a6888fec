//! What goes out on the wire: a response, or what a fault makes of it.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};

use super::answer::{Answer, reason};

/// Bodies up to this size in bytes are not compressed.
const SMALL: usize = 1024;

/// The reply to a client.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// A response, with the value of `Retry-After`.
    Json(Answer, Option<String>),
    /// An HTML page as from the CDN.
    Html(u16),
    /// A status and truncated JSON, in a complete body.
    Malformed(Answer),
    /// A status and an empty body.
    Empty(u16),
    /// Half of a response.
    Truncated(Answer),
    /// A connection reset.
    Reset,
    /// No response at all.
    Hang,
}

/// The HTTP response for a reply, and the size of its body. `None` if nothing is sent.
pub(super) fn response(reply: Reply, gzip: bool) -> Option<(Response<Payload>, usize)> {
    const JSON: &str = "application/json; charset=utf-8";
    let (status, kind, bytes, retry_after) = match reply {
        Reply::Reset | Reply::Hang => return None,
        Reply::Json(answer, retry_after) => (answer.status, JSON, answer.body.to_string().into_bytes(), retry_after),
        Reply::Html(status) => (status, "text/html; charset=UTF-8", page(status).into_bytes(), None),
        Reply::Malformed(answer) => (answer.status, JSON, half(answer.body.to_string().into_bytes()), None),
        Reply::Empty(status) => (status, JSON, Vec::new(), None),
        Reply::Truncated(answer) => {
            let whole = answer.body.to_string().into_bytes();
            let declared = whole.len() as u64;
            let sent = half(whole);
            let bytes = sent.len();
            let payload = Payload { rest: Some(sent.into()), declared, cut: Some(Cut::Unflushed) };
            return Some((finish(answer.status, JSON, payload, None), bytes));
        }
    };
    let zipped = if gzip && bytes.len() > SMALL { zip(&bytes).ok() } else { None };
    let is_zipped = zipped.is_some();
    let bytes = zipped.unwrap_or(bytes);
    let length = bytes.len();
    let payload = Payload { rest: Some(bytes.into()), declared: length as u64, cut: None };
    let mut response = finish(status, kind, payload, retry_after);
    if is_zipped {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some((response, length))
}

fn finish(status: u16, kind: &'static str, payload: Payload, retry_after: Option<String>) -> Response<Payload> {
    let mut response = Response::new(payload);
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(value) = retry_after.and_then(|value| HeaderValue::try_from(value).ok()) {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

fn page(status: u16) -> String {
    let reason = reason(status);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>api.vapi.ai | {status}: {reason}</title></head>\n\
         <body><h1>Error {status}</h1><p>{reason}</p><p>Ray ID: 8f00ba5ba11</p></body>\n</html>\n"
    )
}

fn half(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

fn zip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// A body in one piece, which may be shorter than announced.
#[derive(Debug)]
pub(super) struct Payload {
    rest: Option<Bytes>,
    declared: u64,
    cut: Option<Cut>,
}

#[derive(Debug)]
enum Cut {
    /// hyper flushes when a body is pending; without that, the error would discard the data.
    Unflushed,
    Flushed,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.rest.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.cut {
            None => Poll::Ready(None),
            Some(Cut::Flushed) => Poll::Ready(Some(Err(io::Error::other("a fault cuts the answer here")))),
            Some(Cut::Unflushed) => {
                self.cut = Some(Cut::Flushed);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.declared)
    }
}
