//! The words every other module speaks: addresses, ids, field paths, values, secrets.
//!
//! Nothing here knows of YAML, HTTP or Vapi's field names.

mod address;
pub mod agreed;
mod ascii;
pub mod diagnostic;
pub mod escape;
pub mod keys;
mod path;
pub mod recorded;
mod redact;
mod secret;
mod texts;
mod value;

pub use address::{Address, RemoteId};
pub use ascii::{ascii, slug};
pub use path::{FieldPath, Step, Trail};
pub use redact::Redactor;
pub use secret::{Form, SENSITIVE, Secret, variable};
pub use texts::shared;
pub use value::{AWAITED, Map, Part, Value, keeps_digits, normal_number};
