//! A local Vapi for trials and tests. Shares no types with the rest of the crate, so that no mistake is shared either.
//!
//! ```text
//! offline    one request, or a whole organisation, without a server
//! server     sockets, broken connections
//! exchange   one request: latency, rate limit, faults, reply
//! state      the store and its data file
//! api        endpoints: request → response
//! check      what Vapi refuses           list    which objects a list shows
//! references ids that must be known      rewrite what Vapi changes by itself
//! store      what Vapi holds             view    how it shows an object
//! ```

mod answer;
mod api;
mod check;
mod clock;
mod config;
mod duration;
mod exchange;
mod fault;
mod fault_text;
pub mod generate;
mod hits;
mod links;
mod list;
mod offline;
mod persist;
mod references;
mod reply;
mod rewrite;
mod server;
mod state;
mod store;
mod throttle;
mod view;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use self::clock::{Clock, ManualClock};
pub use self::config::{Config, Credentials, DEFAULT_KEY, DEFAULT_ORG, Moved, RateLimit, RetryAfter, Rewrites};
pub use self::duration::parse as parse_duration;
pub use self::fault::Fault;
pub use self::fault_text::{FAULT_GRAMMAR, FaultError};
pub use self::hits::{Hit, Stats};
pub use self::offline::{request, seed};
pub use self::store::Collection;

use self::exchange::Shared;
use self::store::Object;

/// A running emulator. Dropping it stops it.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    runner: Option<Runner>,
}

/// Where the accept loop runs.
#[derive(Debug)]
enum Runner {
    Task(tokio::task::JoinHandle<()>),
    Thread(std::thread::JoinHandle<()>),
}

impl Emulator {
    /// Starts an emulator on the current tokio runtime; it accepts requests when this returns.
    ///
    /// # Errors
    /// If the address is not on loopback or is in use, or the data file cannot be read.
    pub async fn start(config: Config) -> io::Result<Self> {
        let shared = Arc::new(Shared::open(config)?);
        let listener = TcpListener::from_std(server::listen(shared.config.bind)?)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared), stopped));
        Ok(Self { shared, address, stop, runner: Some(Runner::Task(task)) })
    }

    /// Starts an emulator on its own thread, for sync callers; it accepts requests when this returns.
    ///
    /// # Errors
    /// Those of [`Emulator::start`], and those of starting a thread.
    pub fn start_blocking(config: Config) -> io::Result<Self> {
        let shared = Arc::new(Shared::open(config)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(server::listen(shared.config.bind)?)?
        };
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("emulator".to_owned());
        let thread = thread.spawn(move || runtime.block_on(server::serve(listener, served, stopped)))?;
        Ok(Self { shared, address, stop, runner: Some(Runner::Thread(thread)) })
    }

    /// Its base URL: `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The organisation of its first key; empty if it has none.
    pub fn org_id(&self) -> &str {
        self.shared.config.keys.first().map_or("", |(_, org)| org)
    }

    /// The requests since the start or the last [`Emulator::clear_hits`], in order; none if
    /// [`Config::keep_hits`] is off.
    pub fn hits(&self) -> Vec<Hit> {
        self.shared.log.hits()
    }

    /// Clears the log of requests.
    pub fn clear_hits(&self) {
        self.shared.log.clear();
    }

    /// Sums since the start.
    pub fn stats(&self) -> Stats {
        self.shared.log.stats()
    }

    /// Replaces all faults and resets their counts.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.shared.faults.set(faults);
    }

    /// Inserts an object unchecked and returns its id. `id`, `orgId`, `createdAt` and `updatedAt`
    /// are kept if present. Any other JSON value counts as an empty object.
    pub fn insert(&self, collection: Collection, object: Value) -> String {
        let object = match object {
            Value::Object(object) => object,
            _ => Object::new(),
        };
        self.shared.with_state(|config, state| state.insert(config, collection, object))
    }

    /// Sets the fields of `patch`, like an edit in the dashboard: shallow, `null` removes a field, `updatedAt`
    /// advances. `false` if there is no such object.
    pub fn edit(&self, collection: Collection, id: &str, patch: &Value) -> bool {
        self.edit_with(collection, id, |object| state::set(object, patch))
    }

    /// Changes an object in any way; `updatedAt` advances. `false` if there is no such object.
    pub fn edit_with(
        &self,
        collection: Collection,
        id: &str,
        change: impl FnOnce(&mut serde_json::Map<String, Value>),
    ) -> bool {
        self.shared.with_state(|config, state| state.edit(config, collection, id, change))
    }

    /// Removes an object. `false` if there is no such object.
    pub fn remove(&self, collection: Collection, id: &str) -> bool {
        self.shared.with_state(|_, state| state.remove(collection, id))
    }

    /// The stored objects of a kind, of all organisations, oldest arrival first, with secrets in the clear.
    pub fn objects(&self, collection: Collection) -> Vec<Value> {
        self.shared.with_state(|_, state| state.objects(collection))
    }

    /// One stored object, with secrets in the clear.
    pub fn object(&self, collection: Collection, id: &str) -> Option<Value> {
        self.objects(collection).into_iter().find(|object| object.get("id").and_then(Value::as_str) == Some(id))
    }

    /// Inserts `count` random assistants and a quarter as many phone numbers assigned to some of them, from the
    /// emulator's seed.
    pub fn generate(&self, count: usize) {
        self.shared.with_state(|config, state| state.generate(config, count));
    }

    /// Inserts a random organisation of all kinds, in circles, from the emulator's seed.
    ///
    /// # Errors
    /// If the data file cannot be written.
    pub fn seed(&self, size: generate::Size) -> io::Result<()> {
        self.shared.with_state(|config, state| state.seed(config, size))
    }

    /// Stops it and waits until it has stopped. All completed writes are stored.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(Runner::Task(task)) = self.runner.take_if(|runner| matches!(runner, Runner::Task(_))) {
            // The runtime has already reported a panic of the task.
            let _ = task.await;
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(Runner::Thread(thread)) = self.runner.take() {
            // A panic of the thread was already printed.
            let _ = thread.join();
        }
    }
}
