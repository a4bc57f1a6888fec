//! Did we create this object already? Only this module asks.
//!
//! Promise 3 is that everything runs again safely. Vapi has no idempotency keys, and its lists may lag behind its writes. So a
//! run could create an object twice when it does not know whether an earlier request created it. It knows three things: the
//! audit log (what was about to be sent), the lists (what exists), and the response to a request. One file per risk:
//!
//! - **A run is killed.** All intents are in the log before the first request. The next run links objects by name
//!   (`plan::pair`), else by the id or the fields in the log, or by the whole config ([`made_before`]). Numbers that still
//!   point to an object which the killed run recreated are found by the id that the entry had in git ([`former_ids`]).
//! - **A list lags behind.** Before a run creates an entry that the log says was attempted within the last day, it requests
//!   the object by its id, or polls the list until the object shows or the timeout passes ([`Unfinished`]).
//! - **A response is lost.** A POST that may have been carried out is never retried blindly: the list is polled for the
//!   object by name and content, and the POST is retried only if it does not show ([`Creations::lost_answer`]). A purchase
//!   is never retried. If Vapi says that a number exists, the object with it is looked up ([`Creations::holder_of_number`]).
//! - **Two machines run at once.** They share no lock. Before each creation, each looks for objects newer than its plan; it
//!   creates the first object of a kind alone, looks again, and stops at the first sign of the other ([`Creations::look`]).
//!
//! An object counts as found if it has the name or number and holds all that was sent. If several match, the user sees their
//! ids. Of objects without a name an entry gets the one that fits it best; equal ones are interchangeable.

mod attempts;
mod creations;
mod former_ids;
mod lost_answer;
mod made_before;
mod poll;
mod sought;
mod unfinished;

pub use attempts::Attempts;
pub use creations::{Creations, Found, Turn};
pub use former_ids::former_ids;
pub use lost_answer::{Lost, says_it_exists};
pub use made_before::made_before;
pub use unfinished::Unfinished;
