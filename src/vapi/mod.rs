//! The client of Vapi's API: connection, requests, responses.
//!
//! ```text
//! environment → Connection → Transport (pace, retry) → Reader (GET only) → Listing of Live objects
//!                                  └── execute: crate-private, for apply::writer
//! ```
//!
//! Nothing here knows a kind: endpoints come in as text (`/assistant`), objects go out as the JSON Vapi sent.
//! The planner gets a [`Reader`], never the [`Transport`].

mod answer;
mod connection;
mod error;
mod gate;
mod pace;
mod reader;
mod retry;
mod settings;
mod stats;
#[cfg(test)]
mod test_server;
mod transport;
mod wire;

pub use crate::values::live::{Header, Live};
pub use connection::{Connection, DEFAULT_BASE_URL, WHERE_KEYS_ARE};
pub use error::{Certainty, Problem, RequestError};
pub(crate) use reader::object_path;
pub use reader::{Listing, Reader, Since, Unread};
pub use retry::RetryLimits;
pub use settings::{Settings, Trace};
pub use stats::Stats;
pub use transport::{Answer, Transport};
