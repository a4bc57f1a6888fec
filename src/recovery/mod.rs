//! May this object be one that we made already? The only room that asks.
//!
//! Promise 3 is that everything runs again safely. Vapi has no idempotency keys, and its lists may lag behind its writes. So an
//! object could be made twice whenever a run does not know whether an earlier request, its own or another's, has made it. What
//! is known comes from three places: the audit log (what was about to be sent), the lists (what is there), and the answer to a
//! request. Each way of losing track is dealt with in one file:
//!
//! - **A run is killed.** All intents are in the log before the first request. The next run links what it finds by name
//!   (`plan::pair`); what a name cannot tell, it recognises by the id or the fields in the log, or by all that the file says
//!   ([`made_before`]). Numbers that still ring an object which the killed run made again are found by the id that the entry
//!   had in git ([`former_ids`]).
//! - **A list lags behind.** Before a run creates an entry which the log says was attempted within the last day, it asks for the
//!   object by its id, or reads the list again until it shows or the patience is over ([`Unfinished`]).
//! - **An answer is lost.** A POST that may have been carried out is never sent again blindly: the object is looked for by
//!   name and content, and created once more only if the list does not have it for all that time ([`Creations::lost_answer`]).
//!   A purchase is not even then. Where Vapi says that a number exists, its holder is looked for
//!   ([`Creations::holder_of_number`]).
//! - **Two machines run at once.** They share no lock. Each looks for what came since its plan before every creation, creates
//!   the first object of a kind alone and looks again, and stops at the first sign of the other ([`Creations::look`]).
//!
//! An object counts as found if it has the name or number, and holds all that was sent. Where several do, nobody guesses: the
//! user is shown their ids.

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
